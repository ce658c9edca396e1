"""`x.data = y`: x moves onto the memory of y, and keeps its own count of writes."""

import pytest

import workbook as torch


def test_both_show_the_same_numbers_afterwards():
    x, y = torch.ones(3, requires_grad=True), torch.zeros(3)
    x.data = y
    assert x.tolist() == [0, 0, 0] and x.requires_grad and x.is_leaf
    with torch.no_grad():
        x.add_(1)
    assert y.tolist() == [1, 1, 1]
    y.add_(5)
    assert x.tolist() == [6, 6, 6]


def test_each_keeps_its_own_count_of_writes():
    x, y = torch.ones(3), torch.zeros(3)
    x.add_(1).add_(1)
    x.data = y
    assert (x._version, y._version) == (2, 0)
    x.add_(1)
    assert (x._version, y._version) == (3, 0)
    y.add_(1)
    assert (x._version, y._version) == (3, 1)


def test_views_made_before_keep_the_memory_that_they_show_and_share_the_count():
    x = torch.ones(3)
    seen, apart = x[:2], x.detach()
    x.data = torch.zeros(3)
    x.add_(1)
    assert seen.tolist() == [1, 1] and apart.tolist() == [1, 1, 1] and seen._version == apart._version == x._version == 1


def test_another_shape_and_dtype_are_allowed():
    x = torch.ones(3, requires_grad=True)
    x.data = torch.zeros(2, 2, dtype=torch.float64)
    assert x.shape == (2, 2) and x.dtype is torch.float64 and x.requires_grad


def test_a_step_recorded_before_keeps_the_values_that_it_saved():
    x = torch.tensor([1., 2.], requires_grad=True)
    loss = (x * x).sum()
    x.data = torch.zeros(2)
    loss.backward()
    assert x.grad.tolist() == [2, 4]


def test_what_is_no_data_is_refused():
    x = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="data set to a tensor that requires gradients must be floating point"):
        x.data = torch.zeros(3, dtype=torch.int64)
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got list"):
        x.data = [1., 2., 3.]
    assert x.tolist() == [1, 1, 1]


def test_bytes_read_as_another_dtype_share_the_memory_and_have_no_gradient():
    x = torch.ones(2, requires_grad=True)
    for y in (x.view(torch.int32), x.view(torch.float32)):
        assert not y.requires_grad and y.is_leaf and y.grad_fn is None and y.data_ptr() == x.data_ptr()
    with torch.no_grad():
        x.view(torch.int32).add_(1)
    assert x._version == 1 and x.tolist() == [1 + 2**-23] * 2
