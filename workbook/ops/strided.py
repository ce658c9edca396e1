"""A Tensor as strides over memory: windows, the memory itself, and forms that change the shape of a Tensor in place."""

import gc
import math
import warnings


from workbook.autograd import views
from workbook.autograd.operation import Operation
from workbook.autograd.strided import AsStrided, reach
from workbook.axes import axis_of
from workbook.devices import check_memory
from workbook.errors import explain, shape_text
from workbook.formats import (address, asked_format, axes_of_format, contiguous_format, preserve_format, seen_through,
                              whole_memory)
from workbook.ops import axes, shape as shapes
from workbook.tensor import Tensor, memory_of


def storage_offset(input):
    """Return how many elements of its memory lie before the first element of `input`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.arange(6).view(2, 3)[1].storage_offset()
    3

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.storage_offset.html
    """
    array = input._array
    return (address(array) - address(whole_memory(array))) // array.itemsize


# ---- windows --------------------------------------------------------------------------------------------------------------


class Unfold(Operation):
    """out = windows of `size` places along `axis`, `step` apart, each along a new last axis"""

    is_view = True

    def forward(ctx, a, *, axis, size, step):
        ctx.shape, ctx.axis, ctx.size, ctx.step = a.shape, axis, size, step
        if a.ndim == 0:
            return a.reshape(1)[:size]
        count = (a.shape[axis] - size) // step + 1
        return ctx.xp.lib.stride_tricks.as_strided(
            a, (*a.shape[:axis], count, *a.shape[axis + 1:], size),
            (*a.strides[:axis], a.strides[axis] * step, *a.strides[axis + 1:], a.strides[axis]))

    def backward(ctx, grad):
        return (Fold.apply(grad, shape=ctx.shape, axis=ctx.axis, size=ctx.size, step=ctx.step),)


class Fold(Operation, name="UnfoldBackwardBackward0"):
    """out = zeros of `shape`, with the windows added at their places"""

    def forward(ctx, a, *, shape, axis, size, step):
        ctx.axis, ctx.size, ctx.step = axis, size, step
        out = ctx.xp.zeros(shape, a.dtype)
        if not shape:
            out[...] = a.sum()
            return out
        for place in range(size):  # one place of every window: these never meet
            part = (slice(None),) * axis + (slice(place, place + a.shape[axis] * step, step),)
            out[part] += a[..., place]
        return out

    def backward(ctx, grad):
        return (Unfold.apply(grad, axis=ctx.axis, size=ctx.size, step=ctx.step),)


def unfold(input, dimension, size, step):
    """Return a view of all windows of `size` places along an axis, `step` apart, each along a new last axis.

    Raises RuntimeError for a window longer than the axis, a negative size, and a step below 1.

    >>> import workbook as torch
    >>> torch.arange(5).unfold(0, 3, 1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.unfold.html
    """
    axis = axis_of(dimension, input.shape)
    side = input.shape[axis] if input.ndim else 1
    if size < 0:
        raise RuntimeError(explain(f"size is {size} but must be >= 0", "a window counts places", "give a size from 0 on"))
    if size > side:
        raise RuntimeError(explain(f"maximum size for tensor at dimension {axis} is {side} but size is {size}",
                                   f"no window of {size} fits into {side} places", "make the window smaller"))
    if step <= 0:
        raise RuntimeError(explain(f"step is {step} but must be > 0", "windows go forwards", "give a step from 1 on"))
    return Unfold.apply(input, axis=axis, size=size, step=step)


