"""The live graph: a widget that keeps one Run, says what it shows, and sends what changed."""

from math import ceil, log10
from pathlib import Path
from time import perf_counter

import numpy as np
import traitlets

from workbook.errors import explain
from workbook.tensor import Tensor

from .folding import Folding
from .moment import moment_of, structure_only
from .numbers import four, gradient_lines, lines
from .origin import Called, Recorded, check_single
from .scene import build
from .sources import engine_lines, student_line
from .still import html, told
from .svg import Drawing
from .words import Words

try:
    import anywidget
except ImportError as missing:
    raise ImportError(explain(
        f"graph() needs the package {missing.name}", "the live view is a widget of JupyterLab",
        "pip install anywidget, or python lab.py; picture(loss) draws without it")) from None

HERE = Path(__file__).parent
SLOW = 0.05   # seconds of one run beyond which slopes by differences would make a slider heavy


def origin_of(result, arguments, frame):
    """Return what a live graph of `result` gets its numbers from."""
    if callable(result) and not isinstance(result, Tensor):
        if not arguments:
            raise TypeError(explain(
                "graph(f) needs a number for each argument of f", "it calls f with them, and makes a slider for each",
                "write graph(f, x=3.)"))
        return Called(result, arguments, frame)
    check_single(result)
    if arguments:
        raise TypeError(explain(
            f"graph(tensor) takes no {next(iter(arguments))}=", "the values of a tensor's graph are in its leaves",
            "give a function: graph(f, x=3.)"))
    return Recorded(result, frame)


