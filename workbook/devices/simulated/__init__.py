"""A stand-in for CuPy, for computers without a GPU: this module takes the place of `cupy` behind the device `cuda`.

It is called simulated wherever it shows, and computes with NumPy, so its speed says nothing of a GPU's. What it is good for is the
rest: it refuses what CuPy refuses (NumPy's arrays among its own, arrays of another device, functions and arguments that CuPy lacks),
does silently wrong what CuPy does silently wrong (an index outside of an axis wraps around, of two writers to one place either may
win), and keeps a bill of every copy and every wait. So a program that runs here has what it needs to run on a GPU.

    WORKBOOK_SIMULATED_GPUS=2      in the environment, or
    torch.cuda.simulate(2)         in the program

`machine.py` holds the devices and the bill, `array.py` the array, `fusing.py` kernels of several steps, `lacks.py` what CuPy lacks,
`tools.py` what `cupy.cuda` has.
`tests/simulated/test_probes.py` asks the same questions of this module and, where there is a GPU, of CuPy.
"""

import numpy as np

from workbook.devices.simulated import fusing, lacks, tools
from workbook.devices.simulated.array import closed, done, fresh, ndarray, opened, opened_all, refuse_arguments, shown, wrapped
from workbook.devices.simulated.fusing import fuse  # noqa: F401
from workbook.devices.simulated.machine import machine

__version__ = "14.2 (simulated)"
cuda = tools
newaxis, inf, nan, pi, e = None, np.inf, np.nan, np.pi, np.e


def is_available():
    """Whether there is a simulated GPU."""
    return machine.count > 0


def get_default_memory_pool():
    """The memory of the current device, as CuPy's pool."""
    return tools.Pool()


def asarray(a, dtype=None, order=None, blocking=False):
    """Return an array on the current device: `a` itself where it is one, otherwise a copy of the host's numbers."""
    if isinstance(a, ndarray) and a._block.device == machine.current:
        return done(lambda: np.asarray(a._inner, dtype, order), a, shows=np.may_share_memory(np.asarray(a._inner, dtype, order), a._inner))
    return array(a, dtype, order=order)


asanyarray = asarray


def ascontiguousarray(a, dtype=None):
    """Return the array in the order of its shape."""
    return asarray(a, dtype, order="C")


def array(a, dtype=None, copy=True, order="K", subok=False, ndmin=0, blocking=False):
    """Return a new array on the current device, with the numbers of another device's, or of the host's."""
    if isinstance(a, ndarray):
        if a._block.device != machine.current:
            machine.charge("device to device", "array", a.nbytes)
            copy = True
        return done(lambda: np.array(a._inner, dtype, copy=copy or None, order=order or "K", ndmin=ndmin), a)
    if isinstance(a, (tuple, list)) and any(isinstance(part, ndarray) for part in a):
        return stack([asarray(part, dtype) for part in a])
    inner = np.array(a, dtype, order=order or "K", ndmin=ndmin)
    if inner.dtype.kind not in "biufc":
        raise ValueError(f"Unsupported dtype {inner.dtype}")
    machine.charge("host to device", "array", inner.nbytes)
    return fresh(inner)


def asnumpy(a, stream=None, order="C", out=None, blocking=True):
    """Return a NumPy array with the numbers."""
    return a.get(order, out) if isinstance(a, ndarray) else np.asarray(a)


def get_array_module(*args):
    """Return this module where one of the arguments is one of its arrays, and NumPy otherwise."""
    import sys

    return sys.modules[__name__] if any(isinstance(given, ndarray) for given in args) else np


def may_share_memory(a, b, max_work=None):
    """Whether two arrays might show the same memory. It looks at addresses and waits for nothing."""
    return isinstance(a, ndarray) and isinstance(b, ndarray) and np.may_share_memory(a._inner, b._inner)


shares_memory = may_share_memory


def take(a, indices, axis=None, out=None):
    return a.take(indices, axis)


def take_along_axis(a, indices, axis=-1):
    side = a.size if axis is None else a.shape[axis]
    return done(lambda: np.take_along_axis(opened(a), wrapped(opened(indices), side), axis))


