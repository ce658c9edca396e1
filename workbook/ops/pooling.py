"""Pooling by maximum: the largest of each window of an image of one, two or three axes."""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.devices.fused import fused
from workbook.errors import explain, refused_dtype
from workbook.ops.autocasting import chosen
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.choices import straight_pieces
from workbook.ops.sides import sides
from workbook.ops.windows import Windows, image_of, windows_of

TAPS = 9  # of a window that one kernel looks through: it takes at most 4 KB of arguments, an image of four axes some 100 bytes

class _MaxPool(Operation):
    """out = the largest of each window; the first where several are equal. With `indices` also its place in the flat image"""

    def forward(ctx, x, *, windows, indices=False):
        if x.dtype.kind in "bc":
            raise refused_dtype(f"max_pool{len(windows.out)}d", dtypes.of(x))
        ctx.save(x)  # PyTorch's derivative reads it, too, and refuses a write to it
        best, winner = largest(ctx.xp, x, windows)
        ctx.windows, ctx.winner = windows, winner
        return (best, places_of(ctx.xp, winner, windows)) if indices else best

    @straight_pieces
    def backward(ctx, grad, *_):
        ctx.look_at_saved()
        return (Unpool.apply(grad, windows=ctx.windows, winner=ctx.winner),)


class MaxPool2d(_MaxPool, name="MaxPool2DWithIndicesBackward0"):
    __doc__ = _MaxPool.__doc__


class MaxPool3d(_MaxPool, name="MaxPool3DWithIndicesBackward0"):
    __doc__ = _MaxPool.__doc__


def largest(xp, x, windows):
    """Return the largest number of each window, and the number of the tap that saw it."""
    least = -math.inf if x.dtype.kind == "f" else xp.iinfo(x.dtype).min
    image = windows.pad(xp, x, least)
    best = image[windows.taps[0]].copy()
    winner = xp.zeros(best.shape, "uint8" if len(windows.taps) < 256 else "uint32")
    if xp is not np:  # where it takes longer to look whether there is anything to do than to do it
        for some in several(windows.taps, 1):
            _look_at(xp, best, winner, *(part for number, tap in some for part in (image[tap], number)))
        if not windows.plain:
            _let_no_padding_win(xp, best == least, windows, winner)
        return best, winner
    for number, tap in enumerate(windows.taps[1:], 1):
        candidate = image[tap].copy()  # side by side in memory, the numbers are compared several times faster
        later = (candidate > best) * winner.dtype.type(number)
        xp.maximum(winner, later, out=winner)  # a later tap has the larger number
        xp.maximum(best, candidate, out=best)
    if x.dtype.kind == "f" and xp.isnan(best).any():
        _let_nan_win(xp, image, windows, winner)
    if not windows.plain and (best == least).any():
        _let_no_padding_win(xp, best == least, windows, winner)
    return best, winner


def several(taps, first=0):
    """Return the taps from the first one on with their numbers, in groups that one kernel takes."""
    numbered = list(enumerate(taps))
    return [numbered[start:start + TAPS] for start in range(first, len(numbered), TAPS)]


@fused
def _look_at(xp, best, winner, *seen):
    """Let the numbers that each tap sees win where they are larger than the best before, or NaN. `seen`: numbers, tap, numbers, tap, ..."""
    for candidate, number in zip(seen[::2], seen[1::2]):
        winner[...] = xp.where((candidate > best) | (candidate != candidate), number, winner)
        best[...] = xp.maximum(best, candidate)


@fused
def _put(xp, numbers, winner, *places):
    """Write the numbers where each tap has won, and 0 elsewhere. `places`: a place, its tap, a place, its tap, ..."""
    for place, number in zip(places[::2], places[1::2]):
        place[...] = numbers * (winner == number)


def places_of(xp, winner, windows):
    """Return where in the flat image each window's winner stands."""
    first, steps = windows.places
    return xp.asarray(first) + xp.asarray(steps)[winner]


def _let_nan_win(xp, image, windows, winner):
    """Where a window holds NaN, its last one is the winner, as in PyTorch."""
    for number, tap in enumerate(windows.taps):
        winner[xp.isnan(image[tap])] = number


def _let_no_padding_win(xp, least, windows, winner):
    """Where nothing in a window is larger than the padding, the first place inside the image is the winner."""
    inside = xp.zeros(windows.padded, bool)
    inside[windows.inside] = True
    for number in reversed(range(len(windows.taps))):
        winner[least & inside[windows.taps[number]]] = number


class Unpool(Operation):
    """out = an image with each number at the place of its window's winner; overlapping windows add up"""

    def forward(ctx, grad, *, windows, winner):
        ctx.windows, ctx.winner = windows, winner
        whole = ctx.xp.zeros((*grad.shape[:-len(windows.out)], *windows.padded), grad.dtype)
        if ctx.xp is not np and not windows.overlap:
            for some in several(windows.taps):
                _put(ctx.xp, _bits(grad), winner, *(part for number, tap in some for part in (_bits(whole[tap]), number)))
            return whole[windows.inside]
        for number, tap in enumerate(windows.taps):
            if windows.overlap:
                whole[tap] += _where(winner == number, grad)
            else:
                np.multiply(_bits(grad), winner == number, out=_bits(whole[tap]))
        return whole[windows.inside]

    def backward(ctx, grad):
        return (Winners.apply(grad, windows=ctx.windows, winner=ctx.winner),)


