"""The same elements in other places: axes moved or split, turned, shifted, repeated."""

import numpy as np

from workbook import dtypes
from workbook.autograd.complaints import refuse_several
from workbook.autograd.elsewhere import made
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.devices import check_memory
from workbook.errors import explain, refused_dtype, shape_text
from workbook.formats import copied, empty_as, in_order
from workbook.ops.axes import permute, transpose
from workbook.ops.complexes import conj
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.joining import repeat
from workbook.ops.parts import Alias
from workbook.ops.picks import index_select
from workbook.ops.shape import contiguous, expand, flatten, sizes, view
from workbook.tensor import Size, Tensor, wrap


def movedim(input, source, destination):
    """Return a view with the axes `source` at the places `destination`; the others keep their order.

    Raises RuntimeError for an axis that is named twice, and for unequally many sources and destinations.

    >>> import workbook as torch
    >>> torch.zeros(32, 32, 3).movedim(-1, 0).shape
    torch.Size([3, 32, 32])

    Source: https://pytorch.org/docs/2.13/generated/torch.movedim.html
    """
    if isinstance(source, int) is not isinstance(destination, int):
        raise TypeError(explain(
            "movedim() received an invalid combination of arguments - got "
            f"({type(source).__name__}, {type(destination).__name__})", "source and destination are both numbers, or both tuples",
            "name as many places as axes"))
    given = [sizes((axes,)) for axes in (source, destination)]
    if len(given[0]) != len(given[1]):
        raise RuntimeError(explain(
            f"movedim: Invalid source or destination dims: source ({list(given[0])} dims) should contain the same number of dims as "
            f"destination ({list(given[1])} dims)", "each axis goes to one place", "name as many places as axes"))
    source, destination = ([axis_of(axis, input.shape) for axis in axes] for axes in given)
    for name, axes, written in (("source", source, given[0]), ("destination", destination, given[1])):
        if len(set(axes)) < len(axes):
            raise RuntimeError(explain(f"movedim: repeated dim in `{name}` ({list(written)})",
                                       "every axis moves once", "name every axis once"))
    if input.ndim == 0:
        return Alias.apply(input)
    rest = iter(axis for axis in range(input.ndim) if axis not in source)
    return permute(input, [source[destination.index(place)] if place in destination else next(rest) for place in range(input.ndim)])


