"""What an order tells: the median, the most frequent, the k-th smallest."""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, shape_text
from workbook.formats import of_numpy
from workbook.ops.choices import where
from workbook.ops.elementwise import not_implemented
from workbook.ops.extremes import Places, filled_axis, named_result, taken
from workbook.ops.few import TINY, most_frequent_of_few
from workbook.ops.keys import keys_of
from workbook.ops.ordering import along, how_many, settle
from workbook.ops.scans import accumulated
from workbook.ops.selection import last_place, nth_element, quickselect, sorted_places

median_result = named_result("median", "values", "indices")
nanmedian_result = named_result("nanmedian", "values", "indices")
mode_result = named_result("mode", "values", "indices")
kthvalue_result = named_result("kthvalue", "values", "indices")


class Kthvalue(Places):
    """The k-th smallest of each row along `axis`, and its place."""

    def forward(ctx, a, *, axis, keepdim, k):
        xp = ctx.xp

        def choose(rows):
            if xp is np and 0 < rows.size <= TINY:
                return quickselect(keys_of(rows), k - 1)[:, k - 1:k]
            same = rows == xp.partition(rows, k - 1, 1)[:, k - 1, None]
            places = same.argmax(1)[:, None]
            return settle(xp, rows, places, same.sum(1) != 1, lambda keys: quickselect(keys, k - 1)[:, k - 1])

        return taken(ctx, a, axis, keepdim, lambda: along(xp, a, axis, choose))


class Median(Places, name="MedianBackward1"):
    """The middle of each row along `axis`, and its place; the lower one of two. A NaN is the median, or does not count.

    Equal elements count in the order in which they stand.
    """

    def forward(ctx, a, *, axis, keepdim, skip):
        xp = ctx.xp

        def choose(rows):
            missing = rows != rows
            middle = (xp.maximum(rows.shape[1] - missing.sum(1, keepdims=True), 1) - 1) // 2
            value = xp.take_along_axis(xp.sort(rows, 1), middle, 1)
            before = (rows < value).sum(1, keepdims=True)
            places = ((rows == value).cumsum(1) > middle - before).argmax(1)[:, None]
            if not skip:
                return xp.where(missing.any(1, keepdims=True), missing.argmax(1)[:, None], places)
            nothing_else = missing.all(1)  # there PyTorch names what its search ends at
            return settle(xp, rows, places, nothing_else, lambda keys: nth_element(keys, 0)[:, 0])

        return taken(ctx, a, axis, keepdim, lambda: along(xp, a, axis, choose))


class Nanmedian(Median, name="NanmedianBackward1"):
    """The middle of each row along `axis`, where NaN does not count."""


