"""The state of one thread: whether operations are recorded, who watches, which modules are running."""

import functools
import inspect
import threading

import numpy

from workbook.errors import explain


class State:
    """What one thread has switched on."""

    __slots__ = ("grad_enabled", "inference", "on_arrays", "xp", "observer", "modules", "device", "transforms")

    def __init__(self):
        self.grad_enabled = True  # operations record themselves
        self.inference = False  # inside inference_mode
        self.on_arrays = False  # the walk is running a formula on plain arrays
        self.xp = numpy  # and this is their library
        self.observer = None  # called with every new node
        self.modules = []  # the modules whose forward is running, outermost first
        self.device = None  # of new Tensors for which none is named; None is the CPU
        self.transforms = 0  # how many of torch.func's functions of functions are running, one inside the other


class _Thread(threading.local):
    def __init__(self):
        self.state = State()


thread = _Thread()  # `thread.state` is the State of the thread that asks


def is_grad_enabled():
    """Return whether operations of this thread are being recorded.

    >>> with no_grad():
    ...     is_grad_enabled()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.is_grad_enabled.html
    """
    return thread.state.grad_enabled


def is_inference_mode_enabled():
    """Return whether this thread is inside `inference_mode`.

    Source: https://pytorch.org/docs/2.13/generated/torch.is_inference_mode_enabled.html
    """
    return thread.state.inference


class _Mode:
    """A context that sets grad mode and puts the earlier one back; as a decorator, around every call."""

    def __init__(self, enabled):
        self._enabled = enabled
        self._earlier = []

    def __enter__(self):
        self._earlier.append((thread.state.grad_enabled, thread.state.inference))
        self._switch()

    def _switch(self):
        thread.state.grad_enabled = self._enabled and not thread.state.inference  # nothing inside inference_mode is recorded

    def __exit__(self, *exception):
        thread.state.grad_enabled, thread.state.inference = self._earlier.pop()

    def _again(self):
        return type(self)()

    def __call__(self, function):
        if inspect.isgeneratorfunction(function):
            return self._around_generator(function)

        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            with self._again():
                return function(*args, **kwargs)

        return wrapped

    def _around_generator(self, function):
        """The mode holds while the generator runs, and not between its items."""

        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            generator = function(*args, **kwargs)
            step, given = generator.send, None
            while True:
                try:
                    with self._again():
                        item = step(given)
                except StopIteration as end:
                    return end.value
                try:
                    step, given = generator.send, (yield item)
                except GeneratorExit:
                    with self._again():
                        generator.close()
                    raise
                except BaseException as problem:  # thrown in by the caller: the generator may answer it
                    step, given = generator.throw, problem

        return wrapped


class _PlainMode(_Mode):
    _sets = None

    def __new__(cls, function=None):
        mode = super().__new__(cls)
        if function is None:
            return mode
        mode.__init__()
        return mode(function)  # `@torch.no_grad` without brackets

    def __init__(self, function=None):
        super().__init__(self._sets)


class no_grad(_PlainMode):
    """Within this context, or in a function decorated with it, nothing is recorded and results need no gradient.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.no_grad.html
    """

    _sets = False


class enable_grad(_PlainMode):
    """Within this context operations are recorded, also inside `no_grad`.

    Source: https://pytorch.org/docs/2.13/generated/torch.enable_grad.html
    """

    _sets = True


class set_grad_enabled(_Mode):
    """Switch recording on or off: at once, and until the end of the `with` where it is used as a context.

    Source: https://pytorch.org/docs/2.13/generated/torch.set_grad_enabled.html
    """

    def __init__(self, mode):
        if not isinstance(mode, bool):
            raise TypeError(explain(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}",
                                    "recording is on or off", "write True or False"))
        super().__init__(mode)
        self._before = (thread.state.grad_enabled, thread.state.inference)
        self._switch()

    def __enter__(self):
        self._earlier.append(self._before)
        self._switch()

    def _again(self):
        return type(self)(self._enabled)

    def __call__(self, function):
        thread.state.grad_enabled = self._before[0]  # a decorator changes nothing until the function runs
        return super().__call__(function)


class set_multithreading_enabled(_Mode):
    """Accepted as PyTorch accepts it, and without effect: here every backward pass runs in the thread that asks for it.

    >>> with set_multithreading_enabled(False):
    ...     pass

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.grad_mode.set_multithreading_enabled.html
    """

    def __init__(self, mode):
        if not isinstance(mode, bool):
            raise TypeError(explain(
                f"set_multithreading_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}",
                "it is a yes or no", "write True or False"))
        super().__init__(mode)

    def _switch(self):
        """Nothing changes."""

    def _again(self):
        return type(self)(self._enabled)


class inference_mode(_Mode):
    """As `no_grad`. (PyTorch also refuses to use the results in a recorded computation later; workbook does not yet.)

    Source: https://pytorch.org/docs/2.13/generated/torch.inference_mode.html
    """

    def __new__(cls, mode=True):
        made = super().__new__(cls)
        if callable(mode):
            made.__init__()
            return made(mode)
        return made

    def __init__(self, mode=True):
        super().__init__(not mode)
        self._mode = mode

    def __enter__(self):
        self._earlier.append((thread.state.grad_enabled, thread.state.inference))
        thread.state.inference, thread.state.grad_enabled = self._mode, not self._mode

    def _again(self):
        return type(self)(self._mode)


def running_layer():
    """Return how the innermost running module is called, for an error: `fc1 (Linear(...)) of Net`; '' where none runs."""
    running = thread.state.modules
    if not running:
        return ""
    inner = running[-1]
    for outer in reversed(running[:-1]):
        for name, module in outer.named_modules():
            if module is inner and name:
                return f"layer {name} ({inner}) of {type(outer).__name__}"
    return f"layer {inner}"
