"""How numbers are written in every view: four digits in the boxes, as few as possible inside a sentence."""

import math
from itertools import chain, count

SUPERSCRIPTS = str.maketrans("-0123456789.", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")
ROWS, COLUMNS = 3, 3  # up to this shape an array is written out
BLANK = "\u00a0"      # a space that HTML and SVG keep, so that columns stand under each other
GAP = BLANK * 2


def four(number):
    """Return a number with four digits after the point, as it stands in a box.

    >>> four(3.0), four(-0.5), four(1234567.0), four(0.00001), four(float("nan")), four(7), four(True)
    ('3.0000', '−0.5000', '1.2346e+06', '1.00e−05', 'nan', '7', 'True')
    """
    if isinstance(number, (bool, int)):
        return str(number).replace("-", "−")
    if isinstance(number, complex):
        return _of_two_parts(number, four)
    if not math.isfinite(number):
        return _special(number)
    small = number != 0 and abs(number) < 0.00005
    text = f"{number:.2e}" if small else f"{number:.4e}" if abs(number) >= 100000 else f"{number:.4f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def short(number):
    """Return a number with at most four digits after the point and no zeros that say nothing, as it stands in a sentence.

    >>> short(27.0), short(0.25), short(1 / 3), short(-2.0), short(0.00001), short(1 - 2j)
    ('27', '0.25', '0.3333', '−2', '1e−05', '1 − 2i')
    """
    if isinstance(number, complex):
        return _of_two_parts(number, short)
    if isinstance(number, (bool, int)) or not math.isfinite(number):
        return four(number)
    text = four(number)
    digits, mark, power = text.partition("e")
    digits = digits.rstrip("0").rstrip(".")
    return digits + mark + power


def in_brackets(number):
    """Return a number as a factor in a sentence: in brackets where it is negative.

    >>> in_brackets(2.0), in_brackets(-0.5)
    ('2', '(−0.5)')
    """
    return f"({short(number)})" if number < 0 else short(number)


def plain(number):
    """Return a number as it is typed into a field: four digits after the point at most, and Python's minus.

    >>> plain(-0.25), plain(3.0), plain(-0.00001), plain(1 / 3)
    ('-0.25', '3', '0', '0.3333')
    """
    return f"{round(number, 4) + 0.0:g}"


def ticks(least, most, many):
    """Return the round numbers from least to most that stand at an axis, in at most `many` steps.

    >>> ticks(-1, 1.2, 5), ticks(0, 30, 8), ticks(0, 6000, 3)
    ([-1.0, -0.5, 0.0, 0.5, 1.0], [0, 5, 10, 15, 20, 25, 30], [0, 2000, 4000, 6000])
    """
    steps = chain((0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5), (digit * 10 ** power for power in count() for digit in (1, 2, 5)))
    step = next(each for each in steps if (most - least) / each <= many)
    return [number * step for number in range(math.ceil(least / step), math.floor(most / step) + 1)]


def _of_two_parts(number, write):
    """A complex number as its parts: 1 + 2i."""
    sign = "−" if math.copysign(1, number.imag) < 0 else "+"
    return f"{write(number.real)} {sign} {write(abs(number.imag))}i"


def superscript(number):
    """Return a number in raised digits.

    >>> superscript(2), superscript(-1.5)
    ('²', '⁻¹·⁵')
    """
    return short(number).replace("−", "-").translate(SUPERSCRIPTS)


def lines(array):
    """Return the lines that stand for an array in a box: its elements where they are few, else its mean.

    >>> import numpy as np
    >>> lines(np.array(3.0)), lines(np.ones((2, 2))), lines(np.arange(10.0))
    (['3.0000'], ['1.0000\xa0\xa01.0000', '1.0000\xa0\xa01.0000'], ['mean 4.5000'])
    """
    if array.ndim == 0:
        return [four(array.item())]
    if written_out(array.shape):
        rows = [[four(number.item()) for number in row] for row in array.reshape(-1, array.shape[-1])]
        widths = [max(map(len, column)) for column in zip(*rows)]
        return [GAP.join(text.rjust(width, BLANK) for text, width in zip(row, widths)) for row in rows]
    if not array.size:
        return ["empty"]
    return [f"mean {four(float(array.mean().real))}"]


def gradient_lines(array):
    """Return the lines that stand for a gradient: as `lines`, and of a large one its length, since its mean says little.

    >>> import numpy as np
    >>> gradient_lines(np.array([3.0, 4.0])), gradient_lines(np.ones(100))
    (['3.0000\xa0\xa04.0000'], ['norm 10.0000'])
    """
    if array.ndim == 0 or written_out(array.shape) or not array.size:
        return lines(array)
    return [f"norm {four(float(abs((array * array.conj()).sum()) ** 0.5))}"]


def brief(array):
    """Return a gradient in the room that an edge has.

    >>> import numpy as np
    >>> brief(np.array(2.0)), brief(np.full((2, 2), 0.25)), brief(np.arange(4.0).reshape(2, 2)), brief(np.ones(100))
    ('2', '0.25 each', '2×2', 'norm 10.0000')
    """
    if array.size == 1:
        return short(array.item())
    if not written_out(array.shape):
        return gradient_lines(array)[0]
    first = array.reshape(-1)[0]
    return f"{short(first.item())} each" if (array == first).all() else "×".join(map(str, array.shape))


def rows_of(shape):
    """Return how many lines an array of this shape takes in a box.

    >>> rows_of((2, 2)), rows_of((3,)), rows_of((10, 10))
    (2, 1, 1)
    """
    return shape[0] if len(shape) == 2 and written_out(shape) else 1


def written_out(shape):
    """Return whether an array of this shape is written out in a box, number by number."""
    if not 1 <= len(shape) <= 2:
        return not shape
    rows = shape[0] if len(shape) == 2 else 1
    return 0 < rows <= ROWS and 0 < shape[-1] <= COLUMNS


def by(shape):
    """Return a shape as a reader says it.

    >>> by((2, 3)), by((4,)), by(())
    ('2 × 3', '4 numbers', '')
    """
    if len(shape) == 1:
        return f"{shape[0]} number" + "s" * (shape[0] != 1)
    return " × ".join(map(str, shape))


def _special(number):
    return "nan" if number != number else "∞" if number > 0 else "−∞"
