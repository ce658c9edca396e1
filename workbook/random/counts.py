"""Distributions that count: how often something happens. Each number is drawn from a rate of its own, one after the other.

Small rates are counted out; large ones come from a shape that is drawn in two numbers and accepted or rejected
(Hörmann, The transformed rejection method for generating Poisson random variables, 1993; The generation of binomial random
variates, 1993). The order of the draws is PyTorch's, so the numbers are.
"""

import math

import numpy as np

from workbook.errors import explain
from workbook.random.filling import locked
from workbook.random.generator import Generator  # noqa: F401  for the examples


def draw_poisson(rates, generator=None):
    """Return, for each rate, how often something happens that happens so often on average; rates are floats from 0.

    >>> draw_poisson(np.array([0.0, 3.0]), Generator().manual_seed(0))
    array([0., 6.])

    Source: https://pytorch.org/docs/2.13/generated/torch.poisson.html
    """
    if not (rates >= 0).all():
        raise RuntimeError(explain("invalid Poisson rate, expected rate to be non-negative", "a rate says how often, on average",
                                   "pass rates from 0"))
    with locked(generator) as source:
        uniform = _one_by_one(source)
        drawn = [_poisson(rate, uniform) for rate in rates.ravel().tolist()]
    return np.array(drawn, np.float64).reshape(rates.shape).astype(rates.dtype)


def draw_binomial(counts, chances, generator=None):
    """Return, for each pair, how many of `counts` tries succeed with probability `chances`.

    >>> draw_binomial(np.array([10.0]), np.array([0.5]), Generator().manual_seed(0))
    array([7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.binomial.html
    """
    with locked(generator) as source:
        uniform = _one_by_one(source)
        drawn = [_binomial(count, chance, counts.dtype.type, uniform)
                 for count, chance in zip(counts.ravel().tolist(), chances.ravel().tolist())]
    return np.array(drawn, np.float64).reshape(counts.shape).astype(counts.dtype)


def _one_by_one(source):
    """A function that draws one uniform number."""
    return lambda: float(source.uniform64(1)[0])


def _log(x):
    return math.log(x) if x > 0 else -math.inf


def _poisson(rate, uniform):
    if rate == 0:
        return 0
    if rate < 10:  # products of uniforms stay above exp(-rate) so many times
        least, product, count = math.exp(-rate), uniform(), 0
        while product > least:
            count += 1
            product *= uniform()
        return count
    root, logarithm = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    alpha = 1.1239 + 1.1328 / (b - 3.4)
    sure = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        left = 0.5 - abs(u)
        place = (2 * a / left + b) * u + rate + 0.43 if left else -1
        k = math.floor(place) if math.isfinite(place) else -2**63  # what C makes of a number that is none
        if left >= 0.07 and v <= sure:
            return k
        if k < 0 or left < 0.013 and v > left:
            continue
        if _log(v) + math.log(alpha) - math.log(a / (left * left) + b) <= -rate + k * logarithm - math.lgamma(k + 1):
            return k


def _binomial(count, chance, rounded, uniform):
    if count <= 0 or chance <= 0:
        return 0
    if chance >= 1 or math.isinf(count):
        return count
    if chance != chance or count != count:
        return math.nan
    less = chance if chance <= 0.5 else float(rounded(1.0 - chance))
    found = (_from_a_shape if float(rounded(count * less)) >= 10 else _by_waiting)(count, less, uniform)
    return found if chance <= 0.5 else count - found


def _by_waiting(count, chance, uniform):
    """Add up how long it takes to each success, until the tries are used up."""
    waited, successes, logarithm = 0, 0, math.log1p(-chance)
    while True:
        waited += math.ceil(_log(uniform()) / logarithm) if logarithm else math.inf
        if waited > count:
            return successes
        successes += 1


def _from_a_shape(count, chance, uniform):
    deviation = math.sqrt(count * chance * (1 - chance))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * chance
    centre = count * chance + 0.5
    sure = 0.92 - 4.2 / b
    odds = chance / (1 - chance)
    alpha = (2.83 + 5.1 / b) * deviation
    top = math.floor((count + 1) * chance)
    while True:
        u = uniform() - 0.5
        v = uniform()
        left = 0.5 - abs(u)
        k = math.floor((2 * a / left + b) * u + centre) if left else -1
        if left >= 0.07 and v <= sure:
            return k
        if k < 0 or k > count:
            continue
        height = ((top + 0.5) * math.log((top + 1) / (odds * (count - top + 1)))
                  + (count + 1) * math.log((count - top + 1) / (count - k + 1))
                  + (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
                  + _stirling(top) + _stirling(count - top) - _stirling(k) - _stirling(count - k))
        if _log(v * alpha / (a / (left * left) + b)) <= height:
            return k


def _stirling(k):
    """What Stirling's formula for log k! lacks."""
    if k <= 9:
        return math.lgamma(k + 1) - ((k + 0.5) * math.log(k + 1) - (k + 1) + math.log(2 * math.pi) / 2)
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
