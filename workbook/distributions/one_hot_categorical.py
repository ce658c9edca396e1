"""The categorical distribution, whose values are rows with one 1."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.categorical import Categorical
from workbook.distributions.distribution import Distribution
from workbook.nn.functional import one_hot


class OfClasses(Distribution):
    """What models over the classes of a Categorical share: it stands in `_categorical`, and the last axis counts the classes."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    probs = property(lambda self: self._categorical.probs, doc="The probabilities.")
    logits = property(lambda self: self._categorical.logits, doc="Their logarithms.")
    param_shape = property(lambda self: self._categorical.param_shape, doc="The shape of what was given.")

    def __init__(self, probs, logits, validate_args):
        self._categorical = Categorical(probs, logits)
        super().__init__(self._categorical.batch_shape, self.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape):
        new = self._spread(torch.Size(batch_shape))
        new._categorical = self._categorical.expand(batch_shape)
        return new


class OneHotCategorical(OfClasses):
    """A class as a row of zeros with one 1: a Categorical whose values are vectors. `probs` or `logits` as there.

    Raises ValueError as Categorical does.

    >>> import workbook as torch
    >>> OneHotCategorical(torch.tensor([0., 0., 1.])).sample()
    tensor([0., 0., 1.])

    Source: https://pytorch.org/docs/2.13/distributions.html#onehotcategorical
    """

    torch_name = "torch.distributions.one_hot_categorical.OneHotCategorical"
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        super().__init__(probs, logits, validate_args)

    mean = property(lambda self: self.probs, doc="The probabilities.")
    mode = property(lambda self: one_hot(self._categorical.mode, self.probs.shape[-1]).to(self.probs), doc="The likeliest class.")
    variance = property(lambda self: self.probs * (1 - self.probs), doc="p (1 - p).")

    def sample(self, sample_shape=torch.Size()):
        return one_hot(self._categorical.sample(sample_shape), self._event_shape[0]).to(self.probs)

    def log_prob(self, value):
        self._validate_sample(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self):
        return self._categorical.entropy()

    def enumerate_support(self, expand=True):
        count = self._event_shape[0]
        values = torch.eye(count, dtype=self.probs.dtype, device=self.probs.device)
        values = values.view((count,) + (1,) * len(self._batch_shape) + (count,))
        return values.expand((count,) + self._batch_shape + (count,)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """The same, with a gradient: `rsample` is a sample, through which the gradient goes as if it were the probabilities.

    Source: Bengio, Léonard and Courville, Estimating or Propagating Gradients Through Stochastic Neurons (2013);
    https://pytorch.org/docs/2.13/distributions.html#onehotcategorical
    """

    torch_name = "torch.distributions.one_hot_categorical.OneHotCategoricalStraightThrough"
    has_rsample = True

    def rsample(self, sample_shape=torch.Size()):
        return self.sample(sample_shape) + (self.probs - self.probs.detach())
