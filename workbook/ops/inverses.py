"""What a square matrix does to volumes, and how to undo it: determinants, inverses, systems of equations."""

import numpy as np

from workbook import dtypes
from workbook.autograd.conjugates import conjugate, holds_complex
from workbook.autograd.operation import Operation
from workbook.errors import explain, refused_dtype, shape_text
from workbook.formats import by_columns, in_order
from workbook.ops.autocasting import chosen
from workbook.ops.axes import transpose, unsqueeze
from workbook.ops.choices import where
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.extremes import named_result
from workbook.ops.pointwise import log as logarithm
from workbook.ops.reduction import sum
from workbook.ops.squares import LinAlgError, first_failure, floats_only, matrix_only, singular, square_only

slogdet_result = named_result("slogdet", "sign", "logabsdet")
linalg_slogdet_result = named_result("linalg_slogdet", "sign", "logabsdet")


def turned(a):
    """Return matrices with rows and columns exchanged."""
    return transpose(a, -2, -1)


def adjoint(a):
    """Return matrices with rows and columns exchanged, of complex numbers the conjugates. Raises RuntimeError for a vector."""
    return conjugate(turned(a))


def _over_matrices(grad):
    """A number for each matrix, with two axes that broadcast against its elements."""
    return unsqueeze(unsqueeze(grad, -1), -1)


class Det(Operation, name="LinalgDetBackward0"):
    """out = the determinant"""

    on_host = True

    def forward(ctx, a):
        ctx.save(a)
        return ctx.xp.asarray(ctx.xp.linalg.det(in_order(ctx.xp, a)), a.dtype)

    def backward(ctx, grad):
        (a,) = ctx.saved
        return (_over_matrices(grad) * Cofactors.apply(a),)


class Cofactors(Operation):
    """out = det(a) * inv(a).T, the slope of the determinant, which exists where there is no inverse, too"""

    on_host = True

    def forward(ctx, a):
        ctx.save(a)
        xp = ctx.xp
        u, s, vh = xp.linalg.svd(a)
        n = s.shape[-1]
        others = [xp.prod(xp.delete(s, i, -1), -1) for i in range(n)]  # the product of all singular values but one
        others = xp.stack(others, -1) if n else s
        return (xp.linalg.det(u) * xp.linalg.det(vh))[..., None, None] * xp.conj((u * others[..., None, :]) @ vh).astype(a.dtype)

    def backward(ctx, grad):
        (a,) = ctx.saved
        b = turned(Inv.apply(a))
        along = _over_matrices(sum(grad * b, (-2, -1)))
        return (_over_matrices(Det.apply(a)) * (along * b - b @ turned(grad) @ b),)


class Slogdet(Operation, name="LinalgSlogdetBackward0"):
    """out = the sign of the determinant (of a complex one, its direction), and the logarithm of its size"""

    on_host = True

    holomorphic = False

    def forward(ctx, a):
        sign, log = ctx.xp.linalg.slogdet(in_order(ctx.xp, a))
        sign = ctx.xp.asarray(sign, a.dtype)
        ctx.save(a, sign)
        return sign, ctx.xp.asarray(log, a.real.dtype)

    def backward(ctx, to_sign, grad):
        a, sign = ctx.saved
        if holds_complex(to_sign):  # log(det) = log|det| + i angle, and the sign moves with the angle alone, at right angles to itself
            turning = to_sign * conjugate(sign)
            grad = grad + (turning - conjugate(turning)) / 2
        return (_over_matrices(grad) * adjoint(Inv.apply(a)),)


class Inv(Operation, name="LinalgInvExBackward0"):
    """out = the inverse"""

    on_host = True

    def forward(ctx, a):
        out = by_columns(ctx.xp, ctx.xp.linalg.inv(a))
        ctx.save(out)
        return out

    def backward(ctx, grad):
        (out,) = ctx.saved
        back = turned(out)
        return (-(back @ grad @ back),)

    @classmethod
    def refusal(cls, problem, arrays, options):
        return singular("linalg.inv", first_failure(arrays[0], _empty_pivot), arrays[0].ndim > 2)


