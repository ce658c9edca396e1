"""What a graph shows at one moment: forward so far, or so many steps back."""

import numpy as np

from .heatmap import heatmap
from .model import Moment, Said
from .numbers import GAP, brief, by, four, gradient_lines, lines, rows_of, short
from .panel import panel
from .sentences import sentence, status
from .telling import Telling
from .words import Words

UNKNOWN = "·"        # a value that the forward pass has not reached
NONE_EVER = "none"   # a gradient that a cut keeps away
NONE_YET = "–"       # a gradient that has not arrived
EDGE_ROOM = 11       # letters that fit beside an edge


def structure_only(scene, trace, why):
    """Return the Moment of a graph whose values nobody recorded: its form, and the reason."""
    boxes = {}
    for box in scene.boxes:
        known = box.face.value if box.face.kind != "op" or box.face is trace.root or trace.recorded else None
        value = lines(known) if known is not None else [by(box.face.shape) or "one number"]
        boxes[box.key] = Said(value, [], "wait", f"{box.title}, {' '.join(value)}")
    return Moment(boxes, {wire.key: ("", "wait") for wire in scene.wires}, "", why, {}, _table(scene, boxes))


def failure(scene, trace, broken, line):
    """Return the Moment of a computation that failed: what was computed, the shapes that met, and the error in its three parts."""
    boxes = {}
    for box in scene.boxes:
        value = [""] if box.kind == "failed" else [by(box.face.shape)] if box.face.value is None else lines(box.face.value)
        state = "now" if box.kind == "failed" else "wait"
        boxes[box.key] = Said(value, [], state, f"{box.title}, {' '.join(filter(None, value))}".rstrip(", "))
    wires = {wire.key: (by(wire.uses[0][0].inputs[wire.uses[0][1]].shape) or "one number", "told") if wire.target == trace.root.key
             else ("", "wait") for wire in scene.wires}
    done = len(trace.ops)
    told = f"{done} step{'s' * (done != 1)} {'were' if done != 1 else 'was'} computed." if done else "No step was computed."
    parts = [("", broken.what), ("Why: ", broken.why), ("Fix: ", broken.fix)]
    sentence = " ".join([told, f"Then {broken.name} failed.", *(f"{head}{text.splitlines()[0].rstrip('.:')}." for head, text in parts if text)])
    panel = {"heading": f"This step fails: {broken.name}", "computed": "", "arrives": "", "hands": [], "operation": "",
             "problem": [head + text for head, text in parts if text], "line": line}
    return Moment(boxes, wires, f"failed after {done} step{'s' * (done != 1)}", sentence, panel, _table(scene, boxes))


def moment_of(scene, words, run, step, number=1, place=(), cuts=None):
    """Return the Moment of `run` at `step`: negative while the forward pass is running, then how many steps were taken back.

    `number` counts the backward passes, over which leaves add up; `place` is the element of arrays that the numbers follow; `cuts`
    are the Cuts that `run` was made with.
    """
    telling = Telling(scene, words, run, step, number, place, cuts)
    with np.errstate(all="ignore"):  # what overflows is shown as it is, and needs no warning in the notebook
        arrivals = _arrivals(run)
        boxes = {box.key: _said(box, telling, arrivals) for box in scene.boxes}
        wires = {wire.key: _wire(wire, telling) for wire in scene.wires}
        strengths = {wire.key: strength(telling.along(wire)) for wire in scene.wires} if step > 0 else {}
        return Moment(boxes, wires, status(telling), sentence(telling), panel(telling), _table(scene, boxes), strengths)


def gradient_of(part, run):
    """Return what a leaf has accumulated so far, or what has arrived at a step; None where there is nothing yet."""
    return run.grad(part.key) if part.kind == "leaf" else _arrivals(run).get(part)


def maps_of(part, run, step):
    """Return maps, as {"svg", "text"}, of a part's value and of its gradient, as far as they are known at a step."""
    name = Words(run.trace).called(part)
    known = part.kind != "op" or step >= 0 or part in run.trace.ops[:step]
    found = [(name, part.value if known else None), (f"∇ {name}", gradient_of(part, run))]
    maps = [heatmap(array, called) for called, array in found if array is not None] or [("", f"{name} is not known here.")]
    return [{"svg": svg, "text": text} for svg, text in maps]


