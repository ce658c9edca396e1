"""Random Tensors by the numbers in other Tensors: normal numbers around means, draws from weights; more in-place fills."""

import numpy as np

from workbook import random
from workbook.autograd.modes import no_grad
from workbook.autograd.operation import Operation
from workbook.devices import check_memory
from workbook.errors import explain, not_a_tensor, shape_text
from workbook.formats import laid_by
from workbook.ops.alike import empty_like
from workbook.ops.arithmetic import add, mul
from workbook.ops.choices import flat
from workbook.ops.creation import empty
from workbook.ops.elementwise import broadcast_shape, cannot_broadcast, not_implemented
from workbook.ops.inplace import exponential_, normal_, on_host, random_fill
from workbook.ops.shape import size_of_new
from workbook.random.filling import memory_axes
from workbook.tensor import Tensor, wrap

cauchy_ = random_fill("cauchy_", random.fill_cauchy, "Fill with Cauchy's random numbers around `median`, of width `sigma`",
                      "for a width of 0 or below")
log_normal_ = random_fill("log_normal_", random.fill_log_normal,
                          "Fill with numbers whose logarithms are normal, of this mean and std", "for a std of 0 or below")
geometric_ = random_fill("geometric_", random.fill_geometric,
                         "Fill with how many tries of probability `p` it takes until one succeeds", "for a p that is not between 0 and 1")


