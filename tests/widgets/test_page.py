"""The live graph in a real browser, alone in a page: mouse, keyboard, what is announced, and what is asked of the network."""

import pytest
import workbook as torch
from tests.widgets.graphs import lenet, mean_of_squares, sum_of_squares
from tests.widgets.page import click, press
from workbook.widgets import graph, training

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def until(page, widget):
    """Wait until the page shows what Python last said."""
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) >= seq", arg=widget.seq, timeout=5000)


def leaf_rows(page):
    return [row.split("\t") for row in page.inner_text(".wb-leaf-table tbody").split("\n")]


def box_texts(page, key):
    return page.locator(f'.box[data-key="{key}"] text').all_text_contents()


def squares():
    z, x, y = sum_of_squares()
    return graph(z)


def test_the_first_drawing(show):
    page = show(squares())
    assert page.inner_text("header b") == "z = 3x² + 2y²"
    assert page.locator(".box").count() == 7 and page.locator(".wire").count() == 6
    assert box_texts(page, "op2") == ["× 3", "27.0000", "∇ –"]
    assert [button.get_attribute("aria-label") for button in page.locator("nav button").all()] == [
        "to the start", "one step back", "one step on", "to the end", "reset: first values, no gradients"]
    assert page.locator("nav button").all_text_contents() == ["|◀", "◀", "▶", "▶|", "Reset"]
    assert not page.is_visible(".wb-modules")


def test_arrow_keys_move_a_slider_and_values_gradients_and_slopes_follow(show):
    live = squares()
    page = show(live)
    click(page, live, "[data-action=end]")
    assert leaf_rows(page) == [["x", "3.0000", "18.0000", "18.0000"], ["y", "4.0000", "16.0000", "16.0000"]]
    page.focus('[data-slider="leaf1"] input[type=range]')
    press(page, live, *["ArrowRight"] * 4)
    assert leaf_rows(page)[0] == ["x", "3.2000", "19.2000", "19.2000"]
    assert box_texts(page, "op1") == ["x²", "10.2400", "∇ 3.0000"]
    assert page.input_value('[data-slider="leaf1"] input[type=number]') == "3.2"


def test_a_number_can_be_typed(show):
    live = squares()
    page = show(live)
    page.fill('[data-slider="leaf2"] input[type=number]', "-1.5")
    press(page, live, "Enter")
    assert leaf_rows(page)[1][1] == "−1.5000"
    assert page.input_value('[data-slider="leaf2"] input[type=range]') == "-1.5"


def test_the_whole_graph_by_keyboard(show):
    live = squares()
    page = show(live)
    page.focus('.box[tabindex="0"]')
    press(page, live, "ArrowRight", "ArrowRight")
    assert page.inner_text(".wb-sentence") == live.state["sentence"] == (
        "Step 2 of 7: × 2 received 1 and hands 1 × 2 = 2 to y². Next: y², by its rule grad × 2 × y.")
    assert page.locator(".box.now").get_attribute("data-key") == "op4"
    press(page, live, "ArrowLeft")
    assert live.step == 1
    press(page, live, "End")
    assert live.step == 7
    press(page, live, "Home", "Home")
    assert live.step == -5
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.key") == "op1"
    press(page, live, "Enter")
    assert page.locator(".box.now").get_attribute("data-key") == "op1"
    assert page.evaluate("document.activeElement.dataset.key") == "op1"


def test_keys_stay_inside_and_shortcuts_pass(show):
    live = squares()
    page = show(live)
    page.evaluate("window.heard = []; document.addEventListener('keydown', (event) => heard.push(event.key))")
    page.focus('[data-slider="leaf1"] input[type=range]')
    for key in ("ArrowRight", "a", "Control+s", "Escape"):
        page.keyboard.press(key)
    until(page, live)
    assert page.evaluate("heard") == ["Control", "s", "Escape"]


def test_what_a_screen_reader_gets(show):
    live = squares()
    page = show(live)
    click(page, live, "[data-action=on]")
    said = page.locator("[aria-live=polite]")
    assert said.count() == 1 and said.inner_text().startswith("Step 1 of 7: z received 1")
    assert page.locator('.box[data-key="op5"]').get_attribute("aria-label") == (
        "z = +, result, value 59.0000, gradient 1.0000, this step")
    names = page.evaluate("[...document.querySelectorAll('button, input, select, .box')].map("
                          "(control) => control.getAttribute('aria-label') ?? control.textContent)")
    assert all(name.strip() for name in names)
    page.click("summary >> text=The same as a table")
    assert "× 3\tx²\t27.0000\t1.0000" in page.inner_text("footer table")


def test_one_box_at_a_time_is_in_the_order_of_tab(show):
    page = show(squares())
    assert page.locator('.box[tabindex="0"]').count() == 1


def test_after_the_first_drawing_only_changes_travel(show):
    live = squares()
    page = show(live)
    click(page, live, "[data-action=on]")
    assert {name for news in page.sent for name in news} <= {"changes", "seq"}
    assert page.evaluate("model.get('state').sentence") == live.state["sentence"]
    assert page.evaluate("Object.keys(model.get('state').boxes).length") == 7


