"""A random model whose values go through functions that can be inverted."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.independent import Independent
from workbook.distributions.transforms import ComposeTransform, Transform
from workbook.distributions.utils import sum_rightmost
from workbook.errors import explain


class TransformedDistribution(Distribution):
    """The values of `base_distribution`, each turned into another by `transforms`, one or a list, the first first.

    The density of y is that of x, divided by how much the functions stretch at x. Raises ValueError for what is no Transform.

    >>> import workbook as torch
    >>> from workbook.distributions import ExpTransform, Normal
    >>> TransformedDistribution(Normal(0., 1.), ExpTransform()).log_prob(torch.tensor(1.))
    tensor(-0.9189)

    Source: https://pytorch.org/docs/2.13/distributions.html#transformeddistribution
    """

    torch_name = "torch.distributions.transformed_distribution.TransformedDistribution"
    arg_constraints = {}

    def __init__(self, base_distribution, transforms, validate_args=None):
        self.transforms = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(self.transforms, list):
            raise ValueError(explain(f"transforms must be a Transform or list, but was {transforms}", "values go through one after the other",
                                     "write [ExpTransform()]"))
        if not all(isinstance(each, Transform) for each in self.transforms):
            raise ValueError(explain("transforms must be a Transform or a list of Transforms", f"there is {transforms!r}",
                                     "write [ExpTransform()]"))
        whole = ComposeTransform(self.transforms)
        event_axes = len(base_distribution.event_shape)
        into, out_of = whole.domain.event_dim, whole.codomain.event_dim
        shape = whole.forward_shape(base_distribution.batch_shape + base_distribution.event_shape)
        before = whole.inverse_shape(shape)
        base_distribution = base_distribution.expand(before[:len(before) - event_axes])
        self.base_dist = Independent(base_distribution, into - event_axes) if into > event_axes else base_distribution
        cut = len(shape) - max(out_of, event_axes + out_of - into)
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    def expand(self, batch_shape):
        new = self._spread(torch.Size(batch_shape))
        before = ComposeTransform(self.transforms).inverse_shape(new._batch_shape + self._event_shape)
        new.base_dist = self.base_dist.expand(before[:len(before) - len(self.base_dist.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self):
        last = self.transforms[-1].codomain if self.transforms else self.base_dist.support
        more = len(self._event_shape) - last.event_dim
        return constraints.independent(last, more) if more > 0 else last

    has_rsample = property(lambda self: self.base_dist.has_rsample)

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape=torch.Size()):
        return self._transformed(self.base_dist.rsample(sample_shape))

    def _transformed(self, value):
        for each in self.transforms:
            value = each(value)
        return value

    def log_prob(self, value):
        self._validate_sample(value)
        axes, found = len(self._event_shape), 0.0
        for each in reversed(self.transforms):
            before = each.inv(value)
            axes += each.domain.event_dim - each.codomain.event_dim
            found = found - sum_rightmost(each.log_abs_det_jacobian(before, value), axes - each.domain.event_dim)
            value = before
        return found + sum_rightmost(self.base_dist.log_prob(value), axes - len(self.base_dist.event_shape))

    def cdf(self, value):
        for each in reversed(self.transforms):
            value = each.inv(value)
        return self._turned(self.base_dist.cdf(value))

    def icdf(self, value):
        return self._transformed(self.base_dist.icdf(self._turned(value)))

    def _turned(self, probability):
        """The probability, or 1 minus it where the functions fall as x rises."""
        sign = ComposeTransform(self.transforms).sign
        return probability if isinstance(sign, int) and sign == 1 else sign * (probability - 0.5) + 0.5
