"""Signs, infinities and neighbours of numbers."""

from workbook.errors import explain
from workbook.formats import copied, empty_as, laid_as
from workbook.ops.choices import flat, where
from workbook.ops.comparison import isfinite
from workbook.ops.elementwise import NUMBERS, Elementwise, FloatElementwise, is_number, not_implemented, refuse_numbers


class AskSign(Elementwise):
    """out = whether a has the sign, or the infinity, that `question` names"""

    differentiable = False

    def forward(ctx, a, *, question):
        if a.dtype.kind == "c":
            if question == "signbit":
                raise NotImplementedError(explain("signbit is not implemented for complex tensors.",
                                                  "complex numbers have no sign", "take the parts: x.real, x.imag"))
            raise RuntimeError(explain(f"{question} does not support complex inputs.",
                                       "complex numbers have no order", "take the parts: x.real, x.imag"))
        if a.dtype.kind != "f":
            return a < 0 if question == "signbit" else ctx.xp.zeros_like(a, bool)
        return getattr(ctx.xp, question)(a)


def signbit(input):
    """Return, as bool, whether each element carries a minus sign; -0. does. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.signbit(torch.tensor([1., -1., -0.]))
    tensor([False,  True,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.signbit.html
    """
    return AskSign.apply(input, question="signbit")


def isposinf(input):
    """Return, as bool, whether each element is positive infinity. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.isposinf(torch.tensor([1., float('inf'), float('-inf')]))
    tensor([False,  True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.isposinf.html
    """
    return AskSign.apply(input, question="isposinf")


def isneginf(input):
    """Return, as bool, whether each element is negative infinity. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.isneginf(torch.tensor([1., float('inf'), float('-inf')]))
    tensor([False, False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.isneginf.html
    """
    return AskSign.apply(input, question="isneginf")


class Copysign(FloatElementwise):
    """out = |a| with the sign of b"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise not_implemented("copysign_cpu", a, b)
        out = ctx.xp.copysign(a, b)
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        return where(a == 0, 0.0, grad * (out / a)), flat(grad)


class CopysignScalar(Copysign, name="CopysignBackward1"):
    """out = |a| with the sign of a number"""


def copysign(input, other):
    """Return the size of `input` with the sign of `other`, a Tensor or a number; integers give floats.

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.copysign(torch.tensor([1., -2.]), torch.tensor([-1., 1.]))
    tensor([-1.,  2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.copysign.html
    """
    return (CopysignScalar if is_number(other) else Copysign).apply(input, other)


class Heaviside(Elementwise, name="NotImplemented"):
    """out = 0 below zero, 1 above, b at zero"""

    def forward(ctx, a, b):
        return ctx.xp.where(a == 0, b, a > 0).astype(a.dtype)

    def backward(ctx, grad):
        raise RuntimeError(explain("derivative for aten::heaviside is not implemented", "a step is flat, and jumps at 0",
                                   "detach() the operands"))


def heaviside(input, values):
    """Return 0 where `input` is negative, 1 where it is positive, and `values` where it is 0.

    Raises RuntimeError for different dtypes.

    >>> import workbook as torch
    >>> torch.heaviside(torch.tensor([-1., 0., 2.]), torch.tensor([0.5]))
    tensor([0.0000, 0.5000, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.heaviside.html
    """
    refuse_numbers("heaviside", input, values, second="values")
    if input.is_complex() or values.is_complex():
        raise RuntimeError(explain("heaviside is not yet implemented for complex tensors.",
                                   "complex numbers have no order", "take the parts: x.real, x.imag"))
    if input.dtype is not values.dtype:
        raise RuntimeError(explain("heaviside is not yet implemented for tensors with different dtypes.",
                                   f"input holds {input.dtype}, values {values.dtype}", "write values.to(input.dtype)"))
    return Heaviside.apply(input, values)


class NanToNum(Elementwise):
    """out = a, with numbers in place of NaN and the infinities"""

    lies_as_inputs = False

    def forward(ctx, a, *, nan, posinf, neginf):
        ctx.save(a)
        if a.dtype.kind not in "fc":
            return copied(ctx.xp, a)
        if a.dtype.kind != "c":
            return laid_as(ctx.xp, _made_finite(ctx.xp, a, nan, posinf, neginf), a)
        out = empty_as(ctx.xp, a, a.dtype)
        for made, part in ((out.real, a.real), (out.imag, a.imag)):
            made[...] = _made_finite(ctx.xp, part, nan, posinf, neginf)
        return out

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (where(isfinite(a), grad, 0.0),)


def _made_finite(xp, a, nan, posinf, neginf):
    largest = xp.finfo(a.dtype).max
    out = xp.where(a != a, a.dtype.type(0 if nan is None else nan), a)
    out = xp.where(a == xp.inf, a.dtype.type(largest if posinf is None else posinf), out)
    return xp.where(a == -xp.inf, a.dtype.type(-largest if neginf is None else neginf), out)


def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    """Return `input` with `nan` in place of NaN, and `posinf` and `neginf` (the dtype's largest numbers) in place of infinities.

    Raises TypeError for what is no number.

    >>> import workbook as torch
    >>> torch.nan_to_num(torch.tensor([1., float('nan'), float('inf')]), posinf=9.)
    tensor([1., 0., 9.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nan_to_num.html
    """
    for name, value in (("nan", nan), ("posinf", posinf), ("neginf", neginf)):
        if value is not None and not isinstance(value, NUMBERS):
            raise TypeError(explain(f"nan_to_num(): argument '{name}' must be float, not {type(value).__name__}", "a number takes the place", None))
    return NanToNum.apply(input, nan=nan, posinf=posinf, neginf=neginf)


class Nextafter(Elementwise):
    """out = the float next to a on the way to b"""

    def forward(ctx, a, b):
        if a.dtype.kind != "f":
            raise not_implemented("nextafter_cpu", a, b)
        ctx.save(a, b)
        return ctx.xp.nextafter(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return where(a != b, grad, 0.0), flat(grad)


def nextafter(input, other):
    """Return the next float after `input` on the way to `other`. Raises NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.nextafter(torch.tensor(1.), torch.tensor(2.)) - 1 == 2 ** -23
    tensor(True)

    Source: https://pytorch.org/docs/2.13/generated/torch.nextafter.html
    """
    refuse_numbers("nextafter", input, other)
    return Nextafter.apply(input, other)
