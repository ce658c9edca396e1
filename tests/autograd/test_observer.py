"""The one slot for an observer: called once for every recorded node, and nothing but a look where it is empty."""

import pytest

import workbook as torch
from workbook.autograd.modes import thread


@pytest.fixture
def calls():
    seen = []
    thread.state.observer = lambda *given: seen.append(given)
    yield seen
    thread.state.observer = None


def test_every_recorded_step_is_told_once_with_everything(calls):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.add(x, 3, alpha=2)
    ((node, inputs, options, outputs),) = calls
    assert node is y.grad_fn
    assert inputs[0] is x and inputs[1] == 3 and len(inputs) == 2
    assert options == {"alpha": 2}
    assert len(outputs) == 1 and outputs[0] is y


def test_a_step_with_several_outputs(calls):
    x = torch.ones(2, 2, requires_grad=True)
    pieces = x.unbind()
    ((_, _, options, outputs),) = calls
    assert len(outputs) == 2 and all(told is piece for told, piece in zip(outputs, pieces))
    assert options == {"axis": 0}


def test_steps_come_in_the_order_in_which_they_were_made(calls):
    x = torch.ones(2, requires_grad=True)
    ((x * 2 + 1).exp()).sum()
    assert [type(node).__qualname__ for node, *_ in calls] == ["Mul", "Add", "Exp", "Sum"]
    assert [node.sequence for node, *_ in calls] == sorted(node.sequence for node, *_ in calls)


def test_what_is_not_recorded_is_not_told(calls):
    torch.ones(2) * 2
    with torch.no_grad():
        torch.ones(2, requires_grad=True) * 2
    assert calls == []


def test_a_backward_pass_is_told_only_where_it_is_recorded(calls):
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x
    calls.clear()
    torch.autograd.grad(y, x, retain_graph=True)
    assert calls == []
    torch.autograd.grad(y, x, create_graph=True)
    assert [type(node).__qualname__ for node, *_ in calls] == ["Mul", "Mul", "Add"]


def test_a_node_can_be_run_again_from_what_was_told(calls):
    x = torch.tensor([1.0, 4.0], requires_grad=True)
    y = x.view(2, 1).sum(0, keepdim=True).sqrt()
    for node, inputs, options, outputs in list(calls):
        with torch.no_grad():
            again = type(node).apply(*inputs, **options)
        assert torch.equal(again, outputs[0])
    assert y.item() == pytest.approx(5**0.5)


def test_an_empty_slot_costs_nothing(monkeypatch):
    """Without an observer no node keeps a record: the class attribute None is all there is."""
    x = torch.ones(2, requires_grad=True)
    assert thread.state.observer is None
    y = x * 2
    assert y.grad_fn.record is None
