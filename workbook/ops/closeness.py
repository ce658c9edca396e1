"""Whether two Tensors are equal, or nearly."""

import numpy as np

from workbook.autograd.complaints import refuse_several
from workbook.errors import explain, not_a_tensor
from workbook.formats import laid_by
from workbook.ops.elementwise import broadcast_shape
from workbook.refusals import CONTROL, one_slice_only
from workbook.tensor import Tensor, wrap


def equal(input, other):
    """Return whether two Tensors have the same shape and the same elements. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.equal.html
    """
    _two_tensors("equal", input, other)
    _refuse_slices(input, other)
    refuse_several(input, other)
    with input._device.entered():
        return input.shape == other.shape and bool((input._array == other._array).all())


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Return, as bool, where `|input - other| <= atol + rtol * |other|`. Raises RuntimeError for different dtypes.

    >>> import workbook as torch
    >>> torch.isclose(torch.tensor([1., 2.]), torch.tensor([1., 2.1]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.isclose.html
    """
    _two_tensors("isclose", input, other)
    if input.dtype is not other.dtype:
        raise RuntimeError(explain(f"{input.dtype.legacy} did not match {other.dtype.legacy}",
                                   "close means close within the precision of one dtype", f"write other.to({input.dtype})"))
    broadcast_shape(tuple(input.shape), tuple(other.shape))
    if input.ndim and other.ndim:
        refuse_several(input, other)
    a, b = input._host(), other._host()
    return wrap(laid_by(np, np.asarray(np.isclose(a, b, rtol, atol, equal_nan)), (a, b), (a, b))).to(input._device)


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Return whether all elements are close; see `isclose`. Raises RuntimeError where the dtypes differ.

    >>> import workbook as torch
    >>> torch.allclose(torch.tensor([0.1]) + 0.2, torch.tensor([0.3]))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.allclose.html
    """
    _refuse_slices(input, other)
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def _refuse_slices(*given):
    if any(isinstance(x, Tensor) and x._device.is_batch for x in given):
        raise one_slice_only(CONTROL)


def _two_tensors(name, input, other):
    for position, (argument, given) in enumerate((("input", input), ("other", other)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor(name, argument, position, given)
