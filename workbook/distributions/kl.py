"""How far one random model is from another: the Kullback-Leibler divergence, by a formula for each pair of kinds.

Sources: Gil, Alajaji and Linder, Rényi divergence measures for commonly used univariate continuous distributions (2013), for exponential,
Gumbel, Laplace, normal and uniform; Chyzak and Nielsen, A closed-form formula for the Kullback-Leibler divergence between Cauchy
distributions (2019).
"""

import math
import warnings

import workbook as torch
from workbook.distributions.bernoulli import Bernoulli
from workbook.distributions.binomial import Binomial
from workbook.distributions.categorical import Categorical
from workbook.distributions.cauchy import Cauchy
from workbook.distributions.continuous_bernoulli import ContinuousBernoulli
from workbook.distributions.exponential import Exponential
from workbook.distributions.geometric import Geometric
from workbook.distributions.gumbel import Gumbel
from workbook.distributions.half_normal import HalfNormal
from workbook.distributions.independent import Independent
from workbook.distributions.laplace import Laplace
from workbook.distributions.multivariate_normal import MultivariateNormal, log_of_stretch, squared_length
from workbook.distributions.normal import Normal
from workbook.distributions.one_hot_categorical import OneHotCategorical
from workbook.distributions.poisson import Poisson
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.uniform import Uniform
from workbook.distributions.utils import euler_constant, sum_rightmost
from workbook.errors import explain
from workbook.nn.functional import softplus

_formulas = {}


def register_kl(type_p, type_q):
    """As a decorator: the function computes the divergence of a `type_p` from a `type_q`, and of classes that descend from these.

    Raises nothing; where two formulas fit equally well, `kl_divergence` warns.

    >>> from workbook.distributions import Cauchy, Normal
    >>> @register_kl(Cauchy, Normal)
    ... def kl(p, q):
    ...     return torch.tensor(math.inf)
    >>> kl_divergence(Cauchy(0., 1.), Normal(0., 1.))
    tensor(inf)

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.kl.register_kl
    """

    def register(function):
        _formulas[type_p, type_q] = function
        return function

    return register


def kl_divergence(p, q):
    """Return KL(p || q): the mean, over values of p, of log p - log q, in nats. 0 where both are the same; never below.

    Raises NotImplementedError where there is no formula for the two kinds.

    >>> from workbook.distributions import Normal
    >>> kl_divergence(Normal(torch.tensor([0., 1.]), 1.), Normal(0., 1.))
    tensor([0.0000, 0.5000])

    Source: https://pytorch.org/docs/2.13/distributions.html#torch.distributions.kl.kl_divergence
    """
    fitting = [pair for pair in _formulas if isinstance(p, pair[0]) and isinstance(q, pair[1])]
    if not fitting:
        raise NotImplementedError(explain(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}",
            "there is no formula for this pair", "estimate it: x = p.sample((1000,)), then (p.log_prob(x) - q.log_prob(x)).mean(0)"))
    of_p, of_q = type(p).__mro__.index, type(q).__mro__.index
    best = min(fitting, key=lambda pair: (of_p(pair[0]), of_q(pair[1])))
    other = min(fitting, key=lambda pair: (of_q(pair[1]), of_p(pair[0])))
    if _formulas[best] is not _formulas[other]:
        warnings.warn(f"Ambiguous kl_divergence({type(p).__name__}, {type(q).__name__}). Please register_kl({best[0].__name__}, "
                      f"{other[1].__name__})", RuntimeWarning, stacklevel=2)
    return _formulas[best](p, q)


def _with(value, where, number):
    return torch.where(where, torch.full_like(value, number), value)


@register_kl(Normal, Normal)
def _normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p, q):
    return _normal(p.base_dist, q.base_dist)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError(explain("KL-divergence between two Multivariate Normals with different event shapes cannot be computed",
                                 f"vectors of {p.event_shape[0]} numbers, and of {q.event_shape[0]}", "compare models of the same vectors"))
    turned = torch.linalg.solve_triangular(q._factor, p._factor, upper=False)
    rest = turned.pow(2).sum((-2, -1)) + squared_length(q._factor, q.loc - p.loc) - p.event_shape[0]
    return log_of_stretch(q._factor) - log_of_stretch(p._factor) + 0.5 * rest


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p, q):
    yes = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    yes = _with(_with(yes, q.probs == 0, math.inf), p.probs == 0, 0)
    no = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    return yes + _with(_with(no, q.probs == 1, math.inf), p.probs == 1, 0)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p, q):
    of_p, of_q = p._log_norm() + torch.log1p(-p.probs), -q._log_norm() - torch.log1p(-q.probs)
    return p.mean * (p.logits - q.logits) + of_p + of_q


@register_kl(Binomial, Binomial)
def _binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(explain("KL between Binomials where q.total_count > p.total_count is not implemented",
                                          "there is no formula for it", "compare models of equally many trials"))
    found = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return _with(found, p.total_count > q.total_count, math.inf)


@register_kl(Categorical, Categorical)
def _categorical(p, q):
    found = p.probs * (p.logits - q.logits)
    return _with(_with(found, q.probs == 0, math.inf), p.probs == 0, 0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot_categorical(p, q):
    return _categorical(p._categorical, q._categorical)


@register_kl(Exponential, Exponential)
def _exponential(p, q):
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Geometric, Geometric)
def _geometric(p, q):
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(Gumbel, Gumbel)
def _gumbel(p, q):
    ratio, of_q, of_p = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    return -ratio.log() - of_q + of_p + ratio * euler_constant + torch.exp(of_q + (1 + ratio).lgamma() - of_p) - (1 + euler_constant)


@register_kl(Laplace, Laplace)
def _laplace(p, q):
    ratio, apart = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + apart / q.scale + ratio * torch.exp(-apart / p.scale) - 1


@register_kl(Cauchy, Cauchy)
def _cauchy(p, q):
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(Poisson, Poisson)
def _poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def _uniform(p, q):
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return _with(found, (q.low > p.low) | (q.high < p.high), math.inf)


@register_kl(Normal, Laplace)
def _normal_laplace(p, q):
    apart, ratio = p.loc - q.loc, p.scale / q.scale
    steps = apart / p.scale
    first = torch.log(ratio)
    second = math.sqrt(2 / math.pi) * p.scale * torch.exp(-0.5 * steps.pow(2))
    third = apart * torch.erf(math.sqrt(0.5) * steps)
    return -first + (second + third) / q.scale - (0.5 * (1 + math.log(0.5 * math.pi)))


@register_kl(Uniform, Normal)
def _uniform_normal(p, q):
    length = p.high - p.low
    first = (math.sqrt(math.pi * 2) * q.scale / length).log()
    return first + (length.pow(2) / 12 + ((p.high + p.low - 2 * q.loc) / 2).pow(2)) / (2 * q.scale.pow(2))


@register_kl(Independent, Independent)
def _independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(explain("KL of two Independents over different numbers of axes", "their events are different",
                                          "give both the same reinterpreted_batch_ndims"))
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p, q):
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(explain("KL of two TransformedDistributions with different transforms or events",
                                          "only where both go through the same functions is it that of the bases", "estimate it from samples"))
    return kl_divergence(p.base_dist, q.base_dist)
