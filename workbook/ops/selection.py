"""Which of several equal elements PyTorch names: the sorts and selections of its CPU kernels, step by step.

Where all elements differ, every method finds the same places. Equal ones come out as the method left them, and PyTorch's methods do
not keep their order: they are `std::sort`, `std::nth_element` and `std::partial_sort` of the C++ library that the GNU compiler
brings, and for `kthvalue` Hoare's quickselect. What calls the functions below does so only for rows in which equal elements make a
difference.

Rows come as `keys`, a matrix of numbers: equal elements have equal ones, and what comes first has the smaller one (`ops/keys`). Each
function returns places, for each row its own. (`std::partial_sort` is in `ops/heaps`.)

All of these methods divide a part of a row by one of its elements, again and again, and parts know nothing of each other. So the
parts of all rows are divided at the same time: one line of NumPy takes one step in each of them.
"""

import functools

import numpy as np

from workbook.ops.few import FEW, last_of_few, nth_of_few, quick_of_few, sorted_few
from workbook.ops.heaps import heap_of_first, put_first_in_order
from workbook.ops.keys import patience_with, put, swap


def sorted_places(keys):
    """The places in the order that `std::sort` leaves.

    Source: Musser, Introspective Sorting and Selection Algorithms, 1997
    """
    if 0 < keys.size <= FEW and not (keys != keys).any():
        return np.array([sorted_few(row) for row in keys.tolist()], "int64")
    keys, places = _divided(keys)
    missing = (keys != keys).any(1)
    order = keys.argsort(1, kind="stable")
    for row in missing.nonzero()[0]:
        order[row] = _inserted(keys[row].tolist())
    return np.take_along_axis(places, order, 1)


def last_place(keys, key):
    """The place of the last `key`, one for each row, in that order."""
    if 0 < keys.size <= FEW:
        return np.array([last_of_few(row, own) for row, own in zip(keys.tolist(), key.tolist())], "int64")
    keys, places = _divided(keys, key)
    last = keys.shape[1] - 1 - (keys == key[:, None])[:, ::-1].argmax(1)
    return places[np.arange(len(keys)), last]


def _divided(keys, only=None):
    """The keys and their places after the first part of `std::sort`.

    Rows are divided again and again, until the parts have 16 elements or fewer. A sort by insertion ends the work, and that one
    keeps the order of equal elements. With `only`, a key for each row, parts without that key are left as they are.
    """
    (count, width), flat, places = keys.shape, *_flat(keys)
    first, equal = np.arange(count) * width, [(np.empty(0, int),) * 2]
    last = first + width
    for patience in reversed(range(patience_with(width) + 1)):
        some = last - first > 16
        if only is not None:
            wanted = np.flatnonzero(flat == np.repeat(only, width))
            some &= np.searchsorted(wanted, first) < np.searchsorted(wanted, last)
        first, last = first[some], last[some]
        if not len(first):
            break
        alike = _of_equal_ones(flat, first, last, patience)
        equal.append((first[alike], last[alike]))
        first, last = first[~alike], last[~alike]
        if not patience:
            for a, b in zip(first.tolist(), last.tolist()):
                put_first_in_order(flat, places, a, b, b)
        elif len(first):
            cut = _divide(flat, places, first, last, width)
            first, last = np.stack([first, cut], 1).ravel(), np.stack([cut, last], 1).ravel()
    _order_equal_ones(places, *map(np.concatenate, zip(*equal)))
    return flat.reshape(count, width), places.reshape(count, width)


