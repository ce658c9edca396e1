"""The size of matrices, by the same names as that of vectors; rows cut to a length."""

import math

from workbook import dtypes
from workbook.axes import axes_among, axis_of
from workbook.errors import explain, shape_text
from workbook.formats import contiguous_format
from workbook.ops.arithmetic import div, mul
from workbook.ops.arguments import door
from workbook.ops.autocasting import chosen
from workbook.ops.axes import permute, unsqueeze
from workbook.ops.choices import where
from workbook.ops.conversion import to
from workbook.ops.elementwise import expect_tensors
from workbook.ops.extremes import amax, amin
from workbook.ops.norms import in_dtype, vector_norm
from workbook.ops.reduction import sum
from workbook.ops.shape import clone
from workbook.ops.spectra import svdvals
from workbook.ops.squares import floats_only, matrix_only


def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """Return the length of `input` as a vector, or of its vectors along `dim`: (sum of |x|**p)**(1/p).

    `p`: "fro" (as 2), a number, inf (the largest |x|), -inf (the smallest), 0 (how many are not zero), or "nuc" (of matrices in two
    axes, the sum of the singular values). Raises RuntimeError for integers.

    >>> import workbook as torch
    >>> x = torch.tensor([[3., 4.], [6., 8.]])
    >>> x.norm(dim=1), x.norm(1)
    (tensor([ 5., 10.]), tensor(21.))

    Source: https://pytorch.org/docs/2.13/generated/torch.norm.html
    """
    expect_tensors("norm", input=input)
    axes = [dim] if isinstance(dim, int) else dim
    if not isinstance(p, str):
        return vector_norm(input, 2 if p is None else p, dim, keepdim, dtype=dtype)
    if p == "fro" and (dim is None or len(axes) < 3):
        return vector_norm(input, 2, dim, keepdim, dtype=dtype)
    return _asked_matrix_norm(input, p, list(range(input.ndim) if dim is None else axes), keepdim, dtype=dtype)


@chosen("float32", "cuda")
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """Return a norm of matrices in the axes `dim`: "fro", "nuc", 2 and -2 (singular values), 1, -1 (columns), inf, -inf (rows).

    Floats. Raises RuntimeError for other orders and dtypes.

    >>> import workbook as torch
    >>> torch.linalg.matrix_norm(torch.tensor([[1., 1.], [1., 1.]])), torch.linalg.matrix_norm(torch.eye(3), 1)
    (tensor(2.), tensor(1.))

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.matrix_norm.html
    """
    if isinstance(dim, int):
        raise TypeError(explain("linalg_matrix_norm(): argument 'dim' must be tuple of ints, not int",
                                "a matrix has two axes", "write dim=(-2, -1)"))
    matrix_only("linalg.matrix_norm", A)
    floats_only("linalg.matrix_norm", A)
    if len(dim) != 2:
        raise RuntimeError(explain(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}", "a matrix has two axes",
                                   "write dim=(0, 1)"))
    if not (ord in ("fro", "nuc") if isinstance(ord, str) else math.fabs(ord) in (1, 2, math.inf)):
        raise RuntimeError(explain(f"linalg.matrix_norm: Order {ord} not supported.", "these norms are known by name",
                                   'choose "fro", "nuc", 1, -1, 2, -2, inf or -inf'))
    rows, columns = axes_among(dim, A.shape)
    if rows == columns:
        raise RuntimeError(explain(f"linalg.matrix_norm: dims must be different. Got ({rows}, {columns})",
                                   "a matrix has two axes", "write dim=(0, 1)"))
    if ord == "fro":
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    A = in_dtype("linalg.matrix_norm", A, dtype)
    if ord not in ("nuc", 2, -2):  # sums along one axis, and the outermost of them along the other
        first, second = (rows, columns) if math.fabs(ord) == 1 else (columns, rows)
        return _outermost(vector_norm(A, 1, first, keepdim), ord, second - (first < second and not keepdim), keepdim)
    matrices = permute(A, [i for i in range(A.ndim) if i not in (rows, columns)] + [rows, columns])
    out = sum(svdvals(matrices), -1) if ord == "nuc" else _outermost(svdvals(matrices), ord, -1)
    if not keepdim:
        return out
    rest = [axis for axis in range(A.ndim) if axis not in (rows, columns)]
    return permute(unsqueeze(unsqueeze(out, -1), -1), sorted(range(A.ndim), key=[*rest, rows, columns].__getitem__))


