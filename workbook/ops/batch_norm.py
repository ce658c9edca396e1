"""Batch and instance norm: each channel to mean 0 and variance 1, over a batch or over one example."""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.complaints import refuse_several
from workbook.autograd.modes import is_grad_enabled, thread
from workbook.autograd.operation import Operation
from workbook.devices.fused import fused
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.formats import channels_last, channels_last_3d, copied, lies_in
from workbook.ops.elementwise import as_number, in_float32
from workbook.ops.exponentials import rsqrt
from workbook.ops.joining import repeat
from workbook.ops.reduction import mean, sum
from workbook.ops.shape import reshape, view
from workbook.ops.totals import row_products
from workbook.tensor import Tensor


BLOCK = 2**16  # numbers that are taken at a time, so that what lies between two steps stays in a core's cache


class BatchStatistics(Operation):
    """mean, variance = those of each channel of `(N, C, *)`, over all other axes; the variance divided by the count itself"""

    differentiable = False  # NativeBatchNorm knows what its statistics are made of

    def forward(ctx, a):
        xp, a = ctx.xp, _by_channels(in_float32(a))
        count = a.shape[0] * a.shape[2]
        if not count:
            return xp.zeros(a.shape[1], a.dtype), xp.zeros(a.shape[1], a.dtype)
        center, spread = channel_sums(xp, a) / a.dtype.type(count), xp.zeros(a.shape[1], a.dtype)
        middle = _beside(xp, center, a)
        for some in _blocks(a):
            part = a[some] - middle[some[1]]
            spread[some[1]] += channel_products(xp, part, part)
        return center, spread / a.dtype.type(count)


class NativeBatchNorm(Operation):
    """out = (a - center) / sqrt(spread + eps) * weight + bias, channel by channel; `of_batch`: these two are the input's own"""

    def forward(ctx, a, weight, bias, center, spread, *, eps, of_batch):
        xp, kind = ctx.xp, a.dtype
        ctx.save(a, weight, center, spread)
        ctx.eps, ctx.of_batch = eps, of_batch
        scale = _inverse(xp, in_float32(spread), eps) * (1 if weight is None else in_float32(weight))
        shift = (0 if bias is None else in_float32(bias)) - in_float32(center) * scale
        channels = _by_channels(in_float32(a))
        out = xp.empty(channels.shape, channels.dtype)
        scale, shift = _beside(xp, scale, channels), _beside(xp, shift, channels)
        for some in _blocks(channels):
            _line(xp, out[some], channels[some], scale[some[1]], shift[some[1]])
        return _laid(xp, out.reshape(a.shape).astype(kind, copy=False), a)

    def backward(ctx, grad):
        a, weight, center, spread = ctx.saved
        if thread.state.on_arrays:
            return *ctx._in_one_go(grad, a, weight, center, spread), None, None
        return *batch_norm_slopes(grad, a, weight, center, spread, ctx.eps, ctx.of_batch), None, None

    def _in_one_go(ctx, grad, a, weight, center, spread):
        """The same as `batch_norm_slopes`, in few passes over the memory."""
        xp, kind = ctx.xp, a.dtype
        grad, a = _by_channels(in_float32(grad)), _by_channels(in_float32(a))
        count = a.dtype.type(a.shape[0] * a.shape[2])
        inverse = _inverse(xp, in_float32(spread), ctx.eps)
        scale = inverse if weight is None else inverse * in_float32(weight)
        out = xp.empty(ctx.meta[0][0], a.dtype)  # a leaf may keep this array as its gradient
        part, middle = _by_channels(out), _beside(xp, in_float32(center), a)
        to_bias, to_weight = channel_sums(xp, grad), xp.zeros(a.shape[1], a.dtype)
        for some in _blocks(a):
            block = xp.subtract(a[some], middle[some[1]], out=part[some])
            to_weight[some[1]] += channel_products(xp, grad[some], block)
        to_weight *= inverse
        if ctx.of_batch and count:
            slope, even, scale = (_beside(xp, x, a) for x in (-to_weight * inverse / count, to_bias / count, scale))
            for some in _blocks(a):
                channels = some[1]
                _slope(xp, part[some], grad[some], slope[channels], even[channels], scale[channels])
        else:
            xp.multiply(grad, scale[:, None], out=part)
        return out.astype(kind, copy=False), to_weight, to_bias


def batch_norm_slopes(grad, a, weight, center, spread, eps, of_batch):
    """The gradients to input, weight and bias, as they are derived: with `of_batch`, center and spread are functions of the input."""
    axes = (0, *range(2, a.ndim))
    if of_batch:
        center = mean(a, axes, True)
        spread = mean((a - center) * (a - center), axes, True)
    else:
        center, spread = _along_channels(center, a.ndim), _along_channels(spread, a.ndim)
    inverse = rsqrt(spread + eps)
    normal = (a - center) * inverse
    inner = grad if weight is None else grad * _along_channels(weight, a.ndim)
    to_a = inner * inverse
    if of_batch:
        to_a = (inner - mean(inner, axes, True) - normal * mean(inner * normal, axes, True)) * inverse
    return to_a, sum(grad * normal, axes), sum(grad, axes)


