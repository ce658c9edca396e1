"""Gauss's elimination, kept: a matrix as rows in a new order, times a lower triangle, times an upper one; and what it solves."""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.elsewhere import made
from workbook.autograd.operation import Operation
from workbook.errors import explain, shape_text
from workbook.formats import by_columns, in_order
from workbook.ops.autocasting import chosen, left_alone
from workbook.ops.creation import empty, eye
from workbook.ops.elementwise import not_implemented
from workbook.ops.extremes import named_result
from workbook.ops.inverses import SolveTriangular, adjoint as mirrored, side_by_side, turned
from workbook.ops.joining import cat
from workbook.ops.linalg import matmul
from workbook.ops.squares import square_only
from workbook.ops.triangles import tril, triu

lu_factor_result = named_result("linalg_lu_factor", "LU", "pivots")
lu_result = named_result("linalg_lu", "P", "L", "U")
unpacked_result = named_result("lu_unpack", "P", "L", "U")


class LuFactor(Operation, name="LinalgLuFactorExBackward0"):
    """out = both triangles in one matrix, and for each step the row, counted from 1, that changed places with the step's own"""

    on_host = True

    def forward(ctx, a):
        out = in_order(ctx.xp, a.copy())
        pivots = np.empty((*a.shape[:-2], min(a.shape[-2:])), np.int32)
        count = math.prod(a.shape[:-2])
        for matrix, places in zip(out.reshape(count, *a.shape[-2:]), pivots.reshape(count, pivots.shape[-1])):
            for k in range(len(places)):
                row = k + int(_sizes(matrix[k:, k]).argmax())  # the largest, so that the factors stay small
                places[k] = row + 1
                matrix[[k, row]] = matrix[[row, k]]
                if matrix[k, k] != 0:
                    matrix[k + 1:, k] *= 1 / matrix[k, k]  # LAPACK divides once, too: where sizes tie, the last digit decides
                    matrix[k + 1:, k + 1:] -= matrix[k + 1:, k:k + 1] * matrix[k, k + 1:]
        out = by_columns(ctx.xp, out)
        ctx.save(out)
        ctx.keep(ctx.xp.asarray(order_of(pivots, a.shape[-2]), a.dtype))
        return out, ctx.xp.asarray(pivots)

    def backward(ctx, grad, _):
        """The slopes of both triangles, each where it is not fixed, brought back through the other triangle."""
        (out,), (order,) = ctx.saved, ctx.kept
        rows, columns = out.shape[-2:]
        k = min(rows, columns)
        both, to_both = out[..., :k, :k], grad[..., :k, :k]
        lower = tril(to_both, -1)
        from_lower, from_upper = turned(tril(both, -1)) @ lower + lower, triu(to_both) @ turned(triu(both))
        if columns > rows:
            from_lower = from_lower - grad[..., k:] @ turned(out[..., k:])
        if rows > columns:
            from_upper = from_upper - turned(out[..., k:, :]) @ grad[..., k:, :]
        back = _through_upper(_through_lower(tril(from_lower, -1) + triu(from_upper), both), both)
        if columns > rows:
            back = cat([back, _through_lower(grad[..., k:], both)], -1)
        if rows > columns:
            back = cat([back, _through_upper(grad[..., k:, :], both)], -2)
        return (order @ back,)


def _sizes(numbers):
    """How large numbers are, in LAPACK's quick way: of complex ones, both parts added."""
    return abs(numbers.real) + abs(numbers.imag)


def _through_lower(x, both):
    return SolveTriangular.apply(turned(both), x, upper=True, unit=True)


def _through_upper(x, both):
    return turned(SolveTriangular.apply(both, turned(x), upper=True, unit=False))


