"""Differences of neighbours, and areas under a curve."""

from workbook import dtypes
from workbook.axes import axes_among, axis_of
from workbook.errors import explain
from workbook.numbers import counted
from workbook.ops.arithmetic import add, div, mul, sub
from workbook.ops.creation import zeros
from workbook.ops.joining import cat
from workbook.ops.logic import logical_xor
from workbook.ops.parts import narrow, select
from workbook.ops.reduction import sum
from workbook.ops.scans import cumsum
from workbook.ops.shape import clone, reshape
from workbook.tensor import Tensor


def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Return the differences of neighbours along `dim`, taken `n` times; `prepend` and `append` are joined on before.

    Raises RuntimeError for a single number and for a negative n.

    >>> import workbook as torch
    >>> torch.diff(torch.tensor([1, 3, 2]))
    tensor([ 2, -1])

    Source: https://pytorch.org/docs/2.13/generated/torch.diff.html
    """
    if not input.ndim:
        raise RuntimeError(explain("diff expects input to be at least one-dimensional", "a single number has no neighbour", None))
    if counted(n) < 0:
        raise RuntimeError(explain(f"order must be non-negative but got {n}",
                                   "it says how often differences are taken", "write n=1"))
    if n == 0 and prepend is None and append is None:
        return clone(input)
    for part in (prepend, append):
        if part is not None and part.ndim != input.ndim:
            raise RuntimeError(explain("diff expects prepend or append to be the same dimension as input",
                                       f"they are joined along an axis: {part.ndim} axes against {input.ndim}", "write part.reshape(...)"))
    axis = axis_of(dim, input.shape)
    if prepend is not None or append is not None:
        input = cat([part for part in (prepend, input, append) if part is not None], axis)
    side = input.shape[axis]
    for _ in range(min(n, side)):
        side -= 1
        before, after = narrow(input, axis, 0, side), narrow(input, axis, 1, side)
        input = logical_xor(after, before) if input.dtype is dtypes.bool_ else sub(after, before)
    return input


def trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the area under points, joined by lines, along `dim`; they stand `dx` apart, or at the places `x`.

    Raises RuntimeError for bools, and where `x` has not one place for each point.

    >>> import workbook as torch
    >>> torch.trapezoid(torch.tensor([1., 2., 3.]))
    tensor(4.)

    Source: https://pytorch.org/docs/2.13/generated/torch.trapezoid.html
    """
    axis = _axis_of("trapezoid", y, x, dim)
    if x is None and isinstance(dx, (bool, complex)):
        raise RuntimeError(explain("trapezoid: Currently, we only support dx as a real number.", "points stand a distance apart", "write dx=1."))
    if not y.shape[axis]:
        return zeros([side for place, side in enumerate(y.shape) if place != axis], dtype=y.dtype, device=y.device)
    pairs, step = _pairs("trapezoid", y, x, dx, axis)
    if x is None:
        return mul(sum(pairs, axis), step / 2)
    return div(sum(mul(pairs, step), axis), 2.)


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the running areas under points, joined by lines, along `dim`; one fewer than points.

    Raises RuntimeError for bools, and where `x` has not one place for each point.

    >>> import workbook as torch
    >>> torch.cumulative_trapezoid(torch.tensor([1., 2., 3.]))
    tensor([1.5000, 4.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.cumulative_trapezoid.html
    """
    axis = _axis_of("cumulative_trapezoid", y, x, dim)
    pairs, step = _pairs("cumulative_trapezoid", y, x, dx, axis)
    return cumsum(mul(pairs, step / 2) if x is None else div(mul(pairs, step), 2.), axis)


def _axis_of(name, y, x, dim):
    if y.dtype is dtypes.bool_ or x is not None and x.dtype is dtypes.bool_:
        raise RuntimeError(explain(f"{name}: received a bool input for `x` or `y`, but bool is not supported",
                                   "an area is made of numbers", "convert it: y.float()"))
    if not y.ndim:
        raise IndexError(explain(f"Dimension specified as {dim} but tensor has no dimensions", "a single point has no area", None))
    return axis_of(dim, y.ndim)


def _pairs(name, y, x, dx, axis):
    """The sums of neighbours, and how far apart they stand."""
    count = max(y.shape[axis] - 1, 0)
    pairs = add(narrow(y, axis, 0, count), narrow(y, axis, 1, count)) if y.shape[axis] else y
    if x is None:
        return pairs, dx
    if x.ndim == 1:
        if x.shape[0] != y.shape[axis]:
            raise RuntimeError(explain(f"{name}: There must be one `x` value for each sample point",
                                       "each point has a height in y and a place in x", "give x the length of that axis of y"))
        x = reshape(x, [-1 if place == axis else 1 for place in range(y.ndim)])
    return pairs, diff(x, dim=axis if x.ndim >= y.ndim else axis - y.ndim)


def gradient(input, *, spacing=None, dim=None, edge_order=1):
    """Return the slope along each axis (or each of `dim`), a tuple: half the difference of the two neighbours, of one at the ends.

    `spacing`: how far apart the points stand, one number, one for each axis, or a Tensor of places for each axis. `edge_order=2`
    puts a parabola through the last three points at the ends. Raises RuntimeError where an axis has too few points.

    >>> import workbook as torch
    >>> torch.gradient(torch.tensor([1., 4., 9.]))
    (tensor([3., 4., 5.]),)

    Source: https://pytorch.org/docs/2.13/generated/torch.gradient.html
    """
    if input.dtype is dtypes.uint8:
        raise RuntimeError(explain("torch.gradient does not support uint8 input.", "a difference may be negative, and bytes hold no sign",
                                   "write x.float()"))
    dims = tuple(range(input.ndim)) if dim is None else (dim,) if isinstance(dim, int) else dim
    if isinstance(spacing, Tensor):
        raise TypeError(explain("gradient() received an invalid combination of arguments - got (Tensor, spacing=Tensor)",
                                "each axis has its own places", "write spacing=(places,)"))
    steps = list(spacing) if isinstance(spacing, (tuple, list)) else [1 if spacing is None else spacing] * len(dims)
    if len(steps) != len(dims):
        raise RuntimeError(explain(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same "
            "length, but "
            f"got a spacing argument of length {len(steps)} and a dim argument of length {len(dims)}.", "each axis has one spacing",
            "give as many as axes"))
    axes = axes_among(dims, input.shape)
    if len(set(axes)) < len(axes):
        raise RuntimeError(explain(f"dim {axes[-1]} appears multiple times in the list of dims",
                                   "an axis goes away once", "name every axis once"))
    if edge_order not in (1, 2):
        raise RuntimeError(explain("torch.gradient only supports edge_order=1 and edge_order=2.", f"it is {edge_order}",
                                   "leave it out"))
    for axis in axes:
        if input.shape[axis] < edge_order + 1:
            raise RuntimeError(explain("torch.gradient expected each dimension size to be at least edge_order+1",
                                       f"axis {axis} of {list(input.shape)} has {input.shape[axis]}",
                                       "name the other axes with dim="))
    return tuple((_slope_at_places if isinstance(step, Tensor) else _slope)(input, axis, step, edge_order)
                 for axis, step in zip(axes, steps))


def _slope(input, axis, step, edge_order):
    side = input.shape[axis]

    def at(place, length=1):
        return narrow(input, axis, place % side, length)

    inside = div(sub(at(2, side - 2), at(0, side - 2)), 2 * step) if side > 2 else []
    if edge_order == 1:
        ends = div(sub(at(1), at(0)), step), div(sub(at(-1), at(-2)), step)
    else:
        # in PyTorch's order, from the first point to the last: where terms cancel, the digits that are left depend on it
        ends = (div(add(add(mul(at(0), -1.5), mul(at(1), 2.)), mul(at(2), -0.5)), step),
                div(add(add(mul(at(-3), 0.5), mul(at(-2), -2.)), mul(at(-1), 1.5)), step))
    return cat([ends[0], *([inside] if side > 2 else []), ends[1]], axis)


def _slope_at_places(input, axis, places, edge_order):
    """The same for points that are not equally far apart: the slope of the parabola through three of them (as NumPy's gradient)."""
    side, shape = input.shape[axis], [1] * input.ndim

    def at(place, length=1):
        return narrow(input, axis, place % side, length)

    def step(place):  # one number, which leaves the points in their dtype
        return select(wide, 0, place)

    def steps(start, length):
        return reshape(narrow(wide, 0, start, length), (*shape[:axis], length, *shape[axis + 1:]))

    def parabola(points, weights):
        return add(add(mul(weights[0], points[0]), mul(weights[1], points[1])), mul(weights[2], points[2]))

    if places.ndim != 1 or places.shape[0] != side:
        raise RuntimeError(explain("torch.gradient expected each element of spacing to have one dimension, of the length of its "
                                   "axis, but got "
                                   f"one of shape {list(places.shape)}", f"axis {axis} has {side} points",
                                   "give one place for each point"))
    wide = diff(places)
    parts = []
    if edge_order == 1:
        first, last = div(sub(at(1), at(0)), step(0)), div(sub(at(-1), at(-2)), step(-1))
    else:
        h, k = step(0), step(1)
        first = parabola((at(0), at(1), at(2)), (div(-(2. * h + k), h * (h + k)), div(h + k, h * k), div(-h, k * (h + k))))
        h, k = step(-2), step(-1)
        last = parabola((at(-3), at(-2), at(-1)), (div(k, h * (h + k)), div(-(k + h), h * k), div(2. * k + h, k * (h + k))))
    if side > 2:
        h, k = steps(0, side - 2), steps(1, side - 2)
        parts.append(parabola((at(0, side - 2), at(1, side - 2), at(2, side - 2)),
                              (div(-k, h * (h + k)), div(k - h, h * k), div(h, k * (h + k)))))
    return cat([first, *parts, last], axis)
