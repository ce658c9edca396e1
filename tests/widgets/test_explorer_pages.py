"""The function explorer in a real browser, alone in a page: points by mouse and keyboard, cells of a result, both themes."""

import pytest
import workbook as torch
from tests.widgets.page import click, press, settle
from workbook.widgets import functions, reductions

X = torch.tensor([[3., 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]])


def curve():
    return functions("sigmoid", points=[-2.0, 0.5])


def collapse():
    return reductions("max", x=X, dim=1)


def choose(page, widget, control, value):
    before = widget.seq
    page.select_option(f'[data-control="{control}"]', value)
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)


def test_a_point_is_moved_with_the_keyboard_alone(show):
    view = curve()
    page = show(view)
    page.focus('[data-control="B"]')
    page.keyboard.press("Tab")  # the first point comes after the controls
    press(page, view, "ArrowRight", "ArrowRight", "PageUp", "ArrowLeft")
    assert view.points[0] == pytest.approx(-1.45) and page.evaluate("document.activeElement.dataset.point") == "0"
    point = page.locator('[data-point="0"]')
    assert point.get_attribute("role") == "slider" and point.get_attribute("aria-valuetext") == "x −1.45, y 0.19, slope 0.1539"
    assert page.inner_text(".wb-sentence").startswith("Point A: sigmoid of −1.45 is 0.19. The slope there is 0.1539:")
    assert page.inner_text("aside tbody tr >> nth=0").split("\t") == ["A", "−1.4500", "0.1900", "∇ 0.1539"]
    assert page.input_value('[data-control="A"]') == "-1.45"


def test_a_point_is_dragged_with_the_mouse(show):
    view = curve()
    page = show(view)
    box = page.locator('[data-point="1"] .reach').bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 170, y - 60, steps=14)
    page.mouse.up()
    page.wait_for_function("document.querySelector('[data-point=\"1\"]').getAttribute('aria-valuenow') > 3", timeout=5000)
    settle(page)
    assert view.points[1] == pytest.approx(3.5, abs=0.06) and view.points[0] == -2.0
    last = view.points[1]
    page.mouse.move(x, y, steps=3)  # the button is up
    settle(page)
    assert view.points[1] == last
    moved = page.locator('[data-point="1"] .reach').bounding_box()
    assert moved["x"] + moved["width"] / 2 == pytest.approx(x + 170, abs=3)


def test_the_last_place_of_a_quick_drag_is_not_lost(show):
    """All at once, before Python has answered the first move."""
    view = curve()
    page = show(view)
    page.evaluate("""() => {
        const point = document.querySelector('[data-point="1"] .reach'), box = point.getBoundingClientRect();
        const send = (type, dx) => point.isConnected && point.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1,
            clientX: box.x + box.width / 2 + dx, clientY: box.y }));
        Element.prototype.setPointerCapture = () => {};
        send("pointerdown", 0); send("pointermove", 40); send("pointermove", 90); send("pointermove", 170); send("pointerup", 170);
    }""")
    page.wait_for_function("document.querySelector('[data-point=\"1\"]').getAttribute('aria-valuenow') > 3", timeout=5000)
    assert view.points[1] == pytest.approx(3.5, abs=0.06)


def test_a_number_is_typed_and_another_function_chosen(show):
    view = curve()
    page = show(view)
    page.fill('[data-control="A"]', "1.5")
    press(page, view, "Enter")
    choose(page, view, "function", "round")
    assert page.inner_text("header b") == "torch.round(x)" and view.measured()[0][0] == (1.5, 2.0, 0.0)
    choose(page, view, "function", "clamp")
    page.fill('[data-control="max"]', "0.25")
    press(page, view, "Enter")
    assert view.arguments["max"] == 0.25
    page.click("aside summary")
    assert "class Clamp" in page.inner_text("aside pre")
    click(page, view, "[data-action=reset]")
    assert page.is_visible("aside pre")  # what the reader opened stays open


def test_cells_of_the_result_are_chosen_by_mouse_and_keys(show):
    view = collapse()
    page = show(view)
    click(page, view, '[data-choose="1"]')
    assert page.inner_text(".wb-sentence").endswith("Cell [1]: the largest of 5, 9, 2, 6 is 9, at x[1,1].")
    press(page, view, "ArrowRight")
    assert view.chosen == 2 and page.evaluate("document.activeElement.dataset.choose") == "2"
    press(page, view, "ArrowLeft", "ArrowLeft")
    assert view.chosen == 0
    lit = page.eval_on_selector_all(".wb-canvas .on[data-cell]", "cells => cells.map((cell) => cell.dataset.cell)")
    assert lit == ["0", "1", "2", "3", "r0"]
    assert page.locator('[data-choose][tabindex="0"]').count() == 1


def test_dim_and_keepdim_are_chosen(show):
    view = collapse()
    page = show(view)
    choose(page, view, "dim", "0")
    before = view.seq
    page.check('[data-control="keepdim"]')
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert page.inner_text(".wb-status") == "(3, 4) becomes (1, 4)"
    choose(page, view, "dim", "all")
    assert page.locator('[data-control="keepdim"]').count() == 0


@pytest.mark.parametrize("make", [curve, collapse])
@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, make, width):
    page = show(make(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = page.locator(".wb").bounding_box()
    for selector in ("aside", "footer", "nav", ".wb-controls", "aside table"):
        box = page.locator(selector).first.bounding_box()
        assert box["x"] >= inside["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"] + 1, selector


@pytest.mark.parametrize("dark", [False, True])
def test_values_are_blue_and_slopes_vermillion_in_both_themes(show, dark):
    page = show(curve(), dark=dark)
    colours = page.evaluate("['.curve', '.tangent'].map((name) => getComputedStyle(document.querySelector(name)).stroke)")
    assert colours == (["rgb(109, 183, 232)", "rgb(240, 152, 90)"] if dark else ["rgb(0, 114, 178)", "rgb(176, 74, 0)"])
    assert page.evaluate("getComputedStyle(document.querySelector('.tangent')).strokeDasharray") != "none"  # never colour alone


def test_names_of_points_never_stand_on_each_other(show):
    page = show(functions("log", points=[-0.5, 0.0, -0.9, -0.4]))
    boxes = [label.bounding_box() for label in page.locator(".point .label").all()]
    assert len(boxes) == 4
    for number, one in enumerate(boxes):
        for other in boxes[number + 1:]:
            beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert beside or abs(one["y"] - other["y"]) >= 12
