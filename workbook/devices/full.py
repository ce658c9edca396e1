"""A GPU whose memory is full: the error, and what holds the memory."""

import gc
import re
from collections import Counter

from workbook.errors import explain

ooms = Counter()  # number of a GPU: how often its memory was full


class OutOfMemoryError(RuntimeError):
    """A GPU has no room for an array: `torch.OutOfMemoryError`. Who catches a RuntimeError catches it, too.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(1, memory=1000):
    ...     try:
    ...         torch.zeros(1000, device="cuda")
    ...     except torch.OutOfMemoryError as problem:
    ...         print(str(problem).splitlines()[0])
    CUDA out of memory. Tried to allocate 4,000 bytes. GPU 0 has a total capacity of 1,000 bytes of which 1,000 bytes is free.

    Source: https://pytorch.org/docs/2.13/generated/torch.OutOfMemoryError.html
    """


def out_of_memory(device, problem):
    """Return the error for a device of the array library that has no room, from what the library said."""
    free, total = device.mem_info
    wanted = next((word for word in str(problem).split() if word.replace(",", "").isdecimal()), "more")
    ooms[device.id] += 1
    held = largest(device.id)
    allowed = re.search(r"limit set to: ([\d,]+) bytes", str(problem))
    limit = f"this program may use {allowed[1]} bytes of it, as torch.cuda.set_per_process_memory_fraction says; " if allowed else ""
    return OutOfMemoryError(explain(
        f"CUDA out of memory. Tried to allocate {wanted} bytes. GPU {device.id} has a total capacity of {total:,} bytes of which {free:,} "
        "bytes is free.",
        limit + ("the most of it is held by " + "; ".join(held) if held else "no tensor holds it" + ("" if limit else ": another program may")),
        "use a smaller batch; compute under torch.no_grad() where no gradient is wanted; keep loss.item() and not the loss"))


def largest(number, most=3):
    """Return in words the largest Tensors on the GPU of that number; of several that show one memory the first."""
    owners = {}
    for thing in gc.get_objects():
        place = getattr(thing, "_device", None) if hasattr(type(thing), "_requires_grad") else None  # only Tensors have both
        if place is not None and place.type == "cuda" and place.index == number:
            array = thing._array
            owners.setdefault((array if array.base is None else array.base).data.ptr, thing)
    found = sorted(owners.values(), key=lambda tensor: tensor._array.nbytes, reverse=True)[:most]
    return [f"a {'parameter' if tensor._requires_grad else 'tensor'} of shape {tuple(tensor.shape)}, {tensor.dtype}, "
            f"{tensor._array.nbytes:,} bytes" for tensor in found]
