"""Tensors on memory that is there already, and new memory laid out by strides."""

import math
import warnings

import numpy as np

from workbook import dtypes
from workbook.errors import explain, not_a_bool
from workbook.numbers import array_in, plain
from workbook.ops.creation import finish, memory_for, numpy_dtype, stored
from workbook.ops.from_data import array_of
from workbook.ops.shape import size_of_new, sizes
from workbook.settings import unfilled
from workbook.tensor import Tensor, wrap


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """Return `obj` as a Tensor: a Tensor itself, NumPy's arrays and bytes by sharing their memory, numbers and lists by a copy.

    copy=True always copies; copy=False raises ValueError where only a copy would do. Bytes are read in the dtype (float32).

    >>> import numpy, workbook as torch
    >>> n = numpy.zeros(2); x = torch.asarray(n); n[0] = 5
    >>> x
    tensor([5., 0.], dtype=torch.float64)

    Source: https://pytorch.org/docs/2.13/generated/torch.asarray.html
    """
    if isinstance(obj, Tensor):
        return _as_asked(obj, dtype, device, copy, requires_grad)
    if isinstance(obj, np.ndarray):
        return _as_asked(wrap(array_of(obj, None if obj.dtype in dtypes.OF_NUMPY else dtype, copy=False)), dtype, device, copy, requires_grad)
    if isinstance(obj, (bytes, bytearray, memoryview)):
        return _as_asked(frombuffer(obj, dtype=dtype or dtypes.get_default_dtype()), dtype, device, copy, requires_grad)
    if copy is False:
        raise ValueError(explain("can't alias arbitrary sequence into a tensor.",
                                 "Python's numbers do not lie side by side in memory",
                                 "leave copy out, or give a NumPy array"))
    if isinstance(obj, str):
        raise TypeError(explain("new(): invalid data type 'str'", "a tensor holds numbers", "give numbers: float(text)"))
    return finish(array_of(obj, dtype, copy=True), device, requires_grad)


def _as_asked(x, dtype, device, copy, requires_grad):
    moves = dtype not in (None, x.dtype) or device is not None and x.to(device) is not x
    if moves and copy is False:
        raise ValueError(explain(f"can't alias tensor with dtype '{x.dtype.legacy}' into dtype '{dtypes.asked(dtype).legacy}'."
                                 if dtype not in (None, x.dtype) else "can't alias tensor from another device.",
                                 "another dtype or device takes memory of its own", "leave copy out"))
    if not isinstance(requires_grad, (bool, np.bool_)):
        raise not_a_bool("asarray", "requires_grad", None, requires_grad)
    made = x.to(device=device or x.device, dtype=dtype or x.dtype)
    if copy and made is x:
        made = x.clone()
    if not requires_grad:
        return made.detach() if made.requires_grad and made is not x else made
    return made.detach().requires_grad_()


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """Return a Tensor, one axis, on the memory of a buffer (bytearray, array, memoryview): the bytes from `offset` on, as `dtype`.

    What is only for reading, such as bytes, is copied, with a warning. Raises ValueError where the bytes do not suffice.

    >>> import workbook as torch
    >>> torch.frombuffer(bytearray([1, 0, 2, 0]), dtype=torch.int16)
    tensor([1, 2], dtype=torch.int16)

    Source: https://pytorch.org/docs/2.13/generated/torch.frombuffer.html
    """
    kind = numpy_dtype(dtype)
    try:
        memory = np.frombuffer(buffer, np.uint8) if len(memoryview(buffer)) else np.empty(0, np.uint8)
    except TypeError:
        raise ValueError(explain("object does not implement Python buffer protocol.",
                                 f"a {type(buffer).__name__} is no memory of bytes",
                                 "give a bytearray, an array.array or a memoryview; of a list write torch.tensor(...)")) from None
    length, width = memory.size, kind.itemsize
    fix = "check dtype, count and offset against the number of bytes"
    if length == 0 or count == 0:
        raise ValueError(explain(f"both buffer length ({length}) and count ({count}) must not be 0", "there is nothing to read",
                                 fix))
    if not 0 <= offset < length:
        raise ValueError(explain(f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) "
                                 "minus 1",
                                 "it says where to begin", fix))
    if count < 0 and (length - offset) % width:
        raise ValueError(explain(f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of "
                                 "element "
                                 f"size ({width})", f"a {dtype} takes {width} bytes", fix))
    count = (length - offset) // width if count < 0 else count
    if offset + count * width > length:
        raise ValueError(explain(f"requested buffer length ({count} * {width} bytes) after offset ({offset} bytes) must not be "
                                 "greater "
                                 f"than actual buffer length ({length} bytes)", "there are not that many bytes", fix))
    array = memory[offset:offset + count * width]
    if not array.flags.writeable:
        warnings.warn("The given buffer is not writable, and PyTorch does not support non-writable tensors. The tensor holds a "
                      "copy.",
                      UserWarning, stacklevel=2)
        array = array.copy()
    return wrap(array.view(kind)).requires_grad_(requires_grad)


