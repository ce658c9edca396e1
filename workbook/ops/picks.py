"""Elements chosen by whole numbers or by a mask."""

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.devices.checks import refuse_outside
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.formats import in_order
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.parts import HOLE, Index, IndexAdd
from workbook.ops.shape import expand, reshape
from workbook.tensor import Tensor


class IndexSelect(Index):
    """out = the places that an index names along one axis"""

    def forward(ctx, a, *places, pattern):
        out = Index.forward(ctx, a, *places, pattern=pattern)
        return in_order(ctx.xp, out if a.ndim else out.copy())  # of one number, NumPy shows the memory itself


class MaskedSelect(Index):
    """out = the elements where a mask holds"""

    def forward(ctx, a, *places, pattern):
        out = Index.forward(ctx, a, *places, pattern=pattern)
        ctx.save(*places, a)  # PyTorch keeps a, too, and refuses a write to it
        return out

    def backward(ctx, grad):
        *places, _ = ctx.saved
        return (IndexAdd.apply(grad, *places, shape=ctx.shape, pattern=ctx.pattern),)


def index_select(input, dim, index):
    """Return the places that `index`, a vector of whole numbers from 0, names along `dim`.

    Raises IndexError for an index that is no vector or leads outside, RuntimeError for one that is not of whole numbers.

    >>> import workbook as torch
    >>> torch.index_select(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([1, 1]))
    tensor([[2, 2],
            [4, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.index_select.html
    """
    if not isinstance(index, Tensor):
        raise not_a_tensor("index_select", "index", 3, index)
    axis = axis_of(dim, input.shape)
    if index.ndim > 1:
        raise IndexError(explain("index_select(): Index is supposed to be a vector",
                                 "it names places along one axis, one after the other", "flatten it: index.flatten()"))
    if index.dtype not in (dtypes.int32, dtypes.int64):
        raise RuntimeError(explain("index_select(): Expected dtype int32 or int64 for index",
                                   "places are whole numbers", "write index.long()"))
    count, side = index.numel(), input.shape[axis] if input.ndim else 1
    if input.ndim == 0 and count != 1:
        raise RuntimeError(explain("index_select(): Index to scalar can have only 1 value, got "
                                   f"{count} value(s)",
                                   "a single number has one place", "give one index"))
    if count and not side and input.ndim > 1:
        raise RuntimeError(explain("index_select(): self indexing axis dim should be positive", f"axis {axis} of a tensor of shape "
                                   f"{shape_text(input.shape)} has no places", "check where the tensor became empty"))
    in_rows = axis == 1 or input.ndim > 1 and not input.numel()  # PyTorch has a way of its own for these, with words of its own
    refuse_outside(index._device, index._array, 0, side, lambda wrong: (RuntimeError if in_rows else IndexError)(explain(
        f"INDICES element is out of DATA bounds, id={wrong} axis_dim={side}" if in_rows else "index out of range in self",
        f"axis {axis} of a tensor of shape {shape_text(input.shape)} has the places 0 to {side - 1}, not {wrong}",
        "for places from the end write x[..., [-1]]")))
    if input.ndim == 0:
        return IndexSelect.apply(input, index, pattern=(...,))  # which names all there is
    return IndexSelect.apply(input, index if index.ndim else reshape(index, (1,)), pattern=(slice(None),) * axis + (HOLE,))


def masked_select(input, mask):
    """Return, as a vector, the elements where `mask` is true. Raises RuntimeError for a mask that is not bool.

    >>> import workbook as torch
    >>> x = torch.tensor([3, -1, 2])
    >>> torch.masked_select(x, x > 0)
    tensor([3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.masked_select.html
    """
    if not isinstance(mask, Tensor):
        raise not_a_tensor("masked_select", "mask", 2, mask)
    if mask._array.dtype.kind != "b":
        raise RuntimeError(explain("masked_select: expected BoolTensor for mask", f"this one holds {mask.dtype}",
                                   "write a comparison: x.masked_select(x > 0)"))
    shape = broadcast_shape(tuple(mask.shape), tuple(input.shape))
    return MaskedSelect.apply(expand(input, shape), expand(mask, shape), pattern=(HOLE,))


