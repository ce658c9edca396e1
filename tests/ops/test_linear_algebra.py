"""Slopes of linear algebra by finite differences, of what does not depend on the free signs of vectors."""

import numpy as np
import pytest

import workbook as torch
from tests.ops.slopes import check_slopes
from workbook import linalg

def leaf(*shape, of_complex=False, seed=0):
    """Return a leaf of the same numbers whichever test asks first."""
    chance = np.random.RandomState(seed)
    numbers = chance.randn(*shape)
    return torch.from_numpy(numbers + 1j * chance.randn(*shape) if of_complex else numbers).requires_grad_()


def symmetric(function):
    return lambda a: function(a + a.mH)


def svd_parts(a, **options):
    u, s, vh = linalg.svd(a, **options)
    k = s.shape[-1]
    return s, u[..., :k] @ vh[..., :k, :], abs(u[..., :k])


def qr_parts(a, mode="reduced"):
    q, r = linalg.qr(a, mode)
    return q * q, r * r, q @ r


def eigh_parts(a):
    values, vectors = linalg.eigh(a)
    return values, abs(vectors), vectors * values.unsqueeze(-2) @ vectors.mH


def eig_parts(a):
    values, vectors = linalg.eig(a)
    return vectors * values.unsqueeze(-2) @ torch.inverse(vectors), abs(vectors)


def lu_parts(a):
    """Of matrices whose rows change places."""
    return linalg.lu(a.flip(-2) + 0 * a)[1:]


CASES = {
    "det": (torch.det, (3, 3)), "det of a stack": (torch.det, (2, 2, 2)), "slogdet": (lambda a: torch.slogdet(a)[1], (3, 3)),
    "logdet": (lambda a: torch.logdet(a @ a.mH), (3, 3)), "inv": (torch.inverse, (2, 3, 3)),
    "cholesky": (lambda a: linalg.cholesky(a @ a.mH + torch.eye(3, dtype=a.dtype)), (3, 3)),
    "eigh": (symmetric(eigh_parts), (3, 3)),
    "eigvalsh": (symmetric(linalg.eigvalsh), (2, 3, 3)), "svdvals": (linalg.svdvals, (3, 2)),
    "svd square": (svd_parts, (3, 3)), "svd tall": (lambda a: svd_parts(a, full_matrices=False), (4, 2)),
    "svd wide": (lambda a: svd_parts(a, full_matrices=False), (2, 4)), "svd of a stack": (svd_parts, (2, 2, 2)),
    "qr square": (qr_parts, (3, 3)), "qr tall": (qr_parts, (4, 2)), "qr wide": (qr_parts, (2, 4)),
    "qr complete": (lambda a: qr_parts(a, "complete"), (2, 3)), "qr of a stack": (qr_parts, (2, 2, 3)),
    "r of qr": (lambda a: linalg.qr(a)[1], (3, 2)), "det of stacks": (torch.det, (2, 3, 2, 2)),
    "svd of a wide stack": (lambda a: svd_parts(a, full_matrices=False), (2, 2, 3)),
    "svd of a tall stack": (lambda a: svd_parts(a, full_matrices=False), (2, 3, 2)), "eigh of a stack": (symmetric(eigh_parts), (2, 2, 2)),
    "eigh of stacks": (symmetric(eigh_parts), (1, 3, 2, 2)), "eig of stacks": (eig_parts, (1, 3, 2, 2)), "lu of a stack of one": (lu_parts, (1, 3, 3)),
    "eig of a stack": (eig_parts, (2, 2, 2)), "lu": (lu_parts, (3, 3)), "lu of a wide stack": (lu_parts, (2, 2, 3)),
    "lu of a tall stack": (lu_parts, (2, 3, 2)),
    "pinv tall": (linalg.pinv, (4, 2)), "pinv wide": (linalg.pinv, (2, 4)), "matrix_exp": (torch.matrix_exp, (3, 3)),
    "norm 2": (lambda a: linalg.norm(a, 2), (3, 2)), "norm nuc": (lambda a: linalg.norm(a, "nuc"), (3, 2)),
    "norm 3": (lambda a: linalg.vector_norm(a, 3, 0), (3, 2)), "norm fro": (linalg.matrix_norm, (2, 3, 2)),
    "norm inf": (lambda a: linalg.matrix_norm(a, float("inf")), (3, 3)), "cond": (linalg.cond, (3, 3)),
    "eig": (eig_parts, (3, 3)),
    "slogdet, both": (torch.slogdet, (3, 3)), "matrix_power": (lambda a: torch.matrix_power(a, -2), (2, 2)),
}


