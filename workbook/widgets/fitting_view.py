"""A line through points that can be moved: your own, with the squares of what it misses, or the one that least squares finds."""

import math

import workbook as torch
from workbook.errors import explain
from workbook.tensor import Tensor

from .big_table_view import public_lines
from .board import Board
from .cells import Picture
from .functions_view import LABELS
from .numbers import four, plain, short
from .plane import TOP, Plane
from .replay import unseen

WIDTH, HEIGHT = 640, 430
GRAIN = 0.1         # a point moves by this much; ten times as much with Page Up and Page Down
NEAR = 0.0005       # a sum of squares as near as this to the least is called the least


class FittingView(Board):
    """The widget behind `fitting`: the points, the reader's line, and whether the engine chooses the line."""

    def __init__(self, x, y):
        self.xs, ys = numbers_of("x", x), numbers_of("y", y)
        if len(self.xs) != len(ys) or not 2 <= len(ys) <= len(LABELS) or len(set(self.xs)) < 2:
            raise ValueError(explain(
                f"fitting() got {len(self.xs)} x and {len(ys)} y", f"it draws 2 to {len(LABELS)} points that do not all stand above each other",
                "give two lists of the same length"))
        self._first = ys
        least, most = min(self.xs), max(self.xs)
        room = (most - least) * 0.15
        self.across = least - room, most + room
        room = max(max(ys) - min(ys), 1.0) * 0.6
        self.up = math.floor(min(0.0, min(ys) - room / 2)), math.ceil(max(ys) + room)
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Fitting view: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "nudge":
            self._move(id, self.ys[id] + GRAIN * value)
        elif action == "drag":
            low, high = self.up
            self._move(id, low + (high - low) * value)
        elif id == "solve":
            self.solve = bool(value)
        elif id in ("intercept", "slope"):
            self.line[id], self.solve = float(value), False
        if self.solve:
            self.line = self.best()
        self.show()

    def _begin(self):
        self.ys, self.solve, self.last = list(self._first), False, 0
        self.line = {"intercept": short_mean(self.ys), "slope": 0.0}

    def _move(self, number, y):
        low, high = self.up
        self.ys[number], self.last = min(max(round(y / GRAIN) * GRAIN, low), high), number

    def best(self):
        """Return the line that the engine's least squares finds: one column of ones for the intercept, one of x for the slope."""
        with unseen():
            x, y = torch.tensor(self.xs), torch.tensor(self.ys)
            columns = torch.stack([torch.ones_like(x), x], dim=1)
            intercept, slope = torch.linalg.lstsq(columns, y[:, None]).solution._array.reshape(-1).tolist()
        return {"intercept": intercept, "slope": slope}

    def misses(self, line):
        """Return y less the line's height at each point, computed by the engine."""
        with unseen():
            x, y = torch.tensor(self.xs), torch.tensor(self.ys)
            return (y - (line["intercept"] + line["slope"] * x))._array.tolist()

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    @property
    def plane(self):
        """The part of the plane that the points and the line are drawn in."""
        return Plane(self.across, self.up, WIDTH, HEIGHT)

    def _picture(self, style):
        picture, plane = Picture(), self.plane
        plane.begin(picture, "up")
        picture.parts += [*self._squares(plane), self._drawn_line(plane), *self._points(plane)]
        return picture.svg(self._told(), style)

    def _squares(self, plane):
        """Beside each point the square of what the line misses it by; where the line leaves the picture it is cut off there."""
        line = self.line
        for x, y in zip(self.xs, self.ys):
            px, py = plane.at(x, y)
            _, qy = plane.at(x, line["intercept"] + line["slope"] * x)
            qy = min(max(qy, TOP), plane.bottom)
            side = abs(qy - py)
            left = px if (py < qy) == (line["slope"] > 0) else px - side  # on the side where the line runs away from the square
            yield f'<rect class="square" x="{left:.1f}" y="{min(py, qy):.1f}" width="{side:.1f}" height="{side:.1f}"/>'
            yield f'<path class="miss" d="M{px:.1f} {py:.1f}V{qy:.1f}"/>'

    def _drawn_line(self, plane):
        """The part of the line that lies inside the picture."""
        (x0, x1), (low, high), (intercept, slope) = self.across, self.up, self.line.values()
        if slope:
            ends = sorted(((low - intercept) / slope, (high - intercept) / slope))
            x0, x1 = max(x0, ends[0]), min(x1, ends[1])
        if x0 >= x1 or not slope and not low <= intercept <= high:
            return ""
        (ax, ay), (bx, by) = plane.at(x0, intercept + slope * x0), plane.at(x1, intercept + slope * x1)
        return f'<path class="curve" d="M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}"/>'

    def _points(self, plane):
        low, high = self.up
        for number, (x, y) in enumerate(zip(self.xs, self.ys)):
            px, py = plane.at(x, y)
            label, words = LABELS[number], f"x {short(x)}, y {short(y)}"
            yield (f'<g class="point upright{" chosen" if number == self.last else ""}" data-point="{number}" role="slider" tabindex="0" '
                   f'aria-orientation="vertical" aria-label="point {label}" aria-valuemin="{low}" aria-valuemax="{high}" aria-valuenow="{y:.4f}" '
                   f'aria-valuetext="{words}"><title>{label}: {words}</title><circle class="reach" cx="{px:.1f}" cy="{py:.1f}" r="18"/>'
                   f'<circle class="face" cx="{px:.1f}" cy="{py:.1f}" r="7"/>'
                   f'<text class="title label" x="{px - 11:.1f}" y="{py - 10:.1f}" text-anchor="end">{label}</text></g>')

    def _sums(self):
        """Return the sum of squares of the reader's line, and the least one."""
        return [sum(each * each for each in self.misses(line)) for line in (self.line, self.best())]

    def _told(self):
        mine, least = self._sums()
        line = f"{short(self.line['intercept'])} {'−' if self.line['slope'] < 0 else '+'} {short(abs(self.line['slope']))} · x"
        if self.solve or mine - least < NEAR:
            return f"The line {line} has the least sum of squares, {short(mine)}: no other line comes nearer to these {len(self.ys)} points in that sense."
        return f"The squares beside the line {line} add up to {short(mine)}. The least possible sum is {short(least)}."

    def _state(self):
        misses = self.misses(self.line)
        mine, least = self._sums()
        rows = [[LABELS[number], short(x), short(y), four(miss), four(miss * miss)]
                for number, (x, y, miss) in enumerate(zip(self.xs, self.ys, misses))]
        best = self.best()
        where, lines = public_lines("linalg.lstsq")
        return {
            "label": "fitting a line", "title": "A line through points", "status": f"sum of squares {four(mine)}",
            "sentence": self._told(),
            "panels": [
                {"heading": "Sum of squares", "table": {"head": ["", "sum"], "classes": ["", "wb-number"],
                                                        "rows": [["your line", four(mine)], ["the least", four(least)]]}},
                {"heading": "Where the numbers come from", "lines": [
                    "A has a column of ones and a column of x.", "torch.linalg.lstsq(A, y) gives the line with the least sum"
                    + (f": intercept {four(best['intercept'])}, slope {four(best['slope'])}." if self.solve else ".")],
                 "code": [f"The engine's own lines: {where}", lines]}],
            "nav": [["reset", "Reset", "reset: the first points and a level line", self.ys != self._first or self.solve or self.line["slope"] != 0
                     or self.line["intercept"] != short_mean(self._first)]],
            "controls": [{"id": "intercept", "kind": "number", "label": "intercept", "value": plain(self.line["intercept"])},
                         {"id": "slope", "kind": "number", "label": "slope", "value": plain(self.line["slope"])},
                         {"id": "solve", "kind": "check", "label": "least squares chooses the line", "value": self.solve}],
            "table": {"head": ["point", "x", "y", "y − line", "squared"], "rows": rows}}


def numbers_of(name, given):
    """Return a list of finite floats out of a list or a vector."""
    given = given.tolist() if isinstance(given, Tensor) else given
    try:
        numbers = [float(each) for each in given]
    except TypeError:
        raise TypeError(explain(f"fitting() needs a list of numbers for {name}", None, f"write {name}=[0., 1., 2.]")) from None
    if not all(map(math.isfinite, numbers)):
        raise ValueError(explain(f"fitting() got numbers for {name} that cannot be drawn", "nan and inf have no place in a picture",
                                 "give finite numbers"))
    return numbers


def short_mean(numbers):
    """Return the mean, to one digit: where the reader's line begins."""
    return round(sum(numbers) / len(numbers), 1)
