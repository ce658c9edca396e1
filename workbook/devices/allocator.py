"""What becomes of the memory of arrays that are let go: it waits for the next arrays."""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # as glibc's malloc.h counts its settings
KEPT = 256 * 2**20  # bytes
LARGEST = 32 * 2**20  # bytes of one array, the most that glibc takes


def keep_freed_memory():
    """Let glibc keep up to `KEPT` bytes that are free, where this is glibc.

    A step of training makes and drops the same arrays again and again. By itself glibc soon gives what is dropped back to the system
    and asks for it anew; then each page of 4096 bytes costs a fault, and a step up to a third of its time.

    Source: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGEST)
        mallopt(TRIM_THRESHOLD, KEPT)
