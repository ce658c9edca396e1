"""A matrix as a product of simpler ones: Cholesky's triangles, and QR."""

import numpy as np

from workbook.autograd.operation import Operation
from workbook.errors import explain
from workbook.formats import by_columns
from workbook.ops.autocasting import chosen
from workbook.ops.extremes import named_result
from workbook.ops.inverses import Inv, adjoint
from workbook.ops.joining import cat
from workbook.ops.squares import LinAlgError, first_failure, floats_only, matrix_only, square_only

linalg_qr_result = named_result("linalg_qr", "Q", "R")
qr_result = named_result("qr", "Q", "R")


class Cholesky(Operation, name="LinalgCholeskyExBackward0"):
    """out = the lower triangle L with L @ L.T = a (of complex numbers, L @ L.H), or the upper one, L.H; only that half of a is read"""

    on_host = True

    holomorphic = False
    function = "linalg.cholesky"

    def forward(ctx, a, *, upper):
        xp = ctx.xp
        out = xp.linalg.cholesky(a.swapaxes(-1, -2).conj() if upper else a)
        if xp.isnan(out).any():
            raise np.linalg.LinAlgError("NaN")  # NumPy lets it pass
        out = by_columns(xp, out.swapaxes(-1, -2).conj() if upper else out)
        ctx.save(out)
        ctx.upper = upper
        lower = xp.tril(xp.ones(a.shape[-2:], a.dtype))
        ctx.keep(lower, xp.tril(lower, -1))
        return out

    def backward(ctx, grad):
        (out,), (lower, below) = ctx.saved, ctx.kept
        if ctx.upper:
            out, grad = adjoint(out), adjoint(grad)
        # Murray, Differentiation of the Cholesky decomposition, 2016, (10)
        back = Inv.apply(out)
        middle = adjoint(out) @ grad
        middle = 0.5 * (middle * lower + adjoint(middle * below))
        return (adjoint(back) @ middle @ back,)  # symmetric, so the same for the upper triangle

    @classmethod
    def refusal(cls, problem, arrays, options):
        element, order = first_failure(arrays[0], _no_cholesky)
        where = f"(Batch element {element}): " if arrays[0].ndim > 2 else ""
        return LinAlgError(explain(
            f"{cls.function}: {where}The factorization could not be completed because the input is not positive-definite (the leading "
            f"minor of order {order} is not positive-definite).",
            "only a symmetric matrix whose eigenvalues are all above 0 is such a product",
            "check that it is symmetric; or add a little to the diagonal"))


class OldCholesky(Cholesky, name="CholeskyBackward0"):
    """The same, under the old name `torch.cholesky`."""

    function = "cholesky"


def _lower_half(xp, a):
    """A mask: 1 below the diagonal, 1/2 on it."""
    ones = xp.ones(a.shape, a.dtype)
    return (xp.tril(ones) + xp.tril(ones, -1)) * a.dtype.type(0.5)


def _no_cholesky(matrix, k):
    try:
        return bool(np.isnan(np.linalg.cholesky(matrix[:k, :k])).any())
    except np.linalg.LinAlgError:
        return True


@chosen("float32", "cpu")
def linalg_cholesky(A, *, upper=False):
    """Return the lower triangles L with `L @ L.mT = A`, for symmetric, positive definite A, `(..., n, n)`; upper=True: `L.mT`. (Of complex numbers: `mH`.)

    Floats. Raises torch.linalg.LinAlgError where A is not positive definite.

    >>> import workbook as torch
    >>> torch.linalg.cholesky(torch.tensor([[4., 2.], [2., 5.]]))
    tensor([[2., 0.],
            [1., 2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.cholesky.html
    """
    square_only("linalg.cholesky", A)
    floats_only("linalg.cholesky", A, "cholesky_cpu")
    return Cholesky.apply(A, upper=upper)


