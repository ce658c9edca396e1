"""dtypes under PyTorch's names, and the dtype that an operation's result has."""

import warnings

import numpy as np

from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class dtype(metaclass=PrintsAsTorch):
    """The kind of number that a Tensor holds, as `torch.float32`. One object for each; compared by identity.

    Attributes: `itemsize` in bytes, `is_floating_point`, `is_complex`, `is_signed`, and for the engine `numpy`, the NumPy dtype.

    >>> float32
    torch.float32
    >>> float32.itemsize, int64.is_floating_point
    (4, False)

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.dtype
    """

    torch_name = "torch.dtype"
    __slots__ = ("name", "numpy", "category", "legacy", "itemsize")

    def __init__(self, name, numpy_dtype, category, legacy, itemsize):
        self.name, self.category, self.legacy, self.itemsize = name, category, legacy, itemsize
        self.numpy = None if numpy_dtype is None else np.dtype(numpy_dtype)

    is_floating_point = property(lambda self: self.category == FLOAT, doc="True for float16, bfloat16, float32, float64.")
    is_complex = property(lambda self: self.category == COMPLEX, doc="True for complex64 and complex128.")
    is_signed = property(lambda self: self.name not in ("uint8", "bool"), doc="False for uint8 and bool.")

    @property
    def in_c(self):
        """Its name in C++, as some of PyTorch's messages have it."""
        return _IN_C.get(self.legacy, self.legacy.lower())

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return _by_name, (self.name,)

    def to_complex(self):
        """The complex dtype whose parts have this dtype's precision."""
        return complex128 if self in (float64, complex128) else complex64

    def to_real(self):
        """The real dtype of a complex one's parts."""
        return {complex64: float32, complex128: float64}.get(self, self)


_IN_C = {"Byte": "unsigned char", "Char": "signed char", "Short": "short int", "Long": "long int", "Half": "c10::Half",
         "BFloat16": "c10::BFloat16", "ComplexFloat": "c10::complex<float>", "ComplexDouble": "c10::complex<double>"}
BOOL, INTEGRAL, FLOAT, COMPLEX = range(4)  # PyTorch's categories, in order: a higher one wins whatever its size

bool = bool_ = dtype("bool", np.bool_, BOOL, "Bool", 1)
uint8 = dtype("uint8", np.uint8, INTEGRAL, "Byte", 1)
int8 = dtype("int8", np.int8, INTEGRAL, "Char", 1)
int16 = short = dtype("int16", np.int16, INTEGRAL, "Short", 2)
int32 = int = dtype("int32", np.int32, INTEGRAL, "Int", 4)
int64 = long = dtype("int64", np.int64, INTEGRAL, "Long", 8)
float16 = half = dtype("float16", np.float16, FLOAT, "Half", 2)
bfloat16 = dtype("bfloat16", None, FLOAT, "BFloat16", 2)  # NumPy has none: known by name, refused when memory is asked for
float32 = float = dtype("float32", np.float32, FLOAT, "Float", 4)
float64 = double = dtype("float64", np.float64, FLOAT, "Double", 8)
complex64 = cfloat = dtype("complex64", np.complex64, COMPLEX, "ComplexFloat", 8)
complex128 = cdouble = dtype("complex128", np.complex128, COMPLEX, "ComplexDouble", 16)

ALL = (bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128)
OF_NUMPY = {d.numpy: d for d in ALL if d.numpy is not None}


def _by_name(name):
    return next(d for d in ALL if d.name == name)


# ---- the dtype of a result ------------------------------------------------------------------------------------------------

_default = float32


def get_default_dtype():
    """Return the dtype of a Tensor made from Python floats. Raises nothing.

    >>> get_default_dtype()
    torch.float32

    Source: https://pytorch.org/docs/2.13/generated/torch.get_default_dtype.html
    """
    return _default


