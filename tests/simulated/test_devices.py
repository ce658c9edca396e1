"""GPUs as a program meets them: which is current, what is refused and in what words, what costs a wait, what the memory holds."""

import copy
import gc
import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook import nn
from workbook.devices import checks


@pytest.fixture
def gpus():
    with torch.cuda.simulate(2) as simulation:
        yield simulation


# ---- which one --------------------------------------------------------------------------------------------------------------


def test_cuda_without_a_number_is_the_current_one(gpus):
    assert torch.ones(1, device="cuda").device == torch.device("cuda:0")
    with torch.cuda.device(1):
        assert torch.cuda.current_device() == 1 and torch.ones(1).cuda().device == torch.device("cuda:1")
    assert torch.cuda.current_device() == 0
    torch.cuda.set_device("cuda:1")
    assert str(torch.zeros(2).to("cuda").device) == "cuda:1"


def test_each_thread_has_its_own_current_one(gpus):
    torch.cuda.set_device(1)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(torch.cuda.current_device()))
    thread.start()
    thread.join()
    assert seen == [0] and torch.cuda.current_device() == 1


def test_a_step_runs_where_its_tensors_are_whichever_is_current(gpus):
    x = torch.arange(6.0, device="cuda:1").reshape(2, 3).requires_grad_()
    (x.t() @ x).exp().sum().backward()
    assert x.grad.device.index == 1 and torch.cuda.current_device() == 0
    torch.optim.Adam([x]).step()
    assert x.device.index == 1


def test_it_is_called_simulated_wherever_it_shows(gpus):
    assert torch.cuda.is_available() and torch.cuda.device_count() == 2
    assert torch.cuda.get_device_name(1).startswith("Simulated")
    assert torch.cuda.get_device_properties("cuda").name.startswith("Simulated")
    assert "simulated" in repr(gpus)
    assert str(torch.accelerator.current_accelerator()) == "cuda" and torch.accelerator.is_available()


def test_simulation_ends_with_its_context():
    with torch.cuda.simulate(1):
        with torch.cuda.simulate(3):
            assert torch.cuda.device_count() == 3
        assert torch.cuda.device_count() == 1
    assert not torch.cuda.simulate(0)._machine.count
    with pytest.raises(ValueError, match="from 0 to 64"):
        torch.cuda.simulate(65)


@pytest.mark.parametrize("text", ["two", "-1", "1.5", "1000"])
def test_the_variable_takes_a_number(monkeypatch, text):
    from workbook.devices.cuda import CudaBackend

    monkeypatch.setenv("WORKBOOK_SIMULATED_GPUS", text)
    with pytest.raises(RuntimeError, match=f"WORKBOOK_SIMULATED_GPUS={text}\n  Why"):
        CudaBackend().status()


# ---- what is refused --------------------------------------------------------------------------------------------------------


def test_a_number_that_no_gpu_has(gpus):
    with pytest.raises(RuntimeError, match=r"CUDA error: invalid device ordinal\n  Why: cuda:2 is asked for, and there are 2, cuda:0 to cuda:1"):
        torch.ones(2).to("cuda:2")
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        torch.cuda.set_device(7)
    with pytest.raises(ValueError, match="Expected a cuda device"):
        torch.cuda.get_device_name("cpu")


@pytest.mark.parametrize("compute", [
    lambda a, b: a + b, lambda a, b: a @ b, lambda a, b: torch.cat([a, b]), lambda a, b: torch.where(a > 0, a, b),
    lambda a, b: a.add_(b), lambda a, b: nn.functional.linear(a, b), lambda a, b: nn.functional.mse_loss(a, b)])
def test_mixed_devices_name_both(gpus, compute):
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"):
        compute(torch.ones(2, 2, device="cuda"), torch.ones(2, 2))
    with pytest.raises(RuntimeError, match="two devices, cuda:0 and cuda:1"):
        compute(torch.ones(2, 2, device="cuda:0"), torch.ones(2, 2, device="cuda:1"))


def test_a_single_number_of_the_cpu_meets_any(gpus):
    assert (torch.ones(2, device="cuda:1") * torch.tensor(3.0)).tolist() == [3.0, 3.0]


# out of range: the place, what is computed, and what the error says
OUTSIDE = [
    (lambda x: nn.functional.cross_entropy(x, torch.tensor([0, 3], device="cuda")), "Target 3 is out of bounds"),
    (lambda x: nn.functional.nll_loss(x, torch.tensor([0, -1], device="cuda")), "Target -1 is out of bounds"),
    (lambda x: nn.functional.embedding(torch.tensor([5], device="cuda"), x), "asks for row 5"),
    (lambda x: x[torch.tensor([2], device="cuda")], "index 2 is out of bounds for dimension 0"),
    (lambda x: x.gather(1, torch.tensor([[3]], device="cuda")), "index 3 is out of bounds"),
    (lambda x: x.index_select(0, torch.tensor([-1], device="cuda")), "-1"),
    (lambda x: nn.functional.binary_cross_entropy(x.abs() + 2, x.abs().clamp(0, 1)), "look like logits"),
]


