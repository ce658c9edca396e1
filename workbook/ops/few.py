"""The steps of `ops/selection` in one row of few elements, in Python: there a line of NumPy takes longer than the steps.

Each function is given the keys of a row as a list, and returns the places in the order that the C++ library leaves.
"""

import collections
import heapq

from workbook.ops.keys import entries_of, entry_of, in_order, patience_with, put, swap

FEW = 3200  # elements, of all rows together
TINY = 64  # so few are not even looked through for equal ones first


def sorted_few(keys):
    """As `selection.sorted_places`. Keys are not NaN."""
    keys, places = _divided(keys)
    return [places[at] for at in sorted(range(len(keys)), key=keys.__getitem__)]


def last_of_few(keys, key):
    """As `selection.last_place`: the place of the last `key` in that order."""
    keys, places = _divided(keys)
    return places[len(keys) - 1 - keys[::-1].index(key)]


def most_frequent_of_few(keys):
    """The place of the last of the most frequent key in that order, the smallest of several."""
    counts = collections.Counter(keys)
    most = max(counts.values())
    return last_of_few(keys, min(key for key, count in counts.items() if count == most))


def nth_of_few(keys, nth):
    """As `selection.nth_element`."""
    keys, places, first, last = keys[:], [*range(len(keys))], 0, len(keys)
    patience = patience_with(last)
    while last - first > 3:
        if not patience:
            put(keys, places, first, _heap(keys, places, first, nth + 1, last))
            swap(keys, places, first, nth)
            return places
        patience -= 1
        cut = _divide(keys, places, first, last)
        first, last = (cut, last) if cut <= nth else (first, cut)
    order = sorted(range(first, last), key=keys.__getitem__)
    places[first:last] = [places[at] for at in order]
    return places


def quick_of_few(keys, nth):
    """As `selection.quickselect`."""
    keys, places, left, right = keys[:], [*range(len(keys))], 0, len(keys) - 1
    while right > left + 1:
        swap(keys, places, left + (right - left) // 2, left + 1)
        for before, behind in (left + 1, right), (left, right), (left + 1, left):
            if keys[before] > keys[behind]:
                swap(keys, places, before, behind)
        i, j, pivot = left + 1, right, keys[left]
        while True:
            i += 1
            while keys[i] < pivot:
                i += 1
            j -= 1
            while keys[j] > pivot:
                j -= 1
            if j < i:
                break
            swap(keys, places, i, j)
        swap(keys, places, left, j)
        left, right = i if j <= nth else left, j - 1 if j >= nth else right
    if right == left + 1 and keys[left] > keys[right]:
        swap(keys, places, left, right)
    return places


def first_few(keys, count):
    """As `heaps.partial_sort`: the first `count` places."""
    heap = _heap(keys, range(len(keys)), 0, count, len(keys))
    return [heapq.heappop(heap).place for _ in range(count)][::-1]


def _divided(keys):
    keys, places, parts = keys[:], [*range(len(keys))], [(0, len(keys), patience_with(len(keys)))]
    while parts:
        first, last, patience = parts.pop()
        while last - first > 16:
            if not patience:
                put(keys, places, first, in_order(_heap(keys, places, first, last, last)))
                break
            patience -= 1
            cut = _divide(keys, places, first, last)
            parts.append((cut, last, patience))
            last = cut
    return keys, places


def _divide(keys, places, first, last):
    a, b, c = first + 1, first + (last - first) // 2, last - 1
    one, two, three = keys[a], keys[b], keys[c]
    if one < two:
        middle = b if two < three else c if one < three else a
    else:
        middle = a if one < three else c if two < three else b
    keys[first], keys[middle] = keys[middle], keys[first]
    places[first], places[middle] = places[middle], places[first]
    i, j, pivot = first, last, keys[first]
    while True:
        i += 1
        while keys[i] < pivot:
            i += 1
        j -= 1
        while pivot < keys[j]:
            j -= 1
        if i >= j:
            return i
        keys[i], keys[j] = keys[j], keys[i]
        places[i], places[j] = places[j], places[i]


def _heap(keys, places, first, middle, last):
    """A heap of the `middle - first` elements that come first; what it drops takes the place of what came in, where that is a list."""
    heap = entries_of(keys[first:middle], places[first:middle])
    for at in range(middle, last):
        key = keys[at]
        if -key > heap[0]:
            dropped = heapq.heapreplace(heap, entry_of(key, places[at]))
            if places.__class__ is list:
                keys[at], places[at] = -dropped, dropped.place
    return heap
