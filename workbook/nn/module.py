"""Module: a piece of a network that knows its parameters, its buffers and its parts."""

from collections import OrderedDict

from workbook.autograd.modes import thread
from workbook.autograd.walk import forget
from workbook.dtypes import dtype as Dtype
from workbook.errors import explain
from workbook.naming import PrintsAsTorchABC
from workbook.nn import registration
from workbook.nn.checkpoint import Checkpoint
from workbook.nn.parameter import Parameter
from workbook.nn.traversal import Traversal
from workbook.tensor import Tensor
from workbook.utils.hooks import RemovableHandle


class Module(Traversal, Checkpoint, metaclass=PrintsAsTorchABC):
    """The base of every layer and every network.

    A subclass calls `super().__init__()` first, sets its layers and Parameters as attributes, and defines `forward`. Setting an
    attribute is what registers it: a Parameter, a Module or (through `register_buffer`) a buffer is found by `parameters()`,
    `state_dict()`, `to()` and the rest. Call the module, never `forward` itself, so that hooks run.

    Raises AttributeError when something is registered before `super().__init__()`, NotImplementedError when there is no
    `forward`.

    >>> import workbook as torch
    >>> class Double(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = torch.nn.Parameter(torch.tensor(2.0))
    ...     def forward(self, x):
    ...         return self.factor * x
    >>> Double()(torch.tensor([1.0, 3.0])).tolist()
    [2.0, 6.0]
    >>> [name for name, _ in Double().named_parameters()]
    ['factor']

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Module.html
    """

    torch_name = "torch.nn.modules.module.Module"
    training: bool

    def __init__(self):
        keep = super().__setattr__  # plain attributes: the registers cannot register themselves
        keep("training", True)
        keep("_parameters", {})
        keep("_buffers", {})
        keep("_non_persistent_buffers_set", set())
        keep("_modules", {})
        keep("_forward_hooks", OrderedDict())
        keep("_forward_pre_hooks", OrderedDict())

    def forward(self, *args, **kwargs):
        """Compute the output; every subclass defines its own."""
        raise registration.missing_forward(self)

    def __call__(self, *args, **kwargs):
        running = thread.state.modules
        running.append(self)
        try:
            if self._forward_hooks or self._forward_pre_hooks:
                return self._call_with_hooks(args, kwargs)
            return self.forward(*args, **kwargs)
        finally:
            running.pop()

    def _call_with_hooks(self, args, kwargs):
        for hook, with_kwargs in tuple(self._forward_pre_hooks.values()):
            changed = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if changed is None:
                continue
            if with_kwargs:
                args, kwargs = changed
            else:
                args = changed if isinstance(changed, tuple) else (changed,)
        output = self.forward(*args, **kwargs)
        for hook, with_kwargs in tuple(self._forward_hooks.values()):
            changed = hook(self, args, kwargs, output) if with_kwargs else hook(self, args, output)
            output = output if changed is None else changed
        return output

    # Registration

    def __setattr__(self, name, value):
        registers = self.__dict__
        if isinstance(value, Parameter):
            registration.require_init(self, "_parameters", "parameters")
            registration.forget(self, name, keep="_parameters")
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            registration.require_init(self, "_modules", "module")
            if name in self._parameters:
                raise registration.wrong_kind(value, "parameter", name, "torch.nn.Parameter")
            registration.forget(self, name, keep="_modules")
            self._modules[name] = value
        elif name in registers.get("_parameters", ()):
            if value is not None:
                raise registration.wrong_kind(value, "parameter", name, "torch.nn.Parameter")
            self._parameters[name] = None
        elif name in registers.get("_modules", ()):
            if value is not None:
                raise registration.wrong_kind(value, "child module", name, "torch.nn.Module")
            self._modules[name] = None
        elif name in registers.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise registration.wrong_kind(value, "buffer", name, "torch.nn.Buffer, torch.Tensor")
            self._buffers[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):  # only where ordinary attributes have been searched in vain
        for register in ("_parameters", "_buffers", "_modules"):
            registered = self.__dict__.get(register, ())
            if name in registered:
                return registered[name]
        raise registration.missing_attribute(self, name)

    def __delattr__(self, name):
        for register in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(register, ()):
                del self.__dict__[register][name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self):
        registered = [*self._parameters, *self._buffers, *self._modules] if "_modules" in self.__dict__ else []
        return sorted({*super().__dir__(), *registered})

    def register_parameter(self, name, param):
        """Register `param`, a Parameter or None, under `name`."""
        registration.require_init(self, "_parameters", "parameter")
        registration.check_name(self, name, "parameter", self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise registration.wrong_object(param, "parameter", name, "torch.nn.Parameter or None required",
                                            f"self.{name} = nn.Parameter(...)")
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """Register a tensor that is part of the module's state and is not trained; with `persistent=False` it is not saved.

        >>> import workbook as torch
        >>> net = torch.nn.Module()
        >>> net.register_buffer("running_mean", torch.zeros(2))
        >>> net.state_dict()
        OrderedDict([('running_mean', tensor([0., 0.]))])
        """
        registration.require_init(self, "_buffers", "buffer")
        registration.check_name(self, name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise registration.wrong_object(tensor, "buffer", name, "torch Tensor or None required",
                                            f"self.register_buffer({name!r}, torch.tensor(...))")
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def register_module(self, name, module):
        """Register a child Module, or None, under `name`."""
        registration.require_init(self, "_modules", "module")
        if module is not None and not isinstance(module, Module):
            raise registration.not_a_module(module, name)
        registration.check_name(self, name, "module", self._modules)
        self._modules[name] = module

    add_module = register_module

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Run `hook(module, args, output)` after every forward; what it returns, unless None, replaces the output.

        Returns a handle whose `remove()` takes the hook away.

        >>> import workbook as torch
        >>> layer = torch.nn.Identity()
        >>> handle = layer.register_forward_hook(lambda module, args, output: print(tuple(output.shape)))
        >>> _ = layer(torch.zeros(2, 3))
        (2, 3)
        >>> handle.remove()
        """
        return _add_hook(self._forward_hooks, hook, prepend, with_kwargs)

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Run `hook(module, args)` before every forward; what it returns, unless None, replaces the arguments."""
        return _add_hook(self._forward_pre_hooks, hook, prepend, with_kwargs)

    # Modes and places

    def train(self, mode=True):
        """Set training mode here and in every part; Dropout and the like behave by it. Returns the module."""
        if not isinstance(mode, bool):
            raise ValueError(explain("training mode is expected to be boolean",
                                     "a module is in training or not", "write model.train(), or model.eval()"))
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        """Set evaluation mode: `train(False)`. Gradients are still recorded; that is what `torch.no_grad` is for."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Set whether the parameters here and below want gradients. Returns the module."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget the parameters' gradients; with `set_to_none=False` fill them with zeros instead."""
        for param in self.parameters():
            forget(param, set_to_none)

    def apply(self, fn):
        """Call `fn(module)` on every part, children before their parent, and on the module itself. Returns the module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, device=None, dtype=None, non_blocking=False):
        """Move parameters and buffers to a device, or floating-point ones to a dtype; in place. Returns the module.

        Takes a device, a dtype, both, or a tensor to be like. `non_blocking` is accepted and changes nothing.
        Raises TypeError for an integer dtype.

        >>> import workbook as torch
        >>> torch.nn.Linear(1, 1).to(torch.float64).weight.dtype
        torch.float64
        """
        if isinstance(device, Tensor):
            device, dtype = device.device, device.dtype
        elif isinstance(device, Dtype):
            device, dtype = None, device
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(explain("nn.Module.to only accepts floating point or complex dtypes, "
                                    f"but got desired dtype={dtype}", "parameters need gradients, and integers have none",
                                    "use torch.float32 or torch.float64"))

        def convert(tensor):
            if device is not None:
                tensor = tensor.to(device)
            return tensor.to(dtype) if dtype is not None and _is_real_or_complex(tensor) else tensor

        return self._apply(convert)

    def float(self):
        """Turn every floating-point parameter and buffer into float32. Returns the module."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self):
        """Turn every floating-point parameter and buffer into float64. Returns the module."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self):
        """Turn every floating-point parameter and buffer into float16. Returns the module."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def cpu(self):
        """Move every parameter and buffer to the CPU. Returns the module."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None):
        """Move every parameter and buffer to a GPU. Returns the module."""
        return self._apply(lambda t: t.cuda(device))

    def _apply(self, convert):
        """Replace the memory of every parameter and its gradient, and every buffer, here and below."""
        for module in self.modules():
            for param in module._parameters.values():
                if param is not None:
                    param.data = convert(param.data)
                    if param.grad is not None:
                        param.grad = convert(param.grad.detach())
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = convert(buffer)
        return self

    # Text

    def extra_repr(self):
        """The text between the brackets when the module prints; layers name their settings here."""
        return ""

    def _get_name(self):
        return type(self).__name__

    def __repr__(self):
        lines = self.extra_repr().split("\n") if self.extra_repr() else []
        if not self._modules and len(lines) < 2:
            return f"{self._get_name()}({''.join(lines)})"
        lines += [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self._modules.items()]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


def _add_hook(hooks, hook, prepend, with_kwargs):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook, with_kwargs
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def _is_real_or_complex(tensor):
    return tensor.is_floating_point() or tensor.is_complex()
