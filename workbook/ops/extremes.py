"""The largest and the smallest element, and where they are."""

import collections

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, shape_text
from workbook.formats import in_order
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import maximum, minimum
from workbook.ops.elementwise import not_implemented
from workbook.ops.picks import ScatterAdd
from workbook.ops.reduction import axes_of, spread
from workbook.tensor import Tensor


def named_result(name, *fields):
    """A named tuple that prints as PyTorch's `torch.return_types`; its `into_out` is the one that `out=` gives."""
    made = _printed_as(name, fields)
    made.into_out = _printed_as(f"{name}_out", fields)
    return made


def _printed_as(name, fields):
    base = collections.namedtuple(name, fields)

    def shown(self):
        inner = ",\n".join(f"{field}={value!r}" for field, value in zip(fields, self))
        return f"torch.return_types.{name}(\n{inner})"

    return type(name, (base,), {"__repr__": shown, "__slots__": (), "__module__": __name__})


max_result = named_result("max", "values", "indices")
min_result = named_result("min", "values", "indices")
aminmax_result = named_result("aminmax", "min", "max")


class MaxAll(Operation, name="MaxBackward1"):
    """out = the largest element; equal ones share the gradient"""

    def forward(ctx, a, *, smallest):
        ctx.keep(_equal_share(ctx.xp, a, a.min() if smallest else a.max()))
        return a.min() if smallest else a.max()

    def backward(ctx, grad):
        (share,) = ctx.kept
        return grad * share


class MinAll(MaxAll, name="MinBackward1"):
    """out = the smallest element"""


class Amax(Operation):
    """out = the largest along `axes`; equal ones share the gradient"""

    def forward(ctx, a, *, axes, keepdim, smallest=False):
        out = _extreme_along(a, axes, smallest)
        ctx.save(a)  # PyTorch's derivative compares with it, and refuses a write to it
        ctx.keep(_equal_share(ctx.xp, a, out, axes))
        ctx.shape, ctx.axes, ctx.keepdim = a.shape, axes, keepdim
        return out if keepdim else out.squeeze(axes)

    def backward(ctx, grad):
        ctx.look_at_saved()
        (share,) = ctx.kept
        return (spread(grad, ctx.shape, ctx.axes, ctx.keepdim) * share,)


class Amin(Amax):
    """out = the smallest along `axes`; equal ones share the gradient"""


class Aminmax(Operation):
    """The smallest and the largest along `axes`; equal ones share the gradient."""

    def forward(ctx, a, *, axes, keepdim):
        low, high = (_extreme_along(a, axes, smallest) for smallest in (True, False))
        ctx.keep(_equal_share(ctx.xp, a, low, axes), _equal_share(ctx.xp, a, high, axes))
        ctx.shape, ctx.axes, ctx.keepdim = a.shape, axes, keepdim
        return (low, high) if keepdim else (low.squeeze(axes), high.squeeze(axes))

    def backward(ctx, low, high):
        low_share, high_share = ctx.kept
        return (spread(low, ctx.shape, ctx.axes, ctx.keepdim) * low_share
                + spread(high, ctx.shape, ctx.axes, ctx.keepdim) * high_share,)


def _extreme_along(a, axes, smallest):
    """With the axes kept; of no axes, the array itself."""
    return (a.min if smallest else a.max)(axes, keepdims=True).copy("C") if axes else a.copy()


def _equal_share(xp, a, extreme, axes=None):
    mask = a == extreme
    if axes is None:
        mask |= a != a  # where there is a NaN, it is the extreme; along axes PyTorch's gradient is NaN then
    return mask / mask.sum(axes, a.dtype, None, axes is not None) if a.dtype.kind == "f" else mask


class Places(Operation):
    """Operations that give the elements at chosen places along an axis, and the places."""

    def backward(ctx, grad, _):
        if not ctx.shape:
            return grad
        (places,) = ctx.saved
        if not ctx.keepdim:
            grad, places = unsqueeze(grad, ctx.axis), unsqueeze(places, ctx.axis)
        return (ScatterAdd.apply(grad, places, shape=ctx.shape, axis=ctx.axis),)