@pytest.mark.parametrize(("compute", "phrase"), OUTSIDE, ids=[phrase for _, phrase in OUTSIDE])
def test_a_number_outside_is_told_when_the_host_waits(gpus, compute, phrase):
    x = torch.randn(2, 3, device="cuda")
    gpus.clear()
    result = compute(x)  # nobody waits: nothing is told
    assert gpus.waits() == 0
    with pytest.raises(RuntimeError, match="CUDA error: device-side assert triggered\n  Why: test_devices.py, line ") as caught:
        result.sum().item()
    assert phrase in str(caught.value) and "CUDA_LAUNCH_BLOCKING=1" in str(caught.value) or "\n  Fix: " in str(caught.value)
    assert torch.ones(1, device="cuda").item() == 1.0  # it is told once


@pytest.mark.parametrize("waits", [lambda x: x.item(), lambda x: x.cpu(), lambda x: print(x), lambda x: bool(x), lambda x: torch.cuda.synchronize(),
                                   lambda x: x.tolist()])
def test_whoever_waits_is_told(gpus, waits):
    x = torch.ones((), device="cuda")
    torch.ones(2, device="cuda")[torch.tensor([9], device="cuda")]
    with pytest.raises(RuntimeError, match="index 9 is out of bounds"):
        waits(x)


def test_with_launch_blocking_it_is_told_at_once(gpus, monkeypatch):
    monkeypatch.setenv("CUDA_LAUNCH_BLOCKING", "1")
    with pytest.raises(RuntimeError, match="index 9"):
        torch.ones(2, device="cuda")[torch.tensor([9], device="cuda")]


def test_notes_do_not_pile_up(gpus):
    x, index = torch.ones(3, device="cuda"), torch.tensor([0], device="cuda")
    for _ in range(checks.MOST + 5):
        x[index]
    assert len(checks._notes) < checks.MOST


def test_a_full_memory_says_what_holds_it():
    with torch.cuda.simulate(1, memory=100_000):
        kept = torch.zeros(100, 200, device="cuda")
        with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory. Tried to allocate 40,000 bytes. GPU 0") as caught:
            torch.zeros(10_000, device="cuda")
        assert "held by a tensor of shape (100, 200), torch.float32, 80,000 bytes" in str(caught.value)
        with pytest.raises(torch.OutOfMemoryError):
            kept * 2
        del kept, caught
        gc.collect()
        assert torch.zeros(10_000, device="cuda").sum() == 0


# ---- what costs -------------------------------------------------------------------------------------------------------------

NETS = {
    "images": (lambda: nn.Sequential(nn.Conv2d(3, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(54, 5)), (4, 3, 10, 10)),
    "rows": (lambda: nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 5)), (4, 8)),
    "sequences": (lambda: nn.Sequential(nn.Unflatten(1, (2, 4)), nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True), nn.Flatten(),
                                        nn.Linear(8, 5)), (4, 8)),
    "averages": (lambda: nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)), (4, 3, 8, 8)),
}


