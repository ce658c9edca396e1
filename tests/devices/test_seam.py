"""The seam for other array libraries: a device whose arrays are no NumPy arrays, and refuse to meet them; here a simulated GPU."""

import threading

import numpy as np
import pytest

import workbook as torch
from workbook import nn


@pytest.fixture
def elsewhere():
    """One simulated GPU."""
    with torch.cuda.simulate(1) as gpus:
        yield gpus


def both(compute, *shapes):
    """The same computation on the CPU and elsewhere: its value, and the gradient of every input."""
    answers = []
    for place in ("cpu", "cuda"):
        torch.manual_seed(0)
        inputs = [torch.randn(*shape).to(place).requires_grad_() for shape in shapes]
        value = compute(*inputs)
        value.backward()
        assert value.device.type == place
        assert all(x.grad.device.type == place for x in inputs)
        answers.append([value.item(), *(x.grad.tolist() for x in inputs)])
    return answers


@pytest.mark.parametrize("compute, shapes", [
    (lambda a, b: (a * b + a / b - b).sum(), [(2, 3), (3,)]),
    (lambda a, b: (a @ b).relu().mean(), [(2, 3), (3, 4)]),
    (lambda a: (a.exp() * a.sigmoid() + a.tanh() ** 3).sum(), [(2, 1, 3)]),
    (lambda a: nn.functional.cross_entropy(a, torch.tensor([0, 2]).to(a.device)), [(2, 3)]),
    (lambda a, b, c: nn.functional.mse_loss(nn.functional.linear(a, b, c), torch.zeros(2, 4).to(a.device)), [(2, 3), (4, 3), (4,)]),
    (lambda a: a.view(3, 2).t()[0].sum() + a.max(1).values.sum() + a[:, torch.tensor([0, 0])].sum(), [(2, 3)]),
    (lambda a: torch.where(a > 0, a, a * 2).sum(), [(4,)]),
    (lambda a, b: torch.cat([a, b]).std(), [(2, 3), (1, 3)]),
], ids=["arithmetic", "matmul", "functions", "cross_entropy", "linear", "places", "where", "cat"])
def test_values_and_gradients_are_those_of_the_cpu(elsewhere, compute, shapes):
    here, there = both(compute, *shapes)
    np.testing.assert_equal(here, there)
    assert elsewhere.copies("host to device") >= len(shapes)


def test_a_move_records_where_it_goes(elsewhere):
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).to("cuda")
    y.retain_grad()
    seen = []
    y.register_hook(lambda grad: seen.append(grad.device.type))
    (y * 3).sum().backward()
    assert seen == ["cuda"]
    assert y.grad.device.type == "cuda"
    assert x.grad.tolist() == [6.0, 6.0] and x.grad.device.type == "cpu"


def test_two_devices_do_not_meet(elsewhere):
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device, but found at least two devices"):
        torch.ones(2, device="cuda") + torch.ones(2)
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
        nn.functional.cross_entropy(torch.ones(2, 3, device="cuda"), torch.tensor([0, 1]))
    assert (torch.ones(2, device="cuda") * torch.tensor(2.0)).tolist() == [2.0, 2.0]


def test_a_module_moves_in_place_and_its_graph_stays_there(elsewhere):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).to("cuda")
    out = net(torch.ones(5, 3, device="cuda"))
    out.sum().backward()
    assert {p.grad.device.type for p in net.parameters()} == {"cuda"}
    assert str(out)[-40:].strip().endswith("grad_fn=<AddmmBackward0>)")
    assert "device='cuda:0'" in str(out)


def test_each_thread_has_a_default_device_of_its_own(elsewhere):
    seen = []
    torch.set_default_device("cuda")
    try:
        other = threading.Thread(target=lambda: seen.append((torch.zeros(1).device, torch.get_default_device())))
        other.start()
        other.join()
        assert str(torch.ones(2).device) == str(torch.get_default_device()) == "cuda:0"
        assert torch.ones(2, device="cpu").device.type == "cpu"
    finally:
        torch.set_default_device(None)
    assert seen == [(torch.device("cpu"), torch.device("cpu"))] and torch.ones(2).device.type == "cpu"


def test_numpy_refuses_what_is_not_on_the_cpu(elsewhere):
    with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
        torch.ones(2, device="cuda").numpy()
    assert torch.ones(2, device="cuda").cpu().numpy().tolist() == [1.0, 1.0]


def test_without_a_gpu_the_reason_is_told():
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled\n  Why: there is no cuda device here: "):
        torch.ones(2, device="cuda")
    assert not torch.cuda.is_available()
