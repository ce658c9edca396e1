"""The simulated GPUs themselves: how many there are, what their memory holds, and the bill of copies and waits."""

import contextlib
import threading
from dataclasses import dataclass

from workbook.callers import where_called
from workbook.errors import explain


MEMORY = 2 * 2**30  # bytes of each device


@dataclass
class Entry:
    """One line of the bill: what happened at one place of the program, how often, and how many bytes moved."""

    kind: str  # "host to device", "device to host", "device to device", or "wait"
    cause: str  # what asked for it: asarray, get, item, bool, nonzero ...
    place: tuple | None  # (file, line) of the student's code
    times: int = 0
    bytes: int = 0


class Machine:
    """A computer with simulated GPUs."""

    def __init__(self):
        self._lock = threading.RLock()
        self.used, self.peak = {}, {}  # device: bytes
        self.reset(0)

    def reset(self, count, memory=None):
        """Begin anew with `count` devices of `memory` bytes each. What lies on earlier ones stays readable."""
        self.count, self.memory = count, memory or MEMORY
        self.limits = {}  # device: the bytes that its arrays may have, where that is less than its memory
        self.peak = dict(self.used)
        self.bill = {}  # (kind, cause, place): Entry
        self.launches = 0  # pieces of work that were given to a GPU
        self.here = Thread()

    @property
    def current(self):
        """The number of this thread's current device."""
        return self.here.current

    @current.setter
    def current(self, number):
        if not 0 <= number < self.count:
            raise CUDARuntimeError(explain("cudaErrorInvalidDevice: invalid device ordinal",
                                           f"there are {self.count} simulated GPUs, and cuda:{number} is none of them; it may have been one before",
                                           "make the tensor again after torch.cuda.simulate(), or simulate more GPUs"))
        self.here.current = number

    def charge(self, kind, cause, size=0):
        """Put a copy of `size` bytes, or a wait, on the bill."""
        if self.here.captured is not None and kind != "device to device":
            raise CUDARuntimeError("cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing")
        place = where_called()
        with self._lock:
            entry = self.bill.setdefault((kind, cause, place), Entry(kind, cause, place))
            entry.times += 1
            entry.bytes += size

    def times(self, kind):
        """Return how often something of that kind happened."""
        with self._lock:
            return sum(entry.times for entry in self.bill.values() if entry.kind == kind)

    def launch(self):
        """Count a piece of work that is given to a GPU, as if every function were one kernel: CuPy makes several of some."""
        with self._lock:
            self.launches += 1

    def allocate(self, device, size):
        with self._lock:
            used = self.used.get(device, 0) + size
            limit = self.limits.get(device, 0)
            if used > (min(self.memory, limit) if limit else self.memory):
                raise OutOfMemoryError(f"Out of memory allocating {size:,} bytes (allocated so far: {used - size:,} bytes"
                                       f"{f', limit set to: {limit:,} bytes' if limit else ''}).")
            self.used[device] = used
            self.peak[device] = max(used, self.peak.get(device, 0))

    def free(self, device, size):
        with self._lock:
            self.used[device] -= size


class Thread(threading.local):
    """What each thread has for itself."""

    def __init__(self):
        self.current, self.stack = 0, []  # the device, and those that were it before the blocks that this thread is inside of
        self.streams, self.entered = {}, []  # of each device the queue, where it is not the null one, and those before
        self.captured = self.capturing = None  # while a graph is captured: what was computed, to be done again, and whose work it is


class CUDARuntimeError(RuntimeError):
    """What the driver says, as CuPy raises it."""


class OutOfMemoryError(MemoryError):
    """There is no room for an array, as CuPy raises it."""


machine = Machine()


class Block:
    """The memory that one array owns and others show. It is given back when the last of them goes."""

    __slots__ = ("owner", "device", "size", "__weakref__")

    def __init__(self, owner, device):
        self.size = 0  # for __del__, where there is no room
        machine.allocate(device, owner.nbytes)
        self.owner, self.device, self.size = owner, device, owner.nbytes

    def __del__(self):
        if self.size:
            machine.free(self.device, self.size)


@contextlib.contextmanager
def on(number):
    """A context in which device `number` is this thread's current one."""
    earlier = machine.current
    machine.current = number
    try:
        yield
    finally:
        machine.current = earlier
