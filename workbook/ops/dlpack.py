"""Memory shared with other array libraries, by the protocol that they have in common: NumPy, CuPy, PyTorch, JAX.

Who has the memory says where it lies (`__dlpack_device__`) and hands it out in a capsule (`__dlpack__`); who wants it opens the
capsule. NumPy and CuPy make and open them.

Source: https://dmlc.github.io/dlpack/latest/python_spec.html
"""

import enum
import warnings

import numpy as np

from workbook.devices import CPU, device as Device, settle
from workbook.errors import explain, kind_of, not_a_tensor
from workbook.ops.from_data import borrowed, check_array
from workbook.refusals import DATA, one_slice_only
from workbook.tensor import Tensor, memory_of, wrap

_LEGACY = '"numpy_dltensor"'  # NumPy's name of a capsule of before DLPack 1.0, which cannot say whether its memory may be written


class DLDeviceType(enum.IntEnum):
    """The kinds of memory, by the numbers that DLPack gives them.

    >>> DLDeviceType.kDLCUDA
    <DLDeviceType.kDLCUDA: 2>

    Source: https://dmlc.github.io/dlpack/latest/c_api.html
    """

    kDLCPU = 1
    kDLCUDA = 2
    kDLCUDAHost = 3
    kDLOpenCL = 4
    kDLVulkan = 7
    kDLMetal = 8
    kDLVPI = 9
    kDLROCM = 10
    kDLROCMHost = 11
    kDLExtDev = 12
    kDLCUDAManaged = 13
    kDLOneAPI = 14
    kDLWebGPU = 15
    kDLHexagon = 16
    kDLMAIA = 17


def from_dlpack(ext_tensor, *, device=None, copy=None):
    """Return a Tensor on the memory of an array of another library: writing to one changes the other.

    ext_tensor: anything with `__dlpack__`, or a capsule. `device`: where the Tensor shall lie, by default where the memory is.
    copy=True always copies; copy=False raises where only a copy would do. An array that is only for reading is copied, with a warning.
    Raises BufferError for memory that cannot be shared, such as that of a Tensor that requires a gradient, RuntimeError for what is
    neither, TypeError for a dtype that there is not.

    >>> import numpy, workbook as torch
    >>> n = numpy.zeros(2); x = torch.from_dlpack(n); n[0] = 5
    >>> x
    tensor([5., 0.], dtype=torch.float64)

    Source: https://pytorch.org/docs/2.13/generated/torch.from_dlpack.html
    """
    if not hasattr(ext_tensor, "__dlpack__"):
        if device is not None or copy is not None:
            raise AssertionError(explain("device and copy kwargs not supported when ext_tensor is already a DLPack capsule.",
                                         "what the capsule holds was settled when it was made", "write torch.from_dlpack(capsule).to(device)"))
        return _of_capsule(ext_tensor)
    place = _place(ext_tensor.__dlpack_device__())
    target = place if device is None else _asked(device)
    if target is not place and copy is False:
        raise ValueError(explain(f"cannot move DLPack tensor from device {place} to {target} without copying. Set copy=None or copy=True.",
                                 "memory of one device cannot be shared by another", "leave copy out"))
    with place.entered():
        made = _shared(ext_tensor, place.xp, copy)
    return made if target is place else made.to(target)


def to_dlpack(tensor):
    """Return the capsule of a Tensor, for libraries that want one: it can be opened once. Others take the Tensor itself.

    Raises TypeError for what is no Tensor, BufferError for one whose memory cannot be shared.

    >>> import workbook as torch
    >>> torch.from_dlpack(torch.utils.dlpack.to_dlpack(torch.ones(2)))
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/dlpack.html
    """
    if not isinstance(tensor, Tensor):
        raise not_a_tensor("_to_dlpack", "data", 1, tensor)
    return __dlpack__(tensor.detach())


def __dlpack__(input, *, stream=-1, max_version=None, dl_device=None, copy=None):
    """Return a capsule with the memory of the Tensor: `np.from_dlpack(x)` asks for it.

    stream: of a GPU, the queue in which the other library will go on. `max_version`, `dl_device`, `copy`: what it wants, as NumPy and
    CuPy read it. Raises BufferError for a Tensor that requires a gradient, that lies on another GPU than the current one, or on a
    simulated one, and for what cannot be had; TypeError for a stream that is no whole number.

    >>> import numpy, workbook as torch
    >>> x = torch.zeros(2); n = numpy.from_dlpack(x); n[0] = 5
    >>> x
    tensor([5., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.__dlpack__.html
    """
    place = input._device
    if place.is_batch:
        raise one_slice_only(DATA)
    if input.requires_grad:
        raise BufferError(explain("Can't export tensors that require gradient, use tensor.detach()",
                                  "another library would change or use its values without autograd seeing it", "write x.detach()"))
    if stream is not None and type(stream) is not int:
        raise TypeError(explain("stream must be ``int`` or ``none``", f"it is the address of a queue of a GPU, and this is {stream!r}",
                                "leave it out, or write torch.cuda.current_stream().cuda_stream"))
    memory_of(input).lent = True
    if place is CPU:
        if stream not in (None, -1):
            raise AssertionError(explain("stream should be None on cpu.", "only the work of a GPU has queues", "leave it out"))
        return input._array.__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)
    if place.backend.simulated:
        raise _simulated()
    if place.index != place.backend.current_index():
        raise BufferError(explain(
            f"Can't export tensors on a different CUDA device index. Expected: {place.index}. Current device: {place.backend.current_index()}.",
            "the other library works on the current GPU", f"write it inside with torch.cuda.device({place.index}):"))
    return input._array.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)


