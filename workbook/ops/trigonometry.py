"""Angles and hyperbolas beside sin, cos and tanh."""

import math

from workbook.autograd.operation import Operation
from workbook.dtypes import promote_to_float
from workbook.errors import explain
from workbook.formats import laid_as
from workbook.ops.choices import where
from workbook.ops.elementwise import Elementwise, FloatElementwise, not_implemented, refuse_numbers
from workbook.ops.exponentials import rsqrt
from workbook.ops.pointwise import cos, sin


class Tan(FloatElementwise):
    """out = tan(a)"""

    def forward(ctx, a):
        out = ctx.xp.tan(a)
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * (1 + out * out)


def tan(input):
    """Return the tangent of each element, in radians; integers give floats. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tan(torch.tensor([0., 1.]))
    tensor([0.0000, 1.5574])

    Source: https://pytorch.org/docs/2.13/generated/torch.tan.html
    """
    return Tan.apply(input)


class Asin(FloatElementwise):
    """out = the angle from -pi/2 to pi/2 whose sine is a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.arcsin(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * rsqrt(1 - a * a)


def asin(input):
    """Return the angle, from -pi/2 to pi/2, whose sine each element is; NaN outside -1 to 1. `arcsin` is another name of it.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.asin(torch.tensor([0., 1.]))
    tensor([0.0000, 1.5708])

    Source: https://pytorch.org/docs/2.13/generated/torch.asin.html
    """
    return Asin.apply(input)


class Acos(FloatElementwise):
    """out = the angle from 0 to pi whose cosine is a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.arccos(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * -rsqrt(1 - a * a)


def acos(input):
    """Return the angle, from 0 to pi, whose cosine each element is; NaN outside -1 to 1. `arccos` is another name of it.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.acos(torch.tensor([1., 0.]))
    tensor([0.0000, 1.5708])

    Source: https://pytorch.org/docs/2.13/generated/torch.acos.html
    """
    return Acos.apply(input)


class Atan(FloatElementwise):
    """out = the angle from -pi/2 to pi/2 whose tangent is a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.arctan(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad / (1 + a * a)


def atan(input):
    """Return the angle, from -pi/2 to pi/2, whose tangent each element is. `arctan` is another name of it.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.atan(torch.tensor([0., 1.]))
    tensor([0.0000, 0.7854])

    Source: https://pytorch.org/docs/2.13/generated/torch.atan.html
    """
    return Atan.apply(input)


class Atan2(FloatElementwise):
    """out = the angle of the point (b, a), from -pi to pi"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise not_implemented("atan2_cpu", a, b)
        ctx.save(a, b)
        return ctx.xp.arctan2(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        squares = a * a + b * b
        over = where(squares == 0, 0.0, 1 / squares)  # the origin has no angle: PyTorch's gradient there is 0
        return grad * (b * over), grad * (-a * over)


def atan2(input, other):
    """Return the angle, from -pi to pi, of the points with heights `input` and distances `other` to the right.

    `arctan2` is another name of it. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.atan2(torch.tensor([1., -1.]), torch.tensor([0., -1.]))
    tensor([ 1.5708, -2.3562])

    Source: https://pytorch.org/docs/2.13/generated/torch.atan2.html
    """
    refuse_numbers("atan2", input, other)
    return Atan2.apply(input, other)


class Sinh(FloatElementwise):
    """out = (e ** a - e ** -a) / 2"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.sinh(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * cosh(a)


def sinh(input):
    """Return the hyperbolic sine of each element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.sinh(torch.tensor([0., 1.]))
    tensor([0.0000, 1.1752])

    Source: https://pytorch.org/docs/2.13/generated/torch.sinh.html
    """
    return Sinh.apply(input)


class Cosh(FloatElementwise):
    """out = (e ** a + e ** -a) / 2"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.cosh(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * sinh(a)


def cosh(input):
    """Return the hyperbolic cosine of each element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.cosh(torch.tensor([0., 1.]))
    tensor([1.0000, 1.5431])

    Source: https://pytorch.org/docs/2.13/generated/torch.cosh.html
    """
    return Cosh.apply(input)


class Asinh(FloatElementwise):
    """out = the number whose hyperbolic sine is a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.arcsinh(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * rsqrt(a * a + 1)


def asinh(input):
    """Return the number whose hyperbolic sine each element is. `arcsinh` is another name of it. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.asinh(torch.tensor([0., 1.]))
    tensor([0.0000, 0.8814])

    Source: https://pytorch.org/docs/2.13/generated/torch.asinh.html
    """
    return Asinh.apply(input)


class Acosh(FloatElementwise):
    """out = the positive number whose hyperbolic cosine is a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.arccosh(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * rsqrt(a * a - 1)


def acosh(input):
    """Return the positive number whose hyperbolic cosine each element is; NaN below 1. `arccosh` is another name of it.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.acosh(torch.tensor([1., 2.]))
    tensor([0.0000, 1.3170])

    Source: https://pytorch.org/docs/2.13/generated/torch.acosh.html
    """
    return Acosh.apply(input)


class Atanh(FloatElementwise):
    """out = the number whose hyperbolic tangent is a"""

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.arctanh(a)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad / (1 - a * a)


def atanh(input):
    """Return the number whose hyperbolic tangent each element is; NaN outside -1 to 1. `arctanh` is another name of it.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.atanh(torch.tensor([0., 0.5]))
    tensor([0.0000, 0.5493])

    Source: https://pytorch.org/docs/2.13/generated/torch.atanh.html
    """
    return Atanh.apply(input)


class Hypot(Elementwise):
    """out = sqrt(a ** 2 + b ** 2)"""

    def forward(ctx, a, b):
        if a.dtype.kind != "f":
            raise not_implemented("hypot_cpu", a, b)
        out = ctx.xp.hypot(a, b)
        ctx.save(a, b, out)
        return out

    def backward(ctx, grad):
        a, b, out = ctx.saved
        return grad * (a / out), grad * (b / out)


def hypot(input, other):
    """Return the length of the hypotenuse over two sides, `sqrt(input**2 + other**2)`. Raises NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.hypot(torch.tensor([3.]), torch.tensor([4.]))
    tensor([5.])

    Source: https://pytorch.org/docs/2.13/generated/torch.hypot.html
    """
    refuse_numbers("hypot", input, other)
    return Hypot.apply(input, other)


class Sinc(FloatElementwise):
    """out = sin(pi * a) / (pi * a), and 1 at 0"""

    def forward(ctx, a):
        ctx.save(a)
        angle = a * math.pi
        return ctx.xp.where(a == 0, a.dtype.type(1), ctx.xp.sin(angle) / angle)

    def backward(ctx, grad):
        (a,) = ctx.saved
        angle = a * math.pi
        return where(a == 0, 0.0, grad * ((angle * cos(angle) - sin(angle)) / (a * angle)))


def sinc(input):
    """Return `sin(pi * x) / (pi * x)` of each element, and 1 at 0. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.sinc(torch.tensor([0., 0.5]))
    tensor([1.0000, 0.6366])

    Source: https://pytorch.org/docs/2.13/generated/torch.sinc.html
    """
    return Sinc.apply(input)


class Deg2Rad(Operation):
    """out = a * pi / 180"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise RuntimeError(explain("deg2rad is not supported for complex tensors.",
                                       "an angle is a real number", "take the parts: x.real, x.imag"))
        return laid_as(ctx.xp, promote_to_float([a])[0] * (math.pi / 180), a)

    def backward(ctx, grad):
        return grad * (math.pi / 180)


def deg2rad(input):
    """Return angles in degrees as radians. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.deg2rad(torch.tensor([90., 180.]))
    tensor([1.5708, 3.1416])

    Source: https://pytorch.org/docs/2.13/generated/torch.deg2rad.html
    """
    return Deg2Rad.apply(input)


class Rad2Deg(Operation):
    """out = a * 180 / pi"""

    def forward(ctx, a):
        if a.dtype.kind == "c":
            raise RuntimeError(explain("rad2deg is not supported for complex tensors.",
                                       "an angle is a real number", "take the parts: x.real, x.imag"))
        return laid_as(ctx.xp, promote_to_float([a])[0] * (180 / math.pi), a)

    def backward(ctx, grad):
        return grad * (180 / math.pi)


def rad2deg(input):
    """Return angles in radians as degrees. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.rad2deg(torch.tensor([3.1415927]))
    tensor([180.])

    Source: https://pytorch.org/docs/2.13/generated/torch.rad2deg.html
    """
    return Rad2Deg.apply(input)
