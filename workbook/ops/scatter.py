"""Writing values to the places that an index or a mask names, in a copy. The in-place forms come from the same functions."""

import math
import warnings

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.devices.checks import refuse_outside
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.numbers import number_in, plain
from workbook.ops.arithmetic import div, mul
from workbook.ops.autocasting import chosen
from workbook.ops.choices import where
from workbook.ops.comparison import eq
from workbook.ops.elementwise import NUMBERS, not_implemented
from workbook.ops.logic import logical_and
from workbook.ops.picks import Gather, places_along
from workbook.ops.shape import clone, expand, reshape
from workbook.tensor import Tensor, wrap

LONG = (dtypes.int64, dtypes.int32)


def _of(index, a):
    """The part of `a` that belongs to the elements of `index`."""
    return a[tuple(slice(side) for side in index.shape)] if hasattr(a, "ndim") and a.ndim else a


class Scatter(Operation):
    """out[index[i][j]][j] = src[i][j], for axis 0; elsewhere a"""

    def forward(ctx, a, src, index, *, axis):
        ctx.save(index)
        ctx.axis = axis
        out = ctx.xp.array(a, order="C")
        out[places_along(ctx.xp, index, axis)] = _of(index, src)
        return out

    def backward(ctx, grad):
        (index,) = ctx.saved
        return Scatter.apply(grad, 0.0, index, axis=ctx.axis), Gather.apply(grad, index, axis=ctx.axis)


class ScatterValue(Scatter, name="ScatterBackward1"):
    """out = a, with one number at the places"""

    def backward(ctx, grad):
        (index,) = ctx.saved
        return Scatter.apply(grad, 0.0, index, axis=ctx.axis), None


class ScatterBy(Operation, name="NotImplemented"):
    """out = a, with src added to, or multiplied with, what stands at the places"""

    prefix = "torch::autograd::"

    def forward(ctx, a, src, index, *, axis, reduce):
        out = ctx.xp.array(a, order="C")
        getattr(ctx.xp, reduce).at(out, places_along(ctx.xp, index, axis), _of(index, src))
        return out

    def backward(ctx, grad):
        raise RuntimeError(explain("derivative for aten::scatter is not implemented", "PyTorch has none for scatter with reduce=",
                                   "use scatter_add or scatter_reduce"))


class ScatterAddTo(Operation, name="ScatterAddBackward0"):
    """out = a, to which src is added at the places"""

    def forward(ctx, a, src, index, *, axis):
        if ctx.needs_input_grad[1]:
            ctx.save(index)
        ctx.axis = axis
        out = ctx.xp.array(a, order="C")
        ctx.xp.add.at(out, places_along(ctx.xp, index, axis), _of(index, src))
        return out

    def backward(ctx, grad):
        return grad, Gather.apply(grad, *ctx.saved, axis=ctx.axis) if ctx.needs_input_grad[1] else None


def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    """Return a copy of `input` with the elements of `src` (or one number) at the places along `dim` that `index` names.

    `out[index[i][j]][j] = src[i][j]` for dim 0. `reduce="add"` or `"multiply"` combines instead of writing over. Where a place is named
    twice, one of the values stays. Raises RuntimeError for indices outside, for shapes that do not fit and for another dtype.

    >>> import workbook as torch
    >>> torch.zeros(2, 3).scatter(1, torch.tensor([[2], [0]]), 1.)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.scatter.html
    """
    value, given = plain(value), plain(value if src is None else src)
    if not isinstance(given, (Tensor, *NUMBERS)) or value is not None and not isinstance(value, NUMBERS):
        raise TypeError(explain(f"scatter() received an invalid combination of arguments - got src {type(given).__name__}",
                                "what is written is a Tensor, called src, or one number, called value", None))
    if reduce is not None and reduce not in ("add", "multiply"):
        raise RuntimeError(explain("reduce argument must be either add or multiply.", f"it is {reduce!r}",
                                   "scatter_reduce knows sum, prod, mean, amax and amin"))
    if reduce and isinstance(given, Tensor):
        warnings.warn("The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch "
                      "release. "
                      "Use torch.scatter_reduce instead for more reduction options.", UserWarning, stacklevel=2)
    options = {"reduce": {"add": "add", "multiply": "multiply"}[reduce]} if reduce else {}
    if isinstance(given, Tensor):
        return _scattered(ScatterBy if reduce else Scatter, input, dim, index, given, **options)
    return _scattered(ScatterBy if reduce else ScatterValue, input, dim, index, number_of(given, input), **options)


