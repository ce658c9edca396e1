"""Putting Tensors together, and taking them apart."""

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.devices import check_memory
from workbook.errors import explain, shape_text
from workbook.formats import in_order, laid_as_parts
from workbook.numbers import counted
from workbook.ops import reduction
from workbook.ops.choices import flat
from workbook.ops.parts import narrow, select
from workbook.ops.shape import in_shape, reshape, sizes
from workbook.strides import grown, steps_of
from workbook.tensor import Tensor


class Cat(Operation):
    """out = the tensors, one after the other along `axis`"""

    dtype_rule = staticmethod(dtypes.promote)

    def forward(ctx, *arrays, axis):
        full = [array for array in arrays if array.shape != (0,)] or arrays  # PyTorch passes over empty vectors
        ctx.axis, ctx.shapes = axis, [array.shape for array in arrays]
        return _joined(ctx.xp, full, arrays, axis)

    def backward(ctx, grad):
        parts, start = [], 0
        for shape in ctx.shapes:
            length = 0 if shape == (0,) else shape[ctx.axis]
            part = narrow(grad, ctx.axis, start, length)
            if not length:
                part = reshape(part, shape)
            parts.append(flat(part) if shape == (0,) else part)  # PyTorch records nothing of an empty vector
            start += length
        return tuple(parts)


def _joined(xp, full, arrays, axis):
    return laid_as_parts(xp, xp.concatenate(full, axis), [(array.shape, steps_of(array)) for array in arrays])


class Stack(Operation):
    """out = the tensors, side by side along a new `axis`"""

    dtype_rule = staticmethod(dtypes.promote)

    def forward(ctx, *arrays, axis):
        ctx.axis, ctx.count = axis, len(arrays)
        shape = arrays[0].shape
        if axis == len(shape):
            parts = [((*shape, 1), grown(shape, steps_of(array), axis)) for array in arrays]
            return laid_as_parts(ctx.xp, ctx.xp.stack(arrays, axis), parts)
        return in_shape(ctx.xp, _joined(ctx.xp, arrays, arrays, axis), (*shape[:axis], len(arrays), *shape[axis:]))

    def backward(ctx, grad):
        return tuple(select(grad, ctx.axis, i) for i in range(ctx.count))


def cat(tensors, dim=0):
    """Return the tensors joined along the existing axis `dim`. Raises RuntimeError where another axis differs in length.

    >>> import workbook as torch
    >>> torch.cat([torch.ones(1, 2), torch.zeros(2, 2)])
    tensor([[1., 1.],
            [0., 0.],
            [0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cat.html
    """
    tensors = _several("cat", tensors, ValueError)
    for place, tensor in enumerate(tensors):
        if tensor.ndim == 0:
            raise RuntimeError(explain(f"zero-dimensional tensor (at position {place}) cannot be concatenated",
                                       "a single number has no axis to join along", "use torch.stack"))
    full = [tensor for tensor in tensors if tuple(tensor.shape) != (0,)] or tensors
    first = full[0]
    axis = axis_of(dim, first.shape)
    for place, tensor in enumerate(full):
        if tensor.ndim != first.ndim:
            raise RuntimeError(explain(f"Tensors must have same number of dimensions: got {first.ndim} and {tensor.ndim}",
                                       f"the shapes are {shape_text(first.shape)} and {shape_text(tensor.shape)}",
                                       "give the smaller one the missing axis: x.unsqueeze(0)"))
        for other in range(first.ndim):
            if other != axis and tensor.shape[other] != first.shape[other]:
                fits = [d for d in range(first.ndim) if all(
                    t.shape[:d] + t.shape[d + 1:] == first.shape[:d] + first.shape[d + 1:] for t in full)]
                raise RuntimeError(explain(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size {first.shape[other]} but got size "
                    f"{tensor.shape[other]} for tensor number {place} in the list.",
                    f"the shapes are {shape_text(first.shape)} and {shape_text(tensor.shape)}",
                    f"dim={fits[0]} would work" if fits else "make the other sizes equal"))
    return Cat.apply(*tensors, axis=axis)


