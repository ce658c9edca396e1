"""A tensor drawn as cells: the last two axes make a table; every further axis lays such tables out, across and down in turn."""

from html import escape
from itertools import product
from math import prod

LETTER = 7.6       # width of a tabular figure
HIGH = 34          # of a cell
GAP = 4            # between cells
BLOCK = 20         # between tables
TICK = 18          # room for the number of a row or a column
LINE = 17
ROW = 119          # where the first row of a matrix stands under its title: arrows run at that height
SHADES = 6         # of rows, again from the first after the last


class Grid:
    """Where the cells of a tensor of one shape stand. `places` holds (left, top) by place in row-major order."""

    def __init__(self, shape, wide=40, high=HIGH):
        self.shape, self.wide, self.high = tuple(shape), wide, high
        self.ticks = []  # (x, y, anchor, text)
        if prod(self.shape):
            self.width, self.height, self.places = self._lay(self.shape, 0, 0)
        else:
            self.width, self.height, self.places = 3 * wide, high, []

    def _lay(self, shape, left, top):
        wide, high = self.wide, self.high
        if len(shape) <= 2:
            rows, columns = (shape if len(shape) == 2 else (1, *shape) if shape else (1, 1))
            down, across = (TICK if len(shape) else 0), (TICK if len(shape) == 2 else 0)
            if shape:
                self.ticks += [(left + across + (wide + GAP) * c + wide / 2, top + TICK - 6, "middle", str(c)) for c in range(columns)]
            if len(shape) == 2:
                self.ticks += [(left + TICK - 8, top + down + (high + GAP) * r + high / 2 + 4, "end", str(r)) for r in range(rows)]
            places = [(left + across + (wide + GAP) * c, top + down + (high + GAP) * r) for r, c in product(range(rows), range(columns))]
            return across + (wide + GAP) * columns - GAP, down + (high + GAP) * rows - GAP, places
        places, at, across = [], 0, len(shape) % 2
        width = height = 0
        for number in range(shape[0]):
            x, y = (left + at, top + LINE) if across else (left + LINE + 4, top + at)
            inner_width, inner_height, inner = self._lay(shape[1:], x, y)
            self.ticks.append((x + inner_width / 2, top + 11, "middle", f"[{number}]") if across
                              else (left + 4, y + inner_height / 2 + 4, "start", f"[{number}]"))
            places += inner
            at += (inner_width if across else inner_height) + BLOCK
            width, height = (at - BLOCK, LINE + inner_height) if across else (LINE + 4 + inner_width, at - BLOCK)
        return width, height, places


def indices(shape):
    """Return the index of every place of a shape, in row-major order."""
    return list(product(*map(range, shape)))


def index_text(index):
    """Return an index as it stands in a cell.

    >>> index_text((1, 0)), index_text(())
    ('1,0', '')
    """
    return ",".join(map(str, index))


def shade(shape, place):
    """Return the class that colours a place by its row: the same for all that differ in the last axis only."""
    return f"s{place // (shape[-1] if shape else 1) % SHADES}"


def room_for(texts):
    """Return how wide a cell must be for its numbers."""
    return max([38, *(round(len(text) * LETTER) + 14 for text in texts)])


def axis_lines(shape, axes):
    """Return a line for every axis: which way it runs, its name and its size.

    >>> axis_lines((2, 3), ["row", "column"])
    ['dim 0 ↓ row, 2', 'dim 1 → column, 3']
    """
    arrows = ["→" if (len(shape) - dim) % 2 else "↓" for dim in range(len(shape))]
    return [f"dim {dim} {arrow} {name}, {size}" for dim, (arrow, name, size) in enumerate(zip(arrows, axes, shape))] or ["no axis: one number"]


