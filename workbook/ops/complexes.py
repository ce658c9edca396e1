"""Complex numbers: their parts, their angle, and how they are put together.

Where a step has no complex derivative (its result is real, or it looks at the parts), it says so with `holomorphic = False`, and its
formula is PyTorch's gradient itself: dL/dx + i dL/dy. See autograd/conjugates.py.
"""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.conjugates import Conj, holds_complex
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_tensor
from workbook.formats import contiguous_format, laid_as, laid_by
from workbook.ops.autocasting import chosen
from workbook.ops.choices import flat, where
from workbook.ops.elementwise import Elementwise, FloatElementwise
from workbook.ops.parts import Select
from workbook.ops.pointwise import sgn
from workbook.ops.shape import Clone
from workbook.tensor import Tensor


def real(input):
    """Return the real parts, a view of `input`; a real Tensor itself. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.real(torch.tensor([1 + 2j, 3 - 1j]))
    tensor([1., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.real.html
    """
    return real_part(input) if input.is_complex() else input


def imag(input):
    """Return the imaginary parts, a view of `input`. Raises RuntimeError for a real Tensor.

    >>> import workbook as torch
    >>> torch.imag(torch.tensor([1 + 2j, 3 - 1j]))
    tensor([ 2., -1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.imag.html
    """
    if not input.is_complex():
        raise RuntimeError(explain("imag is not implemented for tensors with non-complex dtypes.",
                                   f"this tensor holds {input.dtype}", "its imaginary parts are zeros: torch.zeros_like(x)"))
    return imaginary_part(input)


def real_part(value):
    """The real part of a Tensor, or of an array in a formula: a view; a real one itself."""
    return Select.apply(AsReal.apply(value), axis=value.ndim, index=0) if holds_complex(value) else value


def imaginary_part(value):
    """The imaginary part of a complex one, likewise."""
    return Select.apply(AsReal.apply(value), axis=value.ndim, index=1)


def conj(input):
    """Return `input` with the imaginary parts negated; a real Tensor itself.

    The result is a new Tensor, computed at once. PyTorch's is a view of the memory of `input` with a mark (`is_conj()` is True) that
    negates when it is read: a later write to `input` shows in it, and here it does not. Their numbers agree; `.mH` and `adjoint` likewise.

    Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.conj(torch.tensor([1 + 2j]))
    tensor([1.-2.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.conj.html
    """
    return Conj.apply(input) if input.is_complex() else input


class Angle(FloatElementwise):
    """out = the angle of a in the complex plane; of a real number, 0 or pi"""

    holomorphic = False

    def forward(ctx, a):
        ctx.save(a)
        if a.dtype.kind == "c":
            return ctx.xp.angle(a)
        return ctx.xp.where(a != a, a, ctx.xp.where(a < 0, a.dtype.type(math.pi), a.dtype.type(0)))

    def backward(ctx, grad):
        (a,) = ctx.saved
        if not holds_complex(a):
            return flat(grad)
        # a turned by a right angle is the direction in which the angle grows; 0 has none
        x, y = real_part(a), imaginary_part(a)
        return where(a == 0, 0.0, grad * (a * 1j / (x * x + y * y)))


def angle(input):
    """Return the angle of each element in the complex plane, in radians: 0 or pi for real ones. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.angle(torch.tensor([1j, -1]))
    tensor([1.5708, 3.1416])

    Source: https://pytorch.org/docs/2.13/generated/torch.angle.html
    """
    return Angle.apply(input)


def isreal(input):
    """Return, as bool, whether each element has no imaginary part. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isreal(torch.tensor([1 + 2j, 1]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.isreal.html
    """
    return IsReal.apply(input)


class IsReal(Operation):
    """out = whether the imaginary part is 0"""

    differentiable = False

    def forward(ctx, a):
        found = ctx.xp.isreal(a)
        return laid_by(ctx.xp, found, (a, 0), (a, 0)) if a.dtype.kind == "c" else laid_as(ctx.xp, found, a)


class Complex(Elementwise):
    """out = a + i b"""

    def forward(ctx, a, b):
        out = ctx.xp.empty(np.broadcast_shapes(a.shape, b.shape), dtypes.of(a).to_complex().numpy)
        out.real[...], out.imag[...] = a, b
        return out

    def backward(ctx, grad):
        return grad, grad * 1j


