"""Running a recorded computation again: the engine's numbers, and nothing of the student's touched."""

import numpy as np
import pytest
import workbook as torch
import workbook.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from tests.widgets.graphs import leaf, lenet, sum_of_squares
from workbook.autograd.modes import thread
from workbook.autograd.walk import walk
from workbook.widgets import picture
from workbook.widgets.cuts import Cuts
from workbook.widgets.origin import Called, Recorded
from workbook.widgets.replay import Run


@given(st.floats(-3, 3, width=32), st.floats(-3, 3, width=32))
def test_a_run_on_other_values_is_the_computation_on_those_values(first, second):
    z, _, _ = sum_of_squares()
    run = Recorded(z, None).run({"leaf1": np.float32(first), "leaf2": np.float32(second)}, {})
    run.go_to(run.total)
    x, y = leaf(first), leaf(second)
    fresh = 3 * x**2 + 2 * y**2
    fresh.backward()
    assert run.trace.root.value == fresh.detach().numpy()
    assert run.grad("leaf1") == x.grad.numpy() and run.grad("leaf2") == y.grad.numpy()


def test_the_steps_are_the_engines_walk_in_its_own_order():
    loss, _, _ = lenet()
    run = Recorded(loss, None).run({}, {})
    names = [step.node.name() for step in walk([loss], [None], retain_graph=True)]
    assert [part.node.name() for part in run.order] == names
    assert run.total == len(names) == 26


def test_nothing_of_the_students_is_touched():
    loss, net, input = lenet()
    torch.manual_seed(7)
    before = {name: (p.detach().numpy().copy(), p._version, p.grad) for name, p in net.named_parameters()}
    origin = Recorded(loss, None)
    run = origin.run({"leaf2": np.ones(6)}, {})
    run.go_to(run.total)
    origin.slope(origin.values, "leaf2", (0,))
    drawn = torch.rand(3)
    torch.manual_seed(7)
    assert drawn.tolist() == torch.rand(3).tolist()
    for name, parameter in net.named_parameters():
        array, version, grad = before[name]
        np.testing.assert_array_equal(parameter.detach().numpy(), array)
        assert (parameter._version, parameter.grad) == (version, grad) == (version, None)
    assert input._version == 0
    assert thread.state.modules == [] and thread.state.on_arrays is False
    loss.backward()  # what the student's own graph saved is still there
    assert net.conv1.weight.grad is not None


def test_a_function_with_a_network_inside_leaves_its_gradients_alone():
    net = torch.nn.Linear(1, 1)
    origin = Called(lambda x: net(x.reshape(1, 1)).sum(), {"x": 2.0}, None)
    run = origin.run({"x": np.float32(3.0)}, {})
    run.go_to(run.total)
    assert net.weight.grad is None and net.bias.grad is None
    assert run.grad("x").item() == net.weight.item()


def test_random_steps_keep_their_draw():
    x = torch.ones(1000, requires_grad=True)
    torch.manual_seed(0)
    dropped = F.dropout(x, 0.5, training=True)
    run = Recorded(dropped.sum(), None).run({}, {})
    np.testing.assert_array_equal(run.trace.ops[-1].operand(0), dropped.detach().numpy())
    origin = Called(lambda a: (a * torch.rand(5)).sum(), {"a": 1.0}, None)
    torch.manual_seed(3)
    first = origin.run({"a": np.float32(1.0)}, {}).trace.root.value
    torch.rand(1)
    assert first == origin.run({"a": np.float32(1.0)}, {}).trace.root.value
    torch.manual_seed(3)
    origin.run({"a": np.float32(2.0)}, {})
    drawn = torch.rand(2).tolist()
    torch.manual_seed(3)
    assert drawn == torch.rand(2).tolist()


def test_a_view_that_is_asked_for_inside_a_module_does_not_belong_to_it():
    class Curious(torch.nn.Module):
        def forward(self, x):
            self.seen = Called(lambda a: a * a, {"a": 2.0}, None).trace
            return x * 2

    net = Curious()
    assert net(leaf(1.0)).grad_fn.record.modules == (net,)
    assert net.seen.ops[0].modules == ()


def test_writing_in_place_is_replayed_as_it_was():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    a = x * 2
    a[0] = x[1] * 5
    b = (a**2).sum()
    run = Recorded(b, None).run({}, {})
    run.go_to(run.total)
    b.backward()
    assert run.grad("leaf1").tolist() == x.grad.tolist() == [0.0, 116.0, 24.0]
    assert a.detach().tolist() == [10.0, 4.0, 6.0]


def test_views_and_several_outputs_are_replayed():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = x.unbind(0)
    out = (first * second).sum()
    run = Recorded(out, None).run({"leaf1": np.array([[5.0, 6.0], [7.0, 8.0]], np.float32)}, {})
    assert run.trace.root.value == 5 * 7 + 6 * 8
    run.go_to(run.total)
    assert run.grad("leaf1").tolist() == [[7.0, 8.0], [5.0, 6.0]]


@pytest.mark.parametrize("compute, slope", [
    (lambda x: 3 * x**2, 18.0), (lambda x: x.exp(), np.exp(3.0)), (lambda x: x.sin() * x, np.sin(3.0) + 3 * np.cos(3.0)),
    (lambda x: 1 / x, -1 / 9)])
