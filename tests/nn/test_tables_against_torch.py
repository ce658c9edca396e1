"""Tables of vectors against torch's: Embedding, EmbeddingBag; and Bilinear."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.test_layers_against_torch import SEEDS, both, normal
from workbook.ops.embedding import add_rows

INDEX = st.lists(st.integers(0, 4), min_size=1, max_size=12)


@given(SEEDS, INDEX, st.integers(1, 4), st.sampled_from([None, 0, 2, -1]), st.booleans())
def test_embedding(seed, index, width, padding, by_frequency):
    both(lambda nn: nn.Embedding(5, width, padding, scale_grad_by_freq=by_frequency), seed, np.array([index, index[::-1]]))


@given(SEEDS, INDEX, st.sampled_from([0.5, 2.0]), st.sampled_from([1.0, 2.0, 3.0]))
def test_embedding_cuts_long_rows_in_the_table_itself(seed, index, most, p):
    both(lambda nn: nn.Embedding(5, 3, max_norm=most, norm_type=p), seed, np.array(index))
    tables = []
    for engine in (torch, workbook):
        table = engine.from_numpy(normal(seed, 5, 3))
        engine.nn.functional.embedding(engine.tensor(index), table, max_norm=most, norm_type=p)
        tables.append(table.numpy())
    np.testing.assert_allclose(tables[1], tables[0], rtol=1e-6)


@given(SEEDS, st.integers(1, 4), INDEX, st.sampled_from(["sum", "mean", "max"]), st.sampled_from([None, 1, -1]), st.data())
def test_embedding_bag(seed, width, index, mode, padding, data):
    def build(nn):
        return nn.EmbeddingBag(5, width, mode=mode, padding_idx=padding)

    both(build, seed, np.array([index, index[::-1]]))
    offsets = [0, *sorted(data.draw(st.lists(st.integers(0, len(index)), max_size=4)))]
    both(build, seed, np.array(index), np.array(offsets))


@given(SEEDS, st.lists(st.integers(1, 3), max_size=2), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.booleans())
def test_bilinear(seed, lead, first, second, out, bias):
    both(lambda nn: nn.Bilinear(first, second, out, bias), seed, normal(seed, *lead, first), normal(seed + 1, *lead, second))


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 3))
def test_rows_are_added_in_order(index, width):
    """By ranks and row by row: the sums are those of `add.at`, to the last bit."""
    vectors, index = normal(len(index), len(index), width), np.array(index, np.int64)
    wanted = np.zeros((7, width), np.float32)
    np.add.at(wanted, index, vectors)
    found = add_rows(np, vectors, index, 7)
    np.testing.assert_array_equal(found, wanted) if width > 1 else np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)


def test_pretrained_tables():
    table = normal(0, 4, 3)
    for name in ("Embedding", "EmbeddingBag"):
        kinds = [getattr(engine.nn, name) for engine in (torch, workbook)]
        for freeze in (True, False):
            layers = [kind.from_pretrained(engine.from_numpy(table), freeze=freeze) for kind, engine in zip(kinds, (torch, workbook))]
            assert repr(layers[0]) == repr(layers[1]) and layers[1].weight.requires_grad is (not freeze)
            np.testing.assert_array_equal(layers[1].weight.detach().numpy(), table)


@pytest.mark.parametrize("options", [{}, {"padding_idx": -1}, {"max_norm": 2.0, "norm_type": 1.0, "scale_grad_by_freq": True, "sparse": True}])
def test_how_they_print(options):
    for name in ("Embedding", "EmbeddingBag"):
        assert repr(getattr(workbook.nn, name)(4, 3, **options)) == repr(getattr(torch.nn, name)(4, 3, **options))


def test_the_gradient_is_dense_where_torchs_is_sparse():
    grads = []
    for engine in (torch, workbook):
        layer = engine.nn.Embedding(4, 2, sparse=True)
        layer(engine.tensor([1, 1, 3])).sum().backward()
        grads.append(layer.weight.grad.to_dense() if engine is torch else layer.weight.grad)
    np.testing.assert_array_equal(grads[1].numpy(), grads[0].numpy())


def test_rows_of_bags_count_by_their_own_frequency():
    """As in Embedding. (PyTorch's bag looks up the frequency of another row.)"""
    for mode in ("sum", "mean"):
        grads, at = [], [[0, 1, 2], [1, 3, 3]]
        for engine in (torch, workbook):
            table, functional = engine.ones(4, 2, requires_grad=True), engine.nn.functional
            if engine is torch:
                rows = functional.embedding(torch.tensor(at), table, scale_grad_by_freq=True)
                getattr(rows, mode)(1).sum().backward()
            else:
                functional.embedding_bag(engine.tensor(at), table, mode=mode, scale_grad_by_freq=True).sum().backward()
            grads.append(table.grad.numpy())
        np.testing.assert_allclose(grads[1], grads[0], rtol=1e-6)
