"""What comes from NumPy and Python keeps its numbers, not its manners; and results lie in memory as PyTorch's do."""

import enum

import numpy as np
import pytest

import workbook as torch


class Side(enum.IntEnum):
    TWO = 2


@pytest.mark.parametrize("make", [torch.from_numpy, torch.as_tensor, torch.tensor])
def test_a_matrix_and_a_masked_array_are_plain_arrays(make):
    m = make(np.matrix([[1.0, 2.0], [3.0, 4.0]]))
    assert (m * m).tolist() == [[1.0, 4.0], [9.0, 16.0]]
    assert m[0].tolist() == [1.0, 2.0]
    assert (make(np.ma.array([1.0, 2.0], mask=[True, False])) + 1).tolist() == [2.0, 3.0]


@pytest.mark.cpu_only("memory is shared with NumPy")
def test_the_shape_of_an_array_is_its_own():
    n = np.ones((2, 3))
    x = torch.from_numpy(n)
    n.shape = 6
    x.numpy().shape = 6
    x.numpy().flags.writeable = False
    assert x.add_(1).shape == (2, 3)
    assert n[0] == 2


@pytest.mark.parametrize("number", [Side.TWO, type("Own", (float,), {})(2.0), np.int64(2), np.float32(2)])
def test_numbers_of_other_classes_are_numbers(number):
    x = torch.tensor([2.0, 3.0])
    for result in (x * number, number * x, x + (number - 2) + x, x**number / x * 2):
        assert result.tolist() == [4.0, 6.0]
    assert (torch.tensor([2, 3]) ** int(number)).tolist() == [4, 9]


def test_integers_to_the_power_of_a_numpy_number():
    power = torch.tensor([2, 3]) ** np.int64(2)
    assert power.dtype is torch.int64
    assert power.tolist() == [4, 9]


@pytest.mark.parametrize("make", [
    lambda: torch.ones(3).expand(2, 3).clone(), lambda: torch.ones(3).expand(2, 3).double(),
    lambda: torch.zeros_like(torch.ones(3).expand(2, 3)), lambda: torch.cat([torch.ones(2, 3).t()] * 2),
    lambda: torch.stack([torch.ones(4, 4, 3).permute(2, 0, 1)] * 2),
], ids=["clone", "cast", "like", "cat", "stack"])
def test_these_results_lie_row_by_row(make):
    result = make()
    assert result.is_contiguous()
    assert result.view(-1).shape == (result.numel(),)
