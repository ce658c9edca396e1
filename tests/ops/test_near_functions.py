"""erf and gelu of float32, which are computed in blocks by fitted functions: as near as torch's over many numbers, in any layout."""

import math

import numpy as np
import pytest
import torch

import workbook

NUMBERS = np.concatenate([np.linspace(-9, 9, 20001), [0.0, -0.0, 1e-30, -1e-30, 100, -100]]).astype(np.float32)


@pytest.mark.parametrize("turned", [False, True])
def test_erf_is_what_float32_holds(turned):
    x = workbook.from_numpy(NUMBERS[:20000].reshape(100, 200))
    found = (x.t() if turned else x).erf().numpy()
    exact = np.vectorize(math.erf)(NUMBERS[:20000].astype(np.float64)).reshape(100, 200)
    np.testing.assert_allclose(found, exact.T if turned else exact, rtol=1.2e-7)


def test_gelu_and_its_slope_are_as_near_as_torchs():
    found = []
    for engine in (torch, workbook):
        x = engine.from_numpy(NUMBERS.copy()).requires_grad_()
        out = engine.nn.functional.gelu(x)
        out.sum().backward()
        found.append((out.detach().numpy(), x.grad.numpy()))
    below = np.array([0.5 * math.erfc(-float(x) / math.sqrt(2)) for x in NUMBERS])
    slope = below + NUMBERS * np.exp(-NUMBERS.astype(np.float64) ** 2 / 2) / math.sqrt(2 * math.pi)
    for place, exact in enumerate((NUMBERS * below, slope)):
        theirs, mine = (np.abs(each[place] - exact).max() for each in found)
        assert mine <= max(theirs, 5e-7)
    near = (np.abs(NUMBERS) < 4) & (NUMBERS != 0)  # where the probability is small, 1 + erf has lost digits, theirs more than mine
    theirs, mine = (np.abs(each[0] / (NUMBERS * below) - 1)[near].max() for each in found)
    assert mine < theirs / 5


def test_the_curve_of_gelu_is_that_of_its_slope():
    x = workbook.tensor([-1.5, 0.3, 2.0], requires_grad=True)
    slope, = workbook.autograd.grad(workbook.nn.functional.gelu(x).sum(), x, create_graph=True)
    plain, = workbook.autograd.grad(workbook.nn.functional.gelu(x).sum(), x)
    np.testing.assert_allclose(slope.detach().numpy(), plain.numpy(), rtol=1e-6)
    curve, = workbook.autograd.grad(slope.sum(), x)
    a = x.detach().double().numpy()
    np.testing.assert_allclose(curve.numpy(), (2 - a * a) * np.exp(-a * a / 2) / math.sqrt(2 * math.pi), rtol=1e-5)
