"""Images in another size: each place of the result looks at one or a few places of the input, axis by axis.

Along an axis, place i of the result stands at scale * (i + 1/2) - 1/2 of the input, where scale is the input's side over the
result's; with `align_corners` the corners lie on each other, and it stands at scale * i.
"""

import functools
import warnings

import numpy as np

from workbook import dtypes
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.numbers import is_length, length_of
from workbook.ops.adaptive import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from workbook.ops.resampling import Taps, resampling
from workbook.tensor import Tensor, wrap

# Which number of axes each mode takes, and the name of its node.
_NODES = {("nearest", axes): resampling(f"UpsampleNearest{axes}D") for axes in (1, 2, 3)}
_NODES |= {("nearest-exact", axes): resampling(f"UpsampleNearestExact{axes}D") for axes in (1, 2, 3)}
_NODES |= {("linear", 1): resampling("UpsampleLinear1D"), ("bilinear", 2): resampling("UpsampleBilinear2D"),
           ("bicubic", 2): resampling("UpsampleBicubic2D"), ("trilinear", 3): resampling("UpsampleTrilinear3D")}
_SMOOTH = {mode: resampling(f"Upsample{mode.title()}2DAa") for mode in ("bilinear", "bicubic", "lanczos")}
_AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}


# ---- what one axis sees ---------------------------------------------------------------------------------------------------


def _scale(side, size, align_corners, factor, kind):
    """How many places of the input one place of the result covers."""
    if align_corners:
        return kind(side - 1) / kind(size - 1) if size > 1 else kind(0)
    return kind(1.0 / factor) if factor else kind(side) / kind(size)


def nearest(side, size, factor, middle, kind):
    """The place under the result's own place, or under its middle."""
    scale = _scale(side, size, False, factor, kind)
    places = np.arange(size, dtype=kind)
    if middle:
        places = (places + kind(0.5)) * scale
    elif size == side:
        scale = kind(1)
    elif size == 2 * side:
        scale = kind(0.5)
    index = np.minimum(np.floor(places if middle else places * scale).astype(np.intp), side - 1)
    return Taps(index[None], side)


def linear(side, size, align_corners, factor, kind):
    """The two places around, each with the weight of the other's distance."""
    at = np.arange(size, dtype=kind) if size == side else _stands_at(side, size, align_corners, factor, kind).clip(0)
    low = np.minimum(at.astype(np.intp), side - 1)
    beyond = (at - low.astype(kind)).clip(0, 1)
    return Taps(np.stack([low, np.minimum(low + 1, side - 1)]), side, np.stack([1 - beyond, beyond]))


def cubic(side, size, align_corners, factor, kind):
    """The four places around, by the cubic curves of Keys with a = -3/4; the edge stands for what lies beyond it."""
    at = _stands_at(side, size, align_corners, factor, kind)
    low = np.floor(at)
    index = low.astype(np.intp) + np.arange(-1, 3)[:, None]
    return Taps(index.clip(0, side - 1), side, keys(at - low - np.arange(-1, 3, dtype=kind)[:, None], -0.75))


def keys(distance, a):
    """The weight of a number at that distance, which is below 2: Keys, Cubic convolution interpolation for digital image processing, 1981."""
    x = np.abs(distance)
    return np.where(x <= 1, ((a + 2) * x - (a + 3)) * x * x + 1, ((a * x - 5 * a) * x + 8 * a) * x - 4 * a) * (x < 2)


def _stands_at(side, size, align_corners, factor, kind):
    scale = _scale(side, size, align_corners, factor, kind)
    places = np.arange(size, dtype=kind)
    return places * scale if align_corners else (places + kind(0.5)) * scale - kind(0.5)


# For each mode of antialiasing: how far its curve reaches, and the curve.
_CURVES = {"bilinear": (1, lambda x: (1 - np.abs(x)).clip(0)), "bicubic": (2, lambda x: keys(x, -0.5)),
           "lanczos": (3, lambda x: np.sinc(x) * np.sinc(x / 3) * (np.abs(x) < 3))}


def smooth(mode, side, size, align_corners, factor, kind):
    """All places that one of the result covers, when it shrinks, weighted by the curve of the mode drawn so wide."""
    if side == size:
        return Taps(np.arange(side)[None], side)  # nothing to smooth
    reach, curve = _CURVES[mode]
    scale = _scale(side, size, align_corners, factor, kind)
    wide, middle = max(scale, kind(1)), scale * (np.arange(size, dtype=kind) + kind(0.5))
    reach = kind(reach) * wide
    first = np.maximum((middle - reach + kind(0.5)).astype(np.intp), 0)
    end = np.minimum((middle + reach + kind(0.5)).astype(np.intp), side)
    index = first + np.arange(max(1, (end - first).max()))[:, None]
    weights = curve((index - middle + kind(0.5)) / wide) * (index < end)
    total = weights.sum(0)
    return Taps(index.clip(0, side - 1), side, weights / np.where(total == 0, 1, total))


