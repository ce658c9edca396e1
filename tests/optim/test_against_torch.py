"""Every rule with every setting follows torch's trajectory; its state loads into a fresh optimizer and goes on as before."""

import copy
import inspect

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import workbook

RATES = st.sampled_from([0.0, 1e-4, 1e-3, 0.01, 0.1, 1.0])
DECAYS = st.sampled_from([0, 0.01, 0.1])


@st.composite
def sgd(draw):
    momentum = draw(st.sampled_from([0, 0.5, 0.9]))
    nesterov = bool(momentum) and draw(st.booleans())
    dampening = 0 if nesterov else draw(st.sampled_from([0, 0.3]))
    return "SGD", dict(lr=draw(RATES), momentum=momentum, dampening=dampening, nesterov=nesterov, weight_decay=draw(DECAYS),
                       maximize=draw(st.booleans()))


@st.composite
def adam(draw):
    return draw(st.sampled_from(["Adam", "AdamW"])), dict(
        lr=draw(RATES), betas=draw(st.sampled_from([(0.9, 0.999), (0.0, 0.0), (0.5, 0.9), (0.99, 0.5)])),
        eps=draw(st.sampled_from([1e-8, 1e-3])),
        weight_decay=draw(DECAYS), amsgrad=draw(st.booleans()), maximize=draw(st.booleans()))


@st.composite
def others(draw):
    """A rule and settings of it, each either left out or drawn."""
    name = draw(st.sampled_from(sorted(SETTINGS)))
    drawn = {setting: draw(values) for setting, values in {**SETTINGS[name], **SHARED}.items() if draw(st.booleans())}
    if name == "Rprop":
        drawn.pop("weight_decay", None)
    return name, dict(lr=draw(RATES)) | drawn


BETAS = st.sampled_from([(0.9, 0.999), (0.5, 0.9), (0.99, 0.5)])
SHARED = {"weight_decay": DECAYS, "maximize": st.booleans(), "foreach": st.sampled_from([None, False])}
SETTINGS = {
    "RMSprop": {"alpha": st.sampled_from([0.99, 0.9, 0.5]), "eps": st.sampled_from([1e-8, 1e-3]), "momentum": st.sampled_from([0, 0.9]),
                "centered": st.booleans()},
    "Adagrad": {"lr_decay": st.sampled_from([0, 0.1]), "initial_accumulator_value": st.sampled_from([0, 0.5]), "fused": st.just(False)},
    "Adadelta": {"rho": st.sampled_from([0.9, 0.5, 0.0]), "eps": st.sampled_from([1e-6, 1e-3])},
    "Adamax": {"betas": BETAS},
    "NAdam": {"betas": BETAS, "momentum_decay": st.sampled_from([0.0, 0.004, 0.1]), "decoupled_weight_decay": st.booleans()},
    "RAdam": {"betas": BETAS, "decoupled_weight_decay": st.booleans()},
    "ASGD": {"lambd": st.sampled_from([0.0, 1e-4, 0.1]), "alpha": st.sampled_from([0.75, 0.5]), "t0": st.sampled_from([1e6, 1, 0])},
    "Rprop": {"etas": st.sampled_from([(0.5, 1.2), (0.9, 3.0)]), "step_sizes": st.sampled_from([(1e-6, 50), (1e-3, 0.1)])},
}


def problem(seed, dtype):
    """First values, and gradients of several steps, for parameters small, empty, and larger than one block."""
    rng = np.random.default_rng(seed)
    shapes = [(), (3,), (4, 5), (0, 2), (70_000,)]

    def normal(shape):
        values = rng.standard_normal(shape)
        return (values + 1j * rng.standard_normal(shape) if dtype is np.complex64 else values).astype(dtype)

    return [normal(s) for s in shapes], [[normal(s) * dtype(10 ** rng.uniform(-3, 2)) for s in shapes] for _ in range(4)]


