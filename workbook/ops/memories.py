"""Whose memory a Tensor shows: its base, and `set_`, which puts it on the memory of another."""

from workbook.autograd import views
from workbook.autograd.modes import thread
from workbook.errors import explain, kind_of
from workbook.ops.shape import sizes
from workbook.ops.strided import TypedStorage, UntypedStorage, as_strided
from workbook.strides import in_rows
from workbook.tensor import Tensor, memory_of, wrap


def base_of(input):
    """The Tensor whose memory `input`, a view, shows; None where it is none, and for views of which nobody keeps account."""
    view = input._view
    return None if view is None or view.refusal == "inference" else view.base


def _is_view(input):
    """Return whether `input` is a view: whether it shows the memory of another Tensor. Raises nothing of its own.

    >>> import workbook as torch
    >>> x = torch.zeros(2, 3)
    >>> x._is_view(), x[0]._is_view(), x[0]._base is x
    (False, True, True)

    Source: https://pytorch.org/docs/2.13/tensor_view.html
    """
    return input._view is not None


def is_shared(input):
    """Return whether other processes read the memory of `input`: that of a GPU. Worker processes get copies here. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.zeros(2).is_shared()
    False

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.is_shared.html
    """
    return input._device.type == "cuda"


def set_(input, source=None, storage_offset=None, size=None, stride=None):
    """Put `input` on the memory of a Tensor or of a storage, in place: as that lies, or from an offset in a size, with strides.

    Without a source it holds nothing. Each goes on counting its writes apart, as with `x.data`. Raises RuntimeError for another dtype or
    device, for a leaf that requires a gradient, for a source that does, and for places outside of the memory.

    >>> import workbook as torch
    >>> x, y = torch.zeros(3), torch.arange(4.)
    >>> x.set_(y, 1, (2,)); x[0] = 10; y
    tensor([1., 2.])
    tensor([ 0., 10.,  2.,  3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.set_.html
    """
    if not isinstance(source, (Tensor, UntypedStorage, type(None))) or (storage_offset is None) is not (size is None) or (
            not isinstance(size, (tuple, list, type(None)))):
        given = ", ".join(kind_of(value) for value in (source, storage_offset, size, stride) if value is not None)
        raise TypeError(explain(f"set_() received an invalid combination of arguments - got ({given})",
                                "it takes a Tensor or a storage; or one of them, an offset and a size", "write x.set_(y)"))
    views.may_write(input, "set_")
    if thread.state.grad_enabled and (input.requires_grad or isinstance(source, Tensor) and source.requires_grad):
        raise RuntimeError(explain("derivative for aten::set_ is not implemented", "numbers of another past would take the place of those that "
                                   "were computed", "write x = source, or inside `with torch.no_grad():`"))
    new = _shown(input, source)
    if new._device is not input._device:
        raise RuntimeError(explain(
            f"Attempted to set the storage of a tensor on device \"{input._device.type}\" to a storage on different device "
            f"\"{new._device.type}\".  This is no longer allowed; the devices must match.", "memory lies on one device",
            "copy it there first: source.to(x.device)"))
    if size is not None:
        wanted = sizes((size,))
        new = as_strided(new, wanted, in_rows(wanted) if stride is None else stride, storage_offset)
    views.keep_place(input)
    input._array, input._view = new._array.view(), None
    views.count_anew(input, new)
    input._memory.wrote("set_")
    return input


def _shown(input, source):
    """The whole of the memory that is to be shown, as a Tensor of the dtype of `input`."""
    if source is None:
        return wrap(input._array.ravel()[:0], input._device)
    if isinstance(source, Tensor):
        if source.dtype is not input.dtype:
            raise RuntimeError(explain(f"Could not set tensor of type {source.dtype.in_c} to a tensor of type {input.dtype.in_c}",
                                       f"the memory holds {source.dtype}, and x {input.dtype}", "convert the source first: y.to(x.dtype)"))
        return views.detached(source)
    if isinstance(source, TypedStorage) and source.dtype is not input.dtype:
        raise RuntimeError(explain(
            f"Expected a Storage of type {input.dtype.in_c} or an UntypedStorage, but got type {source.dtype.legacy} for argument 1 'storage'",
            f"the storage holds {source.dtype}, and x {input.dtype}", "write source.untyped(), to read its bytes anew"))
    memory = source._memory.view("uint8")
    whole = wrap(memory[:len(memory) // input._array.itemsize * input._array.itemsize].view(input._array.dtype), input._device)
    whole._memory = memory_of(source._tensor)
    return whole
