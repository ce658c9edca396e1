"""The half of Module that keeps a student's hooks; `hooks` runs them."""

from workbook.nn.hooks import Kinds, add, add_around, two_ways


def _under_its_name(kind):
    """The dictionary of one kind under the name that PyTorch keeps it by, since programs look into it, or put an empty one there."""
    return property(lambda module: getattr(module._own(), kind), lambda module, hooks: setattr(module._own(), kind, hooks))


class Hooked:
    """Every function here returns a handle whose `remove()` takes the hook away."""

    def _own(self):
        """The module's hooks, ready to take more."""
        if self._hooks is None:
            self._hooks = Kinds()
        return self._hooks

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Run `hook(module, args)` before every forward; what it returns, unless None, replaces the arguments.

        `with_kwargs`: it is called with `(module, args, kwargs)`, and returns both. `prepend`: it runs first.
        """
        return add_around(self._own(), self._own().before, hook, prepend, with_kwargs)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Run `hook(module, args, output)` after every forward; what it returns, unless None, replaces the output.

        `with_kwargs`: it is called with `(module, args, kwargs, output)`. `prepend`: it runs first. `always_call`: also where
        forward fails.

        >>> import workbook as torch
        >>> layer = torch.nn.Identity()
        >>> handle = layer.register_forward_hook(lambda module, args, output: print(tuple(output.shape)))
        >>> _ = layer(torch.zeros(2, 3))
        (2, 3)
        >>> handle.remove()
        """
        return add_around(self._own(), self._own().after, hook, prepend, with_kwargs, always_call)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Run `hook(module, grad_output)` when the gradients of the outputs are known; what it returns, unless None, takes their place."""
        return add(self._own().backward_before, hook, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Run `hook(module, grad_input, grad_output)` when the gradients of the inputs are known; what it returns, unless None, goes on.

        Both are tuples, with None for what is no Tensor. Raises RuntimeError beside a hook of `register_backward_hook`.

        >>> import workbook as torch
        >>> layer = torch.nn.Tanh()
        >>> handle = layer.register_full_backward_hook(lambda module, grad_input, grad_output: print(grad_output))
        >>> layer(torch.zeros(1, requires_grad=True)).backward()
        (tensor([1.]),)
        """
        return add(two_ways(self._own().backward, self._own().backward_old), hook, prepend)

    def register_backward_hook(self, hook):
        """The old form of `register_full_backward_hook`: it sees the last operation of the module only."""
        return add(two_ways(self._own().backward_old, self._own().backward), hook)

    _forward_hooks = _under_its_name("after")
    _forward_pre_hooks = _under_its_name("before")
    _backward_hooks = _under_its_name("backward")
    _backward_pre_hooks = _under_its_name("backward_before")
