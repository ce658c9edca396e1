"""Activation functions beside relu, tanh and sigmoid."""

import math
import operator

import numpy as np

from workbook.devices.fused import fused
from workbook.errors import explain
from workbook.ops.choices import straight_pieces, where
from workbook.ops.elementwise import FloatElementwise, as_number, by_factor, expect_tensors, in_float32, not_implemented, one_by_one
from workbook.ops.pointwise import exp, sigmoid, tanh
from workbook.tensor import Tensor


def _no_integers(function, kernel, input):
    """Raise for what is no Tensor, and for integers and bools: PyTorch's kernels of networks work on floats."""
    expect_tensors(function, input=input)
    if not (input.is_floating_point() or input.is_complex()):
        raise not_implemented(kernel, input._array)


class LeakyRelu(FloatElementwise):
    """out = a where a > 0, slope * a elsewhere"""

    def forward(ctx, a, *, slope):
        if a.dtype.kind == "c":
            raise not_implemented("leaky_relu_cpu", a)
        ctx.save(a)
        ctx.slope = slope
        return ctx.xp.where(a > 0, a, by_factor(operator.mul, a, slope))

    @straight_pieces
    def backward(ctx, grad):
        (a,) = ctx.saved
        return (where(a > 0, grad, grad * ctx.slope),)


def leaky_relu(input, negative_slope=0.01):
    """Return each element where it is positive, `negative_slope` times it elsewhere.

    Raises NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1., 2.]), 0.1)
    tensor([-0.1000,  2.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.leaky_relu.html
    """
    _no_integers("leaky_relu", "leaky_relu_cpu", input)
    return LeakyRelu.apply(input, slope=as_number("leaky_relu", "negative_slope", 2, negative_slope))


class Erf(FloatElementwise):
    """out = 2 / sqrt(pi) * the integral of exp(-t**2) from 0 to a"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("erf_vml_cpu", a)
        ctx.save(a)
        return one_by_one(ctx.xp, math.erf, a) if a.dtype.itemsize > 4 else _in_blocks(ctx.xp, _near_erf, np.float64, a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (grad * (exp(-(a * a)) * (2 / math.sqrt(math.pi))),)


# erf(x) is x P(x^2) / Q(x^2), fitted by least squares for |x| < 4, where float32 is 1, and 3e-8 off at most: less than float32 rounds
_P = (1.98676167386460e-06, 2.84566091993038e-04, 3.88339096934449e-03, 5.31018873983828e-02, 1.93546273397708e-01, 1.12837913934095)
_Q = (3.74199706929284e-05, 1.18558092662922e-03, 1.52073457597862e-02, 1.15350483700772e-01, 5.04858474440045e-01, 1.0)
_BLOCK = 2**14  # numbers that stay near the processor from one step to the next


@fused
def _near_erf(xp, x):
    """erf, as near as float32 holds it, of numbers in float64."""
    x = xp.clip(x, -4, 4)
    square = x * x
    above, below = square * _P[0], square * _Q[0]
    for p, q in zip(_P[1:-1], _Q[1:-1]):
        above += p
        above *= square
        below += q
        below *= square
    above += _P[-1]
    below += _Q[-1]
    above *= x
    above /= below
    return xp.where(square < 16, above, xp.sign(x))


def _in_blocks(xp, function, kind, first, *others):
    """Return `function`, of arrays of `kind`, of the elements of these arrays, computed in blocks where all lie in order."""
    if xp is not np:
        return function(xp, *(a.astype(kind, copy=False) for a in (first, *others))).astype(first.dtype, copy=False)
    out = xp.empty_like(first)
    if not all(a.flags.c_contiguous for a in (first, *others)):
        out[...] = function(xp, *(a.astype(kind, copy=False) for a in (first, *others)))
        return out
    target, *sources = (a.reshape(-1) for a in (out, first, *others))
    for start in range(0, first.size, _BLOCK):
        some = slice(start, start + _BLOCK)
        target[some] = function(xp, *(a[some].astype(kind, copy=False) for a in sources))
    return out


# The probability that a normal number lies below x is (1 + tanh(x P(x^2))) / 2 with a smooth P: fitted by least squares, weighted until
# the largest error was smallest, for |x| < 5.6; 3e-8 off at most, about half of what float32 rounds 1 by. Beyond, P is a number.
_EDGE = 5.6
_IN_TANH = (1.75627814e-09, -1.32266303e-07, 3.96477343e-06, -5.53063182e-05, -3.25947415e-05, 0.0363330844, 0.797884941)


@fused
def _below(xp, x):
    """The probability that a normal number lies below each of x, in float32. `Erf` says the same to float64's last digits."""
    square = x * x
    xp.minimum(square, _EDGE ** 2, out=square)
    out = square * _IN_TANH[0]
    for p in _IN_TANH[1:-1]:
        out += p
        out *= square
    out += _IN_TANH[-1]
    out *= x
    xp.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


