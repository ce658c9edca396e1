"""What the steps of `ops/selection` compare: the keys of elements, the smaller first."""

import heapq

import numpy as np


def keys_of(rows, descending=False):
    """Return the keys of the rows of a host matrix; NaN is the largest number."""
    if rows.dtype.kind == "f" and (rows != rows).any():
        ranks = np.array([np.unique(row, return_inverse=True)[1] for row in rows])
        return ranks.max(1, keepdims=True) - ranks if descending else ranks
    if descending:
        return -rows if rows.dtype.kind == "f" else ~rows  # -1 - x, which no integer is too small for
    return rows


def entries_of(keys, places):
    """A heap of elements: their keys, each negative, with their places."""
    heap = [entry_of(key, place) for key, place in zip(keys, places)]
    heapq.heapify(heap)
    return heap


def entry_of(key, place):
    """An element of a heap."""
    entry = (_Real if key.__class__ is float else _Whole)(-key)
    entry.place = place
    return entry


class _Real(float):
    """An element: the number itself, so that Python compares as fast as it can, with the place that it came from."""

    __slots__ = ("place",)


class _Whole(int):
    """The same for whole numbers, which may have no slots."""
