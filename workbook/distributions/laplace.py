"""The Laplace distribution: a tent around `loc`, with longer tails than a bell."""

import workbook as torch
from workbook.distributions.loc_scale import LocScale


class Laplace(LocScale):
    """A peak at `loc` that falls to both sides: density exp(-|x - loc| / scale) / (2 scale).

    Both are Tensors that fit each other, or numbers. Raises ValueError for a scale that is not above 0.

    >>> import workbook as torch
    >>> Laplace(0., 1.).log_prob(torch.tensor(0.)).exp()
    tensor(0.5000)

    Source: https://pytorch.org/docs/2.13/distributions.html#laplace
    """

    torch_name = "torch.distributions.laplace.Laplace"
    mean = mode = property(lambda self: self.loc, doc="Where the peak stands.")
    variance = property(lambda self: 2 * self.scale.pow(2), doc="2 scale².")
    stddev = property(lambda self: 2**0.5 * self.scale, doc="√2 scale.")

    def rsample(self, sample_shape=torch.Size()):
        drawn = torch.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        drawn.uniform_(torch.finfo(drawn.dtype).eps - 1, 1)  # without -1, whose logarithm below is infinite
        return self.loc - self.scale * drawn.sign() * torch.log1p(-drawn.abs())

    def log_prob(self, value):
        self._validate_sample(value)
        return -torch.log(2 * self.scale) - torch.abs(value - self.loc) / self.scale

    def cdf(self, value):
        self._validate_sample(value)
        return 0.5 - 0.5 * (value - self.loc).sign() * torch.expm1(-(value - self.loc).abs() / self.scale)

    def icdf(self, value):
        away = value - 0.5
        return self.loc - self.scale * away.sign() * torch.log1p(-2 * away.abs())

    def entropy(self):
        return 1 + torch.log(2 * self.scale)
