"""What `cupy.cuda` has: devices, streams, events, the runtime, and the memory."""

import contextlib
import time

from workbook.devices.simulated.array import Device
from workbook.devices.simulated.machine import CUDARuntimeError, OutOfMemoryError, machine

__all__ = ["CUDARuntimeError", "Device", "Event", "Graph", "MemoryPool", "OutOfMemoryError", "Stream", "memory", "runtime", "using_allocator"]


class Stream:
    """A queue of work. A simulated GPU has done its work before the queue could be looked at."""

    null = None

    def __init__(self, null=False, non_blocking=False, ptds=False):
        self.ptr, self.device_id = 0, machine.current

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        pass

    def use(self):
        return self

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
        machine.captured = []

    def end_capture(self):
        captured, machine.captured = machine.captured, None
        return Graph(captured)

    def is_capturing(self):
        return machine.captured is not None


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


Stream.null = Stream()


def get_current_stream(device_id=None):
    return Stream.null


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
        return machine.memory

    def set_limit(self, size=None, fraction=None):
        machine.memory = int(machine.memory * fraction) if size is None else size


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
