"""`torch.cuda.nvtx`: names for parts of a program, which NVIDIA's profiler shows beside the work of the GPU.

On simulated GPUs there is no profiler to show them: the names are counted, so that the program runs as it would, and forgotten.
"""

import contextlib
import itertools
import threading

from workbook.cuda.places import backend
from workbook.errors import explain, kind_of

__all__ = ["mark", "range", "range_end", "range_pop", "range_push", "range_start"]

_here = threading.local()  # `depth`: how many ranges this thread is inside of
_handles = itertools.count(1)


def _tell(name, *values):
    """Call NVIDIA's function of that name. Raises RuntimeError where there is no GPU."""
    if not backend().status()[0]:
        raise RuntimeError(explain("NVTX functions not installed. Are you sure you have a CUDA build?", "there is no GPU here, and so no profiler of one",
                                   "write if torch.cuda.is_available(): before, or measure with time.perf_counter()"))
    if values and name != "RangeEnd" and not isinstance(values[0], str):
        raise TypeError(explain(f"{name}(): argument 'msg' must be str, not {kind_of(values[0])}", "the profiler shows it", "write a word"))
    return None if backend().simulated else getattr(backend().xp.cuda.nvtx, name)(*values)


def range_push(msg):
    """Begin a part of the program, inside of those that have begun in this thread; return how many these are.

    Raises RuntimeError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.nvtx.range_push.html
    """
    _tell("RangePush", msg)
    depth = getattr(_here, "depth", 0)
    _here.depth = depth + 1
    return depth


def range_pop():
    """End the part that began last; return inside of how many it was, or a negative number where none had begun.

    Raises RuntimeError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.nvtx.range_pop.html
    """
    _tell("RangePop")
    depth = getattr(_here, "depth", 0) - 1
    _here.depth = max(depth, 0)
    return depth if depth >= 0 else -2


def range_start(msg):
    """Begin a part that may end in another thread; return a number for `range_end`. Raises RuntimeError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.nvtx.html
    """
    handle = _tell("RangeStart", msg, 0)  # CuPy wants a colour
    return next(_handles) if handle is None else handle


def range_end(range_id):
    """End the part that `range_start` began. Raises RuntimeError where there is no GPU, TypeError for what is no number.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.nvtx.html
    """
    if not isinstance(range_id, int):
        raise TypeError(explain(f"range_end(): argument 'range_id' must be int, not {kind_of(range_id)}", "range_start gave the part a number",
                                "write range_end(range_start('name'))"))
    _tell("RangeEnd", range_id)


def mark(msg):
    """Name a moment. Raises RuntimeError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.nvtx.mark.html
    """
    _tell("Mark", msg)


@contextlib.contextmanager
def range(msg, *args, **kwargs):
    """A context, or a decorator, that is one part: `with torch.cuda.nvtx.range("epoch {}", epoch): ...`

    Raises RuntimeError where there is no GPU.

    Source: https://pytorch.org/docs/2.13/generated/torch.cuda.nvtx.range.html
    """
    range_push(msg.format(*args, **kwargs))
    try:
        yield
    finally:
        range_pop()
