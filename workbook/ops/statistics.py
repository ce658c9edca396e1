"""Statistics made of other functions: quantiles, spreads with their means, covariances, counts."""

import math

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain
from workbook.numbers import number_in
from workbook.ops.arithmetic import add, div, mul, sub
from workbook.ops.autocasting import chosen
from workbook.ops.axes import permute, squeeze, t, unsqueeze
from workbook.ops.bounds import clamp_min
from workbook.ops.choices import clamp, where
from workbook.ops.comparison import isnan
from workbook.ops.complexes import complex, conj, imag, real
from workbook.ops.creation import eye
from workbook.ops.elementwise import not_implemented
from workbook.ops.from_data import tensor
from workbook.ops.linalg import matmul
from workbook.ops.logic import logical_not
from workbook.ops.ordering import sort
from workbook.ops.picks import gather
from workbook.ops.pointwise import ceil, floor, round, sqrt
from workbook.ops.reduction import mean, std, sum, var
from workbook.ops.shape import expand, reshape
from workbook.tensor import Tensor

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Return the standard deviation and the mean, of all elements or along `dim`, as a pair.

    Raises RuntimeError for integers and bools.

    >>> import workbook as torch
    >>> torch.std_mean(torch.tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))

    Source: https://pytorch.org/docs/2.13/generated/torch.std_mean.html
    """
    return _with_mean("std_mean", std, input, dim, unbiased, keepdim, correction)


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Return the variance and the mean, of all elements or along `dim`, as a pair. Raises RuntimeError for integers and bools.

    >>> import workbook as torch
    >>> torch.var_mean(torch.tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))

    Source: https://pytorch.org/docs/2.13/generated/torch.var_mean.html
    """
    return _with_mean("var_mean", var, input, dim, unbiased, keepdim, correction)


def _with_mean(name, function, input, dim, unbiased, keepdim, correction):
    spread_ = function(input, dim, unbiased, keepdim, correction=correction)
    return spread_, mean(input, None if isinstance(dim, bool) else dim, keepdim)


