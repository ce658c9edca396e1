"""Lines of equal height of a function of two numbers, by marching squares."""

import math

ACROSS, UP = 56, 40   # cells of the grid
LEVELS = 14


def level_lines(height, across, up):
    """Return (segments, lowest): pieces ((x, y), (x, y)) of lines of equal height, and the point of the grid where it is least.

    The levels stand closer together near the lowest point, by squares, so that the bottom of a valley shows. A cell with a corner that is
    no number has no line.

    >>> segments, lowest = level_lines(lambda x, y: x * x + y * y, (-1, 1), (-1, 1))
    >>> all(abs(x * x + y * y - (p * p + q * q)) < 0.01 for (x, y), (p, q) in segments), max(map(abs, lowest)) < 0.03
    (True, True)

    Source: Lorensen and Cline 1987, in two dimensions.
    """
    (x0, x1), (y0, y1) = across, up
    xs = [x0 + (x1 - x0) * i / ACROSS for i in range(ACROSS + 1)]
    ys = [y0 + (y1 - y0) * j / UP for j in range(UP + 1)]
    grid = [[_height(height, x, y) for y in ys] for x in xs]
    found = [(h, i, j) for i, column in enumerate(grid) for j, h in enumerate(column) if math.isfinite(h)]
    if not found:
        return [], ((x0 + x1) / 2, (y0 + y1) / 2)
    least, i, j = min(found)
    most = max(found)[0]
    levels = [least + (most - least) * (number / LEVELS) ** 2 for number in range(1, LEVELS)]
    segments = [segment for a in range(ACROSS) for b in range(UP) for segment in _cell(grid, xs, ys, a, b, levels)]
    return segments, (xs[i], ys[j])


def _height(height, x, y):
    try:
        return height(x, y)
    except Exception:  # a function may not like a place: no line there
        return math.nan


def _cell(grid, xs, ys, a, b, levels):
    """The pieces of all levels inside one cell: between the sides that a level crosses."""
    corners = [(xs[a], ys[b], grid[a][b]), (xs[a + 1], ys[b], grid[a + 1][b]), (xs[a + 1], ys[b + 1], grid[a + 1][b + 1]), (xs[a], ys[b + 1], grid[a][b + 1])]
    heights = [h for _, _, h in corners]
    if not all(map(math.isfinite, heights)):
        return
    for level in levels:
        if not min(heights) < level <= max(heights):
            continue
        crossed = [_between(one, other, level) for one, other in zip(corners, corners[1:] + corners[:1]) if (one[2] < level) != (other[2] < level)]
        yield from zip(crossed[::2], crossed[1::2])


def _between(one, other, level):
    share = (level - one[2]) / (other[2] - one[2])
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])
