"""The binomial distribution: how many of several trials succeed."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import ProbsOrLogits, broadcast_all
from workbook.errors import explain


class Binomial(ProbsOrLogits, Distribution):
    """How many of `total_count` trials succeed, each with probability p: probability n! / (k! (n - k)!) p^k (1 - p)^(n - k).

    `probs` or `logits` is given. Raises ValueError for a probability outside of 0 to 1, and for a count that is not whole.

    >>> import workbook as torch
    >>> Binomial(2, torch.tensor(0.5)).log_prob(torch.tensor([0., 1., 2.])).exp()
    tensor([0.2500, 0.5000, 0.2500])

    Source: https://pytorch.org/docs/2.13/distributions.html#binomial
    """

    torch_name = "torch.distributions.binomial.Binomial"
    arg_constraints = {"total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval, "logits": constraints.real}
    has_enumerate_support = True

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        name, given = self._take_one(probs, logits)
        self.total_count, self.__dict__[name] = broadcast_all(total_count, given)
        self.total_count = self.total_count.type_as(self._param)
        super().__init__(self._param.size(), validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    mean = property(lambda self: self.total_count * self.probs, doc="n p.")
    mode = property(lambda self: ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count), doc="(n + 1) p, rounded down.")
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs), doc="n p (1 - p).")

    def sample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return torch.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value):
        self._validate_sample(value)
        n, logits = self.total_count, self.logits
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2  # max(logits, 0), with slope 1/2 at 0
        shared = n * above + n * torch.log1p(torch.exp(-torch.abs(logits))) - torch.lgamma(n + 1)
        return value * logits - torch.lgamma(value + 1) - torch.lgamma(n - value + 1) - shared

    def entropy(self):
        log_prob = self.log_prob(self._all_values("entropy", False))
        return -(torch.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand=True):
        return self._all_values("enumerate_support", expand)

    def _all_values(self, asked_by, expand):
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError(explain(f"Inhomogeneous total count not supported by `{asked_by}`.",
                                              "models with different counts have different numbers of values", "ask each model by itself"))
        values = torch.arange(1 + count, dtype=self._param.dtype, device=self._param.device).view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1,) + self._batch_shape) if expand else values
