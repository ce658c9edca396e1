"""The live graph as Python sees it: what the reader does, what is sent, what is said when something is wrong."""

import warnings
from time import thread_time

import pytest
import workbook as torch
from tests.widgets.graphs import leaf, lenet, mean_of_squares, sum_of_squares
from workbook.widgets import graph, recording

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def sent_by(widget, action, **content):
    """What a view would receive after one act of the reader, trait by trait."""
    news = {}
    names = [name for name in widget.traits(sync=True) if not name.startswith("_")]
    note = lambda change: news.__setitem__(change["name"], change["new"])  # noqa: E731
    widget.observe(note, names)
    if action == "move":
        widget.moved = {**widget.moved, **content}
    else:
        widget._handle_custom_msg({"action": action, **content}, [])
    widget.unobserve(note, names)
    return news


def leaves(widget):
    return {name: (value, grad, slope) for name, value, grad, slope in widget.state["leaves"]}


def test_it_opens_with_the_forward_pass_done():
    z, x, y = sum_of_squares()
    live = graph(z)
    assert live.title == "z = 3x² + 2y²"
    assert live.state["status"] == "forward done"
    assert [(row["name"], row["value"], row["least"], row["most"]) for row in live.sliders] == [("x", 3.0, -5, 5), ("y", 4.0, -5, 5)]
    assert leaves(live) == {"x": ("3.0000", "None", "18.0000"), "y": ("4.0000", "None", "16.0000")}
    assert live.drawing.startswith("<svg ") and live.seq == 1


def test_a_slider_moves_values_gradients_and_slopes_and_keeps_the_step():
    z, x, y = sum_of_squares()
    live = graph(z)
    sent_by(live, "end")
    news = sent_by(live, "move", leaf1=2.0)
    assert leaves(live)["x"] == ("2.0000", "12.0000", "12.0000")
    assert live.state["status"] == "backward, step 7 of 7"
    assert "drawing" not in news and "state" not in news
    assert set(news["changes"]["boxes"]) == {"leaf1", "op1", "op2", "op5"}
    assert news["changes"]["boxes"]["op5"]["texts"] == ["44.0000", "∇ 1.0000"]
    assert x.item() == 3.0 and x.grad is None


def test_a_step_sends_only_what_changed():
    z, x, y = sum_of_squares()
    live = graph(z)
    sent_by(live, "on")
    news = sent_by(live, "on")
    assert set(news) <= {"changes", "seq", "moved"}
    assert set(news["changes"]["boxes"]) == {"op3", "op4", "op5"}
    assert "leaves" not in news["changes"] and "notes" not in news["changes"]


def test_every_update_counts_once_and_comes_last():
    z, x, y = sum_of_squares()
    live = graph(z)
    for number, action in enumerate(["on", "on", "back", "end", "start", "start", "reset"], start=2):
        news = sent_by(live, action)
        assert news["seq"] == live.seq == number
        assert list(news)[-1] == "seq"


def test_the_buttons_walk_through_both_passes():
    z, x, y = sum_of_squares()
    live = graph(z)
    steps = []
    for action in ["start", "on", "end", "on", "on", "back", "end", "start", "back", "start"]:
        sent_by(live, action)
        steps.append(live.step)
    assert steps == [-5, -4, 0, 1, 2, 1, 7, 0, -1, -5]
    assert live.state["can"] == {"start": False, "back": False, "on": True, "end": True, "reset": True, "zero": False,
                                 "scissors": True, "no_grad": True, "undo": False}


def test_gradients_add_up_over_passes_until_they_are_set_to_none():
    x = leaf(3.0)
    live = graph(x * x)
    for grad in ("6.0000", "12.0000", "18.0000"):
        sent_by(live, "end")
        assert leaves(live)["x"][1] == grad
        sent_by(live, "on")
        assert live.step == 0 and leaves(live)["x"][1] == grad
    assert live.state["sentence"].startswith("Backward pass 4 begins")
    sent_by(live, "back")
    assert live.step == 2 and leaves(live)["x"][1] == "18.0000"
    assert live.state["panel"]["hands"][0]["numbers"] == "12 + 6 = 18.0000"
    sent_by(live, "zero")
    assert leaves(live)["x"][1] == "6.0000"
    sent_by(live, "on")
    sent_by(live, "zero")
    assert leaves(live)["x"][1] == "None" and not live.state["can"]["zero"]
    assert x.grad is None


