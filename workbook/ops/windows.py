"""Windows that slide over an image of any number of axes: their sizes and places, and what does not fit."""

import functools
import itertools
import math

import numpy as np

from workbook.errors import by_sizes, explain, not_a_tensor, shape_text
from workbook.ops.sides import sides, whole
from workbook.tensor import Tensor

# Which axes an image of one, two or three axes has, and what PyTorch's messages call the sizes of a window over them.
AXES = {1: "L", 2: "H, W", 3: "D, H, W"}
_LETTERS = {1: "W", 2: "HW", 3: "THW"}


class Windows:
    """The windows of a pooling: for each place inside a window (a tap), the slice of the image that it walks over."""

    def __init__(self, image, kernel, stride, padding, dilation, ceil_mode=False):
        self.image, self.kernel, self.stride, self.padding, self.dilation = image, kernel, stride, padding, dilation
        self.reach = tuple([d * (k - 1) + 1 for d, k in zip(dilation, kernel)])
        rounded = math.ceil if ceil_mode else math.floor
        self.out = tuple([
            rounded((i + 2 * p - r) / s) + 1 for i, p, r, s in zip(image, padding, self.reach, stride)])
        if ceil_mode:  # no window begins in the padding beyond the image
            self.out = tuple([o - 1 if (o - 1) * s >= i + p else o for o, s, i, p in zip(self.out, stride, image, padding)])
        self.padded = tuple([max(i + 2 * p, (o - 1) * s + r)
                             for i, p, o, s, r in zip(image, padding, self.out, stride, self.reach)])
        self.offsets = [tuple([k * d for k, d in zip(tap, dilation)]) for tap in itertools.product(*map(range, kernel))]
        self.taps = [(..., *[slice(at, at + (o - 1) * s + 1, s) for at, o, s in zip(offset, self.out, stride)])
                     for offset in self.offsets] if min(self.out) > 0 else []
        self.inside = (..., *[slice(p, p + side) for p, side in zip(padding, image)])
        self.plain = self.padded == image
        self.overlap = any(s < r for s, r in zip(stride, self.reach))

    def pad(self, xp, x, value):
        """Return `x` with `value` around it, as far as the windows reach."""
        if self.plain:
            return x
        whole = xp.full((*x.shape[:-len(self.image)], *self.padded), value, x.dtype)
        whole[self.inside] = x
        return whole

    @functools.cached_property
    def places(self):
        """For each window (an array over the windows), where its first tap stands in the flat image; and each tap's distance."""
        steps = [math.prod(self.image[axis + 1:]) for axis in range(len(self.image))]
        first = np.zeros(self.out, np.int64)
        for axis, (o, s, p, step) in enumerate(zip(self.out, self.stride, self.padding, steps)):
            first += ((np.arange(o) * s - p) * step).reshape(-1, *[1] * (len(steps) - 1 - axis))
        return first, np.array([sum([at * step for at, step in zip(offset, steps)]) for offset in self.offsets], np.int64)

    @functools.cached_property
    def sizes(self):
        """How many numbers each window counts with the padding, and how many without: arrays, or one number where all are alike."""
        counts = []
        for beyond in (True, False):
            total = np.ones((), np.int64)
            for o, s, p, k, side in zip(self.out, self.stride, self.padding, self.kernel, self.image):
                start = np.arange(o) * s - p
                edge = p if beyond else 0
                total = np.multiply.outer(total, np.minimum(start + k, side + edge) - np.maximum(start, -edge))
            counts.append(int(total.flat[0]) if (total == total.flat[0]).all() else total)
        return tuple(counts)


def image_of(function, input, axes):
    """Refuse what is no image of so many axes: `(C, *)` or `(N, C, *)`, of which only N may be 0."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    if input.ndim not in (axes + 1, axes + 2) or 0 in input.shape[-axes - 1:]:
        raise RuntimeError(explain(
            f"{function}: Expected {axes + 1}D or {axes + 2}D (batch mode) tensor with optional 0 dim batch size for input, but got:"
            f"{shape_text(input.shape)}", f"the axes are (N, C, {AXES[axes]}), or (C, {AXES[axes]}) without a batch",
            "give the image its shape: x.view(-1, C, H, W)" if axes == 2 else "give the input its axes: x.unsqueeze(0)"))


def windows_of(function, input, axes, kernel_size, stride, padding, dilation=1, ceil_mode=False):
    """Return the Windows of a pooling; equal settings share one. Raises RuntimeError where they do not fit the input."""
    given = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    return _windows(function, tuple(input.shape[-axes - 1:]), *[_hashable(function, *each) for each in given.items()], bool(ceil_mode))


def _hashable(function, name, value):
    """A setting with Python's ints in it: (2., 3.), which is equal to (2, 3), must not be found in its place."""
    return tuple([whole(function, name, *each[::-1]) for each in enumerate(value)]) if isinstance(value, (tuple, list)) else value


@functools.lru_cache(typed=True)  # a network asks for the same ones at every step
def _windows(function, shape, kernel_size, stride, padding, dilation, ceil_mode):
    channels, *image = shape
    axes = len(image)
    kernel = sides(function, "kernel_size", kernel_size, axes)
    stride = kernel if stride is None or stride == () else sides(function, "stride", stride, axes)
    padding, dilation = sides(function, "padding", padding, axes), sides(function, "dilation", dilation, axes)
    for what, given, shown in (("kernel size", kernel, "k"), ("stride", stride, "d"), ("dilation", dilation, "dilation")):
        if min(given) < 1:
            each = " ".join(f"{shown}{letter}: {side}" for letter, side in zip(_LETTERS[axes], given))
            raise RuntimeError(explain(
                "stride should not be zero" if what != "dilation" and 0 in stride else
                f"{what} should be greater than zero, but got {each}",
                f"{function} was asked for a {what} of {' x '.join(map(str, given))}", f"use a {what} of 1 or more"))
    _check_padding(kernel, padding)
    windows = Windows(tuple(image), kernel, stride, padding, dilation, ceil_mode)
    if min(windows.out) < 1:
        raise RuntimeError(explain(
            f"Given input size: ({by_sizes(shape)}). Calculated output size: ({by_sizes((channels, *windows.out))}). "
            "Output size is too small",
            f"a window of {' x '.join(map(str, kernel))} does not fit into an image of {' x '.join(map(str, image))}",
            "drop one pooling layer, or start from a larger image"))
    return windows


def _check_padding(kernel, padding):
    if min(padding) < 0:
        raise RuntimeError(explain(f"pad must be non-negative, but got pad: {min(padding)}", "it surrounds the image",
                                   "use padding=0 or more"))
    wide = next(((p, k) for p, k in zip(padding, kernel) if p > k // 2), None)
    if wide is not None:
        raise RuntimeError(explain(f"pad should be at most half of effective kernel size, but got pad={wide[0]}, kernel_size={wide[1]} and "
                                   "dilation=1",
                                   "a window that lies in the padding alone would hold nothing",
                                   "make the kernel larger, or the padding smaller"))
