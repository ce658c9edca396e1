"""Parametrizations: a parameter that is computed from others, by a module, whenever it is asked for."""

import contextlib
import copy

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.nn.container import ModuleDict, ModuleList
from workbook.nn.parameter import Parameter
from workbook.tensor import Tensor

_cache, _open = {}, []  # (id of a module, name) -> its parameter; one entry a `cached` that is open


@contextlib.contextmanager
def cached():
    """While it holds, each parametrized tensor is computed once, when it is first asked for. Raises nothing itself.

    >>> import workbook as torch
    >>> with torch.nn.utils.parametrize.cached():
    ...     pass

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.cached.html
    """
    _open.append(True)
    try:
        yield
    finally:
        _open.pop()
        if not _open:
            _cache.clear()


class ParametrizationList(ModuleList):
    """The modules that compute one tensor, each from what the one before gave, and what the first starts from: `original`.

    Where the last `right_inverse` gives several tensors they are `original0`, `original1`, ...
    Raises ValueError for what `register_parametrization` refuses.

    >>> import workbook as torch
    >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 1))
    >>> list(layer.parametrizations.weight.state_dict())
    ['original0', 'original1']

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.ParametrizationList.html
    """

    torch_name = "torch.nn.utils.parametrize.ParametrizationList"

    def __init__(self, modules, original, unsafe=False):
        if not len(modules):
            raise ValueError(explain("ParametrizationList requires one or more modules.", "they compute the tensor", "give a list of modules"))
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new = original
        with no_grad():
            for module in reversed(list(self)):
                with contextlib.suppress(NotImplementedError):
                    new = module.right_inverse(new) if hasattr(module, "right_inverse") else new
        if not isinstance(new, (Tensor, list, tuple)):
            raise ValueError(_no_tensors("'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got "
                                         f"{type(new).__name__}"))
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if new.dtype != dtype:
                raise ValueError(explain("When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                                         f"original.dtype: {dtype}\nright_inverse(original).dtype: {new.dtype}",
                                         "it is kept in the memory of the original", f"convert it: .to({dtype})"))
            original.data = new.detach()
            register(self, "original", original)
        else:
            for number, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError(_no_tensors("'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                                                 f"{number} of the sequence with type {type(part).__name__}."))
                part = Parameter(part, original.requires_grad) if isinstance(original, Parameter) else part
                register(self, f"original{number}", part.requires_grad_(original.requires_grad))
        if not unsafe:
            check(self(), shape, dtype, "Registering a parametrization may not change the {} of the tensor, unless `unsafe` flag is enabled.",
                  ("unparametrized {}", "parametrized {}"))

    def originals(self):
        """The tensors that it starts from."""
        return [self.original] if self.is_tensor else [getattr(self, f"original{number}") for number in range(self.ntensors)]

    def right_inverse(self, value):
        """Set the originals so that the result is `value`. Raises RuntimeError for a module that has no right_inverse."""
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(explain(
                        f"parametrization {type(module).__name__} does not implement right_inverse.",
                        "it says what to start from to get the value that is assigned", "define right_inverse(self, value), or set .original"))
                value = module.right_inverse(value)
            if not isinstance(value, Tensor if self.is_tensor else (list, tuple)):
                raise ValueError(_no_tensors(
                    f"`right_inverse` should return a tensor. Got {type(value).__name__}" if self.is_tensor else
                    f"'right_inverse' must return a sequence of tensors. Got {type(value).__name__}."))
            parts = [value] if self.is_tensor else value
            if len(parts) != self.ntensors:
                raise ValueError(_no_tensors(f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of "
                                             f"length {len(parts)}."))
            for number, (own, part) in enumerate(zip(self.originals(), parts)):
                if own.dtype != part.dtype:
                    which = "`original`" if self.is_tensor else f"`original{number}`"
                    what = "The tensor" if self.is_tensor else f"Tensor {number}"
                    raise ValueError(explain(f"{what} returned by `right_inverse` has dtype {part.dtype} while {which} has dtype {own.dtype}",
                                             "it is kept in the original's memory", f"convert it: .to({own.dtype})"))
                own.data = part.detach()

    def forward(self):
        """Compute the tensor."""
        first, *rest = self
        x = first(*self.originals())
        for module in rest:
            x = module(x)
        return x


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Compute `module.tensor_name`, a parameter or a buffer, by the module `parametrization` from now on. Returns the module.

    `parametrization(original)` is what the name gives. With a `right_inverse` it starts from what that makes of the tensor's value, and
    the name can be assigned to. Several can be registered, one after the other. `unsafe`: do not compare shapes and dtypes.
    Raises ValueError for a name that is not there, and where shape or dtype change.

    >>> import workbook as torch
    >>> class Symmetric(torch.nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = torch.nn.utils.parametrize.register_parametrization(torch.nn.Linear(3, 3), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.T).all())
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.register_parametrization.html
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            _check_one_more(module, tensor_name, parametrization)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        computed = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _take_class_of_its_own(module)
            module.parametrizations = ModuleDict()
        setattr(type(module), tensor_name, _computed(tensor_name))
        module.parametrizations[tensor_name] = computed
    else:
        raise ValueError(explain(f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'",
                                 f"it has {', '.join([*module._parameters, *module._buffers]) or 'none'}", "choose one of them"))
    return module


def is_parametrized(module, tensor_name=None):
    """Return whether the tensor, or any tensor of the module, is computed. Raises nothing.

    >>> import workbook as torch
    >>> is_parametrized(torch.nn.Linear(1, 1), "weight")
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.is_parametrized.html
    """
    found = module.__dict__.get("_modules", {}).get("parametrizations")
    return isinstance(found, ModuleDict) and (len(found) > 0 if tensor_name is None else tensor_name in found)


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Make a computed tensor a parameter or buffer again: with its value now, or without `leave_parametrized` with the original's.

    Returns the module. Raises ValueError for one that is not computed, and for several originals without `leave_parametrized`.

    >>> import workbook as torch
    >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 1))
    >>> type(remove_parametrizations(layer, "weight").weight)
    <class 'torch.nn.parameter.Parameter'>

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.remove_parametrizations.html
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(explain(f"Module {module} does not have a parametrization on {tensor_name}", "so there is none to remove",
                                 "print(module.parametrizations) shows those that there are"))
    computed = module.parametrizations[tensor_name]
    if computed.is_tensor:
        original = computed.original
        if leave_parametrized:
            with no_grad():
                original.data = getattr(module, tensor_name).detach()
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach()) if value.requires_grad else value
    else:
        raise ValueError(explain("Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
                                 "sequence of tensors.", "there is no one original", "leave leave_parametrized out"))
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    register(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module):
    """Return the class that a module had before its first parametrization. Raises nothing.

    >>> import workbook as torch
    >>> type_before_parametrizations(torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 1)))
    <class 'torch.nn.modules.linear.Linear'>

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.type_before_parametrizations.html
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module, to_module, tensor_name=None):
    """Register the parametrizations of one module on another, with the same originals. Returns it. Raises what registering raises.

    >>> import workbook as torch
    >>> normed = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 1))
    >>> other = transfer_parametrizations_and_params(normed, torch.nn.Linear(2, 1))
    >>> is_parametrized(other, "weight")
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.transfer_parametrizations_and_params.html
    """
    if is_parametrized(from_module):
        for name in list(from_module.parametrizations) if tensor_name is None else [tensor_name]:
            if not hasattr(to_module, name):
                setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
            theirs = from_module.parametrizations[name]
            for parametrization in theirs:
                register_parametrization(to_module, name, parametrization)
            for number, original in enumerate(theirs.originals()):
                setattr(to_module.parametrizations[name], "original" if theirs.is_tensor else f"original{number}", original)
    return to_module


# ---- how it is done ------------------------------------------------------------------------------------------------------------


def _take_class_of_its_own(module):
    """Give a module a class for itself, below its own: what is computed stands there as properties."""
    cls = type(module)
    own = {"__getstate__": _refuse_to_pickle, "torch_name": f"torch.nn.utils.parametrize.Parametrized{cls.__name__}"}
    if not hasattr(cls, "__deepcopy__"):
        own["__deepcopy__"] = _deepcopy
    module.__class__ = type(cls)(f"Parametrized{cls.__name__}", (cls,), own)


def _computed(name):
    def value(self):
        parametrization = self.parametrizations[name]
        if not _open:
            return parametrization()
        key = id(self), name
        if key not in _cache:
            _cache[key] = parametrization()
        return _cache[key]

    return property(value, lambda self, new: self.parametrizations[name].right_inverse(new))


def _deepcopy(module, memo):
    twin = memo[id(module)] = object.__new__(type(module))
    twin.__dict__.update(copy.deepcopy(module.__dict__, memo))
    return twin


def _refuse_to_pickle(module):
    raise RuntimeError(explain(
        "Serialization of parametrized modules is only supported through state_dict(). See:\nhttps://pytorch.org/tutorials/beginner/"
        "saving_loading_models.html#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training",
        "its class was made for it alone, so no file could name it", "keep module.state_dict()"))


def register(module, name, tensor):
    """Register a Tensor as what it is: a Parameter, or a buffer."""
    (module.register_parameter if isinstance(tensor, Parameter) else module.register_buffer)(name, tensor)


def _check_one_more(module, name, parametrization):
    """A further parametrization gives, from the tensor as it is, one of the same shape and dtype; so does its right_inverse."""
    before = getattr(module, name)
    after = parametrization(before)
    check(after, before.shape, before.dtype,
          "Registering a parametrization may not change the {} of the tensor, unless the `unsafe` flag is enabled.",
          (f"module.{name}.{{}}", f"parametrization(module.{name}).{{}}"))
    if hasattr(parametrization, "right_inverse"):
        with contextlib.suppress(NotImplementedError):
            back = parametrization.right_inverse(after)
            if not isinstance(back, Tensor):
                raise ValueError(_no_tensors(f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}"))
            check(back, before.shape, before.dtype, "The tensor returned by parametrization.right_inverse must have the same {} as "
                  f"module.{name}, unless the `unsafe` flag is enabled.", (f"module.{name}.{{}}", "returned {}"))


def check(tensor, shape, dtype, phrase, lines):
    """Raise ValueError unless it is a Tensor of this shape and dtype."""
    if not isinstance(tensor, Tensor):
        raise ValueError(_no_tensors(f"A parametrization must return a tensor. Got {type(tensor).__name__}."))
    for what, wanted, got in (("dtype", dtype, tensor.dtype), ("shape", shape, tensor.shape)):
        if wanted != got:
            before, after = (line.format(what) for line in lines)
            raise ValueError(explain(f"{phrase.format(what)}\n{before}: {wanted}\n{after}: {got}", "the module uses it as it was",
                                     "register it with unsafe=True where that is wanted"))


def _no_tensors(text):
    return explain(text, "what is computed takes the place of a tensor", "return a tensor")
