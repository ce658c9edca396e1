"""Patches of images side by side, and back: what `ops.columns` does for convolutions, as functions."""

import functools

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.ops import columns
from workbook.ops.columns import Geometry
from workbook.ops.sides import sides
from workbook.tensor import Tensor


class Im2Col(Operation, name="Im2ColBackward0"):
    """out = the patches of images, (N, C * places in a patch, patches)"""

    def forward(ctx, x, *, geometry):
        ctx.geometry = geometry
        batch = x[None] if x.ndim == 3 else x
        found = ctx.xp.ascontiguousarray(columns.columns(ctx.xp, batch, geometry))  # patches of one column are a view, which overlaps
        return found[0] if x.ndim == 3 else found

    def backward(ctx, grad):
        return (Col2Im.apply(grad, geometry=ctx.geometry),)


class Col2Im(Operation, name="Col2ImBackward0"):
    """out = images to which each patch is added where it came from"""

    def forward(ctx, x, *, geometry):
        ctx.geometry = geometry
        batch = x[None] if x.ndim == 2 else x
        found = columns.images(ctx.xp, batch, batch.shape[1] // geometry.taps, geometry)
        return found[0] if x.ndim == 2 else found

    def backward(ctx, grad):
        return (Im2Col.apply(grad, geometry=ctx.geometry),)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Return all patches of images, `(N, C, H, W) -> (N, C * kH * kW, patches)` or both without N.

    Each column is one patch, its channels one after the other. Floats, complex numbers and bools. Raises RuntimeError where no patch fits.

    >>> import workbook as torch
    >>> torch.nn.functional.unfold(torch.arange(9.).view(1, 3, 3), 2)
    tensor([[0., 1., 3., 4.],
            [1., 2., 4., 5.],
            [3., 4., 6., 7.],
            [4., 5., 7., 8.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.unfold.html
    """
    _check_tensor("im2col", input)
    settings = _settings("im2col", kernel_size, dilation, padding, stride)
    if input.ndim < 3:
        raise IndexError(explain(
            f"Dimension out of range (expected to be in range of [{-input.ndim}, {input.ndim - 1}], but got 2)",
            "the axes are (N, C, H, W), or (C, H, W) for one image", "give the image its axes: x.unsqueeze(0)"))
    if input.ndim > 4 or 0 in input.shape[-3:]:
        raise RuntimeError(explain(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: "
            f"{shape_text(input.shape)}", "the axes are (N, C, H, W), or (C, H, W) for one image", "give an image with numbers in it"))
    g = _geometry(tuple(input.shape[-2:]), *settings)
    if min(g.out) < 1:
        kernel, dilation, padding, _ = settings
        raise RuntimeError(explain(
            f"Given input with spatial size {g.image}, kernel_size={kernel}, dilation={dilation}, padding={padding}, calculated shape of "
            f"the array of sliding blocks as {g.out}, but its components must be at least one.", "the kernel is larger than the image",
            "use a smaller kernel, or padding"))
    _check_dtype("im2col", input)
    return Im2Col.apply(input, geometry=g)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Return images of `output_size` that patches make, `(N, C * kH * kW, patches) -> (N, C, H, W)` or both without N.

    Where patches overlap they add up, so it does not undo `unfold`: it is its transpose. Raises RuntimeError where the numbers of
    rows and columns do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.fold(torch.ones(1, 4, 4), (3, 3), 2)
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.fold.html
    """
    _check_tensor("col2im", input)
    size = _pair("col2im", "output_size", output_size)
    settings = _settings("col2im", kernel_size, dilation, padding, stride)
    if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError(explain(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: "
            f"{shape_text(input.shape)}", "the axes are (N, rows, patches), or (rows, patches) for one image", "give it the axes"))
    kernel, dilation, padding, stride = settings
    rows, patches = input.shape[-2:]
    if rows % (kernel[0] * kernel[1]):
        raise RuntimeError(explain(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size({input.ndim - 2})={rows} and kernel_size={kernel}.", "each column holds the channels of one patch",
            f"give a multiple of {kernel[0] * kernel[1]} rows, or another kernel_size"))
    if min(size) < 1:
        raise RuntimeError(explain(f"Expected output spatial size to be positive, but got: output_size={size}.",
                                   "an image has at least one place", "give a larger output_size"))
    g = _geometry(size, *settings)
    if min(g.out) < 1 or g.places != patches:
        raise RuntimeError(explain(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride}, expected size of "
            f"input's dimension 2 to match the calculated number of sliding blocks {g.out[0]} * {g.out[1]} = {g.places}, but got "
            f"input.size({input.ndim - 1})={patches}.", "each column is one patch of the image", f"give {g.places} columns"))
    _check_dtype("col2im", input)
    return Col2Im.apply(input, geometry=g)


@functools.lru_cache
def _geometry(image, kernel, dilation, padding, stride):
    return Geometry(image, kernel, stride, tuple([(p, p) for p in padding]), dilation, 1)


def _check_tensor(function, input):
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)


def _check_dtype(function, input):
    if input.dtype in _WHOLE:
        raise refused_dtype(f"{function}_out_cpu", input.dtype)


_WHOLE = (dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64)


def _pair(function, name, value):
    value = tuple(value) if hasattr(value, "__iter__") else (value,) * 2
    if len(value) != 2:
        raise RuntimeError(explain(f"It is expected {name} equals to 2, but got size {len(value)}", "an image has two axes",
                                   "give one number, or two"))
    return sides(function, name, value, 2)


def _settings(function, kernel_size, dilation, padding, stride):
    """Kernel, dilation, padding and stride, two numbers each."""
    found = []
    for name, what, value, short, least in (
            ("kernel_size", "kernel size", kernel_size, "kernel", 1), ("dilation", "dilation", dilation, "dilation", 1),
            ("padding", "padding", padding, "pad", 0), ("stride", "stride", stride, "stride", 1)):
        numbers = _pair(function, name, value)
        if min(numbers) < least:
            raise RuntimeError(explain(
                f"{what} should be {'greater than zero' if least else 'non-negative'}, but got {short}_height: {numbers[0]} "
                f"{short}_width: {numbers[1]}", "patches have a size, and lie at a distance", f"use {name}={least} or more"))
        found.append(numbers)
    return found
