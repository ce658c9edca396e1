"""`torch.accelerator`: the kind of device that computes faster than the CPU, here `cuda` or nothing.

    device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else "cpu"
"""

import functools

from workbook import cuda, missing
from workbook.cuda import device_count  # noqa: F401
from workbook.devices import device
from workbook.errors import no_accelerator

__all__ = ["current_accelerator", "current_device_index", "current_stream", "device_count", "device_index", "empty_cache",
           "get_memory_info", "is_available", "max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved", "memory_stats", "reset_peak_memory_stats",
           "set_device_index", "set_stream", "synchronize"]


def is_available():
    """Return whether there is an accelerator. Never raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.accelerator.is_available.html
    """
    return cuda.is_available()


def current_accelerator(check_available=False):
    """Return the kind of accelerator, `device(type='cuda')`, or None where there is none. Never raises.

    Source: https://pytorch.org/docs/2.13/generated/torch.accelerator.current_accelerator.html
    """
    return device("cuda") if cuda.is_available() else None


def _of_cuda(function, name=None):
    """Return a function of `torch.cuda` under its name here, so that it raises PyTorch's RuntimeError where there is no accelerator."""

    @functools.wraps(function)
    def ask(*args):
        if not cuda.is_available():
            raise no_accelerator(f"there is no GPU here: {device('cuda').backend.status()[1]}",
                                 "ask torch.accelerator.is_available() before, or let GPUs be simulated: torch.cuda.simulate(1)")
        return function(*args)

    ask.__name__ = ask.__qualname__ = name or function.__name__
    ask.__module__ = __name__
    ask.__doc__ = (f"`torch.cuda.{function.__name__}`, asked of the accelerator. Raises RuntimeError where there is none, and what that raises.\n\n"
                   "    Source: https://pytorch.org/docs/2.13/accelerator.html\n")
    return ask


current_device_index, set_device_index = _of_cuda(cuda.current_device, "current_device_index"), _of_cuda(cuda.set_device, "set_device_index")
get_memory_info = _of_cuda(cuda.mem_get_info, "get_memory_info")
current_stream, set_stream, synchronize, empty_cache, memory_stats = map(_of_cuda, (
    cuda.current_stream, cuda.set_stream, cuda.synchronize, cuda.empty_cache, cuda.memory_stats))
memory_allocated, max_memory_allocated, memory_reserved, max_memory_reserved, reset_peak_memory_stats = map(_of_cuda, (
    cuda.memory_allocated, cuda.max_memory_allocated, cuda.memory_reserved, cuda.max_memory_reserved, cuda.reset_peak_memory_stats))


class device_index:
    """A context in which a device is this thread's current one: `with torch.accelerator.device_index(1): ...`; None changes nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.accelerator.device_index.html
    """

    def __init__(self, device, /):
        self.idx = device

    def __enter__(self):
        if self.idx is not None:
            current_device_index()  # or its error
            self._block = cuda.device(self.idx)
            self._block.__enter__()

    def __exit__(self, *problem):
        return self.idx is not None and self._block.__exit__(*problem)


def __getattr__(name):
    raise missing.of_module("accelerator", name)
