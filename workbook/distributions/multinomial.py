"""The multinomial distribution: how often each class comes in several draws."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.binomial import Binomial
from workbook.distributions.one_hot_categorical import OfClasses
from workbook.distributions.utils import broadcast_all
from workbook.errors import explain


class Multinomial(OfClasses):
    """How often each of K classes comes in `total_count` draws; `probs` or `logits` as Categorical takes them.

    Raises NotImplementedError for a count that is no int, and ValueError as Categorical does.

    >>> import workbook as torch
    >>> Multinomial(3, torch.tensor([0., 1.])).sample()
    tensor([0., 3.])

    Source: https://pytorch.org/docs/2.13/distributions.html#multinomial
    """

    torch_name = "torch.distributions.multinomial.Multinomial"

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError(explain("inhomogeneous total_count is not supported", f"it is of type {type(total_count).__name__}",
                                              "write one whole number"))
        self.total_count = total_count
        super().__init__(probs, logits, validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self):
        return constraints.multinomial(self.total_count)

    mean = property(lambda self: self.probs * self.total_count, doc="n p.")
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs), doc="n p (1 - p).")

    def sample(self, sample_shape=torch.Size()):
        drawn = self._categorical.sample((self.total_count,) + tuple(sample_shape)).movedim(0, -1)
        counts = drawn.new_zeros(self._extended_shape(sample_shape))
        return counts.scatter_add_(-1, drawn, torch.ones_like(drawn)).type_as(self.probs)

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = torch.where((value == 0) & (logits == -math.inf), torch.zeros_like(logits), logits)  # what never comes did not come
        return torch.lgamma(value.sum(-1) + 1) - torch.lgamma(value + 1).sum(-1) + (logits * value).sum(-1)

    def entropy(self):
        n = torch.tensor(self.total_count)
        of_one = Binomial(self.total_count, self.probs)
        counts = of_one.enumerate_support(expand=False)[1:]
        term = torch.exp(of_one.log_prob(counts)) * torch.lgamma(counts + 1)
        return n * self._categorical.entropy() - torch.lgamma(n + 1) + term.sum([0, -1])
