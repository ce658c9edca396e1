"""Images looked at through a grid: each place of the result says where in the input it looks, between -1 and 1.

A place stands at t between its neighbours, and its number is the sum of theirs, weighted along each axis: linear weights of two, or
cubic ones of four. Which neighbours those are is found once, going forward; t is slope * grid + offset from then on, so that the
formulas of the derivative are sums of products, and can be differentiated again.
"""

import itertools
import math
import warnings

import numpy as np

from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.ops.autocasting import in_dtype
from workbook.ops.axes import transpose, unsqueeze
from workbook.ops.from_data import tensor
from workbook.ops.joining import stack
from workbook.ops.parts import select
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape
from workbook.tensor import Tensor


class _Look(Operation):
    """out = the numbers of x (N, C, places) at `index` (N, P), 0 where `seen` says that it lies outside"""

    def forward(ctx, x, *, index, seen, places):
        ctx.look = dict(index=index, seen=seen, places=places)
        return ctx.xp.take_along_axis(x, index[:, None], 2) * seen[:, None].astype(x.dtype)

    def backward(ctx, grad):
        return (_PutBack.apply(grad, **ctx.look),)


class _PutBack(Operation):
    """The transpose of `_Look`: the numbers of x (N, C, P) added up at their places"""

    def forward(ctx, x, *, index, seen, places):
        ctx.look = dict(index=index, seen=seen, places=places)
        n, c, _ = x.shape
        out = ctx.xp.zeros((n, c, places), x.dtype)
        lines = ctx.xp.arange(n * c).reshape(n, c, 1)
        ctx.xp.add.at(out.reshape(n * c, places), (lines, index[:, None]), x * seen[:, None].astype(x.dtype))
        return out

    def backward(ctx, grad):
        return (_Look.apply(grad, **ctx.look),)


class _GridSampler(Operation):
    """out = what x (N, C, *image) shows at the places of grid (N, *out, axes)"""

    def forward(ctx, x, grid, *, mode, padding_mode, align_corners):
        xp, axes = ctx.xp, grid.shape[-1]
        ctx.save(x, grid)
        ctx.mode, ctx.image = mode, x.shape[2:]
        flat, numbers = x.reshape(*x.shape[:2], math.prod(ctx.image)), grid.reshape(len(grid), math.prod(grid.shape[1:-1]), axes)
        found = [_along(xp, numbers[..., axis], side, mode, padding_mode, align_corners)
                 for axis, side in enumerate(reversed(ctx.image))]  # the grid names the last axis first
        slopes, ts, neighbours = zip(*found)
        ctx.keep(*slopes, *[t - slope * numbers[..., axis] for axis, (slope, t) in enumerate(zip(slopes, ts))])
        ctx.looks = _looks(neighbours, ctx.image)
        out = 0
        for weight, look in zip(_products([_WEIGHTS[mode](t) for t in ts]), ctx.looks):
            part = xp.take_along_axis(flat, look["index"][:, None], 2) * look["seen"][:, None].astype(x.dtype)
            out = out + (part if weight is None else part * weight[:, None])
        return out.reshape(*x.shape[:2], *grid.shape[1:-1])

    def backward(ctx, grad):
        x, grid = ctx.saved
        axes, kept = len(ctx.image), ctx.kept
        places = math.prod(grid.shape[1:-1])
        flat = reshape(x, (*x.shape[:2], math.prod(ctx.image)))
        numbers, grad = reshape(grid, (grid.shape[0], places, axes)), reshape(grad, (*x.shape[:2], places))
        ts = [kept[axis] * select(numbers, -1, axis) + kept[axes + axis] for axis in range(axes)]
        to_x = to_grid = None
        if ctx.needs_input_grad[0]:
            parts = [_PutBack.apply(grad if weight is None else grad * unsqueeze(weight, 1), **look)
                     for weight, look in zip(_products([_WEIGHTS[ctx.mode](t) for t in ts]), ctx.looks)]
            to_x = reshape(_total(parts), tuple(x.shape))
        if ctx.needs_input_grad[1]:
            if ctx.mode == "nearest":
                return to_x, grid * 0
            seen = [sum(grad * _Look.apply(flat, **look), 1) for look in ctx.looks]
            slopes = []
            for axis in range(axes):
                weights = [(_SLOPES if axis == other else _WEIGHTS)[ctx.mode](t) for other, t in enumerate(ts)]
                slopes.append(_total([weight * part for weight, part in zip(_products(weights), seen)]) * kept[axis])
            to_grid = reshape(stack(slopes, -1), tuple(grid.shape))
        return to_x, to_grid


