"""The memory of a GPU: what is in use, how much there is, and what holds it when there is no more."""

from collections import OrderedDict

from workbook.cuda.places import backend, number_of
from workbook.devices.full import OutOfMemoryError, largest as _largest, ooms  # noqa: F401  PyTorch has the error here
from workbook.errors import Unquoted, explain

_peaks = {}  # (what, number of a GPU): the most bytes that were seen; for CuPy, which does not keep it


def _asked(device, what):
    """Return what the pool of a GPU says of its bytes; 0 where there is no GPU, as PyTorch does, so that a program may print it anywhere."""
    if not backend().ready():
        return 0
    number = number_of(device)
    with backend().using(number):
        now = getattr(backend().xp.get_default_memory_pool(), what)()
    if not backend().simulated:
        _peaks[what, number] = max(now, _peaks.get((what, number), 0))
    return now


def _most(device, what):
    now = _asked(device, what)
    if not backend().ready():
        return now
    return backend().peak(number_of(device)) if backend().simulated else _peaks[what, number_of(device)]


def memory_allocated(device=None):
    """Return the bytes of a GPU's memory that arrays hold now; 0 where there is no GPU. Raises RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_allocated.html
    """
    return _asked(device, "used_bytes")


def max_memory_allocated(device=None):
    """Return the most bytes that arrays held at once: on simulated GPUs at any moment, on real ones at those when somebody asked.

    It is 0 where there is no GPU. Raises RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.max_memory_allocated.html
    """
    return _most(device, "used_bytes")


def memory_reserved(device=None):
    """Return the bytes that are kept for arrays, those in use included; 0 where there is no GPU. Raises RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_reserved.html
    """
    return _asked(device, "total_bytes")


def max_memory_reserved(device=None):
    """Return the most bytes that were kept at once: they grow until `empty_cache`, which looks. It is 0 where there is no GPU.

    Raises RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.max_memory_reserved.html
    """
    return _most(device, "total_bytes")


def reset_peak_memory_stats(device=None):
    """Let `max_memory_allocated` and `max_memory_reserved` begin anew. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.reset_peak_memory_stats.html
    """
    number = number_of(device)
    for what in ("used_bytes", "total_bytes"):
        _peaks.pop((what, number), None)
    backend().forget_peak(number)


memory_cached, max_memory_cached = memory_reserved, max_memory_reserved
reset_max_memory_allocated = reset_max_memory_cached = reset_peak_memory_stats


class Stats(OrderedDict):
    """What is known of a GPU's memory, by PyTorch's names. What the array library does not count is not in it."""

    def __missing__(self, key):
        raise KeyError(Unquoted(explain(f"'{key}'", "the pool of the array library does not count it" if self else "there is no GPU",
                                        f"use one of {', '.join(self)}" if self else "ask torch.cuda.is_available() first")))


def memory_stats(device=None):
    """Return how many bytes of a GPU's memory are in use and kept, now and at most, and how often there were too few, by PyTorch's names.

    There are `allocated_bytes.all.current`, `.peak`, the same of `active_bytes` and `reserved_bytes`, and `num_ooms`; PyTorch's numbers of
    blocks and segments are not known here. It is empty where there is no GPU. Raises RuntimeError for one that is not there.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_stats.html
    """
    if not backend().ready():
        return Stats()
    used, kept = (memory_allocated(device), max_memory_allocated(device)), (memory_reserved(device), max_memory_reserved(device))
    known = {f"{name}.all.{when}": bytes for name, both in (("active_bytes", used), ("allocated_bytes", used), ("reserved_bytes", kept))
             for when, bytes in zip(("current", "peak"), both)}
    return Stats(sorted({**known, "num_ooms": ooms[number_of(device)]}.items()))


def set_per_process_memory_fraction(fraction, device=None):
    """Let the arrays of this program have that part of a GPU's memory, from 0. to 1.; what goes beyond is an OutOfMemoryError.

    Raises TypeError for what is no float, ValueError for one outside of 0 to 1, AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.set_per_process_memory_fraction.html
    """
    number = number_of(device)
    if not isinstance(fraction, float):
        raise TypeError(explain("Invalid type for fraction argument, must be `float`", f"it is a part of the memory, and this is {fraction!r}", "write 0.5 for the half"))
    if not 0 <= fraction <= 1:
        raise ValueError(explain(f"Invalid fraction value: {fraction}. Allowed range: 0~1", "it is a part of the memory", "write 0.5 for the half"))
    with backend().using(number):
        size = int(mem_get_info(number)[1] * fraction)
        backend().xp.get_default_memory_pool().set_limit(size=0 if fraction == 1 else max(size, 1))  # of the pool 0 would be no limit


def get_per_process_memory_fraction(device=None):
    """Return which part of a GPU's memory the arrays of this program may have. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.get_per_process_memory_fraction.html
    """
    number = number_of(device)
    with backend().using(number):
        limit = backend().xp.get_default_memory_pool().get_limit()
    return limit / mem_get_info(number)[1] if limit else 1.0


def mem_get_info(device=None):
    """Return the free and the total bytes of a GPU. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.mem_get_info.html
    """
    with backend().using(number_of(device)):
        return backend().xp.cuda.runtime.memGetInfo()


def empty_cache():
    """Give memory that is kept and not in use back to the current GPU. Raises nothing.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.empty_cache.html
    """
    if backend().ready():
        memory_reserved()  # which is the most, until it grows again
        backend().xp.get_default_memory_pool().free_all_blocks()


def memory_summary(device=None, abbreviated=False):
    """Return a text: what is in use, and the largest Tensors that hold it. Raises AssertionError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.memory.memory_summary.html
    """
    number = number_of(device)
    free, total = mem_get_info(number)
    lines = [f"cuda:{number}: {memory_allocated(number):,} bytes in use, {memory_reserved(number):,} kept, {free:,} of {total:,} free"]
    return "\n".join([*lines, *(f"  {held}" for held in _largest(number, 10))])
