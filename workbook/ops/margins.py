"""Losses with a margin: what is right has to be ahead by so much."""

from workbook import dtypes
from workbook.autograd.modes import is_grad_enabled
from workbook.autograd.operation import Operation
from workbook.errors import explain, refused_dtype, shape_text
from workbook.ops.arithmetic import add, div, mul, neg, sub
from workbook.ops.autocasting import in_dtype
from workbook.ops.bounds import clamp_min
from workbook.ops.choices import minimum, where
from workbook.ops.elementwise import Elementwise, as_number, broadcast_shape, expect_tensors
from workbook.ops.losses import reduced_array, share, check_reduction, modern, reduced
from workbook.ops.pointwise import sigmoid, sqrt
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape
from workbook.ops.similarity import pairwise_distance
from workbook.ops.targets import expect_to_have
from workbook.ops.units import logsigmoid


class SoftMarginLoss(Elementwise):
    """out = log(1 + exp(-b * a)), reduced"""

    def forward(ctx, a, b, *, reduction):
        ctx.save(a, b)
        losses = ctx.xp.log1p(ctx.xp.exp(-b * a))
        ctx.share = share(losses.size, reduction)
        return reduced_array(losses, reduction)

    def backward(ctx, grad):
        a, b = ctx.saved
        return -b * sigmoid(-b * a) * ctx.share * grad, None


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of `log(1 + exp(-target * input))`, for targets of 1 and -1.

    Raises ValueError for another reduction, RuntimeError for integers and for a target that wants a gradient.

    >>> import workbook as torch
    >>> torch.nn.functional.soft_margin_loss(torch.tensor([0., 2.]), torch.tensor([1., -1.]))
    tensor(1.4100)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.soft_margin_loss.html
    """
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_tensors("soft_margin_loss", input=input, target=target)
    if not (input.is_floating_point() or input.is_complex()):
        raise RuntimeError(explain(f"result type Float can't be cast to the desired output type {input.dtype.legacy}",
                                   "a logarithm lies between the whole numbers", "write input.float()"))
    if target.is_complex() and not input.is_complex():
        raise RuntimeError(explain(f"result type {target.dtype.legacy} can't be cast to the desired output type {input.dtype.legacy}",
                                   "the target is complex and the input is not", "a target is 1 or -1: write target.real"))
    if target.requires_grad and is_grad_enabled():
        raise RuntimeError(explain("The function 'soft_margin_loss' is not differentiable with respect to argument 'target'. This input cannot have "
                                   "requires_grad True.", "a target is 1 or -1", "give it detached: target.detach()"))
    together = broadcast_shape(tuple(input.shape), tuple(target.shape))
    if together != tuple(input.shape):
        raise RuntimeError(explain(f"output with shape {shape_text(input.shape)} doesn't match the broadcast shape {shape_text(together)}",
                                   f"the target has shape {shape_text(target.shape)}, and each number of the input has one target",
                                   "give both one shape: target.view_as(input)"))
    return SoftMarginLoss.apply(input, target.to(input.dtype), reduction=reduction)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of the input where the target is 1, and of `max(0, margin - input)` where it is -1.

    Raises ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.hinge_embedding_loss(torch.tensor([0.5, 0.25]), torch.tensor([1., -1.]), reduction="none")
    tensor([0.5000, 0.7500])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.hinge_embedding_loss.html
    """
    input, target = in_dtype("float32", ("cpu", "cuda"), input, target)
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_tensors("hinge_embedding_loss", input=input, target=target)
    margin = as_number("hinge_embedding_loss", "margin", 3, margin, "float")
    far = where(target != 1, clamp_min(add(neg(input), margin), 0), 0.0)
    return reduced(add(far, where(target != -1, input, 0.0)), reduction)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of `max(0, margin - target * (input1 - input2))`: a target of 1 wants the first to be larger, -1 the second.

    Raises RuntimeError for other numbers of axes, ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.margin_ranking_loss(torch.tensor([1.]), torch.tensor([3.]), torch.tensor([1.]))
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.margin_ranking_loss.html
    """
    input1, input2, target = in_dtype("float32", ("cpu", "cuda"), input1, input2, target)
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_to_have("dim", "margin_ranking_loss", input1=input1, input2=input2, target=target)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(explain(
            f"margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {input1.shape}, input2: {input2.shape}, "
            f"target: {target.shape} ", "each pair has one target", "give them one shape"))
    margin = as_number("margin_ranking_loss", "margin", 4, margin, "float")
    return reduced(clamp_min(add(mul(neg(target), sub(input1, input2)), margin), 0), reduction)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of `1 - cos` where the target is 1, and of `max(0, cos - margin)` where it is -1; cos is that of the angle of two vectors.

    Shapes: `(N, D)` with targets `(N)`, or `(D)` with `()`. Raises RuntimeError for others, ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.cosine_embedding_loss(torch.tensor([1., 0.]), torch.tensor([0., 1.]), torch.tensor(1.))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.cosine_embedding_loss.html
    """
    input1, input2 = in_dtype("float32", ("cpu", "cuda"), input1, input2)
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    if target.ndim not in (0, 1):
        raise RuntimeError(explain("0D or 1D target tensor expected, multi-target not supported", f"the target has shape {shape_text(target.shape)}",
                                   "give one target a pair"))
    if not input1.ndim == input2.ndim == target.ndim + 1:
        raise RuntimeError(explain(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with sizes {shape_text(input1.shape)} and "
            f"{shape_text(input2.shape)}.", "each pair of vectors has one target", "check the axes of the batch"))
    dim = target.ndim
    lengths = mul(add(sum(mul(input1, input1), dim), 1e-12), add(sum(mul(input2, input2), dim), 1e-12))
    cosine = div(sum(mul(input1, input2), dim), sqrt(lengths))
    near = where(target == 1, sub(1, cosine), 0.0)
    margin = as_number("cosine_embedding_loss", "margin", 4, margin, "float")
    return reduced(add(near, where(target == -1, clamp_min(sub(cosine, margin), 0), 0.0)), reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of `max(0, margin + d(anchor, positive) - d(anchor, negative))`, d the p-norm distance along the last axis.

    `swap`: the negative's distance is that from anchor or positive, whichever is less. Raises ValueError for a margin that is not positive
    and another reduction, RuntimeError for other axes.

    >>> import workbook as torch
    >>> torch.nn.functional.triplet_margin_loss(torch.tensor([[0.]]), torch.tensor([[2.]]), torch.tensor([[1.]]))
    tensor(2.)

    Source: Balntas et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.functional.triplet_margin_loss.html
    """
    anchor, positive, negative = in_dtype("float32", ("cpu", "cuda"), anchor, positive, negative)
    reduction = modern(size_average, reduce, reduction)

    def distance(x, y):
        return pairwise_distance(x, y, p, eps)

    margin = as_number("triplet_margin_loss", "margin", 4, margin, "float")
    return _triplet(anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
    """As `triplet_margin_loss`, with a distance of your own: `distance_function(x, y)` returns one number a pair.

    Raises ValueError for a margin that is not positive and another reduction, RuntimeError for other axes.

    >>> import workbook as torch
    >>> near = lambda x, y: (x - y).abs().sum(1)
    >>> torch.nn.functional.triplet_margin_with_distance_loss(torch.zeros(1, 2), torch.ones(1, 2), torch.ones(1, 2), distance_function=near)
    tensor(1.)

    Source: Balntas et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
    """
    return _triplet(anchor, positive, negative, pairwise_distance if distance_function is None else distance_function, margin, swap, reduction)


def _triplet(anchor, positive, negative, distance, margin, swap, reduction):
    check_reduction(reduction)
    if margin <= 0:
        raise ValueError(explain(f"margin must be greater than 0, got {margin}", "it is how far the negative has to be behind", "write 1.0"))
    expect_to_have("ndim", "triplet_margin_with_distance_loss", anchor=anchor, positive=positive, negative=negative)
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(explain(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs", "each triplet is three vectors",
            "give them one shape"))
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(clamp_min(sub(add(near, margin), far), 0), reduction)


class MultiMarginLoss(Operation):
    """out = for each row, the mean over classes of max(0, margin - a[right] + a[other]) ** p, without the right one; weighted and reduced"""

    def forward(ctx, a, target, weight, *, p, margin, reduction):
        ctx.save(a)
        ctx.shape, a, classes = a.shape, _rows(a), target.reshape(-1)
        xp, count = ctx.xp, a.shape[1]
        right = xp.arange(count) == classes[:, None]
        shares = right.astype(a.dtype).sum(1)[:, None] if weight is None else weight[classes][:, None]
        ctx.keep(right, shares * a.dtype.type(share(len(a), reduction) / count))
        ctx.p, ctx.margin, ctx.none = p, margin, reduction == "none"
        gap = xp.where(right, 0, xp.maximum(margin - xp.where(right, a, 0).sum(1, keepdims=True) + a, 0))
        losses = reduced_array((gap ** p * shares).sum(1) / a.dtype.type(count), reduction)
        return losses.reshape(target.shape) if ctx.none else losses

    def backward(ctx, grad):
        (a,), (right, shares) = ctx.saved, ctx.kept
        a = reshape(a, tuple(right.shape))
        gap = ctx.margin - sum(where(right, a, 0.0), 1, True) + a
        ahead = where(right, 0.0, where(gap > 0, ctx.p * gap ** (ctx.p - 1), 0.0)) * shares
        slope = where(right, -sum(ahead, 1, True), ahead)
        return reshape(slope * (reshape(grad, (-1, 1)) if ctx.none else grad), ctx.shape), None, None


def _rows(a):
    """Scores as rows: one row where there is no axis of a batch."""
    return a.reshape(-1, a.shape[-1] if a.ndim else 1)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return how far other classes come within `margin` of the right one: the mean over classes of `max(0, margin - x[right] + x[other]) ** p`.

    Shapes: scores `(N, C)` and classes `(N)`, or `(C)` and `()`. Raises ValueError for a p that is not 1 or 2, RuntimeError for a class that
    there is not and for sizes that do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.multi_margin_loss(torch.tensor([[1., 0.5]]), torch.tensor([0]))
    tensor(0.2500)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.multi_margin_loss.html
    """
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_tensors("multi_margin_loss", input=input, target=target)
    margin = as_number("multi_margin_loss", "margin", 4, margin)
    if p not in (1, 2):
        raise ValueError(explain("only p == 1 and p == 2 supported", f"p is {p}", "write 1 or 2"))
    if not input.is_floating_point():
        raise refused_dtype("multi_margin_loss_out_frame", input.dtype)
    rows, classes = input.reshape(-1, input.shape[-1] if input.ndim else 1), target.reshape(-1)
    if rows.shape[0] != classes.shape[0]:
        raise RuntimeError(explain(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size "
            f"[{rows.shape[0]}], but got {shape_text(target.shape)}. Input has shape {shape_text(input.shape)}.", "each row has one class", None))
    if weight is not None and tuple(weight.shape) != (rows.shape[1],):
        raise RuntimeError(explain(f"inconsistent weight size, expected {rows.shape[1]} but got {shape_text(weight.shape)}",
                                   "each class has one weight", None))
    for given, kind in ((target, dtypes.int64), (weight, input.dtype)):
        if given is not None and given.dtype is not kind:
            raise RuntimeError(explain(f"expected scalar type {kind.legacy} but found {given.dtype.legacy}", "classes are whole numbers; a weight "
                                       "has the input's dtype", f"write .to({kind})"))
    if ((classes._host() < 0) | (classes._host() >= rows.shape[1])).any():
        raise RuntimeError(explain("target out of range", f"the classes are 0 to {rows.shape[1] - 1}", "give the network more outputs"))
    return MultiMarginLoss.apply(input, target, weight, p=p, margin=float(margin), reduction=reduction)


class MultilabelMarginLoss(Operation):
    """out = for each row, the mean over classes of the sum over its labels of max(0, 1 - a[label] + a[other]); reduced"""

    def forward(ctx, a, target, *, reduction):
        ctx.shape, a = a.shape, _rows(a)
        xp, count = ctx.xp, a.shape[1]
        there = xp.cumprod(target >= 0, 1).astype(bool)  # up to the first -1
        labels = xp.where(there, target, 0)
        other = xp.ones(a.shape, bool)
        other[xp.nonzero(there)[0], labels[there]] = False
        gap = 1 - xp.take_along_axis(a, labels, 1)[:, :, None] + a[:, None, :]
        behind = ((gap > 0) & there[:, :, None] & other[:, None, :]).astype(a.dtype)
        slope = behind.sum(1)
        for place in range(target.shape[1]):  # a label may stand twice
            slope[xp.arange(len(a)), labels[:, place]] -= behind[:, place].sum(1)
        ctx.keep(slope * a.dtype.type(share(len(a), reduction) / count))
        ctx.none = reduction == "none"
        losses = reduced_array((gap * behind).sum((1, 2)) / a.dtype.type(count), reduction)
        return losses.reshape(ctx.shape[:-1]) if ctx.none else losses

    def backward(ctx, grad):
        (slope,) = ctx.kept
        return reshape((reshape(grad, (-1, 1)) if ctx.none else grad) * slope, ctx.shape), None


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Return how far wrong classes come within 1 of each right one, over all classes; a row of `target` lists its classes, then -1.

    Shapes: `(N, C)` and int64 `(N, C)`, or `(C)` and `(C)`. Raises RuntimeError for others, and for a class that there is not.

    >>> import workbook as torch
    >>> torch.nn.functional.multilabel_margin_loss(torch.tensor([[1., 0.5, 0.]]), torch.tensor([[0, 1, -1]]))
    tensor(0.1667)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.multilabel_margin_loss.html
    """
    reduction = modern(size_average, reduce, reduction)
    check_reduction(reduction)
    expect_tensors("multilabel_margin_loss", input=input, target=target)
    if target.dtype is not dtypes.int64:
        raise RuntimeError(explain(f"expected scalar type Long but found {target.dtype.legacy}", "a row lists its classes, and -1 ends a list",
                                   "write target.long()"))
    if input.ndim > 2:
        raise RuntimeError(explain(f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {shape_text(input.shape)}",
                                   "each row scores the classes", "flatten the axes in front"))
    if input.shape != target.shape:
        raise RuntimeError(explain(f"inconsistent target size: {shape_text(target.shape)} for input of size: {shape_text(input.shape)}",
                                   "each row lists its classes and fills up with -1", "give the target the input's shape"))
    if not input.is_floating_point():
        raise refused_dtype("multilabel_margin_loss_forward_out_frame", input.dtype)
    rows, labels = input.reshape(-1, input.shape[-1] if input.ndim else 1), target.reshape(-1, target.shape[-1] if target.ndim else 1)
    found = labels._host()
    if ((found < -1) | (found >= rows.shape[1])).any():
        raise RuntimeError(explain("argument #2 'target' is out of range", f"the classes are 0 to {rows.shape[1] - 1}, and -1 ends a list",
                                   "check the labels"))
    return MultilabelMarginLoss.apply(input, labels, reduction=reduction)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return the mean over classes and rows of the cross-entropy of each class by itself: `target` is 1 where a row belongs to a class, else 0.

    `weight`: one number a class. Raises ValueError for another reduction.

    >>> import workbook as torch
    >>> torch.nn.functional.multilabel_soft_margin_loss(torch.zeros(1, 2), torch.tensor([[1., 0.]]))
    tensor(0.6931)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.multilabel_soft_margin_loss.html
    """
    reduction = modern(size_average, reduce, reduction)
    losses = neg(add(mul(target, logsigmoid(input)), mul(sub(1, target), logsigmoid(neg(input)))))
    losses = losses if weight is None else mul(losses, weight)
    losses = div(sum(losses, input.ndim - 1), input.shape[-1])
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(explain(f"{reduction} is not valid", "a loss is a mean, a sum, or not reduced", "write 'mean', 'sum' or 'none'"))
    return reduced(losses, reduction)
