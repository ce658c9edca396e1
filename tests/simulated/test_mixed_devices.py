"""Tensors of several devices in one call: what PyTorch lets meet, what it refuses, and that the error names both."""

import copy

import pytest

import workbook as torch
from workbook import nn
from workbook.nn import functional as F

CPU, GPU, OTHER = "cpu", "cuda:0", "cuda:1"


@pytest.fixture(autouse=True)
def gpus():
    with torch.cuda.simulate(2) as simulation:
        yield simulation


def six(device):
    return torch.arange(6.0).reshape(2, 3).to(device)


# ---- the error --------------------------------------------------------------------------------------------------------------


def test_the_error_names_both_tensors_and_where_each_comes_from():
    images, labels = torch.zeros(4, 1, 4, 4), torch.tensor([0, 1, 0, 1])
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2)).to(GPU)
    with pytest.raises(RuntimeError) as caught:
        net(images)
    said = str(caught.value)
    assert "images, a tensor of shape [4, 1, 4, 4], is on cpu, and 0.weight of Sequential, a parameter of shape [2, 1, 3, 3], is on cuda:0" in said
    assert said.endswith("Fix: move it: images = images.to('cuda:0')")
    with pytest.raises(RuntimeError, match=r"(?s)a tensor of shape \[4, 2\], made by Addmm is on cuda:0, and labels.*labels = labels.to\('cuda:0'\)"):
        F.nll_loss(net(images.to(GPU)), labels)
    with pytest.raises(RuntimeError, match=r"0.weight of Sequential, a parameter.*\n  Fix: move the network: net.to\('cuda:0'\)"):
        net.cpu()(images.to(GPU))


REFUSED = {  # what is computed of a Tensor on the CPU, or on another GPU, and one on the first GPU
    "add_": lambda a, b: a.add_(b), "0-d add_": lambda a, b: a.sum().add_(b.sum()), "equal": torch.equal, "isclose": torch.isclose, "allclose": torch.allclose,
    "batch_norm": lambda a, b: F.batch_norm(a, b[0], b[1]), "BatchNorm1d": lambda a, b: nn.BatchNorm1d(3).to(b.device)(a),
    "pos_weight": lambda a, b: F.binary_cross_entropy_with_logits(a, a.sigmoid(), pos_weight=b[0]),
    "repeat_interleave": lambda a, b: a.repeat_interleave(torch.tensor([1, 2], device=b.device), 0), "index_select": lambda a, b: a.index_select(0, b[0].long()),
    "masked_fill": lambda a, b: a.masked_fill(b > 2, 0.0), "value": lambda a, b: a.__setitem__(torch.tensor([0], device=a.device), b[:1])}


@pytest.mark.parametrize("elsewhere", (CPU, OTHER))
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_pytorch_s_words(name, elsewhere):
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device, but found at least two devices"):
        REFUSED[name](six(elsewhere), six(GPU))


@pytest.mark.parametrize("elsewhere", (CPU, OTHER))
def test_an_index_is_on_the_cpu_or_where_its_tensor_is(elsewhere):
    index = torch.tensor([0, 1])
    assert six(GPU)[index].tolist() == six(CPU)[index].tolist() and six(GPU)[six(CPU) > 3].tolist() == [4, 5]
    for key in (index.to(GPU), six(GPU) > 3):
        for use in (lambda x: x[key], lambda x: x.__setitem__(key, 0.0), lambda x: x.__setitem__(key, x.sum())):
            with pytest.raises(RuntimeError, match=rf"indices should be either on cpu or on the same device as the indexed tensor \({elsewhere}\)"):
                use(six(elsewhere))


@pytest.mark.parametrize("elsewhere", (CPU, OTHER))
@pytest.mark.parametrize("call", (
    lambda x, out: torch.add(x, x, out=out), lambda x, out: torch.mm(x, x.T, out=out), lambda x, out: torch.cat([x, x], out=out),
    lambda x, out: torch.max(x, 0, out=(out, torch.empty(3, dtype=torch.int64)))))
def test_out_is_where_the_result_is(call, elsewhere):
    with pytest.raises(RuntimeError, match=f"Expected out tensor to have device cuda:0, but got {elsewhere} instead"):
        call(six(GPU), torch.empty(0, device=elsewhere))