def follow(engine, name, settings, first, gradients, reload_after=None):
    params = [engine.nn.Parameter(engine.from_numpy(np.array(values))) for values in first]
    optimizer = getattr(engine.optim, name)(params, **settings)
    path = []
    for number, step in enumerate(gradients):
        if number == reload_after:
            saved = copy.deepcopy(optimizer.state_dict())
            optimizer = getattr(engine.optim, name)(params, **settings | dict(lr=123.0))
            optimizer.load_state_dict(saved)
        optimizer.zero_grad()
        for param, grad in zip(params, step):
            param.grad = engine.from_numpy(np.array(grad))
        optimizer.step()
        path.append([param.detach().numpy().copy() for param in params])
    state = [{key: value.numpy().copy() for key, value in optimizer.state[param].items() if value is not None}
             for param in params]
    return path, state


def steady(settings, first, gradients, path):
    """Where the weight decay leaves a thousandth of every gradient, for each parameter: in the other few places in a thousand the
    very direction of a step, g / |g|, hangs on the last bits of their sum, which torch adds in one rounding and NumPy in two."""
    decay, sign, kept = settings.get("weight_decay", 0), -1 if settings.get("maximize") else 1, []
    for place in range(len(first)):
        everywhere = True
        for values, step in zip([first, *path], gradients):
            pushed, pulled = parts(sign * step[place]), parts(decay * values[place])
            everywhere = everywhere & (np.abs(pushed + pulled) >= 1e-3 * (np.abs(pushed) + np.abs(pulled)))
        kept.append(everywhere)
        assert everywhere.size == 0 or everywhere.mean() > 0.98 or everywhere.size < 100
    return kept


def parts(values):
    """Real and imaginary parts along an axis of their own; real numbers as they are."""
    return np.stack([values.real, values.imag], -1) if np.iscomplexobj(values) else np.asarray(values)


@given(sgd() | adam() | others(), st.integers(0, 10_000), st.sampled_from([np.float32, np.float64, np.complex64]))
def test_trajectories(rule, seed, dtype):
    (name, settings), (first, gradients) = rule, problem(seed, dtype)
    (theirs, their_state), (mine, my_state) = (follow(engine, name, settings, first, gradients) for engine in (torch, workbook))
    # A few roundings of the arithmetic: of numbers of this size, and twice as many where they were added up over the steps.
    tolerance, where = 1e-14 if dtype is np.float64 else 1e-6, steady(settings, first, gradients, theirs)
    for wanted, got in zip(theirs, mine):
        for a, b, kept in zip(got, wanted, where):
            scale = settings["lr"] * 100 + np.abs(b).max(initial=0)
            np.testing.assert_allclose(parts(a)[kept], parts(b)[kept], rtol=tolerance, atol=tolerance * scale)
    for wanted, got, kept in zip(their_state, my_state, where):
        assert list(got) == list(wanted) and [got[key].dtype for key in got] == [wanted[key].dtype for key in wanted]
        for key in wanted:
            scale, (a, b) = np.abs(wanted[key]).max(initial=0), (parts(got[key]), parts(wanted[key]))
            a, b = (a[kept], b[kept]) if b.shape == kept.shape else (a, b)  # a count of steps has no places
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale)


@given(sgd() | adam() | others(), st.integers(0, 10_000))
def test_going_on_from_a_state_dict_changes_nothing(rule, seed):
    (name, settings), (first, gradients) = rule, problem(seed, np.float32)
    straight, _ = follow(workbook, name, settings, first, gradients)
    reloaded, _ = follow(workbook, name, settings, first, gradients, reload_after=2)
    for a, b in zip(straight, reloaded):
        for x, y in zip(a, b):
            np.testing.assert_array_equal(x, y)


