"""Formulas that are one kernel on a GPU: they compute there what they compute on the CPU, and CuPy can make kernels of them."""

import numpy as np
import pytest

import workbook as torch
from workbook import nn
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
    "Adam's numbers": (adam.ready_in("float32"), [("float32", 0), 0.01, -0.1, 0.9, 0.999, 1e-8]),
}


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