class MedianAll(Operation, name="MedianBackward0"):
    """out = the middle of all elements; equal ones share the gradient"""

    def forward(ctx, a, *, skip):
        xp, missing = ctx.xp, int((a != a).sum())
        if not a.size:
            ctx.keep(a == a, a.dtype.type(1))
            return xp.asarray(_of_nothing(a.dtype)).astype(a.dtype)
        ordered = xp.sort(a, None)  # NaN last
        out = ordered[-1] if missing and not skip else ordered[(max(a.size - missing, 1) - 1) // 2]
        same = a == out if out == out else a != a
        ctx.keep(same, same.sum())
        return out

    def backward(ctx, grad):
        same, count = ctx.kept
        return (where(same, grad / count, 0.0),)


class NanmedianAll(MedianAll, name="NanmedianBackward0"):
    """out = the middle of all elements that are not NaN; equal ones share the gradient"""


class Mode(Places):
    """The most frequent of each row along `axis`, the smallest of several, and a place where it stands.

    That is the last one of equal elements, in the order in which the sort leaves them: in rows of up to 16 as they stood.
    """

    def forward(ctx, a, *, axis, keepdim):
        xp = ctx.xp

        def choose(rows):
            if xp is np and 0 < rows.size <= TINY and not (rows != rows).any():
                return np.array([[most_frequent_of_few(row)] for row in rows.tolist()])
            values = xp.sort(rows, 1)
            own = xp.arange(rows.shape[1])
            changes = xp.ones(values.shape, bool)  # equal ones stand together; where does each group begin?
            changes[:, 1:] = values[:, 1:] != values[:, :-1]
            longest = own - accumulated(xp, xp.maximum, xp.where(changes, own, 0), 1)
            best = longest.argmax(1)[:, None]  # the first of several, the smallest value
            same = rows == xp.take_along_axis(values, best, 1)
            places = rows.shape[1] - 1 - same[:, ::-1].argmax(1)[:, None]
            missing = (rows != rows).any(1)
            for i in xp.nonzero(missing)[0].tolist():
                places[i] = _most_frequent(rows[i].tolist())
            doubtful = (same.sum(1) > 1) & (rows.shape[1] > 16) & ~missing
            value = xp.take_along_axis(values, best, 1)[doubtful, 0]
            return settle(xp, rows, places, doubtful, lambda keys: last_place(keys, of_numpy(xp, value)))

        return taken(ctx, a, axis, keepdim, lambda: along(xp, a, axis, choose))


def _most_frequent(keys):
    """The same for a row with NaN, as PyTorch finds it: sorted by `<`, which NaN puts out of order; then groups are counted."""
    places = sorted_places(np.array([keys]))[0].tolist()
    best, longest, length = places[0], 0, 0
    for place, following in zip(places, [*places[1:], None]):
        length += 1
        if following is None or keys[place] != keys[following]:
            if length > longest:
                best, longest = place, length
            length = 0
    return best


def median(input, dim=None, keepdim=False):
    """Return the middle of all elements in order, the lower one of two; along `dim`, of each row, and its place.

    A NaN is the median. Raises NotImplementedError for bools, IndexError along an empty axis.

    >>> import workbook as torch
    >>> torch.median(torch.tensor([4., 1., 3., 2.]))
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.median.html
    """
    return _median("median", input, dim, keepdim, MedianAll, Median, median_result)


def nanmedian(input, dim=None, keepdim=False):
    """Return the middle of all elements that are not NaN, the lower one of two; along `dim`, of each row, and its place.

    Raises NotImplementedError for bools and complex numbers, IndexError along an empty axis.

    >>> import workbook as torch
    >>> torch.nanmedian(torch.tensor([4., float("nan"), 3.]))
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nanmedian.html
    """
    return _median("nanmedian", input, dim, keepdim, NanmedianAll, Nanmedian, nanmedian_result)


def _median(name, input, dim, keepdim, whole, along, result):
    skip = name == "nanmedian"
    axis = None if dim is None else filled_axis("median", input, dim)
    if input.dtype.category in (dtypes.BOOL, dtypes.COMPLEX) and (dim is not None or input.numel()):
        raise not_implemented("median_cpu" if dim is None else "median_out", input._array)
    if dim is None:
        return whole.apply(input, skip=skip)
    return result(*along.apply(input, axis=axis, keepdim=keepdim, skip=skip))


def _of_nothing(kind):
    """PyTorch's median of nothing: NaN, or what C makes of it: the smallest integer of 32 or 64 bits, whose last bits are 0."""
    return {"i": -(1 << 8 * kind.itemsize - 1) if kind.itemsize >= 4 else 0, "u": 0, "b": True}.get(kind.kind, math.nan)


def mode(input, dim=-1, keepdim=False):
    """Return the most frequent element of each row along `dim`, the smallest of several, and a place where it stands.

    Raises IndexError along an empty axis.

    >>> import workbook as torch
    >>> torch.mode(torch.tensor([3., 1., 3., 2.])).values
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/generated/torch.mode.html
    """
    if input.is_complex():
        raise not_implemented("mode", input._array)
    return mode_result(*Mode.apply(input, axis=filled_axis("mode", input, dim), keepdim=keepdim))


def kthvalue(input, k, dim=-1, keepdim=False):
    """Return the k-th smallest element of each row along `dim`, counted from 1, and its place.

    Raises RuntimeError for a k outside the row, IndexError along an empty axis.

    >>> import workbook as torch
    >>> torch.kthvalue(torch.tensor([4., 1., 3.]), 2).values
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/generated/torch.kthvalue.html
    """
    k, axis = how_many("kthvalue", k), filled_axis("kthvalue", input, dim)
    count = input.shape[axis] if input.ndim else 1
    if not 1 <= k <= count:
        raise RuntimeError(explain(f"kthvalue(): selected number k out of range for dimension {axis}",
                                   f"axis {axis} of {shape_text(input.shape)} has {count} elements, and k is {k}",
                                   f"choose k from 1 to {count}"))
    if input.ndim and input.dtype.category in (dtypes.BOOL, dtypes.COMPLEX):
        raise not_implemented("kthvalue_cpu", input._array)
    return kthvalue_result(*Kthvalue.apply(input, axis=axis, keepdim=keepdim, k=k))
