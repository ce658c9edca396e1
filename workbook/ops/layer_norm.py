"""Layer, group and RMS norm: each example by itself, so that no example depends on the others of its batch."""

import math
import warnings

from workbook import dtypes
from workbook.autograd.modes import thread
from workbook.autograd.operation import Operation
from workbook.devices.fused import fused
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.numbers import is_length
from workbook.limits import finfo
from workbook.ops.arithmetic import mul
from workbook.ops.autocasting import in_dtype
from workbook.ops.batch_norm import channel_sums, check_same_dtype
from workbook.ops.conversion import to
from workbook.ops.elementwise import as_number, in_float32
from workbook.ops.exponentials import rsqrt
from workbook.ops.powers import pow
from workbook.ops.reduction import mean, sum
from workbook.ops.shape import contiguous, reshape
from workbook.ops.totals import row_products, total
from workbook.tensor import Tensor


class NativeLayerNorm(Operation):
    """out = (row - its mean) / sqrt(its variance + eps) * weight + bias; a row is what the last `axes` axes hold"""

    def forward(ctx, a, weight, bias, *, axes, eps):
        ctx.save(a, weight)
        ctx.axes, ctx.eps = axes, eps
        rows = _rows(a, axes)
        out = ctx.xp.empty(a.shape, rows.dtype)  # in the order of its shape, however the input lies
        _standardised(ctx.xp, rows, eps, out, *(None if x is None else in_float32(x).reshape(-1) for x in (weight, bias)))
        return out.astype(a.dtype, copy=False)

    def backward(ctx, grad):
        a, weight = ctx.saved
        if thread.state.on_arrays:
            return ctx._in_one_go(grad, a, weight)
        return layer_norm_slopes(grad, a, weight, ctx.axes, ctx.eps)

    def _in_one_go(ctx, grad, a, weight):
        """The same as `layer_norm_slopes`, in few passes over the memory."""
        xp, shape, kind = ctx.xp, a.shape, a.dtype
        grad, rows = _rows(grad, ctx.axes), _rows(a, ctx.axes)
        whole = xp.empty(shape, rows.dtype)  # no view of this array comes back: a leaf may keep it as its gradient
        normal, inverse = _standardised(xp, rows, ctx.eps, whole)
        to_weight = xp.einsum("mk,mk->k", grad, normal).reshape(shape[-ctx.axes:]) if weight is not None else None
        to_bias = total(grad, (0,), False).reshape(shape[-ctx.axes:]) if ctx.needs_input_grad[2] else None
        if weight is not None:
            grad = grad * in_float32(weight).reshape(-1)
        _slope_of_rows(xp, grad, normal, inverse)
        return whole.astype(kind, copy=False), to_weight, to_bias


def layer_norm_slopes(grad, a, weight, axes, eps):
    """The gradients to input, weight and bias, as they are derived."""
    rows, lead = tuple(range(a.ndim - axes, a.ndim)), tuple(range(a.ndim - axes))
    normal, inverse = _derived(a, rows, eps)
    inner = grad if weight is None else grad * weight
    to_a = (inner - mean(inner, rows, True) - normal * mean(inner * normal, rows, True)) * inverse
    return to_a, sum(grad * normal, lead) if lead else grad * normal, sum(grad, lead) if lead else grad


def _derived(a, rows, eps):
    """The rows at mean 0 and variance 1, and by what they were multiplied, as functions of the input."""
    centered = a - mean(a, rows, True)
    inverse = rsqrt(mean(centered * centered, rows, True) + eps)
    return centered * inverse, inverse


def _rows(a, axes):
    """An input as a matrix whose rows are what its last axes hold."""
    length = math.prod(a.shape[-axes:])
    return in_float32(a).reshape(math.prod(a.shape[:-axes]), length)


def _standardised(xp, rows, eps, whole=None, weight=None, bias=None):
    """The rows at mean 0 and variance 1, in new memory, and by what each was multiplied; `whole`: that memory, of another shape.

    Then times `weight`, plus `bias`.
    """
    length = float(max(rows.shape[1], 1))
    normal = xp.empty(rows.shape, rows.dtype) if whole is None else whole.reshape(rows.shape)
    _center(xp, normal, rows, (rows @ xp.ones(rows.shape[1], rows.dtype))[:, None], length)  # a product adds many lanes at a time
    inverse = _inverse_root(xp, row_products(xp, normal, normal), length, float(eps))
    _scale(xp, normal, inverse[:, None], weight, bias)
    return normal, inverse


@fused
def _center(xp, out, rows, sums, length):
    xp.subtract(rows, sums / length, out)


@fused
def _inverse_root(xp, squares, length, eps):
    return 1 / xp.sqrt(squares / length + eps)


@fused
def _scale(xp, normal, inverse, weight, bias):
    normal *= inverse
    if weight is not None:
        normal *= weight
    if bias is not None:
        normal += bias


def _slope_of_rows(xp, inner, normal, inverse):
    """Write the gradient to the rows into the memory of `normal`, from that to `normal`."""
    even = inner @ xp.ones(inner.shape[1], inner.dtype)
    _slope(xp, normal, inner, row_products(xp, inner, normal)[:, None], even[:, None], inverse[:, None], float(max(inner.shape[1], 1)))


