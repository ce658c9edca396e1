"""Powers, elementwise."""

import cmath
import math

from workbook import dtypes
from workbook.autograd.conjugates import holds_complex
from workbook.errors import explain
from workbook.formats import in_order
from workbook.numbers import promote_held
from workbook.ops.choices import flat, where
from workbook.ops.complexes import imaginary_part, real_part
from workbook.ops.elementwise import Elementwise, in_float32, is_number, not_implemented
from workbook.ops.pointwise import log
from workbook.tensor import Tensor


def _to_a_number(values):
    """The dtype rule of powers to a number."""
    base, exponent = values
    if exponent.__class__ is int:
        dtypes.within_64_bits(exponent)
    if exponent.__class__ is int and exponent < 0 and base.dtype.kind not in "fc":
        raise RuntimeError(explain("Integers to negative integer powers are not allowed.",
                                   f"{exponent} as a power of integers gives fractions", "write x.float() first"))
    met = dtypes.result_type(values)
    exact = met.is_complex or met.is_floating_point and met is not dtypes.float16  # PyTorch takes the exponent as it is
    return (dtypes.promote if exact else promote_held)(values)


class Pow(Elementwise):
    """out = a ** exponent, for a number as exponent"""

    of_operands = False
    dtype_rule = staticmethod(_to_a_number)

    def forward(ctx, a, exponent):
        ctx.save(a, exponent)
        return _power(ctx.xp, a, exponent)

    def backward(ctx, grad):
        a, exponent = ctx.saved
        return (flat(grad) if exponent == 0 else grad * (exponent * pow(a, exponent - 1)),)


def _power(xp, a, exponent):
    """a ** exponent, by the products that PyTorch uses for small exponents."""
    if a.dtype.kind == "b":  # and so is the exponent
        return a | (not exponent)
    if exponent == 2:
        return a * a
    if exponent == 3:
        return (in_float32(a) * a * a).astype(a.dtype, copy=False)
    if a.dtype.kind in "fc":
        if exponent == 0.5:
            return xp.sqrt(a)
        if exponent == -0.5:
            return 1 / xp.sqrt(a)
        if exponent == -1:
            return 1 / a
        if exponent == -2:
            return (1 / (in_float32(a) * a)).astype(a.dtype, copy=False)
    return a**exponent


def _power_of_arrays(xp, a, b):
    """a ** b; a whole number to a negative power is a fraction, of which PyTorch keeps the whole part."""
    dtype = (b if hasattr(b, "dtype") else a).dtype
    kind = dtype.kind
    if kind == "b":
        raise not_implemented("pow", b, xp.asarray(a))
    if kind == "c" and xp.any(a == 0):  # PyTorch's is exp(b log a), in which 0 to the power of 0 is NaN
        return xp.where(a == 0, xp.exp(b * xp.log(xp.asarray(a, dtype))), a**b)
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
        if not ctx.needs_input_grad[1]:
            return to_a, None
        return to_a, grad * where((a == 0) & _not_below_zero(b), 0.0, out * log(a))


class PowScalar(Elementwise, name="PowBackward2"):
    """out = number ** b"""

    lies_as_inputs = False

    def forward(ctx, base, b):
        out = in_order(ctx.xp, ctx.xp.asarray(_power_of_arrays(ctx.xp, base, b)))
        ctx.save(base, b, out)
        return out

    def backward(ctx, grad):
        base, b, out = ctx.saved
        if base == 0:  # the logarithm of 0 stays in the second derivative: NaN, as in PyTorch
            return None, grad * where(_not_below_zero(b), 0.0, out * -math.inf)
        if holds_complex(out):
            return None, grad * (out * cmath.log(base))
        return None, grad * (out * (math.log(base) if base > 0 else math.nan))


def _not_below_zero(b):
    return (real_part(b) >= 0) & (imaginary_part(b) == 0) if holds_complex(b) else b >= 0


def pow(input, exponent):
    """Return `input ** exponent`, where either is a Tensor or a number.

    Raises RuntimeError for integers to a negative power, NotImplementedError for bools.

    >>> import workbook as torch
    >>> torch.tensor([1., 2., 3.]) ** 2
    tensor([1., 4., 9.])
    >>> 2 ** torch.tensor([1., 3.])
    tensor([2., 8.])

    Source: https://pytorch.org/docs/2.13/generated/torch.pow.html
    """
    if is_number(exponent) or isinstance(input, Tensor) and not isinstance(exponent, Tensor):
        return Pow.apply(input, exponent)  # also a NumPy number
    if is_number(input) or isinstance(exponent, Tensor) and not isinstance(input, Tensor):
        return PowScalar.apply(input, exponent)
    return PowTensor.apply(input, exponent)


def rpow(input, other):
    """Return `other ** input`."""
    return pow(other, input)


def square(input):
    """Return the square of each element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.square(torch.tensor([2., -3.]))
    tensor([4., 9.])

    Source: https://pytorch.org/docs/2.13/generated/torch.square.html
    """
    return Pow.apply(input, 2)
