"""Cutting numbers at the point: trunc, frac, and the remainder of a division cut there."""

from workbook.errors import explain, not_a_tensor
from workbook.formats import laid_as
from workbook.ops.arithmetic import div
from workbook.ops.choices import flat
from workbook.ops.elementwise import Elementwise, is_number, not_implemented
from workbook.ops.extremes import named_result
from workbook.ops.pointwise import rounded
from workbook.ops.quotients import whole_division


class Trunc(Elementwise):
    """out = a without what stands behind the point"""

    def forward(ctx, a):
        return rounded(ctx.xp, "trunc", a)

    def backward(ctx, grad):
        return flat(grad)


def trunc(input):
    """Return each element without what stands behind the point. `fix` is another name of it.

    Raises NotImplementedError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.trunc(torch.tensor([1.5, -1.5]))
    tensor([ 1., -1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.trunc.html
    """
    return Trunc.apply(input)


class Frac(Elementwise):
    """out = a - trunc(a)"""

    def forward(ctx, a):
        if a.dtype.kind != "f":
            raise not_implemented("frac_cpu", a)
        return a - ctx.xp.trunc(a)

    def backward(ctx, grad):
        return grad


def frac(input):
    """Return what stands behind the point, with the element's sign. Raises NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.frac(torch.tensor([1.25, -1.25]))
    tensor([ 0.2500, -0.2500])

    Source: https://pytorch.org/docs/2.13/generated/torch.frac.html
    """
    return Frac.apply(input)


class Fmod(Elementwise, name="FmodBackward1"):
    """out = a - b * trunc(a / b), with the sign of a"""

    def forward(ctx, a, b):
        ctx.save(a, b)
        return whole_division(ctx.xp, "fmod", "fmod_cpu", a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return grad, -grad * div(a, b, rounding_mode="trunc") if ctx.needs_input_grad[1] else None


class FmodScalar(Fmod, name="FmodBackward0"):
    """out = a - number * trunc(a / number)"""


def fmod(input, other):
    """Return the remainder of C's `fmod`, with the sign of `input`; Python's `%` is `remainder`.

    Raises RuntimeError where an integer is divided by 0.

    >>> import workbook as torch
    >>> torch.fmod(torch.tensor([7, -7]), 3), torch.remainder(torch.tensor([7, -7]), 3)
    (tensor([ 1, -1]), tensor([1, 2]))

    Source: https://pytorch.org/docs/2.13/generated/torch.fmod.html
    """
    if is_number(input):
        raise not_a_tensor("fmod", "input", 1, input)
    return (FmodScalar if is_number(other) else Fmod).apply(input, other)


frexp_result = named_result("frexp", "mantissa", "exponent")


class Frexp(Elementwise):
    """out = m, e with a = m * 2**e and |m| from 1/2 to 1"""

    def forward(ctx, a):
        mantissa, exponent = ctx.xp.frexp(a)
        exponent = ctx.xp.where(ctx.xp.isfinite(a), exponent, 0).astype(ctx.xp.int32)
        ctx.keep(ctx.xp.ldexp(a.dtype.type(1), -exponent))
        return tuple(laid_as(ctx.xp, part, a) for part in (mantissa, exponent))

    def backward(ctx, grad, _):
        (scale,) = ctx.kept
        return grad * scale


def frexp(input):
    """Return each element as a mantissa from 1/2 to 1 (by size) and a power of two, int32: `(mantissa, exponent)`.

    Raises RuntimeError for integers.

    >>> import workbook as torch
    >>> torch.frexp(torch.tensor([6.]))
    torch.return_types.frexp(
    mantissa=tensor([0.7500]),
    exponent=tensor([3], dtype=torch.int32))

    Source: https://pytorch.org/docs/2.13/generated/torch.frexp.html
    """
    if not input.is_floating_point():
        raise RuntimeError(explain("torch.frexp() only supports floating-point dtypes", f"this tensor holds {input.dtype}",
                                   "write x.float()"))
    return frexp_result(*Frexp.apply(input))