@chosen("float32", "cpu")
def cholesky(input, upper=False):
    """As `torch.linalg.cholesky`, its newer name.

    Raises torch.linalg.LinAlgError for what is not positive definite, RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.cholesky(torch.tensor([[9.]]))
    tensor([[3.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cholesky.html
    """
    square_only("cholesky", input)
    floats_only("cholesky", input, "cholesky_cpu")
    return OldCholesky.apply(input, upper=upper)


class Qr(Operation, name="LinalgQrBackward0"):
    """out = q with columns of length 1 at right angles, and r, an upper triangle: q @ r = a"""

    on_host = True

    holomorphic = False

    def forward(ctx, a, *, mode):
        xp = ctx.xp
        if mode == "r":
            q, r = xp.empty(0, a.dtype), by_columns(xp, xp.linalg.qr(a, "r"))
        else:
            q, r = (by_columns(xp, factor) for factor in xp.linalg.qr(a, mode))
        ctx.mode = mode
        n = r.shape[-2]
        ctx.save(a, q, r)
        upper = xp.triu(xp.ones((n, n), a.dtype))
        ctx.keep(upper, _lower_half(xp, upper))
        return q, r

    def backward(ctx, to_q, to_r):
        a, q, r = ctx.saved
        rows, columns = a.shape[-2:]
        if ctx.mode == "r":
            raise RuntimeError(explain("The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
                                       "linalg.qr(A, mode='reduced') if you are going to go backward through linalg.qr.",
                                       "the slope of R runs through Q", "use mode='reduced'"))
        if ctx.mode == "complete" and rows > columns:
            raise RuntimeError(explain(
                "The QR decomposition is not differentiable when mode='complete' and nrows > ncols",
                "the columns of Q beyond those of A may turn freely", "use mode='reduced'"))
        if rows >= columns:
            return (ctx._of_tall(to_q, to_r, q, r),)
        # a = [x y] and r = [r1 q.T @ y]: the part y joins in at the end
        y, to_r2 = a[..., rows:], to_r[..., rows:]
        to_x = ctx._of_tall(to_q + y @ adjoint(to_r2), to_r[..., :rows], q, r[..., :rows])
        return (cat([to_x, q @ to_r2], -1),)

    def _of_tall(ctx, to_q, to_r, q, r):
        """Walter and Lehmann, Algorithmic differentiation of linear algebra functions, 2010."""
        upper, half = ctx.kept
        middle = (to_r * upper) @ adjoint(r) - adjoint(q) @ to_q
        middle = adjoint(half) * middle  # what the symmetry of q.T @ q leaves: the upper half, doubled across the diagonal
        middle = middle + adjoint(middle)
        return (to_q + q @ middle) @ adjoint(Inv.apply(r))


@chosen("float32", "cpu")
def linalg_qr(A, mode="reduced"):
    """Return Q with orthonormal columns and the upper triangle R with `Q @ R = A`, `(..., m, n) -> (..., m, k), (..., k, n)`.

    mode: "reduced", k = min(m, n); "complete", k = m; "r", without Q. Raises RuntimeError for other modes and other dtypes.

    >>> import workbook as torch
    >>> Q, R = torch.linalg.qr(torch.tensor([[3., 1.], [4., 2.]]))
    >>> torch.allclose(Q @ R, torch.tensor([[3., 1.], [4., 2.]]))
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.qr.html
    """
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(explain(f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or "
                                   "'complete'", "the mode says how many columns Q has", "leave it out"))
    matrix_only("linalg.qr", A)
    floats_only("linalg.qr", A, "geqrf_cpu")
    return linalg_qr_result(*Qr.apply(A, mode=mode))


@chosen("float32", "cpu")
def qr(input, some=True):
    """As `torch.linalg.qr`, its newer name; some=False is mode="complete".

    Raises RuntimeError for fewer than two axes, and for what holds no floats.

    >>> import workbook as torch
    >>> torch.qr(torch.eye(2)).R
    tensor([[1., 0.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.qr.html
    """
    return qr_result(*linalg_qr(input, "reduced" if some else "complete"))