def order_of(places, rows):
    """Return the matrices that put the rows back: column j has its 1 where row j of the factors came from."""
    found = np.zeros((*places.shape[:-1], rows, rows))
    count = math.prod(places.shape[:-1])
    for matrix, steps in zip(found.reshape(count, rows, rows), places.reshape(count, places.shape[-1])):
        order = np.arange(rows)
        for k, row in enumerate(steps.tolist()):
            order[[k, row - 1]] = order[[row - 1, k]]
        matrix[order, np.arange(rows)] = 1
    return found


def lu_factor(A, *, pivot=True):
    """Return Gauss's elimination of matrices, both triangles in one, and its exchanges of rows: `(LU, pivots)`, for `lu_solve`.

    Floats, `(..., m, n)`. Raises RuntimeError where a step finds only zeros, and for pivot=False.

    >>> import workbook as torch
    >>> torch.linalg.lu_factor(torch.tensor([[1., 2.], [2., 2.]]))
    torch.return_types.linalg_lu_factor(
    LU=tensor([[2.0000, 2.0000],
            [0.5000, 1.0000]]),
    pivots=tensor([2, 2], dtype=torch.int32))

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.lu_factor.html
    """
    LU, pivots = _factored("torch.lu_factor", A, pivot)
    k = min(A.shape[-2:])
    diagonal = LU._array[..., range(k), range(k)]
    if (diagonal == 0).any():
        step = int(diagonal.reshape(-1, k)[(diagonal.reshape(-1, k) == 0).any(1)][0].tolist().index(0)) + 1
        raise RuntimeError(explain(
            f"torch.linalg.lu_factor: U[{step},{step}] is zero and using it on lu_solve would result in a division by zero. If you "
            "still want "
            "to perform the factorization, consider calling linalg.lu(A, pivot)", "a row is a combination of the others",
            "torch.linalg.lu shows the triangles all the same"))
    return lu_factor_result(LU, pivots)


def _factored(function, A, pivot):
    if A.ndim < 2:
        raise RuntimeError(explain(f"{function}: Expected tensor with 2 or more dimensions. Got size: {shape_text(A.shape)} "
                                   "instead",
                                   "a matrix has rows and columns", "give a matrix, or a stack of matrices"))
    if not (A.is_floating_point() or A.is_complex()) or A.dtype.itemsize == 2:
        raise not_implemented("lu_cpu", A._array)
    if not pivot:
        raise RuntimeError(explain("linalg.lu_factor: LU without pivoting is not implemented on the CPU",
                                   "without exchanges of rows a small divisor spoils the rest", "leave pivot out"))
    return LuFactor.apply(A)


def linalg_lu(A, *, pivot=True):
    """Return `P, L, U` with `P @ L @ U = A`: rows in a new order, a lower triangle with 1 on its diagonal, an upper triangle.

    Floats, `(..., m, n) -> (..., m, m), (..., m, k), (..., k, n)`, k = min(m, n). Raises RuntimeError for pivot=False.

    >>> import workbook as torch
    >>> P, L, U = torch.linalg.lu(torch.tensor([[1., 2.], [2., 2.]]))
    >>> L, U
    (tensor([[1.0000, 0.0000],
            [0.5000, 1.0000]]), tensor([[2., 2.],
            [0., 1.]]))

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.lu.html
    """
    return lu_result(*lu_unpack(*_factored("linalg.lu", A, pivot)))


@chosen("float32", "cpu")
def lu(A, pivot=True, get_infos=False):
    """As `torch.linalg.lu_factor`, its newer name, without looking for zeros.

    Raises NotImplementedError for what holds no floats, RuntimeError for fewer than two axes.

    >>> import workbook as torch
    >>> LU, pivots = torch.lu(torch.tensor([[1., 2.], [2., 2.]]))
    >>> pivots
    tensor([2, 2], dtype=torch.int32)

    Source: https://pytorch.org/docs/2.13/generated/torch.lu.html
    """
    if get_infos:
        raise NotImplementedError(explain("torch.lu with get_infos=True is not implemented",
                                          "torch.linalg.lu_factor raises where it fails",
                                          "leave get_infos out"))
    return tuple(_factored("torch.lu_factor", A, pivot))


