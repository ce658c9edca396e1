"""The half-normal distribution: how far from 0 a number of a bell lies."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.normal import Normal
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.transforms import AbsTransform


class HalfNormal(TransformedDistribution):
    """|x| of an x that is Normal(0, scale). Raises ValueError for a scale that is not above 0.

    >>> import workbook as torch
    >>> HalfNormal(torch.tensor(1.)).mean
    tensor(0.7979)

    Source: https://pytorch.org/docs/2.13/distributions.html#halfnormal
    """

    torch_name = "torch.distributions.half_normal.HalfNormal"
    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, scale, validate_args=None):
        super().__init__(Normal(0, scale, validate_args=False), AbsTransform(), validate_args)

    scale = property(lambda self: self.base_dist.scale, doc="The width of the bell.")
    mean = property(lambda self: self.scale * math.sqrt(2 / math.pi), doc="scale √(2 / π).")
    mode = property(lambda self: torch.zeros_like(self.scale), doc="0.")
    variance = property(lambda self: self.scale.pow(2) * (1 - 2 / math.pi), doc="scale² (1 - 2 / π).")

    def log_prob(self, value):
        self._validate_sample(value)
        both = self.base_dist.log_prob(value) + math.log(2)
        return torch.where(value >= 0, both, -math.inf)

    def cdf(self, value):
        self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value):
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - math.log(2)
