"""Padding layers: more room around images, filled with a number or with what lies inside."""

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn.conv import ntuple
from workbook.nn.module import Module


class _Pad(Module):
    """What the padding layers share: `padding`, two numbers an axis, the last axis first."""

    torch_name = "torch.nn.modules.padding._PadNd"
    axes, mode = 2, "constant"

    def __init__(self, padding):
        super().__init__()
        self.padding = ntuple(padding, 2 * self.axes)

    def forward(self, input):
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self):
        return f"{self.padding}"


class _ConstantPad(_Pad):
    torch_name = "torch.nn.modules.padding._ConstantPadNd"

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    torch_name = "torch.nn.modules.padding._ConstantPadNd"

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    extra_repr = _Pad.extra_repr


class _CircularPad(_Pad):
    torch_name = "torch.nn.modules.padding._CircularPadNd"
    mode = "circular"

    def forward(self, input):
        if input.dim() not in (self.axes + 1, self.axes + 2):
            raise ValueError(explain(f"expected {self.axes + 1}D or {self.axes + 2}D input (got {input.dim()}D input)",
                                     "the axes are (N, C, ...) or (C, ...)", "give the image an axis of channels: x.unsqueeze(0)"))
        return super().forward(input)



class ConstantPad1d(_ConstantPad):
    """Put `value` around an image: `padding` is one number, or (left, right).

    Shapes: `(N, C, W) -> (N, C, W_out)`, or both without N. Raises RuntimeError where a negative padding cuts off more than there is.

    >>> import workbook as torch
    >>> torch.nn.ConstantPad1d(1, 9.0)(torch.tensor([[1., 2., 3.]]))
    tensor([[9., 1., 2., 3., 9.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ConstantPad1d.html
    """

    torch_name = "torch.nn.modules.padding.ConstantPad1d"
    axes = 1
class ConstantPad2d(_ConstantPad):
    """Put `value` around an image: `padding` is one number, or (left, right, top, bottom).

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. Raises RuntimeError where a negative padding cuts off more than there is.

    >>> import workbook as torch
    >>> torch.nn.ConstantPad2d(1, 9.0)(torch.ones(1, 2, 2)).shape
    torch.Size([1, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ConstantPad2d.html
    """

    torch_name = "torch.nn.modules.padding.ConstantPad2d"


class ConstantPad3d(_ConstantPad):
    """Put `value` around an image: `padding` is one number, or (left, right, top, bottom, front, back).

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. Raises RuntimeError where a negative padding cuts off more than there is.

    >>> import workbook as torch
    >>> torch.nn.ConstantPad3d(1, 9.0)(torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 4, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ConstantPad3d.html
    """

    torch_name = "torch.nn.modules.padding.ConstantPad3d"
    axes = 3


class ZeroPad1d(_ZeroPad):
    """Put zeros around an image: `padding` is one number, or (left, right).

    Shapes: `(N, C, W) -> (N, C, W_out)`, or both without N. Raises RuntimeError where a negative padding cuts off more than there is.

    >>> import workbook as torch
    >>> torch.nn.ZeroPad1d(1)(torch.tensor([[1., 2., 3.]]))
    tensor([[0., 1., 2., 3., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ZeroPad1d.html
    """

    torch_name = "torch.nn.modules.padding.ZeroPad1d"
    axes = 1


class ZeroPad2d(_ZeroPad):
    """Put zeros around an image: `padding` is one number, or (left, right, top, bottom).

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. Raises RuntimeError where a negative padding cuts off more than there is.

    >>> import workbook as torch
    >>> torch.nn.ZeroPad2d(1)(torch.ones(1, 2, 2)).shape
    torch.Size([1, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ZeroPad2d.html
    """

    torch_name = "torch.nn.modules.padding.ZeroPad2d"


class ZeroPad3d(_ZeroPad):
    """Put zeros around an image: `padding` is one number, or (left, right, top, bottom, front, back).

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. Raises RuntimeError where a negative padding cuts off more than there is.

    >>> import workbook as torch
    >>> torch.nn.ZeroPad3d(1)(torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 4, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ZeroPad3d.html
    """

    torch_name = "torch.nn.modules.padding.ZeroPad3d"
    axes = 3


