"""A class that is almost one: rows near a one-hot row, through which gradients go."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.one_hot_categorical import OfClasses
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.transforms import ExpTransform
from workbook.distributions.utils import broadcast_all, clamp_probs


class ExpRelaxedCategorical(OfClasses):
    """The logarithm of a RelaxedOneHotCategorical.

    Source: https://pytorch.org/docs/2.13/distributions.html#relaxedonehotcategorical
    """

    torch_name = "torch.distributions.relaxed_categorical.ExpRelaxedCategorical"
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self._temperature = temperature
        super().__init__(probs, logits, validate_args)

    temperature = property(lambda self: self._temperature, doc="How far from a one-hot row the values are.")

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        drawn = clamp_probs(torch.rand(shape, dtype=self.logits.dtype, device=self.logits.device))
        scores = (self.logits - (-drawn.log()).log()) / self.temperature
        return scores - scores.logsumexp(-1, keepdim=True)

    def log_prob(self, value):
        self._validate_sample(value)
        count = self._event_shape[0]
        logits, value = broadcast_all(self.logits, value)
        scores = logits - value.mul(self.temperature)
        inside = (scores - scores.logsumexp(-1, keepdim=True)).sum(-1)
        return inside + torch.full_like(self.temperature, float(count)).lgamma() + self.temperature.log().mul(count - 1)


class RelaxedOneHotCategorical(TransformedDistribution):
    """Rows of positive numbers with sum 1, the nearer to a one-hot row the lower the `temperature`, a Tensor; so gradients reach `probs`,
    or `logits`. (nn.functional.gumbel_softmax draws the same.)

    Raises ValueError as Categorical does.

    >>> import workbook as torch
    >>> RelaxedOneHotCategorical(torch.tensor(0.5), torch.tensor([0.2, 0.8])).sample((5,)).shape
    torch.Size([5, 2])

    Source: Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax (2017);
    https://pytorch.org/docs/2.13/distributions.html#relaxedonehotcategorical
    """

    torch_name = "torch.distributions.relaxed_categorical.RelaxedOneHotCategorical"
    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        super().__init__(ExpRelaxedCategorical(temperature, probs, logits, validate_args), ExpTransform(), validate_args)

    temperature = property(lambda self: self.base_dist.temperature, doc="How far from a one-hot row the values are.")
    probs = property(lambda self: self.base_dist.probs, doc="The probabilities.")
    logits = property(lambda self: self.base_dist.logits, doc="Their logarithms.")