def test_a_moved_leaf_keeps_what_earlier_passes_added():
    x = leaf(3.0)
    live = graph(x * x)
    sent_by(live, "end")
    sent_by(live, "on")
    sent_by(live, "move", leaf1=5.0)
    assert leaves(live)["x"][1] == "6.0000"
    sent_by(live, "end")
    assert leaves(live)["x"][1] == "16.0000"


def test_reset_returns_to_the_first_values():
    z, x, y = sum_of_squares()
    live = graph(z)
    first = live.state
    for action in ("end", "on", "end"):
        sent_by(live, action)
    sent_by(live, "move", leaf1=1.0)
    sent_by(live, "reset")
    assert live.state == first and live.sliders[0]["value"] == 3.0 and live.moved == {}


def test_a_click_on_a_box_goes_to_its_step():
    z, x, y = sum_of_squares()
    live = graph(z)
    sent_by(live, "open", key="op2")
    assert live.state["panel"]["heading"] == "This step: × 3"
    sent_by(live, "open", key="leaf1")
    assert live.state["panel"]["heading"] == "This step: x"


def test_the_panel_shows_the_engines_own_lines_and_the_students():
    z, x, y = sum_of_squares()
    live = graph(z)
    sent_by(live, "open", key="op2")
    panel = live.state["panel"]
    assert panel["where"].startswith("workbook/ops/arithmetic.py, line ")
    assert "class Mul" in panel["code"] and "def forward" in panel["code"] and "def backward" in panel["code"]
    assert panel["line"] == "return 3 * x**2 + 2 * y**2, x, y"


def test_an_element_of_a_matrix_is_chosen_and_moved():
    out, x = mean_of_squares()
    live = graph(out)
    assert live.sliders[0]["elements"] == ["x[0, 0]", "x[0, 1]", "x[1, 0]", "x[1, 1]"]
    sent_by(live, "element", key="leaf1", place=2)
    assert live.sliders[0]["name"] == "x[1, 0]"
    sent_by(live, "move", leaf1=2.0)
    sent_by(live, "end")
    assert leaves(live) == {"x[1, 0]": ("2.0000", "6.0000", "6.0000")}
    assert live.state["boxes"]["leaf1"]["texts"][:2] == ["1.0000\u00a0\u00a01.0000", "2.0000\u00a0\u00a01.0000"]
    sent_by(live, "element", key="leaf1", place=0)
    assert leaves(live) == {"x[0, 0]": ("1.0000", "4.5000", "4.5000")}


def test_a_module_unfolds_and_folds_and_the_step_stays():
    loss, net, input = lenet()
    live = graph(loss)
    sent_by(live, "on")
    sent_by(live, "on")
    assert live.step == 5
    news = sent_by(live, "open", key="group6")
    assert {"drawing", "state", "groups"} <= set(news) and live.step == 5
    assert "fc3.weight" in live.drawing
    news = sent_by(live, "fold", key="group6")
    assert "drawing" in news and "fc3.weight" not in live.drawing
    sent_by(live, "back")
    assert live.step == 1


