"""Pooling layers: one number for each window."""

from workbook.nn import functional as F
from workbook.nn.module import Module


class MaxPool2d(Module):
    """The largest number of each window.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. `stride` defaults to the window. With `return_indices`
    also the place of each maximum, counted through the flattened image.

    >>> import workbook as torch
    >>> torch.nn.MaxPool2d(2)(torch.arange(16.0).reshape(1, 1, 4, 4))
    tensor([[[[ 5.,  7.],
              [13., 15.]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.MaxPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.MaxPool2d"

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation, self.return_indices, self.ceil_mode = padding, dilation, return_indices, ceil_mode

    def forward(self, input):
        return F.max_pool2d(input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode,
                            return_indices=self.return_indices)

    def extra_repr(self):
        return (f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
                f"ceil_mode={self.ceil_mode}")


class AvgPool2d(Module):
    """The mean of each window.

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. `stride` defaults to the window. `count_include_pad`
    counts padded zeros as members of a window; `divisor_override` divides by that number instead of the window's size.

    >>> import workbook as torch
    >>> torch.nn.AvgPool2d(2)(torch.arange(16.0).reshape(1, 1, 4, 4))
    tensor([[[[ 2.5000,  4.5000],
              [10.5000, 12.5000]]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.AvgPool2d.html
    """

    torch_name = "torch.nn.modules.pooling.AvgPool2d"

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.ceil_mode, self.count_include_pad, self.divisor_override = ceil_mode, count_include_pad, divisor_override

    def forward(self, input):
        return F.avg_pool2d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad,
                            self.divisor_override)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
