"""Products with a logarithm that are 0 where a factor is 0, as entropies need them."""

import math

from workbook.numbers import plain
from workbook.ops.choices import where
from workbook.ops.elementwise import FloatElementwise, is_number, not_implemented
from workbook.ops.exponentials import log1p
from workbook.ops.from_data import tensor
from workbook.ops.pointwise import log


class Xlogy(FloatElementwise):
    """out = a * log(b), and 0 where a is 0"""

    def forward(ctx, a, b):
        ctx.save(a, b)
        return _times_log(ctx.xp, a, b, ctx.xp.log)

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad * where((a == 0) & (b <= 0), 0.0, log(b)) if ctx.needs_input_grad[0] else None,
                grad * a / b if ctx.needs_input_grad[1] else None)


class XlogyOfScalar(FloatElementwise, name="XlogyBackward1"):
    """out = number * log(b)"""

    def forward(ctx, number, b):
        ctx.save(number, b)
        return _times_log(ctx.xp, number, b, ctx.xp.log)

    def backward(ctx, grad):
        number, b = ctx.saved
        return None, grad * number / b


class XlogyScalar(FloatElementwise, name="XlogyBackward2"):
    """out = a * log(number)"""

    def forward(ctx, a, number):
        ctx.save(a, number)
        return _times_log(ctx.xp, a, a.dtype.type(number), ctx.xp.log)

    def backward(ctx, grad):
        a, number = ctx.saved
        if number > 0:
            return grad * math.log(number), None
        return where(a == 0, 0.0, grad * (-math.inf if number == 0 else math.nan)), None


def _times_log(xp, a, b, logarithm):
    """a times the logarithm of b: 0 where a is 0, whatever b is, but NaN where b is."""
    if b.dtype.kind == "c":
        raise not_implemented("xlogy_cpu" if logarithm is xp.log else "xlog1py_cpu", b, a)
    return xp.where((a == 0) & ~xp.isnan(b), b.dtype.type(0), a * logarithm(b))


def xlogy(input, other):
    """Return `input * log(other)`, and 0 where `input` is 0: entropies need it so. Either may be a number.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.xlogy(torch.tensor([0., 2.]), torch.tensor([0., 3.]))
    tensor([0.0000, 2.1972])

    Source: https://pytorch.org/docs/2.13/generated/torch.xlogy.html
    """
    if is_number(other):
        return XlogyScalar.apply(input, other)
    return (XlogyOfScalar if is_number(input) else Xlogy).apply(input, other)


class Xlog1py(Xlogy, name="SpecialXlog1PyBackward0"):
    """out = a * log(1 + b), and 0 where a is 0"""

    def forward(ctx, a, b):
        ctx.save(a, b)
        return _times_log(ctx.xp, a, b, ctx.xp.log1p)

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad * where((a == 0) & (b <= -1), 0.0, log1p(b)) if ctx.needs_input_grad[0] else None,
                grad * a / (b + 1) if ctx.needs_input_grad[1] else None)


class Xlog1pyOfScalar(Xlog1py, name="SpecialXlog1PyBackward1"):
    """The same, of a number `a`."""


class Xlog1pyScalar(Xlog1py, name="SpecialXlog1PyBackward2"):
    """The same, of a number `b`."""


def xlog1py(input, other):
    """Return `input * log(1 + other)`, and 0 where `input` is 0. Either may be a number.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.xlog1py(torch.tensor([0., 2.]), torch.tensor([-1., 1.]))
    tensor([0.0000, 1.3863])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.xlog1py
    """
    kind = Xlog1pyOfScalar if is_number(input) else Xlog1pyScalar if is_number(other) else Xlog1py
    return kind.apply(*(tensor(plain(number)) if is_number(number) else number for number in (input, other)))


class Entr(FloatElementwise, name="SpecialEntrBackward0"):
    """out = -a log(a), 0 at 0, -infinity below"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("entr_cpu", a)
        ctx.save(a)
        xp = ctx.xp
        return xp.where(a > 0, -a * xp.log(a), xp.where(a == 0, a.dtype.type(0), xp.where(a < 0, a.dtype.type(-math.inf), a)))

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (grad * (-log(a) - 1),)  # of numbers below 0, NaN, as their logarithm


def entr(input):
    """Return `-x * log(x)` of each element, 0 at 0 and -infinity below: over probabilities, its sum is the entropy.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.special.entr(torch.tensor([0., 0.5]))
    tensor([0.0000, 0.3466])

    Source: https://pytorch.org/docs/2.13/special.html#torch.special.entr
    """
    return Entr.apply(input)
