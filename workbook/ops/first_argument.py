"""What is no Tensor, as the first argument of `torch.name`: a list, a number or an array gets PyTorch's error.

The functions themselves take for granted that they were given a Tensor, and fail where they first ask it something. The question why
is asked only then, so that it costs nothing where all is well.
"""

import functools
import inspect

from workbook.errors import not_a_tensor
from workbook.tensor import Tensor

# How a function's first argument is called where it is one Tensor.
ONE_TENSOR = ("input", "x", "x1", "y", "A", "L", "B", "b", "LU_data", "tensor", "sorted_sequence")


def first_parameter(function):
    """Return the name of the first parameter where that is one Tensor; None elsewhere."""
    name = next(iter(inspect.signature(function).parameters), None)
    return name if name in ONE_TENSOR else None


def of_a_tensor(function):
    """Return a function without `out`, whose first argument is a Tensor, so that anything else in its place is PyTorch's error."""
    first = first_parameter(function)
    if first is None:
        return function

    @functools.wraps(function)
    def call(*args, **options):
        try:
            return function(*args, **options)
        except (AttributeError, TypeError):
            refuse_other_than_tensor(function, first, args, options)
            raise

    return call


def refuse_other_than_tensor(function, first, args, options):
    """Raise TypeError where a function failed because its first argument is no Tensor: a list, a number, an array."""
    given = args[0] if args else options.get(first)
    if first is not None and not isinstance(given, Tensor):
        raise not_a_tensor(function.__name__.removeprefix("linalg_"), first, 1, given) from None