@given(st.integers(0, 10_000))
def test_training_a_network_stays_together(seed):
    losses = []
    for engine in (torch, workbook):
        engine.manual_seed(seed)
        nn = engine.nn
        net = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 3))
        x, y = engine.randn(20, 8), engine.randint(0, 3, (20,))
        optimizer, loss_of = engine.optim.Adam(net.parameters(), lr=0.01), nn.CrossEntropyLoss()
        run = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = loss_of(net(x), y)
            loss.backward()
            optimizer.step()
            run.append(loss.item())
        losses.append(run)
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)


# ---- a hundred steps, first and last bits --------------------------------------------------------------------------------------

EVERY = ("SGD", "Adam", "AdamW", *SETTINGS)


EACH = [*((name, {}) for name in EVERY), ("RMSprop", dict(momentum=0.9, centered=True)), ("Adagrad", dict(lr_decay=0.1, weight_decay=0.1)),
        ("ASGD", dict(t0=3, lambd=0.1)), ("NAdam", dict(weight_decay=0.1)), ("RAdam", dict(weight_decay=0.1, decoupled_weight_decay=True))]


@pytest.mark.parametrize("name, settings", EACH)
def test_a_hundred_steps_stay_within_a_few_last_bits(name, settings):
    """Most numbers are equal bit for bit; PyTorch's multiply-and-add in one rounding is what moves the others by a bit."""
    paths = []
    for engine in (torch, workbook):
        rng = np.random.default_rng(0)
        param = engine.nn.Parameter(engine.from_numpy(rng.standard_normal(300).astype(np.float32)))
        optimizer = getattr(engine.optim, name)([param], **settings)
        for _ in range(100):
            param.grad = engine.from_numpy(rng.standard_normal(300).astype(np.float32))
            optimizer.step()
        paths.append(param.detach().numpy())
    np.testing.assert_allclose(paths[1], paths[0], rtol=2e-6, atol=2e-6)
    assert (paths[0] == paths[1]).mean() > 0.2
    if name == "Rprop":
        np.testing.assert_array_equal(paths[1], paths[0])


# ---- state_dict, text and defaults ---------------------------------------------------------------------------------------------


def carried(value, engine):
    """A state_dict with its Tensors as those of the other engine."""
    if isinstance(value, dict):
        return {key: carried(part, engine) for key, part in value.items()}
    if isinstance(value, list):
        return [carried(part, engine) for part in value]
    return engine.from_numpy(value.detach().numpy().copy()) if hasattr(value, "detach") else value


@given(sgd() | adam() | others(), st.integers(0, 10_000))
def test_a_state_goes_from_one_engine_to_the_other(rule, seed):
    (name, settings), (first, gradients) = rule, problem(seed, np.float32)
    states, params = [], []
    for engine in (torch, workbook):
        params.append([engine.nn.Parameter(engine.from_numpy(np.array(values))) for values in first])
        optimizer = getattr(engine.optim, name)(params[-1], **settings)
        for param, grad in zip(params[-1], gradients[0]):
            param.grad = engine.from_numpy(np.array(grad))
        optimizer.step()
        states.append((optimizer, optimizer.state_dict()))
    (theirs, their_state), (mine, my_state) = states
    assert repr(mine) == repr(theirs) and my_state["param_groups"] == their_state["param_groups"]
    assert [list(part) for part in my_state["state"].values()] == [list(part) for part in their_state["state"].values()]
    mine.load_state_dict(carried(their_state, workbook))
    theirs.load_state_dict(carried(my_state, torch))
    where = steady(settings, first, gradients[:2], [[param.detach().numpy().copy() for param in params[0]]])
    for engine, optimizer, its in ((torch, theirs, params[0]), (workbook, mine, params[1])):
        for param, grad in zip(its, gradients[1]):
            param.grad = engine.from_numpy(np.array(grad))
        optimizer.step()
    for a, b, kept in zip(params[1], params[0], where):
        scale = settings["lr"] * 100 + np.abs(b.detach().numpy()).max(initial=0)
        np.testing.assert_allclose(a.detach().numpy()[kept], b.detach().numpy()[kept], rtol=1e-6, atol=1e-6 * scale)


