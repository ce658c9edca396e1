"""Eigenvalues and singular values: the directions in which a matrix only stretches, and by how much."""

from workbook.autograd.conjugates import conjugate, holds_complex
from workbook.autograd.operation import Operation
from workbook.errors import explain, refused_dtype
from workbook.formats import by_columns, in_order
from workbook.ops.autocasting import chosen
from workbook.ops.axes import unsqueeze
from workbook.ops.choices import where
from workbook.ops.extremes import named_result
from workbook.ops.inverses import Solve, adjoint
from workbook.ops.squares import LinAlgError, floats_only, matrix_only, square_only

linalg_eigh_result = named_result("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_eig_result = named_result("linalg_eig", "eigenvalues", "eigenvectors")
linalg_svd_result = named_result("linalg_svd", "U", "S", "Vh")
svd_result = named_result("svd", "U", "S", "V")


def _column_scaled(a, factors):
    return a * unsqueeze(factors, -2)


def _apart(numerator, gaps):
    """numerator / gaps off the diagonal, where equal values leave no gap and nothing to divide, too."""
    return numerator / where((gaps == 0) & (numerator == 0), 1.0, gaps)


class Eigh(Operation, name="LinalgEighBackward0"):
    """out = the eigenvalues in rising order, and the eigenvectors as columns, of a symmetric matrix of which one half is read"""

    on_host = True

    holomorphic = False

    def forward(ctx, a, *, upper):
        xp = ctx.xp
        if not xp.isfinite(a).all():
            values, vectors = xp.full(a.shape[:-1], xp.nan, a.real.dtype), xp.full(a.shape, xp.nan, a.dtype)
        else:
            values, vectors = xp.linalg.eigh(in_order(xp, a), "U" if upper else "L")
        vectors = by_columns(xp, vectors)
        ctx.save(values, vectors)
        ctx.keep(xp.eye(a.shape[-1], dtype=a.dtype))
        return values, vectors

    def backward(ctx, to_values, to_vectors):
        (values, vectors), (one,) = ctx.saved, ctx.kept
        # Giles, Collected matrix derivative results, 2008, 3.1
        gaps = unsqueeze(values, -2) - unsqueeze(values, -1)
        turn = adjoint(vectors) @ to_vectors
        if holds_complex(turn):
            _must_not_turn("linalg_eigh_backward: The eigenvectors in the complex case are", turn * one)
        middle = _apart(turn * (1 - one), gaps) + one * unsqueeze(to_values, -2)
        return (vectors @ middle @ adjoint(vectors),)


class Svd(Operation, name="LinalgSvdBackward0"):
    """out = u, s, vh with u * s @ vh = a: rotations around a stretching"""

    on_host = True

    holomorphic = False

    def forward(ctx, a, *, full):
        xp = ctx.xp
        u, s, vh = xp.linalg.svd(in_order(xp, a), full)
        if not a.size:
            s = s.astype(a.real.dtype)
        u, vh = by_columns(xp, u), by_columns(xp, vh)
        ctx.save(u, s, vh)
        ctx.keep(xp.eye(s.shape[-1], dtype=a.dtype))
        return u, s, vh

    def backward(ctx, to_u, to_s, to_vh):
        (u, s, vh), (one,) = ctx.saved, ctx.kept
        k = s.shape[-1]
        u, to_u, vh, to_vh = u[..., :k], to_u[..., :k], vh[..., :k, :], to_vh[..., :k, :]
        v, to_v = adjoint(vh), adjoint(to_vh)
        rows, columns = u.shape[-2], v.shape[-2]
        # Townsend, Differentiating the singular value decomposition, 2016, (31)
        gaps = (unsqueeze(s, -2) - unsqueeze(s, -1)) * (unsqueeze(s, -2) + unsqueeze(s, -1)) + one
        turn_u, turn_v = adjoint(u) @ to_u, adjoint(v) @ to_v
        middle = 0
        if holds_complex(turn_u):  # u and v may turn, but only both together
            _must_not_turn("svd_backward: The singular vectors in the complex case are", (turn_u + turn_v) * one)
            middle = one * (turn_u - adjoint(turn_u)) / unsqueeze(2 * s, -2)
        middle = middle + _column_scaled(_apart(turn_u - adjoint(turn_u), gaps), s)
        middle = middle + _apart(turn_v - adjoint(turn_v), gaps) * unsqueeze(s, -1) + one * unsqueeze(to_s, -2)
        grad = u @ middle
        if rows > k:
            outside = _column_scaled(to_u, 1 / s)
            grad = grad + outside - u @ (adjoint(u) @ outside)
        grad = grad @ vh
        if columns > k:
            outside = unsqueeze(1 / s, -1) * adjoint(to_v)
            grad = grad + u @ (outside - (outside @ v) @ vh)
        return (grad,)

    @classmethod
    def refusal(cls, problem, arrays, options):
        return no_convergence("linalg.svd", arrays[0])


class SingularValues(Operation, name="LinalgSvdBackward0"):
    """out = the singular values alone, whose slope has no gaps to divide by"""

    on_host = True

    holomorphic = False

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.asarray(ctx.xp.linalg.svd(in_order(ctx.xp, a), compute_uv=False), a.real.dtype)

    def backward(ctx, grad):
        (a,) = ctx.saved
        u, _, vh = Svd.apply(a, full=False)
        return (_column_scaled(u, grad) @ vh,)

    @classmethod
    def refusal(cls, problem, arrays, options):
        return no_convergence("linalg.svd", arrays[0])


class Eigenvalues(Operation, name="LinalgEighBackward0"):
    """out = the eigenvalues alone of a symmetric matrix"""

    on_host = True

    holomorphic = False

    def forward(ctx, a, *, upper):
        ctx.save(a)
        ctx.upper = upper
        return ctx.xp.linalg.eigvalsh(in_order(ctx.xp, a), "U" if upper else "L")

    def backward(ctx, grad):
        (a,) = ctx.saved
        _, vectors = Eigh.apply(a, upper=ctx.upper)
        return (_column_scaled(vectors, grad) @ adjoint(vectors),)


class Eig(Operation, name="LinalgEigBackward0"):
    """out = the eigenvalues and eigenvectors of any square matrix, complex"""

    on_host = True

    holomorphic = False

    def forward(ctx, a):
        values, vectors = ctx.xp.linalg.eig(in_order(ctx.xp, a))
        kind = ctx.xp.result_type(a.dtype, ctx.xp.complex64)
        values, vectors = values.astype(kind), by_columns(ctx.xp, vectors.astype(kind))
        ctx.save(values, vectors)
        ctx.keep(ctx.xp.eye(a.shape[-1], dtype=kind))
        return values, vectors

    def backward(ctx, to_values, to_vectors):
        (values, vectors), (one,) = ctx.saved, ctx.kept
        back = adjoint(vectors)
        turn = back @ to_vectors
        _must_not_turn("linalg_eig_backward: The eigenvectors in the complex case are", turn * one)
        # Boeddeker and others, On the computation of complex-valued gradients, 2017, (4.77); eigenvectors keep the length 1
        lengths = one * (turn + conjugate(turn)) / 2
        gaps = conjugate(unsqueeze(values, -2) - unsqueeze(values, -1))
        middle = _apart((turn - back @ (vectors @ lengths)) * (1 - one), gaps) + one * unsqueeze(to_values, -2)
        return (Solve.apply(back, middle @ back),)


def _must_not_turn(what, diagonal):
    """Raise RuntimeError where a loss depends on the phases of complex vectors, which each library chooses for itself."""
    diagonal = getattr(diagonal, "_array", diagonal)
    if diagonal.size and abs(diagonal.imag).max() > 1e-2:
        raise RuntimeError(explain(
            f"{what} specified up to multiplication by e^{{i phi}}. The specified loss function depends on this quantity, so it is "
            "ill-defined.", "a vector times a number of size 1 serves as well", "ask for what no phase changes, such as abs()"))


def no_convergence(function, a):
    finite = bool(abs(a).max() < float("inf")) if a.size else True
    why = "" if finite else "because the input matrix contained non-finite values"
    return LinAlgError(explain(f"{function}: The algorithm failed to converge {why or 'because the input matrix is ill-conditioned'}.",
                                "the values are found by steps that come ever closer, and these did not",
                                "look for NaN and inf: torch.isfinite(A).all()"))


@chosen("float32", "cpu")
def linalg_svd(A, full_matrices=True, *, driver=None):
    """Return U, S, Vh with `U @ diag(S) @ Vh = A`, `(..., m, n) -> (..., m, m), (..., k), (..., n, n)`, k = min(m, n).

    S falls. With full_matrices=False only the first k columns of U and rows of Vh. Floats. Raises torch.linalg.LinAlgError for NaN.

    >>> import workbook as torch
    >>> torch.linalg.svd(torch.tensor([[3., 0.], [0., 2.]])).S
    tensor([3., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.svd.html
    """
    matrix_only("linalg.svd", A)
    floats_only("linalg.svd", A, "linalg_svd_cpu")
    if not isinstance(full_matrices, bool):
        raise TypeError(explain(f"linalg_svd(): argument 'full_matrices' (position 2) must be bool, not {type(full_matrices).__name__}",
                                "the square U and Vh are returned, or their first columns and rows", "write True or False"))
    _no_driver("linalg.svd", driver)
    return linalg_svd_result(*Svd.apply(A, full=full_matrices))


def _no_driver(function, driver):
    if driver is not None:
        raise RuntimeError(explain(f"{function}: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.",
                                   "it chooses among routines of a CUDA library", "leave it out"))


@chosen("float32", "cpu")
def svd(input, some=True, compute_uv=True):
    """Return U, S, V with `U @ diag(S) @ V.mH = input`. `torch.linalg.svd`, which returns Vh = V.mH, is its newer name.

    Raises RuntimeError for fewer than two axes, and for what holds no floats.

    >>> import workbook as torch
    >>> torch.svd(torch.tensor([[3., 0.], [0., 2.]])).S
    tensor([3., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.svd.html
    """
    matrix_only("linalg.svd", input)
    floats_only("linalg.svd", input, "linalg_svd_cpu")
    u, s, vh = Svd.apply(input, full=not some)
    if not compute_uv:
        m, n = input.shape[-2:]
        return svd_result(u.new_zeros(*input.shape[:-2], m, m), s, adjoint(vh.new_zeros(*input.shape[:-2], n, n)))
    return svd_result(u, s, adjoint(vh))


@chosen("float32", "cpu")
def svdvals(A, *, driver=None):
    """Return the singular values of matrices, falling, `(..., m, n) -> (..., min(m, n))`.

    Raises RuntimeError for fewer than two axes, and for what holds no floats.

    >>> import workbook as torch
    >>> torch.linalg.svdvals(torch.tensor([[0., 2.], [3., 0.]]))
    tensor([3., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.svdvals.html
    """
    matrix_only("linalg.svd", A)
    floats_only("linalg.svd", A, "linalg_svd_cpu")
    _no_driver("linalg.svd", driver)
    return SingularValues.apply(A)


def _reads_upper(UPLO):
    if str(UPLO).upper() not in ("L", "U"):
        raise RuntimeError(explain(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}",
                                   "it says which triangle of the symmetric matrix is read", "leave it out"))
    return str(UPLO).upper() == "U"


