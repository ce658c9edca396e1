"""The drawing: one SVG text for the still picture and for the live view. All colours come from style.css."""

import re
from collections import Counter
from html import escape
from pathlib import Path

from .labels import Labels, extent
from .layout import lay_out
from .numbers import written_out

STYLE = Path(__file__).with_name("style.css")
MARGIN = 16
SHEET = 5                    # how far the second sheet of a folded module looks out
WIDEST = 1000
LINE = 16                    # height of a line of numbers
GHOST, LEAST_GHOST = 28, 60  # height of a box that repeats another, and its least width
DIGIT, LETTER = 7.6, 8.2     # widths of a tabular figure and, on average, of a letter of a title
MOST_LETTERS = 30
HEAD = 7                     # length of an arrow's head
TRACK = 8                    # how far apart a value and its gradient run


class Drawing:
    """The geometry of one Scene: where every box, line and number stands."""

    def __init__(self, scene, moment):
        self.scene = scene
        self._leaving, self._entering = (Counter(getattr(wire, end) for wire in scene.wires) for end in ("source", "target"))
        sizes = {box.key: _size(box, moment.boxes[box.key], scene.down, max(self._leaving[box.key], self._entering[box.key]))
                 for box in scene.boxes}
        ends = [(wire.source, wire.target) for wire in scene.wires]
        self.layout, self.sizes = lay_out(sizes, ends, gap=96, spread=24) if not scene.down else None, sizes
        if scene.down or self.layout.width > WIDEST:
            # Wider than a page can show at a size that is read: down the page, then.
            scene.down = True
            self.sizes = {box.key: _size(box, moment.boxes[box.key], True, 0) for box in scene.boxes}
            self.layout = lay_out(self.sizes, ends, down=True, gap=40, spread=26)
        self._labels = self._place_labels()
        self._titles = {box.key: box.title for box in scene.boxes}
        said = [extent(*place)[2] for *place, _ in self._labels if scene.down]
        self.width = round(max([self.layout.width + MARGIN, *said]) + MARGIN)
        self.height = round(self.layout.height + 2 * MARGIN)

    def svg(self, moment, alone=False):
        """Return the SVG at one moment. `alone`: with its own colours and background, to stand outside a page of ours."""
        wires = [self._wire(number, wire, *moment.wires[wire.key], *moment.strengths.get(wire.key, (0, "")), alone)
                 for number, wire in enumerate(self.scene.wires)]
        boxes = [self._box(box, moment.boxes[box.key], alone) for box in self.scene.boxes]
        words = escape(self.scene.title, quote=True)
        if alone:
            size = f'xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}"'
            head = f'<style>{own_style()}</style><rect class="paper" width="100%" height="100%" rx="8"/>'
            return f'<svg {size} viewBox="0 0 {self.width} {self.height}" class="wb-drawing">{head}{"".join(wires + boxes)}</svg>'
        return (f'<svg viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" class="wb-drawing" '
                f'data-spine="{self.spine}" role="group" aria-label="Graph of {words}">{"".join(wires + boxes)}</svg>')

    def _box(self, box, said, alone):
        x, y = self.layout.centres[box.key]
        width, height = self.sizes[box.key]
        left, top = x - width / 2 + MARGIN, y - height / 2 + MARGIN
        round_by = _roundness(box, height)
        live = "" if alone else f' data-key="{box.key}" tabindex="-1" role="button" aria-label="{escape(said.spoken, quote=True)}"'
        kind = f"box {box.kind} {said.state}" + (" ghost" if box.ghost else "")
        behind = ""
        if box.kind == "fold":  # a second sheet behind: there is more in it
            width, height = width - SHEET, height - SHEET
            behind = (f'<rect class="sheet" x="{left + SHEET:.1f}" y="{top + SHEET:.1f}" width="{width:.1f}" height="{height:.1f}" '
                      'rx="8"/>')
        drawn = (f'{behind}<rect class="face" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
                 f'rx="{round_by:.1f}"/>')
        middle = left + width / 2, top + height / 2
        place = self._page(box, said, left, top, width) if self.scene.down and not box.ghost else self._card(box, said, *middle)
        texts = "".join(
            f'<text class="{role}" x="{tx:.1f}" y="{ty:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
            for role, tx, ty, anchor, text in place)
        if said.mark is not None:
            texts += f'<text class="mark" x="{left + width - 8:.1f}" y="{top + 4:.1f}" text-anchor="end">{escape(said.mark)}</text>'
        return f'<g class="{kind}{" differs" if said.mark else ""}"{live}>{drawn}{texts}</g>'

    def _card(self, box, said, middle, y):
        """The lines of a box in a graph that runs across: all centred, one under the other."""
        if box.ghost:
            yield "title", middle, y + 5, "middle", clip(box.title)
            return
        y -= _card_height(box, said) / 2 - 21
        yield "title", middle, y, "middle", clip(box.title)
        if box.note:
            y += 14
            yield "note", middle, y, "middle", box.note
        for role, lines in (("value", said.value), ("grad", said.gradient)):
            for line in lines:
                y += LINE
                yield role, middle, y, "middle", line

    def _page(self, box, said, left, top, width):
        """The lines of a box in a graph that runs down: title and note, and under them value and gradient side by side."""
        inset = 20 if box.kind == "leaf" else 11
        yield "title", left + inset, top + 18, "start", clip(box.title)
        if box.note:
            yield "note", left + width - inset, top + 18, "end", box.note
        for number, line in enumerate(said.value):
            yield "value", left + inset, top + 36 + number * LINE, "start", line
        for number, line in enumerate(said.gradient):
            if stacked(box):
                yield "grad", left + inset, top + 36 + (len(said.value) + number) * LINE, "start", line
            else:
                yield "grad", left + width - inset, top + 36 + number * LINE, "end", line

    def _wire(self, number, wire, text, state, width, sign, alone):
        route = [(x + MARGIN, y + MARGIN) for x, y in self.layout.routes[number]]
        down = self.scene.down
        flow, flow_head = _path(self._track(route, wire, -TRACK), down)
        back, back_head = _path(self._track(route, wire, TRACK)[::-1], down)
        x, y, anchor, free = self._labels[number]
        kind = f"wire {state}" + (f" w{width} {sign}" if sign else "") + ("" if free else " crowded")
        spoken = f"edge from {self._titles[wire.source]} to {self._titles[wire.target]}"
        live = "" if alone else f' data-key="{wire.key}" aria-label="{escape(spoken, quote=True)}"'
        grip = "" if alone else f'<path class="grip" d="{flow}"/>'
        return (f'<g class="{kind}"{live}>{grip}<path class="flow" d="{flow}"/><path class="flow-head" d="{flow_head}"/>'
                f'<path class="back" d="{back}"/><path class="back-head" d="{back_head}"/>'
                f'<text class="hand" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text></g>')

    def _place_labels(self):
        """Return (x, y, anchor, free?) of each wire's number; one that would cover another is shown in its own step only."""
        labels, places = Labels(map(self._extent, self.layout.centres), self.scene.down), []
        for wire, route in zip(self.scene.wires, self.layout.routes):
            track = self._track([(x + MARGIN, y + MARGIN) for x, y in route], wire, TRACK)
            ends = self._leaving[wire.source], self._entering[wire.target]
            places.append(labels.place(track, *ends) if _speaks(wire) else (*track[0], "end", True))
        return places

    def _extent(self, key):
        """The rectangle (left, top, right, bottom) of a box."""
        (x, y), (width, height) = self.layout.centres[key], self.sizes[key]
        return x - width / 2 + MARGIN, y - height / 2 + MARGIN, x + width / 2 + MARGIN, y + height / 2 + MARGIN

    @property
    def spine(self):
        """Where, from the left, the steps of a graph that runs down stand: in the middle of a page, the eye looks for them there."""
        steps = sorted(self.layout.centres[box.key][0] + MARGIN for box in self.scene.boxes if box.kind not in ("leaf", "constant"))
        return round(steps[len(steps) // 2]) if self.scene.down and steps else self.width / 2

    def _track(self, route, wire, distance):
        """Return the route moved sideways, its ends on the rounded borders of the boxes."""
        if self.scene.down:
            return [(x + distance, y) for x, y in route]
        track = [(x, y + distance) for x, y in route]
        for place, key, side in ((0, wire.source, -1), (-1, wire.target, 1)):
            box = next(box for box in self.scene.boxes if box.key == key)
            height = self.sizes[key][1]
            radius = _roundness(box, height)
            into = min(radius, max(0.0, abs(track[place][1] - MARGIN - self.layout.centres[key][1]) - (height / 2 - radius)))
            track[place] = track[place][0] + side * (radius - (radius * radius - into * into) ** 0.5), track[place][1]
        return track


def _roundness(box, height):
    """The radius of a box's corners: a leaf is a pill."""
    return min(height / 2, 31) if box.kind == "leaf" else 2 if box.kind == "constant" else 8


def clip(title):
    """Return a title that fits a box."""
    return title if len(title) <= MOST_LETTERS else title[:MOST_LETTERS - 1] + "…"


def _size(box, said, down, ports):
    """Return the (width, height) that a box needs, whatever numbers come: each number has room for its sign and a power of ten."""
    if box.ghost:  # its numbers stand where it is drawn first
        return max(len(clip(box.title)) * LETTER + 34, LEAST_GHOST), max(GHOST, ports * 28 + 6)
    shape = box.face.shape or ()
    columns = shape[-1] if shape and written_out(shape) else 1
    summary = bool(shape) and not written_out(shape)  # `∇ norm 1.00e−05` takes more room than a number
    numbers = (8 * columns + 2 * (columns - 1) if columns > 1 else 15 if summary else 11) * DIGIT
    widest = max([numbers, *(len(line) * DIGIT for line in said.value + said.gradient)])
    more = SHEET if box.kind == "fold" else 0
    titled = len(clip(box.title)) * LETTER + more
    noted = len(box.note) * 6.6
    if down and stacked(box):
        return max(titled + noted + (58 if noted else 40), widest + 40, 110), 30 + (len(said.value) + len(said.gradient)) * LINE
    if down:
        return max(titled + noted + 46, 2 * widest + 48, 200), 30 + more + max(len(said.value), len(said.gradient)) * LINE
    return max(titled + 28, noted + 28, widest + 26, 116), max(_card_height(box, said) + more, ports * 28 + 6)


def _speaks(wire):
    """Whether a number may ever stand beside a wire: a gradient, or the shape that met a step that fails."""
    return any(part.node is None or part.node.edges[position] is not None for part, position in wire.uses)


def stacked(box):
    """Return whether value and gradient stand under each other in a graph that runs down: a leaf stands beside the steps, and is narrow."""
    return box.kind in ("leaf", "constant")


def _card_height(box, said):
    return 29 + (14 if box.note else 0) + (len(said.value) + len(said.gradient)) * LINE


def _path(points, down):
    """Return the path data of a route, which bends between layers and is straight across them, and of its arrow's head."""
    x1, y1 = points[-1]
    forward = (y1 if down else x1) >= (points[0][1] if down else points[0][0])
    sign = 1 if forward else -1
    tip = points[-1]
    points = [*points[:-1], (x1, y1 - sign * HEAD) if down else (x1 - sign * HEAD, y1)]
    data, (px, py) = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"], points[0]
    for x, y in points[1:]:
        if (abs(x - px) if down else abs(y - py)) < 0.05:
            data.append(f"L{x:.1f} {y:.1f}")
        elif down:
            data.append(f"C{px:.1f} {(py + y) / 2:.1f} {x:.1f} {(py + y) / 2:.1f} {x:.1f} {y:.1f}")
        else:
            data.append(f"C{(px + x) / 2:.1f} {py:.1f} {(px + x) / 2:.1f} {y:.1f} {x:.1f} {y:.1f}")
        px, py = x, y
    x, y = tip
    along, aside = (0, sign * HEAD), (4.2, 0)
    if not down:
        along, aside = along[::-1], aside[::-1]
    head = (f"M{x:.1f} {y:.1f}L{x - along[0] + aside[0]:.1f} {y - along[1] + aside[1]:.1f}"
            f"L{x - along[0] - aside[0]:.1f} {y - along[1] - aside[1]:.1f}Z")
    return "".join(data), head


def own_style(*more):
    """Return the light palette and the rules of the drawing from style.css and `more` files, for a picture outside our page."""
    texts = [file.read_text(encoding="utf-8") for file in (STYLE, *more)]
    rules = "".join(text.partition("/* drawing */")[2].partition("/* end of drawing */")[0] for text in texts)
    light = palette("light")
    return re.sub(r"\s+", " ", re.sub(r"var\(--wb-([a-z-]+)\)", lambda found: light[found[1]], rules).replace(".wb-drawing ", ""))


def palette(name):
    """Return {colour: value} of the "light" or "dark" palette of style.css, fallbacks of JupyterLab's own variables resolved."""
    text = STYLE.read_text(encoding="utf-8")
    block = text.partition(f"/* {name} palette */")[2].partition("}")[0]
    return dict(re.findall(r"--wb-([a-z-]+):\s*(?:var\(--jp-[a-z0-9-]+,\s*)?([^;)]+)\)?;", block))
