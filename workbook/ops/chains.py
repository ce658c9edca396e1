"""Products of many matrices: chains, powers, the exponential."""

import math

from workbook.autograd.operation import Operation
from workbook.errors import explain, shape_text
from workbook.formats import contiguous_format, laid_by
from workbook.numbers import counted
from workbook.ops.axes import transpose, unsqueeze
from workbook.ops.inverses import inv
from workbook.ops.joining import cat
from workbook.ops.linalg import Mm, matmul
from workbook.ops.shape import clone, no_view, reshape, shares
from workbook.ops.squares import floats_only, square_only


def multi_dot(tensors):
    """Return the product of several matrices, in the order of multiplications that costs least; the ends may be vectors.

    Raises RuntimeError for fewer than two, and where inner sizes or dtypes differ.

    >>> import workbook as torch
    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4)])
    tensor([12., 12.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.multi_dot.html; Cormen et al., Algorithms, section 14.2
    """
    tensors = list(tensors)
    last = len(tensors) - 1
    if last < 1:
        raise RuntimeError(explain(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}",
                                   "a product has two factors", "give a list of matrices"))
    for i, t in enumerate(tensors):
        if t.ndim != 2 and not (t.ndim == 1 and i in (0, last)):
            raise RuntimeError(explain(
                f"multi_dot(): the {'first' if i == 0 else 'last'} tensor must be 1D or 2D but got {t.ndim}D" if i in (0, last)
                else f"multi_dot(): tensor {i} must be 2D but got {t.ndim}D", f"its shape is {shape_text(t.shape)}",
                "give matrices; the first and the last may be vectors"))
        if t.dtype is not tensors[0].dtype:
            raise RuntimeError(explain(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {tensors[0].dtype.in_c} and tensor {i} "
                f"{t.dtype.in_c}", "products do not promote", "convert them to one dtype"))
    out = [*tensors[0].shape[:-1], *(tensors[-1].shape[1:])]
    if tensors[0].ndim == 1:
        tensors[0] = unsqueeze(tensors[0], 0)
    if tensors[-1].ndim == 1:
        tensors[-1] = unsqueeze(tensors[-1], 1)
    for i, (a, b) in enumerate(zip(tensors, tensors[1:])):
        if a.shape[1] != b.shape[0]:
            raise RuntimeError(explain(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {shape_text(a.shape)} and {shape_text(b.shape)} cannot be "
                "multiplied", f"rows of {a.shape[1]} numbers meet columns of {b.shape[0]}", "make the inner sizes equal"))
    return reshape(_cheapest(tensors)[1], out)


def _cheapest(tensors):
    """Return the cost of a chain of products, and the product, multiplied in the best order."""
    sides = [t.shape[0] for t in tensors] + [tensors[-1].shape[1]]
    n = len(tensors)
    cost, cut = [[0] * n for _ in range(n)], {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i][j], cut[i, j] = min((cost[i][k] + cost[k + 1][j] + sides[i] * sides[k + 1] * sides[j + 1], k) for k in range(i, j))

    def product(i, j):
        return tensors[i] if i == j else Mm.apply(product(i, cut[i, j]), product(cut[i, j] + 1, j))

    return cost[0][n - 1], product(0, n - 1)


def chain_matmul(*matrices):
    """Return the product of several matrices; `torch.linalg.multi_dot` is its newer name.

    Raises RuntimeError for fewer than two axes, and where inner sizes or dtypes differ.

    >>> import workbook as torch
    >>> torch.chain_matmul(torch.ones(1, 2), torch.ones(2, 1))
    tensor([[2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.chain_matmul.html
    """
    if len(matrices) == 1 and isinstance(matrices[0], (tuple, list)):
        matrices = matrices[0]
    for i, matrix in enumerate(matrices):
        if matrix.ndim != 2:
            raise RuntimeError(explain(f"Tensor {i} has to be 2D, got {matrix.ndim}D", f"its shape is {shape_text(matrix.shape)}",
                                       "chain_matmul takes matrices"))
    return clone(matrices[0]) if len(matrices) == 1 else multi_dot(matrices)


class Identity(Operation, name="torch::autograd::CopyBackwards"):
    """out = an identity matrix for each matrix"""

    def forward(ctx, a):
        return ctx.xp.broadcast_to(ctx.xp.eye(a.shape[-1], dtype=a.dtype), a.shape).copy()

    def backward(ctx, grad):
        return (grad * 0,)


def matrix_power(input, n):
    """Return square matrices multiplied with themselves n times, `(..., k, k)`; a negative n multiplies the inverse.

    Raises RuntimeError for what is not square.

    >>> import workbook as torch
    >>> torch.matrix_power(torch.tensor([[1., 1.], [0., 1.]]), 3)
    tensor([[1., 3.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.matrix_power.html
    """
    counted(n)
    square_only("linalg.matrix_power", input)
    if n == 0:
        return Identity.apply(input)
    if n == 1:
        return clone(input, memory_format=contiguous_format)
    if n < 0:
        input, n = inv(input), -n
    power, squared = None, input
    while True:  # by the binary digits of n
        if n & 1:
            power = squared if power is None else matmul(power, squared)
        n >>= 1
        if not n:
            return power
        squared = matmul(squared, squared)


class MatrixExp(Operation, name="LinalgMatrixExpBackward0"):
    """out = exp(a) = 1 + a + a @ a / 2 + ..., for square matrices"""

    def forward(ctx, a):
        ctx.save(a)
        return exponential(ctx.xp, a)

    def backward(ctx, grad):
        a, = ctx.saved
        n = a.shape[-1]
        a = transpose(a, -2, -1)
        # the exponential of this block matrix holds the derivative in its corner: Higham, Functions of Matrices, 2008, (3.16)
        block = cat([cat([a, grad], -1), cat([a * 0, a], -1)], -2)
        return (MatrixExp.apply(block)[..., :n, n:],)


def exponential(xp, a):
    """Return exp of square matrices: halved until they are small, a Taylor series, then squared as often."""
    if not a.size:
        return a.copy()
    if a.shape[-1] == 1:
        return laid_by(xp, xp.exp(a), (a,), (a,))
    size = float(abs(a).sum(-1).max())
    halvings = max(0, math.ceil(math.log2(size))) if 0 < size < math.inf else 0
    small = a.astype(xp.promote_types(a.dtype, xp.float64)) / 2.0**halvings
    term = out = xp.broadcast_to(xp.eye(a.shape[-1]), a.shape) + 0 * small
    for k in range(1, 20):
        term = term @ small / k
        out = out + term
    for _ in range(halvings):
        out = out @ out
    return out.astype(a.dtype)


def matrix_exp(input):
    """Return the exponential of square matrices, `1 + A + A @ A / 2 + A @ A @ A / 6 + ...`.

    Raises RuntimeError for what is not square or holds no floats, and, as PyTorch does, for a stack of stacks that does not lie evenly in memory.

    >>> import workbook as torch
    >>> torch.matrix_exp(torch.tensor([[0., 1.], [0., 0.]]))
    tensor([[1., 1.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.matrix_exp.html
    """
    floats_only("linalg.matrix_exp", input)
    square_only("linalg.matrix_exp", input)
    side = input.shape[-1]
    if input.ndim > 3 and side > 1 and not shares(input._array, (input.numel() // side**2, side, side)):
        raise no_view(input._array)  # PyTorch's computes one stack, and makes it without a copy
    return MatrixExp.apply(input)
