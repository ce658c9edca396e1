"""Comparing elements, and choosing between them."""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, no_order, not_a_tensor
from workbook.formats import laid_as
from workbook.numbers import number_in, promote_held
from workbook.ops.elementwise import Elementwise, not_implemented, refuse_numbers
from workbook.tensor import Tensor


class Compare(Elementwise):
    """out = whether the relation called `relation` holds"""

    differentiable = False

    def forward(ctx, a, b, *, relation):
        return getattr(ctx.xp, relation)(a, b)


class Order(Compare):
    """out = whether a comes before b, or behind: complex numbers have no order"""

    def forward(ctx, a, b, *, relation):
        if a.dtype.kind == "c":
            raise not_implemented(f"{_KERNELS[relation]}_cpu", a, b)
        return getattr(ctx.xp, relation)(a, b)


_KERNELS = {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge"}


def eq(input, other):
    """Return, as bool, whether each element of `input` equals `other`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.eq(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.eq.html
    """
    return Compare.apply(input, other, relation="equal")


def ne(input, other):
    """Return, as bool, whether each element of `input` differs from `other`. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.ne(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.ne.html
    """
    return Compare.apply(input, other, relation="not_equal")


def lt(input, other):
    """Return, as bool, whether each element of `input` is less than `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.lt(torch.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.lt.html
    """
    return Order.apply(input, other, relation="less")


def le(input, other):
    """Return, as bool, whether each element of `input` is at most `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.le(torch.tensor([1, 2, 3]), 2)
    tensor([ True,  True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.le.html
    """
    return Order.apply(input, other, relation="less_equal")


def gt(input, other):
    """Return, as bool, whether each element of `input` is greater than `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.gt(torch.tensor([1, 2, 3]), 2)
    tensor([False, False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.gt.html
    """
    return Order.apply(input, other, relation="greater")


def ge(input, other):
    """Return, as bool, whether each element of `input` is at least `other`. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.ge(torch.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.ge.html
    """
    return Order.apply(input, other, relation="greater_equal")


def logical_and(input, other):
    """Return, as bool, whether both are true, elementwise. Raises TypeError for a number.

    >>> import workbook as torch
    >>> torch.logical_and(torch.tensor([True, False]), torch.tensor([True, True]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_and.html
    """
    refuse_numbers("logical_and", input, other)
    return Compare.apply(input, other, relation="logical_and")


def logical_or(input, other):
    """Return, as bool, whether at least one is true, elementwise. Raises TypeError for a number.

    >>> import workbook as torch
    >>> torch.logical_or(torch.tensor([True, False]), torch.tensor([False, False]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_or.html
    """
    refuse_numbers("logical_or", input, other)
    return Compare.apply(input, other, relation="logical_or")


def logical_xor(input, other):
    """Return, as bool, whether exactly one is true, elementwise. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.logical_xor(torch.tensor([True, False]), torch.tensor([True, True]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_xor.html
    """
    refuse_numbers("logical_xor", input, other)
    return Compare.apply(input, other, relation="logical_xor")


class Bitwise(Compare):
    """out = the bits of a and b, combined by `relation`"""

    def forward(ctx, a, b, *, relation):
        if a.dtype.kind not in "biu":
            raise not_implemented(f"{relation}_cpu", a, b)
        return getattr(ctx.xp, relation)(a, b)


def bitwise_and(input, other):
    """Return the bitwise and of integers, or the logical one of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bitwise_and(torch.tensor(5), torch.tensor(3))
    tensor(1)

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_and.html
    """
    return Bitwise.apply(input, other, relation="bitwise_and")


def bitwise_or(input, other):
    """Return the bitwise or of integers, or the logical one of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bitwise_or(torch.tensor(5), torch.tensor(3))
    tensor(7)

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_or.html
    """
    return Bitwise.apply(input, other, relation="bitwise_or")


def bitwise_xor(input, other):
    """Return the bitwise exclusive or of integers, or the logical one of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bitwise_xor(torch.tensor(5), torch.tensor(3))
    tensor(6)

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_xor.html
    """
    return Bitwise.apply(input, other, relation="bitwise_xor")


class Test(Elementwise):
    """out = whether the question called `question` is answered yes"""

    differentiable = False

    def forward(ctx, a, *, question):
        if question == "invert" and a.dtype.kind not in "biu":
            raise not_implemented("bitwise_not_cpu", a)
        return getattr(ctx.xp, question)(a)


class TestOfWhole(Test):
    """out = as Test, of whole numbers, which all answer the same"""

    lies_as_inputs = False

    def forward(ctx, a, *, question):
        return laid_as(ctx.xp, getattr(ctx.xp, question)(a), a)


def _kind_of_test(input):
    return TestOfWhole if isinstance(input, Tensor) and input._array.dtype.kind in "biu" else Test


def isnan(input):
    """Return, as bool, whether each element is not a number. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isnan(torch.tensor([1., float('nan')]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.isnan.html
    """
    return Test.apply(input, question="isnan")


def isinf(input):
    """Return, as bool, whether each element is infinite. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isinf(torch.tensor([1., float('inf')]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.isinf.html
    """
    return _kind_of_test(input).apply(input, question="isinf")


def isfinite(input):
    """Return, as bool, whether each element is finite. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.isfinite(torch.tensor([1., float('inf')]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.isfinite.html
    """
    return _kind_of_test(input).apply(input, question="isfinite")


def logical_not(input):
    """Return, as bool, whether each element is zero or False. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.logical_not(torch.tensor([True, False]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_not.html
    """
    return Test.apply(input, question="logical_not")


def bitwise_not(input):
    """Return the bitwise complement of integers, or the opposite of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> ~torch.tensor([True, False])
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_not.html
    """
    return Test.apply(input, question="invert")


def invert(input):
    """Return `~input`: as `bitwise_not`, with Python's TypeError for what has no bits.

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_not.html
    """
    if input._array.dtype.kind not in "biu":
        raise TypeError(explain("~ (operator.invert) is only implemented on integer and Boolean-type tensors",
                                f"this tensor holds {input.dtype}", "for the opposite number write -x"))
    return bitwise_not(input)


class Where(Elementwise):
    """out = a where condition, b elsewhere"""

    @staticmethod
    def dtype_rule(values):
        if any(hasattr(v, "dtype") for v in values[1:]):
            half = dtypes.result_type(values[1:]) is dtypes.float16  # of which PyTorch makes infinity here
            return [values[0], *(dtypes.promote if half else promote_held)(values[1:])]
        met = dtypes.result_type(values[1:]).numpy
        return [values[0], *(np.asarray(number_in(v, met), met) for v in values[1:])]

    def forward(ctx, condition, a, b):
        ctx.save(condition)
        if getattr(condition, "dtype", None) == bool:
            if _is_zero(b) and a.dtype.kind == "f":
                return _kept(a, condition)
            if _is_zero(a) and b.dtype.kind == "f":
                return _kept(b, ~condition)
        return ctx.xp.where(condition, a, b)

    def backward(ctx, grad):
        (condition,) = ctx.saved
        return None, where(condition, grad, 0.0), where(condition, 0.0, grad)


def _is_zero(value):
    return value.__class__ is float and value == 0 and math.copysign(1, value) == 1


def _kept(a, keep):
    """a where `keep` holds, 0 elsewhere: its bits times 1 or 0, several times faster than xp.where, and a NaN is no exception."""
    return (a.view(f"i{a.itemsize}") * keep).view(a.dtype)


class Places(Operation):
    """out = for each axis, where along it the true elements are"""

    differentiable = False

    def forward(ctx, condition):
        return tuple([along.copy() for along in ctx.xp.nonzero(condition if condition.ndim else condition[None])])


def where(condition, input=None, other=None):
    """Return `input` where `condition` holds, `other` elsewhere, with broadcasting; of a condition alone, where it holds.

    That is a tuple of index Tensors, one an axis, so that `condition[torch.where(condition)]` are the true elements. Raises
    RuntimeError for a condition that is not bool.

    >>> import workbook as torch
    >>> x = torch.tensor([-1., 2.])
    >>> torch.where(x > 0, x, 0.)
    tensor([0., 2.])
    >>> torch.where(x > 0)
    (tensor([1]),)

    Source: https://pytorch.org/docs/2.13/generated/torch.where.html
    """
    if input is None or other is None:
        if input is not other:
            raise TypeError(explain("where() received an invalid combination of arguments - got (Tensor, Tensor)",
                                    "a choice is between two", "give both: torch.where(condition, input, other)"))
        if not isinstance(condition, Tensor):
            raise not_a_tensor("where", "condition", 1, condition)
        return Places.apply(condition)
    if isinstance(condition, Tensor) and condition._array.dtype.kind not in "bu":
        raise RuntimeError(explain(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype.legacy}",
            "a condition says yes or no for each element", "write a comparison: torch.where(x > 0, ...)"))
    return Where.apply(condition, input, other)


