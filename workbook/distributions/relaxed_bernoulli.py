"""A yes or no that is almost one: numbers near 0 and 1, through which gradients go."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.transforms import SigmoidTransform
from workbook.distributions.utils import ProbsOrLogits, broadcast_all, clamp_probs


class LogitRelaxedBernoulli(ProbsOrLogits, Distribution):
    """The logit of a RelaxedBernoulli.

    Source: https://pytorch.org/docs/2.13/distributions.html#logitrelaxedbernoulli
    """

    torch_name = "torch.distributions.relaxed_bernoulli.LogitRelaxedBernoulli"
    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self._temperature = temperature
        self._set(probs, logits)
        super().__init__(self._param.size(), validate_args=validate_args)

    temperature = property(lambda self: self._temperature, doc="How far from 0 and 1 the values are.")

    def rsample(self, sample_shape=torch.Size()):
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        drawn = clamp_probs(torch.rand(shape, dtype=probs.dtype, device=probs.device))
        return (drawn.log() - (-drawn).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        difference = logits - value.mul(self.temperature)
        return self.temperature.log() + difference - 2 * difference.exp().log1p()


class RelaxedBernoulli(TransformedDistribution):
    """Numbers between 0 and 1, the nearer to these the lower the `temperature`, a Tensor; so gradients reach `probs`, or `logits`.

    Raises ValueError as Bernoulli does.

    >>> import workbook as torch
    >>> model = RelaxedBernoulli(torch.tensor(0.01), torch.tensor(1.))
    >>> model.sample()
    tensor(1.0000)

    Source: Maddison, Mnih and Teh, The Concrete Distribution (2017); https://pytorch.org/docs/2.13/distributions.html#relaxedbernoulli
    """

    torch_name = "torch.distributions.relaxed_bernoulli.RelaxedBernoulli"
    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        super().__init__(LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args)

    temperature = property(lambda self: self.base_dist.temperature, doc="How far from 0 and 1 the values are.")
    probs = property(lambda self: self.base_dist.probs, doc="The probability.")
    logits = property(lambda self: self.base_dist.logits, doc="log(p / (1 - p)).")
