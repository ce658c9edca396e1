"""A pickled Tensor comes back with its numbers, its kind, and on its device."""

import pickle

import numpy as np
import pytest

import workbook as torch
from workbook import devices, nn
from workbook.devices.backend import Backend


class Away(np.ndarray):
    """An array in the memory of another device."""


class Elsewhere(Backend):
    """A device that knows its own arrays only."""

    xp = np

    def require(self):
        pass

    def from_host(self, array, index):
        assert type(array) is np.ndarray
        return array.copy().view(Away)

    def to_host(self, array):
        assert type(array) is Away
        return np.array(array)


@pytest.fixture
def elsewhere():
    earlier = devices.register("cuda", Elsewhere())
    yield
    devices.register("cuda", earlier)


def test_on_the_cpu():
    back = pickle.loads(pickle.dumps(torch.tensor([[1., 2.]], requires_grad=True)))
    assert back.tolist() == [[1, 2]] and back.requires_grad and back.is_leaf and back.device is torch.device("cpu")
    parameter = pickle.loads(pickle.dumps(nn.Parameter(torch.ones(2, dtype=torch.float64), requires_grad=False)))
    assert type(parameter) is nn.Parameter and parameter.dtype is torch.float64 and not parameter.requires_grad


def test_on_another_device_it_comes_back_into_that_devices_memory(elsewhere):
    back = pickle.loads(pickle.dumps(torch.tensor([1., 2.]).to("cuda:0")))
    assert back.device is torch.device("cuda:0") and type(back._array) is Away
    assert back.tolist() == [1, 2]


def test_where_that_device_is_missing_it_says_so(elsewhere):
    text = pickle.dumps(torch.ones(2).to("cuda:0"))

    class Missing(Elsewhere):
        def require(self):
            raise AssertionError("no such device here")

    devices.register("cuda", Missing())
    with pytest.raises(AssertionError, match="no such device here"):
        pickle.loads(text)
