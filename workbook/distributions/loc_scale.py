"""What models of numbers around a place share: the place `loc`, and how far they scatter, `scale`."""

from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import broadcast_all


class LocScale(Distribution):
    """A model with the parameters `loc` and `scale`, Tensors that fit each other, or numbers."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.size(), validate_args=validate_args)
