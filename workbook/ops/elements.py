"""A Python function of each element, in place: slow, and outside the graph."""

import numpy as np

from workbook.devices import CPU
from workbook.errors import explain
from workbook.ops.elementwise import broadcast_shape
from workbook.tensor import Tensor, memory_of


def apply_(input, callable):
    """Replace each element by what `callable` returns for it, a Python number; return `input`.

    On the CPU, and only where no gradient is required. Whole new operations on Tensors are far faster. Raises RuntimeError for a
    Tensor that requires a gradient, TypeError for what `callable` may not be or return.

    >>> import workbook as torch
    >>> torch.tensor([1., 2.]).apply_(lambda x: x * 10)
    tensor([10., 20.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.apply_.html
    """
    return _written("apply_", input, callable)


def map_(input, tensor, callable):
    """Replace each element by what `callable` returns for it and the element of `tensor` in its place; return `input`.

    `tensor` broadcasts to the shape of `input`. Raises RuntimeError for a Tensor that requires a gradient, TypeError where the
    dtypes differ.

    >>> import workbook as torch
    >>> torch.tensor([1., 2.]).map_(torch.tensor([3., 4.]), lambda x, y: x * y)
    tensor([3., 8.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.map_.html
    """
    return _written("map_", input, callable, tensor)


def map2_(input, x, y, callable):
    """As `map_`, with two Tensors more.

    Raises RuntimeError for a Tensor that requires a gradient, TypeError where the dtypes differ.

    >>> import workbook as torch
    >>> torch.tensor([1.]).map2_(torch.tensor([2.]), torch.tensor([3.]), lambda a, b, c: a + b + c)
    tensor([6.])

    Source: https://pytorch.org/docs/2.13/tensors.html
    """
    return _written("map2_", input, callable, x, y)


def _written(name, input, function, *others):
    if any(x.requires_grad for x in (input, *others)):
        raise RuntimeError(explain(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.",
                                   "nobody knows the derivative of a Python function",
                                   f"write x.detach().{name}(...), or use operations of torch"))
    if any(x.device is not CPU for x in (input, *others)):
        raise TypeError(explain(f"{name} is only implemented on CPU tensors", "a Python function runs on the CPU",
                                "write x.cpu() first"))
    for other in others:
        if other.dtype is not input.dtype:
            raise TypeError(explain(f"{name}: expected {input.type()} for argument 'other' (got {other.type()})",
                                    "both hold one dtype", f"write .to({input.dtype})"))
        if broadcast_shape(tuple(input.shape), tuple(other.shape)) != tuple(input.shape):
            raise RuntimeError(explain(f"{name}: the shape {list(other.shape)} does not expand to {list(input.shape)}",
                                       "the results stand in the memory of the first", "reshape or reduce the other one"))
    arrays = np.broadcast_arrays(input._array, *(other._array for other in others))
    values = [function(*numbers) for numbers in zip(*(array.ravel().tolist() for array in arrays))]
    values = [value.item() if isinstance(value, Tensor) else value for value in values]
    for value in values[:1]:
        if not isinstance(value, (int, float, complex)):
            raise TypeError(explain(f"must be real number, not {type(value).__name__}",
                                    f"{name} writes what the function returns into the tensor",
                                    "return a number: write .item()"))
    input._array[...] = np.array(values, object).reshape(input._array.shape).astype(input._array.dtype)
    memory_of(input).wrote(name)
    return input
