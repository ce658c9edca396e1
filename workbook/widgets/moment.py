"""What a graph shows at one moment: forward so far, or so many steps back."""

from .model import Moment, Said
from .numbers import GAP, brief, by, four, gradient_lines, lines, rows_of, short
from .telling import Telling

UNKNOWN = "·"        # a value that the forward pass has not reached
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


def moment_of(scene, words, run, step, number=1, place=()):
    """Return the Moment of `run` at `step`: negative while the forward pass is running, then how many steps were taken back.

    `number` counts the backward passes, over which leaves add up; `place` is the element of arrays that the numbers follow.
    """
    telling = Telling(scene, words, run, step, number, place)
    arrivals = _arrivals(run)
    boxes = {box.key: _said(box, telling, arrivals) for box in scene.boxes}
    wires = {wire.key: _wire(wire, telling) for wire in scene.wires}
    return Moment(boxes, wires, telling.status(), telling.sentence(), telling.panel(), _table(scene, boxes))


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
    slope = ["∇ " + NONE_YET]
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
    return text, "now" if now else "done"


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