_asked_matrix_norm = door(matrix_norm, "linalg_matrix_norm")  # PyTorch's norm is Python, and calls that one by its name


def _outermost(values, ord, axis, keepdim=False):
    """The largest along an axis, of nothing 0; for a negative order the smallest."""
    if ord > 0 and not values.shape[axis]:
        return sum(values, axis, keepdim)
    return (amax if ord > 0 else amin)(values, axis, keepdim)


def linalg_norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """Return the size of a vector or of matrices: without `ord` the 2-norm of all elements, else `vector_norm` or `matrix_norm`.

    Floats. `dim`: one axis for vectors, two for matrices. Raises RuntimeError for other numbers of axes.

    >>> import workbook as torch
    >>> torch.linalg.norm(torch.tensor([[3., 0.], [0., 4.]])), torch.linalg.norm(torch.tensor([1., -2.]), float("inf"))
    (tensor(5.), tensor(2.))

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.norm.html
    """
    axes = None if dim is None else [dim] if isinstance(dim, int) else list(dim)
    if isinstance(ord, str) and (axes is not None or A.ndim < 3):
        return matrix_norm(A, ord, (-2, -1) if axes is None else axes, keepdim, dtype=dtype)
    if axes is not None and len(axes) not in (1, 2):
        raise RuntimeError(explain(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {axes}",
                                   "a vector has one axis, a matrix two", "name one or two axes"))
    if axes is None and ord is not None and A.ndim not in (1, 2):
        raise RuntimeError(explain(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.ndim}D.",
            f"the shape is {shape_text(A.shape)}", "name the axes: dim="))
    if ord is not None and (len(axes) == 2 if axes is not None else A.ndim == 2):
        return matrix_norm(A, ord, (0, 1) if axes is None else axes, keepdim, dtype=dtype)
    return vector_norm(A, 2 if ord is None else ord, axes, keepdim, dtype=dtype)


@chosen("float32", "cuda")
def nuclear_norm(input, dim=None, keepdim=False):
    """Return the sum of the singular values of a matrix, or of the matrices along two axes: matrix_norm's "nuc".

    Raises RuntimeError for fewer than two axes, for the same axis twice, and for what holds no floats.

    >>> import workbook as torch
    >>> torch.nuclear_norm(torch.eye(2))
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.matrix_norm.html
    """
    return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)


def frobenius_norm(input, dim, keepdim=False):
    """Return the root of the sum of squares along one or two axes. Raises RuntimeError for what holds no floats.

    >>> import workbook as torch
    >>> torch.frobenius_norm(torch.tensor([[3., 4.]]), (0, 1))
    tensor(5.)

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.matrix_norm.html
    """
    if not (input.is_floating_point() or input.is_complex()):
        raise RuntimeError(explain(f"norm(): input dtype should be either floating point or complex. Got {input.dtype.legacy} "
                                   "instead.",
                                   "a root lies between the whole numbers", "write x.float()"))
    return vector_norm(input, 2, dim, keepdim)


@chosen("float32", "cuda")
def renorm(input, p, dim, maxnorm):
    """Return `input` with every part along `dim` that is longer than `maxnorm` scaled down to that length, in norm `p` above 0.

    Two axes at least. Raises RuntimeError for other norms and for a negative maxnorm.

    >>> import workbook as torch
    >>> torch.renorm(torch.tensor([[3., 4.], [0., 1.]]), 2, 0, 1)
    tensor([[0.6000, 0.8000],
            [0.0000, 1.0000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.renorm.html
    """
    if not p > 0:
        raise RuntimeError(explain("renorm: non-positive-norm not supported", f"p is {p}", "write p=2 for the usual length"))
    if maxnorm < 0:
        raise RuntimeError(explain(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}", "a length is at least 0", "raise it"))
    if input.ndim < 2:
        raise RuntimeError(explain(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions",
                                   "its parts are vectors at least",
                                   "give a matrix"))
    axis = axis_of(dim, input.shape)
    input = clone(input, memory_format=contiguous_format)  # so that the in-place form may write over the one that was given
    half = dtypes.float32 if input.dtype is dtypes.float16 else None  # whose lengths, and what they are divided by, are float32
    length = vector_norm(input, p, tuple(i for i in range(input.ndim) if i != axis), True, dtype=half)
    factor = where(length > maxnorm, div(maxnorm, length + 1e-7), 1.0)
    return mul(input, factor if half is None else to(factor, dtypes.float16))
