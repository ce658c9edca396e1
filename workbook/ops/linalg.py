"""Products of matrices and vectors."""

import math

from workbook import dtypes
from workbook.autograd.modes import running_layer
from workbook.autograd.operation import Operation
from workbook.errors import by_sizes, explain, not_a_tensor, shape_text
from workbook.ops.arithmetic import add
from workbook.ops.autocasting import in_half
from workbook.ops.axes import SqueezeIn, T, transpose, unsqueeze
from workbook.ops.elementwise import broadcast_shape, not_implemented
from workbook.ops.inplace import inplace
from workbook.ops.shape import UnsafeView, expand, reshape
from workbook.tensor import Tensor


def _unequal_dtypes(what, first, second):
    layer = running_layer()
    wrong = first if second.is_floating_point else second
    return RuntimeError(explain(
        what.format(first, second),
        (f"{layer} holds {second}, and what arrived holds {first}" if layer else f"{first} meets {second}")
        + (": NumPy's floats are float64, PyTorch's float32" if dtypes.float64 in (first, second) else ""),
        "convert the data: x.float()" + ("" if wrong.is_floating_point else ", or write 1. for 1")))


class Product(Operation):
    """A product of matrices or vectors: the dtypes must be equal, and the inner sizes."""

    kernel = "addmm_impl_cpu_"  # the name under which PyTorch speaks of it
    unequal = "mat1 and mat2 must have the same dtype, but got {0.legacy} and {1.legacy}"  # and its words

    @classmethod
    def dtype_rule(cls, values):
        """PyTorch does not promote here, and knows no product of bools."""
        kind = values[-2].dtype
        if kind.kind == values[-1].dtype.kind == "b":
            raise not_implemented(cls.kernel, values[-2])
        if values[-1].dtype != kind:
            if cls is Mm and values[-2].shape[1] != values[-1].shape[0]:  # PyTorch looks at the shapes of these first
                raise _unequal_sizes(*values)
            raise _unequal_dtypes(cls.unequal, *(dtypes.of(value) for value in values[-2:]))
        if len(values) == 3 and values[0].dtype != kind:
            raise _unequal_dtypes("self and mat2 must have the same dtype, but got {0.legacy} and {1.legacy}",
                                  *(dtypes.of(value) for value in values[:2]))
        return values

    @classmethod
    def refusal(cls, problem, arrays, options):
        return _unequal_sizes(*arrays[-2:])


class Mm(Product):
    """out = a @ b, for two matrices"""

    unequal = "expected m1 and m2 to have the same dtype, but got: {0.in_c} != {1.in_c}"

    def forward(ctx, a, b):
        ctx.save_crosswise(a, b)
        # a column times a row as a product is four times faster, and the same; dot starts in half the time of @
        return a * b if a.shape[1] == b.shape[0] == 1 else a.dot(b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return (Mm.apply(grad, T.apply(b)) if ctx.needs_input_grad[0] else None,
                Mm.apply(T.apply(a), grad) if ctx.needs_input_grad[1] else None)


class Mv(Product):
    """out = a @ v, for a matrix and a vector"""

    kernel = "addmv_impl_cpu"
    unequal = "addmv input tensors must have the same dtype, but got {1.legacy}, {0.legacy}, and {1.legacy}"

    def forward(ctx, a, v):
        ctx.save_crosswise(a, v)
        return a @ v

    def backward(ctx, grad):
        a, v = ctx.saved
        return (unsqueeze(grad, 1) * v if ctx.needs_input_grad[0] else None,
                T.apply(a) @ grad if ctx.needs_input_grad[1] else None)


class Dot(Product):
    """out = the sum of a * b, for two vectors"""

    kernel = "dot"
    unequal = "dot : expected both vectors to have same dtype, but found {0.legacy} and {1.legacy}"

    def forward(ctx, a, b):
        ctx.save_crosswise(a, b)
        return a @ b

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad * b if ctx.needs_input_grad[0] else None,
                grad * a if ctx.needs_input_grad[1] else None)


class Bmm(Product):
    """out[i] = a[i] @ b[i], for two stacks of matrices"""

    kernel = "bmm"
    unequal = "expected scalar type {0.legacy} but found {1.legacy}"

    def forward(ctx, a, b):
        ctx.save_crosswise(a, b)
        return a @ b

    def backward(ctx, grad):
        a, b = ctx.saved
        return (Bmm.apply(grad, transpose(b, 1, 2)) if ctx.needs_input_grad[0] else None,
                Bmm.apply(transpose(a, 1, 2), grad) if ctx.needs_input_grad[1] else None)