def taken(ctx, a, axis, keepdim, choose, lay=in_order):
    """The forward of `Places`; `choose()` returns the places, with the axis kept. A single number is its own choice.

    `lay(xp, array)` brings the results into the order that they have in memory.
    """
    ctx.shape, ctx.axis, ctx.keepdim = a.shape, axis, keepdim
    if not a.ndim:
        return a.copy(), ctx.xp.zeros((), dtypes.int64.numpy)
    places = lay(ctx.xp, choose())
    out = lay(ctx.xp, ctx.xp.take_along_axis(a, places, axis))
    if not keepdim:
        out, places = out.squeeze(axis), places.squeeze(axis)
    ctx.save(places)
    return out, places


class MaxAxis(Places, name="MaxBackward0"):
    """The largest of each row along `axis`, and its place; the first where several are equal."""

    def forward(ctx, a, *, axis, keepdim):
        return taken(ctx, a, axis, keepdim, lambda: ctx.xp.argmax(a, axis, None, keepdims=True))


class MinAxis(Places, name="MinBackward0"):
    """The smallest of each row along `axis`, and its place; the first where several are equal."""

    def forward(ctx, a, *, axis, keepdim):
        return taken(ctx, a, axis, keepdim, lambda: ctx.xp.argmin(a, axis, None, keepdims=True))


class PlaceOf(Operation):
    """out = the place of the largest (or smallest) element"""

    differentiable = False

    def forward(ctx, a, *, axis, keepdim, smallest):
        return (ctx.xp.argmin if smallest else ctx.xp.argmax)(a, axis, None, keepdims=keepdim)


def _told(name, given, dim, keepdim, other):
    """What stands in the places behind the input: another Tensor, or an axis and whether it is kept. (By name, an axis may be a Tensor.)"""
    if len(given) > 2 or given and (other is not None or dim is not None):
        raise TypeError(explain(f"{name}() received an invalid combination of arguments - got {1 + len(given)} by their places",
                                "it takes an axis and keepdim, or another tensor", f"write x.{name}(0), or torch.{name}(x, y)"))
    if len(given) == 1 and isinstance(given[0], Tensor) and not keepdim:
        return None, keepdim, given[0]
    return given[0] if given else dim, given[1] if len(given) > 1 else keepdim, other


def _extreme(name, input, dim, keepdim, other, smallest):
    if other is not None:
        return (minimum if smallest else maximum)(input, other)
    if input.is_complex():
        raise not_implemented(f"{name}_all", input._array) if dim is None else _no_order_of(name)
    if dim is None:
        if input.numel() == 0:
            raise RuntimeError(explain(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
                "'dim' argument.", f"a tensor of shape {shape_text(input.shape)} has no element to choose", None))
        return (MinAll if smallest else MaxAll).apply(input, smallest=smallest)
    operation, result = (MinAxis, min_result) if smallest else (MaxAxis, max_result)
    return result(*operation.apply(input, axis=filled_axis(name, input, dim), keepdim=keepdim))


def filled_axis(name, input, dim):
    """The axis that `dim` names, along which there must be something to choose from."""
    axis = axis_of(dim, input.shape)
    if input.ndim and not input.shape[axis]:
        raise IndexError(explain(f"{name}(): Expected reduction dim {axis} to have non-zero size.",
                                 f"the tensor has shape {shape_text(input.shape)}: there is nothing to choose from",
                                 "look where it became empty: at a mask, a filter or a slice that chose nothing"))
    return axis


def max(input, *given, dim=None, keepdim=False, other=None):
    """Return the largest element; along `dim`, the largest of each row and its place; with a second Tensor, elementwise.

    Raises RuntimeError or NotImplementedError for complex numbers, RuntimeError (IndexError with `dim`) where there is nothing to
    choose from.

    >>> import workbook as torch
    >>> torch.tensor([[1., 5.], [4., 2.]]).max(1)
    torch.return_types.max(
    values=tensor([5., 4.]),
    indices=tensor([1, 0]))

    Source: https://pytorch.org/docs/2.13/generated/torch.max.html
    """
    return _extreme("max", input, *_told("max", given, dim, keepdim, other), smallest=False)


def min(input, *given, dim=None, keepdim=False, other=None):
    """Return the smallest element; along `dim`, the smallest of each row and its place; with a second Tensor, elementwise.

    Raises RuntimeError or NotImplementedError for complex numbers, RuntimeError (IndexError with `dim`) where there is nothing to
    choose from.

    >>> import workbook as torch
    >>> torch.tensor([[1., 5.], [4., 2.]]).min()
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.min.html
    """
    return _extreme("min", input, *_told("min", given, dim, keepdim, other), smallest=True)


