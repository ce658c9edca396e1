"""Functions of two numbers beside the gamma function: its incomplete integrals, and the zeta function of Hurwitz."""

import math

from workbook.errors import explain, not_a_tensor
from workbook.numbers import plain
from workbook.ops.arithmetic import mul
from workbook.ops.elementwise import FloatElementwise, broadcast_shape, is_number, not_implemented, pair_by_pair
from workbook.ops.from_data import tensor
from workbook.ops.gamma import hurwitz_zeta, lgamma
from workbook.ops.pointwise import exp, log
from workbook.tensor import Tensor


class Igamma(FloatElementwise):
    """out = the part of gamma(a)'s integral from 0 to b"""

    def forward(ctx, a, b, *, upper):
        for x in (a, b):
            if x.dtype.kind == "c":
                raise not_implemented("igammac_cpu" if upper else "igamma_cpu", x)
        ctx.upper = upper
        ctx.save(a, b)
        return pair_by_pair(ctx.xp, lambda x, y: part_of_gamma(x, y)[upper], a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        if ctx.needs_input_grad[0]:
            raise NotImplementedError(explain(f"the derivative for '{'igammac' if ctx.upper else 'igamma'}: input' is not "
                                              "implemented.",
                                              "PyTorch has none with respect to the first", "detach it"))
        slope = exp((a - 1) * log(b) - b - lgamma(a))
        return None, grad * (-slope if ctx.upper else slope)


class Igammac(Igamma):
    """out = the part of gamma(a)'s integral from b on"""


def part_of_gamma(a, x):
    """Return the shares of the integral of t**(a - 1) exp(-t) from 0 to x and from x on.

    Abramowitz and Stegun, 6.5.29 and 6.5.31.
    """
    if a != a or x != x or a < 0 or x < 0:
        return math.nan, math.nan
    if a == 0:
        return (1.0, 0.0) if x > 0 else (math.nan, math.nan)
    if x == 0:
        return 0.0, 1.0
    if math.isinf(a):
        return (math.nan, math.nan) if math.isinf(x) else (0.0, 1.0)
    if math.isinf(x):
        return 1.0, 0.0
    if a > 1e8:  # so far out the distribution is normal, when its cube root is looked at (Wilson and Hilferty, 1931)
        below = math.erfc(-3 * math.sqrt(a / 2) * ((x / a) ** (1 / 3) - 1 + 1 / (9 * a))) / 2
        return below, 1 - below
    height = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        k = a
        while term > total * 1e-17:
            k += 1
            term *= x / k
            total += term
        return min(height * total, 1.0), max(1 - height * total, 0.0)
    tiny = 1e-300  # a continued fraction, from the front (Lentz's way)
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    found = d
    for k in range(1, 100000):
        b += 2
        step = -k * (k - a)
        d, c = step * d + b, b + step / c
        d, c = 1 / (d or tiny), c or tiny
        found *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return max(1 - height * found, 0.0), min(height * found, 1.0)


def igamma(input, other):
    """Return the share of the gamma function's integral at `input` that lies from 0 to `other`; also `torch.special.gammainc`.

    Floats from 0. Its derivative is that of `other` alone. Raises NotImplementedError for two Tensors of integers.

    >>> import workbook as torch
    >>> torch.igamma(torch.tensor([1., 1.]), torch.tensor([0., 1.]))
    tensor([0.0000, 0.6321])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.gammainc
    """
    return Igamma.apply(*_floats("igamma", input, other), upper=False)


def igammac(input, other):
    """Return the share of the gamma function's integral at `input` from `other` on, 1 - igamma; also `torch.special.gammaincc`.

    Raises NotImplementedError for integers and complex numbers.

    >>> import workbook as torch
    >>> torch.igammac(torch.tensor([1., 1.]), torch.tensor([0., 1.]))
    tensor([1.0000, 0.3679])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.gammaincc
    """
    return Igammac.apply(*_floats("igammac", input, other), upper=True)


def _floats(name, input, other):
    for place, (argument, given) in enumerate((("input", input), ("other", other)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor(name, argument, place, given)
    broadcast_shape(tuple(input.shape), tuple(other.shape))
    if not any(x.is_floating_point() or x.is_complex() for x in (input, other)):
        raise not_implemented(f"{name}_cpu", input._array, other._array)
    return input, other


class Zeta(FloatElementwise, name="SpecialZetaBackward0"):
    """out = the sum of (b + k) ** -a over k = 0, 1, ..."""

    def forward(ctx, a, b):
        ctx.save(a, b)
        return pair_by_pair(ctx.xp, _zeta, a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        if ctx.needs_input_grad[0]:
            raise NotImplementedError(explain("the derivative for 'zeta: self' is not implemented.",
                                              "PyTorch has none with respect to the first", "detach it"))
        return None, mul(grad * -a, Zeta.apply(a + 1, b))


_ENDLESS = 1e13  # with more, the factors of the formula that PyTorch ends with are infinite


def _zeta(s, x):
    if s == 1:
        return math.inf
    if s < 1:
        return math.nan
    if x <= 0 and (x == -math.inf or x % 1 == 0):
        return math.inf
    if s != s or x != x or x == math.inf or x <= 0 and s < _ENDLESS and s % 1 != 0:
        return math.nan
    if s > _ENDLESS:  # what lies below 1 has no end; of what lies above PyTorch says nothing
        return math.inf if x < 1 else 1.0 if x == 1 else math.nan
    return hurwitz_zeta(s, x)


def zeta(input, other):
    """Return Hurwitz's zeta function, the sum of `(other + k) ** -input` over k = 0, 1, ...; Riemann's for other = 1.

    Either may be a number. NaN below 1, infinite at 1. Its derivative is that of `other` alone. Raises NotImplementedError for
    complex numbers.

    >>> import workbook as torch
    >>> torch.special.zeta(torch.tensor([2., 4.]), 1)
    tensor([1.6449, 1.0823])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.zeta
    """
    return Zeta.apply(*(tensor(plain(number)) if is_number(number) else number for number in (input, other)))
