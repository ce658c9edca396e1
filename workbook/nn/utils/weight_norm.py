"""The old weight norm: the weight is computed anew before each forward, by a hook. `parametrizations.weight_norm` replaces it."""

import warnings

from workbook.errors import explain
from workbook.nn.parameter import Parameter, is_lazy
from workbook.ops.weight_norm import norm_except_dim
from workbook.ops.weight_norm import weight_norm as weight_of


class WeightNorm:
    """The hook: weight = g * v / |v|, of the parameters weight_g and weight_v."""

    def __init__(self, name, dim):
        self.name, self.dim = name, -1 if dim is None else dim

    def compute_weight(self, module):
        """Return the weight."""
        return weight_of(getattr(module, f"{self.name}_v"), getattr(module, f"{self.name}_g"), self.dim)

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module, name="weight", dim=0):
    """Train the length of a weight apart from its direction, as `parametrizations.weight_norm` does; it warns, and returns the module.

    Raises RuntimeError where it has been done already, ValueError for a parameter without a shape.

    >>> import warnings
    >>> import workbook as torch
    >>> warnings.simplefilter("ignore")
    >>> list(torch.nn.utils.weight_norm(torch.nn.Linear(2, 1)).state_dict())
    ['bias', 'weight_g', 'weight_v']

    Source: Salimans and Kingma 2016; https://pytorch.org/docs/2.13/generated/torch.nn.utils.weight_norm.html
    """
    warnings.warn("`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.", FutureWarning,
                  stacklevel=2)
    refuse_twice(module, WeightNorm, name, "weight_norm")
    hook, weight = WeightNorm(name, dim), getattr(module, name)
    refuse_lazy(weight, "WeightNorm", "weight")
    del module._parameters[name]
    module.register_parameter(f"{name}_g", Parameter(norm_except_dim(weight.detach(), hook.dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.data))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module, name="weight"):
    """Make the weight a parameter again, with the value that it has. Returns the module. Raises ValueError where there is no weight norm.

    >>> import warnings
    >>> import workbook as torch
    >>> warnings.simplefilter("ignore")
    >>> list(remove_weight_norm(torch.nn.utils.weight_norm(torch.nn.Linear(2, 1))).state_dict())
    ['bias', 'weight']

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.remove_weight_norm.html
    """
    hook = taken_out(module, WeightNorm, name, "weight_norm")
    weight = hook.compute_weight(module)
    delattr(module, name)
    del module._parameters[f"{name}_g"], module._parameters[f"{name}_v"]
    setattr(module, name, Parameter(weight.data))
    return module


# ---- what both old norms share -----------------------------------------------------------------------------------------------


def refuse_twice(module, kind, name, what):
    """Raise RuntimeError where the parameter has a hook of this kind already."""
    if any(isinstance(hook, kind) and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise RuntimeError(explain(f"Cannot register two {what} hooks on the same parameter {name}", "one computes it already",
                                   f"torch.nn.utils.remove_{what}(module) first"))


def refuse_lazy(weight, kind, what):
    """Raise ValueError for a parameter whose shape is not known yet."""
    if is_lazy(weight):
        raise ValueError(explain(
            f"The module passed to `{kind}` can't have uninitialized parameters. Make sure to run the dummy forward before applying {what} "
            "normalization", "its shape follows from the first input", "call the module once with a batch"))


def taken_out(module, kind, name, what):
    """Take the hook that computes a parameter away and return it. Raises ValueError where there is none."""
    for number, hook in module._forward_pre_hooks.items():
        if isinstance(hook, kind) and hook.name == name:
            del module._forward_pre_hooks[number]
            return hook
    raise ValueError(explain(f"{what} of '{name}' not found in {module}", "no hook computes it", "choose the module that has one"))
