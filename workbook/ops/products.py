"""Outer and inner products, sums of products over chosen axes, crosses, Kronecker's product."""

import warnings

from workbook import dtypes
from workbook.autograd.conjugates import conjugate
from workbook.axes import axis_of
from workbook.errors import explain, not_a_tensor, refused_dtype, shape_text
from workbook.ops.added import must_be_vector
from workbook.ops.arithmetic import mul
from workbook.ops.autocasting import chosen, in_dtype
from workbook.ops.axes import permute, unsqueeze
from workbook.ops.complexes import conj
from workbook.ops.elementwise import Elementwise, cannot_broadcast, meet
from workbook.ops.linalg import Dot, dot, mm
from workbook.ops.reduction import sum
from workbook.ops.shape import UnsafeView, no_view, reshape, shares
from workbook.ops.squares import floats_only
from workbook.tensor import Tensor


def outer(input, vec2):
    """Return every product of an element of one vector with one of the other, `(n) x (m) -> (n, m)`. Also `torch.ger`.

    Raises RuntimeError for what is no vector.

    >>> import workbook as torch
    >>> torch.outer(torch.tensor([1, 2]), torch.tensor([1, 10, 100]))
    tensor([[  1,  10, 100],
            [  2,  20, 200]])

    Source: https://pytorch.org/docs/2.13/generated/torch.outer.html
    """
    must_be_vector("outer", "self", input)
    must_be_vector("outer", "vec2", vec2)
    return mul(reshape(input, (-1, 1)) if input.numel() else unsqueeze(input, 1), vec2)


def inner(input, other):
    """Return the sums of products along the last axis of both, `(..., k) x (,,, k) -> (..., ,,,)`; a number scales.

    Raises RuntimeError where the last axes or the dtypes differ.

    >>> import workbook as torch
    >>> torch.inner(torch.tensor([1, 2]), torch.tensor([[1, 10], [3, 4]]))
    tensor([21, 11])

    Source: https://pytorch.org/docs/2.13/generated/torch.inner.html
    """
    if input.ndim == 0 or other.ndim == 0:
        return mul(input, other)
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(explain(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{shape_text(input.shape)} and {shape_text(other.shape)}", "each element meets its partner",
            "make the last axes equally long"))
    return tensordot(input, other, ([-1], [-1]))


class Vdot(Dot):
    """out = the sum of conj(a) * b, for two vectors"""

    holomorphic = False

    def forward(ctx, a, b):
        ctx.save_crosswise(a, b)
        return ctx.xp.vdot(a, b)

    def backward(ctx, grad):
        a, b = ctx.saved
        return (conjugate(grad) * b if ctx.needs_input_grad[0] else None,
                grad * a if ctx.needs_input_grad[1] else None)


def vdot(input, other):
    """Return the sum of products of two vectors of one length, the first one conjugated.

    Raises RuntimeError for what is no vector, and where lengths or dtypes differ.

    >>> import workbook as torch
    >>> torch.vdot(torch.tensor([1., 2.]), torch.tensor([1., 1.]))
    tensor(3.)

    Source: https://pytorch.org/docs/2.13/generated/torch.vdot.html
    """
    if input.ndim != 1 or tuple(input.shape) != tuple(other.shape):
        return dot(input, other)
    return Vdot.apply(input, other)