def stack(tensors, dim=0):
    """Return the tensors, all of one shape, side by side along a new axis `dim`.

    Raises RuntimeError for no Tensors at all, and where shapes differ.

    >>> import workbook as torch
    >>> torch.stack([torch.ones(2), torch.zeros(2)])
    tensor([[1., 1.],
            [0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.stack.html
    """
    tensors = _several("stack", tensors, RuntimeError)
    axis = axis_of(dim, tensors[0].ndim + 1)
    for place, tensor in enumerate(tensors):
        if tensor.shape != tensors[0].shape:
            raise RuntimeError(explain(
                f"stack expects each tensor to be equal size, but got {shape_text(tensors[0].shape)} at entry 0 and "
                f"{shape_text(tensor.shape)} at entry {place}", "stack lays equal shapes side by side",
                "pad them to one length, or use torch.cat"))
    return Stack.apply(*tensors, axis=axis)


def _several(name, tensors, error):
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(explain(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}",
                                "it joins several", f"write torch.{name}([x, y])"))
    if not tensors:
        what = "stack expects a non-empty TensorList" if name == "stack" else f"torch.{name}(): expected a non-empty list of Tensors"
        raise error(explain(what, "nothing arrived that could be joined", f"give at least one Tensor: torch.{name}([x])"))
    for place, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor) and not (hasattr(tensor, "__array_interface__") or hasattr(tensor, "__cuda_array_interface__")):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 0, but got {type(tensor).__name__}",
                                    "it joins Tensors, and nothing else", "wrap it: torch.tensor(...)"))
    return tensors


class Split(Operation):
    """out = pieces of the given lengths along `axis`"""

    is_view = True
    refuses_writes = True

    def forward(ctx, a, *, lengths, axis):
        ctx.axis = axis
        pieces, start = [], 0
        for length in lengths:
            pieces.append(a[(slice(None),) * axis + (slice(start, start + length),)])
            start += length
        return tuple(pieces)

    def backward(ctx, *grads):
        return (cat(grads, ctx.axis),)


class SplitWithSizes(Split):
    """out = pieces of several lengths along `axis`"""


class Unbind(Operation):
    """out = one piece for each place along `axis`"""

    is_view = True
    refuses_writes = True

    def forward(ctx, a, *, axis):
        ctx.axis = axis
        return tuple(a[(slice(None),) * axis + (i, ...)] for i in range(a.shape[axis]))

    def backward(ctx, *grads):
        return (stack(grads, ctx.axis),)


def split(tensor, split_size_or_sections, dim=0):
    """Return views of pieces along `dim`: of one length (the last may be shorter), or of the lengths of a list.

    Raises RuntimeError for a Tensor without axes, for a negative length, and for lengths that do not add up to the axis.

    >>> import workbook as torch
    >>> [tuple(piece.shape) for piece in torch.arange(5).split(2)]
    [(2,), (2,), (1,)]

    Source: https://pytorch.org/docs/2.13/generated/torch.split.html
    """
    axis = _axis_to_cut("split", tensor, dim)
    if isinstance(split_size_or_sections, Tensor) and split_size_or_sections.numel() == 1:
        split_size_or_sections = int(split_size_or_sections)
    side = tensor.shape[axis]
    kind = Split if isinstance(split_size_or_sections, int) else SplitWithSizes
    if kind is Split:
        step = counted(split_size_or_sections)
        if step < 0:
            raise RuntimeError(explain(f"split expects split_size be non-negative, but got split_size={step}",
                                       "a piece has at least 0 places", "give the length of a piece, from 1 on"))
        if step == 0 and side:
            raise RuntimeError(explain(f"split_size can only be 0 if dimension size is 0, but got dimension size of {side}",
                                       "pieces of length 0 would never come to the end", "give the length of a piece, from 1 on"))
        lengths = [min(step, side - start) for start in range(0, side, max(step, 1))] or [0]
    else:
        lengths = list(split_size_or_sections)
        if any(length < 0 for length in lengths):
            raise RuntimeError(explain(f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={lengths}",
                                       "a piece has at least 0 places", "change the lengths"))
        if sum(lengths) != side:
            raise RuntimeError(explain(
                f"split_with_sizes expects split_sizes to sum exactly to {side} (input tensor's size at dimension {dim}), but "
                f"got split_sizes={lengths}", f"they sum to {sum(lengths)}", "change the lengths"))
    return kind.apply(tensor, lengths=lengths, axis=axis)


