"""Three Tensors into one: a point between two, and a product or a quotient added."""

from workbook import dtypes
from workbook.errors import explain, not_a_tensor
from workbook.numbers import computed_in, number_in, plain
from workbook.ops.elementwise import Elementwise, as_number, in_float32, is_number, not_implemented
from workbook.tensor import Tensor


class LerpTensor(Elementwise, name="LerpBackward1"):
    """out = a + weight * (b - a)"""

    @staticmethod
    def dtype_rule(values):
        return dtypes.promote(values) if hasattr(values[2], "dtype") else values

    def forward(ctx, a, b, weight):
        if a.dtype.kind not in "fc":
            raise not_implemented("lerp_kernel_tensor", a, b, weight)
        ctx.save(*((a, b) if ctx.needs_input_grad[2] else (None, None)), weight)
        return _between(ctx.xp, a, b, weight)

    def backward(ctx, grad):
        a, b, weight = ctx.saved
        return grad * (1 - weight), grad * weight, grad * (b - a) if ctx.needs_input_grad[2] else None


class Lerp(LerpTensor):
    """out = a + number * (b - a)"""

    of_operands = False

    @staticmethod
    def dtype_rule(values):
        a, b, weight = values
        return [a, b, number_in(weight, computed_in(a.dtype)) if a.dtype.kind in "fc" else weight]

    def forward(ctx, a, b, weight):
        if a.dtype.kind not in "fc":
            raise not_implemented("lerp_kernel_scalar", a, b, weight)
        ctx.weight = weight  # not saved: a second pass may come
        return _between(ctx.xp, a, b, weight)

    def backward(ctx, grad):
        return grad * (1 - ctx.weight), grad * ctx.weight, None


def _between(xp, a, b, weight):
    """The point between a and b, from the nearer end, so that weight 1 gives b itself."""
    kind, a, b, weight = a.dtype, in_float32(a), in_float32(b), in_float32(weight) if hasattr(weight, "dtype") else weight
    return xp.where(abs(weight) < 0.5, a + weight * (b - a), b - (b - a) * (1 - weight)).astype(kind, copy=False)


def lerp(input, end, weight):
    """Return the points between `input` and `end`, `input + weight * (end - input)`; `weight` is a number or a Tensor.

    Raises RuntimeError for different dtypes, NotImplementedError for integers.

    >>> import workbook as torch
    >>> torch.lerp(torch.tensor([0., 10.]), torch.tensor([1., 20.]), 0.5)
    tensor([ 0.5000, 15.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.lerp.html
    """
    weight = plain(weight)
    number = is_number(weight)
    _only_tensors("lerp", input=input, end=end, **{} if number else {"weight": weight})
    for name, other in (("end", end), ("weight", weight)):
        if isinstance(other, Tensor) and other.dtype is not input.dtype and (other is end or other.ndim):
            raise RuntimeError(explain(f"expected dtype {input.dtype.in_c} for `{name}` but got dtype {other.dtype.in_c}",
                                       "all points lie on one line of numbers", f"write {name}.to({input.dtype})"))
    return (Lerp if number else LerpTensor).apply(input, end, weight)


class Addcmul(Elementwise):
    """out = a + value * b * c"""

    def forward(ctx, a, b, c, *, value):
        if value.__class__ is int:
            dtypes.within_64_bits(value)
        if a.dtype.kind == "b":
            raise not_implemented("addcmul_cpu_out", a, b, c)
        ctx.save_crosswise(b, c, 1)
        ctx.value = value = number_in(value, computed_in(a.dtype))
        wide = in_float32(b)
        return (a + wide * c if value == 1 else a + value * wide * c).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        b, c = ctx.saved
        scaled = grad if ctx.value == 1 else grad * ctx.value
        return (grad, scaled * c if ctx.needs_input_grad[1] else None, scaled * b if ctx.needs_input_grad[2] else None)


def addcmul(input, tensor1, tensor2, *, value=1):
    """Return `input + value * tensor1 * tensor2`, elementwise with broadcasting. Raises NotImplementedError for bools.

    >>> import workbook as torch
    >>> torch.addcmul(torch.ones(2), torch.tensor([1., 2.]), torch.tensor([3., 4.]), value=0.5)
    tensor([2.5000, 5.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.addcmul.html
    """
    _only_tensors("addcmul", input=input, tensor1=tensor1, tensor2=tensor2)
    return Addcmul.apply(input, tensor1, tensor2, value=as_number("addcmul", "value", None, value))


class Addcdiv(Elementwise):
    """out = a + value * b / c"""

    def forward(ctx, a, b, c, *, value):
        ctx.save(b if ctx.needs_input_grad[2] else None, c)
        ctx.value = value = number_in(value, computed_in(a.dtype))
        wide = in_float32(b)
        return (a + wide / c if value == 1 else a + value * wide / c).astype(a.dtype, copy=False)

    def backward(ctx, grad):
        b, c = ctx.saved
        scaled = grad if ctx.value == 1 else grad * ctx.value
        return (grad, scaled / c if ctx.needs_input_grad[1] else None,
                -scaled * (b / (c * c)) if ctx.needs_input_grad[2] else None)


def addcdiv(input, tensor1, tensor2, *, value=1):
    """Return `input + value * tensor1 / tensor2`, elementwise with broadcasting. Raises RuntimeError for two integer Tensors.

    >>> import workbook as torch
    >>> torch.addcdiv(torch.ones(2), torch.tensor([1., 2.]), torch.tensor([4., 4.]))
    tensor([1.2500, 1.5000])

    Source: https://pytorch.org/docs/2.13/generated/torch.addcdiv.html
    """
    _only_tensors("addcdiv", input=input, tensor1=tensor1, tensor2=tensor2)
    if tensor1.dtype.category <= dtypes.INTEGRAL and tensor2.dtype.category <= dtypes.INTEGRAL:
        raise RuntimeError(explain(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of "
            "tensor1 and tensor2.", "it once cut the quotient off, while `/` does not",
            "write tensor1.float(), or input + value * torch.div(tensor1, tensor2, rounding_mode='trunc')"))
    return Addcdiv.apply(input, tensor1, tensor2, value=as_number("addcdiv", "value", None, value))


def _only_tensors(function, **arguments):
    for position, (name, given) in enumerate(arguments.items(), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor(function, name, position, given)
