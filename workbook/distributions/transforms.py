"""Functions that turn a random value into another, with what they do to its density.

Source: https://pytorch.org/docs/2.13/distributions.html#module-torch.distributions.transforms
"""

import functools
import operator

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.utils import broadcast_all, sum_rightmost
from workbook.errors import explain
from workbook.naming import PrintsAsTorch
from workbook.nn.functional import softplus


class Transform(metaclass=PrintsAsTorch):
    """A function that can be inverted: `t(x)`, `t.inv(y)`, and `t.log_abs_det_jacobian(x, y)`, the logarithm of how much it stretches at x.

    A class of its own writes `_call`, `_inverse` and `log_abs_det_jacobian`. `domain` and `codomain` say what goes in and comes out, `sign`
    whether it rises (1) or falls (-1). With `cache_size=1` it remembers its last input and value, so that the inverse of the value is the very
    input: exact, also where rounding has lost it, as in tanh far from 0.

    >>> import workbook as torch
    >>> grow = ExpTransform()
    >>> grow.inv(grow(torch.tensor(2.))), grow.log_abs_det_jacobian(torch.tensor(2.), None)
    (tensor(2.), tensor(2.))

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.transforms.Transform
    """

    torch_name = "torch.distributions.transforms.Transform"
    bijective = False
    domain = codomain = constraints.real
    sign = 1

    def __init__(self, cache_size=0):
        if cache_size not in (0, 1):
            raise ValueError(explain("cache_size must be 0 or 1", f"it is {cache_size!r}", "leave it out"))
        self._cache_size = cache_size
        self._last = None, None  # the last input and its value, where they are remembered

    @property
    def inv(self):
        """The inverse, a Transform too."""
        return _Inverse(self)

    def __call__(self, x):
        before, value = self._last
        return value if x is before and x is not None else self._remembered(x, self._call(x))[1]

    def _undone(self, y):
        """Return the input whose value is y."""
        before, value = self._last
        return before if y is value and y is not None else self._remembered(self._inverse(y), y)[0]

    def _remembered(self, x, y):
        if self._cache_size:
            self._last = x, y
        return x, y

    def _call(self, x):
        raise NotImplementedError

    def _inverse(self, y):
        raise NotImplementedError

    def log_abs_det_jacobian(self, x, y):
        """Return log |dy / dx|, where y is the value of x."""
        raise NotImplementedError

    def forward_shape(self, shape):
        """Return the shape of the values for an input of this shape."""
        return shape

    def inverse_shape(self, shape):
        """Return the shape of the inputs for values of this shape."""
        return shape

    def __eq__(self, other):
        return type(self) is type(other)

    __hash__ = object.__hash__

    def __repr__(self):
        return f"{type(self).__name__}()"


class _Inverse(Transform):
    """A Transform, read backwards."""

    def __init__(self, forwards):
        super().__init__()
        self.inv_of = forwards

    inv = property(lambda self: self.inv_of)
    bijective = property(lambda self: self.inv_of.bijective)
    domain = property(lambda self: self.inv_of.codomain)
    codomain = property(lambda self: self.inv_of.domain)
    sign = property(lambda self: self.inv_of.sign)

    def _call(self, x):
        return self.inv_of._undone(x)

    def _inverse(self, y):
        return self.inv_of(y)

    def log_abs_det_jacobian(self, x, y):
        return -self.inv_of.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self.inv_of.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self.inv_of.forward_shape(shape)

    def __eq__(self, other):
        return isinstance(other, _Inverse) and self.inv_of == other.inv_of

    __hash__ = object.__hash__

    def __repr__(self):
        return f"_InverseTransform({self.inv_of!r})"


class ComposeTransform(Transform):
    """Several one after the other, the first of the list first.

    >>> import workbook as torch
    >>> ComposeTransform([AffineTransform(1., 2.), ExpTransform()])(torch.tensor(0.))
    tensor(2.7183)
    """

    torch_name = "torch.distributions.transforms.ComposeTransform"

    def __init__(self, parts, cache_size=0):
        super().__init__(cache_size)
        self.parts = list(parts)

    bijective = property(lambda self: all(part.bijective for part in self.parts))
    sign = property(lambda self: functools.reduce(operator.mul, [part.sign for part in self.parts], 1))

    @property
    def domain(self):
        """What goes into the first; of events with as many axes as any of them needs."""
        return _of_events(self.parts[0].domain, [(part.codomain, part.domain) for part in reversed(self.parts)]) if self.parts else constraints.real

    @property
    def codomain(self):
        """What comes out of the last."""
        return _of_events(self.parts[-1].codomain, [(part.domain, part.codomain) for part in self.parts]) if self.parts else constraints.real

    def _call(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y):
        for part in reversed(self.parts):
            y = part.inv(y)
        return y

    def log_abs_det_jacobian(self, x, y):
        axes, found = self.domain.event_dim, 0.0
        for part in self.parts:
            after = part(x)
            found = found + sum_rightmost(part.log_abs_det_jacobian(x, after), axes - part.domain.event_dim)
            x = after
        return found if self.parts else torch.zeros_like(x)

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape):
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __eq__(self, other):
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = object.__hash__

    def __repr__(self):
        inside = ",\n    ".join(map(repr, self.parts))
        return f"ComposeTransform(\n    {inside}\n)"


