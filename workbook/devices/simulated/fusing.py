"""`cupy.fuse`: several elementwise steps as one kernel, which reads each number once and writes each result once.

CuPy calls the function once with variables in the place of its arrays, notes what is done to them, and makes a kernel of that. So
the function may only reckon: an `if` that looks at a number, and whatever is not elementwise, is refused. And there is a trap, which is
here as it is in CuPy 14.2: a Python number that is given to the kernel has no dtype of its own, and of two of them that meet one another,
before either meets an array, CuPy computes in half precision.
"""

import functools
import operator

import numpy as np

KNOWN = frozenset(("where", "clip", "copy"))  # beside the elementwise functions


class Variable:
    """What stands for an array, or for a number (which has no axes, and whose `value` is no array), while a kernel is put together."""

    __slots__ = ("value",)
    __array_ufunc__ = __hash__ = None

    def __init__(self, value):
        self.value = value

    shape = property(lambda self: _refuse("shape"))
    dtype = property(lambda self: np.asarray(self.value).dtype)
    ndim = property(lambda self: np.ndim(self.value))

    def __bool__(self):
        raise TypeError("Can't cast to bool")

    __int__ = __float__ = __len__ = __iter__ = __bool__

    def __getitem__(self, key):
        raise TypeError("The fusion reads whole arrays")

    def __setitem__(self, key, value):
        if key is not Ellipsis and key != slice(None):
            raise ValueError("The fusion supports `[...]` or `[:]`.")
        np.copyto(self.value, _of(value), "same_kind")

    def astype(self, dtype, copy=True):
        return Variable(np.asarray(self.value).astype(dtype))

    def copy(self):
        return Variable(np.copy(self.value))


def _refuse(name):
    raise AttributeError(f"a variable of a kernel has no {name}")


def _of(value):
    return value.value if isinstance(value, Variable) else value


def computed(function, elementwise, name, args, options):
    """Return what one of NumPy's functions gives of variables."""
    if not elementwise and name not in KNOWN or options.keys() - {"out"}:
        raise TypeError(f"{name} cannot be fused" + (f" with {', '.join(options)}" if options else ""))
    values, out = [_of(value) for value in args], options.get("out")
    of_arrays = any(isinstance(value, np.ndarray) for value in values)
    if not of_arrays:
        values = [np.float16(value) if isinstance(value, float) else value for value in values]
    with np.errstate(all="ignore"):
        result = function(*values) if out is None else function(*values, out=out.value, casting="same_kind")
    return out if out is not None else Variable(np.asarray(result) if of_arrays else result)


def _operator(name, function, turned=False):
    def reckon(self, *others):
        if not all(isinstance(other, (Variable, int, float, complex, np.generic)) for other in others):
            raise TypeError(f"Unsupported type {type(others[0])}")
        return computed(function, True, name, others + (self,) if turned else (self, *others), {})

    return reckon


def _in_place(name, function):
    def reckon(self, other):
        if not isinstance(self.value, np.ndarray):
            return computed(function, True, name, (self, other), {})
        return computed(function, True, name, (self, other), {"out": self})

    return reckon


_TWO = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "floordiv": np.floor_divide, "mod": np.remainder,
        "pow": np.power, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}
for _name, _function in _TWO.items():
    setattr(Variable, f"__{_name}__", _operator(_name, _function))
    if _name != "pow":  # which CuPy's have not
        setattr(Variable, f"__r{_name}__", _operator(_name, _function, turned=True))
    setattr(Variable, f"__i{_name}__", _in_place(_name, _function))
for _name in ("lt", "le", "eq", "ne", "gt", "ge", "neg", "invert"):
    setattr(Variable, f"__{_name}__", _operator(_name, getattr(operator, _name)))


def fuse(*args, kernel_name=None):
    """Return a function whose elementwise steps are one kernel; also as `@fuse()` and `@fuse(kernel_name=...)`."""
    if args and callable(args[0]):
        return functools.update_wrapper(Fusion(args[0], kernel_name), args[0])
    return lambda function: functools.update_wrapper(Fusion(function, kernel_name), function)


class Fusion:
    """A function that is one kernel."""

    def __init__(self, function, name):
        self.function, self.name = function, name or function.__name__

    def __call__(self, *args):
        from workbook.devices.simulated.array import done, ndarray, opened

        if not any(isinstance(value, ndarray) for value in args):
            return self.function(*args)
        for value in args:
            if not isinstance(value, (ndarray, np.generic, int, float, complex, type(None))):
                raise TypeError(f"Invalid argument type for '{self.name}': ({type(value)!r})")

        def compute():
            result = self.function(*[None if value is None else Variable(opened(value)) for value in args])
            if result is None:
                return None
            if isinstance(result, tuple):
                return tuple([np.asarray(part.value) for part in result])
            return np.asarray(result.value)

        return done(compute, *args)
