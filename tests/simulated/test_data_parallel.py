"""DataParallel on two GPUs: the numbers of one, PyTorch's printed shapes, and what a student does wrong with it."""

import copy
import threading
from collections import namedtuple

import numpy as np
import pytest
import torch as pytorch
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook import nn
from workbook.nn.parallel import DataParallel, data_parallel, gather, parallel_apply, replicate, scatter
from workbook.ops import replicas


@pytest.fixture(params=["simulated", "real"], autouse=True)
def two_gpus(request):
    if request.param == "simulated":
        with torch.cuda.simulate(3) as gpus:
            yield gpus
    elif torch.cuda.device_count() < 2:
        pytest.skip("no two real GPUs here: the same ran on simulated ones")
    else:
        yield None


class Deep(nn.Module):
    """Modules in modules, one of them in two places, two arguments, a buffer, and a normalisation that looks at no other example."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Tanh(), nn.Flatten())
        self.again = nn.Linear(12, 12)
        self.twice = nn.ModuleList([self.again, nn.LayerNorm(12), self.again])
        self.rnn = nn.LSTM(4, 5, batch_first=True)
        self.last = nn.Linear(15, 2)
        self.scales = nn.ParameterList([torch.ones(2), torch.full((2,), 0.5)])
        self.register_buffer("shift", torch.tensor([0.5, -0.25]))
        self.absent = None
        self.register_parameter("none", None)

    def forward(self, x, *, more):
        h = self.first(x)
        for layer in self.twice:
            h = layer(h)
        h = self.rnn(h.view(-1, 3, 4))[0].flatten(1)
        return self.last(h) * self.scales[0] + self.scales[1] * more[0]["weight"] + self.shift


def built(dtype, frozen=()):
    torch.manual_seed(0)
    net = Deep().to(dtype).eval()
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name not in frozen)
    return net.cuda()


def batch(size, dtype):
    torch.manual_seed(size)
    return torch.randn(size, 1, 4, 4, dtype=dtype), torch.randn(size, 2, dtype=dtype), torch.randn(size, 2, dtype=dtype).cuda()


def step(net, x, weight, factor):
    """One forward and backward. Returns the output and the gradients of the parameters and of an input."""
    x, weight = x.cuda().requires_grad_(), weight.cuda()
    out = net(x, more=[{"weight": weight, "name": "no tensor"}, None])
    (out * factor).sum().backward()
    return [out.detach(), x.grad, *(parameter.grad for parameter in net.parameters())]


@given(size=st.integers(1, 7), dtype=st.sampled_from([torch.float32, torch.float64]), gpus=st.sampled_from([[0], [0, 1], [1, 0], [0, 1, 2]]))
def test_the_numbers_are_those_of_one_gpu(size, dtype, gpus):
    if max(gpus) >= torch.cuda.device_count():
        return
    x, weight, factor = batch(size, dtype)
    alone = built(dtype)
    split = DataParallel(copy.deepcopy(alone).to(f"cuda:{gpus[0]}"), gpus, output_device=0)
    for one, many in zip(step(alone, x, weight, factor), step(split, x, weight, factor), strict=True):
        assert many.dtype == one.dtype and many.shape == one.shape
        worst = (one.cpu() - many.cpu()).abs().max().item()
        assert worst <= (1e-6 if dtype is torch.float32 else 1e-12) * max(1, one.abs().max().item()), worst


def test_a_second_derivative_is_that_of_one_gpu():
    x, weight, factor = batch(5, torch.float64)
    found = []
    for net in (built(torch.float64), DataParallel(built(torch.float64), [0, 1])):
        given = x.cuda().requires_grad_()
        out = net(given, more=[{"weight": weight.cuda()}])
        slope, = torch.autograd.grad((out ** 3 * factor).sum(), given, create_graph=True)
        (slope ** 2).sum().backward()
        found.append([given.grad, *(p.grad for p in net.parameters() if p.grad is not None)])
    for one, many in zip(*found, strict=True):
        np.testing.assert_allclose(many.cpu().numpy(), one.cpu().numpy(), 1e-10, 1e-12)


def test_what_is_used_twice_in_a_copy_gets_both_gradients():
    class Both(nn.Linear):
        def forward(self, x):
            y = super().forward(x)
            return y, y, {"sum": y.sum()}

    torch.manual_seed(0)
    net = DataParallel(Both(3, 2).cuda(), [0, 1])
    with pytest.warns(UserWarning, match="all input tensors were scalars; will instead unsqueeze and return a vector"):
        a, b, more = net(torch.ones(5, 3))
    assert more["sum"].shape == (2,)
    (a.sum() + 2 * b.sum() + more["sum"].sum()).backward()
    assert net.module.weight.grad.tolist() == [[20.0] * 3] * 2 and net.module.bias.grad.tolist() == [20.0] * 2


def test_a_copys_own_gradient_can_be_kept_and_looked_at():
    net = nn.Linear(2, 1).cuda()
    copies, seen = replicate(net, [0, 1]), []
    copies[1].weight.retain_grad()
    copies[1].weight.register_hook(lambda grad: seen.append((grad * 2).tolist()))
    outs = parallel_apply(copies, scatter(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), [0, 1]), devices=[0, 1])
    gather(outs, 0).sum().backward()
    assert copies[1].weight.grad.tolist() == [[3.0, 4.0]] and copies[1].weight.grad.device.index == 1 and seen == [[[6.0, 8.0]]]
    assert net.weight.grad.tolist() == [[4.0, 6.0]]


# ---- what the documents' programs print --------------------------------------------------------------------------------------


class Model(nn.Module):
    def __init__(self, said):
        super().__init__()
        self.fc, self.said = nn.Linear(5, 2), said

    def forward(self, input):
        output = self.fc(input)
        self.said.append(f"In Model: input size {input.size()} output size {output.size()}")
        return output


def test_the_shapes_of_documents_001_and_002():
    said = []
    model = nn.DataParallel(Model(said), device_ids=[0, 1])
    model.to(torch.device("cuda:0"))
    for data in torch.utils.data.DataLoader(torch.randn(100, 5), batch_size=30, shuffle=True):
        output = model(data.to("cuda:0"))
        said.append(f"Outside: input size {data.size()} output_size {output.size()}")
    inside = [f"In Model: input size torch.Size([{n}, 5]) output size torch.Size([{n}, 2])" for n in (15, 5)]
    outside = [f"Outside: input size torch.Size([{n}, 5]) output_size torch.Size([{n}, 2])" for n in (30, 10)]
    assert said == ([inside[0]] * 2 + [outside[0]]) * 3 + [inside[1]] * 2 + [outside[1]]


def test_three_gpus_get_three_tens():
    if torch.cuda.device_count() > 2:
        assert [part.shape[0] for part in scatter(torch.ones(30, 5), [0, 1, 2])] == [10, 10, 10]


def test_without_a_gpu_it_is_the_module_itself():
    with torch.cuda.simulate(0):
        said, theirs = [], []
        net = nn.DataParallel(Model(said))
        out = net(torch.ones(4, 5))
        other = pytorch.nn.DataParallel(pytorch.nn.Linear(5, 2))
        theirs = other(pytorch.ones(4, 5))
    assert len(said) == 1 and out.grad_fn.name() == theirs.grad_fn.name() and net.device_ids == other.device_ids == []
    assert list(nn.DataParallel(nn.Linear(5, 2)).state_dict()) == list(other.state_dict())
    assert repr(nn.DataParallel(nn.Linear(5, 2))) == repr(other)


# ---- the four steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size, gpus", [(30, 2), (7, 2), (1, 3), (2, 3), (5, 3), (4, 3), (0, 2)])
def test_parts_are_those_of_chunk(size, gpus):
    parts = scatter(torch.arange(size), list(range(min(gpus, torch.cuda.device_count()))))
    assert [len(part) for part in parts] == [len(part) for part in pytorch.arange(size).chunk(min(gpus, torch.cuda.device_count()))]
    assert [part.device.index for part in parts] == list(range(len(parts)))
    assert gather(parts, "cpu").tolist() == list(range(size))


Pair = namedtuple("Pair", "a b")


def test_containers_are_gone_through():
    x = torch.arange(4)
    parts = scatter(({"x": [x, 3], "none": None}, Pair(x, "text"), ()), [0, 1])
    assert [type(part) for part in parts] == [tuple, tuple]
    named, pair, nothing = parts[1]
    assert named["x"][0].tolist() == [2, 3] and named["x"][1] == 3 and named["none"] is None and nothing == ()
    assert isinstance(pair, Pair) and pair.a.device == torch.device("cuda:1") and pair.b == "text"
    back = gather([[{"x": part[0]["x"][0]}, part[1]._replace(b=None)] for part in parts], 0)
    assert isinstance(back, list) and back[0]["x"].tolist() == [0, 1, 2, 3] and isinstance(back[1], Pair) and back[1].a.device.index == 0


def test_nodes_have_pytorchs_names_and_frozen_parameters_stay_frozen():
    net = built(torch.float32, frozen=["last.weight"])
    one, two = replicate(net, [0, 1])
    assert two.last.bias.grad_fn.name() == one.last.bias.grad_fn.name() == "BroadcastBackward" and not two.last.weight.requires_grad
    assert list(two.parameters()) == [] and two.twice[0] is two.twice[2] is two.again and two.absent is None and two.none is None
    x = torch.ones(4, 2, device="cuda:0", requires_grad=True)
    parts = scatter(x, [0, 1])
    assert parts[1].grad_fn.name() == "ScatterBackward" and gather(parts, 1).grad_fn.name() == "GatherBackward"
    gather(parts, 1).sum().backward()
    assert x.grad.tolist() == [[1.0] * 2] * 4 and x.grad.device.index == 0
    detached = replicate(net, [0, 1], detach=True)
    assert not detached[1].last.bias.requires_grad


def test_what_no_copy_used_gets_zeros_as_in_pytorch():
    class Partly(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Linear(2, 1), nn.Linear(2, 1)

        def forward(self, x):
            return self.used(x)

    net = DataParallel(Partly().cuda(), [0, 1])
    net(torch.ones(2, 2)).sum().backward()
    assert net.module.unused.weight.grad.tolist() == [[0.0, 0.0]]


def test_buffers_of_the_first_copy_stay():
    torch.manual_seed(0)
    x = torch.randn(6, 3) * torch.tensor([[1.0], [1], [1], [5], [5], [5]])
    split, alone = DataParallel(nn.BatchNorm1d(3).cuda(), [0, 1]), nn.BatchNorm1d(3).cuda()
    split(x.cuda())
    alone(x[:3].cuda())
    assert split.module.num_batches_tracked.item() == 1
    np.testing.assert_allclose(split.module.running_var.cpu().numpy(), alone.running_var.cpu().numpy(), 1e-6)


class Spy(nn.Module):
    """Notes in which thread, on which device and in which mode it runs; makes a tensor on the current device."""

    def __init__(self):
        super().__init__()
        self.weight, self.seen = nn.Parameter(torch.ones(2)), []
        self.together = threading.Barrier(2, timeout=20)

    def forward(self, x):
        self.together.wait()  # nobody goes on before both are here: they run at the same time
        made = torch.ones(2, device="cuda")
        self.seen.append((torch.cuda.current_device(), torch.is_grad_enabled(), threading.current_thread().name))
        return x * self.weight + made


@pytest.mark.parametrize("recorded", [True, False])
def test_each_copy_runs_in_a_thread_on_its_device_in_the_callers_mode(recorded):
    net = DataParallel(Spy().cuda(), [0, 1])
    with torch.set_grad_enabled(recorded):
        out = net(torch.ones(4, 2))
    assert sorted(device for device, _, _ in net.module.seen) == [0, 1] and {mode for _, mode, _ in net.module.seen} == {recorded}
    assert len({name for _, _, name in net.module.seen}) == 2 and out.requires_grad is recorded
    assert torch.cuda.current_device() == 0 and torch.is_grad_enabled()


# ---- planted bugs: what a DataParallel without care does ----------------------------------------------------------------------


def test_a_thread_without_its_device_is_seen(monkeypatch):
    from workbook.nn.parallel.parallel_apply import _Run

    def compute(run):
        try:
            run.output = run.module(*run.args, **run.kwargs)
        except Exception as problem:
            run.problem = problem

    monkeypatch.setattr(_Run, "compute", compute)
    with pytest.raises(RuntimeError, match="(?s)Caught RuntimeError in replica 1 on device 1.*Expected all tensors to be on the same device"):
        DataParallel(Spy().cuda(), [0, 1])(torch.ones(4, 2))


def test_a_gather_without_a_copy_is_seen(monkeypatch):
    net = DataParallel(nn.Linear(2, 1).cuda(), [0, 1])
    monkeypatch.setattr(replicas, "_in_memory", lambda array, source, target: array)
    with pytest.raises((ValueError, RuntimeError)):
        net(torch.ones(4, 2)).sum().backward()


# ---- what goes wrong ---------------------------------------------------------------------------------------------------------


class Failing(nn.Module):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def forward(self, x):
        if x.get_device() == 1:
            raise self.error
        return x


class Odd(Exception):
    def __init__(self, one, two):
        super().__init__(one)


@pytest.mark.parametrize("error, kind", [(RuntimeError("bad news"), RuntimeError), (KeyError("bad news"), KeyError), (Odd("bad news", 2), RuntimeError)])
def test_an_error_in_a_copy_is_raised_where_the_student_waits(error, kind):
    with pytest.raises(kind) as found:
        DataParallel(Failing(error), [0, 1])(torch.ones(4, 2))
    text = str(found.value)
    assert text.startswith(f"Caught {type(error).__name__} in replica 1 on device 1.\n") and "\nOriginal Traceback (most recent call last):\n" in text
    assert "[2, 2]" in text and "raise self.error" in text and text.count("\\n") == 0
    assert torch.cuda.current_device() == 0


def lin():
    return nn.Linear(2, 1).cuda()


WRONG = {
    "net on the CPU": (lambda: DataParallel(nn.Linear(2, 1), [0, 1])(torch.ones(2, 2)), RuntimeError,
                       r"module must have its parameters and buffers on device cuda:0 \(device_ids\[0\]\) but found one of them on device: cpu"),
    "net on another GPU": (lambda: DataParallel(nn.Linear(2, 1).to("cuda:1"), [0, 1])(torch.ones(2, 2)), RuntimeError, "weight is on cuda:1"),
    "the same, without a module": (lambda: data_parallel(nn.Linear(2, 1), torch.ones(2, 2), [0, 1]), RuntimeError, "found one of them on device: cpu"),
    "no such GPU": (lambda: DataParallel(lin(), [0, 99]), RuntimeError, "invalid device ordinal"),
    "the CPU among the GPUs": (lambda: DataParallel(lin(), [0, "cpu"]), ValueError, "but got: cpu"),
    "no GPU named": (lambda: DataParallel(lin(), []), RuntimeError, "no available devices were found"),
    "a number as input": (lambda: DataParallel(lin(), [0, 1])(torch.tensor(1.0)), RuntimeError, "chunk expects at least a 1-dimensional tensor"),
    "no such dim": (lambda: DataParallel(lin(), [0, 1], dim=5)(torch.ones(2, 2)), IndexError, "Dimension out of range"),
    "a wrong shape": (lambda: DataParallel(lin(), [0, 1])(torch.ones(2, 3)), RuntimeError, "Caught RuntimeError in replica 0 on device 0"),
    "too few modules": (lambda: parallel_apply([lin()], [1, 2]), AssertionError, "The number of modules 1 is not equal to the number of inputs 2"),
    "too few devices": (lambda: parallel_apply([lin()] * 2, [1, 2], devices=[0]), AssertionError, "not equal to the number of devices 1"),
    "too few kwargs": (lambda: parallel_apply([lin()] * 2, [1, 2], [{}]), AssertionError, "not equal to the number of kwargs_tup 1"),
    "gathered on the CPU": (lambda: gather([torch.ones(1), torch.ones(1)], 0), AssertionError, "Gather function not implemented for CPU tensors"),
    "unequal shapes": (lambda: gather([torch.ones(2, 3, device="cuda:0"), torch.ones(2, 4, device="cuda:1")], 0), RuntimeError,
                       r"Gather got an input of invalid size: got \[2, 4\], but expected \[2, 3\]"),
    "unequal dicts": (lambda: gather([{}, {"a": 1}], 0), ValueError, "All dicts must have the same number of keys"),
    "numbers returned": (lambda: gather([1, 2], 0), TypeError, "'int' object is not iterable"),
    "a net elsewhere": (lambda: replicate(lin().to("cuda:1"), [0, 1]), RuntimeError, r"All tensors must be on devices\[0\]: 0"),
    "a lazy net": (lambda: replicate(nn.LazyLinear(2), [0, 1]), RuntimeError, "uninitialized parameters can't be used with `DataParallel`"),
    "scattered over nothing": (lambda: scatter(torch.ones(2), []), RuntimeError, "Expected at least one device to scatter to"),
    "no arguments": (lambda: DataParallel(lin(), [0, 1])(), TypeError, "forward"),
    "a module that is none": (lambda: DataParallel(lambda x: x, [0, 1])(torch.ones(2)), AttributeError, "parameters"),
}


@pytest.mark.parametrize("call, kind, text", WRONG.values(), ids=WRONG)
def test_wrong_use_is_told(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_numbers_from_several_places():
    net = DataParallel(lin(), [0, 1], output_device=1)
    assert net(torch.ones(4, 2)).device == torch.device("cuda:1")
    with pytest.warns(FutureWarning, match="Using -1 to represent CPU tensor is deprecated"):
        out = DataParallel(lin(), [0, 1], output_device=-1)(torch.ones(4, 2))
    assert out.device == torch.device("cpu") and out.grad_fn.name() == "GatherBackward"
    out.sum().backward()
    assert data_parallel(lin(), torch.ones(4, 2), ["cuda:0", torch.device("cuda:1")]).shape == (4, 1)


def test_unequal_gpus_are_warned_of(monkeypatch):
    known = torch.cuda.get_device_properties(0)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: known._replace(total_memory=10 - 5 * number))
    with pytest.warns(UserWarning, match="(?s)imbalance between your GPUs. You may want to exclude GPU 1"):
        DataParallel(lin(), [0, 1])


def test_a_training_step_makes_the_copies_that_it_has_to(two_gpus):
    """One copy of each parameter out, one gradient of each back, the parts of the batch; and the program never waits."""
    if two_gpus is None:
        pytest.skip("copies are counted on simulated GPUs")
    net, x = DataParallel(lin(), [0, 1]), torch.ones(4, 2, device="cuda:0")
    two_gpus.clear()
    net(x).sum().backward()
    assert two_gpus.copies("device to device") == 2 + 2 + 1 + 2 and two_gpus.waits() == 0  # out; back; a part; the result and its gradient
