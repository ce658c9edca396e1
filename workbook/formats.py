"""How a Tensor's numbers lie in memory, under PyTorch's names. The engine has one way: in strides, with axes in any order."""

import math

import numpy as np

from workbook.errors import explain
from workbook.naming import PrintsAsTorch


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


_CHANNELS_LAST = {channels_last: (0, 2, 3, 1), channels_last_3d: (0, 2, 3, 4, 1)}


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
    return array if array.flags.c_contiguous else xp.asarray(array, order="C")


def by_columns(xp, array):
    """Return a copy whose memory holds each matrix column by column: as LAPACK's routines leave their results, and PyTorch hands them on."""
    if array.ndim < 2:
        return array
    *stack, rows, columns = array.shape
    if not array.size:  # new memory of no elements has no steps
        return xp.lib.stride_tricks.as_strided(array, array.shape, _steps_by_columns(array))
    out = xp.empty((*stack, columns, rows), array.dtype).swapaxes(-1, -2)
    out[...] = array
    return out


def _steps_by_columns(array):
    """The steps, in bytes, of matrices without elements, as if each side were 1 or more."""
    *stack, rows, columns = (max(side, 1) for side in array.shape)
    steps = [math.prod(stack[axis + 1:]) * rows * columns for axis in range(len(stack))]
    return [step * array.itemsize for step in (*steps, 1, rows)]


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
        return _with_steps_of(xp, copy, array) if wanted is preserve_format else copy
    copy = empty_as(xp, array, kind or array.dtype, wanted)
    copy[...] = array
    return copy


def laid_as(xp, array, model):
    """Return an array in the order in which a copy of `model`, of the same shape, lies in memory: itself, or a copy where it is a view."""
    if array.base is None and array.flags.c_contiguous and model.flags.c_contiguous:
        return array
    laid = empty_as(xp, model, array.dtype)
    laid[...] = array
    return laid


def empty_as(xp, array, kind, wanted=preserve_format):
    """Return new memory for such a copy."""
    if wanted is not preserve_format:
        return empty_in(xp, array.shape, kind, wanted)
    if array.flags.c_contiguous:
        return _with_steps_of(xp, xp.empty(array.shape, kind), array)
    return _with_steps_of(xp, _with_axes(xp, array.shape, kind, axes_in_memory(array.shape, array.strides)), array)


def laid_by(xp, result, operands):
    """Return an elementwise result in PyTorch's order: that of the first operand, and of the next where its steps leave it open."""
    if result.ndim < 2 or not result.size:
        return result
    steps = [_steps_within(operand, result.shape) for operand in operands]
    if operands[0].shape == result.shape and all(each == steps[0] for each in steps):
        laid = empty_as(xp, operands[0], result.dtype)
    else:
        return laid_in(xp, result, axes_in_memory(result.shape, *steps))
    laid[...] = result
    return laid


def laid_in(xp, array, axes):
    """Return an array whose `axes` lie in memory from the outside to the inside: itself, or a copy."""
    laid = _with_axes(xp, array.shape, array.dtype, axes)
    if laid.strides == array.strides:
        return array
    laid[...] = array
    return laid


def _steps_within(operand, shape):
    """The steps, in elements, that an operand takes along the axes of a result: 0 where it is repeated."""
    have = getattr(operand, "shape", ())
    steps = [step // operand.itemsize for step in operand.strides] if have else []
    added = len(shape) - len(have)
    return [0] * added + [0 if side == 1 != wanted else step for side, wanted, step in zip(have, shape[added:], steps)]


def _with_steps_of(xp, made, array):
    """Return new memory with the steps that `array` has along axes of length 1, if all others are the same."""
    if 1 not in array.shape:
        return made
    steps = tuple(step // array.itemsize * made.itemsize for step in array.strides)
    if steps == made.strides or any(side > 1 and a != b for side, a, b in zip(array.shape, steps, made.strides)):
        return made
    return xp.lib.stride_tricks.as_strided(made, made.shape, steps)


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


def axes_in_memory(shape, *strides):
    """Return the axes, those with the longest steps first. An axis whose step is 0, and equal ones, stay where they are.

    `strides`: those of an array, or of several that are computed with together; the first decides, and the next where it does not.
    The sort, by insertion, is PyTorch's: with axes that stay where they are, other sorts end elsewhere.
    """
    axes = [*reversed(range(len(shape)))]
    for place in range(1, len(axes)):
        for before in reversed(range(place)):
            order = _order_of(axes[before], axes[place], shape, strides)
            if order < 0:
                break
            if order > 0:
                axes[before], axes[place], place = axes[place], axes[before], before
    return axes[::-1]


def _order_of(a, b, shape, strides):
    """Return -1 where axis `a` takes the shorter steps, so lies inside `b`; 1 where `b` does; 0 where nothing says so."""
    for steps in strides:
        if steps[a] and steps[b]:
            if steps[a] != steps[b]:
                return -1 if steps[a] < steps[b] else 1
            if shape[a] > shape[b]:
                return 1
    return 0


# ---- the memory of an array ------------------------------------------------------------------------------------------------


def whole_memory(array):
    """Return, as a vector, the whole memory that `array` shows a part of. (A slice knows its `base`; a base may have one, too.)"""
    owner, inner = array, array.base
    while inner is not None:
        below = None if inner.__class__ is Lender else getattr(inner, "base", None)
        if hasattr(inner, "strides") and inner.dtype == array.dtype and (inner.flags.c_contiguous or not hasattr(below, "strides")):
            owner = inner
        inner = below
    if owner.flags.c_contiguous:
        return owner.reshape(-1)
    return np.lib.stride_tricks.as_strided(owner, (span(owner),), (owner.itemsize,))


def copied_with_its_memory(array, memo):
    """Return a copy of `array` that lies in a copy of its whole memory as it does in its own, so that copies of views share memory, too.

    `memo` remembers which memory was copied: see `copy.deepcopy`.
    """
    if not isinstance(array, np.ndarray):
        return array.copy()
    whole = whole_memory(array)
    copied = memo.get(("memory", address(whole)))
    if copied is None:
        copied = memo["memory", address(whole)] = whole.copy()
    return np.ndarray(array.shape, array.dtype, copied, address(array) - address(whole), array.strides)


def span(array):
    """Return how many places of memory lie between the first and the last element of `array`, both included."""
    return 1 + sum((side - 1) * step // array.itemsize for side, step in zip(array.shape, array.strides)) if array.size else 0


def address(array):
    """Return where an array begins."""
    return array.__array_interface__["data"][0] if isinstance(array, np.ndarray) else array.data.ptr


def of_numpy(xp, array):
    """Return an array of the library `xp` as one of NumPy: for what only NumPy, or Python, can do."""
    return array if xp is np else xp.asnumpy(array)


def nothing_at(array, part, axis, start):
    """Return an empty part of an array, placed on its place `start` along `axis`, as in PyTorch. (NumPy's begins where `array` does.)"""
    if not isinstance(array, np.ndarray):
        return part
    return np.asarray(_Placed(part, address(array) + start * array.strides[axis], array))


class Lender:
    """An array that lends its memory. A Tensor's memory ends where this array ends, also where the array is a part of another."""

    def __init__(self, array):
        self.base, self.__array_interface__ = array, {**array.__array_interface__, "strides": array.strides}


class _Placed:
    """What NumPy needs to know of an array on the memory of `base` that begins at an address."""

    def __init__(self, array, first, base):
        self.__array_interface__ = {**array.__array_interface__, "data": (first, False), "strides": array.strides}
        self.base = base
