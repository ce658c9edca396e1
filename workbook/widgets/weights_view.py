"""What `gradient=` does: one weight for each number of the output, and each row of slopes weighed before the rows are added up."""

import inspect

import numpy as np

import workbook as torch
from workbook.autograd import walk
from workbook.autograd.elsewhere import made
from workbook.errors import explain
from workbook.tensor import Tensor

from .board import Board
from .cells import Picture
from .numbers import four, in_brackets, plain, short
from .origin import Recorded
from .replay import run_again, unseen
from .words import Words

OUTPUTS, INPUTS = 6, 8    # numbers of the output and of the leaves that can be drawn
REACH, GRAIN = 2.0, 0.1   # of a slider
LEFT, TOP, WIDE, HIGH, GAP = 20, 50, 92, 64, 6
VALUE, WEIGHT = 104, 78   # widths of the columns before the slopes


class WeightsView(Board):
    """The widget behind `weights`: a recorded result, the slopes of each of its numbers, and a weight for each."""

    def __init__(self, result, frame):
        self.origin = _recorded(result, frame)
        trace = self.origin.trace
        called = Words(trace).called
        self.name = called(trace.root) if trace.root.name else "y"
        self.shape = tuple(trace.root.value.shape)
        self.outputs = [self.name + (str(list(place)) if place else "") for place in np.ndindex(self.shape)]
        self.leaves = [(part.key, called(part), part.value.shape) for part in trace.leaves]
        self.inputs = [(key, name, place) for key, name, shape in self.leaves for place in np.ndindex(shape)]
        if len(self.outputs) > OUTPUTS or len(self.inputs) > INPUTS:
            raise ValueError(explain(
                f"{self.name} has {len(self.outputs)} numbers and depends on {len(self.inputs)}",
                f"a picture can be read up to {OUTPUTS} outputs and {INPUTS} numbers of leaves", "show a small one of the same kind"))
        with unseen():
            self._root, self._tensors = run_again(trace)
        self.values = self._root.detach()._array.reshape(-1).tolist()
        self.rows = [self.graded(row) for row in np.eye(len(self.outputs))]
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Weights view: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = min(max(int(value), 0), len(self.inputs) - 1)
        elif action == "set" and id == "preset":
            self.weights = dict(self._presets())[value]
        elif action == "set":
            self.weights = [float(value) if f"v{number}" == id else weight for number, weight in enumerate(self.weights)]
        self.show()

    def _begin(self):
        self.weights, self.chosen = [1.0] * len(self.outputs), 0

    def _presets(self):
        many = len(self.outputs)
        ones = [(f"only {name}", [float(number == each) for each in range(many)]) for number, name in enumerate(self.outputs)]
        return [("ones: as sum()", [1.0] * many), (f"1/{many} each: as mean()", [1 / many] * many), *(ones if many > 1 else ())]

    def graded(self, weights):
        """Return the gradients of all numbers of the leaves, in a list: one backward pass of the engine with these weights."""
        with unseen():
            weights = np.array(weights, self._root._array.dtype).reshape(self.shape)
            leaves = [self._tensors[key] for key, _, _ in self.leaves]
            weights = made(self._root.device, lambda xp: xp.asarray(weights))
            found = torch.autograd.grad(self._root, leaves, weights, retain_graph=True, allow_unused=True)
        return [number for grad, (_, _, shape) in zip(found, self.leaves)
                for number in (np.zeros(shape) if grad is None else grad._array).reshape(-1).tolist()]

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _input(self, number):
        _, name, place = self.inputs[number]
        return name + (str(list(place)) if place else "")

    def _picture(self, style):
        picture, sums = Picture(), self.graded(self.weights)
        weighed = [[weight * slope for slope in row] for weight, row in zip(self.weights, self.rows)]
        far = max((abs(number) for row in [*weighed, sums] for number in row if np.isfinite(number)), default=0.0) or 1.0
        first = LEFT + VALUE + WEIGHT + 34
        picture.text(LEFT, 22, "output", "note")
        picture.text(LEFT + VALUE + 8, 22, "weight", "note")
        picture.text(first, 22, "slope to each number; under it slope × weight", "note")
        for row, name in enumerate(self.outputs):
            y = TOP + row * (HIGH + GAP)
            picture.text(LEFT, y + 28, name, "title")
            picture.text(LEFT, y + 46, four(self.values[row]), "code")
            picture.parts.append(_box(LEFT + VALUE, y + 10, WEIGHT, HIGH - 20, "weight", f"× {plain(self.weights[row])}".replace("-", "−")))
            for column, slope in enumerate(self.rows[row]):
                picture.parts.append(self._cell(first + column * (WIDE + GAP), y, column, slope, weighed[row][column], far))
        bottom = TOP + len(self.outputs) * (HIGH + GAP) + 10
        end = first + len(self.inputs) * (WIDE + GAP) - GAP
        picture.parts.append(f'<path class="axis" d="M{first} {bottom - 8}H{end}"/>')
        picture.text(LEFT, bottom + 28, "added up:", "note")
        picture.text(LEFT, bottom + 46, ", ".join(f"{name}.grad" for _, name, _ in self.leaves), "title")
        for column, total in enumerate(sums):
            x = first + column * (WIDE + GAP)
            picture.parts.append(f'<text class="tick" x="{x + WIDE / 2}" y="42" text-anchor="middle">{self._input(column)}</text>')
            picture.parts.append(self._total(x, bottom, column, total, far))
        picture.width, picture.height = max(picture.width, end), bottom + HIGH
        return picture.svg(self._told(), style)

    def _cell(self, x, y, column, slope, weighed, far):
        chosen = " on" if column == self.chosen else ""
        return (f'<g class="cell{chosen}" transform="translate({x:.1f} {y:.1f})"><rect class="face" width="{WIDE}" height="{HIGH}" rx="5"/>'
                f'<text class="number" x="{WIDE / 2}" y="20" text-anchor="middle">{short(slope)}</text>'
                f'{_bar(29, weighed / far)}<text class="slope" x="{WIDE / 2}" y="55" text-anchor="middle">{short(weighed)}</text></g>')

    def _total(self, x, y, column, total, far):
        mine, name = column == self.chosen, self._input(column)
        return (f'<g class="cell{" on chosen" if mine else ""}" transform="translate({x:.1f} {y:.1f})" data-choose="{column}" role="button" '
                f'tabindex="{0 if mine else -1}" aria-pressed="{"true" if mine else "false"}" aria-label="gradient of {name}, {short(total)}">'
                f'<title>what goes into the gradient of {name}?</title><rect class="face" width="{WIDE}" height="{HIGH}" rx="5"/>'
                f'{_bar(16, total / far)}<text class="slope" x="{WIDE / 2}" y="46" text-anchor="middle">∇ {short(total)}</text></g>')

    def _sum(self, factors):
        """Return `1 × 36 + 0.5 × 0` of the weights and other factors."""
        return " + ".join(f"{in_brackets(weight)} × {in_brackets(factor)}" for weight, factor in zip(self.weights, factors))

    def _told(self):
        name, total = self._input(self.chosen), self.graded(self.weights)[self.chosen]
        behind = " + ".join(f"{in_brackets(weight)} × {output}" for weight, output in zip(self.weights, self.outputs))
        return (f"The gradient of {name} is {self._sum([row[self.chosen] for row in self.rows])} = {short(total)}. "
                f"It is the slope of one number, {behind}.")

    def code(self):
        """Return the call, as a student writes it."""
        given = np.array(self.weights).reshape(self.shape).round(4).tolist()
        return f"{self.name}.backward(gradient=torch.tensor({given}))"

    def _state(self):
        sums = self.graded(self.weights)
        one = sum(weight * value for weight, value in zip(self.weights, self.values))
        rows = [[name, four(value), short(weight), *(short(slope) for slope in row)]
                for name, value, weight, row in zip(self.outputs, self.values, self.weights, self.rows)]
        return {
            "label": "weights of a vector output", "title": self.code(), "status": f"{len(self.outputs)} outputs, {len(self.inputs)} numbers of leaves",
            "sentence": self._told(),
            "panels": [
                {"heading": "The gradients", "table": {"head": ["", ".grad"], "classes": ["", "wb-slope"], "rows": [
                    [self._input(number), f"∇ {four(total)}"] for number, total in enumerate(sums)]}},
                {"heading": "The same, as one number", "lines": [f"({self.name} * weights).sum() is {four(one)}.",
                                                                "Its backward() needs no argument and leaves the same gradients."]},
                {"heading": "Where the numbers come from", "lines": [
                    "A row: one backward pass with weight 1 for its output and 0 for the others.",
                    "The last row: one pass with your weights. The engine needs no table of slopes for it."],
                 "code": ["The engine's own lines: workbook/autograd/walk.py", inspect.getsource(walk.backward).rstrip()]}],
            "nav": [["reset", "Reset", "reset: every weight is 1", self.weights != [1.0] * len(self.outputs) or self.chosen > 0]],
            "controls": [*({"id": f"v{number}", "kind": "range", "label": f"weight of {name}", "range": [-REACH, REACH, GRAIN],
                            "value": plain(self.weights[number])} for number, name in enumerate(self.outputs)),
                         {"id": "preset", "kind": "chips", "label": "try", "options": [name for name, _ in self._presets()]}],
            "table": {"head": ["output", "value", "weight", *(f"slope to {self._input(number)}" for number in range(len(self.inputs)))],
                      "rows": [*rows, ["weighed and added up", "", "", *(f"∇ {short(total)}" for total in sums)]]}}


