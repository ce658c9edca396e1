"""Activation layers and dropouts of channels against torch's: text, outputs, gradients, draws, and where they leave the stream."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.test_layers_against_torch import SEEDS, both, normal

PLAIN = [
    lambda nn: nn.ELU(), lambda nn: nn.ELU(0.5), lambda nn: nn.CELU(2.0), lambda nn: nn.SELU(), lambda nn: nn.GLU(), lambda nn: nn.GLU(1),
    lambda nn: nn.Hardshrink(), lambda nn: nn.Hardshrink(1.5), lambda nn: nn.Hardsigmoid(), lambda nn: nn.Hardswish(), lambda nn: nn.Hardtanh(),
    lambda nn: nn.Hardtanh(-2, 0.5), lambda nn: nn.LogSigmoid(), lambda nn: nn.Mish(), lambda nn: nn.PReLU(), lambda nn: nn.PReLU(4, 0.1),
    lambda nn: nn.RReLU(), lambda nn: nn.RReLU(0.1, 0.9), lambda nn: nn.RReLU().eval(), lambda nn: nn.ReLU6(), lambda nn: nn.SiLU(),
    lambda nn: nn.Softmax2d(), lambda nn: nn.Softmin(1), lambda nn: nn.Softplus(), lambda nn: nn.Softplus(2.0, 1.0), lambda nn: nn.Softshrink(),
    lambda nn: nn.Softsign(), lambda nn: nn.Tanhshrink(), lambda nn: nn.Threshold(0.1, 20.0), lambda nn: nn.Dropout1d(), lambda nn: nn.Dropout1d(0.3).eval(),
    lambda nn: nn.AlphaDropout(0.3), lambda nn: nn.FeatureAlphaDropout(0.3), lambda nn: nn.AlphaDropout().eval(),
]


@pytest.mark.parametrize("build", PLAIN, ids=range(len(PLAIN)))
def test_layers_without_weights(build):
    for seed in range(3):
        both(build, seed, 3 * normal(seed, 3, 4, 6))


INPLACE = ["ELU", "CELU", "SELU", "Hardsigmoid", "Hardswish", "Hardtanh", "Mish", "RReLU", "ReLU6", "SiLU", "Dropout2d",
           "Dropout3d", "LeakyReLU"]


@pytest.mark.parametrize("name", INPLACE)
def test_layers_that_write_into_their_input(name):
    """The same object comes out, and the gradient flows through what was written."""
    found = []
    for engine in (torch, workbook):
        engine.manual_seed(0)
        layer = getattr(engine.nn, name)(inplace=True)
        leaf = engine.from_numpy(3 * normal(0, 2, 3, 4, 5)).requires_grad_()
        x = leaf * 1
        out = layer(x)
        assert out is x
        out.backward(engine.from_numpy(normal(1, 2, 3, 4, 5)))
        found.append((repr(layer), "Dropout" in name or out.grad_fn.name(), out.detach().numpy(), leaf.grad.numpy()))
    assert found[0][:2] == found[1][:2]
    for a, b in zip(found[1][2:], found[0][2:]):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


@given(SEEDS, st.sampled_from([1, 2, 3]), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.data())
def test_dropouts_of_channels_draw_torchs_masks(seed, places, p, data):
    shape = data.draw(st.sampled_from([(2, 3, *(2,) * places), (4, *(3,) * places) if places != 2 else (4, 3, 1, 2)]))
    both(lambda nn: getattr(nn, f"Dropout{places}d")(p), seed, normal(seed, *shape), exact=True)
    after = []
    for engine in (torch, workbook):
        engine.manual_seed(seed)
        getattr(engine.nn, f"Dropout{places}d")(p)(engine.ones(shape))
        after.append(engine.rand(2).tolist())
    assert after[0] == after[1]


@given(SEEDS, st.floats(0, 1), st.sampled_from([(5,), (3, 4)]))
def test_alpha_dropout(seed, p, shape):
    both(lambda nn: nn.AlphaDropout(p), seed, normal(seed, *shape))


@given(SEEDS, st.booleans(), st.sampled_from([0.5, 1, 2]), st.sampled_from([0, -1]))
def test_gumbel_softmax(seed, hard, tau, dim):
    outs = []
    for engine in (torch, workbook):
        engine.manual_seed(seed)
        x = engine.from_numpy(normal(seed, 3, 4)).requires_grad_()
        out = engine.nn.functional.gumbel_softmax(x, tau, hard, dim=dim)
        out.backward(engine.from_numpy(normal(seed + 1, 3, 4)))
        outs.append([out.detach().numpy(), x.grad.numpy(), engine.rand(1).numpy()])
    for mine, theirs in zip(outs[1], outs[0]):
        np.testing.assert_allclose(mine, theirs, rtol=2e-5, atol=2e-6)


def warned(act):
    with pytest.warns() as caught:
        act()
    return [(type(each.message), str(each.message)) for each in caught]


@pytest.mark.parametrize("act", [
    lambda torch: torch.nn.Softmax()(torch.ones(2, 3)), lambda torch: torch.nn.LogSoftmax()(torch.ones(3)),
    lambda torch: torch.nn.Softmin()(torch.ones(3, 2, 2)), lambda torch: torch.nn.functional.softmin(torch.ones(2)),
    lambda torch: torch.nn.Hardtanh(min_value=-2.0, max_value=1.0), lambda torch: torch.nn.functional.gumbel_softmax(torch.ones(2), eps=1.0),
    lambda torch: torch.nn.functional.dropout2d(torch.ones(2, 3, 4)), lambda torch: torch.nn.functional.dropout2d(torch.ones(2, 3)),
    lambda torch: torch.nn.functional.dropout3d(torch.ones(2, 3)),
], ids=range(9))
def test_warnings_are_torchs(act):
    assert warned(lambda: act(workbook)) == warned(lambda: act(torch))


@pytest.mark.parametrize("name", ["elu", "celu", "leaky_relu"])
def test_a_negative_slope_in_place_has_no_derivative(name):
    for engine in (torch, workbook):
        out = getattr(engine.nn.functional, name)(engine.ones(2, requires_grad=True) * 1, -1.0, inplace=True)
        with pytest.raises(RuntimeError, match="is triggered with a negative slope which is not supported"):
            out.sum().backward()
