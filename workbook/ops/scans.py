"""Running sums, products and extremes along an axis."""

from functools import partial

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain
from workbook.formats import in_order
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import where
from workbook.ops.elementwise import not_implemented
from workbook.ops.exponentials import log_of_sum
from workbook.ops.extremes import Places, named_result, taken
from workbook.ops.pointwise import exp
from workbook.ops.reduction import SumAxes
from workbook.ops.shape import reshape

cummax_result = named_result("cummax", "values", "indices")
cummin_result = named_result("cummin", "values", "indices")


def _scanned(scan, a, axis, reverse, exclusive, neutral):
    """`scan(a, axis)`, optionally from the far end, and optionally of what comes before each place only."""
    turn = (slice(None),) * axis + (slice(None, None, -1),)
    wide = a[turn] if reverse else a
    out = scan(wide, axis)
    if exclusive:
        before = out[(slice(None),) * axis + (slice(None, -1),)].copy()
        out[(slice(None),) * axis + (slice(1, None),)] = before
        out[(slice(None),) * axis + (slice(None, 1),)] = neutral
    return out[turn] if reverse else out


def _wide(a):
    """The dtype that adds up: float64 for floats, as in PyTorch."""
    return a.dtype if a.dtype.kind in "iuc" else dtypes.float64.numpy


def _places_along(xp, a, axis):
    """0, 1, ... in a shape that broadcasts along `axis`."""
    return xp.arange(a.shape[axis]).reshape((a.shape[axis],) + (1,) * (a.ndim - 1 - axis))


class Cumsum(Operation):
    """out[i] = a[0] + ... + a[i]; with `reverse` a[i] + ... + a[n-1]"""

    def forward(ctx, a, *, axis, reverse=False):
        ctx.axis, ctx.reverse = axis, reverse
        if not a.ndim:
            return a.copy()
        out = _scanned(lambda x, axis: x.cumsum(axis, _wide(x)), a, axis, reverse, False, 0).astype(a.dtype, order="C")
        if a.dtype.kind in "fc":
            out += 0.0  # PyTorch begins with 0.0, and 0.0 + -0.0 is 0.0
        return out

    def backward(ctx, grad):
        return (Cumsum.apply(grad, axis=ctx.axis, reverse=not ctx.reverse),)


class Cumprod(Operation):
    """out[i] = a[0] * ... * a[i]; `reverse` begins at the other end, `exclusive` leaves a[i] out."""

    def forward(ctx, a, *, axis, reverse=False, exclusive=False):
        ctx.axis, ctx.options = axis, {"reverse": reverse, "exclusive": exclusive}
        ctx.save(a)
        if not a.ndim:
            return a.copy()  # (nobody leaves out the only one)
        ctx.keep(_places_along(ctx.xp, a, axis))
        return _scanned(lambda x, axis: x.cumprod(axis, _wide(x)), a, axis, reverse, exclusive, 1).astype(a.dtype, order="C")

    def backward(ctx, grad):
        (a,), axis = ctx.saved, ctx.axis
        if not len(a.shape):
            return (grad * 1,)
        # d out[j] / d a[i] is the product up to j with a[i] left out: a new axis i, on which a[i] is 1. No division, so a zero
        # is no exception.
        (places,) = ctx.kept
        i, j = unsqueeze(places, 1), unsqueeze(places, 0)
        own, reached = i == j, i > j if ctx.options["reverse"] else i < j
        if not ctx.options["exclusive"]:
            reached = own | reached
        without = Cumprod.apply(where(own, 1.0, unsqueeze(a, axis)), axis=axis + 1, **ctx.options)
        each = where(reached, unsqueeze(grad, axis) * without, 0.0)
        return (SumAxes.apply(each, axes=(axis + 1,), keepdim=False),)