@chosen("widest", "cuda")
def tensordot(a, b, dims=2):
    """Return the sums of products over axes of `a` paired with axes of `b`: the last and first `dims`, or two lists of axes.

    The result has the other axes of `a`, then those of `b`. Raises RuntimeError where paired axes or the dtypes differ.

    >>> import workbook as torch
    >>> torch.tensordot(torch.ones(2, 3, 4), torch.ones(4, 3), dims=([1, 2], [1, 0]))
    tensor([12., 12.])

    Source: https://pytorch.org/docs/2.13/generated/torch.tensordot.html
    """
    if a.dtype is not b.dtype:
        raise RuntimeError(explain("both inputs should have same dtype", f"they hold {a.dtype} and {b.dtype}",
                                   f"convert one: b.to({a.dtype})"))
    if not (isinstance(dims, (int, Tensor)) or isinstance(dims, (tuple, list)) and len(dims) == 2):
        raise RuntimeError(explain("tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, but "
                                   f"got dims={dims}", "it pairs axes of the two Tensors", "write dims=1, or dims=([1], [0])"))
    first, second = _paired_axes(a, b, dims)
    for i, j in zip(list(first), list(second)):
        m, n = a.shape[i], b.shape[j]
        if m != n and 1 in (m, n):  # a single one meets the sum of the others
            a, b = (a, sum(b, j, keepdim=True, dtype=b.dtype)) if m == 1 else (sum(a, i, keepdim=True, dtype=a.dtype), b)
        elif m != n:
            raise RuntimeError(explain(
                f"contracted dimensions need to match, but first has size {m} in dim {i} and second has size {n} in dim {j}",
                f"the shapes are {shape_text(a.shape)} and {shape_text(b.shape)}", "pair axes of one length"))
    first, second = [axis_of(i, a.ndim) for i in first], [axis_of(j, b.ndim) for j in second]
    rest_a, rest_b = ([i for i in range(t.ndim) if i not in axes] for t, axes in ((a, first), (b, second)))
    inside, out = 1, [a.shape[i] for i in rest_a] + [b.shape[j] for j in rest_b]
    for i in first:
        inside *= a.shape[i]
    rows, columns = permute(a, rest_a + first), permute(b, second + rest_b)
    if not out:
        return dot(reshape(rows, (inside,)), reshape(columns, (inside,)))
    height, width = 1, 1
    for i in rest_a:
        height *= a.shape[i]
    for j in rest_b:
        width *= b.shape[j]
    return reshape(mm(reshape(rows, (height, inside)), reshape(columns, (inside, width))), out)


def _paired_axes(a, b, dims):
    if isinstance(dims, (tuple, list)):
        first, second = ([axes] if isinstance(axes, int) else list(axes) for axes in dims)
    elif hasattr(dims, "tolist"):
        first, second = dims.tolist() if dims.ndim else (range(-dims.item(), 0), range(dims.item()))
    else:
        if dims < 0:
            raise RuntimeError(explain(f"tensordot expects dims >= 0, but got dims={dims}", "it counts axes", "write dims=2"))
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(explain(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}",
                                       f"the tensors have {a.ndim} and {b.ndim} axes", "pair fewer axes"))
        first, second = list(range(-dims, 0)), list(range(dims))
    if len(first) != len(second):
        raise RuntimeError(explain("both dimension lists should have same length",
                                   f"{len(first)} axes meet {len(second)}", "name a partner for each axis"))
    return first, second


class Cross(Elementwise, name="LinalgCrossBackward0"):
    """out = a x b along `axis`, which has three elements"""

    dtype_rule = staticmethod(dtypes.as_given)
    lies_as_inputs = False

    def forward(ctx, a, b, *, axis):
        ctx.save(a, b)
        ctx.axis = axis
        xp = ctx.xp
        a, b = (xp.moveaxis(x, axis, 0) for x in xp.broadcast_arrays(a, b))
        return xp.ascontiguousarray(xp.moveaxis(xp.stack([a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]), 0, axis))

    def backward(ctx, grad):
        a, b = ctx.saved
        return Cross.apply(b, grad, axis=ctx.axis), Cross.apply(grad, a, axis=ctx.axis)


