"""Queues of work for a GPU, and marks in them."""

import contextlib

from workbook.cuda.places import backend, number_of
from workbook.devices import device
from workbook.devices.checks import raise_noted
from workbook.errors import explain


def synchronize(device=None):
    """Wait until a GPU, or the current one, has done everything that it was asked for.

    A GPU computes while the program goes on: whoever measures time has to wait first. Here, too, an index or a label that was wrong
    is told. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.synchronize.html
    """
    with backend().using(number_of(device)):
        backend().xp.cuda.runtime.deviceSynchronize()
    raise_noted()


class Stream:
    """A queue of work. The work of one queue is done in order; that of several may be done at once.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.Stream.html
    """

    def __init__(self, device=None, priority=0, *, _queue=None):
        self.device_index = number_of(device)
        with backend().using(self.device_index):
            self._queue = backend().xp.cuda.Stream(non_blocking=True) if _queue is None else _queue

    @property
    def device(self):
        """The GPU whose queue it is."""
        return device("cuda", self.device_index)

    @property
    def cuda_stream(self):
        """The address of the queue."""
        return self._queue.ptr

    def synchronize(self):
        """Wait until the work of this queue is done."""
        self._queue.synchronize()
        raise_noted()

    def query(self):
        """Return whether it is done."""
        return bool(self._queue.done)

    def wait_stream(self, stream):
        """Let the work that follows wait for what is in another queue now."""
        self.wait_event(stream.record_event())

    def wait_event(self, event):
        """Let the work that follows wait for a mark."""
        self._queue.wait_event(event._mark)

    def record_event(self, event=None):
        """Set a mark behind what is in the queue now, and return it."""
        event = event or Event()
        event.record(self)
        return event

    def __enter__(self):
        self._queue.__enter__()
        return self

    def __exit__(self, *problem):
        self._queue.__exit__(*problem)
        return False

    def __eq__(self, other):
        return isinstance(other, Stream) and other.cuda_stream == self.cuda_stream and other.device_index == self.device_index

    def __hash__(self):
        return hash((self.cuda_stream, self.device_index))

    def __repr__(self):
        return f"<torch.cuda.Stream device=cuda:{self.device_index} cuda_stream={hex(self.cuda_stream)}>"


def stream(stream):
    """Return a context in which work goes into `stream`; one that changes nothing for None. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.stream.html
    """
    return contextlib.nullcontext() if stream is None else stream


def current_stream(device=None):
    """Return the queue into which work goes now. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.current_stream.html
    """
    return Stream(device, _queue=backend().xp.cuda.get_current_stream())


def default_stream(device=None):
    """Return the queue that is there from the beginning. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.default_stream.html
    """
    return Stream(device, _queue=backend().xp.cuda.Stream.null)


class Event:
    """A mark in a queue of work: to wait for, or to measure by.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.Event.html
    """

    def __init__(self, enable_timing=False, blocking=False, interprocess=False):
        self._mark = backend().xp.cuda.Event(block=blocking, disable_timing=not enable_timing)
        self._timed, self._recorded = enable_timing, False

    def record(self, stream=None):
        """Set the mark behind what is in a queue, or the current one, now."""
        queue = backend().xp.cuda.get_current_stream() if stream is None else stream._queue
        self._mark.record(queue)
        self._recorded = True

    def wait(self, stream=None):
        """Let the work that follows in a queue wait for the mark."""
        queue = backend().xp.cuda.get_current_stream() if stream is None else stream._queue
        queue.wait_event(self._mark)

    def query(self):
        """Return whether the mark is reached."""
        return bool(self._mark.done)

    def synchronize(self):
        """Wait until the mark is reached."""
        self._mark.synchronize()
        raise_noted()

    def elapsed_time(self, end_event):
        """Return the milliseconds from this mark to another. Of simulated GPUs they are the host's and say nothing.

        Raises RuntimeError where one of the two measures no time, or was never set.
        """
        if not (self._timed and end_event._timed):
            raise RuntimeError(explain("Both events must be created with argument 'enable_timing=True'.", "a mark takes no time by itself",
                                       "write torch.cuda.Event(enable_timing=True)"))
        if not (self._recorded and end_event._recorded):
            raise RuntimeError(explain("Both events must be recorded before calculating elapsed time.", "a mark that is not set marks no time",
                                       "call start.record() before the work, and end.record() after it"))
        return backend().xp.cuda.get_elapsed_time(self._mark, end_event._mark)
