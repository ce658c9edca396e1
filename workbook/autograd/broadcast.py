"""Broadcasting and dtypes, undone for gradients: the one place that does it."""

from workbook.autograd.operation import Operation
from workbook.errors import explain, shape_text
from workbook.formats import copied, preserve_format
from workbook.tensor import Tensor


def fit(grad, shape, dtype, handed=(), node=None):
    """Bring a gradient to its input's `shape` and `dtype`: sum the axes that were broadcast, drop an imaginary part.

    Raises RuntimeError where it cannot come from there; `handed` and `node` say which of the gradients of which step it is.
    """
    array = grad._array if isinstance(grad, Tensor) else grad
    if array.shape == shape and array.dtype is dtype:
        return grad
    if array.shape != shape:
        if not comes_from(array.shape, shape):
            raise invalid(node, _place_among(handed, grad, node, shape), array.shape, shape)
        grad = SumTo.apply(grad, shape=shape)
    if array.dtype != dtype:
        grad = Cast.apply(grad, dtype=dtype)
    return grad


def _place_among(handed, grad, node, shape):
    """Which of the gradients of a step one is: one may go to several inputs, of which not all have this shape."""
    edges = (None,) * len(handed) if node is None else node.edges
    return next((place for place, (other, edge) in enumerate(zip(handed, edges))
                 if other is grad and (edge is None or edge[0].meta[edge[1]][0] == shape)), 0)


def comes_from(have, wanted):
    """Tell whether shape `wanted` can have been broadcast to shape `have`."""
    extra = len(have) - len(wanted)
    return extra >= 0 and all(side in (1, other) for side, other in zip(wanted, have[extra:]))


def invalid(node, place, have, wanted, cure="a tensor whose shape was changed in place under no_grad still has its old place in the graph: "
            "change it outside of no_grad"):
    """The error for a gradient of another shape than its input: a student's formula gave it, or a shape was changed unseen."""
    return RuntimeError(explain(
        f"{'' if node is None else f'Function {node.name()} returned an '}invalid gradient at index {place} - got {shape_text(have)} but "
        f"expected shape compatible with {shape_text(wanted)}", "a gradient says for every number how much it counts", cure))


class SumTo(Operation, name="SumBackward1"):
    """Sum over the axes along which `shape` would be broadcast to the input's shape."""

    def forward(ctx, a, *, shape):
        ctx.shape = a.shape
        extra = a.ndim - len(shape)
        axes = tuple(i for i in range(a.ndim) if i < extra or (shape[i - extra] == 1 and a.shape[i] != 1))
        # (The ufunc's sum, not the array's: then a warning of NaN belongs to this file, and stays unseen.)
        return ctx.xp.add.reduce(a, axes, a.dtype, None, True).reshape(shape)

    def backward(ctx, grad):
        return (Expand.apply(grad, shape=ctx.shape),)


class Expand(Operation):
    """The input repeated along axes of length 1, and along new axes in front, without a copy."""

    is_view = True

    def forward(ctx, a, *, shape):
        ctx.shape = a.shape
        extra = len(shape) - a.ndim
        steps = [a.itemsize if a.ndim else 0] * len(shape)
        for axis in reversed(range(len(shape))):
            side = a.shape[axis - extra] if axis >= extra else 1
            if side != shape[axis]:
                steps[axis] = 0
            elif axis >= extra:
                steps[axis] = a.strides[axis - extra]
            elif a.ndim and axis + 1 < len(shape):  # a new axis of length 1 steps over what lies behind it
                steps[axis] = shape[axis + 1] * steps[axis + 1]
        return ctx.xp.lib.stride_tricks.as_strided(a, shape, steps)

    def backward(ctx, grad):
        return (SumTo.apply(grad, shape=ctx.shape),)


class Cast(Operation, name="ToCopyBackward0"):
    """The same numbers in another NumPy dtype; real parts where that has no room for others."""

    holomorphic = False

    def forward(ctx, a, *, dtype, wanted=preserve_format):
        ctx.dtype = a.dtype
        return copied(ctx.xp, a.real if a.dtype.kind == "c" and dtype.kind not in "bc" else a, dtype, wanted)

    def backward(ctx, grad):
        return (Cast.apply(grad, dtype=ctx.dtype),)


class Home(Operation, name="AliasBackward0"):
    """The same numbers, where `home` is."""

    @staticmethod
    def place(device, options):
        """Return where the result is."""
        return options["home"]

    def forward(ctx, a, *, home):
        return a[...]

    def backward(ctx, grad):
        return grad


def brought_home(grad, device):
    """Return a gradient at the place of its tensor, where it was computed among slices of a batch that is done: devices/batch.py."""
    return Home.apply(grad, home=device) if grad._device.depth > device.depth and not grad._device.is_batch else grad


class Own(Cast, name="CloneBackward0"):
    """The same numbers in memory of their own."""