class Solve(Operation, name="LinalgSolveExBackward0"):
    """out = the X for which a @ X = b, where b may be a vector, or several; with left=False, X @ a = b"""

    on_host = True

    def forward(ctx, a, b, *, left=True, vector=False):
        xp = ctx.xp
        if left:
            out = xp.linalg.solve(a, b[..., None])[..., 0] if vector else xp.linalg.solve(a, b)
            out = by_columns(xp, out)
        else:
            out = xp.array(xp.linalg.solve(a.swapaxes(-1, -2), b.swapaxes(-1, -2)).swapaxes(-1, -2), order="C")
        ctx.save(a, out)
        ctx.left, ctx.vector = left, vector
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        to_b = Solve.apply(turned(a), grad, left=ctx.left, vector=ctx.vector)
        if ctx.vector:
            return -(unsqueeze(to_b, -1) @ unsqueeze(out, -2)), to_b
        return -(to_b @ turned(out) if ctx.left else turned(out) @ to_b), to_b

    @classmethod
    def refusal(cls, problem, arrays, options):
        where = f"(Batch element {first_failure(arrays[0], _empty_pivot)[0]}): " if arrays[0].ndim > 2 else ""
        return LinAlgError(explain(
            f"torch.linalg.solve: {where}The solver failed because the input matrix is singular.",
            "a row is a combination of the others, so there is no solution, or there are many",
            "torch.linalg.lstsq finds the nearest"))


def _empty_pivot(matrix, k):
    """Return whether Gauss's elimination, with the largest element of each column on top, meets a zero at diagonal element k."""
    a = np.array(matrix)
    for i in range(k):
        top = i + int(abs(a[i:, i]).argmax())
        a[[i, top]] = a[[top, i]]
        if a[i, i] == 0:
            return True
        a[i + 1:] -= a[i + 1:, i:i + 1] / a[i, i] * a[i]
    return False


def det(input):
    """Return the determinant of square matrices, `(..., n, n) -> (...)`: by how much they stretch volumes.

    Floats. Raises RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.det(torch.tensor([[2., 0.], [1., 3.]]))
    tensor(6.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.det.html
    """
    square_only("linalg.det", input)
    floats_only("linalg.det", input, "lu_cpu")
    return Det.apply(input)


def slogdet(input):
    """Return the sign of the determinant and the logarithm of its size, which overflows less easily.

    Raises RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.slogdet(torch.tensor([[-1., 0.], [0., 1.]]))
    torch.return_types.slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(0.))

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.slogdet.html
    """
    return slogdet_result(*linalg_slogdet(input))


def linalg_slogdet(A):
    """As `torch.slogdet`, under the name `torch.linalg.slogdet`. Raises RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.linalg.slogdet(torch.eye(2)).sign
    tensor(1.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.slogdet.html
    """
    square_only("linalg.slogdet", A)
    floats_only("linalg.slogdet", A, "lu_cpu")
    return linalg_slogdet_result(*Slogdet.apply(A))


def logdet(input):
    """Return the logarithm of the determinant; NaN where it is a negative real number.

    Raises RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.logdet(torch.eye(3))
    tensor(0.)

    Source: https://pytorch.org/docs/2.13/generated/torch.logdet.html
    """
    sign, log = linalg_slogdet(input)
    if input.is_complex():
        return log + logarithm(sign)
    return where(sign == -1, float("nan"), log)


@chosen("float32", "cpu")
def inverse(input):
    """Return the inverse of square matrices, `(..., n, n)`: `inverse(A) @ A` is the identity. Also `torch.linalg.inv`.

    Floats. Raises torch.linalg.LinAlgError for a singular matrix, RuntimeError for what is not square or holds no floats.

    >>> import workbook as torch
    >>> torch.inverse(torch.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.inv.html
    """
    square_only("linalg.inv", input)
    floats_only("linalg.inv", input, "linalg_inv_cpu")
    return Inv.apply(input)


inv = inverse


@chosen("float32", "cpu")
def solve(A, B, *, left=True):
    """Return the X with `A @ X = B`, `(..., n, n), (..., n, k) -> (..., n, k)`, B may be a vector; with left=False `X @ A = B`.

    Floats of one dtype. Raises torch.linalg.LinAlgError for a singular matrix, RuntimeError for shapes that do not fit.

    >>> import workbook as torch
    >>> torch.linalg.solve(torch.tensor([[2., 0.], [0., 4.]]), torch.tensor([1., 1.]))
    tensor([0.5000, 0.2500])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.solve.html
    """
    floats_only("linalg.solve", A, "linalg_solve_cpu")
    square_only("linalg.solve", A)
    if A.dtype is not B.dtype:
        raise RuntimeError(explain(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {A.dtype.legacy} and B of type "
            f"{B.dtype.legacy} instead", "equations do not promote", f"convert one: B.to({A.dtype})"))
    vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(B.shape) == tuple(A.shape[:-1]))
    rhs = unsqueeze(B, -1) if vector else B
    side_by_side("linalg.solve", A, rhs, left)
    if vector and not left:
        raise RuntimeError(explain("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False.",
                                   "a row times one number is that number times the row", "write B / A"))
    return Solve.apply(A, B, vector=True) if vector else Solve.apply(A, B, left=left)


