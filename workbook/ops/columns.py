"""Convolution by columns: the patches of an image side by side, and one product of matrices.

Each place of the output sees one patch of the input. `columns` writes the patches side by side, and the convolution is then the
product of the weights with them. This serves images of any number of axes, and every stride, dilation and number of groups;
`ops.rows` computes the commonest case several times faster.

Source: Chellapilla, Puri, Simard, High Performance Convolutional Neural Networks for Document Processing, 2006, section 3
"""

import functools
import itertools
import math


class Geometry:
    """How a kernel moves over an image of any number of axes: all sizes of one convolution.

    `padding`: for each axis, how much before and after. `out` is given where it does not follow: in a transposed convolution.
    """

    def __init__(self, image, kernel, stride, padding, dilation, groups, out=None):
        self.image, self.kernel, self.stride, self.padding = image, kernel, stride, padding
        self.dilation, self.groups = dilation, groups
        self.padded = tuple([side + before + after for side, (before, after) in zip(image, padding)])
        self.reach = tuple([d * (k - 1) + 1 for d, k in zip(dilation, kernel)])
        self.out = out or tuple([(p - r) // s + 1 for p, r, s in zip(self.padded, self.reach, stride)])
        self.places, self.taps = math.prod(self.out), math.prod(kernel)
        self.by_rows = groups == 1 and stride == dilation == (1, 1)  # what `ops.rows` computes faster
        self.inside = (..., *[slice(before, before + side) for side, (before, _) in zip(image, padding)])

    @functools.cached_property
    def of_two_axes(self):
        """The same for an image of one axis as for one of two that is a single line."""
        return Geometry((1, *self.image), (1, *self.kernel), (1, *self.stride), ((0, 0), *self.padding), (1, *self.dilation),
                        self.groups, (1, *self.out))


def convolve(xp, x, weight, bias, g):
    """out[n, o, y, x] = sum over c, i, j of x[n, c, y*s + i*d, x*s + j*d] * weight[o, c, i, j], plus bias[o]"""
    out = xp.empty((len(x), g.groups, len(weight) // g.groups, g.places), x.dtype)
    kernels = weight.reshape(*out.shape[1:3], -1)
    for some in chunks(len(x), x.shape[1] * g.taps * g.places):
        out[some] = kernels @ by_group(columns(xp, x[some], g), g)
    out = out.reshape(len(x), len(weight), g.places)
    if bias is not None:
        out += bias[:, None]
    return out.reshape(*out.shape[:2], *g.out)


def to_input(xp, grad, weight, g):
    """The gradient to the input: to each patch the weights, as much as `grad` asks for; where patches overlap, they add up."""
    channels = weight.shape[1] * g.groups
    kernels = weight.reshape(g.groups, len(weight) // g.groups, -1).transpose(0, 2, 1)
    out = xp.empty((len(grad), channels, *g.image), grad.dtype)
    for some in chunks(len(grad), channels * g.taps * g.places):
        rows = by_group(grad[some].reshape(-1, len(weight), g.places), g)
        out[some] = images(xp, kernels @ rows, channels, g)
    return out


def to_weight(xp, grad, x, g):
    """The gradient to the weight: `grad` against the patches, summed over the batch."""
    outs, channels = grad.shape[1], x.shape[1] // g.groups
    total = xp.zeros((g.groups, channels * g.taps, outs // g.groups), grad.dtype)
    for some in chunks(len(x), x.shape[1] * g.taps * g.places):
        rows = by_group(grad[some].reshape(-1, outs, g.places), g)
        total += (by_group(columns(xp, x[some], g), g) @ rows.transpose(0, 1, 3, 2)).sum(0)
    return xp.ascontiguousarray(total.transpose(0, 2, 1)).reshape(outs, channels, *g.kernel)


def by_group(lines, g):
    """Return (N, lines, places) as (N, groups, lines of a group, places)."""
    return lines.reshape(len(lines), g.groups, lines.shape[1] // g.groups, lines.shape[2])


def columns(xp, x, g):
    """Return the patches of `x` (N, C, *image) as (N, C * taps of the kernel, places)."""
    n, c = x.shape[:2]
    image = xp.zeros((n, c, *g.padded), x.dtype)
    image[g.inside] = x
    batch, channel, *sides = image.strides
    steps = (batch, channel, *[d * side for d, side in zip(g.dilation, sides)], *[s * side for s, side in zip(g.stride, sides)])
    taps = xp.lib.stride_tricks.as_strided(image, (n, c, *g.kernel, *g.out), steps)
    return taps.reshape(n, c * g.taps, g.places)


def images(xp, cols, c, g):
    """The transpose of `columns`: add each patch back to where it came from. Return (N, C, *image)."""
    taps = cols.reshape(-1, c, *g.kernel, *g.out)
    image = xp.zeros((len(taps), c, *g.padded), cols.dtype)
    for tap in itertools.product(*[range(side) for side in g.kernel]):
        seen = [slice(k * d, k * d + s * o, s) for k, d, s, o in zip(tap, g.dilation, g.stride, g.out)]
        image[(..., *seen)] += taps[(slice(None), slice(None), *tap)]
    return image[g.inside]


def chunks(count, size):
    """Yield slices of a batch of `count` images, `size` numbers each, that stay in the processor's cache: all at once is slower."""
    step = max(1, CACHED // max(1, size))
    for start in range(0, count, step):
        yield slice(start, start + step)


CACHED = 60_000  # numbers: a quarter of a megabyte of float32, and as much again for what is computed from them
