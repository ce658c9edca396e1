"""Where the elements of an array lie: the memory behind it, and its place and steps in there, counted in elements."""

import numpy as np

from workbook.formats import address


def root_of(array):
    """Return the array that owns the memory which `array` shows: itself, or the one that it is a view of.

    >>> a = np.arange(6.0)
    >>> root_of(a[2:].reshape(2, 2)) is a
    True
    """
    while True:
        below = array.base
        if not isinstance(below, type(array)):
            below = getattr(below, "base", None)  # as_strided and broadcast_to put an object of their own in between
        if not isinstance(below, type(array)):
            return array
        array = below


def in_memory_order(array):
    """Return all elements of a memory's owner as a line, in the order in which they lie there, without a copy."""
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return array.reshape(-1, order="A")
    reach = 1 + sum((side - 1) * step // array.itemsize for side, step in zip(array.shape, array.strides))
    return np.lib.stride_tricks.as_strided(array, (reach if array.size else 0,), (array.itemsize,))


class Layout:
    """How one array lies in its memory: element `index` is at place `offset + sum(index * stride)`.

    >>> table = np.arange(12).reshape(3, 4)
    >>> layout = Layout(table[1:, ::2])
    >>> layout.offset, layout.strides, layout.place((1, 1)), root_of(table)[layout.place((1, 1))].item()
    (4, (4, 2), 10, 10)
    """

    def __init__(self, array):
        self.root = root_of(array)
        size = array.itemsize
        self.shape, self.strides = array.shape, tuple(step // size for step in array.strides)
        self.offset = (address(array) - address(self.root)) // size if array.size else 0
        self.itemsize = size

    def place(self, index):
        """Return where in memory the element `index` lies."""
        return self.offset + sum(at * step for at, step in zip(index, self.strides))

    def sum_text(self, index):
        """Return how the place of an element comes about, with its numbers.

        >>> Layout(np.zeros((3, 4))).sum_text((1, 2))
        '0 + 1 × 4 + 2 × 1 = 6'
        """
        steps = "".join(f" + {at} × {step}" for at, step in zip(index, self.strides)).replace("-", "−")
        return f"{self.offset}{steps} = {self.place(index)}" if steps else str(self.offset)