def unflatten(input, dim, sizes):
    """Return a view with the axis `dim` split into several, of the lengths `sizes`; one may be -1: it is worked out.

    Raises RuntimeError where their product is not the length of the axis.

    >>> import workbook as torch
    >>> torch.zeros(4, 12).unflatten(1, (3, -1)).shape
    torch.Size([4, 3, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.unflatten.html
    """
    if not isinstance(sizes, (tuple, list)):
        raise TypeError(explain(f"unflatten(): argument 'sizes' (position 2) must be tuple of ints, not {type(sizes).__name__}",
                                "one axis becomes several, each with its length", "write (2, 3)"))
    axis = axis_of(dim, input.shape)
    if not sizes:
        raise RuntimeError(explain("unflatten: sizes must be non-empty",
                                   "one axis becomes several, each with its length", "write (2, 3)"))
    if input.ndim == 0 or list(sizes).count(-1) > 1:
        raise RuntimeError(explain("unflatten got an unexpected error:", "a single number has no axis to split" if input.ndim == 0
                                   else f"{shape_text(sizes)} leaves more than one length open", None))
    side, known = input.shape[axis], 1
    for length in sizes:
        known *= 1 if length == -1 else length
    if -1 in sizes and known and side % known == 0:
        sizes = [side // known if length == -1 else length for length in sizes]
    elif -1 in sizes or known != side:
        raise RuntimeError(explain(
            f"unflatten: Provided sizes {shape_text(sizes)} don't multiply up to the size of dim {axis} ({side}) in the input tensor",
            f"axis {axis} of shape {shape_text(input.shape)} has {side} places", "make the product equal, or write -1 for one side"))
    return view(input, (*input.shape[:axis], *sizes, *input.shape[axis + 1:]))


def ravel(input):
    """Return all elements in order, as a vector: a view where the memory allows it, a copy elsewhere. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).ravel()
    tensor([1, 2, 3, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.ravel.html
    """
    return view(contiguous(input), (input.numel(),))


# ---- turned and shifted ---------------------------------------------------------------------------------------------------


class Flip(Operation):
    """out = `axes` read from the end"""

    def forward(ctx, a, *, axes):
        ctx.axes = axes
        return _backwards(ctx.xp, a, axes)

    def backward(ctx, grad):
        return (Flip.apply(grad, axes=ctx.axes),)


def _backwards(xp, a, axes):
    """Return a copy with the order of `axes` reversed. (NumPy's is a view, also where an axis of length 1 leaves nothing to reverse.)"""
    out = empty_as(xp, a, a.dtype)
    out[...] = xp.flip(a, axes)
    return out


def flip(input, *dims):
    """Return a copy with the order of the axes `dims` reversed. Raises RuntimeError for an axis that is named twice.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).flip(1)
    tensor([[2, 1],
            [4, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.flip.html
    """
    if not dims:
        raise TypeError(explain('flip() missing 1 required positional arguments: "dims"',
                                "it has to know which axes are reversed", "write x.flip(0)"))
    axes = [axis_of(dim, input.shape) for dim in sizes(dims)]
    for axis in axes:
        if axes.count(axis) > 1:
            raise RuntimeError(explain(f"dim {axis} appears multiple times in the list of dims",
                                       "an axis goes away once", "name every axis once"))
    return Flip.apply(input, axes=tuple(axes) if input.ndim else ())


def fliplr(input):
    """Return a copy with the columns (axis 1) from right to left. Raises RuntimeError for fewer than two axes.

    >>> import workbook as torch
    >>> torch.fliplr(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 1],
            [4, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.fliplr.html
    """
    if input.ndim < 2:
        raise RuntimeError(explain("Input must be >= 2-d.", f"a tensor of shape {shape_text(input.shape)} has no columns", "use flip(0)"))
    return flip(input, 1)


def flipud(input):
    """Return a copy with the rows (axis 0) from bottom to top. Raises RuntimeError for a single number.

    >>> import workbook as torch
    >>> torch.flipud(torch.tensor([[1, 2], [3, 4]]))
    tensor([[3, 4],
            [1, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.flipud.html
    """
    if input.ndim < 1:
        raise RuntimeError(explain("Input must be >= 1-d.", "a single number has no rows", None))
    return flip(input, 0)


class Roll(Operation):
    """out = moved by `shifts` along `axes` (None: along the elements in order; none of them: not at all); what leaves at the end comes in in front"""

    def forward(ctx, a, *, shifts, axes):
        ctx.shifts, ctx.axes = shifts, axes
        return copied(ctx.xp, a) if axes == () else in_order(ctx.xp, ctx.xp.roll(a, shifts, axes))

    def backward(ctx, grad):
        return (Roll.apply(grad, shifts=tuple(-shift for shift in ctx.shifts), axes=ctx.axes),)


def roll(input, shifts, dims=()):
    """Return a copy with the elements moved by `shifts` along `dims`; those that leave at one end come in at the other.

    Without `dims` the elements move in order, as those of a vector. Raises RuntimeError where `shifts` and `dims` are not equally
    many.

    >>> import workbook as torch
    >>> torch.arange(5).roll(2)
    tensor([3, 4, 0, 1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.roll.html
    """
    shifts, dims = sizes((shifts,)), sizes(() if dims is None else (dims,))
    if not shifts:
        raise RuntimeError(explain("`shifts` required", "it has to know by how many places", "write x.roll(1)"))
    if len(dims) != len(shifts) and (dims or len(shifts) != 1):
        raise RuntimeError(explain(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}",
                                   "each axis moves by one number", "give as many shifts as dims"))
    if dims and not input.ndim:
        raise IndexError(explain(f"Dimension specified as {dims[0]} but tensor has no dimensions", "a single number has no axis", None))
    axes = tuple(axis_of(dim, input.shape) for dim in dims) if input.numel() else ()
    if not dims:
        return Roll.apply(input, shifts=shifts[:1], axes=None)
    return Roll.apply(input, shifts=shifts, axes=axes)


class Rot90(Operation):
    """out = turned `k` times by a right angle, from the first of `axes` to the second"""

    def forward(ctx, a, *, k, axes):
        ctx.k, ctx.axes = k, axes
        first, second = axes
        if k % 4 in (0, 2):
            return ctx.xp.rot90(a, k, axes).copy("C") if k % 4 == 0 else _backwards(ctx.xp, a, axes)
        return _backwards(ctx.xp, a, second if k % 4 == 1 else first).swapaxes(first, second)

    def backward(ctx, grad):
        return (Rot90.apply(grad, k=-ctx.k, axes=ctx.axes),)


