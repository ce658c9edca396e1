"""The same numbers in another shape. Where the memory allows it the result is a view: it shares the memory."""

import math

from workbook import dtypes
from workbook.autograd.broadcast import Expand
from workbook.autograd.operation import Operation
from workbook.autograd.views import detached
from workbook.axes import axis_of
from workbook.devices import check_memory
from workbook.errors import explain, kind_of, shape_text
from workbook.formats import asked_format, contiguous_format, copied, lies_in, preserve_format, with_steps
from workbook.numbers import is_length, length_of
from workbook.strides import lies_in_rows, of_view, steps_of
from workbook.tensor import Size, Tensor


def sizes(shape):
    """Return a shape given as several numbers, or as one tuple or list, as a tuple of ints."""
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = shape[0]
    if isinstance(shape, tuple) and _WHOLE.issuperset(map(type, shape)) and max(map(abs, shape), default=0) < 2**63:
        return tuple(shape)  # the common case: nothing to convert
    return tuple([_side(side, place, shape) for place, side in enumerate(shape, start=1)])


_WHOLE = frozenset((int,))


def _side(side, place, shape):
    if is_length(side, place - 1):
        side = length_of(side)
        if not -2**63 <= side < 2**63:
            raise TypeError(explain(
                f"argument 'size' failed to unpack the object at pos {place} with error \"Overflow when unpacking long long\"",
                f"no memory has {side} places", "give a smaller size"))
        return side
    raise TypeError(explain(_no_length(kind_of(side), place, len(shape)), *_why_no_length(side)))


def _why_no_length(side):
    """Why a value is no length, and what to write."""
    if getattr(side, "ndim", 0):
        return "lengths stand in a tuple, one by one", "write *x.tolist(), or tuple(x.tolist())"
    return f"the length of an axis is a whole number, not {side!r}", "write ints, such as torch.zeros(2, 3)"


def size_of_new(size, phrase="Trying to create tensor with negative dimension {}: {}"):
    """Return the shape of a new Tensor. Raises RuntimeError for a negative length: `phrase` are PyTorch's words for it and the shape."""
    shape = sizes(size)
    for side in shape:
        if side < 0:
            raise RuntimeError(explain(phrase.format(side, shape_text(shape)), f"{side} was given as a length, which counts places", "give lengths from 0 on"))
    return shape


