"""A number that Python or NumPy gives, as one that memory of a dtype holds."""

import math
import operator

import numpy as np

from workbook import dtypes
from workbook.errors import explain


def plain(value):
    """Return a number of a subclass, such as an IntEnum, or of NumPy, as Python's own; anything else as it is.

    Of NumPy's numbers, whole ones are ints; others are floats, a yes or no too, as PyTorch has it.

    >>> plain(np.int8(3)), plain(np.float32(0.5)), plain(np.bool_(True))
    (3, 0.5, 1.0)
    """
    kind = value.__class__
    if kind is float or kind is int or kind is bool:
        return value
    if isinstance(value, np.generic):
        if isinstance(value, np.uint64) and value >= 2**63:
            raise TypeError(explain("an integer is required", f"{value} has more than 64 bits, one of them for the sign", "give a float"))
        return (int if isinstance(value, np.integer) else complex if isinstance(value, np.complexfloating) else float)(value)
    for number in (int, float, complex):
        if isinstance(value, number):
            return number(value)
    return value


def number_in(value, kind):
    """Return a number as memory of the NumPy dtype `kind` holds it: whole numbers are cut off, and bytes count -1 as 255.

    Raises RuntimeError for one that is beyond the dtype, or has an imaginary part where there is no room for it,
    OverflowError for an int of more than 64 bits.

    >>> number_in(2.5, np.dtype("int32")), number_in(-1, np.dtype("uint8"))
    (2, 255)
    """
    value = plain(value)
    if value.__class__ is int:
        dtypes.within_64_bits(value)
    if kind.kind == "b":
        return bool(value)
    if kind.kind == "c":
        return complex(*(_in_range(part, kind, value) for part in (complex(value).real, complex(value).imag)))
    value = real_number(value, kind)
    if kind.kind == "f":
        return float(_in_range(value, kind, value))
    limits = np.iinfo(kind)
    low = -limits.max if limits.min == 0 and value.__class__ is int else limits.min
    if not (float(low) <= value <= float(limits.max) if value.__class__ is float else low <= value <= limits.max):
        raise beyond(value, kind)
    return int(np.asarray(value).astype(kind))


def counted(value):
    """Return a whole number that counts places or axes. Raises ValueError for one of more than 64 bits, which PyTorch cannot take over."""
    if not -2**63 <= value < 2**63:
        raise ValueError(explain("Overflow when unpacking long long", f"{_short(value)} has more than 64 bits, one of them for the sign",
                                 "no axis is so long: look where the number comes from"))
    return value


def is_whole(value):
    """Whether a value is a whole number where PyTorch wants one: Python's, NumPy's, or a Tensor's that has no axes and gets no gradient.

    >>> is_whole(3), is_whole(np.int8(3)), is_whole(True), is_whole(3.), is_whole(np.array(3))
    (True, True, False, False, False)
    """
    if isinstance(value, (int, np.integer)):
        return not isinstance(value, bool)
    return hasattr(value, "requires_grad") and value.ndim == 0 and not value.requires_grad and value.dtype.category == dtypes.INTEGRAL


def is_length(value, place=0):
    """Whether a value is a whole number where PyTorch wants a length: so is any that says so itself, and a Tensor of one number.

    `place`: of several lengths, which one it is, from 0. PyTorch looks closely at the first: behind it True and False pass for 1 and 0.

    >>> is_length(np.array(3)), is_length(np.array([3])), is_length(True), is_length(True, 1)
    (True, False, False, True)
    """
    if isinstance(value, (bool, np.bool_)):
        return place > 0 and isinstance(value, bool)
    if hasattr(value, "requires_grad"):
        return value.numel() == 1 and value.dtype.category <= dtypes.INTEGRAL
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


def length_of(value):
    """Return a length, or True or False, as a Python int. Raises RuntimeError for a Tensor of bool, as PyTorch does."""
    if hasattr(value, "requires_grad") and value.dtype.category == dtypes.BOOL:
        raise RuntimeError(explain("Expected scalar.isIntegral( false) to be true, but got false.",
                                   f"a length is a whole number, and {value} is a yes or no", "write int(...) around it"))
    return operator.index(value)


def computed_in(kind):
    """Return the NumPy dtype in which PyTorch computes with numbers of the dtype `kind`."""
    return dtypes.float32.numpy if kind == dtypes.float16.numpy else kind


def array_in(value, kind):
    """Return an array without axes that holds a number, refused as `number_in` does; only float16 turns too large a one into infinity."""
    half = kind == dtypes.float16.numpy
    return np.asarray(number_in(value, dtypes.float64.numpy if half else kind)).astype(kind)


def fill_with(array, value):
    """Write a number into every place of an array, refused as `number_in` does; of one place alone, as `array_in`."""
    array.fill(array_in(value, array.dtype)[()] if array.size == 1 else number_in(value, array.dtype))


def promote_held(values):
    """The dtype rule `dtypes.promote`, for an operation that refuses a number which the dtype of its result does not hold."""
    met = dtypes.result_type(values).numpy
    return dtypes.promote([value if value is None or hasattr(value, "dtype") else number_in(value, met) for value in values])


def _in_range(part, kind, value):
    if abs(part) > float(np.finfo(kind).max) and not math.isinf(part):
        raise beyond(value, kind)
    return part


def beyond(value, kind):
    """The error for a number that the NumPy dtype `kind` does not hold."""
    found = dtypes.OF_NUMPY[kind]
    if kind.kind in "fc":
        why, fix = f"{found} ends at {np.finfo(kind).max:.4g}", "choose a smaller number, or a wider dtype"
    else:
        why = f"{found} holds whole numbers from {np.iinfo(kind).min} to {np.iinfo(kind).max}, and {_short(value)} is none of them"
        fix = "choose another number, or a dtype that holds it"
    return RuntimeError(explain(f"value cannot be converted to type {_IN_C.get(found.name, found.in_c)} without overflow", why, fix))


def _short(value):
    return str(value) if len(str(value)) < 30 else f"{float(value):.4g}"


_IN_C = {"int64": "int64_t", "int32": "int", "int16": "int16_t", "int8": "int8_t", "uint8": "uint8_t"}


def real_number(value, kind):
    """Return a number as memory of the NumPy dtype `kind` can hold it. Raises RuntimeError for a complex one in real memory."""
    if value.__class__ is not complex or kind.kind in "bc":
        return value
    if value.imag:
        found = dtypes.OF_NUMPY[kind]
        raise RuntimeError(explain(
            f"value cannot be converted to type {_IN_C.get(found.name, found.in_c)} without overflow",
            f"{value} has an imaginary part, for which {found} has no room", "take value.real, or a complex tensor"))
    return value.real
