"""An array as a map of shades: one colour above zero, another below, both fading to the ground at zero.

Never colour alone: cells below zero wear a stroke, a legend tells the ends, and the text says the same in numbers.
"""

from math import prod

import numpy as np

from .numbers import by, four, short

SHADES = 8          # to each side of zero
MOST = 48           # rows and columns of one map; more are put together, and their mean is drawn
MAPS = 12           # maps of an array of more than two axes
WIDE = 260          # of the whole drawing
LARGEST, MARKED = 18, 7   # side of a cell, and from which side on a cell below zero wears its stroke
GAP = 6             # between two maps
LEGEND = 34         # height of the legend


def heatmap(array, name):
    """Return (svg, text): an array of any shape as a drawing, and what a reader hears of it.

    >>> svg, text = heatmap(np.array([[1.0, -2.0]]), "w")
    >>> text
    'w, 1 × 2: from −2 to 1, mean −0.5; 1 of 2 below zero; the largest size is 2, at [0, 1].'
    >>> svg.count('class="plus4"'), svg.count('class="minus8"'), svg.count('class="below"')
    (2, 2, 1)
    """
    text = told(array, name)
    if not array.size:
        return "", text
    maps, note = tiles(np.asarray(array, dtype=np.float64) if array.dtype.kind != "c" else np.abs(array))
    finite = np.abs(array[np.isfinite(array)])
    top = float(finite.max()) if finite.size else 0.0
    rows, columns = maps[0].shape
    beside = _beside(len(maps), rows, columns)
    cell = max(1.0, min(LARGEST, (WIDE - (beside - 1) * GAP) / (beside * columns)))
    drawn = []
    for number, each in enumerate(maps):
        down, right = divmod(number, beside)
        drawn.append(_map(each, top, right * (columns * cell + GAP), down * (rows * cell + GAP), cell))
    high = (len(maps) - 1) // beside * (rows * cell + GAP) + rows * cell
    drawn.append(_legend(top, high + 10))
    svg = (f'<svg class="wb-heat" viewBox="0 0 {WIDE} {high + 10 + LEGEND:.0f}" width="{WIDE}" height="{high + 10 + LEGEND:.0f}" '
           f'aria-hidden="true">{"".join(drawn)}</svg>')
    return svg, f"{text} {note}".strip()


def told(array, name):
    """Return an array in one sentence: its shape, its ends, its mean, and where it is largest."""
    shape = by(array.shape) or "one number"
    if not array.size:
        return f"{name}, {' × '.join(map(str, array.shape))}: empty."
    if array.dtype.kind not in "fiu":
        return f"{name}, {shape}: {'the sizes of complex numbers' if array.dtype.kind == 'c' else 'true is 1'}."
    if array.size == 1:
        return f"{name}: {short(array.item())}."
    missing = int((~np.isfinite(array)).sum())
    if missing:
        return f"{name}, {shape}: {missing} of {array.size} are nan or infinite."
    at = np.unravel_index(int(np.abs(array).argmax()), array.shape)
    return (f"{name}, {shape}: from {short(array.min().item())} to {short(array.max().item())}, mean {short(float(array.mean()))}; "
            f"{int((array < 0).sum())} of {array.size} below zero; the largest size is {short(abs(array[at].item()))}, "
            f"at {list(map(int, at))}.")


def tiles(array):
    """Return (maps of two axes, a note on what was left out or put together).

    >>> maps, note = tiles(np.zeros((20, 3, 100)))
    >>> len(maps), maps[0].shape, note
    (12, (3, 34), 'The first 12 of 20 maps; each cell is the mean of 1 × 3.')
    """
    if array.ndim < 2:
        array = _in_rows(array.reshape(-1))
    rows, columns = array.shape[-2:]
    count = prod(array.shape[:-2])
    maps = array.reshape(count, rows, columns)[:MAPS]
    notes = [f"the first {MAPS} of {count} maps"] if count > MAPS else []
    high, wide = -(-rows // MOST), -(-columns // MOST)
    if high * wide > 1:
        maps = [_means(each, high, wide) for each in maps]
        notes.append(f"each cell is the mean of {high} × {wide}")
    note = "; ".join(notes)
    return list(maps), note and f"{note[0].upper()}{note[1:]}."


def _in_rows(vector):
    """A long vector in rows; what is missing in the last is drawn as empty."""
    wide = min(vector.size, 16 if vector.size <= 256 else MOST)
    filled = np.full(-(-vector.size // wide) * wide, np.nan)
    filled[:vector.size] = vector
    return filled.reshape(-1, wide)


def _means(each, high, wide):
    rows, columns = (-(-side // step) for side, step in zip(each.shape, (high, wide)))
    return np.array([[each[r * high:(r + 1) * high, c * wide:(c + 1) * wide].mean() for c in range(columns)] for r in range(rows)])


def _beside(count, rows, columns):
    """How many maps stand beside each other: as many as leave the drawing half as high as wide."""
    return max(1, min(count, round((2 * count * rows / columns) ** 0.5)))


def _map(each, top, left, upper, cell):
    """One map: the cells of each shade are one path, the strokes of the cells below zero another."""
    shades = np.zeros(each.shape, dtype=int) if top == 0 else np.rint(np.nan_to_num(each, posinf=top, neginf=-top) / top * SHADES).astype(int)
    drawn = [f'<rect class="ground" x="{left:.1f}" y="{upper:.1f}" width="{each.shape[1] * cell:.1f}" height="{each.shape[0] * cell:.1f}"/>']
    for shade in np.unique(shades[shades != 0]):
        name = f"plus{shade}" if shade > 0 else f"minus{-shade}"
        path = "".join(f"M{left + c * cell:.1f} {upper + r * cell:.1f}h{cell:.1f}v{cell:.1f}h{-cell:.1f}z" for r, c in np.argwhere(shades == shade))
        drawn.append(f'<path class="{name}" d="{path}"/>')
    if cell >= MARKED and (each < 0).any():
        strokes = "".join(f"M{left + (c + 0.3) * cell:.1f} {upper + (r + 0.5) * cell:.1f}h{0.4 * cell:.1f}" for r, c in np.argwhere(each < 0))
        drawn.append(f'<path class="below" d="{strokes}"/>')
    return "".join(drawn)


def _legend(top, y):
    """The shades from the least to the largest, with their numbers."""
    side = WIDE / (2 * SHADES + 1)
    names = [*(f"minus{n}" for n in range(SHADES, 0, -1)), "ground", *(f"plus{n}" for n in range(1, SHADES + 1))]
    cells = "".join(f'<rect class="{name}" x="{place * side:.1f}" y="{y:.1f}" width="{side:.1f}" height="9"/>' for place, name in enumerate(names))
    ends = [(0, "start", four(-top) if top else "0"), (WIDE / 2, "middle", "0"), (WIDE, "end", four(top) if top else "0")]
    return cells + "".join(f'<text x="{x:.1f}" y="{y + 23:.1f}" text-anchor="{anchor}">{text}</text>' for x, anchor, text in ends)
