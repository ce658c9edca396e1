"""Queues of work for a GPU, and marks in them."""

import contextlib

from workbook.cuda.places import backend, number_of
from workbook.devices import device
from workbook.devices.checks import raise_noted
from workbook.errors import explain, kind_of
from workbook.naming import PrintsAsTorch
from workbook.threads import Blocks

_blocks = Blocks()


def synchronize(device=None):
    """Wait until a GPU, or the current one, has done everything that it was asked for.

    A GPU computes while the program goes on: whoever measures time has to wait first. Here, too, an index or a label that was wrong
    is told. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.synchronize.html
    """
    with backend().using(number_of(device)):
        backend().xp.cuda.runtime.deviceSynchronize()
    raise_noted()


class OfThisProcess:
    """What stands for something in the memory of this process: a copy of it would stand for nothing."""

    def __reduce__(self):
        name = type(self).__name__
        raise TypeError(explain(f"cannot pickle '{name}' object", "it stands for work in the memory of this process; a copy would stand for nothing",
                                f"make a new one where it is needed: torch.cuda.{name}()"))


class Stream(OfThisProcess, metaclass=PrintsAsTorch):
    """A queue of work. The work of one queue is done in order; that of several may be done at once.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.Stream.html
    """

    torch_name = "torch.cuda.streams.Stream"

    def __init__(self, device=None, priority=0, *, _queue=None):
        if isinstance(priority, bool) or not isinstance(priority, int):
            raise TypeError(explain(f"Stream(): argument 'priority' must be int, not {kind_of(priority)}", "work of a lower number goes first", "write 0, or -1 for work that goes first"))
        self.device_index = number_of(device)
        with backend().using(self.device_index):
            self._queue = backend().xp.cuda.Stream(non_blocking=True, priority=priority) if _queue is None else _queue

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
        self.wait_event(asked(stream, Stream, "wait_stream", "stream").record_event())

    def wait_event(self, event):
        """Let the work that follows wait for a mark; for one that was never set it does not wait."""
        if asked(event, Event, "wait_event", "event")._mark is not None:
            self._queue.wait_event(event._mark)

    def record_event(self, event=None):
        """Set a mark behind what is in the queue now, and return it."""
        event = Event() if event is None else asked(event, Event, "record_event", "event")
        event.record(self)
        return event

    def __enter__(self):
        block = contextlib.ExitStack()
        block.enter_context(backend().using(self.device_index))
        block.enter_context(self._queue)
        _blocks.earlier.append(block)
        return self

    def __exit__(self, *problem):
        if _blocks.earlier:
            _blocks.earlier.pop().close()
        return False

    def __eq__(self, other):
        return isinstance(other, Stream) and other.cuda_stream == self.cuda_stream and other.device_index == self.device_index

    def __hash__(self):
        return hash((self.cuda_stream, self.device_index))

    def __repr__(self):
        return f"<torch.cuda.Stream device=cuda:{self.device_index} cuda_stream={hex(self.cuda_stream)}>"


def asked(given, kind, function, name):
    """Return an argument that has to be a Stream, or an Event. Raises TypeError for what is none."""
    if not isinstance(given, kind):
        raise TypeError(explain(f"{function}(): argument '{name}' must be torch.cuda.{kind.__name__}, not {kind_of(given)}",
                                "work is put in order by queues of a GPU and by marks in them", f"make one: {name} = torch.cuda.{kind.__name__}()"))
    return given


def stream(stream):
    """Return a context in which work goes into `stream`, and in which its GPU is the current one; one that changes nothing for None.

    Raises TypeError for what is neither.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.stream.html
    """
    return contextlib.nullcontext() if stream is None else asked(stream, Stream, "stream", "stream")


def set_stream(stream):
    """Let this thread's work go into `stream` from now on, on its GPU, which becomes the current one; None changes nothing.

    `with torch.cuda.stream(stream):` ends by itself. Raises TypeError for what is neither.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.set_stream.html
    """
    if stream is not None:
        backend().make_current(asked(stream, Stream, "set_stream", "stream").device_index)
        stream._queue.use()


def current_stream(device=None):
    """Return the queue into which this thread's work on a GPU goes now. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.current_stream.html
    """
    number = number_of(device)
    return Stream(number, _queue=backend().xp.cuda.get_current_stream(number))


def default_stream(device=None):
    """Return the queue that is there from the beginning. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.default_stream.html
    """
    return Stream(device, _queue=backend().xp.cuda.Stream.null)


class Event(OfThisProcess, metaclass=PrintsAsTorch):
    """A mark in a queue of work: to wait for, or to measure by. It belongs to the GPU on which it is first set.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.Event.html
    """

    torch_name = "torch.cuda.streams.Event"

    def __init__(self, enable_timing=False, blocking=False, interprocess=False):
        backend().require()
        self._timed, self._blocking = enable_timing, blocking
        self._mark = self._index = None

    def record(self, stream=None):
        """Set the mark behind what is in a queue, or the current one, now. Raises RuntimeError for a queue of another GPU than before."""
        stream = current_stream() if stream is None else asked(stream, Stream, "record", "stream")
        if self._index not in (None, stream.device_index):
            raise RuntimeError(explain(f"Event device {self._index} does not match recording stream's device {stream.device_index}.",
                                       "a mark belongs to the GPU on which it was first set", "make another Event for this one"))
        with backend().using(stream.device_index):
            if self._mark is None:
                self._mark, self._index = backend().xp.cuda.Event(block=self._blocking, disable_timing=not self._timed), stream.device_index
            self._mark.record(stream._queue)

    def wait(self, stream=None):
        """Let the work that follows in a queue, or the current one, wait for the mark."""
        (current_stream() if stream is None else asked(stream, Stream, "wait", "stream")).wait_event(self)

    def query(self):
        """Return whether the mark is reached."""
        return self._mark is None or bool(self._mark.done)

    def synchronize(self):
        """Wait until the mark is reached."""
        if self._mark is not None:
            self._mark.synchronize()
        raise_noted()

    def elapsed_time(self, end_event):
        """Return the milliseconds from this mark to another. Of simulated GPUs they are the host's and say nothing.

        Raises RuntimeError where one of the two measures no time, or was never set.
        """
        if not (self._timed and asked(end_event, Event, "elapsed_time", "end_event")._timed):
            raise RuntimeError(explain("Both events must be created with argument 'enable_timing=True'.", "a mark takes no time by itself",
                                       "write torch.cuda.Event(enable_timing=True)"))
        if self._mark is None or end_event._mark is None:
            raise RuntimeError(explain("Both events must be recorded before calculating elapsed time.", "a mark that is not set marks no time",
                                       "call start.record() before the work, and end.record() after it"))
        if not (self.query() and end_event.query()):
            raise RuntimeError(explain("Both events must be completed before calculating elapsed time.", "the GPU has not come so far",
                                       "call torch.cuda.synchronize() before"))
        return backend().xp.cuda.get_elapsed_time(self._mark, end_event._mark)
