"""Diagonals and triangles of matrices."""

import operator

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.devices import check_memory
from workbook.errors import explain, refused_dtype, shape_text
from workbook.numbers import counted
from workbook.formats import in_order
from workbook.ops.creation import finish, numpy_dtype
from workbook.ops.elementwise import not_implemented
from workbook.ops.shape import flatten
from workbook.ops.totals import added
from workbook.tensor import Tensor


class Diagonal(Operation):
    """out = the elements at which two axes agree, `offset` apart, along a new last axis"""

    is_view = True

    def forward(ctx, a, *, offset, axes):
        ctx.shape, ctx.offset, ctx.axes = a.shape, offset, axes
        return diagonal_of(ctx.xp, a, offset, axes)

    def backward(ctx, grad):
        return (DiagonalPut.apply(grad, shape=ctx.shape, offset=ctx.offset, axes=ctx.axes),)


def diagonal_of(xp, a, offset, axes):
    """A view of a diagonal that may be written (NumPy's own is only for reading)."""
    first, second = axes
    length = max(0, min(a.shape[first] + min(offset, 0), a.shape[second] - max(offset, 0)))
    rest = [axis for axis in range(a.ndim) if axis not in axes]
    start = [slice(None)] * a.ndim
    if length:
        start[first], start[second] = slice(max(-offset, 0), None), slice(max(offset, 0), None)
    return xp.lib.stride_tricks.as_strided(a[tuple(start)], (*(a.shape[axis] for axis in rest), length),
                                           (*(a.strides[axis] for axis in rest), a.strides[first] + a.strides[second]))


class DiagonalPut(Operation, name="DiagonalBackwardBackward0"):
    """out = zeros of `shape`, with the input on a diagonal"""

    def forward(ctx, a, *, shape, offset, axes):
        ctx.offset, ctx.axes = offset, axes
        out = ctx.xp.zeros(shape, a.dtype)
        diagonal_of(ctx.xp, out, offset, axes)[...] = a
        return out

    def backward(ctx, grad):
        return (Diagonal.apply(grad, offset=ctx.offset, axes=ctx.axes),)


class DiagEmbed(DiagonalPut, name="DiagEmbedBackward0"):
    """out = zeros, with the last axis of the input on a diagonal of two axes"""


def diagonal(input, offset=0, dim1=0, dim2=1):
    """Return a view of the diagonal of two axes: the elements at `(i, i + offset)`, along a new last axis.

    Raises RuntimeError where both axes are the same.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).diagonal()
    tensor([1, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.diagonal.html
    """
    if isinstance(offset, bool):
        raise TypeError(explain("diagonal(): argument 'offset' (position 2) must be int, not bool", "it counts places", "write 0 or 1"))
    counted(offset)
    return Diagonal.apply(input, offset=offset, axes=two_axes(dim1, dim2, input.ndim))


def two_axes(dim1, dim2, ndim):
    """Return two different axes. Raises RuntimeError where both numbers name one."""
    axes = axis_of(dim1, ndim), axis_of(dim2, ndim)
    if axes[0] == axes[1]:
        raise RuntimeError(explain(f"diagonal dimensions cannot be identical {dim1}, {dim2}", "a diagonal runs through a plane",
                                   "name two different axes"))
    return axes


def diag(input, diagonal=0):
    """Return the diagonal of a matrix, as a copy, or the square matrix with a vector on its diagonal.

    Raises RuntimeError for more axes than two, and for none.

    >>> import workbook as torch
    >>> torch.diag(torch.tensor([1, 2])), torch.diag(torch.tensor([[1, 2], [3, 4]]))
    (tensor([[1, 0],
            [0, 2]]), tensor([1, 4]))

    Source: https://pytorch.org/docs/2.13/generated/torch.diag.html
    """
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim != 2:
        raise RuntimeError(explain(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D",
                                   f"the tensor has shape {shape_text(input.shape)}", "use diagonal() or diag_embed()"))
    return DiagonalCopy.apply(input, offset=diagonal, axes=(0, 1))


