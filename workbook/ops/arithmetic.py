"""Sums, differences, products and quotients, elementwise."""

import operator

import numpy as np

from workbook import dtypes
from workbook.errors import explain, kind_of
from workbook.numbers import number_in
from workbook.ops.elementwise import Elementwise, FloatElementwise, as_number, by_factor, in_float32, is_number
from workbook.ops.quotients import DivRounded


class Add(Elementwise):
    """out = a + alpha * b"""

    of_numbers = True
    alpha = 1

    def forward(ctx, a, b, *, alpha=1):
        if alpha.__class__ is int and alpha == 1:
            return a + b
        ctx.alpha = alpha
        return _with_scaled(ctx.xp, a, b, alpha)

    def backward(ctx, grad):
        return grad, grad if ctx.alpha == 1 else grad * ctx.alpha


def _with_scaled(xp, a, b, alpha):
    """a + alpha * b in the dtype in which a and b have met; whole numbers can only be scaled by whole numbers."""
    kind = (a if hasattr(a, "dtype") else b).dtype
    if alpha.__class__ is bool and kind.kind != "b":
        raise RuntimeError(explain("Boolean alpha only supported for Boolean results.",
                                   "alpha is multiplied with numbers, and True is none there", "write 1 or 0"))
    if alpha.__class__ in (float, complex) and kind.kind in "biu":
        raise RuntimeError(explain("For integral input tensors, argument alpha must not be a floating point number.",
                                   f"{alpha} times a whole number has no place in {dtypes.OF_NUMPY[kind]}", "write x.float() first"))
    if alpha.__class__ is complex and kind.kind != "c":
        raise RuntimeError(explain("For non-complex input tensors, argument alpha must not be a complex number.",
                                   f"the sum holds {dtypes.OF_NUMPY[kind]}", "give a real number, or convert the tensors"))
    alpha = xp.asarray(number_in(alpha, kind), kind)
    if kind != dtypes.float16.numpy:
        return a + alpha * b
    a, b, alpha = (in_float32(xp.asarray(value, kind)) for value in (a, b, alpha))
    return (a + alpha * b).astype(kind)  # rounded once


def add(input, other, *, alpha=1):
    """Return `input + alpha * other`, elementwise with broadcasting. `torch.add`, `x.add` and `x + y` are this function.

    Raises RuntimeError for an `alpha` that the dtype does not hold.

    >>> import workbook as torch
    >>> torch.add(torch.tensor([1., 2.]), torch.tensor([[10.], [20.]]))
    tensor([[11., 12.],
            [21., 22.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.add.html
    """
    if alpha.__class__ is int and alpha == 1:
        return Add.apply(input, other)
    return Add.apply(input, other, alpha=as_number("add", "alpha", None, alpha))


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


_BOOL, ndarray = dtypes.bool_.numpy, np.ndarray


class Sub(Elementwise):
    """out = a - alpha * b"""

    of_numbers = True
    dtype_rule = staticmethod(_no_bools)
    alpha = 1

    def forward(ctx, a, b, *, alpha=1):
        if alpha.__class__ is int and alpha == 1:
            return a - b
        ctx.alpha = alpha
        less = alpha if alpha.__class__ is bool or alpha == -2**63 else -alpha  # which is what has to be in range, as in PyTorch
        return _with_scaled(ctx.xp, a, b, less)

    def backward(ctx, grad):
        return grad, -grad if ctx.alpha == 1 else grad * -ctx.alpha


def sub(input, other, *, alpha=1):
    """Return `input - alpha * other`, elementwise with broadcasting.

    Raises RuntimeError for bools, and for an `alpha` that the dtype does not hold.

    >>> import workbook as torch
    >>> torch.tensor([5, 7]) - torch.tensor([1, 2])
    tensor([4, 5])

    Source: https://pytorch.org/docs/2.13/generated/torch.sub.html
    """
    if alpha.__class__ is int and alpha == 1:
        return Sub.apply(input, other)
    alpha = as_number("sub", "alpha", None, alpha)
    if alpha.__class__ is int:
        dtypes.within_64_bits(alpha)
    return Sub.apply(input, other, alpha=alpha)


class Rsub(Elementwise, name="RsubBackward1"):
    """out = number - alpha * a"""

    dtype_rule = staticmethod(_no_bools)

    def forward(ctx, a, number, *, alpha=1):
        ctx.alpha = alpha
        return number - a if alpha.__class__ is int and alpha == 1 else _with_scaled(ctx.xp, number, a, alpha if alpha.__class__ is bool else -alpha)

    def backward(ctx, grad):
        return -grad if ctx.alpha == 1 else grad * -ctx.alpha, None


def rsub(input, other, *scale, alpha=1):
    """Return `other - alpha * input`. Raises RuntimeError for bools, and for an `alpha` that the dtype does not hold.

    >>> import workbook as torch
    >>> 1 - torch.tensor([0.25, 1.])
    tensor([0.7500, 0.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.sub.html
    """
    if scale and (len(scale) > 1 or not is_number(other)):
        raise TypeError(explain(f"rsub() takes 2 positional arguments but {2 + len(scale)} were given", "alpha is given by its name", "write alpha=..."))
    alpha = as_number("rsub", "alpha", None, *scale or (alpha,))
    if not is_number(other):
        return sub(other, input, alpha=alpha)
    return Rsub.apply(input, other, alpha=alpha) if alpha != 1 or alpha.__class__ is not int else Rsub.apply(input, other)


class Mul(Elementwise):
    """out = a * b"""

    of_numbers = True
    dtype_rule = staticmethod(dtypes.promote_factor)

    def forward(ctx, a, b):
        ctx.save_crosswise(a, b)
        return a * b if b.__class__ is ndarray else by_factor(operator.mul, a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad * b if ctx.needs_input_grad[0] else None,
                grad * a if ctx.needs_input_grad[1] else None)


def mul(input, other):
    """Return `input * other`, elementwise with broadcasting. For the matrix product see `matmul`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.tensor([1., 2.]) * torch.tensor([3., 4.])
    tensor([3., 8.])

    Source: https://pytorch.org/docs/2.13/generated/torch.mul.html
    """
    return Mul.apply(input, other)


class Div(Elementwise):
    """out = a / b"""

    of_numbers = True
    dtype_rule = staticmethod(dtypes.promote_factor_to_float)

    def forward(ctx, a, b):
        ctx.save(a if ctx.needs_input_grad[1] else None, b)
        return a / b if b.__class__ is ndarray else by_factor(operator.truediv, a, b)

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
    if not isinstance(rounding_mode, str):
        raise TypeError(explain(f"div(): argument 'rounding_mode' must be str, not {kind_of(rounding_mode)}",
                                "it is one of two words", "leave rounding_mode out, or write 'trunc' or 'floor'"))
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(explain(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'",
            "a quotient is not rounded, cut, or rounded down", "leave rounding_mode out, or write 'trunc' or 'floor'"))
    return DivRounded.apply(input, other, rounding_mode=rounding_mode)


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
    """Return `1 / input`. Raises nothing of its own.

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
    if is_number(other):
        return Mul.apply(Reciprocal.apply(input), other)
    return reciprocal(input) * other if isinstance(other, np.ndarray) else Div.apply(other, input)


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
        raise RuntimeError(explain("The `+` operator, on a bool tensor is not supported.",
                                   "True and False have no sign", "for numbers write x.int() first"))
    return input
