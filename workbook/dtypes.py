"""dtypes under PyTorch's names, and the dtype that an operation's result has."""

import numpy as np


class dtype:
    """The kind of number that a Tensor holds, as `torch.float32`. One object for each; compared by identity.

    Attributes: `itemsize` in bytes, `is_floating_point`, `is_complex`, `is_signed`, and for the engine `numpy`, the NumPy dtype.

    >>> float32
    torch.float32
    >>> float32.itemsize, int64.is_floating_point
    (4, False)

    Source: https://pytorch.org/docs/2.13/tensor_attributes.html#torch.dtype
    """

    __slots__ = ("name", "numpy", "category", "legacy", "itemsize")

    def __init__(self, name, numpy_dtype, category, legacy, itemsize):
        self.name, self.category, self.legacy, self.itemsize = name, category, legacy, itemsize
        self.numpy = None if numpy_dtype is None else np.dtype(numpy_dtype)

    is_floating_point = property(lambda self: self.category == FLOAT, doc="True for float16, bfloat16, float32, float64.")
    is_complex = property(lambda self: self.category == COMPLEX, doc="True for complex64 and complex128.")
    is_signed = property(lambda self: self.name not in ("uint8", "bool"), doc="False for uint8 and bool.")

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
