"""The live graph: a widget that keeps one Run, says what it shows, and sends what changed."""

import sys
from time import perf_counter

import traitlets

from workbook.errors import explain

from .cuts import Cuts
from .files import script, styles
from .folding import Folding
from .leaves import NOT_NUDGED, WHY_NOT, Leaves
from .moment import failure, maps_of, moment_of, structure_only
from .origin import Recorded
from .scene import build, plural
from .showing import able, difference, part_of, with_source
from .sources import line_of
from .still import html, save_svg, told
from .svg import Drawing
from .unlike import unlike
from .words import Words

try:
    import anywidget
except ImportError as missing:
    raise ImportError(explain(
        f"graph() needs the package {missing.name}", "the live view is a widget of JupyterLab",
        "pip install anywidget, or python lab.py; picture(loss) draws without it")) from None

TOOLS = {"": "The tools are put away.",
         "scissors": "Scissors: a click on an edge, or arrows and Enter, puts detach() on it. Escape puts them away.",
         "no_grad": "no_grad: a click on a box, or Enter on it, computes it under torch.no_grad(). Escape puts the tool away."}
SLOW = 0.05   # seconds of one run beyond which slopes by differences would make a slider heavy


class LiveGraph(anywidget.AnyWidget):
    """The widget behind `graph`. `step` is where it stands: below 0 in the forward pass, above 0 in the backward pass."""

    _esm = script("drawing.js", "graph.js")
    _css = styles("heat.css")
    drawing = traitlets.Unicode().tag(sync=True)     # the SVG; sent again only when its form changes
    title = traitlets.Unicode().tag(sync=True)
    groups = traitlets.List().tag(sync=True)         # modules that can be folded
    sliders = traitlets.List().tag(sync=True)
    fixed = traitlets.Unicode().tag(sync=True)       # why there are no sliders
    state = traitlets.Dict().tag(sync=True)          # everything that a view says
    changes = traitlets.Dict().tag(sync=True)        # what of it is new
    moved = traitlets.Dict().tag(sync=True)          # from the page: slider -> number
    saved = traitlets.Dict().tag(sync=True)          # the picture that the page asked for, to be a file
    seq = traitlets.Int(0).tag(sync=True)            # counts finished updates, for tests

    def __init__(self, origin):
        super().__init__()
        self._origin = origin
        self._still = origin.why_still()
        self._leaves = Leaves(origin)
        self._run = self._form = self._failed = None
        self._chosen = []                            # the keys of boxes that the reader chose, to fold them
        self._cuts, self._tool = Cuts(), ""          # what the reader cut, and the tool in hand: scissors, no_grad or none
        self._mapped, self._looked = False, None     # whether maps are shown, and the box that the reader looks at, if not the step's
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

    def save(self, path):
        """Write the picture as it stands to a file that ends in .svg. Raises ValueError for another ending."""
        save_svg(self._drawn.svg(self._moment, alone=True), path)

    def compare(self, other):
        """Return this graph's result and another, a Tensor or a live graph, side by side."""
        from .comparison import Comparison

        second = other._origin if isinstance(other, LiveGraph) else Recorded(other, sys._getframe(1))
        return Comparison(self._origin, second)

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def _begin(self):
        """First values, no gradients, forward done."""
        self._leaves.reset()
        self._cuts = Cuts()
        self._passes = [{}]                          # what the leaves had accumulated before each backward pass
        self.step = 0
        self._compute()

    def _act(self, action, key=None, place=None):
        """Do what a button, a key or a click asks for."""
        if action == "moved":  # `_slide` has seen it; the page only asks whether anybody is there
            return
        if action == "reset":
            self.moved = {}
            self._begin()
        elif action == "fold":
            self._fold(key)
        elif action == "choose":
            self._choose(key)
        elif action == "gather":
            self._gather(key)
        elif action == "element":
            self.moved = {other: number for other, number in self.moved.items() if other != key}
            self._leaves.choose(key, place)
            self._leaves.measure(self._quick)
            self._show()
        elif action in ("svg", "png"):
            self.saved = {"kind": action, "svg": self._drawn.svg(self._moment, alone=True), "number": self.saved.get("number", 0) + 1}
            self._show(said=f"The picture goes to graph.{action}, in the folder of the browser's downloads.")
        elif action == "maps":
            self._mapped = bool(place)
            self._show()
        elif self._run is None:
            return
        elif action in ("tool", "wire", "undo") or (action == "open" and self._tool == "no_grad"):
            self._cut(action, key)
        else:
            self._looked = None
            self._move(action, key)

    def _slide(self, change):
        """The page moved sliders."""
        moved = {key: number for key, number in change["new"].items() if change["old"].get(key) != number}
        for key, number in moved.items():
            self._leaves.move(key, number)
        if moved:
            self._compute()

    def _move(self, action, key):
        """Go to another step, or begin or leave a backward pass."""
        last, first = self._run.total, -len(self._run.trace.ops)
        if action == "on" and self.step == last:
            grads = {name: self._run.grad(name) for name in self._run.leaves}
            self._passes.append({name: grad for name, grad in grads.items() if grad is not None})
            return self._compute(step=0)
        if action == "back" and self.step == 0 and len(self._passes) > 1:
            self._passes.pop()
            return self._compute(step=last)
        if action == "zero":
            self._passes = [{}]
            return self._compute()
        if action == "open":
            box = self._box(key)
            if box.folds:
                return self._fold(box.folds)
            part = self._run.twin(box.face)
            self._looked = box.key
            if part in self._run.order:
                self.step = self._run.order.index(part) + 1
        elif action == "start":
            self.step = 0 if self.step > 0 else first
        elif action == "end":
            self.step = 0 if self.step < 0 else last
        else:
            self.step = self._next(1 if action == "on" else -1)
        self._run.go_to(max(self.step, 0))
        return self._show()

    def _cut(self, action, key):
        """Take a tool, or use it: cut a wire, put no_grad() around a box, undo the newest cut."""
        said = ""
        if action == "tool":
            self._tool = "" if self._tool == key else key
            return self._show(said=TOOLS[self._tool])
        if action == "undo":
            self._cuts.undo()
            said = "The newest cut is undone."
        elif action == "wire":
            wire = next(wire for wire in self._scene.wires if wire.key == key)
            source, target = (self._box(end).title for end in (wire.source, wire.target))
            there = self._cuts.edge(wire.uses)
            said = (f"Cut: {source} goes into {target} as numbers only, as after detach(). No gradient goes back along this edge."
                    if there else f"The edge from {source} to {target} is whole again.")
        else:
            box = self._box(key)
            if not any(part.kind == "op" for part in box.parts):
                return self._show(said=f"no_grad() goes around steps: {box.title} is none. The scissors cut the edges behind it.")
            there = self._cuts.tap(box.parts)
            said = (f"{box.title} is computed under torch.no_grad(): the same value, and no gradient goes back through it." if there else
                    f"{box.title} is recorded again.")
        self._compute(said=said)

    def _next(self, side):
        """The next step on one side: a folded module is one step, and each pass has its ends."""
        step = self.step + side
        while self._box_at(step) == self._box_at(step + 1) is not None:
            step += side
        return max(-len(self._run.trace.ops), min(self._run.total, step))

    def _box_at(self, step):
        """The key of the box that a step is about; None before the first step of each pass, and behind the last."""
        ops = self._run.trace.ops
        if step in (0, -len(ops)) or not -len(ops) < step <= self._run.total:
            return None
        part = self._run.order[step - 1] if step > 0 else ops[len(ops) + step - 1]
        return self._box_keys[part.key]

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _compute(self, step=None, said=""):
        """Run on the present values and show the result at `step`, or where it stood. `said` stands in place of its sentence.

        A function that fails leaves the last picture, and the sentence says so.
        """
        self._failed = None
        if self._still:
            return self._rebuild()
        begun = perf_counter()
        try:
            self._run = self._origin.run(self._leaves.values, self._passes[-1], self._cuts, self._run)
        except (Exception, SystemExit) as problem:  # the student's function may raise anything at all, and must not end the kernel
            if self._form is None and self._origin.broken is not None:
                return self._rebuild()
            if self._form is None:
                raise
            self._failed = f"{type(problem).__name__}: {(str(problem).splitlines() or ['no message'])[0].rstrip('.!')}"
            return self._show()
        self._quick = perf_counter() - begun < SLOW
        self._leaves.measure(self._quick)
        step = self.step if step is None else step
        self.step = max(-len(self._run.trace.ops), min(step, self._run.total))
        self._run.go_to(max(self.step, 0))
        form = self._run.trace.signature()
        if form == self._form:
            return self._show(said=said)
        if self._form is not None and self._cuts.made:  # other steps than those that were cut
            self._form, self._cuts = form, Cuts()
            self._rebuild()
            return self._compute(step)
        self._form = form
        return self._rebuild()

    def _rebuild(self):
        """Show a graph of another form than before."""
        trace = self._origin.trace
        self._folding = Folding(trace, self._origin.names.of_module)
        self._unlike = " ".join(unlike(trace, Words(trace)))
        self._draw()

    def _fold(self, key):
        self._folding.toggle(key)
        self._draw()

    def _choose(self, key):
        """Choose a box for a fold of the reader's own, or let it go again."""
        box = self._box(key)
        key = box.of or key  # a box that is drawn again stands for the first
        self._chosen = [other for other in self._chosen if other != key] if key in self._chosen else [*self._chosen, key]
        titles = [self._box(key).title for key in self._chosen]
        self._show(said=f"Chosen: {', '.join(titles)}. F folds them into one box." if titles else "No box is chosen.")

    def _gather(self, key):
        """Fold what is chosen; with nothing chosen, fold the open group around a box."""
        parts = [part for each in self._chosen for part in self._box(each).parts]
        if parts:
            made = self._folding.gather(parts) if any(part.kind == "op" for part in parts) else None
            if made is None:
                return self._show(said="One box alone, or leaves alone, cannot be folded: choose a step and another box.")
            return self._draw(f"{made.title}: {plural(len(made.parts), 'part')} in one box. Enter on it, or its button above, opens it.")
        around = self._folding.around(self._box(key).face) if key else None
        if around is None:
            return self._show(said="Nothing around this box can be folded. S chooses boxes, F then folds them.")
        self._folding.toggle(around.key)
        return self._draw(f"{around.title} is folded.")

    def _box(self, key):
        return next(box for box in self._scene.boxes if box.key == key)

    def _draw(self, said=""):
        self._chosen = []
        trace = self._origin.trace
        self._scene = build(trace, Words(trace), self._folding)
        self._box_keys = {part.key: box.key for box in self._scene.boxes if not box.ghost for part in box.parts}
        self._show(redraw=True, said=said)

    def _show(self, redraw=False, said=""):
        """Send the present moment: all of it where the form is new, else what changed. `said` stands in place of its sentence."""
        words = Words(self._origin.trace if self._run is None else self._run.trace)
        if self._run is None and self._origin.broken is not None:
            broken = self._origin.broken
            moment = failure(self._scene, self._origin.trace, broken, line_of(broken.location))
        elif self._run is None:
            moment = structure_only(self._scene, self._origin.trace, self._still)
        else:
            moment = moment_of(self._scene, words, self._run, self.step, len(self._passes), self._leaves.followed, self._cuts)
        if self._failed:
            moment.sentence = f"The function failed here: {self._failed}. The picture shows the last values that worked."
        moment.sentence = said or moment.sentence
        self._moment = moment
        state = self._state(moment, words)
        with self.hold_sync():
            if redraw:
                self._drawn = Drawing(self._scene, moment)
                self.title, self.groups = self._scene.title, [list(group) for group in self._scene.groups]
                self.drawing, self.state = self._drawn.svg(moment), state
            else:
                self.changes = difference(self.state, state)
                self._trait_values["state"] = state  # for views that open later; open ones get the changes only
            self.sliders = [] if self._still else self._leaves.sliders()
            self.fixed = self._still or "No leaf here is small enough for a slider."
            self.seq += 1

    def _state(self, moment, words):
        boxes = {key: {"texts": said.value + said.gradient, "state": said.state, "spoken": said.spoken}
                 for key, said in moment.boxes.items()}
        wires = {key: [*wire, *moment.strengths.get(key, (0, ""))] for key, wire in moment.wires.items()}
        leaves = self._leaves.rows(self._run, words)
        why_not = [WHY_NOT] if self._run is not None and any(row[-1] == NOT_NUDGED for row in leaves) else []
        return {"boxes": boxes, "wires": wires, "status": moment.status, "sentence": moment.sentence,
                "panel": self._panel(moment), "table": [list(row) for row in moment.table],
                "leaves": leaves, "notes": " ".join([self._origin.note, *self._scene.notes, *why_not]), "unlike": self._unlike,
                "chosen": self._chosen, "tool": self._tool, "code": self._code(), "can": able(self._run, self.step, self._passes, self._cuts)}

    def _code(self):
        """The lines of the student's code that would cut as the reader did."""
        return self._cuts.code(self._origin.trace, Words(self._origin.trace)) if self._cuts.made else ""

    def _panel(self, moment):
        """What stands beside the picture: the step, the lines behind it and, where they are wanted, maps of the box that was looked at."""
        panel = with_source(moment.panel, self._origin.trace)
        if self._run is None:
            return panel
        looked = next((box for box in self._scene.boxes if box.key == self._looked), None)
        return {**panel, "maps": maps_of(part_of(looked, self._run, self.step), self._run, self.step) if self._mapped else []}
