"""The uniform distribution: every number of a range is equally likely."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import broadcast_all


class Uniform(Distribution):
    """Every number from `low`, and below `high`, is equally likely: density 1 / (high - low).

    Both are Tensors that fit each other, or numbers. Raises ValueError where low is not below high.

    >>> import workbook as torch
    >>> Uniform(0., 4.).log_prob(torch.tensor([1., 3.])).exp()
    tensor([0.2500, 0.2500])

    Source: https://pytorch.org/docs/2.13/distributions.html#uniform
    """

    torch_name = "torch.distributions.uniform.Uniform"
    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.size(), validate_args=validate_args)

    @property
    def arg_constraints(self):
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return constraints.interval(self.low, self.high)

    mean = property(lambda self: (self.high + self.low) / 2, doc="The middle.")
    mode = property(lambda self: math.nan * self.high, doc="nan: none is likelier than the others.")
    stddev = property(lambda self: (self.high - self.low) / 12**0.5, doc="The length of the range, divided by √12.")
    variance = property(lambda self: (self.high - self.low).pow(2) / 12, doc="The square of the deviation.")

    def rsample(self, sample_shape=torch.Size()):
        drawn = torch.rand(self._extended_shape(sample_shape), dtype=self.low.dtype, device=self.low.device)
        return self.low + drawn * (self.high - self.low)

    def log_prob(self, value):
        self._validate_sample(value)
        inside = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        return torch.log(inside) - torch.log(self.high - self.low)

    def cdf(self, value):
        self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    def entropy(self):
        return torch.log(self.high - self.low)
