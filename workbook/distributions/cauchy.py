"""The Cauchy distribution: a peak whose tails are so long that there is no mean."""

import math

import workbook as torch
from workbook.distributions.loc_scale import LocScale


class Cauchy(LocScale):
    """A peak at `loc`: density 1 / (π scale (1 + ((x - loc) / scale)²)).

    Both are Tensors that fit each other, or numbers. Raises ValueError for a scale that is not above 0.

    >>> import workbook as torch
    >>> Cauchy(0., 1.).cdf(torch.tensor([0., 1.]))
    tensor([0.5000, 0.7500])

    Source: https://pytorch.org/docs/2.13/distributions.html#cauchy
    """

    torch_name = "torch.distributions.cauchy.Cauchy"
    mean = property(lambda self: torch.full_like(self.loc, math.nan), doc="nan: there is none.")
    mode = property(lambda self: self.loc, doc="Where the peak stands.")
    variance = property(lambda self: torch.full_like(self.loc, math.inf), doc="Infinite.")

    def rsample(self, sample_shape=torch.Size()):
        drawn = torch.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + drawn.cauchy_() * self.scale

    def log_prob(self, value):
        self._validate_sample(value)
        return -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()

    def cdf(self, value):
        self._validate_sample(value)
        return torch.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return torch.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + self.scale.log()
