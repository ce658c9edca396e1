"""Questions about one or two Tensors, and forms that return the Tensor itself because this engine has nothing to settle."""

from workbook.errors import explain, not_a_tensor
from workbook.formats import channels_last, contiguous_format, lies_in
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape, sizes
from workbook.strides import axes_in_memory
from workbook.tensor import Tensor


def is_same_size(input, other):
    """Return whether two Tensors have the same shape. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.is_same_size(torch.zeros(2, 3), torch.ones(2, 3))
    True

    Source: https://pytorch.org/docs/2.13/tensors.html
    """
    for place, (name, given) in enumerate((("input", input), ("other", other)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("is_same_size", name, place, given)
    return input.shape == other.shape


def is_signed(input):
    """Return whether the dtype holds negative numbers. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.is_signed(torch.tensor([1])), torch.is_signed(torch.tensor([True]))
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.is_signed.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_signed", "input", 1, input)
    return input.dtype.is_signed


def get_device(input):
    """Return the number of the GPU that a Tensor is on; -1 on the CPU. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.get_device(torch.zeros(1))
    -1

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.get_device.html
    """
    return input.get_device()


def is_set_to(input, tensor):
    """Return whether another Tensor shows the same memory, with the same shape and strides. Raises nothing of its own.

    >>> import workbook as torch
    >>> x = torch.zeros(2, 2)
    >>> x.is_set_to(x.view(2, 2)), x.is_set_to(x.t())
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.is_set_to.html
    """
    if not isinstance(tensor, Tensor):
        raise not_a_tensor("is_set_to", "tensor", 1, tensor)
    return (input.data_ptr(), input.shape, input.stride()) == (tensor.data_ptr(), tensor.shape, tensor.stride())


def is_conj(input):
    """Return False: a conjugate is computed at once here, so no Tensor is marked. Raises TypeError for what is no Tensor.

    (PyTorch marks the result of `x.conj()`.)

    >>> import workbook as torch
    >>> torch.tensor([1j]).conj().is_conj()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.is_conj.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_conj", "input", 1, input)
    return False


def is_neg(input):
    """Return False: a sign is computed at once here, so no Tensor is marked. Raises TypeError for what is no Tensor.

    (PyTorch marks `x.conj().imag`.)

    >>> import workbook as torch
    >>> torch.tensor([1j]).conj().imag.is_neg()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.is_neg.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("is_neg", "input", 1, input)
    return False


def resolve_conj(input):
    """Return `input` itself: conjugates are computed at once here, so none is left to be settled. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([1j]).conj().resolve_conj()
    tensor([0.-1.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.resolve_conj.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("resolve_conj", "input", 1, input)
    return input


def resolve_neg(input):
    """Return `input` itself: signs are computed at once here, so none is left to be settled. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.resolve_neg(torch.tensor([1.]))
    tensor([1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.resolve_neg.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("resolve_neg", "input", 1, input)
    return input


def ndimension(input):
    """Return the number of axes, as `dim()`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.zeros(2, 3).ndimension()
    2

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.ndimension.html
    """
    return input.ndim


def dim_order(input):
    """Return the axes in the order in which they lie in memory, the one with the longest step first. Raises nothing of its own.

    Where steps do not say, they come in the order of the shape.

    >>> import workbook as torch
    >>> torch.zeros(2, 3).t().dim_order()
    (1, 0)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.dim_order.html
    """
    in_order, as_images = lies_in(input._array, contiguous_format), lies_in(input._array, channels_last)
    if in_order is not as_images:
        return tuple(range(input.ndim)) if in_order else (0, 2, 3, 1)
    return tuple(axes_in_memory(input.shape, input.stride()))


def reshape_as(input, other):
    """Return `input` in the shape of `other`. Raises RuntimeError where the other shape has another number of elements.

    >>> import workbook as torch
    >>> torch.arange(4).reshape_as(torch.zeros(2, 2)).shape
    torch.Size([2, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.reshape_as.html
    """
    if not isinstance(other, Tensor):
        raise not_a_tensor("reshape_as", "other", 1, other)
    return reshape(input, tuple(other.shape))


def sum_to_size(input, *size):
    """Return the sums over the axes along which `size` would be repeated to the shape of `input`: expand, backwards.

    Raises RuntimeError where `size` does not expand to that shape.

    >>> import workbook as torch
    >>> torch.ones(2, 3).sum_to_size(1, 3)
    tensor([[2., 2., 2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.sum_to_size.html
    """
    size, have = sizes(size), tuple(input.shape)
    extra = len(have) - len(size)
    if extra < 0 or any(side not in (1, given) for side, given in zip(size, have[extra:])):
        raise RuntimeError(explain(f"size {{{list(size)}}} is not expandable to size {{{list(have)}}}.",
                                   "each length is 1, or that of the tensor", "choose lengths from the right"))
    axes = tuple(range(extra)) + tuple(extra + i for i, side in enumerate(size) if side == 1 != have[extra + i])
    if not size:  # PyTorch adds up even where there is one number, so that of bools it is a count
        return sum(input)
    return reshape(sum(input, axes, True), size) if axes else input
