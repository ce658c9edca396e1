"""The state of one thread: whether operations are recorded, who watches, which modules are running.

The modes that switch it stand in `autograd/modes.py`.
"""

import threading

import numpy


class State:
    """What one thread has switched on."""

    __slots__ = ("grad_enabled", "inference", "on_arrays", "xp", "on_node", "_observer", "modules", "device", "transforms")

    def __init__(self):
        self.grad_enabled = True  # operations record themselves
        self.inference = False  # inside inference_mode: results may not take part in a recorded computation later
        self.on_arrays = False  # the walk is running a formula on plain arrays
        self.xp = numpy  # and this is their library
        self.modules = []  # the modules whose forward is running, outermost first
        self.device = None  # of new Tensors for which none is named; None is the CPU
        self.transforms = 0  # how many of torch.func's functions of functions are running, one inside the other
        self.on_node = self._observer = None

    @property
    def observer(self):
        """What a live view wants to be called with every new node: `(node, inputs, options, outputs)`. None where nobody watches."""
        return self._observer

    @observer.setter
    def observer(self, function):
        self._observer = function
        self._settle()

    def _settle(self):
        """Put together what the gate calls with every new node: one place to look, and None where nobody wants to know."""
        self.on_node = self._observer


class _Thread(threading.local):
    def __init__(self):
        self.state = State()


thread = _Thread()  # `thread.state` is the State of the thread that asks
