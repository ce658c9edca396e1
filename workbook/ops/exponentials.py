"""Powers of 2 and e, logarithms and their sums, beside exp, log and sqrt."""

import math
import operator

from workbook import dtypes
from workbook.autograd import views
from workbook.errors import explain
from workbook.formats import in_order, laid_as, laid_by
from workbook.ops.choices import where
from workbook.ops.elementwise import NUMBERS, Elementwise, FloatElementwise, by_factor, in_float32, not_implemented, refuse_numbers
from workbook.ops.pointwise import exp
from workbook.ops.powers import pow
from workbook.tensor import Tensor


class Exp2(FloatElementwise):
    """out = 2 ** a"""

    def forward(ctx, a):
        out = ctx.xp.exp2(a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * out * math.log(2)


def exp2(input):
    """Return 2 to the power of each element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.exp2(torch.tensor([0., 3.]))
    tensor([1., 8.])

    Source: https://pytorch.org/docs/2.13/generated/torch.exp2.html
    """
    return Exp2.apply(input)


class Expm1(FloatElementwise):
    """out = e ** a - 1, without losing the digits of a small a"""

    def forward(ctx, a):
        out = ctx.xp.expm1(a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * (out + 1)


def expm1(input):
    """Return `exp(x) - 1` of each element, exact also for small ones. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.expm1(torch.tensor([0., 1.]))
    tensor([0.0000, 1.7183])

    Source: https://pytorch.org/docs/2.13/generated/torch.expm1.html
    """
    return Expm1.apply(input)


class Log2(FloatElementwise):
    """out = logarithm of a to the base 2"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.log2(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad / (a * math.log(2))


def log2(input):
    """Return the logarithm to the base 2 of each element; NaN below zero. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.log2(torch.tensor([1., 8.]))
    tensor([0., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.log2.html
    """
    return Log2.apply(input)


class Log10(FloatElementwise):
    """out = logarithm of a to the base 10"""

    def forward(ctx, a):
        ctx.save(a)
        if a.dtype.kind == "c":
            return ctx.xp.log10(a)
        return ctx.xp.log10(a.astype(ctx.xp.float64)).astype(a.dtype)  # so that the float32 logarithm of 100 is 2

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad / (a * math.log(10))


def log10(input):
    """Return the logarithm to the base 10 of each element; NaN below zero. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.log10(torch.tensor([1., 100.]))
    tensor([0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.log10.html
    """
    return Log10.apply(input)


class Log1p(FloatElementwise, name="Log1PBackward0"):
    """out = log(1 + a), without losing the digits of a small a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.log1p(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad / (a + 1)


def log1p(input):
    """Return `log(1 + x)` of each element, exact also for small ones; NaN below -1. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.log1p(torch.tensor([0., 1.]))
    tensor([0.0000, 0.6931])

    Source: https://pytorch.org/docs/2.13/generated/torch.log1p.html
    """
    return Log1p.apply(input)


class LogAddExp(Elementwise, name="LogaddexpBackward0"):
    """out = log(e ** a + e ** b)"""

    def forward(ctx, a, b):
        if a.dtype.kind not in "fc":
            raise not_implemented("logaddexp_cpu", a, b)
        ctx.save(a, b)
        return log_of_sum(ctx.xp, a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return grad / (1 + exp(b - a)), grad / (1 + exp(a - b))


def log_of_sum(xp, a, b):
    """log(e ** a + e ** b) of arrays, without overflow; of complex ones by PyTorch's steps, so that sums which nearly vanish agree."""
    if a.dtype.kind != "c":
        return xp.logaddexp(a, b)
    less = a.real < b.real
    small, large = xp.where(less, a, b), xp.where(less, b, a)
    out = large + _log_of_one_and(xp, xp.exp(small - large))
    endless = ~xp.isfinite(small.real) & (small.real == large.real)
    return xp.where(endless, xp.where(small.real < 0, small, xp.log(xp.exp(small) + xp.exp(large))), out) if endless.any() else out


def _log_of_one_and(xp, z):
    """log(1 + z) of complex numbers: of small ones, the logarithm of the length is worked out from what the length is more than 1."""
    x, y = z.real, z.imag
    more = x * (2 + x) + y * y
    length = xp.where(xp.abs(z) < 0.5, xp.where(more == 0, x, 0.5 * xp.log1p(more)), xp.log(xp.hypot(x + 1, y)))
    return length + 1j * xp.arctan2(y, x + 1)


def logaddexp(input, other):
    """Return `log(exp(input) + exp(other))`, which does not overflow. Raises NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.logaddexp(torch.tensor([0., 1000.]), torch.tensor([0., 1000.]))
    tensor([6.9315e-01, 1.0007e+03])

    Source: https://pytorch.org/docs/2.13/generated/torch.logaddexp.html
    """
    refuse_numbers("logaddexp", input, other)
    return LogAddExp.apply(input, other)


class LogAddExp2(Elementwise, name="Logaddexp2Backward0"):
    """out = log2(2 ** a + 2 ** b)"""

    def forward(ctx, a, b):
        if a.dtype.kind != "f":
            raise not_implemented("logaddexp2_cpu", a, b)
        ctx.save(a, b)
        return ctx.xp.logaddexp2(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return grad / (1 + exp2(b - a)), grad / (1 + exp2(a - b))


def logaddexp2(input, other):
    """Return `log2(2**input + 2**other)`, which does not overflow. Raises NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.logaddexp2(torch.tensor([0.]), torch.tensor([0.]))
    tensor([1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.logaddexp2.html
    """
    refuse_numbers("logaddexp2", input, other)
    return LogAddExp2.apply(input, other)


class Rsqrt(FloatElementwise):
    """out = 1 / sqrt(a)"""

    def forward(ctx, a):
        out = (1 / ctx.xp.sqrt(in_float32(a))).astype(a.dtype, copy=False)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return -0.5 * grad * (out * out * out)


def rsqrt(input):
    """Return one over the square root of each element; NaN below zero. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.rsqrt(torch.tensor([4., 1.]))
    tensor([0.5000, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.rsqrt.html
    """
    return Rsqrt.apply(input)


class Logit(FloatElementwise):
    """out = log(a / (1 - a)), for a moved into [eps, 1 - eps]"""

    def forward(ctx, a, *, eps):
        if a.dtype.kind == "c":
            raise not_implemented("logit_cpu", a)
        ctx.save(a)
        ctx.eps = eps
        if eps is not None:
            low, high = a.dtype.type(eps), a.dtype.type(1 - eps)
            a = ctx.xp.where(a < low, low, ctx.xp.where(a > high, high, a))  # in this order, which tells where eps is above 1/2
        return ctx.xp.log(a / (1 - a))

    def backward(ctx, grad):
        (a,) = ctx.saved
        if ctx.eps is None:
            return where((a >= 0) & (a <= 1), grad / (a * (1 - a)), math.nan)
        return where((a >= ctx.eps) & (a <= 1 - ctx.eps), grad / (a * (1 - a)), 0.0)


def logit(input, eps=None):
    """Return `log(x / (1 - x))`, the inverse of the sigmoid; with `eps`, elements are first moved into [eps, 1 - eps].

    Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.logit(torch.tensor([0.5, 0.8808]))
    tensor([0.0000, 2.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.logit.html
    """
    return Logit.apply(input, eps=eps)


def float_power(input, exponent):
    """Return `input ** exponent`, computed in float64 whatever the dtypes are. Either may be a number.

    Raises TypeError for what is neither a Tensor nor a number.

    >>> import workbook as torch
    >>> torch.float_power(torch.tensor([2, 3]), -1)
    tensor([0.5000, 0.3333], dtype=torch.float64)

    Source: https://pytorch.org/docs/2.13/generated/torch.float_power.html
    """
    tensors = [value for value in (input, exponent) if isinstance(value, Tensor)]
    for value in (input, exponent):
        if isinstance(value, int):
            dtypes.within_64_bits(value)
        elif not isinstance(value, (Tensor, *NUMBERS)):
            raise TypeError(explain(f"float_power() received an invalid combination of arguments - got ({type(value).__name__})",
                                    "base and exponent are Tensors or numbers", None))
    wide = dtypes.complex128 if any(value.is_complex() for value in tensors) or complex in map(type, (input, exponent)) else (
        dtypes.float64)
    input, exponent = (value.to(wide) if isinstance(value, Tensor) else value for value in (input, exponent))
    return pow(input, exponent if isinstance(exponent, (Tensor, complex)) else float(exponent))


def float_power_(input, exponent):
    """As `float_power`, written into the memory of `input`, which must hold float64 (or complex128). Raises RuntimeError otherwise.

    >>> import workbook as torch
    >>> torch.tensor([2.], dtype=torch.float64).float_power_(3)
    tensor([8.], dtype=torch.float64)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.float_power_.html
    """
    result = float_power(input, exponent)
    if result.dtype is not input.dtype:
        raise RuntimeError(explain(
            f"the base given to float_power_ has dtype {input.dtype.legacy} but the operation's result requires dtype "
            f"{result.dtype.legacy}", "float_power computes in float64", "use float_power() for a new tensor"))
    return views.adopt(input, result, "float_power_")


class Ldexp(FloatElementwise):
    """out = a * 2 ** b"""

    lies_as_inputs = False  # `forward` lays it, as PyTorch does: in one step for whole exponents, in two for others

    @staticmethod
    def dtype_rule(values):
        """Floats with whole exponents stay as they are. Else the power of 2 is computed in the dtype of b alone, and then meets a."""
        a, b = values
        if a.dtype.kind == "f" and b.dtype.kind in "biu":
            if b.dtype.kind == "b":
                raise not_implemented("ldexp_cpu_exp", b, a)
            return [a, b]
        if a.dtype == dtypes.float64.numpy and b.ndim == 0 and b.dtype.kind == "f":
            return [a, b.astype(a.dtype)]  # of a single exponent, PyTorch takes the power as exactly as a is
        return [a, *dtypes.promote_to_float([b])]

    def forward(ctx, a, b):
        xp = ctx.xp
        if b.dtype.kind in "iu":
            whole = b.astype(dtypes.int32.numpy)
            out = xp.ldexp(a, whole)  # no power of 2 in between, which might be beyond the dtype
            out = laid_as(xp, out, a) if out.shape == a.shape else laid_by(xp, out, (a, b), (a, whole))
        else:
            powers = xp.exp2(b)
            if a.dtype.kind in "biu" or a.dtype == dtypes.float32.numpy:
                powers = in_order(xp, powers)  # beside these, PyTorch makes 2 ** b in order
            else:
                powers = laid_by(xp, powers, (2.0, b), (2.0, b))
            factor, power = dtypes.promote_factor([a, powers])
            out = laid_by(xp, by_factor(operator.mul, factor, power), (a, powers), (factor, power))
        ctx.save(b, out)
        return out

    def backward(ctx, grad):
        b, out = ctx.saved
        return (ldexp(grad, b) if ctx.needs_input_grad[0] else None,
                grad * out * math.log(2) if ctx.needs_input_grad[1] else None)


def ldexp(input, other):
    """Return `input * 2**other`. Raises NotImplementedError for a bool `other`.

    >>> import workbook as torch
    >>> torch.ldexp(torch.tensor([1., 3.]), torch.tensor([1, 2]))
    tensor([ 2., 12.])

    Source: https://pytorch.org/docs/2.13/generated/torch.ldexp.html
    """
    refuse_numbers("ldexp", input, other)
    return Ldexp.apply(input, other)
