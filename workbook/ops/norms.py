"""Lengths of vectors, and distances."""

import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axes_among
from workbook.errors import explain
from workbook.formats import in_order
from workbook.ops.arithmetic import sub
from workbook.ops.choices import where
from workbook.ops.conversion import to
from workbook.ops.elementwise import Elementwise, as_number, in_float32
from workbook.ops.pointwise import abs, sgn
from workbook.ops.powers import pow
from workbook.ops.reduction import SumAxes, axes_of, spread
from workbook.ops.squares import floats_only


class VectorNorm(Operation, name="LinalgVectorNormBackward0"):
    """out = (sum of |a|**p along `axes`)**(1/p); the largest |a| for p = inf, the smallest for -inf, their number for p = 0"""

    holomorphic = False

    def forward(ctx, a, *, p, axes, keepdim):
        ctx.p, ctx.axes, ctx.keepdim = p, axes, keepdim
        out = _length(ctx.xp, a, p, axes, keepdim)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        out, grad = (spread(x, a.shape, ctx.axes, ctx.keepdim) for x in (out, grad))
        return (_slope(a, out, grad, ctx.p, ctx.axes),)


class PNorm(VectorNorm, name="NormBackward1"):
    """The same, as PyTorch's distances of pairs ask for it"""


class Dist(Elementwise):
    """out = the length of a - b"""

    holomorphic = False

    def forward(ctx, a, b, *, p):
        ctx.p = p
        out = _length(ctx.xp, a - b, p, None, False)
        ctx.save(a, b, out)
        return out

    def backward(ctx, grad):
        a, b, out = ctx.saved
        difference = a - b
        slope = _slope(difference, out, grad, ctx.p, tuple(range(len(difference.shape))))
        return slope, None if slope is None else -slope


def _length(xp, a, p, axes, keepdim):
    size = xp.abs(a)
    kind, wide = size.dtype, in_float32(size)
    if math.isinf(p):
        out = (size.max if p > 0 else size.min)(axes, None, keepdim) if size.size else size.sum(axes, None, None, keepdim)
    elif p == 0:
        out = (size != 0).sum(axes, kind, None, keepdim)
    elif p == 1:
        out = wide.sum(axes, None, None, keepdim)
    elif p == 2:
        out = xp.sqrt((wide * wide).sum(axes, None, None, keepdim))
    else:
        out = xp.power(xp.power(wide, wide.dtype.type(p)).sum(axes, None, None, keepdim), wide.dtype.type(1 / p))
    return in_order(xp, xp.asarray(out, kind))


def _slope(a, out, grad, p, axes):
    """The gradient of the length `out` to `a`, for lengths that are spread over `a`.

    d out / d a = sgn(a) |a|**(p - 1) / out**(p - 1), and 0 where all is 0. What is divided there by 0 is NaN, as in PyTorch, and shows
    in the second derivative, which such a point does not have.
    """
    if p == 0:
        return None  # a count does not move
    if p == 1:
        return sgn(a) * grad
    if math.isinf(p):  # equal ones share the gradient
        hit = where(abs(a) == out, sgn(a) * 0.0 + 1.0, 0.0)
        return sgn(a) * grad * hit / SumAxes.apply(hit, axes=axes, keepdim=True)
    zero = out == 0
    if p == 2:
        return grad * where(zero, 0.0, a / out)
    if p < 1:
        return sgn(a) * where(a == 0, 0.0, pow(abs(a), p - 1)) * grad * pow(out, 1 - p)
    slope = sgn(a) * pow(abs(a), p - 1) if p < 2 else a * pow(abs(a), p - 2)
    return slope * where(zero, 0.0, grad / pow(out, p - 1))


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """Return the p-norm along `dim`, all axes where it is None: `(the sum of |x|**ord)**(1 / ord)`; inf, -inf: the extremes; 0 counts.

    Floats. Raises RuntimeError for other dtypes, and where nothing is left to take the largest of.

    >>> import workbook as torch
    >>> torch.linalg.vector_norm(torch.tensor([3., -4.]))
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.vector_norm.html
    """
    ord = as_number("linalg_vector_norm", "ord", 2, ord)
    return norm_along(in_dtype("linalg.vector_norm", x, dtype), ord, dim, keepdim)


def norm_along(x, p, dim, keepdim, step=VectorNorm):
    """The p-norm of floats as one step of the graph, `VectorNorm` or one of its names."""
    if p < 0 or p == math.inf:
        _refuse_nothing(x, p, dim)
    return step.apply(x, p=float(p), axes=axes_of(dim, x.shape), keepdim=keepdim)


def in_dtype(function, x, dtype):
    """Return `x` in the dtype in which a norm is asked for, which has to be as wide. Raises RuntimeError where it is not."""
    floats_only(function, x)
    if dtype is None:
        return x
    if dtype.category < dtypes.FLOAT:
        raise RuntimeError(explain(f"{function}: dtype should be floating point or complex, but got {dtype.legacy}",
                                   "a norm lies between the whole numbers", "choose torch.float64"))
    if x.is_complex() and not dtype.is_complex:
        raise RuntimeError(explain(f"{function}: dtype should be complex for complex inputs, but got {dtype.legacy}",
                                   "the imaginary parts would be lost", "choose torch.complex128"))
    if dtype.itemsize < x.dtype.itemsize:
        raise RuntimeError(explain(
            f"{function}: the dtype of the input ({x.dtype.legacy}) should be convertible without narrowing to the specified dtype "
            f"({dtype.legacy})", "the sum would lose digits", "convert the result instead"))
    return to(x, dtype)


def _refuse_nothing(x, p, dim):
    """Raise where the smallest or the largest of no elements is asked."""
    if dim is None and not x.numel():
        raise _no_identity(p, "an empty tensor because the operation")
    dims = () if dim is None else (dim,) if isinstance(dim, int) else dim
    for named, axis in zip(dims, axes_among(dims, x.shape)):
        if x.ndim and not x.shape[axis]:
            raise _no_identity(p, f"the dimension {named} because this dimension is empty and the operation")


def _no_identity(p, of_what):
    return RuntimeError(explain(f"linalg.vector_norm cannot compute the {p:g} norm on {of_what} does not have an identity",
                                "no number is the largest of none", "check the shape first"))


def dist(input, other, p=2):
    """Return the length of `input - other`, with broadcasting: (sum of |x - y|**p)**(1/p).

    Raises RuntimeError for integers and bools.

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
    if (math.isinf(p) or p < 0) and not difference.numel():
        raise _no_identity(p, "an empty tensor because the operation")
    return Dist.apply(input, other, p=float(p))
