"""One bound only, and the extremes of two that pass over NaN."""

from workbook import dtypes
from workbook.errors import no_order, not_a_tensor
from workbook.numbers import plain, promote_held
from workbook.ops.choices import no_clamp, where
from workbook.ops.elementwise import Elementwise, is_number, not_implemented, refuse_numbers
from workbook.tensor import Tensor


class ClampMinTensor(Elementwise, name="ClampMinBackward1"):
    """out = the larger of a and the bound b"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise not_implemented("maximum_cpu", a)
        ctx.save(a, b)
        return ctx.xp.maximum(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return where(a >= b, grad, 0.0), where(a < b, grad, 0.0) if ctx.needs_input_grad[1] else None


class ClampMin(ClampMinTensor, name="ClampMinBackward0"):
    """out = the larger of a and a number"""

    dtype_rule = staticmethod(promote_held)
    of_operands = False

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise no_clamp()
        ctx.save(a, b)
        return ctx.xp.maximum(b, a)  # of 0.0 and -0.0, which are equal, the second is taken, as in PyTorch


def clamp_min(input, min):
    """Return each element, and `min`, a number or a Tensor, where it is smaller. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.clamp_min(torch.tensor([-1., 0.5, 3.]), 0)
    tensor([0.0000, 0.5000, 3.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.clamp_min.html
    """
    return _bounded("clamp_min", ClampMin, ClampMinTensor, input, "min", min)


class ClampMaxTensor(Elementwise, name="ClampMaxBackward1"):
    """out = the smaller of a and the bound b"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise not_implemented("minimum_cpu", a)
        ctx.save(a, b)
        return ctx.xp.minimum(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return where(a <= b, grad, 0.0), where(a > b, grad, 0.0) if ctx.needs_input_grad[1] else None


class ClampMax(ClampMaxTensor, name="ClampMaxBackward0"):
    """out = the smaller of a and a number"""

    dtype_rule = staticmethod(promote_held)
    of_operands = False

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise no_clamp()
        ctx.save(a, b)
        return ctx.xp.minimum(b, a)  # of 0.0 and -0.0, which are equal, the second is taken, as in PyTorch


def clamp_max(input, max):
    """Return each element, and `max`, a number or a Tensor, where it is larger. Raises NotImplementedError for complex numbers.

    >>> import workbook as torch
    >>> torch.clamp_max(torch.tensor([-1., 0.5, 3.]), 1)
    tensor([-1.0000,  0.5000,  1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.clamp_max.html
    """
    return _bounded("clamp_max", ClampMax, ClampMaxTensor, input, "max", max)


def _bounded(name, by_number, by_tensor, input, argument, bound):
    bound = plain(bound)
    if is_number(bound):
        if bound.__class__ is bool and input.dtype is dtypes.bool_:
            raise not_implemented(f"{name}_scalar_cpu", input._array)
        return by_number.apply(input, bound)
    if not isinstance(bound, Tensor):
        raise not_a_tensor(name, argument, 2, bound)
    return by_tensor.apply(input, bound)


class Fmax(Elementwise):
    """out = the larger of a and b; of a NaN and a number, the number"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise no_order("fmax")
        ctx.save(a, b)
        return ctx.xp.fmax(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        first = (a >= b) | (b != b)
        return where(first, grad, 0.0), where(first, 0.0, grad)


def fmax(input, other):
    """Return the larger of the two, elementwise; where one is NaN, the other. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.fmax(torch.tensor([1., float('nan')]), torch.tensor([3., 2.]))
    tensor([3., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.fmax.html
    """
    refuse_numbers("fmax", input, other)
    return Fmax.apply(input, other)


class Fmin(Elementwise):
    """out = the smaller of a and b; of a NaN and a number, the number"""

    def forward(ctx, a, b):
        if a.dtype.kind == "c":
            raise no_order("fmin")
        ctx.save(a, b)
        return ctx.xp.fmin(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        first = (a <= b) | (b != b)
        return where(first, grad, 0.0), where(first, 0.0, grad)


def fmin(input, other):
    """Return the smaller of the two, elementwise; where one is NaN, the other. Raises RuntimeError for complex numbers.

    >>> import workbook as torch
    >>> torch.fmin(torch.tensor([1., float('nan')]), torch.tensor([3., 2.]))
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.fmin.html
    """
    refuse_numbers("fmin", input, other)
    return Fmin.apply(input, other)