@fused
def _line(xp, out, a, scale, shift):
    xp.multiply(a, scale, out)
    out += shift


@fused
def _slope(xp, centered, grad, slope, even, scale):
    centered *= slope
    centered += grad
    centered -= even
    centered *= scale


def _blocks(a):
    """Pieces of (N, C, L) with some `BLOCK` numbers each: a slice of the batch, and one of the channels. On a GPU it is one piece."""
    if a.__class__ is not np.ndarray:
        return [(slice(None), slice(None))]
    examples, channels, places = a.shape
    wide = max(1, min(channels, BLOCK // max(places, 1)))
    high = max(1, BLOCK // max(wide * places, 1))
    return [(slice(start, start + high), slice(first, first + wide)) for start in range(0, examples, high) for first in range(0, channels, wide)]


def _beside(xp, vector, a):
    """One number a channel, to be computed with the places of (N, C, L): for many blocks of short lines as an array of their size."""
    if xp is not np or a.shape[2] == 1 or a.shape[1] * a.shape[2] > BLOCK or a.size < 4 * BLOCK:
        return vector[:, None]
    out = xp.empty(a.shape[1:], vector.dtype)
    out[...] = vector[:, None]  # numbers that lie as those they meet are computed in one run
    return out


def _by_channels(a):
    """An input (N, C, *) as (N, C, all places)."""
    return a.reshape(a.shape[0], a.shape[1], math.prod(a.shape[2:]))


def _along_channels(vector, ndim):
    """One number a channel, in the shape that meets an input's second axis."""
    return reshape(vector, (-1,) + (1,) * (ndim - 2))


def channel_sums(xp, a):
    """The sum of each channel of (N, C, L). A product with ones adds many lanes at a time; a vector of ones adds short rows at once."""
    return a.sum(0)[:, 0] if a.shape[2] == 1 else (a @ xp.ones(a.shape[2], a.dtype)).sum(0)


def channel_products(xp, a, b):
    """The sum of a * b in each channel of (N, C, L). BLAS adds rows fast, if they are long."""
    return row_products(xp, a, b).sum(0) if a.shape[2] > 16 else xp.einsum("ncl,ncl->c", a, b)


def _inverse(xp, spread, eps):
    return _inverse_root(xp, spread, float(eps))


@fused
def _inverse_root(xp, spread, eps):
    return 1 / xp.sqrt(spread + eps)


def _laid(xp, out, a):
    """A result in the order of images in which its input lies, or in the order of its shape."""
    for wanted in (channels_last, channels_last_3d):
        if not a.flags.c_contiguous and lies_in(a, wanted):
            return copied(xp, out, wanted=wanted)
    return out


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05):
    """Return `input`, (N, C, *), with each channel C at mean 0 and variance 1, then times `weight` plus `bias`, both (C).

    In training mean and variance are the batch's own, and the running ones move towards them by the part `momentum`; otherwise they are
    the running ones. Floats. Raises ValueError for one value a channel in training and for an eps that is not positive, RuntimeError for
    sizes that are not C, for mixed dtypes, and without statistics in evaluation.

    >>> import workbook as torch
    >>> torch.nn.functional.batch_norm(torch.tensor([[1., 10.], [3., 30.]]), None, None, training=True)
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])

    Source: Ioffe and Szegedy 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.batch_norm.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("batch_norm", "input", 1, input)
    if training:
        _check_batch(input)
    momentum, eps = as_number("batch_norm", "momentum", 7, momentum, "float"), as_number("batch_norm", "eps", 8, eps, "float")
    _check_eps(eps, training)
    return unchecked(input, running_mean, running_var, weight, bias, training, momentum, eps)


def unchecked(input, running_mean, running_var, weight, bias, training, momentum, eps):
    """`batch_norm`, which also takes one value a channel, and any eps."""
    stats = {"running_mean": running_mean, "running_var": running_var}
    _check_stats(stats, training)
    if input.ndim < 2:
        channels = 0
    else:
        channels = input.shape[1]
    for name, given in {**stats, "weight": weight, "bias": bias}.items():
        if given is not None and given.numel() != channels:
            raise RuntimeError(explain(f"{name} should contain {channels} elements not {given.numel()}",
                                       f"the input has shape {shape_text(input.shape)}, and its second axis are the channels",
                                       "build the layer with as many features as the input has channels" if channels else
                                       "add the axis of the batch: x.unsqueeze(0)"))
    if input.ndim < 2:
        raise IndexError(explain(f"Dimension out of range (expected to be in range of [{-max(input.ndim, 1)}, {max(input.ndim, 1) - 1}], but "
                                 "got 1)", "the second axis of the input are the channels", "add the axis of the batch: x.unsqueeze(0)"))
    if not input.is_floating_point():
        raise refused_dtype("batch_norm", input.dtype)
    refuse_several(input, weight, bias, *stats.values())
    check_same_dtype(input, weight=weight, bias=bias, **stats)
    if not training:
        return NativeBatchNorm.apply(input, weight, bias, running_mean, running_var, eps=eps, of_batch=False)
    center, spread = BatchStatistics.apply(input)
    if running_mean is not None and input._array.size:
        count = input._array.size // channels if channels else 0
        _move(running_mean, center._array, momentum)
        _move(running_var, spread._array, momentum, count / (count - 1) if count > 1 else math.nan if count else 0)
    return NativeBatchNorm.apply(input, weight, bias, center, spread, eps=eps, of_batch=True)


def _move(running, new, momentum, factor=None):
    """Take the step of a running statistic towards a batch's. As in PyTorch, it does not count as a write."""
    with running._device.entered():
        new = new if factor is None else new * factor
        _towards(running._device.xp, running._array, new, float(1 - momentum), float(momentum))


@fused
def _towards(xp, running, new, keep, share):
    running *= keep
    running += share * new


def _check_eps(eps, training):
    if eps < 0 or training and eps == 0:
        words = "positive during training" if training else "non-negative"
        raise ValueError(explain(f"batch_norm eps must be {words}, but got {eps}", "it keeps the square root away from 0", "write 1e-5"))


def _check_batch(input):
    """Raise where each channel has one value, whose variance would be 0."""
    if not input.ndim:
        raise IndexError(explain("tuple index out of range", "a single number has no axis of a batch", "give (N, C) or (N, C, *)"))
    if input.shape[0] * math.prod(input.shape[2:]) == 1:
        raise ValueError(explain(
            f"Expected more than 1 value per channel when training, got input size {input.shape}",
            "in training the mean and the variance come from the batch, and of one value the variance is 0",
            "use a batch of at least 2, for DataLoader drop_last=True; or net.eval() where nothing is trained"))


def _check_stats(stats, training):
    missing = [name for name, given in stats.items() if given is None]
    if missing and not training:
        raise RuntimeError(explain(f"{missing[0]} must be defined in evaluation mode", "there is no batch to take the statistics from",
                                   "pass the running statistics, or training=True"))
    if len(missing) == 1:
        raise ValueError(explain("running_mean and running_var must either both be None or neither be None",
                                 f"{missing[0]} is missing", "give both, or none"))
    for name, given in stats.items():
        if given is not None and given.requires_grad and is_grad_enabled():
            raise RuntimeError(explain(
                f"The function 'native_batch_norm' is not differentiable with respect to argument '{name}'. This input cannot have "
                "requires_grad True.", "running statistics are counted, not trained", "register them as buffers, not as parameters"))


def check_same_dtype(input, **others):
    """Raise RuntimeError for parameters and statistics of another dtype than the input's; all those of float16 may be float32."""
    wanted, found = input.dtype, [given.dtype for given in others.values() if given is not None]
    wrong = next((dtype for dtype in found if dtype is not wanted), None)
    if wrong is None or wanted is dtypes.float16 and {*found} == {dtypes.float32}:
        return
    what = (f"expected scalar type {wanted.legacy} but found {wrong.legacy}" if found[0] is wanted else
            "mixed dtype (CPU): all inputs must share same datatype." if {*found} == {dtypes.float32} else
            "mixed dtype (CPU): expect parameter to have scalar type of Float")
    raise RuntimeError(explain(what, f"the input holds {wanted}, the layer {wrong}", "convert one: x.float(), or net.double()"))


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05):
    """Return `input`, (N, C, *), with each channel of each example at mean 0 and variance 1, then times `weight` plus `bias`, both (C).

    It is `batch_norm` of N * C channels of one example. With `use_input_stats=False` the statistics are the running ones. Raises
    ValueError for one place a channel, and what `batch_norm` raises.

    >>> import workbook as torch
    >>> torch.nn.functional.instance_norm(torch.tensor([[[1., 3.], [10., 30.]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])

    Source: Ulyanov et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.functional.instance_norm.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("instance_norm", "input", 1, input)
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(explain(f"Expected more than 1 spatial element when training, got input size {input.shape}",
                                 "each example has its own mean and variance, and of one value the variance is 0",
                                 "use batch_norm for inputs without places"))
    momentum, eps = as_number("instance_norm", "momentum", 7, momentum, "float"), as_number("instance_norm", "eps", 8, eps, "float")
    return unchecked_instances(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def unchecked_instances(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps):
    """`instance_norm`, which also takes one place a channel."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError(explain("Expected running_mean and running_var to be defined when use_input_stats is false",
                                   "there is nothing else to take the statistics from", "pass both, or use_input_stats=True"))
    examples, channels, *places = input.shape
    stats = [None if given is None else repeat(given.detach(), examples) for given in (running_mean, running_var)]
    weight, bias = (None if given is None else repeat(given, examples) for given in (weight, bias))
    out = unchecked(view(reshape(input, tuple(input.shape)).contiguous(), (1, examples * channels, *places)), *stats, weight, bias,
                      use_input_stats, momentum, eps)
    for running, moved in zip((running_mean, running_var), stats):
        if running is not None and use_input_stats and examples:
            running.detach().copy_(mean(view(moved, (examples, channels)), 0))
    return view(out, tuple(input.shape))
