"""The memory of a GPU: what is in use, how much there is, and what holds it when there is no more."""

from workbook.cuda.places import backend, number_of
from workbook.devices.full import OutOfMemoryError, largest as _largest  # noqa: F401  PyTorch has the error here

_peaks = {}  # number of a GPU: the most bytes that were seen in use; for CuPy, which does not keep it


def _asked(device, what):
    with backend().using(number_of(device)):
        return getattr(backend().xp.get_default_memory_pool(), what)()


def memory_allocated(device=None):
    """Return the bytes of a GPU's memory that arrays hold now. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_allocated.html
    """
    used = _asked(device, "used_bytes")
    if not backend().simulated:
        number = number_of(device)
        _peaks[number] = max(used, _peaks.get(number, 0))
    return used


def max_memory_allocated(device=None):
    """Return the most bytes that arrays held at once: on simulated GPUs at any moment, on real ones at those when somebody asked.

    Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.max_memory_allocated.html
    """
    memory_allocated(device)
    number = number_of(device)
    return backend().peak(number) if backend().simulated else _peaks[number]


def reset_peak_memory_stats(device=None):
    """Let `max_memory_allocated` begin anew. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.reset_peak_memory_stats.html
    """
    number = number_of(device)
    _peaks.pop(number, None)
    backend().forget_peak(number)


def memory_reserved(device=None):
    """Return the bytes that are kept for arrays, those in use included. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_reserved.html
    """
    return _asked(device, "total_bytes")


memory_cached, max_memory_reserved, max_memory_cached = memory_reserved, memory_reserved, memory_reserved
reset_max_memory_allocated = reset_max_memory_cached = reset_peak_memory_stats


def mem_get_info(device=None):
    """Return the free and the total bytes of a GPU. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.mem_get_info.html
    """
    with backend().using(number_of(device)):
        return backend().xp.cuda.runtime.memGetInfo()


def empty_cache():
    """Give memory that is kept and not in use back to the GPU. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.empty_cache.html
    """
    if backend().status()[0]:
        backend().xp.get_default_memory_pool().free_all_blocks()


def memory_summary(device=None, abbreviated=False):
    """Return a text: what is in use, and the largest Tensors that hold it. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_summary.html
    """
    number = number_of(device)
    free, total = mem_get_info(number)
    lines = [f"cuda:{number}: {memory_allocated(number):,} bytes in use, {memory_reserved(number):,} kept, {free:,} of {total:,} free"]
    return "\n".join([*lines, *(f"  {held}" for held in _largest(number, 10))])