@fused
def _slope(xp, normal, inner, along, even, inverse, length):
    normal *= -(along / length)
    normal -= even / length
    normal += inner
    normal *= inverse


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    """Return `input` with what its last axes, of `normalized_shape`, hold at mean 0 and variance 1, times `weight` plus `bias`.

    Floats; `weight` and `bias` have `normalized_shape`. Raises RuntimeError for shapes that do not fit and for mixed dtypes,
    NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.layer_norm(torch.tensor([[1., 3.], [10., 30.]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])

    Source: Ba, Kiros, Hinton 2016; https://pytorch.org/docs/2.13/generated/torch.nn.functional.layer_norm.html
    """
    shape = _normalized_shape("layer_norm", input, normalized_shape, weight, bias)
    check_same_dtype(input, weight=weight, bias=bias)
    if not input.is_floating_point():
        raise refused_dtype("LayerNormKernelImpl", input.dtype)
    return NativeLayerNorm.apply(input, weight, bias, axes=len(shape), eps=as_number("layer_norm", "eps", 5, eps, "float"))


def _normalized_shape(function, input, normalized_shape, weight, bias=None):
    """Return `normalized_shape` as a tuple. Raises TypeError and RuntimeError where it, or what has its shape, does not fit the input."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    if not isinstance(normalized_shape, (tuple, list)):
        raise TypeError(explain(
            f"{function}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {type(normalized_shape).__name__}",
            "it names the last axes of the input", f"write ({normalized_shape},)"))
    shape = tuple(normalized_shape)
    for place, side in enumerate(shape):
        if not is_length(side, place):
            raise TypeError(explain(
                f"{function}(): argument 'normalized_shape' (position 2) must be tuple of ints, but found element of type "
                f"{type(side).__name__} at pos {place}", "it names the lengths of the last axes", "give whole numbers, such as x.shape[-1:]"))
    shape = tuple(map(int, shape))
    if not shape:
        raise RuntimeError(explain("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
                                   "normalized_shape = []", "it names the last axes of the input", "write x.shape[-1:]"))
    for name, given in (("weight", weight), ("bias", bias)):
        if given is not None and tuple(given.shape) != shape:
            raise RuntimeError(explain(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {shape_text(given.shape)} and "
                f"normalized_shape = {shape_text(shape)}", "each place of a row has one number of it", f"make it {shape_text(shape)}"))
    if tuple(input.shape[max(input.ndim - len(shape), 0):]) != shape:
        sizes = ", ".join(map(str, shape))
        raise RuntimeError(explain(
            f"Given normalized_shape={shape_text(shape)}, expected input with shape [*{'' if function == 'rms_norm' else ', '}{sizes}], but got "
            f"input of size{shape_text(input.shape)}", "the last axes of the input are the rows that are normalised",
            f"build the layer with {tuple(input.shape[-len(shape):])}" if input.ndim >= len(shape) else "give an input with these axes"))
    return shape


class NativeGroupNorm(Operation):
    """out = (group - its mean) / sqrt(its variance + eps) * weight + bias; a group is `channels / groups` channels of one example"""

    def forward(ctx, a, weight, bias, *, groups, eps):
        ctx.save(a, weight)
        ctx.groups, ctx.eps = groups, eps
        out, _ = _standardised(ctx.xp, _groups(a, groups), eps)
        out = out.reshape(*a.shape[:2], math.prod(a.shape[2:]))
        if weight is not None:
            out *= in_float32(weight)[:, None]
        if bias is not None:
            out += in_float32(bias)[:, None]
        return out.reshape(a.shape).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        a, weight = ctx.saved
        if thread.state.on_arrays:
            return ctx._in_one_go(grad, a, weight)
        return group_norm_slopes(grad, a, weight, ctx.groups, ctx.eps)

    def _in_one_go(ctx, grad, a, weight):
        """The same as `group_norm_slopes`, in few passes over the memory."""
        xp, shape, kind = ctx.xp, a.shape, a.dtype
        by_channels = (*shape[:2], math.prod(shape[2:]))
        rows = _groups(a, ctx.groups)
        whole = xp.empty(shape, rows.dtype)  # no view of this array comes back: a leaf may keep it as its gradient
        normal, inverse = _standardised(xp, rows, ctx.eps, whole)
        grad = in_float32(grad).reshape(by_channels)
        to_weight = xp.einsum("ncl,ncl->c", grad, normal.reshape(by_channels)) if weight is not None else None
        to_bias = channel_sums(xp, grad) if ctx.needs_input_grad[2] else None
        if weight is not None:
            grad = grad * in_float32(weight)[:, None]
        _slope_of_rows(xp, grad.reshape(rows.shape), normal, inverse)
        return whole.astype(kind, copy=False), to_weight, to_bias


def group_norm_slopes(grad, a, weight, groups, eps):
    """The gradients to input, weight and bias, as they are derived."""
    shape, channels = tuple(a.shape), (-1,) + (1,) * (a.ndim - 2)
    lead = (0, *range(2, a.ndim))
    by_groups = (shape[0], groups, math.prod(shape[1:]) // groups)
    normal, inverse = _derived(reshape(a, by_groups), (2,), eps)
    inner = reshape(grad if weight is None else grad * reshape(weight, channels), by_groups)
    to_a = (inner - mean(inner, (2,), True) - normal * mean(inner * normal, (2,), True)) * inverse
    return reshape(to_a, shape), sum(grad * reshape(normal, shape), lead), sum(grad, lead)


def _groups(a, groups):
    """An input as a matrix whose rows are the groups."""
    return in_float32(a).reshape(a.shape[0] * groups, math.prod(a.shape[1:]) // groups)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05):
    """Return `input`, (N, C, *), with each of `num_groups` groups of channels at mean 0 and variance 1, times `weight` plus `bias`, (C).

    Floats. Raises RuntimeError for channels that do not divide into the groups, for sizes that are not C and for mixed dtypes, ValueError
    where each group has one value, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.group_norm(torch.tensor([[1., 3., 10., 30.]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])

    Source: Wu and He 2018; https://pytorch.org/docs/2.13/generated/torch.nn.functional.group_norm.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("group_norm", "input", 1, input)
    if input.ndim < 2:
        raise RuntimeError(explain(f"Expected at least 2 dimensions for input tensor but received {input.ndim}",
                                   "the second axis are the channels", "add the axis of the batch: x.unsqueeze(0)"))
    if not num_groups:
        raise ZeroDivisionError(explain("integer division or modulo by zero", "the channels are divided into groups", "write at least 1"))
    shape = input.shape
    if shape[0] * shape[1] // num_groups * math.prod(shape[2:]) == 1:
        raise ValueError(explain(f"Expected more than 1 value per channel when training, got input size {list(shape)}",
                                 "each group has one value, whose variance is 0", "use fewer groups"))
    return unchecked_groups(input, num_groups, weight, bias, eps)


def unchecked_groups(input, num_groups, weight, bias, eps):
    """`group_norm`, which also takes one value a group."""
    shape = input.shape
    if input.ndim < 2:
        raise IndexError(explain("Dimension out of range (expected to be in range of [-1, 0], but got 1)", "the second axis are the channels",
                                 "add the axis of the batch: x.unsqueeze(0)"))
    if num_groups <= 0:
        raise RuntimeError(explain(f"Expected num groups to be greater than 0, got {num_groups}", "the channels are divided into groups",
                                   "write at least 1"))
    if shape[1] % num_groups:
        raise RuntimeError(explain(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {shape_text(shape)} and "
            f"num_groups={num_groups}", f"{shape[1]} channels do not make {num_groups} equal groups", "choose a divisor of the channels"))
    for name, given in (("weight", weight), ("bias", bias)):
        if given is not None and tuple(given.shape) != (shape[1],):
            raise RuntimeError(explain(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of shape "
                f"{shape_text(given.shape)} and input of shape {shape_text(shape)}", f"the input has {shape[1]} channels",
                f"build the layer for {shape[1]} channels"))
    check_same_dtype(input, weight=weight, bias=bias)
    if not input.is_floating_point():
        raise refused_dtype("GroupNormKernelImpl", input.dtype)
    return NativeGroupNorm.apply(input, weight, bias, groups=num_groups, eps=as_number("group_norm", "eps", 5, eps, "float"))


_warned = []  # PyTorch says it once a process


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Return `input` divided by the root of the mean square of what its last axes, of `normalized_shape`, hold; times `weight`.

    `eps` is added to the mean square; the dtype's own where it is None. Raises RuntimeError for shapes that do not fit,
    NotImplementedError for what holds no floats.

    >>> import workbook as torch
    >>> torch.nn.functional.rms_norm(torch.tensor([[3., 4.]]), (2,))
    tensor([[0.8485, 1.1314]])

    Source: Zhang and Sennrich 2019; https://pytorch.org/docs/2.13/generated/torch.nn.functional.rms_norm.html
    """
    input, weight = in_dtype("float32", ("cuda",), input, weight)
    shape = _normalized_shape("rms_norm", input, normalized_shape, weight)
    if weight is not None and weight.dtype is not input.dtype and not _warned:
        _warned.append(True)
        warnings.warn(f"Mismatch dtype between input and weight: input dtype = {input.dtype.in_c}, weight dtype = {weight.dtype.in_c}, "
                      "Cannot dispatch to fused implementation.", UserWarning, stacklevel=2)
    if not (input.is_floating_point() or input.is_complex()):
        raise refused_dtype("rms_norm", input.dtype)
    x = to(input, dtypes.float32) if input.dtype is dtypes.float16 else input
    if eps is None:
        eps = finfo(x.dtype).eps
    out = mul(x, rsqrt(mean(pow(x, 2), tuple(range(x.ndim - len(shape), x.ndim)), True) + eps))
    out = out if weight is None else mul(out, weight)
    return contiguous(out if out.dtype is input.dtype else to(out, input.dtype))
