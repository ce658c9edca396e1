"""Dropout: of single numbers, of whole channels, and of selu's numbers."""

from workbook.nn import functional as F
from workbook.nn.module import Module, in_training
from workbook.ops.inplace import check_probability


class Dropout(Module):
    """In training, set each number to 0 with probability `p` and divide the others by 1 - p; in evaluation, do nothing.

    Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.Dropout(0.5).eval()(torch.ones(3))
    tensor([1., 1., 1.])

    Source: Srivastava et al. 2014; https://pytorch.org/docs/2.13/generated/torch.nn.Dropout.html
    """

    torch_name = "torch.nn.modules.dropout.Dropout"

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        check_probability(p)
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return F.dropout(input, self.p, in_training(self), self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout1d(Dropout):
    """In training, set each channel of (N, C, L) or (C, L) to 0 with probability `p` and divide the others by 1 - p.

    In evaluation, do nothing. Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.Dropout1d(0.5).eval()(torch.ones(1, 3)).flatten()
    tensor([1., 1., 1.])

    Source: Tompson et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.Dropout1d.html
    """

    torch_name = "torch.nn.modules.dropout.Dropout1d"

    def forward(self, input):
        return F.dropout1d(input, self.p, in_training(self), self.inplace)


class Dropout2d(Dropout):
    """In training, set each channel of (N, C, H, W) to 0 with probability `p` and divide the others by 1 - p.

    In evaluation, do nothing. Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.Dropout2d(0.5).eval()(torch.ones(1, 3, 1, 1)).flatten()
    tensor([1., 1., 1.])

    Source: Tompson et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.Dropout2d.html
    """

    torch_name = "torch.nn.modules.dropout.Dropout2d"

    def forward(self, input):
        return F.dropout2d(input, self.p, in_training(self), self.inplace)


class Dropout3d(Dropout):
    """In training, set each channel of (N, C, D, H, W) or (C, D, H, W) to 0 with probability `p` and divide the others by 1 - p.

    In evaluation, do nothing. Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.Dropout3d(0.5).eval()(torch.ones(1, 3, 1, 1, 1)).flatten()
    tensor([1., 1., 1.])

    Source: Tompson et al. 2015; https://pytorch.org/docs/2.13/generated/torch.nn.Dropout3d.html
    """

    torch_name = "torch.nn.modules.dropout.Dropout3d"

    def forward(self, input):
        return F.dropout3d(input, self.p, in_training(self), self.inplace)


class AlphaDropout(Dropout):
    """In training, set numbers to selu's lowest value with probability `p`, and keep mean and variance.

    In evaluation, do nothing. Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.AlphaDropout(0.5).eval()(torch.ones(1, 3)).flatten()
    tensor([1., 1., 1.])

    Source: Klambauer et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.AlphaDropout.html
    """

    torch_name = "torch.nn.modules.dropout.AlphaDropout"

    def forward(self, input):
        return F.alpha_dropout(input, self.p, in_training(self))  # as in PyTorch, not in place


class FeatureAlphaDropout(Dropout):
    """In training, set channels of (N, C, *) to selu's lowest value with probability `p`, and keep mean and variance.

    In evaluation, do nothing. Raises ValueError unless p is between 0 and 1.

    >>> import workbook as torch
    >>> torch.nn.FeatureAlphaDropout(0.5).eval()(torch.ones(1, 3)).flatten()
    tensor([1., 1., 1.])

    Source: Klambauer et al. 2017; https://pytorch.org/docs/2.13/generated/torch.nn.FeatureAlphaDropout.html
    """

    torch_name = "torch.nn.modules.dropout.FeatureAlphaDropout"

    def forward(self, input):
        return F.feature_alpha_dropout(input, self.p, in_training(self))  # as in PyTorch, not in place
