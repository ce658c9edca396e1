"""The array of a simulated GPU. It keeps its numbers from NumPy as CuPy's arrays do, and behaves as they do where it hurts."""

import random
import typing

import numpy as np

from workbook.devices.simulated import lacks
from workbook.devices.simulated.machine import Block, machine

_chance = random.Random(0)  # which of two writers to one place wins: nobody may rely on it


class ndarray:
    """Numbers in the memory of a simulated GPU. NumPy's functions refuse it; `get()` copies it to the host."""

    __slots__ = ("_inner", "_block", "base", "__weakref__")
    __array_ufunc__ = None  # `numpy_array + this` comes to this class, which refuses
    __array_priority__ = 100

    def __init__(self, inner, block, shows=None):
        self._inner, self._block = inner, block
        self.base = shows if shows is None or shows.base is None else shows.base  # the array that was first there

    shape = property(lambda self: self._inner.shape, lambda self, shape: setattr(self._inner, "shape", shape))
    dtype = property(lambda self: self._inner.dtype)
    ndim = property(lambda self: self._inner.ndim)
    size = property(lambda self: self._inner.size)
    nbytes = property(lambda self: self._inner.nbytes)
    itemsize = property(lambda self: self._inner.itemsize)
    strides = property(lambda self: self._inner.strides)
    flags = property(lambda self: Flags(self._inner.flags.c_contiguous, self._inner.flags.f_contiguous, self._inner is self._block.owner))
    device = property(lambda self: Device(self._block.device))
    data = property(lambda self: Pointer(self._inner.__array_interface__["data"][0], self._block))
    __cuda_array_interface__ = property(lambda self: {"shape": self.shape, "typestr": self.dtype.str, "version": 3, "strides": self.strides,
                                                      "data": (self.data.ptr, False)})
    T = property(lambda self: closed(self._inner.T, self))
    real = property(lambda self: closed(self._inner.real, self))
    imag = property(lambda self: closed(self._inner.imag, self))

    def get(self, order="C", out=None):
        """Copy the numbers to the host, into a NumPy array."""
        machine.charge("wait", "get")
        machine.charge("device to host", "get", self.nbytes)
        if out is not None:
            out[...] = self._inner
            return out
        return self._inner.copy(order)

    def set(self, array):
        """Copy a NumPy array into this one."""
        machine.charge("host to device", "set", self.nbytes)
        self._inner[...] = array

    def item(self):
        return self._waited("item").item()

    def tolist(self):
        return self._waited("tolist").tolist()

    def tobytes(self, order="C"):
        return self._waited("tobytes").tobytes(order)

    def _waited(self, cause):
        """The numbers, for which the host waits and which it then has: both are on the bill."""
        machine.charge("wait", cause)
        machine.charge("device to host", cause, self.nbytes)
        return self._inner

    __bool__ = lambda self: bool(self._waited("bool"))
    __int__ = lambda self: int(self._waited("int"))
    __float__ = lambda self: float(self._waited("float"))
    __complex__ = lambda self: complex(self._waited("complex"))
    __len__ = lambda self: len(self._inner)
    __repr__ = lambda self: repr(self._waited("repr"))
    __str__ = lambda self: str(self._waited("str"))
    __format__ = lambda self, how: format(self._waited("format"), how)
    __hash__ = None

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[place] for place in range(len(self)))

    def __array__(self, *args, **kwargs):
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array explicitly.")

    def __getitem__(self, key):
        shows = not any(isinstance(part, (ndarray, np.ndarray, list)) for part in (key if isinstance(key, tuple) else (key,)))
        return done(lambda: (self._inner if shows else opened(self))[_key(key, self.shape, reads=True)], self, shows=shows)

    def __setitem__(self, key, value):
        done(lambda: self._put(key, value))

    def _put(self, key, value):
        inner, key, value = opened(self), _key(key, self.shape), opened(value)
        if not any(isinstance(part, np.ndarray) and part.dtype.kind != "b" for part in (key if isinstance(key, tuple) else (key,))):
            inner[key] = value
            return
        places = np.arange(self.size).reshape(self.shape)[key]  # where each number goes: in which order, nobody knows
        order = _chance.sample(range(places.size), places.size) if np.unique(places).size < places.size else slice(None)
        inner.flat[places.reshape(-1)[order]] = np.broadcast_to(value, places.shape).reshape(-1)[order]

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return _unpickled, (self.get(),)

    def scatter_add(self, slices, value):
        np.add.at(opened(self), _key(slices, self.shape), opened(value))


