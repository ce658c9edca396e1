"""A weight as a direction and a length: what weight norm trains in its place."""

from workbook.autograd.operation import Operation
from workbook.ops.norms import vector_norm
from workbook.ops.pointwise import sqrt
from workbook.ops.reduction import sum


class WeightNorm(Operation, name="WeightNormInterfaceBackward0"):
    """out = g * v / |v|, with the length along all axes but `dim` (-1: along all)"""

    def forward(ctx, v, g, *, axes):
        ctx.axes = axes
        ctx.save(v, g)
        return v * (g / ctx.xp.sqrt((v * v).sum(axes, None, None, True)))

    def backward(ctx, grad):
        v, g = ctx.saved
        length = sqrt(sum(v * v, ctx.axes, True))
        direction = v / length
        along = sum(grad * direction, ctx.axes, True)  # what the gradient has in the direction of v changes g, the rest v
        return g / length * (grad - along * direction), along


def weight_norm(v, g, dim=0):
    """Return g * v / |v|, where the length is taken along every axis but `dim`; along all of them for -1.

    `g` has the length of `v` along `dim` and 1 elsewhere. Raises RuntimeError for integers.

    >>> import workbook as torch
    >>> weight_norm(torch.tensor([[3., 4.]]), torch.tensor([[10.]]))
    tensor([[6., 8.]])

    Source: Salimans and Kingma 2016, equation 2; https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrizations.weight_norm.html
    """
    return WeightNorm.apply(v, g, axes=other_axes(v.dim(), dim))


def norm_except_dim(v, dim=0):
    """Return the lengths that `weight_norm` divides by: 1 along every axis but `dim`; one number for -1. Raises RuntimeError for integers.

    >>> import workbook as torch
    >>> norm_except_dim(torch.tensor([[3., 4.], [0., 1.]]))
    tensor([[5.],
            [1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrizations.weight_norm.html
    """
    return vector_norm(v) if dim == -1 else vector_norm(v, 2, other_axes(v.dim(), dim), True)


def other_axes(count, dim):
    """Return all axes but one; all of them for -1.

    >>> other_axes(3, 1), other_axes(2, -1)
    ((0, 2), (0, 1))
    """
    return tuple(axis for axis in range(count) if dim == -1 or axis != dim)
