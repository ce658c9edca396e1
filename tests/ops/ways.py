"""In which ways derivatives are tried: unequal sides, axes of length 1, broadcasting, inputs that do not lie in order.

Gradients arrive unevenly in every case. Most rows of the table of cases offer all of these; `MORE` adds rows for those names whose
rows do not, for their slopes alone, and `EXEMPT` says of which names a way cannot be asked.
"""

import math

from tests.ops.table.row import Row, shapes

WAYS = ("unequal sides", "an axis of length 1", "broadcasting", "strided")


def ways_of(sizes, layouts):
    """Return the ways in which an example with inputs of these shapes, lying so, tries a derivative."""
    found = set()
    if any(len(set(size)) > 1 for size in sizes):
        found.add("unequal sides")
    if any(1 in size for size in sizes) and any(math.prod(size) > 1 for size in sizes):
        found.add("an axis of length 1")
    if len(set(sizes)) > 1:
        found.add("broadcasting")  # or other shapes that fit without being the same
    if any(size and math.prod(size) > 1 and layout in ("transposed", "sliced") for size, layout in zip(sizes, layouts)):
        found.add("strided")
    return found


def offered(row):
    """Return the ways that a row's shapes and layouts offer. Of one input alone there is nothing to broadcast."""
    found = set()
    for sizes in row.shapes:
        for layout in row.layouts:
            found |= ways_of(sizes, [layout] * len(sizes)) | ({"broadcasting"} if len(sizes) < 2 else set())
    return found


_VECTORS = "it takes vectors of one length"
_DRAWN = "what is drawn depends on how the memory lies, and its slope is 0"
EXEMPT = {
    "dot": ("unequal sides", "an axis of length 1", "broadcasting", _VECTORS), "vdot": ("unequal sides", "an axis of length 1", _VECTORS),
    "Tensor.vdot": ("unequal sides", "an axis of length 1", _VECTORS), "outer": ("unequal sides", "it takes vectors"),
    "Tensor.outer": ("unequal sides", "it takes vectors"), "combinations": ("an axis of length 1", "of one element there are no pairs"), "ger": ("unequal sides", "it takes vectors"),
    **{f"Tensor.{name}": ("unequal sides", "an axis of length 1", "broadcasting", "whole numbers have no slope") for name in ("byte", "int")},
    **{f"Tensor.{name}": ("strided", _DRAWN) for name in ("bernoulli_", "exponential_", "normal_", "random_", "uniform_")},
}

