"""The partial graph of a computation that fails: what was computed, the step that failed, and the error's three parts."""

import pytest
import workbook as torch
from tests.widgets.test_live import sent_by
from workbook import nn
from workbook.widgets import graph
from workbook.widgets.broken import in_three_parts
from workbook.widgets.origin import origin_of

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")
X, W = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0]]


def titles(live):
    return [box.title for box in live._scene.boxes]


def shapes_that_do_not_fit(x, w):
    h = x @ w
    a = h.tanh()
    return (a @ w).sum()


def test_what_was_computed_and_the_step_that_failed():
    live = graph(shapes_that_do_not_fit, x=X, w=W)
    assert titles(live) == ["x", "w", "h = @", "a = tanh", "matmul fails"]
    assert live.state["status"] == "failed after 2 steps"
    assert live.state["panel"]["problem"] == [
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x4 and 3x4)", "Why: rows of 4 numbers meet columns of 3",
        "Fix: transpose the second: a @ b.T"]
    assert live.state["panel"]["line"] == "return (a @ w).sum()"
    assert live.state["sentence"].startswith("2 steps were computed. Then matmul failed. RuntimeError: mat1 and mat2 shapes cannot")
    assert [wire[0] for wire in live.state["wires"].values() if wire[1] == "told"] == ["2 × 4", "3 × 4"]
    assert next(box for box in live._scene.boxes if box.kind == "failed").key == next(
        key for key, box in live.state["boxes"].items() if box["state"] == "now")
    assert "matmul fails" in repr(live) and not live.state["can"]["on"] and not live.state["can"]["scissors"]
    data, _ = live._repr_mimebundle_()
    assert "2 steps were computed. Then matmul failed." in data["text/html"]


@pytest.mark.parametrize("action", ["on", "end", "reset", "undo", "tool", "wire", "maps", "zero", "svg"])
def test_nothing_that_a_reader_does_breaks_it_further(action):
    live = graph(shapes_that_do_not_fit, x=X, w=W)
    sent_by(live, action, key="op1.0")
    assert titles(live)[-1] == "matmul fails"


def test_a_module_that_does_not_fit_and_the_layer_that_is_to_blame():
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(4, 2))
    live = graph(net, input=torch.ones(2, 4))
    assert titles(live)[-1] == "linear fails" and "relu" in titles(live)
    assert titles(live).count("transpose") == 1  # the layer that failed has no piece in the picture
    assert "layer 2 (Linear(in_features=4, out_features=2, bias=True))" in live.state["panel"]["problem"][1]


def test_the_very_first_step_can_fail():
    live = graph(lambda x, w: (x + w).sum(), x=[1.0, 2.0], w=[1.0, 2.0, 3.0])
    assert titles(live) == ["x", "w", "add fails"] and live.state["sentence"].startswith("No step was computed.")
    assert "        ^" in live.state["panel"]["problem"][1] or "aligned from the right" in live.state["panel"]["problem"][1]


def test_what_was_computed_and_not_yet_used_is_shown():
    def f(x, w):
        y = x * 2
        return (x + w).sum() * y

    assert titles(graph(f, x=[1.0, 2.0], w=[1.0, 2.0, 3.0])) == ["x", "w", "y = × 2", "add fails"]


def test_a_students_own_error_is_shown_behind_what_was_computed():
    def f(x):
        y = x * 2
        raise ValueError("not yet")

    live = graph(f, x=3.0)
    assert titles(live) == ["x", "y = × 2", "ValueError fails"]
    assert [(wire.source, wire.target) for wire in live._scene.wires] == [("x", "op1"), ("op1", "failed")]
    assert live.state["panel"]["problem"] == ["ValueError: not yet"] and live.state["panel"]["line"] == 'raise ValueError("not yet")'


def test_a_slider_leads_out_of_the_failure_and_the_next_one_leaves_the_last_picture():
    def root(x):
        y = x + 1
        if x < 0:
            raise ValueError("negative")
        return y.sqrt()

    live = graph(root, x=-2.0)
    assert titles(live)[-1] == "ValueError fails"
    sent_by(live, "move", x=-1.0)
    assert live.state["boxes"]["op1"]["texts"] == ["0.0000"] and titles(live)[-1] == "ValueError fails"
    sent_by(live, "move", x=3.0)
    assert titles(live) == ["x", "y = + 1", "root = sqrt"] and live.state["can"]["on"]
    sent_by(live, "move", x=-1.0)
    assert live.state["sentence"].startswith("The function failed here: ValueError: negative.")
    assert titles(live) == ["x", "y = + 1", "root = sqrt"]
    sent_by(live, "open", key="op2")
    assert live.state["panel"]["heading"] == "This step: root = sqrt" and "class Sqrt" in live.state["panel"]["code"]


def test_a_call_that_never_began_is_raised_as_it_is():
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        graph(lambda x: x * 2, z=1.0)
    with pytest.raises(TypeError):
        graph(nn.Linear(2, 1), wrong=[[1.0, 2.0]])


def test_a_view_that_has_no_picture_of_a_failure_gets_the_error():
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        origin_of(shapes_that_do_not_fit, {"x": X, "w": W}, None)


def test_nothing_of_the_students_is_changed():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    net = nn.Linear(3, 2)
    torch.set_rng_state(before)
    graph(lambda x: net(torch.rand(2, 4) * x).sum(), x=1.0)
    assert torch.get_rng_state().tolist() == before.tolist() and net.weight.grad is None


@pytest.mark.parametrize("text, parts", [("a\n  Why: b\n  Fix: c", ("RuntimeError: a", "b", "c")), ("a\n  Fix: c", ("RuntimeError: a", "", "c")),
                                         ("a", ("RuntimeError: a", "", "")), ("", ("RuntimeError", "", ""))])
def test_an_error_in_its_three_parts(text, parts):
    assert in_three_parts(RuntimeError(text)) == parts