def __dlpack_device__(input):
    """Return the kind of memory of the Tensor and the number of its device. Raises nothing.

    >>> import workbook as torch
    >>> torch.ones(1).__dlpack_device__()
    (<DLDeviceType.kDLCPU: 1>, 0)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.__dlpack_device__.html
    """
    return DLDeviceType.kDLCUDA if input._device.type == "cuda" else DLDeviceType.kDLCPU, input._device.index or 0


def _shared(exporter, xp, copy=None):
    """Return a Tensor on the memory that `exporter` hands out, opened by the array library `xp`."""
    try:
        array = xp.from_dlpack(exporter, copy=False) if copy is False else xp.from_dlpack(exporter)
    except RuntimeError as problem:
        if "Unsupported dtype" not in str(problem):
            raise
        raise TypeError(explain(str(problem), "the array holds numbers of a kind that the array library has not, such as bfloat16",
                                "convert it there first, such as by .float()")) from None
    if xp is not np:
        made = wrap(array.copy() if copy else array, Device("cuda", array.device.id))
        memory_of(made).lent = not copy
        return made
    check_array(array)
    if not array.flags.writeable and _LEGACY not in repr(array.base) and not copy:
        if copy is False:
            raise BufferError(explain("The given array is not writable, and PyTorch does not support non-writable tensors.",
                                      "a write to the tensor would write into an array that is only for reading", "leave copy out"))
        warnings.warn(explain(
            "The given array is not writable, and PyTorch does not support non-writable tensors.",
            "the tensor holds a copy, so that nobody writes into an array that is only for reading",
            "write torch.from_dlpack(array, copy=True) to be rid of this warning"), UserWarning, stacklevel=3)
        copy = True
    return wrap(array.copy()) if copy else borrowed(array)


class _Opened:
    """A capsule as the array libraries want it: in the hands of somebody who has it."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __dlpack__(self, **asked):
        return self._capsule


def _of_capsule(given):
    if type(given).__name__ != "PyCapsule" or '"dltensor' not in repr(given):
        raise RuntimeError(explain(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have already "
            "constructed a tensor from it once.",
            "it was opened before, or it is of something else" if type(given).__name__ == "PyCapsule" else
            f"memory is handed out by arrays, as by those of NumPy, and this is {kind_of(given)}",
            "make a new one: torch.utils.dlpack.to_dlpack(x)" if type(given).__name__ == "PyCapsule" else "write torch.tensor(...), which copies"))
    try:
        return _shared(_Opened(given), np)
    except RuntimeError as problem:  # NumPy leaves it closed where the memory is a GPU's
        if "Unsupported device" not in str(problem):
            raise
        place = _place((DLDeviceType.kDLCUDA, None))
        return wrap(array := place.xp.from_dlpack(given), Device("cuda", array.device.id))


def _place(where):
    """Return the device whose memory `where`, a kind and a number, is. Raises BufferError for one that there is not."""
    kind, number = where
    if kind in (DLDeviceType.kDLCPU, DLDeviceType.kDLCUDAHost):
        return CPU
    if kind not in (DLDeviceType.kDLCUDA, DLDeviceType.kDLCUDAManaged):
        raise BufferError(explain(f"Unsupported device_type: {kind}", "the memory belongs to a kind of device that there is not here: it knows 'cpu' and 'cuda'",
                                  "copy it to the CPU first, in the library that it comes from"))
    place = settle(Device("cuda", number))
    if place.backend.simulated:
        raise _simulated()
    return place


def _simulated():
    return BufferError(explain("Can't export tensors of a simulated GPU",
                               "its memory is NumPy's and only called a GPU's: no other library could find it there",
                               "share it from the CPU: np.from_dlpack(x.cpu()), or torch.from_dlpack(array).to(device)"))


def _asked(device):
    if not isinstance(device, (str, Device)):
        raise AssertionError(explain(f"from_dlpack: unsupported device type: {type(device)}", "it is the place of the memory", "write 'cpu' or 'cuda:0'"))
    return settle(device)
