"""Every schedule against torch's: the rates of many epochs, momentum, states, warnings and errors."""

import copy
import inspect
import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

BOTH = (torch, workbook)


class Halving:
    """A function that is an object, with something to remember."""

    def __init__(self):
        self.asked = 0

    def __call__(self, epoch):
        self.asked += 1
        return 0.5**epoch


SMALL, GAMMA = st.integers(1, 6), st.sampled_from([0.1, 0.5, 0.95, 1.0])
SETTINGS = {
    "LambdaLR": {"lr_lambda": st.sampled_from([lambda e: 0.9**e, [lambda e: 1 / (1 + e), lambda e: 0.5]])},
    "MultiplicativeLR": {"lr_lambda": st.sampled_from([lambda e: 0.9, [lambda e: 1 / (1 + e), lambda e: 0.5]])},
    "StepLR": {"step_size": SMALL, "gamma": GAMMA},
    "MultiStepLR": {"milestones": st.lists(st.integers(0, 12), max_size=4), "gamma": GAMMA},
    "ConstantLR": {"factor": st.sampled_from([0.5, 1 / 3, 1.0]), "total_iters": st.integers(0, 8)},
    "LinearLR": {"start_factor": st.sampled_from([0.1, 1 / 3, 1.0]), "end_factor": st.sampled_from([0.0, 0.5, 1.0]), "total_iters": SMALL},
    "ExponentialLR": {"gamma": GAMMA},
    "PolynomialLR": {"total_iters": SMALL, "power": st.sampled_from([1.0, 2.0, 0.5])},
    "CosineAnnealingLR": {"T_max": SMALL, "eta_min": st.sampled_from([0.0, 0.01])},
    "CosineAnnealingWarmRestarts": {"T_0": SMALL, "T_mult": st.integers(1, 3), "eta_min": st.sampled_from([0.0, 0.01])},
    "CyclicLR": {"base_lr": st.sampled_from([0.01, [0.01, 0.02]]), "max_lr": st.sampled_from([0.1, [0.1, 0.2]]), "step_size_up": SMALL,
                 "step_size_down": st.none() | SMALL, "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]), "gamma": GAMMA,
                 "cycle_momentum": st.booleans(), "scale_fn": st.none() | st.just(lambda x: 1 / (1 + x)),
                 "scale_mode": st.sampled_from(["cycle", "iterations"])},
    "OneCycleLR": {"max_lr": st.sampled_from([0.1, [0.1, 0.2]]), "total_steps": st.integers(14, 30),
                   "pct_start": st.sampled_from([0.25, 0.3, 0.5]), "anneal_strategy": st.sampled_from(["cos", "linear"]),
                   "cycle_momentum": st.booleans(), "three_phase": st.booleans()},
}


@st.composite
def schedules(draw):
    name = draw(st.sampled_from(sorted(SETTINGS)))
    return name, {setting: draw(values) for setting, values in SETTINGS[name].items()}


def optimizer_of(engine, rule="SGD", lr=0.1):
    first, second = engine.nn.Parameter(engine.ones(1)), engine.nn.Parameter(engine.ones(1))
    settings = dict(momentum=0.9) if rule == "SGD" else {}
    optimizer = getattr(engine.optim, rule)([{"params": [first]}, {"params": [second], "lr": 0.3}], lr=lr, **settings)
    first.grad = engine.ones(1)
    return optimizer


def groups(optimizer):
    return [{key: value.item() if hasattr(value, "item") else value for key, value in group.items() if key != "params"}
            for group in optimizer.param_groups]


def comparable(state):
    """A state_dict without what differs between any two objects: functions."""
    return {key: [comparable(part) for part in value] if key == "_schedulers" else value for key, value in state.items()
            if key not in ("lr_lambdas", "_scale_fn_custom")}


