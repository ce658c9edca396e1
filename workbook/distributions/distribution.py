"""What every random model has: shapes of a batch and of an event, samples, and how likely a value is."""

import copy

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.utils import lazy_property
from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class Distribution(metaclass=PrintsAsTorch):
    """A random model, or a batch of them of shape `batch_shape`, each of whose values has `event_shape`.

    `sample(shape)` draws values of shape `shape + batch_shape + event_shape`; `rsample` draws such that gradients reach the
    parameters; `log_prob(value)` returns the logarithm of the probability, or of the density, of shape `batch_shape`.
    A class names its parameters in `arg_constraints` and its values in `support`; both are checked where `validate_args`.

    Raises ValueError for parameters and values outside of these, and NotImplementedError for what a model does not have.

    >>> Distribution.set_default_validate_args(True)

    Source: https://pytorch.org/docs/2.13/distributions.html#distribution
    """

    torch_name = "torch.distributions.distribution.Distribution"
    has_rsample = False
    has_enumerate_support = False
    event_axes = {}  # of the parameters: how many of their last axes belong to an event, where any do
    _validate_args = True

    @staticmethod
    def set_default_validate_args(value):
        """Whether parameters and values are checked where nothing else is said."""
        if value not in (True, False):
            raise ValueError(explain(f"set_default_validate_args: {value!r}", "it is a yes or no", "write True or False"))
        Distribution._validate_args = value

    def __init__(self, batch_shape=torch.Size(), event_shape=torch.Size(), validate_args=None):
        self._batch_shape, self._event_shape = torch.Size(batch_shape), torch.Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                computed = name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property)
                if not constraints.is_dependent(constraint) and not computed:
                    self._check_parameter(name, getattr(self, name), constraint)

    def _check_parameter(self, name, value, constraint):
        if not constraint.check(value).all():
            raise ValueError(explain(
                f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution {self!r} "
                f"to satisfy the constraint {constraint!r}, but found invalid values:\n{value}",
                f"{type(self).__name__} is not defined for such a {name}", f"look at where {name} comes from"))

    @property
    def batch_shape(self):
        """How many models there are, as a shape."""
        return self._batch_shape

    @property
    def event_shape(self):
        """The shape of one value."""
        return self._event_shape

    @property
    def arg_constraints(self):
        """What the parameters have to be, by their names."""
        raise self._lacks("arg_constraints")

    @property
    def support(self):
        """What the values are."""
        raise self._lacks("support")

    @property
    def mean(self):
        """The mean of all values."""
        raise self._lacks("mean")

    @property
    def mode(self):
        """The likeliest value."""
        raise self._lacks("mode")

    @property
    def variance(self):
        """The mean of the squared distances from the mean."""
        raise self._lacks("variance")

    @property
    def stddev(self):
        """The root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape=torch.Size()):
        """Return random values, with no gradient."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=torch.Size()):
        """Return random values as a function of the parameters, so that gradients reach these (the reparametrization trick)."""
        raise self._lacks("rsample")

    def log_prob(self, value):
        """Return the logarithm of the probability, or of the density, of a value."""
        raise self._lacks("log_prob")

    def cdf(self, value):
        """Return the probability of a value up to this one."""
        raise self._lacks("cdf")

    def icdf(self, value):
        """Return the value up to which a probability reaches: the inverse of `cdf`."""
        raise self._lacks("icdf")

    def enumerate_support(self, expand=True):
        """Return all values, along a new first axis; `expand`: for each model of the batch."""
        raise self._lacks("enumerate_support")

    def entropy(self):
        """Return the mean of -log_prob: how uncertain a value is, in nats."""
        raise self._lacks("entropy")

    def perplexity(self):
        """Return exp(entropy): how many equally likely values would be as uncertain."""
        return torch.exp(self.entropy())

    def expand(self, batch_shape):
        """Return the same models for a batch of another shape, to which theirs can be broadcast."""
        return self._spread(torch.Size(batch_shape))

    def _spread(self, batch_shape):
        new = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, torch.Tensor) and not name.startswith("_"):
                axes = self.event_axes.get(name, 0)
                new.__dict__[name] = value.expand(batch_shape + value.shape[value.dim() - axes:])
        new._batch_shape = batch_shape
        return new

    def _extended_shape(self, sample_shape=torch.Size()):
        return torch.Size(sample_shape) + self._batch_shape + self._event_shape

    def _validate_sample(self, value):
        """Raise ValueError where this cannot be a value of the model. Nothing where `validate_args` is False."""
        if not self._validate_args:
            return
        if not isinstance(value, torch.Tensor):
            raise ValueError(explain("The value argument to log_prob must be a Tensor", f"it is of type {type(value).__name__}",
                                     "wrap it: torch.tensor(...)"))
        own, size = self._batch_shape + self._event_shape, value.size()
        if size[len(size) - len(self._event_shape):] != self._event_shape:
            raise ValueError(explain(f"The right-most size of value must match event_shape: {size} vs {self._event_shape}.",
                                     "the last axes of a value are one event", "give values as sample() does"))
        if any(here != 1 and there != 1 and here != there for here, there in zip(reversed(size), reversed(own), strict=False)):
            raise ValueError(explain(f"Value is not broadcastable with batch_shape+event_shape: {size} vs {own}.",
                                     "from the right, two sizes differ and neither is 1", "give values as sample() does"))
        if not self.support.check(value).all():
            raise ValueError(explain(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the support "
                f"({self.support!r}) of the distribution {self!r}, but found invalid values:\n{value}",
                f"{type(self).__name__} never draws such a value", "look at where the value comes from"))

    def _lacks(self, what):
        return NotImplementedError(explain(f"{type(self)} does not implement {what}", "this random model has no formula for it",
                                           "estimate it from samples: dist.sample((1000,))"))

    def __repr__(self):
        shown = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        inside = ", ".join(f"{name}: {value if value.numel() == 1 else value.size()}" for name, value in shown.items())
        return f"{type(self).__name__}({inside})"
