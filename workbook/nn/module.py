"""Module: a piece of a network that knows its parameters, its buffers and its parts."""

from workbook.autograd.modes import thread
from workbook.autograd.walk import forget
from workbook.errors import explain
from workbook.naming import PrintsAsTorchABC
from workbook.nn import hooks, registration
from workbook.nn.checkpoint import Checkpoint
from workbook.nn.conversion import Conversion
from workbook.nn.hooks import EVERYWHERE, NONE
from workbook.nn.hooked import Hooked
from workbook.nn.parameter import Buffer, Parameter
from workbook.nn.traversal import Traversal
from workbook.tensor import Tensor


class Module(Traversal, Checkpoint, Conversion, Hooked, metaclass=PrintsAsTorchABC):
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
    call_super_init = False
    dump_patches = False

    def __init__(self, *args, **kwargs):
        if not self.call_super_init and (args or kwargs):
            raise registration.unknown_arguments(self, args, kwargs)
        keep = super().__setattr__  # plain attributes: the registers cannot register themselves
        keep("training", True)
        keep("_parameters", {})
        keep("_buffers", {})
        keep("_non_persistent_buffers_set", set())
        keep("_modules", {})
        keep("_hooks", None)
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *args, **kwargs):
        """Compute the output; every subclass defines its own."""
        raise registration.missing_forward(self)

    def __call__(self, *args, **kwargs):
        running = thread.state.modules
        running.append(self)
        try:
            own = self._hooks
            if (own is None or not own.any()) and not EVERYWHERE.any():
                return self.forward(*args, **kwargs)
            return hooks.call(self, own or NONE, args, kwargs)
        except AttributeError as problem:
            worded = registration.of_no_tensor(self, args, problem)
            if worded is None:
                raise
            raise worded from None
        finally:
            running.pop()

    # Registration

    def __setattr__(self, name, value):
        registers = self.__dict__
        if isinstance(value, Parameter):
            registration.require_init(self, "_parameters", "parameters")
            registration.forget(self, name, keep="_parameters")
            self.register_parameter(name, value)
        elif name in registers.get("_parameters", ()):
            if value is not None:
                raise registration.wrong_kind(value, "parameter", name, "torch.nn.Parameter")
            self.register_parameter(name, None)
        elif isinstance(value, Module):
            registration.require_init(self, "_modules", "module")
            registration.forget(self, name, keep="_modules")
            self._modules[name] = hooks.replaced("module", self, name, value)
        elif name in registers.get("_modules", ()):
            if value is not None:
                raise registration.wrong_kind(value, "child module", name, "torch.nn.Module")
            self._modules[name] = hooks.replaced("module", self, name, None)
        elif isinstance(value, Buffer) or name in registers.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise registration.wrong_kind(value, "buffer", name, "torch.nn.Buffer, torch.Tensor")
            registration.require_init(self, "_buffers", "buffer")
            kept = value.persistent if isinstance(value, Buffer) else name not in self._non_persistent_buffers_set
            self.register_buffer(name, value, kept)
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
        if param is not None and param.grad_fn is not None:
            raise registration.computed_parameter(param, name)
        self._parameters[name] = param if param is None else hooks.replaced("parameter", self, name, param)

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
        self._buffers[name] = hooks.replaced("buffer", self, name, tensor)
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def register_module(self, name, module):
        """Register a child Module, or None, under `name`."""
        registration.require_init(self, "_modules", "module")
        if module is not None and not isinstance(module, Module):
            raise registration.not_a_module(module, name)
        registration.check_name(self, name, "module", self._modules)
        self._modules[name] = hooks.replaced("module", self, name, module)

    add_module = register_module

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

    def share_memory(self):
        """Do nothing: worker processes get their own copies. Returns the module."""
        return self

    def compile(self, *args, **kwargs):
        """Do nothing: the engine runs Python as it stands."""

    def apply(self, fn):
        """Call `fn(module)` on every part, children before their parent, and on the module itself. Returns the module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
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


def in_training(module):
    """Return whether a layer that behaves differently in use is in training mode, and tell the adviser where nothing is recorded.

    >>> import workbook as torch
    >>> in_training(torch.nn.Dropout()), in_training(torch.nn.Dropout().eval())
    (True, False)
    """
    here = thread.state
    if module.training and here.adviser is not None and not here.grad_enabled:
        here.adviser.unrecorded(module, here.modules[0] if here.modules else module)
    return module.training
