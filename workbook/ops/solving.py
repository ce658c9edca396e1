"""Equations solved by what is known already: a triangle, Cholesky's triangle, an inverse of more axes than two."""

import math

from workbook.errors import explain, shape_text
from workbook.formats import contiguous_format
from workbook.ops.autocasting import chosen
from workbook.ops.creation import eye
from workbook.ops.elementwise import broadcast_shape, not_implemented
from workbook.ops.extremes import named_result
from workbook.ops.inverses import adjoint, inv, solve, solve_triangular, turned
from workbook.ops.rearranging import movedim
from workbook.ops.shape import clone, expand, reshape
from workbook.ops.squares import square_only

triangular_solve_result = named_result("triangular_solve", "solution", "cloned_coefficient")


@chosen("float32", "cpu")
def cholesky_solve(B, L, upper=False):
    """Return the X with `A @ X = B`, where L is Cholesky's triangle of A: `L @ L.mH = A`, or with upper=True `L.mH @ L = A`.

    Floats, `(..., n, k), (..., n, n) -> (..., n, k)`. Raises RuntimeError for shapes that do not fit.

    >>> import workbook as torch
    >>> torch.cholesky_solve(torch.tensor([[8.]]), torch.tensor([[2.]]))
    tensor([[2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cholesky_solve.html
    """
    for name, given in (("b", B), ("u", L)):
        if given.ndim < 2:
            raise RuntimeError(explain(f"{name} should have at least 2 dimensions, but has {given.ndim} dimensions instead",
                                       "the right sides are columns of a matrix", "write b.unsqueeze(-1)"))
    _matching("cholesky_solve", B, L)
    B, L = _stacked(B, L)
    if not (B.is_floating_point() or B.is_complex()) or B.dtype.itemsize == 2:
        raise not_implemented("cholesky_solve_cpu", B._array)
    first, second = (adjoint(L), L) if upper else (L, adjoint(L))
    return solve_triangular(second, solve_triangular(first, B, upper=False), upper=True)


@chosen("float32", "cpu")
def cholesky_inverse(L, upper=False):
    """Return the inverse of A, where L is Cholesky's triangle of A: `L @ L.mH = A`, or with upper=True `L.mH @ L = A`.

    Raises RuntimeError for what is not square, NotImplementedError for what holds no floats.

    >>> import workbook as torch
    >>> torch.cholesky_inverse(torch.tensor([[2.]]))
    tensor([[0.2500]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cholesky_inverse.html
    """
    square_only("cholesky_inverse", L)
    if not (L.is_floating_point() or L.is_complex()) or L.dtype.itemsize == 2:
        raise not_implemented("cholesky_inverse_out_cpu", L._array)
    return cholesky_solve(eye(L.shape[-1], dtype=L.dtype, device=L.device), L, upper)


@chosen("float32", "cpu")
def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False):
    """Return the X with `A @ X = b` for triangular A, and a copy of A; transpose=True takes A's transpose.

    Newer code calls `torch.linalg.solve_triangular`. Raises RuntimeError where shapes do not fit or dtypes differ.

    >>> import workbook as torch
    >>> torch.triangular_solve(torch.tensor([[4.]]), torch.tensor([[2.]])).solution
    tensor([[2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.triangular_solve.html
    """
    for name, given in (("b", b), ("A", A)):
        if given.ndim < 2:
            raise RuntimeError(explain(f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it has "
                                       f"{given.ndim} "
                                       "dimensions instead", "the right sides are columns of a matrix", "write b.unsqueeze(-1)"))
    _matching("triangular_solve", b, A)
    b, A = _stacked(b, A)
    A = turned(clone(turned(A), memory_format=contiguous_format))  # column by column
    matrix, above = (turned(A), not upper) if transpose else (A, upper)
    return triangular_solve_result(solve_triangular(matrix, b, upper=above, unitriangular=unitriangular), A)


def _matching(name, b, A):
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(explain(f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} "
                                   "matrices",
                                   f"its shape is {shape_text(A.shape)}", "give as many rows as columns"))
    if A.shape[-1] != b.shape[-2]:
        raise RuntimeError(explain(f"Incompatible matrix sizes for {name}: each A matrix is {A.shape[-1]} by {A.shape[-1]} but "
                                   "each b matrix is "
                                   f"{b.shape[-2]} by {b.shape[-1]}", "each unknown has one row", "give b as many rows as A"))


def _stacked(b, A):
    lead = broadcast_shape(tuple(b.shape[:-2]), tuple(A.shape[:-2]))
    return expand(b, (*lead, *b.shape[-2:])), expand(A, (*lead, *A.shape[-2:]))


@chosen("float32", "cpu")
def tensorinv(A, ind=2):
    """Return the inverse of A as a map from its axes from `ind` on to those before: `torch.tensordot` with it undoes that with A.

    Raises RuntimeError where the two groups of axes do not hold equally many elements.

    >>> import workbook as torch
    >>> torch.linalg.tensorinv(torch.eye(4).reshape(4, 2, 2), ind=1).shape
    torch.Size([2, 2, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.tensorinv.html
    """
    if ind <= 0:
        raise RuntimeError(explain(f"Expected a strictly positive integer for 'ind', but got {ind}", "it counts the axes in front",
                                   "choose ind from 1"))
    front, rest = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if math.prod(front) != math.prod(rest):
        raise RuntimeError(explain(
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {math.prod(rest)} "
            f"!= {math.prod(front)}",
            f"the axes {shape_text(front)} and {shape_text(rest)} are rows and columns of a square matrix", "choose another ind"))
    return reshape(inv(reshape(A, (math.prod(rest), math.prod(front)))), (*rest, *front))


@chosen("float32", "cpu")
def tensorsolve(A, B, dims=None):
    """Return the X with `torch.tensordot(A, X, X.ndim) = B`; `dims` names axes of A that are moved to its end first.

    Raises RuntimeError where the axes of A beside B's do not hold as many elements as B.

    >>> import workbook as torch
    >>> torch.linalg.tensorsolve(torch.eye(4).reshape(2, 2, 4), torch.ones(2, 2))
    tensor([1., 1., 1., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.tensorsolve.html
    """
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    front, rest = tuple(A.shape[:B.ndim]), tuple(A.shape[B.ndim:])
    if math.prod(front) != math.prod(rest):
        raise RuntimeError(explain(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got "
            f"{math.prod(rest)} != {math.prod(front)}",
            f"the axes {shape_text(front)} and {shape_text(rest)} are rows and columns of a square matrix",
            "reshape A, or name axes with dims="))
    return reshape(solve(reshape(A, (math.prod(rest), math.prod(front))), reshape(B, (-1,))), rest)