@functools.lru_cache
def _taps(mode, antialias, side, size, align_corners, factor, kind):
    kind = np.dtype(kind).type
    if antialias:
        return smooth(mode, side, size, align_corners, factor, kind)
    if mode in ("nearest", "nearest-exact"):
        return nearest(side, size, factor, mode == "nearest-exact", kind)
    return (cubic if mode == "bicubic" else linear)(side, size, align_corners, factor, kind)


# ---- the functions --------------------------------------------------------------------------------------------------------


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False):
    """Return images in another size, `(N, C, *) -> (N, C, *size)` with one, two or three axes after the channels.

    `size` or `scale_factor`: one number, or one an axis. `mode`: "nearest", "nearest-exact", "linear" (one axis), "bilinear" and
    "bicubic" (two), "trilinear" (three), or "area", the means of windows. `align_corners` lays the corners on each other.
    `recompute_scale_factor` takes the scale from the rounded size. `antialias` lets a smaller image see all of the larger one.
    Floats, and uint8 for some modes. Raises ValueError for arguments that do not go together, NotImplementedError for a mode that does
    not take this input, RuntimeError for empty sizes.

    >>> import workbook as torch
    >>> torch.nn.functional.interpolate(torch.tensor([[[1., 3.]]]), scale_factor=2, mode="linear")
    tensor([[[1.0000, 1.5000, 2.5000, 3.0000]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.interpolate.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("interpolate", "input", 1, input)
    if align_corners is not None and mode in ("nearest", "area", "nearest-exact"):
        raise ValueError(explain("align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | "
                                 "trilinear", f"mode '{mode}' mixes no neighbours", "leave align_corners out"))
    numbers = _numbers(input, size, scale_factor)
    if recompute_scale_factor and scale_factor is None:
        raise ValueError(explain("recompute_scale_factor is not meaningful with an explicit size.", "there is no factor to compute anew",
                                 "leave recompute_scale_factor out"))
    _check_mode(input, mode, align_corners, antialias)
    size, factors = _sizes(input, numbers, scale_factor is not None, recompute_scale_factor or mode == "area")
    axes = input.ndim - 2
    if mode == "area":
        return _AREA[axes](input, size)
    _check_sides(input, size)
    return _resampled(input, size, factors, mode, bool(align_corners), antialias)


def _resampled(input, size, factors, mode, align_corners, antialias):
    axes, rounds = input.ndim - 2, input.dtype is dtypes.uint8 and mode not in ("nearest", "nearest-exact")
    if not input.dtype.is_floating_point and (input.dtype is not dtypes.uint8 or mode in ("linear", "trilinear")):
        raise refused_dtype(f"upsample_{mode.replace('-', '_')}{axes}d", input.dtype)
    kind = "float64" if input.dtype is dtypes.float64 else "float32"
    taps = {axis - axes: _taps(mode, antialias, input.shape[axis + 2], size[axis], align_corners, factors[axis], kind)
            for axis in range(axes)}
    node = _SMOOTH[mode] if antialias else _NODES[mode, axes]
    if rounds:  # bytes are mixed as floats, and rounded
        mixed = node.apply(input.float(), taps=taps)._array
        return wrap(np.floor(mixed + 0.5).clip(0, 255).astype("uint8"), input.device)
    return node.apply(input, taps=taps)


def _numbers(input, size, scale_factor):
    """What is given for the axes, as one number an axis."""
    sides = input.shape[2:]
    if size is not None and scale_factor is not None:
        raise ValueError(explain("only one of size or scale_factor should be defined", "each follows from the other",
                                 "leave one of them out"))
    if size is None and scale_factor is None:
        raise ValueError(explain("either size or scale_factor should be defined", "the images are to have another size",
                                 "write size=..., or scale_factor=2"))
    given, name = (size, "output size") if scale_factor is None else (scale_factor, "scale_factor")
    numbers = tuple(given) if isinstance(given, (tuple, list)) else (given,) * len(sides)
    if len(numbers) != len(sides):
        raise ValueError(explain(
            f"Input and {name.split()[0]} must have the same number of spatial dimensions, but got input with spatial dimensions of "
            f"{list(sides)} and {name} of {'shape ' * (scale_factor is not None)}{given}. Please provide input tensor in (N, C, d1, d2, ...,dK) format "
            f"and {name} in {'(o1, o2, ...,oK)' if scale_factor is None else '(s1, s2, ...,sK)'} format.",
            "each axis after the channels has its number", f"give one number, or {len(sides)}"))
    if isinstance(size, (tuple, list)) and not all(isinstance(number, (int, np.integer, Tensor)) for number in numbers):
        raise _not_whole(numbers)
    return numbers


def _not_whole(numbers):
    return TypeError(explain(
        "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size with types "
        f"{[type(number) for number in numbers]}", "it counts places", "give whole numbers, or scale_factor"))


def _sizes(input, numbers, are_factors, recompute):
    """The sizes of the result, and for each axis the factor that the scale follows from, or None where it follows from the sizes."""
    nothing = (None,) * len(numbers)
    if not are_factors:
        if not all(is_length(number, place) for place, number in enumerate(numbers)):
            raise _not_whole(numbers)
        return tuple(map(length_of, numbers)), nothing
    if not all(isinstance(number, (int, float)) for number in numbers):
        raise TypeError(explain(f"interpolate(): argument 'scale_factor' must be tuple of floats, not {type(numbers[0]).__name__}",
                                "the sizes are multiplied by it", "write scale_factor=2"))
    out = tuple([int(side * factor) for side, factor in zip(input.shape[2:], numbers)])
    return out, nothing if recompute else tuple([float(factor) if factor > 0 else None for factor in numbers])


_MODES = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact"


def _check_mode(input, mode, align_corners, antialias):
    if antialias and not (mode in _SMOOTH and input.ndim == 4):
        raise ValueError(explain("Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as "
                                 "input", "it is a way of mixing neighbours in images", "leave antialias out"))
    axes = input.ndim - 2
    if mode == "lanczos" and axes == 2:
        if align_corners or not antialias:
            raise ValueError(explain("Lanczos mode does not support align_corners=True" if align_corners else
                                     "Lanczos mode requires antialias=True", "its curve is drawn as wide as the windows",
                                     "write antialias=True, without align_corners"))
        return
    if (mode, axes) in _NODES or mode == "area" and axes in _AREA:
        return
    needs = {"linear": 3, "bilinear": 4, "trilinear": 5}.get(mode)
    if needs and input.ndim in (3, 4, 5):
        raise NotImplementedError(explain(f"Got {input.ndim}D input, but {mode} mode needs {needs}D input",
                                          "the axes are (N, C) and those of the image",
                                          f"write mode='{['linear', 'bilinear', 'trilinear'][input.ndim - 3]}'"))
    raise NotImplementedError(explain(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.ndim}D) for the modes: {_MODES} (got {mode})",
        "the axes are (N, C) and those of the image", "give the image its batch axis: x.unsqueeze(0); 'bicubic' takes 4 axes"))


def _check_sides(input, size):
    names = "DHW"[5 - input.ndim:]
    if min(size) < 1 or 0 in input.shape[2:]:
        sizes = [", ".join([f"{name}: {side}" for name, side in zip(names, sides)]) for sides in (input.shape[2:], size)]
        raise RuntimeError(explain(
            f"Input and output sizes should be greater than 0, but got input ({sizes[0]}) output ({sizes[1]})",
            "an image has at least one place", "give a larger size or scale_factor"))
    if input.shape[1] == 0:
        raise RuntimeError(explain(f"Non-empty {input.ndim}D data tensor expected but got a tensor with sizes "
                                   f"{shape_text(input.shape)}", "there are no channels", "give an input with numbers in it"))


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """As `interpolate`, under its old name. Raises what that raises.

    >>> import workbook as torch
    >>> torch.nn.functional.upsample(torch.tensor([[[1., 3.]]]), scale_factor=2)
    tensor([[[1., 1., 3., 3.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.upsample.html
    """
    _warn_of_old_name("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """As `interpolate` with mode "nearest", under its old name. Raises what that raises.

    >>> import workbook as torch
    >>> torch.nn.functional.upsample_nearest(torch.tensor([[[1., 3.]]]), scale_factor=2)
    tensor([[[1., 1., 3., 3.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.upsample_nearest.html
    """
    _warn_of_old_name("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """As `interpolate` with mode "bilinear" and aligned corners, under its old name. Raises what that raises.

    >>> import workbook as torch
    >>> torch.nn.functional.upsample_bilinear(torch.tensor([[[[1., 3.]]]]), size=(1, 3))
    tensor([[[[1., 2., 3.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.upsample_bilinear.html
    """
    _warn_of_old_name("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _warn_of_old_name(name):
    warnings.warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=3)
