"""Lengths of vectors, and distances."""

import math

from workbook.autograd.operation import Operation
from workbook.errors import explain
from workbook.ops.arithmetic import sub
from workbook.ops.comparison import where
from workbook.ops.pointwise import abs, sign
from workbook.ops.powers import pow
from workbook.ops.reduction import SumAxes, axes_of, spread


class VectorNorm(Operation, name="LinalgVectorNormBackward0"):
    """out = (sum of |a|**p along `axes`)**(1/p); the largest |a| for p = inf, the smallest for -inf, their number for p = 0"""

    def forward(ctx, a, *, p, axes, keepdim):
        ctx.p, ctx.axes, ctx.keepdim = p, axes, keepdim
        xp, size = ctx.xp, ctx.xp.abs(a)
        kind = size.dtype
        if math.isinf(p):
            out = (size.max if p > 0 else size.min)(axes, None, keepdim) if size.size else size.sum(axes, None, None, keepdim)
        elif p == 0:
            out = (size != 0).sum(axes, kind, None, keepdim)
        elif p == 1:
            out = size.sum(axes, None, None, keepdim)
        elif p == 2:
            out = xp.sqrt((size * size).sum(axes, None, None, keepdim))
        else:
            out = xp.power(xp.power(size, kind.type(p)).sum(axes, None, None, keepdim), kind.type(1 / p))
        out = xp.asarray(out, kind)
        if a.dtype.kind == "f":
            ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        p = ctx.p
        if p == 0:
            return (None,)  # a count does not move
        out, grad = (spread(x, a.shape, ctx.axes, ctx.keepdim) for x in (out, grad))
        if p == 1:
            return (sign(a) * grad,)
        if math.isinf(p):  # equal ones share the gradient
            hit = where(abs(a) == out, sign(a) * 0.0 + 1.0, 0.0)
            return (sign(a) * grad * hit / SumAxes.apply(hit, axes=ctx.axes, keepdim=True),)
        # d out / d a = sign(a) |a|**(p - 1) / out**(p - 1), and 0 where all is 0
        zero = out == 0
        length = where(zero, 1.0, out)
        if p == 2:
            return (where(zero, 0.0, a / length * grad),)
        flat = a == 0
        size = where(flat, 1.0, abs(a))
        return (where(flat, 0.0, sign(a) * pow(size, p - 1) / pow(length, p - 1) * grad),)


def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """Return the length of `input` as a vector, or of its vectors along `dim`: (sum of |x|**p)**(1/p).

    `p`: "fro" (as 2), a number, inf (the largest |x|), -inf (the smallest) or 0 (how many are not zero). Raises RuntimeError for
    integers.

    >>> import workbook as torch
    >>> x = torch.tensor([[3., 4.], [6., 8.]])
    >>> x.norm(dim=1), x.norm(1)
    (tensor([ 5., 10.]), tensor(21.))

    Source: https://pytorch.org/docs/2.13/generated/torch.norm.html
    """
    if p is None:
        p = 2
    if isinstance(p, str):
        if p != "fro":
            raise RuntimeError(explain(f"linalg.matrix_norm: Order {p} not supported.", "this norm is not there",
                                       "use 'fro' or a number"))
        if dim is not None and not isinstance(dim, int) and len(dim) > 2:
            raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
        p = 2
    return vector_norm(input, p, dim, keepdim, dtype=dtype)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """Return the length of `x` as one vector, or of its vectors along `dim`; `ord` is the p of `norm`.

    >>> import workbook as torch
    >>> vector_norm(torch.tensor([3., 4.]))
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.vector_norm.html
    """
    if not (x.is_floating_point() or x.is_complex()):
        raise RuntimeError(explain(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {x.dtype.legacy}",
            "a length is no integer", "write x.float().norm()"))
    axes = axes_of(dim, x.shape)
    if (math.isinf(ord) or ord < 0) and not math.prod(x.shape[axis] for axis in axes):
        p, where_ = format(ord, "g"), "an empty tensor" if dim is None else f"the dimension {axes[0]}"
        why = "because the operation" if dim is None else "because this dimension is empty and the operation"
        raise RuntimeError(f"linalg.vector_norm cannot compute the {p} norm on {where_} {why} does not have an identity")
    if dtype is not None:
        x = x.to(dtype)
    return VectorNorm.apply(x, p=float(ord), axes=axes, keepdim=keepdim)


def dist(input, other, p=2):
    """Return the length of `input - other`, with broadcasting: (sum of |x - y|**p)**(1/p).

    >>> import workbook as torch
    >>> torch.dist(torch.tensor([0., 0.]), torch.tensor([3., 4.]))
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.dist.html
    """
    difference = sub(input, other)
    if not (difference.is_floating_point() or difference.is_complex()):
        raise RuntimeError(explain(
            f"norm(): input dtype should be either floating point or complex. Got {difference.dtype.legacy} instead.",
            "a distance is no integer", "write torch.dist(x.float(), y.float())"))
    return VectorNorm.apply(difference, p=float(p), axes=axes_of(None, difference.shape), keepdim=False)
