"""Weights that are kept at right angles, or whose size is trained apart, or bounded: by `parametrize`."""

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.limits import finfo
from workbook.nn.conv import _ConvTransposeNd
from workbook.nn.module import Module
from workbook.nn.utils.parametrize import register_parametrization
from workbook.ops.alike import zeros_like
from workbook.ops.bounds import clamp_min
from workbook.ops.chains import matrix_exp
from workbook.ops.closeness import allclose
from workbook.ops.creation import eye
from workbook.ops.factors import qr
from workbook.ops.inverses import solve
from workbook.ops.joining import cat
from workbook.ops.norms import vector_norm
from workbook.ops.weight_norm import norm_except_dim
from workbook.ops.weight_norm import weight_norm as weight_of
from workbook.tensor import Tensor, wrap


def weight_norm(module, name="weight", dim=0):
    """Train the length of a weight apart from its direction: weight = g * v / |v|, along every axis but `dim` (None: along all).

    g is `module.parametrizations.weight.original0`, v `original1`. Returns the module. Raises ValueError for a name that is not there.

    >>> import workbook as torch
    >>> torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 3)).parametrizations.weight.original0.shape
    torch.Size([3, 1])

    Source: Salimans and Kingma 2016; https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrizations.weight_norm.html
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def names_of_before(state_dict, prefix, *_):
        """Read a state of the old weight norm, whose parameters are weight_g and weight_v."""
        old = [f"{prefix}{name}_{letter}" for letter in "gv"]
        if all(key in state_dict for key in old):
            for number, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{number}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(names_of_before)
    return module


class _WeightNorm(Module):
    torch_name = "torch.nn.utils.parametrizations._WeightNorm"

    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return weight_of(weight_v, weight_g, self.dim)

    def right_inverse(self, weight):
        return norm_except_dim(weight, self.dim), weight


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divide a weight by its largest singular value, so that the layer makes nothing longer: weight = original / sigma.

    sigma is followed by the power method, `n_power_iterations` at each forward in training. `dim`: the axis of the outputs, 0 but for
    transposed convolutions. Returns the module. Raises ValueError for a name that is not there, and fewer than 1 iteration.

    >>> import workbook as torch
    >>> layer = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(3, 3))
    >>> round(torch.linalg.matrix_norm(layer.weight, 2).item(), 1)
    1.0

    Source: Miyato et al. 2018; https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrizations.spectral_norm.html
    """
    weight = _tensor_called(module, name)
    if dim is None:
        dim = 1 if isinstance(module, _ConvTransposeNd) else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


