"""The lessons, opened in JupyterLab in a real browser: every cell runs, the live views answer, nothing leaves the machine."""

from pathlib import Path

import pytest

from tests.browser.view import Live, View

LESSONS = sorted(path.name for path in (Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
START, TENSORS, MEMORY = "00_start_here.ipynb", "01_tensors.ipynb", "04_numpy_memory_in_place.ipynb"
GRAPHS, GRADIENTS = "05_the_graph_and_the_slope.ipynb", "06_vectors_accumulation_stopping.ipynb"
OPERATIONS = "07_what_one_operation_knows.ipynb"
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def lesson(request, once):
    """A function that returns the test's lesson. Afterwards no cell may have failed, no script either, and nothing left the machine."""
    name, shown = request.node.get_closest_marker("lesson").args[0], []

    def opened(theme="light"):
        shown.append(once(name, theme))
        return shown[-1]

    yield opened
    assert shown[-1].errors() == shown[-1].page.refused == shown[-1].page.problems == []
    assert shown[-1].counts().count(None) == 0  # no cell was deleted, made or run by a stray shortcut


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.lesson(name)) for name in LESSONS])
def test_every_cell_runs(lesson, name):
    opened = lesson()
    assert opened.errors() == [] and None not in opened.counts()


@pytest.fixture
def graph(lesson):
    """A function that brings the graph of lesson 05 to its first state and returns it."""
    def shown(theme="light"):
        return Live(lesson(theme).show(".wb-graph")).press("reset")

    return shown


@pytest.mark.lesson(GRAPHS)
def test_a_slider_moves_every_value_and_every_gradient(graph, theme):
    graph = graph(theme).press("end")
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


@pytest.mark.lesson(GRAPHS)
def test_the_slider_is_dragged_with_the_mouse(graph, page):
    graph = graph().press("end")
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


@pytest.mark.lesson(GRAPHS)
def test_keys_move_the_slider_and_step_through_the_graph_in_command_mode(graph, page):
    graph = graph()
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


@pytest.mark.lesson(GRAPHS)
def test_a_wrong_answer_is_named_and_a_right_one_passes(lesson, page):
    opened = lesson()
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


@pytest.mark.lesson(START)
@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.full("the same in the light"))])
def test_training_steps_and_the_graph_of_one_step(lesson, page, theme):
    opened = lesson(theme)
    view = Live(opened.show(".wb-training")).press("reset")
    view.press("on")
    assert view.text(".wb-sentence").startswith("Step 0: the loss on its 32 items was 2.")
    view.press("round")
    assert view.text(".wb-status") == "step 46"
    rate = view.root.locator("input[aria-label='learning rate']")
    rate.focus()
    view.after(lambda: page.keyboard.press("ArrowLeft"))
    view.press("open")
    graph = Live(opened.show(".wb-training ~ .wb-graph, .wb-graph"))
    graph.press("on")
    assert graph.text(".wb-sentence").startswith("Step 1")


@pytest.mark.lesson(TENSORS)
def test_tensors_are_made_in_the_dark(lesson):
    made = View(lesson("dark"), ".wb-inspector")
    made.tab_to("select")
    made.keys("ArrowDown")
    made.tab_to('input[aria-label="its arguments"]')
    made.write("3, 1")
    made.until(lambda: made.text("header b"), "x = torch.ones(3, 1)")
    assert made.count(".wb-grid .cell") == 3 and made.spoken().startswith("x[0, 0] is 1.")


@pytest.mark.lesson(MEMORY)
def test_memory_is_written_in_the_light(lesson):
    memory = View(lesson(), ".wb-memorymap")
    memory.after(memory.find('.mark[data-name="part"]').click)
    memory.press("write")
    assert memory.count(".mark.wrote") == 4 and " It is seen at once as x[" in memory.spoken()


@pytest.mark.lesson(GRADIENTS)
def test_gradients_pile_up_in_the_dark(lesson):
    opened = lesson("dark")
    pile = View(opened, '[aria-label="accumulation of gradients"]')
    pile.after(pile.root.locator(".wb-chips button", has_text="one round").first.click)
    assert pile.spoken().startswith("w moved by −0.1 × (−6) = 0.6, from 2 to 2.6.")
    weighed = View(opened, '[aria-label="weights of a vector output"]')
    weighed.after(weighed.root.locator(".wb-chips button", has_text="as mean()").first.click)
    assert weighed.spoken().startswith("The gradient of a[0] is 0.5 × 36 + 0.5 × 0 = 18.")


@pytest.mark.lesson(OPERATIONS)
def test_what_an_operation_saves_is_shown_in_the_dark(lesson):
    card = View(lesson("dark"), '[aria-label="operation card"]')
    card.tab_to('[data-control="operation"]')
    card.keys("ArrowDown")
    assert card.text("header b") == "y = torch.add(a, b)" and "nothing" in card.find(".wb-canvas").inner_html()
    assert card.spoken().startswith("By its rule ∇a = g = 1.")
