"""Layers between images and their patches."""

from workbook.nn import functional as F
from workbook.nn.module import Module


class Fold(Module):
    """Images that patches make: each patch is added where it came from.

    Shapes: `(N, C * kH * kW, patches) -> (N, C, *output_size)`, or both without N. Raises RuntimeError, when it is called, where the
    numbers of rows and columns do not fit.

    >>> import workbook as torch
    >>> torch.nn.Fold((4, 5), (2, 2))(torch.zeros(1, 12, 12)).shape
    torch.Size([1, 3, 4, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Fold.html
    """

    torch_name = "torch.nn.modules.fold.Fold"

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size, self.dilation, self.padding, self.stride = output_size, kernel_size, dilation, padding, stride

    def forward(self, input):
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        return (f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
                f"padding={self.padding}, stride={self.stride}")


class Unfold(Module):
    """All patches of images, each as one column.

    Shapes: `(N, C, H, W) -> (N, C * kH * kW, patches)`, or both without N. Raises RuntimeError, when it is called, where no patch fits.

    >>> import workbook as torch
    >>> torch.nn.Unfold((2, 3))(torch.zeros(2, 5, 3, 4)).shape
    torch.Size([2, 30, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Unfold.html
    """

    torch_name = "torch.nn.modules.fold.Unfold"

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input):
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
