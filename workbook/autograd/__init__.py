"""Automatic differentiation: the gate that records, the walk that goes back, and the modes that switch recording off.

Read `operation.py` first, then `walk.py`, then `views.py`. `functional.py` is built from operations, so it stands two floors higher and
loads on first use.
"""

import importlib

from workbook.autograd import walk as _walk
from workbook.autograd.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from workbook.autograd.variable import Variable
from workbook.autograd.walk import grad
from workbook.tensor import Tensor

__all__ = ["Variable", "backward", "enable_grad", "grad", "inference_mode", "no_grad", "set_grad_enabled"]


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Add the gradients of several tensors, each weighed by its `grad_tensors`, to the `.grad` of the leaves.

    >>> import workbook as torch
    >>> x = torch.tensor(2., requires_grad=True)
    >>> torch.autograd.backward([x * x, 3 * x])
    >>> x.grad
    tensor(7.)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.backward.html
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    _walk.run(tensors, _walk.seeds_for(tensors, grad_tensors if grad_variables is None else grad_variables),
              retain_graph=create_graph if retain_graph is None else retain_graph, create_graph=create_graph,
              only=_walk.asked_for(inputs))


def __getattr__(name):
    if name == "functional":
        return importlib.import_module("workbook.autograd.functional")
    raise AttributeError(f"module 'torch.autograd' has no attribute '{name}'")
