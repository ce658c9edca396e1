"""Softmax, and the numbers that say how wrong a prediction is."""

import math
import warnings

import numpy as np

from workbook.autograd.complaints import refuse_several
from workbook.autograd.modes import is_grad_enabled
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.ops.arithmetic import Div, div, mul, sub
from workbook.ops.autocasting import in_dtype
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import where
from workbook.ops.comparison import ne
from workbook.ops.elementwise import Elementwise, as_number, in_float32, not_implemented
from workbook.ops.picks import ScatterAdd
from workbook.ops.pointwise import abs, exp
from workbook.ops.powers import pow
from workbook.ops.reduction import mean, sum
from workbook.ops.shape import reshape
from workbook.ops.targets import check_classes, check_kinds, check_places, expect_to_have
from workbook.ops.totals import LARGE, total
from workbook.tensor import Tensor
from workbook.threads import thread

BLOCK = 2**16  # elements
SMALL = 60  # exp of it is far from what float32 holds, and so is 1 / exp of it, and their sums


class Softmax(Operation):
    """out = exp(a), divided by its sum along `axis`"""

    def forward(ctx, a, *, axis):
        ctx.axis = axis
        if a.size >= LARGE and a.__class__ is np.ndarray and axis == a.ndim - 1 and a.flags.c_contiguous and a.dtype.kind == "f":
            out = _of_rows(in_float32(a))
        else:
            out = _quotients(ctx.xp, ctx.xp.asarray(_shifted("softmax", a, axis)), axis)
        out = out.astype(a.dtype, order="C", copy=False)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return (out * (grad - sum(grad * out, ctx.axis, True)),)


def _quotients(xp, scores, axis):
    """exp(scores), divided by its sum along the axis; in the memory of the scores."""
    xp.exp(scores, out=scores)
    scores /= total(scores, (axis,)[:scores.ndim], True)
    return scores


def _of_rows(a):
    """The same along the last axis of a large array, in blocks of rows that stay in the cache.

    Where the largest number of each row is neither below 0 nor large, exp is finite, and no less exact, without the shift.
    """
    out, length = np.empty(a.shape, a.dtype), a.shape[-1]
    rows, found, some = a.reshape(-1, length), out.reshape(-1, length), max(BLOCK // length, 1)
    for start in range(0, len(rows), some):
        block, scores = rows[start:start + some], found[start:start + some]
        top = block.max(1, keepdims=True)
        if 0 <= top.min() and top.max() < SMALL:
            np.exp(block, out=scores)
            scores /= total(scores, (1,), True)
        else:
            np.subtract(block, top, out=scores)
            _quotients(np, scores, 1)
    return out


def _shifted(name, a, axis):
    """a without its largest number along `axis`, in new memory: this changes no quotient and keeps exp finite."""
    if a.dtype.kind != "f" and a.size:
        last = "_lastdim" if axis == a.ndim - 1 else ""
        raise not_implemented(f"{name}{last}_kernel_impl", a)
    if not a.size:
        return a.real.astype("float32")
    a = in_float32(a)
    return a - a.max(axis, keepdims=True)


class LogSoftmax(Operation):
    """out = a - log(sum(exp(a))) along `axis`"""

    def forward(ctx, a, *, axis):
        ctx.axis = axis
        shifted = _shifted("log_softmax", a, axis)
        out = (shifted - ctx.xp.log(ctx.xp.exp(shifted).sum(axis, keepdims=True))).astype(a.dtype, order="C", copy=False)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return (grad - exp(out) * sum(grad, ctx.axis, True),)


def softmax(input, dim=None, *, dtype=None):
    """Return positive numbers that add up to 1 along `dim`: `exp(x) / sum(exp(x))`.

    Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.softmax(torch.tensor([0., 1.]), 0)
    tensor([0.2689, 0.7311])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.softmax.html
    """
    return Softmax.apply(input if dtype is None else input.to(dtype=dtype), axis=softmax_axis("softmax", input, dim))


def log_softmax(input, dim=None, *, dtype=None):
    """Return the logarithm of `softmax`, computed without overflow. Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.log_softmax(torch.tensor([0., 1.]), 0)
    tensor([-1.3133, -0.3133])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.log_softmax.html
    """
    return LogSoftmax.apply(input if dtype is None else input.to(dtype=dtype), axis=softmax_axis("log_softmax", input, dim))


def softmax_axis(name, input, dim):
    if dim is None:
        warnings.warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
                      "argument.", UserWarning, stacklevel=3)
        dim = 0 if input.ndim in (0, 1, 3) else 1
    return axis_of(dim, input.shape)


