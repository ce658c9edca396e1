"""Random numbers inside `torch.vmap`, which runs a function once a slice where PyTorch runs it once for the whole batch.

So that the numbers are PyTorch's, what one call draws for the first slice is kept. With randomness "different" it is drawn for the
whole batch at once, and every slice takes its row; with "same" every slice takes what the first one drew. With "error" nothing is
drawn.
"""

import functools
import threading

import numpy as np

from workbook.errors import explain

RANDOMNESS = ("error", "different", "same")


class _Thread(threading.local):
    draws = None  # of the innermost vmap that runs


thread = _Thread()


class Draws:
    """What the slices of one batch have drawn so far. As a context, entered for the slice at `place`."""

    def __init__(self, randomness, size):
        self.randomness, self.size, self._kept = randomness, size, []

    def at(self, place):
        """Return this, as a context for the slice at `place`."""
        self.place, self._count = place, 0
        return self

    def __enter__(self):
        self._around, thread.draws = thread.draws, self

    def __exit__(self, *exception):
        thread.draws = self._around

    def fill(self, fill, array, args, options):
        """Do for a slice what `fill(array, *args, **options)` does without a batch."""
        if self.randomness == "error":
            raise refusal(self)
        if self._count == len(self._kept):
            rows = (self.size,) if self.randomness == "different" else ()
            thread.draws = self._around
            try:
                self._kept.append(fill(np.empty((*rows, *array.shape), array.dtype), *args, **options))
            finally:
                thread.draws = self
        drawn = self._kept[self._count]
        self._count += 1
        array[...] = drawn[self.place] if self.randomness == "different" else drawn
        return array


def for_slices(fill):
    """Decorate a function that fills an array with random numbers, so that it does so inside `vmap`, too."""

    @functools.wraps(fill)
    def filling(array, *args, **options):
        draws = thread.draws
        return fill(array, *args, **options) if draws is None else draws.fill(filling, array, args, options)

    return filling


def refusal(draws):
    """The error for drawing where a batch forbids it, or where nobody can say which numbers PyTorch would draw."""
    if draws.randomness == "error":
        return RuntimeError(explain(
            "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags "
            "on vmap or perform the randomness operation out of vmap",
            "one number for all slices, or one for each, are both what a program may mean", "write vmap(f, randomness='different')"))
    return NotImplementedError(explain(
        "this random operation is not there inside vmap", "how many numbers it draws depends on the slice", "draw outside, and pass the result"))