@pytest.mark.parametrize("of_complex", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_slopes_of_one_matrix(name, of_complex):
    function, shape = CASES[name]
    leaves = [leaf(*shape, of_complex=of_complex)]
    check_slopes(function, leaves)


PAIRS = {
    "solve": (linalg.solve, (3, 3), (3, 2)), "solve a vector": (linalg.solve, (2, 3, 3), (3,)),
    "solve from the right": (lambda a, b: linalg.solve(a, b, left=False), (3, 3), (2, 3)),
    "triangular": (lambda a, b: linalg.solve_triangular(a, b, upper=True), (3, 3), (3, 2)),
    "unit triangular": (lambda a, b: linalg.solve_triangular(a, b, upper=False, left=False, unitriangular=True), (3, 3), (2, 3)),
    "lstsq": (lambda a, b: linalg.lstsq(a, b).solution, (4, 2), (4, 3)), "cdist": (torch.cdist, (3, 2), (2, 2)),
    "cross": (linalg.cross, (2, 3), (2, 3)), "kron": (torch.kron, (2, 2), (2, 3)),
    "einsum": (lambda a, b: torch.einsum("bij,bkj->ik", a, b), (2, 3, 2), (2, 4, 2)),
}


@pytest.mark.parametrize("of_complex", [False, True])
@pytest.mark.parametrize("name", PAIRS)
def test_slopes_of_two(name, of_complex):
    function, *shapes = PAIRS[name]
    leaves = [leaf(*shape, of_complex=of_complex and name != "cdist", seed=seed) for seed, shape in enumerate(shapes)]
    check_slopes(function, leaves)


def test_the_slope_of_a_singular_determinant_is_that_of_its_cofactors():
    a = torch.tensor([[1., 2.], [2., 4.]], dtype=torch.float64, requires_grad=True)
    torch.det(a).backward()
    np.testing.assert_allclose(a.grad.numpy(), [[4, -2], [-2, 1]], atol=1e-12)


@pytest.mark.parametrize("call, phrase", [
    (lambda: torch.inverse(torch.ones(2, 2)), r"linalg.inv: The diagonal element 2 is zero, the inversion could not be completed"),
    (lambda: torch.inverse(torch.stack([torch.eye(2), torch.ones(2, 2)])), r"\(Batch element 1\): The diagonal element 2"),
    (lambda: linalg.solve(torch.zeros(2, 2), torch.ones(2)), "The solver failed because the input matrix is singular"),
    (lambda: linalg.cholesky(torch.tensor([[1., 2.], [2., 1.]])), "leading minor of order 2 is not positive-definite"),
])
def test_what_does_not_exist_is_a_linalg_error(call, phrase):
    with pytest.raises(linalg.LinAlgError, match=phrase):
        call()


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3), (2, 3, 2)])
def test_factors_give_back_the_matrix(shape):
    a = leaf(*shape).detach()
    u, s, vh = linalg.svd(a, full_matrices=False)
    q, r = linalg.qr(a)
    for back in (u * s[..., None, :] @ vh, q @ r):
        np.testing.assert_allclose(back.numpy(), a.numpy(), atol=1e-12)
    values, vectors = linalg.eig(a @ a.mT)
    kept = (a @ a.mT).numpy() @ vectors.numpy() - vectors.numpy() * values.numpy()[..., None, :]
    np.testing.assert_allclose(kept, 0, atol=1e-10)


@pytest.mark.cpu_only("a tensor of a GPU prints its device")
def test_named_results_print_as_pytorchs():
    assert repr(linalg.qr(torch.eye(1))).startswith("torch.return_types.linalg_qr(\nQ=tensor([[")
    assert repr(torch.slogdet(torch.eye(1))) == "torch.return_types.slogdet(\nsign=tensor(1.),\nlogabsdet=tensor(0.))"


@pytest.mark.parametrize("name", ["symeig", "eig", "lstsq", "solve", "matrix_rank"])
def test_old_names_say_what_to_write_instead(name):
    with pytest.raises(RuntimeError, match="This function was deprecated since version 1.9 and is now removed"):
        getattr(torch, name)(torch.eye(2))


def test_a_cross_product_along_an_axis_that_nobody_named_warns():
    a, b = torch.tensor([1., 0., 0.]), torch.tensor([0., 1., 0.])
    with pytest.warns(UserWarning, match="torch.cross without specifying the dim arg is deprecated") as seen:
        assert torch.cross(a, b).tolist() == a.cross(b).tolist() == [0., 0., 1.]
    assert len(seen) == 2 and seen[0].filename == __file__