class DiagonalCopy(Diagonal, name="DiagonalBackward0_copy"):
    """out = as Diagonal, copied"""

    is_view = False

    def forward(ctx, a, *, offset, axes):
        return Diagonal.forward(ctx, a, offset=offset, axes=axes).copy()


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Return zeros with the last axis of `input` on the diagonal of two new axes: `(..., n) -> (..., n, n)`.

    Raises RuntimeError where both new axes are the same.

    >>> import workbook as torch
    >>> torch.diag_embed(torch.tensor([[1, 2], [3, 4]])).shape
    torch.Size([2, 2, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.diag_embed.html
    """
    axes = two_axes(dim1, dim2, input.ndim + 1)
    side, rest = input.shape[-1] + abs(offset), iter(input.shape[:-1])
    shape = tuple(side if axis in axes else next(rest) for axis in range(input.ndim + 1))
    return DiagEmbed.apply(input, shape=shape, offset=offset, axes=axes)


def diagflat(input, offset=0):
    """Return the square matrix with all elements of `input`, in order, on its diagonal. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.diagflat(torch.tensor([[1], [2]]))
    tensor([[1, 0],
            [0, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.diagflat.html
    """
    return diag(flatten(input), offset)


class Trace(Operation):
    """out = the sum of the diagonal of a matrix"""

    def forward(ctx, a):
        ctx.shape = a.shape
        return ctx.xp.asarray(added(ctx.xp.diagonal(a), None, False, a.dtype if a.dtype.kind in "fc" else "int64"))

    def backward(ctx, grad):
        length = min(ctx.shape)
        return (DiagonalPut.apply(grad, shape=ctx.shape, offset=0, axes=(0, 1)),) if length else (
            TraceOfNothing.apply(grad, shape=ctx.shape),)


class TraceOfNothing(Operation):
    """out = zeros of an empty shape"""

    def forward(ctx, a, *, shape):
        return ctx.xp.zeros(shape, a.dtype)

    def backward(ctx, grad):
        return (Trace.apply(grad),)


def trace(input):
    """Return the sum of the diagonal of a matrix; of whole numbers as int64.

    Raises RuntimeError for what is no matrix, NotImplementedError for bools.

    >>> import workbook as torch
    >>> torch.trace(torch.tensor([[1., 2.], [3., 4.]]))
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.trace.html
    """
    if input.dtype is dtypes.bool:
        raise not_implemented("trace", input._array)
    if input.ndim != 2:
        raise RuntimeError(explain(f"trace: expected a matrix, but got tensor with dim {input.ndim}",
                                   f"the tensor has shape {shape_text(input.shape)}", "use diagonal(dim1=-2, dim2=-1).sum(-1)"))
    return Trace.apply(input)


class Tril(Operation):
    """out = the matrices below diagonal `k`, and 0 above"""

    def forward(ctx, a, *, k):
        ctx.k = k
        return in_order(ctx.xp, ctx.xp.tril(a, k))

    def backward(ctx, grad):
        return (Tril.apply(grad, k=ctx.k),)


class Triu(Operation):
    """out = the matrices above diagonal `k`, and 0 below"""

    def forward(ctx, a, *, k):
        ctx.k = k
        return in_order(ctx.xp, ctx.xp.triu(a, k))

    def backward(ctx, grad):
        return (Triu.apply(grad, k=ctx.k),)


def tril(input, diagonal=0):
    """Return the lower triangle of a matrix, or of each in a batch, with 0 above `diagonal`. Raises RuntimeError for a vector.

    >>> import workbook as torch
    >>> torch.ones(2, 2).tril()
    tensor([[1., 0.],
            [1., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.tril.html
    """
    return Tril.apply(_matrix("tril", input), k=operator.index(diagonal))


def triu(input, diagonal=0):
    """Return the upper triangle of a matrix, or of each in a batch, with 0 below `diagonal`. Raises RuntimeError for a vector.

    >>> import workbook as torch
    >>> torch.ones(3, 3).triu(1)
    tensor([[0., 1., 1.],
            [0., 0., 1.],
            [0., 0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.triu.html
    """
    return Triu.apply(_matrix("triu", input), k=operator.index(diagonal))


def _matrix(name, input):
    if isinstance(input, Tensor) and input.ndim < 2:
        raise RuntimeError(explain(f"{name}: input tensor must have at least 2 dimensions",
                                   f"a tensor of shape {shape_text(input.shape)} has no triangle", None))
    return input


def tril_indices(row, col, offset=0, *, dtype=dtypes.int64, device=None, layout=None):
    """Return the places of the lower triangle of a `row` by `col` matrix: one row of row numbers, one of column numbers.

    Raises RuntimeError for a negative size, NotImplementedError for a dtype that is not of whole numbers.

    >>> import workbook as torch
    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])

    Source: https://pytorch.org/docs/2.13/generated/torch.tril_indices.html
    """
    return _indices("tril", row, col, offset, dtype, device)


def triu_indices(row, col, offset=0, *, dtype=dtypes.int64, device=None, layout=None):
    """Return the places of the upper triangle of a `row` by `col` matrix: one row of row numbers, one of column numbers.

    Raises RuntimeError for a negative size, NotImplementedError for a dtype that is not of whole numbers.

    >>> import workbook as torch
    >>> torch.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])

    Source: https://pytorch.org/docs/2.13/generated/torch.triu_indices.html
    """
    return _indices("triu", row, col, offset, dtype, device)


def _indices(name, row, col, offset, dtype, device):
    for which, side in (("row", row), ("col", col)):
        if side < 0:
            raise RuntimeError(explain(f"{which} must be non-negative, got{side}",
                                       "a length counts places", "give lengths from 0 on"))
    dtype = dtypes.int64 if dtype is None else dtype
    if dtype.category != dtypes.INTEGRAL:
        raise refused_dtype(f"{name}_indices", dtype, "places are whole numbers", "leave dtype out, and convert")
    check_memory((row, col), 1)
    places = np.nonzero(getattr(np, name)(np.ones((row, col), bool), offset))
    return finish(np.stack(places).astype(numpy_dtype(dtype)), device)
