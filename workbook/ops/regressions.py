"""Losses of numbers and of distributions: how far a prediction is from its target."""

import math
import warnings

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.ops.arithmetic import add, div, mul, sub
from workbook.ops.autocasting import in_dtype
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import clamp, where
from workbook.ops.creation import full
from workbook.ops.elementwise import Elementwise, as_number, broadcast_shape, expect_tensors, in_float32, not_implemented
from workbook.ops.entropies import xlogy
from workbook.ops.losses import reduced_array, share, check_reduction, modern, reduced, warn_about_shapes, weighted
from workbook.ops.pointwise import abs, exp, log, sign
from workbook.ops.powers import pow
from workbook.ops.reduction import sum
from workbook.ops.shape import clone


class SmoothL1Loss(Elementwise):
    """out = (a - b) ** 2 / (2 * beta) where |a - b| < beta, |a - b| - beta / 2 elsewhere; reduced"""

    def forward(ctx, a, b, *, beta, reduction):
        if a.dtype.kind != "f":
            raise not_implemented("smooth_l1_cpu", a, b)
        ctx.save(a, b)
        gap = ctx.xp.abs(a - b)
        ctx.beta, ctx.share = beta, share(gap.size, reduction)
        return reduced_array(ctx.xp.where(gap < beta, 0.5 * gap * gap / beta, gap - 0.5 * beta), reduction)

    def backward(ctx, grad):
        a, b = ctx.saved
        gap = a - b
        step = where(abs(gap) < ctx.beta, gap / ctx.beta, sign(gap)) * ctx.share * grad
        return step, -step if ctx.needs_input_grad[1] else None


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Return the mean of the squared error, halved and divided by `beta`, where it is below `beta`, and of the absolute error elsewhere.

    Warns where the shapes differ and broadcast. Raises RuntimeError for a negative beta, ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, 3.]), torch.tensor([0., 0.]), reduction="none")
    tensor([0.1250, 2.5000])

    Source: Girshick 2015; https://pytorch.org/docs/2.13/generated/torch.nn.functional.smooth_l1_loss.html
    """
    input, target = in_dtype("float32", ("cpu", "cuda"), input, target)
    warn_about_shapes("smooth_l1_loss", input, target)
    broadcast_shape(tuple(input.shape), tuple(target.shape))
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    if beta == 0:
        return reduced(abs(sub(input, target)), reduction)
    beta = as_number("smooth_l1_loss", "beta", 4, beta, "float")
    if beta < 0:
        raise RuntimeError(explain("smooth_l1_loss does not support negative values for beta.", "it is an error's size", "write 1.0"))
    return SmoothL1Loss.apply(input, target, beta=float(beta), reduction=reduction)


class HuberLoss(Elementwise):
    """out = (a - b) ** 2 / 2 where |a - b| <= delta, delta * (|a - b| - delta / 2) elsewhere; reduced"""

    def forward(ctx, a, b, *, delta, reduction):
        if a.dtype.kind != "f" or b.dtype.kind == "c":
            raise not_implemented("huber_cpu", b if b.dtype.kind == "c" else a, b)
        ctx.save(a, b)
        gap = ctx.xp.abs(in_float32(a) - b)
        ctx.delta, ctx.share = delta, share(gap.size, reduction)
        losses = ctx.xp.where(gap <= delta, 0.5 * gap * gap, delta * (gap - 0.5 * delta))
        return reduced_array(losses.astype(a.dtype, copy=False), reduction)

    def backward(ctx, grad):
        a, b = ctx.saved
        step = clamp(a - b, -ctx.delta, ctx.delta) * ctx.share * grad
        return step, -step if ctx.needs_input_grad[1] else None


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Return the mean of half the squared error where it is at most `delta`, and of `delta * (|error| - delta / 2)` elsewhere.

    `weight`, of the input's shape, weighs the elements. Warns where the shapes differ and broadcast. Raises RuntimeError for a delta that is
    not positive, ValueError for another reduction or a weight of another shape.

    >>> import workbook as torch
    >>> torch.nn.functional.huber_loss(torch.tensor([0.5, 3.]), torch.tensor([0., 0.]), reduction="none")
    tensor([0.1250, 2.5000])

    Source: Huber 1964; https://pytorch.org/docs/2.13/generated/torch.nn.functional.huber_loss.html
    """
    warn_about_shapes("huber_loss", input, target)
    broadcast_shape(tuple(input.shape), tuple(target.shape))
    check_reduction(reduction)
    delta = as_number("huber_loss", "delta", 4, delta, "float")
    if delta <= 0:
        raise RuntimeError(explain("huber_loss does not support non-positive values for delta.", "it is an error's size", "write 1.0"))
    if target.is_complex() and not input.is_complex():
        raise RuntimeError(explain(f"result type {target.dtype.legacy} can't be cast to the desired output type {input.dtype.legacy}",
                                   "a loss of complex numbers would need complex predictions", "take the parts: target.real, target.imag"))
    target = target.to(input.dtype) if input.is_floating_point() else target
    if weight is None:
        return HuberLoss.apply(input, target, delta=float(delta), reduction=reduction)
    return reduced(weighted(HuberLoss.apply(input, target, delta=float(delta), reduction="none"), weight, input), reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Return the Kullback-Leibler divergence of `input`, logarithms of probabilities, from `target`: `target * (log(target) - input)`.

    With `log_target` the target is in logarithms, too. "batchmean" divides by the first axis, "mean" by all elements, and warns. Raises
    ValueError for another reduction, RuntimeError for integers and complex numbers.

    >>> import workbook as torch
    >>> torch.nn.functional.kl_div(torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.75, 0.25]]), reduction="batchmean")
    tensor(0.1308)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.kl_div.html
    """
    input, target = in_dtype("float32", ("cpu", "cuda"), input, target)
    expect_tensors("kl_div", input=input, target=target)
    old = size_average is not None or reduce is not None
    reduction = modern(size_average, reduce, reduction)
    if reduction == "mean" and not old:
        warnings.warn("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch "
                      "size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next "
                      "major release.", stacklevel=2)
    if reduction != "batchmean":
        check_reduction(reduction)
    for words, wrong in (("Complex", lambda x: x.is_complex()), ("Integral", lambda x: not x.is_floating_point())):
        if wrong(input) or wrong(target):
            raise RuntimeError(explain(f"kl_div: {words} inputs not supported.", "it takes logarithms of probabilities", "write x.float()"))
    losses = mul(exp(target), sub(target, input)) if log_target else sub(xlogy(target, target), mul(target, input))
    if reduction == "batchmean":
        return div(sum(losses), input.shape[0]) if input.ndim else sum(losses)
    return reduced(losses, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
    """Return the negative log-likelihood of counts `target` under Poisson's distribution of mean `exp(input)`, or `input` itself.

    `full` adds Stirling's approximation of the part that depends on the target alone. Raises ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.poisson_nll_loss(torch.tensor([0.]), torch.tensor([2.]))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.poisson_nll_loss.html
    """
    input, target = in_dtype("float32", ("cpu", "cuda"), input, target)
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    losses = sub(exp(input), mul(target, input)) if log_input else sub(input, mul(target, log(add(input, eps))))
    if full:
        stirling = add(sub(mul(target, log(target)), target), mul(log(mul(target, 2 * math.pi)), 0.5))
        losses = add(losses, where(target <= 1, 0.0, stirling))
    return reduced(losses, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Return the negative log-likelihood of `target` under a normal distribution of mean `input` and variance `var`, a Tensor or a number.

    `var` has the input's shape, or its last axis is 1 or missing; at least `eps` of it counts. `full` adds log(2 pi) / 2. Raises ValueError
    for another shape, a negative variance and another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.gaussian_nll_loss(torch.tensor([1.]), torch.tensor([0.]), torch.tensor([1.]))
    tensor(0.5000)

    Source: Nix and Weigend 1994; https://pytorch.org/docs/2.13/generated/torch.nn.functional.gaussian_nll_loss.html
    """
    if isinstance(var, int):
        raise TypeError(explain("any() received an invalid combination of arguments - got (bool)", "var is a Tensor or a float", f"write {var}.0"))
    if isinstance(var, float):
        if var < 0:
            raise _negative_variance()
        var = full_like_number(input, var)
    elif bool((var < 0).any()):
        raise _negative_variance()
    if var.shape != input.shape:
        if tuple(input.shape[:-1]) == tuple(var.shape):
            var = unsqueeze(var, -1)
        elif not (input.ndim == var.ndim and all(mine == theirs or theirs == 1 for mine, theirs in zip(input.shape, var.shape))):
            raise ValueError(explain("var is of incorrect size", f"the input has shape {list(input.shape)}, var {list(var.shape)}",
                                     "give one variance for each number, or one a row"))
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(explain(f"{reduction} is not valid", "a loss is a mean, a sum, or not reduced", "write 'mean', 'sum' or 'none'"))
    var = clone(var)
    with no_grad():
        var.clamp_(min=eps)
    losses = mul(add(log(var), div(pow(sub(input, target), 2), var)), 0.5)
    if full:
        losses = add(losses, 0.5 * math.log(2 * math.pi))
    return reduced(losses, reduction)


def full_like_number(input, number):
    """One number in the shape, dtype and place of a Tensor."""
    return full(tuple(input.shape), float(number), dtype=input.dtype, device=input.device)


def _negative_variance():
    return ValueError(explain("var has negative entry/entries", "a variance is a mean of squares", "let the network give its logarithm, and take exp"))
