"""The state of one thread: whether operations are recorded, who watches, which modules are running.

The modes that switch it stand in `autograd/modes.py`.
"""

import threading

import numpy


class State:
    """What one thread has switched on."""

    __slots__ = ("grad_enabled", "inference", "on_arrays", "xp", "modules", "device", "transforms", "running", "packing",
                 "no_packing", "devices", "adviser", "autocast", "anomaly", "check_nan", "on_node", "_calls")

    def __init__(self):
        self.grad_enabled = True  # operations record themselves
        self.inference = False  # inside inference_mode: results may not take part in a recorded computation later
        self.on_arrays = False  # the walk is running a formula on plain arrays
        self.xp = numpy  # and this is their library
        self.modules = []  # the modules whose forward is running, outermost first
        self.device = None  # of new Tensors for which none is named; None is the CPU
        self.devices = []  # what it was before each `with torch.device(...)` that is running
        self.adviser = None  # who warns of mistakes that raise no error: workbook.advice
        self.autocast = None  # what chooses the dtypes of operations: ops/autocasting.Choice
        self.transforms = 0  # how many of torch.func's functions of functions are running, one inside the other
        self.running = None  # the backward pass that is on its way: walk.Pass
        self.packing = []  # pairs of hooks that pack and unpack what a node saves, the innermost last
        self.no_packing = None  # why there may be none
        self.anomaly, self.check_nan = False, True  # whether nodes remember where they were made, and NaN is an error
        self.on_node = None  # the gate calls it with every new node: (node, inputs, options, outputs)
        self._calls = {}

    @property
    def observer(self):
        """What a live view is called with for every new node; None where nobody watches."""
        return self._calls.get("observer")

    @observer.setter
    def observer(self, function):
        self.tell_of_nodes("observer", function)

    def tell_of_nodes(self, role, function):
        """Call `function` with every new node, in the `role` "anomaly", "packing" or "observer"; None takes it away."""
        self._calls[role] = function
        calls = [self._calls[role] for role in ("anomaly", "packing", "observer") if self._calls.get(role) is not None]
        self.on_node = calls[0] if len(calls) == 1 else (lambda *given: [call(*given) for call in calls]) if calls else None


class Blocks(threading.local):
    """What each thread goes back to when it leaves the blocks that it is inside of: `earlier`, the innermost last."""

    def __init__(self):
        self.earlier = []


class _Thread(threading.local):
    def __init__(self):
        self.state = State()


thread = _Thread()  # `thread.state` is the State of the thread that asks
