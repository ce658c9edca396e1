"""The tensor inspector in a real browser: mouse, keyboard, what is announced, light and dark, and narrow pages."""

import pytest
import workbook as torch
from tests.widgets.page import click, press
from workbook.widgets import inspector

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def seen():
    m = torch.arange(12).view(3, 4)
    return inspector(m.t())


def test_a_click_on_a_cell_lights_up_its_place_and_back(show):
    view = seen()
    page = show(view)
    click(page, view, '.cell[data-at="2,1"]')
    assert page.get_attribute(".wb-memory .now", "data-place") == "6"
    assert page.inner_text(".wb-sentence") == "x[2, 1] is 6. It lies at place 0 + 2 × 1 + 1 × 4 = 6 of the memory."
    click(page, view, '.cell[data-place="9"]')
    assert page.get_attribute(".wb-grid .now", "data-at") == "1,2"
    assert page.locator('.cell[data-at="1,2"]').get_attribute("aria-pressed") == "true"


def test_keys_walk_through_the_cells_and_along_the_memory(show):
    view = seen()
    page = show(view)
    page.locator('.wb-grid .cell[tabindex="0"]').first.focus()
    press(page, view, "ArrowRight", "ArrowDown")
    assert page.evaluate("document.activeElement.dataset.at") == "1,1"
    press(page, view, "End")
    assert page.evaluate("document.activeElement.dataset.at") == "3,2"
    page.locator('.wb-memory .cell[tabindex="0"]').focus()
    press(page, view, "ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.place") == "10"
    assert page.get_attribute(".wb-grid .now", "data-at") == "2,2"
    assert page.locator(".wb-sentence").get_attribute("aria-live") == "polite"


def test_keys_do_not_reach_jupyterlab(show):
    view = seen()
    page = show(view)
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.locator('.wb-grid .cell[tabindex="0"]').first.focus()
    press(page, view, "ArrowRight")
    page.keyboard.press("d")
    page.keyboard.press("Control+s")
    assert "ArrowRight" not in page.evaluate("heard") and "d" not in page.evaluate("heard") and "s" in page.evaluate("heard")


def test_an_argument_is_edited_and_refused_in_words(show):
    view = inspector()
    page = show(view)
    before = view.seq
    page.select_option("select", "arange")
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    box = page.get_by_label("its arguments")
    assert box.input_value() == "0, 10, 2" and page.inner_text("header b") == "x = torch.arange(0, 10, 2)"
    box.fill("0, 10, -2")
    page.wait_for_selector(".wb-refused:not([hidden])", timeout=5000)
    assert page.inner_text(".wb-refused").startswith("RuntimeError: upper bound and lower bound inconsistent with step sign")
    assert box.get_attribute("aria-invalid") == "true" and box.input_value() == "0, 10, -2"
    box.fill("0, 3")
    page.wait_for_selector(".wb-refused", state="hidden", timeout=5000)
    page.wait_for_function("document.querySelectorAll('.wb-grid .cell[data-at]').length === 3", timeout=5000)


def test_a_tensor_of_the_students_has_no_form(show):
    page = show(seen())
    assert not page.is_visible(".wb-form") and not page.is_visible(".wb-notes")


@pytest.mark.parametrize("dark", [False, True])
def test_both_themes_colour_cells(show, dark):
    page = show(seen(), dark=dark)
    fill = "getComputedStyle(document.querySelector('.wb-memory .cell:not(.now) .face')).fill"
    assert page.evaluate(fill) == ("rgb(17, 19, 24)" if dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, width):
    for view in (inspector(), inspector(torch.arange(6000.0).view(60, 100))):
        page = show(view, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        inside = page.locator(".wb").bounding_box()
        for selector in ("aside", "footer", "nav", ".wb-memory"):
            box = page.locator(selector).first.bounding_box()
            assert box["x"] >= inside["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"] + 1
