"""Questions about Tensors whose answer is a Python value."""

import numpy as np

from workbook import dtypes
from workbook.ops.elementwise import broadcast_shape
from workbook.tensor import Tensor, wrap


def is_tensor(obj):
    """Return whether `obj` is a Tensor.

    >>> import workbook as torch
    >>> torch.is_tensor(torch.ones(1)), torch.is_tensor(1)
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.is_tensor.html
    """
    return isinstance(obj, Tensor)


def is_floating_point(input):
    """Return whether a Tensor holds floats.

    >>> import workbook as torch
    >>> torch.is_floating_point(torch.ones(1))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.is_floating_point.html
    """
    return input.is_floating_point()


def equal(input, other):
    """Return whether two Tensors have the same shape and the same elements.

    >>> import workbook as torch
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.equal.html
    """
    return input.shape == other.shape and bool((input._array == other._array).all())


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Return, as bool, where `|input - other| <= atol + rtol * |other|`.

    >>> import workbook as torch
    >>> torch.isclose(torch.tensor([1., 2.]), torch.tensor([1., 2.1]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.isclose.html
    """
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{input.dtype.legacy} did not match {other.dtype.legacy}")
    broadcast_shape(tuple(input.shape), tuple(other.shape))
    return wrap(np.asarray(np.isclose(input._host(), other._host(), rtol, atol, equal_nan)))


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Return whether all elements are close; see `isclose`.

    >>> import workbook as torch
    >>> torch.allclose(torch.tensor([0.1]) + 0.2, torch.tensor([0.3]))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.allclose.html
    """
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def result_type(tensor1, tensor2):
    """Return the dtype in which two Tensors or numbers meet.

    >>> import workbook as torch
    >>> torch.result_type(torch.tensor([1]), 1.0)
    torch.float32

    Source: https://pytorch.org/docs/2.13/generated/torch.result_type.html
    """
    return dtypes.result_type([x._array if isinstance(x, Tensor) else x for x in (tensor1, tensor2)])


def typename(obj):
    """Return the old-style name of a Tensor's type, or the name of any object's class.

    >>> import workbook as torch
    >>> torch.typename(torch.ones(1))
    'torch.FloatTensor'

    Source: https://pytorch.org/docs/2.13/generated/torch.typename.html
    """
    if isinstance(obj, Tensor):
        return obj.type()
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