class _SpectralNorm(Module):
    torch_name = "torch.nn.utils.parametrizations._SpectralNorm"

    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        axes = weight.dim()
        if not -axes <= dim < axes:
            raise IndexError(explain(f"Dimension out of range (expected to be in range of [-{axes}, {axes - 1}] but got {dim})",
                                     f"the weight has {axes} axes", "choose one of them"))
        positive(n_power_iterations)
        self.dim, self.eps = dim % axes, eps
        if axes > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim)
            height, width = matrix.shape
            self.register_buffer("_u", unit(matrix.new_empty(height).normal_(0, 1), eps))
            self.register_buffer("_v", unit(matrix.new_empty(width).normal_(0, 1), eps))
            self._power_method(matrix, 15)

    @no_grad()
    def _power_method(self, matrix, times):
        """Bring u and v nearer to the first singular vectors: each is what the matrix makes of the other."""
        for _ in range(times):
            self._u.copy_(unit(matrix.mv(self._v), self.eps))
            self._v.copy_(unit(matrix.mH.mv(self._u), self.eps))

    def forward(self, weight):
        if weight.dim() == 1:
            return unit(weight, self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        return weight / self._u.clone().vdot(matrix.mv(self._v.clone()))

    def right_inverse(self, value):
        return value


def unit(vector, eps):
    """A vector of length 1 in the same direction."""
    return vector / clamp_min(vector_norm(vector, 2, 0, True), eps)


def as_matrix(weight, dim):
    """A weight as a matrix, with one row for each output, which is axis `dim`."""
    return weight.movedim(dim, 0).flatten(1)


def positive(n_power_iterations):
    """Raise ValueError for fewer than 1 iteration."""
    if n_power_iterations <= 0:
        raise ValueError(explain(f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}",
                                 "the largest singular value is found by iteration", "write 1 or more"))


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Keep a weight at right angles: its rows, or columns where there are fewer of them, are of length 1 and orthogonal.

    `orthogonal_map`: how a free matrix becomes such a one: "matrix_exp" (for square ones), "cayley" or "householder". With
    `use_trivialization` the free matrix counts from the weight as it is. Returns the module.
    Raises ValueError for fewer than two axes, another map, and a name that is not there.

    >>> import workbook as torch
    >>> w = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 2)).weight
    >>> bool((w @ w.T - torch.eye(2)).abs().max() < 1e-5)
    True

    Source: Lezcano-Casado 2019; https://pytorch.org/docs/2.13/generated/torch.nn.utils.parametrizations.orthogonal.html
    """
    weight = _tensor_called(module, name)
    if weight.dim() < 2:
        raise ValueError(explain(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions.",
                                 "rows at right angles need a matrix", "choose another parameter"))
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.shape[-2] == weight.shape[-1] or weight.is_complex() else "householder"
    if orthogonal_map not in ("matrix_exp", "cayley", "householder"):
        raise ValueError(explain(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}',
                                 "each makes an orthogonal matrix of a free one", "choose one of them"))
    if weight.is_complex() and orthogonal_map == "householder":
        raise ValueError(explain("The householder parametrization does not support complex tensors.", "its mirrors are real",
                                 "choose 'matrix_exp'"))
    return register_parametrization(module, name, _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization), unsafe=True)


class _Orthogonal(Module):
    torch_name = "torch.nn.utils.parametrizations._Orthogonal"

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        wide = X.shape[-2] < X.shape[-1]
        X = X.mT if wide else X
        Q = (_mirrored if self.orthogonal_map == "householder" else self._rotated)(X)
        if "base" in self._buffers:
            Q = self.base @ Q
        return Q.mT if wide else Q

    def _rotated(self, X):
        """Of A = X - X^H, which is skew, matrix_exp(A) and (1 - A/2)^-1 (1 + A/2) are rotations."""
        n, k = X.shape[-2:]
        X = X.tril()
        if n != k:
            X = cat([X, X.new_zeros((*X.shape[:-2], n, n - k))], -1)
        A = X - X.mH
        if self.orthogonal_map == "matrix_exp":
            Q = matrix_exp(A)
        else:
            one = eye(n, dtype=A.dtype, device=A.device)
            Q = solve(one - 0.5 * A, one + 0.5 * A)
        return Q[..., :k] if n != k else Q

    @no_grad()
    def right_inverse(self, Q):
        if Q.shape != self.shape:
            raise ValueError(explain(f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}.",
                                     "it takes the weight's place", "give a tensor of that shape"))
        if "base" not in self._buffers:
            return self._from_mirrors(Q)
        start = zeros_like(Q)
        Q = Q.mT if Q.shape[-2] < Q.shape[-1] else Q
        n, k = Q.shape[-2:]
        if n != k:
            Q = _nearby(cat([Q, Q.new_empty((*Q.shape[:-2], n, n - k)).normal_()], -1))
        elif not allclose(Q.mH @ Q, eye(k, dtype=Q.dtype, device=Q.device), atol=10.0 * n * finfo(Q.dtype).eps):
            Q = _nearby(Q)
        self.base = Q.clone()
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)  # of which each map makes the identity
        return start

    def _from_mirrors(self, Q):
        if self.orthogonal_map != "householder":
            raise NotImplementedError(explain(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.",
                "there may be no free matrix for it", "leave use_trivialization out"))
        wide = Q.shape[-2] < Q.shape[-1]
        A, tau = _mirrors_of(Q.mT if wide else Q)
        diagonal = A.diagonal(dim1=-2, dim2=-1)
        diagonal.sign_()
        diagonal[tau == 0.0] *= -1
        return A.mT if wide else A


def _mirrored(X):
    """The first columns of the product of mirrors: column i of X, below its diagonal, is the normal of the i-th, after a 1."""
    n, k = X.shape[-2:]
    A = X.tril(-1)
    tau = 2.0 / (1.0 + (A * A).sum(-2))
    one = eye(n, k, dtype=X.dtype, device=X.device)
    Q = one.expand(X.shape)
    for i in reversed(range(k)):
        normal = (A[..., i] + one[:, i]).unsqueeze(-1)
        Q = Q - tau[..., i, None, None] * normal @ (normal.mT @ Q)
    return Q * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)


def _mirrors_of(Q):
    """The mirrors whose product begins with Q: their normals below the diagonal, and tau. LAPACK's geqrf, by way of NumPy."""
    xp = Q._device.xp
    rows, tau = xp.linalg.qr(Q._array, mode="raw")
    return wrap(xp.swapaxes(rows, -1, -2).copy(), Q._device), wrap(tau, Q._device)


def _nearby(A):
    """The orthogonal matrix of the QR factors whose R has a positive diagonal."""
    Q, R = qr(A)
    return Q * R.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


def _tensor_called(module, name):
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(explain(f"Module '{module}' has no parameter or buffer with name '{name}'",
                                 f"it has {', '.join([*module._parameters, *module._buffers]) or 'none'}", "choose one of them"))
    return weight


__all__ = ["orthogonal", "spectral_norm", "weight_norm"]
