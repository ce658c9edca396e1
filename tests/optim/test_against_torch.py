"""Every rule with every setting follows torch's trajectory; its state loads into a fresh optimizer and goes on as before."""

import copy

import numpy as np
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


def problem(seed, dtype):
    """First values, and gradients of several steps, for parameters small, empty, and larger than one block."""
    rng = np.random.default_rng(seed)
    shapes = [(), (3,), (4, 5), (0, 2), (70_000,)]
    return [rng.standard_normal(s).astype(dtype) for s in shapes], [
        [(rng.standard_normal(s) * 10 ** rng.uniform(-3, 2)).astype(dtype) for s in shapes] for _ in range(4)]


def follow(engine, name, settings, first, gradients, reload_after=None):
    params = [engine.nn.Parameter(engine.from_numpy(np.array(values))) for values in first]
    optimizer = getattr(engine.optim, name)(params, **settings)
    path = []
    for number, step in enumerate(gradients):
        if number == reload_after:
            saved = copy.deepcopy(optimizer.state_dict())
            optimizer = getattr(engine.optim, name)(params, lr=123.0)
            optimizer.load_state_dict(saved)
        optimizer.zero_grad()
        for param, grad in zip(params, step):
            param.grad = engine.from_numpy(np.array(grad))
        optimizer.step()
        path.append([param.detach().numpy().copy() for param in params])
    state = [{key: value.numpy().copy() for key, value in optimizer.state[param].items() if value is not None}
             for param in params]
    return path, state


@given(sgd() | adam(), st.integers(0, 10_000), st.sampled_from([np.float32, np.float64]))
def test_trajectories(rule, seed, dtype):
    (name, settings), (first, gradients) = rule, problem(seed, dtype)
    (theirs, their_state), (mine, my_state) = (follow(engine, name, settings, first, gradients) for engine in (torch, workbook))
    # A few roundings of the arithmetic: of numbers of this size, and twice as many where they were added up over the steps.
    tolerance = 1e-6 if dtype is np.float32 else 1e-14
    for wanted, got in zip(theirs, mine):
        for a, b in zip(got, wanted):
            scale = settings["lr"] * 100 + np.abs(b).max(initial=0)
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale)
    for wanted, got in zip(their_state, my_state):
        assert list(got) == list(wanted)
        for key in wanted:
            scale = np.abs(wanted[key]).max(initial=0)
            np.testing.assert_allclose(got[key], wanted[key], rtol=tolerance, atol=tolerance * scale)


@given(sgd() | adam(), st.integers(0, 10_000))
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
