"""Sums, products and powers, elementwise."""

import math

import numpy as np

from workbook import dtypes
from workbook.errors import explain
from workbook.ops.comparison import flat, where
from workbook.ops.elementwise import NUMBERS, Elementwise, FloatElementwise, in_float32, not_implemented
from workbook.ops.pointwise import log


class Add(Elementwise):
    """out = a + alpha * b"""

    of_numbers = True
    alpha = 1

    def forward(ctx, a, b, *, alpha=1):
        if alpha == 1:
            return a + b
        ctx.alpha = alpha
        return a + _scaled(ctx.xp, a, b, alpha)

    def backward(ctx, grad):
        return grad, grad if ctx.alpha == 1 else grad * ctx.alpha


def _scaled(xp, a, b, alpha):
    """alpha * b in the dtype in which a and b have met; whole numbers can only be scaled by whole numbers."""
    kind = (a if hasattr(a, "dtype") else b).dtype
    if alpha.__class__ is bool and kind.kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if alpha.__class__ is float and kind.kind in "biu":
        raise RuntimeError(explain("For integral input tensors, argument alpha must not be a floating point number.",
                                   f"{alpha} times a whole number has no place in {dtypes.OF_NUMPY[kind]}", "write x.float() first"))
    return xp.asarray(alpha).astype(kind) * b


def add(input, other, *, alpha=1):
    """Return `input + alpha * other`, elementwise with broadcasting. `torch.add`, `x.add` and `x + y` are this function.

    >>> import workbook as torch
    >>> torch.add(torch.tensor([1., 2.]), torch.tensor([[10.], [20.]]))
    tensor([[11., 12.],
            [21., 22.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.add.html
    """
    return Add.apply(input, other) if alpha == 1 else Add.apply(input, other, alpha=alpha)


def _no_bools(values):
    """The dtype rule of differences: bools are no numbers there."""
    ready = dtypes.promote(values)
    if ready is values and getattr(values[0], "dtype", _BOOL) is not _BOOL and values[1].__class__ is not bool:
        return values  # nothing was converted, so the second, if it is an array, has the dtype of the first
    for value in values:
        if value.__class__ is bool or getattr(value, "dtype", None) is _BOOL:
            raise _difference_of_bools(values)
    return ready


def _difference_of_bools(values):
    both = all(value.__class__ is bool or getattr(value, "dtype", None) is _BOOL for value in values)
    return RuntimeError(explain(
        "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
        if both else "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or `logical_not()` operator instead.",
        "True - True has no answer among True and False", "for numbers write x.int() first"))


_BOOL, _HALF = dtypes.bool_.numpy, dtypes.float16.numpy


class Sub(Elementwise):
    """out = a - alpha * b"""

    of_numbers = True
    dtype_rule = staticmethod(_no_bools)
    alpha = 1

    def forward(ctx, a, b, *, alpha=1):
        if alpha == 1:
            return a - b
        ctx.alpha = alpha
        return a - _scaled(ctx.xp, a, b, alpha)

    def backward(ctx, grad):
        return grad, -grad if ctx.alpha == 1 else grad * -ctx.alpha


def sub(input, other, *, alpha=1):
    """Return `input - alpha * other`, elementwise with broadcasting.

    >>> import workbook as torch
    >>> torch.tensor([5, 7]) - torch.tensor([1, 2])
    tensor([4, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.sub.html
    """
    return Sub.apply(input, other) if alpha == 1 else Sub.apply(input, other, alpha=alpha)


class Rsub(Elementwise, name="RsubBackward1"):
    """out = number - a"""

    dtype_rule = staticmethod(_no_bools)

    def forward(ctx, a, number):
        return number - a

    def backward(ctx, grad):
        return -grad, None


def rsub(input, other):
    """Return `other - input`.

    >>> import workbook as torch
    >>> 1 - torch.tensor([0.25, 1.])
    tensor([0.7500, 0.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.sub.html
    """
    return Rsub.apply(input, other) if other.__class__ in NUMBERS else Sub.apply(other, input)


class Mul(Elementwise):
    """out = a * b"""

    of_numbers = True

    def forward(ctx, a, b):
        ctx.save_crosswise(a, b)
        if b.__class__ is float and a.dtype is _HALF:
            return (in_float32(a) * b).astype(_HALF)  # the number is not rounded to float16 first
        return a * b

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad * b if ctx.needs_input_grad[0] else None,
                grad * a if ctx.needs_input_grad[1] else None)


