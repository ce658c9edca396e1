"""A real photograph for the convolution stepper: it comes with matplotlib, so nothing is fetched; and how it is drawn beside its output."""

import functools
import importlib.util

import numpy as np

from .cells import Grid, Picture, shape_text
from .numbers import short
from .pictures import png

NAME = "a photograph"
PART = slice(20, 340), slice(120, 400)  # rows and columns of the portrait: the face
SHRUNK = 10                             # points of the file for one of ours, along each axis
POINT = 9                               # its side on the page
LEFT, TOP, SPACE, WIDE, HIGH = 34, 52, 34, 46, 28


def is_there():
    """Whether the photograph can be read here."""
    return all(importlib.util.find_spec(name) for name in ("matplotlib", "PIL"))


@functools.cache
def numbers():
    """Return rows of grey from 0, black, to 255, white: the mean of every 10 by 10 points and three colours of the face, as whole numbers."""
    from matplotlib import cbook, image

    grey = np.asarray(image.imread(cbook.get_sample_data("grace_hopper.jpg")), float).mean(2)[PART]
    rows, columns = (side // SHRUNK for side in grey.shape)
    return np.rint(grey.reshape(rows, SHRUNK, columns, SHRUNK).mean((1, 3))).tolist()


def draw(view, brief, style):
    """Return the drawing of a view whose picture is a photograph: both pictures as greys, and the numbers of one window between them.

    `brief` writes a number into a small cell.
    """
    picture, padded = Picture(), np.array(view.padded())
    picture.text(LEFT, 22, "picture" + (" with its padding" if view.chosen["padding"] else ""), "title")
    picture.text(LEFT, 40, shape_text(padded.shape), "code")
    _greys(picture, LEFT, padded, "the photograph")
    if view.problem is None:
        places = view.window()
        (row, column), (last, right) = places[0], places[-1]
        picture.parts.append(_frame(LEFT + column * POINT, TOP + row * POINT, (right - column + 1) * POINT, (last - row + 1) * POINT))
    x = LEFT + padded.shape[1] * POINT + SPACE
    weights = [weight for line in view.kernel for weight in line]
    columns = [("kernel", [brief(weight) for weight in weights], "s2")]
    if view.problem is None:
        pairs = view.products()
        columns = [("window", [short(number) for number, _ in pairs], "s0 chosen"), *columns, ("window × kernel", [brief(a * b) for a, b in pairs], "off")]
    y = 22
    for title, texts, classes in columns:
        grid = Grid((len(view.kernel), len(view.kernel[0])), max(WIDE, max(map(len, texts)) * 7.6 + 10), HIGH)
        picture.text(x, y, title, "title")
        picture.grid(x - 18, y + 4, grid, [{"text": text, "classes": classes} for text in texts])
        y += grid.height + 30
    if view.problem is None:
        _output(picture, x + max(3 * (WIDE + 4), 130) + SPACE, view)
    return picture.svg(view.told(), style)


def _output(picture, x, view):
    """The output as greys. Every place can be clicked; the one that is shown now takes the focus."""
    result = np.array(view.result)
    shape = result.shape
    together = sum(map(sum, view.kernel))  # an even grey comes out so many times as bright
    around_0, white = abs(together) < 1e-6, 255 * max(1.0, together)
    most = float(abs(result).max()) or 1.0
    picture.text(x, 22, "output", "title")
    picture.text(x, 40, shape_text(shape), "code")
    _greys(picture, x, (result / most + 1) * 127.5 if around_0 else result * (255 / white), "the output")
    picture.text(x, TOP + shape[0] * POINT + 18, f"black {short(-round(most))}, grey 0, white {short(round(most))}" if around_0 else
                 f"black 0 and less, white {short(round(white))} and more", "note")
    picture.more = f' data-columns="{shape[1]}"'
    places = []
    for place in range(view.count):
        row, column = divmod(place, shape[1])
        box = f'x="{x + column * POINT}" y="{TOP + row * POINT}" width="{POINT}" height="{POINT}"'
        places.append(f'<rect class="reach" data-choose="{place}" {box}/>' if place != view.place else
                      f'<g class="cell chosen" data-choose="{place}" role="button" tabindex="0" aria-pressed="true" aria-label="output row {row}, '
                      f'column {column}, {short(view.result[row][column])}"><rect class="face" style="fill:none" {box}/></g>')
    picture.parts += places


def _greys(picture, x, numbers, told):
    """Numbers as points between black, 0, and white, 255."""
    rows, columns = numbers.shape
    pixels = np.clip(np.rint(numbers), 0, 255).astype(np.uint8)[..., None]
    picture.parts.append(f'<image href="{png(pixels)}" x="{x}" y="{TOP}" width="{columns * POINT}" height="{rows * POINT}" '
                         f'style="image-rendering:pixelated" role="img" aria-label="{told}"/>')
    picture.reach(x + columns * POINT, TOP + rows * POINT)


def _frame(x, y, width, height):
    return f'<g class="cell chosen"><rect class="face" style="fill:none" x="{x}" y="{y}" width="{width}" height="{height}"/></g>'
