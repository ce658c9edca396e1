"""The softmax of many rows, which is taken in blocks: beside PyTorch's of the same scores in float64."""

import numpy as np
import pytest
import torch

import workbook

RNG = np.random.default_rng(5)
ORDINARY = RNG.standard_normal((300, 257)).astype(np.float32)
ROWS = {
    "the largest is above 0": np.abs(ORDINARY),
    "below 0 everywhere": -np.abs(ORDINARY) - 90,  # exp of some of them is no ordinary float32 any more
    "far too large for exp": ORDINARY + 200,
    "large and small rows": ORDINARY * np.linspace(0, 200, 300, dtype=np.float32)[:, None],
    "-inf in some places": np.where(ORDINARY > 1, -np.inf, ORDINARY).astype(np.float32),
    "a row of -inf, one with NaN, one with inf": np.vstack([ORDINARY, *(np.full((1, 257), x, np.float32) for x in (-np.inf, np.nan, np.inf))]),
    "one long row": ORDINARY.reshape(1, -1),
}


@pytest.mark.parametrize("kind, near", [("float16", 2e-3), ("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize("name", ROWS)
def test_values_and_gradients(name, kind, near):
    scores = ROWS[name].astype(kind)
    weights = RNG.standard_normal(scores.shape).astype(kind)
    found, slopes = of(workbook, scores, weights)
    expected, their_slopes = of(torch, scores.astype("float64"), weights.astype("float64"))
    assert found.dtype == kind
    near += np.spacing(np.abs(scores[np.isfinite(scores)]).max()).astype(float)  # to take the largest away rounds, here as in PyTorch
    small = np.finfo(kind).tiny / near  # below it a float has not all its digits
    np.testing.assert_allclose(found, expected, rtol=near, atol=small)
    np.testing.assert_allclose(slopes, their_slopes, rtol=near, atol=10 * near * np.nanmax(their_slopes, initial=0))


def of(engine, scores, weights):
    x = engine.from_numpy(scores.copy()).requires_grad_()
    y = x.softmax(-1)
    y.backward(engine.from_numpy(weights))
    return y.detach().numpy(), x.grad.numpy()