def test_boxes_are_chosen_and_folded_by_hand():
    z, x, y = sum_of_squares()
    live = graph(z)
    news = sent_by(live, "choose", key="op1")
    assert news["changes"]["chosen"] == ["op1"] and "drawing" not in news
    assert live.state["sentence"] == "Chosen: x². F folds them into one box."
    sent_by(live, "gather", key="op1")
    assert live.state["sentence"].startswith("One box alone")
    sent_by(live, "choose", key="op2")
    news = sent_by(live, "gather", key="op2")
    assert live.state["sentence"].startswith("my fold 1: 2 parts in one box.") and live.state["chosen"] == []
    assert [box.title for box in live._scene.boxes] == ["x", "y", "my fold 1", "y²", "× 2", "z = +"]
    sent_by(live, "end")
    assert leaves(live)["x"] == ("3.0000", "18.0000", "18.0000")
    sent_by(live, "open", key="hand1")
    assert len(live._scene.boxes) == 7
    sent_by(live, "gather", key="op1")
    assert live.state["sentence"] == "my fold 1 is folded."
    sent_by(live, "choose", key="leaf1")
    sent_by(live, "choose", key="leaf1")
    assert live.state["sentence"] == "No box is chosen." and live.state["chosen"] == []


def test_scissors_cut_an_edge_show_the_code_and_are_undone():
    z, x, y = sum_of_squares()
    live = graph(z)
    sent_by(live, "end")
    sent_by(live, "tool", key="scissors")
    assert live.state["tool"] == "scissors" and live.state["sentence"].startswith("Scissors: ")
    news = sent_by(live, "wire", key="op1.0")
    assert "drawing" not in news and news["changes"]["wires"]["op1.0"][:2] == ["✂ detach", "cut"]
    assert live.state["sentence"].startswith("Cut: x goes into x² as numbers only, as after detach().")
    assert live.state["code"] == "return 3 * x.detach()**2 + 2 * y**2, x, y"
    sent_by(live, "end")
    assert leaves(live)["x"][1:] == ("None", "18.0000")  # the slope by differences does not know of the cut
    assert leaves(live)["y"][1] == "16.0000"
    sent_by(live, "undo")
    sent_by(live, "end")
    assert leaves(live)["x"][1] == "18.0000" and live.state["code"] == "" and not live.state["can"]["undo"]
    sent_by(live, "tool", key="scissors")
    assert live.state["tool"] == "" and x.grad is None


def test_a_tap_puts_a_module_under_no_grad_and_reset_takes_it_away():
    loss, net, input = lenet()
    live = graph(loss)
    sent_by(live, "tool", key="no_grad")
    fc1 = next(box for box in live._scene.boxes if box.title == "fc1")
    sent_by(live, "open", key=fc1.key)
    assert live.state["code"] == "with torch.no_grad():\n    x = F.relu(self.fc1(x))"
    assert live.state["sentence"].startswith("fc1 is computed under torch.no_grad()")
    sent_by(live, "end")
    assert leaves(live)["fc1.weight"][1] == leaves(live)["conv1.weight"][1] == "None" != leaves(live)["fc2.weight"][1]
    leaf_box = next(box for box in live._scene.boxes if box.kind == "constant")
    sent_by(live, "open", key=leaf_box.key)
    assert live.state["sentence"].startswith("no_grad() goes around steps: ")
    sent_by(live, "reset")
    assert live.state["code"] == ""
    sent_by(live, "end")
    assert leaves(live)["conv1.weight"][1] != "None"


def test_cuts_go_where_a_function_takes_another_way():
    live = graph(lambda x: x * x if x > 0 else (x * 2).exp(), x=1.0)
    sent_by(live, "wire", key="op1.0")
    assert live.state["can"]["undo"]
    sent_by(live, "move", x=-1.0)
    assert not live.state["can"]["undo"]
    sent_by(live, "end")
    assert leaves(live)["x"][1] == "0.2707"


def test_maps_are_made_when_they_are_asked_for():
    loss, net, input = lenet()
    live = graph(loss)
    sent_by(live, "end")
    assert live.state["panel"]["maps"] == []
    sent_by(live, "maps", place=1)
    name = live.state["panel"]["heading"].removeprefix("These steps: ")
    texts = [each["text"] for each in live.state["panel"]["maps"]]
    assert len(texts) == 2 and texts[1].startswith("∇ ") and name
    data = next(box for box in live._scene.boxes if box.title == "input")
    sent_by(live, "open", key=data.key)  # no step of the walk: it is looked at, and nothing moves
    assert [each["text"].split(":")[0] for each in live.state["panel"]["maps"]] == ["input, 1 × 1 × 32 × 32"]
    assert live.state["status"] == "backward, step 26 of 26"
    sent_by(live, "maps", place=0)
    assert live.state["panel"]["maps"] == []


