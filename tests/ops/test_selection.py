"""The fast ways through `ops/selection` beside the readable ones, and beside torch: the same place of every equal element."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook
from workbook.ops import heaps, selection

KINDS = st.sampled_from(("float32", "float64", "int64", "uint8"))


def rows_of(seed, rows, width, levels, kind):
    """Rows with many equal elements, some of them in order already."""
    keys = np.random.default_rng(seed).integers(0, levels, (rows, width)).astype(kind)
    return np.sort(keys, 1) if seed % 4 == 0 else keys


MANY = (st.integers(0, 2**20), st.integers(1, 30), st.integers(2, 16), st.integers(1, 12), KINDS)


@given(*MANY, st.booleans())
def test_a_walk_by_columns_is_the_walk(seed, rows, width, levels, kind, crossing):
    keys, places = selection._ranked(rows_of(seed, rows, width, levels, kind))
    first = np.arange(rows) * width
    asked = keys[first], first + 1, first + width, width, crossing
    walked = [(walk(flat := keys.copy(), own := places.copy(), *asked), flat, own)
              for walk in (selection._exchange, selection._walk_by_columns)]
    np.testing.assert_equal(*walked)


@given(st.integers(0, 2**20), st.integers(1, 5), st.integers(2, 300), st.integers(1, 40), KINDS, st.integers(1, 12))
def test_the_first_few_come_from_a_heap(seed, rows, width, levels, kind, count):
    keys, count = rows_of(seed, rows, width, levels, kind), min(count, width)
    flat, places = keys.ravel().copy(), np.tile(np.arange(width), rows)
    for first in range(0, keys.size, width):
        heaps.put_first_in_order(flat, places, first, first + count, first + width)
    np.testing.assert_array_equal(heaps.partial_sort(keys, count), places.reshape(keys.shape)[:, :count])


@given(st.integers(0, 2**20), st.integers(1, 60), st.integers(2, 200), st.integers(1, 12), KINDS, st.integers(1, 12))
def test_heaps_of_all_rows_at_once_are_the_heaps_of_each(seed, rows, width, levels, kind, count):
    keys, count = rows_of(seed, rows, width, levels, kind), min(count, width)
    hopeful = heaps._hopeful(keys, count)
    np.testing.assert_array_equal(heaps._of_columns(keys, count, *hopeful), heaps._of_rows(keys, count, *hopeful))


@given(*MANY, st.integers(0, 15), st.booleans(), st.booleans())
def test_narrow_rows_beside_torch(seed, rows, width, levels, kind, k, largest, in_order):
    torch, numbers, k = pytest.importorskip("torch"), rows_of(seed, rows, width, levels, kind), k % width + 1
    mine, theirs = workbook.from_numpy(numbers), torch.from_numpy(numbers)
    _same(mine.topk(k, 1, largest, in_order), theirs.topk(k, 1, largest, in_order))
    _same(mine.kthvalue(k), theirs.kthvalue(k))


@given(st.integers(0, 2**20), st.integers(1, 6), st.integers(64, 400), st.integers(1, 12), KINDS, st.booleans(),
       st.sampled_from((None, np.nan)))
def test_a_few_of_many_beside_torch(seed, rows, width, levels, kind, largest, missing):
    torch, numbers = pytest.importorskip("torch"), rows_of(seed, rows, width, levels, kind)
    if missing is not None and kind.startswith("float"):
        numbers[:, ::7] = missing
    for k in range(1, width // 64 + 1):
        _same(workbook.from_numpy(numbers).topk(k, 1, largest), torch.from_numpy(numbers).topk(k, 1, largest))


@given(st.integers(0, 2**20), st.integers(0, 9), st.lists(st.integers(0, 60), max_size=3), st.integers(1, 30), st.integers(-1, 3),
       st.sampled_from(("uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")), st.booleans(), st.booleans())
def test_equal_ones_beside_torch(seed, look, shape, levels, dim, kind, missing, first):
    """Every choice among equal elements, of tensors of all kinds and layouts, empty ones and NaN among them."""
    torch = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    if look == 0 and len(shape) == 1:
        shape = [32 * shape[0]]
    numbers = np.random.default_rng(seed).integers(0, levels, shape)
    numbers = np.asarray(numbers, kind)
    if missing and kind.startswith("float"):
        numbers[np.random.default_rng(seed + 1).random(shape) < 0.2] = np.nan
    tensors = [engine.from_numpy(numbers) for engine in (workbook, torch)]
    if len(shape) > 1 and look % 3:
        tensors = [each.transpose(0, -1) if look % 3 == 1 else each[..., ::2] for each in tensors]
    dim = min(dim, len(shape) - 1)
    count = tensors[0].shape[dim] if shape else 1
    k = 1 + seed % max(count, 1)
    few = min(count, 1 + count // 64)
    for ask in (lambda x: x.topk(min(k, count), dim, first), lambda x: x.topk(min(k, count), dim, first, sorted=False),
                lambda x: x.topk(few, dim, first), lambda x: x.sort(dim, descending=first), lambda x: x.sort(dim=dim, stable=True),
                *[lambda x: x.kthvalue(k, dim), lambda x: x.mode(dim), lambda x: x.median(dim)] * bool(count)):
        _same(*map(ask, tensors))


@pytest.mark.cpu_only("which of equal ones comes first is its library's on a GPU")
@pytest.mark.parametrize("kind", ["uint8", "int16", "int64", "float32", "bool"])
@pytest.mark.parametrize("shape", [(40_000,), (32_767,), (32_768,), (1, 40_000), (30, 5000), (200_000,)])
def test_long_rows_of_equal_ones_beside_torch(kind, shape):
    """From 32768 whole numbers on, PyTorch sorts a vector of them in another way, in which equal ones stay in order."""
    torch = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    numbers = np.random.default_rng(0).integers(0, 50, shape).astype(kind)
    for descending in False, True:
        _same(*(engine.from_numpy(numbers).sort(descending=descending) for engine in (workbook, torch)))


def _same(mine, theirs):
    for one, other in zip(mine, theirs):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("width", [20, 200])
@pytest.mark.parametrize("largest", [True, False])
def test_as_many_equal_ones_as_are_asked_for_beside_nan(width, largest):
    """The third largest is one of three equal ones, and what is larger is NaN: then three are not smaller, and they are the wrong ones."""
    torch = pytest.importorskip("torch", reason="compares with the real torch, which is not installed")
    numbers = [1e30, 1e30, float("nan"), float("nan"), 1e30, *map(float, range(width - 5))]
    mine, theirs = (engine.topk(engine.tensor([numbers]), 3, largest=largest) for engine in (workbook, torch))
    np.testing.assert_array_equal(mine.values.numpy(), theirs.values.numpy())
    assert mine.indices.tolist() == theirs.indices.tolist()
