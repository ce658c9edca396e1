"""Gradients that are too large, made smaller before a step."""

import inspect
import math
import warnings

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.ops.choices import clamp
from workbook.ops.from_data import tensor
from workbook.ops.norms import vector_norm
from workbook.ops.stacking import stack
from workbook.tensor import Tensor


@no_grad()
def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scale the gradients, in place, so that the norm of all of them together is at most `max_norm`; return what it was before.

    `parameters`: Tensors, or one. `norm_type`: the p of the norm; inf for the largest number. `foreach` changes nothing.
    Raises RuntimeError for a norm that is NaN or infinite, when `error_if_nonfinite`.

    >>> import workbook as torch
    >>> w = torch.tensor([1., 1.], requires_grad=True)
    >>> (w * torch.tensor([3., 4.])).sum().backward()
    >>> clip_grad_norm_([w], max_norm=1.0), w.grad
    (tensor(5.), tensor([0.6000, 0.8000]))

    Source: Pascanu, Mikolov and Bengio 2013, algorithm 1;
    https://pytorch.org/docs/2.13/generated/torch.nn.utils.clip_grad_norm_.html
    """
    empty = inspect.isgenerator(parameters)
    parameters = _list(parameters)
    if empty and not parameters:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3)
    norm = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, norm, foreach)
    return norm


@no_grad()
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Return the norm of all numbers of several Tensors together: the norm of their norms.

    Raises RuntimeError for one that is NaN or infinite, when `error_if_nonfinite`.

    >>> import workbook as torch
    >>> get_total_norm([torch.tensor([3.]), torch.tensor([[4.]])])
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.get_total_norm.html
    """
    tensors, norm_type = _list(tensors), float(norm_type)
    if not tensors:
        return tensor(0.0)
    norm = vector_norm(stack([vector_norm(part, norm_type).to(tensors[0].device) for part in tensors]), norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(explain(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be clipped. To disable this "
            "error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
            "some gradient is NaN or infinite", "torch.autograd.set_detect_anomaly(True) names the operation that it came from"))
    return norm


@no_grad()
def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Scale the gradients, in place, as `clip_grad_norm_` does, for a norm that is known. Raises nothing of its own.

    >>> import workbook as torch
    >>> w = torch.tensor([1.], requires_grad=True)
    >>> (4 * w).sum().backward()
    >>> clip_grads_with_norm_([w], 1.0, torch.tensor(4.))
    >>> w.grad
    tensor([1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.clip_grads_with_norm_.html
    """
    factor = clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)  # multiplied also where it is 1: no number has to be looked at
    for grad in _gradients(_list(parameters)):
        grad.mul_(factor.to(grad.device))


@no_grad()
def clip_grad_value_(parameters, clip_value, foreach=None):
    """Bring every number of the gradients, in place, between -clip_value and clip_value. Raises nothing of its own.

    >>> import workbook as torch
    >>> w = torch.tensor([1., 1.], requires_grad=True)
    >>> (w * torch.tensor([3., -0.5])).sum().backward()
    >>> clip_grad_value_([w], 1.0)
    >>> w.grad
    tensor([ 1.0000, -0.5000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.clip_grad_value_.html
    """
    bound = float(clip_value)
    for grad in _gradients(_list(parameters)):
        grad.clamp_(-bound, bound)


def clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """As `clip_grad_norm_`, under the name that it had up to PyTorch 0.4; it warns. Raises what that raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.clip_grad_norm.html
    """
    warnings.warn("`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.", FutureWarning,
                  stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def _list(tensors):
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters):
    return [parameter.grad for parameter in parameters if parameter.grad is not None]
