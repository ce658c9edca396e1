"""The old spectral norm: the weight is computed anew before each forward, by a hook. `parametrizations.spectral_norm` replaces it."""

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.nn.conv import _ConvTransposeNd
from workbook.nn.parameter import Parameter
from workbook.nn.utils.parametrizations import as_matrix, positive, unit
from workbook.nn.utils.weight_norm import refuse_lazy, refuse_twice, taken_out


class SpectralNorm:
    """The hook: weight = weight_orig / sigma, where sigma is the largest singular value as far as weight_u and weight_v know it."""

    def __init__(self, name="weight", n_power_iterations=1, dim=0, eps=1e-12):
        positive(n_power_iterations)
        self.name, self.n_power_iterations, self.dim, self.eps = name, n_power_iterations, dim, eps

    def compute_weight(self, module, do_power_iteration):
        """Return the weight, after some steps of the power method."""
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(unit(matrix.t().mv(u), self.eps))
                    u.copy_(unit(matrix.mv(v), self.eps))
                u, v = u.clone(), v.clone()
        return weight / u.dot(matrix.mv(v))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divide a weight by its largest singular value, as `parametrizations.spectral_norm` does. Returns the module.

    Raises RuntimeError where it has been done already, ValueError for fewer than 1 iteration and a parameter without a shape.

    >>> import workbook as torch
    >>> list(torch.nn.utils.spectral_norm(torch.nn.Linear(2, 1)).state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']

    Source: Miyato et al. 2018; https://pytorch.org/docs/2.13/generated/torch.nn.utils.spectral_norm.html
    """
    if dim is None:
        dim = 1 if isinstance(module, _ConvTransposeNd) else 0
    refuse_twice(module, SpectralNorm, name, "spectral_norm")
    hook, weight = SpectralNorm(name, n_power_iterations, dim, eps), module._parameters[name]
    if weight is None:
        raise ValueError(explain(f"`SpectralNorm` cannot be applied as parameter `{name}` is None", "there is nothing to divide",
                                 "choose another parameter"))
    refuse_lazy(weight, "SpectralNorm", "spectral")
    height, width = as_matrix(weight, dim).shape
    u, v = (unit(weight.new_empty(side).normal_(0, 1), eps).detach() for side in (height, width))
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.data)  # a plain attribute: it is computed
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)

    def tell_version(module, state_dict, prefix, about):
        about.setdefault("spectral_norm", {})[f"{name}.version"] = 1

    module._register_state_dict_hook(tell_version)
    return module


def remove_spectral_norm(module, name="weight"):
    """Make the weight a parameter again, with the value that it has. Returns the module. Raises ValueError where there is no spectral norm.

    >>> import workbook as torch
    >>> list(remove_spectral_norm(torch.nn.utils.spectral_norm(torch.nn.Linear(2, 1))).state_dict())
    ['bias', 'weight']

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.remove_spectral_norm.html
    """
    hook = taken_out(module, SpectralNorm, name, "spectral_norm")
    with no_grad():
        weight = hook.compute_weight(module, do_power_iteration=False)
    for part in ("", "_u", "_v", "_orig"):
        delattr(module, name + part)
    module.register_parameter(name, Parameter(weight.detach()))
    return module