def test_slopes_by_differences_agree_with_calculus(compute, slope):
    x = leaf(3.0)
    recorded = Recorded(compute(x), None)
    assert recorded.slope(recorded.values, "leaf1", ()) == pytest.approx(slope, rel=1e-8)
    called = Called(compute, {"x": 3.0}, None)
    assert called.slope(called.values, "x", ()) == pytest.approx(slope, rel=1e-8)


def test_a_slope_takes_the_branch_that_the_function_takes():
    origin = Called(lambda x: x * x if x > 1 else 5 * x, {"x": 0.5}, None)
    assert origin.slope({"x": np.float32(0.5).reshape(())}, "x", ()) == pytest.approx(5.0)
    assert origin.slope({"x": np.float32(2.0).reshape(())}, "x", ()) == pytest.approx(4.0)


def test_what_cannot_be_run_again_says_why():
    from workbook.widgets import recording

    recording.stop()
    x = leaf(2.0)
    y = x * x
    recording.start()
    assert "Import workbook.widgets first" in Recorded(y, None).why_still()
    big = torch.ones(recording.REFERRED + 1, requires_grad=True)
    assert Recorded((big * 2).sum(), None).why_still() == ""
    with torch.no_grad():
        big.mul_(2)
    origin = Recorded((big * 2).sum(), None)
    assert "Written since" not in origin.note
    loss = (big * 3).sum()
    with torch.no_grad():
        big.add_(1)
    assert "drawn as they are now: leaf (add_)" in Recorded(loss, None).note
    data = torch.ones(recording.REFERRED + 1)
    assert "too large to be kept" in Recorded((x * data).sum(), None).why_still()


def data_written(y):
    y.data.mul_(10)


def detached_written(y):
    y.detach().mul_(2)


def numpy_written(y):
    y.detach().numpy()[...] = 7


def silently_written(y):
    with torch.no_grad():
        y.mul_(3)


@pytest.mark.parametrize("write", [data_written, detached_written, silently_written, pytest.param(
    numpy_written, marks=pytest.mark.cpu_only("memory is shared with NumPy"))])
def test_what_was_written_outside_the_graph_stands_still_with_the_students_numbers(write):
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    write(y)
    z = y * 2
    origin = Recorded(z, None)
    assert origin.why_still().startswith(
        f"The values are those of your program, and they stand still: by the recorded steps the result would be 12, but it is {z.item():g}.")
    assert origin.trace.root.value == z.item()
    assert picture(z).moment.table[-1][2] == f"{z.item():.4f}"


def test_a_leaf_written_between_two_uses_stands_still():
    w = leaf(3.0)
    first = w * 2
    with torch.no_grad():
        w.add_(1)
    assert "they stand still" in Recorded(first + w * 1, None).why_still()


def test_a_result_written_at_last_stands_still():
    x = leaf(3.0)
    y = x * 2
    y.data.fill_(100)
    assert "would be 6, but it is 100" in Recorded(y, None).why_still()


def test_a_large_step_written_outside_the_graph_stands_still():
    x = torch.ones(1000, requires_grad=True)
    y = x * 2
    y.data.mul_(3)
    assert "they stand still" in Recorded(y.mean(), None).why_still()


@pytest.mark.parametrize("compute", [
    lambda x: (x.t() @ x).sum(), lambda x: (x[:, ::2] - x[:, 1::2]).sum(), lambda x: F.dropout(x, 0.5).mean(), lambda x: (x / 0).sum(),
    lambda x: (x * 2).relu_().mul_(3).sum(), lambda x: x.softmax(1).var(), lambda x: x.half().sum(), lambda x: (x - x.mean()).sum()])
def test_rounding_inf_and_writes_that_the_graph_knows_are_no_departure(compute):
    torch.manual_seed(0)
    x = (torch.randn(60, 80) * 1000).t().requires_grad_()  # the copy lies in memory in another order, so its sums round differently
    assert Recorded(compute(x), None).why_still() == ""


@given(st.floats(-3, 3, width=32), st.floats(-3, 3, width=32))
def test_largest_and_sorted_are_searched_anew(first, second):
    x, w = leaf(1.5), leaf(2.5)
    together = torch.stack([x, w])
    largest, _ = together.max(0)
    lowest = together.sort(0).values[0]
    run = Recorded(3 * largest + lowest, None).run({"leaf1": np.float32(first), "leaf2": np.float32(second)}, {})
    assert run.trace.root.value == np.float32(3) * np.float32(max(first, second)) + np.float32(min(first, second))


def test_the_note_says_what_stays_as_it_was():
    x = leaf(3.0)
    origin = Recorded(torch.where(x > 0, x, -x) * x.detach(), None)
    run = origin.run({"leaf1": np.float32(-1.0)}, {})
    assert run.trace.root.value == -3.0
    assert "what came from a comparison, detach() or no_grad() stays as it was" in origin.note


def test_a_run_of_the_same_steps_takes_over_the_order_of_an_earlier_one():
    z, x, y = sum_of_squares()
    trace = Recorded(z, None).trace
    first = Run(trace)
    again = Run(trace, {"leaf1": np.array(2.0, dtype=np.float32)}, like=first)
    assert [part.key for part in again.order] == [part.key for part in first.order] and again.total == first.total
    again.go_to(again.total)
    assert again.grad("leaf1").item() == 12.0 and [taken.part for taken in again.steps] == again.order
    cuts = Cuts()
    cuts.tap([trace.ops[0]])
    assert Run(trace, cuts=cuts, like=first).total == 4 == Run(trace, cuts=cuts).total