def number_of(value, input):
    """A Python number as one of the dtype of `input`."""
    return number_in(value, input._array.dtype)


def _scattered(operation, input, dim, index, src, **options):
    """Check the index of a scatter, and apply the operation."""
    axis = axis_of(dim, input.shape)
    if index.dtype not in LONG and index.numel():
        raise RuntimeError(explain("scatter(): Expected dtype int32/int64 for index", f"this index holds {index.dtype}",
                                   "write index.long()"))
    has_src = isinstance(src, Tensor)
    if has_src and src.dtype is not input.dtype:
        raise RuntimeError(explain("scatter(): Expected self.dtype to be equal to src.dtype",
                                   f"the tensor holds {input.dtype}, src {src.dtype}", f"write src.to({input.dtype})"))
    have, named = tuple(input.shape) or (1,), tuple(index.shape) or (1,)
    if not math.prod(named):
        fits = has_src and src.shape == index.shape and len(named) == input.ndim and all(n <= side for i, (n, side) in enumerate(zip(named, have)) if i != axis)
        shape = named if fits else (0,) * input.ndim  # the gradient of src has the shape of the index
        with index._device.entered():
            nowhere = wrap(index._array.reshape(shape).astype("int64"), index._device) if input.ndim else index
        nothing = src if has_src and src.ndim == input.ndim else 0.0
        return operation.apply(input, nothing, nowhere, axis=axis, **options) if input.ndim else clone(input)
    given = (tuple(src.shape) or (1,)) if has_src else named
    if len(named) != len(have):
        raise RuntimeError(explain("Index tensor must have the same number of dimensions as self tensor",
                                   f"the index has shape {shape_text(index.shape)}, the tensor {shape_text(input.shape)}",
                                   "give the index the missing axes: index.unsqueeze(...)"))
    if len(given) != len(named):
        axis_of(max(len(given), len(named)) - 1, min(len(given), len(named)))  # raises PyTorch's IndexError
    if any(n > side for i, (n, side) in enumerate(zip(named, have)) if i != axis) or any(n > m for n, m in zip(named, given)):
        raise RuntimeError(explain(
            f"Expected index {shape_text(named)} to be no larger than self {shape_text(have)} apart from dimension {axis}"
            + (f" and to be no larger size than src {shape_text(given)}" if has_src else ""),
            "each element of the index names the place of one element of src", "cut the index"))
    if options.get("include_self") and options["reduce"] in ("mean", "amax", "amin"):
        _combinable(input._array, options["reduce"])
    within(index, axis, have[axis], RuntimeError)
    if bool(input.ndim) != bool(index.ndim):
        index = wrap(index._array.reshape(named if input.ndim else ()), index._device)
    if has_src and bool(input.ndim) != bool(src.ndim):
        src = reshape(src, given if input.ndim else ())
    return operation.apply(input, src, index, axis=axis, **options)


def within(index, axis, side, error=RuntimeError, low=0, phrase="index {} is out of bounds for dimension {} with size {}"):
    """Raise `error` for an index below `low`, or not below `side`."""
    def complaint(wrong):
        return error(explain(phrase.format(wrong, axis, side), f"{wrong} is none of the places of axis {axis}, counted from 0 to {side - 1}",
                             "check where the index was computed, and the size of that axis"))

    refuse_outside(index._device, index._array, low, side, complaint)


