"""How a Tensor's numbers lie in memory, under PyTorch's names. The engine has one way: in strides, with axes in any order."""

import math

import numpy as np

from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.strides import IMAGES, in_rows, like_images, of_copy, of_result, packed, steps_of


class layout(metaclass=PrintsAsTorch):
    """A way to store a Tensor, such as `torch.strided`.

    >>> strided
    torch.strided

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.layout
    """

    torch_name = "torch.layout"

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"


class memory_format(layout):
    """An order of the elements in memory, such as `torch.contiguous_format`.

    >>> contiguous_format
    torch.contiguous_format

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.memory_format
    """

    torch_name = "torch.memory_format"


strided = layout("strided")
contiguous_format, preserve_format, channels_last, channels_last_3d = map(
    memory_format, ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d"))


_CHANNELS_LAST = {channels_last: IMAGES[4], channels_last_3d: IMAGES[5]}


def check_storage(function, layout_=None, pin_memory=False):
    """Raise for a layout that is not strided, and for pinned memory, which only an accelerator has."""
    if layout_ is not None and layout_ is not strided:
        raise TypeError(explain(f"{function}(): argument 'layout' must be torch.layout, not {type(layout_).__name__}",
                                "it says how the numbers lie in memory", "leave it out, or write torch.strided"))
    if pin_memory:
        raise RuntimeError(explain(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this system.",
            "pinned memory makes copies to a GPU faster; here the array library moves the data itself", "leave pin_memory out"))


def asked_format(function, given):
    """Return an argument `memory_format`. Raises TypeError for what is none."""
    if not isinstance(given, memory_format):
        raise TypeError(explain(f"{function}(): argument 'memory_format' must be torch.memory_format, not {type(given).__name__}",
                                "it says how the numbers lie in memory", "leave it out, or write torch.contiguous_format"))
    return given


# ---- in which order the axes of new memory lie ----------------------------------------------------------------------------


def in_order(xp, array):
    """Return an array whose memory is in the order of its shape: itself, or a copy."""
    if not array.size:
        return with_steps(xp, array, in_rows(array.shape))
    if not array.flags.c_contiguous:
        return xp.asarray(array, order="C")
    return array.reshape(-1).reshape(array.shape) if 1 in array.shape else array  # steps over an axis of length 1 are anyone's


def by_columns(xp, array):
    """Return a copy whose memory holds each matrix column by column: as LAPACK's routines leave their results, and PyTorch hands them on."""
    if array.ndim < 2:
        return array
    *stack, rows, columns = array.shape
    if not array.size:
        return with_steps(xp, array, packed(array.shape, [*range(len(stack)), array.ndim - 1, array.ndim - 2]))
    out = xp.empty((*stack, columns, rows), array.dtype).swapaxes(-1, -2)
    out[...] = array
    return out


def lies_in(array, wanted):
    """Return whether the elements of an array lie in memory in the order that a format names."""
    if wanted in _CHANNELS_LAST:
        axes = _CHANNELS_LAST[wanted]
        return array.ndim == len(axes) and array.transpose(axes).flags.c_contiguous
    return array.flags.c_contiguous


def copied(xp, array, kind=None, wanted=preserve_format):
    """Return a copy, of the NumPy dtype `kind`, in the order of a format: `preserve_format` is the order of `array`, without gaps."""
    if array.flags.c_contiguous and wanted not in _CHANNELS_LAST:
        copy = array.astype(kind or array.dtype, order="C")
        return copy if wanted is contiguous_format or array.ndim == 0 else with_steps(xp, copy, of_copy(array.shape, steps_of(array)))
    copy = empty_as(xp, array, kind or array.dtype, wanted)
    copy[...] = array
    return copy


def laid_as(xp, array, model):
    """Return an array in the order in which a copy of `model`, of the same shape, lies in memory: itself, or a copy where it is a view."""
    steps = of_copy(model.shape, steps_of(model))
    return laid(xp, array, steps) if array.base is None else _into(empty_by(xp, model.shape, array.dtype, steps), array)


def empty_as(xp, array, kind, wanted=preserve_format):
    """Return new memory for such a copy."""
    if wanted is not preserve_format:
        return empty_in(xp, array.shape, kind, wanted)
    return empty_by(xp, array.shape, kind, of_copy(array.shape, steps_of(array)))


def laid_by(xp, result, given, used, with_numbers=True):
    """Return an elementwise result in PyTorch's order, which that of the operands decides: itself, or a copy.

    `given`: the arrays and numbers that were asked for; `used`: the same in the dtype in which they met. `with_numbers`: a number
    is an operand without axes, not a part of the operation.
    """
    operands = []
    for array, met in zip(given, used):
        if isinstance(array, xp.ndarray):
            steps = steps_of(array)
            operands.append((array.shape, steps if met.dtype == array.dtype else of_copy(array.shape, steps)))
        elif with_numbers and array is not None:
            operands.append(((), ()))
    return laid(xp, result, of_result(result.shape, operands))


def laid(xp, array, steps):
    """Return an array whose steps are these: itself, or a copy."""
    have = steps_of(array)
    if have == steps:
        return array
    if array.size and any(side > 1 and a != b for side, a, b in zip(array.shape, have, steps)):
        return _into(empty_by(xp, array.shape, array.dtype, steps), array)
    return with_steps(xp, array, steps)


def _into(memory, array):
    memory[...] = array
    return memory


def laid_in(xp, array, axes):
    """Return an array whose `axes` lie in memory from the outside to the inside: itself, or a copy."""
    return laid(xp, array, packed(array.shape, axes))


def laid_as_parts(xp, array, parts):
    """Return what was put together of parts, given as shapes and steps: where all are images with channels innermost so, else in order."""
    images = array.ndim in IMAGES and all(like_images(*part) for part in parts)
    return laid_in(xp, array, IMAGES[array.ndim]) if images else in_order(xp, array)


def with_steps(xp, array, steps):
    """Return an array with these steps, in elements, along axes of length 1, or of nothing: itself where it has them."""
    wanted = tuple([step * array.itemsize for step in steps])
    return array if wanted == array.strides else xp.lib.stride_tricks.as_strided(array, array.shape, wanted)


def empty_by(xp, shape, kind, steps):
    """Return new memory with these steps, which leave no gaps."""
    if 0 in shape:
        return with_steps(xp, xp.empty(shape, kind), steps)
    axes = sorted(range(len(shape)), key=lambda axis: (shape[axis] > 1, steps[axis]), reverse=True)
    return with_steps(xp, _with_axes(xp, shape, kind, axes), steps)


def empty_in(xp, shape, kind, wanted):
    """Return new memory in the order of a format. Raises RuntimeError for a format of images of which `shape` is none."""
    if wanted not in _CHANNELS_LAST:
        return xp.empty(shape, kind)
    return _with_axes(xp, shape, kind, axes_of_format(wanted, len(shape)))


def _with_axes(xp, shape, kind, axes):
    """Return new memory in which `axes` lie from the outside to the inside."""
    return seen_through(xp.empty(math.prod(shape), kind), shape, axes)


def seen_through(memory, shape, axes):
    """Return a vector of memory as an array of `shape` whose `axes` lie in it from the outside to the inside."""
    return memory.reshape([shape[axis] for axis in axes]).transpose(sorted(range(len(axes)), key=axes.__getitem__))


def axes_of_format(wanted, ndim):
    """Return the axes as a format has them in memory, from the outside to the inside. Raises RuntimeError for another `ndim`."""
    axes = _CHANNELS_LAST.get(wanted, range(ndim))
    if len(axes) != ndim:
        raise RuntimeError(explain(f"required rank {len(axes)} tensor to use {wanted.name} format",
                                   f"the format is one of images, and a shape of {ndim} axes is none of them", "leave it out"))
    return axes


# ---- the memory of an array ------------------------------------------------------------------------------------------------


def whole_memory(array, xp=np):
    """Return, as a vector, the whole memory that `array` shows a part of. (A slice knows its `base`; a base may have one, too.)"""
    owner, inner = array, array.base
    while inner is not None:
        below = None if inner.__class__ is Lender else getattr(inner, "base", None)
        if hasattr(inner, "dtype") and inner.dtype == array.dtype and (inner.flags.c_contiguous or not hasattr(below, "dtype")):
            owner = inner
        inner = below
    if owner.flags.c_contiguous:
        return owner.reshape(-1)
    return xp.lib.stride_tricks.as_strided(owner, (span(owner),), (owner.itemsize,))


def copied_with_gaps(xp, array):
    """Return a copy that lies as `array` does, also where that has gaps; one without them where a number is seen several times."""
    if xp is not np or any(step == 0 and side > 1 for side, step in zip(array.shape, array.strides)):
        return copied(xp, array)
    return copied_with_its_memory(array, {})


def copied_with_its_memory(array, memo, xp=np):
    """Return a copy of `array` that lies in a copy of its whole memory as it does in its own, so that copies of views share memory, too.

    `memo` remembers which memory was copied: see `copy.deepcopy`.
    """
    whole = whole_memory(array, xp)
    copied = memo.get(("memory", address(whole)))
    if copied is None:
        copied = memo["memory", address(whole)] = whole.copy()
    if not array.size:  # NumPy holds the steps of nothing to the memory, too
        return with_steps(xp, copied[:0].reshape(array.shape), steps_of(array))
    start = address(array) - address(whole)
    if xp is np:
        return np.ndarray(array.shape, array.dtype, copied, start, array.strides)
    return xp.lib.stride_tricks.as_strided(copied[start // array.itemsize:], array.shape, array.strides)


def span(array):
    """Return how many places of memory lie between the first and the last element of `array`, both included."""
    return 1 + sum((side - 1) * step // array.itemsize for side, step in zip(array.shape, array.strides)) if array.size else 0


def address(array):
    """Return where an array begins."""
    return array.__array_interface__["data"][0] if isinstance(array, np.ndarray) else array.data.ptr


def of_numpy(xp, array):
    """Return an array of the library `xp` as one of NumPy: for what only NumPy, or Python, can do."""
    return array if xp is np else xp.asnumpy(array)


def nothing_at(array, part, axis, start, step):
    """Return an empty part of an array, its places `start::step` along `axis`, placed as in PyTorch. (NumPy's begins where `array` does.)"""
    if not isinstance(array, np.ndarray):
        return part
    strides = (*part.strides[:axis], array.strides[axis] * step, *part.strides[axis + 1:])
    return np.asarray(_Placed(part, address(array) + start * array.strides[axis], strides, array))


class Lender:
    """An array that lends its memory. A Tensor's memory ends where this array ends, also where the array is a part of another."""

    def __init__(self, array):
        self.base = array
        self.__array_interface__ = {**array.__array_interface__, "strides": array.strides, "data": (address(array), False)}  # to be written


class _Placed:
    """What NumPy needs to know of an array on the memory of `base` that begins at an address."""

    def __init__(self, array, first, strides, base):
        self.__array_interface__ = {**array.__array_interface__, "data": (first, False), "strides": strides}
        self.base = base