def set_default_dtype(d):
    """Make `d`, a floating point dtype, the one that Python floats take. Raises TypeError for any other dtype.

    >>> set_default_dtype(float64); get_default_dtype()
    torch.float64
    >>> set_default_dtype(float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.set_default_dtype.html
    """
    global _default
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(explain(f"only floating-point types are supported as the default type, got {d!r}",
                                "the default is what Python's floats become", "torch.set_default_dtype(torch.float64)"))
    _default = d


def of(array):
    """Return the dtype of an array."""
    return OF_NUMPY[array.dtype]


def _promote_table():
    """PyTorch's table: the higher category wins; within one, the wider; uint8 meets a signed integer in the next wider one."""
    order = [bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128]
    table = {}
    for i, a in enumerate(order):
        for b in order[i:]:
            result = b
            if (a, b) == (uint8, int8):
                result = int16
            elif (a, b) == (float16, bfloat16):
                result = float32
            elif b is complex64 and a is float64:
                result = complex128
            table[a, b] = table[b, a] = result
    return table


_PROMOTED = _promote_table()


def asked(kind):
    """Return the dtype that a student asks for: a dtype, or Python's own `float`, `int`, `bool` or `complex`; None stays None.

    Raises TypeError for anything else.
    """
    if kind is None or isinstance(kind, dtype):
        return kind
    try:
        return {_float: float64, _int: int64, _bool: bool_, complex: complex128}[kind]
    except (KeyError, TypeError):
        raise TypeError(explain(f"dtype must be a torch.dtype, such as torch.float32, not {kind!r}",
                                "a dtype is an object, not a name", "write torch.float32, torch.int64, ...")) from None


def promote_types(a, b):
    """Return the dtype in which `a` and `b` meet. Raises TypeError for what is no dtype.

    >>> promote_types(uint8, int8), promote_types(int64, float16)
    (torch.int16, torch.float16)

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#type-promotion-doc
    """
    for position, given in enumerate((a, b), start=1):
        if not isinstance(given, dtype):
            raise TypeError(not_a_dtype("promote_types", f"type{position}", position, given))
    return _PROMOTED[a, b]


def not_a_dtype(function, argument, position, given):
    """The text of the error for an argument that has to be a dtype."""
    return explain(f"{function}(): argument '{argument}' (position {position}) must be torch.dtype, not {type(given).__name__}",
                   "dtypes are objects", "write torch.float32, or x.dtype")


def of_number(value):
    """Return the dtype that a Python number takes when it is alone."""
    kind = type(value)
    if kind is _bool:
        return bool_
    if kind is _int:
        return int64
    if kind is _float:
        return _default
    if kind is complex:
        return _default.to_complex()
    return None


def result_type(values):
    """Return the dtype of a result of arrays and Python numbers, by PyTorch's three ranks.

    Arrays with axes come first, 0-d arrays second, Python numbers third; a later rank matters only where its category is higher.
    """
    ranks = [None, None, None]
    for value in values:
        if value is None:
            continue
        if hasattr(value, "dtype"):
            rank, found = (1 if value.ndim == 0 else 0), OF_NUMPY[value.dtype]
        else:
            rank, found = 2, of_number(value)
        ranks[rank] = found if ranks[rank] is None else _PROMOTED[ranks[rank], found]
    result = None
    for found in ranks:
        if found is not None and (result is None or found.category > result.category):
            result = found if result is None else _PROMOTED[result, found]
    return result


def real_parts(array):
    """Return the real parts of an array that goes into real memory; a warning says what is lost."""
    warn_of_lost_parts(array.dtype, 6)
    return array.real


def warn_of_lost_parts(kind, level=3):
    """Warn where the memory that is converted to real numbers holds complex ones."""
    if kind.kind == "c":
        warnings.warn("Casting complex values to real discards the imaginary part", UserWarning, stacklevel=level)


# Each operation names one of these rules. A rule takes the arrays and numbers that reached the gate and returns them ready for
# `forward`. Python numbers stay what they are: NumPy gives them the array's dtype, as PyTorch does.