def nth_element(keys, nth):
    """The places in the order that `std::nth_element` leaves: what belongs to `nth` stands there, what comes before it before."""
    if 0 < keys.size <= FEW:
        return np.array([nth_of_few(row, nth) for row in keys.tolist()], "int64")
    (count, width), flat, places = keys.shape, *_ranked(keys)
    first = np.arange(count) * width
    last, wanted = first + width, first + nth
    for patience in reversed(range(patience_with(width) + 1)):
        some = np.flatnonzero(last - first > 3)
        if not len(some):
            break
        if not patience:
            for a, b, n in zip(first[some].tolist(), last[some].tolist(), wanted[some].tolist()):
                put(flat, places, a, heap_of_first(flat, places, a, n + 1, b))
                swap(flat, places, np.array([a]), np.array([n]))
            last[some] = first[some]
        else:
            cut = _divide(flat, places, first[some], last[some], width)
            behind = cut <= wanted[some]
            first[some[behind]], last[some[~behind]] = cut[behind], cut[~behind]
    for a, b in (0, 1), (1, 2), (0, 1):  # a sort by insertion of three elements or fewer
        left, right = (first + a)[last - first > b], (first + b)[last - first > b]
        wrong = flat[left] > flat[right]
        swap(flat, places, left[wrong], right[wrong])
    return places.reshape(count, width)


