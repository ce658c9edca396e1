"""`torch.accelerator`: the kind of device that computes faster than the CPU, here `cuda` or nothing.

    device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else "cpu"
"""

from workbook import cuda
from workbook.cuda import (device_count, empty_cache, max_memory_allocated, max_memory_reserved, memory_allocated,  # noqa: F401
                           memory_reserved, reset_peak_memory_stats, synchronize)
from workbook.devices import device

__all__ = ["current_accelerator", "current_device_index", "device_count", "empty_cache", "get_memory_info", "is_available",
           "max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved", "reset_peak_memory_stats",
           "set_device_index", "synchronize"]


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


def current_device_index():
    """Return the number of this thread's current device. Raises AssertionError where there is no accelerator.

    Source: https://pytorch.org/docs/2.13/generated/torch.accelerator.current_device_index.html
    """
    return cuda.current_device()


def set_device_index(device):
    """Make a device this thread's current one. Raises RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.accelerator.set_device_index.html
    """
    cuda.set_device(device)


def get_memory_info(device_index=None):
    """Return the free and the total bytes of a device. Raises AssertionError where there is no accelerator.

    Source: https://pytorch.org/docs/2.13/generated/torch.accelerator.get_memory_info.html
    """
    return cuda.mem_get_info(device_index)