def test_a_new_tensor_is_made_where_out_is():
    out = torch.empty(3, dtype=torch.int64, device=OTHER)
    assert torch.arange(3, out=out) is out and out.tolist() == [0, 1, 2]
    assert torch.randn(2, out=torch.empty(2, device=GPU)).device.index == 0
    with pytest.raises(RuntimeError, match=r"device type cuda does not match device type of out parameter \(cpu\)"):
        torch.arange(3, out=torch.empty(3, dtype=torch.int64), device=GPU)


def test_where_to_cut_is_said_on_the_cpu_and_a_grid_has_one_device():
    with pytest.raises(RuntimeError, match="tensor_split expected tensor_indices_or_sections to be on cpu, but it's on cuda:0"):
        six(GPU).tensor_split(torch.tensor([1], device=GPU))
    with pytest.raises(RuntimeError, match="meshgrid expects all tensors to have the same device"):
        torch.meshgrid(six(CPU)[0], six(GPU)[0], indexing="ij")


def test_an_optimizer_that_remembers_what_lies_elsewhere_now():
    net = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(net.parameters())
    net(six(CPU)).sum().backward()
    optimizer.step()
    net.to(GPU)
    optimizer.zero_grad()
    net(six(GPU)).sum().backward()
    with pytest.raises(RuntimeError, match=r"(?s)two devices, cuda:0 and cpu!.*exp_avg, which the optimizer remembers.*moved after the first step"):
        optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())  # what the error says
    optimizer.step()
    assert optimizer.state[net.weight]["exp_avg"].is_cuda


# ---- what may meet ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source, target", ((CPU, GPU), (GPU, CPU), (GPU, OTHER)))
def test_a_part_is_copied_from_wherever_it_lies(source, target):
    room, value = torch.zeros(2, 3, device=target), six(source).requires_grad_()
    room[0] = value[1]
    room[1, :2] = value[0, 0]
    assert room.tolist() == [[3, 4, 5], [0, 0, 0]] and str(room.device) == target
    (room * 2).sum().backward()
    assert value.grad.tolist() == [[4, 0, 0], [2, 2, 2]] and str(value.grad.device) == source


@pytest.mark.parametrize("compute", (
    lambda x, k: x * k, lambda x, k: x + k, lambda x, k: x / k, lambda x, k: (x + 1) ** k, lambda x, k: torch.where(x > 2, x, k), lambda x, k: x.masked_fill(x > 2, k),
    lambda x, k: (x.sum() * k) * k))
def test_the_gradient_of_a_number_of_the_cpu_comes_back_to_it(compute):
    slopes = []
    for device in (GPU, CPU):
        k, x = torch.tensor(2.0, requires_grad=True), six(device).requires_grad_()
        first, = torch.autograd.grad(compute(x, k).pow(2).sum(), k, create_graph=True)
        (first + compute(x, k).sum()).backward()
        assert k.grad.device == first.device == torch.device("cpu") and x.grad.device == x.device
        slopes.append([k.grad.item(), *x.grad.flatten().tolist()])
    assert slopes[0] == pytest.approx(slopes[1])