class Addmm(Product):
    """out = bias + a @ b: the step of a Linear layer"""

    def forward(ctx, bias, a, b):
        ctx.save_crosswise(a, b, 1)
        out = a.dot(b)
        out += bias
        return out

    def backward(ctx, grad):
        a, b = ctx.saved
        return (grad,
                Mm.apply(grad, T.apply(b)) if ctx.needs_input_grad[1] else None,
                T.apply(Mm.apply(T.apply(grad), a)) if ctx.needs_input_grad[2] else None)


def _unequal_sizes(a, b, advice=None):
    """PyTorch's error for a product whose inner sizes differ."""
    layer = running_layer()
    if layer and advice is None:
        advice = f"give it {b.shape[-2]} features: check the flatten before it, or its in_features"
    return RuntimeError(explain(
        f"mat1 and mat2 shapes cannot be multiplied ({by_sizes(a.shape[-2:])} and {by_sizes(b.shape[-2:])})",
        (f"{layer}: " if layer else "") + f"rows of {a.shape[-1]} numbers meet columns of {b.shape[-2]}",
        advice or ("for the matrix product transpose one: a @ b.T; for element by element write a * b" if a.shape == b.shape
                   else "transpose the second: a @ b.T" if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1] else "make the inner sizes equal")))


def _two_tensors(name, input, other, argument):
    for position, (called, given) in enumerate((("input", input), (argument, other)), start=1):
        if not hasattr(given, "ndim"):
            raise not_a_tensor(name, called, position, given)


def mm(input, mat2):
    """Return the product of two matrices, `(n, k) x (k, m) -> (n, m)`.

    Raises RuntimeError where the inner sizes or the dtypes differ.

    >>> import workbook as torch
    >>> torch.mm(torch.tensor([[1., 2.]]), torch.tensor([[3.], [4.]]))
    tensor([[11.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.mm.html
    """
    _two_tensors("mm", input, mat2, "mat2")
    for place, matrix in (("self", input), ("mat2", mat2)):
        if matrix.ndim != 2:
            raise RuntimeError(explain(f"{place} must be a matrix", f"it has shape {shape_text(matrix.shape)}",
                                       "use matmul (the @ sign) for other shapes"))
    return Mm.apply(input, mat2)


def mv(input, vec):
    """Return the product of a matrix and a vector, `(n, k) x (k) -> (n)`.

    Raises RuntimeError where sizes do not fit or dtypes differ.

    >>> import workbook as torch
    >>> torch.mv(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([1., 1.]))
    tensor([3., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.mv.html
    """
    _two_tensors("mv", input, vec, "vec")
    if not input.ndim:
        raise IndexError(explain("Dimension specified as 0 but tensor has no dimensions", "the matrix is a single number", "use mul"))
    if input.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(explain(f"vector + matrix @ vector expected, got 1, {input.ndim}, {vec.ndim}",
                                   f"these are the numbers of axes; the shapes are {shape_text(input.shape)} and {shape_text(vec.shape)}",
                                   "give a (n, k) matrix and a vector of k"))
    if input.shape[1] != vec.shape[0]:
        raise RuntimeError(explain(
            f"size mismatch, got input ({by_sizes(input.shape[:1])}), mat ({by_sizes(input.shape)}), vec ({by_sizes(vec.shape)})",
            f"each row of the matrix meets the vector; the shapes are {shape_text(input.shape)} and {shape_text(vec.shape)}",
            "give a (n, k) matrix and a vector of k"))
    return Mv.apply(input, vec)


def dot(input, tensor):
    """Return the sum of products of two vectors of one length.

    Raises RuntimeError for what is no vector, and where lengths or dtypes differ.

    >>> import workbook as torch
    >>> torch.dot(torch.tensor([1., 2.]), torch.tensor([3., 4.]))
    tensor(11.)

    Source: https://pytorch.org/docs/2.13/generated/torch.dot.html
    """
    _two_tensors("dot", input, tensor, "tensor")
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(explain(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors",
                                   f"the shapes are {shape_text(input.shape)} and {shape_text(tensor.shape)}",
                                   "use matmul (the @ sign) for matrices"))
    if input.shape != tensor.shape and input.dtype is tensor.dtype:
        raise RuntimeError(explain(
            "inconsistent tensor size, expected tensor "
            f"{shape_text(input.shape)} and src {shape_text(tensor.shape)} to have the same number of elements, but got "
            f"{input.numel()} and {tensor.numel()} elements respectively", "each element meets its partner",
            "make the lengths equal"))
    return Dot.apply(input, tensor)


