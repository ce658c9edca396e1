"""The Gumbel distribution: the largest of many numbers."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.transforms import AffineTransform, ExpTransform
from workbook.distributions.uniform import Uniform
from workbook.distributions.utils import broadcast_all, euler_constant


class Gumbel(TransformedDistribution):
    """loc - scale log(-log u) of a uniform u: what the largest of many numbers looks like. The class with the largest logit plus such a
    number is a draw from softmax(logits).

    Both are Tensors that fit each other, or numbers. Raises ValueError for a scale that is not above 0.

    >>> import workbook as torch
    >>> Gumbel(torch.tensor(0.), torch.tensor(1.)).mean
    tensor(0.5772)

    Source: https://pytorch.org/docs/2.13/distributions.html#gumbel
    """

    torch_name = "torch.distributions.gumbel.Gumbel"
    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = torch.finfo(self.loc.dtype)
        inside = Uniform(torch.full_like(self.loc, limits.tiny), torch.full_like(self.loc, 1 - limits.eps), validate_args)
        log = ExpTransform().inv
        super().__init__(inside, [log, AffineTransform(0, -torch.ones_like(self.scale)), log, AffineTransform(self.loc, -self.scale)],
                         validate_args)

    def log_prob(self, value):
        self._validate_sample(value)
        y = (self.loc - value) / self.scale
        return (y - y.exp()) - self.scale.log()

    mean = property(lambda self: self.loc + self.scale * euler_constant, doc="loc + 0.5772 scale.")
    mode = property(lambda self: self.loc, doc="loc.")
    stddev = property(lambda self: (math.pi / math.sqrt(6)) * self.scale, doc="π scale / √6.")
    variance = property(lambda self: self.stddev.pow(2), doc="The square of the deviation.")

    def entropy(self):
        return self.scale.log() + (1 + euler_constant)
