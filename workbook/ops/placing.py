"""Writing values to places, along an axis, by a mask, or where index Tensors say: in a copy of the Tensor."""

import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.formats import in_order, laid_as
from workbook.numbers import number_in, plain
from workbook.ops.arithmetic import add, mul
from workbook.ops.autocasting import chosen
from workbook.ops.elementwise import NUMBERS, broadcast_shape
from workbook.ops.indexing import put_at
from workbook.ops.logic import logical_not
from workbook.ops.parts import HOLE, Index, IndexPut, Placed, filled
from workbook.ops.picks import MaskedSelect
from workbook.ops.scatter import LONG, number_of, within
from workbook.ops.shape import clone, expand, flatten, reshape
from workbook.tensor import Tensor, wrap


# ---- along one axis -------------------------------------------------------------------------------------------------------


class IndexAddTo(Operation, name="IndexAddBackward0"):
    """out = a, to which values are added at the places of an index pattern"""

    def forward(ctx, a, values, *places, pattern):
        if ctx.needs_input_grad[1]:
            ctx.save(*places)
        ctx.pattern = pattern
        out = ctx.xp.array(a, order="C")
        ctx.xp.add.at(out, filled(pattern, places), values)
        return out

    def backward(ctx, grad):
        return grad, Index.apply(grad, *ctx.saved, pattern=ctx.pattern) if ctx.needs_input_grad[1] else None


class IndexWrite(IndexPut, name="IndexCopyBackward0"):
    """out = a, with values at the places of an index pattern; in order"""

    def forward(ctx, a, values, *places, pattern):
        out = IndexPut.forward(ctx, in_order(ctx.xp, ctx.xp.asarray(a)), values, *places, pattern=pattern)
        return out if out.size else in_order(ctx.xp, out)  # NumPy keeps no steps of nothing


class IndexFill(IndexWrite, name="IndexFillBackward0"):
    """out = a, with one number at the places that an index names along one axis"""

    forward = IndexPut.forward

    def backward(ctx, grad):
        return IndexWrite.apply(grad, 0.0, *ctx.saved, pattern=ctx.pattern), None


class IndexFillTensor(IndexWrite, name="IndexFillBackward1"):
    """out = as IndexFill, the number in a Tensor"""

    forward = IndexPut.forward


def _along(axis):
    return (slice(None),) * axis + (HOLE,)


def index_add(input, dim, index, source, *, alpha=1):
    """Return a copy of `input`, to which `alpha` times the places of `source` are added at those of a vector `index` along `dim`.

    Raises RuntimeError where dtypes or shapes do not fit or an index leads outside, IndexError for an index that is no vector.

    >>> import workbook as torch
    >>> torch.zeros(3).index_add(0, torch.tensor([0, 2, 0]), torch.tensor([1., 2., 3.]))
    tensor([4., 0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.index_add.html
    """
    if not isinstance(source, Tensor):
        raise not_a_tensor("index_add", "source", 4, source)
    axis = axis_of(dim, input.shape)
    if index.dtype not in LONG and index.ndim < 2:
        raise RuntimeError(explain(f"index_add_(): Expected dtype int32/int64 for index but got: {index.dtype.legacy}",
                                   "places are whole numbers", "write index.long()"))
    if source.dtype is not input.dtype and index.ndim < 2:
        raise RuntimeError(explain(f"index_add_(): self ({input.dtype.legacy}) and source ({source.dtype.legacy}) must have the same scalar type",
                                   None, f"write source.to({input.dtype})"))
    if index.ndim > 1:
        raise IndexError(explain(
            f"index_add_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: {index.dtype.legacy} and "
            f"size: {shape_text(index.shape)}",
            "it names places along one axis, one after the other", "flatten it: index.flatten()"))
    if source.ndim and axis >= source.ndim:
        raise RuntimeError(explain(f"index_add_(): Indexing dim {axis} is out of bounds of the source tensor with dim {source.ndim}",
                                   f"input has shape {shape_text(input.shape)}, and source {shape_text(source.shape)}", None))
    side = source.shape[axis] if source.ndim else 1
    if source.ndim == 0 and index.numel() != 1:
        raise IndexError(explain(f"Dimension specified as {dim} but tensor has no dimensions",
                                 f"the index names {index.numel()} places, and source is a single number", None))
    if index.numel() != side:
        raise RuntimeError(explain(
            f"index_add_(): Number of indices ({index.numel()}) should be equal to source.size(dim): ({side}), for dim: {dim}",
            "every place of source needs to be told where it goes", "give as many indices"))
    if source.ndim != input.ndim or source.shape[:axis] + source.shape[axis + 1:] != input.shape[:axis] + input.shape[axis + 1:]:
        raise RuntimeError(explain(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{shape_text(input.shape)} source.shape = {shape_text(source.shape)}", None, None))
    within(index, axis, input.shape[axis] if input.ndim else 1, *(() if input.ndim > 1 else (IndexError, 0, "index out of range in self")))
    if alpha != 1:
        source = mul(source, number_of(alpha, input))
    if input.ndim == 0:
        return add(input, source)
    return IndexAddTo.apply(input, source, flatten(index), pattern=_along(axis))


def index_copy(input, dim, index, source):
    """Return a copy of `input` with the places of `source` at those that a vector `index` names along `dim`.

    Raises RuntimeError where dtypes or shapes do not fit, IndexError for an index that leads outside or has another length.

    >>> import workbook as torch
    >>> torch.zeros(3).index_copy(0, torch.tensor([2, 0]), torch.tensor([1., 2.]))
    tensor([2., 0., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.index_copy.html
    """
    if not isinstance(source, Tensor):
        raise not_a_tensor("index_copy", "source", 4, source)
    axis = axis_of(dim, input.shape)
    if index.ndim > 1:
        raise IndexError(explain(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})",
                                 "it names places along one axis, one after the other", "flatten it: index.flatten()"))
    count = index.numel()
    if source.ndim == 0 and count != 1:
        raise IndexError(explain(f"index_copy_(): When source is scalar, index should have one element (got {count})",
                                 "one number goes to one place", "give one index"))
    if source.ndim != input.ndim and source.ndim and input.ndim:
        raise IndexError(explain(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({source.ndim}), destination dimensionality ({input.ndim})",
            "the slices of source take the place of those of the tensor", "give source as many axes"))
    if index.dtype is not dtypes.int64:
        raise RuntimeError(explain(f"index_copy_(): Expected a long tensor for index, but got {index.dtype.legacy}",
                                   "places are int64 here", "write index.long()"))
    if source.dtype is not input.dtype:
        raise RuntimeError(explain("index_copy_(): self and source expected to have the same dtype, but got (self) "
                                   f"{input.dtype.legacy} and (source) {source.dtype.legacy}",
                                   "numbers are copied as they are", f"write source.to({input.dtype})"))
    rest, given = ([side for i, side in enumerate(t.shape) if i != axis] for t in (input, source))
    if rest != given:
        raise RuntimeError(explain(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, rest))} at dimension {axis} and source slice shape: {' '.join(map(str, given))} at dimension 0.",
            "the slices of source take the place of those of the tensor",
            "give source the lengths of the tensor, but along that axis"))
    if source.ndim and count != source.shape[axis]:
        raise IndexError(explain(
            f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({source.shape[axis]})",
            "every place of source needs to be told where it goes", "give as many indices"))
    within(index, axis, input.shape[axis] if input.ndim else 1, IndexError, 0,
            "index_copy_(): index {} is out of bounds for dimension {} with size {}")
    if input.ndim == 0:  # a single number has one place
        return IndexWrite.apply(input, reshape(source, ()), index, pattern=())
    if source.ndim == 0:
        source = reshape(source, (1,))
    return IndexWrite.apply(input, source, flatten(index), pattern=_along(axis))


