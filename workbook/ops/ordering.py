"""Order along an axis, and the first k of it, with the places that elements came from.

NumPy orders; where equal elements make a difference, `ops/selection` says which of them PyTorch names.
"""

import math

import numpy as np

from workbook import dtypes
from workbook.axes import axis_of
from workbook.errors import explain, shape_text
from workbook.formats import laid_as, of_numpy
from workbook.numbers import counted, is_length, length_of
from workbook.ops.extremes import Places, named_result, taken
from workbook.ops.few import TINY
from workbook.ops.heaps import first_of_many, partial_sort
from workbook.ops.keys import keys_of
from workbook.ops.selection import nth_element, sorted_places

sort_result = named_result("sort", "values", "indices")
topk_result = named_result("topk", "values", "indices")

FOLLOWED = 2**17  # so many elements are brought from a GPU to be ordered by PyTorch's own steps, where equal ones are among them
BY_DIGITS = 2**15  # from so many whole numbers on, PyTorch sorts a vector of them digit by digit, and equal ones stay in order


class Sort(Places):
    """The elements in order along `axis`, and the places they came from."""

    def forward(ctx, a, *, axis, descending, stable):
        stable = stable or a.ndim and a.strides[axis] == 0  # one number, seen several times, stays as it is
        stable = stable or not descending and a.ndim == 1 and a.size >= BY_DIGITS and a.dtype.kind in "iu"
        return taken(ctx, a, axis, True, lambda: along(ctx.xp, a, axis, lambda rows: order(ctx.xp, rows, descending, stable)),
                     lambda xp, array: laid_as(xp, array, a))


class Topk(Places):
    """The first `k` elements of the order along `axis`, and the places they came from."""

    def forward(ctx, a, *, axis, k, largest, ordered):
        return taken(ctx, a, axis, True, lambda: along(ctx.xp, a, axis, lambda rows: _first(ctx.xp, rows, k, largest, ordered)),
                     lambda xp, array: xp.array(array, order="C"))


def along(xp, a, axis, choose):
    """Return the places that `choose` finds in the rows of `a` along `axis`. It is given a matrix of rows, and returns one."""
    rows = xp.moveaxis(a, axis, -1)
    places = choose(rows.reshape(math.prod(rows.shape[:-1]), rows.shape[-1]))
    return xp.moveaxis(places.reshape(*rows.shape[:-1], places.shape[-1]), -1, axis)


def settle(xp, rows, places, doubtful, choose, descending=False):
    """Write into `places` what `choose` finds in the doubtful rows: it is given their keys, as `ops/selection` has them."""
    if doubtful.any():
        found = rows[doubtful]
        chosen = choose(keys_of(of_numpy(xp, found), descending))
        places[doubtful] = xp.asarray(chosen).reshape(len(chosen), -1)
    return places


def order(xp, rows, descending, stable):
    """The places that put each row in order; NaN counts as the largest number."""
    count = rows.shape[1]
    if stable or count <= 16 or _left_there(xp, rows):
        return _keeping_equal_ones(rows, descending)
    if xp is np and 0 < rows.size <= TINY:
        return sorted_places(keys_of(rows, descending))
    places = rows.argsort(1)
    values = xp.take_along_axis(rows, places, 1)
    before, after = values[:, :-1], values[:, 1:]
    same = (before == after) | (before != before)  # NaN stand last
    repeated = same.any(1)
    if not repeated.any():
        return places[:, ::-1] if descending else places
    if xp is not np:
        return settle(xp, rows, places[:, ::-1] if descending else places, repeated, sorted_places, descending)
    keys = _ranks(places[repeated], same[repeated], descending)
    places = places[:, ::-1].copy() if descending else places
    places[repeated] = sorted_places(keys)
    return places


def _ranks(places, same, descending):
    """The keys of rows that are ordered already, as small as they can be: `same` says which elements are as the one before."""
    ranks = np.zeros(places.shape, "int32")
    np.cumsum(~same, 1, out=ranks[:, 1:])
    if descending:
        ranks = ranks[:, -1:] - ranks
    keys = np.empty(places.shape, "uint16" if ranks.max(initial=0) < 2**16 else "int32")
    np.put_along_axis(keys, places, ranks.astype(keys.dtype), 1)
    return keys


def _left_there(xp, rows):
    return xp is not np and rows.size > FOLLOWED


def _keeping_equal_ones(rows, descending):
    if not descending:
        return rows.argsort(1, kind="stable")
    return rows.shape[1] - 1 - rows[:, ::-1].argsort(1, kind="stable")[:, ::-1]


