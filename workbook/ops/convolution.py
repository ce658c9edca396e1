"""Convolution over images of any number of axes: the operations, their derivatives, and the functions that students call.

A convolution has two partners, which are its derivatives: `ConvInput` and `ConvWeight`. The three are closed under
differentiation, and a transposed convolution is `ConvInput` with a bias. How they are computed stands in `ops.columns`, and for the
commonest case, faster, in `ops.rows`; what they refuse, in `ops.kernels`.
"""

import warnings

from workbook import dtypes
from workbook.autograd.modes import running_layer
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, refused_dtype
from workbook.ops import columns, rows
from workbook.ops.axes import permute, squeeze, unsqueeze
from workbook.ops.kernels import check_transposed, check_weight, forward_geometry, tbc_refused, transposed_geometry
from workbook.ops.reduction import sum
from workbook.tensor import Tensor


def _computed(name, xp, *inputs, geometry):
    """Compute "convolve", "to_input" or "to_weight" by the module that does it fastest; one axis as two, of which one is a line."""
    if len(geometry.kernel) == 1:
        lifted = [x if x is None or x.ndim == 1 else x[:, :, None] for x in inputs]
        return _computed(name, xp, *lifted, geometry=geometry.of_two_axes)[:, :, 0]
    return getattr(rows if geometry.by_rows else columns, name)(xp, *inputs, geometry)