def _where(there, numbers):
    """The numbers where `there` is True, and 0 elsewhere."""
    return (_bits(numbers) * there).view(numbers.dtype)


def _bits(numbers):
    """The memory of floats as whole numbers: times 1 or 0 they stay or vanish, while -3.0 * 0 is -0.0, and infinity * 0 NaN.

    `where` would look at each number in turn, and takes four times as long.
    """
    return numbers.view(f"i{numbers.dtype.itemsize}")


class Winners(Operation):
    """out = the numbers at the places of the windows' winners"""

    def forward(ctx, x, *, windows, winner):
        ctx.windows, ctx.winner = windows, winner
        image = windows.pad(ctx.xp, x, 0)
        out = ctx.xp.zeros(winner.shape, x.dtype)
        for number, tap in enumerate(windows.taps):
            out += _where(winner == number, image[tap])
        return out

    def backward(ctx, grad):
        return (Unpool.apply(grad, windows=ctx.windows, winner=ctx.winner),)


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the largest of each window, `(N, C, L) -> (N, C, L_out)` or both without N; see `max_pool2d`.

    Raises RuntimeError for input without these axes, or smaller than one window.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool1d(torch.tensor([[1., 5., 2., 3.]]), 2)
    tensor([[5., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool1d.html
    """
    image_of("max_pool1d", input, 1)
    if input.dtype in _NOT_IN_ONE and not return_indices:
        raise refused_dtype("max_pool1d_impl", input.dtype)
    settings = [sides("max_pool1d", name, value, 1) for name, value in
                (("kernel_size", kernel_size), ("padding", padding), ("dilation", dilation))]
    stride = settings[0] if stride is None or stride == () else sides("max_pool1d", "stride", stride, 1)
    kernel, padding, dilation = settings
    if not return_indices:
        _check_line(input.shape[-1], kernel[0], stride[0], padding[0], dilation[0], ceil_mode)
    found = max_pool2d(unsqueeze(input, -2), (1, *kernel), (1, *stride), (0, *padding), (1, *dilation), ceil_mode, return_indices)
    return tuple([squeeze(part, -2) for part in found]) if return_indices else squeeze(found, -2)


def _check_line(length, kernel, stride, padding, dilation, ceil_mode):
    """Raise where windows do not fit a line of numbers, in the words that PyTorch has for lines."""
    for name, given in (("kernel_size", kernel), ("stride", stride), ("dilation", dilation)):
        if given < 1:
            raise RuntimeError(explain(f"max_pool1d() {name} must be greater than zero, but got {given}", "it counts places along the line",
                                       f"use {name}=1 or more"))
    if padding < 0:
        raise RuntimeError(explain(f"max_pool1d() padding must be non-negative, but got {padding}", "it surrounds the line", "use 0 or more"))
    if padding > kernel // 2:
        raise RuntimeError(explain(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={padding} and kernel_size={kernel}",
            "a window that lies in the padding alone would hold nothing", "make the kernel larger, or the padding smaller"))
    (out,) = Windows((length,), (kernel,), (stride,), (padding,), (dilation,), ceil_mode).out
    if out < 1:
        raise RuntimeError(explain(f"max_pool1d() Invalid computed output size: {out}",
                                   f"a window of {kernel} does not fit into a line of {length}", "use a smaller kernel, or a longer line"))


_NOT_IN_ONE = (dtypes.bool, dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64, dtypes.complex64, dtypes.complex128)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the largest of each window, `(N, C, H, W) -> (N, C, H_out, W_out)`; `stride` is the kernel size unless given.

    `dilation` is the distance between the places that a window sees; with `ceil_mode` also windows that reach over the edge count.
    With `return_indices` a pair: the values, and each one's place in its flat image. Raises RuntimeError for input that is not an
    image, or smaller than one window.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool2d(torch.arange(16.).view(1, 1, 4, 4), 2)
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html
    """
    return _max_pool(MaxPool2d, 2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the largest of each window, `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)` or both without N; see `max_pool2d`.

    Raises RuntimeError for input without these axes, or smaller than one window.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool3d(torch.arange(8.).view(1, 2, 2, 2), 2)
    tensor([[[[7.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool3d.html
    """
    if not return_indices:
        return _max_pool_in_float32(MaxPool3d, 3, input, kernel_size, stride, padding, dilation, ceil_mode, False)
    return _max_pool(MaxPool3d, 3, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def _max_pool(operation, axes, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    image_of(operation.called(), input, axes)
    windows = windows_of(operation.called(), input, axes, kernel_size, stride, padding, dilation, ceil_mode)
    return operation.apply(input, windows=windows, indices=True) if return_indices else operation.apply(input, windows=windows)


_max_pool_in_float32 = chosen("float32", "cpu")(_max_pool)  # of autocast; PyTorch's other function, with places, is not in its list


def max_pool1d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """As `max_pool1d`, always with the places of the largest.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool1d_with_indices(torch.tensor([[1., 5., 2., 3.]]), 2)[1]
    tensor([[1, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool1d.html
    """
    return max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool2d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """As `max_pool2d`, always with the places of the largest.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool2d_with_indices(torch.arange(4.).view(1, 2, 2), 2)[1]
    tensor([[[3]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html
    """
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def max_pool3d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """As `max_pool3d`, always with the places of the largest.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool3d_with_indices(torch.arange(8.).view(1, 2, 2, 2), 2)[1]
    tensor([[[[7]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool3d.html
    """
    return max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, True)