def side_by_side(function, A, B, left):
    """Raise RuntimeError where the shapes of the equation AX = B (or XA = B) do not fit."""
    matrix_only(function, B, "B")
    if A.shape[-1] != B.shape[-2 if left else -1]:
        raise RuntimeError(explain(
            f"{function}: Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})",
            f"the shapes are {shape_text(A.shape)} and {shape_text(B.shape)}", "give one equation for each unknown"))
    broadcast_shape(tuple(A.shape[:-2]), tuple(B.shape[:-2]))


class SolveTriangular(Operation, name="LinalgSolveTriangularBackward0"):
    """out = the X for which t @ X = b, t being the upper or lower triangle of a; with left=False, X @ t = b"""

    on_host = True

    def forward(ctx, a, b, *, upper, unit, left=True):
        xp = ctx.xp
        if left:
            out = _step_by_step(xp, a, b, upper, unit)
        else:
            out = _step_by_step(xp, a.swapaxes(-1, -2), b.swapaxes(-1, -2), not upper, unit).swapaxes(-1, -2)
        out = by_columns(xp, out)
        ctx.save(a, out)
        ctx.keep(xp.triu(xp.ones(a.shape[-2:], a.dtype), unit) if upper else xp.tril(xp.ones(a.shape[-2:], a.dtype), -int(unit)))
        ctx.upper, ctx.unit, ctx.left = upper, unit, left
        return out

    def backward(ctx, grad):
        a, out = ctx.saved
        (triangle,) = ctx.kept
        to_b = SolveTriangular.apply(turned(a), grad, upper=not ctx.upper, unit=ctx.unit, left=ctx.left)
        return -(to_b @ turned(out) if ctx.left else turned(out) @ to_b) * triangle, to_b


def _step_by_step(xp, a, b, upper, unit):
    """Return the X for which t @ X = b: each row of it from b and the rows that are known already."""
    t = xp.triu(a, unit) if upper else xp.tril(a, -int(unit))
    if unit:
        t = t + xp.eye(a.shape[-1], dtype=a.dtype)
    shape = (*xp.broadcast_shapes(t.shape[:-2], b.shape[:-2]), *b.shape[-2:])
    out = xp.array(xp.broadcast_to(b, shape))
    rows = range(a.shape[-1])
    for i in reversed(rows) if upper else rows:
        done = slice(i + 1, None) if upper else slice(0, i)
        out[..., i, :] = (out[..., i, :] - (t[..., i:i + 1, done] @ out[..., done, :])[..., 0, :]) / t[..., i, i, None]
    return out


def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """As `solve` for triangular A: from one end, each unknown follows from those before. What is beyond the triangle is not read.

    Raises RuntimeError where shapes do not fit or dtypes differ.

    >>> import workbook as torch
    >>> torch.linalg.solve_triangular(torch.tensor([[2., 1.], [0., 4.]]), torch.tensor([[4.], [8.]]), upper=True)
    tensor([[1.],
            [2.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.solve_triangular.html
    """
    square_only("linalg.solve_triangular", A)
    side_by_side("linalg.solve_triangular", A, B, left)
    if A.dtype is not B.dtype:
        raise RuntimeError(explain(
            f"linalg.solve_triangular: Expected A and B to have the same dtype, but found A of type {A.dtype.legacy} and B of type "
            f"{B.dtype.legacy} instead", "equations do not promote", f"convert one: B.to({A.dtype})"))
    if A.dtype.category < dtypes.FLOAT:
        raise refused_dtype("triangular_solve_cpu", A.dtype, "the answer lies between the whole numbers", "convert it: x.float()")
    return SolveTriangular.apply(A, B, upper=upper, unit=unitriangular, left=left)