def as_strided(input, size, stride, storage_offset=None):
    """Return a view of the memory of `input` in any shape: one step along axis i passes `stride[i]` elements.

    Raises RuntimeError where it would leave the memory.

    >>> import workbook as torch
    >>> torch.arange(6).as_strided((2, 2), (1, 2), 1)
    tensor([[1, 3],
            [2, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.as_strided.html
    """
    wanted, strides = shapes.sizes((size,)), shapes.sizes((stride,))
    have = _offset(input)
    offset = have if storage_offset is None else storage_offset
    if len(wanted) != len(strides):
        raise RuntimeError(explain("mismatch in length of strides and shape", f"{len(wanted)} axes have {len(strides)} strides", None))
    if min(strides, default=0) < 0:
        raise RuntimeError(explain(f"as_strided: Negative strides are not supported at the moment, got strides: {shape_text(strides)}",
                                   "memory is read forwards", "use flip()"))
    if min(wanted, default=0) < 0:
        raise RuntimeError(explain(
            f"Storage size calculation overflowed with sizes={shape_text(wanted)} and strides={shape_text(strides)}",
            "a negative step would leave the memory", "give strides from 0 on"))
    if offset < 0:
        raise RuntimeError(explain(f"Tensor: invalid storage offset {offset}",
                                   "it counts elements from the begin of the memory", "give an offset from 0 on"))
    room, width = whole_memory(input._array, input._device.xp).size, input._array.itemsize
    if math.prod(wanted) and offset + reach(wanted, strides) > room:
        raise RuntimeError(explain(
            f"setStorage: sizes {shape_text(wanted)}, strides {shape_text(strides)}, storage offset {offset}, and itemsize {width} "
            f"requiring a storage size of {width * (offset + reach(wanted, strides))} are out of bounds for storage of size {width * room}",
            f"the memory holds {room} numbers", "choose a smaller size, or smaller strides"))
    return AsStrided.apply(input, shape=wanted, strides=strides, start=offset - have)


_offset = storage_offset


# ---- the memory itself ----------------------------------------------------------------------------------------------------


class UntypedStorage:
    """The bytes of the memory that a Tensor and its views share: `x.untyped_storage()`.

    >>> import workbook as torch
    >>> x = torch.zeros(2, 3)
    >>> x.untyped_storage().nbytes(), x.untyped_storage().data_ptr() == x.t().untyped_storage().data_ptr()
    (24, True)

    Source: https://pytorch.org/docs/2.13/storage.html#torch.UntypedStorage
    """

    def __init__(self, tensor):
        self._tensor, self._memory = tensor, whole_memory(tensor._array, tensor._device.xp).view("uint8")

    device = property(lambda self: self._tensor.device, doc="The device it is on.")

    def data_ptr(self):
        """Return the address of the first byte."""
        return address(self._memory)

    def size(self):
        """Return the number of elements (here bytes)."""
        return self._memory.size

    __len__ = size

    def nbytes(self):
        """Return the number of bytes."""
        return self._memory.nbytes

    def element_size(self):
        """Return the bytes of one element."""
        return self._memory.itemsize

    def to(self, device):
        """Return the same bytes on a device: this storage, where it is there already. Raises what `Tensor.to` raises."""
        moved = self._tensor.to(device)
        return self if moved is self._tensor else type(self)(moved)

    def cpu(self):
        """Return the same bytes in the CPU's memory."""
        return self.to("cpu")

    def cuda(self, device=None):
        """Return the same bytes on a GPU. Raises AssertionError where there is none."""
        return self.to("cuda" if device is None else device)

    def tolist(self):
        """Return the elements as a list."""
        return self._memory.tolist()

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, place):
        return self.tolist()[place] if isinstance(place, slice) else self._memory[place].item()

    def __setitem__(self, place, value):
        self._memory[place] = value
        memory_of(self._tensor).wrote("a write to its storage")

    def __repr__(self):
        lines = "".join(f" {number}\n" for number in self.tolist())
        return f"{lines}[{self._name()}(device={self.device}) of size {len(self)}]"

    def _name(self):
        return "torch.storage.UntypedStorage"


