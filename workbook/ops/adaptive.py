"""Adaptive pooling: the size of the result is given, and the windows follow from it.

Along an axis of `side` places, window i of `size` goes from floor(i * side / size) to ceil((i + 1) * side / size). Windows differ in
length by one where the size does not divide the side, and then they may overlap.
"""

import itertools
import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.numbers import is_length, length_of
from workbook.ops.autocasting import chosen
from workbook.ops.axes import squeeze, unsqueeze
from workbook.ops.choices import straight_pieces
from workbook.ops.pooling import largest, places_of
from workbook.ops.reduction import mean
from workbook.ops.windows import AXES, Windows
from workbook.ops.winners import ToPlaces, last_largest
from workbook.tensor import Tensor


def spans(side, size):
    """Return where each window begins and ends.

    Raises RuntimeError for input without these axes.

    >>> spans(5, 2)
    [(0, 3), (2, 5)]
    """
    return [(i * side // size, -(-(i + 1) * side // size)) for i in range(size)]


class _AdaptiveAvgPool(Operation):
    """out = the mean of each window: sums, axis by axis, over the number of places"""

    def forward(ctx, x, *, size):
        if x.dtype.kind != "f":
            raise refused_dtype(f"adaptive_avg_pool{len(size)}d", dtypes.of(x))
        ctx.save(x)  # PyTorch's derivative reads it, too, and refuses a write to it
        ctx.image = image = x.shape[-len(size):]
        for axis, wanted in enumerate(size, x.ndim - len(size)):
            x = _sums(ctx.xp, x, axis, wanted)
        return x / _counts(ctx.xp, image, size, x.dtype)

    @straight_pieces
    def backward(ctx, grad):
        ctx.look_at_saved()
        return (_Spread.apply(grad, image=ctx.image, node=type(ctx)),)


class AdaptiveAvgPool2d(_AdaptiveAvgPool, name="AdaptiveAvgPool2DBackward0"):
    __doc__ = _AdaptiveAvgPool.__doc__


class AdaptiveAvgPool3d(_AdaptiveAvgPool, name="AdaptiveAvgPool3DBackward0"):
    __doc__ = _AdaptiveAvgPool.__doc__


class _Spread(Operation):
    """out = an image to which each number gives an equal share of itself over its window"""

    def forward(ctx, grad, *, image, node):
        ctx.size, ctx.node = grad.shape[-len(image):], node
        shares = grad / _counts(ctx.xp, image, ctx.size, grad.dtype)
        for axis, side in enumerate(image, grad.ndim - len(image)):
            shares = _spread(ctx.xp, shares, axis, side)
        return shares

    def backward(ctx, grad):
        return (ctx.node.apply(grad, size=ctx.size),)


def _sums(xp, x, axis, size):
    """The sum of each window along one axis."""
    if x.shape[axis] == size:
        return x
    lead = (slice(None),) * axis
    if size and x.shape[axis] % size == 0:  # windows of one length, side by side: all their first places at once, all their second ...
        length = x.shape[axis] // size
        out = x[(*lead, slice(None, None, length))].copy()
        for place in range(1, length):
            out += x[(*lead, slice(place, None, length))]
        return out
    out = xp.empty((*x.shape[:axis], size, *x.shape[axis + 1:]), x.dtype)
    for i, (start, end) in enumerate(spans(x.shape[axis], size)):
        x[(*lead, slice(start, end))].sum(axis, out=out[(*lead, i)])
    return out


def _spread(xp, shares, axis, side):
    """Each share at all places of its window along one axis; where windows overlap, they add up."""
    if shares.shape[axis] == side:
        return shares
    lead, size = (slice(None),) * axis, shares.shape[axis]
    if size and side % size == 0:
        return xp.repeat(shares, side // size, axis)
    out = xp.zeros((*shares.shape[:axis], side, *shares.shape[axis + 1:]), shares.dtype)
    for i, (start, end) in enumerate(spans(side, shares.shape[axis])):
        out[(*lead, slice(start, end))] += shares[(*lead, slice(i, i + 1))]
    return out


def _counts(xp, image, size, dtype):
    """How many places each window has."""
    counts = xp.ones((), dtype)
    for side, wanted in zip(image, size):
        counts = xp.multiply.outer(counts, xp.asarray([end - start for start, end in spans(side, wanted)], dtype))
    return counts


class _AdaptiveMaxPool(Operation):
    """out = the largest of each window, and its place in the flat image"""

    def forward(ctx, x, *, size):
        if x.dtype.kind != "f":
            raise refused_dtype(f"adaptive_max_pool{len(size)}d", dtypes.of(x))
        ctx.save(x)  # PyTorch's derivative reads it, too, and refuses a write to it
        ctx.image = image = x.shape[-len(size):]
        if math.prod(size) and not any(side % wanted for side, wanted in zip(image, size)):
            kernel = tuple([side // wanted for side, wanted in zip(image, size)])
            windows = Windows(image, kernel, kernel, (0,) * len(size), (1,) * len(size))
            best, winner = largest(ctx.xp, x, windows)
            ctx.places = places_of(ctx.xp, winner, windows)
        else:
            best, ctx.places = _largest_in_spans(ctx.xp, x, size)
        return best, ctx.places

    @straight_pieces
    def backward(ctx, grad, *_):
        ctx.look_at_saved()
        return (ToPlaces.apply(grad, places=ctx.places, image=ctx.image),)


class AdaptiveMaxPool2d(_AdaptiveMaxPool, name="AdaptiveMaxPool2DBackward0"):
    __doc__ = _AdaptiveMaxPool.__doc__


class AdaptiveMaxPool3d(_AdaptiveMaxPool, name="AdaptiveMaxPool3DBackward0"):
    __doc__ = _AdaptiveMaxPool.__doc__


def _largest_in_spans(xp, x, size):
    """The same, window by window: these may differ in size."""
    lead, image = x.shape[:-len(size)], x.shape[-len(size):]
    best, places = xp.empty((*lead, *size), x.dtype), xp.empty((*lead, *size), "int64")
    numbers = xp.arange(math.prod(image)).reshape(image)
    for cell in itertools.product(*[enumerate(spans(side, wanted)) for side, wanted in zip(image, size)]):
        at = (..., *[i for i, _ in cell])
        window = (..., *[slice(*span) for _, span in cell])
        seen = x[window]
        seen = seen.reshape(*lead, math.prod(seen.shape[len(lead):]))
        winner = last_largest(xp, seen)
        places[at] = numbers[window[1:]].reshape(-1)[winner]
        best[at] = xp.take_along_axis(seen, winner[..., None], -1)[..., 0]
    return best, places


def adaptive_avg_pool1d(input, output_size):
    """Return the means of `output_size` windows, `(N, C, L) -> (N, C, output_size)` or both without N.

    Raises RuntimeError for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_avg_pool1d(torch.tensor([[1., 2., 3., 4., 5.]]), 2)
    tensor([[2., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_avg_pool1d.html
    """
    size = _one("adaptive_avg_pool1d", input, output_size)
    return squeeze(_adaptive_avg(AdaptiveAvgPool2d, 2, unsqueeze(input, -2), (1, size)), -2)


def adaptive_avg_pool2d(input, output_size):
    """Return the means of windows, `(N, C, H, W) -> (N, C, *output_size)` or both without N; None keeps an axis as it is.

    Raises RuntimeError for input without these axes, and for a negative size.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_avg_pool2d(torch.arange(16.).view(1, 4, 4), (1, 2))
    tensor([[[6.5000, 8.5000]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_avg_pool2d.html
    """
    return _adaptive_avg(AdaptiveAvgPool2d, 2, input, output_size)


@chosen("float32", "cpu")
def adaptive_avg_pool3d(input, output_size):
    """Return the means of windows, `(N, C, D, H, W) -> (N, C, *output_size)` or both without N; None keeps an axis as it is.

    Raises RuntimeError for input without these axes, and for a negative size.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_avg_pool3d(torch.arange(8.).view(1, 2, 2, 2), 1)
    tensor([[[[3.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_avg_pool3d.html
    """
    return _adaptive_avg(AdaptiveAvgPool3d, 3, input, output_size)


def _adaptive_avg(operation, axes, input, output_size):
    size = _sizes(operation.called(), axes, input, output_size, channels=False)
    if size == (1,) * axes:
        return mean(input, tuple(range(-axes, 0)), keepdim=True)
    return operation.apply(input, size=size)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """Return the largest of each of `output_size` windows, `(N, C, L) -> (N, C, output_size)`; see `adaptive_max_pool2d`.

    Raises RuntimeError for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_max_pool1d(torch.tensor([[1., 2., 3., 4., 5.]]), 2)
    tensor([[3., 5.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool1d.html
    """
    size = _one("adaptive_max_pool1d", input, output_size)
    found = AdaptiveMaxPool2d.apply(unsqueeze(input, -2), size=_sizes("adaptive_max_pool2d", 2, unsqueeze(input, -2), (1, size)))
    return tuple([squeeze(part, -2) for part in found]) if return_indices else squeeze(found[0], -2)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """Return the largest of each window, `(N, C, H, W) -> (N, C, *output_size)` or both without N; None keeps an axis as it is.

    With `return_indices` a pair: the values, and each one's place in its flat image. Raises RuntimeError for input without these
    axes, and for a negative size.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_max_pool2d(torch.arange(16.).view(1, 4, 4), (1, 2))
    tensor([[[13., 15.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool2d.html
    """
    found = AdaptiveMaxPool2d.apply(input, size=_sizes("adaptive_max_pool2d", 2, input, output_size))
    return found if return_indices else found[0]


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """Return the largest of each window, `(N, C, D, H, W) -> (N, C, *output_size)`; see `adaptive_max_pool2d`.

    Raises RuntimeError for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_max_pool3d(torch.arange(8.).view(1, 2, 2, 2), 1)
    tensor([[[[7.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool3d.html
    """
    found = AdaptiveMaxPool3d.apply(input, size=_sizes("adaptive_max_pool3d", 3, input, output_size))
    return found if return_indices else found[0]


def adaptive_max_pool1d_with_indices(input, output_size, return_indices=False):
    """As `adaptive_max_pool1d`, always with the places of the largest.

    Raises RuntimeError for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_max_pool1d_with_indices(torch.tensor([[1., 2., 3., 4., 5.]]), 2)[1]
    tensor([[2, 4]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool1d.html
    """
    return adaptive_max_pool1d(input, output_size, True)


def adaptive_max_pool2d_with_indices(input, output_size, return_indices=False):
    """As `adaptive_max_pool2d`, always with the places of the largest.

    Raises RuntimeError for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_max_pool2d_with_indices(torch.arange(16.).view(1, 4, 4), (1, 2))[1]
    tensor([[[13, 15]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool2d.html
    """
    return adaptive_max_pool2d(input, output_size, True)


def adaptive_max_pool3d_with_indices(input, output_size, return_indices=False):
    """As `adaptive_max_pool3d`, always with the places of the largest.

    Raises RuntimeError for input without these axes.

    >>> import workbook as torch
    >>> torch.nn.functional.adaptive_max_pool3d_with_indices(torch.arange(8.).view(1, 2, 2, 2), 1)[1]
    tensor([[[[7]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool3d.html
    """
    return adaptive_max_pool3d(input, output_size, True)


def _one(function, input, output_size):
    """The one size of a result with one axis."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    numbers = (output_size,) if isinstance(output_size, int) else tuple(output_size) if hasattr(output_size, "__iter__") else None
    if numbers is None or not all(map(is_length, numbers)):
        raise TypeError(explain(
            f"{function}(): argument 'output_size' (position 2) must be tuple of ints, not {type(output_size).__name__}",
            "it is how many windows there are", "give a whole number"))
    if input.ndim not in (2, 3):
        raise RuntimeError(explain(
            f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' (while checking arguments "
            f"for {function})", "the axes are (N, C, L), or (C, L) without a batch", "give the input its axes: x.unsqueeze(0)"))
    if len(numbers) != 1:
        raise RuntimeError(explain(f"{function}() argument 'output_size' should contain one int (got {len(numbers)})",
                                   "there is one axis to pool", "give one number"))
    return numbers[0]


def _sizes(function, axes, input, output_size, channels=True):
    """The sizes of the result, with the input's own where None stands. Of the input, no axis but the batch's may be empty."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    size = (output_size,) * axes if isinstance(output_size, int) else output_size
    if not hasattr(size, "__iter__"):
        raise TypeError(explain(f"{function}(): object of type '{type(size).__name__}' has no len()", "each axis has a size, or None",
                                f"give one number, or {axes}"))
    size = tuple(size)
    if len(size) >= input.ndim and not isinstance(output_size, int):
        raise ValueError(explain(f"Input dimension should be at least {len(size) + 1}", f"it is {input.ndim}, with the channels",
                                 f"give {axes} sizes, and an input with the axes (N, C, {AXES[axes]})"))
    size = tuple([side if wanted is None else wanted for wanted, side in zip(size, (None,) * axes if isinstance(output_size, int) else input.shape[-len(size):])])
    whole = not channels and size == (1,) * axes  # one window is a mean, which knows of no channels
    if input.ndim not in (axes + 1, axes + 2) and not whole:
        raise RuntimeError(explain(
            f"{function}(): Expected {axes + 1}D or {axes + 2}D tensor, but got {shape_text(input.shape)}",
            f"the axes are (N, C, {AXES[axes]}), or (C, {AXES[axes]}) without a batch", "give the input its axes: x.unsqueeze(0)"))
    if not all(is_length(wanted, place) for place, wanted in enumerate(size)):
        raise TypeError(explain(f"{function}(): argument 'output_size' (position 2) must be tuple of ints, not {size}",
                                "it is how many windows there are", "give whole numbers"))
    size = tuple(map(length_of, size))
    if len(size) != axes:
        raise RuntimeError(explain(f"{function}: output_size must be {axes}", f"it has {len(size)} numbers", f"give one, or {axes}"))
    if min(size) < 0:
        raise RuntimeError(explain(f"{function}: elements of output_size must be greater than or equal to 0 but received "
                                   f"{shape_text(size)}", "it counts windows", "give a size of 0 or more"))
    if 0 in input.shape[-axes - channels:] and not whole:
        raise RuntimeError(explain(
            f"{function}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
            f"{shape_text(input.shape)} with an empty dimension", "there is nothing to pool", "give an input with numbers in it"))
    return size
