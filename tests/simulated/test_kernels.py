"""Formulas that are one kernel on a GPU: they compute there what they compute on the CPU, and CuPy can make kernels of them."""

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.autograd.modes import thread
from workbook.devices import checks
from workbook.ops import activation, batch_norm, layer_norm, pooling, targets
from workbook.optim import adam, sgd

# Every formula: what it is called with. An array is its dtype and how many axes it has; numbers and None are themselves.
ONE, WIDE = ("float32", 2), ("float64", 2)
FORMULAS = {
    "SGD": (sgd.moved, [ONE, ONE, None, None, None, None, None, 0.1]),
    "SGD, all": (sgd.moved, [ONE, ONE, ONE, 0.1, 0.9, 1.0, 0.9, 0.1]),
    "SGD, all, float64": (sgd.moved, [WIDE, WIDE, WIDE, 0.1, 0.9, 1.0, 0.9, 0.1]),
    "Adam": (adam.moved, [ONE, ONE, ONE, ONE, None, None, None, 0.1, None, 0.999, 0.001, 0.01, 1e-8]),
    "Adam, all": (adam.moved, [ONE, ONE, ONE, ONE, ONE, 0.99, 0.1, None, 0.3, 0.999, 0.001, 0.01, 1e-8]),
    "Adam, counted there": (adam.moved, [ONE, ONE, ONE, ONE, None, ("float32", 0), None, 0.1, None, 0.999, 0.001, ("float32", 0), ("float32", 0)]),
    "a class": (targets._outside, [("int64", 1), -100, 1]), "a place": (checks._outside, [("int64", 1), 0, 1]),
    "error function": (activation._near_erf, [WIDE]), "GELU": (activation._below, [ONE]), "its slope": (activation._gelu_slope, [ONE] * 3),
    "layer norm": (layer_norm._scale, [ONE, ONE, ONE, None]), "centered rows": (layer_norm._center, [ONE, ONE, ONE, 4.0]),
    "layer norm's size": (layer_norm._inverse_root, [ONE, 4.0, 1e-5]), "layer norm's slope": (layer_norm._slope, [ONE] * 5 + [4.0]),
    "batch norm": (batch_norm._line, [ONE] * 4), "batch norm's slope": (batch_norm._slope, [ONE] * 5),
    "batch norm's size": (batch_norm._inverse_root, [("float32", 1), 1e-5]), "running statistics": (batch_norm._towards, [("float32", 1)] * 2 + [0.9, 0.1]),
    "pooling": (pooling._look_at, [ONE, ("uint8", 2), *[ONE, 1, ONE, 2, ONE, 3]]),
    "its way back": (pooling._put, [("int32", 2), ("uint8", 2), *[("int32", 2), 0, ("int32", 2), 1, ("int32", 2), 2]]),
    "Adam's numbers": (adam.ready_in("float32"), [("float32", 0), 0.01, -0.1, 0.9, 0.999, 1e-8]),
}


@pytest.fixture(autouse=True)
def unseen():
    """Nobody keeps the inputs and outputs of each step, as the live graph does, which copies them."""
    earlier, thread.state.observer = thread.state.observer, None
    yield
    thread.state.observer = earlier


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_gives_on_a_gpu_what_it_gives_on_the_cpu(gpu, name):
    formula, kinds = FORMULAS[name]
    xp, chance = torch.device(gpu).xp, np.random.default_rng(0)
    given = [np.asarray(chance.uniform(0.1, 2, (3, 4)[: kind[1]]), kind[0]) if isinstance(kind, tuple) else kind for kind in kinds]
    with torch.device(gpu).entered():
        there = [xp.array(value) if isinstance(value, np.ndarray) else value for value in given]
        found, expected = formula(xp, *there), formula(np, *given)
        pairs = list(zip(there, given)) + list(zip(*((x if isinstance(x, tuple) else (x,)) for x in (found, expected))))
        for a, b in pairs:
            if isinstance(b, (np.ndarray, np.generic)):
                a = xp.asnumpy(a)
                assert a.dtype == b.dtype and a.shape == b.shape
                np.testing.assert_allclose(a, b, rtol=1e-6 if a.dtype == np.float32 else 1e-13)


@pytest.mark.parametrize("name", FORMULAS)
def test_cupy_makes_one_kernel_of_a_formula(name):
    """CuPy notes the steps of a formula without a GPU; half precision among them is two numbers that met one another."""
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    steps = noted(cupy, *FORMULAS[name])
    assert steps and not [step for step in steps if "float16" in step]


def noted(cupy, formula, kinds):
    """The steps that CuPy notes while it puts a kernel together, each as its name and the dtypes of what it takes and gives."""
    from cupy._core import fusion

    history, given = fusion._FusionHistory(), []
    for kind in kinds:
        if isinstance(kind, tuple):
            given.append(fusion._FusionVarArray(history._fresh_premap_param(np.dtype(kind[0])), kind[1], False))
        else:
            given.append(kind if kind is None else fusion._FusionVarScalar(history._fresh_premap_param(np.dtype(type(kind))), -1, False, type(kind)))
    fusion._thread_local.history, fusion._thread_local.is_old_fusing = history, True
    try:
        formula.__wrapped__(cupy, *given)
    finally:
        fusion._thread_local.history, fusion._thread_local.is_old_fusing = None, False
    return [[step.submodule.name, *map(str, step.dtypes)] for step in history.op_list]