@pytest.mark.parametrize("rule", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
@pytest.mark.parametrize("name", NETS)
def test_a_step_of_training_waits_for_nothing_and_copies_nothing(gpus, name, rule):
    build, shape = NETS[name]
    net = build().cuda()
    optimizer = getattr(torch.optim, rule)(net.parameters(), lr=0.01)
    x, y = torch.randn(*shape).cuda(), torch.tensor([0, 1, 2, 4]).cuda()

    def step():
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    step()  # the first makes what the optimizer remembers
    gpus.clear()
    step()
    assert [(entry.kind, entry.cause) for entry in gpus.bill()] == []


def test_a_graph_that_is_recorded_for_a_view_is_fetched_when_it_is_looked_at(gpus):
    from workbook.widgets.recording import recording

    net, x = nn.Linear(8, 5).cuda(), torch.randn(4, 8).cuda()
    gpus.clear()
    with recording():
        y = net(x).relu().sum()
    assert gpus.bill() == []
    assert y.grad_fn.record.output.array == y.item() and gpus.waits() == 2


def test_dropout_copies_its_mask_and_waits_for_nothing(gpus):
    """The mask is drawn by the one stream of random numbers, on the host."""
    x = torch.ones(4, 5, device="cuda")
    gpus.clear()
    nn.functional.dropout(x, 0.5)
    assert gpus.copies() == gpus.copies("host to device") == 1 and gpus.waits() == 0


def test_item_waits_and_the_bill_says_where(gpus):
    x = torch.ones(3, device="cuda").sum()
    gpus.clear()
    for _ in range(5):
        x.item()
    assert gpus.waits() == 5 and gpus.copies("device to host") == 5
    assert {entry.place[0] for entry in gpus.bill()} == {__file__}


MADE = {
    "zeros": lambda place: torch.zeros(2, 3, device=place), "ones": lambda place: torch.ones(2, device=place),
    "empty": lambda place: torch.empty(2, device=place) * 0, "full": lambda place: torch.full((2, 3), 7, device=place),
    "full of floats": lambda place: torch.full((2,), 0.1, dtype=torch.float64, device=place), "eye": lambda place: torch.eye(2, 3, device=place),
    "arange": lambda place: torch.arange(5, device=place), "arange of floats": lambda place: torch.arange(0.1, 2, 0.3, device=place),
    "linspace": lambda place: torch.linspace(-1, 1, 7, device=place), "linspace of one": lambda place: torch.linspace(2, 3, 1, device=place),
    "range": lambda place: torch.range(1, 4, device=place), "zeros_like": lambda place: torch.zeros_like(torch.ones(2, device=place)),
    "ones_like": lambda place: torch.ones_like(torch.ones(2, device=place)),
    "full_like": lambda place: torch.full_like(torch.ones(2, 2, device=place), 3),
    "clone": lambda place: torch.ones(2, device=place).clone(), "new_zeros": lambda place: torch.ones(2, device=place).new_zeros(2),
    "new_full": lambda place: torch.ones(2, device=place).new_full((2,), 4.0), "tril": lambda place: torch.ones(3, 3, device=place).tril(),
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.filterwarnings("ignore:torch.range is deprecated")
def test_made_there_nothing_is_copied(gpus, name):
    found = MADE[name]("cuda:1")
    assert gpus.bill() == []
    expected = MADE[name]("cpu")
    assert found.device.index == 1 and found.dtype is expected.dtype and torch.equal(found.cpu(), expected)


@pytest.mark.parametrize("settings", [{}, {"padding_idx": 0}, {"padding_idx": -1, "scale_grad_by_freq": True}], ids=lambda settings: "-".join(settings))
def test_words_are_looked_up_without_a_wait(gpus, settings):
    table, words = nn.Embedding(5, 3, **settings), torch.tensor([[0, 1, 4], [4, 1, 1]])
    there, named, slope = copy.deepcopy(table).cuda(), words.cuda(), torch.ones(2, 3, 3)
    gpus.clear()
    there(named).sum().backward()
    assert gpus.bill() == []
    table(words).sum().backward()
    assert torch.equal(there.weight.grad.cpu(), table.weight.grad)
    gradients = []  # and the derivative of the derivative
    for layer, index, weights in ((table, words, slope), (there, named, slope.cuda())):
        weights.requires_grad_()
        grad, = torch.autograd.grad(layer(index), layer.weight, weights, create_graph=True)
        gradients.append(torch.autograd.grad((grad ** 2).sum(), weights)[0])
    assert torch.allclose(gradients[0], gradients[1].cpu())


# ---- moving -----------------------------------------------------------------------------------------------------------------


@given(st.data())
def test_there_and_back_it_is_the_same(data):
    shape = data.draw(st.lists(st.integers(0, 3), max_size=3))
    dtype = data.draw(st.sampled_from([torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64, torch.float16]))
    x = (torch.arange(max(int(np.prod(shape)), 0)).reshape(shape) % 3).to(dtype)
    x = x.t() if x.ndim == 2 and data.draw(st.booleans()) else x
    with torch.cuda.simulate(2):
        there = x.to("cuda:0").to("cuda:1")
        assert there.device.index == 1 and there.dtype is dtype and torch.equal(there.cpu(), x)


def test_a_move_is_a_step_of_the_graph(gpus):
    x = torch.ones(2, requires_grad=True)
    y = (x.to("cuda:0") * 2).to("cuda:1") * 3
    y.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0] and not x.grad.is_cuda


def test_weights_and_batches_are_those_of_the_cpu(gpus):
    torch.manual_seed(1)
    here = [torch.randn(3), nn.Linear(2, 3).weight, torch.rand(2), torch.randperm(5)]
    torch.manual_seed(1)
    there = [torch.randn(3, device="cuda"), nn.Linear(2, 3, device="cuda").weight, torch.rand(2, device="cuda:1"), torch.randperm(5, device="cuda")]
    assert all(torch.equal(a, b.cpu()) and b.is_cuda for a, b in zip(here, there))


def test_copies_of_a_module_stay_there(gpus):
    net = copy.deepcopy(nn.Linear(2, 3).to("cuda:1"))
    assert {p.device.index for p in net.parameters()} == {1}


def test_a_module_and_its_gradients_move_together(gpus):
    net = nn.Linear(2, 3)
    net(torch.ones(1, 2)).sum().backward()
    parameters = list(net.parameters())
    net.cuda()
    assert list(net.parameters())[0] is parameters[0] and parameters[0].grad.is_cuda
    net.cpu()
    assert not parameters[0].grad.is_cuda


def test_streams_and_events_do_what_programs_ask(gpus):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        y = torch.ones(2, device="cuda") * 2
    torch.cuda.current_stream().wait_stream(stream)
    end.record()
    torch.cuda.synchronize()
    assert start.elapsed_time(end) >= 0 and end.query() and y.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="enable_timing=True"):
        torch.cuda.Event().elapsed_time(end)


