"""Places counted in the order of the memory, and places along one axis."""

import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, not_a_tensor
from workbook.formats import laid_as
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.parts import HOLE, IndexAdd
from workbook.ops.picks import gather
from workbook.ops.scatter import within
from workbook.ops.shape import expand, flatten, reshape
from workbook.tensor import Tensor, wrap


class Take(Operation):
    """out = the elements whose places, counted in order through all axes, index names"""

    def forward(ctx, a, index):
        ctx.save(index)
        ctx.shape = a.shape
        return a.reshape(-1)[index]

    def backward(ctx, grad):
        flat = IndexAdd.apply(grad, *ctx.saved, shape=(math.prod(ctx.shape),), pattern=(HOLE,))
        return (reshape(flat, ctx.shape),)


class Put(Operation):
    """out = a, with source at the places that index names, counted in order through all axes; added there, or written over"""

    def forward(ctx, a, source, index, *, accumulate):
        ctx.save(index)
        ctx.shape, ctx.accumulate = source.shape if hasattr(source, "shape") else (), accumulate
        flat = a.copy("C").reshape(-1)
        if accumulate:
            ctx.xp.add.at(flat, index.reshape(-1), source.reshape(-1))
        else:
            flat[index.reshape(-1)] = source.reshape(-1) if hasattr(source, "reshape") else source
        return laid_as(ctx.xp, flat.reshape(a.shape), a)

    def backward(ctx, grad):
        (index,) = ctx.saved
        own = grad if ctx.accumulate else Put.apply(grad, 0.0, index, accumulate=False)
        return own, reshape(Take.apply(grad, index), ctx.shape) if ctx.needs_input_grad[1] else None


def take(input, index):
    """Return the elements whose places `index` names, counted in order through all axes, in the shape of `index`.

    Raises IndexError for an index that leads outside, RuntimeError for one that is not int64.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).take(torch.tensor([0, 3]))
    tensor([1, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.take.html
    """
    if not isinstance(index, Tensor):
        raise not_a_tensor("take", "index", 2, index)
    _flat_places("take", input, index)
    return Take.apply(input, index)


def put(input, index, source, accumulate=False):
    """Return a copy of `input` with the elements of `source` at the places that `index` names, counted in order through all axes.

    Raises IndexError for an index that leads outside or has another length than `source`, RuntimeError where dtypes differ.

    >>> import workbook as torch
    >>> torch.zeros(2, 2).put(torch.tensor([1, 2]), torch.tensor([5., 6.]))
    tensor([[0., 5.],
            [6., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.put_.html
    """
    if index.dtype is not dtypes.int64:
        raise RuntimeError(explain(f"put_(): Expected a long tensor for index, but got {index.dtype.legacy}",
                                   "places are int64 here", "write index.long()"))
    if source.dtype is not input.dtype:
        raise RuntimeError(explain("put_(): self and source expected to have the same dtype, but got self.dtype = "
                                   f"{input.dtype.legacy} and source.dtype = {source.dtype.legacy}",
                                   "numbers are copied as they are", f"write source.to({input.dtype})"))
    if index.numel() != source.numel():
        raise IndexError(explain(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}",
            "each number of source goes to one place", "give as many indices as numbers"))
    _flat_places("put_", input, index)
    return Put.apply(input, source, index, accumulate=bool(accumulate))


def _flat_places(name, input, index):
    if index.dtype is not dtypes.int64:
        raise RuntimeError(explain(f"{name}(): Expected a long tensor for index, but got {index.dtype.legacy}", "an index is a place, a whole number",
                                   "write index.long()"))
    count = input.numel()
    if index.numel() and not count:
        raise IndexError(explain(f"{name}(): tried to {'take from' if name == 'take' else 'put elements into'} an empty tensor",
                                 "it has no places", "check x.numel() first"))
    within(index, 0, count, IndexError, -count, f"out of range: tried to access index {{}} on a tensor of {count} elements.")


def take_along_dim(input, indices, dim=None):
    """Return, for each place of `indices`, the element of `input` whose position along `dim` it names; other axes broadcast.

    Without `dim`, of both flattened. With the places that `argsort` or `argmax(keepdim=True)` return, it gives their elements.
    Raises RuntimeError for indices that are not int64, have other axes or lead outside.

    >>> import workbook as torch
    >>> x = torch.tensor([[3, 1, 2]])
    >>> torch.take_along_dim(x, x.argsort(dim=1), dim=1)
    tensor([[1, 2, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.take_along_dim.html
    """
    if not isinstance(indices, Tensor):
        raise not_a_tensor("take_along_dim", "indices", 2, indices)
    if indices.dtype is not dtypes.int64 and dim is not None:
        raise RuntimeError(explain(f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.legacy}",
                                   "an index is a place, a whole number", "write indices.long()"))
    if dim is None:
        return gather(flatten(input), 0, flatten(indices))
    if indices.ndim != input.ndim:
        raise RuntimeError(explain(
            f"torch.take_along_dim(): input and indices should have the same number of dimensions, but got {input.ndim} dimensions for "
            f"input, and {indices.ndim} dimensions for indices", None, "give the indices the missing axes: indices.unsqueeze(...)"))
    axis = axis_of(dim, input.shape)
    if not input.ndim:
        raise IndexError(explain(f"Dimension specified as {dim} but tensor has no dimensions", "a single number has no axis", "leave dim out"))
    rest = [broadcast_shape((1,) if i == axis else (side,), (1,) if i == axis else (other,))[0]
            for i, (side, other) in enumerate(zip(input.shape, indices.shape))]
    input = expand(input, (*rest[:axis], input.shape[axis], *rest[axis + 1:]))
    indices = expand(indices, (*rest[:axis], indices.shape[axis], *rest[axis + 1:]))
    side = input.shape[axis]
    with indices._device.entered():
        wrapped = wrap(indices._array % side, indices._device) if side else indices  # PyTorch counts on from 0 past the end
    return gather(input, axis, wrapped)
