"""How many of the processor's cores NumPy's matrix library takes.

NumPy hands matrix products to a library (OpenBLAS in its own packages, MKL or Accelerate in others) that has threads of its own.
Everything else that the engine computes runs in one thread. PyTorch's two functions speak to that library here.
"""

import ctypes
import functools
import os
import sys
import warnings
from pathlib import Path

import numpy as np

from workbook.errors import explain

# Variables that keep a process's products to one thread. Its threads wait for each other by spinning: of small matrices, beside other
# work, that takes ten times as long.
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# What the libraries call their two functions: (asks, tells).
NAMES = [(f"{start}get_num_threads{end}", f"{start}set_num_threads{end}") for start in ("scipy_openblas_", "openblas_") for end in ("64_", "")]
NAMES += [("MKL_Get_Max_Threads", "MKL_Set_Num_Threads")]


def get_num_threads():
    """Return how many threads a matrix product may take.

    What NumPy's matrix library says or, where it cannot be asked, the number of cores. Raises nothing.

    >>> import workbook as torch
    >>> torch.get_num_threads() >= 1
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.get_num_threads.html
    """
    asks, _ = _library()
    return int(asks()) if asks else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def set_num_threads(num):
    """Let a matrix product take up to `num` threads, in the whole process.

    The library may take fewer: OpenBLAS does above the number that it was built for. Where NumPy's library cannot be told, a warning says
    so and nothing changes. Raises RuntimeError for what is no whole number from 1 on.

    >>> import workbook as torch
    >>> torch.set_num_threads(torch.get_num_threads())

    Source: https://pytorch.org/docs/2.13/generated/torch.set_num_threads.html
    """
    if not isinstance(num, (int, np.integer)) or isinstance(num, bool):
        raise RuntimeError(explain(f"set_num_threads expects an int, but got {type(num).__name__}", "it counts threads", "write torch.set_num_threads(1)"))
    if not 1 <= num < 2**31:
        raise RuntimeError(explain("set_num_threads expects a positive integer" + (" of 31 bits" if num > 0 else ""),
                                   f"it counts threads, and {num} of them cannot compute", "write torch.set_num_threads(1)"))
    _, tells = _library()
    if tells:
        tells(int(num))
    elif num != get_num_threads():
        warnings.warn(f"set_num_threads({num}) changes nothing: NumPy's matrix library here takes its number of threads from OMP_NUM_THREADS or "
                      "VECLIB_MAXIMUM_THREADS, which are to be set before Python starts.", UserWarning, stacklevel=2)


@functools.cache
def _library():
    """Return the two functions of the library that NumPy has loaded, or a pair of None."""
    for path in _places():
        try:
            library = ctypes.CDLL(str(path))  # is loaded already: this finds it, and loads nothing
        except OSError:
            continue
        for asks, tells in NAMES:
            if hasattr(library, asks) and hasattr(library, tells):
                return getattr(library, asks), getattr(library, tells)
    return None, None


def _places():
    """Yield the files in which those functions may be: NumPy's own, through which its libraries are seen; on Windows the libraries."""
    yield np._core._multiarray_umath.__file__
    if sys.platform == "win32":
        yield from Path(np.__file__).parent.with_name("numpy.libs").glob("*openblas*.dll")
