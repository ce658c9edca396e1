"""Layers that make images larger."""

from workbook.nn import functional as F
from workbook.nn.module import Module


class Upsample(Module):
    """Images in another size, by `size` or by `scale_factor`.

    Shapes: `(N, C, *) -> (N, C, *size)` with one, two or three axes after the channels. `mode` is "nearest", "linear", "bilinear",
    "bicubic" or "trilinear"; with `align_corners` the corners of both lie on each other. Raises what `functional.interpolate` raises.

    >>> import workbook as torch
    >>> torch.nn.Upsample(scale_factor=2)(torch.tensor([[[[1., 2.]]]]))
    tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Upsample.html
    """

    torch_name = "torch.nn.modules.upsampling.Upsample"

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        self.scale_factor = (tuple(map(float, scale_factor)) if isinstance(scale_factor, tuple) else
                             float(scale_factor) if scale_factor else None)
        self.mode, self.align_corners, self.recompute_scale_factor = mode, align_corners, recompute_scale_factor

    def forward(self, input):
        return F.interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners,
                             recompute_scale_factor=self.recompute_scale_factor)

    def extra_repr(self):
        by = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{by}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Images in another size: each place is a copy of the nearest one.

    Shapes: `(N, C, H, W) -> (N, C, *size)`. Raises what `functional.interpolate` raises.

    >>> import workbook as torch
    >>> torch.nn.UpsamplingNearest2d(size=(1, 4))(torch.tensor([[[[1., 2.]]]]))
    tensor([[[[1., 1., 2., 2.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.UpsamplingNearest2d.html
    """

    torch_name = "torch.nn.modules.upsampling.UpsamplingNearest2d"

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Images in another size: each place is a mixture of the four around, the corners on each other.

    Shapes: `(N, C, H, W) -> (N, C, *size)`. Raises what `functional.interpolate` raises.

    >>> import workbook as torch
    >>> torch.nn.UpsamplingBilinear2d(size=(1, 3))(torch.tensor([[[[1., 2.]]]]))
    tensor([[[[1.0000, 1.5000, 2.0000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.UpsamplingBilinear2d.html
    """

    torch_name = "torch.nn.modules.upsampling.UpsamplingBilinear2d"

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
