"""Activation layers: what makes a stack of linear layers more than one linear layer."""

from workbook.nn import functional as F
from workbook.nn.module import Module


class ReLU(Module):
    """out = max(0, x), elementwise. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.ReLU()(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReLU.html
    """

    torch_name = "torch.nn.modules.activation.ReLU"

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.relu(input, inplace=self.inplace)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """out = x where x > 0, negative_slope * x elsewhere.

    >>> import workbook as torch
    >>> torch.nn.LeakyReLU(0.5)(torch.tensor([-1.0, 2.0]))
    tensor([-0.5000,  2.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LeakyReLU.html
    """

    torch_name = "torch.nn.modules.activation.LeakyReLU"

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class GELU(Module):
    """out = x * P(a standard normal number is below x); `approximate="tanh"` takes the formula with tanh.

    Raises RuntimeError for another `approximate`.

    >>> import workbook as torch
    >>> torch.nn.GELU()(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8413])

    Source: Hendrycks and Gimpel 2016; https://pytorch.org/docs/2.13/generated/torch.nn.GELU.html
    """

    torch_name = "torch.nn.modules.activation.GELU"

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class Sigmoid(Module):
    """out = 1 / (1 + exp(-x)), elementwise.

    >>> import workbook as torch
    >>> torch.nn.Sigmoid()(torch.tensor(0.0))
    tensor(0.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Sigmoid.html
    """

    torch_name = "torch.nn.modules.activation.Sigmoid"

    def forward(self, input):
        return F.sigmoid(input)


class Tanh(Module):
    """out = tanh(x), elementwise.

    >>> import workbook as torch
    >>> torch.nn.Tanh()(torch.tensor(1.0))
    tensor(0.7616)

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Tanh.html
    """

    torch_name = "torch.nn.modules.activation.Tanh"

    def forward(self, input):
        return F.tanh(input)


class Softmax(Module):
    """out = exp(x) / sum(exp(x)) along axis `dim`: numbers between 0 and 1 that add up to 1.

    >>> import workbook as torch
    >>> torch.nn.Softmax(dim=1)(torch.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Softmax.html
    """

    torch_name = "torch.nn.modules.activation.Softmax"

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.softmax(input, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """out = log(softmax(x)) along axis `dim`, computed without leaving the range of floats.

    >>> import workbook as torch
    >>> torch.nn.LogSoftmax(dim=0)(torch.zeros(2))
    tensor([-0.6931, -0.6931])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LogSoftmax.html
    """

    torch_name = "torch.nn.modules.activation.LogSoftmax"

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.log_softmax(input, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"
