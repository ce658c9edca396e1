"""Module against torch's: hooks, registration, traversal, states that fit and states that do not, conversions, lazy layers."""

import copy
import importlib
import pickle
import warnings

import numpy as np
import pytest
import torch

import workbook
from tests.ops.both import of_no_device

BOTH = (torch, workbook)


def both(act):
    """What `act(engine)` returns, or how it fails, from both engines; and what they warn of."""
    results = []
    for engine in BOTH:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            try:
                result = act(engine)
            except Exception as error:
                text = str(error.args[0]) if error.args else ""
                result = type(error), text.partition("\n  Why: ")[0].partition("\n  Fix: ")[0].strip("'\"")
                assert engine is torch or "\n  Fix: " in text, text
        results.append((result, [(warning.category, str(warning.message)) for warning in seen]))
    assert of_no_device(results[1]) == of_no_device(results[0])
    return results[1]


def numbers(value):
    """A result as plain numbers, rounded to what both engines share."""
    if isinstance(value, (tuple, list)):
        return tuple(map(numbers, value))
    return np.round(value.detach().numpy().astype(float), 4).tolist() if hasattr(value, "detach") else value


def block(engine):
    """A network with a shared layer, buffers of both kinds, and a parameter of its own."""
    nn = engine.nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            engine.manual_seed(0)
            self.scale = nn.Parameter(engine.ones(1))
            self.register_buffer("mean", engine.zeros(2))
            self.register_buffer("scratch", engine.ones(2), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("none", None)
            self.first = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
            self.again = self.first
            self.last = nn.Linear(2, 1)
            self.same = self.last.weight

        def forward(self, x, times=1):
            return self.last(self.again(self.first(x)) * self.scale + self.mean) * times

    return Block()


# ---- traversal and registration --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [
    lambda m: [n for n, _ in m.named_parameters()], lambda m: [n for n, _ in m.named_parameters("top", False)],
    lambda m: [n for n, _ in m.named_parameters(remove_duplicate=False)], lambda m: [n for n, _ in m.named_buffers(prefix="p")],
    lambda m: [n for n, _ in m.named_buffers(recurse=False)], lambda m: [n for n, _ in m.named_modules()],
    lambda m: [n for n, _ in m.named_modules(prefix="x", remove_duplicate=False)], lambda m: len(list(m.modules(remove_duplicate=False))),
    lambda m: [n for n, _ in m.named_children()], lambda m: len(list(m.children())), lambda m: list(m.state_dict()), repr,
    lambda m: [n for n in dir(m) if n in ("scale", "mean", "first", "none", "nothing")], lambda m: repr(m.get_submodule("first.0")),
    lambda m: m.get_submodule("first.7"), lambda m: m.get_submodule("scale"), lambda m: m.get_parameter("first.0.weight").shape,
    lambda m: m.get_parameter("mean"), lambda m: m.get_parameter("no"), lambda m: m.get_buffer("mean").tolist(), lambda m: m.get_buffer("scale"),
    lambda m: m.get_buffer("first.no"), lambda m: m.get_submodule("") is m])
def test_looking_for_parts(ask):
    both(lambda engine: ask(block(engine)))


@pytest.mark.parametrize("target, kind, strict", [("first.1", "ReLU", False), ("new", "ReLU", False), ("first.new", "ReLU", False), ("new", "ReLU", True),
                                                  ("", "ReLU", False), ("scale", "ReLU", False), ("no.x", "ReLU", False), ("first", "Tensor", False)])
def test_putting_a_layer_in_the_place_of_another(target, kind, strict):
    def act(engine):
        module = block(engine)
        module.set_submodule(target, engine.nn.ReLU() if kind == "ReLU" else engine.ones(1), strict)
        return repr(module)

    if kind == "ReLU":
        both(act)
    for engine in BOTH if kind != "ReLU" else ():
        with pytest.raises(ValueError, match="`module` is not an nn.Module, found"):
            act(engine)


