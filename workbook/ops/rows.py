"""Convolution by rows: what `ops.columns` computes, for a kernel that moves by one pixel and has no holes.

A patch is as high as the kernel, and the patches of one row of the output are the same few lines of the image, each seen kw
times: shifted by 0, 1, ... kw - 1. So `shifted` writes every line of the image only kw times, not once for each of the kh rows of
the kernel that meet it; and with the lines of the image as the first axis, the patches of each output row are kh * C * kw lines
that already lie one after the other: `windows` shows them without a copy. All images of a chunk stand beside each other in a
line, which makes the lines long, and long lines are copied and multiplied fast.

Lines keep the width W of the padded image, although the output is narrower: what stands in the columns beyond its width comes
from two images at once, and is dropped at the end, or meets zeros.

Source: Cho and Brand, MEC: Memory-Efficient Convolution for Deep Neural Networks, 2017
"""

import math

import numpy as np

from workbook.ops.columns import chunks

LINES_FIRST = (2, 1, 0, 3)  # the order of the axes of images (N, C, H, W) in which a line of all of them is one run of memory
CHANNELS_FIRST = (1, 2, 0, 3)  # the same, and so is a whole channel


def convolve(xp, x, weight, bias, g):
    """The convolution of `x` (N, C, H, W) with `weight` (O, C, kh, kw), plus `bias`."""
    (outs, ins, kh, kw), (oh, ow), (_, width) = weight.shape, g.out, g.padded
    out = xp.empty((len(x), outs, oh, ow), x.dtype)
    kernels = weight.transpose(0, 2, 1, 3).reshape(outs, kh * ins * kw)
    for some in chunks(len(x), ins * kw * g.padded[0] * width):
        lines = shifted(xp, x[some], LINES_FIRST, g).reshape(g.padded[0], ins * kw, -1)
        product = kernels @ windows(xp, lines, kh, oh)
        if bias is not None:
            product += bias[:, None]
        out[some] = product.reshape(oh, outs, -1, width)[..., :ow].transpose(LINES_FIRST)
    return out


def to_input(xp, grad, weight, g):
    """The gradient to the input: the same sum of windows, over lines of `grad`, with the kernel's rows in reverse."""
    (outs, ins, kh, kw), (height, width), (top, _), (left, _) = weight.shape, g.padded, *g.padding
    out = xp.empty((len(grad), ins, *g.image), grad.dtype)
    kernels = weight[:, :, ::-1].transpose(1, 3, 2, 0).reshape(ins * kw, kh * outs)
    for some in chunks(len(grad), max(outs, ins * kw) * height * width):
        around = (height + kh - 1, width)  # each line of the image sees kh lines of grad: kh - 1 lines of zeros above and below it
        lines = laid_out(xp, grad[some], LINES_FIRST, around, (kh - 1, 0)).reshape(around[0], outs, -1)
        product = (kernels @ windows(xp, lines, kh, height)).reshape(height, ins, kw, -1)
        image = product[:, :, 0]
        for j in range(1, kw):
            image[..., j:] += product[:, :, j, :-j]
        image = image.reshape(height, ins, -1, width)[top:top + g.image[0], :, :, left:left + g.image[1]]
        out[some] = image.transpose(LINES_FIRST)
    return out


def to_weight(xp, grad, x, g):
    """The gradient to the weight: `grad` times the shifted channels, for each row of the kernel from one line further down."""
    ins, outs, (kh, kw), (oh, _), (height, width) = x.shape[1], grad.shape[1], g.kernel, g.out, g.padded
    total = xp.zeros((kh, ins * kw, outs), grad.dtype)
    for some in chunks(len(x), ins * kw * height * width):
        lines = shifted(xp, x[some], CHANNELS_FIRST, g).reshape(ins * kw, height, -1)
        rows = laid_out(xp, grad[some], CHANNELS_FIRST, (oh, width), (0, 0)).reshape(outs, -1)
        channel, line, number = lines.strides
        below = overlapping(xp, lines, (kh, ins * kw, rows.shape[1]), (line, channel, number))
        total += below @ rows.T
    return xp.ascontiguousarray(total.reshape(kh, ins, kw, outs).transpose(3, 1, 0, 2))


def laid_out(xp, images, order, sides, corner, beyond=0):
    """Return `images` with their axes in this order, in zeros: `corner` is where an image begins in the new `sides`.

    The result is flat, and has `beyond` zeros more at its end.
    """
    n, c, h, w = images.shape
    (top, left), sizes = corner, (n, c, *sides)
    inside = (slice(None), slice(None), slice(top, top + h), slice(left, left + w))
    size = math.prod(sizes)
    flat = xp.zeros(size + beyond, images.dtype)
    whole = flat[:size].reshape([sizes[axis] for axis in order])
    whole[tuple([inside[axis] for axis in order])] = images.transpose(order)
    return flat


def shifted(xp, x, order, g):
    """Return the runs of memory of the padded images, kw times each and shifted: (lines, C, kw, run), or (1, C, kw, run)."""
    (n, c), (height, width), (top, _), (left, _), kw = x.shape[:2], g.padded, *g.padding, g.kernel[1]
    flat = laid_out(xp, x, order, g.padded, (top, left), beyond=kw - 1)  # the last run, shifted, reads so far
    lines, run = (height, n * width) if order is LINES_FIRST else (1, height * n * width)
    number = flat.itemsize
    return overlapping(xp, flat, (lines, c, kw, run), (c * run * number, run * number, number, number)).copy()


def windows(xp, lines, high, count):
    """Return `count` windows of `high` lines each, one line further down each time: (count, high * lines.shape[1], run)."""
    line, channel, number = lines.strides
    return overlapping(xp, lines, (count, high * lines.shape[1], lines.shape[2]), (line, channel, number))


def overlapping(xp, array, shape, strides):
    """Return a view of the memory of `array` in which numbers occur more than once."""
    if xp is np:
        return np.ndarray(shape, array.dtype, array, 0, strides)  # what as_strided does, which takes seven times as long for it
    return xp.lib.stride_tricks.as_strided(array, shape, strides)
