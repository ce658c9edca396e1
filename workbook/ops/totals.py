"""Sums of large float arrays, where NumPy adds slowly: of all elements, along short rows, and of columns that are not many.

A product with a vector of ones is the same sum, by a library that adds many lanes at a time. It is taken of blocks, so small that
few numbers are added one after the other (errors stay as in PyTorch's sums) and that the library needs no threads for them.
"""

import math

import numpy as np

LARGE = 2**14  # elements; of fewer, NumPy is fast enough
BLOCK = 2**13  # elements in one product
LENGTHS = {4: range(4, 1025), 8: range(4, 65)}  # of rows, by the bytes of an element
ROWS = 128  # of columns, in one product
_ONES = {np.dtype(kind): np.ones(BLOCK, kind) for kind in (np.float32, np.float64)}
WIDTH, WIDE = 64, 2**16  # so many columns, or up to 16 times as many in arrays of so many elements


def total(a, axes, keepdim):
    """Return the sum of a float array along `axes`, a tuple, or of all elements where that is None."""
    if a.size < LARGE or a.__class__ is not np.ndarray or not a.flags.c_contiguous or axes == ():
        return added(a, axes, keepdim)
    if axes is None or len(axes) == a.ndim:
        return _of_all(a.reshape(-1)).reshape([1] * a.ndim if keepdim else [])
    shape, count = a.shape, len(axes)
    first, last = min(axes), max(axes)
    side = math.prod([shape[axis] for axis in axes])
    if first == a.ndim - count and side in LENGTHS[a.itemsize]:
        found = _of_rows(a.reshape(-1, side))
    elif last == count - 1 and a.size <= WIDTH * side * (16 if a.size >= WIDE else 1):
        found = _of_columns(a.reshape(side, -1))
    else:
        return added(a, axes, keepdim)
    return found.reshape([1 if axis in axes else side for axis, side in enumerate(shape) if keepdim or axis not in axes])


def row_products(xp, a, b):
    """Return the sum of a * b along the last axis, one product of vectors a row."""
    return xp.vecdot(a, b) if xp is np else (a * b).sum(-1)


def added(a, axes, keepdim, kind=None):
    """Return the array library's own sum. (The ufunc's: then a warning of NaN belongs to this file, and stays unseen.)"""
    if a.__class__ is np.ndarray:
        return np.add.reduce(a, axes, kind, None, keepdim)
    return a.sum(axes, kind, None, keepdim)


def _of_all(numbers):
    """The sum of a vector, as an array without axes."""
    some = BLOCK // 2
    rest = numbers.size % some
    parts = numbers[:numbers.size - rest].reshape(-1, some) @ _ONES[numbers.dtype][:some]
    return np.asarray(np.add.reduce(parts) + np.add.reduce(numbers[numbers.size - rest:]))


def _of_rows(rows):
    """The sum of each row of a matrix."""
    count, length = rows.shape
    ones, some = _ONES[rows.dtype][:length], BLOCK // length
    rest = count % some
    found = (rows[:count - rest].reshape(-1, some, length) @ ones).reshape(-1)
    return np.concatenate((found, rows[count - rest:] @ ones)) if rest else found


def _of_columns(rows):
    """The sum of each column of a matrix."""
    count, width = rows.shape
    ones, rest = _ONES[rows.dtype], count % ROWS
    found = np.add.reduce(ones[:ROWS] @ rows[:count - rest].reshape(-1, ROWS, width))
    return found + ones[:rest] @ rows[count - rest:] if rest else found