def flat(grad):
    """The gradient through a step that is flat: zeros, also where a NaN or an infinite gradient arrives."""
    return where(False, grad, 0.0)


class Maximum(Elementwise):
    """out = the larger of a and b; a tie shares the gradient"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise no_order("maximum")
        ctx.save(a, b)
        return ctx.xp.maximum(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return _shared(grad, a == b, a < b), _shared(grad, a == b, a > b)


def _shared(grad, tie, lost):
    return where(lost, 0.0, where(tie, grad / 2, grad))  # so that a NaN passes, as in PyTorch


def maximum(input, other):
    """Return the larger of the two, elementwise. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.maximum(torch.tensor([1., 5.]), torch.tensor([3., 2.]))
    tensor([3., 5.])

    Source: https://pytorch.org/docs/2.13/generated/torch.maximum.html
    """
    refuse_numbers("maximum", input, other)
    return Maximum.apply(input, other)


class Minimum(Elementwise):
    """out = the smaller of a and b; a tie shares the gradient"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise no_order("minimum")
        ctx.save(a, b)
        return ctx.xp.minimum(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return _shared(grad, a == b, a > b), _shared(grad, a == b, a < b)


def minimum(input, other):
    """Return the smaller of the two, elementwise. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.minimum(torch.tensor([1., 5.]), torch.tensor([3., 2.]))
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.minimum.html
    """
    refuse_numbers("minimum", input, other)
    return Minimum.apply(input, other)


def _bounds(values):
    """The dtype rule of clamp, whose bounds may be None."""
    met = iter(promote_held([value for value in values if value is not None]))
    return [None if value is None else next(met) for value in values]


class Clamp(Elementwise, name="ClampBackward1"):
    """out = a, moved into [low, high]"""

    dtype_rule = staticmethod(_bounds)
    of_operands = False

    def forward(ctx, a, low, high):
        if a.dtype.kind == "c":
            raise NotImplementedError(explain("clamp is not supported for complex types", "complex numbers have no order",
                                              "take the parts: x.real, x.imag"))
        ctx.save(a, low, high)
        if low is not None:
            a = ctx.xp.maximum(a, low)
        return a if high is None else ctx.xp.minimum(a, high)

    def backward(ctx, grad):
        a, low, high = ctx.saved
        inside = a == a if low is None else a >= low
        inside = inside if high is None else inside & (a <= high)
        _, to_low, to_high = ctx.edges
        below = to_low and (a < low if high is None else (a < low) & (low < high))
        above = to_high and (a > high if low is None else (a > high) | (high < low))
        return (where(inside, grad, 0.0), where(below, grad, 0.0) if to_low else None,
                where(above, grad, 0.0) if to_high else None)


class ClampTensor(Clamp, name="ClampBackward0"):
    """out = a, moved between tensors"""


def clamp(input, min=None, max=None):
    """Return each element, moved into the range from `min` to `max`, numbers or Tensors. Raises RuntimeError without bounds.

    >>> import workbook as torch
    >>> torch.clamp(torch.tensor([-1., 0.5, 3.]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.clamp.html
    """
    if min is None and max is None:
        raise RuntimeError(explain("torch.clamp: At least one of 'min' or 'max' must not be None",
                                   "without a bound nothing would happen", "give min=, max=, or both"))
    return (ClampTensor if isinstance(min, Tensor) or isinstance(max, Tensor) else Clamp).apply(input, min, max)
