"""Many numbers into fewer: sums, means, spreads, and whether all or any hold."""

import math
import warnings

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axes_among, axis_of
from workbook.errors import explain
from workbook.formats import in_order
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import where
from workbook.ops.shape import expand
from workbook.ops.totals import added, total


def axes_of(dim, shape):
    """Return the axes that `dim` (a number, several, or None for all) names, as a tuple of numbers from 0."""
    ndim = len(shape)
    if dim.__class__ is int and 0 <= dim < ndim:  # as it mostly is
        return (dim,)
    if dim is None:
        return tuple(range(ndim))
    axes = (axis_of(dim, shape),) if hasattr(dim, "__index__") else tuple(axes_among(dim, shape)) or tuple(range(ndim))
    if len(set(axes)) < len(axes):
        raise RuntimeError(explain(f"dim {axes[-1]} appears multiple times in the list of dims",
                                   "an axis goes away once", "name every axis once"))
    return axes if ndim else ()


def spread(grad, shape, axes, keepdim):
    """The inverse of a reduction: repeat `grad` along the reduced axes."""
    if not keepdim:
        for axis in sorted(axes):
            grad = unsqueeze(grad, axis)
    return expand(grad, shape)


def _added(a, axes, keepdim, dtype=None):
    """The sum of `a` along `axes`: integers add up in int64, float16 in float32, to be rounded once."""
    if dtype is not None:
        kind = dtype.numpy
    else:
        kind = _INT64 if a.dtype.kind in "biu" else a.dtype
    if kind == _HALF:
        return added(a, axes, keepdim, _SINGLE).astype(_HALF)
    return total(a, axes, keepdim) if kind == a.dtype and kind.kind == "f" else added(a, axes, keepdim, kind)


def _averaged(a, axes, keepdim, count):
    """The mean of `a`, of `count` elements each."""
    if a.dtype == _HALF:
        return (added(a, axes, keepdim, _SINGLE) / _SINGLE.type(count)).astype(_HALF)
    whole = total(a, axes, keepdim) if a.dtype.kind == "f" else added(a, axes, keepdim)
    return whole / a.dtype.type(count)


_HALF, _SINGLE, _INT64 = dtypes.float16.numpy, dtypes.float32.numpy, dtypes.int64.numpy


class Sum(Operation):
    """out = the sum of all elements"""

    def forward(ctx, a, *, dtype=None):
        ctx.shape = a.shape
        return _added(a, None, False, dtype)

    def backward(ctx, grad):
        return (expand(grad, ctx.shape),)


class SumAxes(Operation, name="SumBackward1"):
    """out = the sum along `axes`"""

    def forward(ctx, a, *, axes, keepdim, dtype=None):
        ctx.shape, ctx.axes, ctx.keepdim = a.shape, axes, keepdim
        return in_order(ctx.xp, _added(a, axes, keepdim, dtype))

    def backward(ctx, grad):
        return (spread(grad, ctx.shape, ctx.axes, ctx.keepdim),)


def sum(input, dim=None, keepdim=False, *, dtype=None):
    """Return the sum of all elements, or along `dim`, which may name several axes. Integers and bools sum to int64.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> x = torch.tensor([[1., 2.], [3., 4.]])
    >>> x.sum(), x.sum(0), x.sum(1, keepdim=True)
    (tensor(10.), tensor([4., 6.]), tensor([[3.],
            [7.]]))

    Source: https://pytorch.org/docs/2.13/generated/torch.sum.html
    """
    dtype = dtypes.asked(dtype)
    if dtype is not None and input.is_complex() and not dtype.is_complex:
        input = input.to(dtype=dtype)
    if dim is None and not keepdim:
        return Sum.apply(input, dtype=dtype) if dtype is not None else Sum.apply(input)
    return SumAxes.apply(input, axes=axes_of(dim, input.shape), keepdim=keepdim, dtype=dtype)


class Mean(Operation):
    """out = the sum of all elements, divided by their number"""

    def forward(ctx, a):
        ctx.shape = a.shape
        return _averaged(a, None, False, a.size)

    def backward(ctx, grad):
        return (expand(grad, ctx.shape) / math.prod(ctx.shape),)


class MeanAxes(Operation, name="MeanBackward1"):
    """out = the mean along `axes`"""

    def forward(ctx, a, *, axes, keepdim):
        ctx.shape, ctx.axes, ctx.keepdim = a.shape, axes, keepdim
        ctx.count = math.prod(a.shape[axis] for axis in axes)
        return in_order(ctx.xp, _averaged(a, axes, keepdim, ctx.count))

    def backward(ctx, grad):
        return (spread(grad, ctx.shape, ctx.axes, ctx.keepdim) / ctx.count,)


