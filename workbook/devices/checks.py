"""Checks of numbers that are on a GPU, such as labels, without making the host wait for them.

The GPU works behind the host: to look at a number there, the host has to wait until it is computed, and a step of training that looks
at every label stands still at each. So the GPU notes what is wrong, and the note is read when the host waits anyway: at `item()`,
`print`, `cpu()`, `synchronize()`. PyTorch does the same, which is why its "device-side assert" is told later than where it happened;
here it names the line. With CUDA_LAUNCH_BLOCKING=1 in the environment each note is read at once.

Source: https://pytorch.org/docs/2.13/notes/cuda.html
"""

import os
import threading

from workbook.callers import place_text, where_called
from workbook.devices.fused import fused
from workbook.errors import explain

MOST = 1000  # notes that wait; then they are read, and the host waits for them

_notes, _lock = [], threading.Lock()


def refuse(device, array, wrong, complaint):
    """Raise where `wrong(array)`, an array of bools, is true anywhere; on a GPU, as soon as the host waits for it.

    `complaint` is asked for the error, given one of the wrong numbers.
    """
    if device.type == "cpu":
        found = wrong(array)
        if found.any():
            raise complaint(array[found].flat[0].item())
        return
    with device.entered():
        note = wrong(array).any(), device, array, wrong, complaint, where_called()
    with _lock:
        _notes.append(note)
    if len(_notes) >= MOST or os.environ.get("CUDA_LAUNCH_BLOCKING") == "1":
        raise_noted()


def refuse_outside(device, places, low, high, complaint):
    """Raise for a whole number below `low` or not below `high`; on a GPU, as soon as the host waits for it.

    `complaint` is asked for the error, given one of the wrong numbers: on the CPU the least, or the largest where none is too small.
    """
    if device.type != "cpu":
        refuse(device, places, lambda places: _outside(device.xp, places, low, high), complaint)
    elif places.size and ((least := places.min()) < low or places.max() >= high):
        raise complaint(int(least if least < low else places.max()))


@fused
def _outside(xp, places, low, high):
    return (places < low) | (places >= high)


def raise_noted():
    """Raise RuntimeError for the first note of something wrong. Called where the host waits for a GPU."""
    if not _notes:
        return
    with _lock:
        notes = _notes[:]
        _notes.clear()
    for flag, device, array, wrong, complaint, place in notes:
        with device.entered():
            if not flag.item():
                continue
            numbers = array[wrong(array)].tolist()
        told = complaint(numbers[0]) if numbers else None  # they may have been written since
        what = str(told).split("\n  Fix")[0].replace("\n  Why: ", "; ") if told else "a number was outside of what is allowed"
        at = f"{place_text(place)}: " if place else ""
        fix = str(told).partition("\n  Fix: ")[2] if told else ""
        raise RuntimeError(explain(
            "CUDA error: device-side assert triggered", f"{at}{what} (A GPU tells it when the host next waits for it, not at that line)",
            fix or "look at the numbers with .cpu(), or run once with CUDA_LAUNCH_BLOCKING=1"))


def forget_noted():
    """Drop all notes: the devices they speak of are gone."""
    with _lock:
        _notes.clear()
