"""First values against torch's, from the same seed bit for bit; the old names; errors."""

import inspect
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

BOTH = (torch, workbook)
MATRIX = st.tuples(st.integers(1, 7), st.integers(1, 7))
DEEP = st.lists(st.integers(1, 4), min_size=3, max_size=5).map(tuple)


@st.composite
def fillings(draw):
    """A function, a shape that it takes, and its settings."""
    name = draw(st.sampled_from(["uniform_", "normal_", "constant_", "ones_", "zeros_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_",
                                 "kaiming_normal_", "trunc_normal_", "eye_", "dirac_", "sparse_"]))
    shape = draw(MATRIX if name in ("eye_", "sparse_") else DEEP if name == "dirac_" else MATRIX | DEEP)
    settings = {
        "uniform_": lambda: dict(a=draw(st.sampled_from([-1.0, 0.0])), b=2.0), "normal_": lambda: dict(mean=1.0, std=draw(st.sampled_from([0.0, 2.0]))),
        "constant_": lambda: dict(val=0.3), "xavier_uniform_": lambda: dict(gain=draw(st.sampled_from([1.0, 5 / 3]))),
        "xavier_normal_": lambda: dict(gain=2), "sparse_": lambda: dict(sparsity=draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])), std=1.0),
        "kaiming_uniform_": lambda: dict(a=draw(st.sampled_from([0, 0.2])), mode=draw(st.sampled_from(["fan_in", "fan_out"]))),
        "kaiming_normal_": lambda: dict(nonlinearity=draw(st.sampled_from(["relu", "tanh", "selu", "linear", "leaky_relu"]))),
        "trunc_normal_": lambda: draw(st.sampled_from([{}, dict(a=0.5, b=1.0), dict(mean=1.0, std=0.5, a=-1, b=1.2), dict(a=1.9, b=2.0),
                                                       dict(std=0.02)])),
        "dirac_": lambda: dict(groups=draw(st.sampled_from([g for g in (1, 2, 3) if shape[0] % g == 0])))}
    return name, shape, settings.get(name, dict)()


@given(fillings(), st.integers(0, 2**32 - 1), st.sampled_from(["float32", "float64"]))
def test_values(filling, seed, dtype):
    name, shape, settings = filling
    found = []
    for engine in BOTH:
        engine.manual_seed(seed)
        tensor = engine.nn.Parameter(engine.empty(shape, dtype=getattr(engine, dtype)))
        back = getattr(engine.nn.init, name)(tensor, **settings)
        assert back is tensor and tensor.requires_grad and tensor.is_leaf
        found.append((tensor.detach().numpy(), engine.rand(1).item()))
    np.testing.assert_array_equal(found[1][0], found[0][0])
    assert found[1][1] == found[0][1]  # as many numbers were drawn


@pytest.mark.parametrize("settings", [{}, dict(a=0.5, b=1.0), dict(mean=1.0, std=0.5, a=-1, b=1.2), dict(a=1.9, b=2.0), dict(std=0.02), dict(a=-0.1, b=0.4)])
def test_normal_numbers_that_are_cut_off(settings):
    found = []
    for engine in BOTH:
        engine.manual_seed(1)
        found.append((engine.nn.init.trunc_normal_(engine.empty(9, 5), **settings).tolist(), engine.rand(1).item()))
    assert found[1] == found[0]


@given(st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple), st.integers(0, 1000), st.sampled_from([1, 2.5]))
def test_orthogonal(shape, seed, gain):
    found = []
    for engine in BOTH:
        engine.manual_seed(seed)
        tensor = engine.empty(shape)
        assert engine.nn.init.orthogonal_(tensor, gain) is tensor
        found.append(tensor.numpy())
    np.testing.assert_allclose(found[1], found[0], atol=2e-5 * gain)


@pytest.mark.parametrize("act", [
    lambda e: e.nn.init.eye_(e.empty(3)), lambda e: e.nn.init.dirac_(e.empty(3, 3)), lambda e: e.nn.init.dirac_(e.empty(3, 3, 3), 2),
    lambda e: e.nn.init.orthogonal_(e.empty(3)), lambda e: e.nn.init.sparse_(e.empty(3), 0.1), lambda e: e.nn.init.xavier_uniform_(e.empty(3)),
    lambda e: e.nn.init.kaiming_uniform_(e.empty(3, 3), mode="fan"), lambda e: e.nn.init.calculate_gain("no"),
    lambda e: e.nn.init.calculate_gain("leaky_relu", True)])
def test_what_is_refused(act):
    texts = []
    for engine in BOTH:
        with pytest.raises(ValueError) as caught:
            act(engine)
        texts.append(str(caught.value).partition("\n")[0])
    assert texts[1] == texts[0] and "\n  Fix: " in str(caught.value)


def test_warnings_and_old_names():
    for name in ("uniform", "normal", "constant", "eye", "dirac", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal",
                 "orthogonal", "sparse"):
        for engine in BOTH:
            tensor = engine.empty((3, 3, 3) if name == "dirac" else (3, 3))
            with pytest.warns(FutureWarning, match=f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`."):
                assert getattr(engine.nn.init, name)(tensor, *{"constant": (1,), "sparse": (0.1,)}.get(name, ())) is tensor
            assert getattr(engine.nn.init, name).__name__ == name
    for engine in BOTH:
        with pytest.warns(UserWarning, match="mean is more than 2 std from"):
            engine.nn.init.trunc_normal_(engine.empty(3), mean=5.0, b=2.5)
        with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
            engine.nn.init.kaiming_normal_(engine.empty(0, 3))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            engine.nn.init.orthogonal_(engine.empty(0, 3))


def test_signatures():
    for name in dir(torch.nn.init):
        if name.endswith("_") and not name.startswith("_"):
            theirs, mine = (inspect.signature(getattr(engine.nn.init, name)) for engine in BOTH)
            assert [(p.name, p.default) for p in mine.parameters.values()] == [(p.name, p.default) for p in theirs.parameters.values()]