class ReflectionPad1d(_Pad):
    """Show an image beyond its edge as a mirror would that stands on the edge: `padding` is one number, or (left, right).

    Shapes: `(N, C, W) -> (N, C, W_out)`, or both without N. Raises RuntimeError for a padding as large as the image.

    >>> import workbook as torch
    >>> torch.nn.ReflectionPad1d(1)(torch.tensor([[1., 2., 3.]]))
    tensor([[2., 1., 2., 3., 2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReflectionPad1d.html
    """

    torch_name = "torch.nn.modules.padding.ReflectionPad1d"
    axes = 1
    mode = "reflect"


class ReflectionPad2d(_Pad):
    """Show an image beyond its edge as a mirror would that stands on the edge: `padding` is one number, or (left, right, top, bottom).

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. Raises RuntimeError for a padding as large as the image.

    >>> import workbook as torch
    >>> torch.nn.ReflectionPad2d(1)(torch.ones(1, 2, 2)).shape
    torch.Size([1, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReflectionPad2d.html
    """

    torch_name = "torch.nn.modules.padding.ReflectionPad2d"
    mode = "reflect"


class ReflectionPad3d(_Pad):
    """Show an image beyond its edge as a mirror would that stands on the edge: `padding` is one number, or (left, right, top, bottom, front, back).

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. Raises RuntimeError for a padding as large as the image.

    >>> import workbook as torch
    >>> torch.nn.ReflectionPad3d(1)(torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 4, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReflectionPad3d.html
    """

    torch_name = "torch.nn.modules.padding.ReflectionPad3d"
    axes = 3
    mode = "reflect"


class ReplicationPad1d(_Pad):
    """Repeat the edge of an image around it: `padding` is one number, or (left, right).

    Shapes: `(N, C, W) -> (N, C, W_out)`, or both without N. Raises RuntimeError for an empty image.

    >>> import workbook as torch
    >>> torch.nn.ReplicationPad1d(1)(torch.tensor([[1., 2., 3.]]))
    tensor([[1., 1., 2., 3., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReplicationPad1d.html
    """

    torch_name = "torch.nn.modules.padding.ReplicationPad1d"
    axes = 1
    mode = "replicate"


class ReplicationPad2d(_Pad):
    """Repeat the edge of an image around it: `padding` is one number, or (left, right, top, bottom).

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. Raises RuntimeError for an empty image.

    >>> import workbook as torch
    >>> torch.nn.ReplicationPad2d(1)(torch.ones(1, 2, 2)).shape
    torch.Size([1, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReplicationPad2d.html
    """

    torch_name = "torch.nn.modules.padding.ReplicationPad2d"
    mode = "replicate"


class ReplicationPad3d(_Pad):
    """Repeat the edge of an image around it: `padding` is one number, or (left, right, top, bottom, front, back).

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. Raises RuntimeError for an empty image.

    >>> import workbook as torch
    >>> torch.nn.ReplicationPad3d(1)(torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 4, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReplicationPad3d.html
    """

    torch_name = "torch.nn.modules.padding.ReplicationPad3d"
    axes = 3
    mode = "replicate"


class CircularPad1d(_CircularPad):
    """Go on beyond the edge of an image at the opposite edge: `padding` is one number, or (left, right).

    Shapes: `(N, C, W) -> (N, C, W_out)`, or both without N. Raises RuntimeError for a padding larger than the image.

    >>> import workbook as torch
    >>> torch.nn.CircularPad1d(1)(torch.tensor([[1., 2., 3.]]))
    tensor([[3., 1., 2., 3., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.CircularPad1d.html
    """

    torch_name = "torch.nn.modules.padding.CircularPad1d"
    axes = 1


class CircularPad2d(_CircularPad):
    """Go on beyond the edge of an image at the opposite edge: `padding` is one number, or (left, right, top, bottom).

    Shapes: `(N, C, H, W) -> (N, C, H_out, W_out)`, or both without N. Raises RuntimeError for a padding larger than the image.

    >>> import workbook as torch
    >>> torch.nn.CircularPad2d(1)(torch.ones(1, 2, 2)).shape
    torch.Size([1, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.CircularPad2d.html
    """

    torch_name = "torch.nn.modules.padding.CircularPad2d"


class CircularPad3d(_CircularPad):
    """Go on beyond the edge of an image at the opposite edge: `padding` is one number, or (left, right, top, bottom, front, back).

    Shapes: `(N, C, D, H, W) -> (N, C, D_out, H_out, W_out)`, or both without N. Raises RuntimeError for a padding larger than the image.

    >>> import workbook as torch
    >>> torch.nn.CircularPad3d(1)(torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 4, 4, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.CircularPad3d.html
    """

    torch_name = "torch.nn.modules.padding.CircularPad3d"
    axes = 3
