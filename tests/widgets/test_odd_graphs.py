"""Graphs of odd things: what is empty, infinite or no number, what never arrives, what hangs on a tensor or was written over."""

import threading
import warnings

import pytest
import workbook as torch
from tests.widgets.graphs import leaf
from workbook.widgets import graph, recording


def walked(live):
    """Every sentence of a walk through both passes, and every button on the way."""
    live._act("start")
    live._act("start")
    said = [live.state["sentence"]]
    for _ in range(len(live._run.trace.ops) + live._run.total):
        live._act("on")
        said.append(live.state["sentence"])
    return said


class Nothing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return None


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g * 2


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3, 1)])
def test_a_tensor_without_numbers_is_walked_through(shape):
    live = graph((torch.zeros(shape, requires_grad=True) * 2).sum())
    said = walked(live)
    assert "computed its value" in said[1] and "added to leaf.grad" in said[-1]
    assert live.state["leaves"][0][1:3] == ["empty", "empty"]


def test_a_leaf_at_which_nothing_arrives_keeps_none():
    live = graph(Nothing.apply(leaf(3.0)) * 2)
    assert walked(live)[-1].startswith("Step 3 of 3: leaf is a leaf: nothing arrived, and leaf.grad stays None.")
    assert live.state["panel"]["hands"][0]["numbers"] == "None: nothing arrived" and live.state["leaves"][0][2] == "None"


@pytest.mark.parametrize("make", [lambda x: Twice.apply(x), lambda x: x * 2, lambda x: x.reshape(1, 1)])
def test_the_edge_of_a_leaf_without_a_name_is_cut_and_mended(make):
    x = [leaf(3.0)]  # no variable of its own
    live = graph(make(x[0]))
    live._act("tool", "scissors")
    live._act("wire", live._scene.wires[-1].key)
    assert live.state["sentence"].startswith("Cut: leaf goes into") and "detach() on leaf" in live.state["code"]
    live._act("undo")
    live._act("end")
    assert live.state["leaves"][0][2] != "None"


def test_where_nan_comes_from_is_told_once_and_the_walk_goes_on():
    x = torch.tensor([4.0, -1.0], requires_grad=True)
    live = graph(x.sqrt().sum())
    assert live.state["sentence"] == "sqrt(−1) is nan, not a number: there is no value there. Everything computed from it is nan too."
    live._act("on")
    assert live.state["sentence"].startswith("Step 1 of 3: the result received 1")


def test_nan_in_a_leaf_is_not_blamed_on_the_first_step():
    x = leaf(float("nan"))
    live = graph(x * 2 + 1)
    assert live.state["sentence"] == "x holds nan, which is not a number. Everything computed from it is nan too."


def test_where_nan_enters_the_gradients_is_told_with_its_numbers():
    x = torch.tensor([2.0, 0.0], requires_grad=True)
    live = graph((x.relu() * torch.tensor([1.0, 0.0])).sqrt().sum())
    said = walked(live)
    told = [each for each in said if "Here nan enters the gradients, which is not a number: ∞ × 0." in each]
    assert len(told) == 1 and told[0].startswith("Step 3 of 5: ")


def test_hooks_are_told_since_the_view_does_not_call_them():
    x = leaf(3.0)
    y = x * x
    z = y * 2
    assert graph(z).state["unlike"] == ""
    first, second = y.register_hook(lambda grad: grad * 10), x.register_post_accumulate_grad_hook(lambda leaf: None)
    assert graph(z).state["unlike"].startswith("Hooks hang on x, y. Hooks of yours are not called here")
    first.remove()
    second.remove()
    assert graph(z).state["unlike"] == ""
    z.grad_fn.register_prehook(lambda grads: None)
    assert graph(z).state["unlike"].startswith("A hook hangs on z.")


def test_a_value_that_was_saved_and_written_over_is_told_since_backward_would_be_refused():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    z = y.sum()
    y.add_(1)
    live = graph(z)
    assert live.state["unlike"].startswith("Your own backward() would be refused: what y saved, in your line y = x.exp(), was written afterwards, by add_.")
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


def test_what_is_told_of_the_students_own_backward_is_on_the_page(show):
    x = leaf(3.0)
    x.register_hook(lambda grad: grad * 10)
    page = show(graph(x * x))
    assert page.inner_text(".wb-unlike").startswith("A hook hangs on x.")
    assert not show(graph(leaf(1.0) * 2)).is_visible(".wb-unlike")


def test_the_same_along_two_edges_is_told_once():
    x = leaf(3.0)
    live = graph(x * x)
    live._act("on")
    assert live.state["panel"]["hands"] == [{"to": "What it hands to x, along each of 2 edges:", "rule": "grad × x", "numbers": "1 × 3 = 3.0000"}]
    live = graph(x - x)
    live._act("on")
    assert [hand["numbers"] for hand in live.state["panel"]["hands"]] == ["1.0000", "−1.0000"]


def test_what_another_thread_computed_says_how_it_is_watched():
    made = []

    def compute():
        made.append(leaf(3.0) * 2)

    def watched():
        recording.start()
        compute()

    for each in (compute, watched):
        thread = threading.Thread(target=each)
        thread.start()
        thread.join()
    assert "another thread calls workbook.widgets.recording.start()" in graph(made[0]).state["sentence"]
    assert graph(made[1]).state["sentence"].startswith("Forward is done")


def test_a_function_that_cannot_take_the_names_is_refused_with_those_that_it_takes():
    def area(width, height):
        return width * height

    with pytest.raises(TypeError, match=r"graph\(\) cannot call area with width=: missing a required argument: 'height'") as told:
        graph(area, width=3.0)
    assert "write graph(area, width=..., height=...)" in str(told.value)
    with pytest.raises(TypeError, match="the module with x=: got an unexpected keyword argument 'x'") as told:
        graph(torch.nn.Linear(2, 1), x=torch.ones(2))
    assert "write graph(net, input=...)" in str(told.value)


def test_a_power_with_a_number_to_move_is_written_as_a_power():
    live = graph(lambda x, n: x**n, x=3.0, n=2.0)
    assert live.title == "x ^ n" and live._scene.boxes[-1].title == "^"
    live._act("back")
    live._act("on")
    assert graph(lambda x, n: (x + 1) ** n, x=3.0, n=2.0).title == "(x + 1) ^ n"


def test_nothing_warns_where_numbers_overflow():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        live = graph(lambda x: x * x, x=3e38)
        walked(live)
    assert live.state["leaves"][0][2] == "∞"


def test_a_dash_in_the_table_of_leaves_is_explained():
    x = torch.ones(30, requires_grad=True)
    assert "A dash under “by nudging”" in graph((x * 2).sum()).state["notes"]
    y = leaf(3.0)
    assert "by nudging" not in graph(y * 2).state["notes"]
