"""Cross-entropy of yes and no: how wrong the probability, or the score, of one thing is."""

from workbook.devices.checks import refuse
from workbook.errors import explain, refused_dtype
from workbook.formats import laid_by
from workbook.ops.choices import clamp
from workbook.ops.elementwise import Elementwise, broadcast_shape, in_float32, not_implemented
from workbook.ops.losses import check_reduction, given_weights, modern, reduced_array, share
from workbook.ops.pointwise import abs, exp, log, relu, sigmoid
from workbook.ops.targets import expect_to_have


class BinaryCrossEntropy(Elementwise):
    """out = -(t log p + (1 - t) log(1 - p)), logarithms held above -100; weighted and reduced"""

    def forward(ctx, p, t, *, weight, reduction):
        if p.dtype.kind != "f":
            raise not_implemented("binary_cross_entropy", p)
        xp = ctx.xp
        losses = (t - 1) * xp.maximum(xp.log1p(-p), -100) - t * xp.maximum(xp.log(p), -100)
        ctx.save(p, t)
        ctx.keep(weight)
        ctx.share = share(losses.size, reduction)
        return reduced_array(losses * weight, reduction)

    def backward(ctx, grad):
        p, t = ctx.saved
        (weight,) = ctx.kept
        each = grad * weight * ctx.share
        return (each * (p - t) / clamp((1 - p) * p, _TINY) if ctx.needs_input_grad[0] else None,
                each * (log(1 - p) - log(p)) if ctx.needs_input_grad[1] else None)


_TINY = 9.999999960041972e-13  # PyTorch's 1e-12, which it keeps as a float32


class BceWithLogits(Elementwise, name="BinaryCrossEntropyWithLogitsBackward0"):
    """out = (1 - t) x + (1 + (w - 1) t) log(1 + exp(-x)), with w the weight of t = 1; without overflow, weighted and reduced"""

    lies_as_inputs = False  # but as the target does

    def forward(ctx, x, t, *, weight, positive, reduction):
        if x.dtype.kind != "f":
            raise not_implemented("log_sigmoid_cpu", x, t)
        xp = ctx.xp
        wide = in_float32(x)
        surprise = (xp.maximum(-wide, 0) + xp.log1p(xp.exp(-xp.abs(wide)))).astype(x.dtype, copy=False)
        losses = (1 - t) * x + (1 + (positive - 1) * t) * surprise
        ctx.save(x, t)
        ctx.keep(weight, positive)
        ctx.share = share(losses.size, reduction)
        return reduced_array(laid_by(xp, losses * weight, (1, t), (1, t)), reduction)

    def backward(ctx, grad):
        x, t = ctx.saved
        weight, positive = ctx.kept
        each = grad * weight * ctx.share
        to_t = None
        if ctx.needs_input_grad[1]:
            to_t = each * ((positive - 1) * (relu(-x) + log(1 + exp(-abs(x)))) - x)
        counted = positive * t
        return each * ((counted + 1 - t) * sigmoid(x) - counted) if ctx.needs_input_grad[0] else None, to_t


def _no_probability(numbers):
    return ~((numbers >= 0) & (numbers <= 1))


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return the cross-entropy of probabilities `input` against `target`, both between 0 and 1 and of one shape.

    Raises RuntimeError for input outside 0 to 1, ValueError where the shapes differ.

    >>> import workbook as torch
    >>> torch.nn.functional.binary_cross_entropy(torch.tensor([0.9]), torch.tensor([1.]))
    tensor(0.1054)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.binary_cross_entropy.html
    """
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_to_have("size", "binary_cross_entropy", input=input, target=target)
    if input.shape != target.shape:
        raise ValueError(explain(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. Please "
            "ensure they have the same size.", "each prediction needs its own target", "write input.squeeze(1)"))
    if target.dtype is not input.dtype:
        raise RuntimeError(explain(f"Found dtype {target.dtype.legacy} but expected {input.dtype.legacy}",
                                   "the target must hold floats too", "write target.float()"))
    refuse(target._device, target._array, _no_probability, lambda wrong: RuntimeError(explain(
        "all elements of target should be between 0 and 1", "a target is a probability", None)))
    refuse(input._device, input._array, _no_probability, lambda wrong: RuntimeError(explain(
        "all elements of input should be between 0 and 1", f"found {wrong:.4g}: these look like logits, not probabilities",
        "use binary_cross_entropy_with_logits, or sigmoid first")))
    (weights,) = given_weights("binary_cross_entropy", input, weight=weight)
    sides = list(zip(reversed(weights.shape), reversed(input.shape)))
    if weights.ndim > input.ndim or any(side not in (1, wanted) for side, wanted in sides):
        raise RuntimeError(explain(
            f"Attempting to broadcast a dimension of length {weights.shape[-1]} at -1! Mismatching argument at index 1 had "
            f"torch.Size({list(weights.shape)}); but expected shape should be broadcastable to {list(input.shape)}",
            "each prediction has one weight", f"give the weight the shape {list(input.shape)}"))
    return BinaryCrossEntropy.apply(input, target, weight=weights, reduction=reduction)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
    """Return the cross-entropy of `sigmoid(input)` against `target`, computed from the logits without overflow.

    `pos_weight`, which broadcasts: how much a target of 1 counts. Raises ValueError where the shapes differ,
    RuntimeError for a target that holds no floats.

    >>> import workbook as torch
    >>> torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor([2.]), torch.tensor([1.]))
    tensor(0.1269)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
    """
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_to_have("size", "binary_cross_entropy_with_logits", input=input, target=target)
    if input.shape != target.shape:
        raise ValueError(explain(f"Target size ({target.shape}) must be the same as input size ({input.shape})",
                                 "each prediction needs its own target", "write input.squeeze(1)"))
    if input.dtype.is_floating_point and not target.dtype.is_floating_point:
        what = (f"result type {input.dtype.legacy} can't be cast to the desired output type {target.dtype.legacy}"
                if target.dtype.legacy != "Bool" else "Subtraction, the `-` operator, with two bool tensors is not supported.")
        raise RuntimeError(explain(what, f"the target holds {target.dtype}, and the loss is computed in the target's dtype",
                                   "write target.float()"))
    if not (input.is_floating_point() or input.is_complex()):
        raise refused_dtype("log_sigmoid_cpu", input.dtype)
    weights, positive = given_weights("binary_cross_entropy_with_logits", input, weight=weight, pos_weight=pos_weight)
    broadcast_shape(positive.shape, tuple(input.shape))
    broadcast_shape(tuple(input.shape), weights.shape)
    return BceWithLogits.apply(input, target, weight=weights, positive=positive, reduction=reduction)