@given(schedules(), st.sampled_from(["SGD", "Adam"]), st.integers(0, 12))
def test_rates_and_momentum_of_many_epochs(schedule, rule, reloaded):
    """At one of the epochs the schedule goes on from its state_dict, in a new object."""
    name, settings = schedule
    paths = []
    for engine in BOTH:
        optimizer, path = optimizer_of(engine, rule), []
        make = lambda: getattr(engine.optim.lr_scheduler, name)(optimizer, **settings)
        scheduler = make()
        for epoch in range(12):
            optimizer.step()
            scheduler.step()
            path.append((groups(optimizer), scheduler.get_last_lr(), scheduler.last_epoch))
            if epoch == reloaded:
                state, rates = copy.deepcopy(scheduler.state_dict()), [(g["lr"], g.get("betas"), g.get("momentum")) for g in optimizer.param_groups]
                path.append(comparable(state))
                scheduler = make()
                scheduler.load_state_dict(state)
                for group, (lr, betas, momentum) in zip(optimizer.param_groups, rates):
                    group |= {"lr": lr} | ({"betas": betas} if betas else {"momentum": momentum})
        paths.append(path)
    assert paths[1] == paths[0]


@given(schedules(), st.lists(st.integers(0, 13), max_size=4))
@pytest.mark.filterwarnings("ignore")
def test_the_old_way_with_an_epoch(schedule, epochs):
    name, settings = schedule
    paths = []
    for engine in BOTH:
        optimizer = optimizer_of(engine)
        scheduler, path = getattr(engine.optim.lr_scheduler, name)(optimizer, **settings), []
        for epoch in epochs:
            scheduler.step(epoch)
            path.append(scheduler.get_last_lr())
        paths.append(path)
    assert paths[1] == paths[0]


@given(schedules(), st.integers(0, 5))
def test_going_on_from_last_epoch(schedule, last_epoch):
    name, settings = schedule
    paths = []
    for engine in BOTH:
        optimizer = optimizer_of(engine)
        for group in optimizer.param_groups:
            group |= dict(initial_lr=0.2, max_lr=0.4, min_lr=0.01, max_momentum=0.95, base_momentum=0.8)
        scheduler, path = getattr(engine.optim.lr_scheduler, name)(optimizer, **settings, last_epoch=last_epoch), []
        for _ in range(4):
            optimizer.step()
            scheduler.step()
            path.append(groups(optimizer))
        paths.append(path)
    assert paths[1] == paths[0]


@pytest.mark.parametrize("name, settings", [("StepLR", dict(step_size=2)), ("CosineAnnealingLR", dict(T_max=5)),
                                            ("OneCycleLR", dict(max_lr=0.1, total_steps=20)), ("LambdaLR", dict(lr_lambda=lambda e: 0.5**e))])
def test_a_rate_that_is_a_tensor_is_changed_in_its_memory(name, settings):
    paths = []
    for engine in BOTH:
        lr = engine.tensor(0.1)
        optimizer = engine.optim.SGD([engine.ones(1, requires_grad=True)], lr=lr, momentum=0.9)
        optimizer.param_groups[0]["params"][0].grad = engine.ones(1)
        scheduler = getattr(engine.optim.lr_scheduler, name)(optimizer, **settings)
        for _ in range(5):
            optimizer.step()
            scheduler.step()
        assert optimizer.param_groups[0]["lr"] is lr
        paths.append(lr.item())
    assert paths[1] == pytest.approx(paths[0], rel=1e-6)


@given(st.lists(st.sampled_from([1.0, 0.5, 0.49999, 0.4, 2.0, float("nan"), float("inf")]), max_size=15), st.sampled_from(["min", "max"]),
       st.integers(0, 3), st.sampled_from([1e-4, 0.1]), st.sampled_from(["rel", "abs"]), st.integers(0, 2),
       st.sampled_from([0, 0.05, [0.01, 0.2]]))
def test_plateaus(metrics, mode, patience, threshold, threshold_mode, cooldown, min_lr):
    paths = []
    for engine in BOTH:
        optimizer, path = optimizer_of(engine), []
        make = lambda: engine.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode, 0.5, patience, threshold, threshold_mode, cooldown, min_lr)
        scheduler = make()
        for number, metric in enumerate(metrics):
            scheduler.step(engine.tensor(metric) if number % 2 else metric)
            path.append((scheduler.get_last_lr(), scheduler.in_cooldown, scheduler.num_bad_epochs, scheduler.last_epoch))
            if number == 5:
                state = scheduler.state_dict()
                scheduler = make()
                scheduler.load_state_dict(state)
        paths.append((path, {key: repr(value) for key, value in scheduler.state_dict().items()}))
    assert paths[1] == paths[0]