def rot90(input, k=1, dims=(0, 1)):
    """Return a copy turned `k` times by a right angle in the plane of two axes, from the first to the second.

    Raises RuntimeError for other than two different axes.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).rot90()
    tensor([[2, 4],
            [1, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.rot90.html
    """
    dims = sizes((dims,))
    if len(dims) != 2:
        raise RuntimeError(explain(f"expected total rotation dims == 2, but got dims = {len(dims)}",
                                   "a plane has two axes", "write dims=(0, 1)"))
    if input.ndim < 2:
        raise RuntimeError(explain(f"expected total dims >= 2, but got total dims = {input.ndim}",
                                   "a turn needs a plane, and a plane two axes", None))
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == input.ndim:
        raise RuntimeError(explain(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}",
                                   "a plane has two axes", "name two different axes"))
    return Rot90.apply(input, k=k, axes=tuple(axis_of(dim, input.shape) for dim in dims))


# ---- repeated -------------------------------------------------------------------------------------------------------------


def tile(input, *dims):
    """Return copies of `input` laid side by side. As `repeat`, but fewer numbers than axes stand for the last axes.

    Raises RuntimeError for a negative number.

    >>> import workbook as torch
    >>> torch.tensor([[1], [2]]).tile(2)
    tensor([[1, 1],
            [2, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.tile.html
    """
    if not dims:
        raise TypeError(explain('tile() missing 1 required positional arguments: "dims"',
                                "it has to know how often", "write x.tile(2)"))
    repeats = sizes(dims)
    return repeat(input, (1,) * (input.ndim - len(repeats)) + repeats)


