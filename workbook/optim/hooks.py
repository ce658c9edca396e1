"""Functions that run before and after a step, and before and after an optimizer's state is saved or loaded."""

import functools
from collections import OrderedDict

from workbook.errors import explain
from workbook.utils.hooks import RemovableHandle

_KINDS = ("step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre", "load_state_dict_post")
_before_every_step, _after_every_step = OrderedDict(), OrderedDict()  # of every optimizer


def register_optimizer_step_pre_hook(hook):
    """Call `hook(optimizer, args, kwargs)` before every step of every optimizer. Returns a handle whose `remove()` takes it away.

    Raises nothing itself.

    >>> handle = register_optimizer_step_pre_hook(lambda optimizer, args, kwargs: None)
    >>> handle.remove()

    Source: https://pytorch.org/docs/2.13/optim.html
    """
    return add_hook(_before_every_step, hook)


def register_optimizer_step_post_hook(hook):
    """Call `hook(optimizer, args, kwargs)` after every step of every optimizer. Returns a handle whose `remove()` takes it away.

    Raises nothing itself.

    >>> handle = register_optimizer_step_post_hook(lambda optimizer, args, kwargs: print(type(optimizer).__name__))
    >>> handle.remove()

    Source: https://pytorch.org/docs/2.13/optim.html
    """
    return add_hook(_after_every_step, hook)


def with_hooks(step):
    """Make a `step` one that runs the hooks around it. A step that calls its base's step runs them once."""
    @functools.wraps(step)
    def hooked(self, *args, **kwargs):
        self._opt_called = True  # schedulers warn where they are stepped before the optimizer
        hooks = self._hooks
        if not (hooks["step_pre"] or hooks["step_post"] or _before_every_step or _after_every_step) or self._stepping:
            return step(self, *args, **kwargs)
        self._stepping = True
        try:
            args, kwargs = _before(self, step, (self, *args), kwargs)
            result = step(*args, **kwargs)
            for hook in (*hooks["step_post"].values(), *_after_every_step.values()):
                hook(self, args, kwargs)
            return result
        finally:
            self._stepping = False

    return hooked


def _before(optimizer, step, args, kwargs):
    """Run the hooks that see, and may replace, what `step` is called with: the optimizer and the arguments."""
    for hook in (*_before_every_step.values(), *optimizer._hooks["step_pre"].values()):
        changed = hook(optimizer, args, kwargs)
        if changed is None:
            continue
        if not (isinstance(changed, tuple) and len(changed) == 2):
            raise RuntimeError(explain(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}.",
                                       "a hook before the step may replace its arguments", "end the hook without a return"))
        args, kwargs = changed
    return args, kwargs


class Hooked:
    """The part of Optimizer that keeps hooks."""

    _stepping = False

    def _without_hooks(self):
        self._hooks = {kind: OrderedDict() for kind in _KINDS}

    def register_step_pre_hook(self, hook):
        """Call `hook(optimizer, args, kwargs)` before each step; it may return new `(args, kwargs)`. Returns a removable handle.

        >>> import workbook as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)])
        >>> handle = optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: print("a step"))
        >>> _ = optimizer.step(lambda: 0.0)
        a step
        >>> handle.remove()
        """
        return add_hook(self._hooks["step_pre"], hook)

    def register_step_post_hook(self, hook):
        """Call `hook(optimizer, args, kwargs)` after each step. Returns a removable handle."""
        return add_hook(self._hooks["step_post"], hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """Call `hook(optimizer)` before `state_dict` looks at the state. Returns a removable handle."""
        return add_hook(self._hooks["state_dict_pre"], hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """Call `hook(optimizer, state_dict)` when it is made; it may return another. Returns a removable handle."""
        return add_hook(self._hooks["state_dict_post"], hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """Call `hook(optimizer, state_dict)` with what is to be loaded; it may return another. Returns a removable handle."""
        return add_hook(self._hooks["load_state_dict_pre"], hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """Call `hook(optimizer)` when a state has been loaded. Returns a removable handle."""
        return add_hook(self._hooks["load_state_dict_post"], hook, prepend)

    def _changed_by(self, kind, state_dict):
        """What the hooks of a kind make of a state_dict."""
        for hook in self._hooks[kind].values():
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        return state_dict


def add_hook(hooks, hook, prepend=False):
    """Put a hook into a dictionary of hooks, at the end or, with `prepend`, in front. Return its handle."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle
