"""Quotients that are rounded, and what is left over."""

from workbook import dtypes
from workbook.errors import explain
from workbook.ops.choices import flat
from workbook.ops.elementwise import Elementwise, by_factor, in_float32, is_number, not_implemented


class DivRounded(Elementwise, name="DivBackward2"):
    """out = a / b, rounded down ("floor") or towards 0 ("trunc"): between its steps it is flat"""

    of_numbers = True
    dtype_rule = staticmethod(dtypes.promote_factor)

    def forward(ctx, a, b, *, rounding_mode):
        kernel = f"div_{rounding_mode}_cpu"
        if rounding_mode == "floor":
            return _rounded_down(ctx.xp, kernel, a, b)
        if a.dtype.kind == "f":
            if getattr(b, "ndim", 0):
                return ctx.xp.trunc(a / b)
            return by_factor(lambda a, b: ctx.xp.trunc(a / b), a, b)
        down = whole_division(ctx.xp, "floor_divide", kernel, a, b)
        return down + ((down < 0) & (down * b != a))

    def backward(ctx, grad):
        return flat(grad), flat(grad)


class FloorDivide(Elementwise, name="NotImplemented"):
    """out = floor(a / b)"""

    of_numbers = True
    dtype_rule = staticmethod(dtypes.promote_factor)

    def forward(ctx, a, b):
        return _rounded_down(ctx.xp, "div_floor_cpu", a, b)

    def backward(ctx, grad):
        raise RuntimeError(explain(
            "derivative for aten::floor_divide is not implemented", "a // b is flat between its steps, and jumps at them",
            "detach() the operands, or use torch.div(a, b, rounding_mode='floor'), whose gradient is 0"))


def _rounded_down(xp, kernel, a, b):
    if getattr(b, "ndim", 0) and b.dtype == dtypes.float16.numpy:
        return _half_rounded_down(xp, a, b)
    return by_factor(lambda a, b: whole_division(xp, "floor_divide", kernel, a, b), a, in_float32(b) if hasattr(b, "dtype") else b)


def _half_rounded_down(xp, a, b):
    """floor(a / b) of arrays of half precision, which PyTorch rounds after each of these steps."""
    rest = xp.fmod(a, b)
    quotient = (a - rest) / b
    quotient = xp.where((rest != 0) & ((b < 0) != (rest < 0)), quotient - 1, quotient)
    down = xp.floor(quotient)
    down = xp.where(quotient - down > 0.5, down + 1, down)
    return xp.where(b == 0, a / b, xp.where(quotient == 0, xp.copysign(quotient * 0, a / b), down))


def whole_division(xp, name, kernel, a, b):
    kind = (a if hasattr(a, "dtype") else b).dtype.kind
    if kind in "bc":
        raise not_implemented(kernel, a if hasattr(a, "dtype") else b, b)
    out = getattr(xp, name)(a, b)
    if kind in "iu" and out.size and not xp.all(b):
        raise RuntimeError(explain("ZeroDivisionError", "whole numbers have no infinity to answer with",
                                   "divide floats, or keep 0 out of the divisor"))
    return out


def floor_divide(input, other):
    """Return the quotient rounded down.

    Raises RuntimeError where an integer is divided by 0, NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.tensor([7, -7]) // 2
    tensor([ 3, -4])

    Source: https://pytorch.org/docs/2.13/generated/torch.floor_divide.html
    """
    return FloorDivide.apply(input, other)


def rfloor_divide(input, other):
    """Return `other // input`, for a number `other`.

    >>> import workbook as torch
    >>> 7 // torch.tensor([2, -2])
    tensor([ 3, -4])

    Source: https://pytorch.org/docs/2.13/generated/torch.floor_divide.html
    """
    return FloorDivide.apply(other, input)


class Remainder(Elementwise, name="RemainderBackward1"):
    """out = a - b * floor(a / b), with the sign of b"""

    def forward(ctx, a, b):
        ctx.save(a, b)
        if (a if hasattr(a, "dtype") else b).dtype.kind != "f":
            return whole_division(ctx.xp, "remainder", "remainder_cpu", a, b)
        out = ctx.xp.fmod(a, b)  # has the sign of a: where that is not b's, one b further; a zero keeps its sign, as in PyTorch
        return ctx.xp.where((out != 0) & ((out < 0) != (b < 0)), out + b, out)

    def backward(ctx, grad):
        a, b = ctx.saved
        return grad, -grad * DivRounded.apply(a, b, rounding_mode="floor") if ctx.needs_input_grad[1] else None


class RemainderScalar(Remainder, name="RemainderBackward0"):
    """out = a % number"""


class RemainderOfScalar(Remainder, name="NotImplemented"):
    """out = number % b"""

    def backward(ctx, grad):
        raise RuntimeError(explain("derivative for aten::remainder is not implemented", "the left side of the % is a number",
                                   "write torch.tensor(number) % b"))


def remainder(input, other):
    """Return the remainder of Python's `%`, with the sign of `other`.

    Raises RuntimeError where an integer is divided by 0, NotImplementedError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.tensor([7, -7]) % 3
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.remainder.html
    """
    return (RemainderScalar if is_number(other) else Remainder).apply(input, other)


def rremainder(input, other):
    """Return `other % input`, for a number `other`.

    >>> import workbook as torch
    >>> 7 % torch.tensor([3, -3])
    tensor([ 1, -2])

    Source: https://pytorch.org/docs/2.13/generated/torch.remainder.html
    """
    return RemainderOfScalar.apply(other, input)
