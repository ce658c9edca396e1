"""Matrices put together from vectors and from other matrices; diagonals written in place."""

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain
from workbook.numbers import plain
from workbook.ops.axes import unsqueeze
from workbook.ops.conversion import fill_, to
from workbook.ops.creation import ones
from workbook.ops.joining import cat
from workbook.ops.parts import narrow
from workbook.ops.rearranging import flip
from workbook.ops.scans import cumprod
from workbook.ops.shape import expand, reshape
from workbook.ops.strided import as_strided, storage_offset
from workbook.tensor import Tensor, wrap


class BlockDiag(Operation):
    """out = the matrices along the diagonal of a larger one, 0 elsewhere"""

    dtype_rule = staticmethod(dtypes.promote)

    def forward(ctx, *blocks):
        xp = ctx.xp
        ctx.shapes = [block.shape for block in blocks]
        blocks = [block.reshape((1,) * (2 - block.ndim) + block.shape) for block in blocks]
        rows, columns = (sum(block.shape[axis] for block in blocks) for axis in (0, 1))
        out = xp.zeros((rows, columns), blocks[0].dtype)
        for block, (row, column) in zip(blocks, _corners(blocks)):
            out[row:row + block.shape[0], column:column + block.shape[1]] = block
        return out

    def backward(ctx, grad):
        sides = [(1,) * (2 - len(shape)) + tuple(shape) for shape in ctx.shapes]
        parts, row, column = [], 0, 0
        for shape, (high, wide) in zip(ctx.shapes, sides):
            parts.append(reshape(narrow(narrow(grad, 0, row, high), 1, column, wide), shape))
            row, column = row + high, column + wide
        return tuple(parts)


def _corners(blocks):
    row = column = 0
    for block in blocks:
        yield row, column
        row, column = row + block.shape[0], column + block.shape[1]


def block_diag(*tensors):
    """Return a matrix with the given matrices along its diagonal, and 0 elsewhere; vectors count as rows, numbers as 1 x 1.

    Raises RuntimeError for more than two axes.

    >>> import workbook as torch
    >>> torch.block_diag(torch.tensor([[1, 2]]), torch.tensor(3))
    tensor([[1, 2, 0],
            [0, 0, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.block_diag.html
    """
    if not tensors:
        return wrap(np.empty((1, 0), dtypes.get_default_dtype().numpy))
    for place, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(f"expected Tensor as element {place} in argument 0, but got {type(tensor).__name__}",
                                    "the matrices are arguments of their own", "write torch.block_diag(*matrices)"))
        if tensor.ndim > 2:
            raise RuntimeError(explain(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {place} has {tensor.ndim} dimensions",
                "they stand in one matrix", "give one matrix at a time"))
    return BlockDiag.apply(*tensors)


def vander(x, N=None, increasing=False):
    """Return the matrix of Vandermonde: row i holds the powers of `x[i]`, from N - 1 down to 0, or rising.

    `(n) -> (n, N)`, N = n by default. Raises RuntimeError for more axes than one and for a negative N.

    >>> import workbook as torch
    >>> torch.vander(torch.tensor([2, 3]), 3)
    tensor([[4, 2, 1],
            [9, 3, 1]])

    Source: https://pytorch.org/docs/2.13/generated/torch.vander.html
    """
    if x.ndim != 1:
        raise RuntimeError(explain("x must be a one-dimensional tensor.", f"it has {x.ndim} axes", "flatten it"))
    N = x.shape[0] if N is None else N
    if N < 0:
        raise RuntimeError(explain("N must be non-negative.", "it counts the powers", "choose N from 0"))
    x = x if x.is_floating_point() or x.is_complex() else to(x, dtypes.int64)
    powers = _powers(x, N) if N else ones((*x.shape, 0), dtype=x.dtype, device=x.device)
    return powers if increasing else flip(powers, (-1,))


def linalg_vander(x, *, N=None):
    """Return the matrices of Vandermonde: row i holds the powers 0 to N - 1 of `x[i]`, `(..., n) -> (..., n, N)`, N = n by default.

    Raises RuntimeError for bools, and for an N below 1.

    >>> import workbook as torch
    >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.vander.html
    """
    if x.dtype is dtypes.bool_:
        raise RuntimeError(explain("linalg.vander supports floating point, complex, and integer tensors, but got Bool",
                                   "a yes or no has no powers", "write x.int()"))
    N = N if N is not None else x.shape[-1] if x.ndim else 1
    if N <= 1:
        raise RuntimeError(explain("N must be greater than 1.", f"there would be {N} powers", "choose N from 2"))
    return _powers(x if x.ndim else reshape(x, (1,)), N)


def _powers(x, N):
    """The powers 0 to N - 1 along a new last axis."""
    first = ones((*x.shape, 1), dtype=x.dtype, device=x.device)
    return first if N == 1 else cat([first, cumprod(expand(unsqueeze(x, -1), (*x.shape, N - 1)), -1)], -1)


def fill_diagonal_(input, fill_value, wrap=False):
    """Write `fill_value` onto the main diagonal, in place; return `input`. More axes than two must be of one length.

    `wrap`: the diagonal of a tall matrix begins anew below the square, one row left out. Raises RuntimeError for fewer than two
    axes, and for more of unequal length.

    >>> import workbook as torch
    >>> torch.zeros(2, 3).fill_diagonal_(5)
    tensor([[5., 0., 0.],
            [0., 5., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.fill_diagonal_.html
    """
    if input.ndim < 2:
        raise RuntimeError(explain("dimensions must larger than 1", f"a tensor of shape {list(input.shape)} has no diagonal",
                                   "give a matrix"))
    if input.ndim > 2 and len(set(input.shape)) > 1:
        raise RuntimeError(explain("all dimensions of input must be of equal length", f"its shape is {list(input.shape)}",
                                   "fill the diagonal of each matrix: x.diagonal(dim1=-2, dim2=-1).fill_(value)"))
    value = plain(fill_value.item() if isinstance(fill_value, Tensor) else fill_value)
    if not isinstance(value, (int, float, complex)):
        raise TypeError(explain(f"fill_diagonal_(): argument 'fill_value' (position 1) must be Number, not {type(value).__name__}",
                                "it writes one number", "give a number, or write x.diagonal().copy_(row)"))
    high, wide = input.shape[:2]
    step, start, side = sum(input.stride()), storage_offset(input), min(high, wide)
    fill_(as_strided(input, (side,), (step,), start), value)
    for row in range(wide + 1, high, wide + 1) if wrap and input.ndim == 2 else ():
        fill_(as_strided(input, (min(wide, high - row),), (step,), start + row * input.stride(0)), value)
    return input