def test_lenet_unfolds_by_mouse_and_by_keyboard(show):
    loss, net, input = lenet()
    live = graph(loss)
    page = show(live)
    assert page.locator(".box.fold").count() == 5
    before = page.locator(".box").count()
    click(page, live, ".box.fold >> nth=4")
    assert page.locator(".box.fold").count() == 4 and page.locator(".box").count() == before + 3
    page.focus(".wb-modules button >> text=fc3")
    press(page, live, "Enter")
    assert page.locator(".box.fold").count() == 5
    page.focus(".box.fold >> nth=0")
    press(page, live, "Enter")
    assert page.locator(".box.fold").count() == 4
    assert page.evaluate("document.activeElement.classList.contains('box')")


def test_an_edge_is_cut_by_keyboard_and_by_mouse_and_undone(show):
    live = squares()
    page = show(live)
    assert page.locator(".wire[tabindex]").count() == 0
    click(page, live, "[data-action=scissors]")
    assert page.get_attribute("[data-action=scissors]", "aria-pressed") == "true"
    page.focus('.wire[tabindex="0"]')
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "edge from x to x²"
    press(page, live, "Enter")
    assert page.locator(".wire.cut").count() == 1 and page.locator(".wire.cut .hand").text_content() == "✂ detach"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "edge from x² to × 3"
    assert page.inner_text(".wb-code") == "return 3 * x.detach()**2 + 2 * y**2, x, y"
    press(page, live, "Escape")
    assert page.locator(".wire[tabindex]").count() == 0 and page.get_attribute("[data-action=scissors]", "aria-pressed") == "false"
    click(page, live, "[data-action=end]")
    assert leaf_rows(page)[0][2] == "None"
    click(page, live, "[data-action=undo]")
    assert page.locator(".wire.cut").count() == 0 and not page.is_visible(".wb-code")
    click(page, live, "[data-action=scissors]")
    x, y = page.evaluate("""(() => { const path = document.querySelector('.wire[data-key="op5.0"] .grip');
        const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM()); return [at.x, at.y]; })()""")
    before = live.seq
    page.mouse.click(x, y)
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert page.locator(".wire.cut").get_attribute("data-key") == "op5.0"


def test_widths_and_dashes_tell_size_and_sign(show):
    x = torch.tensor(2.0, requires_grad=True)
    live = graph((x * -30).sum() * 0.001)
    page = show(live)
    click(page, live, "[data-action=end]")
    kinds = page.evaluate("[...document.querySelectorAll('.wire')].map((wire) => wire.getAttribute('class'))")
    assert kinds == ["wire came w2 minus", "wire done w1 plus", "wire done w1 plus"]
    styles = page.evaluate("[...document.querySelectorAll('.wire .back')].map((path) => [getComputedStyle(path).strokeDasharray, getComputedStyle(path).strokeWidth])")
    assert styles[0] == ["2px, 3px", "2px"] and styles[-1] == ["8px, 4px", "1.4px"]
    assert page.locator(".wb-legend").inner_text().split() == "∇ positive negative of both signs 0.0001 or less 0.1 to 1 10 or more".split()


@pytest.mark.parametrize("kind, begins", [("svg", b"<svg "), ("png", b"\x89PNG\r\n")])
def test_the_picture_is_given_as_a_file(show, tmp_path, kind, begins):
    live = squares()
    page = show(live)
    click(page, live, "[data-action=end]")
    with page.expect_download(timeout=10_000) as waiting:
        page.click(f"[data-action={kind}]")
    assert waiting.value.suggested_filename == f"graph.{kind}"
    waiting.value.save_as(tmp_path / "file")
    found = (tmp_path / "file").read_bytes()
    assert found.startswith(begins)
    if kind == "png":  # twice the size of the drawing: width and height stand behind the name of the first chunk
        width = int.from_bytes(found[16:20], "big")
        assert width == 2 * live._drawn.width
    else:
        assert "∇ 18.0000" in found.decode("utf-8")


def test_a_failure_is_shown_with_its_three_parts(show):
    live = graph(lambda x, w: (x + w).sum(), x=[1.0, 2.0], w=[1.0, 2.0, 3.0])
    page = show(live)
    assert page.locator(".box.failed").count() == 1 and page.locator(".wb-problem").count() == 3
    assert page.locator(".wire.told .hand").all_text_contents() == ["2 numbers", "3 numbers"]
    assert not page.is_visible("summary >> text=Maps")


def test_maps_open_with_their_text_and_stay_open(show):
    live = squares()
    page = show(live)
    click(page, live, "[data-action=end]")
    before = live.seq
    page.click("summary >> text=Maps of the value")
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert page.locator(".wb-heat").count() == 2 and page.locator(".wb-maps p").all_inner_texts() == ["x: 3.", "∇ x: 18."]
    click(page, live, "[data-action=back]")
    assert page.locator(".wb-maps p").all_inner_texts() == ["x²: 9.", "∇ x²: 3."]
    page.click("summary >> text=Maps of the value")
    page.wait_for_function("document.querySelectorAll('.wb-heat').length === 0", timeout=5000)


