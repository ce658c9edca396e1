"""`torch.distributions`: random models that draw samples, say how likely a value is, and let gradients through where they can.

Read `distribution.py` first, then `normal.py` and `categorical.py`. Everything here is written with the functions that students call,
as they could write it.
"""

from workbook import missing
from workbook.distributions import constraints, transforms
from workbook.distributions.bernoulli import Bernoulli
from workbook.distributions.binomial import Binomial
from workbook.distributions.categorical import Categorical
from workbook.distributions.cauchy import Cauchy
from workbook.distributions.continuous_bernoulli import ContinuousBernoulli
from workbook.distributions.distribution import Distribution
from workbook.distributions.exponential import Exponential
from workbook.distributions.geometric import Geometric
from workbook.distributions.gumbel import Gumbel
from workbook.distributions.half_normal import HalfNormal
from workbook.distributions.independent import Independent
from workbook.distributions.kl import kl_divergence, register_kl
from workbook.distributions.laplace import Laplace
from workbook.distributions.log_normal import LogNormal
from workbook.distributions.mixture_same_family import MixtureSameFamily
from workbook.distributions.multinomial import Multinomial
from workbook.distributions.multivariate_normal import MultivariateNormal
from workbook.distributions.normal import Normal
from workbook.distributions.one_hot_categorical import OneHotCategorical, OneHotCategoricalStraightThrough
from workbook.distributions.poisson import Poisson
from workbook.distributions.relaxed_bernoulli import RelaxedBernoulli
from workbook.distributions.relaxed_categorical import RelaxedOneHotCategorical
from workbook.distributions.transformed_distribution import TransformedDistribution
from workbook.distributions.transforms import (AbsTransform, AffineTransform, ComposeTransform, ExpTransform, PowerTransform,
                                               SigmoidTransform, TanhTransform, Transform, identity_transform)
from workbook.distributions.uniform import Uniform

__all__ = [
    "AbsTransform", "AffineTransform", "Bernoulli", "Binomial", "Categorical", "Cauchy", "ComposeTransform", "ContinuousBernoulli",
    "Distribution", "ExpTransform", "Exponential", "Geometric", "Gumbel", "HalfNormal", "Independent", "Laplace", "LogNormal",
    "MixtureSameFamily", "Multinomial", "MultivariateNormal", "Normal", "OneHotCategorical", "OneHotCategoricalStraightThrough", "Poisson",
    "PowerTransform", "RelaxedBernoulli", "RelaxedOneHotCategorical", "SigmoidTransform", "TanhTransform", "Transform",
    "TransformedDistribution", "Uniform", "constraints", "identity_transform", "kl_divergence", "register_kl", "transforms"]


def __getattr__(name):
    raise missing.of_module("distributions", name)
