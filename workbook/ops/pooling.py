"""Pooling: the largest, or the mean, of each window of an image."""

import functools
import math

from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.ops.convolution import pair
from workbook.ops.elementwise import not_implemented
from workbook.tensor import Tensor


@functools.lru_cache  # a network asks for the same ones at every step
class Windows:
    """The windows of a pooling: for each place inside a window (a tap), the slice of the image that it walks over."""

    def __init__(self, image, kernel, stride, padding, dilation=(1, 1), ceil_mode=False):
        self.image, self.kernel, self.padding = image, kernel, padding
        self.reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel))
        rounded = math.ceil if ceil_mode else math.floor
        self.out = tuple(
            rounded((i + 2 * p - r) / s) + 1 for i, p, r, s in zip(image, padding, self.reach, stride))
        if ceil_mode:  # no window begins in the padding beyond the image
            self.out = tuple(o - 1 if (o - 1) * s >= i + p else o for o, s, i, p in zip(self.out, stride, image, padding))
        self.padded = tuple(max(i + 2 * p, (o - 1) * s + r)
                            for i, p, o, s, r in zip(image, padding, self.out, stride, self.reach))
        self.taps = [
            (..., *(slice(k * d, k * d + (o - 1) * s + 1, s) for k, d, o, s in zip((i, j), dilation, self.out, stride)))
            for i in range(kernel[0]) for j in range(kernel[1])] if min(self.out) > 0 else []
        self.plain = self.padded == image
        self.overlap = any(s < r for s, r in zip(stride, self.reach))

    def pad(self, xp, x, value):
        """Return `x` with `value` around it, as far as the windows reach."""
        if self.plain:
            return x
        whole = xp.full((*x.shape[:-2], *self.padded), value, x.dtype)
        self.inside(whole)[...] = x
        return whole

    def inside(self, whole):
        """Return the part of a padded image that is the image."""
        (top, left), (height, width) = self.padding, self.image
        return whole[..., top:top + height, left:left + width]


class MaxPool2d(Operation, name="MaxPool2DWithIndicesBackward0"):
    """out = the largest of each window; the first where several are equal"""

    def forward(ctx, x, *, windows):
        xp = ctx.xp
        if x.dtype.kind == "b":
            raise not_implemented("max_pool2d", x)
        image = windows.pad(xp, x, -math.inf if x.dtype.kind == "f" else xp.iinfo(x.dtype).min)
        best = image[windows.taps[0]].copy()
        winner = xp.zeros(best.shape, "uint8" if len(windows.taps) < 256 else "uint16")
        for number, tap in enumerate(windows.taps[1:], 1):
            candidate = image[tap].copy()  # side by side in memory, the numbers are compared several times faster
            later = (candidate > best) * winner.dtype.type(number)
            xp.maximum(winner, later, out=winner)  # a later tap has the larger number
            xp.maximum(best, candidate, out=best)
        if x.dtype.kind == "f" and xp.isnan(best).any():
            _let_nan_win(xp, image, windows, winner)
        ctx.windows, ctx.winner = windows, winner
        return best

    def backward(ctx, grad):
        return (Unpool.apply(grad, windows=ctx.windows, winner=ctx.winner),)


def _let_nan_win(xp, image, windows, winner):
    """Where a window holds NaN, its last one is the winner, as in PyTorch."""
    for number, tap in enumerate(windows.taps):
        winner[xp.isnan(image[tap])] = number


class Unpool(Operation):
    """out = an image with each number at the place of its window's winner; overlapping windows add up"""

    def forward(ctx, grad, *, windows, winner):
        ctx.windows, ctx.winner = windows, winner
        whole = ctx.xp.zeros((*grad.shape[:-2], *windows.padded), grad.dtype)
        for number, tap in enumerate(windows.taps):
            if windows.overlap:
                whole[tap] += grad * (winner == number)
            else:
                ctx.xp.multiply(grad, winner == number, out=whole[tap])
        return windows.inside(whole)

    def backward(ctx, grad):
        return (Winners.apply(grad, windows=ctx.windows, winner=ctx.winner),)


class Winners(Operation):
    """out = the numbers at the places of the windows' winners"""

    def forward(ctx, x, *, windows, winner):
        ctx.windows, ctx.winner = windows, winner
        image = windows.pad(ctx.xp, x, 0)
        out = ctx.xp.zeros(winner.shape, x.dtype)
        for number, tap in enumerate(windows.taps):
            out += image[tap] * (winner == number)
        return out

    def backward(ctx, grad):
        return (Unpool.apply(grad, windows=ctx.windows, winner=ctx.winner),)


