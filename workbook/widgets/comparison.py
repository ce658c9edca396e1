"""Two runs side by side: the same steps of both, and a mark wherever a value or a gradient differs."""

from difflib import SequenceMatcher

import numpy as np
import traitlets

from .files import script, styles
from .folding import Folding
from .moment import gradient_of, moment_of
from .numbers import gradient_lines, lines
from .replay import Run
from .scene import build
from .still import spaced
from .svg import Drawing
from .widget import Still, View
from .words import Words

GAP = 24      # between the two still pictures
FEW = 5       # differences that the sentence names


class Side:
    """One of the two runs: its scene, its run and what it says at a step."""

    def __init__(self, origin):
        self.origin, self.trace = origin, origin.trace
        self.run = Run(self.trace)
        self.words = Words(self.run.trace)
        self.scene = build(self.trace, Words(self.trace), Folding(self.trace, origin.names.of_module))
        self.scene.down = True  # two stand beside each other
        self.moment = moment_of(self.scene, self.words, self.run, 0)
        self.drawn = Drawing(self.scene, self.moment)

    def at(self, step):
        """Go to a step, or to the last where there are fewer."""
        step = min(step, self.run.total)
        self.run.go_to(step)
        self.moment = moment_of(self.scene, self.words, self.run, step)


class Comparison(View):
    """The widget behind `graph(loss, other)`. `step` counts the steps of both backward passes."""

    _esm = script("drawing.js", "compare.js")
    _css = styles()
    drawings = traitlets.List().tag(sync=True)

    def __init__(self, first, second):
        super().__init__()
        self._sides = Side(first), Side(second)
        self._pairs = matched(*(side.run.trace for side in self._sides))
        self.step = 0
        self._show()

    def __repr__(self):
        return f"Two graphs. {self._sentence()}"

    @property
    def total(self):
        """The steps of the longer pass."""
        return max(side.run.total for side in self._sides)

    def still(self):
        """Return both pictures as one that needs no kernel."""
        one, other = (side.drawn for side in self._sides)
        inner = "".join(side.drawn.svg(side.moment, alone=True).replace("<svg ", f'<svg x="{x}" ', 1)
                        for side, x in zip(self._sides, (0, one.width + GAP)))
        width, height = one.width + GAP + other.width, max(one.height, other.height)
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{inner}</svg>'
        return Still(svg, repr(self), HEAD, self._rows(), note=self._sentence())

    def save(self, path):
        """Write both pictures to one file that ends in .svg. Raises ValueError for another ending."""
        from .still import save_svg

        save_svg(self.still().svg, path)

    def _act(self, action, key=None):
        moves = {"start": 0, "back": self.step - 1, "on": self.step + 1, "end": self.total}
        if action == "open":
            side = self._sides[int(key[0])]
            part = side.run.twin(next(box.face for box in side.scene.boxes if box.key == key[1:]))
            moves["open"] = side.run.order.index(part) + 1 if part in side.run.order else self.step
        self.step = max(0, min(self.total, moves[action]))
        self._show()

    def _show(self):
        for side in self._sides:
            side.at(self.step)
        self._mark()
        state = [{"title": side.scene.title,
                  "boxes": {key: {"texts": said.value + said.gradient, "state": said.state, "spoken": said.spoken, "mark": said.mark}
                            for key, said in side.moment.boxes.items()},
                  "wires": {key: [*wire, *side.moment.strengths.get(key, (0, ""))] for key, wire in side.moment.wires.items()}}
                 for side in self._sides]
        can = {"start": self.step > 0, "back": self.step > 0, "on": self.step < self.total, "end": self.step < self.total}
        with self.hold_sync():
            if not self.drawings:
                self.drawings = [side.drawn.svg(side.moment) for side in self._sides]
            self.state = {"sides": state, "status": f"backward, step {self.step} of {self.total}", "sentence": self._sentence(),
                          "head": list(HEAD), "table": [list(row) for row in self._rows()], "can": can}
            self.seq += 1

    def _mark(self):
        """Put a mark on every box whose numbers differ from those of its partner, or that has none."""
        there = self._pairs, {other: one for one, other in self._pairs.items()}
        for place, side in enumerate(self._sides):
            other = self._sides[1 - place]
            for box in side.scene.boxes:
                said = side.moment.boxes[box.key]
                part = side.run.twin(box.face)
                partner = there[place].get(part)
                said.mark = "" if box.ghost else "only here" if partner is None else difference(part, side.run, partner, other.run)
                said.spoken += f", {SPOKEN[said.mark]}" if said.mark else ""

    def _rows(self):
        """Rows of (what, value, value of the other, gradient, gradient of the other, what differs)."""
        rows = []
        for box in self._sides[0].scene.boxes:
            if box.ghost:
                continue
            part = self._sides[0].run.twin(box.face)
            partner = self._pairs.get(part)
            numbers = [_numbers(each, side.run) for each, side in zip((part, partner), self._sides)]
            rows.append((box.title, *(pair[kind] for kind in (0, 1) for pair in numbers), self._sides[0].moment.boxes[box.key].mark))
        others = self._sides[1]
        return rows + [(box.title, "", _numbers(others.run.twin(box.face), others.run)[0], "", _numbers(others.run.twin(box.face), others.run)[1],
                        "only there") for box in others.scene.boxes if others.moment.boxes[box.key].mark == "only here"]

    def _sentence(self):
        differing = [row for row in self._rows() if row[-1]]
        where = f"Step {self.step} of {self.total}" if self.step else "Before the first step back"
        if not differing:
            return f"{where}: nothing differs."
        named = ", ".join(f"{row[0]} ({row[-1]})" for row in differing[:FEW]) + (" and more" if len(differing) > FEW else "")
        return f"{where}: {len(differing)} of {len(self._rows())} boxes differ: {named}."


HEAD = ("part", "value", "value, other", "gradient", "gradient, other", "differs")
SPOKEN = {"≠ value": "its value differs", "≠ ∇": "its gradient differs", "≠ value, ∇": "its value and its gradient differ",
          "only here": "only in this run"}


def difference(part, run, partner, other):
    """Return what differs between two Parts at the present steps of their runs: `≠ value`, `≠ ∇`, `≠ value, ∇`, or ''."""
    value = not _same(part.value, partner.value)
    gradient = not _same(gradient_of(part, run), gradient_of(partner, other))
    return "≠ value, ∇" if value and gradient else "≠ value" if value else "≠ ∇" if gradient else ""


def _same(one, other):
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc" and other.dtype.kind in "fc")


def _numbers(part, run):
    """A part's value and gradient as texts."""
    if part is None:
        return "", ""
    gradient = gradient_of(part, run)
    return (spaced("\n".join(lines(part.value))) if part.value is not None else "",
            spaced("\n".join(gradient_lines(gradient))) if gradient is not None else "")


def matched(one, other):
    """Return {Part of one trace: its Part in the other}: leaves, constants and steps of the same kind, in the same order."""
    pairs = {}
    for mine, theirs in ((one.leaves, other.leaves), (one.constants, other.constants), (one.ops, other.ops)):
        forms = [[(part.node.name() if part.node else "", len(part.shape or ())) for part in parts] for parts in (mine, theirs)]
        for start, also, count in SequenceMatcher(None, *forms, autojunk=False).get_matching_blocks():
            pairs.update(zip(mine[start:start + count], theirs[also:also + count]))
    return pairs
