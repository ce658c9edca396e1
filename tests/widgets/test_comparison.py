"""Two runs side by side: both walk back together, and what differs is marked."""

import pytest
import workbook as torch
from tests.widgets.graphs import leaf
from tests.widgets.page import click, press
from workbook.widgets import graph, recording
from workbook.widgets.trace import Trace

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def run(number, scale=2.0, more=False):
    x, w = leaf(number), leaf(scale)
    h = x * w
    y = h.tanh() + w
    return (y * 3 if more else y) ** 2


def marks(view, side=0):
    return {box.title: view._sides[side].moment.boxes[box.key].mark for box in view._sides[side].scene.boxes if not box.ghost}


def test_values_that_differ_are_marked_before_the_first_step_back():
    view = graph(run(0.5), run(0.7))
    assert list(marks(view).values()) == ["≠ value", "", "≠ value", "≠ value", "≠ value", "≠ value"]
    assert view.state["sentence"].startswith("Before the first step back: 5 of 6 boxes differ: ")


def test_gradients_that_differ_are_marked_when_they_arrive():
    view = graph(run(0.5), run(0.7))
    view._act("end")
    found = marks(view)
    assert found["leaf₂"] == "≠ ∇" and list(found.values())[-1] == "≠ value" and found["tanh"] == "≠ value, ∇"
    row = next(row for row in view.state["table"] if row[0] == "leaf₂")
    assert row[1] == row[2] == "2.0000" and row[3] != row[4] and row[5] == "≠ ∇"
    view._act("start")
    assert marks(view)["leaf₂"] == ""


def test_equal_runs_have_no_mark():
    view = graph(run(0.5), run(0.5))
    view._act("end")
    assert set(marks(view).values()) == {""} and view.state["sentence"] == f"Step {view.total} of {view.total}: nothing differs."


def test_a_step_that_only_one_run_took_is_marked_and_the_others_keep_their_partners():
    view = graph(run(0.5), run(0.5, more=True))
    assert [title for title, mark in marks(view, 1).items() if mark == "only here"] == ["× 3"]
    assert "only here" not in marks(view).values()
    assert view.state["table"][-1][0] == "× 3" and view.state["table"][-1][-1] == "only there"
    view._act("end")
    assert view._sides[0].run.total + 1 == view._sides[1].run.total == view.step


def test_nan_equals_nan_and_shapes_count():
    assert set(marks(graph(leaf(-1.0).log() * 2, leaf(-1.0).log() * 2)).values()) == {""}
    one, other = (torch.ones(shape, requires_grad=True).sum() for shape in ([2], [3]))
    assert list(marks(graph(one, other)).values()) == ["≠ value", "≠ value"]


def test_compare_takes_a_tensor_or_a_live_graph_and_touches_nothing():
    one, other = run(0.5), run(0.7)
    live = graph(one)
    assert marks(live.compare(other)) == marks(live.compare(graph(other))) == marks(graph(one, other))
    one.backward()


def test_the_fallback_shows_both():
    view = graph(run(0.5), run(0.7))
    data, _ = view._repr_mimebundle_()
    assert data["text/plain"].startswith("Two graphs. Before the first step back: 5 of 6 boxes differ")
    assert data["text/html"].startswith("<img alt=") and "<th>value, other</th>" in data["text/html"]
    assert view.still().svg.count("<svg ") == 3


@pytest.mark.parametrize("make, words", [
    (lambda: graph(run(1.0), run(1.0), run(1.0)), ["3 tensors", "Fix:"]),
    (lambda: graph(run(1.0), run(1.0), x=1.0), ["x=", "Fix:"]),
    (lambda: graph(run(1.0), 3.0), ["float", "Fix:"]),
    (lambda: graph(lambda x: x, run(1.0)), ["function", "Fix:"]),
])
def test_wrong_use_is_told_in_three_parts(make, words):
    with pytest.raises(TypeError) as raised:
        make()
    assert all(word in str(raised.value) for word in words)


def test_a_run_that_nobody_watched_cannot_be_compared():
    recording.stop()
    unseen = run(1.0)
    recording.start()
    with pytest.raises(RuntimeError, match="cannot be compared step by step"):
        graph(run(1.0), unseen)
    assert Trace(unseen).ops


def test_both_pictures_walk_together_in_the_page(show):
    view = graph(run(0.5), run(0.7))
    page = show(view)
    assert page.locator(".wb-canvas").count() == 2 and page.locator(".box.differs").count() == 10
    click(page, view, "[data-action=on]")
    assert page.locator(".box.now").count() == 2 and page.inner_text(".wb-status") == f"backward, step 1 of {view.total}"
    page.focus('.wb-two > div:nth-child(2) .box[tabindex="0"]')
    press(page, view, "End")
    assert page.locator(".mark >> text=≠ ∇").count() == 2
    assert page.inner_text("[aria-live=polite]") == view.state["sentence"]
    page.keyboard.press("ArrowDown")
    press(page, view, "Enter")
    assert view.step < view.total
