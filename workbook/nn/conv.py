"""Convolution layers: kernels that slide over signals, images and volumes."""

from workbook.errors import explain, shape_text
from workbook.nn import functional as F
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.creation import empty

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def ntuple(value, count):
    """Return one number as `count` equal ones, several as a tuple.

    >>> ntuple(3, 2), ntuple([1, 2], 2)
    ((3, 3), (1, 2))
    """
    return tuple(value) if hasattr(value, "__iter__") else (value,) * count


class _ConvNd(Module):
    """What all convolutions share: settings, weight and bias, and how they print. Subclasses name their `axes`."""

    torch_name = "torch.nn.modules.conv._ConvNd"
    axes, transposed = 2, False

    def _set(self, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype,
             output_padding=0):
        kernel_size, stride, dilation, output_padding = (
            ntuple(value, self.axes) for value in (kernel_size, stride, dilation, output_padding))
        _check(in_channels, out_channels, stride, padding, groups, padding_mode)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation, self.output_padding = kernel_size, stride, dilation, output_padding
        self.padding = padding if isinstance(padding, str) else ntuple(padding, self.axes)
        self.groups, self.padding_mode = groups, padding_mode
        channels = (in_channels, out_channels // groups) if self.transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(empty(*channels, *kernel_size, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew, the weight first."""
        init.default_(self.weight, self.bias)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        for name, usual in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            value = getattr(self, name)
            if value != (usual,) * len(value):
                text += f", {name}={value}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Convolution(_ConvNd):
    """A convolution, which may pad by other numbers than zeros."""

    torch_name = "torch.nn.modules.conv._ConvNd"

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", device=None, dtype=None):
        super().__init__()
        self._set(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype)

    def forward(self, input):
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._around(), self.padding_mode), 0
        convolve = (F.conv1d, F.conv2d, F.conv3d)[self.axes - 1]
        return convolve(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _around(self):
        """The padding as `F.pad` takes it: the last axis first, before and after."""
        if self.padding == "valid":
            return (0, 0) * self.axes
        if self.padding != "same":
            return tuple([p for p in reversed(self.padding) for _ in range(2)])
        needed = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size)]
        return tuple([part for n in reversed(needed) for part in (n // 2, n - n // 2)])


class Conv1d(_Convolution):
    """Slide `out_channels` kernels along a signal: each output is the weighted sum of the window under the kernel, plus a bias.

    Shapes: `(N, C_in, L) -> (N, C_out, L_out)`, or both without N; the rest is as in Conv2d.
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.Conv1d(4, 8, 3, padding=1)(torch.zeros(2, 4, 100)).shape
    torch.Size([2, 8, 100])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Conv1d.html
    """

    torch_name = "torch.nn.modules.conv.Conv1d"
    axes = 1


class Conv2d(_Convolution):
    """Slide `out_channels` kernels over an image: each output is the weighted sum of the window under the kernel, plus a bias.

    Shapes: `(N, C_in, H, W) -> (N, C_out, H_out, W_out)`, or both without N, where
    H_out = (H + 2*padding - dilation*(kernel_size - 1) - 1) // stride + 1.
    weight is (C_out, C_in // groups, *kernel_size), bias (C_out,); both start as U(-b, b) with b = 1 / sqrt(fan_in).
    `padding` is numbers, "valid" or "same"; `padding_mode` "zeros", "reflect", "replicate" or "circular".
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.Conv2d(1, 6, 5)(torch.zeros(2, 1, 32, 32)).shape
    torch.Size([2, 6, 28, 28])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Conv2d.html
    """

    torch_name = "torch.nn.modules.conv.Conv2d"


class Conv3d(_Convolution):
    """Slide `out_channels` kernels through a volume: each output is the weighted sum of the window under the kernel, plus a bias.

    Shapes: `(N, C_in, D, H, W) -> (N, C_out, D_out, H_out, W_out)`, or both without N; the rest is as in Conv2d.
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.Conv3d(1, 2, 3)(torch.zeros(1, 1, 5, 6, 7)).shape
    torch.Size([1, 2, 3, 4, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Conv3d.html
    """

    torch_name = "torch.nn.modules.conv.Conv3d"
    axes = 3


class _ConvTransposeNd(_ConvNd):
    """A transposed convolution: the gradient of a convolution to its input, as a layer."""

    torch_name = "torch.nn.modules.conv._ConvTransposeNd"
    transposed = True

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,
                 dilation=1, padding_mode="zeros", device=None, dtype=None):
        super().__init__()
        if padding_mode != "zeros":
            raise ValueError(explain(f'Only "zeros" padding mode is supported for {type(self).__name__}',
                                     "its padding cuts the result: nothing is filled in", "leave padding_mode out"))
        self._set(in_channels, out_channels, kernel_size, stride, ntuple(padding, self.axes), dilation, groups, bias, padding_mode,
                  device, dtype, output_padding)

    def forward(self, input, output_size=None):
        extra = self.output_padding if output_size is None else self._extra(input, list(output_size))
        convolve = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self.axes - 1]
        return convolve(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    def _extra(self, input, output_size):
        """How much to add at the end of each axis, so that the result has this size."""
        axes, lead = self.axes, input.dim() - self.axes
        if len(output_size) == lead + axes:
            output_size = output_size[lead:]
        if len(output_size) != axes:
            raise ValueError(explain(
                f"ConvTranspose{axes}D: for {input.dim()}D input, output_size must have {axes} or {lead + axes} elements (got "
                f"{len(output_size)})", "each axis has one size", f"give {axes} numbers"))
        least = [(side - 1) * s - 2 * p + d * (k - 1) + 1 for side, s, p, d, k in zip(
            input.shape[lead:], self.stride, self.padding, self.dilation, self.kernel_size)]
        most = [side + s - 1 for side, s in zip(least, self.stride)]
        if not all(low <= side <= high for low, side, high in zip(least, output_size, most)):
            raise ValueError(explain(
                f"requested an output size of {tuple(output_size)}, but valid sizes range from {shape_text(least)} to "
                f"{shape_text(most)} (for an input of {input.shape[lead:]})",
                "a convolution of this stride would shrink only these to the input's size", "choose a size among them"))
        return tuple([side - low for side, low in zip(output_size, least)])


class ConvTranspose1d(_ConvTransposeNd):
    """Lay a kernel along a line for each number of a signal, weighted by it, and add them up.

    Shapes: `(N, C_in, L) -> (N, C_out, L_out)`, or both without N; the rest is as in ConvTranspose2d.
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.ConvTranspose1d(4, 2, 2, stride=2)(torch.zeros(1, 4, 5)).shape
    torch.Size([1, 2, 10])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ConvTranspose1d.html
    """

    torch_name = "torch.nn.modules.conv.ConvTranspose1d"
    axes = 1


class ConvTranspose2d(_ConvTransposeNd):
    """Lay a kernel on the plane for each number of an image, weighted by it, and add them up: what Conv2d's gradient does.

    Shapes: `(N, C_in, H, W) -> (N, C_out, H_out, W_out)`, or both without N, where
    H_out = (H - 1)*stride - 2*padding + dilation*(kernel_size - 1) + output_padding + 1. With a stride, several sizes lead back to
    the same one: `output_padding`, or `output_size` when the layer is called, says which is meant.
    weight is (C_in, C_out // groups, *kernel_size), bias (C_out,); both start as U(-b, b) with b = 1 / sqrt(fan_in).
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.ConvTranspose2d(16, 8, 2, stride=2)(torch.zeros(1, 16, 7, 7)).shape
    torch.Size([1, 8, 14, 14])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ConvTranspose2d.html
    """

    torch_name = "torch.nn.modules.conv.ConvTranspose2d"


class ConvTranspose3d(_ConvTransposeNd):
    """Lay a kernel in space for each number of a volume, weighted by it, and add them up.

    Shapes: `(N, C_in, D, H, W) -> (N, C_out, D_out, H_out, W_out)`, or both without N; the rest is as in ConvTranspose2d.
    Raises ValueError for settings that do not fit together, RuntimeError for an input that does not fit the weight.

    >>> import workbook as torch
    >>> torch.nn.ConvTranspose3d(1, 1, 2, stride=2)(torch.zeros(1, 1, 2, 3, 4)).shape
    torch.Size([1, 1, 4, 6, 8])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ConvTranspose3d.html
    """

    torch_name = "torch.nn.modules.conv.ConvTranspose3d"
    axes = 3


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
        if padding == "same" and any(step != 1 for step in stride):
            raise ValueError(explain("padding='same' is not supported for strided convolutions",
                                     f"with stride {stride} the output is smaller than the input",
                                     "give the padding as numbers"))
    if padding_mode not in _PADDING_MODES:
        known = ", ".join(map(repr, _PADDING_MODES))
        raise ValueError(explain(f"padding_mode must be one of {{{known}}}, but got padding_mode='{padding_mode}'",
                                 "it says what stands beyond the edge", "write padding_mode='zeros'"))