def _symmetric(A, kernel="linalg_eigh_cpu"):
    square_only("linalg.eigh", A)
    if not (A.is_floating_point() or A.is_complex()) or A.dtype.itemsize == 2:
        raise refused_dtype(kernel, A.dtype, "eigenvalues lie between the whole numbers", "convert it: x.float()")


@chosen("float32", "cpu")
def eigh(A, UPLO="L"):
    """Return the eigenvalues, rising, and the eigenvectors as columns, of symmetric matrices, `(..., n, n) -> (..., n), (..., n, n)`.

    Floats; of A only the lower triangle is read (UPLO="U": the upper). An eigenvector's sign is free, and so differs from library to
    library. Raises RuntimeError for what is not square.

    >>> import workbook as torch
    >>> torch.linalg.eigh(torch.tensor([[2., 0.], [0., 1.]])).eigenvalues
    tensor([1., 2.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.eigh.html
    """
    _symmetric(A)
    return linalg_eigh_result(*Eigh.apply(A, upper=_reads_upper(UPLO)))


@chosen("float32", "cpu")
def eigvalsh(A, UPLO="L"):
    """Return the eigenvalues of symmetric matrices, rising, `(..., n, n) -> (..., n)`. As `eigh`.

    Raises RuntimeError for what is not square, NotImplementedError for what holds no floats.

    >>> import workbook as torch
    >>> torch.linalg.eigvalsh(torch.tensor([[0., 1.], [1., 0.]]))
    tensor([-1.,  1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.eigvalsh.html
    """
    _symmetric(A)
    return Eigenvalues.apply(A, upper=_reads_upper(UPLO))


