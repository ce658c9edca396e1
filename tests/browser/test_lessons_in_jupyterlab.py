"""The lessons, opened in JupyterLab in a real browser: every cell runs, the live views answer, nothing leaves the machine."""

from pathlib import Path

import pytest

LESSONS = sorted(path.name for path in (Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
GRAPHS = "05_the_graph_and_the_slope.ipynb"
START = "00_start_here.ipynb"
pytestmark = pytest.mark.timeout(240)


def quiet(page):
    """Nothing wanted to leave the machine, and no script failed."""
    assert page.refused == []
    assert page.problems == []


@pytest.mark.parametrize("name", LESSONS)
def test_every_cell_runs(lesson, page, name):
    opened = lesson(name)
    assert opened.errors() == []
    assert None not in opened.counts()
    quiet(page)


def test_a_slider_moves_every_value_and_every_gradient(lesson, page, live, theme):
    opened = lesson(GRAPHS, theme)
    graph = live(opened.show(".wb-graph"))
    graph.press("end")
    value, grad, slope = graph.cells("x")
    assert (value, grad) == ("3.0000", "18.0000")
    slider = graph.root.locator("input[type=range]").first
    slider.focus()
    graph.after(lambda: slider.evaluate(
        "node => { node.value = '4'; node.dispatchEvent(new Event('input', { bubbles: true })); }"))
    value, grad, slope = graph.cells("x")
    assert (value, grad) == ("4.0000", "24.0000")
    assert abs(float(slope) - 24) < 0.01
    assert "48.0000" in graph.root.locator(".wb-canvas .result").first.text_content()
    quiet(page)


def test_the_slider_is_dragged_with_the_mouse(lesson, page, live):
    graph = live(lesson(GRAPHS).show(".wb-graph"))
    graph.press("end")
    slider = graph.root.locator("input[type=range]").first
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.8, middle)  # where the thumb is while x is 3, from -5 to 5
    page.mouse.down()
    graph.after(lambda: page.mouse.move(box["x"] + box["width"] * 0.95, middle, steps=12))
    page.mouse.up()
    page.wait_for_function("([root]) => root.querySelector('input[type=range]').valueAsNumber > 4", arg=[graph.root.element_handle()])
    graph.until(lambda: float(graph.cells("x")[0]) == pytest.approx(slider.evaluate("node => node.valueAsNumber"), abs=1e-4), True)
    value, grad, _ = graph.cells("x")
    assert float(value) > 4
    assert float(grad) == pytest.approx(6 * float(value), abs=1e-3)


def test_keys_move_the_slider_and_step_through_the_graph_in_command_mode(lesson, page, live):
    opened = lesson(GRAPHS)
    graph = live(opened.show(".wb-graph"))
    slider = graph.root.locator("input[type=range]").first
    slider.focus()
    first = float(graph.cells("x")[0])
    graph.after(lambda: page.keyboard.press("ArrowRight"))
    assert float(graph.cells("x")[0]) > first  # JupyterLab left the key to the slider
    graph.root.locator(".box").first.focus()
    graph.after(lambda: page.keyboard.press("ArrowRight"))
    one = graph.text(".wb-sentence")
    graph.after(lambda: page.keyboard.press("ArrowRight"))
    assert one.startswith("Step 1") and graph.text(".wb-sentence").startswith("Step 2")
    graph.after(lambda: page.keyboard.press("ArrowLeft"))
    assert graph.text(".wb-sentence") == one
    assert graph.root.locator(".wb-sentence").get_attribute("aria-live") == "polite"
    graph.press("reset")
    assert graph.cells("x")[:2] == ["3.0000", "None"]
    assert opened.counts().count(None) == 0  # no cell was deleted or run by a stray shortcut


def test_training_steps_and_the_graph_of_one_step(lesson, page, live, theme):
    opened = lesson(START, theme)
    view = live(opened.show(".wb-training"))
    view.press("on")
    assert view.text(".wb-sentence").startswith("Step 0: the loss on its 32 items was 2.")
    view.press("round")
    assert view.text(".wb-status") == "step 46"
    rate = view.root.locator("input[aria-label='learning rate']")
    rate.focus()
    view.after(lambda: page.keyboard.press("ArrowLeft"))
    view.press("open")
    graph = live(opened.show(".wb-training ~ .wb-graph, .wb-graph"))
    graph.press("on")
    assert graph.text(".wb-sentence").startswith("Step 1")
    quiet(page)


def test_a_wrong_answer_is_named_and_a_right_one_passes(lesson, page):
    opened = lesson(GRAPHS)
    for answer, told in (("4.5", "4.5"), ("18", "passed")):
        place = page.evaluate(
            """([answer]) => {
                 const notebook = jupyterapp.shell.currentWidget.content;
                 const place = notebook.widgets.findIndex((cell) => cell.model.sharedModel.source.includes('check("05.3"'));
                 notebook.widgets[place].model.sharedModel.setSource(`answer = ${answer}\\ncheck("05.3", answer)`);
                 notebook.activeCellIndex = place;
                 return place;
               }""", [answer])
        opened.command("notebook:run-cell")
        page.wait_for_function(
            "([place, told]) => JSON.stringify(jupyterapp.shell.currentWidget.content.widgets[place].model.outputs.toJSON())"
            ".includes(told)", arg=[place, told], timeout=20_000)
