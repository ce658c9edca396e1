"""The picture of an LSTM's gates through time: a column for each step, and over each other what arrives, the gates, the cell, and slopes."""

import math
from html import escape

import numpy as np

from .cells import Picture
from .numbers import short

MOST = 48               # steps that are drawn at once
ROWS = 16               # of numbers that are drawn of what arrives at a step
LEFT, WIDE, COLUMN = 172, 620, 77.5
BAR, GAP = 26, 8        # height of a row of bars, and between rows
BELT, SLOPES = 92, 104  # heights of the cell's line and of the slopes
NUMBERS = 48            # from this width on a column has its numbers written in it
LEAST = 12              # decades of a slope that are drawn
NAMED = {"i": "input gate i", "f": "forget gate f", "g": "new value g", "o": "output gate o"}
DASHES = ("none", "2 4", "9 4", "1 6", "6 3 1 3", "12 6")


class GatesPicture:
    """The drawing of one unit of one Way at one step; `reaches` are (name, {place: size of the slope}), the LSTM's own first."""

    def __init__(self, way, unit, place, arrived, names, reaches):
        self.way, self.unit, self.place, self.arrived, self.names, self.reaches = way, unit, place, arrived, names, reaches
        count = len(way.steps)
        first = min(max(place - MOST // 2, 0), max(count - MOST, 0))
        self.shown, self.hidden = range(first, min(first + MOST, count)), count - min(count, MOST)
        self.column = min(COLUMN, WIDE / len(self.shown))
        self.numbers = {name: array[:, unit] for name, array in way.numbers.items()}
        self.picture = Picture()

    def svg(self, told, style):
        """Return the SVG."""
        picture = self.picture
        picture.width = LEFT + max(self._wide, 460)
        picture.parts.append("")  # the ring around the chosen step, whose height is known at the end
        y = self._arrives(24)
        for name in NAMED:
            y = self._bars(y, NAMED[name], self.numbers[name], -1.0 if name == "g" else 0.0, 1.0)
        y = self._belt(y + 6)
        y = self._changes(y)
        y = self._still(y)
        y = self._bars(y, "o × tanh(c)", self.numbers["squashed"], -1.0, 1.0)
        bottom = self._reach(y + 10)
        x = self._left(self.place)
        picture.parts[0] = "".join(f'<rect class="{kind}" x="{x:.1f}" y="4" width="{self.column:.1f}" height="{bottom - 4:.1f}" rx="3"/>' for kind in ("column", "nothing"))
        picture.parts += [self._choice(place, bottom) for place in self.shown]
        picture.height = bottom + 4
        return picture.svg(told, style)

    def _left(self, place):
        return LEFT + (place - self.shown[0]) * self.column

    def _middle(self, place):
        return self._left(place) + self.column / 2

    def _named(self, y, name, value=None):
        """What a row is, and its number at the chosen step."""
        self.picture.text(20, y, name, "note")
        if value is not None:
            self.picture.text(LEFT - 10, y, short(float(value)), "code", "end")

    def _arrives(self, y):
        """The numbers that arrive at each step: darker is larger, and a stroke stands in what is below zero."""
        every = max(1, math.ceil(max(map(len, self.names)) * 7.6 / self.column))
        for place in self.shown:
            if place % every == 0 or place == self.place:
                near = place != self.place and abs(place - self.place) < every
                if not near:
                    self.picture.text(self._middle(place), y - 6, self.names[place], "number" if place == self.place else "tick", "middle")
        array = self.arrived[self.shown[0]:self.shown[-1] + 1]
        count = array.shape[1]
        if count > ROWS:
            array = np.stack([part.mean(1) for part in np.array_split(array, ROWS, axis=1)], axis=1)
        high = max(3.0, min(9.0, 72 / array.shape[1]))
        self._named(y + 10, f"arrives: {count} number{'s' * (count > 1)}")
        if count > ROWS:
            self._named(y + 25, f"(means of {count / ROWS:.2g} each)")
        if self.way.reverse:
            self._named(y + 40, "← read from the end")
        finite = np.abs(array[np.isfinite(array)])
        top = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
        shades = np.rint(np.nan_to_num(np.abs(array), posinf=top) / top * 6).astype(int)
        side = self.column - 1 if self.column > 4 else self.column
        for shade in range(1, 7):
            path = "".join(f"M{LEFT + c * self.column:.1f} {y + r * high:.1f}h{side:.1f}v{high - 0.6:.1f}h{-side:.1f}z" for c, r in np.argwhere(shades == shade))
            if path:
                self.picture.parts.append(f'<g class="s{shade - 1}"><path class="face" style="stroke: none" d="{path}"/></g>')
        strokes = "".join(f"M{LEFT + (c + 0.3) * self.column:.1f} {y + (r + 0.5) * high:.1f}h{0.4 * self.column:.1f}" for c, r in np.argwhere((array < 0) & (shades > 0)))
        if strokes:
            self.picture.parts.append(f'<path class="way" style="stroke-width: 0.9" d="{strokes}"/>')
        return y + array.shape[1] * high + 12

    def _bars(self, y, name, numbers, least, most):
        """A row of bars between two ends, from zero up or down."""
        self._named(y + BAR / 2 + 4, name, numbers[self.place])
        zero = y + BAR * most / (most - least)
        self.picture.parts.append(f'<path class="rule" d="M{LEFT} {y:.1f}h{self._wide}M{LEFT} {y + BAR:.1f}h{self._wide}"/><path class="axis" d="M{LEFT} {zero:.1f}h{self._wide}"/>')
        path = ""
        for place in self.shown:
            number = float(numbers[place])
            if math.isfinite(number):
                high = min(max(number, least), most) / (most - least) * BAR
                path += f"M{self._left(place) + 1:.1f} {zero:.1f}v{-high:.1f}h{max(self.column - 2, 1):.1f}v{high:.1f}z"
        self.picture.parts.append(f'<path class="move" d="{path}"/>')
        return y + BAR + GAP

    @property
    def _wide(self):
        return round(self.column * len(self.shown), 1)

    def _belt(self, y):
        """The cell as a belt: at each step it falls or rises to what is kept, dashed, and from there by what is added."""
        levels = [float(self.numbers[name][place]) for place in self.shown for name in ("before", "kept", "c")]
        levels = [level for level in levels if math.isfinite(level)] + [0.0]
        least, most = min(levels), max(levels)
        room = (most - least) or 1.0

        def at(number):
            return y + 8 + (BELT - 16) * (most - number) / room

        self._named(y + BELT / 2 - 8, "cell c, a belt:", self.numbers["c"][self.place])
        self._named(y + BELT / 2 + 7, "dashed: forgotten,")
        self._named(y + BELT / 2 + 22, "arrow: added")
        self.picture.text(LEFT - 10, at(0.0) + 4, "0", "tick", "end") if abs(at(0.0) - (y + BELT / 2 - 8)) > 12 else None
        self.picture.parts.append(f'<path class="axis" d="M{LEFT} {at(0.0):.1f}h{self._wide}"/>')
        belt = forgotten = tips = ""
        for place in self.shown:
            before, kept, c = (float(self.numbers[name][place]) for name in ("before", "kept", "c"))
            if not all(map(math.isfinite, (before, kept, c))):
                continue
            x, way = self._left(place), self.column * (-1 if self.way.reverse else 1)
            x += self.column if self.way.reverse else 0
            first, second = x + way * 0.3, x + way * 0.7
            belt += f"M{x:.1f} {at(before):.1f}H{first:.1f}M{first:.1f} {at(kept):.1f}H{second:.1f}V{at(c):.1f}H{x + way:.1f}"
            forgotten += f"M{first:.1f} {at(before):.1f}V{at(kept):.1f}"
            if abs(at(c) - at(kept)) > 9 and self.column > 12:
                up = 7 if at(c) < at(kept) else -7
                tips += f"M{second:.1f} {at(c):.1f}l-4 {up}h8z"
        self.picture.parts.append(f'<path class="curve" d="{belt}"/><path class="cleared" style="fill: none" d="{forgotten}"/><path class="move" d="{tips}"/>')
        return y + BELT + 4

    def _changes(self, y):
        """What was forgotten and what was added, in numbers: at each step where there is room, else at the chosen one."""
        rows = (("forgotten", self.numbers["kept"] - self.numbers["before"]), ("added: i × g", self.numbers["added"]))
        for number, (name, change) in enumerate(rows):
            line = y + 12 + number * 14
            self._named(line, name, change[self.place])
            for place in self.shown if self.column >= NUMBERS else ():
                self.picture.text(self._middle(place), line, signed(float(change[place])), "mark", "middle")
        return y + 28 + GAP

    def _still(self, y):
        """What is in the cell at the chosen step, by the step at which it was added."""
        still = self.way.still(self.place, self.unit)
        self._named(y + BAR / 2 - 3, "of it still in the cell")
        self._named(y + BAR / 2 + 11, f"at step {self.place}")
        numbers = [still.get(place, 0.0) for place in self.shown]
        far = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0) or 1.0
        zero, path = y + BAR / 2, ""
        for place, number in zip(self.shown, numbers):
            if math.isfinite(number) and number:
                path += f"M{self._left(place) + 1:.1f} {zero:.1f}v{-number / far * BAR / 2:.1f}h{max(self.column - 2, 1):.1f}v{number / far * BAR / 2:.1f}z"
        self.picture.parts.append(f'<path class="axis" d="M{LEFT} {zero:.1f}h{self._wide}"/><path class="move" d="{path}"/>')
        return y + BAR + GAP + 4

    def _reach(self, y):
        """The size of the slope of h at the chosen step to what arrived at each step, on a logarithmic scale; the LSTM beside the others."""
        self.picture.text(20, y + 12, f"∇ how far back: the slope of h at step {self.place} to what arrives at each step", "title")
        y += 24
        x = LEFT
        for number, (name, _) in enumerate(self.reaches):
            self.picture.parts += [_line(number, f"M{x} {y + 8}h30"), _mark(number, x + 15, y + 8)]
            self.picture.text(x + 38, y + 12, f"∇ {name}", "note")
            x += 62 + len(name) * 7.5
        y += 24
        sizes = [size for _, found in self.reaches for place, size in found.items() if place in self.shown and size > 0 and math.isfinite(size)]
        high = math.ceil(math.log10(max(sizes, default=1.0)) - 1e-9)
        low = max(math.floor(math.log10(min(sizes, default=0.1))), high - LEAST)
        low = min(low, high - 1)

        def at(size):
            return y + SLOPES * (high - math.log10(size)) / (high - low)

        for power in range(low, high + 1, max(1, math.ceil((high - low) / 6))):
            self.picture.parts.append(f'<path class="rule" d="M{LEFT} {at(10.0 ** power):.1f}h{self._wide}"/>')
            self.picture.text(LEFT - 10, at(10.0 ** power) + 4, f"1e{power}".replace("-", "−") if power else "1", "tick", "end")
        for number, (_, found) in enumerate(self.reaches):
            points = [(self._middle(place), at(found[place])) for place in self.shown if 10.0 ** low * 0.999 <= found.get(place, 0.0) < math.inf]
            if points:
                self.picture.parts.append(_line(number, "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)))
                self.picture.parts += [_mark(number, *point) for point in points[::max(1, math.ceil(len(points) / 24))]]
        y += SLOPES + 16
        unnumbered = max(1, math.ceil(24 / self.column))
        for place in self.shown:
            if place % unnumbered == 0:
                self.picture.text(self._middle(place), y, str(place), "tick", "middle")
        self.picture.text(20, y, "step", "note")
        if self.hidden:
            y += 16
            self.picture.text(LEFT, y, f"{self.hidden} more steps are not drawn; the table has them", "note")
        return y + 8

    def _choice(self, place, bottom):
        here = place == self.place
        words = ", ".join(f"{name} {short(float(self.numbers[name][place]))}" for name in ("i", "f", "g", "o", "c"))
        told = escape(f"step {place}, {self.names[place]}: {words}" if self.names[place] != str(place) else f"step {place}: {words}", quote=True)
        return (f'<g class="cell ruled{" chosen" if here else ""}" data-choose="{place}" role="button" tabindex="{0 if here else -1}" '
                f'aria-pressed="{"true" if here else "false"}" aria-label="{told}"><title>{told}</title>'
                f'<rect class="reach face" x="{self._left(place):.1f}" y="4" width="{self.column:.1f}" height="{bottom - 4:.1f}" rx="3"/></g>')


def signed(number):
    """Return a number with its sign, as it stands in a narrow column.

    >>> signed(0.25), signed(-3.0), signed(0.000001)
    ('+0.25', '−3', '0')
    """
    number = round(number, 4)
    return ("+" if number > 0 else "") + short(number)


def _line(number, path):
    """The line of one network's slopes: the first whole and thick, the others thin, each in dashes of its own."""
    return f'<path class="stride" style="stroke-width: {2.4 if number == 0 else 1.5}" stroke-dasharray="{DASHES[number % len(DASHES)]}" d="{path}"/>'


def _mark(number, x, y):
    """A network's own mark: no line is told by its colour."""
    shapes = (f'<circle class="slope" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>', f'<rect class="slope" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>',
              f'<path class="slope" d="M{x:.1f} {y - 4.4:.1f}l4.4 4.4l-4.4 4.4l-4.4 -4.4z"/>', f'<path class="slope" d="M{x:.1f} {y - 4:.1f}l4 7h-8z"/>')
    return shapes[number % len(shapes)]