@chosen("float32", "cpu")
def eig(A):
    """Return the eigenvalues and eigenvectors of square matrices, complex, `(..., n, n) -> (..., n), (..., n, n)`, in no order.

    Raises RuntimeError for NaN and for what is not square.

    >>> import workbook as torch
    >>> torch.linalg.eig(torch.tensor([[2., 0.], [0., 1.]])).eigenvalues
    tensor([2.+0.j, 1.+0.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.eig.html
    """
    if not (A.is_floating_point() or A.is_complex()):
        raise RuntimeError(explain(f"Unknown Complex ScalarType for {A.dtype.legacy}", "eigenvalues are complex numbers",
                                   "convert it: x.float()"))
    square_only("linalg.eig", A)
    if A.numel() and not bool((abs(A) < float("inf")).all()):
        raise RuntimeError(explain("torch.linalg.eig: input tensor should not contain infs or NaNs.",
                                   "no direction of such a matrix is only stretched", "look for NaN: torch.isfinite(A).all()"))
    floats_only("linalg.eig", A, "linalg_eig_out_cpu")
    return linalg_eig_result(*Eig.apply(A))


@chosen("float32", "cpu")
def eigvals(A):
    """Return the eigenvalues of square matrices, complex, in no order. As `eig`.

    Raises RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.linalg.eigvals(torch.tensor([[2., 0.], [0., 1.]]))
    tensor([2.+0.j, 1.+0.j])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.eigvals.html
    """
    return eig(A).eigenvalues