def test_a_gradient_is_where_its_tensor_is():
    class Moves(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.cpu() * 2

        @staticmethod
        def backward(ctx, grad):
            seen.append(str(grad.device))
            return 2 * (grad.to(GPU) if right else grad)

    seen, right, x = [], True, six(GPU).requires_grad_()
    Moves.apply(x).sum().backward()
    assert seen == [CPU] and x.grad.is_cuda
    right = False
    with pytest.raises(RuntimeError, match="Function MovesBackward returned an invalid gradient at index 0 - expected device cuda:0 but got cpu"):
        Moves.apply(x).sum().backward()
    x.register_hook(lambda grad: grad.cpu())
    with pytest.raises(RuntimeError, match=r"has changed the type of value \(was CUDA tensor got CPU tensor\)"):
        x.sum().backward()


def test_what_makes_a_tensor_like_another_makes_it_there():
    assert six(CPU).type_as(six(OTHER)).device == torch.device(OTHER)
    assert F.one_hot(torch.tensor([1, 0], device=OTHER)).device == torch.device(OTHER)
    assert six(GPU).type("torch.DoubleTensor").device == torch.device("cpu") and six(CPU).type("torch.cuda.FloatTensor").is_cuda
    assert six(OTHER).type(torch.float64).device == torch.device(OTHER)
    twin = copy.deepcopy(six(OTHER).requires_grad_())
    assert twin.device == torch.device(OTHER) and twin.tolist() == six(CPU).tolist()
    assert torch.autograd.gradcheck(lambda x: x**2, six(OTHER).double().requires_grad_())


def test_inside_a_device_new_tensors_are_made_there():
    with torch.device(OTHER) as outer:
        with torch.device("cpu"):
            assert torch.zeros(1).device == torch.device("cpu")
        assert outer == torch.device(OTHER) == torch.zeros(1).device == nn.Linear(1, 1).weight.device == torch.get_default_device()
    assert torch.zeros(1).device == torch.device("cpu")
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        with torch.device("cuda:7"):
            pass
    assert torch.zeros(1).device == torch.device("cpu")


@pytest.mark.parametrize("arguments, kind, words", (
    ((-1,), RuntimeError, "Device index must not be negative"), (("cuda", -2), RuntimeError, "Device index must not be negative"),
    (("cuda", 1.5), TypeError, r"device\(\): argument 'index' \(position 2\) must be int, not float"), (("cuda", True), TypeError, "must be int, not bool"),
    (("cuda:01",), RuntimeError, "Invalid device string: 'cuda:01'")))
def test_a_device_that_cannot_be(arguments, kind, words):
    with pytest.raises(kind, match=words):
        torch.device(*arguments)


@pytest.mark.parametrize("arguments", ((True,), (2, -1), (2, "1GB"), (2, 0)))
def test_what_cannot_be_simulated(arguments):
    with pytest.raises(ValueError, match=r"simulate\(\) takes"):
        torch.cuda.simulate(*arguments)


def test_a_tensor_of_a_gpu_that_is_gone():
    x = six(OTHER)
    with torch.cuda.simulate(1):
        with pytest.raises(RuntimeError, match="(?s)invalid device ordinal.*cuda:1 is none of them; it may have been one before"):
            x + 1


def test_marks_that_were_not_set_and_queues_that_are_none():
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    with pytest.raises(RuntimeError, match="Both events must be recorded before calculating elapsed time"):
        begin.elapsed_time(end)
    with torch.cuda.stream(None):
        assert torch.cuda.Stream(device=1).device == torch.device(OTHER)


def test_a_capture_that_did_not_begin():
    with pytest.raises(RuntimeError, match=r"capture_end\(\) without capture_begin\(\)"):
        torch.cuda.CUDAGraph().capture_end()
    with pytest.raises(TypeError, match="must be CUDAGraph, not int"):
        torch.cuda.graph(3)


@pytest.mark.parametrize("text", ("", "0"))
def test_a_variable_that_says_nothing_simulates_nothing(monkeypatch, text):
    from workbook.devices.cuda import CudaBackend

    monkeypatch.setenv("WORKBOOK_SIMULATED_GPUS", text)
    backend = CudaBackend()
    monkeypatch.setattr("workbook.devices.cuda.found", lambda: (None, "CuPy is not asked"))
    assert backend.status() == (False, "CuPy is not asked")


def test_pinned_memory():
    pinned = six(CPU).pin_memory()
    assert pinned.is_pinned() and pinned[0].is_pinned() and pinned.pin_memory() is pinned and not six(CPU).is_pinned()
    with pytest.raises(RuntimeError, match="cannot pin 'torch.cuda.FloatTensor' only dense CPU tensors can be pinned"):
        six(GPU).pin_memory()


def test_a_replica_that_leaves_is_not_lost():
    class Leaves(nn.Linear):
        def forward(self, x):
            raise SystemExit(3)

    with pytest.raises(SystemExit):
        nn.DataParallel(Leaves(3, 2).cuda())(six(GPU))


@pytest.mark.parametrize("name", ("memory_snapshot", "FloatTensor", "set_sync_debug_mode"))
def test_what_cuda_lacks_is_told_with_what_to_write(name):
    with pytest.raises(AttributeError, match=f"module 'torch.cuda' has no attribute '{name}'\n  Fix: "):
        getattr(torch.cuda, name)
    assert torch.version.cuda is None