class ConvInput(Operation):
    """The gradient of a convolution to its input: out = the transpose of the convolution, applied to `grad`."""

    def forward(ctx, grad, weight, *, geometry):
        ctx.save_crosswise(grad, weight)
        ctx.geometry = geometry
        return _computed("to_input", ctx.xp, grad, weight, geometry=geometry)

    def backward(ctx, grad):
        grad_out, weight = ctx.saved
        g = ctx.geometry
        return (Convolve.apply(grad, weight, None, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(grad_out, grad, geometry=g) if ctx.needs_input_grad[1] else None)


class ConvWeight(Operation):
    """The gradient of a convolution to its weight: out = `grad` against the patches of x, summed over the batch."""

    def forward(ctx, grad, x, *, geometry):
        ctx.save_crosswise(grad, x)
        ctx.geometry = geometry
        return _computed("to_weight", ctx.xp, grad, x, geometry=geometry)

    def backward(ctx, grad):
        grad_out, x = ctx.saved
        g = ctx.geometry
        return (Convolve.apply(x, grad, None, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvInput.apply(grad_out, grad, geometry=g) if ctx.needs_input_grad[1] else None)


def _same_dtype(values):
    """The dtype rule of convolution: PyTorch does not promote here. It looks at the bias first."""
    first, weight, bias = (None if value is None else dtypes.of(value) for value in values)
    if bias not in (first, None):
        what = f"Input type ({first.in_c}) and bias type ({bias.in_c}) should be the same"
    elif weight is not first:
        what = f"expected scalar type {first.legacy} but found {weight.legacy}"
    elif first is dtypes.bool:
        raise refused_dtype("slow_conv2d_cpu", first)
    else:
        return values
    raise RuntimeError(explain(what, f"{running_layer() or 'the weight'} holds {weight}, and what arrived holds {first}",
                               "convert the data: x.float()"))


class Convolve(Operation, name="ConvolutionBackward0"):
    """out = the convolution of x with weight, plus bias"""

    dtype_rule = staticmethod(_same_dtype)

    def forward(ctx, x, weight, bias, *, geometry):
        ctx.save_crosswise(x, weight)
        ctx.geometry = geometry
        return _computed("convolve", ctx.xp, x, weight, bias, geometry=geometry)

    def backward(ctx, grad):
        x, weight = ctx.saved
        g = ctx.geometry
        return (ConvInput.apply(grad, weight, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(grad, x, geometry=g) if ctx.needs_input_grad[1] else None,
                sum(grad, (0, *range(2, grad.ndim))) if ctx.needs_input_grad[2] else None)


class ConvolveTransposed(Operation, name="ConvolutionBackward0"):
    """out = the transpose of a convolution with weight, applied to x, plus bias; `geometry` is the convolution's"""

    dtype_rule = staticmethod(_same_dtype)

    def forward(ctx, x, weight, bias, *, geometry):
        ctx.save_crosswise(x, weight)
        ctx.geometry = geometry
        if x.dtype.kind in "iu":
            raise refused_dtype("slow_conv_transpose2d_out_cpu", dtypes.of(x))
        out = _computed("to_input", ctx.xp, x, weight, geometry=geometry)
        return out if bias is None else out + bias.reshape(-1, *[1] * (out.ndim - 2))

    def backward(ctx, grad):
        x, weight = ctx.saved
        g = ctx.geometry
        return (Convolve.apply(grad, weight, None, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(x, grad, geometry=g) if ctx.needs_input_grad[1] else None,
                sum(grad, (0, *range(2, grad.ndim))) if ctx.needs_input_grad[2] else None)


def _check_tensors(function, input, weight, bias):
    for position, (name, given) in enumerate((("input", input), ("weight", weight), ("bias", bias)), 1):
        if not isinstance(given, Tensor) and (given is not None or name != "bias"):
            raise not_a_tensor(function, name, position, given)


def _hashable(value):
    return value if value.__class__ in (int, tuple, str) else tuple(value) if hasattr(value, "__iter__") else value


def _convolution(function, axes, input, weight, bias, stride, padding, dilation, groups):
    """A convolution over that many axes, called `function`."""
    _check_tensors(function, input, weight, bias)
    if input.ndim == axes + 1:
        return squeeze(_convolution(function, axes, unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups), 0)
    check_weight(function, axes, input, weight, bias, groups)
    g = forward_geometry(function, input._array.shape[2:], weight._array.shape[2:], _hashable(stride), _hashable(padding),
                         _hashable(dilation), groups)
    if padding == "same" and any(before != after for before, after in g.padding):
        warnings.warn("Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be "
                      "created", UserWarning, stacklevel=3)
    return Convolve.apply(input, weight, bias, geometry=g)


def _transposed(function, axes, input, weight, bias, stride, padding, output_padding, groups, dilation):
    """A transposed convolution over that many axes, called `function`."""
    _check_tensors(function, input, weight, bias)
    if input.ndim == axes + 1:
        return squeeze(_transposed(function, axes, unsqueeze(input, 0), weight, bias, stride, padding, output_padding, groups,
                                   dilation), 0)
    check_transposed(function, axes, input, weight, bias, groups)
    g = transposed_geometry(function, input._array.shape[2:], weight._array.shape[2:], _hashable(stride), _hashable(padding),
                            _hashable(output_padding), _hashable(dilation), groups)
    return ConvolveTransposed.apply(input, weight, bias, geometry=g)


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution over one axis `(N, C_in, L) -> (N, C_out, L_out)`; one signal `(C_in, L)` may come without N.

    As `conv2d`, with weight (C_out, C_in / groups, k). Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv1d(torch.tensor([[1., 2., 4., 8.]]), torch.tensor([[[-1., 1.]]]))
    tensor([[1., 2., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv1d.html
    """
    return _convolution("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution `(N, C_in, H, W) -> (N, C_out, H_out, W_out)`; one image `(C_in, H, W)` may come without N.

    `weight`: (C_out, C_in / groups, kH, kW); `bias`: (C_out). H_out = (H + 2 padding - dilation (kH - 1) - 1) // stride + 1.
    `padding` may be "valid", or "same" for stride 1. Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2))
    tensor([[[[4., 4.],
              [4., 4.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv2d.html
    """
    return _convolution("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution over three axes `(N, C_in, D, H, W) -> (N, C_out, D_out, H_out, W_out)`, or both without N.

    As `conv2d`, with weight (C_out, C_in / groups, kD, kH, kW). Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv3d(torch.ones(1, 1, 2, 2, 2), torch.ones(1, 1, 2, 2, 2))
    tensor([[[[[8.]]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv3d.html
    """
    return _convolution("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Return the transposed convolution over one axis, `(N, C_in, L) -> (N, C_out, L_out)`, or both without N.

    As `conv_transpose2d`, with weight (C_in, C_out / groups, k). Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv_transpose1d(torch.tensor([[1., 10.]]), torch.tensor([[[1., 2., 3.]]]))
    tensor([[ 1., 12., 23., 30.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv_transpose1d.html
    """
    return _transposed("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Return the transposed convolution `(N, C_in, H, W) -> (N, C_out, H_out, W_out)`: each number lays a kernel, and they add up.

    It is the gradient of a convolution to its input. `weight`: (C_in, C_out / groups, kH, kW); `bias`: (C_out).
    H_out = (H - 1) stride - 2 padding + dilation (kH - 1) + output_padding + 1. Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv_transpose2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, chapter 4;
    https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv_transpose2d.html
    """
    return _transposed("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Return the transposed convolution over three axes, `(N, C_in, D, H, W) -> (N, C_out, D_out, H_out, W_out)`, or without N.

    As `conv_transpose2d`, with weight (C_in, C_out / groups, kD, kH, kW). Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv_transpose3d(torch.ones(1, 1, 1, 1, 1), torch.ones(1, 2, 2, 2, 2)).shape
    torch.Size([1, 2, 2, 2, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv_transpose3d.html
    """
    return _transposed("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_tbc(input, weight, bias, pad=0):
    """Return the convolution over time `(T, N, C_in) -> (T_out, N, C_out)`, with weight (k, C_in, C_out) and bias (C_out).

    Raises RuntimeError where the sizes do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.conv_tbc(torch.ones(4, 1, 2), torch.ones(3, 2, 1), torch.zeros(1)).flatten()
    tensor([6., 6.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.conv_tbc.html
    """
    _check_tensors("conv_tbc", input, weight, bias)
    if wrong := tbc_refused(input, weight, bias):
        raise RuntimeError(explain(wrong, "the axes are (time, batch, channels), of the weight (k, C_in, C_out)",
                                   "or use conv1d, whose axes are (batch, channels, time)"))
    out = conv1d(permute(input, 1, 2, 0), permute(weight, 2, 1, 0), bias, padding=pad)
    return permute(out, 2, 0, 1)
