"""Twenty networks train on a GPU as on the CPU: the same first losses, the same gradients; and a step waits for nothing."""

import contextlib
import inspect

import numpy as np
import pytest

import workbook as torch
from tests.parity.networks import NETWORKS
from tests.parity.training import trained

def cases():
    for number, (name, (_, optimisers)) in enumerate(NETWORKS.items()):
        marks = () if number % 5 == 0 else (pytest.mark.full("a fifth of the networks is enough for every day"),)
        yield pytest.param(name, optimisers[0], id=name, marks=marks)


@contextlib.contextmanager
def by_default(place):
    torch.set_default_device(None if place == "cpu" else place)
    try:
        yield
    finally:
        torch.set_default_device(None)


@pytest.mark.parametrize(("name", "by"), list(cases()))
def test_a_network_trains_as_on_the_cpu(gpu, name, by):
    program, _ = NETWORKS[name]
    replayed = [[]] if "actions" in inspect.signature(program).parameters else []
    runs = []
    for place in ("cpu", gpu):
        with by_default(place):
            runs.append(trained(torch, program, by, replayed))
    here, there = runs
    np.testing.assert_allclose(there.losses[:10], here.losses[:10], rtol=1e-4)
    np.testing.assert_allclose(there.losses[0], here.losses[0], rtol=1e-5)
    assert list(there.gradients) == list(here.gradients)
    for parameter, gradient in here.gradients.items():
        scale = max(float(np.abs(gradient).max()), 1e-30)
        np.testing.assert_allclose(there.gradients[parameter] / scale, gradient / scale, atol=1e-5, err_msg=parameter)