class Flags(typing.NamedTuple):
    """How an array lies in memory: all that CuPy's arrays say of it."""

    c_contiguous: bool
    f_contiguous: bool
    owndata: bool


class Device:
    """A simulated GPU, as `cupy.cuda.Device`."""

    def __init__(self, device=None):
        self.id = machine.current if device is None else int(device)

    def __eq__(self, other):
        return isinstance(other, Device) and other.id == self.id

    def __hash__(self):
        return hash(self.id)

    def __int__(self):
        return self.id

    def __repr__(self):
        return f"<CUDA Device {self.id}>"

    def use(self):
        machine.current = self.id

    def __enter__(self):
        machine.here.stack.append(machine.current)
        machine.current = self.id
        return self

    def __exit__(self, *problem):
        if machine.here.stack:  # or other GPUs were simulated in between
            machine.current = machine.here.stack.pop()

    def synchronize(self):
        machine.charge("wait", "synchronize")

    @property
    def mem_info(self):
        return machine.memory - machine.used.get(self.id, 0), machine.memory


class Pointer:
    """Where an array's memory begins, as `cupy.cuda.MemoryPointer`."""

    def __init__(self, ptr, block):
        self.ptr, self.mem, self.device_id = ptr, block, block.device


def _unpickled(numbers):
    return fresh(numbers)


# ---- in and out of the wrapper ----------------------------------------------------------------------------------------------


def fresh(inner):
    """Return an array on the current device that owns its numbers."""
    return ndarray(inner, Block(inner, machine.current))


def opened(value):
    """Return what NumPy computes with. Refuses NumPy's own arrays, and arrays of another device than the current one."""
    if isinstance(value, ndarray):
        if value._block.device != machine.current:
            raise ValueError("Array device must be same as the current device: "
                             f"array device = {value._block.device} while current = {machine.current}")
        return value._inner
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, (tuple, list)):
        return type(value)(map(opened, value))
    return value


def opened_all(options):
    return {key: opened(value) for key, value in options.items()}


def shown(value):
    """The same for what computes nothing: any device may be the current one."""
    return value._inner if isinstance(value, ndarray) else opened(value)


def closed(result, *given):
    """Return a result of NumPy as an array of the current device. It shares the memory of the one of `given` that it shows.

    Of a number it makes an array without axes: CuPy does not wait for it.
    """
    if isinstance(result, np.generic):
        return fresh(np.asarray(result))
    if isinstance(result, np.ndarray):
        owner = result
        while owner.base is not None and isinstance(owner.base, np.ndarray):
            owner = owner.base
        for array in given:
            if isinstance(array, ndarray) and (
                    array._block.owner is owner or result.base is not None and np.may_share_memory(result, array._inner)):
                return array if result is array._inner else ndarray(result, array._block, array)
        return ndarray(result, Block(owner, machine.current))
    if isinstance(result, tuple):
        parts = [closed(part, *given) for part in result]
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
    return [closed(part, *given) for part in result] if isinstance(result, list) else result


def done(compute, *given, shows=False):
    """Return what `compute` gives as arrays; unless it only shows memory that is there, it is work for the GPU, and counted.

    While a graph is captured, it is noted, to be computed again into the same memory.
    """
    if not shows:
        machine.launch()
    result = closed(_quietly(compute), *given)
    if machine.here.captured is not None:
        machine.here.captured.append(lambda: _again(result, _quietly(compute)))
    return result


def _quietly(compute):
    """Return what `compute` gives. A GPU warns of no overflow and of no division by zero."""
    with np.errstate(all="ignore"):
        return compute()


