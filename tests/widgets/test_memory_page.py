"""The memory map in a real browser: a write by mouse and by keyboard, what flashes, what is announced."""

import numpy as np
import pytest
import workbook as torch
from tests.widgets.page import click, press, settle
from workbook.widgets import memory_map

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def bridge():
    n = np.arange(6.0)
    a = torch.from_numpy(n)
    return memory_map(n=n, a=a, v=a.view(2, 3), c=a.clone())


def test_a_mark_is_chosen_and_written_by_mouse(show):
    view = bridge()
    page = show(view)
    click(page, view, '.mark[data-name="v"][data-at="1,1"]')
    assert page.locator(".wb-write select").first.input_value() == "v" and page.get_by_label("element to write").input_value() == "1,1"
    assert page.locator(".mark.same").count() == 2
    page.get_by_label("number to write").fill("-3.5")
    click(page, view, "[data-action=write]")
    assert page.inner_text(".wb-sentence").startswith("v[1, 1] = -3.5 wrote place 4 of memory A, where 4 stood. It is seen at once as n[4] and a[4].")
    assert page.locator(".mark.wrote").count() == 3 and page.locator(".cell.wrote:not(.mark)").count() == 1
    click(page, view, "[data-action=back]")
    assert page.locator(".wrote").count() == 0 and page.is_enabled("[data-action=on]")


def test_everything_is_reached_by_keyboard(show):
    view = bridge()
    page = show(view)
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.locator('.mark[tabindex="0"]').focus()
    press(page, view, "ArrowRight", "ArrowDown", "ArrowDown")
    assert page.evaluate("[document.activeElement.dataset.name, document.activeElement.dataset.at]") == ["v", "0,1"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "number to write"
    page.keyboard.type("42")
    press(page, view, "Enter")
    assert page.inner_text(".wb-sentence").startswith("v[0, 1] = 42 wrote place 1 of memory A")
    assert page.evaluate("heard") == [] and page.locator(".wb-sentence").get_attribute("aria-live") == "polite"


def test_names_and_elements_are_chosen_in_lists(show):
    view = bridge()
    page = show(view)
    before = view.seq
    page.get_by_label("name to write through").select_option("v")
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert page.get_by_label("element to write").locator("option").all_text_contents()[:3] == ["[0, 0]", "[0, 1]", "[0, 2]"]


def test_a_refused_write_shows_the_engines_text(show):
    view = memory_map(p=torch.ones(2, requires_grad=True))
    page = show(view)
    assert not page.is_visible(".wb-refused")
    click(page, view, "[data-action=write]")
    assert page.inner_text(".wb-refused").startswith("RuntimeError: a leaf Variable that requires grad")


@pytest.mark.parametrize("motion, moves", [("no-preference", 4), ("reduce", 0)])
def test_a_write_flashes_only_where_movement_is_allowed(show, motion, moves):
    view = bridge()
    page = show(view, reduced_motion=motion)
    assert page.evaluate("document.getAnimations().length") == 0
    page.evaluate("() => { window.flashes = 0; const plain = Element.prototype.animate;"
                  "Element.prototype.animate = function (...given) { flashes += 1; return plain.apply(this, given); }; }")
    click(page, view, "[data-action=write]")
    settle(page)
    assert page.evaluate("flashes") == moves


@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, width):
    page = show(bridge(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = page.locator(".wb").bounding_box()
    for selector in ("aside", "footer", "nav", ".wb-write", ".wb-canvas"):
        box = page.locator(selector).first.bounding_box()
        assert box["x"] >= inside["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"] + 1


@pytest.mark.parametrize("width, least", [(1400, 1), (420, 0.8)])
def test_a_large_memory_scrolls_rather_than_shrink_out_of_sight(show, width, least):
    page = show(memory_map(x=torch.arange(400.0)), width=width, height=500)
    svg = page.locator(".wb-canvas svg")
    part = svg.bounding_box()["height"] / float(svg.get_attribute("height"))
    assert least - 0.01 <= part <= 1.01


def test_a_mark_is_as_wide_as_its_text(show):
    page = show(memory_map(x=torch.arange(3.0).view(3, 1).expand(3, 4), y=torch.arange(24).view(2, 3, 4)[1:]))
    room = page.eval_on_selector_all(".mark", "marks => marks.map((mark) => mark.querySelector('rect').getBBox().width "
                                     "- mark.querySelector('text').getBBox().width)")
    assert len(room) == 15 and min(room) >= 0
