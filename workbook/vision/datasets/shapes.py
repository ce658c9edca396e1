"""Ten kinds of drawn figures, made when they are asked for: pictures to learn from where nothing can be fetched."""

import contextlib

import numpy as np

from workbook.errors import explain
from workbook.utils.progress import progress
from workbook.vision.datasets.vision import Split
from workbook.vision.pillow import from_array

SIDE = 32
SHOWN = 5_000  # pictures that take long enough for a bar
AT_ONCE = 500  # pictures that are computed together: few enough for the processor's cache


class Shapes10(Split):
    """Pictures of 32 x 32 pixels in red, green and blue, of ten kinds of figures: made from a seed, the same every time.

    Each figure has its own place, size, turn and colour, on a ground of another colour, under noise: so no single pixel tells what
    it is. A linear model finds less than half of them; a small convolutional network nearly all.

    Sample i is `(image, label)` as in CIFAR10: a Pillow image and an int. `data` holds all of them, uint8 `(N, 32, 32, 3)`, and
    `targets` their labels. `size` is their number, by default 10,000 to train on and, with `train=False`, 2,000 others to test on.
    Raises ValueError for a size below 1.

    >>> shapes = Shapes10(train=False, size=20)
    >>> shapes.data.shape, shapes.classes[shapes.targets[0]]
    ((20, 32, 32, 3), 'bars')

    Source: made for this package.
    """

    classes = ["disc", "ring", "square", "frame", "triangle", "plus", "cross", "bars", "posts", "dots"]

    def __init__(self, train=True, transform=None, target_transform=None, size=None, seed=0):
        super().__init__(transform=transform, target_transform=target_transform)
        size = (10_000 if train else 2_000) if size is None else size
        if not isinstance(size, int) or size < 1:
            raise ValueError(explain(f"size should be a whole number of at least 1. Got {size}", "it counts the pictures", "leave it out, or write 10_000"))
        self.train = train
        stream = np.random.RandomState([seed, 0 if train else 1])  # NumPy keeps this stream as it is for ever
        self.data, labels = pictures(size, stream)
        self.targets = labels.tolist()

    @property
    def class_to_idx(self):
        """The label of each name in `classes`."""
        return {name: label for label, name in enumerate(self.classes)}

    def __getitem__(self, index):
        return self.transformed(from_array(self.data[index], "RGB"), self.targets[index])

    def __len__(self):
        return len(self.data)


def pictures(count, stream):
    """Return `count` pictures, uint8 `(count, 32, 32, 3)`, and their labels, of each figure as many."""
    labels = stream.permutation(np.arange(count) % len(FIGURES))
    size = stream.uniform(6, 11, count)
    centre = stream.uniform(-1, 1, (2, count)) * (15 - size)  # so that the figure lies in the picture
    turn = stream.uniform(-0.25, 0.25, count)
    ground, paint = colours(count, stream)
    data = np.empty((count, SIDE, SIDE, 3), np.uint8)
    with progress("drawing Shapes10", count, unit=" pictures", leave=False) if count >= SHOWN else contextlib.nullcontext() as bar:
        for start in range(0, count, AT_ONCE):
            part = slice(start, min(start + AT_ONCE, count))
            covered = coverage(labels[part], size[part], centre[:, part], turn[part])[..., None]
            noise = stream.normal(0, 14, (len(covered), SIDE, SIDE, 3)).astype(np.float32)
            image = ground[part] + covered * (paint[part] - ground[part]) + noise
            data[part] = np.rint(image).clip(0, 255)
            if bar is not None:
                bar.update(len(covered))
    return data, labels


def colours(count, stream):
    """A dark colour and a bright one for each picture, `(count, 1, 1, 3)`."""
    ground = stream.uniform(0, 110, (count, 1, 1, 3))
    return ground.astype(np.float32), (ground + stream.uniform(75, 145, ground.shape)).astype(np.float32)


def coverage(labels, size, centre, turn):
    """How much of each pixel the figure covers, 0 to 1, float32 `(count, 32, 32)`: its edge is one pixel wide."""
    places = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    size, turn, x, y = (number.astype(np.float32)[:, None, None] for number in (size, turn, *centre))
    x, y = (places[None, None, :] - x) / size, (places[None, :, None] - y) / size
    u, v = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    distance = np.empty(u.shape, np.float32)
    for label, figure in enumerate(FIGURES):
        of_kind = labels == label
        distance[of_kind] = figure(u[of_kind], v[of_kind])
    return (0.5 - distance * size).clip(0, 1)


# ---- the figures: how far a place (u, v) lies outside, negative inside; u to the right, v down ---------------------------------------


def _disc(u, v):
    return np.hypot(u, v) - 1


def _ring(u, v):
    return np.abs(np.hypot(u, v) - 0.75) - 0.25


def _square(u, v):
    return np.maximum(np.abs(u), np.abs(v)) - 0.85


def _frame(u, v):
    return np.abs(np.maximum(np.abs(u), np.abs(v)) - 0.7) - 0.22


def _triangle(u, v):
    return np.maximum(v - 0.6, 0.866 * np.abs(u) - 0.5 * v - 0.5)


def _plus(u, v):
    u, v = np.abs(u), np.abs(v)
    return np.maximum(np.maximum(u, v) - 1, np.minimum(u, v) - 0.28)


def _cross(u, v):
    return _plus((u + v) * 0.7071, (u - v) * 0.7071)


def _bars(u, v):
    return np.maximum(np.maximum(np.abs(u), np.abs(v)) - 0.9, np.abs(np.abs(v) - 0.62) - 0.28)


def _posts(u, v):
    return _bars(v, u)


def _dots(u, v):
    return np.hypot(np.abs(u) - 0.6, np.abs(v) - 0.6) - 0.38


FIGURES = (_disc, _ring, _square, _frame, _triangle, _plus, _cross, _bars, _posts, _dots)