def test_defaults_and_arguments_are_torchs():
    for name in (*EVERY, "LBFGS"):
        theirs, mine = (getattr(engine.optim, name) for engine in (torch, workbook))
        assert [(p.name, p.default, p.kind) for p in inspect.signature(mine.__init__).parameters.values()] == [
            (p.name, p.default, p.kind) for p in inspect.signature(theirs.__init__).parameters.values()]
        assert mine([workbook.ones(1)]).defaults == theirs([torch.ones(1)]).defaults
        assert repr(mine) == repr(theirs)


@pytest.mark.parametrize("name, settings", [
    *((name, dict(lr=-1.0)) for name in (*EVERY, "LBFGS")), *((name, dict(weight_decay=-1)) for name in EVERY if name != "Rprop"),
    *((name, dict(eps=-1.0)) for name in ("Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam")),
    *((name, dict(betas=betas)) for name in ("Adam", "Adamax", "NAdam", "RAdam") for betas in ((1.0, 0.9), (0.9, -0.1))),
    ("SGD", dict(momentum=-1)), ("SGD", dict(nesterov=True)), ("Adam", dict(betas=(0, 0.9))), ("RMSprop", dict(momentum=-1)),
    ("RMSprop", dict(alpha=-1)), ("Adagrad", dict(lr_decay=-1)), ("Adagrad", dict(initial_accumulator_value=-1)),
    ("Adadelta", dict(rho=1.5)), ("NAdam", dict(momentum_decay=-1)), ("Rprop", dict(etas=(1.5, 2.0))),
    ("SGD", dict(fused=True, differentiable=True)), ("Adam", dict(fused=True, foreach=True)),
    ("Adagrad", dict(fused=True, foreach=True)), ("Adam", dict(lr="two")),
    *(pytest.param(name, dict(capturable=True), marks=pytest.mark.cpu_only("what is refused is the CPU's")) for name in ("Adam", "RAdam"))])
def test_what_is_refused(name, settings):
    texts = []
    for engine in (torch, workbook):
        own = {key: engine.ones(2) if value == "two" else value for key, value in settings.items()}
        param = engine.nn.Parameter(engine.ones(2))
        param.grad = engine.ones(2)
        with pytest.raises(Exception) as caught:
            getattr(engine.optim, name)([param], **own).step()
        texts.append((caught.type, str(caught.value).partition("\n")[0]))
    assert texts[0] == texts[1] and "\n  Fix: " in str(caught.value)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RAdam", "Rprop"])
def test_parameters_of_integers_are_refused(name):
    for engine in (torch, workbook):
        param = engine.ones(2, dtype=engine.int64)
        param.grad = engine.ones(2, dtype=engine.int64)
        with pytest.raises((RuntimeError, NotImplementedError)):
            getattr(engine.optim, name)([param], **({} if name == "Rprop" else dict(weight_decay=0.1))).step()


# ---- LBFGS ---------------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.sampled_from([None, "strong_wolfe"]), st.sampled_from([1, 0.1]), st.integers(1, 12),
       st.none() | st.integers(1, 15), st.sampled_from([1, 2, 100]))
def test_lbfgs(seed, line_search, lr, max_iter, max_eval, history):
    found = []
    for engine in (torch, workbook):
        rng = np.random.default_rng(seed)
        inputs, targets = (engine.from_numpy(rng.standard_normal(shape)) for shape in ((20, 4), (20,)))
        weights, bias, unused = (engine.nn.Parameter(engine.from_numpy(rng.standard_normal(shape))) for shape in ((4,), (1,), (2, 2)))
        optimizer = engine.optim.LBFGS([weights, unused, bias], lr=lr, max_iter=max_iter, max_eval=max_eval, history_size=history,
                                       line_search_fn=line_search)

        def closure():
            optimizer.zero_grad()
            loss = ((engine.tanh(inputs @ weights) + bias - targets) ** 2).mean()
            loss.backward()
            return loss

        losses = [optimizer.step(closure).item() for _ in range(2)]
        state = optimizer.state_dict()["state"][0]
        found.append((losses, weights.tolist(), state["func_evals"], state["n_iter"], list(state),
                      {key: type(value).__name__ for key, value in state.items()}))
    (their_losses, their_weights, *their_state), (my_losses, my_weights, *my_state) = found
    assert my_state == their_state
    np.testing.assert_allclose(my_losses, their_losses, rtol=1e-7)
    np.testing.assert_allclose(my_weights, their_weights, rtol=1e-5, atol=1e-7)


