"""A pickled Tensor comes back with its numbers, its kind, and on its device."""

import pickle

import pytest

import workbook as torch
from workbook import nn


@pytest.fixture
def elsewhere():
    """One simulated GPU; the function takes it away."""
    with torch.cuda.simulate(1):
        yield lambda: torch.cuda.simulate(0)


def test_on_another_device_it_comes_back_into_that_devices_memory(elsewhere):
    back = pickle.loads(pickle.dumps(torch.tensor([1., 2.]).to("cuda:0")))
    assert back.device is torch.device("cuda:0")
    assert back.tolist() == [1, 2]


def test_where_that_device_is_missing_it_says_so(elsewhere):
    text = pickle.dumps(torch.ones(2).to("cuda:0"))

    elsewhere()
    with pytest.raises(AssertionError, match="there is no cuda device here"):
        pickle.loads(text)
