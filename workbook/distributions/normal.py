"""The normal distribution: a bell around `loc`."""

import math

import workbook as torch
from workbook.distributions.loc_scale import LocScale
from workbook.distributions.utils import standard_normal


class Normal(LocScale):
    """A bell around `loc` of width `scale`: density exp(-(x - loc)² / (2 scale²)) / (scale √(2π)).

    Both are Tensors that fit each other, or numbers. Raises ValueError for a scale that is not above 0.

    >>> import workbook as torch
    >>> model = Normal(torch.tensor([0., 1.]), 2.)
    >>> model, model.log_prob(torch.tensor([0., 1.]))
    (Normal(loc: torch.Size([2]), scale: torch.Size([2])), tensor([-1.6121, -1.6121]))

    Source: https://pytorch.org/docs/2.13/distributions.html#normal
    """

    torch_name = "torch.distributions.normal.Normal"
    mean = mode = property(lambda self: self.loc, doc="Where the bell stands.")
    stddev = property(lambda self: self.scale, doc="How wide it is.")
    variance = property(lambda self: self.scale.pow(2), doc="The square of the width.")

    def sample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return torch.normal(self.loc.expand(shape), self.scale.expand(shape))

    def rsample(self, sample_shape=torch.Size()):
        return self.loc + standard_normal(self._extended_shape(sample_shape), self.loc) * self.scale

    def log_prob(self, value):
        self._validate_sample(value)
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value):
        self._validate_sample(value)
        return 0.5 * (1 + torch.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + torch.log(self.scale)
