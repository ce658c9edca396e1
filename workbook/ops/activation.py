"""Activation functions beside relu, tanh and sigmoid."""

import math

import numpy as np

from workbook.errors import explain
from workbook.numbers import plain
from workbook.ops.comparison import where
from workbook.ops.elementwise import FloatElementwise, not_implemented, one_by_one
from workbook.ops.pointwise import exp, sigmoid, tanh


def _no_integers(kernel, input):
    """Raise for integers and bools: PyTorch's kernels of networks work on floats."""
    if not (input.is_floating_point() or input.is_complex()):
        raise not_implemented(kernel, input._array)


class LeakyRelu(FloatElementwise):
    """out = a where a > 0, slope * a elsewhere"""

    def forward(ctx, a, *, slope):
        if a.dtype.kind == "c":
            raise not_implemented("leaky_relu_cpu", a)
        ctx.save(a)
        ctx.slope = slope
        return ctx.xp.where(a > 0, a, a * slope)

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
    _no_integers("leaky_relu_cpu", input)
    return LeakyRelu.apply(input, slope=plain(negative_slope))


class Erf(FloatElementwise):
    """out = 2 / sqrt(pi) * the integral of exp(-t**2) from 0 to a"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise not_implemented("erf_vml_cpu", a)
        ctx.save(a)
        return one_by_one(ctx.xp, math.erf, a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (grad * (exp(-(a * a)) * (2 / math.sqrt(math.pi))),)


_erf = np.vectorize(math.erf, otypes=[np.float64])


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
        if smooth:
            return 0.5 * a * (1 + ctx.xp.tanh(_ROOT * (a + 0.044715 * a * a * a)))
        return (a * (0.5 * (1 + _erf(a.astype(np.float64) / math.sqrt(2))))).astype(a.dtype)

    def backward(ctx, grad):
        (a,) = ctx.saved
        if ctx.smooth:
            bent = tanh(_ROOT * (a + 0.044715 * (a * a * a)))
            slope = 0.5 * a * (1 - bent * bent) * (_ROOT * (1 + 3 * 0.044715 * (a * a)))
            return (grad * (0.5 * (1 + bent) + slope),)
        below = 0.5 * (1 + erf(a * math.sqrt(0.5)))
        return (grad * (below + a * exp(a * a * -0.5) * (1 / math.sqrt(2 * math.pi))),)


_ROOT = math.sqrt(2 / math.pi)


def gelu(input, approximate="none"):
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
    _no_integers("GeluKernelImpl", input)
    return Gelu.apply(input, smooth=approximate == "tanh")


class Silu(FloatElementwise):
    """out = a * sigmoid(a)"""

    def forward(ctx, a):
        ctx.save(a)
        return a / (1 + ctx.xp.exp(-a))

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
    _no_integers("silu_cpu", input)
    return Silu.apply(input)
