"""The modes of one thread: whether operations are recorded, and whether their results may be part of a recorded computation."""

import functools
import inspect

from workbook.errors import not_a_bool
from workbook.threads import thread


def is_grad_enabled():
    """Return whether operations of this thread are being recorded. Raises nothing.

    >>> with no_grad():
    ...     is_grad_enabled()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.is_grad_enabled.html
    """
    return thread.state.grad_enabled


def is_inference_mode_enabled():
    """Return whether this thread is inside `inference_mode`. Raises nothing.

    >>> import workbook as torch
    >>> torch.is_inference_mode_enabled()
    False

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
            raise not_a_bool("set_grad_enabled", "enabled", 1, mode)
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
            raise not_a_bool("set_multithreading_enabled", "enabled", 1, mode)
        super().__init__(mode)

    def _switch(self):
        """Nothing changes."""

    def _again(self):
        return type(self)(self._enabled)


class inference_mode(_Mode):
    """As `no_grad`, and what is made within can never become part of a recorded computation: `is_inference()` says so.

    Raises RuntimeError later, where such a Tensor would have to be saved for a backward pass, is written outside of this mode, or is
    asked to require a gradient. `clone()` makes an ordinary Tensor of it. Views of Tensors from outside stay what those are.

    >>> import workbook as torch
    >>> with torch.inference_mode():
    ...     y = torch.ones(2) * 2
    >>> y.is_inference(), y.clone().is_inference()
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.grad_mode.inference_mode.html
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
