"""Convolution layers."""

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.convolution import pair
from workbook.ops.creation import empty

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class Conv2d(Module):
    """Slide `out_channels` kernels over an image: each output is the weighted sum of the window under the kernel, plus a bias.

    Shapes: `(N, C_in, H, W) -> (N, C_out, H_out, W_out)`, or both without N, where
    H_out = (H + 2*padding - dilation*(kernel_size - 1) - 1) // stride + 1.
    weight is (C_out, C_in // groups, *kernel_size), bias (C_out,); both start as U(-b, b) with b = 1 / sqrt(fan_in).
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.Conv2d(1, 6, 5)(torch.zeros(2, 1, 32, 32)).shape
    torch.Size([2, 6, 28, 28])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Conv2d.html
    """

    torch_name = "torch.nn.modules.conv.Conv2d"

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", device=None, dtype=None):
        super().__init__()
        _check(in_channels, out_channels, stride, padding, groups, padding_mode)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        self.padding = padding if isinstance(padding, str) else pair(padding)
        self.groups, self.padding_mode = groups, padding_mode
        self.weight = Parameter(empty(out_channels, in_channels // groups, *self.kernel_size, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew, the weight first."""
        init.default_(self.weight, self.bias)

    def forward(self, input):
        return F.conv2d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0, 0):
            text += f", padding={self.padding}"
        if self.dilation != (1, 1):
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text


def _check(in_channels, out_channels, stride, padding, groups, padding_mode):
    if groups <= 0:
        raise ValueError(explain("groups must be a positive integer",
                                 "the channels are shared out among so many groups", "leave groups out, or write 1"))
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups:
            raise ValueError(explain(f"{name} must be divisible by groups",
                                     f"{channels} channels cannot be split into {groups} equal groups",
                                     f"choose a {name} that {groups} divides"))
    if isinstance(padding, str):
        if padding not in ("valid", "same"):
            raise ValueError(explain(f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}",
                                     "a padding is a number, or one of two names", "write padding=1, or 'same'"))
        if padding == "same" and any(step != 1 for step in pair(stride)):
            raise ValueError(explain("padding='same' is not supported for strided convolutions",
                                     f"with stride {stride} the output is smaller than the input",
                                     "give the padding as numbers"))
    if padding_mode not in _PADDING_MODES:
        known = ", ".join(map(repr, _PADDING_MODES))
        raise ValueError(explain(f"padding_mode must be one of {{{known}}}, but got padding_mode='{padding_mode}'",
                                 "it says what stands beyond the edge", "write padding_mode='zeros'"))
    if padding_mode != "zeros":
        raise NotImplementedError(explain(f"padding_mode='{padding_mode}' is not implemented", "only padding with zeros is",
                                          "use padding_mode='zeros'"))
