"""Hooks of all modules at once: `torch.nn.modules.module.register_module_forward_hook` and its kin."""

from workbook.nn.hooks import EVERYWHERE, REGISTERED, add, add_around, two_ways


def register_module_forward_pre_hook(hook):
    """Run `hook(module, args)` before the forward of every module. Returns a handle whose `remove()` takes it away. Raises nothing.

    >>> import workbook as torch
    >>> with register_module_forward_pre_hook(lambda module, args: print(module)):
    ...     _ = torch.nn.ReLU()(torch.ones(1))
    ReLU()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_forward_pre_hook.html
    """
    return add(EVERYWHERE.before, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    """Run `hook(module, args, output)` after the forward of every module. Returns a handle. Raises nothing.

    >>> import workbook as torch
    >>> with register_module_forward_hook(lambda module, args, output: output + 1):
    ...     torch.nn.ReLU()(torch.ones(1))
    tensor([2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_forward_hook.html
    """
    return add_around(EVERYWHERE, EVERYWHERE.after, hook, False, with_kwargs, always_call)


def register_module_full_backward_pre_hook(hook):
    """Run `hook(module, grad_output)` before the backward of every module. Returns a handle. Raises nothing itself.

    >>> register_module_full_backward_pre_hook(lambda module, grad_output: None).remove()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_full_backward_pre_hook.html
    """
    return add(EVERYWHERE.backward_before, hook)


def register_module_full_backward_hook(hook):
    """Run `hook(module, grad_input, grad_output)` in the backward of every module. Returns a handle.

    Raises RuntimeError where there are hooks of `register_module_backward_hook`.

    >>> register_module_full_backward_hook(lambda module, grad_input, grad_output: None).remove()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_full_backward_hook.html
    """
    return add(two_ways(EVERYWHERE.backward, EVERYWHERE.backward_old, "as a global Module hook"), hook)


def register_module_backward_hook(hook):
    """The old form of `register_module_full_backward_hook`, which sees the last operation only. Raises RuntimeError beside that one.

    >>> register_module_backward_hook(lambda module, grad_input, grad_output: None).remove()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_backward_hook.html
    """
    return add(two_ways(EVERYWHERE.backward_old, EVERYWHERE.backward, "as a global Module hook"), hook)


def register_module_parameter_registration_hook(hook):
    """Run `hook(module, name, param)` when any module registers a Parameter; what it returns, unless None, is registered instead.

    Raises nothing itself.

    >>> register_module_parameter_registration_hook(lambda module, name, param: None).remove()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_parameter_registration_hook.html
    """
    return add(REGISTERED["parameter"], hook)


def register_module_buffer_registration_hook(hook):
    """Run `hook(module, name, buffer)` when any module registers a buffer; what it returns, unless None, is registered instead.

    Raises nothing itself.

    >>> register_module_buffer_registration_hook(lambda module, name, buffer: None).remove()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_buffer_registration_hook.html
    """
    return add(REGISTERED["buffer"], hook)


def register_module_module_registration_hook(hook):
    """Run `hook(module, name, child)` when any module registers a child; what it returns, unless None, is registered instead.

    Raises nothing itself.

    >>> register_module_module_registration_hook(lambda module, name, child: None).remove()

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.modules.module.register_module_module_registration_hook.html
    """
    return add(REGISTERED["module"], hook)
