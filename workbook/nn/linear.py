"""Linear: every output is a weighted sum of every input; Bilinear: of every pair of two inputs."""

import math

from workbook.errors import explain
from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.bilinear import bilinear
from workbook.ops.creation import empty
from workbook.ops.linalg import linear


class Linear(Module):
    """out = x @ weight.T + bias, with weight (out_features, in_features) and bias (out_features).

    Shapes: `(*, in_features) -> (*, out_features)`. Both start as U(-b, b) with b = 1 / sqrt(in_features).
    Raises RuntimeError when the last axis of the input is not in_features, or its dtype is not the weight's.

    >>> import workbook as torch
    >>> layer = torch.nn.Linear(3, 2)
    >>> layer(torch.zeros(4, 3)).shape
    torch.Size([4, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Linear.html
    """

    torch_name = "torch.nn.modules.linear.Linear"

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew, the weight first."""
        init.default_(self.weight, self.bias)

    def forward(self, input):
        return linear(input, self.weight, self.bias)

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """out[o] = x1 @ weight[o] @ x2 + bias[o], with weight (out_features, in1_features, in2_features).

    Shapes: `(*, in1_features)` and `(*, in2_features) -> (*, out_features)`. Both start as U(-b, b) with b = 1 / sqrt(in1_features).
    Raises ValueError for no first features, RuntimeError for inputs of other sizes.

    >>> import workbook as torch
    >>> torch.nn.Bilinear(3, 4, 2)(torch.zeros(5, 3), torch.zeros(5, 4)).shape
    torch.Size([5, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Bilinear.html
    """

    torch_name = "torch.nn.modules.linear.Bilinear"

    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        if in1_features <= 0:
            raise ValueError(explain(f"in1_features must be > 0, but got (in1_features={in1_features})",
                                     "the first weights are drawn by how many inputs there are", "give the length of the first input"))
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew, the weight first."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1, input2):
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        return (f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
                f"bias={self.bias is not None}")


class Identity(Module):
    """out = input; whatever it is built with is ignored.

    >>> import workbook as torch
    >>> torch.nn.Identity(54, unused=True)(torch.ones(2))
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Identity.html
    """

    torch_name = "torch.nn.modules.linear.Identity"

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input
