"""Axes in another order, axes of size 1 taken out and put in: always a view."""

from workbook.autograd.operation import Operation
from workbook.axes import axes_among, axis_of
from workbook.errors import explain, shape_text
from workbook.formats import with_steps
from workbook.ops.shape import reshape, sizes
from workbook.strides import grown, steps_of


class Permute(Operation):
    """out = the axes in another order"""

    is_view = True

    def forward(ctx, a, *, order):
        ctx.order = order
        return a.transpose(order)

    def backward(ctx, grad):
        return (Permute.apply(grad, order=tuple(ctx.order.index(i) for i in range(len(ctx.order)))),)


class Transpose(Operation):
    """out = two axes exchanged"""

    is_view = True

    def forward(ctx, a, *, first, second):
        ctx.first, ctx.second = first, second
        return a.swapaxes(first, second) if a.ndim else a[...]

    def backward(ctx, grad):
        return (Transpose.apply(grad, first=ctx.first, second=ctx.second),)


class T(Operation):
    """out = the matrix, mirrored at its diagonal"""

    is_view = True

    def forward(ctx, a):
        return a.T

    def backward(ctx, grad):
        return (T.apply(grad),)


def permute(input, *dims):
    """Return a view with the axes in the order that `dims` gives. Raises RuntimeError where not every axis is named once.

    >>> import workbook as torch
    >>> torch.zeros(32, 32, 3).permute(2, 0, 1).shape
    torch.Size([3, 32, 32])

    Source: https://pytorch.org/docs/2.13/generated/torch.permute.html
    """
    order = sizes(dims)
    if len(order) != input.ndim:
        raise RuntimeError(explain(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering "
            f"of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(order)}",
            f"the tensor has shape {shape_text(input.shape)}", "name every axis once"))
    order = tuple(axis_of(dim, input.shape) for dim in order)
    if len(set(order)) < len(order):
        raise RuntimeError(explain("permute(): duplicate dims are not allowed.",
                                   "every axis of the result is another one of the tensor", "name every axis once"))
    return Permute.apply(input, order=order)


def transpose(input, dim0, dim1):
    """Return a view with axes `dim0` and `dim1` exchanged. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.zeros(2, 3, 4).transpose(0, 2).shape
    torch.Size([4, 3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.transpose.html
    """
    return Transpose.apply(input, first=axis_of(dim0, input.shape), second=axis_of(dim1, input.shape))


def t(input):
    """Return a view of a matrix, mirrored at its diagonal. Raises RuntimeError for more than two axes.

    >>> import workbook as torch
    >>> torch.tensor([[1, 2], [3, 4]]).t()
    tensor([[1, 3],
            [2, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.t.html
    """
    if input.ndim > 2:
        raise RuntimeError(explain(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D",
            f"the tensor has shape {shape_text(input.shape)}", "use transpose(dim0, dim1) or permute"))
    return T.apply(input)


class SqueezeAll(Operation, name="SqueezeBackward0"):
    """out = without the axes of length 1"""

    is_view = True

    def forward(ctx, a):
        ctx.shape = a.shape
        return a.squeeze()

    def backward(ctx, grad):
        return (reshape(grad, ctx.shape),)


class Squeeze(Operation, name="SqueezeBackward1"):
    """out = without those of `axes` that have length 1"""

    is_view = True

    def forward(ctx, a, *, axes):
        ctx.shape = a.shape
        return a.squeeze(tuple(axis for axis in axes if a.ndim and a.shape[axis] == 1))

    def backward(ctx, grad):
        return (reshape(grad, ctx.shape),)


class SqueezeSeveral(Squeeze, name="SqueezeBackward2"):
    """out = without those of several axes that have length 1"""


class SqueezeIn(Squeeze, name="SqueezeBackward4"):
    """out = as Squeeze, of a product with a vector"""


class Unsqueeze(Operation):
    """out = with a new axis of length 1"""

    is_view = True

    def forward(ctx, a, *, axis):
        ctx.axis = axis
        shape = a.shape[:axis] + (1,) + a.shape[axis:]
        if a.flags.c_contiguous and a.size and 1 not in a.shape:
            return a.reshape(shape)
        return with_steps(ctx.xp, ctx.xp.expand_dims(a, axis), grown(a.shape, steps_of(a), axis))

    def backward(ctx, grad):
        return (Squeeze.apply(grad, axes=(ctx.axis,)),)


def squeeze(input, dim=None, *more):
    """Return a view without axes of length 1: all of them, or `dim` alone (or several), where it has length 1.

    Raises RuntimeError for an axis that is named twice.

    >>> import workbook as torch
    >>> torch.zeros(1, 3, 1).squeeze().shape, torch.zeros(1, 3, 1).squeeze(0).shape
    (torch.Size([3]), torch.Size([3, 1]))

    Source: https://pytorch.org/docs/2.13/generated/torch.squeeze.html
    """
    if dim is None:
        return SqueezeAll.apply(input)
    if more:
        dim = (dim, *more)
    if isinstance(dim, int):
        return Squeeze.apply(input, axes=(axis_of(dim, input.shape),))
    axes = tuple(axes_among(dim, input.shape))
    for axis in axes:
        if axes.count(axis) > 1:
            raise RuntimeError(explain(f"dim {axis} appears multiple times in the list of dims",
                                       "an axis goes away once", "name every axis once"))
    return SqueezeSeveral.apply(input, axes=axes)


def unsqueeze(input, dim):
    """Return a view with a new axis of length 1 at `dim`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.zeros(3).unsqueeze(0).shape, torch.zeros(3).unsqueeze(-1).shape
    (torch.Size([1, 3]), torch.Size([3, 1]))

    Source: https://pytorch.org/docs/2.13/generated/torch.unsqueeze.html
    """
    return Unsqueeze.apply(input, axis=axis_of(dim, input.ndim + 1))
