"""How near two vectors are: the cosine of their angle, their distance; vectors brought to one length."""

import numpy as np

from workbook.autograd.modes import no_grad
from workbook.errors import explain, refused_dtype
from workbook.ops.arithmetic import add, div, mul, sub
from workbook.ops.autocasting import chosen
from workbook.ops.bounds import clamp_min
from workbook.ops.elementwise import as_number, broadcast_shape, expect_tensors
from workbook.ops.norms import PNorm, in_dtype, norm_along, vector_norm
from workbook.ops.reduction import sum
from workbook.ops.shape import clone, expand


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """Return `input` divided by its p-norm along `dim`, or by `eps` where that is less: vectors of length 1.

    Raises RuntimeError for what holds no floats.

    >>> import workbook as torch
    >>> torch.nn.functional.normalize(torch.tensor([[3., 4.]]))
    tensor([[0.6000, 0.8000]])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.normalize.html
    """
    found = div(input, expand(clamp_min(vector_norm(input, p, dim, True), eps), tuple(input.shape)))
    return found if out is None else out.copy_(found)


@chosen("float32", "cuda")
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Return the cosine of the angle between vectors along `dim`: 1 for one direction, -1 for opposite ones. Shapes broadcast.

    Lengths below `eps` count as `eps`. Raises RuntimeError for what holds no floats.

    >>> import workbook as torch
    >>> torch.nn.functional.cosine_similarity(torch.tensor([[1., 0.]]), torch.tensor([[1., 1.]]))
    tensor([0.7071])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.cosine_similarity.html
    """
    expect_tensors("cosine_similarity", x1=x1, x2=x2)
    if not (x1.is_floating_point() or x2.is_floating_point()) or x1.is_complex() or x2.is_complex():
        kind = x2.dtype if x2.is_complex() else x1.dtype
        raise RuntimeError(explain(f"expected common dtype to be floating point, yet common dtype is {kind.legacy}",
                                   "a cosine lies between whole numbers", "write x1.float(), x2.float()"))
    shape = broadcast_shape(tuple(x1.shape), tuple(x2.shape))
    return sum(mul(_of_length_one(expand(x1, shape), dim, eps), _of_length_one(expand(x2, shape), dim, eps)), dim)


def _of_length_one(x, dim, eps):
    x = x if x.is_floating_point() else x.float()
    length = clone(vector_norm(x, 2, dim, True))
    with no_grad():  # as in PyTorch: the slope is that of the length, also where eps stands in its place
        length.clamp_min_(eps)
    return div(x, length)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """Return the p-norm of `x1 - x2 + eps` along the last axis. Shapes broadcast. Raises TypeError for what is no Tensor.

    >>> import workbook as torch
    >>> torch.nn.functional.pairwise_distance(torch.tensor([[0., 0.]]), torch.tensor([[3., 4.]]))
    tensor([5.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.pairwise_distance.html
    """
    expect_tensors("pairwise_distance", x1=x1, x2=x2)
    p = as_number("pairwise_distance", "p", 3, p, "float")
    return norm_along(in_dtype("linalg.vector_norm", add(sub(x1, x2), eps), None), p, -1, keepdim, PNorm)


@chosen("float32", "cuda")
def pdist(input, p=2.0):
    """Return the distance of each row of a matrix from each later one: of n rows, n * (n - 1) / 2 numbers.

    Raises RuntimeError for what is no matrix, for a negative p and for what holds no floats.

    >>> import workbook as torch
    >>> torch.nn.functional.pdist(torch.tensor([[0., 0.], [3., 4.], [0., 1.]]))
    tensor([5.0000, 1.0000, 4.2426])

    Source: https://pytorch.org/docs/2.13/generated/torch.nn.functional.pdist.html
    """
    expect_tensors("pdist", input=input)
    p = as_number("pdist", "p", 2, p, "float")
    if input.ndim != 2:
        raise RuntimeError(explain(f"pdist only supports 2D tensors, got: {input.ndim}D", "it measures between rows", "give a matrix"))
    if not input.is_floating_point():
        raise RuntimeError(explain("pdist only supports floating-point dtypes", "distances lie between the whole numbers", "write x.float()"))
    if not p >= 0:
        raise RuntimeError(explain("pdist only supports non-negative p values", f"p is {p}", "write p=2 for straight lines"))
    if input.dtype.itemsize == 2:
        raise refused_dtype("pdist", input.dtype, "half precision is too coarse here", "convert it: x.float()")
    first, second = (input.new_tensor(places) for places in np.triu_indices(input.shape[0], 1))
    return vector_norm(sub(input[first.long()], input[second.long()]), p, -1)
