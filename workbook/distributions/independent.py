"""A batch of random models that counts as one model of several values."""

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import sum_rightmost
from workbook.errors import explain


class Independent(Distribution):
    """The models of a batch as one: the last `reinterpreted_batch_ndims` axes of the batch become axes of the event.

    So `log_prob` adds them up: the pixels of a picture are one value. Raises ValueError for more axes than there are.

    >>> import workbook as torch
    >>> from workbook.distributions import Normal
    >>> pixels = Normal(torch.zeros(2, 3), 1.)
    >>> Independent(pixels, 1).log_prob(torch.zeros(2, 3))
    tensor([-2.7568, -2.7568])

    Source: https://pytorch.org/docs/2.13/distributions.html#independent
    """

    torch_name = "torch.distributions.independent.Independent"
    arg_constraints = {}

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        batch = base_distribution.batch_shape
        if reinterpreted_batch_ndims > len(batch):
            raise ValueError(explain(
                f"Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual {reinterpreted_batch_ndims} vs {len(batch)}",
                f"the batch has the shape {tuple(batch)}", f"take {len(batch)} axes or fewer"))
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        cut = len(batch) - reinterpreted_batch_ndims
        super().__init__(batch[:cut], batch[cut:] + base_distribution.event_shape, validate_args=validate_args)

    def expand(self, batch_shape):
        new = self._spread(torch.Size(batch_shape))
        new.base_dist = self.base_dist.expand(new._batch_shape + self._event_shape[:self.reinterpreted_batch_ndims])
        return new

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    has_enumerate_support = property(lambda self: self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support)

    @constraints.dependent_property
    def support(self):
        of_one = self.base_dist.support
        return constraints.independent(of_one, self.reinterpreted_batch_ndims) if self.reinterpreted_batch_ndims else of_one

    mean = property(lambda self: self.base_dist.mean, doc="The means.")
    mode = property(lambda self: self.base_dist.mode, doc="The likeliest value.")
    variance = property(lambda self: self.base_dist.variance, doc="The variances.")

    def sample(self, sample_shape=torch.Size()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=torch.Size()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self):
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand=True):
        if self.reinterpreted_batch_ndims:
            raise NotImplementedError(explain("Enumeration over cartesian product is not implemented",
                                              "all combinations of all elements are too many", "enumerate base_dist"))
        return self.base_dist.enumerate_support(expand)

    def __repr__(self):
        return f"Independent({self.base_dist}, {self.reinterpreted_batch_ndims})"
