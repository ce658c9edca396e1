"""Differences of neighbours, and areas under a curve."""

from workbook import dtypes
from workbook.errors import explain
from workbook.ops.arithmetic import add, div, mul, sub
from workbook.ops.comparison import logical_xor
from workbook.ops.creation import zeros
from workbook.ops.joining import cat
from workbook.ops.parts import narrow
from workbook.ops.reduction import sum
from workbook.ops.scans import cumsum
from workbook.ops.shape import clone, reshape
from workbook.tensor import axis_of


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
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0 and prepend is None and append is None:
        return clone(input)
    axis = axis_of(dim, input.ndim)
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

    >>> import workbook as torch
    >>> torch.trapezoid(torch.tensor([1., 2., 3.]))
    tensor(4.)

    Source: https://pytorch.org/docs/2.13/generated/torch.trapezoid.html
    """
    axis = _axis_of("trapezoid", y, x, dim)
    if not y.shape[axis]:
        return zeros([side for place, side in enumerate(y.shape) if place != axis], dtype=y.dtype, device=y.device)
    pairs, step = _pairs("trapezoid", y, x, dx, axis)
    if x is None:
        return mul(sum(pairs, axis), step / 2)
    return div(sum(mul(pairs, step), axis), 2.)


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the running areas under points, joined by lines, along `dim`; one fewer than points.

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
        raise RuntimeError(f"{name}: received a bool input for `x` or `y`, but bool is not supported")
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
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = reshape(x, [-1 if place == axis else 1 for place in range(y.ndim)])
    return pairs, diff(x, dim=axis if x.ndim == y.ndim else axis - y.ndim)
