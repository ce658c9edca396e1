"""Distributions of whole numbers, of yes and no, and of orders."""

import math
import operator

import numpy as np

from workbook import dtypes
from workbook.errors import explain
from workbook.random.continuous import fill_uniform
from workbook.random.filling import dtype_of, fill, locked, memory_axes, not_implemented
from workbook.random.slices import for_slices
from workbook.random.generator import Generator, each  # noqa: F401  Generator: for the examples


@for_slices
def fill_integers(array, low=None, high=None, generator=None):
    """Fill `array` with whole numbers from [low, high), each as likely as the others.

    Without bounds: from 0 to the largest of an integer dtype, or as far as a floating-point dtype counts without gaps. Raises
    RuntimeError for bounds that are empty or that the dtype does not hold, NotImplementedError for complex dtypes.

    >>> fill_integers(np.empty(5, np.int64), 0, 10, Generator().manual_seed(0))
    array([4, 9, 3, 0, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.random_.html
    """
    kind = dtype_of(array)
    if kind.is_complex:
        raise not_implemented("random_kernel_cpu", kind)
    if kind.is_floating_point:
        last = 2 ** (np.finfo(array.dtype).nmant + 1)
        first = -last
    else:
        first, last = (0, 1) if kind is dtypes.bool else (np.iinfo(array.dtype).min, np.iinfo(array.dtype).max)

    if low is None and high is None:
        low, span, wide = 0, last + 1, kind.itemsize == 8
    else:
        low, high = 0 if low is None else operator.index(low), last + 1 if high is None else operator.index(high)
        if not low < high:
            raise RuntimeError(explain(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}",
                                       "the upper bound is left out, so no number is between them", "raise the upper bound"))
        for name, bound in (("from", low), ("to - 1", high - 1)):
            if not first <= bound <= last:
                limits = C_NAMES.get(kind) or f"[-(2^{last.bit_length() - 1}), 2^{last.bit_length() - 1}]"
                raise RuntimeError(explain(f"{name} is out of bounds {'for ' * (kind in C_NAMES)}{limits}",
                                           f"{kind} does not hold every whole number up to {bound}",
                                           f"stay between {first} and {last}, or choose a larger dtype"))
        span = high - low
        wide = span >= 2**28

    def draw(source, n):
        numbers = source.random64(n) if wide else source.random32(n)
        if span < 2**64:
            numbers = numbers % numbers.dtype.type(span)
        return (numbers.astype(np.uint64) + np.uint64(low % 2**64)).view(np.int64)  # wraps round, so `low` may be negative

    return fill(array, generator, draw)