def places_along(xp, index, axis):
    """The index of arrays that names, for each element of `index`, its place: `index` along `axis`, its own place elsewhere."""
    if index.ndim == 0:  # a single number has one place
        return ()
    places = [xp.arange(side).reshape(-1, *[1] * (index.ndim - 1 - i)) for i, side in enumerate(index.shape)]
    places[axis] = index
    return tuple(places)


class Gather(Operation):
    """out[i][j] = a[index[i][j]][j], for axis 0"""

    def forward(ctx, a, index, *, axis):
        ctx.save(index, a)  # PyTorch keeps a, too, and refuses a write to it
        ctx.shape, ctx.axis = a.shape, axis
        if index.ndim == 0 or a.ndim == 0:
            return a.reshape(-1)[index]
        part = a[tuple(slice(n) if i != axis else slice(None) for i, n in enumerate(index.shape))]
        return in_order(ctx.xp, ctx.xp.take_along_axis(part, index, axis))

    def backward(ctx, grad):
        index, _ = ctx.saved
        return (ScatterAdd.apply(grad, index, shape=ctx.shape, axis=ctx.axis),)


class ScatterAdd(Operation):
    """out = zeros of `shape`, with the input added at the places that Gather reads"""

    def forward(ctx, a, index, *, shape, axis):
        ctx.save(index)
        ctx.axis = axis
        out = ctx.xp.zeros(shape or (1,), a.dtype)
        index = index.reshape(index.shape or (1,))
        ctx.xp.add.at(out, places_along(ctx.xp, index, axis), a.reshape(index.shape))
        return out.reshape(shape)

    def backward(ctx, grad):
        (index,) = ctx.saved
        return (Gather.apply(grad, index, axis=ctx.axis),)


def gather(input, dim, index, *, sparse_grad=False):
    """Return, for each place of `index`, the element of `input` whose position along `dim` it names.

    Raises RuntimeError for an `index` that is not of whole numbers, has other axes or leads outside.

    >>> import workbook as torch
    >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.gather.html
    """
    if not isinstance(index, Tensor):
        raise not_a_tensor("gather", "index", 3, index)
    axis = axis_of(dim, input.shape)
    if index.dtype not in (dtypes.int64, dtypes.int32):
        raise RuntimeError(explain("gather(): Expected dtype int32/int64 for index",
                                   "places are whole numbers", "write index.long()"))
    places = index._array
    shape = tuple(input.shape) or (1,)
    if max(places.ndim, 1) != len(shape):
        raise RuntimeError(explain("Index tensor must have the same number of dimensions as input tensor",
                                   f"the index has shape {shape_text(places.shape)}, the tensor {shape_text(input.shape)}",
                                   "give the index the missing axes: index.unsqueeze(...)"))
    if any(n > side for i, (n, side) in enumerate(zip(places.shape, shape)) if i != axis):
        raise RuntimeError(explain(
            f"Size does not match at dimension {axis} expected index {shape_text(places.shape)} to be no larger than self "
            f"{shape_text(input.shape)} apart from dimension {axis}",
            "beside the axis it gathers along, every place of index needs a partner in the input",
            "make the index no longer than the input there"))
    refuse_outside(index._device, places, 0, shape[axis], lambda wrong: RuntimeError(explain(
        f"index {wrong} is out of bounds for dimension {axis} with size {shape[axis]}",
        f"axis {axis} of a tensor of shape {shape_text(input.shape)} has the places 0 to {shape[axis] - 1}",
        "for places from the end write index % x.shape[dim]")))
    return Gather.apply(input, index, axis=axis)
