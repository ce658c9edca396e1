"""Distances between the rows of two matrices."""

from workbook.errors import explain, refused_dtype, shape_text
from workbook.ops.arithmetic import sub
from workbook.ops.autocasting import chosen
from workbook.ops.axes import unsqueeze
from workbook.ops.elementwise import broadcast_shape
from workbook.ops.norms import vector_norm


@chosen("float32", "cpu", "cuda")
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Return the distance of every row of `x1` from every row of `x2`, `(..., n, k) x (..., m, k) -> (..., n, m)`.

    Floats. The p-norm of the difference; 2 is the length of a straight line. Raises RuntimeError for rows of unequal length, for
    other dtypes and for a negative p.

    >>> import workbook as torch
    >>> torch.cdist(torch.tensor([[0., 0.]]), torch.tensor([[3., 4.], [0., 1.]]))
    tensor([[5., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cdist.html
    """
    modes = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    if compute_mode not in modes:
        raise ValueError(explain(f"{compute_mode} is not a valid value for compute_mode", "it names a way of computing",
                                 f"choose one of {', '.join(modes)}"))
    for name, x in (("X1", x1), ("X2", x2)):
        if not x.is_floating_point():
            raise RuntimeError(explain(f"cdist only supports floating-point dtypes, {name} got: {x.dtype.legacy}",
                                       "distances lie between the whole numbers", "convert it: x.float()"))
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(explain(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D",
                                       "it measures between rows", "add an axis: x.unsqueeze(0)"))
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(explain(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}",
            f"the shapes are {shape_text(x1.shape)} and {shape_text(x2.shape)}", "give rows of one length"))
    if not p >= 0:
        raise RuntimeError(explain("cdist only supports non-negative p values", f"p is {p}", "write p=2 for straight lines"))
    if x1.dtype is not x2.dtype:
        raise RuntimeError(explain(f"expected scalar type {x1.dtype.legacy} but found {x2.dtype.legacy}",
                                   "both must have one dtype", f"convert one: x.to({x1.dtype})"))
    if x1.dtype.itemsize == 2:
        raise refused_dtype("cdist", x1.dtype, "half precision is too coarse here", "convert it: x.float()")
    broadcast_shape(tuple(x1.shape[:-2]), tuple(x2.shape[:-2]))
    return vector_norm(sub(unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1)