# ---- regression -----------------------------------------------------------------------------------------------------------


def reduced_array(losses, reduction):
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / losses.dtype.type(losses.size)


def share(count, reduction):
    """How much one element counts in the reduced loss."""
    return 1.0 if reduction != "mean" else 1 / count if count else math.nan


class MseLoss(Elementwise):
    """out = (a - b) ** 2, reduced"""

    def forward(ctx, a, b, *, reduction):
        if a.dtype.kind != "f":
            raise not_implemented("mse_cpu", a, b)
        ctx.save(a, b)
        ctx.reduction = reduction
        gap = a - b
        ctx.count = gap.size
        gap *= gap
        return reduced_array(gap, reduction)

    def backward(ctx, grad):
        a, b = ctx.saved
        step = (a - b) * (share(ctx.count, ctx.reduction) * 2) * grad
        return step, -step if ctx.needs_input_grad[1] else None


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Return the mean squared error, `mean((input - target) ** 2)`; `reduction` may also be "sum" or "none".

    Warns where the shapes differ and broadcast. Raises ValueError for another reduction, NotImplementedError for two Tensors of integers.

    >>> import workbook as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1., 2.]), torch.tensor([3., 2.]))
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.mse_loss.html
    """
    warn_about_shapes("mse_loss", input, target)
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    if weight is not None:
        return _weighted_mean(weighted(pow(sub(input, target), 2), weight, input), weight, reduction)
    return MseLoss.apply(input, target, reduction=reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Return the mean absolute error, `mean(|input - target|)`; `reduction` may also be "sum" or "none".

    Warns where the shapes differ and broadcast. Raises ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.l1_loss(torch.tensor([1., 2.]), torch.tensor([3., 2.]))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.l1_loss.html
    """
    input, target = in_dtype("float32", ("cpu", "cuda"), input, target)
    warn_about_shapes("l1_loss", input, target)
    reduction = modern(size_average, reduce, reduction)
    if weight is not None:
        return _weighted_mean(weighted(abs(sub(input, target)), weight, input), weight, reduction)
    return reduced(abs(sub(input, target)), reduction)


def weighted(losses, weight, input):
    """Return losses times their weights. Raises ValueError for a weight of another shape than the input's."""
    if weight.shape != input.shape:
        raise ValueError(explain("Weights and input must have the same size.", f"the shapes are {shape_text(weight.shape)} and "
                                 f"{shape_text(input.shape)}", "expand it: weight.expand_as(input)"))
    return mul(losses, weight)


def _weighted_mean(losses, weight, reduction):
    check_reduction(reduction)
    return div(sum(losses), sum(weight)) if reduction == "mean" else reduced(losses, reduction)


def modern(size_average, reduce, reduction="mean", level=3):
    """Return the `reduction` that two old arguments meant, with PyTorch's warning; `reduction` itself where they are not given."""
    if size_average is None and reduce is None:
        return reduction
    if any(isinstance(old, Tensor) and old.numel() > 1 for old in (size_average, reduce)):
        raise RuntimeError(explain(
            "Boolean value of Tensor with more than one value is ambiguous", "a yes or no stands in this place, and a Tensor was given: the data belong "
            "to the loss that is made, not to its making", "make it first, and call it then: loss_fn = nn.MSELoss(); loss_fn(prediction, target)"))
    reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=level)
    return reduction


def reduced(losses, reduction):
    """Return the mean or the sum of `losses`, or all of them for "none"."""
    check_reduction(reduction)
    return losses if reduction == "none" else sum(losses) if reduction == "sum" else mean(losses)


def check_reduction(reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(explain(f"{reduction} is not a valid value for reduction", "a loss is a mean, a sum, or not reduced",
                                 "write 'mean', 'sum' or 'none'"))


def warn_about_shapes(function, input, target):
    expect_to_have("size", function, input=input, target=target)
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely lead to "
            "incorrect results due to broadcasting. Please ensure they have the same size.", UserWarning, stacklevel=3)


