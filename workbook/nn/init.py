"""Filling tensors with the numbers that training starts from.

Every function writes in place, unrecorded, and returns its tensor.
"""

import functools
import math
import warnings

from workbook.autograd.modes import no_grad
from workbook.errors import explain, shape_text
from workbook.nn.starts import dirac_, eye_, orthogonal_, sparse_, trunc_normal_  # noqa: F401  they have their own file

_GAINS = {"linear": 1, "conv1d": 1, "conv2d": 1, "conv3d": 1, "conv_transpose1d": 1, "conv_transpose2d": 1,
          "conv_transpose3d": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": math.sqrt(2.0), "selu": 3 / 4}


def calculate_gain(nonlinearity, param=None):
    """Return by how much an activation shrinks what passes it; `param` is the negative slope of leaky_relu.

    Raises ValueError for an activation that it does not know.

    >>> calculate_gain("relu")
    1.4142135623730951

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.calculate_gain
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(explain(f"negative_slope {param} not a valid number",
                                     "the slope of leaky_relu is a number", "write 0.01"))
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError(explain(f"Unsupported nonlinearity {nonlinearity}", "no gain is known for it",
                                 f"one of {', '.join(_GAINS)}, leaky_relu"))
    return _GAINS[nonlinearity]


@no_grad()
def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Fill with numbers from U(a, b). Raises RuntimeError where `a` lies above `b`.

    >>> import workbook as torch
    >>> bool((torch.nn.init.uniform_(torch.empty(100), -1, 1).abs() <= 1).all())
    True

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.uniform_
    """
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Fill with numbers from N(mean, std**2). Raises RuntimeError for a negative std.

    >>> import workbook as torch
    >>> torch.nn.init.normal_(torch.empty(2), mean=3., std=0.)
    tensor([3., 3.])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.normal_
    """
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor, val):
    """Fill with `val`. Raises what `fill_` raises.

    >>> import workbook as torch
    >>> torch.nn.init.constant_(torch.empty(2), 0.5)
    tensor([0.5000, 0.5000])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.constant_
    """
    return tensor.fill_(val)


def zeros_(tensor):
    """Fill with 0. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.nn.init.zeros_(torch.empty(2))
    tensor([0., 0.])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.zeros_
    """
    return constant_(tensor, 0.0)


def ones_(tensor):
    """Fill with 1. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.nn.init.ones_(torch.empty(2))
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.ones_
    """
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Fill from U(-a, a), a = gain * sqrt(6 / (fan_in + fan_out)): Glorot and Bengio 2010, equation 16.

    Raises ValueError for fewer than two axes.

    >>> import workbook as torch
    >>> bool(torch.nn.init.xavier_uniform_(torch.empty(3, 3)).abs().max() <= 1)
    True

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.xavier_uniform_
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    bound = math.sqrt(3.0) * (gain * math.sqrt(2.0 / (fan_in + fan_out)))  # in PyTorch's order, to the last bit
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Fill from N(0, std**2), std = gain * sqrt(2 / (fan_in + fan_out)): Glorot and Bengio 2010.

    Raises ValueError for fewer than two axes.

    >>> import workbook as torch
    >>> torch.nn.init.xavier_normal_(torch.empty(2, 3)).shape
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.xavier_normal_
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / (fan_in + fan_out)), generator)


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Fill from U(-b, b), b = gain * sqrt(3 / fan): He et al. 2015, equation 14. `a` is the negative slope of leaky_relu.

    Raises ValueError for fewer than two axes, another mode and an unknown nonlinearity.

    >>> import workbook as torch
    >>> bool(torch.nn.init.kaiming_uniform_(torch.empty(3, 6)).abs().max() <= 1)
    True

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.kaiming_uniform_
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Fill from N(0, std**2), std = gain / sqrt(fan): He et al. 2015.

    Raises ValueError for fewer than two axes, another mode and an unknown nonlinearity.

    >>> import workbook as torch
    >>> torch.nn.init.kaiming_normal_(torch.empty(2, 3), nonlinearity="relu").shape
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/nn.init.html#torch.nn.init.kaiming_normal_
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def default_(weight, bias):
    """How Linear and the convolutions start: weight and then bias from U(-b, b) with b = 1 / sqrt(fan_in).

    PyTorch writes the weight's bound as kaiming_uniform_ with a = sqrt(5), which is the same number. Raises ValueError for a weight
    of fewer than two axes.

    >>> import workbook as torch
    >>> weight = torch.empty(2, 4)
    >>> default_(weight, None)
    >>> bool((weight.abs() <= 0.5).all())
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Linear.html
    """
    kaiming_uniform_(weight, a=math.sqrt(5))
    if bias is not None:
        fan_in, _ = _calculate_fan_in_and_fan_out(weight)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
        uniform_(bias, -bound, bound)


def _kaiming_std(tensor, a, mode, nonlinearity):
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(explain(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']",
                                 "it says whether the inputs or the outputs of a layer are counted", "write 'fan_in' or 'fan_out'"))
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode.lower() == "fan_in" else fan_out)


def _calculate_fan_in_and_fan_out(tensor):
    """How many inputs each output sums, and how many outputs each input reaches: `(out, in, *kernel)` has in*k and out*k.

    Raises ValueError below two axes.
    """
    if tensor.dim() < 2:
        raise ValueError(explain("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
                                 f"this one has shape {shape_text(tensor.shape)}: a bias has no fan",
                                 "initialise a bias with zeros_ or uniform_"))
    receptive_field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * receptive_field, tensor.shape[0] * receptive_field


def _old(function):
    """The name that a function had up to PyTorch 0.3, without the underscore; it warns."""
    name = function.__name__[:-1]

    @functools.wraps(function)
    def old(*args, **kwargs):
        warnings.warn(f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    old.__name__ = name
    return old


uniform, normal, constant, eye, dirac = map(_old, (uniform_, normal_, constant_, eye_, dirac_))
xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal = map(_old, (
    xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_))
orthogonal, sparse = map(_old, (orthogonal_, sparse_))
