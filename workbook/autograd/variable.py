"""Variable, which was the class of tensors with gradients until PyTorch 0.4. Now every Tensor can have one."""

from workbook.autograd import views
from workbook.refusals import needs_floats
from workbook.tensor import Tensor


class _VariableType(type(Tensor)):
    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor)

    def __call__(cls, data=None, requires_grad=None, volatile=None):
        made = views.data_of(Tensor() if data is None else data)
        if requires_grad:
            if made._array.dtype.kind not in "fc":
                raise RuntimeError(needs_floats(made.dtype))
            made._requires_grad = True
        return made


class Variable(Tensor, metaclass=_VariableType):
    """History: wraps a Tensor so that it can have a gradient. Write `torch.ones(2, requires_grad=True)` instead.

    >>> import workbook as torch
    >>> from workbook.autograd import Variable
    >>> type(Variable(torch.ones(2), requires_grad=True))
    <class 'torch.Tensor'>

    Source: https://pytorch.org/docs/2.13/autograd.html#variable-deprecated
    """

    torch_name = "torch.autograd.variable.Variable"