def test_boxes_are_folded_by_keyboard_and_by_mouse(show):
    live = squares()
    page = show(live)
    page.focus('.box[data-key="op1"]')
    press(page, live, "s")
    page.keyboard.press("ArrowDown")
    press(page, live, "s")
    assert page.locator(".box.chosen").count() == 2 and page.inner_text(".wb-sentence") == "Chosen: x², × 3. F folds them into one box."
    press(page, live, "f")
    assert page.locator(".box.fold").count() == 1 and page.locator(".box").count() == 6
    assert page.locator(".wb-modules button[aria-expanded]").all_inner_texts() == ["+ my fold 1"]
    page.focus(".box.fold")
    press(page, live, "Enter")
    assert page.locator(".box").count() == 7
    for key in ("op3", "op4"):
        before = live.seq
        page.click(f'.box[data-key="{key}"]', modifiers=["Shift"])
        page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    click(page, live, "[data-action=gather]")
    assert page.locator(".wb-modules button[aria-expanded]").all_inner_texts() == ["− my fold 1", "+ my fold 2"]
    assert not page.is_visible("[data-action=gather]")


def test_the_step_is_scrolled_into_sight(show):
    loss, net, input = lenet()
    live = graph(loss)
    page = show(live, height=700)
    for _ in range(3):
        click(page, live, "[data-action=on]")
        box, canvas = page.locator(".box.now").bounding_box(), page.locator(".wb-canvas").bounding_box()
        assert canvas["y"] <= box["y"] and box["y"] + box["height"] <= canvas["y"] + canvas["height"]


def test_an_element_is_chosen_by_keyboard(show):
    out, x = mean_of_squares()
    live = graph(out)
    page = show(live)
    before = live.seq
    page.select_option("select", "3")
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert page.evaluate("document.querySelector('.wb-leaf select').selectedOptions[0].text") == "x[1, 1]"
    page.focus("input[type=range]")
    press(page, live, "ArrowLeft")
    assert leaf_rows(page)[0][:2] == ["x[1, 1]", "0.9800"]


@pytest.mark.parametrize("motion, moves", [("no-preference", 1), ("reduce", 0)])
def test_a_number_travels_only_when_asked_and_allowed(show, motion, moves):
    live = squares()
    page = show(live, reduced_motion=motion)
    count = "new MutationObserver(() => { window.most = Math.max(window.most, document.querySelectorAll('.wb-traveller').length); })"
    page.evaluate(f"window.most = 0; {count}.observe(document.body, {{ childList: true, subtree: true }})")
    click(page, live, "[data-action=end]")
    assert page.evaluate("window.most") == 0
    click(page, live, "[data-action=back]")
    click(page, live, "[data-action=on]")
    click(page, live, "[data-action=back]")
    click(page, live, "[data-action=back]")
    click(page, live, "[data-action=on]")
    page.wait_for_function("document.querySelectorAll('.wb-traveller').length === 0", timeout=2000)
    assert page.evaluate("window.most") == moves


@pytest.mark.parametrize("dark", [False, True])
def test_both_themes_colour_text_and_ground(show, dark):
    page = show(squares(), dark=dark)
    ink, paper = page.evaluate("[getComputedStyle(document.querySelector('.wb')).color, "
                               "getComputedStyle(document.querySelector('.wb')).backgroundColor]")
    assert (ink, paper) == (("rgb(232, 234, 237)", "rgb(17, 19, 24)") if dark else ("rgb(27, 31, 36)", "rgb(255, 255, 255)"))


@pytest.mark.parametrize("width", [420, 700, 1120])
def test_nothing_hangs_over_the_edge_on_narrow_and_wide_pages(show, width):
    page = show(squares(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inside = page.locator(".wb").bounding_box()
    for selector in ("aside", "footer", "nav"):
        box = page.locator(selector).bounding_box()
        assert box["x"] >= inside["x"] and box["x"] + box["width"] <= inside["x"] + inside["width"] + 1


def test_a_text_of_the_students_cannot_become_markup(show):
    bad = torch.tensor(1.0, requires_grad=True)
    live = graph(lambda **given: given["x"] * 2, x=bad)
    live._scene.boxes[0].title = "<img src=x onerror=window.hit=1>"
    live._show(redraw=True)
    page = show(live)
    assert page.locator(".box img").count() == 0 and page.evaluate("window.hit === undefined")


@pytest.mark.parametrize("typed", ["-1", ""])
def test_a_learning_rate_that_is_none_is_put_back_and_said(show, typed):
    data = torch.utils.data.TensorDataset(torch.ones(4, 2), torch.zeros(4))
    panel = training(lambda: torch.nn.Linear(2, 1), lambda out, _: out.mean(), data, lr=0.5).panel
    page = show(panel)
    box = page.get_by_label("learning rate, as a number")
    box.fill(typed)
    box.press("Tab")
    assert box.input_value() == "0.5" and panel.rate == 0.5
    assert page.locator(".wb-sentence").inner_text() == "A learning rate is a number from 0 up. It stays 0.5."
    box.fill("0.25")
    box.press("Tab")
    assert panel.rate == 0.25