class Picture:
    """An SVG that grows as titles and grids are put into it."""

    def __init__(self):
        self.parts, self.width, self.height = [], 0, 0
        self.more = ""  # attributes of the whole

    def text(self, x, y, text, role, anchor="start"):
        """Put a line of text; `role` is its class."""
        self.parts.append(f'<text class="{role}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')
        if anchor == "start":
            self.reach(x + len(text) * (8.2 if role == "title" else 7.3 if role == "code" else 6.5), y + 4)

    def grid(self, x, y, grid, cells, group=""):
        """Put a Grid of cells: dicts with text, and key, mark, classes, told, extra where they have one."""
        ticks = "".join(f'<text class="tick" x="{x + tx:.1f}" y="{y + ty:.1f}" text-anchor="{anchor}">{text}</text>'
                        for tx, ty, anchor, text in grid.ticks)
        drawn = "".join(_cell(x + left, y + top, grid.wide, grid.high, **cell) for (left, top), cell in zip(grid.places, cells))
        if not grid.places:
            drawn = (f'<rect class="nothing" x="{x}" y="{y}" width="{grid.width}" height="{grid.height}" rx="5"/>'
                     f'<text class="tick" x="{x + grid.width / 2}" y="{y + grid.height / 2 + 4}" text-anchor="middle">no cells</text>')
        self.parts.append(f'<g class="{group}">{ticks}{drawn}</g>')
        self.reach(x + grid.width, y + grid.height)

    def tensor(self, x, y, title, shape, axes, grid, cells, group=""):
        """Put a grid under its title, its shape and a line for each axis; return (right, bottom)."""
        lines = axis_lines(shape, axes)
        self.text(x, y + 14, title, "title")
        self.text(x, y + 32, shape_text(shape), "code")
        for number, line in enumerate(lines):
            self.text(x, y + 50 + number * LINE, line, "note")
        top = y + 50 + len(lines) * LINE
        self.grid(x, top, grid, cells, group)
        wide = max(grid.width, *(len(line) * 6.5 for line in lines), len(title) * 8.2)
        return x + wide, top + grid.height

    def arrow(self, x, y, length, label="", down=False):
        """Put an arrow to the right or down, and what it stands for over or beside it."""
        ends = (x, y + length) if down else (x + length, y)
        tip = (f"M{ends[0]} {ends[1]}l-5 -8h10z" if down else f"M{ends[0]} {ends[1]}l-8 -5v10z")
        line = f"M{x} {y}V{ends[1] - 6}" if down else f"M{x} {y}H{ends[0] - 6}"
        self.parts.append(f'<path class="arrow" d="{line}"/><path class="arrow-head" d="{tip}"/>')
        if label:
            self.text(*((x + 12, y + length / 2 + 4, label, "code") if down else (x + length / 2, y - 8, label, "code", "middle")))
        self.reach(*ends)

    def svg(self, told, style=""):
        """Return the SVG. `told` is its text; `style` gives it its own colours, for a page without ours."""
        width, height = round(self.width + 20), round(self.height + 16)
        ground = f'<style>{style}</style><rect class="paper" width="100%" height="100%" rx="8"/>' if style else ""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-cells" viewBox="0 0 {width} {height}" width="{width}" '
                f'height="{height}" role="group" aria-label="{escape(told, quote=True)}"{self.more}>{ground}{"".join(self.parts)}</svg>')

    def reach(self, x, y):
        """Let the picture be at least so wide and so high."""
        self.width, self.height = max(self.width, x), max(self.height, y)


def shape_text(shape):
    """Return a shape as Python writes a tuple.

    >>> shape_text((3,)), shape_text(())
    ('(3,)', '()')
    """
    return str(tuple(shape))


def _cell(x, y, wide, high, text, key=None, mark="", classes="", told="", extra="", round_by=5):
    data = f' data-cell="{key}"' if key is not None else ""
    title = f"<title>{escape(told)}</title>" if told else ""
    middle = high / 2 + (0 if mark else 4.5)
    noted = f'<text class="mark" x="{wide / 2:.1f}" y="{high - 5:.1f}" text-anchor="middle">{escape(mark)}</text>' if mark else ""
    return (f'<g class="cell {classes}"{data}{extra} transform="translate({x:.1f} {y:.1f})">{title}'
            f'<rect class="face" width="{wide}" height="{high}" rx="{round_by}"/>'
            f'<text class="number" x="{wide / 2:.1f}" y="{middle:.1f}" text-anchor="middle">{escape(text)}</text>{noted}</g>')
