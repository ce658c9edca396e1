"""A mixture: a class is drawn first, and then a value of the model of that class."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.categorical import Categorical
from workbook.distributions.distribution import Distribution
from workbook.errors import explain


class MixtureSameFamily(Distribution):
    """A class of `mixture_distribution`, a Categorical, and then a value of that component of `component_distribution`, whose last axis
    of the batch counts the components.

    Raises ValueError for a mixture that is no Categorical, and where the shapes do not fit.

    >>> import workbook as torch
    >>> from workbook.distributions import Normal
    >>> two_bells = MixtureSameFamily(Categorical(torch.tensor([0.5, 0.5])), Normal(torch.tensor([-1., 1.]), 0.1))
    >>> two_bells.mean, two_bells.log_prob(torch.tensor(-1.))
    (tensor(0.), tensor(0.6905))

    Source: https://pytorch.org/docs/2.13/distributions.html#mixturesamefamily
    """

    torch_name = "torch.distributions.mixture_same_family.MixtureSameFamily"
    arg_constraints = {}

    def __init__(self, mixture_distribution, component_distribution, validate_args=None):
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(explain(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical",
                                     f"it is of type {type(mixture_distribution).__name__}", "write Categorical(weights)"))
        if not isinstance(component_distribution, Distribution):
            raise ValueError(explain("The Component distribution needs to be an instance of torch.distributions.Distribution",
                                     f"it is of type {type(component_distribution).__name__}", "write Normal(means, deviations)"))
        weights, batch = mixture_distribution.param_shape, component_distribution.batch_shape
        sizes = zip(reversed(weights[:-1]), reversed(batch[:-1]), strict=False)
        if any(here != 1 and there != 1 and here != there for here, there in sizes):
            raise ValueError(explain(f"`mixture_distribution.batch_shape` ({weights[:-1]}) is not compatible with "
                                     f"`component_distribution.batch_shape`({batch[:-1]})",
                                     "from the right, two sizes differ and neither is 1", "make them fit"))
        if weights[-1] != batch[-1]:
            raise ValueError(explain(f"`mixture_distribution component` ({weights[-1]}) does not equal "
                                     f"`component_distribution.batch_shape[-1]` ({batch[-1]})",
                                     "each component has one weight", "give as many weights as components"))
        self._mixture_distribution, self._component_distribution = mixture_distribution, component_distribution
        super().__init__(batch[:-1], component_distribution.event_shape, validate_args=validate_args)

    mixture_distribution = property(lambda self: self._mixture_distribution, doc="The Categorical.")
    component_distribution = property(lambda self: self._component_distribution, doc="The components, a batch.")

    def expand(self, batch_shape):
        new = self._spread(torch.Size(batch_shape))
        new._component_distribution = self._component_distribution.expand(new._batch_shape + self._mixture_distribution.param_shape[-1:])
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        return new

    @constraints.dependent_property
    def support(self):
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def _axis(self):
        """The axis of the components."""
        return -1 - len(self._event_shape)

    def _weighted(self, values):
        weights = self._mixture_distribution.probs
        return (weights.reshape(weights.shape + (1,) * len(self._event_shape)) * values).sum(self._axis)

    mean = property(lambda self: self._weighted(self._component_distribution.mean), doc="The weighted mean of the means.")

    @property
    def variance(self):
        """The weighted mean of the variances, and of the squared distances of the means from their mean."""
        away = self._component_distribution.mean - self.mean.unsqueeze(self._axis)
        return self._weighted(self._component_distribution.variance) + self._weighted(away.pow(2.0))

    def cdf(self, value):
        return (self._component_distribution.cdf(value.unsqueeze(self._axis)) * self._mixture_distribution.probs).sum(-1)

    def log_prob(self, value):
        self._validate_sample(value)
        of_each = self._component_distribution.log_prob(value.unsqueeze(self._axis))
        return torch.logsumexp(of_each + torch.log_softmax(self._mixture_distribution.logits, -1), -1)

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            chosen = self._mixture_distribution.sample(sample_shape)
            values = self._component_distribution.sample(sample_shape)
            axis = len(sample_shape) + len(self._batch_shape)
            chosen = chosen.reshape(chosen.shape + (1,) * (len(self._event_shape) + 1)).expand(values.shape[:axis] + (1,) + self._event_shape)
            return values.gather(axis, chosen).squeeze(axis)

    def __repr__(self):
        return f"MixtureSameFamily(\n  {self._mixture_distribution},\n  {self._component_distribution})"