class GridSampler2d(_GridSampler, name="GridSampler2DBackward0"):
    __doc__ = _GridSampler.__doc__


class GridSampler3d(_GridSampler, name="GridSampler3DBackward0"):
    __doc__ = _GridSampler.__doc__


def _total(parts):
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _along(xp, numbers, side, mode, padding_mode, align_corners):
    """For one axis: how t moves with the grid, t, and the neighbours of each place, each with whether it lies inside."""
    at = (numbers + 1) / 2 * (side - 1) if align_corners else ((numbers + 1) * side - 1) / 2
    slope = xp.full(numbers.shape, (side - 1) / 2 if align_corners else side / 2, numbers.dtype)
    if mode != "bicubic":
        at, slope = _padded(xp, at, slope, side, padding_mode, align_corners)
    nowhere = ~xp.isfinite(at)  # NaN and infinity: no neighbours, and so no number
    at = xp.where(nowhere, -100, at).clip(-1e9, 1e9)
    if mode == "nearest":
        return slope, slope, [_inside(xp, xp.rint(at), side)]  # how a place moves is not asked: it jumps
    low = xp.floor(at)
    near = [low + k for k in ((0, 1) if mode == "bilinear" else (-1, 0, 1, 2))]
    if mode == "bicubic":
        near = [_padded(xp, place, slope, side, padding_mode, align_corners)[0] for place in near]
    return slope, xp.where(nowhere, math.nan, at - low), [_inside(xp, place, side) for place in near]


def _padded(xp, at, slope, side, padding_mode, align_corners):
    """Where a place beyond the edge looks instead, and how that moves with the grid: not at all, or backwards."""
    if padding_mode != "zeros":  # what is nowhere looks at the first place
        at = xp.where(xp.isnan(at) if padding_mode == "border" else ~xp.isfinite(at), 0, at)
    if padding_mode == "reflection":
        low, span = (0, side - 1) if align_corners else (-0.5, side)
        if span == 0:
            return at * 0, slope * 0
        away = xp.abs(at - low)
        turns, rest = xp.floor(away / span), away % span
        back = turns % 2 == 1
        slope = slope * xp.where(at < low, -1, 1).astype(at.dtype) * xp.where(back, -1, 1).astype(at.dtype)
        at = xp.where(back, span - rest, rest) + at.dtype.type(low)
    if padding_mode != "zeros":
        slope = slope * ((at > 0) & (at < side - 1))
        at = at.clip(0, side - 1)
    return at, slope


def _inside(xp, place, side):
    place = place.astype("int64")
    return place.clip(0, side - 1), (place >= 0) & (place < side)


def _looks(neighbours, image):
    """For each neighbour of a place, over all axes: its index in the flat image, and whether it lies inside."""
    steps = [math.prod(image[len(image) - axis:]) for axis in range(len(image))]
    looks = []
    for taps in itertools.product(*neighbours):
        index, seen = 0, True
        for (place, inside), step in zip(taps, steps):
            index, seen = index + place * step, seen & inside
        looks.append(dict(index=index, seen=seen, places=math.prod(image)))
    return looks


def _products(weights):
    """The weight of each neighbour over all axes, in the order of `_looks`; None where it is 1."""
    for taps in itertools.product(*weights):
        product = None
        for weight in taps:
            product = weight if product is None or weight is None else product * weight
        yield product


