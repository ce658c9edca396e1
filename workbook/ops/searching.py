"""Finding: the places that are not zero, different values, places in an ordered row."""

import math

from workbook import dtypes
from workbook.autograd.elsewhere import made
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.formats import contiguous_format, with_steps
from workbook.ops.axes import unsqueeze
from workbook.ops.elementwise import NUMBERS, not_implemented
from workbook.ops.from_data import tensor
from workbook.ops.joining import unbind
from workbook.ops.quotients import floor_divide, remainder
from workbook.ops.shape import clone, sizes
from workbook.tensor import Tensor


class Nonzero(Operation):
    """The places that are not zero, one row each."""

    differentiable = False

    def forward(ctx, a, *, axes_first):
        places = ctx.xp.nonzero(ctx.xp.atleast_1d(a) if axes_first else a) if a.ndim or axes_first else ()
        if axes_first:
            return tuple([along.copy() for along in places])
        if not places:
            count = int(a != 0)
            return with_steps(ctx.xp, ctx.xp.zeros((count, 0), dtypes.int64.numpy), (1, count))
        return with_steps(ctx.xp, ctx.xp.stack(places).swapaxes(0, 1), (1, len(places[0])))


def nonzero(input, *, as_tuple=False):
    """Return the places of the elements that are not zero, (count, axes); with `as_tuple`, one index Tensor for each axis.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> x = torch.tensor([[0, 1], [2, 0]])
    >>> torch.nonzero(x)
    tensor([[0, 1],
            [1, 0]])
    >>> x[x.nonzero(as_tuple=True)]
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nonzero.html
    """
    return Nonzero.apply(input, axes_first=as_tuple)


def argwhere(input):
    """Return the places of the elements that are not zero, (count, axes), as `nonzero`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.argwhere(torch.tensor([0, 3]))
    tensor([[1]])

    Source: https://pytorch.org/docs/2.13/generated/torch.argwhere.html
    """
    return nonzero(input)


class Unique(Operation, name="Unique2Backward0"):
    """Different values, where each element's value stands among them, and how many there are of each."""

    def forward(ctx, a, *, axis, consecutive):
        xp = ctx.xp
        rows = a.reshape(-1, 1) if axis is None else xp.moveaxis(a, axis, 0).reshape(a.shape[axis], -1)
        count = len(rows)
        places = xp.arange(count) if consecutive or not count else xp.lexsort(rows.T[::-1]) if rows.shape[1] else xp.arange(count)
        ordered = rows[places]
        new = xp.ones(count, bool)
        new[1:] = (ordered[1:] != ordered[:-1]).any(1)
        inverse = xp.empty(count, dtypes.int64.numpy)
        inverse[places] = xp.cumsum(new) - 1
        starts = xp.nonzero(new)[0]
        counts = xp.diff(xp.append(starts, count)).astype(dtypes.int64.numpy)
        if axis is None:
            return ordered[starts, 0], inverse.reshape(a.shape), counts
        rest = xp.moveaxis(a, axis, 0)[places[starts]]
        return xp.moveaxis(xp.ascontiguousarray(rest), 0, axis), inverse, counts

    def backward(ctx, *grads):
        raise NotImplementedError(explain("the derivative for 'unique' is not implemented.",
                                          "which values are equal does not change by small steps", "detach first: x.detach().unique()"))


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """Return the different values in order; along `dim`, the different slices.

    `return_inverse`: also where each element stands among them; `return_counts`: also how many there are of each. Each NaN is a value of
    its own. Raises NotImplementedError for complex numbers, RuntimeError for slices of nothing.

    >>> import workbook as torch
    >>> torch.unique(torch.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))

    Source: https://pytorch.org/docs/2.13/generated/torch.unique.html
    """
    return _unique(input, return_inverse, return_counts, dim, consecutive=False)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """Return the values without repetitions that follow each other; along `dim`, the slices. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.unique_consecutive(torch.tensor([1, 1, 2, 1]))
    tensor([1, 2, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.unique_consecutive.html
    """
    return _unique(input, return_inverse, return_counts, dim, consecutive=True)


def _unique(input, return_inverse, return_counts, dim, consecutive):
    axis = None if dim is None else axis_of(dim, input.shape)
    if input.is_complex():
        raise not_implemented("unique", input._array)
    if axis is not None and not input.ndim:
        axis = None
    if axis is not None and 0 in input.shape:
        if 0 in (*input.shape[:axis], *input.shape[axis + 1:]):
            raise RuntimeError(explain("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied",
                                       f"the slices of shape {shape_text(input.shape)} along axis {axis} hold nothing to compare", None))
        nothing = made(input._device, lambda xp: xp.zeros(0, dtypes.int64.numpy))
        found = (clone(input, memory_format=contiguous_format), *[nothing] * return_inverse, *[nothing] * return_counts)
        return found if len(found) > 1 else found[0]
    values, inverse, counts = Unique.apply(input, axis=axis, consecutive=consecutive)
    found = (values, *[inverse] * return_inverse, *[counts] * return_counts)
    return found if len(found) > 1 else values


