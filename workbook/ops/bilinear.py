"""A product of two vectors and a table of weights, for each pair of a batch."""

from workbook.autograd.operation import Operation
from workbook.errors import explain
from workbook.ops.arithmetic import add
from workbook.ops.autocasting import chosen
from workbook.ops.axes import transpose, unsqueeze
from workbook.ops.elementwise import expect_tensors
from workbook.ops.reduction import sum
from workbook.ops.shape import reshape, view


class Trilinear(Operation):
    """out[n, o] = the sum over i and j of a[n, i] * weight[o, i, j] * b[n, j]"""

    def forward(ctx, a, weight, b):
        ctx.save(a, weight, b)
        return ((a @ weight) * b).sum(-1).T.copy()

    def backward(ctx, grad):
        a, weight, b = ctx.saved
        each = unsqueeze(transpose(grad, 0, 1), 2)  # (O, N, 1)
        return sum(each * (b @ transpose(weight, 1, 2)), 0), transpose(each * a, 1, 2) @ b, sum(each * (a @ weight), 0)


@chosen("widest", "cuda")
def bilinear(input1, input2, weight, bias=None):
    """Return, for each pair of vectors, `x1 @ weight[o] @ x2 + bias[o]`: `(*, in1), (*, in2) -> (*, out)`.

    `weight`: (out, in1, in2). Raises RuntimeError for sizes that do not fit.

    >>> import workbook as torch
    >>> torch.nn.functional.bilinear(torch.tensor([1., 2.]), torch.tensor([3.]), torch.tensor([[[1.], [10.]]]))
    tensor([63.])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.bilinear.html
    """
    _check(input1, input2, weight, bias)
    out = Trilinear.apply(reshape(input1, (-1, input1.shape[-1])), weight, reshape(input2, (-1, input2.shape[-1])))
    out = view(out, (*input1.shape[:-1], weight.shape[0]))
    return out if bias is None else add(out, bias)


def _check(input1, input2, weight, bias):
    """Raise where sizes or dtypes do not fit."""
    expect_tensors("bilinear", input1=input1, input2=input2, weight=weight)
    if input1.ndim != input2.ndim:
        raise _unfit(f"input dimensions do not match: got {input1.ndim} and {input2.ndim}", "both inputs have the same axes in front")
    for axis, (a, b) in enumerate(zip(input1.shape[:-1], input2.shape[:-1])):
        if a != b:
            raise _unfit(f"input batch dimensions do not match at dim {axis}: got {a} and {b}", "each vector of one has its partner in the other")
    for name, side, wanted in (("input1", input1.shape[-1], weight.shape[1]), ("input2", input2.shape[-1], weight.shape[2])):
        if side != wanted:
            raise _unfit(f"{name} size does not match weight size: got {side} but expected {wanted}", f"weight is (out, in1, in2), {list(weight.shape)}")
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise _unfit(f"bias size does not match weight size: got {bias.shape[0]} but expected {weight.shape[0]}", "each output has one bias")
    if not input1.dtype is input2.dtype is weight.dtype or bias is not None and bias.dtype is not weight.dtype:
        found = {"input1": input1, "input2": input2, "weight": weight} | ({} if bias is None else {"bias": bias})
        raise RuntimeError(explain(
            f"All tensors must have the same dtype, got {', '.join(f'{name}: {given.dtype.in_c}' for name, given in found.items())}",
            "the product is taken in one dtype", "convert: x.float()"))


def _unfit(what, why):
    return RuntimeError(explain(f"bilinear(): {what}", why, "look at both shapes and the layer's sizes"))