def _cubic(t):
    """The weights of the four places around t by the cubic curves of Keys with a = -3/4."""
    far, near = (lambda x: ((-0.75 * x + 3.75) * x - 6) * x + 3), (lambda x: (1.25 * x - 2.25) * x * x + 1)
    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic_slopes(t):
    far, near = (lambda x: (-2.25 * x + 7.5) * x - 6), (lambda x: (3.75 * x - 4.5) * x)
    return [far(t + 1), near(t), -near(1 - t), -far(2 - t)]


_WEIGHTS = {"nearest": lambda t: [None], "bilinear": lambda t: [1 - t, t], "bicubic": _cubic}
_SLOPES = {"bilinear": lambda t: [t * 0 - 1, t * 0 + 1], "bicubic": _cubic_slopes}


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """Return what images show at the places of a grid, `(N, C, H, W), (N, H_out, W_out, 2) -> (N, C, H_out, W_out)`, or with depth.

    A place of the grid is (x, y) or (x, y, z), -1 and 1 at the edges of the image (at the middle of its outermost places with
    `align_corners`). `mode`: "bilinear", "nearest", "bicubic"; `padding_mode`, for places outside: "zeros", "border", "reflection".
    Raises ValueError for another mode, RuntimeError for shapes that do not fit.

    >>> import workbook as torch
    >>> image = torch.tensor([[[[1., 2.], [3., 4.]]]])
    >>> torch.nn.functional.grid_sample(image, torch.zeros(1, 1, 1, 2), align_corners=False)
    tensor([[[[2.5000]]]])

    Source: Jaderberg et al., Spatial Transformer Networks, 2015, section 3.3;
    https://pytorch.org/docs/2.13/generated/torch.nn.functional.grid_sample.html
    """
    input, grid = in_dtype("widest", ("cuda",), input, grid)
    for position, (name, given) in enumerate((("input", input), ("grid", grid)), 1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("grid_sampler", name, position, given)
    for name, value, known in (("mode", mode, ("bilinear", "nearest", "bicubic")), ("padding_mode", padding_mode, ("zeros", "border", "reflection"))):
        if value not in known:
            comma = "," * (name == "padding_mode")  # PyTorch's two sentences differ in it
            raise ValueError(explain(f"nn.functional.grid_sample(): expected {name} to be {', '.join(map(repr, known[:-1]))}{comma} or "
                                     f"'{known[-1]}', but got: '{value}'", "it is one of three names", f"write {name}='{known[0]}'"))
    if align_corners is None:
        _warn()
    _check_grid(input, grid, mode)
    operation = GridSampler2d if input.ndim == 4 else GridSampler3d
    return operation.apply(input, grid, mode=mode, padding_mode=padding_mode, align_corners=bool(align_corners))


def _check_grid(input, grid, mode):
    axes = input.ndim - 2
    if axes not in (2, 3) or grid.ndim != input.ndim:
        raise RuntimeError(explain(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{shape_text(input.shape)} and grid with sizes {shape_text(grid.shape)}",
            "images are (N, C, H, W), and their grid (N, H_out, W_out, 2)", "give both their batch axis: x.unsqueeze(0)"))
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(explain(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{shape_text(input.shape)} and grid with sizes {shape_text(grid.shape)}", "each image has its own grid",
            "write grid.expand(len(x), -1, -1, -1)"))
    if grid.shape[-1] != axes:
        raise RuntimeError(explain(
            f"grid_sampler(): expected grid to have size {axes} in last dimension, but got grid with sizes {shape_text(grid.shape)}",
            "each place names a number an axis", f"give {axes} numbers a place"))
    if 0 in input.shape[2:]:
        raise RuntimeError(explain(
            f"grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {shape_text(input.shape)} with an "
            "empty dimension", "there is nothing to look at", "give an input with numbers in it"))
    if axes == 3 and mode == "bicubic":
        raise RuntimeError(explain("grid_sampler(): bicubic interpolation only supports 4D input", "its curves are for images",
                                   "write mode='bilinear'"))
    if not input.dtype.is_floating_point:
        raise refused_dtype(f"grid_sampler_{axes}d", input.dtype)
    if input.dtype is not grid.dtype:
        raise RuntimeError(explain(
            f"expected scalar type {input.dtype.legacy} but found {grid.dtype.legacy}",
            "both are mixed with each other", "convert the grid: grid.to(input)"))


def _warn():
    warnings.warn("Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
                  "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
                  UserWarning, stacklevel=3)


class AffineGridGenerator(Operation):
    """out = theta (N, axes, axes + 1) applied to each place of `base` (N, places, axes + 1): (N, *sides, axes)"""

    def forward(ctx, theta, base, *, sides):
        ctx.save(base)
        return (base @ theta.swapaxes(1, 2)).reshape(len(theta), *sides, theta.shape[1])

    def backward(ctx, grad):
        base, = ctx.saved
        flat = reshape(grad, (grad.shape[0], base.shape[1], base.shape[2] - 1))
        return transpose(flat, 1, 2) @ base, None


def affine_grid(theta, size, align_corners=None):
    """Return the grid of places for `grid_sample` that affine maps make, `(N, 2, 3) -> (N, H, W, 2)` or `(N, 3, 4) -> (N, D, H, W, 3)`.

    `size`: (N, C, H, W) or (N, C, D, H, W) of the images to be made. Raises ValueError where `theta` does not fit the size,
    NotImplementedError for another number of axes.

    >>> import workbook as torch
    >>> torch.nn.functional.affine_grid(torch.eye(2, 3)[None], (1, 1, 1, 2), align_corners=False)
    tensor([[[[-0.5000,  0.0000],
              [ 0.5000,  0.0000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.affine_grid.html
    """
    if not isinstance(theta, Tensor):
        raise not_a_tensor("affine_grid", "theta", 1, theta)
    if align_corners is None:
        _warn()
    _check_theta(theta, size, align_corners)
    sides = tuple(size[2:])
    lines = [_line(side, align_corners, theta._array.dtype) for side in sides]
    mesh = np.meshgrid(*lines, indexing="ij")[::-1]  # the last axis is x, and comes first
    places = np.stack([*mesh, np.ones(sides, theta._array.dtype)], -1).reshape(1, math.prod(sides), len(sides) + 1)
    base = tensor(np.repeat(places, size[0], 0), device=theta.device)
    return AffineGridGenerator.apply(theta, base, sides=sides)


def _line(side, align_corners, dtype):
    """The places along one axis, from edge to edge."""
    if side <= 1:
        return np.zeros(side, dtype)
    line = np.linspace(-1, 1, side, dtype=dtype)
    return line if align_corners else line * dtype.type((side - 1) / side)


def _check_theta(theta, size, align_corners):
    if not theta.is_floating_point():
        raise ValueError(explain(f"Expected theta to have floating point type, but got {theta.dtype}",
                                 "a map turns and scales", "convert it: theta.float()"))
    if not hasattr(size, "__len__"):
        raise TypeError(explain(f"affine_grid(): object of type '{type(size).__name__}' has no len()", "the size is that of the images",
                                "give (N, C, H, W)"))
    axes = len(size) - 2
    if axes not in (2, 3):
        raise NotImplementedError(explain("affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
                                          f"Got size {size}.", "images are (N, C, H, W), or with depth", "give four or five sizes"))
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (axes, axes + 1):
        raise ValueError(explain(
            f"Expected a batch of {axes}D affine matrices of shape Nx{axes}x{axes + 1} for size {size}. Got {theta.shape}.",
            "each image has its own map, with the shift in the last column", "give theta that shape"))
    if align_corners and min(size[2:]) == 1:
        warnings.warn("Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This is not an "
                      "intended use case of affine_grid. See the documentation of affine_grid for details.", UserWarning, stacklevel=3)
    elif min(size) <= 0:
        raise ValueError(explain(f"Expected non-zero, positive output size. Got {size}", "an image has at least one place",
                                 "give sizes above 0"))
    if theta.shape[0] != size[0]:
        raise RuntimeError(explain(
            f"Expected size for first two dimensions of batch2 tensor to be: [{size[0]}, {axes + 1}] but got: [{theta.shape[0]}, {axes + 1}].",
            f"theta holds {theta.shape[0]} maps, for {size[0]} images", "give as many maps as images"))
