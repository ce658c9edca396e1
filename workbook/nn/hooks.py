"""Functions of a student's that run around a module's forward and backward: of one module, or of all of them."""

import warnings
from collections import OrderedDict

from workbook.autograd.function import Function
from workbook.autograd.modes import thread
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.utils.hooks import RemovableHandle


class Kinds:
    """The hooks of one module, or those of all modules: one dictionary a kind, from a hook's number to the function, as they run."""

    __slots__ = ("before", "after", "with_kwargs", "always", "backward_before", "backward", "backward_old", "saving", "saved",
                 "loading", "loaded")

    def __init__(self):
        self.before, self.after = OrderedDict(), OrderedDict()  # forward
        self.with_kwargs, self.always = set(), set()  # the numbers of those that see keywords, and that run where forward fails
        self.backward_before, self.backward, self.backward_old = OrderedDict(), OrderedDict(), OrderedDict()
        self.saving, self.saved, self.loading, self.loaded = OrderedDict(), OrderedDict(), OrderedDict(), OrderedDict()  # state_dict

    def any(self):
        """Whether there is any hook around forward or backward."""
        return bool(self.before or self.after or self.backward_before or self.backward or self.backward_old)


EVERYWHERE = Kinds()
NONE = Kinds()  # those of a module without hooks
REGISTERED = {"parameter": OrderedDict(), "buffer": OrderedDict(), "module": OrderedDict()}  # run when one is registered, anywhere


def replaced(kind, module, name, value):
    """What is to be registered, after the hooks of all registrations have seen it."""
    for hook in REGISTERED[kind].values():
        other = hook(module, name, value)
        value = value if other is None else other
    return value


def add(hooks, hook, prepend=False, marks=()):
    """Put a hook into a dictionary of hooks, at the end or, with `prepend`, in front, and its number into `marks`. Return its handle."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    for mark in marks:
        mark.add(handle.id)
    return handle


def add_around(kinds, hooks, hook, prepend=False, with_kwargs=False, always_call=False):
    """Put a hook around forward into one of the two dictionaries of `kinds`. Return its handle."""
    return add(hooks, hook, prepend, [kinds.with_kwargs] * with_kwargs + [kinds.always] * always_call)


def call(module, own, args, kwargs):
    """Run a module's forward with the hooks of all modules and its own around it."""
    result, ran = None, set()
    with_kwargs, always = EVERYWHERE.with_kwargs | own.with_kwargs, EVERYWHERE.always | own.always
    try:
        for number, hook in (*EVERYWHERE.before.items(), *own.before.items()):
            args, kwargs = _changed(hook, number in with_kwargs, module, args, kwargs)
        watch = _Backward(module, own)
        args = watch.inputs(args)
        result = module.forward(*args, **kwargs)
        for number, hook in (*EVERYWHERE.after.items(), *own.after.items()):
            ran.add(number)
            result = _after(hook, number in with_kwargs, module, args, kwargs, result)
        return _old_hooks(module, own, args, watch.outputs(result))
    except Exception:
        for number, hook in (*EVERYWHERE.after.items(), *own.after.items()):
            if number in always and number not in ran:
                try:
                    result = _after(hook, number in with_kwargs, module, args, kwargs, result)
                except Exception as other:
                    which = "global module" if number in EVERYWHERE.after else "module"
                    warnings.warn(f"{which} forward hook with ``always_call=True`` raised an exception that was silenced as another error "
                                  f"was raised in forward: {other}", stacklevel=3)
        raise


def _changed(hook, with_kwargs, module, args, kwargs):
    if not with_kwargs:
        changed = hook(module, args)
        return (args if changed is None else changed if isinstance(changed, tuple) else (changed,)), kwargs
    changed = hook(module, args, kwargs)
    if changed is not None and not (isinstance(changed, tuple) and len(changed) == 2):
        raise RuntimeError(explain(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}.",
                                   "a hook before forward may replace its arguments", "return (args, kwargs), or nothing"))
    return (args, kwargs) if changed is None else changed


def _after(hook, with_kwargs, module, args, kwargs, result):
    changed = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
    return result if changed is None else changed


# ---- backward ------------------------------------------------------------------------------------------------------------------


class BackwardHookFunction(Function):
    """out = the inputs: a step that does nothing, so that there is a node where gradients pass into a module, or out of it.

    >>> import workbook as torch
    >>> x, = BackwardHookFunction.apply(torch.ones(1, requires_grad=True))
    >>> x.grad_fn.name()
    'BackwardHookFunctionBackward'

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook
    """

    @staticmethod
    def forward(ctx, *args):
        ctx.mark_non_differentiable(*(arg for arg in args if not arg.requires_grad))
        return args

    @staticmethod
    def backward(ctx, *grads):
        return grads


