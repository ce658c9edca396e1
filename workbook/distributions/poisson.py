"""The Poisson distribution: how often something happens that may happen at any moment."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import broadcast_all


class Poisson(Distribution):
    """How often something happens that happens `rate` times on average: probability rate^k exp(-rate) / k!.

    `rate` is a Tensor or a number. Raises ValueError where it is below 0.

    >>> import workbook as torch
    >>> Poisson(2.).log_prob(torch.tensor([0., 2.])).exp()
    tensor([0.1353, 0.2707])

    Source: https://pytorch.org/docs/2.13/distributions.html#poisson
    """

    torch_name = "torch.distributions.poisson.Poisson"
    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self.rate, = broadcast_all(rate)
        super().__init__(self.rate.size(), validate_args=validate_args)

    mean = variance = property(lambda self: self.rate, doc="The rate.")
    mode = property(lambda self: self.rate.floor(), doc="The rate, rounded down.")

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            return torch.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()
