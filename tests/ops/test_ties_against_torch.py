"""Which of equal elements is named: in rows of few values, in order or not, of any length, with NaN and infinities; torch's place each time.

Rows of up to `few.FEW` elements take other code than longer ones, of which parts of equal elements take a way of their own.
"""

import numpy as np
import pytest
import torch

import workbook
from tests.conftest import FULL

pytestmark = pytest.mark.cpu_only("which of equal ones is named on a GPU is its library's")
LENGTHS = (2, 3, 15, 16, 17, 18, 20, 31, 32, 33, 34, 40, 50, 63, 64, 65, 66, 100, 129, 200, 300, 513, 1000, 3200, 3201, 4097, 7000)
KINDS = ("float32", "float64", "float16", "int64", "int32", "int16", "uint8")


def tied(chance):
    """Return a matrix of rows in which many elements are equal."""
    length = int(chance.choice(LENGTHS))
    rows, values = int(chance.choice([1, 1, 2, 7, 40] if length < 300 else [1, 2])), int(chance.choice([1, 2, 3, 5, 10, length // 4 + 1, 3 * length]))
    numbers = chance.integers(0, min(values, 250), (rows, length))
    pattern = chance.integers(6)
    if pattern < 2:
        numbers = np.sort(numbers, 1)[:, ::1 - 2 * pattern]
    elif pattern == 2:  # up, then down
        numbers = np.concatenate([np.sort(numbers[:, :length // 2], 1), np.sort(numbers[:, length // 2:], 1)[:, ::-1]], 1)
    numbers = numbers.astype(str(chance.choice(KINDS)))
    if numbers.dtype.kind == "f":
        for value in (np.nan, np.inf, -np.inf):
            if chance.random() < 0.15:
                numbers[chance.random(numbers.shape) < 0.1] = value
        if chance.random() < 0.2:
            numbers *= np.where(chance.random(numbers.shape) < 0.5, -1, 1).astype(numbers.dtype)  # also -0.0 beside 0.0
    return numbers if rows > 1 or chance.random() < 0.5 else numbers[0]


def answers(x, k):
    """What a library answers to all questions of order."""
    few = min(1 + k % 6, k)
    for way in (False, True):
        yield x.sort(descending=way)
        yield x.sort(descending=way, stable=True)
        for count in (k, few):
            yield x.topk(count, largest=way)
            yield x.topk(count, largest=way, sorted=False)
    yield x.mode()
    yield x.kthvalue(k)
    yield x.median(-1)
    if x.is_floating_point():
        yield x.nanmedian(-1)


@pytest.mark.parametrize("seed", range(400 if FULL else 60))
def test_rows_of_ties(seed):
    chance = np.random.default_rng(seed)
    numbers = tied(chance)
    k = int(chance.integers(1, numbers.shape[-1] + 1))
    for mine, theirs in zip(answers(workbook.from_numpy(numbers.copy()), k), answers(torch.from_numpy(numbers.copy()), k)):
        for part, other in zip(mine, theirs):
            np.testing.assert_array_equal(part.numpy(), other.numpy(), f"{type(theirs)} of {numbers.dtype} {numbers.shape}, k={k}")


def test_every_row_of_two_values():
    """All rows of 17 and 18 elements that are 0 or 1, in the shape of one bit pattern each, a sample of longer ones."""
    for length, step in ((17, 37), (18, 71), (20, 307)):
        numbers = (np.arange(0, 2**length, step)[:, None] >> np.arange(length) & 1).astype("float32")
        for mine, theirs in zip(answers(workbook.from_numpy(numbers.copy()), 9), answers(torch.from_numpy(numbers.copy()), 9)):
            for part, other in zip(mine, theirs):
                np.testing.assert_array_equal(part.numpy(), other.numpy())


@pytest.mark.parametrize("shape", [(0, 20), (0, 100), (3, 0), (0,), (0, 1)])
def test_no_rows(shape):
    for ask in (lambda x: x.sort(), lambda x: x.sort(descending=True), lambda x: x.topk(min(shape[-1], 1)), lambda x: x.topk(shape[-1])):
        mine, theirs = (ask(library.zeros(shape)) for library in (workbook, torch))
        assert [tuple(part.shape) for part in mine] == [tuple(part.shape) for part in theirs]
    if shape[-1]:
        for ask in (lambda x: x.mode(), lambda x: x.kthvalue(1), lambda x: x.median(-1)):
            mine, theirs = (ask(library.zeros(shape)) for library in (workbook, torch))
            assert [tuple(part.shape) for part in mine] == [tuple(part.shape) for part in theirs]


@pytest.mark.parametrize("values", [1, 2, 1000, 10**6])
@pytest.mark.parametrize("kind", ["float32", "int64"])
def test_long_rows_of_ties(values, kind):
    numbers = np.random.default_rng(values).integers(0, values, 60_000).astype(kind)
    numbers[:200] = np.sort(numbers[:200])
    for k in (5, 700):
        for way in (False, True):
            mine, theirs = (library.from_numpy(numbers.copy()).topk(k, largest=way) for library in (workbook, torch))
            assert (mine.indices.numpy() == theirs.indices.numpy()).all()
    for way in (False, True):
        mine, theirs = (library.from_numpy(numbers.copy()).sort(descending=way) for library in (workbook, torch))
        assert (mine.indices.numpy() == theirs.indices.numpy()).all()
    mine, theirs = (library.from_numpy(numbers.copy()).mode() for library in (workbook, torch))
    assert mine.indices.item() == theirs.indices.item()
