"""What the steps of `ops/selection`, `ops/heaps` and `ops/few` have in common: the keys of elements, the smaller first, and how they move."""

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


def in_order(heap):
    """Take all elements out of a heap; return them in their order."""
    return [heapq.heappop(heap) for _ in range(len(heap))][::-1]


def put(keys, places, first, entries):
    """Write entries of a heap down, from `first` on."""
    for at, entry in enumerate(entries, first):
        keys[at], places[at] = -entry, entry.place


def swap(keys, places, i, j):
    """Exchange elements: one with one, or, in arrays, several with as many."""
    keys[i], keys[j] = keys[j], keys[i]
    places[i], places[j] = places[j], places[i]


def patience_with(count):
    """After so many divisions the C++ library gives up hope of fast ones, and turns to a heap."""
    return 2 * (count.bit_length() - 1)