@pytest.mark.parametrize("change", [
    lambda e, m: setattr(m, "scale", None), lambda e, m: setattr(m, "scale", e.ones(1)), lambda e, m: setattr(m, "scale", e.nn.ReLU()),
    lambda e, m: setattr(m, "mean", None), lambda e, m: setattr(m, "mean", e.ones(3)), lambda e, m: setattr(m, "mean", 3),
    lambda e, m: setattr(m, "mean", e.nn.Parameter(e.ones(1))), lambda e, m: setattr(m, "mean", e.nn.ReLU()),
    lambda e, m: setattr(m, "first", None), lambda e, m: setattr(m, "first", 3), lambda e, m: setattr(m, "first", e.nn.Parameter(e.ones(1))),
    lambda e, m: setattr(m, "plain", 3) or setattr(m, "plain", e.nn.ReLU()), lambda e, m: delattr(m, "scale"), lambda e, m: delattr(m, "mean"),
    lambda e, m: delattr(m, "first"), lambda e, m: delattr(m, "training"), lambda e, m: setattr(m, "scratch", e.nn.Buffer(e.zeros(1))),
    lambda e, m: setattr(m, "fresh", e.nn.Buffer(e.zeros(1), persistent=False)), lambda e, m: setattr(m, "scratch", e.zeros(5)),
    lambda e, m: m.register_parameter("a.b", None), lambda e, m: m.register_parameter("", None), lambda e, m: m.register_parameter("forward", None),
    lambda e, m: m.register_parameter(3, None), lambda e, m: m.register_parameter("new", e.nn.Parameter(e.ones(1))),
    lambda e, m: m.register_parameter("new", e.nn.Parameter(e.ones(1)) * 2), lambda e, m: m.register_buffer("scale", None),
    lambda e, m: m.register_buffer("a.b", None), lambda e, m: m.register_buffer("mean", e.ones(1), persistent=False),
    lambda e, m: m.register_module("new", None), lambda e, m: m.add_module("a.b", None), lambda e, m: m.add_module("scale", e.nn.ReLU())])
def test_setting_deleting_and_registering(change):
    def act(engine):
        module = block(engine)
        change(engine, module)
        return ([n for n, _ in module.named_parameters()], [n for n, _ in module.named_buffers()], [n for n, _ in module.named_children()],
                list(module.state_dict()), sorted(module._non_persistent_buffers_set), {k for k in vars(module) if not k.startswith("_")})

    both(act)


def test_arguments_that_reach_module():
    for arguments in (lambda super_: super_.__init__(3), lambda super_: super_.__init__(size=3)):
        def act(engine):
            class Net(engine.nn.Module):
                def __init__(self):
                    arguments(super())

            Net()

        both(act)

    def cooperative(engine):
        class Named:
            def __init__(self, name):
                self.name = name

        class Net(engine.nn.Module, Named):
            call_super_init = True

            def __init__(self):
                super().__init__("it")

        return Net().name

    assert both(cooperative)[0] == "it"


def test_a_buffer_is_a_tensor_that_is_marked():
    def act(engine):
        buffer = engine.nn.Buffer(engine.ones(2))
        return (type(buffer) is engine.Tensor, isinstance(buffer, engine.nn.Buffer), isinstance(engine.ones(1), engine.nn.Buffer), repr(buffer),
                repr(engine.nn.Buffer), buffer.persistent, engine.nn.Buffer().shape)

    both(act)


# ---- hooks -----------------------------------------------------------------------------------------------------------------------


def trace(engine, register, grad=True, times=1, fails=False):
    """Run a module with hooks; return what they saw, the output, and the gradients."""
    seen, module = [], block(engine)
    register(engine, module, seen)
    x = engine.tensor([[1.0, 2.0]], requires_grad=grad)
    try:
        out = module(x, times=times) if not fails else module(x, wrong=1)
        out.sum().backward()
        seen.append(("out", numbers(out), numbers(x.grad) if grad else None, numbers(module.last.weight.grad)))
    except TypeError:
        seen.append("failed")
    return seen


def keep(seen, name):
    """A hook that notes what it is given, but for the module."""
    return lambda module, *given: seen.append((name, tuple(sorted(numbers(list(g.values()))) if isinstance(g, dict) else numbers(g) for g in given)))


