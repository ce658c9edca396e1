"""Functions of one number, applied to every element."""

from workbook.autograd.conjugates import conjugate, holds_complex
from workbook.errors import explain
from workbook.ops.choices import above_zero, flat, straight_pieces, where
from workbook.ops.elementwise import Elementwise, FloatElementwise, in_float32, not_implemented


class Exp(FloatElementwise):
    """out = e ** a"""

    def forward(ctx, a):
        out = ctx.xp.exp(a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * out


def exp(input):
    """Return e to the power of each element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.exp(torch.tensor([0., 1.]))
    tensor([1.0000, 2.7183])

    Source: https://pytorch.org/docs/2.13/generated/torch.exp.html
    """
    return Exp.apply(input)


class Log(FloatElementwise):
    """out = natural logarithm of a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.log(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad / a


def log(input):
    """Return the natural logarithm of each element; NaN below zero. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.log(torch.tensor([1., 10.]))
    tensor([0.0000, 2.3026])

    Source: https://pytorch.org/docs/2.13/generated/torch.log.html
    """
    return Log.apply(input)


class Sqrt(FloatElementwise):
    """out = square root of a"""

    def forward(ctx, a):
        out = ctx.xp.sqrt(a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad / (2 * out)


def sqrt(input):
    """Return the square root of each element; NaN below zero. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.sqrt(torch.tensor([4., 9.]))
    tensor([2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.sqrt.html
    """
    return Sqrt.apply(input)


class Sin(FloatElementwise):
    """out = sin(a)"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.sin(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * cos(a)


def sin(input):
    """Return the sine of each element, in radians. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.sin(torch.tensor([0., 1.]))
    tensor([0.0000, 0.8415])

    Source: https://pytorch.org/docs/2.13/generated/torch.sin.html
    """
    return Sin.apply(input)


class Cos(FloatElementwise):
    """out = cos(a)"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.cos(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return -grad * sin(a)


def cos(input):
    """Return the cosine of each element, in radians. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.cos(torch.tensor([0., 1.]))
    tensor([1.0000, 0.5403])

    Source: https://pytorch.org/docs/2.13/generated/torch.cos.html
    """
    return Cos.apply(input)


class Tanh(FloatElementwise):
    """out = tanh(a)"""

    def forward(ctx, a):
        out = ctx.xp.tanh(a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * (1 - out * out)


def tanh(input):
    """Return the hyperbolic tangent of each element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tanh(torch.tensor([0., 1.]))
    tensor([0.0000, 0.7616])

    Source: https://pytorch.org/docs/2.13/generated/torch.tanh.html
    """
    return Tanh.apply(input)


class Sigmoid(FloatElementwise):
    """out = 1 / (1 + e ** -a)"""

    def forward(ctx, a):
        out = (1 / (1 + ctx.xp.exp(-in_float32(a)))).astype(a.dtype, copy=False)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * (1 - out) * out


def sigmoid(input):
    """Return `1 / (1 + exp(-x))` of each element, a number between 0 and 1. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.sigmoid(torch.tensor([0., 2.]))
    tensor([0.5000, 0.8808])

    Source: https://pytorch.org/docs/2.13/generated/torch.sigmoid.html
    """
    return Sigmoid.apply(input)


class Relu(Elementwise):
    """out = max(a, 0)"""

    def forward(ctx, a):
        out = above_zero(ctx.xp, a)
        ctx.save(out)
        return out

    @straight_pieces
    def backward(ctx, grad):
        (out,) = ctx.saved
        return where(out <= 0, 0.0, grad)  # so that a NaN passes, as in PyTorch


def relu(input):
    """Return each element where it is positive, 0 elsewhere.

    Raises RuntimeError for bools, NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.relu(torch.tensor([-1., 2.]))
    tensor([0., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.relu.html
    """
    return Relu.apply(input)


class Abs(Elementwise):
    """out = |a|"""

    holomorphic = False

    def forward(ctx, a):
        if a.dtype.kind == "b":
            raise not_implemented("abs_cpu", a)
        ctx.save(a)
        return ctx.xp.abs(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * sgn(a)


def abs(input):
    """Return the absolute value of each element. Raises NotImplementedError for bools.

    >>> import workbook as torch
    >>> torch.abs(torch.tensor([-1., 2.]))
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.abs.html
    """
    return Abs.apply(input)


class Sign(Elementwise):
    """out = -1, 0 or 1; 0 for NaN, as in PyTorch"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise NotImplementedError(explain(
                "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.",
                "complex numbers have a direction, not one of two signs", "write torch.sgn(x)"))
        return a.copy() if a.dtype.kind == "b" else (a > 0).astype(a.dtype) - (a < 0)

    def backward(ctx, grad):
        return flat(grad)


def sign(input):
    """Return -1, 0 or 1 by the sign of each element. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.sign(torch.tensor([-3., 0., 2.]))
    tensor([-1.,  0.,  1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.sign.html
    """
    return Sign.apply(input)


class Sgn(Sign):
    """out = -1, 0 or 1; of a complex number, the point of the unit circle in its direction"""

    holomorphic = False

    def forward(ctx, a):
        if a.dtype.kind != "c":
            return Sign.forward(ctx, a)
        out = ctx.xp.where(a == 0, a.dtype.type(0), a / ctx.xp.abs(a))
        ctx.save(a, out)
        return out

    def backward(ctx, grad):
        if not holds_complex(grad):
            return flat(grad)
        a, out = ctx.saved
        along = grad / a  # its real part is the share that points along a: a step along a changes nothing
        return where(a == 0, 0.0, grad / abs(a) - (along + conjugate(along)) / 2 * out)


def sgn(input):
    """Return the sign of each element: -1, 0 or 1, and `x / |x|` of complex numbers. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.sgn(torch.tensor([-3., 0., 2.]))
    tensor([-1.,  0.,  1.])
    >>> torch.sgn(torch.tensor([3 + 4j]))
    tensor([0.6000+0.8000j])

    Source: https://pytorch.org/docs/2.13/generated/torch.sgn.html
    """
    return Sgn.apply(input)


def rounded(xp, name, a):
    if a.dtype.kind == "b":
        raise not_implemented(f"{name}_vml_cpu", a)
    if a.dtype.kind == "c":
        raise NotImplementedError(explain(f"{name} is not supported for complex inputs",
                                          "complex numbers have no order", "take the parts: x.real, x.imag"))
    return getattr(xp, name)(a) if a.dtype.kind == "f" else a.copy()


class Floor(Elementwise):
    """out = the largest whole number not above a"""

    def forward(ctx, a):
        return rounded(ctx.xp, "floor", a)

    def backward(ctx, grad):
        return flat(grad)


def floor(input):
    """Return the largest whole number not above each element. Raises NotImplementedError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.floor(torch.tensor([1.5, -1.5]))
    tensor([ 1., -2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.floor.html
    """
    return Floor.apply(input)


class Ceil(Elementwise):
    """out = the smallest whole number not below a"""

    def forward(ctx, a):
        return rounded(ctx.xp, "ceil", a)

    def backward(ctx, grad):
        return flat(grad)


def ceil(input):
    """Return the smallest whole number not below each element. Raises NotImplementedError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.ceil(torch.tensor([1.5, -1.5]))
    tensor([ 2., -1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.ceil.html
    """
    return Ceil.apply(input)


class Round(Elementwise):
    """out = the nearest whole number; halves go to the even one"""

    def forward(ctx, a):
        return rounded(ctx.xp, "round", a)

    def backward(ctx, grad):
        return flat(grad)


class RoundDecimals(Round, name="RoundBackward1"):
    """out = the nearest number of so many digits after the point"""

    def forward(ctx, a, *, decimals):
        if decimals and a.dtype.kind == "c":
            raise not_implemented("round_cpu", a)
        return ctx.xp.round(a, decimals) if decimals else rounded(ctx.xp, "round", a)


def round(input, *, decimals=None):
    """Return each element rounded to the nearest whole number, halves to the even one; or to `decimals` digits.

    Raises NotImplementedError for bools and complex numbers.

    >>> import workbook as torch
    >>> torch.round(torch.tensor([0.5, 1.5, 2.5]))
    tensor([0., 2., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.round.html
    """
    return Round.apply(input) if decimals is None else RoundDecimals.apply(input, decimals=decimals)