def normal(mean, std=1.0, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Return normal random numbers of this mean and standard deviation: Tensors that broadcast, or two numbers with a `size`.

    Raises RuntimeError for a negative std, NotImplementedError for what holds no floats.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.normal(0.0, 1.0, (2,)), torch.normal(torch.tensor([1., 100.]), 0.1)
    (tensor([ 1.5410, -0.2934]), tensor([  0.7821, 100.0568]))

    Source: https://pytorch.org/docs/2.13/generated/torch.normal.html
    """
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        if size is None:
            raise TypeError(explain("normal() received an invalid combination of arguments - got numbers without a size",
                                    "two numbers do not say how many to draw", "write torch.normal(0.0, 1.0, (2, 3))"))
        out = normal_(empty(size_of_new((size,)), dtype=dtype, device=device), mean, std, generator=generator)
        return out.requires_grad_() if requires_grad else out
    if isinstance(std, Tensor) and std.numel() and bool((std < 0).any()):
        raise RuntimeError(explain("normal expects all elements of std >= 0.0", "a standard deviation is a distance",
                                   "pass its absolute value, or check how it was computed"))
    with no_grad():
        if not isinstance(std, Tensor):
            return add(normal_(_blank(mean), 0.0, std, generator=generator), mean)
        if not isinstance(mean, Tensor):
            return add(mul(normal_(_blank(std), generator=generator), std), mean)
        shape = broadcast_shape(tuple(mean.shape), tuple(std.shape))
        return add(mul(normal_(empty(shape, dtype=mean.dtype, device=mean.device), generator=generator), std), mean)


def _blank(like):
    return empty(tuple(like.shape), dtype=like.dtype, device=like.device)  # filled row by row, however `like` lies in memory


def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Return int64 places drawn with the weights in `input`, `(n) -> (num_samples)` or `(rows, n) -> (rows, num_samples)`.

    Floats, not negative, need not add up to 1. Without replacement no place comes twice. Raises RuntimeError for weights that are
    negative or all 0, and for more samples than there are weights.

    >>> import workbook as torch
    >>> torch.multinomial(torch.tensor([0., 1., 0.]), 2, replacement=True)
    tensor([1, 1])

    Source: https://pytorch.org/docs/2.13/generated/torch.multinomial.html
    """
    random.check_generator(generator, input._device)
    n = input.shape[-1] if input.ndim else 0
    if input.ndim not in (1, 2):
        raise RuntimeError(explain("prob_dist must be 1 or 2 dim", f"its shape is {shape_text(input.shape)}",
                                   "give rows of weights"))
    if not input.is_floating_point():
        raise RuntimeError(explain(f"multinomial only supports floating-point dtypes for input, got: {input.dtype.legacy}",
                                   "weights are floats", "convert them: x.float()"))
    if num_samples <= 0:
        raise RuntimeError(explain("cannot sample n_sample <= 0 samples", f"num_samples is {num_samples}", "draw at least one"))
    if not replacement and num_samples > n:
        raise RuntimeError(explain("cannot sample n_sample > prob_dist.size(-1) samples without replacement",
                                   f"{num_samples} of {n} places", "write replacement=True"))
    weights = input._host()
    if not ((weights >= 0) & (weights < np.inf)).all():
        raise RuntimeError(explain("probability tensor contains either `inf`, `nan` or element < 0", "a weight says how often",
                                   "put scores through softmax first"))
    if (weights.sum(-1) == 0).any():
        raise RuntimeError(explain("invalid multinomial distribution (sum of probabilities <= 0)", "all weights are 0",
                                   "give at least one place a weight"))
    if replacement and num_samples > 1:
        places = _with_replacement(weights, num_samples, generator)
    else:  # a race: each place arrives after an exponential time, sooner with more weight
        with no_grad():
            times = exponential_(empty_like(input), generator=generator)._host()
        speed = weights / times
        order = np.argsort(-speed, -1, kind="stable") if num_samples > 1 else speed.argmax(-1)[..., None]
        places = order[..., :num_samples]
    return wrap(input._device.backend.from_host(np.ascontiguousarray(places, np.int64), input._device.index), input._device)


def _with_replacement(weights, count, generator):
    rows = weights.reshape(-1, weights.shape[-1])
    totals = np.cumsum(rows, -1, dtype=rows.dtype)
    totals = totals / totals[:, -1:]
    totals[:, -1] = 1
    check_memory((len(rows), count))
    uniforms = random.fill_uniform(np.empty((len(rows), count)), generator=generator)
    places = [np.searchsorted(total, row) for total, row in zip(totals, uniforms)]
    return np.array(places, np.int64).reshape(*weights.shape[:-1], count)


class Poisson(Operation):
    """out = how often something happens that happens a times on average: drawn, so it has no slope"""

    def forward(ctx, a, *, generator):
        if a.dtype.kind != "f":
            raise not_implemented("poisson_cpu", a)
        return on_host(ctx.xp, lambda rates: random.draw_poisson(rates, generator), a)

    def backward(ctx, grad):
        return flat(grad)


def poisson(input, generator=None):
    """Return random counts: for each element, how often something happens that happens so often on average.

    Floats from 0. Raises RuntimeError for a negative rate, NotImplementedError for integers.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.poisson(torch.tensor([0., 3., 100.]))
    tensor([ 0.,  6., 96.])

    Source: https://pytorch.org/docs/2.13/generated/torch.poisson.html
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("poisson", "input", 1, input)
    random.check_generator(generator, input._device)
    return Poisson.apply(input, generator=generator)


def _in_memory_order(draw, a, b):
    """What `draw` makes of two arrays, one pair after the other as the result lies in memory: in the order of its shape where it has that of a."""
    blank = np.empty(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    if blank.shape == a.shape:
        return draw(a, np.broadcast_to(b, a.shape))
    axes = memory_axes(laid_by(np, blank, (a, b), (a, b)))
    return draw(*(np.broadcast_to(given, blank.shape).transpose(axes) for given in (a, b))).transpose(np.argsort(axes))


class Binomial(Operation, name="NotImplemented"):
    """out = how many of a tries succeed with probability b: drawn, and PyTorch gives it no slope"""

    prefix = "torch::autograd::"

    def forward(ctx, a, b, *, generator):
        return on_host(ctx.xp, lambda a, b: _in_memory_order(lambda *pair: random.draw_binomial(*pair, generator), a, b), a, b)

    def backward(ctx, grad):
        raise RuntimeError(explain("derivative for aten::binomial is not implemented", "counts that are drawn do not move with count and prob",
                                   "draw outside the graph: torch.binomial(count.detach(), prob.detach())"))

    @classmethod
    def refusal(cls, problem, arrays, options):
        return cannot_broadcast(*(array.shape for array in arrays))


def binomial(count, prob, generator=None):
    """Return random counts: how many of `count` tries succeed with probability `prob`. Both are floats, of one dtype.

    Raises ValueError for integers.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.binomial(torch.tensor([10., 100.]), torch.tensor([0.5, 0.1]))
    tensor([ 7., 11.])

    Source: https://pytorch.org/docs/2.13/generated/torch.binomial.html
    """
    for place, (name, given) in enumerate((("count", count), ("prob", prob)), start=1):
        if not isinstance(given, Tensor):
            raise not_a_tensor("binomial", name, place, given)
        if not given.is_floating_point():
            raise ValueError(explain(f"binomial only supports floating-point dtypes for {name}, got: {given.dtype.legacy}",
                                     "counts and probabilities are floats here", "write .float()"))
    random.check_generator(generator, count._device)
    return Binomial.apply(count, prob, generator=generator)