def _again(result, inner):
    if isinstance(result, ndarray):
        if not np.may_share_memory(result._inner, np.asarray(inner)):
            result._inner[...] = inner
    elif isinstance(result, (tuple, list)):
        for part, again in zip(result, inner):
            _again(part, again)


def _key(key, shape, reads=False):
    """Return an index for NumPy. Whole numbers in an array that point outside wrap around, silently, as CuPy's do."""
    parts, axis, out = key if isinstance(key, tuple) else (key,), 0, []
    used = sum(part.ndim if isinstance(part, ndarray) and part.dtype.kind == "b" else part is not None and part is not Ellipsis
               for part in parts)
    nothing = any(np.size(part._inner if isinstance(part, ndarray) else part) == 0 for part in parts if isinstance(part, (ndarray, list)))
    for part in parts:
        if part is Ellipsis:
            axis += len(shape) - used
        elif isinstance(part, (ndarray, list)):
            part = opened(part) if isinstance(part, ndarray) else np.asarray(opened(part))
            if part.dtype.kind == "b":
                if reads:  # how many there are decides the shape
                    machine.charge("wait", "mask")
                axis += part.ndim
            else:
                part = wrapped(part.astype(np.int64) if not part.size else part, shape[axis]) if shape[axis] or not nothing else part.astype(np.int64)
                axis += 1
        elif part is not None:
            if isinstance(part, np.ndarray):
                opened(part)
            axis += 1
        out.append(part)
    return tuple(out) if isinstance(key, tuple) else out[0]


def wrapped(index, side):
    """Return an index whose numbers outside of an axis of that length come in again at the other end."""
    if index.size and not side:
        raise IndexError("cannot index an axis of length 0")
    return index % side if side else index


# ---- methods and operators --------------------------------------------------------------------------------------------------


def _method(name):
    lacking = {"sum": ("initial", "where"), "max": ("initial", "where"), "min": ("initial", "where"), "prod": ("initial", "where"),
               "any": ("where",), "all": ("where",), "mean": ("where",), "var": ("correction", "where"), "std": ("correction", "where"),
               "sort": ("order", "stable"), "argsort": ("order", "stable"), "take": ("mode",)}.get(name, ())

    def method(self, *args, **options):
        refuse_arguments(name, lacking, options)
        if name in lacks.WAITS:
            machine.charge("wait", name)
        if name == "take":
            index, axis, *rest = *args, *([options.pop("axis", None)] if len(args) < 2 else [])
            side = self.size if axis is None else self.shape[axis]
            return done(lambda: opened(self).take(wrapped(np.asarray(opened(index)), side), axis, *rest, **opened_all(options)), self)
        shows = name in lacks.SHOWS or name == "reshape" and _is_view(self._inner.reshape(*args, **options), self._inner)
        return done(lambda: getattr(self._inner if shows else opened(self), name)(*map(opened, args), **opened_all(options)),
                    self, *args, *options.values(), shows=shows)

    method.__name__ = name
    return method


def _is_view(array, of):
    return not of.size or np.may_share_memory(array, of)


def refuse_arguments(name, lacking, options):
    """Raise TypeError for an argument that NumPy's function has and CuPy's lacks."""
    for option in options:
        if option in lacking:
            raise TypeError(f"{name}() got an unexpected keyword argument '{option}'")


def _operator(name):
    def operator(self, *others):
        if not all(isinstance(other, (ndarray, int, float, complex, np.generic)) for other in others):
            if any(isinstance(other, (np.ndarray, list, tuple)) for other in others):
                raise TypeError(f"Unsupported type {type(others[0])}")
            return NotImplemented
        return done(lambda: getattr(opened(self), name)(*map(opened, others)), self, *others)

    operator.__name__ = name
    return operator


for _name in lacks.METHODS:
    setattr(ndarray, _name, _method(_name))
for _name in ("add sub mul truediv floordiv mod divmod pow lshift rshift and or xor".split()):
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(ndarray, f"__r{_name}__", _operator(f"__r{_name}__"))
    if _name != "divmod":
        setattr(ndarray, f"__i{_name}__", _operator(f"__i{_name}__"))
for _name in "matmul rmatmul neg pos abs invert eq ne lt le gt ge".split():
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))
