"""All parameters of a network in one row of numbers, and back."""

from workbook.errors import explain
from workbook.ops.joining import cat
from workbook.tensor import Tensor


def parameters_to_vector(parameters):
    """Return the numbers of all parameters in one row, one parameter after the other. Raises what `torch.cat` raises.

    >>> import workbook as torch
    >>> parameters_to_vector([torch.ones(2, 2), torch.zeros(1)])
    tensor([1., 1., 1., 1., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parameters_to_vector.html
    """
    return cat([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec, parameters):
    """Let the parameters take their numbers from the row `vec`, whose memory they share from then on.

    Raises TypeError for a vec that is no Tensor, RuntimeError for one that is too short.

    >>> import workbook as torch
    >>> w, b = torch.nn.Parameter(torch.zeros(2)), torch.nn.Parameter(torch.zeros(1))
    >>> vector_to_parameters(torch.tensor([1., 2., 3.]), [w, b])
    >>> w.tolist(), b.tolist()
    ([1.0, 2.0], [3.0])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.vector_to_parameters.html
    """
    if not isinstance(vec, Tensor):
        raise TypeError(explain(f"expected torch.Tensor, but got: {type(vec).__name__}", "the parameters share its memory",
                                "write torch.tensor(...)"))
    start = 0
    for parameter in parameters:
        parameter.data = vec[start : start + parameter.numel()].view_as(parameter).data
        start += parameter.numel()