def _first(xp, rows, k, largest, ordered):
    """The places of the `k` largest or smallest elements of each row."""
    count = rows.shape[1]
    if not k or not len(rows):
        return xp.zeros((len(rows), k), dtypes.int64.numpy)

    if k == 1 and 64 <= count:  # PyTorch's heap of one element keeps the first of equal ones
        return xp.asarray(keys_of(of_numpy(xp, rows), largest).argmin(1)[:, None])

    if xp is np and 0 < rows.size <= TINY:
        return _first_of(keys_of(rows, largest), k, ordered)
    if xp is np and 64 * k <= count and len(rows) <= 8:
        return np.array([first_of_many(row, k, largest) for row in rows])

    # All that are not smaller than the k-th largest. With NaN or equal ones among them, that is not k different numbers.
    edge = count - k if largest else k - 1
    parted = xp.partition(rows, edge, 1)
    bound, values = parted[:, edge, None], xp.sort(parted[:, edge:] if largest else parted[:, :k], 1)
    chosen = rows >= bound if largest else rows <= bound
    doubtful = (chosen.sum(1) != k) | (values[:, 1:] == values[:, :-1]).any(1) | (values[:, -1] != values[:, -1])
    if not ordered and 64 * k > count and not _left_there(xp, rows):
        doubtful[:] = True

    places, clear = xp.empty((len(rows), k), dtypes.int64.numpy), ~doubtful
    if clear.any():
        some, chosen = (rows, chosen) if clear.all() else (rows[clear], chosen[clear])
        found = xp.flatnonzero(chosen).reshape(-1, k)
        ranks = some.reshape(-1)[found].argsort(1)
        places[clear] = xp.take_along_axis(found, ranks[:, ::-1] if largest else ranks, 1) % count
    return settle(xp, rows, places, doubtful, lambda keys: _first_of(keys, k, ordered), largest)


def _first_of(keys, k, ordered):
    """The same by PyTorch's steps: a few of many with a heap, more by dividing the rows."""
    if 64 * k <= keys.shape[1]:
        return partial_sort(keys, k)
    places = nth_element(keys, k - 1)[:, :k]
    if ordered:
        before = places[:, :-1]
        before[...] = np.take_along_axis(before, sorted_places(np.take_along_axis(keys, before, 1)), 1)
    return places


def sort(input, dim=-1, descending=False, *, stable=False):
    """Return the elements in order along `dim`, and the places they came from; NaN counts as the largest number.

    `stable`: equal elements keep their order. Otherwise their places are PyTorch's; of more than 2**17 elements on a GPU, they keep
    their order. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.sort(torch.tensor([3., 1., 2.])).indices
    tensor([1, 2, 0])

    Source: https://pytorch.org/docs/2.13/generated/torch.sort.html
    """
    if input.is_complex():
        raise RuntimeError(explain(" Sort does not support complex dtypes on CPU", "complex numbers have no order", "sort x.abs()"))
    return sort_result(*Sort.apply(input, axis=axis_of(dim, input.shape), descending=descending, stable=stable))


def argsort(input, dim=-1, descending=False, stable=False):
    """Return the places that put the elements in order along `dim`; of equal ones as `sort` does.

    Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.argsort(torch.tensor([3., 1., 2.]))
    tensor([1, 2, 0])

    Source: https://pytorch.org/docs/2.13/generated/torch.argsort.html
    """
    return sort(input, dim, descending, stable=stable).indices


def msort(input):
    """Return the elements in order along the first axis. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.msort(torch.tensor([3., 1., 2.]))
    tensor([1., 2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.msort.html
    """
    return sort(input, 0).values


def topk(input, k, dim=-1, largest=True, sorted=True):
    """Return the `k` largest (or smallest) elements along `dim`, in order, and their places; NaN counts as the largest number.

    Of equal elements the places are PyTorch's. Without `sorted` so is the order; of more than 2**17 elements on a GPU, it is as
    with it. Raises RuntimeError for a k outside the row, for bools and for complex numbers.

    >>> import workbook as torch
    >>> torch.topk(torch.tensor([3., 1., 2.]), 2).values
    tensor([3., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.topk.html
    """
    k, axis = counted(how_many("topk", k)), axis_of(dim, input.shape)
    if input.is_complex():
        raise RuntimeError(explain(" topk does not support complex dtypes on CPU", "complex numbers have no order", "ask x.abs()"))
    if input.dtype is dtypes.bool_:
        raise RuntimeError(explain("topk does not support bool dtypes on CPU", "of True and False many are equal", "ask x.int()"))
    if not 0 <= k <= (input.shape[axis] if input.ndim else 1):
        raise RuntimeError(explain("selected index k out of range", f"axis {axis} of {shape_text(input.shape)} has fewer than "
                                   f"{k} elements", None))
    return topk_result(*Topk.apply(input, axis=axis, k=k, largest=largest, ordered=sorted))


def how_many(name, k):
    """Return `k` as a Python number. Raises TypeError for what is no whole number."""
    if not is_length(k):
        raise TypeError(explain(f"{name}(): argument 'k' (position 2) must be int, not {type(k).__name__}",
                                "it counts elements", "write a whole number"))
    return length_of(k)