class LiveGraph(anywidget.AnyWidget):
    """The widget behind `graph`. `step` is where it stands: below 0 in the forward pass, above 0 in the backward pass."""

    _esm = HERE / "graph.js"
    _css = HERE / "style.css"
    drawing = traitlets.Unicode().tag(sync=True)     # the SVG; sent again only when its form changes
    title = traitlets.Unicode().tag(sync=True)
    groups = traitlets.List().tag(sync=True)         # modules that can be folded
    sliders = traitlets.List().tag(sync=True)
    fixed = traitlets.Unicode().tag(sync=True)       # why there are no sliders
    state = traitlets.Dict().tag(sync=True)          # everything that a view says
    changes = traitlets.Dict().tag(sync=True)        # what of it is new
    moved = traitlets.Dict().tag(sync=True)          # from the page: slider -> number
    seq = traitlets.Int(0).tag(sync=True)            # counts finished updates, for tests

    def __init__(self, origin):
        super().__init__()
        self._origin = origin
        self._chosen = {}                            # leaf -> the element that its slider moves
        self._run = self._form = self._failed = None
        self._scene = self._drawn = None
        self._still = origin.why_still()
        self._begin()
        self.on_msg(lambda _, message, __: self._act(**message))
        self.observe(self._slide, "moved")

    def __repr__(self):
        return f"Live graph of {told(self._scene, self._moment)}"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)
        data["text/html"] = html(self._scene, self._moment, self._drawn.svg(self._moment, alone=True))
        return data, metadata

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def _begin(self):
        """First values, no gradients, forward done."""
        self._values = {key: value.copy() for key, value in self._origin.values.items() if value is not None}
        self._passes = [{}]                          # what the leaves had accumulated before each backward pass
        self.step = 0
        self._compute()

    def _act(self, action, key=None, place=None):
        """Do what a button, a key or a click asks for."""
        if action == "reset":
            self.moved = {}
            self._begin()
        elif action == "fold":
            self._fold(key)
        elif action == "element":
            self._chosen[key] = self._place(key, place)
            self._measure()
            self._show()
        elif self._run is not None:
            self._move(action, key)
            self._show()

    def _slide(self, change):
        for key, number in change["new"].items():
            if key in self._values and change["old"].get(key) != number:
                self._values[key][self._chosen.get(key, (0,) * self._values[key].ndim)] = number
        self._compute()

    def _move(self, action, key):
        last, first = self._run.total, -len(self._run.trace.ops)
        if action == "on" and self.step == last:
            self._passes.append({name: self._run.grad(name) for name in self._run.leaves if self._run.grad(name) is not None})
            self._restart(0)
        elif action == "back" and self.step == 0 and len(self._passes) > 1:
            self._passes.pop()
            self._restart(last)
        elif action == "zero":
            self._passes = [{}]
            self._restart(self.step)
        elif action == "start":
            self.step = 0 if self.step > 0 else first
        elif action == "end":
            self.step = 0 if self.step < 0 else last
        elif action in ("on", "back"):
            self.step = self._next(1 if action == "on" else -1)
        elif action == "open":
            box = next((box for box in self._scene.boxes if box.key == key), None)
            if box is not None and box.folds:
                return self._fold(box.folds)
            part = box and self._run.twin(box.face)
            if part in self._run.order:
                self.step = self._run.order.index(part) + 1
        self._run.go_to(max(self.step, 0))

    def _next(self, side):
        """The next step on one side that is in another box: a folded module is one step."""
        first, last = -len(self._run.trace.ops), self._run.total
        step, box = max(first, min(last, self.step + side)), self._box_at
        while first < step < last and step != 0 and box(step) is box(step + 1 if side > 0 else step + 1) and step + side != 0:
            step += side
        return step

    def _box_at(self, step):
        """The key of the box that a step is about."""
        ops = self._run.trace.ops
        if not -len(ops) < step <= self._run.total or step == 0:
            return object()
        part = self._run.order[step - 1] if step > 0 else ops[len(ops) + step - 1]
        return self._box_keys.get(part.key)

    def _restart(self, step):
        self._run = self._origin.run(self._values, self._passes[-1])
        self.step = step
        self._run.go_to(max(step, 0))

    def _fold(self, key):
        self._folding.toggle(key)
        self._rebuild()
        self._show(redraw=True)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _compute(self):
        """Run on the present values, keep the step, and show the result; a failing function leaves the last picture."""
        self._failed = None
        if self._still:
            self._origin_trace = self._origin.trace
            self._folding = self._folding_of(self._origin.trace)
            self._rebuild()
            return self._show(redraw=True)
        begun = perf_counter()
        try:
            self._run = self._origin.run(self._values, self._passes[-1])
        except Exception as problem:  # the student's function may raise anything at all
            if self._form is None:
                raise
            self._failed = f"{type(problem).__name__}: {(str(problem).splitlines() or ['no message'])[0].rstrip('.!')}"
            return self._show()
        self._seconds = perf_counter() - begun
        self._measure()
        form = self._run.trace.signature()
        redraw = form != self._form
        if redraw:
            self._form = form
            self._folding = self._folding_of(self._origin.trace)
            self._rebuild()
        self.step = max(-len(self._run.trace.ops), min(self.step, self._run.total))
        self._run.go_to(max(self.step, 0))
        self._show(redraw)

    def _folding_of(self, trace):
        return Folding(trace, self._origin.names.of_module)

    def _rebuild(self):
        trace = self._origin.trace
        self._scene = build(trace, Words(trace), self._folding)
        self._box_keys = {part.key: box.key for box in self._scene.boxes if not box.ghost for part in box.parts}

    def _measure(self):
        """Slopes by differences, for the leaves that have sliders."""
        self._slopes = {}
        if self._run is None or self._seconds > SLOW:
            return
        for key in self._origin.movable:
            if key in self._values:
                try:
                    self._slopes[key] = self._origin.slope(self._values, key, self._where(key))
                except Exception as problem:  # the function may fail beside a point where it does not
                    self._slopes[key] = type(problem).__name__

    def _show(self, redraw=False):
        """Send the present moment: all of it where the form is new, else what changed."""
        words = Words(self._origin.trace if self._run is None else self._run.trace)
        if self._run is None:
            moment = structure_only(self._scene, self._origin.trace, self._still)
        else:
            moment = moment_of(self._scene, words, self._run, self.step, len(self._passes),
                               next(reversed(self._chosen.values()), ()))
        if self._failed:
            moment.sentence = f"The function failed here: {self._failed}. The picture shows the last values that worked."
        self._moment = moment
        state = self._state(moment, words)
        with self.hold_sync():
            if redraw:
                self._drawn = Drawing(self._scene, moment)
                self.title, self.groups = self._scene.title, [list(group) for group in self._scene.groups]
                self.drawing, self.state = self._drawn.svg(moment), state
            else:
                self.changes = _difference(self.state, state)
                self.set_state_silently(state)
            self.sliders = self._sliders()
            self.fixed = self._still or "No leaf here is small enough for a slider."
            self.seq += 1

    def set_state_silently(self, state):
        """Keep `state` for views that open later; open views get the changes only."""
        with self.hold_trait_notifications():
            self._trait_values["state"] = state

    def _state(self, moment, words):
        boxes = {key: {"texts": said.value + said.gradient, "state": said.state, "spoken": said.spoken}
                 for key, said in moment.boxes.items()}
        return {"boxes": boxes, "wires": {key: list(wire) for key, wire in moment.wires.items()}, "status": moment.status,
                "sentence": moment.sentence, "panel": self._with_source(moment.panel), "table": [list(row) for row in moment.table],
                "leaves": self._leaves(words), "notes": " ".join([self._origin.note, *self._scene.notes]), "can": self._can()}

    def _with_source(self, panel):
        if not panel.get("operation"):
            return panel
        node = next(part.node for part in self._origin.trace.ops if part.key == panel["operation"])
        where, code = engine_lines(node)
        line = student_line(node.record)
        return {**panel, "where": where, "code": code, "line": line}

    def _can(self):
        """Which buttons have something to do."""
        if self._run is None:
            return dict.fromkeys(("start", "back", "on", "end", "reset", "zero"), False)
        first, last = -len(self._run.trace.ops), self._run.total
        return {"start": self.step > first, "back": self.step > first or len(self._passes) > 1, "on": True, "end": self.step < last, "reset": True,
                "zero": any(self._run.grad(key) is not None for key in self._run.leaves)}

    def _leaves(self, words):
        rows = []
        for part in self._origin.trace.leaves:
            if self._run is not None:
                part = self._run.twin(part)
            name = words.called(part)
            grad = None if self._run is None else self._run.grad(part.key)
            value = part.value
            if part.key in self._origin.movable and value is not None:  # one row is one number: the one that the slider moves
                where = self._where(part.key)
                name = f"{name}{list(where)}" if where else name
                value, grad = value[where], None if grad is None else grad[where]
            slope = self._slopes.get(part.key, "–") if self._run is not None else "–"
            rows.append([name, "" if value is None else "\n".join(lines(value)),
                         "None" if grad is None else "\n".join(gradient_lines(grad)), four(slope) if isinstance(slope, float) else slope])
        return rows

    def _where(self, key):
        return self._chosen.get(key, (0,) * self._values[key].ndim)

    def _place(self, key, number):
        return tuple(int(at) for at in np.unravel_index(number, self._values[key].shape))

    def _sliders(self):
        if self._still:
            return []
        rows = []
        for key, name in self._origin.movable.items():
            value, first, where = self._values[key], self._origin.values[key], self._where(key)
            reach = _reach(float(first[where]))
            places = [f"{name}{list(place)}" for place in np.ndindex(value.shape)] if value.ndim else []
            rows.append({"id": key, "name": f"{name}{list(where)}" if where else name, "least": -reach, "most": reach,
                         "grain": reach / 100, "value": float(value[where]), "elements": places,
                         "chosen": int(np.ravel_multi_index(where, value.shape)) if where else 0})
        return rows


def _reach(value):
    """Return how far a slider goes to both sides: 1, 2, 5, 10, 20, 50 ... and well beyond its first value."""
    wanted = max(1.0, 1.2 * abs(value)) if np.isfinite(value) else 1.0
    power = 10.0 ** (ceil(log10(wanted)) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= wanted)


def _difference(old, new):
    """Return what of `new` differs from `old`; boxes and wires one by one."""
    changed = {}
    for name, value in new.items():
        if name in ("boxes", "wires"):
            value = {key: said for key, said in value.items() if old.get(name, {}).get(key) != said}
        if value != old.get(name):
            changed[name] = value
    return changed
