"""The function explorer: a curve whose points can be moved, with the slope that autograd finds at each."""

import math

import workbook as torch
from workbook.errors import explain

from .board import Board
from .cells import LETTER, LINE, Picture
from .function_table import FUNCTIONS
from .numbers import four, plain, short
from .plane import LEFT, TOP, Plane
from .replay import unseen
from .sources import engine_lines

WIDTH, HEIGHT = 740, 430
SAMPLES = 481
GRAIN = 0.05                     # a point moves by this much; ten times as much with Page Up and Page Down
LABELS = "ABCDEF"
REACH = 62                       # length of a tangent to either side
JUMP = 1e-4                      # how close beside a jump the limits are looked up


class FunctionView(Board):
    """The widget behind `functions`: the chosen function, its points, and their slopes."""

    def __init__(self, name, points, arguments):
        if not isinstance(name, str) or name not in FUNCTIONS:
            raise ValueError(explain(f"functions() has no curve for {name!r}", f"it draws {', '.join(FUNCTIONS)}", "use one of these names"))
        self._first = name, self._checked(points), {**dict(FUNCTIONS[name].arguments), **arguments}
        if set(arguments) - {each for each, _ in FUNCTIONS[name].arguments}:
            raise TypeError(explain(f"{name} takes no {next(iter(arguments))}= here", None, "leave it out"))
        if wrong := [each for each, value in arguments.items() if isinstance(value, bool) or not isinstance(value, (int, float))]:
            raise TypeError(explain(f"functions() needs a number for {wrong[0]}, and got a {type(arguments[wrong[0]]).__name__}",
                                    f"the reader moves {wrong[0]} in the page", f"write {wrong[0]}=-1."))
        self._begin()
        super().__init__()

    def _checked(self, points):
        try:
            points = [float(point) for point in points]
        except (TypeError, ValueError, OverflowError):
            raise TypeError(explain("functions() needs a list of numbers for points", "each is a place on the x axis",
                                    "write points=[-1., 0., 2.]")) from None
        if not 1 <= len(points) <= len(LABELS) or not all(map(math.isfinite, points)):
            raise ValueError(explain(f"functions() draws 1 to {len(LABELS)} finite points, and got {points}", None, "give other points"))
        return points

    def __repr__(self):
        return f"Function explorer: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "set" and id == "function":
            self.function, self.arguments = FUNCTIONS[value], dict(FUNCTIONS[value].arguments)
        elif action == "set" and id in self.arguments:
            self.arguments[id] = float(value)
        elif action == "set":
            self._move(LABELS.index(id), float(value), grain=False)
        elif action == "nudge":
            self._move(id, self.points[id] + GRAIN * value)
        elif action == "drag":
            least, most = self.function.across
            self._move(id, least + (most - least) * min(max(value, 0.0), 1.0))
        self.show()

    def _begin(self):
        name, points, arguments = self._first
        self.function, self.points, self.arguments, self.last = FUNCTIONS[name], list(points), dict(arguments), 0

    def _move(self, number, x, grain=True):
        """Put a point at x; a drag or a key puts it on the grain, a typed number stays what it is."""
        if grain:
            least, most = self.function.across
            x = min(max(round(x / GRAIN) * GRAIN, least), most)
        self.points[number], self.last = x, number

    def value(self, numbers):
        """Return the engine's values of the chosen function at `numbers`."""
        with unseen():
            return self._called(torch.tensor(numbers))._array.tolist()

    def measured(self):
        """Return (x, y, slope) of every point, and the step that the engine recorded: autograd's own numbers."""
        with unseen():
            x = torch.tensor(self.points, requires_grad=True)
            y = self._called(x)
            slopes, = torch.autograd.grad(y.sum(), x)
        return list(zip(x._array.tolist(), y._array.tolist(), slopes._array.tolist())), y.grad_fn

    def _called(self, x):
        return getattr(torch, self.function.name)(x, **self.arguments)

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    @property
    def plane(self):
        """The part of the plane that the chosen function is drawn in."""
        return Plane(self.function.across, self.function.up, WIDTH, HEIGHT)

    def _picture(self, style):
        points, _ = self.measured()
        picture, plane = Picture(), self.plane
        plane.begin(picture, "across")
        picture.parts.append(f'<path class="curve" d="{self._curve(plane)}"/>')
        picture.parts += [*(self._tangent(plane, *point) for point in points), *self._jumps(plane)]
        labels = []  # where they stand: (left, right, y)
        picture.parts += [self._point(plane, number, *point, labels) for number, point in enumerate(points)]
        return picture.svg(self._told(), style)

    def _curve(self, plane):
        """The path of the curve, broken where it leaves the picture, has no number, or jumps."""
        (x0, x1), (y0, y1) = self.function.across, self.function.up
        xs = [x0 + (x1 - x0) * number / (SAMPLES - 1) for number in range(SAMPLES)]
        if (offset := self.function.jumps) is not None:  # limits on both sides of every jump
            xs = sorted(xs + [place + side for place in self._places(offset) for side in (-JUMP, JUMP)])
        path, before = [], None
        for x, y in zip(xs, self.value(xs)):
            if not math.isfinite(y) or not y0 - (y1 - y0) <= y <= y1 + (y1 - y0):
                before = None
                continue
            jumped = before is not None and (abs(y - before) > (y1 - y0) * 0.9 or self.function.jumps is not None and abs(y - before) > 0.5)
            px, py = plane.at(x, y)
            path.append(f"{'M' if before is None or jumped else 'L'}{px:.1f} {min(max(py, TOP - 2), plane.bottom + 2):.1f}"
                        if plane.holds(y) else "")
            before = y if plane.holds(y) else None
        return "".join(path)

    def _places(self, offset):
        least, most = self.function.across
        return [number + offset for number in range(math.ceil(least - offset), math.floor(most - offset) + 1)]

    def _jumps(self, plane):
        """A full dot where the value at a jump is, a ring where a branch ends without it."""
        if self.function.jumps is None:
            return
        for place in self._places(self.function.jumps):
            at, left, right = self.value([place, place - JUMP, place + JUMP])
            if abs(left - right) < 0.5:
                continue
            for side, whole in ((left, False), (right, False), (at, True)):
                if plane.holds(side) and (whole or abs(side - at) > 0.5):
                    px, py = plane.at(place, side)
                    yield f'<circle class="{"dot" if whole else "end"}" cx="{px:.1f}" cy="{py:.1f}" r="3.6"/>'

    def _tangent(self, plane, x, y, slope):
        if not (math.isfinite(y) and math.isfinite(slope) and plane.holds(y)):
            return ""
        (px, py), (qx, qy) = plane.at(x, y), plane.at(x + 1, y + slope)
        length = math.hypot(qx - px, qy - py)
        dx, dy = (qx - px) * REACH / length, (qy - py) * REACH / length
        return f'<path class="tangent" d="M{px - dx:.1f} {py - dy:.1f}L{px + dx:.1f} {py + dy:.1f}"/>'

    def _point(self, plane, number, x, y, slope, labels):
        least, most = self.function.across
        shown = min(max(x, least), most)
        inside = math.isfinite(y) and plane.holds(y) and shown == x
        low, high = self.function.up
        px, py = plane.at(shown, y if inside else low if not y > high else high)
        label, words = LABELS[number], f"x {short(x)}, y {short(y)}, slope {short(slope)}"
        beyond = "" if inside else (f" at x = {short(x)}" if shown != x else "") + f": {'no number' if y != y else short(y)}"
        rises = slope > 0 and px > LEFT + 40 and not beyond  # the tangent runs where the label would stand
        anchor, shift = ("end", -11) if rises or px > WIDTH - 150 else ("start", 13)
        wide = LETTER * len(label + beyond)
        span = (px + shift - wide, px + shift) if anchor == "end" else (px + shift, px + shift + wide)
        above = py - 10
        while any(span[0] < right and left < span[1] and abs(above - at) < LINE for left, right, at in labels):
            above -= LINE
        labels.append((*span, above))
        faces = (f'<circle class="face" cx="{px:.1f}" cy="{py:.1f}" r="7"/>',
                 f'<rect class="face" x="{px - 6:.1f}" y="{py - 6:.1f}" width="12" height="12"/>',
                 f'<path class="face" d="M{px:.1f} {py - 9:.1f}l9 9l-9 9l-9 -9z"/>')
        return (f'<g class="point{" chosen" if number == self.last else ""}" data-point="{number}" role="slider" tabindex="0" '
                f'aria-label="point {label}" aria-valuemin="{least}" aria-valuemax="{most}" aria-valuenow="{shown:.4f}" aria-valuetext="{words}">'
                f'<title>{label}: {words}</title><circle class="reach" cx="{px:.1f}" cy="{py:.1f}" r="18"/>{faces[number % 3]}'
                f'<text class="title label" x="{px + shift:.1f}" y="{above:.1f}" text-anchor="{anchor}">{label}{beyond}</text></g>')

    def code(self):
        """Return the call, as a student writes it."""
        given = "".join(f", {name}={short(value).replace('−', '-')}" for name, value in self.arguments.items())
        return f"torch.{self.function.name}(x{given})"

    def _told(self):
        points, _ = self.measured()
        x, y, slope = points[self.last]
        label, name = LABELS[self.last], self.function.name
        if y != y:
            return f"Point {label}: {name} of {short(x)} is nan, no number. {self.function.look}"
        if not math.isfinite(y) or not math.isfinite(slope):
            return f"Point {label}: {name} of {short(x)} is {short(y)}, and the slope there is {short(slope)}. {self.function.look}"
        small = 0.01
        effect = f"a step of {small} to the right changes y by about {short(slope * small)}" if slope else "a small step changes nothing"
        return f"Point {label}: {name} of {short(x)} is {short(y)}. The slope there is {short(slope)}: {effect}. {self.function.look}".rstrip()

    def _state(self):
        points, node = self.measured()
        rows = [[LABELS[number], four(x), four(y), f"∇ {four(slope)}"] for number, (x, y, slope) in enumerate(points)]
        where, lines = engine_lines(node)
        panels = [{"heading": "The points", "table": {"head": ["", "x", "y", "slope"], "rows": rows, "classes": ["", "wb-number", "wb-number", "wb-slope"]}}]
        if self.function.look:
            panels.append({"heading": "Look", "lines": [self.function.look]})
        panels.append({"heading": "Where the numbers come from", "lines": [f"y: {self.code()}", "slope: autograd, from y.sum().backward()"],
                       "code": [f"The engine's own lines: {where}", lines]})
        return {
            "label": "function explorer", "title": self.code(), "status": f"{len(points)} points, each with its slope",
            "sentence": self._told(), "panels": panels,
            "nav": [["reset", "Reset", "reset: the first function and points",
                     (self.function.name, self.points, self.arguments) != self._first]],
            "controls": [{"id": "function", "kind": "select", "label": "function", "options": [[name, name] for name in FUNCTIONS],
                          "value": self.function.name},
                         *({"id": name, "kind": "number", "label": name, "value": plain(value)} for name, value in self.arguments.items()),
                         *({"id": LABELS[number], "kind": "number", "label": f"x of {LABELS[number]}", "value": plain(x)}
                           for number, x in enumerate(self.points))],
            "table": {"head": ["point", "x", "y", "slope"], "rows": rows}}
