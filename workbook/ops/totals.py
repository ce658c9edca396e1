"""Sums of large float arrays, where NumPy adds slowly: along short rows, and of few columns.

A product with a vector of ones is the same sum, by a library that adds many lanes at a time. It is taken of blocks, so small that
few numbers are added one after the other (errors stay as in PyTorch's sums) and that the library needs no threads for them.
"""

import math

import numpy as np

LARGE = 2**14  # elements; of fewer, NumPy is fast enough
BLOCK = 2**13  # elements in one product
LENGTHS = {4: range(4, 1025), 8: range(4, 65)}  # of rows, by the bytes of an element
WIDTH = 64  # of columns


def total(a, axes, keepdim):
    """Return the sum of a float array along `axes`, a tuple, or of all elements where that is None."""
    if axes is None or a.size < LARGE or a.__class__ is not np.ndarray or not a.flags.c_contiguous or not axes:
        return added(a, axes, keepdim)
    shape, count = a.shape, len(axes)
    first, last = min(axes), max(axes)
    side = math.prod([shape[axis] for axis in axes])
    if first == a.ndim - count and side in LENGTHS[a.itemsize]:
        found = _of_rows(a.reshape(-1, side))
    elif last == count - 1 and a.size <= WIDTH * side:
        found = _of_columns(a.reshape(side, -1))
    else:
        return added(a, axes, keepdim)
    return found.reshape([1 if axis in axes else side for axis, side in enumerate(shape) if keepdim or axis not in axes])


def added(a, axes, keepdim, kind=None):
    """Return the array library's own sum. (The ufunc's: then a warning of NaN belongs to this file, and stays unseen.)"""
    if a.__class__ is np.ndarray:
        return np.add.reduce(a, axes, kind, None, keepdim)
    return a.sum(axes, kind, None, keepdim)


def _of_rows(rows):
    """The sum of each row of a matrix."""
    count, length = rows.shape
    ones, some = np.ones(length, rows.dtype), BLOCK // length
    rest = count % some
    found = (rows[:count - rest].reshape(-1, some, length) @ ones).reshape(-1)
    return np.concatenate((found, rows[count - rest:] @ ones)) if rest else found


def _of_columns(rows):
    """The sum of each column of a matrix."""
    count, width = rows.shape
    some = BLOCK // WIDTH
    rest = count % some
    found = (np.ones(some, rows.dtype) @ rows[:count - rest].reshape(-1, some, width)).sum(0)
    return found + rows[count - rest:].sum(0)
