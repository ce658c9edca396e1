"""Choosing between elements: by a condition, by size, within bounds."""

import functools
import math

import numpy as np

from workbook import dtypes
from workbook.autograd.modes import thread
from workbook.autograd.operation import Operation
from workbook.errors import explain, no_order, not_a_tensor
from workbook.numbers import number_in, promote_held
from workbook.ops.elementwise import Elementwise, refuse_numbers
from workbook.tensor import Tensor


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
        if ctx.xp is np and getattr(condition, "dtype", None) == bool:
            if _is_zero(b) and a.dtype.kind == "f":
                return _kept(a, condition)
            if _is_zero(a) and b.dtype.kind == "f":
                return _kept(b, ~condition)
        return ctx.xp.where(condition, *[ctx.xp.asarray(x) if x.__class__ is np.ndarray else x for x in (a, b)])

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
    return Flat.apply(grad)


class Flat(Operation):
    """out = zeros: nothing of the input is left, so there is nothing to record"""

    differentiable = False

    def forward(ctx, grad):
        return ctx.xp.zeros_like(grad)


def straight_pieces(formula):
    """Decorate the derivative of a function of straight pieces, whose slope no small change of its first saved value alters.

    Under `create_graph` its gradient is then recorded as one that this value decides, with a slope of 0 in it. Otherwise a second
    derivative would be refused where PyTorch's is 0.
    """
    @functools.wraps(formula)
    def backward(ctx, grad, *others):
        handed = formula(ctx, grad, *others)
        if thread.state.on_arrays:
            return handed
        first, *rest = handed if handed.__class__ is tuple else (handed,)
        return _piece_of(type(ctx).__name__).apply(first, ctx.saved[0]), *rest

    return backward


@functools.cache
def _piece_of(name):
    """The step that records it, named after the node as in PyTorch."""
    class Piece(FlatIn, name={"Relu": "Threshold"}.get(name[:-9], name[:-9]) + "BackwardBackward0"):
        __doc__ = FlatIn.__doc__

    return Piece


class FlatIn(Operation):
    """out = the gradient, which x decides, too, and no small change of x alters"""

    def forward(ctx, gradient, x):
        return ctx.xp.array(gradient)

    def backward(ctx, grad):
        return grad, flat(grad)


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
            np.broadcast_shapes(*(np.shape(part) for part in (a, low, high) if part is not None))  # shapes that do not fit come first
            raise no_clamp()
        ctx.save(a, low, high)
        if low is not None:
            a = ctx.xp.maximum(low, a)  # of 0.0 and -0.0, which are equal, the second is taken: what was there before, as in PyTorch
        return a if high is None else ctx.xp.minimum(high, a)

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


def no_clamp():
    """The error for complex numbers where PyTorch's function cuts at a number."""
    return NotImplementedError(explain("clamp is not supported for complex types", "complex numbers have no order",
                                       "take the parts: x.real, x.imag"))


_ROW = 8192  # so many zeros stay in the cache
_ZEROS = {kind.numpy: (np.zeros((), kind.numpy), np.zeros(_ROW, kind.numpy)) for kind in (dtypes.float32, dtypes.float64)}


def above_zero(xp, a):
    """Return max(0, a). The zero comes first: where both are 0.0 and -0.0, the second is taken, as in PyTorch.

    NumPy compares two arrays three times faster than an array and one number. So what is large meets a row of zeros, again and again.
    """
    if a.dtype not in _ZEROS or xp is not np:
        if a.dtype.kind in "bc":
            raise no_clamp() if a.dtype.kind == "c" else _no_sign()
        return xp.maximum(0, a)
    zero, zeros = _ZEROS[a.dtype]
    if a.size < _ROW or not a.flags.c_contiguous:
        return np.maximum(zero, a)
    out = np.empty_like(a)
    whole = a.size // _ROW * _ROW
    source, target = a.reshape(-1), out.reshape(-1)
    np.maximum(zeros, source[:whole].reshape(-1, _ROW), out=target[:whole].reshape(-1, _ROW))
    np.maximum(zeros[:a.size - whole], source[whole:], out=target[whole:])
    return out


def _no_sign():
    return RuntimeError(explain("Boolean inputs not supported for relu", "True and False have no sign", "convert it: x.float()"))
