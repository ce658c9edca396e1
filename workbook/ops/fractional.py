"""Fractional max pooling: windows of one size whose distances are drawn, so that an image may shrink by any factor.

Source: Graham, Fractional Max-Pooling, 2014, section 2
"""

import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.ops.choices import straight_pieces
from workbook.ops.draws import rand
from workbook.ops.sides import sides
from workbook.ops.windows import AXES
from workbook.ops.winners import ToPlaces, last_largest, lines_of
from workbook.tensor import Tensor


class _FractionalMaxPool(Operation):
    """out = the largest of each window, and its place in the flat image; `samples` (N, C, axes) place the windows"""

    def forward(ctx, x, samples, *, kernel, size):
        xp, axes = ctx.xp, len(size)
        ctx.save(x)  # PyTorch's derivative reads it, too, and refuses a write to it
        ctx.image = image = x.shape[-axes:]
        lines = lines_of(x, image)
        samples = samples.reshape(len(lines), axes)
        if axes == 2:
            samples = samples[:, ::-1]  # PyTorch draws the width's first in two axes, and the depth's in three
        seen = 0  # (lines, *size, *kernel): where in the flat image each tap of each window looks
        for axis, (side, wide, wanted) in enumerate(zip(image, kernel, size)):
            at = _starts(xp, samples[:, axis], side, wanted, wide)[:, :, None] + xp.arange(wide)
            shape = [len(lines), *[1] * (2 * axes)]
            shape[1 + axis], shape[1 + axes + axis] = wanted, wide
            seen = seen + at.reshape(shape) * math.prod(image[axis + 1:])
        seen = seen.reshape(len(lines), math.prod(size), math.prod(kernel))
        numbers = xp.take_along_axis(lines, seen.reshape(len(lines), math.prod(size) * math.prod(kernel)), 1).reshape(seen.shape)
        winner = last_largest(xp, numbers)[..., None]
        shape = (*x.shape[:-axes], *size)
        ctx.places = xp.take_along_axis(seen, winner, -1).reshape(shape)
        return xp.take_along_axis(numbers, winner, -1).reshape(shape), ctx.places

    @straight_pieces
    def backward(ctx, grad, *_):
        ctx.look_at_saved()
        return ToPlaces.apply(grad, places=ctx.places, image=ctx.image), None


class FractionalMaxPool2d(_FractionalMaxPool, name="FractionalMaxPool2DBackward0"):
    __doc__ = _FractionalMaxPool.__doc__


class FractionalMaxPool3d(_FractionalMaxPool, name="FractionalMaxPool3DBackward0"):
    __doc__ = _FractionalMaxPool.__doc__


def _starts(xp, sample, side, size, wide):
    """Where each window begins along one axis, for each of the samples: (samples, size). The last one ends at the edge."""
    starts = xp.full((len(sample), size), side - wide, "int64")
    if size > 1:
        step = sample.dtype.type(side - wide) / sample.dtype.type(size - 1)
        number = xp.arange(size - 1, dtype=sample.dtype)
        starts[:, :-1] = ((number + sample[:, None]) * step).astype("int64") - (sample * step).astype("int64")[:, None]
    return starts