def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """Return the `P, L, U` that `torch.linalg.lu_factor` has put into one matrix; what is not asked for is empty.

    Raises RuntimeError for fewer than two axes, and for pivots that are not int32 or lead outside.

    >>> import workbook as torch
    >>> torch.lu_unpack(*torch.linalg.lu_factor(torch.tensor([[1., 2.], [2., 2.]]))).P
    tensor([[0., 1.],
            [1., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.lu_unpack.html
    """
    if LU_pivots.dtype is not dtypes.int32 or not LU_pivots.is_contiguous():
        raise RuntimeError(explain("torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.",
                                   f"these hold {LU_pivots.dtype}", "give what torch.linalg.lu_factor returned"))
    rows, columns = LU_data.shape[-2:]
    k, kind = min(rows, columns), {"dtype": LU_data.dtype, "device": LU_data.device}
    P, L, U = empty(0, **kind), empty(0, **kind), empty(0, **kind)
    if unpack_pivots:
        P = made(LU_data._device, lambda xp: xp.asarray(order_of(LU_pivots._host(), rows), LU_data._array.dtype))
    if unpack_data:
        L, U = tril(LU_data[..., :k], -1) + eye(rows, k, **kind), triu(LU_data[..., :k, :])
    return unpacked_result(P, L, U)


@left_alone
def linalg_lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """Return the X with `A @ X = B`, where `LU, pivots` is what `torch.linalg.lu_factor` made of A; left=False: `X @ A = B`.

    `(..., n, n), (..., n, k) -> (..., n, k)`; adjoint=True takes A's transpose, of complex numbers the conjugates. One elimination
    so serves many right sides. Raises RuntimeError where shapes, dtypes or pivots do not fit.

    >>> import workbook as torch
    >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[2., 0.], [0., 4.]]))
    >>> torch.linalg.lu_solve(LU, pivots, torch.tensor([[2.], [2.]]))
    tensor([[1.0000],
            [0.5000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.lu_solve.html
    """
    square_only("linalg.lu_solve", LU, "LU")
    side_by_side("linalg.lu_solve", LU, B, left)
    if pivots.dtype is not dtypes.int32:
        raise RuntimeError(explain("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32", f"these hold {pivots.dtype}",
                                   "give what torch.linalg.lu_factor returned"))
    if pivots.numel() and pivots._host().min() < 1:
        raise RuntimeError(explain("Pivots given to lu_solve must all be greater or equal to 1. Did you properly pass the result of lu_factor?",
                                   "rows are counted from 1 here", "give what torch.linalg.lu_factor returned"))
    if not left:
        return mirrored(linalg_lu_solve(LU, pivots, mirrored(B), adjoint=not adjoint))
    P = lu_unpack(LU, pivots, unpack_data=False).P
    if adjoint:  # A.mH = U.mH @ L.mH @ P.mH
        X = SolveTriangular.apply(mirrored(LU), B, upper=False, unit=False)
        X = SolveTriangular.apply(mirrored(LU), X, upper=True, unit=True)
        return turned(matmul(turned(X), turned(P)))  # P @ X, column by column
    X = SolveTriangular.apply(LU, matmul(turned(P), B), upper=False, unit=True)
    return SolveTriangular.apply(LU, X, upper=True, unit=False)


@chosen("float32", "cpu")
def lu_solve(b, LU_data, LU_pivots):
    """As `torch.linalg.lu_solve`, its newer name. Raises RuntimeError where shapes, dtypes or pivots do not fit.

    >>> import workbook as torch
    >>> torch.tensor([[4.]]).lu_solve(*torch.linalg.lu_factor(torch.tensor([[2.]])))
    tensor([[2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.lu_solve.html
    """
    return linalg_lu_solve(LU_data, LU_pivots, b)