# ---- classification -------------------------------------------------------------------------------------------------------


class NllLoss(Operation):
    """out = minus the log-probability of each row's true class, weighted and reduced"""

    def forward(ctx, logs, target, weight, *, reduction, ignore):
        if logs.dtype.kind == "c":
            raise not_implemented("nll_loss_out_frame", logs)
        ctx.save(target, logs)  # PyTorch's derivative reads both, and refuses a write to them
        ctx.shape, ctx.ignore = logs.shape, ignore
        counted = target != ignore
        safe = ctx.xp.where(counted, target, 0)
        shares = counted.astype(logs.dtype) if weight is None else weight[safe] * counted
        losses = ctx.xp.where(counted, -logs[ctx.xp.arange(len(target)), safe], 0) * shares
        total = shares.sum() if reduction == "mean" else None
        ctx.keep(shares if total is None else ctx.xp.where(counted, shares / total, 0))
        return losses if reduction == "none" else losses.sum() if total is None else losses.sum() / total

    def backward(ctx, grad):
        (target, _), (shares,) = ctx.saved, ctx.kept
        places = unsqueeze(where(target == ctx.ignore, 0, target), 1)
        return (ScatterAdd.apply(unsqueeze(-grad * shares, 1), places, shape=ctx.shape, axis=1),)


class NllLossAlong(NllLoss, name="NllLossBackward0"):
    """The same for one item (C) and for images (N, C, H, W), an item a place: the classes lie along the first or the second axis"""

    def forward(ctx, logs, target, weight, *, reduction, ignore):
        if logs.dtype.kind == "c":
            raise not_implemented("nll_loss_out_frame", logs)
        ctx.save(target)
        ctx.shape, ctx.ignore, ctx.axis = logs.shape, ignore, min(logs.ndim - 1, 1)
        xp, counted = ctx.xp, target != ignore
        safe = xp.where(counted, target, 0)
        shares = xp.asarray(counted, logs.dtype) if weight is None else weight[safe] * counted
        found = xp.take_along_axis(logs, xp.expand_dims(safe, ctx.axis), ctx.axis).reshape(target.shape)
        losses = xp.where(counted, -found, 0) * shares
        total = shares.sum() if reduction == "mean" else None
        ctx.keep(xp.asarray(shares if total is None else xp.where(counted, shares / total, 0)))
        return losses if reduction == "none" else losses.sum() if total is None else losses.sum() / total

    def backward(ctx, grad):
        (target,), (shares,) = ctx.saved, ctx.kept
        places = unsqueeze(where(target == ctx.ignore, 0, target), ctx.axis)
        return (ScatterAdd.apply(unsqueeze(-grad * shares, ctx.axis), places, shape=ctx.shape, axis=ctx.axis),)


