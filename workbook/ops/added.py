"""Products of matrices and vectors, times a number, with something added."""

from workbook import dtypes
from workbook.errors import by_sizes, explain, shape_text
from workbook.numbers import computed_in, number_in
from workbook.ops.axes import transpose, unsqueeze
from workbook.ops.elementwise import Elementwise, as_number
from workbook.ops.linalg import Addmm, Product
from workbook.ops.reduction import sum
from workbook.ops.shape import expand


class Added(Product):
    """out = beta * input + alpha * (a product of a and b); a `beta` of 0 leaves the input out, NaN and all"""

    def backward(ctx, grad):
        a, b = ctx.saved
        scaled = grad * ctx.alpha if ctx.alpha != 1 else grad
        return (grad * ctx.beta if ctx.beta != 1 else grad,
                ctx.to_a(scaled, b) if ctx.needs_input_grad[1] else None,
                ctx.to_b(scaled, a) if ctx.needs_input_grad[2] else None)


def _added(ctx, c, a, b, product, beta, alpha):
    ctx.save_crosswise(a, b, 1)
    ctx.beta, ctx.alpha = beta, alpha
    if alpha != 1:
        product = product * _factor(ctx.xp, alpha, product)
    if beta == 0:
        return product
    return product + (c if beta == 1 else c * _factor(ctx.xp, beta, product))


def _factors(function, beta, alpha):
    """Return beta and alpha as plain numbers. Raises TypeError for what is none."""
    return {"beta": as_number(function, "beta", None, beta), "alpha": as_number(function, "alpha", None, alpha)}


def _factor(xp, number, product):
    """A Python number in the dtype of `product`: PyTorch cuts 2.5 down to 2 where that holds integers, and -1 wraps round."""
    return xp.asarray(number_in(number, computed_in(product.dtype))).astype(product.dtype)


class Addmv(Added):
    """out = beta * c + alpha * (a @ v), for a matrix and a vector"""

    kernel = "addmv_impl_cpu"
    unequal = "addmv input tensors must have the same dtype, but got {1.legacy}, {0.legacy}, and {1.legacy}"

    def forward(ctx, c, a, v, *, beta, alpha):
        return _added(ctx, c, a, v, a @ v, beta, alpha)

    to_a = staticmethod(lambda grad, v: unsqueeze(grad, 1) * v)
    to_b = staticmethod(lambda grad, a: transpose(a, 0, 1) @ grad)


class AddmmScaled(Added, name="AddmmBackward0"):
    """out = beta * c + alpha * (a @ b), for two matrices"""

    def forward(ctx, c, a, b, *, beta, alpha):
        return _added(ctx, c, a, b, a @ b, beta, alpha)

    to_a = staticmethod(lambda grad, b: grad @ transpose(b, 0, 1))
    to_b = staticmethod(lambda grad, a: transpose(a, 0, 1) @ grad)


class Baddbmm(Added):
    """out[i] = beta * c[i] + alpha * (a[i] @ b[i]), for two stacks of matrices"""

    kernel = "baddbmm"
    unequal = "expected scalar type {0.legacy} but found {1.legacy}"

    def forward(ctx, c, a, b, *, beta, alpha):
        return _added(ctx, c, a, b, a @ b, beta, alpha)

    to_a = staticmethod(lambda grad, b: grad @ transpose(b, 1, 2))
    to_b = staticmethod(lambda grad, a: transpose(a, 1, 2) @ grad)


class Addbmm(Added):
    """out = beta * c + alpha * the sum over i of a[i] @ b[i]"""

    def forward(ctx, c, a, b, *, beta, alpha):
        return _added(ctx, c, a, b, (a @ b).sum(0, dtype=a.dtype), beta, alpha)

    to_a = staticmethod(lambda grad, b: grad @ transpose(b, 1, 2))
    to_b = staticmethod(lambda grad, a: transpose(a, 1, 2) @ grad)


def _must_expand(input, shape):
    """Raise where `input` does not expand to `shape`, as expand does."""
    if tuple(input.shape) != shape and not (input.ndim <= len(shape) and all(
            have in (side, 1) for have, side in zip(reversed(input.shape), reversed(shape)))):
        expand(input, shape)


