"""Faults that the repetition of the tests on a GPU has shown (`workbook test --full`, tests/on_cuda.py), each where it was."""

import copy

import numpy as np
import pytest

import workbook as torch
from workbook.widgets.recording import recording
from workbook.widgets.replay import run_again
from workbook.widgets.trace import Trace


def of(gpu, numbers):
    return torch.tensor(numbers, device=gpu)


def test_numbers_in_place_of_nan_in_both_parts_of_complex_numbers(gpu):
    x = of(gpu, [complex("nan"), complex(1, float("inf"))])
    assert x.nan_to_num(posinf=7.0).tolist() == [0j, 1 + 7j]


@pytest.mark.parametrize("vectors", [lambda a: torch.linalg.eigh(a + a.mH)[1], lambda a: torch.linalg.svd(a)[0], lambda a: torch.linalg.eig(a)[1]])
def test_a_loss_of_phases_is_refused(gpu, vectors):
    a = of(gpu, [[1 + 1j, 2j], [3 - 1j, 4 + 0j]]).requires_grad_()
    with pytest.raises(RuntimeError, match="(?s)specified up to multiplication.*ill-defined"):
        (vectors(a) * of(gpu, [[1j, 2 + 1j], [3.0, 1j]])).sum().abs().backward()


@pytest.mark.parametrize("there", [True, False], ids=["to the gpu", "from the gpu"])
def test_complex_gradients_cross_between_devices(gpu, there):
    x = torch.tensor([1 + 2j, 3 - 1j], device="cpu" if there else gpu, requires_grad=True)
    moved = x.to(gpu if there else "cpu")
    moved.backward(torch.tensor([1 + 1j, 2 - 3j], device=moved.device))
    assert x.grad.device == x.device and x.grad.tolist() == [1 + 1j, 2 - 3j]


@pytest.mark.parametrize("shown", [lambda a: a[:1], lambda a: a[1:], lambda a: a.t(), lambda a: a[:, ::2], lambda a: a[0, 1]])
def test_deep_copies_of_views_share_memory_as_the_views_do(gpu, shown):
    a = torch.arange(12.0, device=gpu).reshape(4, 3)
    b, c = copy.deepcopy([a, shown(a)])
    b.add_(100)
    assert c.tolist() == shown(a + 100).tolist() and c.device == a.device
    assert a.tolist() == torch.arange(12.0).reshape(4, 3).tolist()


@pytest.mark.parametrize("make, phrase", [
    (lambda **on: torch.zeros([10**12] * 70, **on), "Storage size calculation overflowed"), (lambda **on: torch.empty(2**62, **on), "Storage size"),
    (lambda **on: torch.eye(10**10, **on), "numel: integer multiplication overflow"), (lambda **on: torch.ones(*[1] * 70, **on), "a tensor of 70 axes")])
def test_sizes_that_nothing_counts(gpu, make, phrase):
    with pytest.raises(RuntimeError, match=phrase):
        make(device=gpu)


def test_asgd_goes_on_from_a_state_that_lies_on_a_gpu(gpu):
    results = []
    for place in ("cpu", gpu):
        w = torch.nn.Parameter(torch.ones(2, device=place))
        optimizer = torch.optim.ASGD([w], lr=0.1, t0=1)
        for _ in range(3):
            (w * w).sum().backward()
            optimizer.step()
            state = optimizer.state_dict()
            for kept in state["state"].values():
                kept["step"] = kept["step"].to(place)
            optimizer.load_state_dict(state)
        results.append(w.tolist())
    assert results[0] == results[1]


def test_a_recorded_step_is_played_again_with_other_numbers(gpu):
    x = of(gpu, [2.0, 3.0]).requires_grad_()
    with recording():
        loss = (x * x).sum()
    trace = Trace(loss)
    leaf, = trace.leaves
    for exact in (False, True):
        again, leaves = run_again(trace, {leaf.key: np.array([1.0, 2.0], np.float32)}, exact)
        again.backward()
        assert (again.item(), leaves[leaf.key].grad.tolist()) == (5.0, [2.0, 4.0]) and again.device == x.device


def test_a_sample_that_is_not_there_is_named_at_once(gpu):
    data = torch.utils.data.TensorDataset(torch.arange(5, device=gpu))
    for numbers in ([1, 7], [-6, 0]):
        with pytest.raises(IndexError, match=f"index {[7, -6][numbers[1] == 0]} is out of bounds for dimension 0 with size 5"):
            next(iter(torch.utils.data.DataLoader(data, batch_sampler=[numbers])))
