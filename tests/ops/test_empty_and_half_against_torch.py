"""How empty results lie in memory, scaled differences and cut lengths in half precision, and sums of complex numbers that nearly vanish."""

import copy

import numpy as np
import pytest
import torch

import workbook
from tests.ops import both

# L is the library. Of nothing, PyTorch's results have steps, too: the next operation reads them.
EMPTY = """L.zeros(0, 1, 3) + 0 | L.zeros(0, 1, 3) == 2.5 | 0 + L.zeros(0, 1) | L.zeros(0, 1).long() >> 3 | 1 & L.zeros(0, 1, 3).bool()
L.where(L.zeros(2, 0) > 0, 2.5, L.zeros(0, 2).t()) | L.lerp(L.zeros(0, 2).t(), L.zeros(1, 0).expand(2, 0), 2.5) | L.zeros(2, 3, 0).maximum(L.zeros(3, 0))
L.index_select(L.zeros(2, 3, 1)[..., 1::2], 0, L.tensor([0, 0, 1])) | L.repeat_interleave(L.zeros(3, 0, 2).permute(2, 1, 0), L.tensor([1, 2]), 0)
L.zeros(2, 0).t().unique_consecutive(return_counts=True, dim=0)[0] | L.zeros(2, 0).t().unique(dim=0) | L.zeros(0, 9)[:, 1::2].slice_scatter(L.zeros(0, 4), 0)
L.zeros(2, 0, 9)[..., 1::2].index_copy(0, L.tensor([0]), L.zeros(1, 0, 4)) | L.zeros(0, 1)[:, 1::2].diagonal_scatter(L.zeros(0))
L.zeros(2, 0, 9)[..., 1::2].select_scatter(L.zeros(0, 4), 0, 0) | copy.deepcopy(L.zeros(0, 9)[:, 1::2])"""
EMPTY = [text.strip() for line in EMPTY.splitlines() for text in line.split(" | ")]


@pytest.mark.parametrize("text", EMPTY)
@pytest.mark.cpu_only("how results lie in memory is there the array library's")
def test_steps_of_nothing(text):
    mine, theirs = (eval(text, {"L": library, "copy": copy}) for library in (workbook, torch))
    assert (tuple(mine.shape), mine.stride(), str(mine.dtype)) == (tuple(theirs.shape), theirs.stride(), str(theirs.dtype))


# Torch's kernels take 64 numbers and fewer at a time; the rest of a row would be rounded otherwise.
HALVES = np.random.default_rng(0).normal(size=(2, 64, 64)).astype("float16") * 3


@pytest.mark.parametrize("p", [0.5, 1, 2, 3, float("inf")])
@pytest.mark.parametrize("dim", [0, 1])
def test_rows_of_half_precision_are_cut_as_torch_rounds(p, dim):
    mine, theirs = (library.renorm(library.from_numpy(HALVES[0].copy()), p, dim, 2.5).numpy() for library in (workbook, torch))
    assert (mine.view("int16") == theirs.view("int16")).all()


@pytest.mark.parametrize("alpha", [2, 3, 0.3, -1.7])
@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_a_scaled_difference(alpha, kind):
    for other in (HALVES[1].astype(kind), 1.5):
        results = []
        for library in (workbook, torch):
            x = library.from_numpy(HALVES[0].astype(kind)).requires_grad_()
            out = library.rsub(x, other if isinstance(other, float) else library.from_numpy(other), alpha=alpha)
            out.sum().backward()
            results.append((out.detach().numpy(), x.grad.numpy()))
        for mine, theirs in zip(*results):
            assert np.abs(mine.astype(float) - theirs).max() <= (0 if kind == "float16" else 32 * np.finfo(kind).eps)


@pytest.mark.parametrize("text", [
    "torch.rsub(torch.arange(5), 3, alpha=2)", "torch.rsub(torch.arange(5), 3, 2)", "torch.rsub(torch.arange(5), torch.arange(5), 2)", "torch.rsub(torch.arange(5), 3, alpha=2.5)",
    "torch.rsub(torch.arange(5.), 2, alpha=True)", "torch.rsub(torch.arange(5) > 2, 3, alpha=2)", "torch.rsub(torch.arange(5) > 2, torch.arange(5) > 2, alpha=1)",
    "torch.rsub(torch.arange(3.), 2, alpha=1j)", "torch.rsub(torch.arange(3.), torch.ones(3), alpha='a')"])
def test_what_a_difference_is_scaled_by(text):
    mine, theirs = (both.outcome(engine, text, []) for engine in ("workbook", "torch"))
    if "raises" in theirs:
        assert (mine["raises"], mine["message"][:30]) == (theirs["raises"], theirs["message"][:30])
    else:
        assert not both.difference(mine, theirs, 0)


@pytest.mark.parametrize("seed", range(40))
def test_logarithms_of_complex_sums_that_nearly_vanish(seed):
    chance = np.random.default_rng(seed)
    x = chance.normal(size=6) + 1j * chance.uniform(-10, 10, size=6)
    x = np.repeat(x, 2)
    x[1::2] += 1j * np.pi * (1 + 1e-7 * (seed % 5))  # exp of it is the negative of the one before
    mine, theirs = (library.logcumsumexp(library.from_numpy(x), 0).numpy() for library in (workbook, torch))
    assert np.abs(mine - theirs).max() <= 4e-14  # also the angle: whole turns are not taken away
    rows = np.stack([x, x[::-1]])
    mine, theirs = (library.logcumsumexp(library.from_numpy(rows.T.copy()), 0).numpy() for library in (workbook, torch))
    assert np.abs(mine - theirs).max() <= 4e-14


def test_logarithms_of_complex_sums_of_infinite_numbers():
    x = np.array([-np.inf, -np.inf + 1j, 1 + 1j, -np.inf, np.inf, 2.0])
    mine, theirs = (library.logcumsumexp(library.from_numpy(x), 0).numpy() for library in (workbook, torch))
    np.testing.assert_array_equal(mine, theirs)