_POSITIVE = "a @ a.mH + 20 * torch.eye(a.shape[-2], dtype=a.dtype)"
MORE = [Row(text, shapes(sizes), ("float64",), layouts=("plain", "transposed", "sliced")) for text, sizes in {
    "c.addbmm_(a, b)": "2x1x3 2x3x2 1x2", "c.addmv(a, b)": "1x3 3 1", "torch.addmv(c, a, b)": "1x3 3 1", "a.cov(correction=0)": "1x3 | 2x3",
    "a.fill_diagonal_(0.5)": "1x3 | 3x1", "a.index_add(0, torch.tensor([0, 1]), b)": "2x1 2x1 | 3x4 2x4",
    "a.index_copy(0, torch.tensor([0, 1]), b)": "2x1 2x1 | 3x4 2x4", "a.inner(b)": "2x1 3x1 | 1x3 3", "torch.inner(a, b)": "2x1 3x1 | 1x3 3",
    "a.kron(b)": "2x3 1x2 | 3x1 2x2", "torch.kron(a, b)": "2x3 1x2 | 3x1 2x2", "a.kthvalue(1, -1)": "1x3 | 3x1", "a.masked_fill_(a > 0, 0.5)": "1x3 | 3x1",
    "a.matrix_power(2)": "2x1x1 | 3x2x2", "torch.linalg.matrix_power(a, 2)": "2x1x1 | 3x2x2", "a.quantile(0.5, 0)": "3x1 | 3x2",
    "a.nanquantile(0.5, 0)": "3x1 | 3x2", "a.outer(b)": "3 1 | 2 3", "torch.outer(a, b)": "3 1 | 2 3", "torch.ger(a, b)": "3 1 | 2 3",
    "a.reshape(3, 2)": "2x1x3", "a.reshape_as(b)": "2x1x3 3x2", "a.scatter(1, torch.tensor([[0], [0]]), b)": "2x1 2x1 | 2x3 2x1",
    "a.scatter_add(1, torch.tensor([[0], [0]]), b)": "2x1 2x1 | 2x3 2x1", "a.select_scatter(b, 0, 0)": "2x1 1 | 1x3 3",
    "torch.select_scatter(a, b, 0, 0)": "2x1 1 | 1x3 3", "a.std(0)": "3x1 | 3x1x2", "a.var(0)": "3x1 | 3x1x2", "torch.var_mean(a, 0)": "3x1 | 3x1x2",
    "a.take(torch.tensor([0, 2]))": "3x1 | 1x3", "a.take_along_dim(torch.tensor([[0], [0]]), 1)": "2x1 | 2x3", "torch.baddbmm(c, a, b)": "2x1x3 2x3x1 1x1 | 2x1x3 2x3x2 2",
    "torch.bmm(a, b)": "2x1x3 2x3x1 | 3x2x1 3x1x2", "torch.cdist(a, b)": "1x3 2x3 | 2x2x3 2x1x3", "torch.chain_matmul(a, b, c)": "1x3 3x2 2x1",
    f"torch.cholesky_inverse(torch.linalg.cholesky({_POSITIVE}))": "2x1 | 1x3",
    f"torch.cholesky_solve(b, torch.linalg.cholesky({_POSITIVE}))": "2x1 2x1 | 3x2 3x1", "torch.cumulative_trapezoid(a, dim=0)": "3x1 | 3x1x2",
    "torch.linalg.diagonal(a)": "1x3 | 3x1", "torch.linalg.lu(a)[2]": "1x3", f"torch.linalg.lu_factor({_POSITIVE})": "2x1 | 1x3",
    "torch.linalg.matmul(a, b)": "1x3 3x2 | 2x3x1 1x2", "torch.linalg.matrix_norm(a)": "1x3 | 3x1", f"torch.linalg.solve({_POSITIVE}, b)": "2x1 2x1 | 3x1 3x2",
    "torch.linalg.tensorsolve(a + (20 * torch.eye(6, dtype=a.dtype)).reshape(a.shape), b)": "2x3x6 2x3 | 1x6x6 1x6",
    "torch.linalg.vander(a)": "1x3 | 3x1", "torch.linalg.vecdot(a, b)": "1x3 2x3 | 3x1 3x1", "torch.linalg.vector_norm(a)": "1x3 | 3x1", "torch.nuclear_norm(a)": "1x3 | 3x1 | 2x3",
    "torch.put(a, torch.tensor([0, 1]), b)": "3x1 2 | 2x3 1x2", "torch.softmax(a, 0)": "1x3 | 3x1", "torch.special.softmax(a, 0)": "1x3 | 3x1",
    "torch.special.log_softmax(a, 0)": "1x3 | 3x1", **{f"torch.{name}(a, b)": "2x1 1x3 | 3x1 3x1" for name in "fmax fmin clamp_min clamp_max copysign complex".split()}, "torch.polar(a * a + 1, b)": "2x1 1x3 | 3x1 3x1",
    "torch.view_as_complex(a)": "3x1x2 | 2x3x2", "torch.logcumsumexp(a, 0)": "3x1 | 1x3", "torch.cumprod(a, 0)": "3x1 | 1x3",
    "torch.scatter_reduce(a, 0, torch.tensor([[0], [0]]), b, 'sum')": "3x1 2x1 | 1x1 2x1", "torch.tensordot(a, b, 1)": "1x3 3x2 | 2x1 1x3"}.items()]
