"""The log-normal distribution: numbers whose logarithm lies in a bell."""

from workbook.distributions import constraints
from workbook.distributions.normal import Normal
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.transforms import ExpTransform


class LogNormal(TransformedDistribution):
    """exp(x) of an x that is Normal(loc, scale). Raises ValueError as Normal does.

    >>> import workbook as torch
    >>> LogNormal(torch.tensor(0.), torch.tensor(1.)).mean
    tensor(1.6487)

    Source: https://pytorch.org/docs/2.13/distributions.html#lognormal
    """

    torch_name = "torch.distributions.log_normal.LogNormal"
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        super().__init__(Normal(loc, scale, validate_args), ExpTransform(), validate_args)

    loc = property(lambda self: self.base_dist.loc, doc="The mean of the logarithm.")
    scale = property(lambda self: self.base_dist.scale, doc="The deviation of the logarithm.")
    mean = property(lambda self: (self.loc + self.scale.pow(2) / 2).exp(), doc="exp(loc + scale² / 2).")
    mode = property(lambda self: (self.loc - self.scale.square()).exp(), doc="exp(loc - scale²).")
    variance = property(lambda self: self.scale.pow(2).expm1() * (2 * self.loc + self.scale.pow(2)).exp(),
                        doc="(exp(scale²) - 1) exp(2 loc + scale²).")

    def entropy(self):
        return self.base_dist.entropy() + self.loc