def amax(input, dim=(), keepdim=False):
    """Return the largest element along `dim`, which may name several axes; equal ones share the gradient.

    Raises IndexError along an empty axis, RuntimeError for no element at all.

    >>> import workbook as torch
    >>> torch.amax(torch.tensor([[1., 5.], [4., 2.]]), 1)
    tensor([5., 4.])

    Source: https://pytorch.org/docs/2.13/generated/torch.amax.html
    """
    return Amax.apply(input, axes=_filled_axes("amax", input, dim), keepdim=keepdim)


def amin(input, dim=(), keepdim=False):
    """Return the smallest element along `dim`, which may name several axes; equal ones share the gradient.

    Raises IndexError along an empty axis, RuntimeError for no element at all.

    >>> import workbook as torch
    >>> torch.amin(torch.tensor([[1., 5.], [4., 2.]]), (0, 1))
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.amin.html
    """
    return Amin.apply(input, axes=_filled_axes("amin", input, dim), keepdim=keepdim, smallest=True)


def aminmax(input, *, dim=None, keepdim=False):
    """Return the smallest and the largest element, of all or along one `dim`, as a named pair `min`, `max`.

    Raises RuntimeError (IndexError with `dim`) where there is nothing to choose from.

    >>> import workbook as torch
    >>> torch.aminmax(torch.tensor([3., 1., 2.]))
    torch.return_types.aminmax(
    min=tensor(1.),
    max=tensor(3.))

    Source: https://pytorch.org/docs/2.13/generated/torch.aminmax.html
    """
    if input.is_complex():
        raise not_implemented("aminmax_all" if dim is None else "aminmax", input._array)
    if dim is None and not input.numel():
        raise RuntimeError(explain(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.",
            f"a tensor of shape {shape_text(input.shape)} has no element to choose", None))
    axes = axes_of(None, input.shape) if dim is None else (filled_axis("aminmax", input, dim),)
    return aminmax_result(*Aminmax.apply(input, axes=axes if input.ndim else (), keepdim=keepdim))


def _filled_axes(name, input, dim):
    """The axes that `dim` names, along which there must be something to choose from."""
    if input.is_complex():
        raise not_implemented(f"{name}_cpu", input._array)
    if (dim is None or dim == ()) and not input.numel():
        raise RuntimeError(explain(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument.", f"a tensor of shape {shape_text(input.shape)} has no element to choose", None))
    for axis in () if input.numel() else (dim,) if isinstance(dim, int) else dim or ():
        filled_axis(name, input, axis)  # an axis that is empty is told before one that comes twice
    return axes_of(dim, input.shape)


def argmax(input, dim=None, keepdim=False):
    """Return the place of the largest element, in the flattened tensor or along `dim`; the first where several are equal.

    Raises RuntimeError for bools and complex numbers, IndexError where there is nothing to choose from.

    >>> import workbook as torch
    >>> torch.tensor([[1., 5.], [4., 2.]]).argmax(1)
    tensor([1, 0])

    Source: https://pytorch.org/docs/2.13/generated/torch.argmax.html
    """
    return _place("argmax", input, dim, keepdim, False)


def argmin(input, dim=None, keepdim=False):
    """Return the place of the smallest element, in the flattened tensor or along `dim`; the first where several are equal.

    Raises RuntimeError for bools and complex numbers, IndexError where there is nothing to choose from.

    >>> import workbook as torch
    >>> torch.tensor([[1., 5.], [4., 2.]]).argmin()
    tensor(0)

    Source: https://pytorch.org/docs/2.13/generated/torch.argmin.html
    """
    return _place("argmin", input, dim, keepdim, True)


def _place(name, input, dim, keepdim, smallest):
    if input.dtype is dtypes.bool_:
        raise RuntimeError(explain(f"{name}(): does not support bool input", "among True and False many are equal",
                                   "write x.int() first"))
    if input.is_complex():
        raise _no_order_of(name)
    if dim is None and input.numel() == 0:
        raise IndexError(explain(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
            "with the 'dim' argument.",
            "of no elements none is the largest", "name an axis that is not empty, or check x.numel() first"))
    axis = None if dim is None else filled_axis(name, input, dim)
    axis = axis if input.ndim else None
    return PlaceOf.apply(input, axis=axis, keepdim=keepdim, smallest=smallest)


def _no_order_of(name):
    return RuntimeError(explain(f"{name}(): does not support complex input", "complex numbers have no order", "compare x.abs()"))
