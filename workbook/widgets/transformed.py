"""One sample of a data set: what it is, and its picture before the data set's transform and after each step of it."""

import copy

import numpy as np

from workbook.utils.data import Subset

from .numbers import short
from .pictures import pictures_of

MOST = 5            # pictures of a sample
SIDE, APART = 96, 160


class Noting:
    """A transform that notes the picture before and after each of its steps."""

    def __init__(self, transform):
        self.steps, self.seen = getattr(transform, "transforms", None) or [transform], []

    def __call__(self, picture):
        self.seen.append(("as it lies", picture))
        for step in self.steps:
            picture = step(picture)
            self.seen.append((getattr(step, "__name__", type(step).__name__), picture))
        return picture


def follow(dataset, index):
    """Return (the sample, its steps). A step is (its name, the picture after it as an array, the shape that it has by itself); a sample without a picture has none."""
    while isinstance(dataset, Subset):
        dataset, index = dataset.dataset, dataset.indices[index]
    if callable(getattr(dataset, "transform", None)):
        noting = copy.copy(dataset)
        noting.transform = Noting(dataset.transform)
        sample, seen = noting[index], noting.transform.seen[:MOST]
    else:
        sample = dataset[index]
        seen = [("as it is", sample[0] if isinstance(sample, (tuple, list)) else sample)]
    drawn = [(name, numbers_of(each), tuple(np.shape(each))) for name, each in seen]
    return sample, [step for step in drawn if _png(step[1])]


def draw_steps(picture, steps, y):
    """Put the steps side by side into a Picture, from `y` down: each with its name, the range of its numbers and its shape."""
    for place, (name, numbers, shape) in enumerate(steps):
        x = 20 + place * APART
        picture.parts.append(f'<image x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" href="{_png(numbers)}" image-rendering="pixelated"/>')
        for line, (text, role) in enumerate(((name, "code"), (range_of(numbers), "note"), (f"{shape}", "note"))):
            picture.text(x, y + SIDE + 16 + line * 16, text, role)
        if place + 1 < len(steps):
            picture.arrow(x + SIDE + 12, y + SIDE / 2, APART - SIDE - 24)


def range_of(numbers):
    """Return the least and the largest number of a picture.

    >>> range_of(np.array([0.0, 0.5, 1.0]))
    '0 … 1'
    """
    return f"{short(numbers.min())} … {short(numbers.max())}"


def numbers_of(picture):
    """A picture of any kind as an array (channels, height, width); None for what is none."""
    if hasattr(picture, "_host"):
        numbers = picture.detach()._host()
    else:
        numbers = np.asarray(picture)
        numbers = numbers[None] if numbers.ndim == 2 else numbers.transpose(2, 0, 1) if numbers.ndim == 3 else numbers
    return numbers if numbers.size and numbers.dtype.kind in "fiu" else None


def _png(numbers):
    found = None if numbers is None or numbers.ndim != 3 else pictures_of(numbers[None])
    return found and found[0]
