"""Layers that exchange channels and places, or channels among themselves."""

from workbook.nn import functional as F
from workbook.nn.module import Module


class PixelShuffle(Module):
    """Channels become places: images `upscale_factor` times as large.

    Shapes: `(*, C r ** 2, H, W) -> (*, C, H r, W r)`. Raises RuntimeError, when it is called, unless r ** 2 divides the channels.

    >>> import workbook as torch
    >>> torch.nn.PixelShuffle(3)(torch.zeros(1, 9, 4, 4)).shape
    torch.Size([1, 1, 12, 12])

    Source: Shi et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.PixelShuffle.html
    """

    torch_name = "torch.nn.modules.pixelshuffle.PixelShuffle"

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self):
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Places become channels: images `downscale_factor` times smaller.

    Shapes: `(*, C, H r, W r) -> (*, C r ** 2, H, W)`. Raises RuntimeError, when it is called, unless r divides height and width.

    >>> import workbook as torch
    >>> torch.nn.PixelUnshuffle(3)(torch.zeros(1, 1, 12, 12)).shape
    torch.Size([1, 9, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.PixelUnshuffle.html
    """

    torch_name = "torch.nn.modules.pixelshuffle.PixelUnshuffle"

    def __init__(self, downscale_factor):
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input):
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self):
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Channels in another order: the first of each of `groups` groups, then the second of each.

    Shapes: `(N, C, *) -> (N, C, *)`. Raises RuntimeError, when it is called, unless `groups` divides the channels.

    >>> import workbook as torch
    >>> torch.nn.ChannelShuffle(2)(torch.arange(4.).reshape(1, 4, 1)).flatten()
    tensor([0., 2., 1., 3.])

    Source: Zhang et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.ChannelShuffle.html
    """

    torch_name = "torch.nn.modules.channelshuffle.ChannelShuffle"

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, input):
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self):
        return f"groups={self.groups}"
