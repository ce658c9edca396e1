"""What an order tells: the median, the most frequent, the k-th smallest."""

from workbook import dtypes
from workbook.errors import explain, shape_text
from workbook.ops.creation import full
from workbook.ops.elementwise import not_implemented
from workbook.ops.extremes import Places, filled_axis, named_result, order, sort, taken
from workbook.ops.scans import accumulated
from workbook.ops.shape import reshape

median_result = named_result("median", "values", "indices")
nanmedian_result = named_result("nanmedian", "values", "indices")
mode_result = named_result("mode", "values", "indices")
kthvalue_result = named_result("kthvalue", "values", "indices")


class Kthvalue(Places):
    """The k-th smallest of each row along `axis`, and its place."""

    def forward(ctx, a, *, axis, keepdim, k):
        def choose():
            return order(a, axis, False)[(slice(None),) * axis + (slice(k - 1, k),)]

        return taken(ctx, a, axis, keepdim, choose)


class Median(Places, name="MedianBackward1"):
    """The middle of each row along `axis`, and its place; the lower one of two. A NaN is the median, or does not count."""

    def forward(ctx, a, *, axis, keepdim, skip):
        def choose():
            places = order(a, axis, False)
            missing = (a != a).sum(axis, keepdims=True)
            count = a.shape[axis]
            middle = (ctx.xp.maximum(count - missing, 1) - 1) // 2
            if not skip:
                middle = ctx.xp.where(missing > 0, count - missing, middle)  # the first NaN: they stand last
            return ctx.xp.take_along_axis(places, middle, axis)

        return taken(ctx, a, axis, keepdim, choose)


class Nanmedian(Median, name="NanmedianBackward1"):
    """The middle of each row along `axis`, where NaN does not count."""


class MedianAll(Median, name="MedianBackward0"):
    """The middle of all elements."""


class NanmedianAll(Median, name="NanmedianBackward0"):
    """The middle of all elements that are not NaN."""


class Mode(Places):
    """The most frequent of each row along `axis`, the smallest of several; and the last place where it stands."""

    def forward(ctx, a, *, axis, keepdim):
        def choose():
            xp, places = ctx.xp, order(a, axis, False)
            values = xp.take_along_axis(a, places, axis)
            at = (slice(None),) * axis
            own = xp.arange(values.shape[axis]).reshape((-1,) + (1,) * (a.ndim - 1 - axis))
            changes = xp.ones(values.shape, bool)  # equal ones stand together; where does each group begin?
            changes[at + (slice(1, None),)] = values[at + (slice(1, None),)] != values[at + (slice(None, -1),)]
            longest = own - accumulated(xp, xp.maximum, xp.where(changes, own, 0), axis)
            best = longest.argmax(axis, keepdims=True)  # the first of several, which is the smallest value
            return xp.take_along_axis(places, best, axis)

        return taken(ctx, a, axis, keepdim, choose)


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

    >>> import workbook as torch
    >>> torch.nanmedian(torch.tensor([4., float("nan"), 3.]))
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/generated/torch.nanmedian.html
    """
    return _median("nanmedian", input, dim, keepdim, NanmedianAll, Nanmedian, nanmedian_result)


def _median(name, input, dim, keepdim, whole, along, result):
    skip = name == "nanmedian"
    axis = None if dim is None else filled_axis("median", input, dim)
    if dim is None and not input.numel():
        return _of_nothing(input)
    if input.dtype.category in (dtypes.BOOL, dtypes.COMPLEX):
        raise not_implemented("median_cpu" if dim is None else "median_out", input._array)
    if dim is None:
        return whole.apply(reshape(input, (-1,)), axis=0, keepdim=False, skip=skip)[0]
    return result(*along.apply(input, axis=axis, keepdim=keepdim, skip=skip))


def _of_nothing(input):
    """PyTorch's median of nothing: NaN, or what NaN becomes in C: the smallest integer."""
    kind = input._array.dtype
    value = {"f": float("nan"), "b": True, "u": 0, "i": -(1 << 8 * kind.itemsize - 1)}[kind.kind]
    return full((), value, dtype=input.dtype, device=input.device)


def mode(input, dim=-1, keepdim=False):
    """Return the most frequent element of each row along `dim`, the smallest of several, and the last place where it stands.

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
    axis = filled_axis("kthvalue", input, dim)
    count = input.shape[axis] if input.ndim else 1
    if not 1 <= k <= count:
        raise RuntimeError(explain(f"kthvalue(): selected number k out of range for dimension {axis}",
                                   f"axis {axis} of {shape_text(input.shape)} has {count} elements, and k is {k}",
                                   f"choose k from 1 to {count}"))
    if input.dtype.category in (dtypes.BOOL, dtypes.COMPLEX):
        raise not_implemented("kthvalue_cpu", input._array)
    return kthvalue_result(*Kthvalue.apply(input, axis=axis, keepdim=keepdim, k=k))


def msort(input):
    """Return the elements in order along the first axis.

    >>> import workbook as torch
    >>> torch.msort(torch.tensor([3., 1., 2.]))
    tensor([1., 2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.msort.html
    """
    return sort(input, 0).values