HOOKS = [
    lambda e, m, s: (m.register_forward_hook(keep(s, 1)), m.register_forward_hook(keep(s, 2), prepend=True)),
    lambda e, m, s: m.register_forward_hook(keep(s, 1), with_kwargs=True),
    lambda e, m, s: m.register_forward_hook(lambda module, args, out: out * 2),
    lambda e, m, s: (m.register_forward_pre_hook(keep(s, 1)), m.register_forward_pre_hook(lambda module, args: args[0] * 3)),
    lambda e, m, s: m.register_forward_pre_hook(lambda module, args, kwargs: (args, {"times": 5}), with_kwargs=True),
    lambda e, m, s: m.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True),
    lambda e, m, s: m.register_full_backward_hook(keep(s, 1)),
    lambda e, m, s: (m.register_full_backward_hook(keep(s, 1)), m.register_full_backward_hook(keep(s, 2), prepend=True)),
    lambda e, m, s: m.register_full_backward_hook(lambda module, into, out: (into[0] * 10,)),
    lambda e, m, s: m.register_full_backward_hook(lambda module, into, out: (1, 2)),
    lambda e, m, s: m.register_full_backward_pre_hook(keep(s, 1)),
    lambda e, m, s: m.register_full_backward_pre_hook(lambda module, out: (out[0] * 7,)),
    lambda e, m, s: m.register_full_backward_pre_hook(lambda module, out: (1, 2)),
    lambda e, m, s: (m.register_full_backward_pre_hook(keep(s, 0)), m.register_full_backward_hook(keep(s, 1)), m.first.register_full_backward_hook(keep(s, 2)),
                     m.last.register_full_backward_hook(keep(s, 3))),
    lambda e, m, s: m.register_backward_hook(keep(s, 1)),
    lambda e, m, s: m.first[1].register_backward_hook(keep(s, 1)),
    lambda e, m, s: (m.register_backward_hook(keep(s, 1)), m.register_full_backward_hook(keep(s, 2))),
    lambda e, m, s: (m.register_full_backward_hook(keep(s, 1)), m.register_backward_hook(keep(s, 2))),
    lambda e, m, s: m.register_forward_hook(keep(s, 1)).remove(),
]


@pytest.mark.parametrize("number", range(len(HOOKS)))
@pytest.mark.parametrize("grad", [True, False])
def test_hooks(number, grad):
    both(lambda engine: trace(engine, HOOKS[number], grad))


def test_hooks_that_always_run():
    def register(engine, module, seen):
        module.register_forward_hook(lambda *given: seen.append(("always", given[-1])), always_call=True)
        module.register_forward_hook(lambda *given: seen.append("only after success"))
        module.register_forward_hook(lambda *given: 1 / 0, always_call=True)

    both(lambda engine: trace(engine, register, fails=True))


def test_a_hook_that_always_runs_runs_once():
    def register(engine, module, seen):
        module.register_forward_hook(lambda *given: seen.append("always"), always_call=True)
        module.register_forward_hook(lambda *given: int("a TypeError will do", base=[]))

    both(lambda engine: trace(engine, register))


def test_a_second_derivative_does_not_pass_the_outputs():
    def act(engine):
        module, seen = engine.nn.Tanh(), []
        module.register_full_backward_hook(lambda m, into, out: seen.append((len(into), len(out))))
        x = engine.tensor([0.5, 2.0], requires_grad=True)
        slope, = engine.autograd.grad(module(x).sum(), x, create_graph=True)
        slope.sum().backward()
        return seen, numbers(x.grad)

    both(act)


@pytest.mark.parametrize("name, arguments", [
    ("register_module_forward_pre_hook", 2), ("register_module_forward_hook", 3), ("register_module_full_backward_hook", 3),
    ("register_module_full_backward_pre_hook", 2), ("register_module_backward_hook", 3), ("register_module_parameter_registration_hook", 3),
    ("register_module_buffer_registration_hook", 3), ("register_module_module_registration_hook", 3)])
@pytest.mark.filterwarnings("ignore")
def test_hooks_of_every_module(name, arguments):
    found = []
    torch.nn.modules.module._global_is_full_backward_hook = None  # PyTorch remembers the kind also when its hooks are gone
    for engine in BOTH:
        seen = []
        register = getattr(importlib.import_module(f"{engine.__name__}.nn.modules.module"), name)
        with register(lambda module, *given: seen.append((type(module).__name__, len(given)))):
            trace(engine, lambda *_: None)
        before = len(seen)
        trace(engine, lambda *_: None)
        assert len(seen) == before > 0
        found.append(seen)
    assert found[1] == found[0]


def test_what_a_registration_hook_returns_is_registered():
    def act(engine):
        with engine.nn.modules.module.register_module_parameter_registration_hook(lambda m, n, p: engine.nn.Parameter(p.detach() * 0 + 7)):
            module = engine.nn.Module()
            module.w = engine.nn.Parameter(engine.ones(1))
            return module.w.item()

    assert both(act)[0] == 7