def mean(input, dim=None, keepdim=False, *, dtype=None):
    """Return the mean of all elements, or along `dim`. Raises RuntimeError for integers: their mean is no integer.

    >>> import workbook as torch
    >>> torch.tensor([[1., 2.], [3., 4.]]).mean(dim=1)
    tensor([1.5000, 3.5000])

    Source: https://pytorch.org/docs/2.13/generated/torch.mean.html
    """
    if dtype is not None:
        input = input.to(dtype=dtype)
    if not (input.is_floating_point() or input.is_complex()):
        raise RuntimeError(explain(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {input.dtype.legacy}", "the mean of integers is a fraction", "write x.float().mean()"))
    if dim is None and not keepdim:
        return Mean.apply(input)
    return MeanAxes.apply(input, axes=axes_of(dim, input.shape), keepdim=keepdim)


class Var(Operation):
    """out = the mean square distance from the mean, over n - correction"""

    holomorphic = False

    def forward(ctx, a, *, axes, keepdim, correction):
        ctx.save(a)
        ctx.axes, ctx.keepdim = axes, keepdim
        ctx.degrees = math.prod(a.shape[axis] for axis in axes) - correction
        return _variance(ctx.xp, a, axes, keepdim, ctx.degrees).astype(a.real.dtype, order="C")

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (spread(grad, a.shape, ctx.axes, ctx.keepdim) * (a - _centre(a, ctx.axes)) * _over(2.0, ctx.degrees),)


class Std(Operation):
    """out = the square root of the variance"""

    holomorphic = False

    def forward(ctx, a, *, axes, keepdim, correction):
        ctx.axes, ctx.keepdim = axes, keepdim
        ctx.degrees = math.prod(a.shape[axis] for axis in axes) - correction
        out = ctx.xp.asarray(ctx.xp.sqrt(_variance(ctx.xp, a, axes, keepdim, ctx.degrees)).astype(a.real.dtype, order="C"))
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        scaled = grad * _over(1.0, ctx.degrees) / where(out == 0, math.inf, out)
        return (spread(scaled, a.shape, ctx.axes, ctx.keepdim) * (a - _centre(a, ctx.axes)),)


def _over(number, degrees):
    return number / degrees if degrees else math.inf


def _variance(xp, a, axes, keepdim, degrees):
    if a.dtype.kind == "c":  # distances in the plane
        return _variance(xp, a.real, axes, keepdim, degrees) + _variance(xp, a.imag, axes, keepdim, degrees)
    wide = a.astype(xp.float64)  # as in PyTorch: squares of float32 need the room
    centred = wide - added(wide, axes, True) / math.prod([a.shape[axis] for axis in axes])
    return added(centred * centred, axes, keepdim) / max(degrees, 0)


def _centre(a, axes):
    """The mean along `axes`, kept as axes of length 1; of arrays and of Tensors."""
    count = math.prod(a.shape[axis] for axis in axes)
    return SumAxes.apply(a, axes=axes, keepdim=True) / count


def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Return the variance of all elements, or along `dim`: squared distances from the mean, divided by n - correction.

    Raises RuntimeError for integers and bools.

    >>> import workbook as torch
    >>> torch.tensor([1., 2., 3., 4.]).var(), torch.tensor([1., 2., 3., 4.]).var(correction=0)
    (tensor(1.6667), tensor(1.2500))

    Source: https://pytorch.org/docs/2.13/generated/torch.var.html
    """
    return Var.apply(input, **_spread_options("var", input, dim, unbiased, keepdim, correction))


def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Return the standard deviation of all elements, or along `dim`: the square root of `var`.

    Raises RuntimeError for integers and bools.

    >>> import workbook as torch
    >>> torch.tensor([1., 2., 3., 4.]).std()
    tensor(1.2910)

    Source: https://pytorch.org/docs/2.13/generated/torch.std.html
    """
    return Std.apply(input, **_spread_options("std", input, dim, unbiased, keepdim, correction))


def _spread_options(name, input, dim, unbiased, keepdim, correction):
    if isinstance(dim, bool):
        if unbiased is not None or keepdim or correction is not None:
            raise TypeError(explain(f"{name}() received an invalid combination of arguments - got (dim=bool)",
                                    "True alone is `unbiased`, and names no axis", "name the axis by its number"))
        dim, unbiased = None, dim
    correction = 1 if correction is None else correction
    if unbiased is not None:
        if not isinstance(unbiased, bool):
            raise TypeError(explain(f"{name}() received an invalid combination of arguments - got (unbiased={type(unbiased).__name__})",
                                    "unbiased divides by one less, or does not", "write True or False"))
        correction = 1 if unbiased else 0
    if not (input.is_floating_point() or input.is_complex()):
        raise RuntimeError(explain("std and var only support floating point and complex dtypes",
                                   f"this tensor holds {input.dtype}", f"write x.float().{name}()"))
    axes = axes_of(dim, input.shape)
    if math.prod(input.shape[axis] for axis in axes) <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by "
            "output numel).", UserWarning, stacklevel=4)
    return {"axes": axes, "keepdim": keepdim, "correction": correction}


class Any(Operation):
    """out = whether one element (or all, with `every`) is true"""

    differentiable = False

    def forward(ctx, a, *, axes, keepdim, every):
        found = in_order(ctx.xp, (ctx.xp.all if every else ctx.xp.any)(a, axes, None, keepdim))
        return found.astype(a.dtype) if a.dtype == dtypes.uint8.numpy else found  # PyTorch's bool before it had bool


def all(input, dim=None, keepdim=False):
    """Return whether all elements are true, or all along `dim`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([True, False]).all()
    tensor(False)

    Source: https://pytorch.org/docs/2.13/generated/torch.all.html
    """
    return Any.apply(input, axes=_axes_or_none(dim, input.shape), keepdim=keepdim, every=True)


def any(input, dim=None, keepdim=False):
    """Return whether at least one element is true, or one along `dim`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([True, False]).any()
    tensor(True)

    Source: https://pytorch.org/docs/2.13/generated/torch.any.html
    """
    return Any.apply(input, axes=_axes_or_none(dim, input.shape), keepdim=keepdim, every=False)


def _axes_or_none(dim, shape):
    """As `axes_of`; an empty list of axes names none here, and not all: each element is asked by itself."""
    return () if dim is not None and not isinstance(dim, int) and not len(dim) else axes_of(dim, shape)
