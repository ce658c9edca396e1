"""Padding: more room around a Tensor, filled with one number or with what lies inside."""

import functools

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.numbers import is_length, number_in
from workbook.ops.resampling import Resample, Taps, resampling
from workbook.tensor import Tensor


class ConstantPadNd(Operation):
    """out = x with `value` around it; `around`: how much before and after each axis. A negative number cuts off."""

    def forward(ctx, x, *, around, value):
        ctx.around = around
        sides = [side + before + after for side, (before, after) in zip(x.shape, around)]
        out = ctx.xp.full(sides, value, x.dtype)
        inner = tuple([slice(max(before, 0), side - max(after, 0)) for side, (before, after) in zip(sides, around)])
        kept = tuple([slice(max(-before, 0), side - max(-after, 0)) for side, (before, after) in zip(x.shape, around)])
        out[inner] = x[kept]
        return out

    def backward(ctx, grad):
        return (ConstantPadNd.apply(grad, around=tuple([(-before, -after) for before, after in ctx.around]), value=0),)


def _mirrored(size, before, after):
    """Which place is seen beyond the edge as in a mirror that stands on the edge's own numbers: 2 1 | 0 1 2 | 1 0."""
    places = np.abs(np.arange(-before, size + after))
    return size - 1 - np.abs(size - 1 - places)


def _edge(size, before, after):
    """The edge's own number, again and again: 0 0 | 0 1 2 | 2 2."""
    return np.arange(-before, size + after).clip(0, size - 1)


def _around(size, before, after):
    """As if the axis were a circle: 1 2 | 0 1 2 | 0 1. What is cut off is not met again."""
    kept = np.arange(max(-before, 0), size - max(-after, 0))
    return np.concatenate([kept[len(kept) - max(before, 0):], kept, kept[:max(after, 0)]])


_PLACES = {"reflect": _mirrored, "replicate": _edge, "circular": _around}
_NODES = {(mode, axes): resampling(f"{name}{axes}D") for mode, name in (("reflect", "ReflectionPad"), ("replicate", "ReplicationPad"))
          for axes in (1, 2, 3)}


class CircularPad(Resample, name="CopySlices"):
    """The same by PyTorch's name for it, which writes a circle slice by slice into new memory"""

    prefix = "torch::autograd::"


_NODES |= {("circular", axes): CircularPad for axes in (1, 2, 3)}


@functools.lru_cache
def _taps(mode, size, before, after):
    return Taps(_PLACES[mode](size, before, after)[None], size)