class AvgPool2d(Operation, name="AvgPool2DBackward0"):
    """out = the mean of each window, padding counted as zeros"""

    def forward(ctx, x, *, windows):
        ctx.windows = windows
        image = windows.pad(ctx.xp, x, 0)
        if x.dtype.kind == "c":
            raise not_implemented("avg_pool2d", x)
        total = image[windows.taps[0]].copy()
        for tap in windows.taps[1:]:
            total += image[tap]
        return total / len(windows.taps)

    def backward(ctx, grad):
        return (SpreadOut.apply(grad, windows=ctx.windows),)


class SpreadOut(Operation):
    """out = an image to which each number gives an equal share of itself over its window"""

    def forward(ctx, grad, *, windows):
        ctx.windows = windows
        share = grad / len(windows.taps)
        whole = ctx.xp.zeros((*grad.shape[:-2], *windows.padded), grad.dtype)
        for tap in windows.taps:
            whole[tap] += share
        return windows.inside(whole)

    def backward(ctx, grad):
        return (AvgPool2d.apply(grad, windows=ctx.windows),)


def _windows(name, input, kernel_size, stride, padding, dilation, ceil_mode):
    kernel = pair(kernel_size)
    stride = kernel if stride is None or stride == () else pair(stride)
    padding = pair(padding)
    dilation = pair(dilation)
    for what, sides, shown in (("kernel size", kernel, "k"), ("stride", stride, "d"), ("dilation", dilation, "dilation")):
        if min(sides) < 1:
            raise RuntimeError(explain(
                "stride should not be zero" if what != "dilation" and 0 in stride else
                f"{what} should be greater than zero, but got {shown}H: {sides[0]} {shown}W: {sides[1]}",
                f"{name} was asked for a {what} of {' x '.join(map(str, sides))}", f"use a {what} of 1 or more"))
    if any(p > k // 2 for p, k in zip(padding, kernel)):
        raise RuntimeError(explain(f"pad should be at most half of effective kernel size, but got pad={max(padding)}, "
                                   f"kernel_size={min(kernel)} and dilation=1",
                                   "a window that lies in the padding alone would hold nothing",
                                   "make the kernel larger, or the padding smaller"))
    windows = Windows(tuple(input.shape[-2:]), kernel, stride, padding, dilation, ceil_mode)
    if min(windows.out) < 1:
        c, h, w = input.shape[-3:]
        raise RuntimeError(explain(
            f"Given input size: ({c}x{h}x{w}). Calculated output size: ({c}x{windows.out[0]}x{windows.out[1]}). "
            "Output size is too small", f"a window of {kernel[0]} x {kernel[1]} does not fit into an image of {h} x {w}",
            "drop one pooling layer, or start from a larger image"))
    return windows


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Return the largest of each window, `(N, C, H, W) -> (N, C, H_out, W_out)`; `stride` is the kernel size unless given.

    Raises RuntimeError for input that is not an image, or smaller than one window.

    >>> import workbook as torch
    >>> torch.nn.functional.max_pool2d(torch.arange(16.).view(1, 1, 4, 4), 2)
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html
    """
    _check_image("max_pool2d", input)
    return MaxPool2d.apply(input, windows=_windows("max_pool2d", input, kernel_size, stride, padding, dilation, ceil_mode))


def avg_pool2d(input, kernel_size, stride=None, padding=0):
    """Return the mean of each window, `(N, C, H, W) -> (N, C, H_out, W_out)`; `stride` is the kernel size unless given.

    >>> import workbook as torch
    >>> torch.nn.functional.avg_pool2d(torch.arange(16.).view(1, 1, 4, 4), 2)
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool2d.html
    """
    _check_image("avg_pool2d", input)
    return AvgPool2d.apply(input, windows=_windows("avg_pool2d", input, kernel_size, stride, padding, 1, False))


def _check_image(name, input):
    if not isinstance(input, Tensor):
        raise not_a_tensor(name, "input", 1, input)
    if input.ndim not in (3, 4):
        raise RuntimeError(explain(
            f"{name}: Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:"
            f"{shape_text(input.shape)}", "the axes are (N, C, H, W), or (C, H, W) for one image",
            "give the image its shape: x.view(-1, C, H, W)"))