def cross(input, other, dim=None):
    """Return the cross product along `dim`, an axis of three elements: the vector that stands on both.

    Without `dim`, the first axis of length 3 is taken, with a warning (`torch.linalg.cross` takes the last axis). Raises RuntimeError where the
    axis has another length.

    >>> import workbook as torch
    >>> torch.cross(torch.tensor([1., 0., 0.]), torch.tensor([0., 1., 0.]), dim=0)
    tensor([0., 0., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.cross.html
    """
    input, other = in_dtype("widest", ("cuda",), input, other)
    if dim is None:
        warnings.warn("Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use "
                      "torch.linalg.cross.\nThe default value of dim will change to agree with that of linalg.cross in a future release.",
                      UserWarning, stacklevel=3)
        dim = next((i for i, side in enumerate(input.shape) if side == 3), None)
        if dim is None:
            raise RuntimeError(explain("no dimension of size 3 in input", f"the shape is {shape_text(input.shape)}",
                                       "the cross product is one of vectors with three elements"))
    return cross_along(input, other, dim)


def cross_along(input, other, dim=-1):
    """As `cross`, along the last axis where none is named: `torch.linalg.cross`.

    Raises RuntimeError where the axis has not length 3, and where axes or dtypes differ.

    >>> import workbook as torch
    >>> torch.linalg.cross(torch.tensor([1., 0., 0.]), torch.tensor([0., 1., 0.]))
    tensor([0., 0., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.cross.html
    """
    input, other = in_dtype("widest", ("cuda",), input, other)
    if input.ndim != other.ndim:
        raise RuntimeError(explain("linalg.cross: inputs must have the same number of dimensions.",
                                   f"the shapes are {shape_text(input.shape)} and {shape_text(other.shape)}",
                                   "add an axis of length 1 with unsqueeze"))
    axis = axis_of(dim, input.shape)
    if not input.ndim or input.shape[axis] != 3 or other.shape[axis] != 3:
        sizes = [x.shape[axis] if x.ndim else 1 for x in (input, other)]
        raise RuntimeError(explain(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes[0]} and {sizes[1]}",
            f"the shapes are {shape_text(input.shape)} and {shape_text(other.shape)}", "name the axis of three: dim="))
    if not meet(tuple(input.shape), tuple(other.shape)):
        raise cannot_broadcast(tuple(input.shape), tuple(other.shape))
    if input.dtype is not other.dtype:
        raise RuntimeError(explain(f"expected scalar type {input.dtype.legacy} but found {other.dtype.legacy}",
                                   "both vectors must have one dtype", f"convert one: b.to({input.dtype})"))
    if input.dtype is dtypes.bool:
        raise refused_dtype("cross", input.dtype, "there is no cross product of yes and no", "convert them: x.float()")
    return Cross.apply(input, other, axis=axis)


def kron(input, other):
    """Return Kronecker's product: `other` in place of each element of `input`, times that element. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.kron(torch.eye(2), torch.ones(1, 2))
    tensor([[1., 1., 0., 0.],
            [0., 0., 1., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.kron.html
    """
    if not isinstance(other, Tensor):
        raise not_a_tensor("kron", "other", 2, other)
    ndim = max(input.ndim, other.ndim)
    a, b = ((1,) * (ndim - x.ndim) + tuple(x.shape) for x in (input, other))
    apart = [reshape(input, [side for n in a for side in (n, 1)]), reshape(other, [side for n in b for side in (1, n)])]
    product, shape = mul(*apart), tuple(m * n for m, n in zip(a, b))
    if not shares(product._array, shape):
        raise no_view(product._array)
    return UnsafeView.apply(product, shape=shape)


@chosen("half", "cpu", "cuda")
def vecdot(x, y, *, dim=-1):
    """Return the sums of products along `dim`, `(..., k), (..., k) -> (...)`.

    Floats of one dtype. Raises RuntimeError for other dtypes.

    >>> import workbook as torch
    >>> torch.linalg.vecdot(torch.tensor([[1., 2.], [3., 4.]]), torch.tensor([1., 1.]))
    tensor([3., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.linalg.vecdot.html
    """
    floats_only("linalg.vecdot", x)
    if x.dtype is not y.dtype:
        raise RuntimeError(explain(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {x.dtype.legacy} and y of type "
            f"{y.dtype.legacy} instead", "products do not promote", f"convert one: y.to({x.dtype})"))
    return vdot(x, y) if x.ndim == y.ndim == 1 else sum(mul(conj(x), y), dim)