class Prod(Operation):
    """out = the product along `axis`"""

    def forward(ctx, a, *, axis, keepdim):
        ctx.axis, ctx.keepdim = axis, keepdim
        out = in_order(ctx.xp, a.prod(axis, a.dtype, None, keepdim)) if a.ndim else a.copy()
        ctx.save(a, out)  # PyTorch keeps the result, too, and refuses a write to it
        return out

    def backward(ctx, grad):
        (a, _), axis = ctx.saved, ctx.axis
        if not len(a.shape):
            return (grad * 1,)
        if not ctx.keepdim:
            grad = unsqueeze(grad, axis)
        # of each element, the product of all before and all after: no division, so zeros are no exception
        before = Cumprod.apply(a, axis=axis, exclusive=True)
        return (grad * before * Cumprod.apply(a, axis=axis, exclusive=True, reverse=True),)


class ProdAxis(Prod, name="ProdBackward1"):
    """out = the product along `axis`"""


class Logcumsumexp(Operation):
    """out[i] = log(exp(a[0]) + ... + exp(a[i]))"""

    def forward(ctx, a, *, axis):
        ctx.axis = axis
        if not a.ndim:
            ctx.save(a, a)
            return a.copy()
        if a.dtype.kind == "c" and a.shape[axis] <= ONE_BY_ONE:
            out = _one_by_one(ctx.xp, a, axis)
        else:
            out = in_order(ctx.xp, accumulated(ctx.xp, ctx.xp.logaddexp if a.dtype.kind == "f" else partial(log_of_sum, ctx.xp), a, axis))
        out += 0.0  # PyTorch begins with the logarithm of 0, and with it -0.0 makes 0.0
        ctx.keep(_places_along(ctx.xp, a, axis))
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        (a, out), axis = ctx.saved, ctx.axis
        if not len(a.shape):
            return (grad * 1,)
        (places,) = ctx.kept  # out[j] holds a[i] with the weight exp(a[i] - out[j])
        weights = exp(where(unsqueeze(places, 1) <= unsqueeze(places, 0), unsqueeze(a, axis + 1) - unsqueeze(out, axis), -float("inf")))
        return (SumAxes.apply(unsqueeze(grad, axis) * weights, axes=(axis + 1,), keepdim=False),)


ONE_BY_ONE = 4096  # as many complex numbers are added in PyTorch's order, which is slow here; of more the last digits differ


def _one_by_one(xp, a, axis):
    """The running logarithms of sums, one place of `axis` after the other."""
    out = in_order(xp, a.copy())
    rows = xp.moveaxis(out, axis, 0)
    for place in range(1, len(rows)):
        rows[place] = log_of_sum(xp, rows[place], rows[place - 1])
    return out


def accumulated(xp, function, a, axis):
    """Return the running results of a function of two arrays, such as `xp.maximum`, along `axis`."""
    if xp is np and hasattr(function, "accumulate"):  # other libraries accumulate by sums and products alone
        return function.accumulate(a, axis)
    out, step = a.copy(), 1
    while step < a.shape[axis]:  # after each round, every place has seen twice as many
        ahead, behind = (slice(None),) * axis + (slice(step, None),), (slice(None),) * axis + (slice(None, -step),)
        out[ahead] = function(out[ahead], out[behind].copy())
        step *= 2
    return out


class Cummax(Places):
    """The largest so far along `axis`, and its place; the last where several are equal."""

    def forward(ctx, a, *, axis):
        return taken(ctx, a, axis, True, lambda: _places(ctx.xp, ctx.xp.maximum, a, axis))


class Cummin(Places):
    """The smallest so far along `axis`, and its place; the last where several are equal."""

    def forward(ctx, a, *, axis):
        return taken(ctx, a, axis, True, lambda: _places(ctx.xp, ctx.xp.minimum, a, axis))


def _places(xp, function, a, axis):
    """Where the running extreme last stood; a NaN is one from its place on."""
    best = accumulated(xp, function, a, axis)
    own = _places_along(xp, a, axis)
    return accumulated(xp, xp.maximum, xp.where((a == best) | (a != a), own, 0), axis)


