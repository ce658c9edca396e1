"""What the live views know of a computation: the record that each of the engine's nodes keeps while somebody watches.

The gate of the engine calls the observer right after it made a node; nothing here runs an operation or follows a tensor. A
record dies with its node.
"""

from contextlib import contextmanager

from workbook.callers import where_called
from workbook.tensor import Tensor, memory_of
from workbook.threads import thread

COPIED = 1 << 16      # an input of at most so many elements is copied: an optimiser will soon write over it
REFERRED = 1 << 20    # up to here the array itself is kept; beyond, a summary


def start():
    """Watch the operations of this thread: from now on every new node keeps a Record."""
    thread.state.observer = observe


def stop():
    """Stop watching the operations of this thread."""
    thread.state.observer = None


@contextmanager
def recording():
    """Watch the operations inside the `with`, and then put back what was there before.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> with recording():
    ...     y = x * 2
    >>> y.grad_fn.record.output.array
    array(6., dtype=float32)
    """
    before, thread.state.observer = thread.state.observer, observe
    try:
        yield
    finally:
        thread.state.observer = before


@contextmanager
def collecting():
    """A context that gives the list of all nodes made in it, while somebody watches.

    >>> import workbook as torch
    >>> with recording(), collecting() as nodes:
    ...     y = torch.ones(2, requires_grad=True) * 2
    >>> nodes == [y.grad_fn]
    True
    """
    nodes, before = [], thread.state.observer

    def observe_and_collect(node, *told):
        before(node, *told)
        nodes.append(node)

    thread.state.observer = observe_and_collect
    try:
        yield nodes
    finally:
        thread.state.observer = before


class Record:
    """What one step was given and what it made: enough to draw it, and to run it again.

    `inputs`: the positional arguments, numbers and None as they were, each Tensor as a Kept. `options`: the keyword arguments.
    `output`: a Kept, or a tuple of them. `location`: (file, line) of the student's code. `modules`: the running
    modules, outermost first.
    """

    __slots__ = ("inputs", "options", "output", "location", "modules")

    def __init__(self, inputs, options, output, location, modules):
        self.inputs, self.options, self.output, self.location, self.modules = inputs, options, output, location, modules


class Kept:
    """An array as it was when it was recorded; of a large one only shape, dtype and a summary.

    `source` is the student's own array, by which it is recognised; `device` is where it lives.
    """

    __slots__ = ("source", "shape", "dtype", "device", "_array", "_summary", "_memory", "_version")

    def __init__(self, tensor, copied, referred=REFERRED):
        array, self.device = tensor._array, tensor._device
        self.shape, self.dtype = array.shape, array.dtype
        self._array = self.source = self._summary = self._memory = None
        if array.size <= copied:
            with self.device.entered():
                self._array, self.source = array.copy(), array
            return
        self._memory = memory_of(tensor)
        self._version = self._memory.version
        if array.size <= referred:
            self._array = self.source = array
        else:
            with self.device.entered():
                self._summary = summarise(array)

    @property
    def array(self):
        """The numbers, in the host's memory; None for a summary. From a GPU they are fetched when they are asked for, and not before."""
        return self._array if self._array is None or self.device.type == "cpu" else self.device.backend.to_host(self._array)

    @property
    def summary(self):
        """What stands for a large array; None where the array itself is there."""
        return None if self._summary is None else {name: float(number) for name, number in self._summary.items()}

    @classmethod
    def now(cls, tensor):
        """Return `tensor` as it is at this moment, whatever its size."""
        return cls(tensor, tensor._array.size)

    @property
    def written_since(self):
        """What wrote over the array after it was recorded; None where it is as it was."""
        if self._memory is None or self._memory.version == self._version:
            return None
        return self._memory.written_by or "a write in place"


def summarise(array):
    """Return what stands for a large array: its mean, least and largest element.

    >>> import numpy as np
    >>> summarise(np.array([1.0, 2.0, 6.0]))
    {'mean': np.float64(3.0), 'least': np.float64(1.0), 'largest': np.float64(6.0)}
    """
    if not array.size:
        return {}
    return {"mean": array.mean().real, "least": array.real.min(), "largest": array.real.max()}


def observe(node, inputs, options, outputs):
    """Give `node` its record. The engine's gate calls this; `inputs` are the arguments as the caller gave them."""
    kept = []
    for given in inputs:
        if isinstance(given, Tensor):
            # A step's output is kept by the step that made it; only leaves and constants need a copy of their own.
            given = Kept(given, COPIED if given._node is None else 0)
        kept.append(given)
    made = tuple([Kept(output, SMALL) for output in outputs])
    node.record = Record(tuple(kept), options, made[0] if len(made) == 1 else made, where_called(), tuple(thread.state.modules))


SMALL = 64            # an output of at most so many elements is copied, so that a write in place does not change the picture
