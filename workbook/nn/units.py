"""More activation layers: exponential, hard, shrinking, gated and leaky units."""

import warnings

from workbook.errors import explain
from workbook.nn import functional as F
from workbook.nn.init import constant_
from workbook.nn.module import Module
from workbook.nn.parameter import Parameter
from workbook.ops.creation import empty


def _and_inplace(text, inplace):
    """The text between the brackets, and whether the layer writes into its input."""
    return ", ".join(filter(None, (text, "inplace=True" if inplace else "")))


class ELU(Module):
    """out = x where it is positive, alpha * (exp(x) - 1) elsewhere. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.ELU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])

    Source: Clevert et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.ELU.html
    """

    torch_name = "torch.nn.modules.activation.ELU"

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input):
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self):
        return _and_inplace(f"alpha={self.alpha}", self.inplace)


class CELU(Module):
    """out = x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.CELU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])

    Source: Barron 2017; https://pytorch.org/docs/2.13/generated/torch.nn.CELU.html
    """

    torch_name = "torch.nn.modules.activation.CELU"

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input):
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self):
        return _and_inplace(f"alpha={self.alpha}", self.inplace)


class SELU(Module):
    """out = an ELU with the alpha and the scale that keep mean 0 and variance 1. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.SELU()(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])

    Source: Klambauer et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.SELU.html
    """

    torch_name = "torch.nn.modules.activation.SELU"

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.selu(input, self.inplace)

    def extra_repr(self):
        return _and_inplace("", self.inplace)


class Hardsigmoid(Module):
    """out = x / 6 + 1 / 2, cut to between 0 and 1. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.Hardsigmoid()(torch.tensor([0.0, 4.0]))
    tensor([0.5000, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Hardsigmoid.html
    """

    torch_name = "torch.nn.modules.activation.Hardsigmoid"

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.hardsigmoid(input, self.inplace)


class Hardswish(Module):
    """out = x * hardsigmoid(x). `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.Hardswish()(torch.tensor([1.5, 4.0]))
    tensor([1.1250, 4.0000])

    Source: Howard et al. 2019; https://pytorch.org/docs/2.13/generated/torch.nn.Hardswish.html
    """

    torch_name = "torch.nn.modules.activation.Hardswish"

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.hardswish(input, self.inplace)


class Mish(Module):
    """out = x * tanh(softplus(x)). `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.Mish()(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8651])

    Source: Misra 2019; https://pytorch.org/docs/2.13/generated/torch.nn.Mish.html
    """

    torch_name = "torch.nn.modules.activation.Mish"

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.mish(input, self.inplace)

    def extra_repr(self):
        return _and_inplace("", self.inplace)


class SiLU(Module):
    """out = x * sigmoid(x). `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.SiLU()(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7311])

    Source: Elfwing et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.SiLU.html
    """

    torch_name = "torch.nn.modules.activation.SiLU"

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.silu(input, self.inplace)

    def extra_repr(self):
        return _and_inplace("", self.inplace)


class Hardshrink(Module):
    """out = x, and 0 where |x| is at most lambd.

    >>> import workbook as torch
    >>> torch.nn.Hardshrink()(torch.tensor([-1.0, 0.3]))
    tensor([-1.,  0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Hardshrink.html
    """

    torch_name = "torch.nn.modules.activation.Hardshrink"

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.hardshrink(input, self.lambd)

    def extra_repr(self):
        return f"{self.lambd}"


class Softshrink(Module):
    """out = x moved towards 0 by lambd, and 0 where |x| is less.

    >>> import workbook as torch
    >>> torch.nn.Softshrink()(torch.tensor([-1.0, 0.3]))
    tensor([-0.5000,  0.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Softshrink.html
    """

    torch_name = "torch.nn.modules.activation.Softshrink"

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.softshrink(input, self.lambd)

    def extra_repr(self):
        return f"{self.lambd}"


class Softplus(Module):
    """out = log(1 + exp(beta * x)) / beta, a smooth relu; x itself where beta * x lies above threshold.

    >>> import workbook as torch
    >>> torch.nn.Softplus()(torch.tensor([0.0, 30.0]))
    tensor([ 0.6931, 30.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Softplus.html
    """

    torch_name = "torch.nn.modules.activation.Softplus"

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Threshold(Module):
    """out = x where it lies above threshold, value elsewhere. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.Threshold(1.0, 20.0)(torch.tensor([0.1, 2.0]))
    tensor([20.,  2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Threshold.html
    """

    torch_name = "torch.nn.modules.activation.Threshold"

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input):
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self):
        return _and_inplace(f"threshold={self.threshold}, value={self.value}", self.inplace)


