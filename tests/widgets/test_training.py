"""The training view: the same numbers as the plain loop, nothing of the student's touched, every button."""

import math

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.random import Generator, default_generator
from workbook.utils.data import DataLoader, TensorDataset
from workbook.vision.datasets import Digits
from workbook.widgets import training
from workbook.widgets.training_curve import curve
from workbook.widgets.training_view import MOST, Course

TRAIN = TensorDataset(torch.arange(40.).view(20, 2) / 20 - 1, torch.arange(20) % 3)
LOSS = nn.CrossEntropyLoss()


def make_net():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3))


def view(lr=0.5, test=None):
    return training(make_net, LOSS, TRAIN, lr=lr, batch_size=6, test=test)


def plain_losses(steps, lr):
    """The losses of the loop that the lesson shows."""
    net = make_net()
    batches = list(DataLoader(TRAIN, 6, shuffle=True, generator=Generator().manual_seed(0)))
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=lr), []
    for k in range(steps):
        inputs, classes = batches[k % len(batches)]
        loss = LOSS(net(inputs), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_its_losses_are_those_of_the_plain_loop():
    shown = view(lr=0.3)
    shown.act("round")
    shown.act("on")
    shown.act("on")
    assert shown.course.losses == pytest.approx(plain_losses(6, 0.3), rel=1e-6)
    assert shown.panel.state["status"] == "step 6"
    assert shown.panel.state["loss"] == f"{shown.course.losses[-1]:.4f}"


def test_a_step_back_gives_the_same_weights_and_may_go_on_with_another_rate():
    shown = view()
    shown.act("on")
    before = [array.copy() for array in shown.course.weights[-1]]
    shown.act("on")
    shown.act("back")
    assert shown.course.step == 1
    for kept, array in zip(before, shown.course.weights[-1]):
        assert kept.tolist() == array.tolist()
    shown.panel.rate = 2.0
    shown.act("on")
    assert shown.course.rates == [0.5, 2.0]
    other = [w - 2.0 * g for w, g in zip(before, _slopes(shown, 1, before))]
    for kept, array in zip(other, shown.course.weights[-1]):
        np.testing.assert_allclose(kept.tolist(), array.tolist(), rtol=1e-5, atol=1e-7)


def _slopes(shown, k, weights):
    loss = shown.course.loss(k, weights)
    return [slope._array for slope in torch.autograd.grad(loss, list(shown.course.net.parameters()))]


def test_the_start_keeps_the_curve_for_comparison_and_reset_forgets_it():
    shown = view()
    shown.act("round")
    kept = list(shown.course.losses)
    shown.act("start")
    assert (shown.course.step, shown.earlier) == (0, kept)
    assert 'class="before"' in shown.panel.drawing.partition("the run before")[0]
    shown.panel.rate = 0.01
    shown.act("reset")
    assert (shown.earlier, shown.panel.rate, shown.course.step) == ([], 0.5, 0)


def test_nothing_of_the_students_is_touched():
    net = make_net()
    weights = [p.detach().clone() for p in net.parameters()]
    torch.manual_seed(11)
    stream = default_generator.state_array().copy()
    with torch.no_grad():
        shown = view(test=TRAIN)
        shown.act("round")
        shown.act("open")
        assert not torch.is_grad_enabled()
    np.testing.assert_array_equal(stream, default_generator.state_array())
    for kept, parameter in zip(weights, net.parameters()):
        assert torch.equal(kept, parameter) and parameter.grad is None


def test_the_graph_of_a_step_is_the_graph_of_that_steps_loss():
    shown = view()
    shown.act("round")
    shown.act("look", 2)
    shown.act("open")
    graph = shown.children[1]
    loss = shown.course.losses[2]
    assert f"{loss:.4f}" in repr(graph)
    assert "Below: the graph of step 2" in shown.panel.state["sentence"]


def test_the_held_out_items_are_counted_with_the_present_weights():
    shown = view(test=TRAIN)
    shown.act("round")
    net = make_net()
    with torch.no_grad():
        for parameter, array in zip(net.parameters(), shown.course.weights[-1]):
            parameter.copy_(torch.tensor(array.tolist()))
        right = int((net(TRAIN.tensors[0]).argmax(1) == TRAIN.tensors[1]).sum())
    assert ["held-out items read correctly", f"{right} of 20, {right / 20:.1%}"] in shown.panel.state["rows"]


def test_a_rate_that_is_too_large_is_shown_calmly():
    shown = training(make_net, nn.MSELoss(), TensorDataset(TRAIN.tensors[0], torch.ones(20, 3)), lr=1e4, batch_size=20)
    for _ in range(40):
        shown.act("on")
    assert not math.isfinite(shown.course.losses[-1])
    assert "no number" in shown.panel.state["sentence"]
    assert "beyond the picture" in shown.panel.drawing
    assert "nan" not in shown.panel.drawing.lower().replace("nan;", "").partition("<text")[0].partition('d="')[2]


def test_a_run_ends_where_it_must(monkeypatch):
    monkeypatch.setattr("workbook.widgets.training_view.MOST", 3)
    shown = view()
    shown.act("round")
    assert shown.course.step == 3 and "at most" in shown.panel.state["sentence"]
    assert not shown.panel.state["can"]["on"] or MOST > 3


def test_text_and_fallback_need_no_kernel():
    shown = view()
    shown.act("on")
    data = shown._repr_mimebundle_()
    assert data["text/plain"] == "Training view: step 1, learning rate 0.5"
    assert data["text/html"].startswith('<img alt="The loss curve of a training run, 1 steps long."')
    assert "<th scope='row'>learning rate</th><td>0.5</td>" in data["text/html"]


@pytest.mark.parametrize("rate, least, most", [(0.01, 45, 60), (0.1, 240, 290), (0.5, 301, 330), (1.0, 301, 330), (1.5, 60, 99), (3.0, 30, 50)])
def test_lesson_00_says_what_its_rates_do(rate, least, most):
    """The figures that stand under the view of lesson 00: 34 before, about 50, more than 300, fewer than 100, no better than guessing."""
    def lesson_net():
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    course = Course(lesson_net, LOSS, Digits(train=True), 32, Digits(train=False))
    assert course.right() == (34, 359) and len(course.batches) == 45
    for _ in course.batches:
        course.take(rate)
    assert least <= course.right()[0] <= most


@pytest.mark.parametrize("make", [None, 3, "net"])
def test_what_makes_no_network_is_explained(make):
    with pytest.raises(TypeError, match=f"needs a function that makes a network, and got a {type(make).__name__}"):
        training(make, LOSS, TRAIN)


def test_a_function_that_returns_no_network_is_explained():
    with pytest.raises(TypeError, match="needs a network from make_net.., and got NoneType"):
        training(lambda: None, LOSS, TRAIN)


@pytest.mark.parametrize("given", [{"data": []}, {"data": TRAIN, "test": []}])
def test_an_empty_data_set_is_named(given):
    with pytest.raises(ValueError, match=f"got no items in {list(given)[-1]}="):
        training(make_net, LOSS, **given)


@pytest.mark.parametrize("rate", ["a", None, True])
def test_a_rate_that_is_no_number_is_explained(rate):
    with pytest.raises(TypeError, match=f"needs a number for lr, and got {type(rate).__name__}"):
        view(lr=rate)


def test_a_network_in_place_of_a_function_is_explained():
    with pytest.raises(TypeError, match="needs a function that makes a network, and got a Sequential"):
        training(make_net(), LOSS, TRAIN)


def test_the_curve_says_in_words_what_it_draws():
    assert 'aria-label="Loss curve: no step taken yet."' in curve([], [], None)
    text = curve([2.0, 1.0], [3.0], 1)
    assert 'aria-label="Loss curve of 2 steps: from 2.0000 to 1.0000; the run before ended at 3.0000 after 1 steps."' in text
    assert text.count('class="ring"') == 1