@pytest.mark.parametrize("stride", [None, 1])
def test_a_window_of_more_taps_than_one_kernel_looks_through(gpu, stride):
    for size in (3, 4, 5):
        found = []
        for place in ("cpu", gpu):
            torch.manual_seed(size)
            x = torch.randint(-2, 3, (2, 3, 11, 10)).float().to(place).requires_grad_()
            out, places = nn.functional.max_pool2d(x, size, stride, 1, return_indices=True)
            out.backward(torch.arange(1.0, out.numel() + 1).view(out.shape).to(place))
            found.append([out.detach().cpu(), places.cpu(), x.grad.cpu()])
        assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


# ---- optimizers ---------------------------------------------------------------------------------------------------------------

RULES = [
    ("SGD", {}), ("SGD", {"weight_decay": 0.1}), ("SGD", {"momentum": 0.9, "dampening": 0.5}), ("SGD", {"momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {}), ("Adam", {"weight_decay": 0.1, "amsgrad": True}), ("Adam", {"betas": (0.3, 0.9)}), ("Adam", {"fused": True}), ("AdamW", {"maximize": True}),
]


@pytest.mark.parametrize(("rule", "settings"), RULES, ids=lambda part: part if isinstance(part, str) else "-".join(part))
def test_a_step_is_one_kernel_and_that_of_the_cpu(gpu, rule, settings):
    for dtype in (torch.float32, torch.float64, torch.complex64):
        torch.manual_seed(0)
        start, slopes = torch.randn(3, 4, dtype=dtype), torch.randn(4, 3, 4, dtype=dtype)
        ends = []
        for place in ("cpu", gpu):
            p = nn.Parameter(start.clone().to(place))
            optimizer = getattr(torch.optim, rule)([p], lr=0.1, **settings)
            for slope in slopes:
                p.grad = slope.to(place)
                optimizer.step()
            ends.append([p, *(value for value in optimizer.state[p].values() if isinstance(value, torch.Tensor))])
        for here, there in zip(*ends, strict=True):
            assert torch.allclose(here, there.cpu(), rtol=0, atol=1e-12 if dtype is torch.float64 else 2e-6)


# ---- how many launches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "settings", "most"), [("SGD", {}, 1), ("SGD", {"momentum": 0.9, "weight_decay": 0.1}, 1), ("Adam", {}, 1), ("AdamW", {}, 1),
                                                        ("Adam", {"capturable": True}, 2)])
@pytest.mark.filterwarnings("ignore:This instance was constructed with capturable=True")
def test_a_parameter_takes_one_launch(rule, settings, most):
    with torch.cuda.simulate(1) as gpus:
        net = nn.Linear(3, 4).cuda()
        net(torch.ones(2, 3, device="cuda")).sum().backward()
        optimizer = getattr(torch.optim, rule)(net.parameters(), **settings)
        optimizer.step()
        gpus.clear()
        optimizer.step()
        assert gpus.launches() == 2 * most and gpus.bill() == []


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


# A network, the shape of its batch, its rule, and the most launches of a step. With a launch for each step of a formula the first took 235, and
# the second 152.
STEPS = {
    "LeNet": (lenet, (4, 1, 28, 28), "SGD", {"momentum": 0.9}, 132),
    "a network of layers": (lambda: nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)), (4, 784),
                            "Adam", {}, 65),
    "norms and curves": (lambda: nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 32), nn.GELU(), nn.LayerNorm(32), nn.Linear(32, 10)), (4, 8), "AdamW", {}, 113),
    "a batch's norm": (lambda: nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.Flatten(), nn.Linear(384, 10)), (4, 3, 10, 10), "SGD", {}, 107),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_training_takes_few_launches(name):
    build, shape, rule, settings, most = STEPS[name]
    with torch.cuda.simulate(1) as gpus:
        net, x, y = build().cuda(), torch.randn(*shape).cuda(), torch.tensor([0, 1, 2, 4]).cuda()
        optimizer = getattr(torch.optim, rule)(net.parameters(), lr=0.01, **settings)
        for _ in range(3):
            gpus.clear()
            loss = nn.functional.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert gpus.bill() == [] and gpus.launches() <= most


def test_a_large_batch_takes_no_more_launches_than_a_small_one():
    counts = []
    with torch.cuda.simulate(1) as gpus:
        net = nn.Sequential(nn.BatchNorm2d(4), nn.GELU()).cuda()
        for examples in (2, 64):
            x = torch.ones(examples, 4, 32, 32, device="cuda", requires_grad=True)
            gpus.clear()
            net(x).sum().backward()
            net.zero_grad()
            counts.append(gpus.launches())
    assert counts[0] == counts[1]
