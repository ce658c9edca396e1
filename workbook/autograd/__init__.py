"""Automatic differentiation: the gate that records, the walk that goes back, and the modes that switch recording off.

Read `operation.py` first, then `walk.py`, then `views.py`. `functional.py` is built from operations, so it stands two floors higher and
loads on first use.
"""

import importlib
import warnings

from workbook import missing
from workbook.autograd import function, graph
from workbook.autograd import walk as _walk
from workbook.autograd.anomaly import detect_anomaly, set_detect_anomaly
from workbook.autograd.ends import arriving_at, outputs_of, seeds_for
from workbook.autograd.function import Function
from workbook.autograd.gradcheck import gradcheck, gradgradcheck
from workbook.autograd.modes import enable_grad, inference_mode, no_grad, set_grad_enabled, set_multithreading_enabled
from workbook.autograd.variable import Variable
from workbook.autograd.walk import grad
from workbook.errors import explain

__all__ = ["Function", "Variable", "backward", "detect_anomaly", "enable_grad", "function", "grad", "gradcheck", "gradgradcheck",
           "graph", "inference_mode", "no_grad", "set_detect_anomaly", "set_grad_enabled", "set_multithreading_enabled"]


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Add the gradients of several tensors, each weighed by its `grad_tensors`, to the `.grad` of the leaves.

    Raises RuntimeError for what no recorded step made, and for more than one number without a gradient.

    >>> import workbook as torch
    >>> x = torch.tensor(2., requires_grad=True)
    >>> torch.autograd.backward([x * x, 3 * x])
    >>> x.grad
    tensor(7.)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.backward.html
    """
    __tracebackhide__ = True
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(explain(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only use "
                "`grad_tensors`.", "they are the same", "leave grad_variables out"))
        grad_tensors = grad_variables
    tensors = outputs_of(tensors)
    _walk.run(tensors, seeds_for(tensors, grad_tensors), retain_graph=retain_graph, create_graph=create_graph,
              only=arriving_at(inputs))


def __getattr__(name):
    if name == "functional":
        return importlib.import_module("workbook.autograd.functional")
    raise missing.of_module("autograd", name)