class Searchsorted(Operation):
    """Where each value would stand in an ordered row."""

    differentiable = False

    def forward(ctx, row, values, sorter, *, right, kind):
        xp, side = ctx.xp, "right" if right else "left"
        if sorter is not None:
            row = xp.take_along_axis(row, sorter, -1)
        if row.ndim == 1:
            return xp.asarray(xp.searchsorted(row, values, side)).astype(kind)
        out = xp.empty(values.shape, kind)
        for place in xp.ndindex(*row.shape[:-1]):
            out[place] = xp.searchsorted(row[place], values[place], side)
        return out


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Return the places at which the values of `input` would be put into the ordered rows of `sorted_sequence`.

    `right` (or `side="right"`): behind equal ones. `sorter`: the places that put the rows in order. Raises RuntimeError where the rows do
    not belong to those of `input`.

    >>> import workbook as torch
    >>> torch.searchsorted(torch.tensor([1., 3., 5.]), torch.tensor([3., 4.]))
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.searchsorted.html
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(explain(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}",
                                   "a value goes before its equals, or behind them", "write 'left' or 'right'"))
    if side == "left" and right:
        raise RuntimeError(explain(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
            "both say on which side of its equals a value goes", "give one of them"))
    if not isinstance(input, Tensor):
        if not isinstance(input, NUMBERS):
            raise not_a_tensor("searchsorted", "input", 2, input)
        input = tensor(input, device=sorted_sequence.device)
    row, shape = sorted_sequence.shape, input.shape
    if not row:
        raise RuntimeError(explain(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor "
            f"dim({len(row)}) and input value's dim({len(shape)}) numel({input.numel()})", "a single number is no row to search in",
            "give a vector of boundaries"))
    if len(row) != 1 and (len(row) != len(shape) or row[:-1] != shape[:-1]):
        raise RuntimeError(explain(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value "
            f"tensor must match, but we got boundaries tensor {shape_text(row)} and input value tensor {shape_text(shape)}",
            "each row is searched for the values of its own row", None))
    if sorter is not None and sorter.shape != row:
        raise RuntimeError(explain(
            f"torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor {shape_text(row)}and got "
            f"sorter tensor {shape_text(sorter.shape)}",
            "the sorter holds a place for each boundary", "sort the boundaries and give the places that sort returns"))
    if sorted_sequence.is_complex() or sorted_sequence.dtype is input.dtype is dtypes.bool_:
        raise not_implemented("searchsorted_out_cpu", sorted_sequence._array)
    met = dtypes.result_type([sorted_sequence._array, input._array])
    return Searchsorted.apply(sorted_sequence.to(met), input.to(met), sorter, right=right or side == "right",
                              kind=(dtypes.int32 if out_int32 else dtypes.int64).numpy)


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """Return for each value the number of the bucket between the ordered `boundaries`, one row, in which it lies.

    Raises RuntimeError for boundaries that are no vector, NotImplementedError for complex ones.

    >>> import workbook as torch
    >>> torch.bucketize(torch.tensor([0., 2.]), torch.tensor([1., 3.]))
    tensor([0, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.bucketize.html
    """
    if isinstance(input, Tensor) and input.is_complex():
        raise not_implemented("searchsorted_out_cpu", input._array)
    if boundaries.ndim != 1:
        raise RuntimeError(explain(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})",
                                   "the edges of the buckets are one ordered row", "flatten them: boundaries.flatten()"))
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


class Isin(Operation):
    """out = whether each element is among others"""

    differentiable = False

    def forward(ctx, a, others, *, invert):
        return ctx.xp.asarray(ctx.xp.isin(a, others, invert=invert))


def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Return for each of `elements` whether it is among `test_elements`; with `invert`, whether it is not. One may be a number.

    Raises RuntimeError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    tensor([False,  True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.isin.html
    """
    if not isinstance(elements, Tensor) and not isinstance(test_elements, Tensor):
        raise TypeError(explain("isin() received an invalid combination of arguments", "two numbers are compared by Python",
                                "write x == y, or make one of them a Tensor"))
    for given in (elements, test_elements):
        if isinstance(given, int):
            dtypes.within_64_bits(given)
        kind = given.dtype if isinstance(given, Tensor) else dtypes.of_number(given)
        if kind.category in (dtypes.BOOL, dtypes.COMPLEX):
            raise RuntimeError(explain(f"Unsupported input type encountered for isin(): {kind.legacy}",
                                       f"one of them holds {kind}", "convert it first: x.int()"))
    return Isin.apply(elements, test_elements, invert=invert)


def unravel_index(indices, shape):
    """Return, for places counted in order through a tensor of `shape`, their places along each axis: a tuple of int64 Tensors.

    Raises TypeError for indices that are not whole numbers.

    >>> import workbook as torch
    >>> torch.unravel_index(torch.tensor([3, 5]), (2, 3))
    (tensor([1, 1]), tensor([0, 2]))

    Source: https://pytorch.org/docs/2.13/generated/torch.unravel_index.html
    """
    if not isinstance(indices, Tensor):
        raise not_a_tensor("unravel_index", "indices", 1, indices)
    if indices.dtype.category not in (dtypes.BOOL, dtypes.INTEGRAL) or indices.dtype is dtypes.bool_:
        raise TypeError(explain(f"expected 'indices' to be integer dtype, but got {indices.dtype}", "places are counted", "write indices.long()"))
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    for side in shape:
        if not isinstance(side, int):
            raise TypeError(explain(f"expected 'shape' sequence to only contain ints, but got {type(side)}", "a length is a whole number", "write ints"))
        if side < 0:
            raise ValueError(explain(f"'shape' cannot have negative values, but got {shape}", "a length is at least 0", "write x.shape"))
    shape = sizes((shape,))
    if 0 in shape:
        raise RuntimeError(explain("ZeroDivisionError", f"a tensor of shape {shape} has no places", "check the shape"))
    behind = [math.prod(shape[axis + 1:]) for axis in range(len(shape))]  # places that one step along an axis passes
    rows, sides = (made(indices._device, lambda xp: xp.asarray(numbers, dtypes.int64.numpy)) for numbers in (behind, shape))
    return unbind(remainder(floor_divide(unsqueeze(indices, -1), rows), sides), -1)
