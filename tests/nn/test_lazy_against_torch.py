"""Lazy layers and ParameterDict against torch's."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook
from tests.nn.test_module_against_torch import both

BOTH = (torch, workbook)
LAYERS = {
    "LazyLinear": (lambda nn: nn.LazyLinear(3), (2, 5)), "LazyConv1d": (lambda nn: nn.LazyConv1d(4, 3, padding=1, groups=2), (2, 6, 7)),
    "LazyConv2d": (lambda nn: nn.LazyConv2d(3, (2, 3), bias=False), (2, 4, 5, 5)), "LazyConv3d": (lambda nn: nn.LazyConv3d(2, 2), (1, 2, 3, 3, 3)),
    "LazyConvTranspose1d": (lambda nn: nn.LazyConvTranspose1d(3, 2, 2, output_padding=1), (2, 4, 5)),
    "LazyConvTranspose2d": (lambda nn: nn.LazyConvTranspose2d(3, 2), (2, 4, 5, 5)),
    "LazyConvTranspose3d": (lambda nn: nn.LazyConvTranspose3d(2, 2), (1, 2, 3, 3, 3)),
    "LazyBatchNorm1d": (lambda nn: nn.LazyBatchNorm1d(), (4, 3)), "LazyBatchNorm2d": (lambda nn: nn.LazyBatchNorm2d(bias=False), (2, 3, 4, 4)),
    "LazyBatchNorm3d": (lambda nn: nn.LazyBatchNorm3d(affine=False), (2, 3, 2, 2, 2)),
    "LazyInstanceNorm1d": (lambda nn: nn.LazyInstanceNorm1d(), (2, 3, 5)), "LazyInstanceNorm2d": (lambda nn: nn.LazyInstanceNorm2d(), (2, 3, 4, 4)),
    "LazyInstanceNorm3d": (lambda nn: nn.LazyInstanceNorm3d(track_running_stats=False), (2, 3, 2, 2, 2))}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_becomes_what_it_stands_for(name):
    build, shape = LAYERS[name]

    def act(engine):
        layer = build(engine.nn)
        before = repr(layer), repr(type(layer)), repr(layer.state_dict()), layer.has_uninitialized_params()
        x = engine.from_numpy(np.random.default_rng(0).standard_normal(shape).astype(np.float32))
        engine.manual_seed(3)
        out = layer(x)
        state = {key: value.double().round(decimals=4).tolist() for key, value in layer.state_dict().items()}
        return before, repr(layer), repr(type(layer)), state, out.shape, sorted(k for k in vars(layer) if "hook" in k and k != "_hooks" and k.startswith(("_load_hook", "_init")))

    both(act)


@pytest.mark.filterwarnings("ignore")
def test_what_can_be_done_before_the_shape_is_known():
    def act(engine):
        layer = engine.nn.LazyLinear(2)
        for ask in (lambda: layer.weight.shape, lambda: layer.weight + 1, lambda: layer.weight.sum()):
            with pytest.raises((RuntimeError, ValueError), match="ninitialized"):
                ask()
        layer.double()
        twin = copy.deepcopy(layer)
        found = [layer.weight.dtype == engine.float64, repr(layer.weight), layer.weight.requires_grad, len(list(layer.parameters())), repr(twin)]
        optimizer = engine.optim.SGD(layer.parameters(), lr=0.1)
        weight = layer.weight
        layer(engine.ones(1, 3, dtype=engine.float64)).sum().backward()
        before = weight.detach().clone()
        optimizer.step()
        return *found, layer.weight is weight, type(weight).__name__, bool((weight != before).all()), twin.has_uninitialized_params()

    both(act)


@pytest.mark.filterwarnings("ignore")
def test_states_of_lazy_layers():
    def act(engine):
        known, lazy, other = engine.nn.Linear(3, 2), engine.nn.LazyLinear(2), engine.nn.LazyLinear(2)
        found = [repr(lazy.load_state_dict(known.state_dict())), lazy.weight.shape, engine.equal(lazy(engine.ones(1, 3)), known(engine.ones(1, 3))), repr(lazy)]
        try:
            known.load_state_dict(other.state_dict())
        except RuntimeError as error:
            found.append("uninitialized parameter" in str(error))
        return found

    both(act)


@pytest.mark.filterwarnings("ignore")
def test_mistakes():
    both(lambda engine: engine.nn.LazyConv2d(3, 2)(engine.ones(2, 2)))
    both(lambda engine: engine.nn.LazyConv2d(4, 2, groups=2)(engine.ones(1, 3, 4, 4)))

    def without(engine, method=None):
        class Mine(engine.nn.modules.lazy.LazyModuleMixin, engine.nn.Module):
            pass

        if method:
            Mine.initialize_parameters = method
        module = Mine()
        module.w = engine.nn.UninitializedParameter()
        return module(engine.ones(1))

    both(without)
    both(lambda engine: without(engine, lambda self, x: None))


def test_parameters_without_a_shape():
    def act(engine):
        parameter = engine.nn.UninitializedParameter(dtype=engine.float64)
        buffer = engine.nn.UninitializedBuffer()
        parts = [repr(parameter), repr(buffer), parameter.is_floating_point(), buffer.requires_grad, repr(type(parameter))]
        parameter.materialize((2, 3))
        buffer.materialize((2,), dtype=engine.int64)
        return parts, type(parameter).__name__, parameter.shape, parameter.dtype == engine.float64, type(buffer).__name__, buffer.dtype == engine.int64

    both(act)
    assert repr(pickle.loads(pickle.dumps(workbook.nn.UninitializedParameter()))) == "<UninitializedParameter>"


# ---- ParameterDict ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [
    repr, len, list, lambda d: list(d.keys()), lambda d: [k for k, _ in d.items()], lambda d: [type(v).__name__ for v in d.values()],
    lambda d: list(reversed(d)), lambda d: "b" in d, lambda d: d["b"].tolist(), lambda d: d["x"], lambda d: d[3], lambda d: d.pop("b").tolist(),
    lambda d: (d.popitem()[0], len(d)), lambda d: d.get("x", 5), lambda d: d.setdefault("n", 3), lambda d: list(d.fromkeys(["p", "q"])),
    lambda d: list(d.copy()), lambda d: (d.clear(), len(d))[1], lambda d: list(d | {"z": 1, "y": 2}), lambda d: d(1),
    lambda d: d.update(3), lambda d: d.update([(1, 2, 3)]), lambda d: d.update([3]), lambda d: (d.update([("k", 3)]), list(d))[1],
    lambda d: [n for n, _ in d.named_parameters()], lambda d: list(d.state_dict()), lambda d: d.__delitem__("x")])
def test_parameter_dict(act):
    def run(engine):
        d = engine.nn.ParameterDict({"b": engine.ones(2, 3), "a": engine.nn.Parameter(engine.zeros(()), requires_grad=False)})
        d["text"] = "hello"
        return act(d)

    both(run)


@given(st.lists(st.text("abc", min_size=1, max_size=2)))
def test_the_order_of_parameter_dicts(names):
    orders = [list(engine.nn.ParameterDict({name: engine.ones(1) for name in names})) for engine in BOTH]
    assert orders[0] == orders[1]