def _arrivals(run):
    """Return {Part: gradient that has arrived so far}, of a part with several outputs at the first that got one."""
    found, output = {}, {}
    for taken in run.steps:
        if taken.part is run.trace.root and taken.arrived is not None:
            found[taken.part] = taken.arrived
        for position, gradient in taken.handed.items():
            part, pick = taken.part.inputs[position], taken.part.picks[position]
            if output.setdefault(part, pick) == pick:
                found[part] = gradient if part not in found else found[part] + gradient
    return found


def _said(box, telling, arrivals):
    run = telling.run
    part = run.twin(box.face)
    rows = rows_of(part.shape or ())
    known = part.kind != "op" or part in telling.computed_already
    if not known:
        value = [UNKNOWN]
    elif part.value is None:
        value = [f"mean {four(part.kept.summary.get('mean', 0.0))}"]
    else:
        value = lines(part.value)
    gradient = run.grad(part.key) if part.kind == "leaf" else arrivals.get(part)
    slope = ["∇ " + (NONE_EVER if part not in telling.visited else NONE_YET)]
    if gradient is not None:
        slope = [("∇ " if place == 0 else GAP) + line for place, line in enumerate(gradient_lines(gradient))]
    if part.kind == "constant":
        slope = []
    else:  # as many lines at every step, so that nothing moves
        slope += [""] * (rows - len(slope))
    inside = {run.twin(each) for each in box.parts}
    state = "now" if telling.now in inside and not box.ghost else "done" if inside & telling.taken.keys() else "wait"
    kind = {"op": "step", "fold": "folded module"}.get(box.kind, box.kind)
    spoken = f"{box.title}, {kind}, value {' '.join(value) if known else 'not computed yet'}"
    spoken += f", gradient {' '.join(gradient_lines(gradient))}" if gradient is not None else ""
    return Said(value + [""] * (rows - len(value)), slope, state, spoken + (", this step" if state == "now" else ""))


def _wire(wire, telling):
    """Return (text, state) of a wire: forward it may carry a value now; backward, what went along it."""
    uses = [(telling.run.twin(part), position) for part, position in wire.uses]
    if told := telling.cut(uses):
        return told, "cut"
    now = any(part is telling.now for part, _ in uses)
    if telling.step <= 0:
        return "", "flow" if telling.step < 0 and now else "wait"
    gradient = telling.along(wire)
    if gradient is None:
        return "", "wait"
    text = brief(gradient)
    told = telling.in_numbers(*uses[0]) if now and len(uses) == 1 and gradient.size == 1 else None
    if told and told[0] != text and len(f"{told[0]} = {text}") <= EDGE_ROOM:
        text = f"{told[0]} = {short(told[1])}"
    came = telling.step > 0 and any(part.inputs[position] is telling.now for part, position in uses)
    return text, "now" if now else "came" if came else "done"


def strength(gradient):
    """Return (width, sign) of the line for a gradient: widths go by powers of ten of its length, so that very small ones show.

    >>> import numpy as np
    >>> strength(np.array(3.0)), strength(np.array([-0.01, 0.0])), strength(np.array([1e-9, -1e-9])), strength(np.zeros(2)), strength(None)
    ((4, 'plus'), (2, 'minus'), (0, 'both'), (0, 'zero'), (0, ''))
    """
    if gradient is None or gradient.dtype.kind == "c" or not gradient.size:
        return 0, ""
    length = float(np.sqrt(np.square(gradient, dtype=np.float64).sum()))
    if not length or not np.isfinite(length):
        return 0, "zero" if not length else ""
    above, below = bool((gradient > 0).any()), bool((gradient < 0).any())
    return max(0, min(5, int(np.floor(np.log10(length))) + 4)), "both" if above and below else "plus" if above else "minus"


def _table(scene, boxes):
    """Return rows of (what, from, value, gradient): the same as the picture."""
    titles = {box.key: box.title for box in scene.boxes}
    rows = []
    for box in scene.boxes:
        if not box.ghost:
            said = boxes[box.key]
            sources = [titles[wire.source] for wire in scene.wires if wire.target == box.key]
            slopes = [line.removeprefix("∇ ").removeprefix(GAP) for line in said.gradient if line]
            rows.append((box.title, ", ".join(sources), "\n".join(filter(None, said.value)), "\n".join(slopes)))
    return rows