class TypedStorage(UntypedStorage):
    """The numbers of the memory that a Tensor and its views share: `x.storage()`. Deprecated in PyTorch.

    Source: https://pytorch.org/docs/2.13/storage.html#torch.TypedStorage
    """

    def __init__(self, tensor):
        self._tensor, self._memory = tensor, whole_memory(tensor._array, tensor._device.xp)

    dtype = property(lambda self: self._tensor.dtype, doc="The dtype of the numbers.")

    def type(self):
        """Return the old-style name, such as `torch.FloatStorage`."""
        return f"torch.{self.dtype.legacy}Storage"

    def untyped(self):
        """Return the same memory as bytes."""
        return UntypedStorage(self._tensor)

    def __repr__(self):
        lines = "".join(f" {number}\n" for number in self.tolist())
        return f"{lines}[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {len(self)}]"


def untyped_storage(input):
    """Return the bytes of the memory that `input` shares with its views. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.zeros(2, 3)[1].untyped_storage().nbytes()
    24

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.untyped_storage.html
    """
    return UntypedStorage(input)


def storage(input):
    """Return the numbers of the memory that `input` shares with its views. Deprecated in PyTorch: use `untyped_storage`.

    Raises nothing of its own.

    >>> import warnings, workbook as torch
    >>> with warnings.catch_warnings(action="ignore"):
    ...     torch.arange(4)[2:].storage().size()
    4

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.storage.html
    """
    warnings.warn("TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. "
                  "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
                  "tensor.untyped_storage() instead of tensor.storage()", UserWarning, stacklevel=2)
    return TypedStorage(input)


# ---- another shape, in place ----------------------------------------------------------------------------------------------


class TInPlace(axes.T, name="TBackward1"):
    """As T, of the Tensor itself"""


class TransposeInPlace(axes.Transpose, name="TransposeBackward1"):
    """As Transpose, of the Tensor itself"""


class UnsqueezeInPlace(axes.Unsqueeze, name="UnsqueezeBackward1"):
    """As Unsqueeze, of the Tensor itself"""


class SqueezeAllInPlace(axes.SqueezeAll, name="SqueezeBackward3"):
    """As SqueezeAll, of the Tensor itself"""


class SqueezeInPlace(axes.Squeeze, name="SqueezeBackward4"):
    """As Squeeze, of the Tensor itself"""


class SqueezeSeveralInPlace(axes.SqueezeSeveral, name="SqueezeBackward5"):
    """As SqueezeSeveral, of the Tensor itself"""


_IN_PLACE = {form.__base__: form for form in (
    TInPlace, TransposeInPlace, UnsqueezeInPlace, SqueezeAllInPlace, SqueezeInPlace, SqueezeSeveralInPlace)}


def reshaping(function, name):
    """Return the in-place form of a view function: the Tensor itself shows its memory in the new shape."""

    def form(input, *args, **options):
        views.may_be_recorded(input, name)
        try:
            result = function(input, *args, **options)
        except RuntimeError as problem:
            problem.args = (str(problem).replace(f"{name[:-1]}()", f"{name}()", 1),)
            raise
        node = result._node
        if node is not None and type(node) in _IN_PLACE:
            node.__class__ = _IN_PLACE[type(node)]  # the same step under the name that PyTorch gives it here
        return views.become(input, result, name)

    form.__name__ = form.__qualname__ = name
    form.__doc__ = f"""As `{function.__name__}`, of the Tensor itself: it shows its memory in the new shape, and is returned.

    Raises what `{function.__name__}` raises, and RuntimeError for a leaf that requires a gradient.

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.{name}.html
    """
    return form


