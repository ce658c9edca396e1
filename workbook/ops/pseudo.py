"""Matrices that have no inverse: the nearest thing to one, ranks, conditions, least squares."""

import math

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, shape_text
from workbook.formats import by_columns
from workbook.ops.autocasting import chosen
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import where
from workbook.ops.creation import empty
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.extremes import named_result
from workbook.ops.inverses import adjoint, inv, turned
from workbook.ops.lengths import matrix_norm
from workbook.ops.linalg import matmul
from workbook.ops.pointwise import abs
from workbook.ops.reduction import sum
from workbook.ops.spectra import eigvalsh, svdvals, no_convergence
from workbook.ops.squares import LinAlgError, floats_only, matrix_only, square_only

linalg_lstsq_result = named_result("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
EPS = {2: 2.0**-10, 4: 2.0**-23, 8: 2.0**-52}  # the distance of 1 from the next number, by bytes


class Pinv(Operation, name="LinalgPinvBackward0"):
    """out = Moore and Penrose's inverse: singular values beyond the tolerances count as 0"""

    on_host = True

    holomorphic = False

    def forward(ctx, a, *, atol, rtol):
        xp = ctx.xp
        u, s, vh = xp.linalg.svd(a, False)
        if s.size:
            limit = xp.maximum(atol, rtol * s.max(-1, keepdims=True))
            s = xp.where(s > limit, 1 / xp.where(s > limit, s, 1), 0).astype(a.dtype)
        out = xp.swapaxes(vh, -2, -1).conj() * s[..., None, :] @ xp.swapaxes(u, -2, -1).conj()
        ctx.save(a, out)
        return out

    @classmethod
    def refusal(cls, problem, arrays, options):
        return no_convergence("linalg.svd", arrays[0])

    def backward(ctx, grad):
        a, out = ctx.saved
        # Golub and Pereyra, The differentiation of pseudo-inverses, 1973, (4.12)
        back, slope = adjoint(out), adjoint(grad)
        middle = adjoint(out @ slope @ out)
        rest = slope - a @ (out @ slope)
        other = slope - (slope @ out) @ a
        return (-middle + rest @ out @ back + back @ (out @ other),)


def _tolerances(A, atol, rtol):
    """Return the absolute and the relative tolerance: without either, as many units as the longer side has elements."""
    if rtol is None:
        rtol = EPS[A.dtype.to_real().itemsize] * max(A.shape[-2:]) if not atol else 0.0
    return atol or 0.0, rtol


def linalg_pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """Return Moore and Penrose's inverse, `(..., m, n) -> (..., n, m)`: the inverse where there is one, else the nearest to it.

    Singular values below `max(atol, rtol * the largest)` count as 0. Floats. Raises RuntimeError for fewer than two axes, and for
    what holds no floats; torch.linalg.LinAlgError where NaN or infinity stand in the matrix.

    >>> import workbook as torch
    >>> torch.linalg.pinv(torch.tensor([[2., 0.], [0., 0.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.pinv.html
    """
    if A.ndim < 2 or not (A.is_floating_point() or A.is_complex()):
        raise RuntimeError(explain(
            f"linalg.pinv({A.dtype.legacy}{{{shape_text(A.shape)}}}): expected a tensor with 2 or more dimensions of float, double, "
            "cfloat or cdouble types", "it inverts matrices of floats", "convert it: x.float()"))
    if hermitian:
        square_only("linalg.pinv", A)
    floats_only("linalg.pinv", A, "linalg_svd_cpu")
    atol, rtol = _tolerances(A, atol, rcond if rtol is None else rtol)
    return Pinv.apply(A, atol=atol, rtol=rtol)


@chosen("float32", "cpu")
def pinverse(input, rcond=1e-15):
    """Return Moore and Penrose's inverse; `torch.linalg.pinv` is its newer name.

    Raises RuntimeError for fewer than two axes, and for what holds no floats.

    >>> import workbook as torch
    >>> torch.pinverse(torch.tensor([[2.]]))
    tensor([[0.5000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.pinverse.html
    """
    return linalg_pinv(input, rcond)


@chosen("float32", "cpu")
def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """Return how many rows of a matrix are independent, int64, `(..., m, n) -> (...)`: the singular values above the tolerance.

    Raises RuntimeError for fewer than two axes, and for what holds no floats.

    >>> import workbook as torch
    >>> torch.linalg.matrix_rank(torch.ones(3, 3))
    tensor(1)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.matrix_rank.html
    """
    matrix_only("linalg.matrix_rank", A)
    if hermitian:
        values = abs(eigvalsh(A.detach()))
        largest = values[..., :1] * 0 if not values.shape[-1] else values.max(-1, True)[0]
    else:
        values = svdvals(A.detach())
        largest = values[..., :1]
    atol, rtol = (tol, 0.0) if tol is not None else _tolerances(A, atol, rtol)
    if not values.shape[-1]:
        return sum(values > 0, -1)
    limit = largest * rtol
    return sum(values > where(limit > atol, limit, atol), -1)


@chosen("float32", "cpu")
def cond(A, p=None):
    """Return the condition number, `norm(A, p) * norm(inv(A), p)`: by how much errors may grow; inf for a singular matrix.

    p: None or 2 (the largest by the smallest singular value), -2, "fro", "nuc", 1, -1, inf, -inf. Raises RuntimeError for fewer
    than two axes, another p, and for what is not square unless p is 2 or -2.

    >>> import workbook as torch
    >>> torch.linalg.cond(torch.tensor([[4., 0.], [0., 2.]]))
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.cond.html
    """
    matrix_only("linalg.cond", A)
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise RuntimeError(explain(f"linalg.cond got an invalid norm type: {p}", "these norms are known by name",
                                   'choose "fro", "nuc", or a number'))
    if p is None or not isinstance(p, str) and math.fabs(p) == 2:
        values = svdvals(A)
        if not values.shape[-1]:
            return sum(values, -1)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    if not isinstance(p, str):
        if math.fabs(p) not in (1, math.inf):
            raise RuntimeError(explain(f"linalg.cond got an invalid norm type: {p}", "these norms are known", "choose 1, -1, 2, -2, inf or -inf"))
        if not A.numel():
            return sum(abs(A), (-2, -1))
    square_only(f"linalg.cond(ord={p})", A)
    try:
        return matrix_norm(A, p) * matrix_norm(inv(A), p)
    except LinAlgError:
        return matrix_norm(A, p) * 0 + math.inf  # PyTorch asks for each matrix of a stack; here one singular one answers for all


DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


class Lstsq(Operation, name="LinalgLstsqBackward0"):
    """out = inverse @ b, in memory that has room for b, too: LAPACK writes over it"""

    on_host = True

    def forward(ctx, inverse, b):
        xp = ctx.xp
        x = inverse @ b
        n = x.shape[-2]
        ctx.save(inverse, b)
        room = by_columns(xp, xp.zeros((*x.shape[:-2], max(n, b.shape[-2]), x.shape[-1]), x.dtype))
        room[..., :n, :] = x
        return room[..., :n, :]

    def backward(ctx, grad):
        inverse, b = ctx.saved
        return grad @ turned(b), turned(inverse) @ grad


@chosen("float32", "cpu")
def lstsq(A, B, rcond=None, *, driver=None):
    """Return the X for which `A @ X` is nearest to B, `(..., m, n), (..., m, k) -> (..., n, k)`; the smallest where there are several.

    The named tuple has `solution`, `residuals` (sums of squares, by the drivers that give them), `rank`, and `singular_values`.
    Floats. Raises RuntimeError for shapes that do not fit.

    >>> import workbook as torch
    >>> torch.linalg.lstsq(torch.tensor([[1.], [1.]]), torch.tensor([[1.], [3.]])).solution.round(decimals=4)
    tensor([[2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.lstsq.html
    """
    matrix_only("torch.linalg.lstsq", A, "input")
    if B.ndim < 1:
        raise RuntimeError(explain("torch.linalg.lstsq: other must have at least 1 dimension.",
                                   "the right side is a vector or a matrix", "give it an axis: b[None]"))
    floats_only("torch.linalg.lstsq", A)
    if driver not in (None, *DRIVERS):
        raise RuntimeError(explain("torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)",
                                   "it names a routine of LAPACK", "leave it out"))
    if A.dtype is not B.dtype:
        raise RuntimeError(explain(
            "torch.linalg.lstsq: input and other must have the same dtype, but got "
            f"{A.dtype.legacy} and {B.dtype.legacy}", "equations do not promote", f"convert one: B.to({A.dtype})"))
    if not 0 <= A.ndim - B.ndim <= 1:
        raise RuntimeError(explain(
            "torch.linalg.lstsq: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1",
            f"the shapes are {shape_text(A.shape)} and {shape_text(B.shape)}", "give each matrix a vector or a matrix of its own"))
    vector = A.ndim > B.ndim
    rhs = unsqueeze(B, -1) if vector else B
    if A.shape[-2] != rhs.shape[-2]:
        raise RuntimeError(explain(
            f"torch.linalg.lstsq: input.size(-2) should match other.size(-{1 if vector else 2})",
            f"the shapes are {shape_text(A.shape)} and {shape_text(B.shape)}", "give one row of B for each row of A"))
    broadcast_shape(tuple(A.shape[:-2]), tuple(rhs.shape[:-2]))
    cutoff = rcond if rcond is not None else EPS[A.dtype.to_real().itemsize] * max(A.shape[-2:])
    solution = Lstsq.apply(linalg_pinv(A, cutoff), rhs)
    driver = driver or "gelsy"
    rank = matrix_rank(A, rtol=cutoff) if driver != "gels" else empty(0, dtype=dtypes.int64)
    values = svdvals(A.detach()) if driver in ("gelsd", "gelss") else empty(0, dtype=A.dtype)
    m, n = A.shape[-2:]
    residuals = empty(0, dtype=A.dtype)
    if m > n and driver != "gelsy" and (driver == "gels" or bool((rank == n).all())):
        rest = matmul(A, solution) - rhs
        rest = abs(rest) if rest.is_complex() else rest
        residuals = sum(rest * rest, -2)
    return linalg_lstsq_result(solution[..., 0] if vector else solution, residuals, rank, values)
