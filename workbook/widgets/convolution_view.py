"""A kernel that slides over a small picture: each place is a window, its numbers times the kernel's, added up."""

import math

import workbook as torch
from workbook.errors import explain
from workbook.nn import functional as F
from workbook.tensor import Tensor

from . import photograph
from .board import Board, first_lines
from .cells import Grid, Picture, shape_text
from .numbers import in_brackets, short
from .replay import unseen
from .sources import engine_lines

SIDES = (2, 8)                # of a picture that can be drawn
KERNELS = (1, 4)              # of a kernel
WIDE, HIGH, LEFT, TOP = 36, 30, 34, 64
SPACE = 34
WRITTEN = 9                   # products that are written out

PICTURES = {
    "an edge": [[0, 0, 0, 9, 9, 9]] * 6,
    "a corner": [[0, 0, 0, 0, 0, 0]] * 3 + [[0, 0, 0, 9, 9, 9]] * 3,
    "counting": [[row * 6 + column for column in range(6)] for row in range(6)],
    "one point": [[9 if (row, column) == (2, 3) else 0 for column in range(6)] for row in range(6)],
}
FILTERS = {
    "left to right": [[-1, 0, 1]] * 3,
    "top to bottom": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "mean": [[1 / 9] * 3] * 3,
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "the middle alone": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "2 × 2, all ones": [[1, 1], [1, 1]],
}
CHOICES = {"stride": (1, 2, 3), "padding": (0, 1, 2), "dilation": (1, 2)}