def index_fill(input, dim, index, value):
    """Return a copy of `input` with one number at the places that a vector `index` names along `dim`.

    Raises IndexError for an index that is not int64 or leads outside, RuntimeError for one with more axes than one.

    >>> import workbook as torch
    >>> torch.zeros(3).index_fill(0, torch.tensor([0, 2]), 7)
    tensor([7., 0., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.index_fill.html
    """
    if (isinstance(value, complex) or isinstance(value, Tensor) and value.is_complex()) and not input.is_complex():
        raise RuntimeError(explain("index_fill_(): Converting complex Scalar to non-complex type is not supported",
                                   f"the tensor holds {input.dtype}", "give a real number"))
    value = _single("index_fill", value, input)
    axis = axis_of(dim, input.shape)
    if index.dtype is not dtypes.int64:
        raise IndexError(explain("index_fill_(): Expected dtype int64 for index.", "places are int64 here", "write index.long()"))
    if index.ndim > 1:
        raise RuntimeError(explain("Index has to be a vector/scalar",
                                   "it names places along one axis, one after the other", "flatten it: index.flatten()"))
    side = input.shape[axis] if input.ndim else 1
    within(index, axis, side, IndexError, -side)
    operation = IndexFillTensor if isinstance(value, Tensor) else IndexFill
    with index._device.entered():
        once = wrap(index._device.xp.unique(index._array % max(side, 1)), index._device)  # a place named twice is filled once
    if input.ndim == 0:
        return operation.apply(input, value, once, pattern=()) if index.numel() else clone(input)
    return operation.apply(input, value, once, pattern=_along(axis))


def _single(name, value, input):
    """A fill value: a Python number of the Tensor's dtype, or a Tensor without axes."""
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(explain(
                f"{name}_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s).",
                "one number is written to all of those places", "give a number"))
        if value.dtype is input.dtype:
            return value
        number_of(value.item(), input)  # refuses what does not fit
        return value.to(input.dtype)
    value = plain(value)
    if not isinstance(value, NUMBERS):
        raise TypeError(explain(f"{name}() received an invalid combination of arguments - got value {type(value).__name__}",
                                "the value is one number, or a Tensor without axes", None))
    return number_of(value, input)


# ---- by a mask ------------------------------------------------------------------------------------------------------------