def mul(input, other):
    """Return `input * other`, elementwise with broadcasting. For the matrix product see `matmul`.

    >>> import workbook as torch
    >>> torch.tensor([1., 2.]) * torch.tensor([3., 4.])
    tensor([3., 8.])

    Source: https://pytorch.org/docs/2.13/generated/torch.mul.html
    """
    return Mul.apply(input, other)


class Div(FloatElementwise):
    """out = a / b"""

    of_numbers = True

    def forward(ctx, a, b):
        ctx.save(a if ctx.needs_input_grad[1] else None, b)
        if b.__class__ is float and a.dtype is _HALF:
            return (in_float32(a) / b).astype(_HALF)
        return a / b

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad / b if ctx.needs_input_grad[0] else None,
                -grad * (a / b / b) if ctx.needs_input_grad[1] else None)


def div(input, other, *, rounding_mode=None):
    """Return `input / other`; integers give floats. `rounding_mode` "floor" or "trunc" rounds the quotient.

    Raises RuntimeError for another rounding_mode.

    >>> import workbook as torch
    >>> torch.tensor([7, -7]) / 2
    tensor([ 3.5000, -3.5000])
    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="floor")
    tensor([ 3, -4])

    Source: https://pytorch.org/docs/2.13/generated/torch.div.html
    """
    if rounding_mode is None:
        return Div.apply(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    return DivRounded.apply(input, other, rounding_mode=rounding_mode)


class DivRounded(Elementwise, name="DivBackward2"):
    """out = a / b, rounded down ("floor") or towards 0 ("trunc"): between its steps it is flat"""

    of_numbers = True

    def forward(ctx, a, b, *, rounding_mode):
        kernel = f"div_{rounding_mode}_cpu"
        if rounding_mode == "floor":
            return whole_division(ctx.xp, "floor_divide", kernel, a, b)
        if a.dtype.kind == "f":
            return ctx.xp.trunc(a / b)
        down = whole_division(ctx.xp, "floor_divide", kernel, a, b)
        return down + ((down < 0) & (down * b != a))

    def backward(ctx, grad):
        return flat(grad), flat(grad)


class Reciprocal(FloatElementwise):
    """out = 1 / a"""

    def forward(ctx, a):
        out = 1 / a
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return -grad * out * out


def reciprocal(input):
    """Return `1 / input`.

    >>> import workbook as torch
    >>> torch.reciprocal(torch.tensor([2., 4.]))
    tensor([0.5000, 0.2500])

    Source: https://pytorch.org/docs/2.13/generated/torch.reciprocal.html
    """
    return Reciprocal.apply(input)


def rdiv(input, other):
    """Return `other / input`: for a number, its reciprocal times the number, as PyTorch computes it.

    >>> import workbook as torch
    >>> 1 / torch.tensor([2., 4.])
    tensor([0.5000, 0.2500])

    Source: https://pytorch.org/docs/2.13/generated/torch.div.html
    """
    if other.__class__ in NUMBERS:
        return Mul.apply(Reciprocal.apply(input), other)
    return reciprocal(input) * other if isinstance(other, np.ndarray) else Div.apply(other, input)


class FloorDivide(Elementwise, name="NotImplemented"):
    """out = floor(a / b)"""

    of_numbers = True

    def forward(ctx, a, b):
        return whole_division(ctx.xp, "floor_divide", "div_floor_cpu", a, b)

    def backward(ctx, grad):
        raise RuntimeError(explain(
            "derivative for aten::floor_divide is not implemented", "a // b is flat between its steps, and jumps at them",
            "detach() the operands, or use torch.div(a, b, rounding_mode='floor'), whose gradient is 0"))


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
        return grad, -grad * div(a, b, rounding_mode="floor") if ctx.needs_input_grad[1] else None


class RemainderScalar(Remainder, name="RemainderBackward0"):
    """out = a % number"""


class RemainderOfScalar(Remainder, name="NotImplemented"):
    """out = number % b"""

    def backward(ctx, grad):
        raise RuntimeError(explain("derivative for aten::remainder is not implemented", "the left side of the % is a number",
                                   "write torch.tensor(number) % b"))


def remainder(input, other):
    """Return the remainder of Python's `%`, with the sign of `other`.

    >>> import workbook as torch
    >>> torch.tensor([7, -7]) % 3
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.remainder.html
    """
    return (RemainderScalar if other.__class__ in NUMBERS else Remainder).apply(input, other)


def rremainder(input, other):
    """Return `other % input`, for a number `other`.

    >>> import workbook as torch
    >>> 7 % torch.tensor([3, -3])
    tensor([ 1, -2])

    Source: https://pytorch.org/docs/2.13/generated/torch.remainder.html
    """
    return RemainderOfScalar.apply(other, input)


class Neg(Elementwise):
    """out = -a"""

    def forward(ctx, a):
        if a.dtype.kind == "b":
            raise RuntimeError(explain(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or "
                "`logical_not()` operator instead.", "True and False have no sign", "write ~mask"))
        return -a

    def backward(ctx, grad):
        return -grad


def neg(input):
    """Return `-input`. Raises RuntimeError for bool.

    >>> import workbook as torch
    >>> -torch.tensor([1., -2.])
    tensor([-1.,  2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.neg.html
    """
    return Neg.apply(input)


def positive(input):
    """Return `input` itself. Raises RuntimeError for bool.

    >>> import workbook as torch
    >>> +torch.tensor([1., -2.])
    tensor([ 1., -2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.positive.html
    """
    if input._array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def _to_a_number(values):
    """The dtype rule of powers to a number."""
    base, exponent = values
    if exponent.__class__ is int and exponent < 0 and base.dtype.kind not in "fc":
        raise RuntimeError(explain("Integers to negative integer powers are not allowed.",
                                   f"{exponent} as a power of integers gives fractions", "write x.float() first"))
    return dtypes.promote(values)


class Pow(Elementwise):
    """out = a ** exponent, for a number as exponent"""

    dtype_rule = staticmethod(_to_a_number)

    def forward(ctx, a, exponent):
        ctx.save(a, exponent)
        return _power(ctx.xp, a, exponent)

    def backward(ctx, grad):
        a, exponent = ctx.saved
        return (flat(grad) if exponent == 0 else grad * (exponent * pow(a, exponent - 1)),)


def _power(xp, a, exponent):
    """a ** exponent, by the products that PyTorch uses for small exponents."""
    if exponent == 2:
        return a * a
    if exponent == 3:
        return a * a * a
    if a.dtype.kind in "fc":
        if exponent == 0.5:
            return xp.sqrt(a)
        if exponent == -0.5:
            return 1 / xp.sqrt(a)
        if exponent == -1:
            return 1 / a
        if exponent == -2:
            return 1 / (a * a)
    return a**exponent


def _power_of_arrays(xp, a, b):
    """a ** b; a whole number to a negative power is a fraction, of which PyTorch keeps the whole part."""
    kind = (b if hasattr(b, "dtype") else a).dtype.kind
    if kind == "b":
        raise not_implemented("pow", b, xp.asarray(a))
    if kind != "i":
        return a**b
    flipped = xp.where(a == -1, 1 - 2 * (b % 2), a == 1)
    return xp.where(b < 0, flipped, a ** xp.maximum(b, 0)).astype(b.dtype)


class PowTensor(Elementwise, name="PowBackward1"):
    """out = a ** b, for a tensor as exponent"""

    def forward(ctx, a, b):
        out = _power_of_arrays(ctx.xp, a, b)
        ctx.save(a, b, out)
        return out

    def backward(ctx, grad):
        a, b, out = ctx.saved
        to_a = where(b == 0, 0.0, grad * (b * pow(a, b - 1))) if ctx.needs_input_grad[0] else None
        to_b = where((a == 0) & (b >= 0), 0.0, grad * (out * log(a))) if ctx.needs_input_grad[1] else None
        return to_a, to_b


class PowScalar(Elementwise, name="PowBackward2"):
    """out = number ** b"""

    def forward(ctx, base, b):
        out = _power_of_arrays(ctx.xp, base, b)
        ctx.save(base, b, out)
        return out

    def backward(ctx, grad):
        base, b, out = ctx.saved
        if base == 0:
            return None, where(b >= 0, 0.0, grad * (out * -math.inf))
        return None, grad * (out * (math.log(base) if base > 0 else math.nan))


def pow(input, exponent):
    """Return `input ** exponent`, where either is a Tensor or a number.

    >>> import workbook as torch
    >>> torch.tensor([1., 2., 3.]) ** 2
    tensor([1., 4., 9.])
    >>> 2 ** torch.tensor([1., 3.])
    tensor([2., 8.])

    Source: https://pytorch.org/docs/2.13/generated/torch.pow.html
    """
    if exponent.__class__ in NUMBERS:
        return Pow.apply(input, exponent)
    if input.__class__ in NUMBERS:
        return PowScalar.apply(input, exponent)
    return PowTensor.apply(input, exponent)


def rpow(input, other):
    """Return `other ** input`."""
    return pow(other, input)


def square(input):
    """Return the square of each element.

    >>> import workbook as torch
    >>> torch.square(torch.tensor([2., -3.]))
    tensor([4., 9.])

    Source: https://pytorch.org/docs/2.13/generated/torch.square.html
    """
    return Pow.apply(input, 2)
