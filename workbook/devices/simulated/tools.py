"""What `cupy.cuda` has: devices, streams, events, the runtime, and the memory."""

import contextlib
import itertools
import time

from workbook.devices.simulated.array import Device
from workbook.devices.simulated.machine import CUDARuntimeError, OutOfMemoryError, machine

__all__ = ["CUDARuntimeError", "Device", "Event", "Graph", "MemoryPool", "OutOfMemoryError", "Stream", "memory", "runtime", "using_allocator"]


_addresses = itertools.count(1)


class Stream:
    """A queue of work. A simulated GPU has done its work before the queue could be looked at.

    It belongs to the device that was current when it was made; `Stream.null` to whichever is. Each thread has a current one a device.
    """

    null = None

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None):
        self.ptr, self.device_id = (0, -1) if null else (next(_addresses), machine.current)

    def __enter__(self):
        number = self._number()
        machine.here.entered.append((number, machine.here.streams.get(number)))
        machine.here.streams[number] = self
        return self

    def __exit__(self, *problem):
        if machine.here.entered:  # or other GPUs were simulated in between
            number, earlier = machine.here.entered.pop()
            machine.here.streams[number] = earlier

    def use(self):
        machine.here.streams[self._number()] = self
        return self

    def _number(self):
        return machine.current if self.device_id == -1 else self.device_id

    def __eq__(self, other):
        return isinstance(other, Stream) and other.ptr == self.ptr

    def __hash__(self):
        return hash(self.ptr)

    def synchronize(self):
        machine.charge("wait", "Stream.synchronize")

    def record(self, event=None):
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event):
        pass

    done = True

    def begin_capture(self, mode=None):
        if self.ptr == 0:
            raise RuntimeError("cannot capture on the default (legacy) stream")
        if machine.here.captured is not None:
            raise CUDARuntimeError("cudaErrorIllegalState: the operation cannot be performed in the present state")
        machine.here.captured, machine.here.capturing = [], self

    def end_capture(self):
        if machine.here.captured is None:
            raise CUDARuntimeError("cudaErrorIllegalState: the operation cannot be performed in the present state")
        captured, machine.here.captured, machine.here.capturing = machine.here.captured, None, None
        return Graph(captured)

    def is_capturing(self):
        return machine.here.captured is not None and machine.here.capturing is self


class Graph:
    """What was captured: a step of a fixed form, which is done again as a whole."""

    def __init__(self, captured):
        self._captured = captured

    def launch(self, stream=None):
        for again in self._captured:
            again()


class MemoryPool:
    """Memory for one purpose alone."""

    def malloc(self, size):
        raise NotImplementedError("a simulated GPU has NumPy's memory")


@contextlib.contextmanager
def using_allocator(allocator=None):
    """A context in which memory comes from a pool. Here all of it is NumPy's."""
    yield


Stream.null = Stream(null=True)


def get_current_stream(device_id=-1):
    """The queue into which this thread's work on a device goes."""
    return machine.here.streams.get(machine.current if device_id == -1 else device_id) or Stream.null


class Event:
    """A mark in a queue of work. The times between such marks are the host's and say nothing of a GPU."""

    def __init__(self, block=False, disable_timing=False, interprocess=False):
        self.time = None

    def record(self, stream=None):
        self.time = time.perf_counter()

    def synchronize(self):
        machine.charge("wait", "Event.synchronize")

    done = True


def get_elapsed_time(start_event, end_event):
    """The milliseconds between two marks."""
    return 1000 * (end_event.time - start_event.time)


class Pool:
    """The memory of the current device."""

    def used_bytes(self):
        return machine.used.get(machine.current, 0)

    total_bytes = used_bytes

    def free_bytes(self):
        return 0

    def free_all_blocks(self, stream=None):
        pass

    def get_limit(self):
        return machine.limits.get(machine.current, 0)

    def set_limit(self, size=None, fraction=None):
        """Let the arrays of the current device have so many bytes, or that part of its memory; 0 is all of it."""
        if size is not None and fraction is not None:
            raise ValueError("size and fraction cannot be specified at the same time")
        if fraction is not None and not 0 <= fraction <= 1:
            raise ValueError("memory limit fraction out of range: " + str(fraction))
        if size is not None and size < 0:
            raise ValueError("memory limit size out of range: " + str(size))
        machine.limits[machine.current] = int(machine.memory * fraction) if size is None and fraction is not None else size or 0


class runtime:
    """The driver."""

    CUDARuntimeError = CUDARuntimeError

    @staticmethod
    def getDeviceCount():
        return machine.count

    @staticmethod
    def getDevice():
        return machine.current

    @staticmethod
    def setDevice(number):
        machine.current = number

    @staticmethod
    def deviceSynchronize():
        machine.charge("wait", "synchronize")

    @staticmethod
    def memGetInfo():
        return Device().mem_info

    @staticmethod
    def runtimeGetVersion():
        return 0

    driverGetVersion = runtimeGetVersion

    @staticmethod
    def getDeviceProperties(number):
        if not 0 <= number < machine.count:
            raise CUDARuntimeError("cudaErrorInvalidDevice: invalid device ordinal")
        return {"name": b"Simulated GPU (NumPy)", "totalGlobalMem": machine.memory, "multiProcessorCount": 1, "major": 0, "minor": 0,
                "warpSize": 32}

    @staticmethod
    def deviceCanAccessPeer(device, peer):
        return 0


class memory:
    OutOfMemoryError = OutOfMemoryError
