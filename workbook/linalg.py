"""`torch.linalg`: linear algebra, on one matrix or on stacks of them.

Source: https://pytorch.org/docs/2.13/linalg.html
"""

from workbook import missing
from workbook.ops.arguments import asking, door
from workbook.ops.blocks import linalg_vander as vander
from workbook.ops.chains import matrix_exp, matrix_power, multi_dot
from workbook.ops.factors import linalg_cholesky as cholesky
from workbook.ops.factors import linalg_qr as qr
from workbook.ops.inverses import det, inv, linalg_slogdet as slogdet, solve, solve_triangular
from workbook.ops.linalg import matmul
from workbook.ops.lu import linalg_lu as lu, linalg_lu_solve as lu_solve, lu_factor
from workbook.ops.lengths import linalg_norm as norm, matrix_norm
from workbook.ops.norms import vector_norm
from workbook.ops.out import with_out
from workbook.ops.products import cross_along as cross, vecdot
from workbook.ops.pseudo import cond, linalg_pinv as pinv, lstsq, matrix_rank
from workbook.ops.spectra import eig, eigh, eigvals, eigvalsh, linalg_svd as svd, svdvals
from workbook.ops.solving import tensorinv, tensorsolve
from workbook.ops.squares import LinAlgError
from workbook.ops.triangles import diagonal as _diagonal


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """Return a view of the diagonals of matrices, as `torch.diagonal`, of the last two axes.

    Raises RuntimeError where both axes are the same.

    >>> import workbook as torch
    >>> torch.linalg.diagonal(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.diagonal.html
    """
    return _diagonal(A, offset, dim1, dim2)


__all__ = ["LinAlgError", "cholesky", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq",
           "lu", "lu_factor", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm",
           "pinv", "qr", "slogdet", "solve", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot",
           "vector_norm"]

# What `out=` may hold, for each that has it (see ops/out.py). The others have none in PyTorch either.
_OUT = {
    "equal": "cholesky cross det eigh eigvalsh inv lu lu_factor lu_solve matmul matrix_norm matrix_power multi_dot norm qr slogdet solve "
             "solve_triangular svd svdvals vecdot vector_norm",
    "cast": "cond eig eigvals lstsq pinv tensorinv tensorsolve", "any": "matrix_rank"}
globals().update({name: with_out(asking(globals()[name], f"linalg_{name}"), kind, f"linalg_{name}") for kind, names in _OUT.items() for name in names.split()})
globals().update({name: door(globals()[name], f"linalg_{name}") for name in ("diagonal", "matrix_exp", "vander")})


def __getattr__(name):
    raise missing.of_module("linalg", name)
