"""The first few of many by a heap, step by step as the C++ library takes them: `std::partial_sort`, of which `ops/selection` tells more.

Python's `heapq` takes the same steps. It keeps the smallest on top, and the heap here what comes last: so it holds negative keys.
"""

import heapq

import numpy as np


def partial_sort(keys, count):
    """The first `count` places in the order that `std::partial_sort` leaves.

    Source: Williams, Algorithm 232: Heapsort, 1964
    """
    found = np.empty((len(keys), count), "int64")
    for row, (first, later, where) in enumerate(zip(keys[:, :count].tolist(), *_hopeful(keys, count))):
        heap = _heap(first, range(count))
        for key, place in zip(later, where):
            if -key > heap[0]:
                heapq.heapreplace(heap, _entry(key, place))
        found[row] = [heapq.heappop(heap).place for _ in range(count)][::-1]
    return found


def _hopeful(keys, count):
    """For each row, lists of the later elements that may find a place among the `count` first, and of their places.

    That is what comes before the last of the best `count` elements so far: so far, that is, as stretches go, of which each is eight
    times longer than all before.
    """
    width, found = keys.shape[1], np.zeros(keys.shape, bool)
    start = count
    while start < width:
        stop = min(8 * start, width)
        worst = np.partition(keys[:, :start], count - 1, 1)[:, count - 1, None]
        np.less(keys[:, start:stop], worst, out=found[:, start:stop])
        start = stop
    at = np.flatnonzero(found)
    ends = np.searchsorted(at, np.arange(0, found.size + 1, width)).tolist()
    lists = keys.ravel()[at].tolist(), (at % width).tolist()
    return ([each[a:b] for a, b in zip(ends, ends[1:])] for each in lists)


def heap_of_first(keys, places, first, middle, last):
    """A heap of the `middle - first` elements that come first; what it drops takes the place of what came in."""
    heap = _heap(keys[first:middle].tolist(), places[first:middle].tolist())
    length = 16
    while middle < last:  # stretches that double, of which only what beats the heap's worst is looked at
        stretch = keys[middle:min(last, middle + length)]
        better = np.flatnonzero(stretch < -heap[0])
        for i, key in zip((better + middle).tolist(), stretch[better].tolist()):
            if -key > heap[0]:
                dropped = heapq.heapreplace(heap, _entry(key, places[i].item()))
                keys[i], places[i] = -dropped, dropped.place
        middle, length = middle + length, 2 * length
    return heap


def put_first_in_order(keys, places, first, middle, last):
    """Do the same, in place, to one part of `keys`, from `first` to `last`; what comes first stands before `middle` then."""
    heap = heap_of_first(keys, places, first, middle, last)
    put(keys, places, first, [heapq.heappop(heap) for _ in range(len(heap))][::-1])


def put(keys, places, first, entries):
    """Write entries of a heap down, from `first` on."""
    for i, entry in enumerate(entries, first):
        keys[i], places[i] = -entry, entry.place


def _heap(keys, places):
    heap = [_entry(key, place) for key, place in zip(keys, places)]
    heapq.heapify(heap)
    return heap


def _entry(key, place):
    entry = (_Real if key.__class__ is float else _Whole)(-key)
    entry.place = place
    return entry


class _Real(float):
    """An element: the number itself, so that Python compares as fast as it can, with the place that it came from."""

    __slots__ = ("place",)


class _Whole(int):
    """The same for whole numbers, which may have no slots."""
