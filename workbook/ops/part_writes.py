"""Parts of a Tensor, written in a copy of it."""

from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, shape_text
from workbook.formats import copied_with_gaps
from workbook.ops.parts import Part
from workbook.ops.triangles import Diagonal, diagonal_of, two_axes


class SelectScatter(Operation):
    """out = a, with src in the part at the basic index `place`"""

    holomorphic = False  # complex numbers may go into real memory

    def forward(ctx, a, src, *, place):
        ctx.place = place
        out = copied_with_gaps(ctx.xp, a)
        out[place] = src
        return out

    def backward(ctx, grad):
        return SelectScatter.apply(grad, 0.0, place=ctx.place), Part.apply(grad, place=ctx.place)


class SliceScatter(SelectScatter):
    """out = as SelectScatter, in a slice"""


class DiagonalScatter(Operation):
    """out = a, with src on a diagonal"""

    holomorphic = False  # complex numbers may go into real memory

    def forward(ctx, a, src, *, offset, axes):
        ctx.offset, ctx.axes = offset, axes
        out = copied_with_gaps(ctx.xp, a)
        diagonal_of(ctx.xp, out, offset, axes)[...] = src
        return out

    def backward(ctx, grad):
        return (DiagonalScatter.apply(grad, 0.0, offset=ctx.offset, axes=ctx.axes),
                Diagonal.apply(grad, offset=ctx.offset, axes=ctx.axes))


def _fits(src, part):
    """Raise where `src` has not the shape of `part`, an array."""
    if tuple(src.shape) != part.shape:
        raise RuntimeError(explain("expected src to have a size equal to the slice of self. "
                                   f"src size = {shape_text(src.shape)}, slice size = {shape_text(part.shape)}",
                                   "src takes the place of that part", "give it the shape of the part"))


def select_scatter(input, src, dim, index):
    """Return a copy of `input` with `src` in place of `input.select(dim, index)`.

    Raises RuntimeError where `src` does not have the part's shape, IndexError for a place outside the axis.

    >>> import workbook as torch
    >>> torch.zeros(2, 2).select_scatter(torch.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.select_scatter.html
    """
    axis = axis_of(dim, input.shape)
    side = input.shape[axis] if input.ndim else 0
    if not -side <= index < side:
        raise IndexError(explain(f"select(): index {index} out of range for tensor of size {shape_text(input.shape)} at dimension {axis}",
                                 "places are counted from 0", None))
    place = (slice(None),) * axis + (index % side, ...)
    _fits(src, input._array[place])
    return SelectScatter.apply(input, src, place=place)


def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """Return a copy of `input` with `src` in place of the slice `start:end:step` along `dim`.

    Raises RuntimeError where `src` does not have the slice's shape.

    >>> import workbook as torch
    >>> torch.zeros(4).slice_scatter(torch.ones(2), start=1, end=3)
    tensor([0., 1., 1., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.slice_scatter.html
    """
    axis = axis_of(dim, input.shape)
    if step < 1:
        raise RuntimeError(explain("slice step must be positive", "a slice goes forwards only", "use x.flip(dim) to go backwards"))
    first, last, step = slice(start, end, step).indices(input.shape[axis])
    place = (slice(None),) * axis + (slice(first, max(first, last), step), ...)
    _fits(src, input._array[place])
    return SliceScatter.apply(input, src, place=place)


def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """Return a copy of `input` with `src` in place of `input.diagonal(offset, dim1, dim2)`.

    Raises RuntimeError where `src` does not have the diagonal's shape.

    >>> import workbook as torch
    >>> torch.zeros(2, 2).diagonal_scatter(torch.ones(2))
    tensor([[1., 0.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.diagonal_scatter.html
    """
    axes = two_axes(dim1, dim2, input.ndim)
    _fits(src, diagonal_of(input._device.xp, input._array, offset, axes))
    return DiagonalScatter.apply(input, src, offset=offset, axes=axes)