def resize_(input, *sizes, memory_format=None):
    """Give `input` another shape, in place: of the first elements of its memory, or of more memory, whose values mean nothing.

    More memory takes the place of the old one in all views of it. Raises RuntimeError on a Tensor that requires grad, and for more
    than the memory of a NumPy array. To rearrange elements, use `reshape`.

    >>> import workbook as torch
    >>> torch.arange(6).resize_(2, 2)
    tensor([[0, 1],
            [2, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.resize_.html
    """
    if not sizes:
        raise shapes.no_size("resize_", "size")
    shape = shapes.sizes(sizes)
    if input.requires_grad:
        raise RuntimeError(explain("cannot resize variables that require grad", "elements would appear or vanish behind autograd's back",
                                   "use reshape(), or resize_ on x.detach()"))
    if min(shape, default=0) < 0:
        raise RuntimeError(explain("numel: integer multiplication overflow", f"{shape_text(shape)} is no shape", None))
    if memory_format is preserve_format:
        raise RuntimeError(explain("Unsupported memory formatPreserve", "another shape has no order to keep", "leave it out"))
    if shape == input._array.shape and memory_format is None:
        return input
    wanted = contiguous_format if memory_format is None else asked_format("resize_", memory_format)
    take_shape(input, shape, axes_of_format(wanted, len(shape)))
    memory_of(input).wrote("resize_")
    return input


def take_shape(input, shape, axes):
    """Let `input` show the first elements of its memory in another shape, `axes` from the outside in; the memory grows where it has to."""
    start, count = storage_offset(input), math.prod(shape)
    if start + count > whole_memory(input._array, input._device.xp).size and count:
        _grow(input, start + count)
    input._array = seen_through(whole_memory(input._array, input._device.xp)[start:start + count], shape, list(axes))


def _grow(input, count):
    """Give `input`, and all Tensors that show the same memory, memory of `count` elements that begins with the old ones."""
    alone = input._memory is None  # it is made when a view is, or when a step saves the Tensor
    old, shared = whole_memory(input._array, input._device.xp), memory_of(input)
    if shared.lent:
        raise RuntimeError(explain("Trying to resize storage that is not resizable", "a NumPy array shows this memory, and would stay "
                                   "behind", "resize a copy: x.clone().resize_(...)"))
    check_memory((count,), old.itemsize)
    xp = input._device.xp
    with input._device.entered():
        more = xp.zeros(count, old.dtype)
        more[:old.size] = old
    # Nobody keeps a list of views: they are made often, and memory grows rarely. Python knows who refers to the count of writes; it looks
    # at every object that there is.
    for tensor in (input,) if alone else gc.get_referrers(shared):
        if isinstance(tensor, Tensor):
            array = tensor._array
            first = (address(array) - address(old)) // old.itemsize
            tensor._array = input._device.xp.lib.stride_tricks.as_strided(more[first:], array.shape, array.strides)


def resize_as_(input, the_template, memory_format=None):
    """Give `input` the shape of another Tensor, in place; see `resize_`. Raises RuntimeError for a Tensor that requires a gradient.

    >>> import workbook as torch
    >>> torch.arange(4).resize_as_(torch.zeros(2, 2))
    tensor([[0, 1],
            [2, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.resize_as_.html
    """
    return resize_(input, the_template.shape, memory_format=memory_format)


def resize(input, *sizes):
    """Return `input` in another shape. Deprecated in PyTorch: use `reshape`. Raises RuntimeError for another number of elements.

    >>> import warnings, workbook as torch
    >>> with warnings.catch_warnings(action="ignore"):
    ...     torch.arange(4).resize(2, 2).shape
    torch.Size([2, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.resize_.html
    """
    warnings.warn("non-inplace resize is deprecated", UserWarning, stacklevel=2)
    shape = shapes.sizes(sizes)
    if math.prod(shape) != input.numel() or sizes and not isinstance(sizes[0], int):  # PyTorch counts sizes one by one only
        raise RuntimeError(explain(
            f"requested resize to {'x'.join(map(str, shape))} ({math.prod(shape)} elements in total), but the given tensor has a size of "
            f"{'x'.join(map(str, input.shape))} ({input.numel()} elements). autograd's resize can only change the shape of a given "
            "tensor, while preserving the number of elements. ", None, None))
    return shapes.reshape(input, shape)
