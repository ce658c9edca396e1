"""Channels and places exchanged: pixel shuffle and its way back, and channels in another order."""

from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.numbers import is_length, length_of
from workbook.tensor import Tensor


class PixelShuffle(Operation):
    """out = the channels of each place laid out as a square of `factor` places a side"""

    def forward(ctx, x, *, factor):
        ctx.factor = factor
        *lead, c, h, w = x.shape
        n = len(lead)
        squares = x.reshape(*lead, c // factor ** 2, factor, factor, h, w).transpose(*range(n), n, n + 3, n + 1, n + 4, n + 2)
        return ctx.xp.ascontiguousarray(squares).reshape(*lead, c // factor ** 2, h * factor, w * factor)

    def backward(ctx, grad):
        return (PixelUnshuffle.apply(grad, factor=ctx.factor),)


class PixelUnshuffle(Operation):
    """out = each square of `factor` places a side laid out as channels of one place"""

    def forward(ctx, x, *, factor):
        ctx.factor = factor
        *lead, c, h, w = x.shape
        n = len(lead)
        squares = x.reshape(*lead, c, h // factor, factor, w // factor, factor).transpose(*range(n), n, n + 2, n + 4, n + 1, n + 3)
        return ctx.xp.ascontiguousarray(squares).reshape(*lead, c * factor ** 2, h // factor, w // factor)

    def backward(ctx, grad):
        return (PixelShuffle.apply(grad, factor=ctx.factor),)


class ChannelShuffle(Operation):
    """out = the channels, which stand group by group, with the first of each group first, then the second of each, and so on"""

    def forward(ctx, x, *, groups):
        ctx.groups = groups
        n, c, *image = x.shape
        return ctx.xp.ascontiguousarray(x.reshape(n, groups, c // groups, *image).swapaxes(1, 2)).reshape(x.shape)

    def backward(ctx, grad):
        return (ChannelShuffle.apply(grad, groups=grad.shape[1] // ctx.groups),)


def pixel_shuffle(input, upscale_factor):
    """Return images r times as large, `(*, C r ** 2, H, W) -> (*, C, H r, W r)` with r = `upscale_factor`: channels become places.

    Raises RuntimeError unless r ** 2 divides the channels.

    >>> import workbook as torch
    >>> torch.nn.functional.pixel_shuffle(torch.arange(4.).view(4, 1, 1), 2)
    tensor([[[0., 1.],
             [2., 3.]]])

    Source: Shi et al., Real-Time Single Image and Video Super-Resolution, 2016, equation 4;
    https://pytorch.org/docs/2.13/generated/torch.nn.functional.pixel_shuffle.html
    """
    factor = _checked("pixel_shuffle", input, "upscale_factor", upscale_factor)
    if input.shape[-3] % factor ** 2:
        raise RuntimeError(explain(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={input.shape[-3]} is not divisible by {factor ** 2}", "each place becomes a square of places",
            f"give a multiple of {factor ** 2} channels"))
    return PixelShuffle.apply(input, factor=factor)


def pixel_unshuffle(input, downscale_factor):
    """Return images r times smaller, `(*, C, H r, W r) -> (*, C r ** 2, H, W)` with r = `downscale_factor`: places become channels.

    Raises RuntimeError unless r divides height and width.

    >>> import workbook as torch
    >>> torch.nn.functional.pixel_unshuffle(torch.arange(4.).view(1, 2, 2), 2).flatten()
    tensor([0., 1., 2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.pixel_unshuffle.html
    """
    factor = _checked("pixel_unshuffle", input, "downscale_factor", downscale_factor)
    for name, axis in (("height", -2), ("width", -1)):
        if input.shape[axis] % factor:
            raise RuntimeError(explain(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({axis})={input.shape[axis]} is not "
                f"divisible by {factor}", "squares of places become channels", f"give a multiple of {factor}"))
    return PixelUnshuffle.apply(input, factor=factor)


def channel_shuffle(input, groups):
    """Return the channels of `(N, C, *)` mixed across groups: the first of each of `groups` groups, then the second of each.

    Raises RuntimeError unless `groups` divides the channels.

    >>> import workbook as torch
    >>> torch.nn.functional.channel_shuffle(torch.arange(4.).view(1, 4, 1), 2).flatten()
    tensor([0., 2., 1., 3.])

    Source: Zhang et al., ShuffleNet, 2017, section 3.1;
    https://pytorch.org/docs/2.13/generated/torch.nn.functional.channel_shuffle.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("channel_shuffle", "input", 1, input)
    groups = _whole("channel_shuffle", "groups", groups)
    if input.ndim < 3:
        raise RuntimeError(explain(f"channel_shuffle expects input with > 2 dims, but got input with sizes {shape_text(input.shape)}",
                                   "the axes are (N, C, *)", "give the input its axes: x.unsqueeze(-1)"))
    if groups < 1:
        raise RuntimeError(explain(f"Number of groups to divide channels in must be positive. Value of groups:{groups}",
                                   "the channels are shared out among them", "use groups=1 or more"))
    if input.shape[1] % groups:
        raise RuntimeError(explain(
            f"Number of channels must be divisible by groups. Got {input.shape[1]} channels and {groups} groups.",
            "each group has as many channels", "choose a number of groups that divides the channels"))
    return ChannelShuffle.apply(input, groups=groups)


native_channel_shuffle = channel_shuffle  # PyTorch's second name for it


def _whole(function, name, number):
    if not is_length(number):
        raise TypeError(explain(f"{function}(): argument '{name}' (position 2) must be int, not {type(number).__name__}",
                                "places are counted", "give a whole number"))
    return length_of(number)


def _checked(function, input, name, factor):
    if not isinstance(input, Tensor):
        raise not_a_tensor(function, "input", 1, input)
    factor = _whole(function, name, factor)
    if input.ndim < 3:
        raise RuntimeError(explain(f"{function} expects input to have at least 3 dimensions, but got input with {input.ndim} "
                                   "dimension(s)", "the axes are (*, C, H, W)", "give the image its channels: x.unsqueeze(0)"))
    if factor < 1:
        raise RuntimeError(explain(f"{function} expects a positive {name}, but got {factor}",
                                   "it is the side of a square of places", "use 1 or more"))
    return factor