def _of_events(constraint, passed):
    """Return a constraint of events with as many axes as are needed on the way through `passed`, pairs of where one enters and leaves."""
    axes = passed[0][0].event_dim
    for entered, left in passed:
        axes = max(axes + left.event_dim - entered.event_dim, left.event_dim)
    return constraints.independent(constraint, axes - constraint.event_dim) if axes > constraint.event_dim else constraint


identity_transform = ComposeTransform([])


class ExpTransform(Transform):
    """y = exp(x).

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.transforms.ExpTransform
    """

    torch_name = "torch.distributions.transforms.ExpTransform"
    codomain = constraints.positive
    bijective = True

    def _call(self, x):
        return x.exp()

    def _inverse(self, y):
        return y.log()

    def log_abs_det_jacobian(self, x, y):
        return x


class PowerTransform(Transform):
    """y = x to the power of `exponent`, of numbers above 0.

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.transforms.PowerTransform
    """

    torch_name = "torch.distributions.transforms.PowerTransform"
    domain = codomain = constraints.positive
    bijective = True

    def __init__(self, exponent, cache_size=0):
        super().__init__(cache_size)
        self.exponent, = broadcast_all(exponent)

    sign = property(lambda self: self.exponent.sign())

    def _call(self, x):
        return x.pow(self.exponent)

    def _inverse(self, y):
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x, y):
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape):
        return torch.broadcast_shapes(shape, self.exponent.shape)

    inverse_shape = forward_shape

    def __eq__(self, other):
        return isinstance(other, PowerTransform) and bool(self.exponent.eq(other.exponent).all())

    __hash__ = object.__hash__


class SigmoidTransform(Transform):
    """y = 1 / (1 + exp(-x)).

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.transforms.SigmoidTransform
    """

    torch_name = "torch.distributions.transforms.SigmoidTransform"
    codomain = constraints.unit_interval
    bijective = True

    def _call(self, x):
        limits = torch.finfo(x.dtype)
        return torch.clamp(torch.sigmoid(x), min=limits.tiny, max=1.0 - limits.eps)

    def _inverse(self, y):
        limits = torch.finfo(y.dtype)
        y = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x, y):
        return -softplus(-x) - softplus(x)


class TanhTransform(Transform):
    """y = tanh(x).

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.transforms.TanhTransform
    """

    torch_name = "torch.distributions.transforms.TanhTransform"
    codomain = constraints.interval(-1.0, 1.0)
    bijective = True

    def _call(self, x):
        return x.tanh()

    def _inverse(self, y):
        return torch.atanh(y)

    def log_abs_det_jacobian(self, x, y):
        return 2.0 * (torch.log(torch.tensor(2.0, dtype=x.dtype)) - x - softplus(-2.0 * x))


class AbsTransform(Transform):
    """y = |x|. Both signs give one value, so it has no inverse; `inv` gives the one that is not negative.

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.transforms.AbsTransform
    """

    torch_name = "torch.distributions.transforms.AbsTransform"
    codomain = constraints.positive

    def _call(self, x):
        return x.abs()

    def _inverse(self, y):
        return y


class AffineTransform(Transform):
    """y = loc + scale x, elementwise, or of events of `event_dim` axes. `loc` and `scale` are Tensors or numbers.

    >>> import workbook as torch
    >>> AffineTransform(1., 2.)(torch.tensor([0., 3.]))
    tensor([1., 7.])
    """

    torch_name = "torch.distributions.transforms.AffineTransform"
    bijective = True

    def __init__(self, loc, scale, event_dim=0, cache_size=0):
        super().__init__(cache_size)
        self.loc, self.scale, self.event_dim = loc, scale, event_dim

    @property
    def domain(self):
        return constraints.independent(constraints.real, self.event_dim) if self.event_dim else constraints.real

    codomain = domain

    @property
    def sign(self):
        return self.scale.sign() if isinstance(self.scale, torch.Tensor) else (self.scale > 0) - (self.scale < 0)

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        scale = self.scale if isinstance(self.scale, torch.Tensor) else torch.full_like(x, self.scale)
        return sum_rightmost(torch.log(torch.abs(scale)).expand(x.shape), self.event_dim)

    def forward_shape(self, shape):
        return torch.broadcast_shapes(shape, getattr(self.loc, "shape", ()), getattr(self.scale, "shape", ()))

    inverse_shape = forward_shape

    def __eq__(self, other):
        return isinstance(other, AffineTransform) and _same(self.loc, other.loc) and _same(self.scale, other.scale)

    __hash__ = object.__hash__


def _same(a, b):
    found = a == b
    return bool(found.all()) if isinstance(found, torch.Tensor) else found
