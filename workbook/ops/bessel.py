"""Bessel's functions, by their series."""

import math

from workbook.ops.choices import where
from workbook.ops.elementwise import FloatElementwise, not_implemented, one_by_one
from workbook.ops.pointwise import sign


class I0(FloatElementwise):
    """out = Bessel's function I of order 0"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("i0_vml_cpu", a)
        ctx.save(a)
        return _bessel(ctx.xp, a, 0)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * i1(a)


class I1(FloatElementwise, name="SpecialI1Backward0"):
    """out = Bessel's function I of order 1"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("i1_vml_cpu", a)
        out = _bessel(ctx.xp, a, 1)
        ctx.tiny = float(ctx.xp.finfo(a.dtype).eps)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        tiny = abs(a) <= ctx.tiny  # there the slope is 1/2; no division by 0 may reach its own derivative
        far = where(tiny, 1.0, a)
        return (grad * where(tiny, 0.5, i0(far) - out / far),)


def _bessel(xp, a, order):
    """The sum of (a / 2) ** (2 k + order) / (k! (k + order)!): no terms of different sign, so nothing cancels."""
    half = a.astype(xp.float64) / 2
    term = half**order
    total, k = term, 0
    while xp.any(abs(term) > abs(total) * 1e-18):
        k += 1
        term = term * (half / k) * (half / (k + order))
        total = total + term
        total = xp.where(xp.isinf(total) & ~xp.isinf(half), xp.where(total > 0, xp.inf, -xp.inf), total)
        term = xp.where(xp.isfinite(total), term, 0)
    return xp.where(xp.isinf(half), xp.nan, total + 0.0).astype(a.dtype)  # NaN at infinity, as in PyTorch; and no -0.0


def i0(input):
    """Return the modified Bessel function of the first kind and order 0. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.i0(torch.tensor([0., 1.]))
    tensor([1.0000, 1.2661])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.i0
    """
    return I0.apply(input)


def i1(input):
    """Return the modified Bessel function of the first kind and order 1. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.i1(torch.tensor([0., 1.]))
    tensor([0.0000, 0.5652])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.i1
    """
    return I1.apply(input)


class I0e(FloatElementwise, name="SpecialI0EBackward0"):
    """out = exp(-|a|) times Bessel's function I of order 0"""

    def forward(ctx, a):
        out = one_by_one(ctx.xp, lambda x: _scaled(abs(x), 0), a)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return (grad * (i1e(a) - sign(a) * out),)


class I1e(FloatElementwise, name="SpecialI1EBackward0"):
    """out = exp(-|a|) times Bessel's function I of order 1"""

    def forward(ctx, a):
        out = one_by_one(ctx.xp, lambda x: math.copysign(_scaled(abs(x), 1), x) if x else 0.0, a)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return (grad * where(a == 0, 0.5, i0e(a) - out * (sign(a) + 1 / where(a == 0, 1.0, a))),)


def _scaled(x, order):
    """exp(-x) I(x): the series in x for small x, that in 1 / x for large ones (Abramowitz and Stegun, 9.6.10 and 9.7.1)."""
    if x != x or math.isinf(x):
        return 0.0 if x == x else x
    if x < 30:
        term = total = (x / 2) ** order
        k = 0
        while abs(term) > abs(total) * 1e-18:
            k += 1
            term *= x * x / 4 / (k * (k + order))
            total += term
        return math.exp(-x) * total
    term = total = 1.0
    for k in range(1, 30):
        term *= -(4 * order * order - (2 * k - 1) ** 2) / (8 * k * x)
        total += term
    return total / math.sqrt(2 * math.pi * x)


def i0e(input):
    """Return `i0` of each element times exp(-|x|), which stays small where `i0` grows out of bounds.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.i0e(torch.tensor([0., 1., 100.]))
    tensor([1.0000, 0.4658, 0.0399])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.i0e
    """
    return I0e.apply(input)


def i1e(input):
    """Return `i1` of each element times exp(-|x|). Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.i1e(torch.tensor([0., 1.]))
    tensor([0.0000, 0.2079])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.i1e
    """
    return I1e.apply(input)