@chosen("widest", "cuda")
def scatter_add(input, dim, index, src):
    """Return a copy of `input`, to which the elements of `src` are added at the places along `dim` that `index` names.

    Raises RuntimeError for an `index` that is not of whole numbers, does not fit or leads outside, and where dtypes differ.

    >>> import workbook as torch
    >>> torch.zeros(3).scatter_add(0, torch.tensor([0, 2, 0]), torch.tensor([1., 2., 3.]))
    tensor([4., 0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.scatter_add.html
    """
    if not isinstance(src, Tensor):
        raise not_a_tensor("scatter_add", "src", 4, src)
    return _scattered(ScatterAddTo, input, dim, index, src)


class ScatterReduce(Operation):
    """out = a, with src combined with what stands at the places, by sum, product, mean, largest or smallest"""

    def forward(ctx, a, src, index, *, axis, reduce, include_self):
        ctx.axis, ctx.reduce, ctx.include_self = axis, reduce, include_self
        if reduce == "mean":
            _combinable(a, reduce)
        xp, places, part, out = ctx.xp, places_along(ctx.xp, index, axis), _of(index, src), ctx.xp.array(a, order="C")
        if not include_self:
            out[places] = _neutral(reduce, a.dtype)
        getattr(xp, _COMBINED[reduce]).at(out, places, part)
        if reduce == "mean":
            count = xp.full(a.shape, int(include_self))
            xp.add.at(count, places, 1)
            if not include_self:
                xp.maximum(count, 1, out=count)
            out = (out / count).astype(a.dtype) if a.dtype.kind in "fc" else (out // count).astype(a.dtype)
            ctx.keep(count)
        ctx.save(a, src, index, out)
        return out

    def backward(ctx, grad):
        a, src, index, out = ctx.saved
        to_self, to_src = _SHARES[ctx.reduce](ctx, grad, a, src, index, out)
        if not ctx.include_self:
            to_self = Scatter.apply(to_self, 0.0, index, axis=ctx.axis)
        return to_self, to_src


def _combinable(a, reduce):
    """Raise NotImplementedError for numbers that have no mean, or no largest one."""
    if a.dtype.kind == ("b" if reduce == "mean" else "c"):
        raise not_implemented(f"scatter_gather_tensor_cpu_reduce_{reduce}", a)


_COMBINED = {"sum": "add", "mean": "add", "prod": "multiply", "amax": "maximum", "amin": "minimum"}


def _neutral(reduce, kind):
    """The number that changes nothing when it is combined with another."""
    if reduce in ("amax", "amin"):
        if kind.kind == "b":
            return reduce == "amin"
        if kind.kind == "f":
            return -math.inf if reduce == "amax" else math.inf
        bounds = np.iinfo(kind)
        return bounds.min if reduce == "amax" else bounds.max
    return 1 if reduce == "prod" else 0


def _share_of_sum(ctx, grad, a, src, index, out):
    return grad, Gather.apply(grad, index, axis=ctx.axis)


def _share_of_mean(ctx, grad, a, src, index, out):
    each = div(grad, *ctx.kept)
    return each, Gather.apply(each, index, axis=ctx.axis)


def _share_of_prod(ctx, grad, a, src, index, out):
    """The gradient times the product of the others. Where one factor is 0, the others are multiplied anew, without it."""
    def again(whole, parts):
        return ScatterReduce.apply(whole, parts, index, axis=ctx.axis, reduce="prod", include_self=ctx.include_self)

    def picked(x):
        return Gather.apply(x, index, axis=ctx.axis)

    own = where(eq(a, 0), 1.0, a)
    to_self = div(mul(grad, again(own, src)), own)
    zero = eq(src, 0)
    zeros = ScatterAddTo.apply(mul(grad, 0.0), mul(zero, 1.0), index, axis=ctx.axis)
    single = logical_and(zero, eq(picked(zeros), 1))
    without = again(a, where(single, 1.0, src))
    to_src = where(single, picked(mul(grad, without)), div(picked(mul(grad, out)), where(zero, 1.0, src)))
    return to_self, to_src


def _share_of_extreme(ctx, grad, a, src, index, out):
    """Equal largest (smallest) elements share the gradient."""
    is_self, is_src = eq(a, out), eq(src, Gather.apply(out, index, axis=ctx.axis))
    count = ScatterAddTo.apply(mul(is_self, 1.0), mul(is_src, 1.0), index, axis=ctx.axis)
    each = div(grad, count)
    return mul(is_self, each), mul(is_src, Gather.apply(each, index, axis=ctx.axis))


_SHARES = {"sum": _share_of_sum, "mean": _share_of_mean, "prod": _share_of_prod, "amax": _share_of_extreme,
           "amin": _share_of_extreme}


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """Return a copy of `input`, with `src` combined with what stands at the places along `dim` that `index` names.

    `reduce` is "sum", "prod", "mean", "amax" or "amin". With `include_self=False` only elements of `src` are combined. Raises
    RuntimeError for an `index` that is not of whole numbers, does not fit or leads outside, where dtypes differ, and for another
    `reduce`.

    >>> import workbook as torch
    >>> torch.zeros(2).scatter_reduce(0, torch.tensor([0, 0, 1]), torch.tensor([1., 5., 2.]), "amax")
    tensor([5., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.scatter_reduce.html
    """
    reduce = {"max": "amax", "min": "amin", "add": "sum", "multiply": "prod"}.get(reduce, reduce)
    if reduce not in _COMBINED:
        raise RuntimeError(explain(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}.", None, None))
    return _scattered(ScatterReduce, input, dim, index, src, reduce=reduce, include_self=include_self)


def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """Return a copy of `input`, with slices of `source` combined with those along `dim` that `index`, a vector, names.

    `reduce` is "prod", "mean", "amax" or "amin". With `include_self=False` only slices of `source` are combined. Raises
    RuntimeError where dtypes or lengths differ, IndexError for an index that leads outside.

    >>> import workbook as torch
    >>> torch.ones(2).index_reduce(0, torch.tensor([0, 0]), torch.tensor([3., 5.]), "prod")
    tensor([15.,  1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.index_reduce_.html
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(explain(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.",
                                   "sums are index_add's", "choose one of these"))
    axis = axis_of(dim, input.shape)
    if input.is_complex():
        raise not_implemented("index_reduce", input._array)
    if index.ndim > 1:
        raise IndexError(explain("index_reduce(): Index is supposed to be a vector", f"its shape is {shape_text(index.shape)}",
                                 "flatten it"))
    if source.dtype is not input.dtype:
        raise RuntimeError(explain("index_reduce(): self and source expected to have the same dtype, but got (self)"
                                   f"{input.dtype.legacy} and (source){source.dtype.legacy}", "they are combined",
                                   f"write source.to({input.dtype})"))
    want = tuple(index.numel() if place == axis else side for place, side in enumerate(input.shape))
    if tuple(source.shape) != want and input.ndim:
        raise RuntimeError(explain(
            f"index_reduce(): Number of indices ({index.numel()}) should be equal to source.size(dim): "
            f"({source.shape[axis] if source.ndim > axis else 1})"
            f", for dim: {axis}", f"source has shape {shape_text(source.shape)}, and {shape_text(want)} would fit",
            "reshape one of the two"))
    within(index, axis, input.shape[axis] if input.ndim else 1, IndexError, phrase="index out of range in self")
    wide = reshape(index, tuple(index.numel() if place == axis else 1 for place in range(input.ndim)))
    return scatter_reduce(input, dim, expand(wide, want) if input.ndim else reshape(index, ()), source, reduce,
                          include_self=include_self)