def scalar_tensor(s, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """Return a Tensor without axes that holds one number, in the default dtype unless another is named.

    Raises TypeError for what is no number.

    >>> import workbook as torch
    >>> torch.scalar_tensor(3)
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/tensors.html
    """
    s = plain(s.item() if isinstance(s, Tensor) and s.ndim == 0 else s)
    if not isinstance(s, (int, float, complex)):
        raise TypeError(explain(f"scalar_tensor(): argument 's' (position 1) must be Number, not {type(s).__name__}",
                                "it takes one Python number", "write torch.tensor(...)"))
    kind = numpy_dtype(dtype)
    return finish(array_in(s, kind), device, requires_grad)


@stored
def empty_strided(size, stride, *, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size whose memory is not filled, laid out so that a step along each axis passes `stride` elements.

    Raises RuntimeError where there are not as many strides as sizes.

    >>> import workbook as torch
    >>> torch.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)

    Source: https://pytorch.org/docs/2.13/generated/torch.empty_strided.html
    """
    for position, (name, given) in enumerate((("size", size), ("stride", stride)), start=1):
        if isinstance(given, int):
            raise TypeError(explain(f"empty_strided(): argument '{name}' (position {position}) must be tuple of ints, not int",
                                    "each axis has a length and a stride", "write torch.empty_strided((2, 3), (3, 1))"))
    shape, steps = size_of_new((size,)), sizes((stride,))
    if len(shape) != len(steps):
        raise RuntimeError(explain(f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(steps)})",
                                   "each axis has one stride", "give as many strides as sizes"))
    if any(step < 0 for step in steps):
        raise RuntimeError(explain(f"Storage size calculation overflowed with sizes={list(shape)} and strides={list(steps)}",
                                   "no axis runs backwards through memory", "choose strides from 0"))
    kind = numpy_dtype(dtype)
    reach = 1 + sum((side - 1) * step for side, step in zip(shape, steps)) if math.prod(shape) else 0
    memory = unfilled(memory_for(np.empty, (reach,), kind))
    laid = np.lib.stride_tricks.as_strided(memory, shape, [step * kind.itemsize for step in steps])
    return finish(laid, device, requires_grad)


@stored
def empty_permuted(size, physical_layout, *, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size whose memory is not filled, with its axes in memory in the order that `physical_layout` names.

    Raises RuntimeError for a negative size, and where `physical_layout` does not name each axis once.

    >>> import workbook as torch
    >>> torch.empty_permuted((2, 3, 5), (0, 2, 1)).stride()
    (15, 1, 3)

    Source: https://pytorch.org/docs/2.13/generated/torch.empty_permuted.html
    """
    shape, order = size_of_new((size,)), sizes((physical_layout,))
    if sorted(order) != list(range(len(shape))):
        raise RuntimeError(explain(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {len(shape)} is not "
            "equal "
            f"to len(physical_layout) = {len(order)}" if len(order) != len(shape) else
            f"physical_layout has to name each dimension once, but it is {list(order)}", "each axis has its place",
            "name every axis once"))
    array = unfilled(memory_for(np.empty, tuple(shape[axis] for axis in order), numpy_dtype(dtype)))
    return finish(array.transpose([order.index(axis) for axis in range(len(shape))]), device, requires_grad)


def new_empty_strided(input, size, stride, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """As `torch.empty_strided`, with the dtype and device of `input`.

    Raises RuntimeError for a negative size, and where there are not as many strides as sizes.

    >>> import workbook as torch
    >>> torch.tensor([1]).new_empty_strided((2,), (1,)).dtype
    torch.int64

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.new_empty_strided.html
    """
    return empty_strided(size, stride, dtype=dtype or input.dtype, device=device or input.device, requires_grad=requires_grad)
