"""The normal distribution of vectors: a cloud of points, longer in some directions than in others."""

import math

import workbook as torch
from workbook.distributions import constraints
from workbook.distributions.distribution import Distribution
from workbook.distributions.utils import lazy_property, standard_normal
from workbook.errors import explain

MATRICES = "covariance_matrix", "precision_matrix", "scale_tril"


class MultivariateNormal(Distribution):
    """Vectors around `loc`, shaped by one of three matrices: the covariance, its inverse (precision), or its Cholesky factor `scale_tril`.

    Computed with the factor L: a value is loc + L e, with independent normal e. Raises ValueError for a matrix that is not positive
    definite, where not exactly one is given, and for a `loc` without axes.

    >>> import workbook as torch
    >>> MultivariateNormal(torch.zeros(2), torch.eye(2)).log_prob(torch.zeros(2))
    tensor(-1.8379)

    Source: https://pytorch.org/docs/2.13/distributions.html#multivariatenormal
    """

    torch_name = "torch.distributions.multivariate_normal.MultivariateNormal"
    arg_constraints = {"loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
                       "precision_matrix": constraints.positive_definite, "scale_tril": constraints.lower_cholesky}
    event_axes = {"loc": 1, "covariance_matrix": 2, "precision_matrix": 2, "scale_tril": 2}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        given = {name: matrix for name, matrix in zip(MATRICES, (covariance_matrix, precision_matrix, scale_tril), strict=True)
                 if matrix is not None}
        if loc.dim() < 1:
            raise ValueError(explain("loc must be at least one-dimensional.", "its last axis counts the numbers of a vector", "write torch.tensor([0., 0.])"))
        if len(given) != 1:
            raise ValueError(explain("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.",
                                     f"{len(given)} are given, and each says it all", "leave the others out"))
        (name, matrix), = given.items()
        if matrix.dim() < 2:
            raise ValueError(explain(f"{name} matrix must be at least two-dimensional, with optional leading batch dimensions"
                                     if name == "scale_tril" else
                                     f"{name} must be at least two-dimensional, with optional leading batch dimensions",
                                     f"it has the shape {tuple(matrix.shape)}", "give a square matrix"))
        batch = torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.__dict__[name] = matrix.expand(batch + (-1, -1))
        self.loc = loc.expand(batch + (-1,))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._factor = {"covariance_matrix": torch.linalg.cholesky, "precision_matrix": _factor_of_inverse,
                        "scale_tril": lambda factor: factor}[name](matrix)

    def _of_batch(self, matrix):
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def scale_tril(self):
        """The Cholesky factor L."""
        return self._of_batch(self._factor)

    @lazy_property
    def covariance_matrix(self):
        """L Lᵀ."""
        return self._of_batch(self._factor @ self._factor.mT)

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance."""
        return self._of_batch(torch.cholesky_inverse(self._factor))

    mean = mode = property(lambda self: self.loc, doc="The middle of the cloud.")
    variance = property(lambda self: self._factor.pow(2).sum(-1).expand(self._batch_shape + self._event_shape),
                        doc="The variance of each number of a vector.")

    def rsample(self, sample_shape=torch.Size()):
        drawn = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + (self._factor @ drawn.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value):
        self._validate_sample(value)
        distance = squared_length(self._factor, value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - log_of_stretch(self._factor)

    def entropy(self):
        return (0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + log_of_stretch(self._factor)).expand(self._batch_shape)


def squared_length(factor, vectors):
    """Return |L⁻¹ v|² of each vector."""
    return torch.linalg.solve_triangular(factor, vectors.unsqueeze(-1), upper=False).squeeze(-1).pow(2).sum(-1)


def log_of_stretch(factor):
    """Return log det L."""
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _factor_of_inverse(precision):
    """Return the Cholesky factor of the inverse. (The factor of the matrix read from its end, inverted, is lower triangular too.)"""
    backwards = torch.linalg.cholesky(precision.flip(-2, -1)).flip(-2, -1).mT
    return torch.linalg.solve_triangular(backwards, torch.eye(precision.shape[-1], dtype=precision.dtype, device=precision.device), upper=False)
