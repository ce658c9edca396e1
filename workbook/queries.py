"""Questions about Tensors whose answer is a Python value."""

from workbook import dtypes
from workbook.errors import explain, not_a_tensor
from workbook.numbers import plain
from workbook.tensor import Tensor


def is_tensor(obj):
    """Return whether `obj` is a Tensor. Raises nothing.

    >>> import workbook as torch
    >>> torch.is_tensor(torch.ones(1)), torch.is_tensor(1)
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.is_tensor.html
    """
    return isinstance(obj, Tensor)


def is_floating_point(input):
    """Return whether a Tensor holds floats. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.is_floating_point(torch.ones(1))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.is_floating_point.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_floating_point", "input", 1, input)
    return input.is_floating_point()


def is_complex(input):
    """Return whether a Tensor holds complex numbers. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.is_complex(torch.tensor([1j]))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.is_complex.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_complex", "input", 1, input)
    return input.is_complex()


def result_type(tensor1, tensor2):
    """Return the dtype in which two Tensors or numbers meet. Raises TypeError for what is neither.

    >>> import workbook as torch
    >>> torch.result_type(torch.tensor([1]), 1.0)
    torch.float32

    Source: https://pytorch.org/docs/2.13/generated/torch.result_type.html
    """
    tensor1, tensor2 = plain(tensor1), plain(tensor2)
    for given in (tensor1, tensor2):
        if not isinstance(given, (Tensor, int, float, complex)):
            kinds = ", ".join(type(x).__name__ for x in (tensor1, tensor2))
            raise TypeError(explain(f"result_type() received an invalid combination of arguments - got ({kinds})",
                                    "Tensors and numbers meet in a dtype", "for dtypes ask torch.promote_types"))
    return dtypes.result_type([x._array if isinstance(x, Tensor) else x for x in (tensor1, tensor2)])


def is_inference(input):
    """Return whether a Tensor was made inside `inference_mode`, or shows the memory of one that was. Raises nothing of its own.

    >>> import workbook as torch
    >>> with torch.inference_mode():
    ...     x = torch.ones(1)
    >>> torch.is_inference(x), torch.is_inference(x + 1)
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.is_inference.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_inference", "input", 1, input)
    return input.is_inference()


def is_nonzero(input):
    """Return whether the only element of a Tensor differs from 0. Raises RuntimeError where there are more, or none.

    >>> import workbook as torch
    >>> torch.is_nonzero(torch.tensor([0.]))
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.is_nonzero.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_nonzero", "input", 1, input)
    return bool(input)


def typename(obj):
    """Return the old-style name of a Tensor's type, or the name of any object's class. Raises nothing.

    >>> import workbook as torch
    >>> torch.typename(torch.ones(1))
    'torch.FloatTensor'

    Source: https://pytorch.org/docs/2.13/generated/torch.typename.html
    """
    if isinstance(obj, Tensor):
        return obj.type()
    kind = type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
