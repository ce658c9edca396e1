"""Linear: every output is a weighted sum of every input."""

from workbook.nn import init
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
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