class MaskedFill(Operation):
    """out = `value` where the mask holds, a elsewhere"""

    def forward(ctx, a, value, mask):
        ctx.save(mask)
        value = value.astype(a.dtype) if hasattr(value, "dtype") else ctx.xp.asarray(number_in(value, a.dtype), a.dtype)
        return in_order(ctx.xp, ctx.xp.where(mask, value, a))

    def backward(ctx, grad):
        (mask,) = ctx.saved
        return MaskedFill.apply(grad, 0.0, mask), None


class MaskedFillTensor(MaskedFill, name="MaskedFillBackward1"):
    """out = as MaskedFill, the value in a Tensor"""

    def backward(ctx, grad):
        (mask,) = ctx.saved
        return MaskedFill.apply(grad, 0.0, mask), MaskedFill.apply(grad, 0.0, logical_not(mask))


class MaskedScatter(Operation):
    """out = the elements of source, in order, where the mask holds; a elsewhere"""

    def forward(ctx, a, source, mask):
        ctx.save(mask)
        ctx.shape = source.shape
        out = ctx.xp.array(ctx.xp.broadcast_to(a, mask.shape), order="C")
        out[mask] = source.reshape(-1)[:int(mask.sum())]
        return out

    def backward(ctx, grad):
        (mask,) = ctx.saved
        taken = MaskedSelect.apply(grad, mask, pattern=(HOLE,))
        given = Placed.apply(taken, shape=(math.prod(ctx.shape),), place=(slice(0, len(taken)),))
        return MaskedFill.apply(grad, 0.0, mask), reshape(given, ctx.shape)


def masked_fill(input, mask, value):
    """Return a copy of `input` with one number where a bool `mask`, which broadcasts, holds.

    Raises RuntimeError for a mask that is not bool.

    >>> import workbook as torch
    >>> torch.tensor([1., 2., 3.]).masked_fill(torch.tensor([True, False, True]), 0)
    tensor([0., 2., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.masked_fill.html
    """
    value = _single("masked_fill", value, input)
    if mask.dtype is not dtypes.bool:
        raise RuntimeError(explain(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.in_c}",
                                   "a mask says yes or no", "write a comparison, or mask.bool()"))
    broadcast_shape(tuple(mask.shape), tuple(input.shape))
    return (MaskedFillTensor if isinstance(value, Tensor) else MaskedFill).apply(input, value, mask)


def masked_scatter(input, mask, source):
    """Return a copy of `input` with the elements of `source`, in order, where a bool `mask`, which broadcasts, holds.

    Raises RuntimeError where `source` has too few elements.

    >>> import workbook as torch
    >>> torch.zeros(3).masked_scatter(torch.tensor([True, False, True]), torch.tensor([1., 2., 3.]))
    tensor([1., 0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.masked_scatter.html
    """
    if source.dtype is not input.dtype:
        raise RuntimeError(explain("masked_scatter: expected self and source to have same dtypes but got"
                                   f"{input.dtype.legacy} and {source.dtype.legacy}",
                                   "numbers are copied as they are", f"write source.to({input.dtype})"))
    shape = broadcast_shape(tuple(mask.shape), tuple(input.shape))
    if mask.dtype is not dtypes.bool:
        raise RuntimeError(explain(f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype.legacy}",
                                   "a mask says yes or no for each element", "write mask.bool()"))
    mask = expand(mask, shape)
    count = int(mask._host().sum())
    if count > source.numel():
        raise RuntimeError(explain("Number of elements of source < number of ones in mask",
                                   f"the mask holds at {count} places, and source has {source.numel()} elements", None))
    return MaskedScatter.apply(input, source, mask)


# ---- where an index Tensor, or a view, says -------------------------------------------------------------------------------


class IndexPutAdd(IndexAddTo, name="IndexPutBackward0"):
    """out = a, to which values are added at the places that index Tensors or masks choose; it lies as a copy of a"""

    def forward(ctx, a, values, *places, pattern):
        return laid_as(ctx.xp, IndexAddTo.forward(ctx, a, values, *places, pattern=pattern), a)


@chosen("widest", "cuda")
def index_put(input, indices, values, accumulate=False):
    """Return a copy of `input` with `values`, which broadcast, at `input[indices]`, a tuple of Tensors; or added there.

    Of a place that is named twice, `accumulate=True` adds both values; without it, one stays. Raises IndexError for indices that
    are too many or lead outside, RuntimeError where dtypes differ.

    >>> import workbook as torch
    >>> torch.zeros(3).index_put((torch.tensor([0, 0, 2]),), torch.tensor(1.), accumulate=True)
    tensor([2., 0., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.index_put_.html
    """
    if not isinstance(indices, (tuple, list)):
        raise TypeError(explain(f"index_put(): argument 'indices' (position 2) must be tuple of Tensors, not {type(indices).__name__}",
                                "each axis has its own index", "write (index,)"))
    for place, index in enumerate(indices):
        if not isinstance(index, Tensor):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 1, but got {type(index).__name__}",
                                    "every axis is indexed by a Tensor of places", "wrap it: torch.tensor(...)"))
    if not isinstance(values, Tensor):
        raise not_a_tensor("index_put", "values", 3, values)
    return put_at(input, tuple(indices), values, IndexPutAdd if accumulate else IndexPut)