def put_along_axis(arr, indices, values, axis):
    side = arr.size if axis is None else arr.shape[axis]
    done(lambda: np.put_along_axis(opened(arr), wrapped(opened(indices), side), opened(values), axis))


class Function:
    """One of NumPy's functions, for the arrays of a simulated GPU."""

    def __init__(self, name, function):
        self.name, self.__name__, self._function, self._lacking = name, name, function, lacks.ARGUMENTS.get(name, ())

    def __call__(self, *args, **options):
        refuse_arguments(self.name, self._lacking, options)
        if self.name in lacks.WAITS or self.name == "repeat" and len(args) > 1 and isinstance(args[1], ndarray):
            machine.charge("wait", self.name)
        given = [*args, *options.values()]
        if any(isinstance(value, fusing.Variable) for value in given):
            return fusing.computed(self._function, isinstance(self, ufunc), self.name, args, options)
        open_ = shown if self.name in lacks.SHOWS else opened
        return done(lambda: self._function(*map(open_, args), **opened_all(options)), shows=self.name in lacks.SHOWS | lacks.MAKES_ROOM,
                    *given, *(part for many in given if isinstance(many, (tuple, list)) for part in many))


class ufunc(Function):
    """An elementwise function, with its parts."""

    def __call__(self, *args, **options):
        if any(isinstance(value, (list, tuple)) for value in args):
            raise TypeError(f"Unsupported type {next(type(value) for value in args if isinstance(value, (list, tuple)))}")
        return super().__call__(*args, **options)

    def _part(self, name, known):
        if self.name not in known:
            raise NotImplementedError(f"`{self.name}.{name}` is not supported")
        return Function(name, getattr(self._function, name))

    reduce = property(lambda self: self._part("reduce", lacks.REDUCE))
    accumulate = property(lambda self: self._part("accumulate", lacks.REDUCE))
    reduceat = property(lambda self: self._part("reduceat", ("add",)))
    outer = property(lambda self: Function("outer", self._function.outer))

    def at(self, a, indices, *values):
        """Compute in place at an index; what falls together on one place is counted each time."""
        known = self.name in lacks.AT or self.name == "subtract" and a.dtype in ("int32", "uint32")
        if not known:
            raise NotImplementedError(f"`{self.name}.at` is not supported for {a.dtype}")
        from workbook.devices.simulated.array import _key

        done(lambda: self._function.at(opened(a), _key(indices, a.shape), *map(opened, values)))


class Folder:
    """A part of NumPy, such as `numpy.linalg`, without what CuPy's lacks."""

    def __init__(self, name, part, missing=()):
        self._name, self._part, self._missing = name, part, missing

    def __getattr__(self, name):
        found = getattr(self._part, name, None)
        if found is None or name in self._missing:
            raise AttributeError(f"module 'cupy.{self._name}' has no attribute '{name}'")
        if isinstance(found, type):
            return found
        return Function(name, found) if callable(found) else Folder(name, found)


linalg = Folder("linalg", np.linalg, lacks.LINALG)
fft = Folder("fft", np.fft)


class lib:
    """`cupy.lib`."""

    class stride_tricks:
        @staticmethod
        def as_strided(x, shape=None, strides=None):
            return ndarray(np.lib.stride_tricks.as_strided(x._inner, shape, strides), x._block, x)

        @staticmethod
        def sliding_window_view(x, window_shape, axis=None):
            return ndarray(np.lib.stride_tricks.sliding_window_view(x._inner, window_shape, axis), x._block, x)


def __getattr__(name):
    """NumPy's functions under CuPy's names, each made when it is first asked for."""
    found = _made.get(name)
    if found is not None:
        return found
    found = getattr(np, name, None)
    if found is None or name in lacks.NAMES or name.startswith("_"):
        raise AttributeError(f"module 'cupy' has no attribute '{name}'")
    if isinstance(found, np.ufunc):
        found = ufunc(name, found)
    elif callable(found) and not isinstance(found, type) and name not in ("result_type", "promote_types", "can_cast", "broadcast_shapes"):
        found = Function(name, found)
    _made[name] = found
    return found


_made = {}  # not this module's own globals: there is a function `any` among NumPy's, which is not Python's
