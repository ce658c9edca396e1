"""The Bernoulli distribution: yes or no."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import ProbsOrLogits, broadcast_all
from workbook.nn.functional import binary_cross_entropy_with_logits


class Bernoulli(ProbsOrLogits, Distribution):
    """1 with probability `probs`, else 0; or `logits`, the logarithm of p / (1 - p).

    One of them is given, a Tensor or a number. Raises ValueError for a probability outside of 0 to 1, and where both or none are given.

    >>> import workbook as torch
    >>> model = Bernoulli(torch.tensor([0.25, 0.5]))
    >>> model.log_prob(torch.tensor([1., 0.])).exp()
    tensor([0.2500, 0.5000])

    Source: https://pytorch.org/docs/2.13/distributions.html#bernoulli
    """

    torch_name = "torch.distributions.bernoulli.Bernoulli"
    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._set(probs, logits)
        super().__init__(self._param.size(), validate_args=validate_args)

    mean = property(lambda self: self.probs, doc="The probability.")
    variance = property(lambda self: self.probs * (1 - self.probs), doc="p (1 - p).")

    @property
    def mode(self):
        """1 or 0; nan where both are equally likely."""
        likelier = (self.probs >= 0.5).to(self.probs)
        likelier[self.probs == 0.5] = math.nan
        return likelier

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            return torch.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        values = torch.arange(2, dtype=self._param.dtype, device=self._param.device).view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1,) + self._batch_shape) if expand else values