def pad(input, pad, mode="constant", value=None):
    """Return `input` with more places around it: `pad` counts those before and after the last axis, then the one before, and so on.

    `mode`: "constant" (filled with `value`, 0 unless given), "reflect", "replicate" or "circular"; all but the first pad the last
    one, two or three axes of `(N, C, *)` or `(C, *)`. Negative numbers cut off. Any dtype. Raises RuntimeError for a padding that
    is too large, NotImplementedError for another mode.

    >>> import workbook as torch
    >>> torch.nn.functional.pad(torch.tensor([[1, 2, 3]]), (2, 1), mode="reflect")
    tensor([[3, 2, 1, 2, 3, 2]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.pad.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("pad", "input", 1, input)
    pad, ndim = _whole(pad), input.ndim
    _check_value(value)
    if len(pad) % 2:
        raise RuntimeError(explain("Padding length must be divisible by 2", "each axis has a number before and one after",
                                   "for the last axis write (before, after)"))
    if len(pad) > 2 * ndim:
        raise RuntimeError(explain(
            f"Padding length should be less than or equal to two times the input dimension but got padding length {len(pad)} and "
            f"input of dimension {ndim}", "each axis has a number before and one after", f"give at most {2 * ndim} numbers"))
    around = tuple(zip(pad[::2], pad[1::2]))  # the last axis first
    if mode == "constant":
        return ConstantPadNd.apply(input, around=_checked(input, (*[(0, 0)] * (ndim - len(around)), *around[::-1])),
                                   value=0 if value is None else number_in(float(value), input.dtype.numpy))
    if mode in _PLACES and value not in (None, 0):
        raise RuntimeError(explain(f"Padding mode \"{mode}\" doesn't take in value argument",
                                   "it fills the room with what lies inside", "leave value out, or write mode='constant'"))
    _check_mode(input, around, mode)
    taps = {-1 - place: _taps(mode, input.shape[-1 - place], *both) for place, both in enumerate(around)}
    return _NODES[mode, len(around)].apply(input, taps=taps)


def _whole(pad):
    if isinstance(pad, int) or not hasattr(pad, "__iter__"):
        raise TypeError(explain(f"pad(): argument 'pad' (position 2) must be tuple of ints, not {type(pad).__name__}",
                                "each axis has a number before and one after", "for the last axis write (before, after)"))
    pad = tuple(pad)
    for place, number in enumerate(pad):
        if not is_length(number, place):
            raise TypeError(explain(f"pad(): argument 'pad' (position 2) must be tuple of ints, but found element of type "
                                    f"{type(number).__name__} at pos {place}", "places are counted", "give whole numbers"))
    return tuple([int(number) for number in pad])


def _check_value(value):
    if value is not None and not isinstance(value, (int, float, np.number)) and not (isinstance(value, Tensor) and value.ndim == 0):
        raise TypeError(explain(f"pad(): argument 'value' (position 4) must be float, not {type(value).__name__}",
                                "it is one number, which fills the room", "write value=0.0"))


def _checked(input, around):
    for axis, (side, (before, after)) in enumerate(zip(input.shape, around)):
        if side + min(before, 0) + min(after, 0) < 0 or side + before + after < 0:
            raise RuntimeError(explain(
                f"narrow(): length must be non-negative. The input size {side}, plus negative padding {before} and {after} resulted "
                f"in a negative output size, which is invalid. Check dimension {axis} of your input.",
                "a negative padding cuts off, and there is not so much", "cut off less"))
    return around


def _check_mode(input, around, mode):
    """Refuse what padding with numbers from inside cannot do with this input."""
    axes, ndim = len(around), input.ndim
    if mode not in _PLACES:
        raise NotImplementedError(explain(f"Unrecognised padding mode {mode}", f"there are 'constant', {', '.join(map(repr, _PLACES))}",
                                          "write mode='constant'"))
    if not 1 <= axes <= 3 or ndim not in (axes + 1, axes + 2):
        raise NotImplementedError(explain(
            f"Padding size {2 * axes} is not supported for {ndim}D input tensor. Supported combinations for non-constant padding: "
            "2D or 3D input: padding size = 2; 3D or 4D input: padding size = 4; 4D or 5D input: padding size = 6",
            "images come with their channels, (C, *) or (N, C, *), and each axis after those has two numbers",
            "use unsqueeze(0) to give the input the axes, or mode='constant'"))
    if mode != "circular":
        if 0 in input.shape[-axes - 1:]:
            raise RuntimeError(explain(
                f"Expected {axes + 1}D or {axes + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions "
                f"for input, but got: {shape_text(input.shape)}", "there is nothing inside to fill the room with",
                "give an input with numbers in it"))
    if mode == "replicate" and input.dtype is dtypes.bool:
        raise refused_dtype(f"replication_pad{axes}d", dtypes.bool)
    for place, (before, after) in enumerate(around):
        side, most = input.shape[-1 - place], max(before, after)
        if mode == "reflect" and most >= side:
            raise RuntimeError(explain(
                "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
                f"({before}, {after}) at dimension {ndim - 1 - place} of input {shape_text(input.shape)}",
                "a mirror shows each place once", "pad less, or with mode='replicate'"))
        if mode == "circular" and most > side:
            raise RuntimeError(explain("Padding value causes wrapping around more than once.",
                                       f"axis {ndim - 1 - place} has only {side} places", "pad less"))
        out = side + before + after
        if out < (0 if mode == "circular" else 1):
            raise RuntimeError(explain(
                f"input ({'WHD'[place]}: {side}) is too small. Calculated output {'WHD'[place]}: {out}" if mode != "circular"
                else "Negative padding value is resulting in an empty dimension.",
                f"a padding of {before} and {after} cuts all of it away", "cut off less"))
        kept = side + min(before, 0) + min(after, 0)
        if mode == "circular" and most > kept:
            raise RuntimeError(explain(
                "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location.",
                f"of the {side} places of axis {ndim - 1 - place} {kept} are kept, and {most} are to be filled with these", "cut off less, or pad less"))
    if mode == "reflect" and input.dtype is dtypes.bool:
        raise refused_dtype(f"reflection_pad{axes}d", dtypes.bool)
