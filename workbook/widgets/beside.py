"""Names beside the points of a plane, clear of every point and of each other."""

from html import escape

from .plane import LEFT

LETTER, HIGH = 8.4, 17   # of a title
ROUND = 9                # what a point takes to each side
WAYS = (1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1)  # where a name may stand: to the right first
FURTHER = 5              # rounds of such places, each further off


def names_beside(plane, named):
    """Give the names of `named`, a list of (text, x, y); one that cannot stand close by has a line to its point."""
    taken = [(x - ROUND, y - ROUND, x + ROUND, y + ROUND) for _, x, y in named]
    for text, x, y in named:
        wide = len(text) * LETTER
        places = list(_places(x, y, wide))
        left, line, far = next((place for place in places if _clear(plane, *place[:2], wide, taken)), places[0])
        taken.append((left, line - HIGH + 4, left + wide, line + 4))
        if far:
            yield f'<path class="arrow" d="M{x:.1f} {y:.1f}L{min(max(x, left), left + wide):.1f} {line + 5 if line < y else line - 13:.1f}"/>'
        yield f'<text class="title label" x="{left:.1f}" y="{line:.1f}">{escape(text)}</text>'


def _places(x, y, wide):
    for far in range(FURTHER):
        for across, down in WAYS:
            left = x + across * (ROUND + 4 + 9 * far) - (wide if across < 0 else 0 if across else wide / 2)
            yield left, y + 4 + down * (HIGH + HIGH * far), far


def _clear(plane, left, line, wide, taken):
    """Whether a name that begins there is inside of the picture and covers nothing."""
    top, right, bottom = line - HIGH + 4, left + wide, line + 4
    inside = left > LEFT and right < plane.right and top > 0 and bottom < plane.bottom
    return inside and not any(left < r and l < right and top < b and t < bottom for l, t, r, b in taken)