def _axis_to_cut(name, tensor, dim):
    if tensor.ndim == 0:
        raise RuntimeError(explain(f"{name} expects at least a 1-dimensional tensor", "a single number has no axis to cut",
                                   "give it one first: x.reshape(1)"))
    return axis_of(dim, tensor.shape)


def chunk(input, chunks, dim=0):
    """Return at most `chunks` pieces along `dim`, all but the last of one length.

    Raises RuntimeError for a Tensor without axes, and for fewer than one piece.

    >>> import workbook as torch
    >>> [tuple(piece.shape) for piece in torch.arange(6).chunk(4)]
    [(2,), (2,), (2,)]

    Source: https://pytorch.org/docs/2.13/generated/torch.chunk.html
    """
    if counted(chunks) < 1:
        raise RuntimeError(explain(f"chunk expects `chunks` to be greater than 0, got: {chunks}",
                                   "there is no cutting into no pieces", "write a number from 1 on"))
    side = input.shape[_axis_to_cut("chunk", input, dim)]
    return split(input, -(-side // chunks) if side else [0] * chunks, dim)


def unbind(input, dim=0):
    """Return the tuple of views along `dim`, without that axis. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).unbind()
    (tensor([1, 2]), tensor([3, 4]))

    Source: https://pytorch.org/docs/2.13/generated/torch.unbind.html
    """
    if input.ndim == 0:
        raise IndexError(explain(f"Dimension specified as {dim} but tensor has no dimensions", "a single number has no axis", None))
    return Unbind.apply(input, axis=axis_of(dim, input.shape))


class Repeat(Operation):
    """out = copies of the tensor, laid side by side"""

    def forward(ctx, a, *, repeats):
        ctx.shape, ctx.repeats = a.shape, repeats
        out = in_order(ctx.xp, ctx.xp.tile(a, repeats))
        return out if out.size else ctx.xp.empty(out.shape, out.dtype)  # of nothing, NumPy keeps the steps that it had

    def backward(ctx, grad):
        sides = (1,) * (len(ctx.repeats) - len(ctx.shape)) + ctx.shape
        folded = reshape(grad, tuple(n for pair in zip(ctx.repeats, sides) for n in pair))
        return (reshape(reduction.sum(folded, tuple(range(0, 2 * len(sides), 2))), ctx.shape),)


def repeat(input, *repeats):
    """Return copies of `input` laid side by side, so many along each axis.

    Raises RuntimeError for fewer numbers than axes, and for a negative one.

    >>> import workbook as torch
    >>> torch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.repeat.html
    """
    if not repeats:
        raise TypeError(explain('repeat() missing 1 required positional arguments: "repeats"', "it counts the copies",
                                "write x.repeat(2, 1)"))
    repeats = sizes(repeats)
    if len(repeats) < input.ndim:
        raise RuntimeError(explain("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
                                   f"a tensor of shape {shape_text(input.shape)} has {input.ndim} axes, and there are "
                                   f"{len(repeats)} counts",
                                   "give one count for each axis, 1 for those that stay"))
    if any(count < 0 for count in repeats):
        sides = (1,) * (len(repeats) - input.ndim) + tuple(input.shape)
        sides = [side * count for side, count in zip(sides, repeats)]
        raise RuntimeError(explain(f"Trying to create tensor with negative dimension {min(sides)}: {shape_text(sides)}",
                                   "copies are counted from 0", "choose counts from 0"))
    check_memory((input.numel(), *repeats), input.element_size())
    return Repeat.apply(input, repeats=repeats)