def test_output_that_is_no_tensor_and_input_that_is_none():
    def act(engine):
        class Net(engine.nn.Module):
            def forward(self, x, y):
                return {"out": x * 2}

        net, seen = Net(), []
        net.register_full_backward_hook(keep(seen, 1))
        net(engine.ones(1, requires_grad=True), None)["out"].backward()

        class Pair(engine.nn.Module):
            def forward(self, x, y):
                return x * 2, "text", x * 3

        pair = Pair()
        pair.register_full_backward_hook(keep(seen, 2))
        a, _, b = pair(engine.ones(1, requires_grad=True), 5)
        (a + b).backward()
        return seen

    for engine in BOTH:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            seen = act(engine)
        assert seen == [(2, (([5.0], None), ([1.0], None, [1.0])))]
        assert "module output should be a Tensor or a tuple of Tensors but received" in str(caught[0].message)


# ---- states ----------------------------------------------------------------------------------------------------------------------

CHANGES = {
    "nothing": lambda e, s: None, "missing": lambda e, s: s.pop("first.0.weight"), "unexpected": lambda e, s: s.update(extra=e.ones(1)),
    "deep": lambda e, s: s.update({"first.9.weight": e.ones(1)}), "size": lambda e, s: s.update({"mean": e.ones(3)}),
    "several": lambda e, s: (s.pop("scale"), s.update({"mean": e.ones(3), "x": e.ones(1)})), "no tensor": lambda e, s: s.update(mean=3),
    "other dtype": lambda e, s: s.update(mean=e.ones(2, dtype=e.float64)), "scalar": lambda e, s: s.update(scale=e.ones(())),
    "extra": lambda e, s: s.update(_extra_state=3)}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("assign", [True, False])
def test_loading(change, strict, assign):
    def act(engine):
        module, other = block(engine), block(engine)
        with engine.no_grad():
            for tensor in (*other.parameters(), other.mean):
                tensor.add_(1)
        state = copy.deepcopy(other.state_dict())
        CHANGES[change](engine, state)
        before = copy.deepcopy(module.state_dict())
        try:
            keys = module.load_state_dict(state, strict=strict, assign=assign)
        except RuntimeError as error:
            if engine is workbook:  # refused whole
                assert all(engine.equal(value, before[key]) for key, value in module.state_dict().items())
            return str(error).partition("\n  Why: ")[0]
        return repr(keys), [(key, numbers(value), str(value.dtype)) for key, value in module.state_dict().items()], module.mean.requires_grad, [
            (name, parameter.requires_grad, type(parameter).__name__) for name, parameter in module.named_parameters()]

    both(act)


def test_metadata_versions_and_positional_arguments():
    def act(engine):
        class Versioned(engine.nn.Module):
            _version = 3

            def _load_from_state_dict(self, state, prefix, about, *rest):
                if about.get("version", 0) < 4 and f"{prefix}old" in state:
                    state[f"{prefix}w"] = state.pop(f"{prefix}old")
                super()._load_from_state_dict(state, prefix, about, *rest)

            def __init__(self):
                super().__init__()
                self.w = engine.nn.Parameter(engine.zeros(1))

        net = engine.nn.Sequential(Versioned())
        state = net.state_dict()
        found = dict(state._metadata), list(net.state_dict({}, "p.", True))
        state["0.old"] = state.pop("0.w") + 5
        return found, repr(net.load_state_dict(state)), net[0].w.item()

    both(act)


def test_hooks_around_states():
    def act(engine):
        seen, module, state = [], block(engine), None
        module.register_state_dict_pre_hook(lambda m, prefix, keep_vars: seen.append(("saving", prefix, keep_vars)))
        module.register_state_dict_post_hook(lambda m, s, prefix, about: s.update(added=engine.ones(1)))
        module.first[0].register_state_dict_pre_hook(lambda m, prefix, keep_vars: seen.append(("saving", prefix, keep_vars)))
        state = module.state_dict()
        seen.append(list(state))
        module.register_load_state_dict_pre_hook(lambda m, s, prefix, about, strict, missing, unexpected, errors:
                                                 seen.append((m is module, prefix, strict, s.pop("added").item())))
        handle = module.register_load_state_dict_post_hook(lambda m, keys: seen.append(("loaded", list(keys.missing_keys), m is module)))
        seen.append(repr(module.load_state_dict(state)))
        handle.remove()
        del state["scale"]
        state["added"] = engine.ones(1)
        module.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
        seen.append(repr(module.load_state_dict(state)))
        module.register_state_dict_post_hook(lambda *_: 3)
        try:
            module.state_dict()
        except RuntimeError as error:
            seen.append(str(error).partition("\n")[0])
        module.register_load_state_dict_post_hook(lambda m, keys: keys)
        try:
            module.load_state_dict({**state, "added": engine.ones(1)})
        except AssertionError as error:
            seen.append(str(error).partition("\n")[0])
        return seen

    both(act)


