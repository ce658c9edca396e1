"""Broadcasting in the shape lab: two shapes aligned from the right, what is repeated, or why they do not fit."""

import re
from math import prod

import workbook as torch
from workbook.autograd.modes import no_grad
from workbook.errors import explain

from .board import Board, first_lines, lines_of
from .cells import Grid, Picture, room_for, shade, shape_text
from .expressions import NotUnderstood
from .replay import unseen
from .given import MOST, WIDEST, texts_of

COLUMN = 92   # width of an axis in the alignment
HIGH = 34
MOST_AXES = 4
ROWS = ("a", "b", "a + b")


class BroadcastView(Board):
    """The widget behind `broadcasting`: two shapes that the reader types."""

    def __init__(self, a, b):
        for shape in (a, b):
            if not isinstance(shape, (int, tuple, list)) or not all(type(size) is int for size in _sizes(shape)):
                raise TypeError(explain(f"broadcasting() needs two shapes, and got {shape!r}", "a shape is a tuple of whole numbers",
                                        "write broadcasting((3, 1), (4,)), or broadcasting(a.shape, b.shape)"))
        self.first = self.typed = {"a": _typed(a), "b": _typed(b)}
        self._read()
        super().__init__()

    def __repr__(self):
        return f"Broadcasting: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self.typed = self.first
        elif id == "examples":
            self.typed = dict(zip("ab", str(value).split(" with ")))
        else:
            self.typed = {**self.typed, id: str(value)}
        self._read()
        self.show()

    def _read(self):
        """Make two tensors of the typed shapes and let the engine add them."""
        self.problem = self.result = None
        self.shapes, self.wrong = {}, set()
        for name, text in self.typed.items():
            try:
                self.shapes[name] = shape_of(text)
            except NotUnderstood as problem:
                self.problem = problem
                self.wrong.add(name)
        if self.problem:
            return
        with unseen(), no_grad():
            self.given = {name: torch.arange(prod(shape)).view(shape) * (1 if name == "a" else 10)
                          for name, shape in self.shapes.items()}
            try:
                self.result = self.given["a"] + self.given["b"]
                if self.result.numel() > MOST:
                    size = shape_text(self.result.shape)
                    self.result, self.problem = None, NotUnderstood(explain(
                        f"they fit, but the result has shape {size}", f"a picture can be read up to {MOST} cells", "use smaller sizes"))
                    return
                self.grown = {name: tensor.expand(self.result.shape) for name, tensor in self.given.items()}
                self.from_where = {name: torch.arange(tensor.numel()).view(tensor.shape).expand(self.result.shape)
                                   for name, tensor in self.given.items()}
            except RuntimeError as problem:
                self.problem = problem

    def _columns(self):
        """Return, from the left, for each axis of the result: (size of a or None, size of b or None, what happens)."""
        most = max(map(len, self.shapes.values()))
        rows = [[None] * (most - len(shape)) + list(shape) for shape in (self.shapes["a"], self.shapes["b"])]
        found = []
        for a, b in zip(*rows):
            what = "fits" if a == b else "b" if a is not None and b in (1, None) else "a" if b is not None and a in (1, None) else "misfit"
            found.append((a, b, what))
        return found

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _picture(self, style):
        picture = Picture()
        if self.wrong:
            picture.text(20, 24, "two shapes, such as 3, 1 and 4", "note")
            return picture.svg(self._told(), style)
        columns = self._columns()
        y = self._alignment(picture, columns)
        if self.result is not None:
            self._grids(picture, y + 24)
        return picture.svg(self._told(), style)

    def _alignment(self, picture, columns):
        """The two shapes above each other, the last axes in one column, and the result's under a line."""
        left = 84
        y = 14
        for dim in range(len(columns)):
            picture.text(left + COLUMN * dim + COLUMN / 2 - 4, y + 6, f"dim {dim - len(columns)}", "note", "middle")
        y += 16
        for row, name in enumerate(ROWS if self.result is not None or not self.problem else ROWS[:2]):
            if row == 2:
                picture.parts.append(f'<path class="arrow" d="M{left - 64} {y + 4}H{left + COLUMN * max(len(columns), 1) - 8}"/>')
                y += 16
            picture.text(20, y + 22, name, "title")
            cells, places = [], []
            for dim, (a, b, what) in enumerate(columns):
                size = (a, b)[row] if row < 2 else (b if what == "a" else a)
                if row < 2 and size is None:
                    text, look = ("no axis", "copy") if what != "misfit" else ("no axis", "off")
                elif row < 2 and what == name:
                    text, look = f"{size}", "copy"
                else:
                    text, look = str(size), "misfit" if what == "misfit" else "on s1" if row == 2 else "s0"
                other = (a, b)[1 - row] if row < 2 else None
                mark = f"repeated to {other}" if row < 2 and what == name else "does not fit" if what == "misfit" else ""
                cells.append({"text": text, "classes": look, "mark": mark})
                places.append((COLUMN * dim, 0))
            grid = Grid((max(len(columns), 1),), COLUMN - 8, HIGH)
            grid.ticks, grid.places, grid.width, grid.height = [], places, COLUMN * len(columns) - 8, HIGH
            if not columns:
                picture.text(left, y + 22, "() one number, no axis", "note")
            else:
                picture.grid(left, y, grid, cells)
            y += HIGH + 8
        return y

    def _grids(self, picture, y):
        """The tensors themselves, stretched to the result's shape; what is repeated is dashed."""
        shape = tuple(self.result.shape)
        texts = {name: texts_of(tensor) for name, tensor in {**self.grown, "a + b": self.result}.items()}
        wide = room_for([text for each in texts.values() for text in each])
        grid_wide = max(Grid(shape, wide).width, 8.2 * 16)
        x = 20
        for name in ROWS:
            cells, seen = [], set()
            for place, text in enumerate(texts[name]):
                if name == "a + b":
                    cells.append({"text": text, "key": f"r{place}", "classes": f"on {shade(shape, place)}", "extra": self._links(place),
                                  "told": f"{texts['a'][place]} + {texts['b'][place]}"})
                    continue
                origin = int(self.from_where[name]._array.reshape(-1)[place])
                again = origin in seen
                seen.add(origin)
                cells.append({"text": text, "key": f"{name}{origin}", "round_by": 14 if name == "b" else 5,
                              "classes": "copy" if again else "other" if name == "b" else shade(self.shapes["a"], origin),
                              "told": f"{name}, the same number again" if again else name})
            if x > 20 and x + grid_wide > WIDEST:
                x, y = 20, y + Grid(shape, wide).height + 44
            picture.text(x, y, name if name == "a + b" else f"{name}, seen as {shape_text(shape)}", "title")
            picture.grid(x, y + 10, Grid(shape, wide), cells)
            x += grid_wide + 36

    def _links(self, place):
        origins = " ".join(f"{name}{int(self.from_where[name]._array.reshape(-1)[place])}" for name in "ab")
        return f' data-links="{origins} r{place}"'

    def _told(self):
        if self.wrong or self.problem and "they fit" in str(self.problem):
            return first_lines(self.problem)
        a, b = (shape_text(self.shapes[name]) for name in "ab")
        if self.problem:
            return f"{a} and {b} do not fit. {first_lines(self.problem)}"
        told = []
        for dim, (size_a, size_b, what) in enumerate(self._columns()):
            if what in "ab" and what != "fits":
                size, other = (size_a, size_b) if what == "a" else (size_b, size_a)
                told.append(f"dim {dim - len(self.result.shape)} of {what} {'is not there' if size is None else 'has size 1'} "
                            f"and is repeated to {other}")
        return f"{a} and {b} fit: the result has shape {shape_text(self.result.shape)}. " + (
            f"From the right: {'; '.join(told)}. No number is copied for it." if told else "Nothing has to be repeated.")

    def _state(self):
        columns = [] if self.wrong else self._columns()
        rows = [[f"dim {dim - len(columns)}", *("–" if size is None else str(size) for size in (a, b)),
                 {"fits": "equal", "a": "a is repeated", "b": "b is repeated", "misfit": "neither equal nor 1"}[what]]
                for dim, (a, b, what) in enumerate(columns)]
        panels = [{"heading": "Axis by axis, from the right", "table": {"head": ["axis", "a", "b", ""], "rows": rows[::-1]}}]
        if self.problem:
            panels.insert(0, {"heading": "They do not fit" if isinstance(self.problem, RuntimeError) else "Not yet",
                              "lines": lines_of(self.problem)})
        panels.append({"heading": "The rule", "lines": [
            "Write the shapes above each other, the last axes in one column. Two sizes fit if they are equal, or if one is 1 or not there: "
            "that one is repeated."]})
        status = "" if self.wrong else " with ".join(shape_text(self.shapes[name]) for name in "ab")
        return {
            "label": "shape lab: broadcasting", "title": "Do two shapes fit?", "status": status, "sentence": self._told(), "panels": panels,
            "nav": [["reset", "Reset", "reset: the first shapes", self.typed != self.first]],
            "controls": [*({"id": name, "kind": "text", "label": f"shape of {name}", "value": self.typed[name], "wrong": name in self.wrong,
                            "hint": "sizes with commas between them"} for name in "ab"),
                         {"id": "examples", "kind": "chips", "label": "Try",
                          "options": ["3, 4 with 4", "3, 1 with 4", "3, 1 with 1, 4", "2, 3, 4 with 3, 1", "3, 4 with 3", "4, 1 with 4"]}],
            "table": {"head": ["axis", "a", "b", "what happens"], "rows": rows}}


def shape_of(text):
    """Return the shape that a student typed: `3, 4`, `(3, 4)`, `3 4`, or nothing for one number.

    >>> shape_of("(3, 4)"), shape_of("4"), shape_of("()")
    ((3, 4), (4,), ())
    """
    inner = text.strip().strip("()[]").strip()
    if inner and not re.fullmatch(r"[0-9]{1,3}([ ,×x]+[0-9]{1,3})*[ ,]*", inner):
        raise NotUnderstood(explain(f"'{text[:40]}' is no shape", "a shape is a list of sizes", "write sizes with commas between: 3, 4"))
    shape = tuple(int(size) for size in re.findall(r"[0-9]+", inner))
    if len(shape) > MOST_AXES or prod(shape) > MOST:
        raise NotUnderstood(explain(f"shape {shape_text(shape)} is too large for this picture",
                                    f"it shows {MOST_AXES} axes and {MOST} cells at most", "use smaller sizes"))
    return shape


def _sizes(shape):
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _typed(shape):
    return ", ".join(map(str, _sizes(shape)))