def _must_have_order(name, input):
    if input.is_complex():
        raise not_implemented(f"{name}_cpu", input._array)


def _axis(input, dim):
    return axis_of(dim, input.shape) if input.numel() else 0  # of an empty tensor PyTorch does not look at dim


def cummax(input, dim):
    """Return the running maximum along `dim`, and where it stands: the last place where several are equal.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.cummax(torch.tensor([1., 3., 2.]), 0)
    torch.return_types.cummax(
    values=tensor([1., 3., 3.]),
    indices=tensor([0, 1, 1]))

    Source: https://pytorch.org/docs/2.13/generated/torch.cummax.html
    """
    _must_have_order("cummax", input)
    return cummax_result(*Cummax.apply(input, axis=_axis(input, dim)))


def cummin(input, dim):
    """Return the running minimum along `dim`, and where it stands: the last place where several are equal.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.cummin(torch.tensor([2., 3., 1.]), 0).values
    tensor([2., 2., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.cummin.html
    """
    _must_have_order("cummin", input)
    return cummin_result(*Cummin.apply(input, axis=_axis(input, dim)))


def cumsum(input, dim, *, dtype=None):
    """Return the running sum along `dim`, in the shape of `input`. Integers and bools add up in int64. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.cumsum(torch.tensor([1, 2, 3]), 0)
    tensor([1, 3, 6])

    Source: https://pytorch.org/docs/2.13/generated/torch.cumsum.html
    """
    return Cumsum.apply(_accumulable("cumsum", input, dtype), axis=axis_of(dim, input.shape))


def _accumulable(name, input, dtype):
    if dtype is dtypes.bool_ and input.ndim and input.numel():
        raise not_implemented(f"{name}_out_cpu", input.to(dtype=dtype)._array)
    return summable(input, dtype)


def summable(input, dtype=None):
    """Return `input` in the dtype in which sums and products of it are computed."""
    if dtype is not None:
        return input.to(dtype=dtype)
    return input if input.is_floating_point() or input.is_complex() else input.to(dtypes.int64)


def cumprod(input, dim, *, dtype=None):
    """Return the running product along `dim`, in the shape of `input`. Integers and bools are multiplied in int64.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.cumprod(torch.tensor([1, 2, 3, 4]), 0)
    tensor([ 1,  2,  6, 24])

    Source: https://pytorch.org/docs/2.13/generated/torch.cumprod.html
    """
    return Cumprod.apply(_accumulable("cumprod", input, dtype), axis=axis_of(dim, input.shape))


def prod(input, dim=None, keepdim=False, *, dtype=None):
    """Return the product of all elements, or along `dim`. Integers and bools are multiplied in int64; of nothing it is 1.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.prod(torch.tensor([[1, 2], [3, 4]])), torch.prod(torch.tensor([[1, 2], [3, 4]]), 0)
    (tensor(24), tensor([3, 8]))

    Source: https://pytorch.org/docs/2.13/generated/torch.prod.html
    """
    input = summable(input, dtype)
    if dim is None and not keepdim:
        return Prod.apply(reshape(input, (-1,)) if input.ndim else input, axis=0, keepdim=False)
    if not isinstance(dim, int):
        raise TypeError(explain("prod() received an invalid combination of arguments", "dim names one axis",
                                "reduce the axes one after the other"))
    return ProdAxis.apply(input, axis=axis_of(dim, input.shape), keepdim=keepdim)


def logcumsumexp(input, dim):
    """Return the logarithm of the running sum of exp(input) along `dim`. Raises NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.logcumsumexp(torch.tensor([0., 0., 0.]), 0)
    tensor([0.0000, 0.6931, 1.0986])

    Source: https://pytorch.org/docs/2.13/generated/torch.logcumsumexp.html
    """
    axis = axis_of(dim, input.shape)
    if not (input.is_floating_point() or input.is_complex()):
        raise not_implemented("logcumsumexp_out_cpu", input._array)
    return Logcumsumexp.apply(input, axis=axis)
