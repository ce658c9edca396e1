"""The first few of many by a heap, step by step as the C++ library takes them: `std::partial_sort`, of which `ops/selection` tells more.

Python's `heapq` takes the same steps. It keeps the smallest on top, and the heap here what comes last: so it holds negative keys.
Where there are many rows, the heaps of all of them take each step at once, in NumPy.
"""

import heapq

import numpy as np

from workbook.ops.few import FEW, first_few
from workbook.ops.keys import entries_of, entry_of, in_order, keys_of, put


def partial_sort(keys, count):
    """The first `count` places in the order that `std::partial_sort` leaves.

    Source: Williams, Algorithm 232: Heapsort, 1964
    """
    if 0 < keys.size <= FEW:
        return np.array([first_few(row, count) for row in keys.tolist()], "int64")
    return (_of_columns if len(keys) > MANY * count else _of_rows)(keys, count, *_hopeful(keys, count))


MANY = 40


def first_of_many(row, count, largest):
    """The places of the first `count` elements of one long row, in the order that `std::partial_sort` leaves.

    Looked at closely are those alone that beat the worst of the best so far, which is found anew where four times as many were seen.
    """
    places, best, start = [np.arange(count)], row[:count], count
    edge = -count if largest else count - 1
    while start < len(row):
        stop = min(max(4 * start, 1024), len(row))
        best = np.partition(best, edge)[edge:] if largest else np.partition(best, edge)[:count]
        stretch = row[start:stop]
        hopeful = np.flatnonzero(~(stretch <= best[0] if largest else stretch >= best[-1])) + start  # NaN is compared with nothing
        places, best, start = [*places, hopeful], np.concatenate([best, row[hopeful]]), stop
    places = np.concatenate(places)
    keys = keys_of(row[None, places], largest)[0]
    if len(keys) > 64 * count:  # as where a row is in order already
        some = np.flatnonzero(keys <= np.partition(keys, count - 1)[count - 1])
        order = some[keys[some].argsort(kind="stable")]
    else:
        order = keys.argsort(kind="stable")[:count + 1]
    found = keys[order[:count + 1]]
    if (found[1:] == found[:-1]).any():
        order = np.array(first_few(keys.tolist(), count))
    return places[order[:count]]


def _hopeful(keys, count):
    """The rows and the columns of the later elements that may find a place among the `count` first.

    That is what comes before the last of the best `count` elements so far: so far, that is, as stretches go, of which each is as
    long as all before.
    """
    width, best, rows, columns, start = keys.shape[1], keys[:, :count], [], [], count
    while start < width:
        stop = min(2 * start, width)
        best = np.partition(best, count - 1, 1)[:, :count]
        row, column = np.divmod(np.flatnonzero(keys[:, start:stop] < best[:, -1:]), stop - start)
        rows, columns = [*rows, row], [*columns, column + start]
        best = np.concatenate([best, _table(row, keys[row, columns[-1]], len(keys))], 1)
        start = stop
    rows, columns = np.concatenate([[], *rows]).astype(int), np.concatenate([[], *columns]).astype(int)
    by_row = rows.argsort(kind="stable")
    return rows[by_row], columns[by_row]


def _table(rows, values, count):
    """The values of each of `count` rows, from the left; beyond them stands what comes last of all."""
    last = np.inf if values.dtype.kind == "f" else np.iinfo(values.dtype).max
    counts = np.bincount(rows, minlength=count)
    table = np.full((count, counts.max(initial=0)), last, values.dtype)
    table[rows, np.arange(len(rows)) - (counts.cumsum() - counts)[rows]] = values
    return table


def _of_rows(keys, count, rows, columns):
    """One row after the other, with Python's heap."""
    found, later, where = np.empty((len(keys), count), "int64"), keys[rows, columns].tolist(), columns.tolist()
    ends = [0, *np.bincount(rows, minlength=len(keys)).cumsum().tolist()]
    for row, (first, start, stop) in enumerate(zip(keys[:, :count].tolist(), ends, ends[1:])):
        heap = entries_of(first, range(count))
        for key, place in zip(later[start:stop], where[start:stop]):
            if -key > heap[0]:
                heapq.heapreplace(heap, entry_of(key, place))
        found[row] = [heapq.heappop(heap).place for _ in range(count)][::-1]
    return found


def _of_columns(keys, count, rows, columns):
    """The heaps of all rows at once: a line of NumPy looks at one place of each. Rows with more to come stand before others."""
    counts = np.bincount(rows, minlength=len(keys))
    busy = (-counts).argsort()
    going = (counts > np.arange(counts.max())[:, None]).sum(1)
    later, where = (_table(rows, values, len(keys))[busy].T.copy() for values in (keys[rows, columns], columns))
    heap, places = keys[busy, :count].T.copy(), np.repeat(np.arange(count)[:, None], len(keys), 1)
    for top in reversed(range(count // 2)):
        _sink(heap, places, top, heap[top].copy(), places[top].copy(), True)
    for key, place, some in zip(later, where, going.tolist()):
        _sink(heap[:, :some], places[:, :some], 0, key[:some], place[:some], key[:some] < heap[0, :some])
    for last in reversed(range(1, count)):
        key, place = heap[last].copy(), places[last].copy()
        heap[last], places[last] = heap[0], places[0]
        _sink(heap[:last], places[:last], 0, key, place, True)
    found = np.empty((len(keys), count), "int64")
    found[busy] = places.T
    return found


def _sink(heap, places, top, key, place, hole):
    """Write `key` over the top of heaps, where there is a hole: what does not come before it moves up, the later of two first."""
    holes = {top: hole}  # in which heaps a node is one
    for node in range(top, len(heap)):
        hole = holes.get(node)
        if hole is None:
            continue
        left, right, new, owner = 2 * node + 1, 2 * node + 2, key, place
        if left < len(heap):
            to_left, new, owner = True, heap[left], places[left]
            if right < len(heap):
                to_left = heap[right] < new
                new, owner = np.where(to_left, new, heap[right]), np.where(to_left, owner, places[right])
            sinks = (new >= key) & hole
            holes[left], holes[right] = sinks & to_left, sinks & ~np.asarray(to_left)
            new, owner = np.where(sinks, new, key), np.where(sinks, owner, place)
        np.copyto(heap[node], new, where=hole)
        np.copyto(places[node], owner, where=hole)


def heap_of_first(keys, places, first, middle, last):
    """A heap of the `middle - first` elements that come first; what it drops takes the place of what came in."""
    heap = entries_of(keys[first:middle].tolist(), places[first:middle].tolist())
    length = 16
    while middle < last:  # stretches that double, of which only what beats the heap's worst is looked at
        stretch = keys[middle:min(last, middle + length)]
        better = np.flatnonzero(stretch < -heap[0])
        for i, key in zip((better + middle).tolist(), stretch[better].tolist()):
            if -key > heap[0]:
                dropped = heapq.heapreplace(heap, entry_of(key, places[i].item()))
                keys[i], places[i] = -dropped, dropped.place
        middle, length = middle + length, 2 * length
    return heap


def put_first_in_order(keys, places, first, middle, last):
    """Do the same, in place, to one part of `keys`, from `first` to `last`; what comes first stands before `middle` then."""
    heap = heap_of_first(keys, places, first, middle, last)
    put(keys, places, first, in_order(heap))
