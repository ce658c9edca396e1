"""The shape lab in a real browser, alone in a page: typing, hovering, keys, movement, both themes, narrow pages."""

import pytest
import workbook as torch
from tests.widgets.page import click, press
from workbook.widgets import broadcasting, indexing, reshaping

X = torch.arange(15).view(3, 5)


def index():
    return indexing("x[1, :, None]", x=X)


def pipeline():
    return reshaping("x.t().reshape(15)", x=X)


def type_into(page, widget, text, control="text"):
    before = widget.seq
    page.fill(f'[data-control="{control}"]', text)
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)


def keys_with(page, name):
    return sorted({int(key) for key in page.eval_on_selector_all(f".wb-canvas .{name}", "cells => cells.map((cell) => cell.dataset.cell)")})


def test_what_is_typed_lights_its_cells_while_it_is_typed(show):
    view = index()
    page = show(view)
    assert keys_with(page, "on") == [5, 6, 7, 8, 9]
    type_into(page, view, "x[:, 1]")
    assert keys_with(page, "on") == [1, 6, 11]
    type_into(page, view, "x[:, 1")
    assert page.get_attribute('[data-control="text"]', "aria-invalid") == "true"
    assert page.inner_text(".wb-sentence").startswith("this is no whole expression yet.")
    assert page.input_value('[data-control="text"]') == "x[:, 1"  # what is being typed is never taken away
    assert page.evaluate("document.activeElement.dataset.control") == "text"


def test_an_example_is_one_press_away_and_reset_comes_back(show):
    view = index()
    page = show(view)
    click(page, view, ".wb-chips button >> nth=1")
    assert page.input_value('[data-control="text"]') == "x[:, 1]" and keys_with(page, "on") == [1, 6, 11]
    click(page, view, "[data-action=reset]")
    assert page.input_value('[data-control="text"]') == "x[1, :, None]"
    assert page.locator("[data-action=reset]").is_disabled()


def test_an_example_outlines_its_cells_before_it_is_chosen(show):
    page = show(index())
    page.hover(".wb-chips button >> nth=1")  # x[:, 1]
    assert keys_with(page, "hint") == [1, 6, 11] and keys_with(page, "on") == [5, 6, 7, 8, 9]
    page.hover(".wb-sentence")
    assert keys_with(page, "hint") == []
    page.focus(".wb-chips button >> nth=0")
    assert keys_with(page, "hint") == [5, 6, 7, 8, 9]


def test_a_part_of_the_index_shows_the_cells_that_it_takes_alone(show):
    view = indexing("x[1, ::2]", x=X)
    page = show(view)
    page.hover("aside tbody tr >> nth=1")
    assert keys_with(page, "hint") == [0, 2, 4, 5, 7, 9, 10, 12, 14]
    page.hover(".wb-sentence")
    assert keys_with(page, "hint") == []
    page.focus('[data-control="examples"] button >> nth=-1')
    page.keyboard.press("Tab")
    assert keys_with(page, "hint") == [5, 6, 7, 8, 9]  # by keyboard, too


def test_a_cell_and_its_source_wear_the_ring_together(show):
    page = show(index())
    page.hover(".wb-canvas .cell >> nth=17")  # the third of the result
    assert keys_with(page, "linked") == [7] and page.locator(".wb-canvas .linked").count() == 2
    page.hover(".wb-sentence")
    assert page.locator(".wb-canvas .linked").count() == 0


def test_a_sum_rings_both_numbers_that_went_into_it(show):
    page = show(broadcasting((3, 1), (4,)))
    page.hover('[data-cell="r5"]')
    linked = page.eval_on_selector_all(".wb-canvas .linked", "cells => cells.map((cell) => cell.dataset.cell)")
    assert sorted(set(linked)) == ["a1", "b1", "r5"]


def test_keys_stay_inside_and_shortcuts_pass(show):
    page = show(index())
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.focus('[data-control="text"]')
    for key in ("a", "ArrowLeft", "Backspace", "Control+b", "Escape"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == ["Control", "b", "Escape"]


def test_a_pipeline_is_walked_with_buttons_and_its_own_steps(show):
    view = pipeline()
    page = show(view, reduced_motion="reduce")
    click(page, view, "[data-action=on]")
    assert page.inner_text(".wb-status") == "step 1 of 2: (5, 3)"
    click(page, view, '[data-step="2"]')
    assert page.inner_text(".wb-strip [aria-current]") == ".reshape(15)\n(15,), copied"
    page.focus('[data-step="2"]')
    before = view.seq
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before)
    assert page.evaluate("document.activeElement.dataset.step") == "1"  # the focus stays where the reader is
    assert page.inner_text(".wb-sentence") == view.state["sentence"]