def test_a_refused_load_with_hooks_leaves_everything_as_it_was():
    module = block(workbook)
    module.register_load_state_dict_post_hook(lambda m, keys: None)
    before, state = copy.deepcopy(module.state_dict()), {key: value + 1 for key, value in module.state_dict().items()}
    del state["scale"]
    with pytest.raises(RuntimeError, match="Missing key"):
        module.load_state_dict(state)
    assert all(workbook.equal(value, before[key]) for key, value in module.state_dict().items())


def test_extra_state():
    def act(engine):
        class Counting(engine.nn.Module):
            def __init__(self):
                super().__init__()
                self.count = 3

            def get_extra_state(self):
                return {"count": self.count}

            def set_extra_state(self, state):
                self.count = state["count"]

        net, other = engine.nn.Sequential(Counting()), engine.nn.Sequential(Counting())
        net[0].count = 8
        state = net.state_dict()
        found = [list(state.items()), repr(other.load_state_dict(state)), other[0].count]
        try:
            other.load_state_dict({})
        except RuntimeError as error:
            found.append(str(error).partition("\n  Why: ")[0])
        for ask in (lambda: engine.nn.ReLU().get_extra_state(), lambda: engine.nn.ReLU().set_extra_state(3)):
            try:
                ask()
            except RuntimeError as error:
                found.append(str(error).partition(" Please file")[0].partition("\n")[0])
        return found

    both(act)


# ---- conversions -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("convert", [
    lambda e, m: m.to(e.float64), lambda e, m: m.to("cpu"), lambda e, m: m.to("cpu", e.float16), lambda e, m: m.to(e.ones(1, dtype=e.float64)),
    lambda e, m: m.to(dtype=e.float64, non_blocking=True), lambda e, m: m.to(e.int64), lambda e, m: m.to(memory_format=e.channels_last),
    lambda e, m: m.to(e.complex64), lambda e, m: m.double(), lambda e, m: m.half().float(), lambda e, m: m.type(e.float64), lambda e, m: m.cpu(),
    lambda e, m: m.to_empty(device="cpu", recurse=False), lambda e, m: m.share_memory(), lambda e, m: m.requires_grad_(False), lambda e, m: m.train(),
    lambda e, m: m.eval(), lambda e, m: m.train(3), lambda e, m: m.apply(lambda part: part.register_buffer("seen", e.ones(1)))])
def test_converting(convert):
    def act(engine):
        module = block(engine)
        module.counter = engine.nn.Buffer(engine.tensor(3))
        module(engine.ones(1, 2)).sum().backward()
        kept = [id(parameter) for parameter in module.parameters()]
        back = convert(engine, module)
        return (back is module, [id(parameter) for parameter in module.parameters()] == kept,
                [(n, str(t.dtype), str(t.grad.dtype) if t.grad is not None else None, t.requires_grad) for n, t in module.named_parameters()],
                [(n, str(t.dtype)) for n, t in module.named_buffers()], [m.training for m in module.modules()])

    both(act)


def test_copies_and_pickles_keep_hooks_shared_parts_and_modes():
    module = block(workbook)
    module.register_full_backward_hook(print)
    module.eval()
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(workbook.nn.Sequential(workbook.nn.Linear(1, 1))))):
        assert all(a is not b for a, b in zip(twin.parameters(), module.parameters()))
    twin = copy.deepcopy(module)
    assert twin.first is twin.again and twin.same is twin.last.weight and not twin.training and len(twin._backward_hooks) == 1
    assert twin.scratch.tolist() == [1, 1] and "scratch" not in twin.state_dict()


# ---- the files of PyTorch --------------------------------------------------------------------------------------------------------


def test_every_layer_is_found_in_the_file_that_it_has_in_pytorch():
    files = [name for name in vars(workbook.nn.modules) if hasattr(torch.nn.modules, name) and isinstance(vars(workbook.nn.modules)[name], type(torch))]
    assert {"linear", "module", "conv", "container", "activation", "loss"} <= set(files)
    for file in files:
        mine = importlib.import_module(f"workbook.nn.modules.{file}")
        for name, value in vars(mine).items():
            if isinstance(value, type) and not name.startswith("_"):
                assert repr(value) == repr(getattr(importlib.import_module(f"torch.nn.modules.{file}"), name))
    from workbook.nn.modules.linear import Linear
    assert Linear is workbook.nn.Linear is workbook.nn.modules.Linear
