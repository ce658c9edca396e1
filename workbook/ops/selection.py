"""Which of several equal elements PyTorch names: the sorts and selections of its CPU kernels, step by step, for one row.

Where all elements differ, every method finds the same places. Equal ones come out as the method left them, and PyTorch's methods do
not keep their order: they are `std::sort`, `std::nth_element` and `std::partial_sort` of the C++ library that the GNU compiler
brings, and for `kthvalue` Hoare's quickselect. What calls the functions below does so only for rows in which equal elements make a
difference.

A row comes as `keys`, a list of numbers: equal elements have equal ones, and what comes first has the smaller one (`keys_of`). Each
function returns places of the row as a list.
"""

import heapq

import numpy as np


def keys_of(rows, descending=False):
    """Return the keys of each row of a host matrix, as lists; NaN is the largest number."""
    if (rows != rows).any():
        ranks = [np.unique(row, return_inverse=True)[1] for row in rows]
        return [(rank.max(initial=0) - rank if descending else rank).tolist() for rank in ranks]
    if descending:
        rows = -rows if rows.dtype.kind == "f" else ~rows  # -1 - x, which no integer is too small for
    return rows.tolist()


def sorted_places(keys):
    """The places in the order that `std::sort` leaves.

    Source: Musser, Introspective Sorting and Selection Algorithms, 1997
    """
    keys, places = _divided(keys)
    if any(key != key for key in keys):
        return _inserted(keys, places)
    return [places[i] for i in sorted(range(len(keys)), key=keys.__getitem__)]


def last_place(keys, key):
    """The place of the last `key` in that order."""
    keys, places = _divided(keys, key)
    return places[len(keys) - 1 - keys[::-1].index(key)]


def _divided(keys, only=None):
    """The keys and their places after the first part of `std::sort`.

    The row is divided again and again, until the parts have 16 elements or fewer. A sort by insertion ends the work, and that one
    keeps the order of equal elements. With `only`, parts without that key are left as they are.
    """
    keys, places = keys[:], [*range(len(keys))]
    parts = [(0, len(keys), _patience(len(keys)))]
    while parts:
        first, last, patience = parts.pop()
        if last - first <= 16 or only is not None and only not in keys[first:last]:
            continue
        if patience:
            cut = _divide(keys, places, first, last)
            parts += (cut, last, patience - 1), (first, cut, patience - 1)
        else:
            _put_first_in_order(keys, places, first, last, last)
    return keys, places


def nth_element(keys, nth):
    """The places in the order that `std::nth_element` leaves: what belongs to `nth` stands there, what comes before it before."""
    keys, places = keys[:], [*range(len(keys))]
    first, last, patience = 0, len(keys), _patience(len(keys))
    while last - first > 3:
        if not patience:
            _put(keys, places, first, _heap_of_first(keys, places, first, nth + 1, last))
            _swap(keys, places, first, nth)
            return places
        patience -= 1
        cut = _divide(keys, places, first, last)
        first, last = (cut, last) if cut <= nth else (first, cut)
    places[first:last] = [places[i] for i in sorted(range(first, last), key=keys.__getitem__)]
    return places


def partial_sort(keys, count):
    """The first `count` places in the order that `std::partial_sort` leaves."""
    keys, places = keys[:], [*range(len(keys))]
    _put_first_in_order(keys, places, 0, count, len(keys))
    return places[:count]


def quickselect(keys, nth):
    """The places in the order that PyTorch's own selection leaves; what belongs to `nth` stands there.

    Source: Hoare, Algorithm 65: Find, 1961; the pivot is the middle one of three elements
    """
    keys, places = keys[:], [*range(len(keys))]
    left, right = 0, len(keys) - 1
    while right > left + 1:
        _swap(keys, places, left + (right - left) // 2, left + 1)
        for before, behind in (left + 1, right), (left, right), (left + 1, left):
            if keys[before] > keys[behind]:
                _swap(keys, places, before, behind)
        pivot, i, j = keys[left], left + 1, right
        while True:
            i, j = i + 1, j - 1
            while keys[i] < pivot:
                i += 1
            while keys[j] > pivot:
                j -= 1
            if j < i:
                break
            _swap(keys, places, i, j)
        _swap(keys, places, left, j)
        left, right = (i if j <= nth else left), (j - 1 if j >= nth else right)
    if right == left + 1 and keys[left] > keys[right]:
        _swap(keys, places, left, right)
    return places


# ---- dividing -------------------------------------------------------------------------------------------------------------


def _patience(count):
    """After so many divisions the C++ library gives up hope of fast ones, and turns to a heap."""
    return 2 * (count.bit_length() - 1)


def _divide(keys, places, first, last):
    """Divide a part by one of its elements: return where those begin that do not come before it."""
    a, b, c = first + 1, first + (last - first) // 2, last - 1
    if keys[a] < keys[b]:
        middle = b if keys[b] < keys[c] else c if keys[a] < keys[c] else a
    else:
        middle = a if keys[a] < keys[c] else c if keys[b] < keys[c] else b
    _swap(keys, places, first, middle)
    pivot, i, j = keys[first], first + 1, last
    while True:
        while keys[i] < pivot:
            i += 1
        j -= 1
        while keys[j] > pivot:
            j -= 1
        if i >= j:
            return i
        _swap(keys, places, i, j)
        i += 1


def _swap(keys, places, i, j):
    keys[i], keys[j] = keys[j], keys[i]
    places[i], places[j] = places[j], places[i]


def _inserted(keys, places):
    """The places after the sort by insertion, of keys among which are NaN: nothing is smaller than a NaN, so nothing passes it."""
    keys, places = keys[:], places[:]
    for i, (key, place) in enumerate(zip(keys[:], places[:])):
        j = i
        if i < 16 and key < keys[0]:
            j = 0
        else:
            while j and key < keys[j - 1]:
                j -= 1
        keys[j:i + 1], places[j:i + 1] = [key, *keys[j:i]], [place, *places[j:i]]
    return places


# ---- heaps ----------------------------------------------------------------------------------------------------------------


class _Entry:
    """An element of a heap whose top is the one that comes last. Python's `heapq` takes the steps of C++'s heap, one by one."""

    __slots__ = ("key", "place")

    def __init__(self, key, place):
        self.key, self.place = key, place

    def __lt__(self, other):
        return self.key > other.key


def _heap_of_first(keys, places, first, middle, last):
    """A heap of the `middle - first` elements that come first; what it drops takes the place of what came in."""
    heap = [*map(_Entry, keys[first:middle], places[first:middle])]
    heapq.heapify(heap)
    worst = heap[0].key
    for i, key in enumerate(keys[middle:last], middle):
        if key < worst:
            dropped = heapq.heapreplace(heap, _Entry(key, places[i]))
            keys[i], places[i] = dropped.key, dropped.place
            worst = heap[0].key
    return heap


def _put_first_in_order(keys, places, first, middle, last):
    heap = _heap_of_first(keys, places, first, middle, last)
    _put(keys, places, first, [heapq.heappop(heap) for _ in range(len(heap))][::-1])


def _put(keys, places, first, entries):
    for i, entry in enumerate(entries, first):
        keys[i], places[i] = entry.key, entry.place