@chosen("float32", "cpu")
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """Return the number below which the part `q` of the elements lies, of all or along `dim`; between two elements on a line.

    `q`: a number from 0 to 1, or a row of them, which becomes the first axis. `interpolation`: linear, lower, higher, midpoint or
    nearest. Raises RuntimeError for integers, for another dtype of q, and for nothing.

    >>> import workbook as torch
    >>> torch.quantile(torch.tensor([0., 1., 2., 3.]), 0.5)
    tensor(1.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.quantile.html
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


@chosen("float32", "cpu")
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """As `quantile`, where NaN does not count.

    Raises RuntimeError for what is not float32 or float64, for nothing at all, and for a `q` outside 0 to 1.

    >>> import workbook as torch
    >>> torch.nanquantile(torch.tensor([1., float("nan"), 2.]), 0.5)
    tensor(1.5000)

    Source: https://pytorch.org/docs/2.13/generated/torch.nanquantile.html
    """
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def _quantile(name, input, q, dim, keepdim, interpolation):
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError(explain(f"{name}() input tensor must be either float or double dtype", f"this one holds {input.dtype}",
                                   f"write x.float().{name}(...)"))
    if not isinstance(q, Tensor):
        if not 0 <= q <= 1:
            raise RuntimeError(explain(f"quantile() q must be in the range [0, 1] but got {q:g}",
                                       "a quantile is a part of all elements", "write 0.5 for the middle"))
        q = tensor(q, dtype=input.dtype, device=input.device)
    if q.ndim > 1:
        raise RuntimeError(explain(f"{name}() q must be a scalar or 1D tensor",
                                   "each q is one quantile", "flatten it: q.flatten()"))
    if q.dtype is not input.dtype:
        raise RuntimeError(explain(f"{name}() q tensor must be same dtype as the input tensor",
                                   f"q holds {q.dtype}, the input {input.dtype}", f"write q.to({input.dtype})"))
    if interpolation not in INTERPOLATIONS:
        raise RuntimeError(explain(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}",
            "it says what stands between two elements", "leave it out, or write 'nearest'"))
    if not input.numel():
        raise RuntimeError(explain(f"{name}() input tensor must be non-empty",
                                   "of no elements there is no quantile", "check x.numel() first"))
    if not ((q._host() >= 0) & (q._host() <= 1)).all():
        raise RuntimeError(explain(f"{name}() q values must be in the range [0, 1]",
                                   "a quantile is a part of all elements", "write 0.5 for the middle"))
    axis = None if dim is None else axis_of(dim, input.shape)
    kept = [1] * input.ndim if dim is None else [1 if i == axis else side for i, side in enumerate(input.shape)]
    rows = reshape(input, (-1,)) if dim is None or not input.ndim else _last(input, axis)
    shape = kept if keepdim else [] if dim is None else [side for i, side in enumerate(kept) if i != axis]
    ordered = reshape(sort(rows, -1).values, (*shape, rows.shape[-1] if rows.ndim else 1))
    found = _in_rows(ordered, reshape(q, (-1,)), name == "nanquantile", interpolation)
    found = permute(found, (found.ndim - 1, *range(found.ndim - 1)))  # q comes first
    return reshape(found, (*q.shape, *shape))


def _last(input, axis):
    return permute(input, (*(i for i in range(input.ndim) if i != axis), axis))


def _in_rows(ordered, q, skip, interpolation):
    """The quantiles of ordered rows, in which NaN stands last: (..., n) and (count,) -> (..., count)."""
    missing = isnan(ordered)
    count = sum(logical_not(missing), -1, True).to(q.dtype)
    top = clamp_min(sub(count, 1), 0) if skip else ordered.shape[-1] - 1
    rank = mul(q, top)
    if not skip:  # one NaN makes the whole row NaN: its rank is the last
        rank = where(sum(missing, -1, True) > 0, float(top), expand(rank, (*ordered.shape[:-1], q.numel())))
    if interpolation in ("lower", "higher", "nearest"):
        rank = {"lower": floor, "higher": ceil, "nearest": round}[interpolation](rank)
    below = floor(rank)
    low = gather(ordered, -1, below.to(dtypes.int64))
    if interpolation not in ("linear", "midpoint"):
        return low
    high = gather(ordered, -1, ceil(rank).to(dtypes.int64))
    weight = sub(rank, below) if interpolation == "linear" else mul(sub(ceil(rank), below), 0.5)
    # from the nearer end, as torch.lerp
    return where(weight < 0.5, add(low, mul(weight, sub(high, low))), sub(high, mul(sub(high, low), sub(1, weight))))


def cov(input, *, correction=1, fweights=None, aweights=None):
    """Return how variables vary together: rows are variables, columns observations, (V, N) -> (V, V).

    `fweights`: how often each observation was made; `aweights`: its weight. Raises RuntimeError for more than two axes.

    >>> import workbook as torch
    >>> torch.cov(torch.tensor([[0., 1., 2.], [2., 1., 0.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.cov.html
    """
    if input.ndim > 2:
        raise RuntimeError(explain(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions",
            "rows are variables and columns observations", "reshape it to two axes"))
    if input.dtype is dtypes.bool_:
        raise RuntimeError(explain("cov(): bool dtype is not supported for input",
                                   "True and False have no mean", "convert it: x.float()"))
    rows = reshape(input, (1, -1)) if input.ndim < 2 else input
    weights = None
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is None:
            continue
        if given.ndim > 1:
            raise RuntimeError(explain(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {given.ndim} dimensions",
                "each observation has one weight", "flatten it"))
        if given.is_floating_point() == (name == "fweights"):
            kind = "integral" if name == "fweights" else "floating point"
            raise RuntimeError(explain(
                f"cov(): expected {name} to have {kind} dtype but got {name} with {given.dtype.legacy} dtype",
                "a frequency counts, and a weight is a float", "convert it"))
        if given.numel() != rows.shape[1]:
            raise RuntimeError(explain(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got {given.numel()} "
                f"!= {rows.shape[1]}",
                "each observation has one weight", "give as many as the rows are long"))
        weights = given if weights is None else mul(weights, given)
    total = rows.shape[1] if weights is None else sum(weights)
    rows = rows if rows.is_floating_point() or rows.is_complex() else rows.to(dtypes.get_default_dtype())
    middle = div(sum(rows if weights is None else mul(rows, weights), 1, True), total)
    if weights is None or aweights is None or correction == 0:
        degrees = sub(total, correction) if isinstance(total, Tensor) else total - correction
    else:
        degrees = sub(total, div(mul(correction, sum(mul(weights, aweights))), total))
    if not isinstance(degrees, Tensor):
        degrees = tensor(float(degrees), dtype=rows.dtype.to_real())
    far = sub(rows, middle)
    both = matmul(far, conj(t(far if weights is None else mul(far, weights))))
    return squeeze(div(both, clamp_min(degrees, 0)))


def corrcoef(input):
    """Return the correlations of variables, from -1 to 1: rows are variables, columns observations, (V, N) -> (V, V).

    Raises RuntimeError for bools, and for more axes than two.

    >>> import workbook as torch
    >>> torch.corrcoef(torch.tensor([[0., 1., 2.], [2., 1., 0.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.corrcoef.html
    """
    if input.ndim > 2:
        raise RuntimeError(explain(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions",
            "rows are variables and columns observations", "reshape it to two axes"))
    c = cov(input)
    if not c.ndim:
        return div(c, c)
    deviation = sqrt(real(sum(mul(c, eye(c.shape[0], dtype=c.dtype, device=c.device)), 1)))
    c = div(div(c, unsqueeze(deviation, 1)), unsqueeze(deviation, 0))
    return complex(clamp(real(c), -1, 1), clamp(imag(c), -1, 1)) if c.is_complex() else clamp(c, -1, 1)


class Bincount(Operation):
    """out[i] = how often i stands in a, or the sum of the weights there"""

    differentiable = False

    def forward(ctx, a, weights, *, minlength):
        return ctx.xp.bincount(a, weights, minlength)


def bincount(input, weights=None, minlength=0):
    """Return how often each number 0, 1, ... stands in a row of integers; with `weights`, the sums of the weights.

    Raises RuntimeError for negative numbers and for more than one axis, NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bincount(torch.tensor([1, 3, 1]))
    tensor([0, 2, 0, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.bincount.html
    """
    if input.dtype.category != dtypes.INTEGRAL:
        raise not_implemented("bincount_cpu", input._array)
    if minlength < 0:
        raise RuntimeError(explain("minlength should be >= 0",
                                   "it says how many bins there are at least", "give a number from 0 on"))
    if not input.numel() and input.ndim == 1:
        return Bincount.apply(input.to(dtypes.int64), None, minlength=minlength)
    if input.ndim != 1 or input._host().min() < 0:
        raise RuntimeError(explain("bincount only supports 1-d non-negative integral inputs.", "each number is a place to count at",
                                   "flatten it, and shift it to begin at 0"))
    if weights is None:
        return Bincount.apply(input.to(dtypes.int64), None, minlength=minlength)
    if weights.shape != input.shape:
        raise RuntimeError(explain("weights should be 1-d and have the same length as input",
                                   "each element has its weight", "give weights the shape of the input"))
    kind = dtypes.float32 if weights.dtype is dtypes.float32 else dtypes.float64
    return Bincount.apply(input.to(dtypes.int64), weights.to(dtypes.float64), minlength=minlength).to(kind)


class Histc(Operation):
    """out = how many elements lie in each of `bins` equal parts of low to high"""

    differentiable = False

    def forward(ctx, a, *, bins, low, high):
        a = a.reshape(-1)
        a = a[(a >= low) & (a <= high)]
        kind = a.dtype.type
        places = ((a - kind(low)) * (kind(bins) / (kind(high) - kind(low)))).astype(dtypes.int64.numpy)
        return ctx.xp.bincount(ctx.xp.minimum(places, bins - 1), None, bins).astype(a.dtype)


def histc(input, bins=100, min=0, max=0):
    """Return how many elements lie in each of `bins` equal parts from `min` to `max`; where these are equal, of all numbers.

    Elements outside are not counted. Raises NotImplementedError for integers, RuntimeError where an end is not finite or beyond
    the dtype.

    >>> import workbook as torch
    >>> torch.histc(torch.tensor([1., 2., 1.]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])

    Source: https://pytorch.org/docs/2.13/generated/torch.histc.html
    """
    if bins <= 0:
        raise RuntimeError(explain(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0", "there is nothing to count into", None))
    ends = _ends("histc", input, min, max)
    if not input.is_floating_point():
        if input.dtype is not dtypes.bool_:
            for end in ends.values():
                number_in(float(end), input._array.dtype)  # PyTorch asks first whether the edges can be written down at all
        raise not_implemented("linspace_cpu" if input.dtype is dtypes.bool_ else "histogram_cpu", input._array)
    return Histc.apply(input, bins=bins, **ends)


def _ends(name, input, low, high):
    for end in (low, high):
        if isinstance(end, int):
            dtypes.within_64_bits(end)
    if low == high and input.numel():
        low, high = float(input._host().min()), float(input._host().max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(explain(f"torch.{name}: range of [{low}, {high}] is not finite", "parts of it would have no size",
                                   "give min and max, and leave out NaN and inf"))
    if low > high:
        raise RuntimeError(explain(f"torch.{name}: max must be larger than min",
                                   "the bins lie between min and max", "exchange them"))
    if low == high:
        low, high = (_beside(end, step, input._array.dtype.type) if input.is_floating_point() else end + step
                     for end, step in ((low, -1), (high, 1)))
    return {"low": low, "high": high}


def _beside(end, step, kind):
    """Return end + step; where the dtype is too coarse for that, the next number it has."""
    moved = kind(end) + kind(step)
    return float(moved if moved != kind(end) else np.nextafter(kind(end), kind(step * math.inf)))