def fill_bernoulli(array, p=0.5, generator=None):
    """Fill `array` with ones, each with probability `p`, and zeros: `p` is a number, or an array that broadcasts to its shape.

    Any dtype of `array`. A number is compared with 53 random bits, an array of p with as many as its own dtype draws. Raises
    RuntimeError for p outside [0, 1], NotImplementedError for an array of p that is not floating-point.

    >>> fill_bernoulli(np.empty(6, np.float32), 0.5, Generator().manual_seed(0))
    array([0., 0., 1., 0., 0., 0.], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.bernoulli_.html
    """
    why, fix = "a probability lies between 0 and 1", "put scores through sigmoid or softmax first"
    if not isinstance(p, np.ndarray):
        if not 0 <= p <= 1:
            raise RuntimeError(explain(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}", why, fix))
        return _fill_with_chance(array, p, generator)
    if not dtype_of(p).is_floating_point:
        raise not_implemented("bernoulli_tensor_cpu_p_", dtype_of(p))
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(explain("Expected p_in >= 0 && p_in <= 1 to be true, but got false.", why, fix))
    axes = memory_axes(array)
    p_in_order = np.broadcast_to(p, array.shape).transpose(axes)
    drawn = np.empty(p_in_order.shape, np.float64 if p.dtype == np.float64 else np.float32)
    array.transpose(axes)[...] = fill_uniform(drawn, generator=generator) < p_in_order
    return array


@for_slices
def _fill_with_chance(array, p, generator):
    return fill(array, generator, lambda source, n: source.below64(n, p))


@for_slices
def fill_geometric(array, p, generator=None):
    """Fill `array` with how many tries it takes, each with probability `p`, until one succeeds.

    Raises RuntimeError for p outside (0, 1).

    >>> bool((fill_geometric(np.empty(3), 0.5, Generator().manual_seed(0)) >= 1).all())
    True

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.geometric_.html
    """
    if not 0 < p < 1:
        raise RuntimeError(explain(f"geometric_ expects p to be in (0, 1), but got p={p:g}", "with p = 0 no try ever succeeds",
                                   "choose a probability between 0 and 1"))
    return fill(array, generator, lambda source, n: np.ceil(each(_log, source.uniform64(n)) / math.log1p(-p)))


def _log(x):
    return math.log(x) if x else -math.inf


def permutation(n, generator=None):
    """Return the numbers 0 to n - 1 in random order, int64 of shape (n,).

    Raises RuntimeError for a negative n, NotImplementedError from 2**32 // 20 on, where PyTorch draws by another scheme.

    >>> permutation(5, Generator().manual_seed(0))
    array([4, 0, 1, 3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.randperm.html; Fisher and Yates's shuffle
    """
    if n < 0:
        raise RuntimeError(explain(f"Trying to create tensor with negative dimension {n}: [{n}]",
                                   "n counts the numbers to shuffle", "pass n >= 0"))
    if n >= 2**32 // 20:
        raise NotImplementedError(explain(f"randperm is not written for n = {n}", "PyTorch changes its scheme at 2**32 // 20",
                                          "shuffle fewer numbers"))
    return _fill_permutations(np.empty(n, np.int64), generator)


@for_slices
def _fill_permutations(array, generator):
    n = array.shape[-1]
    for place in np.ndindex(array.shape[-2::-1]):  # of slices inside slices PyTorch shuffles the innermost last
        with locked(generator) as source:
            steps = source.random32(max(n - 1, 0)) % np.arange(n, 1, -1, dtype=np.uint32)
        array[place[::-1]] = _exchanged(np.arange(n), np.arange(max(n - 1, 0)) + steps)
    return array


def _exchanged(order, targets):
    """Let each place i of `order`, one after the other, exchange its number with that at `targets[i]`, which is i or behind it.

    A long row is done in stretches of places. Nearly all exchanges of a stretch touch two places that no other one of it touches:
    these are made at once, and the others follow in their order.
    """
    count, start = len(order), 0
    writer, shared = np.empty(count, np.int64), np.zeros(count, bool)
    while count - start > 4096:
        stop = start + (count - start) // 64
        own, to = np.arange(start, stop), targets[start:stop]
        writer[to] = own
        shared[to[writer[to] != own]] = True  # several exchanges go there: not all can be the last that wrote its name
        inside = to < stop
        alone = ~(shared[to] | inside)
        alone[to[inside] - start] = False
        i, j = own[alone], to[alone]
        order[i], order[j] = order[j], order[i]
        for i, j in zip(own[~alone].tolist(), to[~alone].tolist()):
            order[i], order[j] = order[j], order[i]
        start = stop
    rest = order[start:].tolist()
    for i, j in enumerate((targets[start:] - start).tolist()):
        rest[i], rest[j] = rest[j], rest[i]
    order[start:] = rest
    return order


def random_int64(generator=None):
    """Return a whole number from [0, 2**63): the base seed that every pass over a DataLoader draws.

    >>> random_int64(Generator().manual_seed(0))
    900450186894289455

    Source: https://pytorch.org/docs/2.13/data.html#randomness-in-multi-process-data-loading
    """
    with locked(generator) as source:
        return int(source.random64(1)[0]) % 2**63


C_NAMES = {dtypes.bool: "bool", dtypes.uint8: "unsigned char", dtypes.int8: "signed char", dtypes.int16: "short",
           dtypes.int32: "int", dtypes.int64: "long"}  # PyTorch names these in its messages
