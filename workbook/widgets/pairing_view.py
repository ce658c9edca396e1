"""Which prediction a loss compares with which target: pairs where the shapes are equal, every one with every other where they are not."""

import warnings

import workbook as torch
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.tensor import Tensor

from .board import Board
from .cells import Grid, Picture, shape_text
from .numbers import four, short
from .replay import unseen

MOST = 6        # predictions that can be drawn
SHAPES = {"column": "(N, 1)", "row": "(N,)"}
LEFT, TOP, WIDE = 20, 128, 64


class PairingView(Board):
    """The widget behind `pairing`: N predictions and N targets, and the shape that each comes in."""

    def __init__(self, predictions, targets):
        self.targets = _numbers("targets", targets)
        first = _numbers("predictions", predictions)
        if len(first) != len(self.targets) or not 2 <= len(first) <= MOST:
            raise ValueError(explain(f"pairing() got {len(first)} predictions and {len(self.targets)} targets",
                                     f"it draws 2 to {MOST} pairs", "give two lists of the same length"))
        self._first = first
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Pairing view: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "set" and id in self.shapes:
            self.shapes[id] = value
        elif action == "set" and id == "try":
            self.predictions = list(self.targets) if value == "all right" else [sum(self.targets) / len(self.targets)] * len(self.targets)
        elif action == "choose":
            self.chosen = int(value)
        self.show()

    def _begin(self):
        self.predictions, self.shapes, self.chosen = list(self._first), {"predictions": "column", "targets": "row"}, None

    @property
    def paired(self):
        """Whether each prediction meets its own target alone."""
        return self.shapes["predictions"] == self.shapes["targets"]

    def measured(self):
        """Return the loss, the squares that it is the mean of (as rows), their shape, and what the engine warns of."""
        with unseen(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            p, t = (torch.tensor(numbers)[:, None] if self.shapes[name] == "column" else torch.tensor(numbers)
                    for name, numbers in (("predictions", self.predictions), ("targets", self.targets)))
            loss = F.mse_loss(p, t)
            squares = (p - t) ** 2
        said = next((str(each.message).partition(". ")[0] + "." for each in caught), None)
        return loss.item(), squares._array.reshape(len(self.targets), -1).tolist(), tuple(squares.shape), said

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _at(self, row, column):
        """The prediction and the target that stand behind a square of the N × N grid."""
        down = self.shapes["predictions"] == "column"
        return (row, column) if down else (column, row)

    def _picture(self, style):
        _, squares, shape, _ = self.measured()
        picture, count = Picture(), len(self.targets)
        title = "(prediction − target)²"
        picture.text(LEFT, 22, title, "title")
        picture.text(LEFT, 40, shape_text(shape), "code")
        if self.paired:
            return self._pairs(picture, squares, style)
        down, across = ("prediction", "target") if self.shapes["predictions"] == "column" else ("target", "prediction")
        downs, acrosses = (self.predictions, self.targets) if down == "prediction" else (self.targets, self.predictions)
        picture.text(LEFT, 62, f"↓ {down} (N, 1), repeated to the right", "note")
        picture.text(LEFT, 78, f"→ {across} (N,), repeated downwards", "note")
        left = LEFT + WIDE + 28
        for x, y, side, numbers in ((left - 18, 78, (1, count), acrosses), (LEFT - 18, TOP + 6, (count, 1), downs)):
            grid = Grid(side, WIDE)
            grid.ticks = []  # those of the squares serve both
            picture.grid(x, y, grid, [_cell(short(value), "s0") for value in numbers])
        cells = []
        for row in range(count):
            for column in range(count):
                mine, place = row == column, row * count + column
                p, t = self._at(row, column)
                told = f"prediction {p} with target {t}: {short(squares[row][column])}"
                cells.append(_cell(short(squares[row][column]), "on s2" if mine else "unmeant", told=told, chosen=place == self.chosen,
                                   place=place, first=self.chosen is None and place == 0))
        picture.grid(left - 18, TOP + 6, Grid((count, count), WIDE), cells)
        return picture.svg(self._told(), style)

    def _pairs(self, picture, squares, style):
        count = len(self.targets)
        for row, (name, numbers, kind) in enumerate((("predictions", self.predictions, "s0"), ("targets", self.targets, "s0"),
                                                     ("squares", [each for line in squares for each in line], "on s2"))):
            y = 76 + row * 62
            picture.text(LEFT, y + 38, name, "title")
            picture.grid(LEFT + 112, y, Grid((count,), WIDE), [_cell(short(value), kind) for value in numbers])
        return picture.svg(self._told(), style)

    def _told(self):
        loss, squares, shape, _ = self.measured()
        count = len(self.targets)
        meant = sum((p - t) ** 2 for p, t in zip(self.predictions, self.targets)) / count
        if self.paired:
            return f"The shapes are equal: {count} pairs, and their squares have the mean {short(loss)}."
        said = (f"Shapes {SHAPES[self.shapes['predictions']]} and {SHAPES[self.shapes['targets']]} are stretched to {shape_text(shape)}: every prediction meets every target. "
                f"The mean of {count * count} squares is {short(loss)}. The {count} pairs on the diagonal were meant; their mean is {short(meant)}.")
        if self.chosen is not None:
            row, column = divmod(self.chosen, count)
            p, t = self._at(row, column)
            pair = "a pair that was meant" if p == t else "which nobody asked to compare"
            said = f"Prediction {p} ({short(self.predictions[p])}) with target {t} ({short(self.targets[t])}), {pair}: {short(squares[row][column])}. {said}"
        return said

    def _state(self):
        loss, squares, shape, said = self.measured()
        count = len(self.targets)
        given = [f"{name}: {shape_text((count, 1) if self.shapes[name] == 'column' else (count,))}" for name in self.shapes]
        fix = ["No warning: the shapes are equal."] if self.paired else [f"UserWarning: {said}", "Make them equal: prediction.squeeze(1), or target[:, None]."]
        names = [f"target {number}" for number in range(count)] if self.shapes["predictions"] == "column" else [f"prediction {number}" for number in range(count)]
        rows = ([["square", *(four(each) for line in squares for each in line)]] if self.paired else
                [[f"{'prediction' if self.shapes['predictions'] == 'column' else 'target'} {row}", *map(four, line)] for row, line in enumerate(squares)])
        return {
            "label": "pairs of a loss", "title": "F.mse_loss(prediction, target)", "status": f"loss {four(loss)}",
            "sentence": self._told(),
            "panels": [{"heading": "The shapes", "lines": given}, {"heading": "What the engine says", "lines": fix},
                       {"heading": "Where the numbers come from",
                        "lines": ["F.mse_loss stretches both to one shape, as every operation does (lesson 02), and takes the mean of all squares."]}],
            "nav": [["reset", "Reset", "reset: the first predictions and shapes",
                     self.predictions != self._first or self.chosen is not None or self.shapes != {"predictions": "column", "targets": "row"}]],
            "controls": [*({"id": name, "kind": "select", "label": f"shape of the {name}", "options": [[key, text] for key, text in SHAPES.items()],
                            "value": self.shapes[name]} for name in self.shapes),
                         {"id": "try", "kind": "chips", "label": "predictions", "options": ["all right", "all the mean of the targets"]}],
            "table": {"head": ["", *(names if not self.paired else [f"pair {number}" for number in range(count)])], "rows": rows}}


def _cell(text, classes, told="", chosen=False, place=None, first=False):
    """A cell; one with a place can be chosen, and one of them takes the focus."""
    extra = ""
    if place is not None:
        extra = (f' data-choose="{place}" role="button" tabindex="{0 if chosen or first else -1}" aria-pressed="{"true" if chosen else "false"}" aria-label="{told}"')
    return {"text": text, "classes": classes + (" chosen" if chosen else ""), "told": told, "extra": extra}


def _numbers(name, given):
    given = given.reshape(-1).tolist() if isinstance(given, Tensor) else given
    try:
        return [float(each) for each in given]
    except (TypeError, ValueError):
        raise TypeError(explain(f"pairing() needs a list of numbers for its {name}", None, "write pairing([0., 1., 2.], [0., 1., 2.])")) from None
