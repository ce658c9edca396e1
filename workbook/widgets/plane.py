"""A plane of two numbers in a drawing: where a point of it stands, its grid lines and their numbers."""

from workbook.errors import explain
from workbook.tensor import Tensor

from .numbers import short, ticks

LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 34


class Plane:
    """A part of the plane, `across` from x0 to x1 and `up` from y0 to y1, in a drawing of `width` by `height`."""

    def __init__(self, across, up, width, height, names=("x", "y")):
        self.across, self.up, self.width, self.height, self.names = across, up, width, height, names
        self.right, self.bottom = width - RIGHT, height - BOTTOM

    def at(self, x, y):
        """Return where a point of the plane stands in the drawing.

        >>> Plane((0, 10), (0, 1), 160, 148).at(5, 1)
        (96.0, 14.0)
        """
        (x0, x1), (y0, y1) = self.across, self.up
        return LEFT + (self.right - LEFT) * (x - x0) / (x1 - x0), self.bottom - (self.bottom - TOP) * (y - y0) / (y1 - y0)

    def holds(self, y):
        """Return whether a height lies inside the picture."""
        return self.up[0] <= y <= self.up[1]

    def clipped(self, x, y):
        """Return where a point stands in the drawing, at the edge where it lies beyond; of a nan the left edge and the upper one.

        >>> Plane((0, 10), (0, 1), 160, 148).clipped(99, float("nan"))
        (146.0, 14.0)
        """
        (x0, x1), (y0, y1) = self.across, self.up
        return self.at(x0 if x != x else min(max(x, x0), x1), y1 if y != y else min(max(y, y0), y1))

    def begin(self, picture, draggable):
        """Give a Picture the size of the plane and its axes; `draggable`, "across" or "up", is the way in which its points can be moved."""
        picture.width, picture.height = self.width - 20, self.height - 16
        picture.more = (f' data-left="{LEFT}" data-right="{self.right}"' if draggable == "across"
                        else f' data-top="{TOP}" data-bottom="{self.bottom}"')
        picture.parts += self._axes()

    def _axes(self):
        (x0, x1), (y0, y1) = self.across, self.up
        for x in ticks(x0, x1, 14 if x1 - x0 > 8 else 9):
            px, _ = self.at(x, y0)
            yield f'<path class="{"axis" if x == 0 else "rule"}" d="M{px:.1f} {TOP}V{self.bottom}"/>'
            yield f'<text class="tick" x="{px:.1f}" y="{self.bottom + 17}" text-anchor="middle">{short(x)}</text>'
        for y in ticks(y0, y1, 10):
            _, py = self.at(x0, y)
            yield f'<path class="{"axis" if y == 0 else "rule"}" d="M{LEFT} {py:.1f}H{self.right}"/>'
            yield f'<text class="tick" x="{LEFT - 8}" y="{py + 4:.1f}" text-anchor="end">{short(y)}</text>'
        yield f'<text class="note" x="{self.right}" y="{self.height - 3}" text-anchor="end">{self.names[0]} →</text>'
        yield f'<text class="note" x="{LEFT + 6}" y="{TOP + 10}">{self.names[1]} ↑</text>'


def one_number(loss, example):
    """Return a student's loss as a Tensor without axes; raise TypeError for what is no single number. `example` is one that is right."""
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        kind = f"a Tensor of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
        raise TypeError(explain(f"the loss has to be one number in a Tensor, and is {kind}", "a step goes down one number",
                                f"return one number computed from what the function is given, as in {example}"))
    return loss.reshape(())