def test_f_folds_the_module_around_a_box():
    loss, net, input = lenet()
    live = graph(loss)
    key = next(box.key for box in live._scene.boxes if box.title == "fc1")
    sent_by(live, "open", key=key)
    inside = next(box.key for box in live._scene.boxes if box.note.startswith("fc1"))
    sent_by(live, "gather", key=inside)
    assert live.state["sentence"] == "fc1 is folded."
    z, x, y = sum_of_squares()
    live = graph(z)
    sent_by(live, "gather", key="op1")
    assert live.state["sentence"].startswith("Nothing around this box can be folded.")


def test_a_function_is_called_again_and_takes_its_other_branch():
    def f(x):
        if x > 0:
            return x * x
        return -x

    live = graph(f, x=2.0)
    assert live.title == "f = x × x"
    news = sent_by(live, "move", x=-1.0)
    assert live.title == "f = −x" and "drawing" in news
    assert leaves(live)["x"] == ("−1.0000", "None", "−1.0000")


def test_the_same_number_can_go_into_two_elements():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    live = graph((w * w).sum())
    sent_by(live, "move", leaf1=5.0)
    sent_by(live, "element", key="leaf1", place=1)
    sent_by(live, "move", leaf1=5.0)
    assert live.state["boxes"]["leaf1"]["texts"][0] == "5.0000\u00a0\u00a05.0000"


def test_a_called_network_folds_after_a_move():
    net = torch.nn.Linear(1, 1)
    live = graph(lambda x: net(x.reshape(1, 1)).sum(), x=2.0)
    key = live.groups[0][0]
    sent_by(live, "move", x=3.0)
    sent_by(live, "fold", key=key)
    assert [box.title for box in live._scene.boxes if box.kind == "fold"] == ["net"]
    sent_by(live, "move", x=4.0)
    assert [box.title for box in live._scene.boxes if box.kind == "fold"] == ["net"]


def test_a_pass_that_begins_where_the_function_fails_says_so():
    def root(x):
        if x < 0:
            raise ValueError("negative")
        return x.sqrt()

    live = graph(root, x=4.0)
    sent_by(live, "end")
    sent_by(live, "move", x=-1.0)
    sent_by(live, "on")
    assert live.state["sentence"].startswith("The function failed here: ValueError: negative.")


def test_a_recorded_graph_says_that_branches_are_not_taken_anew():
    x = leaf(2.0)
    assert "Python's if and for are not decided anew, and what came from" in graph(x * x).state["notes"]
    assert "decided anew" in graph(lambda x: x * x, x=2.0).state["notes"]


def test_a_function_that_fails_leaves_the_last_picture_and_says_so():
    def root(x):
        if x < 0:
            raise ValueError("no root of a negative number.\nmore")
        return x.sqrt()

    live = graph(root, x=4.0)
    sent_by(live, "move", x=-1.0)
    assert live.state["sentence"] == ("The function failed here: ValueError: no root of a negative number. "
                                      "The picture shows the last values that worked.")
    assert live.state["boxes"]["op1"]["texts"][0] == "2.0000"
    sent_by(live, "move", x=9.0)
    assert live.state["boxes"]["op1"]["texts"][0] == "3.0000"


def test_nan_is_shown_calmly():
    x = leaf(2.0)
    live = graph(x.log())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sent_by(live, "move", leaf1=-1.0)
    assert live.state["boxes"]["op1"]["texts"][0] == "nan"
    assert live.state["sentence"].startswith("log(−1) is nan, not a number")
    assert leaves(live)["x"][2] == "nan"


def test_of_a_slow_function_no_slope_is_measured(monkeypatch):
    monkeypatch.setattr("workbook.widgets.live.SLOW", 0)
    slow = graph(leaf(2.0) ** 2)
    monkeypatch.setattr("workbook.widgets.live.SLOW", 3600)
    quick = graph(leaf(2.0) ** 2)
    assert [graph_leaves[2] for live in (slow, quick) for graph_leaves in leaves(live).values()] == ["–", "4.0000"]


