"""How a file is mapped into memory for `mmap=True`."""

import mmap
import sys

from workbook.errors import explain

MAP_SHARED, MAP_PRIVATE = getattr(mmap, "MAP_SHARED", None), getattr(mmap, "MAP_PRIVATE", None)
_flags = MAP_PRIVATE


def mapped(file):
    """Return the memory on which an open file lies: the system reads each part when somebody first looks at it."""
    shared = _flags is not None and _flags == MAP_SHARED
    if not shared:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # what is written to a tensor stays here
    with open(file.name, "rb+") as writable:
        return mmap.mmap(writable.fileno(), 0, access=mmap.ACCESS_WRITE)


class set_default_mmap_options:
    """Say what a write to a tensor of a mapped file does: `mmap.MAP_PRIVATE`, nothing to the file; `mmap.MAP_SHARED`, it changes the file.

    As a context manager for a while. Raises ValueError for another flag, RuntimeError on Windows.

    >>> import mmap, workbook as torch
    >>> with torch.serialization.set_default_mmap_options(mmap.MAP_SHARED):
    ...     torch.serialization.get_default_mmap_options() == mmap.MAP_SHARED
    True

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.set_default_mmap_options
    """

    def __init__(self, flags):
        global _flags
        if sys.platform == "win32":
            raise RuntimeError(explain("Changing the default mmap options is currently not supported for Windows",
                                       "Windows maps files in one way", "leave it out"))
        if flags not in (MAP_PRIVATE, MAP_SHARED):
            raise ValueError(explain("Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, "
                                     f"but got {flags}", "no other way of mapping is known", "import mmap, and write mmap.MAP_PRIVATE"))
        self.prev, _flags = _flags, flags

    def __enter__(self):
        pass

    def __exit__(self, *exception):
        global _flags
        _flags = self.prev


def get_default_mmap_options():
    """Return the flag that `set_default_mmap_options` sets: `mmap.MAP_PRIVATE` at first. Raises nothing.

    >>> import mmap, workbook as torch
    >>> torch.serialization.get_default_mmap_options() == mmap.MAP_PRIVATE
    True

    Source: https://pytorch.org/docs/2.13/notes/serialization.html#torch.serialization.get_default_mmap_options
    """
    return _flags
