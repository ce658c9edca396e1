"""Pooling by sums: the mean of each window of an image of one, two or three axes, and its p-norm, which is made of it."""

import math
import operator

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, refused_dtype
from workbook.ops.arithmetic import mul, neg
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.choices import straight_pieces
from workbook.ops.pointwise import abs, relu, sign
from workbook.ops.pooling import max_pool1d, max_pool2d, max_pool3d
from workbook.ops.powers import pow
from workbook.ops.sides import sides
from workbook.ops.windows import image_of, windows_of


class _AvgPool(Operation):
    """out = the sum of each window over how many numbers it counts"""

    def forward(ctx, x, *, windows, divisor):
        ctx.windows, ctx.divisor = windows, divisor
        if x.dtype.kind in "bc" or x.dtype.kind in "iu" and x.dtype != "int64":
            raise refused_dtype(f"avg_pool{len(windows.out)}d", dtypes.of(x))
        ctx.save(x)  # PyTorch's derivative reads it, too, and refuses a write to it
        image = windows.pad(ctx.xp, x, 0)
        total = image[windows.taps[0]].copy()
        for tap in windows.taps[1:]:
            total += image[tap]
        divisor = _divisor(ctx.xp, divisor, x)
        return total / divisor if x.dtype.kind == "f" else ctx.xp.trunc(total / divisor).astype(x.dtype)

    @straight_pieces
    def backward(ctx, grad):
        ctx.look_at_saved()
        return (SpreadOut.apply(grad, windows=ctx.windows, divisor=ctx.divisor, node=type(ctx)),)


class AvgPool2d(_AvgPool, name="AvgPool2DBackward0"):
    __doc__ = _AvgPool.__doc__


class AvgPool3d(_AvgPool, name="AvgPool3DBackward0"):
    __doc__ = _AvgPool.__doc__


class SpreadOut(Operation):
    """out = an image to which each number gives an equal share of itself over its window"""

    def forward(ctx, grad, *, windows, divisor, node):
        ctx.windows, ctx.divisor, ctx.node = windows, divisor, node
        share = grad / _divisor(ctx.xp, divisor, grad)
        whole = ctx.xp.zeros((*grad.shape[:-len(windows.out)], *windows.padded), grad.dtype)
        for tap in windows.taps:
            whole[tap] += share
        return whole[windows.inside]

    def backward(ctx, grad):
        return (ctx.node.apply(grad, windows=ctx.windows, divisor=ctx.divisor),)


def _divisor(xp, divisor, x):
    """A number as it is; sizes that differ from window to window in the dtype of x."""
    return divisor if isinstance(divisor, int) else xp.asarray(divisor, x.dtype if x.dtype.kind == "f" else None)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Return the mean of each window, `(N, C, L) -> (N, C, L_out)` or both without N; see `avg_pool2d`.

    Raises RuntimeError for input without these axes, or smaller than one window.

    >>> import workbook as torch
    >>> torch.nn.functional.avg_pool1d(torch.tensor([[1., 5., 2., 4.]]), 2)
    tensor([[3., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool1d.html
    """
    image_of("avg_pool1d", input, 1)
    kernel, padding = sides("avg_pool1d", "kernel_size", kernel_size, 1), sides("avg_pool1d", "padding", padding, 1)
    stride = kernel if stride is None or stride == () else sides("avg_pool1d", "stride", stride, 1)
    found = avg_pool2d(unsqueeze(input, -2), (1, *kernel), (1, *stride), (0, *padding), ceil_mode, count_include_pad)
    return squeeze(found, -2)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """Return the mean of each window, `(N, C, H, W) -> (N, C, H_out, W_out)`; `stride` is the kernel size unless given.

    With `ceil_mode` also windows that reach over the edge count; `count_include_pad=False` leaves padding out of the mean;
    `divisor_override` divides the sums by that number instead. Raises RuntimeError for input that is not an image, or smaller than
    one window.

    >>> import workbook as torch
    >>> torch.nn.functional.avg_pool2d(torch.arange(16.).view(1, 1, 4, 4), 2)
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool2d.html
    """
    return _avg_pool(AvgPool2d, 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """Return the mean of each window, `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)` or both without N; see `avg_pool2d`.

    Raises RuntimeError for input without these axes, or smaller than one window.

    >>> import workbook as torch
    >>> torch.nn.functional.avg_pool3d(torch.arange(8.).view(1, 2, 2, 2), 2)
    tensor([[[[3.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool3d.html
    """
    return _avg_pool(AvgPool3d, 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _avg_pool(operation, axes, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    image_of(operation.called(), input, axes)
    windows = windows_of(operation.called(), input, axes, kernel_size, stride, padding, 1, ceil_mode)
    if axes == 3 and any(side < k for side, k in zip(windows.image, windows.kernel)):
        image, kernel = (" ".join([f"{prefix}{letter}: {side}" for letter, side in zip("THW", given)])
                         for prefix, given in (("", windows.image), ("k", windows.kernel)))
        raise RuntimeError(explain(f"input image ({image}) smaller than kernel size ({kernel})", "PyTorch does not count the padding",
                                   "use a smaller kernel"))
    if divisor_override is None:
        divisor = windows.sizes[not count_include_pad]
    else:
        divisor = _checked_divisor(operation.called(), divisor_override)
    return operation.apply(input, windows=windows, divisor=divisor)


def _checked_divisor(function, divisor):
    if not hasattr(divisor, "__index__"):
        raise TypeError(explain(f"{function}(): argument 'divisor_override' must be int, not {type(divisor).__name__}",
                                "it stands for the number of places in a window", "give a whole number"))
    if operator.index(divisor) == 0:
        raise RuntimeError(explain("divisor must be not zero", "the sum of each window is divided by it", "leave it out"))
    return operator.index(divisor)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Return the p-norm of each window, `(N, C, L) -> (N, C, L_out)` or both without N; see `lp_pool2d`.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.lp_pool1d(torch.tensor([[3., 4., 6., 8.]]), 2, 2)
    tensor([[ 5., 10.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.lp_pool1d.html
    """
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Return the p-norm of each window, (sum of x ** p) ** (1 / p) with p = `norm_type`; shapes and windows as in `avg_pool2d`.

    With an infinite `norm_type` the largest, or the smallest, absolute value.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.lp_pool2d(torch.tensor([[[2., 4.], [5., 6.]]]), 2, 2)
    tensor([[[9.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.lp_pool2d.html
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Return the p-norm of each window, `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)` or both without N; see `lp_pool2d`.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.lp_pool3d(torch.ones(1, 2, 2, 1), 2, (2, 2, 1))
    tensor([[[[2.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.lp_pool3d.html
    """
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _lp_pool(axes, input, norm_type, kernel_size, stride, ceil_mode):
    function = f"lp_pool{axes}d"
    image_of(function, input, axes)
    kernel = sides(function, "kernel_size", kernel_size, axes)
    largest, mean = (max_pool1d, max_pool2d, max_pool3d)[axes - 1], (avg_pool1d, avg_pool2d, avg_pool3d)[axes - 1]
    if norm_type == math.inf:
        return largest(abs(input), kernel, stride, ceil_mode=ceil_mode)
    if norm_type == -math.inf:
        return neg(largest(neg(abs(input)), kernel, stride, ceil_mode=ceil_mode))
    out = mean(pow(input, norm_type), kernel, stride, ceil_mode=ceil_mode)
    return pow(mul(mul(sign(out), relu(abs(out))), math.prod(kernel)), 1.0 / norm_type)