@pytest.mark.parametrize("reduced", ["reduce", "no-preference"])
def test_cells_travel_from_where_their_number_stood_unless_less_movement_is_asked_for(show, reduced):
    view = pipeline()
    page = show(view, reduced_motion=reduced)
    page.evaluate("""window.moves = []; const real = Element.prototype.animate;
        Element.prototype.animate = function (frames, how) { moves.push([this.dataset.cell, frames[0].transform, how.duration]); return real.call(this, frames, how); };
        null""")
    click(page, view, "[data-action=on]")
    moves = page.evaluate("moves")
    if reduced == "reduce":
        assert moves == []
        return
    assert len(moves) == 15 and max(duration for *_, duration in moves) < 500
    stood = page.get_attribute('.before [data-cell="7"]', "transform")
    assert [frame for key, frame, _ in moves if key == "7"] == [stood.replace(" ", "px, ").replace(")", "px)")]
    page.evaluate("moves.length = 0")
    type_into(page, view, "x.t()")
    assert page.evaluate("moves") == []  # nothing moves that was not asked for


def test_two_shapes_are_typed(show):
    view = broadcasting((3, 1), (4,))
    page = show(view)
    type_into(page, view, "3", control="b")
    assert view.result.shape == (3, 3)
    type_into(page, view, "3, 4", control="a")
    assert page.locator(".misfit").count() == 2 and "does not fit" in page.locator(".misfit text >> nth=1").text_content()
    assert page.get_attribute(".wb-sentence", "aria-live") == "polite"


@pytest.mark.parametrize("make", [index, pipeline, lambda: broadcasting((2, 3, 4), (3, 1))])
@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge(show, make, width):
    page = show(make(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = page.locator(".wb").bounding_box()
    for selector in ("aside", "footer", "nav", ".wb-controls", "aside table"):
        box = page.locator(selector).first.bounding_box()
        assert box["x"] >= inside["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"] + 1, selector


@pytest.mark.parametrize("make", [index, pipeline, lambda: broadcasting((3, 4), (3,))])
def test_panels_of_a_narrow_page_begin_on_one_line(show, make):
    page = show(make(), width=700)
    first, second = (box["y"] for box in map(lambda panel: panel.bounding_box(), page.locator("aside > div").all()[:2]))
    assert first == second


@pytest.mark.parametrize("width, least", [(1280, 1), (420, 0.69)])
def test_a_drawing_is_whole_and_stays_large_enough_to_be_read(show, width, least):
    view = pipeline()
    view.act("end")
    page = show(view, width=width, height=500)
    box = page.locator(".wb-canvas")
    assert box.evaluate("canvas => canvas.scrollHeight <= canvas.clientHeight")  # no scrolling inside of a scrolling page
    svg = box.locator("svg")
    assert svg.bounding_box()["width"] >= least * float(svg.get_attribute("width")) - 1


def test_the_keys_of_a_button_stay_when_it_can_do_no_more(show):
    view = pipeline()
    page = show(view)
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.focus("[data-action=on]")
    press(page, view, "Enter", "Enter")
    assert page.locator("[data-action=on]").is_disabled() and page.inner_text(".wb-status").startswith("step 2 of 2")
    seq = view.seq
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.dataset.action") == "on"
    assert page.evaluate("heard") == [] and view.seq == seq


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_wear_ink_in_both_themes(show, dark):
    page = show(index(), dark=dark)
    ink = page.evaluate("getComputedStyle(document.querySelector('.on .number')).fill")
    assert ink == ("rgb(232, 234, 237)" if dark else "rgb(27, 31, 36)")


def test_a_text_of_the_students_cannot_become_markup(show):
    view = indexing("x['<img src=x onerror=window.hit=1>']", x=X)
    page = show(view)
    click(page, view, ".wb-chips button >> nth=0")
    type_into(page, view, "x[0][<script>window.hit=1</script>]")
    view = reshaping("x.t()", x=X, axes={"x": ("<img src=x onerror=window.hit=1>", "b")})
    other = show(view)
    assert page.locator("img, svg script").count() == other.locator("img").count() == 0
    assert page.evaluate("window.hit === undefined") and other.evaluate("window.hit === undefined")