def _expect_stacks(input, batch1, batch2, axes):
    """Raise for what is no stack of matrices, and where `input` does not expand to the product's sides: these `axes` of batch1, and the last."""
    stacks = {"batch1": batch1, "batch2": batch2}
    for name, axis in (*(("batch1", axis) for axis in axes), ("batch2", 2)):
        if stacks[name].ndim <= axis:
            raise _no_such_side(name, stacks[name], axis)
    _must_expand(input, (*(batch1.shape[axis] for axis in axes), batch2.shape[2]))
    for name, batch in stacks.items():
        if batch.ndim != 3:
            raise RuntimeError(explain(f"{name} must be a 3D tensor", *_of_a_stack(name, batch)))


def _no_such_side(name, given, axis):
    """The error for a stack of matrices that has no axis of this number: PyTorch reads the sides before it counts them."""
    ndim = given.ndim
    return IndexError(explain(
        f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {axis})" if ndim
        else f"Dimension specified as {axis} but tensor has no dimensions", *_of_a_stack(name, given)))


def _of_a_stack(name, given):
    return f"{name} is a stack of matrices, with three axes; it has shape {shape_text(given.shape)}", "stack the matrices along a first axis"


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat1 @ mat2)`, `(n, m) + (n, k) x (k, m) -> (n, m)`; `input` broadcasts.

    A `beta` of 0 leaves `input` out, NaN and all. Raises RuntimeError where the inner sizes or the dtypes differ.

    >>> import workbook as torch
    >>> torch.addmm(torch.ones(2), torch.ones(1, 3), torch.ones(3, 2))
    tensor([[4., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.addmm.html
    """
    for name, matrix in (("mat1", mat1), ("mat2", mat2)):
        if matrix.ndim != 2:
            raise RuntimeError(explain(f"{name} must be a matrix, got {matrix.ndim}-D tensor",
                                       f"it has shape {shape_text(matrix.shape)}", "use matmul (the @ sign) for other shapes"))
    if mat1.shape[1] == mat2.shape[0]:
        _must_expand(input, (mat1.shape[0], mat2.shape[1]))
    if beta.__class__ is alpha.__class__ is int and beta == alpha == 1:
        return Addmm.apply(input, mat1, mat2)
    return AddmmScaled.apply(input, mat1, mat2, **_factors("addmm", beta, alpha))


def addmv(input, mat, vec, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat @ vec)`, `(n) + (n, k) x (k) -> (n)`; `input` broadcasts.

    Raises RuntimeError where sizes or dtypes differ.

    >>> import workbook as torch
    >>> torch.addmv(torch.ones(2), torch.ones(2, 3), torch.ones(3), alpha=2)
    tensor([7., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.addmv.html
    """
    if mat.ndim != 2 or vec.ndim != 1 or input.ndim > 1:
        raise RuntimeError(explain(f"vector + matrix @ vector expected, got {input.ndim}, {mat.ndim}, {vec.ndim}",
                                   "these are the numbers of axes", "give a vector, a matrix and a vector"))
    if mat.shape[1] != vec.shape[0] or input.numel() not in (1, mat.shape[0]):
        if not input.ndim:  # PyTorch asks for its length, to name it in the error
            raise IndexError(explain("Dimension specified as 0 but tensor has no dimensions",
                                     f"the matrix {shape_text(mat.shape)} does not meet the vector {shape_text(vec.shape)}, and input has no axis",
                                     "give (n), (n, k) and (k)"))
        raise RuntimeError(explain(
            f"size mismatch, got input ({input.numel()}), mat ({by_sizes(mat.shape)}), vec ({vec.shape[0]})",
            "each row of the matrix meets the vector", "give (n), (n, k) and (k)"))
    return Addmv.apply(input, mat, vec, **_factors("addmv", beta, alpha))


def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (the sum over i of batch1[i] @ batch2[i])`, `(n, m) + (b, n, k) x (b, k, m) -> (n, m)`.

    Raises IndexError for stacks of too few axes, RuntimeError where sizes or dtypes differ.

    >>> import workbook as torch
    >>> torch.addbmm(torch.ones(1), torch.ones(2, 1, 3), torch.ones(2, 3, 1))
    tensor([[7.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.addbmm.html
    """
    _expect_stacks(input, batch1, batch2, (1,))
    if batch1.shape[0] != batch2.shape[0]:
        raise RuntimeError(explain(
            f"batch1 and batch2 must have same number of batches, got {batch1.shape[0]} and {batch2.shape[0]}",
            "each matrix meets its partner", "give two stacks of one length"))
    if batch1.shape[2] != batch2.shape[1]:
        raise RuntimeError(explain(
            f"Incompatible matrix sizes for bmm ({by_sizes(batch1.shape[1:])} and {by_sizes(batch2.shape[1:])})",
            f"rows of {batch1.shape[2]} numbers meet columns of {batch2.shape[1]}", "make the inner sizes equal"))
    return Addbmm.apply(input, batch1, batch2, **_factors("addbmm", beta, alpha))


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * (batch1 @ batch2)`, `(b, n, m) + (b, n, k) x (b, k, m) -> (b, n, m)`; `input` broadcasts.

    Raises IndexError for stacks of too few axes, RuntimeError where sizes or dtypes differ.

    >>> import workbook as torch
    >>> torch.baddbmm(torch.ones(1), torch.ones(1, 1, 3), torch.ones(1, 3, 1))
    tensor([[[4.]]])

    Source: https://pytorch.org/docs/2.13/generated/torch.baddbmm.html
    """
    _expect_stacks(input, batch1, batch2, (0, 1))
    wanted = [batch1.shape[0], batch1.shape[2]]
    if list(batch2.shape[:2]) != wanted:
        raise RuntimeError(explain(
            f"Expected size for first two dimensions of batch2 tensor to be: {wanted} but got: {list(batch2.shape[:2])}.",
            f"the stacks are {shape_text(batch1.shape)} and {shape_text(batch2.shape)}", "make lengths and inner sizes equal"))
    return Baddbmm.apply(input, batch1, batch2, **_factors("baddbmm", beta, alpha))


class Addr(Elementwise):
    """out = beta * c + alpha * (x[:, None] * y)"""

    def forward(ctx, c, x, y, *, beta, alpha):
        ctx.save(None, x, y)
        ctx.beta, ctx.alpha = beta, alpha
        product = _factor(ctx.xp, alpha, x) * x[:, None] * y
        return product + _factor(ctx.xp, beta, x) * c if beta else product

    def backward(ctx, grad):
        _, x, y = ctx.saved
        scaled = grad * ctx.alpha
        return grad * ctx.beta, sum(scaled * y, 1), sum(scaled * unsqueeze(x, 1), 0)


def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """Return `beta * input + alpha * outer(vec1, vec2)`, `(n, m) + (n) x (m) -> (n, m)`; `input` broadcasts.

    Dtypes are promoted. Raises RuntimeError for what is no vector, and where sizes do not fit.

    >>> import workbook as torch
    >>> torch.addr(torch.ones(2), torch.tensor([1., 2.]), torch.tensor([1., 3.]))
    tensor([[2., 4.],
            [3., 7.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.addr.html
    """
    for name, vector in (("vec1", vec1), ("vec2", vec2)):
        must_be_vector("addr", name, vector)
    _must_expand(input, (vec1.shape[0], vec2.shape[0]))
    met = dtypes.promote_types(dtypes.promote_types(vec1.dtype, vec2.dtype), input.dtype)
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, float) and not (met.is_floating_point or met.is_complex):
            kind = "bool" if met is dtypes.bool else "integral"
            raise RuntimeError(explain(f"For integral input tensors, argument {name} must not be a floating point number.",
                                       f"the tensors are {kind}, {name} is {factor}", "convert them: x.float()"))
    return Addr.apply(input, vec1, vec2, **_factors("addr", beta, alpha))


def must_be_vector(function, name, given):
    """Raise RuntimeError where `given`, the argument called `name`, is not one row of numbers."""
    if given.ndim != 1:
        raise RuntimeError(explain(f"{function}: Expected 1-D argument {name}, but got {given.ndim}-D",
                                   f"it has shape {shape_text(given.shape)}", "flatten it first: x.flatten()"))
