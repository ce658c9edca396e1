"""The categorical distribution: one of several classes."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import ProbsOrLogits
from workbook.errors import explain


class Categorical(ProbsOrLogits, Distribution):
    """The number of a class, 0 to K - 1. `probs`: the K probabilities along the last axis, which are divided by their sum; or `logits`,
    their logarithms up to a number.

    Raises ValueError for probabilities below 0, for a Tensor without axes, and where both or none are given. The usual way to
    choose an action: `loss = -model.log_prob(action) * reward`.

    >>> import workbook as torch
    >>> model = Categorical(torch.tensor([1., 1., 2.]))
    >>> model.probs, model.log_prob(torch.tensor(2)).exp()
    (tensor([0.2500, 0.2500, 0.5000]), tensor(0.5000))

    Source: https://pytorch.org/docs/2.13/distributions.html#categorical
    """

    torch_name = "torch.distributions.categorical.Categorical"
    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    event_axes = {"probs": 1, "logits": 1}
    has_enumerate_support = True
    is_binary = False

    def __init__(self, probs=None, logits=None, validate_args=None):
        name, given = self._take_one(probs, logits)
        if given.dim() < 1:
            raise ValueError(explain(f"`{name}` parameter must be at least one-dimensional.", "its last axis counts the classes",
                                     "give a number for each class: torch.tensor([0.5, 0.5])"))
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = logits - logits.logsumexp(-1, keepdim=True)
        super().__init__(given.size()[:-1], validate_args=validate_args)

    @property
    def _num_events(self):
        return self._param.size(-1)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    mean = variance = property(lambda self: torch.full_like(self.probs[..., 0], math.nan), doc="nan: the numbers of classes are only names.")
    mode = property(lambda self: self.probs.argmax(-1), doc="The likeliest class.")

    def sample(self, sample_shape=torch.Size()):
        sample_shape = torch.Size(sample_shape)
        drawn = torch.multinomial(self.probs.reshape(-1, self._num_events), sample_shape.numel(), True)
        return drawn.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        self._validate_sample(value)
        classes, logits = torch.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, classes[..., :1]).squeeze(-1)

    def entropy(self):
        logits = self.logits.clamp(min=torch.finfo(self.logits.dtype).min)  # 0 times infinity is 0 here
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        values = torch.arange(self._num_events, device=self._param.device).view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1,) + self._batch_shape) if expand else values
