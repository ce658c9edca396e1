"""What every optimizer shares, beside torch's: groups, names, hooks, copies, and the errors."""

import copy
import pickle

import pytest
import torch

import workbook
from workbook.optim.hooks import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

BOTH = (torch, workbook)


def both(act):
    """What `act(engine)` returns, or how it fails, from both; the errors of ours have three parts."""
    results = []
    for engine in BOTH:
        try:
            results.append(act(engine))
        except Exception as error:
            text = str(error.args[0]) if error.args else ""
            results.append((type(error), text.partition("\n")[0].strip("'")))
            assert engine is torch or "\n  Fix: " in text
    assert results[0] == results[1]
    return results[1]


def net(engine):
    return engine.nn.Sequential(engine.nn.Linear(2, 3), engine.nn.Linear(3, 1))


def test_groups_with_settings_of_their_own():
    def act(engine):
        layers = net(engine)
        optimizer = engine.optim.SGD([{"params": layers[0].parameters()}, {"params": layers[1].weight, "lr": 0.5, "mine": "kept"}], lr=0.1)
        optimizer.add_param_group({"params": [layers[1].bias], "momentum": 0.9})
        return repr(optimizer), [len(group["params"]) for group in optimizer.param_groups], optimizer.state_dict()

    both(act)


@pytest.mark.parametrize("given", [
    lambda engine, n: n.named_parameters(), lambda engine, n: [("w", n[0].weight), n[0].bias],
    lambda engine, n: [{"params": n[0].named_parameters()}, {"params": n[1].parameters()}],
    lambda engine, n: [{"params": n[0].parameters()}, {"params": n[1].named_parameters()}],
    lambda engine, n: {*n.parameters()}, lambda engine, n: [{"params": {*n.parameters()}}],
    lambda engine, n: [{"params": n[0].parameters()}, {"params": [n[0].weight]}], lambda engine, n: [{"params": [3]}], lambda engine, n: [],
    lambda engine, n: [n[0].weight * 2],
    pytest.param(lambda engine, n: n[0].weight, marks=pytest.mark.cpu_only("the text names the type of a tensor of the CPU"))])
def test_what_an_optimizer_is_given(given):
    both(lambda engine: repr(engine.optim.Adam(given(engine, net(engine)))))


def test_a_setting_that_has_no_default():
    def act(engine):
        from importlib import import_module
        required = import_module(f"{engine.__name__}.optim.optimizer").required
        assert repr(required) == "<required parameter>"
        return engine.optim.Optimizer([engine.ones(1)], dict(lr=required))

    both(act)


def test_a_group_that_is_no_dictionary():
    both(lambda engine: engine.optim.SGD(net(engine).parameters()).add_param_group([engine.ones(1)]))


@pytest.mark.parametrize("change", [
    lambda state: state["param_groups"].append(state["param_groups"][0]), lambda state: state["param_groups"][0]["params"].pop(),
    lambda state: state.pop("param_groups")])
def test_a_state_that_does_not_fit_is_refused_whole(change):
    def act(engine):
        optimizer = engine.optim.SGD(net(engine).parameters(), lr=0.1, momentum=0.9)
        before = repr(optimizer)
        state = copy.deepcopy(optimizer.state_dict())
        state["param_groups"][0]["lr"] = 7.0
        change(state)
        try:
            optimizer.load_state_dict(state)
        finally:
            assert repr(optimizer) == before and not optimizer.state

    both(act)


def test_names_stay_when_a_state_without_them_is_loaded():
    def act(engine):
        plain, named = engine.optim.SGD(net(engine).parameters()), engine.optim.SGD(net(engine).named_parameters())
        named.load_state_dict(plain.state_dict())
        return repr(named)

    assert "0.weight" in both(act)


def test_hooks_run_in_torchs_order_and_may_change_what_is_passed():
    def act(engine):
        seen, closures = [], []
        param = engine.nn.Parameter(engine.ones(1))
        param.grad = engine.ones(1)
        optimizer = engine.optim.SGD([param], lr=1.0)
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append((o is optimizer, len(args), kwargs, param.item())))
        handle = optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: closures.append("another") or 5.0), {}))
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append((len(args), param.item())))
        result = optimizer.step(lambda: 3.0)
        handle.remove()
        seen.append((result, optimizer.step(lambda: 3.0)))
        optimizer.register_state_dict_pre_hook(lambda o: seen.append("before the dict"))
        optimizer.register_state_dict_post_hook(lambda o, state: {**state, "epoch": 3})
        optimizer.register_state_dict_post_hook(lambda o, state: seen.append(sorted(state)), prepend=True)
        optimizer.register_load_state_dict_pre_hook(lambda o, state: seen.append(("loading", state.pop("epoch"))))
        optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
        state = optimizer.state_dict()
        optimizer.load_state_dict(state)
        return seen, closures, sorted(state)

    both(act)


def test_a_hook_that_returns_nonsense():
    def act(engine):
        optimizer = engine.optim.SGD([engine.ones(1)])
        optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
        try:
            optimizer.step()
        except RuntimeError as error:
            return str(error).partition("must return")[2].partition("\n")[0]

    assert "new_args" in both(act)


def test_a_rule_of_a_students_own_has_hooks_around_its_step():
    def act(engine):
        seen = []

        class Mine(engine.optim.SGD):
            def step(self, closure=None):
                seen.append("mine")
                return super().step(closure)

        param = engine.nn.Parameter(engine.ones(1))
        param.grad = engine.ones(1)
        optimizer = Mine([param], lr=0.5)
        optimizer.register_step_post_hook(lambda *_: seen.append("after"))
        optimizer.step()
        if engine is workbook:  # PyTorch runs the hooks again in the step of the base, once somebody has used that class
            assert seen == ["mine", "after"]
        return seen[:2], param.item()

    both(act)


@pytest.mark.filterwarnings("ignore:step")
def test_hooks_of_every_optimizer():
    seen = []
    with register_optimizer_step_pre_hook(lambda *_: seen.append("before")), register_optimizer_step_post_hook(lambda *_: seen.append("after")):
        workbook.optim.SGD([workbook.ones(1)]).step(lambda: seen.append("step"))
    workbook.optim.SGD([workbook.ones(1)]).step(lambda: seen.append("alone"))
    assert seen == ["before", "step", "after", "alone"]


def test_copies_have_the_state_and_not_the_hooks():
    param = workbook.nn.Parameter(workbook.ones(2))
    param.grad = workbook.ones(2)
    optimizer = workbook.optim.Adam([param], lr=0.25)
    optimizer.register_step_post_hook(lambda *_: None)
    optimizer.step()
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert repr(twin) == repr(optimizer) and not twin._hooks["step_post"]
        (copied, state), = twin.state.items()
        assert copied is twin.param_groups[0]["params"][0] and state["step"].item() == 1
        copied.grad = workbook.ones(2)
        twin.step()
        assert param.tolist() == [0.75, 0.75] and copied.tolist() != [0.75, 0.75]


def test_absent_rules_say_what_to_use():
    for name, words in (("SparseAdam", "torch.optim.Adam"), ("Muon", "torch.optim"), ("Adafactor", "torch.optim")):
        with pytest.raises(AttributeError, match=f"module 'torch.optim' has no attribute '{name}'\n  Fix: .*{words}"):
            getattr(workbook.optim, name)