def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Return each element (each place along `dim`) so many times, one after the other. Without `dim`, of the flattened input.

    `repeats` is one number, or a vector with one for each place. `torch.repeat_interleave(repeats)` alone returns the places.
    Raises RuntimeError for negative repeats, and for as many as there are no places, NotImplementedError for those that are not
    whole numbers.

    >>> import workbook as torch
    >>> torch.tensor([1, 2]).repeat_interleave(2), torch.tensor([1, 2]).repeat_interleave(torch.tensor([1, 3]))
    (tensor([1, 1, 2, 2]), tensor([1, 2, 2, 2]))

    Source: https://pytorch.org/docs/2.13/generated/torch.repeat_interleave.html
    """
    if repeats is None:
        if input.dtype in (dtypes.int64, dtypes.int32) and input.ndim != 1:
            raise RuntimeError(explain("repeat_interleave only accept 1D vector as repeat", f"this one has the shape {shape_text(input.shape)}, and "
                                       "there is one number for each place", "flatten it: repeats.flatten()"))
        return _places(input, input.numel(), output_size, input._device)
    if isinstance(repeats, (bool, float)) or not isinstance(repeats, (int, Tensor)):
        raise TypeError(explain(f"repeat_interleave() received an invalid combination of arguments - got ({type(repeats).__name__})",
                                "how often is a whole number, or a Tensor of them", "write an int, or torch.tensor([...])"))
    if isinstance(repeats, int) and repeats < 0:
        raise RuntimeError(explain("Repeats must be non-negative", "how often is counted from 0", "give no number below 0"))
    if dim is None:
        input, dim = flatten(input), 0
    axis = axis_of(dim, input.shape)
    refuse_several(input, repeats)
    if isinstance(repeats, Tensor) and input.ndim == 0 and repeats.ndim < 2:
        raise IndexError(explain(f"Dimension specified as {dim} but tensor has no dimensions", "a single number has no axis", "leave dim out"))
    if isinstance(repeats, int):
        if input.ndim == 0:
            raise IndexError(explain(f"Dimension out of range (expected to be in range of [-1, 0], but got {dim + 1})",
                                     "a single number has no places to repeat", "leave dim out"))
        repeats = wrap(np.full(input.shape[axis], repeats))
    return index_select(input, axis, _places(repeats, input.shape[axis] if input.ndim else 1, output_size, input._device))


def _places(repeats, side, output_size, device):
    """The index, on `device`, that names each of `side` places as often as `repeats` says."""
    if repeats.ndim > 1 and repeats.dtype in (dtypes.int64, dtypes.int32):
        raise RuntimeError(explain("repeats must be 0-dim or 1-dim tensor",
                                   "there is one number for each place", "flatten it: repeats.flatten()"))
    if repeats.ndim and repeats.numel() not in (1, side):
        raise RuntimeError(explain(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.numel()} and input.size(0) = {side}",
            "each place has its own number", "give one number, or one for each place"))
    if repeats.dtype not in (dtypes.int64, dtypes.int32):
        raise refused_dtype("repeat_interleave_cpu", repeats.dtype, "how often is a whole number", "write repeats.long()")
    times = repeats._host().reshape(-1)
    if (times < 0).any():
        raise RuntimeError(explain("repeats can not be negative", "how often is counted from 0", "give no number below 0"))
    times = np.broadcast_to(times, (side,))
    if output_size is not None and output_size != int(times.sum()):
        raise RuntimeError(explain("allocated size does not match required size",
                                   "output_size is the sum of the repeats", "leave it out"))
    check_memory((sum(times.tolist()),))
    return made(device, lambda xp: xp.asarray(np.repeat(np.arange(side, dtype=times.dtype), times)))


# ---- broadcast ------------------------------------------------------------------------------------------------------------


def broadcast_to(input, *size):
    """Return a view of `input` repeated, without a copy, to the shape `size`. The same as `expand`.

    Raises RuntimeError where the shape does not fit.

    >>> import workbook as torch
    >>> torch.broadcast_to(torch.tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.broadcast_to.html
    """
    return expand(input, *size)


def broadcast_tensors(*tensors):
    """Return the tensors as views of one shape, that in which they meet. Raises nothing of its own.

    >>> import workbook as torch
    >>> [t.shape for t in torch.broadcast_tensors(torch.zeros(2, 1), torch.zeros(3))]
    [torch.Size([2, 3]), torch.Size([2, 3])]

    Source: https://pytorch.org/docs/2.13/generated/torch.broadcast_tensors.html
    """
    shape = ()
    for place, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 0, but got {type(tensor).__name__}",
                                    "only Tensors have a shape here", "wrap it: torch.tensor(...)"))
        shape = broadcast_shape(shape, tuple(tensor.shape))
    return tuple(tensor if tuple(tensor.shape) == shape else expand(tensor, shape) for tensor in tensors)


def broadcast_shapes(*shapes):
    """Return the shape in which Tensors of the given shapes (or lengths of vectors) meet.

    Raises RuntimeError where the shapes do not fit, ValueError for a negative length.

    >>> import workbook as torch
    >>> torch.broadcast_shapes((2, 1), (3,), 1)
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.broadcast_shapes.html
    """
    for shape in shapes:
        if not isinstance(shape, (int, tuple, list)):
            raise RuntimeError(explain(f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {shape}",
                                       "a shape is made of lengths", "write (2, 3), or x.shape"))
    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    met = [1] * max(map(len, shapes), default=0)
    for place, shape in enumerate(shapes):
        for axis in range(-1, -1 - len(shape), -1):
            if shape[axis] < 0:
                raise ValueError(explain("Attempting to broadcast a dimension with negative length!",
                                         "a length counts places", "give lengths from 0 on"))
            if shape[axis] not in (1, met[axis]) and met[axis] != 1:
                raise RuntimeError(explain(
                    f"Attempting to broadcast a dimension of length {shape[axis]} at {axis}! Mismatching argument at index {place} had "
                    f"{shape}; but expected shape should be broadcastable to {met}",
                    "aligned from the right, lengths are equal or one of them is 1", None))
            met[axis] = shape[axis] if met[axis] == 1 else met[axis]
    return Size(met)


# ---- conjugate and turned --------------------------------------------------------------------------------------------------


def adjoint(input):
    """Return a view with the last two axes exchanged, of complex numbers the conjugates. Raises RuntimeError for a vector.

    >>> import workbook as torch
    >>> torch.adjoint(torch.tensor([[1., 2.], [3., 4.]]))
    tensor([[1., 3.],
            [2., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.adjoint.html
    """
    if input.ndim == 1:
        raise RuntimeError(explain("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.",
                                   "a vector has no two axes to exchange", "add an axis first: x[None]"))
    turned = transpose(input, -2, -1) if input.ndim else input
    return conj(turned) if input.is_complex() else turned
