"""What the parameters of a random model, and its values, have to be: `check` says it of each element.

Source: https://pytorch.org/docs/2.13/distributions.html#module-torch.distributions.constraints
"""

import operator

import workbook as torch
from workbook.errors import explain


class Constraint:
    """A condition on Tensors. `check(value)` returns a bool for each element, or for each event of `event_dim` axes."""

    is_discrete = False
    event_dim = 0

    def check(self, value):
        """Return a bool Tensor: where the condition holds."""
        raise NotImplementedError

    def __repr__(self):
        bounds = ", ".join(f"{name}={bound}" for name, bound in vars(self).items() if name.endswith("_bound"))
        return f"{type(self).__name__.lstrip('_')}({bounds})"


def _compared(name, lower=None, upper=None, whole=False):
    """Return a class of constraints: between bounds, each compared as one of Python's operators says."""

    class Compared(Constraint):
        is_discrete = whole

        def __init__(self, *bounds, **named):
            names = [f"{side}_bound" for side, by in (("lower", lower), ("upper", upper)) if by]
            self.__dict__.update(zip(names, bounds, strict=False), **named)
            if sorted(vars(self)) != sorted(names) or len(bounds) > len(names):
                raise TypeError(explain(f"{name} takes {' and '.join(names)}", "these are the ends of the range", f"write {name}({', '.join(names)})"))

        def check(self, value):
            """Return where a value lies between the bounds."""
            fits = value % 1 == 0 if whole else None
            for side, by in (("lower_bound", lower), ("upper_bound", upper)):
                if by:
                    side_fits = by(value, getattr(self, side))
                    fits = side_fits if fits is None else fits & side_fits
            return fits

    Compared.__name__ = Compared.__qualname__ = name
    return Compared


greater_than = _compared("GreaterThan", lower=operator.gt)
greater_than_eq = _compared("GreaterThanEq", lower=operator.ge)
less_than = _compared("LessThan", upper=operator.lt)
interval = _compared("Interval", operator.ge, operator.le)
half_open_interval = _compared("HalfOpenInterval", operator.ge, operator.lt)
integer_interval = _compared("IntegerInterval", operator.ge, operator.le, whole=True)
_integer_from = _compared("IntegerGreaterThan", lower=operator.ge, whole=True)


class _Dependent(Constraint):
    """A condition that depends on other parameters, and is known in an instance only."""

    def check(self, value):
        raise ValueError(explain("Cannot determine validity of dependent constraint", "it depends on the parameters", "ask an instance: dist.support"))


def is_dependent(constraint):
    """Return whether a condition is known in an instance only."""
    return isinstance(constraint, (_Dependent, property))


class dependent_property(property):
    """A property that gives a condition, for a class whose support depends on its parameters.

    As a decorator: `@dependent_property(is_discrete=True, event_dim=0)`, where what is told need not be.
    """

    def __init__(self, function=None, *, is_discrete=NotImplemented, event_dim=NotImplemented):
        super().__init__(function)
        self.is_discrete, self.event_dim = is_discrete, event_dim

    def __call__(self, function):
        return dependent_property(function, is_discrete=self.is_discrete, event_dim=self.event_dim)


class _IndependentConstraint(Constraint):
    """A condition of elements that has to hold for all of an event, whose axes are the last ones."""

    def __init__(self, base_constraint, reinterpreted_batch_ndims):
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims

    @property
    def is_discrete(self):
        return self.base_constraint.is_discrete

    @property
    def event_dim(self):
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value):
        fits = self.base_constraint.check(value)
        kept = fits.dim() - self.reinterpreted_batch_ndims
        if kept < 0:
            raise ValueError(explain(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}",
                                     f"the last {self.event_dim} axes are one event", "add axes: value.unsqueeze(0)"))
        return fits.reshape(fits.shape[:kept] + (-1,)).all(-1)

    def __repr__(self):
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """A condition that has to hold for every component of a mixture."""

    def __init__(self, base_constraint):
        self.base_constraint = base_constraint

    @property
    def is_discrete(self):
        return self.base_constraint.is_discrete

    @property
    def event_dim(self):
        return self.base_constraint.event_dim

    def check(self, value):
        fits = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        return fits.reshape(fits.shape[:value.dim() - self.event_dim] + (-1,)).all(-1)

    def __repr__(self):
        return f"{type(self).__name__}({self.base_constraint!r})"


class _Real(Constraint):
    def check(self, value):
        return value == value  # not where it is nan


class _Boolean(Constraint):
    is_discrete = True

    def check(self, value):
        return (value == 0) | (value == 1)


class _OneHot(Constraint):
    is_discrete, event_dim = True, 1

    def check(self, value):
        return boolean.check(value).all(-1) & value.sum(-1).eq(1)


class _Simplex(Constraint):
    event_dim = 1

    def check(self, value):
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(Constraint):
    is_discrete, event_dim = True, 1

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)

    def __repr__(self):
        return "Multinomial()"


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value):
        return (value.tril() == value).reshape(value.shape[:-2] + (-1,)).all(-1)


class _LowerCholesky(_LowerTriangular):
    def check(self, value):
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _Square(Constraint):
    event_dim = 2

    def check(self, value):
        return torch.full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype=torch.bool, device=value.device)


class _Symmetric(_Square):
    def check(self, value):
        square = super().check(value)
        return torch.isclose(value, value.mT, atol=1e-6).all(-2).all(-1) if square.all() else square


class _PositiveSemidefinite(_Symmetric):
    def check(self, value):
        symmetric = super().check(value)
        return torch.linalg.eigvalsh(value).ge(0).all(-1) if symmetric.all() else symmetric


class _PositiveDefinite(_Symmetric):
    def check(self, value):
        symmetric = super().check(value)
        if not symmetric.all():
            return symmetric
        try:
            torch.linalg.cholesky(value.detach())
        except torch.linalg.LinAlgError:  # one of them has no factor
            return torch.linalg.eigvalsh(value.detach()).gt(0).all(-1)
        return symmetric


dependent = _Dependent()
independent = _IndependentConstraint
boolean, one_hot, simplex, multinomial = _Boolean(), _OneHot(), _Simplex(), _Multinomial
real, positive, nonnegative, unit_interval = _Real(), greater_than(0.0), greater_than_eq(0.0), interval(0.0, 1.0)
real_vector = independent(real, 1)
nonnegative_integer, positive_integer = _integer_from(0), _integer_from(1)
lower_triangular, lower_cholesky, square, symmetric = _LowerTriangular(), _LowerCholesky(), _Square(), _Symmetric()
positive_semidefinite, positive_definite = _PositiveSemidefinite(), _PositiveDefinite()