def as_given(values):
    """No rule: each array keeps its dtype."""
    return values


def _rule(convert):
    """Return a rule for those cases in which there is something to convert, with the common ones in front, at little cost."""
    def rule(values):
        if len(values) == 2:
            a, b = values
            if a.__class__ is _ndarray:
                if b.__class__ is _ndarray:
                    if a.dtype is b.dtype:
                        return values
                elif b.__class__ is _float and a.dtype.char in "fdFD":  # all but half precision
                    return values
                elif b.__class__ is _int and a.dtype.char in "fdFD":
                    within_64_bits(b)
                    return values
        elif len(values) == 1:
            return values
        return convert(values)

    rule.__doc__ = convert.__doc__
    return rule


@_rule
def promote(values):
    """All arrays take the dtype in which they meet."""
    return _cast(values, result_type(values))


@_rule
def promote_factor(values):
    """As `promote`; but beside half precision, a second operand that is one number is not rounded to it: it becomes a float32."""
    met, (a, b) = result_type(values), values
    ready = _cast(values, met)
    if met is float16 and hasattr(a, "dtype") and (b.__class__ is _float or b.__class__ is _int):
        ready[1] = float32.numpy.type(b)
    elif met is float16 and ready[1] is not b and getattr(b, "ndim", 1) == 0 and getattr(a, "ndim", 0):
        ready[1] = b.astype(float32.numpy)[()]
    return ready


def _to_float(promote):
    def rule(values):
        """As the other rule; integers and bools take the default floating point dtype."""
        first = values[0]
        if first.__class__ is _ndarray and first.dtype.kind in "fc":
            return values if len(values) == 1 else promote(values)
        met = result_type(values)
        return promote(values) if met.category >= FLOAT else _cast(values, _default)
    return rule


promote_to_float, promote_factor_to_float = _to_float(promote), _to_float(promote_factor)


def _cast(values, target):
    if target.numpy is None:
        raise TypeError(no_bfloat16())
    kind, ready = target.numpy, []
    for value in values:
        if value is None:
            raise TypeError(explain("unsupported operand type(s): 'Tensor' and 'NoneType'",
                                    "None is no number", "look where it comes from: did a function forget to return?"))
        if hasattr(value, "dtype") and value.dtype == kind:
            ready.append(value)
        elif hasattr(value, "dtype"):
            ready.append(value.astype(kind, "C" if 0 in value.strides else "K"))  # what is repeated lies no more inside than it did
        else:
            ready.append(kind.type(value) if target.category == BOOL else _number(value, target))
    return ready


def _number(value, target):
    """A Python number in the category of `target`, so that NumPy's own promotion leaves `target` alone."""
    if value.__class__ is _int:
        within_64_bits(value)
    if target.category >= FLOAT:
        return (_bool, _int, _float, complex)[target.category](value)
    low = 0 if target is uint8 else -(1 << 8 * target.itemsize - 1)
    if low <= value < low + (1 << 8 * target.itemsize):
        return value
    return np.asarray(value).astype(target.numpy)[()]  # PyTorch wraps around: 256 is 0 in uint8


def within_64_bits(value):
    """Raise OverflowError for an int that no 64 bits hold."""
    if not _LEAST <= value <= _MOST:
        raise OverflowError(explain("int too big to convert" if value > 0 else "can't convert negative int to unsigned",
                                    f"the number has {value.bit_length()} bits, more than 64", "write it as a float"))


def no_bfloat16():
    """The text of the error for bfloat16 memory."""
    return explain("bfloat16 is known by name only", "NumPy has no bfloat16 numbers, so no Tensor of workbook can hold them",
                   "use torch.float16 or torch.float32")


_LEAST, _MOST = -(1 << 63), (1 << 64) - 1
_bool, _int, _float, _ndarray = True.__class__, (0).__class__, (0.0).__class__, np.ndarray
