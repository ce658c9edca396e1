"""The memories of a checkpoint: each is read once, when the first tensor on it is made, and all tensors on it share it."""

import math
import re
import sys

import numpy as np

from workbook import dtypes
from workbook.devices import CPU, device
from workbook.errors import explain
from workbook.ops.strided import TypedStorage, UntypedStorage
from workbook.serialization.complaints import CheckpointError, broken, malformed, too_much
from workbook.tensor import wrap


class Kind:
    """A storage's kind, such as `torch.FloatStorage`: a dtype, and how its numbers lie in the file."""

    def __init__(self, name, dtype, in_file):
        self.name, self.dtype, self.in_file = name, dtype, np.dtype(in_file)


# bfloat16 is the upper half of a float32, and NumPy has none: its numbers come as float32, exactly. A bool may be any byte.
KINDS = {f"{d.legacy}Storage": Kind(f"torch.{d.legacy}Storage", d, d.numpy or np.uint16) for d in dtypes.ALL}
UNTYPED = Kind("torch.storage.UntypedStorage", dtypes.uint8, np.uint8)

ROOM = CPU.backend.memory or 1 << 36  # bytes that tensors may show which are no bytes of the file: one number seen in many places


class Storages:
    """The storages of one archive, by their keys."""

    def __init__(self, archive, restore, mapped=None):
        self.archive, self.mapped, self._restore, self._found = archive, mapped, restore, {}
        self.repeated = 0  # bytes that tensors show and the file has not
        self.converted = False  # whether bfloat16 became float32
        self.failed = None  # an error of map_location, which is not the file's
        order = archive.read("byteorder", 16) if "byteorder" in archive else b"little"
        if order not in (b"little", b"big"):
            raise broken(f"Unknown endianness type: {order!r}")
        self._swapped = order.decode() != sys.byteorder

    def find(self, named):
        """Return the storage that a file names so: ("storage", its kind, its key, where it was, how many numbers it has)."""
        if type(named) is not tuple or len(named) != 5 or named[0] != "storage":
            raise malformed("Only persistent_load of storage is allowed")
        _, kind, key, location, count = named
        if not (isinstance(kind, Kind) and type(key) is str and re.fullmatch("[0-9]{1,9}", key) and type(location) is str
                and type(count) is int and 0 <= count):
            raise malformed("a storage is named by something else than its kind, its number, its device and its size")
        if key not in self._found:
            self._found[key] = (kind, location, count), self._placed(kind, key, location, count)
        known, storage = self._found[key]
        if known != (kind, location, count):
            raise malformed(f"the storage {key} is {known[0].name} of {known[2]} and, at another place, {kind.name} of {count}")
        return storage

    def _placed(self, kind, key, location, count):
        _, size = self.archive.place(f"data/{key}")
        if size != count * kind.in_file.itemsize:
            raise malformed(f"the storage {key} is to hold {count} numbers of {kind.in_file.itemsize} bytes, and it has {size} bytes")
        memory = wrap(self._array(kind, f"data/{key}", count), CPU)
        try:
            placed = self._restore(UntypedStorage(memory), location)
            _check_placed(placed, memory)
        except Exception as error:
            self.failed = error
            raise
        return UntypedStorage(placed._tensor) if kind is UNTYPED else TypedStorage(placed._tensor)

    def _array(self, kind, name, count):
        start, size = self.archive.place(name)
        if self.mapped is not None and count and start % kind.in_file.itemsize == 0:
            array = np.frombuffer(self.mapped, kind.in_file if kind.dtype is not dtypes.bool_ else np.uint8, count, start)
        else:
            array = np.empty(count, kind.in_file if kind.dtype is not dtypes.bool_ else np.uint8)
            if size:
                self.archive.fill(name, memoryview(array).cast("B"))
        if self._swapped:
            array = array.byteswap()
        if kind.dtype is dtypes.bool_:
            return array.view(np.bool_) if not (array > 1).any() else array != 0
        if kind.dtype is dtypes.bfloat16:
            self.converted = True
            return (array.astype(np.uint32) << 16).view(np.float32)
        return array

    def show(self, array, shape):
        """Count what a tensor of that shape shows of a memory beyond its size. Raises CheckpointError where it is too much."""
        beyond = math.prod(shape) - array.size
        if beyond > 0:
            self.show_more(beyond * array.itemsize, f"a tensor of shape {list(shape)} lies on {array.size} numbers")

    def show_more(self, count, what="tensors are computed from other tensors"):
        """Count bytes that are no bytes of the file. Raises CheckpointError where there are too many."""
        self.repeated += count
        if self.repeated > ROOM:
            raise too_much(what, f"copies would take {self.repeated:,} bytes, more than this computer has")


def _check_placed(placed, memory):
    """Raise TypeError where `map_location` returned something else than the storage on `memory`, perhaps elsewhere."""
    if not isinstance(placed, UntypedStorage) or placed._tensor.shape != memory.shape or placed._tensor.dtype is not memory.dtype:
        raise TypeError(explain(f"map_location returned {type(placed).__name__} for a storage",
                                "it is called with each storage and the name of its device, and returns that storage, moved, or None",
                                "map_location='cpu', or lambda storage, location: storage"))


# ---- where they go ---------------------------------------------------------------------------------------------------------


def restorer(map_location):
    """Return the function (storage, location) that puts a storage where `map_location` says. Raises TypeError for what says nothing."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(storage, str(map_location.get(location, location)))
    if isinstance(map_location, (str, device)):
        return lambda storage, location: default_restore_location(storage, str(map_location))
    if not callable(map_location):
        raise TypeError(explain(f"'{type(map_location).__name__}' object is not callable",
                                "map_location says where each tensor goes: a device, a dictionary of devices, or a function",
                                f"map_location='cuda:{map_location}'" if type(map_location) is int else "map_location='cpu'"))

    def restore(storage, location):
        placed = map_location(storage, location)
        return default_restore_location(storage, location) if placed is None else placed
    return restore


def default_restore_location(storage, location):
    """Return `storage` on the device that a file calls `location`. Raises CheckpointError, a RuntimeError, where there is none.

    >>> import workbook as torch
    >>> storage = torch.zeros(2).untyped_storage()
    >>> torch.serialization.default_restore_location(storage, "cpu") is storage
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.load.html
    """
    if location == "cpu":
        return storage
    if not re.fullmatch(r"cuda(:[0-9]{1,4})?", location):
        raise CheckpointError(explain(
            f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {location[:40]})",
            "devices here are 'cpu' and 'cuda'", "torch.load(file, map_location='cpu')"))
    place = device(location)
    available, reason = place.backend.status()
    if not available:
        raise CheckpointError(explain(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a CPU-only "
            "machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU.",
            f"the tensors were saved from {location}, or map_location names it, and there is none here: {reason}",
            "torch.load(file, map_location='cpu')"))
    count = place.backend.count()
    if (place.index or 0) >= count:
        raise CheckpointError(explain(
            f"Attempting to deserialize object on CUDA device {place.index} but torch.cuda.device_count() is {count}. Please use torch.load "
            "with map_location to map your storages to an existing device.", "the tensors were saved where there were more GPUs",
            f"torch.load(file, map_location={{'{location}': 'cuda:0'}})"))
    return storage.to(place)