def test_without_records_there_is_the_form_and_nothing_to_press():
    recording.stop()
    x = leaf(3.0)
    y = x * x
    recording.start()
    live = graph(y)
    assert live.state["sentence"].startswith("The values are missing: nobody watched")
    assert live.sliders == [] and not any(live.state["can"].values())
    sent_by(live, "on")
    sent_by(live, "reset")
    assert live.step == 0


def test_a_leaf_alone_is_a_graph():
    live = graph(leaf(3.0))
    sent_by(live, "on")
    assert leaves(live) == {"leaf": ("3.0000", "1.0000", "1.0000")}


def test_leaves_without_a_name_are_numbered():
    live = graph((leaf(2.0) * leaf(3.0)) ** 2)
    assert live.title == "(leaf₁ × leaf₂)²"
    assert list(leaves(live)) == [row["name"] for row in live.sliders] == ["leaf₁", "leaf₂"]


def test_a_slider_on_a_network_answers_in_a_tenth_of_a_second():
    loss, net, input = lenet()
    live = graph(loss)
    seconds = []
    for number in range(5):
        begun = thread_time()  # of this thread alone: others may be busy, too
        sent_by(live, "move", leaf2=number / 10)
        seconds.append(thread_time() - begun)
    assert min(seconds) < 0.1


@pytest.mark.parametrize("make, kind, words", [
    (lambda: graph(torch.tensor(1.0)), RuntimeError, ["element 0 of tensors does not require grad", "Why:", "Fix:"]),
    (lambda: graph(torch.ones(2, requires_grad=True) * 2), RuntimeError, ["only for scalar outputs", "[2]", "y.sum()"]),
    (lambda: graph(3.0), TypeError, ["float", "item()", "graph(loss)"]),
    (lambda: graph(lambda a: (a, a), a=1.0), TypeError, ["a tuple of 2", "Why:", "Fix:"]),
    (lambda: graph(lambda a: a.item(), a=1.0), TypeError, ["float", "Why:", "Fix:"]),
    (lambda: graph(lambda a: a * 2), TypeError, ["a number for each argument", "graph(f, x=3.)"]),
    (lambda: graph(leaf(1.0) * 2, a=2.0), TypeError, ["takes no a=", "Fix:"]),
    (lambda: graph(lambda a: a, a="three"), TypeError, ["str for a", "Fix:"]),
])
def test_wrong_use_is_told_in_three_parts(make, kind, words):
    with pytest.raises(kind) as raised:
        make()
    for word in words:
        assert word in str(raised.value)


def test_a_function_that_wants_to_leave_at_a_move_leaves_the_last_picture():
    def f(x):
        if x > 4:
            raise SystemExit("enough")
        return x * x

    live = graph(f, x=3.0)
    sent_by(live, "move", x=4.5)
    assert live.state["sentence"].startswith("The function failed here: SystemExit: enough.")
    sent_by(live, "move", x=3.99999999)
    assert leaves(live)["x"][2] == "SystemExit"  # the slope looks to both sides


def test_a_list_of_results_is_explained():
    with pytest.raises(TypeError, match="follows one Tensor, but got a list of 1"):
        graph([leaf(1.0) * 2])


def test_a_leaf_without_a_name_is_no_word_behind_a_number():
    live = graph(torch.ones(1, 1, requires_grad=True) * 2)
    assert live.title == "2 × leaf"
    x = leaf(1.0)
    live = graph(2 * x)
    assert live.title == "2x"


def test_the_panel_before_a_second_backward_pass_speaks_of_that_pass():
    x = leaf(3.0)
    live = graph(x * x)
    assert live.state["panel"]["heading"] == "The forward pass is done"
    sent_by(live, "end")
    sent_by(live, "on")
    assert live.state["panel"]["heading"] == "Backward pass 2 has not begun"
