"""The normal distribution's functions beside erf, element by element by Python's own."""

import math
import statistics

from workbook.ops.arithmetic import mul
from workbook.ops.elementwise import FloatElementwise, not_implemented, one_by_one
from workbook.ops.pointwise import exp


class Erfc(FloatElementwise):
    """out = 1 - erf(a), without losing the digits of a large a"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("erfc_vml_cpu", a)
        ctx.save(a)
        return one_by_one(ctx.xp, math.erfc, a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (grad * (exp(-(a * a)) * (-2 / math.sqrt(math.pi))),)


def erfc(input):
    """Return `1 - erf(x)` of each element, exact also for large ones. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.erfc(torch.tensor([0., 1.]))
    tensor([1.0000, 0.1573])

    Source: https://pytorch.org/docs/2.13/generated/torch.erfc.html
    """
    return Erfc.apply(input)


class Erfcx(FloatElementwise, name="SpecialErfcxBackward0"):
    """out = exp(a * a) * erfc(a)"""

    def forward(ctx, a):
        out = one_by_one(ctx.xp, _scaled_erfc, a)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return (grad * (a * out * 2 - 2 / math.sqrt(math.pi)),)


def _scaled_erfc(x):
    if x < -26.7:
        return math.inf
    if x < 25:
        short = float(int(x * 2**20)) / 2**20  # its square is exact, so the exponential of a large square loses nothing
        return math.exp(short * short) * math.exp((x - short) * (x + short)) * math.erfc(x)
    if x != x or math.isinf(x):
        return x if x != x else 0.0
    square = 1 / (2 * x * x)  # Abramowitz and Stegun, 7.1.23
    return (1 - square * (1 - 3 * square * (1 - 5 * square * (1 - 7 * square)))) / (x * math.sqrt(math.pi))


def erfcx(input):
    """Return `exp(x * x) * erfc(x)` of each element, which stays a number where erfc(x) is too small for one.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.erfcx(torch.tensor([0., 100.]))
    tensor([1.0000, 0.0056])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.erfcx
    """
    return Erfcx.apply(input)


class Erfinv(FloatElementwise):
    """out = the number whose erf is a"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("erfinv_vml_cpu", a)
        out = one_by_one(ctx.xp, _inverse_of_erf, a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return (grad * (exp(out * out) * (math.sqrt(math.pi) / 2)),)


def _inverse_of_erf(y):
    if not -1 < y < 1:
        return math.copysign(math.inf, y) if abs(y) == 1 else math.nan
    x = math.copysign(NORMAL.inv_cdf((1 - abs(y)) / 2) / math.sqrt(2), y)
    for _ in range(2):  # Newton's method: the slope of erf is known
        x -= (math.erf(x) - y) / (2 / math.sqrt(math.pi) * math.exp(-x * x))
    return x


NORMAL = statistics.NormalDist()


def erfinv(input):
    """Return the inverse of the error function; infinite at -1 and 1, NaN beyond. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.erfinv(torch.tensor([0., 0.5, 1.]))
    tensor([0.0000, 0.4769,    inf])

    Source: https://pytorch.org/docs/2.13/generated/torch.erfinv.html
    """
    return Erfinv.apply(input)


def ndtr(input):
    """Return the probability that a normal number lies below each element. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.ndtr(torch.tensor([-1., 0., 2.]))
    tensor([0.1587, 0.5000, 0.9772])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.ndtr
    """
    return mul(erfc(mul(input, -math.sqrt(0.5))), 0.5)


class Ndtri(FloatElementwise, name="SpecialNdtriBackward0"):
    """out = the number below which a normal number lies with probability a"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("ndtri_cpu", a)
        out = one_by_one(ctx.xp, _quantile, a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return (grad * (exp(out * out * 0.5) * math.sqrt(2 * math.pi)),)


def _quantile(p):
    if 0 < p < 1:
        return NORMAL.inv_cdf(p)
    return math.copysign(math.inf, p - 0.5) if p in (0, 1) else math.nan


def ndtri(input):
    """Return the inverse of `ndtr`: infinite at 0 and 1, NaN beyond. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
    tensor([0.0000, 1.9600])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.ndtri
    """
    return Ndtri.apply(input)


class LogNdtr(FloatElementwise, name="SpecialLogNdtrBackward0"):
    """out = log ndtr(a), without underflow"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("log_ndtr_cpu", a)
        out = one_by_one(ctx.xp, _log_probability, a)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return (grad * (exp(a * a * -0.5 - out) * (1 / math.sqrt(2 * math.pi))),)


def _log_probability(x):
    if x != x or math.isinf(x):
        return x if x != x else -0.0 if x > 0 else -math.inf
    if x > -1:
        return math.log1p(-math.erfc(x / math.sqrt(2)) / 2)
    if x > -20:
        return math.log(math.erfc(-x / math.sqrt(2)) / 2)
    square = 1 / (x * x)  # the series at infinity, Abramowitz and Stegun 26.2.12
    return -x * x / 2 - math.log(-x) - math.log(2 * math.pi) / 2 + math.log1p(square * (-1 + square * (3 - 15 * square)))


def log_ndtr(input):
    """Return the logarithm of `ndtr`, also where that is too small for a float. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.log_ndtr(torch.tensor([-100., 0.]))
    tensor([-5.0055e+03, -6.9315e-01])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.log_ndtr
    """
    return LogNdtr.apply(input)
