"""The gamma function: its logarithm and the derivatives of that."""

import math

from workbook.devices import check_memory
from workbook.errors import explain
from workbook.numbers import counted
from workbook.ops.elementwise import FloatElementwise, not_implemented, one_by_one
from workbook.ops.shape import contiguous


class Lgamma(FloatElementwise):
    """out = log |gamma(a)|"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("lgamma_vml_cpu", a)
        ctx.save(a)
        return one_by_one(ctx.xp, _log_gamma, a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * digamma(a)


def _log_gamma(x):
    if x <= 0 and x % 1 == 0 or x > 1e305:
        return math.inf  # the poles, and what is too large, where Python raises
    return math.lgamma(x)


def lgamma(input):
    """Return the logarithm of the absolute value of the gamma function, which is (n - 1)! at a whole number n.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.lgamma(torch.tensor([1., 5.])).exp()
    tensor([ 1., 24.])

    Source: https://pytorch.org/docs/2.13/generated/torch.lgamma.html
    """
    return Lgamma.apply(input)


class Digamma(FloatElementwise):
    """out = the slope of log gamma at a"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("digamma", a)
        ctx.save(a)
        return one_by_one(ctx.xp, _slope_of_log_gamma, a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * polygamma(1, a)


def _slope_of_log_gamma(x):
    """From the series at infinity, after steps up by psi(x) = psi(x + 1) - 1 / x (Abramowitz and Stegun, 6.3.5, 6.3.7, 6.3.18)."""
    if x == 0:
        return math.copysign(math.inf, -x)
    if x < 0:
        if x == -math.inf or x == math.floor(x):
            return math.nan
        return _slope_of_log_gamma(1 - x) - math.pi / math.tan(math.pi * math.fmod(x, 1))
    total = 0.0
    while x < 10:
        total -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = 0.0
    for bernoulli in (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12):  # B(2k) / 2k, the highest k first
        series = square * (series + bernoulli)
    return total + math.log(x) - 0.5 / x - series


def digamma(input):
    """Return the derivative of `lgamma`; `torch.special.psi` is another name of it. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.digamma(torch.tensor([1., 2.]))
    tensor([-0.5772,  0.4228])

    Source: https://pytorch.org/docs/2.13/generated/torch.digamma.html
    """
    return Digamma.apply(input)


class Polygamma(FloatElementwise):
    """out = derivative number n of digamma at a"""

    def forward(ctx, a, *, n):
        if a.dtype.kind == "c":
            raise not_implemented("polygamma", a)
        ctx.save(a)
        ctx.n = n
        if n == 1:
            return one_by_one(ctx.xp, _trigamma, a)
        factorial = math.gamma(n + 1) if n < 171 else math.inf
        return one_by_one(ctx.xp, lambda x: (-1) ** (n + 1) * factorial * hurwitz_zeta(n + 1, x), a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (grad * polygamma(ctx.n + 1, a),)


def _trigamma(x):
    """The slope of digamma, to the ten digits of PyTorch's series (Abramowitz and Stegun, 6.4.6, 6.4.7, 6.4.12)."""
    if x < 0.5:
        sine = math.sin(math.pi * x)
        return (math.pi / sine) ** 2 - _trigamma(1 - x) if sine else math.inf
    total = 0.0
    for _ in range(6):
        total += 1 / (x * x)
        x += 1
    square = 1 / (x * x)
    return total + (1 + 0.5 / x + square * (1 / 6 - square * (1 / 30 - square / 42))) / x


def hurwitz_zeta(s, x):
    """The sum of (x + k) ** -s over k = 0, 1, ...: its first terms, and the rest by Euler and Maclaurin's formula."""
    if x != x or x <= 0 and x == math.floor(x):
        return math.nan if x != x else math.inf
    if math.isinf(x):
        return 0.0 if x > 0 else math.nan
    total = 0.0
    while x < 12:
        if abs(x) < 1 and -s * math.log(abs(x)) > 709:
            return math.inf  # this term alone
        total += x**-s
        x += 1
    total += x ** (1 - s) / (s - 1) + 0.5 * x**-s
    term = s * x ** (-s - 1)
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), start=1):
        total += bernoulli / math.factorial(2 * k) * term
        term *= (s + 2 * k - 1) * (s + 2 * k) / (x * x)
    return total


def polygamma(n, input):
    """Return derivative number `n` of `digamma`, n = 0, 1, ... Raises RuntimeError for a negative n.

    >>> import workbook as torch
    >>> torch.polygamma(1, torch.tensor([1.]))
    tensor([1.6449])

    Source: https://pytorch.org/docs/2.13/generated/torch.polygamma.html
    """
    if counted(n) < 0:
        raise RuntimeError(explain("polygamma(n, x) does not support negative n.", "n counts derivatives", "0 is digamma itself"))
    return Polygamma.apply(input, n=n) if n else digamma(input)


def mvlgamma(input, p):
    """Return the logarithm of the gamma function of `p` dimensions, as the Wishart distribution has it.

    Raises RuntimeError for p below 1.

    >>> import workbook as torch
    >>> torch.mvlgamma(torch.tensor([1.5, 3.]), 2)
    tensor([0.4516, 1.5502])

    Source: https://pytorch.org/docs/2.13/generated/torch.mvlgamma.html
    """
    if p < 1:
        raise RuntimeError(explain("p has to be greater than or equal to 1",
                                   "p counts the factors of the product", "write p=1 or more"))
    check_memory((*input.shape, p), 8)
    input = contiguous(input)  # as the result lies
    total = math.log(math.pi) * (p * (p - 1) / 4)
    for j in range(p):
        total = total + lgamma(input - j / 2)
    return total