class NllLossOfPlaces(NllLossAlong, name="NllLoss2DBackward0"):
    """The same, by PyTorch's name for images"""


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Return the negative log-likelihood of the classes in `target`, for log-probabilities `input`.

    `input`: (N, C), or (C) for one item; `target`: (N) whole numbers from 0 to C - 1. `weight`: (C), how much each class counts.
    Raises IndexError for a class outside 0 to C - 1, RuntimeError for targets that are not whole numbers.

    >>> import workbook as torch
    >>> logs = torch.tensor([[0.1, 0.9], [0.8, 0.2]]).log()
    >>> torch.nn.functional.nll_loss(logs, torch.tensor([1, 0]))
    tensor(0.1643)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.nll_loss.html
    """
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    check_kinds("nll_loss_nd", input, target, weight, ignore_index)
    check_places(input, target)
    (weights,) = given_weights("nll_loss_forward", input, weight=weight)
    check_classes(input, target, weight, ignore_index)
    if input.ndim <= 2:
        step = NllLoss if input.ndim == 2 else NllLossAlong
        return step.apply(input, target, weight, reduction=reduction, ignore=ignore_index)
    if input.ndim == 4:
        return NllLossOfPlaces.apply(input, target, weight, reduction=reduction, ignore=ignore_index)
    line = (input.shape[0], 1, math.prod(target.shape[1:]))  # (N, C, ...) as an image of one row
    out = NllLossOfPlaces.apply(reshape(input, (line[0], input.shape[1], *line[1:])), reshape(target, line), weight, reduction=reduction,
                                ignore=ignore_index)
    return reshape(out, tuple(target.shape)) if reduction == "none" else out


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0):
    """Return the cross-entropy between logits `input` and `target`: `nll_loss(log_softmax(input))`.

    `input`: (N, C) logits, no softmax before; `target`: (N) classes from 0 to C - 1, or (N, C) probabilities. Raises ValueError
    where `target` does not fit `input`, IndexError for a class that there is not, RuntimeError for its dtype.

    >>> import workbook as torch
    >>> torch.nn.functional.cross_entropy(torch.tensor([[2., 0., 0.]]), torch.tensor([0]))
    tensor(0.2395)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.cross_entropy.html
    """
    input, target = in_dtype("float32", ("cpu", "cuda"), input, target)
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    check_kinds("cross_entropy_loss", input, target, weight, ignore_index)
    label_smoothing = as_number("cross_entropy_loss", "label_smoothing", 6, label_smoothing, "float")
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(explain(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}",
                                   "it is the part of the target that is spread over all classes", "write 0.1 for a tenth"))
    if thread.state.adviser is not None:
        thread.state.adviser.scores(input)
    axis = 0 if input.ndim == 1 else 1
    if input.shape == target.shape:
        return _soft_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing, axis)
    logs = log_softmax(input, axis)
    loss = nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    if not label_smoothing:
        return loss
    even = _even_loss(logs, target, weight, ignore_index, reduction, axis)
    return loss * (1 - label_smoothing) + even * (label_smoothing / input.shape[axis])


def _even_loss(logs, target, weight, ignore_index, reduction, axis):
    """The part of label smoothing: the loss with all classes equally true, reduced as `nll_loss` does."""
    losses = -sum(logs if weight is None else logs * _along(weight, axis, logs.ndim), axis)
    counted = ne(target, ignore_index)
    losses = where(counted, losses, 0.0)
    if reduction != "mean":
        return reduced(losses, reduction)
    return sum(losses) / sum(counted if weight is None else where(counted, weight[where(counted, target, 0)], 0.0))


def _along(weight, axis, ndim):
    """One number a class, in the shape that meets the classes at `axis`."""
    return reshape(weight, (-1,) + (1,) * (ndim - axis - 1))


def _soft_cross_entropy(input, target, weight, ignore_index, reduction, smoothing, axis):
    if not target.is_floating_point():
        raise RuntimeError(explain(
            f"Expected floating point type for target with class probabilities, got {target.dtype.legacy}",
            "a target of the prediction's shape holds probabilities; whole numbers look one-hot",
            "pass the classes: target.argmax(1)"))
    if ignore_index >= 0:
        raise RuntimeError(explain("ignore_index is not supported for floating point target", "a row of probabilities is no class that could be left out",
                                   "leave ignore_index out, or pass the classes: target.argmax(1)"))
    if smoothing:
        target = target * (1 - smoothing) + smoothing / input.shape[axis]
    losses = mul(log_softmax(input, axis), target)
    losses = losses if weight is None else losses * _along(weight, axis, losses.ndim)
    if reduction == "none":
        return -sum(losses, axis)
    return -sum(losses) if reduction == "sum" else Share.apply(-sum(losses), _items(input, axis))


class Share(Div, name="DivBackward1"):
    """out = a / b, which is a Python number"""


def _items(input, axis):
    """How many items there are, each with its row of classes."""
    return math.prod([side for place, side in enumerate(input.shape) if place != axis])


def given_weights(function, input, **tensors):
    """Return the arrays of optional Tensors, 1 for None. Raises RuntimeError where one wants a gradient that is not defined."""
    for position, (name, tensor) in enumerate(tensors.items(), start=3):
        if tensor is not None and not isinstance(tensor, Tensor):
            raise not_a_tensor(function, name, position, tensor)
        if tensor is not None and tensor.requires_grad and is_grad_enabled():
            raise RuntimeError(explain(
                f"The function '{function}' is not differentiable with respect to argument '{name}'. This input "
                "cannot have requires_grad True.",
                "the formula has no slope there", "give it detached: target.detach()"))
    refuse_several(input, *tensors.values())
    with input._device.entered():
        one = input._device.xp.ones((), input._array.dtype)
        return [one if tensor is None else tensor._array.astype(one.dtype, copy=False) for tensor in tensors.values()]