def test_a_group_added_later_and_a_plateau():
    for min_lr, fails in ((0, False), ([0.0, 0.0], True)):
        for engine in BOTH:
            optimizer = optimizer_of(engine)
            scheduler = engine.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=min_lr)
            optimizer.add_param_group({"params": [engine.ones(1)]})
            scheduler.step(1.0)
            if fails:
                with pytest.raises(RuntimeError, match="The number of param groups in the `optimizer` \\(3\\) differs"):
                    scheduler.step(1.0)
            else:
                scheduler.step(1.0)
                assert len(scheduler.min_lrs) == 3


@given(st.lists(st.sampled_from(["StepLR", "ExponentialLR", "ConstantLR", "LinearLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts"]),
                min_size=1, max_size=3), st.booleans(), st.integers(0, 8))
@pytest.mark.filterwarnings("ignore")
def test_several_schedules(names, chained, reloaded):
    settings = {"StepLR": dict(step_size=2), "ExponentialLR": dict(gamma=0.9), "ConstantLR": {}, "LinearLR": {},
                "CosineAnnealingLR": dict(T_max=4), "CosineAnnealingWarmRestarts": dict(T_0=3)}
    paths = []
    for engine in BOTH:
        optimizer, path = optimizer_of(engine), []
        make = engine.optim.lr_scheduler

        def build():
            parts = [getattr(make, name)(optimizer, **settings[name]) for name in names]
            return make.ChainedScheduler(parts) if chained else make.SequentialLR(optimizer, parts, [3, 6][: len(parts) - 1])

        scheduler = build()
        for epoch in range(10):
            optimizer.step()
            scheduler.step()
            path.append((groups(optimizer), scheduler.get_last_lr()))
            if epoch == reloaded:
                state, rates = copy.deepcopy(scheduler.state_dict()), [group["lr"] for group in optimizer.param_groups]
                path.append(comparable(state))
                scheduler = build()
                scheduler.load_state_dict(state)
                for group, lr in zip(optimizer.param_groups, rates):
                    group["lr"] = lr
        paths.append(path)
    assert paths[1] == paths[0]


def test_a_function_that_is_an_object_is_saved_with_what_it_holds():
    for engine in BOTH:
        optimizer = optimizer_of(engine)
        for make in (lambda: engine.optim.lr_scheduler.LambdaLR(optimizer, [Halving(), lambda e: 1.0]),
                     lambda: engine.optim.lr_scheduler.CyclicLR(optimizer, 0.1, 0.2, scale_fn=Halving())):
            scheduler = make()
            optimizer.step()
            scheduler.step()
            state = scheduler.state_dict()
            held = state["lr_lambdas"][0] if "lr_lambdas" in state else state["_scale_fn_custom"]
            before, twin = held["asked"], make()
            twin.load_state_dict(state)
            own = twin.lr_lambdas[0] if "lr_lambdas" in state else twin._scale_fn_custom
            assert before > 0 and own.asked == before and isinstance(own, Halving)


def told(act):
    """The warnings of both engines."""
    texts = []
    for engine in BOTH:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            act(engine)
        texts.append([(warning.category, str(warning.message)) for warning in seen])
    assert texts[1] == texts[0]
    return texts[1]


def step_lr(engine, optimizer):
    return engine.optim.lr_scheduler.StepLR(optimizer, 2)


def test_warnings_on_the_order_of_steps():
    def too_early(engine):
        scheduler = step_lr(engine, optimizer_of(engine))
        scheduler.step()
        scheduler.step()

    def right(engine):
        optimizer = optimizer_of(engine)
        scheduler = step_lr(engine, optimizer)
        optimizer.step()
        scheduler.step()

    def overridden(engine, before=False):
        optimizer = optimizer_of(engine)
        if before:
            optimizer.step = type(optimizer.step)(lambda self, closure=None: None, optimizer)
        scheduler = step_lr(engine, optimizer)
        if not before:
            optimizer.step = lambda: None
        optimizer.step()
        scheduler.step()

    assert "Detected call of `lr_scheduler.step()` before `optimizer.step()`" in told(too_early)[0][1]
    assert told(right) == []
    assert "has been overridden" in told(overridden)[0][1]
    assert told(lambda engine: overridden(engine, before=True)) == []


