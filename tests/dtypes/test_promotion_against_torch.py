"""The table of test_promotion.py is PyTorch's own."""

import pytest

from tests.dtypes.test_promotion import PAIRS, RANKS

torch = pytest.importorskip("torch", reason="compares with PyTorch 2.13, which is not installed")


def test_the_table_is_pytorchs():
    wrong = [(a, b, met) for a, b, met in PAIRS if torch.promote_types(getattr(torch, a), getattr(torch, b)) is not getattr(torch, met)]
    assert wrong == []


def test_the_ranks_are_pytorchs():
    for name, ndim, number, met in RANKS:
        assert torch.result_type(torch.ones((2,) * ndim, dtype=getattr(torch, name)), number) is getattr(torch, met)
