"""Layer, group and RMS norm, which look at one example at a time; and the older norms across channels."""

import numbers

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.creation import empty
from workbook.ops.responses import cross_map_lrn


class LayerNorm(Module):
    """What the last axes hold, of `normalized_shape`, gets mean 0 and variance 1, then times weight plus bias.

    Shapes: `(*, normalized_shape)`, and out the same. Raises RuntimeError for an input with other last axes.

    >>> import workbook as torch
    >>> torch.nn.LayerNorm(2)(torch.tensor([[1., 3.], [10., 30.]])).detach()
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])

    Source: Ba, Kiros, Hinton 2016; https://pytorch.org/docs/2.13/generated/torch.nn.LayerNorm.html
    """

    torch_name = "torch.nn.modules.normalization.LayerNorm"

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape, self.eps, self.elementwise_affine = _shape(normalized_shape), eps, elementwise_affine
        place = {"device": device, "dtype": dtype}
        self.register_parameter("weight", Parameter(empty(self.normalized_shape, **place)) if elementwise_affine else None)
        self.register_parameter("bias", Parameter(empty(self.normalized_shape, **place)) if elementwise_affine and bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight 1, bias 0."""
        _reset(self)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
                f"bias={self.bias is not None}")


class GroupNorm(Module):
    """Each of `num_groups` groups of channels gets mean 0 and variance 1, example by example; then times weight plus bias, by channel.

    Shapes: `(N, C, *)`, and out the same. Raises ValueError where the channels do not divide into the groups.

    >>> import workbook as torch
    >>> torch.nn.GroupNorm(2, 4)(torch.tensor([[1., 3., 10., 30.]])).detach()
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])

    Source: Wu and He 2018; https://pytorch.org/docs/2.13/generated/torch.nn.GroupNorm.html
    """

    torch_name = "torch.nn.modules.normalization.GroupNorm"

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(explain(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})",
                                     "each group has as many channels as the others", "choose a divisor of the channels"))
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        place = {"device": device, "dtype": dtype}
        self.register_parameter("weight", Parameter(empty(num_channels, **place)) if affine else None)
        self.register_parameter("bias", Parameter(empty(num_channels, **place)) if affine and bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight 1, bias 0."""
        _reset(self)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}"


class RMSNorm(Module):
    """What the last axes hold, of `normalized_shape`, divided by the root of its mean square, then times weight.

    Shapes: `(*, normalized_shape)`, and out the same. `eps`: None is the dtype's own.

    >>> import workbook as torch
    >>> torch.nn.RMSNorm(2)(torch.tensor([[3., 4.]])).detach()
    tensor([[0.8485, 1.1314]])

    Source: Zhang and Sennrich 2019; https://pytorch.org/docs/2.13/generated/torch.nn.RMSNorm.html
    """

    torch_name = "torch.nn.modules.normalization.RMSNorm"

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape, self.eps, self.elementwise_affine = _shape(normalized_shape), eps, elementwise_affine
        weight = Parameter(empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", weight)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight 1."""
        _reset(self)

    def forward(self, input):
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    """out = x / (k + alpha * m) ** beta, with m the mean square of `size` neighbouring channels.

    Shapes: `(N, C, *)`, and out the same.

    >>> import workbook as torch
    >>> torch.nn.LocalResponseNorm(2)(torch.zeros(1, 4, 5, 5)).shape
    torch.Size([1, 4, 5, 5])

    Source: Krizhevsky et al. 2012, section 3.3; https://pytorch.org/docs/2.13/generated/torch.nn.LocalResponseNorm.html
    """

    torch_name = "torch.nn.modules.normalization.LocalResponseNorm"
    function = staticmethod(F.local_response_norm)

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        return self.function(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    """Local response norm as Torch 7 had it: alpha is divided by `size`, whatever part of the window lies within the channels.

    Shapes: `(N, C, H, W)`, and out the same.

    >>> import workbook as torch
    >>> torch.nn.CrossMapLRN2d(3)(torch.zeros(1, 4, 5, 5)).shape
    torch.Size([1, 4, 5, 5])

    Source: Krizhevsky et al. 2012, section 3.3; https://pytorch.org/docs/2.13/generated/torch.nn.CrossMapLRN2d.html
    """

    torch_name = "torch.nn.modules.normalization.CrossMapLRN2d"
    function = staticmethod(cross_map_lrn)

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1):
        super().__init__(size, alpha, beta, k)


def _shape(normalized_shape):
    return (normalized_shape,) if isinstance(normalized_shape, numbers.Integral) else tuple(normalized_shape)


def _reset(layer):
    if layer.weight is not None:
        init.ones_(layer.weight)
    if getattr(layer, "bias", None) is not None:
        init.zeros_(layer.bias)