def test_other_warnings():
    assert "get_last_lr" in told(lambda engine: step_lr(engine, optimizer_of(engine)).get_lr())[0][1]
    assert len(told(lambda engine: step_lr(engine, optimizer_of(engine)).step(3))) == 2
    assert len(told(lambda engine: engine.optim.lr_scheduler.ReduceLROnPlateau(optimizer_of(engine)).step(1.0, 3))) == 1


@pytest.mark.parametrize("make", [
    lambda s, o: s.StepLR(3, 2), lambda s, o: s.StepLR(o, 2, last_epoch=3), lambda s, o: s.StepLR(o, 2, verbose=True),
    lambda s, o: s.LambdaLR(o, [len]), lambda s, o: s.MultiplicativeLR(o, 3), lambda s, o: s.MultiplicativeLR(o, [len]),
    lambda s, o: s.ConstantLR(o, 2.0), lambda s, o: s.LinearLR(o, 0.0), lambda s, o: s.LinearLR(o, 0.5, 2.0),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 0), lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 1.5),
    lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, eta_min="0"), lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1),
    lambda s, o: s.CyclicLR(o, 0.1, [0.1]), lambda s, o: s.CyclicLR(o, 0.1, 0.2, mode="no"), lambda s, o: s.CyclicLR(3, 0.1, 0.2),
    lambda s, o: s.OneCycleLR(o, 0.1), lambda s, o: s.OneCycleLR(o, 0.1, 0), lambda s, o: s.OneCycleLR(o, 0.1, epochs=3),
    lambda s, o: s.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=1), lambda s, o: s.OneCycleLR(o, 0.1, epochs=1, steps_per_epoch=-1),
    lambda s, o: s.OneCycleLR(o, 0.1, 10, pct_start=2.0), lambda s, o: s.OneCycleLR(o, 0.1, 10, anneal_strategy="sin"),
    lambda s, o: s.ReduceLROnPlateau(o, "least"),
    lambda s, o: s.ReduceLROnPlateau(o, factor=1.0), lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="x"),
    lambda s, o: s.ReduceLROnPlateau(3), lambda s, o: s.ReduceLROnPlateau(o, min_lr=[1]), lambda s, o: s.ChainedScheduler([]),
    lambda s, o: s.ChainedScheduler([s.StepLR(o, 1), s.ReduceLROnPlateau(o)]), lambda s, o: s.ChainedScheduler([s.StepLR(o, 1), 3]),
    lambda s, o: s.SequentialLR(o, [], []), lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [2]),
    lambda s, o: s.SequentialLR(o, [s.StepLR(copy.deepcopy(o), 1)], []), lambda s, o: s.LRScheduler(o)])
def test_what_is_refused(make):
    texts = []
    for engine in BOTH:
        with pytest.raises(Exception) as caught:
            make(engine.optim.lr_scheduler, optimizer_of(engine))
        texts.append((caught.type, str(caught.value.args[0] if caught.value.args else "").partition("\n")[0]))
    assert texts[0][0] is texts[1][0]
    if texts[0][0] is not NotImplementedError:
        assert texts[1][1] == texts[0][1]
    assert "\n  Fix: " in str(caught.value.args[0]) or caught.type is TypeError and "verbose" in str(caught.value)


def test_a_step_after_the_last_is_refused():
    for engine in BOTH:
        scheduler = engine.optim.lr_scheduler.OneCycleLR(optimizer_of(engine), 0.1, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in range(2):
                scheduler.step()
            with pytest.raises(ValueError, match="Tried to step 3 times. The specified number of total steps is 2"):
                scheduler.step()


def test_signatures_are_torchs():
    for name in workbook.optim.lr_scheduler.__all__:
        theirs, mine = (getattr(engine.optim.lr_scheduler, name) for engine in BOTH)
        assert [(p.name, p.default) for p in inspect.signature(mine.__init__).parameters.values()] == [
            (p.name, p.default) for p in inspect.signature(theirs.__init__).parameters.values()]
        assert repr(mine) == repr(theirs)
    assert sorted(torch.optim.lr_scheduler.__all__) == workbook.optim.lr_scheduler.__all__