class _Backward:
    """Two nodes around a module's forward: at the outputs the gradients are noted, at the inputs the hooks see both."""

    def __init__(self, module, own):
        self.module, self.arrived = module, None
        self.before = [*EVERYWHERE.backward_before.values(), *own.backward_before.values()]
        self.hooks = [*EVERYWHERE.backward.values(), *own.backward.values()]

    def inputs(self, args):
        """Put a node before the inputs."""
        self.number, self.at = len(args), None
        if not (self.hooks or self.before):
            return args
        args, self.at = _through_a_node(args, lambda node: node.register_hook(self._at_inputs))
        return args

    def outputs(self, result):
        """Put a node behind the outputs."""
        if not (self.hooks or self.before):
            return result
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn("For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                          f"{type(result)}", stacklevel=5)
            return result
        several = isinstance(result, tuple)
        results, self.out = _through_a_node(result if several else (result,), lambda node: node.register_hook(self._at_outputs))
        self.outputs_number = len(results)
        return results if several else results[0]

    def _at_outputs(self, _, grad_outputs):
        self.arrived = _spread(grad_outputs, self.out, self.outputs_number)
        for hook in self.before:
            self.arrived = self._same_number(hook(self.module, self.arrived), self.arrived, "Backward pre hook", "grad_output")
        arrived = self.arrived
        if self.at is None:
            self._without_inputs()
        return tuple(arrived[place] for place in self.out)

    def _without_inputs(self):
        """No input wants a gradient, so there is no node before them: the hooks see what arrived, here."""
        warnings.warn("Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
                      "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module."
                      "register_full_backward_hook for more details.", stacklevel=5)
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.number, self.arrived)
            if changed is not None and any(part is not None for part in changed):
                raise RuntimeError(explain("Backward hook for Modules where no input requires gradient should always return None or None "
                                           "for all gradients.", "there is no gradient to replace", "end the hook without a return"))
        self.arrived = None

    def _at_inputs(self, grad_inputs, _):
        if self.arrived is None:  # the gradient came to the inputs without passing the outputs, as in a second derivative
            return None
        handed = _spread(grad_inputs, self.at, self.number)
        for hook in self.hooks:
            handed = self._same_number(hook(self.module, handed, self.arrived), handed, "Backward hook", "grad_input")
        self.arrived = None
        return tuple(handed[place] for place in self.at)

    @staticmethod
    def _same_number(changed, before, kind, name):
        if changed is None:
            return before
        changed = changed if isinstance(changed, (tuple, list)) else (changed,)
        if len(changed) != len(before):
            raise RuntimeError(explain(f"{kind} returned an invalid number of {name}, got {len(changed)}, but expected {len(before)}",
                                       "it replaces all of them, one for each", "return a tuple as long as the one that it was given"))
        return changed


def _through_a_node(values, seen):
    """Return the values with their Tensors passed through one node, which `seen` is shown, and the places of the Tensors."""
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    tensors = [values[place] for place in places]
    if not (thread.state.grad_enabled and any(tensor.requires_grad for tensor in tensors)):
        return values, None
    passed = BackwardHookFunction.apply(*tensors)
    passed = passed if isinstance(passed, tuple) else (passed,)
    seen(next(tensor.grad_fn for tensor in passed if tensor.grad_fn is not None))
    values = list(values)
    for place, tensor in zip(places, passed):
        values[place] = tensor
    return tuple(values), places


def _spread(grads, places, number):
    spread = [None] * number
    for place, grad in zip(places, grads):
        spread[place] = grad
    return tuple(spread)


def _old_hooks(module, own, args, result):
    """The hooks of `register_backward_hook`, on the node of the output: they see the gradients of the last operation only."""
    hooks = [*EVERYWHERE.backward_old.values(), *own.backward_old.values()]
    part = result
    while hooks and not isinstance(part, Tensor):
        part = next(value for value in part.values() if isinstance(value, Tensor)) if isinstance(part, dict) else part[0]
    if hooks and part.grad_fn is not None:
        for hook in hooks:
            part.grad_fn.register_hook(lambda handed, arrived, hook=hook: hook(module, handed, arrived))
        before = {arg.grad_fn for arg in args if isinstance(arg, Tensor) and arg.grad_fn is not None}
        if before != {node for node, _ in part.grad_fn.next_functions}:
            warnings.warn("Using a non-full backward hook when the forward contains multiple autograd Nodes is deprecated and will be removed "
                          "in future versions. This hook will be missing some grad_input. Please use register_full_backward_hook to get the "
                          "documented behavior.", FutureWarning, stacklevel=5)
    return result


def two_ways(hooks, others, where="on a single Module"):
    """Raise RuntimeError where a module has backward hooks of the other kind."""
    if others:
        raise RuntimeError(explain(
            f"Cannot use both regular backward hooks and full backward hooks {where}. Please use only one of them.",
            "the old hooks see one operation of the module, the full ones the whole of it", "use register_full_backward_hook for all"))
    return hooks