# ---- a step that gradients flow through ----------------------------------------------------------------------------------------


ONLY_ONE_STEP = ("Adam", "RMSprop", "Adamax", "Rprop")  # PyTorch writes over what it saved in the step before, and refuses


@pytest.mark.parametrize("name, settings", [
    ("SGD", dict(lr=0.1, weight_decay=0.1)), ("Adam", dict(lr=0.1, amsgrad=True, weight_decay=0.1)), ("AdamW", dict(lr=0.1)),
    ("RMSprop", dict(centered=True, momentum=0.9)), ("Adagrad", dict(lr=0.1)), ("Adadelta", {}), ("Adamax", {}),
    ("NAdam", {}), ("RAdam", {}), ("ASGD", dict(lr=0.1)), ("Rprop", {})])
def test_a_differentiable_step(name, settings):
    """Steps from w and with gradients 2w and 3w**2: the slope of where they end by w."""
    slopes = []
    for engine in (torch, workbook):
        w = engine.tensor([1.0, -2.0], dtype=engine.float64, requires_grad=True)
        p = w.clone()
        optimizer = getattr(engine.optim, name)([p], differentiable=True, **settings)
        for grad in (2 * w, 3 * w * w)[: 1 if name in ONLY_ONE_STEP else 2]:
            p.grad = grad
            optimizer.step()
        p.sum().backward()
        slopes.append((p.detach().numpy(), w.grad.numpy()))
    for mine, theirs in zip(slopes[1], slopes[0]):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)  # PyTorch counts these steps in float32


@pytest.mark.parametrize("name", EVERY)
def test_a_differentiable_rule_is_the_rule(name):
    """Also over several steps, and with the slope that a difference quotient finds."""
    settings = dict(lr=0.1, **(dict(momentum=0.9) if name in ("SGD", "RMSprop") else {}))

    def ends(start, differentiable):
        p = start.clone() if differentiable else workbook.nn.Parameter(start.detach().clone())
        optimizer = getattr(workbook.optim, name)([p], differentiable=differentiable, **settings)
        for factor in (2, 3, -1):
            p.grad = (factor * start * start) if differentiable else (factor * start * start).detach()
            optimizer.step()
        return p

    w = workbook.tensor([1.0, -2.0, 0.5], dtype=workbook.float64, requires_grad=True)
    recorded = ends(w, True)
    np.testing.assert_allclose(recorded.detach().numpy(), ends(w, False).detach().numpy(), rtol=1e-12)
    recorded.sum().backward()
    step = 1e-6
    quotient = (ends(w.detach() + step, False) - ends(w.detach() - step, False)).detach().numpy() / (2 * step)
    np.testing.assert_allclose(w.grad.numpy(), quotient, rtol=1e-5, atol=1e-5)


def test_a_learning_rate_that_is_learned():
    slopes = []
    for engine in (torch, workbook):
        lr = engine.tensor(0.1, requires_grad=True)
        p = engine.ones(2, requires_grad=True).clone()
        p.grad = engine.tensor([1.0, 2.0])
        engine.optim.SGD([p], lr=lr, differentiable=True).step()
        p.sum().backward()
        slopes.append(lr.grad.item())
    assert slopes == [-3.0, -3.0]