def quickselect(keys, nth):
    """The places in the order that PyTorch's own selection leaves; what belongs to `nth` stands there.

    Source: Hoare, Algorithm 65: Find, 1961; the pivot is the middle one of three elements
    """
    if 0 < keys.size <= FEW:
        return np.array([quick_of_few(row, nth) for row in keys.tolist()], "int64")
    (count, width), flat, places = keys.shape, *_ranked(keys)
    left = np.arange(count) * width
    right, wanted = left + width - 1, left + nth
    while True:
        some = np.flatnonzero(right > left + 1)
        if not len(some):
            break
        a, b = left[some], right[some]
        swap(flat, places, a + (b - a) // 2, a + 1)
        for before, behind in (a + 1, b), (a, b), (a + 1, a):
            wrong = flat[before] > flat[behind]
            swap(flat, places, before[wrong], behind[wrong])
        walk = _walk_by_columns if width <= NARROW else _exchange
        i, j = walk(flat, places, flat[a], a + 2, b, width, crossing=False)
        swap(flat, places, a, j)
        go_on_left, go_on_right = j >= wanted[some], j <= wanted[some]
        right[some[go_on_left]] = j[go_on_left] - 1
        left[some[go_on_right]] = i[go_on_right]
    wrong = right == left + 1
    wrong[wrong] = flat[left[wrong]] > flat[right[wrong]]
    swap(flat, places, left[wrong], right[wrong])
    return places.reshape(count, width)


def _of_equal_ones(keys, first, last, patience):
    """Which parts have keys that are all equal. What becomes of such a part is decided by its length alone."""
    middle = keys[first + (last - first) // 2]
    alike = (keys[first] == middle) & (middle == keys[last - 1]) & (last - first < 2**min(patience + 4, 62))  # hope holds until 16 are left
    some = np.flatnonzero(alike)
    if len(some):
        ends = np.stack([first[some], last[some]], 1).ravel()
        ends = ends[:-1] if ends[-1] == len(keys) else ends
        alike[some] = np.minimum.reduceat(keys, ends)[::2] == np.maximum.reduceat(keys, ends)[::2]
    return alike


def _order_equal_ones(places, first, last):
    """Bring parts of equal keys into the order that they end in."""
    lengths = last - first
    by_length = lengths.argsort(kind="stable")
    for some in np.split(by_length, np.flatnonzero(np.diff(lengths[by_length])) + 1) if len(first) else ():
        length, begin = int(lengths[some[0]]), first[some, None]
        places[begin + np.arange(length)] = places[begin + _order_of_equal_ones(length)]


def _order_of_equal_ones(length):
    """The order in which so many equal ones end: both walkers stop at every element, and exchange it."""
    order = np.arange(length)
    if length > 16:
        order[0], order[length // 2] = order[length // 2], order[0]
        order[1:] = order[:0:-1].copy()
        cut = (length + 1) // 2
        for part in order[:cut], order[cut:]:
            part[:] = part[(_kept if len(part) <= 512 else _order_of_equal_ones)(len(part))]
    return order


_kept = functools.lru_cache(512)(_order_of_equal_ones)


# ---- dividing -------------------------------------------------------------------------------------------------------------


def _flat(keys):
    """The keys of all rows one after the other, and for each its place in its row."""
    return keys.ravel().copy(), np.tile(np.arange(keys.shape[1], dtype="int32" if keys.shape[1] < 2**31 else "int64"), len(keys))


def _ranked(keys):
    """The same; of narrow rows, for each key the count of smaller ones in its row. So both are single bytes."""
    count, width = keys.shape
    if width > NARROW:
        return _flat(keys)
    columns = np.ascontiguousarray(keys.T)
    ranks = np.zeros(columns.shape, "u1")
    for column in columns:
        ranks += (column < columns).view("u1")
    return ranks.T.ravel(), np.tile(np.arange(width, dtype="u1"), count)


def _divide(keys, places, first, last, width):
    """Divide parts of rows, each by one of its elements: return where those begin that do not come before it."""
    a, b, c = first + 1, first + (last - first) // 2, last - 1
    one, two, three = keys[a], keys[b], keys[c]
    middle = np.where(
        one < two, np.where(two < three, b, np.where(one < three, c, a)), np.where(one < three, a, np.where(two < three, c, b)))
    swap(keys, places, first, middle)
    walk = _walk_by_columns if width <= NARROW else _exchange
    return walk(keys, places, keys[first], first + 1, last, width)[0]


def _exchange(keys, places, pivot, first, last, width, crossing=True):
    """Hoare's walk through the parts from `first` to `last`, from both ends: what does not come before the pivot changes places with
    what does not come behind it, until the walkers meet. Return where they stand then.

    The first to stop on the left meets the first to stop on the right, and so on; what was exchanged is not looked at again. So
    the whole walk is two lists of stops. With `crossing=False`, walkers that stop at one element walk on.
    """
    i, j, short = last.copy(), first - 1, last - first < LONG
    for part in np.flatnonzero(~short).tolist():
        i[part], j[part] = _walk(keys[first[part]:last[part]], places[first[part]:last[part]], pivot[part], crossing) + first[part]
    short = np.flatnonzero(short)
    groups = np.diff((last - first)[short].cumsum() // TOGETHER, prepend=0)  # as many at a time as stay in the processor's cache
    for some in np.split(short, np.flatnonzero(groups)):
        if len(some):
            i[some], j[some] = _walks(keys, places, pivot[some], first[some], last[some], crossing)
    return i, j


LONG, TOGETHER = 2**12, 2**14


def _walk(keys, places, pivot, crossing):
    """The walk through one part."""
    from_left, from_right = np.flatnonzero(~(keys < pivot)), np.flatnonzero(~(keys > pivot))[::-1]
    meetings = min(len(from_left), len(from_right))
    a, b = from_left[:meetings], from_right[:meetings]
    moved = np.count_nonzero(a < b)
    done = moved if crossing else np.count_nonzero(a <= b)
    swap(keys, places, a[:moved], b[:moved])
    # They stand at the next stops, or at what the last exchange brought. Beyond all of these, the ends of the part keep them in.
    i = from_left[done] if done < len(from_left) else len(keys)
    j = from_right[done] if done < len(from_right) else -1
    return np.array([min(i, b[moved - 1]), max(j, a[moved - 1])] if moved else [i, j])


def _walks(keys, places, pivot, first, last, crossing):
    """The same walk through many parts at the same time. Stops are counted through all of them, one after the other."""
    length = last - first
    begin = length.cumsum() - length
    at = np.arange(length.sum()) + np.repeat(first - begin, length)
    here, limit = keys.take(at), np.repeat(pivot, length)
    left, right = np.flatnonzero(~(here < limit)), np.flatnonzero(~(here > limit))
    (left_begin, left_count), (right_begin, right_count) = (_of_parts(stops, begin) for stops in (left, right))

    meetings = np.minimum(left_count, right_count)
    met = meetings.cumsum() - meetings
    number = np.arange(meetings.sum())
    a = left.take(np.repeat(left_begin - met, meetings) + number)
    b = right.take(np.repeat(right_begin + right_count - 1 + met, meetings) - number)
    exchanged = a < b
    swap(keys, places, at.take(a[exchanged]), at.take(b[exchanged]))

    moved, done = (np.add.reduceat(np.append(which, False).astype(int), met) * (meetings > 0)
                   for which in (exchanged, exchanged if crossing else a <= b))
    i = np.where(done < left_count, np.append(left, 0)[np.minimum(left_begin + done, len(left))], begin + length)
    j = np.where(done < right_count, np.append(right, 0)[right_begin + right_count - 1 - done], begin - 1)
    latest = met + moved - 1
    i = np.where(moved > 0, np.minimum(i, np.append(b, 0)[latest]), i)
    j = np.where(moved > 0, np.maximum(j, np.append(a, 0)[latest]), j)
    return i - begin + first, j - begin + first


NARROW = 16


def _walk_by_columns(keys, places, pivot, first, last, width, crossing=True):
    """The same walk through one part of each of many narrow rows: a line of NumPy looks at one place in all."""
    rows = first // width
    first, last = ((end - rows * width).astype("i1") for end in (first, last))
    columns, owners = (np.ascontiguousarray(flat.reshape(-1, width).take(rows, 0).T) for flat in (keys, places))
    place = np.arange(width, dtype="i1")[:, None]
    inside = (place >= first) & (place < last)
    left, right = inside & ~(columns < pivot), inside & ~(columns > pivot)
    a, b = _numbers_of(left, -1), _numbers_of(right[::-1], -2)[::-1]

    moved = np.zeros(len(rows), "i1")
    for here in range(width - 1):
        meets = a[here] == b[here + 1:]
        moved += meets.any(0)
        for bits in columns, owners:  # an exchange by "exclusive or", of those that meet
            change = (bits[here] ^ bits[here + 1:]) * meets
            bits[here + 1:] ^= change
            bits[here] ^= np.bitwise_xor.reduce(change, 0)
    for flat, new in (keys, columns), (places, owners):
        flat.reshape(-1, width)[rows] = new.T

    done = moved if crossing else moved + (a == b).any(0)
    elsewhere = np.array(64, "i1")  # beyond all places
    i = np.minimum((place + ~((a == done + 1) | (b == moved)) * elsewhere).min(0), last)
    j = np.maximum((place - ~((b == done + 1) | (a == moved)) * elsewhere).max(0), first - 1)
    return i + rows * width, j + rows * width


def _numbers_of(stops, other):
    """Which of the stops in its column each place is, counted from 1; `other`, a negative number, for what is none."""
    numbers, count = np.empty(stops.shape, "i1"), np.zeros(stops.shape[1], "i1")
    for place, stop in enumerate(stops.view("i1")):
        count += stop
        numbers[place] = (count - other) * stop + other
    return numbers


def _of_parts(stops, begin):
    """Where the stops of each part begin in the list of all, and how many they are."""
    found = stops.searchsorted(begin)
    return found, np.diff(np.append(found, len(stops)))


def _inserted(keys):
    """The order after the sort by insertion, of keys among which are NaN: nothing is smaller than a NaN, so nothing passes it."""
    keys, places = keys[:], [*range(len(keys))]
    for i, (key, place) in enumerate(zip(keys[:], places[:])):
        j = i
        if i < 16 and key < keys[0]:
            j = 0
        else:
            while j and key < keys[j - 1]:
                j -= 1
        keys[j:i + 1], places[j:i + 1] = [key, *keys[j:i]], [place, *places[j:i]]
    return places