@fused
def _gelu_slope(xp, grad, a, below):
    """The line of `Gelu.backward` in one array."""
    out = a * a
    out *= -0.5
    xp.exp(out, out=out)
    out *= a
    out *= 1 / math.sqrt(2 * math.pi)
    out += below
    out *= grad
    return out


def erf(input):
    """Return the error function of each element. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.erf(torch.tensor([0., 1.]))
    tensor([0.0000, 0.8427])

    Source: https://pytorch.org/docs/2.13/generated/torch.erf.html
    """
    return Erf.apply(input)


class Gelu(FloatElementwise):
    """out = a times the probability that a normal number lies below a; `smooth`: by the older approximation with tanh"""

    def forward(ctx, a, *, smooth):
        if a.dtype.kind == "c":
            raise not_implemented("GeluKernelImpl", a)
        ctx.save(a)
        ctx.smooth = smooth
        x = in_float32(a)
        if smooth:
            return (0.5 * x * (1 + ctx.xp.tanh(_ROOT * (x + 0.044715 * x * x * x)))).astype(a.dtype, copy=False)
        if a.dtype.itemsize > 4:
            below = 0.5 * (1 + one_by_one(ctx.xp, math.erf, a / math.sqrt(2)))
        else:
            below = _in_blocks(ctx.xp, _below, np.float32, x)
        ctx.keep(below)
        return by_factor(operator.mul, a, below)

    def backward(ctx, grad):
        (a,) = ctx.saved
        if ctx.smooth:
            bent = tanh(_ROOT * (a + 0.044715 * (a * a * a)))
            slope = 0.5 * a * (1 - bent * bent) * (_ROOT * (1 + 3 * 0.044715 * (a * a)))
            return (grad * (0.5 * (1 + bent) + slope),)
        if not isinstance(grad, Tensor) and grad.dtype == a.dtype:
            return (_in_blocks(ctx.xp, _gelu_slope, np.promote_types(a.dtype, np.float32), grad, a, *ctx.kept),)
        below = 0.5 * (1 + erf(a * math.sqrt(0.5)))
        return (grad * (below + a * exp(a * a * -0.5) * (1 / math.sqrt(2 * math.pi))),)


_ROOT = math.sqrt(2 / math.pi)


def gelu(input, *, approximate="none"):
    """Return the Gaussian error linear unit of each element; `approximate="tanh"` is the older approximation.

    Raises RuntimeError for another `approximate`, NotImplementedError for what holds no real floats.

    >>> import workbook as torch
    >>> torch.nn.functional.gelu(torch.tensor([-1., 2.]))
    tensor([-0.1587,  1.9545])

    Source: Hendrycks, Gimpel, Gaussian Error Linear Units, 2016;
    https://pytorch.org/docs/2.13/generated/torch.nn.functional.gelu.html
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(explain("approximate argument must be either none or tanh.", f"{approximate!r} names no way to compute it",
                                   'leave it out, or write approximate="tanh"'))
    _no_integers("gelu", "GeluKernelImpl", input)
    return Gelu.apply(input, smooth=approximate == "tanh")


class Silu(FloatElementwise):
    """out = a * sigmoid(a)"""

    def forward(ctx, a):
        ctx.save(a)
        x = in_float32(a)
        return (x / (1 + ctx.xp.exp(-x))).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        (a,) = ctx.saved
        s = sigmoid(a)
        return (grad * (s * (1 + a * (1 - s))),)


def silu(input):
    """Return `x * sigmoid(x)` of each element. Raises NotImplementedError for integers and bools.

    >>> import workbook as torch
    >>> torch.nn.functional.silu(torch.tensor([0., 1.]))
    tensor([0.0000, 0.7311])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.silu.html
    """
    _no_integers("silu", "silu_cpu", input)
    return Silu.apply(input)