class LogSigmoid(Module):
    """out = log(sigmoid(x)), computed without overflow.

    >>> import workbook as torch
    >>> torch.nn.LogSigmoid()(torch.tensor([0.0, -100.0]))
    tensor([  -0.6931, -100.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.LogSigmoid.html
    """

    torch_name = "torch.nn.modules.activation.LogSigmoid"

    def forward(self, input):
        return F.logsigmoid(input)


class Softsign(Module):
    """out = x / (1 + |x|).

    >>> import workbook as torch
    >>> torch.nn.Softsign()(torch.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Softsign.html
    """

    torch_name = "torch.nn.modules.activation.Softsign"

    def forward(self, input):
        return F.softsign(input)


class Tanhshrink(Module):
    """out = x - tanh(x).

    >>> import workbook as torch
    >>> torch.nn.Tanhshrink()(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.2384])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Tanhshrink.html
    """

    torch_name = "torch.nn.modules.activation.Tanhshrink"

    def forward(self, input):
        return F.tanhshrink(input)


class GLU(Module):
    """out = the first half of x along dim, times the sigmoid of the second half.

    >>> import workbook as torch
    >>> torch.nn.GLU()(torch.tensor([3.0, 0.0]))
    tensor([1.5000])

    Source: Dauphin et al. 2016; https://pytorch.org/docs/2.13/generated/torch.nn.GLU.html
    """

    torch_name = "torch.nn.modules.activation.GLU"

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.glu(input, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class Hardtanh(Module):
    """out = x, cut to between min_val and max_val. `inplace` writes into the input.

    `min_value` and `max_value` are older names of the same, and warn. Raises AssertionError for ends in the wrong order.

    >>> import workbook as torch
    >>> torch.nn.Hardtanh()(torch.tensor([-3.0, 0.5, 2.0]))
    tensor([-1.0000,  0.5000,  1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Hardtanh.html
    """

    torch_name = "torch.nn.modules.activation.Hardtanh"

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        super().__init__()
        for end, given in (("min", min_value), ("max", max_value)):
            if given is not None:
                warnings.warn(f"keyword argument `{end}_value` is deprecated and renamed to `{end}_val`", FutureWarning, stacklevel=2)
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if not self.max_val > self.min_val:
            raise AssertionError(explain(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})",
                                         "numbers are cut to between the two", "exchange them"))

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self):
        return _and_inplace(f"min_val={self.min_val}, max_val={self.max_val}", self.inplace)


class ReLU6(Hardtanh):
    """out = x, cut to between 0 and 6. `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.ReLU6()(torch.tensor([-3.0, 0.5, 8.0]))
    tensor([0.0000, 0.5000, 6.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.ReLU6.html
    """

    torch_name = "torch.nn.modules.activation.ReLU6"

    def __init__(self, inplace=False):
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self):
        return _and_inplace("", self.inplace)


class PReLU(Module):
    """out = x where it is positive, weight * x elsewhere: a leaky relu whose slope is learned, one for all or one a channel (axis 1).

    Raises RuntimeError where the channels are not `num_parameters`.

    >>> import workbook as torch
    >>> torch.nn.PReLU()(torch.tensor([-1.0, 2.0])).detach()
    tensor([-0.2500,  2.0000])

    Source: He et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.PReLU.html
    """

    torch_name = "torch.nn.modules.activation.PReLU"

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Set every slope to `init`."""
        constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """out = x where it is positive and a part of it elsewhere: drawn from U(lower, upper) in training, their mean in evaluation.

    `inplace` writes into the input.

    >>> import workbook as torch
    >>> torch.nn.RReLU(0.0, 1.0).eval()(torch.tensor([-6.0, 2.0]))
    tensor([-3.,  2.])

    Source: Xu et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.RReLU.html
    """

    torch_name = "torch.nn.modules.activation.RReLU"

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input):
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return _and_inplace(f"lower={self.lower}, upper={self.upper}", self.inplace)


class Softmin(Module):
    """out = softmax(-x) along axis `dim`: most for the smallest.

    >>> import workbook as torch
    >>> torch.nn.Softmin(dim=0)(torch.tensor([0.0, 1.0]))
    tensor([0.7311, 0.2689])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Softmin.html
    """

    torch_name = "torch.nn.modules.activation.Softmin"

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return F.softmin(input, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmax2d(Module):
    """out = softmax over the channels of each place. Shapes: `(N, C, H, W)` or `(C, H, W)`; raises ValueError for others.

    >>> import workbook as torch
    >>> torch.nn.Softmax2d()(torch.zeros(2, 1, 1)).flatten()
    tensor([0.5000, 0.5000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.Softmax2d.html
    """

    torch_name = "torch.nn.modules.activation.Softmax2d"

    def forward(self, input):
        if input.ndim not in (3, 4):
            raise ValueError(explain(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead", "it takes images, (N, C, H, W)",
                                     "use nn.Softmax(dim=...)"))
        return F.softmax(input, -3)
