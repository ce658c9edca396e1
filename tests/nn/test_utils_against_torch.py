"""nn.utils against torch's: clipping, and parameters in one row."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

BOTH = (torch, workbook)


def parameters(engine, seed, shapes, dtype=np.float32, scale=1.0):
    rng = np.random.default_rng(seed)
    made = [engine.nn.Parameter(engine.from_numpy(np.array(rng.standard_normal(shape), dtype))) for shape in shapes]
    for number, parameter in enumerate(made):
        if number % 3 != 2:  # every third has no gradient
            parameter.grad = engine.from_numpy(np.array(scale * rng.standard_normal(tuple(parameter.shape)), dtype))
    return made


SHAPES = st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), max_size=5)


@given(st.integers(0, 1000), SHAPES, st.sampled_from([np.float32, np.float64]), st.sampled_from([0.1, 1.0, 100.0]),
       st.sampled_from([1, 2.0, 3, float("inf"), 0.5]), st.sampled_from([None, False, True]))
def test_clipping_by_norm(seed, shapes, dtype, max_norm, norm_type, foreach):
    found = []
    for engine in BOTH:
        made = parameters(engine, seed, shapes, dtype, 3.0)
        norm = engine.nn.utils.clip_grad_norm_(made, max_norm, norm_type, foreach=foreach)
        total = engine.nn.utils.get_total_norm([p.grad for p in made if p.grad is not None], norm_type)
        found.append([norm.numpy(), total.numpy(), *(p.grad.numpy() for p in made if p.grad is not None)])
    for mine, theirs in zip(found[1], found[0], strict=True):
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)


@given(st.integers(0, 1000), SHAPES.filter(bool), st.sampled_from([0, 0.5, 2]))
def test_clipping_by_value(seed, shapes, bound):
    found = []
    for engine in BOTH:
        made = parameters(engine, seed, shapes, scale=2.0)
        assert engine.nn.utils.clip_grad_value_(made, bound) is None
        found.append([p.grad.numpy() for p in made if p.grad is not None])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_one_tensor_a_generator_and_what_is_not_finite():
    for engine in BOTH:
        w = engine.nn.Parameter(engine.ones(2))
        w.grad = engine.tensor([float("nan"), 1.0])
        with pytest.raises(RuntimeError, match="The total norm of order 2.0 for gradients from `parameters` is non-finite"):
            engine.nn.utils.clip_grad_norm_(w, 1.0, error_if_nonfinite=True)
        assert w.grad[1].item() == 1.0
        assert engine.isnan(engine.nn.utils.clip_grad_norm_(w, 1.0))
        with pytest.warns(UserWarning, match="`parameters` is an empty generator"):
            assert engine.nn.utils.clip_grad_norm_((p for p in ()), 1.0).item() == 0.0
        with pytest.warns(FutureWarning, match="clip_grad_norm` is now deprecated"):
            engine.nn.utils.clip_grad_norm([w], 1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            engine.nn.utils.clip_grad_norm_([], 1.0)


@given(st.integers(0, 1000), st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), min_size=1, max_size=5))
def test_parameters_in_one_row_and_back(seed, shapes):
    rows = []
    for engine in BOTH:
        made = parameters(engine, seed, shapes)
        row = engine.nn.utils.parameters_to_vector(made)
        row.sum().backward()
        new = (row.detach() * 2 + 1).clone()
        engine.nn.utils.vector_to_parameters(new, made)
        new += 1  # the memory is shared
        rows.append([row.detach().numpy(), *(p.detach().numpy() for p in made), made[0].grad.numpy()])
    for mine, theirs in zip(*rows):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(TypeError, match="expected torch.Tensor, but got: list"):
        workbook.nn.utils.vector_to_parameters([1.0], [])
    with pytest.raises(RuntimeError):
        workbook.nn.utils.vector_to_parameters(workbook.ones(1), [workbook.nn.Parameter(workbook.ones(2))])