def fractional_max_pool2d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
    """Return the largest of each of `output_size` windows at random distances, `(N, C, H, W) -> (N, C, *output_size)`.

    `output_ratio` gives the size as parts of the input's. `_random_samples`, (N, C, 2) between 0 and 1, is drawn unless given.
    With `return_indices` a pair: the values, and each one's place in its flat image. Raises ValueError unless a size or a ratio is
    given, RuntimeError where the windows do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.fractional_max_pool2d(torch.arange(16.).view(1, 4, 4), 2, 1)
    tensor([[[15.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.fractional_max_pool2d.html
    """
    found = _fractional(FractionalMaxPool2d, 2, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


def fractional_max_pool3d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
    """Return the largest of each of `output_size` windows at random distances, `(N, C, D, H, W) -> (N, C, *output_size)`.

    As `fractional_max_pool2d`, with `_random_samples` (N, C, 3).

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.fractional_max_pool3d(torch.arange(27.).view(1, 3, 3, 3), 2, 1)
    tensor([[[[26.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.fractional_max_pool3d.html
    """
    found = _fractional(FractionalMaxPool3d, 3, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


def fractional_max_pool2d_with_indices(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                                       _random_samples=None):
    """As `fractional_max_pool2d`, always with the places of the largest.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.fractional_max_pool2d_with_indices(torch.arange(16.).view(1, 4, 4), 2, 1)[1]
    tensor([[[15]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.fractional_max_pool2d.html
    """
    return fractional_max_pool2d(input, kernel_size, output_size, output_ratio, True, _random_samples)


def fractional_max_pool3d_with_indices(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                                       _random_samples=None):
    """As `fractional_max_pool3d`, always with the places of the largest.

    Raises RuntimeError where the windows do not fit the input.

    >>> import workbook as torch
    >>> torch.nn.functional.fractional_max_pool3d_with_indices(torch.arange(27.).view(1, 3, 3, 3), 2, 1)[1]
    tensor([[[[26]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.fractional_max_pool3d.html
    """
    return fractional_max_pool3d(input, kernel_size, output_size, output_ratio, True, _random_samples)


def _fractional(operation, axes, input, kernel_size, output_size, output_ratio, samples):
    function = f"fractional_max_pool{axes}d"
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    if output_size is None and output_ratio is None:
        raise ValueError(explain(f"{function} requires specifying either an output_size or an output_ratio",
                                 "the windows follow from it", "write output_size=3"))
    _check_input(function, axes, input)
    if output_size is None:
        output_size = _part(function, axes, input, output_ratio)
    kernel, size = sides(function, "kernel_size", kernel_size, axes), sides(function, "output_size", output_size, axes)
    if input.dtype not in (dtypes.float32, dtypes.float64, dtypes.float16):
        raise refused_dtype("check_uniform_bounds", input.dtype)
    names = ("height", "width") if axes == 2 else ("time", "height", "width")
    for name, side, wide, wanted in zip(names, input.shape[-axes:], kernel, size):
        if wanted + wide - 1 > side - (axes == 3) or wide < 1 or wanted < 1:
            raise RuntimeError(explain(f"{function}(): pool {name} {wide} too large relative to input {name} {side}",
                                       f"{wanted} windows that begin at different places do not fit", "ask for fewer windows"))
    batch = 1 if input.ndim == axes + 1 else input.shape[0]
    if samples is None:
        samples = rand(batch, input.shape[-axes - 1], axes, dtype=input.dtype, device=input.device)
    elif tuple(samples.shape[:1] + samples.shape[2:]) != (batch, axes) or samples.shape[1] != input.shape[-axes - 1]:
        raise RuntimeError(explain(
            f"Expect _random_samples.size(2) equals to {axes}; got {shape_text(samples.shape)}.",
            "each channel of each image has a number an axis", f"give ({batch}, {input.shape[-axes - 1]}, {axes}) of them"))
    return operation.apply(input, samples, kernel=kernel, size=size)


def _part(function, axes, input, ratio):
    if not hasattr(ratio, "__len__"):
        raise TypeError(explain(f"{function}(): object of type '{type(ratio).__name__}' has no len()", "each axis has its ratio",
                                "give one an axis: (0.5, 0.5)"))
    if len(ratio) > axes:
        raise ValueError(explain(f"{function} requires output_ratio to either be a single Int or tuple of Ints.",
                                 f"it has {len(ratio)} numbers", f"give {axes}"))
    return [int(side * part) for side, part in zip(input.shape[-axes:], ratio, strict=True)]


def _check_input(function, axes, input):
    if input.ndim < axes + 1:
        raise IndexError(explain(
            f"Dimension out of range (expected to be in range of [{-input.ndim}, {input.ndim - 1}], but got {-axes - 1})",
            f"the axes are (N, C, {AXES[axes]}), or (C, {AXES[axes]}) without a batch", "give the input its axes: x.unsqueeze(0)"))
    if input.ndim > axes + 2 or 0 in input.shape[-axes - 1:]:
        raise RuntimeError(explain(
            f"{function}(): Expected input to have non-zero size for non-batch dimensions, but got{shape_text(input.shape)}",
            f"the axes are (N, C, {AXES[axes]}), or (C, {AXES[axes]}) without a batch", "give an input with numbers in it"))
