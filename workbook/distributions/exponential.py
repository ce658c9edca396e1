"""The exponential distribution: how long one waits for what may come at any moment."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import broadcast_all


class Exponential(Distribution):
    """The time until something that comes `rate` times a unit of time: density rate exp(-rate x).

    `rate` is a Tensor or a number. Raises ValueError where it is not above 0.

    >>> import workbook as torch
    >>> Exponential(0.5).mean
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/distributions.html#exponential
    """

    torch_name = "torch.distributions.exponential.Exponential"
    arg_constraints = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, rate, validate_args=None):
        self.rate, = broadcast_all(rate)
        super().__init__(self.rate.size(), validate_args=validate_args)

    mean = stddev = property(lambda self: self.rate.reciprocal(), doc="1 / rate.")
    mode = property(lambda self: torch.zeros_like(self.rate), doc="0.")
    variance = property(lambda self: self.rate.pow(-2), doc="1 / rate².")

    def rsample(self, sample_shape=torch.Size()):
        drawn = torch.empty(self._extended_shape(sample_shape), dtype=self.rate.dtype, device=self.rate.device)
        return drawn.exponential_() / self.rate

    def log_prob(self, value):
        self._validate_sample(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        self._validate_sample(value)
        return 1 - torch.exp(-self.rate * value)

    def icdf(self, value):
        return -torch.log1p(-value) / self.rate

    def entropy(self):
        return 1.0 - torch.log(self.rate)
