"""Convolution in two dimensions: the operation, its derivatives, and what it refuses.

The derivatives are a convolution's two partners, `ConvInput` and `ConvWeight`; the three are closed under differentiation. How
they are computed stands in `ops.columns`, and for the commonest case, faster, in `ops.rows`.
"""

from workbook import dtypes
from workbook.autograd.modes import running_layer
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.ops import columns, rows
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.columns import Geometry
from workbook.ops.reduction import sum
from workbook.tensor import Tensor


def _kernels(g):
    """The module that computes a convolution of this geometry."""
    return rows if g.stride == g.dilation == (1, 1) else columns


def _group(array, g, number, axis):
    """The part of `array` along `axis` that belongs to one group."""
    if g.groups == 1:
        return array
    size = array.shape[axis] // g.groups
    return array[(slice(None),) * axis + (slice(number * size, (number + 1) * size),)]


def _together(xp, parts, axis):
    return parts[0] if len(parts) == 1 else xp.concatenate(parts, axis)


class ConvInput(Operation):
    """The gradient of a convolution to its input: out = the transpose of the convolution, applied to `grad`."""

    def forward(ctx, grad, weight, *, geometry):
        ctx.save_crosswise(grad, weight)
        ctx.geometry = g = geometry
        parts = [_kernels(g).to_input(ctx.xp, _group(grad, g, i, 1), _group(weight, g, i, 0), g) for i in range(g.groups)]
        return _together(ctx.xp, parts, 1)

    def backward(ctx, grad):
        grad_out, weight = ctx.saved
        g = ctx.geometry
        return (Convolve.apply(grad, weight, None, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(grad_out, grad, geometry=g) if ctx.needs_input_grad[1] else None)


class ConvWeight(Operation):
    """The gradient of a convolution to its weight: out = `grad` against the patches of x, summed over the batch."""

    def forward(ctx, grad, x, *, geometry):
        ctx.save_crosswise(grad, x)
        ctx.geometry = g = geometry
        parts = [_kernels(g).to_weight(ctx.xp, _group(grad, g, i, 1), _group(x, g, i, 1), g) for i in range(g.groups)]
        return _together(ctx.xp, parts, 0)

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
    else:
        return values
    raise RuntimeError(explain(what, f"{running_layer() or 'the weight'} holds {weight}, and what arrived holds {first}",
                               "convert the data: x.float()"))


class Convolve(Operation, name="ConvolutionBackward0"):
    """out = the convolution of x with weight, plus bias"""

    dtype_rule = staticmethod(_same_dtype)

    def forward(ctx, x, weight, bias, *, geometry):
        ctx.save_crosswise(x, weight)
        ctx.geometry = g = geometry
        parts = [_kernels(g).convolve(ctx.xp, _group(x, g, i, 1), _group(weight, g, i, 0),
                                      None if bias is None else _group(bias, g, i, 0), g) for i in range(g.groups)]
        return _together(ctx.xp, parts, 1)

    def backward(ctx, grad):
        x, weight = ctx.saved
        g = ctx.geometry
        return (ConvInput.apply(grad, weight, geometry=g) if ctx.needs_input_grad[0] else None,
                ConvWeight.apply(grad, x, geometry=g) if ctx.needs_input_grad[1] else None,
                sum(grad, (0, 2, 3)) if ctx.needs_input_grad[2] else None)


def pair(value):
    """Return a number as two equal ones, two numbers as a tuple."""
    return (value, value) if isinstance(value, int) else tuple(value)


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
    if not isinstance(input, Tensor):
        raise not_a_tensor("conv2d", "input", 1, input)
    if input.ndim == 3:
        return squeeze(conv2d(unsqueeze(input, 0), weight, bias, stride, padding, dilation, groups), 0)
    _check_sizes(input, weight, bias, groups)
    stride, dilation = pair(stride), pair(dilation)
    if min(stride) < 1:
        raise RuntimeError(explain("non-positive stride is not supported", f"a kernel that moves by {min(stride)} never arrives",
                                   "use stride=1 or more"))
    if min(dilation) < 1:
        raise RuntimeError(explain(f"dilation should be greater than zero, but got {list(dilation)}",
                                   "it is the distance between the places that a kernel sees", "use dilation=1 or more"))
    kernel = tuple(weight.shape[2:])
    if padding == "valid":
        padding = 0
    if padding == "same":
        if stride != (1, 1):
            raise RuntimeError(explain("padding='same' is not supported for strided convolutions",
                                       "with a step above 1 the result is shorter than the input",
                                       "leave stride out, or give the padding as a number"))
        needed = [d * (k - 1) for d, k in zip(dilation, kernel)]
        padding = tuple((n // 2, n - n // 2) for n in needed)
    else:
        padding = tuple((p, p) for p in pair(padding))
        if min(padding) < (0, 0):
            raise RuntimeError(explain("negative padding is not supported", "padding surrounds the image with zeros",
                                       "use padding=0 or more; cut the image to make it smaller"))
    g = Geometry(tuple(input.shape[2:]), kernel, stride, padding, dilation, groups)
    if min(g.out) < 1:
        layer = running_layer()
        raise RuntimeError(explain(
            f"Calculated padded input size per channel: ({g.padded[0]} x {g.padded[1]}). Kernel size: ({g.reach[0]} x "
            f"{g.reach[1]}). Kernel size can't be greater than actual input size",
            (f"{layer}: " if layer else "") + f"the image that arrived is only {input.shape[2]} x {input.shape[3]}",
            "use a smaller kernel, padding, fewer pooling layers before it, or a larger image"))
    return Convolve.apply(input, weight, bias, geometry=g)


def _check_sizes(input, weight, bias, groups):
    fits = input.ndim == 4 and groups > 0 and input.shape[1] == weight.shape[1] * groups
    if fits and (bias is None or tuple(bias.shape) == (weight.shape[0],)):
        return
    shape = shape_text(input.shape)
    layer = running_layer()  # takes longer than a small convolution: only for an error
    where = f"{layer}: " if layer else ""
    if input.ndim != 4:
        raise RuntimeError(explain(
            f"Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: {shape}",
            where + "the axes are (N, C, H, W), or (C, H, W) for one image", "give the image its shape: x.view(-1, C, H, W)"))
    if groups < 1:
        raise RuntimeError(explain("non-positive groups is not supported", f"channels cannot be split into {groups} groups",
                                   "use groups=1"))
    channels = weight.shape[1] * groups
    if input.shape[1] != channels:
        last = input.shape[-1] == channels
        raise RuntimeError(explain(
            f"Given groups={groups}, weight of size {shape_text(weight.shape)}, expected input{shape} to have {channels} "
            f"channels, but got {input.shape[1]} channels instead",
            where + (f"the {channels} stands in the last axis: the image looks channels-last, as NumPy and PIL keep it" if last
                     else "the second axis is the channel axis"),
            "use x.permute(0, 3, 1, 2)" if last else f"give it {channels} channels, or change in_channels"))
    raise RuntimeError(explain(
        f"Given weight of size {shape_text(weight.shape)}, expected bias to be 1-dimensional with {weight.shape[0]} elements, "
        f"but got bias of size {shape_text(bias.shape)} instead", where + "each output channel has one bias",
        f"give a bias of {weight.shape[0]} numbers"))
