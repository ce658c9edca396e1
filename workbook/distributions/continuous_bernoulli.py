"""The continuous Bernoulli distribution: numbers from 0 to 1, such as the grey of a picture."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import ProbsOrLogits, broadcast_all, clamp_probs
from workbook.errors import explain
from workbook.nn.functional import binary_cross_entropy_with_logits


class ContinuousBernoulli(ProbsOrLogits, Distribution):
    """A number x from 0 to 1 of density C p^x (1 - p)^(1 - x). Near p = 1/2, between `lims`, the formulas are series, which do not divide by 0.

    `probs` or `logits` is given, a Tensor or a number. Raises ValueError for a probability outside of 0 to 1.

    >>> import workbook as torch
    >>> ContinuousBernoulli(torch.tensor(0.5)).log_prob(torch.tensor(0.3))
    tensor(0.)

    Source: Loaiza-Ganem and Cunningham, The continuous Bernoulli: fixing a pervasive error in variational autoencoders (2019);
    https://pytorch.org/docs/2.13/distributions.html#continuousbernoulli
    """

    torch_name = "torch.distributions.continuous_bernoulli.ContinuousBernoulli"
    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, probs=None, logits=None, lims=(0.499, 0.501), validate_args=None):
        name, given = self._take_one(probs, logits)
        given, = broadcast_all(given)
        if name == "probs":
            if validate_args and not constraints.unit_interval.check(given).all():
                raise ValueError(explain("The parameter probs has invalid values", "a probability lies between 0 and 1", "look at where probs comes from"))
            given = clamp_probs(given)
        self.__dict__[name] = given
        self._lims = lims
        super().__init__(given.size(), validate_args=validate_args)

    def _far(self):
        """Where p is far enough from 1/2."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut_probs(self):
        """The probabilities, without those near 1/2."""
        return torch.where(self._far(), self.probs, self._lims[0] * torch.ones_like(self.probs))

    def _log_norm(self):
        """The logarithm of C: of 2 artanh(1 - 2p) / (1 - 2p)."""
        cut = self._cut_probs()
        below = torch.where(cut <= 0.5, cut, torch.zeros_like(cut))
        above = torch.where(cut >= 0.5, cut, torch.ones_like(cut))
        exact = torch.log(torch.abs(torch.log1p(-cut) - torch.log(cut))) - torch.where(
            cut <= 0.5, torch.log1p(-2.0 * below), torch.log(2.0 * above - 1.0))
        x = torch.pow(self.probs - 0.5, 2)
        return torch.where(self._far(), exact, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self):
        """p / (2p - 1) + 1 / (2 artanh(1 - 2p)); 1/2 at p = 1/2."""
        cut = self._cut_probs()
        exact = cut / (2.0 * cut - 1.0) + 1.0 / (torch.log1p(-cut) - torch.log(cut))
        x = self.probs - 0.5
        return torch.where(self._far(), exact, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * torch.pow(x, 2)) * x)

    @property
    def variance(self):
        """The mean of the squared distances from the mean."""
        cut = self._cut_probs()
        exact = cut * (cut - 1.0) / torch.pow(1.0 - 2.0 * cut, 2) + 1.0 / torch.pow(torch.log1p(-cut) - torch.log(cut), 2)
        x = torch.pow(self.probs - 0.5, 2)
        return torch.where(self._far(), exact, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    stddev = property(lambda self: torch.sqrt(self.variance), doc="The root of the variance.")

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        return self.icdf(torch.rand(shape, dtype=self.probs.dtype, device=self.probs.device))

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none") + self._log_norm()

    def cdf(self, value):
        self._validate_sample(value)
        cut = self._cut_probs()
        exact = (torch.pow(cut, value) * torch.pow(1.0 - cut, 1.0 - value) + cut - 1.0) / (2.0 * cut - 1.0)
        inside = torch.where(self._far(), exact, value)
        return torch.where(value <= 0, torch.zeros_like(inside), torch.where(value >= 1, torch.ones_like(inside), inside))

    def icdf(self, value):
        cut = self._cut_probs()
        exact = (torch.log1p(-cut + value * (2.0 * cut - 1.0)) - torch.log1p(-cut)) / (torch.log(cut) - torch.log1p(-cut))
        return torch.where(self._far(), exact, value)

    def entropy(self):
        log_not, log_yes = torch.log1p(-self.probs), torch.log(self.probs)
        return self.mean * (log_not - log_yes) - self._log_norm() - log_not
