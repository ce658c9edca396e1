"""Sums with a condition: without NaN, of exponentials, of the places that are not zero."""

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain
from workbook.formats import in_order
from workbook.ops.arithmetic import div
from workbook.ops.comparison import isnan
from workbook.ops.elementwise import FloatElementwise
from workbook.ops.logic import logical_not
from workbook.ops.pointwise import exp
from workbook.ops.reduction import axes_of, spread, sum


class Logsumexp(Operation):
    """out = log(sum(exp(a))) along `axes`"""

    dtype_rule = FloatElementwise.dtype_rule

    def forward(ctx, a, *, axes, keepdim):
        ctx.axes, ctx.keepdim = axes, keepdim
        xp = ctx.xp
        if not axes:
            out = a.copy()
        else:
            top = a.max(axes, keepdims=True) if a.size else xp.full([1 if i in axes else n for i, n in enumerate(a.shape)], -xp.inf)
            top = xp.where(xp.isfinite(top), top, 0).astype(a.dtype)  # so that no exponential overflows
            out = xp.log(xp.exp(a - top).sum(axes, None, None, True)) + top
            out = in_order(xp, xp.asarray(out if keepdim else out.squeeze(axes)))
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return (spread(grad, a.shape, ctx.axes, ctx.keepdim) * exp(a - spread(out, a.shape, ctx.axes, ctx.keepdim)),)


def logsumexp(input, dim, keepdim=False):
    """Return log(sum(exp(input))) along `dim`, computed so that large numbers do not overflow. Integers become floats.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.logsumexp(torch.tensor([1000., 1000.]), 0)
    tensor(1000.6932)

    Source: https://pytorch.org/docs/2.13/generated/torch.logsumexp.html
    """
    if dim is None:
        raise TypeError(explain("logsumexp(): argument 'dim' (position 2) must be tuple of ints, not NoneType", "the axes are named here",
                                "write dim=tuple(range(x.ndim)) for all"))
    return Logsumexp.apply(input, axes=axes_of(dim, input.shape), keepdim=keepdim)


class Nansum(Operation):
    """out = the sum along `axes`, NaN counting as 0"""

    def forward(ctx, a, *, axes, keepdim):
        ctx.save(a)
        ctx.axes, ctx.keepdim = axes, keepdim
        return ctx.xp.where(a == a, a, a.dtype.type(0)).sum(axes, a.dtype, None, keepdim).copy("C")

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (spread(grad, a.shape, ctx.axes, ctx.keepdim) * (a == a),)


def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """Return the sum of all elements, or along `dim`, where NaN counts as 0. Integers and bools sum to int64.

    Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.nansum(torch.tensor([1., float("nan"), 2.]))
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nansum.html
    """
    if not input.is_floating_point():
        if input.is_complex():
            raise RuntimeError(explain("nansum does not support complex inputs", "NaN in one part leaves the other", None))
        return sum(input, dim, keepdim, dtype=dtype)
    if dtype is not None:
        input = input.to(dtype=dtype)
    return Nansum.apply(input, axes=axes_of(dim, input.shape), keepdim=keepdim)


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """Return the mean of the elements that are not NaN, of all or along `dim`. Raises RuntimeError for integers.

    >>> import workbook as torch
    >>> torch.nanmean(torch.tensor([1., float("nan"), 2.]))
    tensor(1.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.nanmean.html
    """
    if not input.is_floating_point():
        raise RuntimeError(explain(
            f"nanmean(): expected input to have floating point or complex dtype but got {input.dtype.legacy}",
            "the mean of integers is a fraction", "write x.float().nanmean()"))
    return div(nansum(input, dim, keepdim, dtype=dtype), sum(logical_not(isnan(input)), dim, keepdim))


class CountNonzero(Operation):
    """out = how many elements along `axes` are not zero"""

    differentiable = False

    def forward(ctx, a, *, axes):
        return in_order(ctx.xp, ctx.xp.asarray((a != 0).sum(axes, dtypes.int64.numpy)))


def count_nonzero(input, dim=None):
    """Return how many elements are not zero, of all or along `dim`, which may name several axes. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.count_nonzero(torch.tensor([[0, 1], [2, 3]]), 0)
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.count_nonzero.html
    """
    return CountNonzero.apply(input, axes=axes_of(dim, input.shape))
