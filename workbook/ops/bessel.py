"""Bessel's functions, by their series."""

from workbook.ops.comparison import where
from workbook.ops.elementwise import FloatElementwise, not_implemented


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
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return (grad * where(a == 0, 0.5, i0(a) - out / a),)


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
    return xp.where(xp.isinf(half), xp.nan, total).astype(a.dtype)  # NaN at infinity, as in PyTorch


def i0(input):
    """Return the modified Bessel function of the first kind and order 0.

    >>> import workbook as torch
    >>> torch.i0(torch.tensor([0., 1.]))
    tensor([1.0000, 1.2661])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.i0
    """
    return I0.apply(input)


def i1(input):
    """Return the modified Bessel function of the first kind and order 1.

    >>> import workbook as torch
    >>> torch.special.i1(torch.tensor([0., 1.]))
    tensor([0.0000, 0.5652])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.i1
    """
    return I1.apply(input)