def test_memory_is_counted(gpus):
    gc.collect()
    torch.cuda.reset_peak_memory_stats()
    before, beside = torch.cuda.memory_allocated(), torch.cuda.memory_allocated(1)
    x = torch.zeros(1000, device="cuda")
    assert torch.cuda.memory_allocated() - before == 4000 and torch.cuda.memory_allocated(1) == beside
    y = x * 2
    del y
    assert torch.cuda.max_memory_allocated() - before == 8000
    torch.cuda.reset_peak_memory_stats()
    assert torch.cuda.max_memory_allocated() - before == 4000
    free, total = torch.cuda.mem_get_info()
    assert total - free == torch.cuda.memory_allocated() == torch.cuda.memory_reserved()
    assert "shape (1000,)" in torch.cuda.memory_summary()


def test_switches_of_backends_have_other_values_in_a_block():
    cudnn = torch.backends.cudnn
    cudnn.benchmark = True
    try:
        with cudnn.flags(enabled=False, deterministic=True):
            assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32) == (False, False, True, True)
        assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == (True, True, False)
        with pytest.raises(AttributeError, match="has no switch 'speed'"), cudnn.flags(speed=9):
            pass
        assert (cudnn.enabled, cudnn.benchmark) == (True, True)
    finally:
        cudnn.benchmark = False


def test_switches_of_backends_change_nothing():
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    assert torch.backends.cudnn.deterministic and not torch.backends.mps.is_available()
    torch.backends.cudnn.deterministic = False
    with pytest.raises(AttributeError, match="has no switch 'determinstic'"):
        torch.backends.cudnn.determinstic = True


def test_without_gpus_the_functions_say_so_or_do_nothing():
    with torch.cuda.simulate(0):
        if torch.cuda.is_available():
            pytest.skip("there is a real GPU here")
        assert torch.cuda.device_count() == 0 and torch.accelerator.current_accelerator() is None
        torch.cuda.manual_seed_all(0), torch.cuda.empty_cache()
        for ask in (torch.cuda.current_device, torch.cuda.synchronize, torch.cuda.get_device_name, torch.cuda.mem_get_info):
            with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled\n  Why: "):
                ask()


class OnTheGpu(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, number):
        return torch.ones(2, device="cuda") * number


class Kept(OnTheGpu):
    def __init__(self):
        self.numbers = torch.ones(4, device="cuda")

    def __getitem__(self, number):
        return self.numbers


def forked(data, **more):
    return list(torch.utils.data.DataLoader(data, num_workers=1, multiprocessing_context="fork", timeout=20, **more))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked on Linux")
@pytest.mark.parametrize("data", [OnTheGpu, Kept, lambda: torch.utils.data.TensorDataset(torch.ones(4, device="cuda"))])
def test_a_worker_cannot_use_the_gpu_of_its_parent(gpus, data):
    torch.zeros(1, device="cuda")
    with pytest.raises(RuntimeError, match="Cannot re-initialize CUDA in forked subprocess") as caught:
        forked(data())
    assert "return tensors of the CPU, and move each batch in the loop" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked on Linux")
def test_numbers_of_a_worker_become_tensors_where_new_ones_lie(gpus):
    with torch.device("cuda"):
        torch.zeros(1)
        with pytest.raises(RuntimeError, match="(?s)forked subprocess.*new Tensors lie on cuda:0 here.*worker_init_fn=lambda worker: torch.set"):
            forked([1, 2])
        batches = forked([1, 2], worker_init_fn=lambda worker: torch.set_default_device("cpu"))
    assert [str(batch) for batch in batches] == ["tensor([1])", "tensor([2])"]