def complex(real, imag):
    """Return the complex numbers of these parts: two Tensors of one dtype, float32 or float64.

    Raises RuntimeError for other dtypes.

    >>> import workbook as torch
    >>> torch.complex(torch.tensor([1.]), torch.tensor([2.]))
    tensor([1.+2.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.complex.html
    """
    _two_floats("complex", real, imag, ("real", "imag"))
    return Complex.apply(real, imag)


class Polar(Elementwise):
    """out = a e ** (i b)"""

    def forward(ctx, a, b):
        out = Complex.forward(ctx, a * ctx.xp.cos(b), a * ctx.xp.sin(b))
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        return grad * sgn(out), grad * (out * 1j)  # for a length below 0 the first looks the other way, as in PyTorch


@chosen("float32", "cpu")
def polar(abs, angle):
    """Return the complex numbers of these lengths and angles: two Tensors of one dtype, float32 or float64.

    Raises RuntimeError for other dtypes.

    >>> import workbook as torch
    >>> torch.polar(torch.tensor([2.]), torch.tensor([0.]))
    tensor([2.+0.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.polar.html
    """
    _two_floats("polar", abs, angle, ("abs", "angle"))
    return Polar.apply(abs, angle)


def _two_floats(function, first, second, names):
    for position, (name, given) in enumerate(zip(names, (first, second)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor(function, name, position, given)
    kinds = [value.dtype for value in (first, second)]
    if not all(kind in (dtypes.float32, dtypes.float64) for kind in kinds):
        raise RuntimeError(explain(
            f"Expected both inputs to be Half, Float or Double tensors but got {kinds[0].legacy} and {kinds[1].legacy}",
            "NumPy's complex numbers are made of float32 or float64", "write x.float()"))
    if kinds[0] is not kinds[1]:
        raise RuntimeError(explain(
            f"Expected object of scalar type {kinds[0].legacy} but got scalar type {kinds[1].legacy} for second argument",
            "both parts of a number have one dtype", f"write {names[1]}.to({kinds[0]})"))


class AsReal(Operation, name="ViewAsRealBackward0"):
    """out = the two parts of each number, as one more axis at the end; a view"""

    is_view = True
    same_numbers = False
    holomorphic = False

    def forward(ctx, a):
        return ctx.xp.lib.stride_tricks.as_strided(a.real, (*a.shape, 2), (*a.strides, a.real.itemsize))

    def backward(ctx, grad):
        return AsComplex.apply(Clone.apply(grad, wanted=contiguous_format))  # the two parts side by side


def view_as_real(input):
    """Return the parts of complex numbers as an axis of length 2, a view: `(...) -> (..., 2)`. Raises RuntimeError for real ones.

    >>> import workbook as torch
    >>> torch.view_as_real(torch.tensor([1 + 2j]))
    tensor([[1., 2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.view_as_real.html
    """
    if not input.is_complex():
        raise RuntimeError(explain("view_as_real is only supported for complex tensors",
                                   "a real tensor has no parts", "it is what you want already"))
    return AsReal.apply(input)


class AsComplex(Operation, name="ViewAsComplexBackward0"):
    """out = pairs of the last axis as complex numbers; a view"""

    is_view = True
    same_numbers = False
    holomorphic = False

    def forward(ctx, a):
        return a.view(dtypes.of(a).to_complex().numpy)[..., 0]

    def backward(ctx, grad):
        return AsReal.apply(grad)


@chosen("float32", "cpu")
def view_as_complex(input):
    """Return the pairs of the last axis as complex numbers, a view: `(..., 2) -> (...)`.

    Raises RuntimeError where the last axis does not have length 2, or its numbers do not lie side by side.

    >>> import workbook as torch
    >>> torch.view_as_complex(torch.tensor([[1., 2.]]))
    tensor([1.+2.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.view_as_complex.html
    """
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError(explain(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{input.dtype.legacy}",
            "a complex number is made of two floats", "convert it: x.float()"))
    if not input.ndim:
        raise RuntimeError(explain("Input tensor must have one or more dimensions",
                                   "the last axis holds the two parts of each number", "give it a last axis of length 2"))
    if input.shape[-1] != 2:
        raise RuntimeError(explain("Tensor must have a last dimension of size 2", f"its shape is {list(input.shape)}",
                                   "put the parts last: torch.stack([real, imag], dim=-1)"))
    if input.stride(-1) != 1 or any(step % 2 for step in input.stride()[:-1]):
        raise RuntimeError(explain("Tensor must have a last dimension with stride 1", "the two parts have to lie side by side",
                                   "call contiguous() first"))
    return AsComplex.apply(input)
