"""Parameter: a tensor that a Module trains."""

from workbook.errors import explain
from workbook.ops.creation import empty
from workbook.refusals import needs_floats
from workbook.tensor import Tensor, memory_of, wrap


class Parameter(Tensor):
    """A Tensor that is registered as a parameter when it is set as an attribute of a Module. It shares memory with `data`;
    without data it is empty.

    Raises TypeError when `data` is no Tensor, RuntimeError when `requires_grad` is wanted of integers.

    >>> import workbook as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.parameter.Parameter.html
    """

    torch_name = "torch.nn.parameter.Parameter"

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(explain(f"Parameter data must be a Tensor, not {type(data).__name__}",
                                    "a Parameter is a Tensor that a Module trains",
                                    "nn.Parameter(torch.tensor(...))"))
        if requires_grad and not (data.is_floating_point() or data.is_complex()):
            raise RuntimeError("O" + needs_floats(data.dtype)[1:])  # PyTorch writes it with a capital here
        self = wrap(data._array, data.device, cls)
        self._memory = memory_of(data)
        self._requires_grad = bool(requires_grad)
        return self

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()