def _filled_in(shape, count):
    """Replace a -1 by the length that makes `shape` hold `count` elements."""
    wrong = next((place for place, side in enumerate(shape) if side < -1), None)
    if wrong is not None:
        raise RuntimeError(explain(f"invalid shape dimension {shape[wrong]} at index {wrong} of shape {shape_text(shape)}",
                                   "a length counts places, and only -1 stands for one that is worked out", "write -1, or the length"))
    if shape.count(-1) > 1:
        raise RuntimeError(explain("only one dimension can be inferred", f"{shape_text(shape)} leaves more than one open",
                                   "write -1 once"))
    known = math.prod(side for side in shape if side != -1)
    if -1 in shape and known and count % known == 0:
        return tuple(count // known if side == -1 else side for side in shape)
    if -1 in shape and not known and count == 0:
        raise RuntimeError(explain(f"cannot reshape tensor of 0 elements into shape {shape_text(shape)} because the unspecified "
                                   "dimension size -1 can be any value and is ambiguous",
                                   "any length times 0 is 0, so -1 could be any", "write the length out"))
    if -1 in shape or known != count:
        raise RuntimeError(explain(
            f"shape '{shape_text(shape)}' is invalid for input of size {count}",
            f"{' x '.join(map(str, shape)) or '1'} is not {count} elements",
            "make the product equal, or write -1 for one side"))
    return shape


class View(Operation):
    """out = the same elements, in order, in another shape, on the same memory"""

    is_view = True

    def forward(ctx, a, *, shape):
        ctx.shape = a.shape
        return in_shape(ctx.xp, a, shape)

    def backward(ctx, grad):
        return (reshape(grad, ctx.shape),)


def in_shape(xp, a, shape):
    """Return an array in another shape, with PyTorch's steps where NumPy leaves them open."""
    out = a.reshape(shape)
    if a.flags.c_contiguous and a.size and (1 not in a.shape or lies_in_rows(a)):
        return out
    steps = of_view(a.shape, steps_of(a), out.shape)
    return out if steps is None else with_steps(xp, out, steps)


class ReshapeAlias(View):
    """out = as View, of memory that is not in order"""


class ViewAs(Operation):
    """out = the same memory, read as another dtype"""

    is_view = True
    differentiable = False

    def forward(ctx, a, *, dtype):
        return a.view(dtype)


def _view_as(input, dtype):
    """`input`, read as another dtype: bytes stay, numbers change, and no gradient comes back."""
    if dtype.numpy is None:
        raise TypeError(dtypes.no_bfloat16())
    have, names = input.dtype, f"view {input.dtype.legacy} as {dtype.legacy} (different element sizes)"
    if have.itemsize != dtype.itemsize:
        if not input.ndim:
            raise RuntimeError(explain(f"self.dim() cannot be 0 to {names}",
                                       "the bytes of the last axis are read anew", "give it an axis: x[None]"))
        if input.stride(-1) != 1:
            raise RuntimeError(explain(f"self.stride(-1) must be 1 to {names}, but got {input.stride(-1)}",
                                       "the bytes of the last axis have to lie side by side", "write x.contiguous() first"))
        ratio = dtype.itemsize // have.itemsize
        if ratio and input.shape[-1] % ratio:
            raise RuntimeError(explain(f"self.size(-1) must be divisible by {ratio} to {names}, but got {input.shape[-1]}",
                                       "so many elements become one", "choose a dtype of fewer bytes, or another length"))
    return ViewAs.apply(detached(input), dtype=dtype.numpy)


class UnsafeView(Operation):
    """out = the same elements, in order, in another shape, copied where the memory asks for it"""

    def forward(ctx, a, *, shape):
        ctx.shape = a.shape
        return in_shape(ctx.xp, a, shape)

    def backward(ctx, grad):
        return (reshape(grad, ctx.shape),)


def shares(array, shape):
    """Whether `array` in another shape can stay on its memory."""
    return array.flags.c_contiguous or of_view(array.shape, steps_of(array), shape) is not None


def no_view(array):
    """The error for a view in a shape in which the memory cannot be read in order."""
    return RuntimeError(explain(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
        "contiguous subspaces). Use .reshape(...) instead.",
        f"a tensor of shape {shape_text(array.shape)} with strides {steps_of(array)} does not lie in memory in the order of "
        "its shape, as after t(), transpose() or permute()", "use .reshape(...), which copies, or .contiguous() first"))


def no_size(function, argument):
    """The error for a method that was given no shape at all. (The shape of a single number is an empty one.)"""
    return TypeError(explain(f'{function}() missing 1 required positional arguments: "{argument}"', "the new shape has to be named",
                             f"for a single number write x.{function}(())"))


def view(input, *shape):
    """Return the same memory in another shape, or (given a dtype) read as another dtype. One side may be -1: it is worked out.

    Raises RuntimeError where the number of elements differs, or where the memory is not in order (after `t()` or `permute`).

    >>> import workbook as torch
    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.view.html
    """
    if len(shape) == 1 and isinstance(shape[0], dtypes.dtype):
        return _view_as(input, shape[0])
    if not shape:
        raise TypeError(explain("view() received an invalid combination of arguments - got ()", "the new shape has to be named",
                                "for a single number write x.view(())"))
    array = input._array
    wanted = _filled_in(sizes(shape), array.size)
    if not shares(array, wanted):
        raise no_view(array)
    return View.apply(input, shape=wanted)


def reshape(input, *shape):
    """Return the same elements in another shape: a view where the memory allows it, a copy elsewhere. One side may be -1.

    Raises RuntimeError where the new shape has another number of elements, and for more than one -1.

    >>> import workbook as torch
    >>> torch.arange(6).reshape(3, 2).t().reshape(-1)
    tensor([0, 2, 4, 1, 3, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.reshape.html
    """
    if not isinstance(input, Tensor):  # inside of a formula, whose shape is one tuple
        return View.apply(input, shape=shape[0] if shape and shape[0].__class__ is tuple else sizes(shape))
    if not shape:
        raise no_size("reshape", "shape")
    wanted = _filled_in(sizes(shape), input._array.size)
    if input.is_contiguous():
        return View.apply(input, shape=wanted)
    if shares(input._array, wanted):
        return ReshapeAlias.apply(input, shape=wanted)
    check_memory(wanted, input._array.itemsize)  # of an expanded array a copy may be large
    return UnsafeView.apply(input, shape=wanted)


def view_as(input, other):
    """Return `input` viewed in the shape of `other`.

    Raises RuntimeError where the other shape has another number of elements, or the memory does not allow it.

    >>> import workbook as torch
    >>> torch.arange(4).view_as(torch.zeros(2, 2)).shape
    torch.Size([2, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.view_as.html
    """
    return view(input, other.shape)


def flatten(input, start_dim=0, end_dim=-1):
    """Return the axes from `start_dim` to `end_dim` joined into one. Raises RuntimeError where `start_dim` comes after `end_dim`.

    >>> import workbook as torch
    >>> torch.zeros(4, 16, 5, 5).flatten(1).shape
    torch.Size([4, 400])

    Source: https://pytorch.org/docs/2.13/generated/torch.flatten.html
    """
    first, last = axis_of(start_dim, input.shape), axis_of(end_dim, input.shape)
    if first > last:
        raise RuntimeError(explain("flatten() has invalid args: start_dim cannot come after end_dim",
                                   "it joins the axes from the first to the last that are named", "exchange start_dim and end_dim"))
    if input.ndim == 0:
        return reshape(input, (1,))
    if first == last:
        return input
    shape = tuple(input.shape)
    return reshape(input, shape[:first] + (math.prod(shape[first:last + 1]),) + shape[last + 1:])


def expand(input, *shape):
    """Return a view repeated along axes of length 1, and along new axes in front, without a copy; -1 keeps a length.

    Raises RuntimeError where the shape does not fit.

    >>> import workbook as torch
    >>> torch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.expand.html
    """
    if not shape:
        raise no_size("expand", "size")
    wanted, have = sizes(shape), tuple(input.shape)
    extra = len(wanted) - len(have)
    if extra < 0:
        raise RuntimeError(explain(
            f"expand({input.type()}{{{shape_text(have)}}}, size={list(wanted)}): the number of sizes provided "
            f"({len(wanted)}) must be greater or equal to the number of dimensions in the tensor ({len(have)})",
            "expand repeats; it never drops an axis", "name every axis, -1 for those that stay"))
    for i in reversed(range(len(have))):
        side = wanted[i + extra]
        if side != -1 and have[i] != side and have[i] != 1:
            raise RuntimeError(explain(
                f"The expanded size of the tensor ({side}) must match the existing size ({have[i]}) at non-singleton dimension "
                f"{i + extra}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(have)}",
                "only axes of length 1 can be repeated without a copy", "use repeat(), which copies"))
    if -1 in wanted[:extra]:
        raise RuntimeError(explain(
            f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {wanted.index(-1)}",
            f"-1 keeps a length, and a tensor of shape {shape_text(have)} has no axis there", "write the new length"))
    wanted = tuple(have[i - extra] if side == -1 else side for i, side in enumerate(wanted))
    if min(wanted, default=0) < 0:
        raise RuntimeError(explain("numel: integer multiplication overflow", f"a length cannot be {min(wanted)}", "write -1 to keep a length"))
    return Expand.apply(input, shape=wanted)


def expand_as(input, other):
    """Return `input` expanded to the shape of `other`. Raises RuntimeError where the shape does not fit.

    >>> import workbook as torch
    >>> torch.zeros(3).expand_as(torch.zeros(2, 3)).shape
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.expand_as.html
    """
    return expand(input, other.shape)


class Clone(Operation):
    """out = a copy"""

    def forward(ctx, a, *, wanted=preserve_format):
        return copied(ctx.xp, a, None, wanted)

    def backward(ctx, grad):
        return grad


def clone(input, *, memory_format=None):
    """Return a copy in memory of its own; gradients flow through it. Raises nothing of its own.

    >>> import workbook as torch
    >>> x = torch.ones(2)
    >>> y = x.clone(); y[0] = 5
    >>> x
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.clone.html
    """
    return Clone.apply(input) if memory_format is None else Clone.apply(input, wanted=asked_format("clone", memory_format))


def contiguous(input, memory_format=contiguous_format):
    """Return a Tensor whose memory is in the order of its shape: `input` itself where it already is, a copy elsewhere.

    `memory_format`: another order, such as `torch.channels_last`, in which images (N, C, H, W) lie as (N, H, W, C). Raises
    RuntimeError for a memory format that needs other axes.

    >>> import workbook as torch
    >>> torch.zeros(2, 3).t().contiguous().stride()
    (2, 1)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.contiguous.html
    """
    if lies_in(input._array, asked_format("contiguous", memory_format)):
        return input
    if memory_format is preserve_format:
        raise RuntimeError(explain("preserve memory format is unsupported by the contiguous operator",
                                   "contiguous says an order, and 'as it is' is none", "leave memory_format out"))
    return Clone.apply(input, wanted=memory_format)


def numel(input):
    """Return the number of elements. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.numel(torch.zeros(2, 3))
    6

    Source: https://pytorch.org/docs/2.13/generated/torch.numel.html
    """
    return Size(input.shape).numel()


def _no_length(kind, place, count):
    """PyTorch's words for the `place`-th of `count` lengths that is of another kind: it looks at the first one before it looks at all."""
    if place == 1:
        return f"argument 'size' must be tuple of ints, not {kind}" if count == 1 else (
            f"argument 'size' must be tuple of ints, but found element of type {kind} at pos 0")
    return f"argument 'size' failed to unpack the object at pos {place} with error \"type must be tuple of ints,but got {kind}\""