def _recorded(result, frame):
    """Return the steps that led to `result`, and refuse what has none."""
    if not isinstance(result, Tensor):
        raise TypeError(explain(f"weights() needs a Tensor, and got {type(result).__name__}",
                                "only a Tensor remembers how it was computed", "give it the result itself: weights(Q)"))
    if not result.requires_grad or result.is_leaf:
        raise RuntimeError(explain("element 0 of tensors does not require grad and does not have a grad_fn" if not result.requires_grad else
                                   "weights() got a leaf, which no step made", "slopes lead from a result back to its leaves",
                                   "compute a result from a leaf with requires_grad=True, and give that"))
    if result.is_complex():
        raise TypeError(explain("weights() shows real numbers, and got complex ones", "a weight is drawn as a length", "take .real first"))
    origin = Recorded(result, frame, single=False)
    if why := origin.why_still():
        raise RuntimeError(explain("weights() cannot compute this result again", why.rstrip("."), "import workbook.widgets first, and compute it once more"))
    return origin


def _box(x, y, wide, high, kind, text):
    return (f'<g class="cell {kind}" transform="translate({x} {y})"><rect class="face" width="{wide}" height="{high}" rx="{high / 2}"/>'
            f'<text class="slope" x="{wide / 2}" y="{high / 2 + 4.5}" text-anchor="middle">{text}</text></g>')


def _bar(y, share):
    """A bar from the middle of a cell, to the right or to the left, as long as its share of the longest."""
    share = max(-1.0, min(1.0, share)) if np.isfinite(share) else 0.0
    middle, long = WIDE / 2, abs(share) * (WIDE / 2 - 8)
    return (f'<path class="rule" d="M{middle} {y - 2}v13"/>'
            f'<rect class="added" x="{middle if share >= 0 else middle - long:.1f}" y="{y}" width="{long:.1f}" height="9"/>')
