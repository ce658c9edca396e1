"""Unpooling: the largest numbers back where they came from, in an image of zeros."""

import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import by_sizes, explain, not_a_tensor, shape_text
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.elementwise import not_implemented
from workbook.ops.sides import sides
from workbook.ops.windows import AXES
from workbook.ops.winners import AtPlaces, lines_of
from workbook.tensor import Tensor


class _MaxUnpool(Operation):
    """out = an image of zeros with each number of x at its place; of several at one place the last stays"""

    def forward(ctx, x, places, *, image):
        ctx.places, ctx.image = places, image
        whole = ctx.xp.zeros((*x.shape[:-len(image)], *image), x.dtype)
        lines, at, numbers = (lines_of(part, image) for part in (whole, places, x))
        if lines.size:
            ctx.xp.put_along_axis(lines, at, numbers, 1)
        return whole

    def backward(ctx, grad):
        return AtPlaces.apply(grad, places=ctx.places, image=ctx.image), None


class MaxUnpool2d(_MaxUnpool, name="MaxUnpool2DBackward0"):
    __doc__ = _MaxUnpool.__doc__


class MaxUnpool3d(_MaxUnpool, name="MaxUnpool3DBackward0"):
    __doc__ = _MaxUnpool.__doc__


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Undo `max_pool1d`, `(N, C, L) -> (N, C, L_out)` or both without N; see `max_unpool2d`.

    Raises ValueError for a size that does not fit, RuntimeError for places outside.

    >>> import workbook as torch
    >>> torch.nn.functional.max_unpool1d(torch.tensor([[5., 3.]]), torch.tensor([[1, 3]]), 2)
    tensor([[0., 5., 0., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_unpool1d.html
    """
    size = _size(1, input, indices, kernel_size, stride, padding, output_size)
    lifted = [unsqueeze(part, -1) for part in (input, indices)]
    return squeeze(_unpool(MaxUnpool2d, 2, *lifted, (*size, 1)), -1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Undo `max_pool2d`: put each number at its place, `indices`, in an image of zeros, `(N, C, H, W) -> (N, C, H_out, W_out)`.

    H_out = (H - 1) stride - 2 padding + kernel_size; `output_size` chooses among the sizes that the pooling shrinks to the same one.
    Raises ValueError for another size, RuntimeError for places that are not in the image.

    >>> import workbook as torch
    >>> torch.nn.functional.max_unpool2d(torch.tensor([[[4.]]]), torch.tensor([[[3]]]), 2)
    tensor([[[0., 0.],
             [0., 4.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_unpool2d.html
    """
    size = _size(2, input, indices, kernel_size, stride, padding, output_size)
    return _unpool(MaxUnpool2d, 2, input, indices, size)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Undo `max_pool3d`, `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)` or both without N; see `max_unpool2d`.

    Raises ValueError for a size that does not fit, RuntimeError for places outside.

    >>> import workbook as torch
    >>> torch.nn.functional.max_unpool3d(torch.tensor([[[[4.]]]]), torch.tensor([[[[7]]]]), 2).flatten()
    tensor([0., 0., 0., 0., 0., 0., 0., 4.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.max_unpool3d.html
    """
    size = _size(3, input, indices, kernel_size, stride, padding, output_size)
    strides = kernel_size if stride is None else stride
    if min(sides("max_unpool3d", "stride", strides, 3)) < 1:
        raise RuntimeError(explain(f"strides should be greater than zero, but got stride: {strides}",
                                   "a window that does not move covers one place only", "use a stride of 1 or more"))
    return _unpool(MaxUnpool3d, 3, input, indices, size)


def _size(axes, input, indices, kernel_size, stride, padding, output_size):
    """The size of the image, and the one asked for, if the pooling shrinks it to the same."""
    function = f"max_unpool{axes}d"
    for position, (name, given) in enumerate((("input", input), ("indices", indices)), 1):
        if not isinstance(given, Tensor):
            raise not_a_tensor(function, name, position, given)
    kernel, padding = sides(function, "kernel_size", kernel_size, axes), sides(function, "padding", padding, axes)
    stride = kernel if stride is None else sides(function, "stride", stride, axes)
    if input.ndim < axes:
        raise _not_an_image(max(axes, 2), input)
    usual = [(side - 1) * s + k - 2 * p for side, s, k, p in zip(input.shape[-axes:], stride, kernel, padding)]
    if output_size is not None and not hasattr(output_size, "__len__"):
        raise TypeError(explain(f"{function}(): object of type '{type(output_size).__name__}' has no len()", "each axis has one size",
                                f"give {axes} numbers"))
    size = usual if output_size is None else list(output_size)
    if len(size) == axes + 2:
        size = size[2:]
    if len(size) != axes:
        raise ValueError(explain(
            f"output_size should be a sequence containing {axes} or {axes + 2} elements, but it has a length of '{len(size)}'",
            "each axis has one size", f"give {axes} numbers"))
    for axis, (wanted, plain, step) in enumerate(zip(size, usual, stride)):
        if output_size is not None and not plain - step < wanted < plain + step:
            raise ValueError(explain(
                f'invalid output_size "{tuple(size)}" (dim {axis} must be between {plain - step} and {plain + step})',
                "a pooling of this stride would not shrink it to the input's size", "choose a size between these"))
        if wanted < 0:
            raise ValueError(explain(
                f"max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{axis}]={wanted}",
                "the padding cuts all of it away", "use less padding"))
    return tuple(size)


def _not_an_image(axes, input):
    return RuntimeError(explain(
        f"Input to max_unpooling{axes}d should be a {axes + 1}d or {axes + 2}d Tensor, but got a tensor with {input.ndim} dimensions.",
        f"the axes are (N, C, {AXES[axes]}), or (C, {AXES[axes]}) without a batch", "give the input its axes: x.unsqueeze(0)"))


def _unpool(operation, axes, input, indices, image):
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(explain(f"elements in indices should be type int64 but got: {indices.dtype.legacy}", "they count places",
                                   "use the indices of a max pooling with return_indices=True"))
    if input.ndim not in (axes + 1, axes + 2):
        raise _not_an_image(axes, input)
    if indices.shape != input.shape:
        raise RuntimeError(explain(
            f"Expected shape of indices to be same as that of the input tensor ({shape_text(input.shape)}) but got indices tensor with "
            f"shape: {shape_text(indices.shape)}", "each number has its place", "use the indices of the same pooling"))
    if 0 in input.shape[-axes - 1:]:
        raise RuntimeError(explain(
            f"max_unpooling{axes}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, but got "
            f"{shape_text(input.shape)} with an empty dimension.", "there is nothing to put back", "give an input with numbers in it"))
    if input.is_complex():
        raise not_implemented(f"max_unpool{axes}d", input._array)
    places = indices._host()
    wrong = places[(places < 0) | (places >= math.prod(image))]
    if wrong.size and math.prod(image):
        raise RuntimeError(explain(f"Found an invalid max index: {wrong.flat[0]} (output volumes are of size {by_sizes(image)})",
                                   f"the image has {math.prod(image)} places", "use the indices of the same pooling"))
    return operation.apply(input, indices, image=image)
