"""States that half fit are refused whole; copies of networks hold what PyTorch's hold; layers that are multiplied."""

import copy

import pytest
import torch

import workbook

BOTH = (torch, workbook)
RULES = ("SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "Adagrad", "Adadelta", "ASGD", "Rprop")


def trained(rule, **settings):
    """A network, an optimizer of this rule that took a step, and all numbers of both."""
    workbook.manual_seed(0)
    net = workbook.nn.Sequential(workbook.nn.Linear(2, 3), workbook.nn.Linear(3, 2))
    optimizer = getattr(workbook.optim, rule)(net.parameters(), lr=0.01, **settings)
    net(workbook.ones(4, 2)).sum().backward()
    optimizer.step()
    return net, optimizer


@pytest.mark.parametrize("rule", RULES)
def test_state_of_another_shape_is_refused_whole(rule):
    """PyTorch loads it, and fails or broadcasts in the next step."""
    settings = {"momentum": 0.9} if rule == "SGD" else {}
    net, optimizer = trained(rule, **settings)
    state = copy.deepcopy(optimizer.state_dict())
    state["param_groups"][0]["lr"] = 0.5
    kept = next(name for name, value in state["state"][2].items() if hasattr(value, "ndim") and value.ndim)
    state["state"][0][kept] = workbook.full((3, 2), 7.0)
    state["state"][2][kept] = workbook.ones(1, 3)  # which would broadcast
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises(RuntimeError, match=rf"size mismatch for {kept} of parameter 2: the state holds torch.Size\(\[1, 3\]\)(\n|.)*nothing was loaded"):
        optimizer.load_state_dict(state)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for number, values in before["state"].items():
        for name, value in values.items():
            assert after["state"][number][name] is value or bool((after["state"][number][name] == value).all())


def test_a_state_that_fits_is_loaded():
    net, optimizer = trained("Adam", amsgrad=True)
    other = workbook.optim.Adam(net.parameters())
    other.load_state_dict(optimizer.state_dict())
    assert other.param_groups[0]["amsgrad"] and bool((other.state_dict()["state"][3]["exp_avg"] == optimizer.state_dict()["state"][3]["exp_avg"]).all())


def test_a_copied_parameter_leaves_gradient_and_attributes_behind():
    seen = []
    for engine in BOTH:
        weight = engine.nn.Parameter(engine.ones(2), requires_grad=False)
        weight.requires_grad_().grad = engine.ones(2)
        weight.tag = 3
        called = []
        weight.register_hook(called.append)
        layer = engine.nn.Linear(2, 1)
        layer.weight.grad = engine.ones(1, 2)
        shared = engine.nn.Sequential(layer, layer)
        twins = copy.deepcopy(shared)
        twin = copy.deepcopy(weight)
        twin.sum().backward()
        seen.append((type(twin).__name__, twin.tolist(), twin.requires_grad, hasattr(twin, "tag"), called, twins[0].weight.grad,
                     twins[0].weight is twins[1].weight, twin.grad.tolist(), weight.grad.tolist()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("times", [0, -1, "2", 2.0, 2])
def test_a_multiplied_sequential(times):
    said = []
    for engine in BOTH:
        try:
            said.append(repr(engine.nn.Sequential(engine.nn.ReLU()) * times))
        except Exception as error:
            said.append((type(error), str(error).splitlines()[0]))
    assert said[0] == said[1]


def test_a_call_before_init_names_what_pytorch_names():
    said = []
    for engine in BOTH:
        class Net(engine.nn.Module):
            def __init__(self):
                pass

            def forward(self, x):
                return x
        with pytest.raises(AttributeError) as caught:
            Net()(1)
        said.append(str(caught.value).splitlines()[0])
    assert said[0] == said[1] == "'Net' object has no attribute '_backward_hooks'"


@pytest.mark.parametrize("strict", [True, False])
def test_integers_cannot_be_assigned_to_what_requires_grad_and_then_nothing_is(strict):
    net = workbook.nn.Sequential(workbook.nn.Linear(2, 3), workbook.nn.Linear(3, 2))
    before, state = dict(net.named_parameters()), net.state_dict()
    state["1.bias"] = workbook.ones(2, dtype=workbook.int64)
    with pytest.raises(RuntimeError, match=r'(?s)Error\(s\) in loading state_dict for Sequential.*"1.bias".*floating point and complex dtype can require grad'):
        net.load_state_dict({key: value.clone() for key, value in state.items()}, strict=strict, assign=True)
    assert all(value is before[name] for name, value in net.named_parameters())
    net[1].bias.requires_grad_(False)
    net.load_state_dict(state, strict=strict, assign=True)
    assert net[1].bias.dtype is workbook.int64