class ConvolutionView(Board):
    """The widget behind `convolution`: picture, kernel, settings, and at which place of the output the window stands."""

    def __init__(self, picture, kernel, stride, padding, dilation):
        self.pictures = ({"your own": _numbers("picture", picture, SIDES)} if picture is not None else {}) | PICTURES
        if photograph.is_there():
            self.pictures[photograph.NAME] = None  # it is read when it is asked for
        self.kernels = ({"your own": _numbers("kernel", kernel, KERNELS)} if kernel is not None else {}) | FILTERS
        settings = {"stride": stride, "padding": padding, "dilation": dilation}
        for name, value in settings.items():
            if isinstance(value, bool) or value not in CHOICES[name]:
                raise ValueError(explain(f"convolution() got {name}={value!r}", f"it draws {name} {', '.join(map(str, CHOICES[name]))}", f"write {name}={CHOICES[name][0]}"))
        self._first = {"picture": next(iter(self.pictures)), "kernel": next(iter(self.kernels)), **settings}
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Convolution stepper: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "on":
            self.place = min(self.place + 1, self.count - 1)
        elif action == "back":
            self.place = max(self.place - 1, 0)
        elif action == "end":
            self.place = max(self.count - 1, 0)
        elif action == "choose":
            self.place = min(max(int(value), 0), self.count - 1)
        elif action == "set":
            self.chosen = {**self.chosen, id: int(value) if id in CHOICES else value}
            self.place = 0
            self._compute()
            if self.is_photograph() and self.result:  # in the middle, where there is something to see
                self.place = len(self.result) // 2 * len(self.result[0]) + len(self.result[0]) // 2
        self.show()

    def _begin(self):
        self.chosen, self.place = dict(self._first), 0
        self._compute()

    def is_photograph(self):
        """Whether the picture is the photograph, which is drawn in greys and without its numbers."""
        return self.chosen["picture"] == photograph.NAME

    def _compute(self):
        """Let the engine convolve."""
        self.picture = photograph.numbers() if self.is_photograph() else self.pictures[self.chosen["picture"]]
        self.kernel = self.kernels[self.chosen["kernel"]]
        settings = {name: self.chosen[name] for name in CHOICES}
        self.problem = None
        with unseen():
            x, w = (torch.tensor(rows, dtype=torch.float32)[None, None] for rows in (self.picture, self.kernel))
            try:
                out = F.conv2d(x, w.requires_grad_(), **settings)
                self.result, self.node = [row[:] for row in out._array[0, 0].tolist()], out.grad_fn
            except RuntimeError as problem:
                self.result, self.problem = [], problem
        self.count = sum(map(len, self.result))

    def window(self):
        """Return the places (row, column) of the padded picture under the kernel, row by row."""
        row, column = divmod(self.place, len(self.result[0]))
        stride, dilation = self.chosen["stride"], self.chosen["dilation"]
        return [(row * stride + i * dilation, column * stride + j * dilation) for i in range(len(self.kernel)) for j in range(len(self.kernel[0]))]

    def padded(self):
        """Return the picture with the zeros of its padding around it."""
        edge, wide = self.chosen["padding"], len(self.picture[0])
        blank = [0.0] * (wide + 2 * edge)
        return [list(blank) for _ in range(edge)] + [[0.0] * edge + row + [0.0] * edge for row in self.picture] + [list(blank) for _ in range(edge)]

    def products(self):
        """Return (number of the picture, number of the kernel) of every place in the window."""
        padded = self.padded()
        weights = [weight for row in self.kernel for weight in row]
        return [(padded[row][column], weight) for (row, column), weight in zip(self.window(), weights)]

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _picture(self, style):
        if self.is_photograph():
            return photograph.draw(self, _brief, style)
        picture, padded = Picture(), self.padded()
        edge, inside = self.chosen["padding"], set() if self.problem else set(self.window())
        rows, columns = len(padded), len(padded[0])
        picture.text(LEFT, 22, "picture" + (" with its padding" if edge else ""), "title")
        picture.text(LEFT, 40, shape_text((len(self.picture), len(self.picture[0]))) + (f" → {shape_text((rows, columns))}" if edge else ""), "code")
        cells = []
        for row in range(rows):
            for column in range(columns):
                added = not (edge <= row < rows - edge and edge <= column < columns - edge)
                cells.append({"text": short(padded[row][column]), "classes": ("copy" if added else "s0") + (" chosen" if (row, column) in inside else ""),
                              "told": "padding" if added else ""})
        wide = self._grid(picture, LEFT, (rows, columns), cells)
        x = LEFT + wide + SPACE
        weights = [weight for row in self.kernel for weight in row]
        picture.text(x, 22, "kernel", "title")
        picture.text(x, 40, shape_text((len(self.kernel), len(self.kernel[0]))), "code")
        wide = self._grid(picture, x, (len(self.kernel), len(self.kernel[0])), [{"text": _brief(weight), "classes": "s2"} for weight in weights])
        if self.problem is None:
            below = TOP + len(self.kernel) * (HIGH + 4) + 52
            picture.text(x, below - 22, "picture × kernel", "title")
            self._grid(picture, x, (len(self.kernel), len(self.kernel[0])), [{"text": _brief(a * b), "classes": "off"} for a, b in self.products()], below - 18)
            self._output(picture, x + max(wide, 118) + SPACE)
        return picture.svg(self.told(), style)

    def _output(self, picture, x):
        """The numbers so far; the place that is computed now can be chosen."""
        shape = len(self.result), len(self.result[0])
        picture.more = f' data-columns="{shape[1]}"'
        picture.text(x, 22, "output", "title")
        picture.text(x, 40, shape_text(shape), "code")
        cells = []
        for number, value in enumerate(each for row in self.result for each in row):
            now, known = number == self.place, number <= self.place
            row, column = divmod(number, shape[1])
            cells.append({"text": _brief(value) if known else "", "classes": "chosen on s2" if now else "s1" if known else "off",
                          "extra": f' data-choose="{number}" role="button" tabindex="{0 if now else -1}" aria-pressed="{"true" if now else "false"}" '
                                   f'aria-label="output row {row}, column {column}{", " + short(value) if known else ""}"'})
        self._grid(picture, x, shape, cells)

    def _grid(self, picture, x, shape, cells, y=TOP - 18):
        wide = max([WIDE, *(len(cell["text"]) * 7.6 + 10 for cell in cells)])
        grid = Grid(shape, wide, HIGH)
        picture.grid(x - 18, y, grid, cells)
        return grid.width - 18

    def told(self):
        """Return what happens at this place, as a sentence."""
        if self.problem is not None:
            return f"The kernel does not fit. {first_lines(self.problem)}"
        row, column = divmod(self.place, len(self.result[0]))
        pairs = [(a, b) for a, b in self.products() if b]
        terms = [f"{in_brackets(a)} × {in_brackets(b)}" for a, b in pairs]
        more = f" + {len(terms) - WRITTEN} more" if len(terms) > WRITTEN else ""
        left = " (what the kernel has 0 for is left out)" if len(pairs) < len(self.products()) else ""
        return f"Output[{row}, {column}] = {' + '.join(terms[:WRITTEN]) or '0'}{more} = {short(self.result[row][column])}{left}."

    def formula(self, axis):
        """Return how long the output is along an axis, with the numbers in the formula."""
        size, kernel = (len(self.picture), len(self.kernel)) if axis == 0 else (len(self.picture[0]), len(self.kernel[0]))
        stride, padding, dilation = (self.chosen[name] for name in CHOICES)
        length = (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        return f"({size} + 2 · {padding} − {dilation} · ({kernel} − 1) − 1) // {stride} + 1 = {length}"

    def code(self):
        """Return the call, as a student writes it."""
        given = "".join(f", {name}={self.chosen[name]}" for name, choices in CHOICES.items() if self.chosen[name] != choices[0])
        return f"F.conv2d(picture, kernel{given})"

    def _state(self):
        shape = (len(self.result), len(self.result[0])) if self.result else None
        where, lines = engine_lines(self.node) if self.problem is None else ("", "")
        rows = [[str(number), *map(short, row)] for number, row in enumerate(self.result)]
        ready = self.problem is None
        return {
            "label": "convolution stepper", "title": self.code(),
            "status": f"place {self.place + 1} of {self.count}" if ready else "it does not fit", "sentence": self.told(),
            "panels": [
                {"heading": "How large is the output?", "lines": ["(size + 2 · padding − dilation · (kernel − 1) − 1) // stride + 1", f"rows: {self.formula(0)}", f"columns: {self.formula(1)}"]},
                {"heading": "Weights", "lines": [f"{len(self.kernel) * len(self.kernel[0])} numbers of the kernel, the same at every place. A layer that connects everything with everything would have "
                                                 f"{len(self.picture) * len(self.picture[0])} · {shape[0] * shape[1]} = {len(self.picture) * len(self.picture[0]) * shape[0] * shape[1]}."] if ready else ["none"]},
                {"heading": "Where the numbers come from", "lines": ["F.conv2d of the engine; the window and the products are drawn from its input."],
                 "code": [f"The engine's own lines: {where}", lines]}],
            "nav": [["back", "◀", "back: the place before", ready and self.place > 0], ["on", "▶", "the next place", ready and self.place < self.count - 1],
                    ["end", "▶|", "to the last place", ready and self.place < self.count - 1],
                    ["reset", "Reset", "reset: the first picture, kernel and place", self.place > 0 or self.chosen != self._first]],
            "controls": [{"id": "picture", "kind": "select", "label": "picture", "options": [[name, name] for name in self.pictures], "value": self.chosen["picture"]},
                         {"id": "kernel", "kind": "select", "label": "kernel", "options": [[name, name] for name in self.kernels], "value": self.chosen["kernel"]},
                         *({"id": name, "kind": "select", "label": name, "options": [[str(each), str(each)] for each in choices], "value": str(self.chosen[name])}
                           for name, choices in CHOICES.items())],
            "table": {"head": ["output", *(f"column {number}" for number in range(shape[1] if shape else 0))], "rows": rows}}


def _brief(number):
    """A number in a small cell: two digits after the point."""
    return short(round(number, 2) + 0.0)


def _numbers(name, given, sides):
    """Return rows of floats out of lists or a matrix; leading axes of length 1 are let go of."""
    rows = given.detach().tolist() if isinstance(given, Tensor) else given
    try:
        while isinstance(given, Tensor) and given.ndim > 2 and len(rows) == 1:
            rows, given = rows[0], given[0]
        rows = [[float(each) for each in row] for row in rows]
    except (TypeError, ValueError):
        raise TypeError(explain(f"convolution() needs rows of numbers for its {name}, and got {type(given).__name__}", "it slides a matrix over a matrix",
                                f"write {name}=[[0., 1.], [2., 3.]], or a tensor of two axes")) from None
    least, most = sides
    if not least <= len(rows) <= most or len({len(row) for row in rows}) != 1 or not least <= len(rows[0]) <= most or not all(map(math.isfinite, sum(rows, []))):
        raise ValueError(explain(f"convolution() cannot draw this {name}", f"its sides are {least} to {most}, all rows are equally long, and all numbers finite", "give a smaller one"))
    return rows
