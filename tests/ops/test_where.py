"""Choosing between numbers and zeros keeps every bit; torch is not needed."""

import numpy as np
import pytest

import workbook as torch


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_where_with_a_zero_keeps_every_bit(dtype, zero):
    numbers = np.array([1.5, -0.0, np.nan, -np.inf, 1e-7] * 2, dtype)
    condition = np.arange(10) < 5
    x, chosen = torch.from_numpy(numbers), torch.from_numpy(condition)
    for ours, theirs in ((torch.where(chosen, x, zero), np.where(condition, numbers, zero)),
                         (torch.where(chosen, zero, x), np.where(condition, zero, numbers))):
        assert ours.numpy().dtype == dtype and ours.numpy().tobytes() == theirs.tobytes()