def bmm(input, mat2):
    """Return the products of two stacks of matrices, `(b, n, k) x (b, k, m) -> (b, n, m)`.

    Raises RuntimeError for what is no stack of matrices, and where sizes do not fit or dtypes differ.

    >>> import workbook as torch
    >>> torch.bmm(torch.ones(2, 1, 3), torch.ones(2, 3, 1)).shape
    torch.Size([2, 1, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.bmm.html
    """
    _two_tensors("bmm", input, mat2, "mat2")
    for name, stack in (("batch1", input), ("batch2", mat2)):
        if stack.ndim != 3:
            raise RuntimeError(explain(f"{name} must be a 3D tensor", f"it has shape {shape_text(stack.shape)}",
                                       "use matmul (the @ sign) for other shapes"))
    if input.shape[0] != mat2.shape[0] or input.shape[2] != mat2.shape[1]:
        raise RuntimeError(explain(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] but got: "
            f"[{mat2.shape[0]}, {mat2.shape[1]}].", f"the stacks have shapes {shape_text(input.shape)} and "
            f"{shape_text(mat2.shape)}", "make the batches and the inner sizes equal"))
    return Bmm.apply(input, mat2)


def matmul(input, other):
    """Return the matrix product, `x @ y`: vectors, matrices, and stacks of them, whose leading axes broadcast.

    `(k) x (k) -> ()`, `(n, k) x (k) -> (n)`, `(n, k) x (k, m) -> (n, m)`, `(..., n, k) x (..., k, m) -> (..., n, m)`.

    Raises RuntimeError where the inner sizes or the dtypes differ.

    >>> import workbook as torch
    >>> torch.ones(2, 3) @ torch.ones(3, 4)
    tensor([[3., 3., 3., 3.],
            [3., 3., 3., 3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.matmul.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("matmul", "input", 1, input)
    if not isinstance(other, Tensor):
        raise not_a_tensor("matmul", "other", 2, other)
    left, right = input._array.ndim, other._array.ndim
    if left == 2 and right == 2:
        return Mm.apply(input, other)
    if left == 0 or right == 0:
        raise RuntimeError(explain(
            f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D",
            "a matrix product needs rows or columns", "write a * b for numbers"))
    if left == 1 and right == 1:
        return dot(*in_half(input, other))
    if left == 2 and right == 1:
        return mv(*in_half(input, other))
    if left == 1:
        return SqueezeIn.apply(matmul(unsqueeze(input, 0), other), axes=(right - 2,))
    if right == 1:
        return _unsafe_view(mv(*in_half(reshape(input, (math.prod(input.shape[:-1]), input.shape[-1])), other)), tuple(input.shape[:-1]))
    if right == 2:
        rows = tuple(input.shape)
        return _unsafe_view(mm(reshape(input, (math.prod(rows[:-1]), rows[-1])), other), (*rows[:-1], other.shape[1]))
    lead = broadcast_shape(tuple(input.shape[:-2]), tuple(other.shape[:-2]), (input.shape, other.shape))
    stacks = [reshape(expand(x, (*lead, *x.shape[-2:])), (math.prod(lead), *x.shape[-2:])) for x in (input, other)]
    return _unsafe_view(bmm(*stacks), (*lead, input.shape[-2], other.shape[-1]))


def _unsafe_view(product, shape):
    return UnsafeView.apply(product, shape=shape)


def linear(input, weight, bias=None):
    """Return `input @ weight.T + bias`, `(..., in_features) -> (..., out_features)` for weight `(out_features, in_features)`.

    Raises RuntimeError where the last axis of `input` is not in_features long, or where the dtypes differ.

    >>> import workbook as torch
    >>> torch.nn.functional.linear(torch.ones(1, 2), torch.tensor([[3., 4.]]), torch.tensor([0.5]))
    tensor([[7.5000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.linear.html
    """
    for place, (name, given) in enumerate((("input", input), ("weight", weight)), 1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("linear", name, place, given)
    if bias is not None and not isinstance(bias, Tensor):
        raise not_a_tensor("linear", "bias", 3, bias)
    shape = input._array.shape
    if not shape or not weight._array.ndim:
        raise RuntimeError(explain(
            f"both arguments to linear need to be at least 1D, but they are {len(shape)}D and {weight._array.ndim}D",
            "each output is a weighted sum of the last axis, and a single number has no axis",
            "give rows of features: x.reshape(-1, in_features)"))
    if weight._array.ndim > 2:
        raise RuntimeError(explain(
            f"t() expects a tensor with <= 2 dimensions, but self is {weight._array.ndim}D",
            f"linear takes a weight of (out_features, in_features), and this one has shape {shape_text(weight.shape)}",
            "use matmul (the @ sign) for stacks of matrices"))
    if weight._array.ndim == 1 and (bias is None or len(shape) != 2 and not _in_order(input, bias)):  # one output, without an axis of its own
        return _with_bias(matmul(input, weight), bias)
    if weight._array.ndim == 1:
        raise RuntimeError(explain("mat2 must be a matrix, got 1-D tensor", "a bias is added to rows of outputs",
                                   "give the weight a shape of (out_features, in_features): weight.unsqueeze(0)"))
    rows = input
    if len(shape) != 2:
        rows = unsqueeze(input, 0) if len(shape) == 1 else reshape(input, (math.prod(shape[:-1]), shape[-1]))
    columns = T.apply(weight)
    if rows._array.shape[1] != columns._array.shape[0]:
        raise _unequal_sizes(rows, columns, _flatten_advice(input, columns._array.shape[0]))
    if bias is not None and bias._array.ndim == 1 and bias._array.shape[0] not in (1, weight._array.shape[0]):
        raise RuntimeError(explain(
            f"The expanded size of the tensor ({weight.shape[0]}) must match the existing size ({bias.shape[0]}) at non-singleton dimension 1.  "
            f"Target sizes: [{rows.shape[0]}, {weight.shape[0]}].  Tensor sizes: {shape_text(bias.shape)}",
            f"the weight has {weight.shape[0]} rows, one an output, and each output has one bias", f"give a bias of {weight.shape[0]} numbers"))
    in_one = bias is not None and (len(shape) == 2 or _in_order(input, bias))  # else the bias is a step of its own, as in PyTorch
    if in_one and bias._array.ndim > 1:
        expand(bias, (rows.shape[0], weight.shape[0]))  # raises, in PyTorch's words, what does not fit
    out = Addmm.apply(bias, rows, columns) if in_one else Mm.apply(rows, columns)
    if len(shape) == 2:
        return out
    if in_one:
        return reshape(out, (*shape[:-1], weight.shape[0]))
    return _with_bias(out.squeeze_(0) if len(shape) == 1 else _unsafe_view(out, (*shape[:-1], weight.shape[0])), bias)


def _with_bias(out, bias):
    """Return outputs with their bias, if there is one, added in place as in PyTorch: it makes them neither more nor of another dtype."""
    return out if bias is None else _add_in_place(out, bias)


_add_in_place = inplace(add, "add_")


def _in_order(input, bias):
    """Whether rows and bias lie number after number, so that the product may be asked for in one step with the bias."""
    return (bias._array.ndim == 1 or len(bias.shape) - bias.shape.count(1) == 1) and input._array.flags.c_contiguous and bias._array.flags.c_contiguous


def _flatten_advice(input, wanted):
    """What to change when rows of the wrong length reach a layer."""
    shape = tuple(input.shape)
    if len(shape) == 1 and wanted and shape[0] % wanted == 0 and shape[0] > wanted:
        return (f"the input is 1-D with {shape[0]} = {shape[0] // wanted} x {wanted} numbers: the batch was flattened too; "
                "use x.flatten(1)")
    if len(shape) > 2:
        return f"what arrived has shape {shape_text(shape)}: flatten it first, with x.flatten(1)"
    if len(shape) == 2 and shape[0] * shape[1] == wanted:
        return (f"{shape[0]} x {shape[1]} is {wanted}: what arrived is one example, whose first axis was taken for the batch. Give it a batch of one "
                "where it enters the network: x.unsqueeze(0)")
    before = input._view.base.shape if input._view is not None else shape
    flattened = f" (the flatten gave {shape[-1]} = {' x '.join(map(str, before[1:]))})" if len(before) > 2 else ""
    return (f"set in_features={shape[-1]}{flattened}, or change what comes before so that it gives {wanted}; "
            "print x.shape before the layer to see")
