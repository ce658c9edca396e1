"""The views of lessons 05 to 07 at every width: nothing is pushed out of sight, and nobody clicks into the void after a restart."""

import pytest
import workbook as torch
from tests.widgets.graphs import lenet, sum_of_squares
from workbook.widgets import accumulation, graph, operation, weights

VIEWS = {
    "lenet": lambda: graph(lenet()[0]), "graph": lambda: graph(sum_of_squares()[0]), "card": lambda: operation(torch.mul, 3.0, 2.0),
    "weights": lambda: weights(3 * torch.tensor([2.0, 3.0], requires_grad=True) ** 3), "accumulation": lambda: accumulation(lambda w: (w - 5) ** 2, w=2.0)}
OPEN = "document.querySelectorAll('.wb details').forEach((part) => { part.open = true; })"
PUSHED = """() => [...document.querySelectorAll('.wb aside, .wb footer, .wb header, .wb-controls, .wb input[type=number]')]
  .filter((part) => part.clientWidth && part.scrollWidth > part.clientWidth + 1).map((part) => part.tagName + ' ' + part.className)"""
LOW = "() => [...document.querySelectorAll('.wb select, .wb button')].map((part) => part.getBoundingClientRect().height).filter((high) => high && high < 24)"
SENT = "window.model.save_changes = () => {}; void (window.model.send = () => { throw new Error('Cannot send'); })"
GONE = "The kernel that drew this has ended or was restarted"


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_is_pushed_out_of_sight_at_any_width(show, name):
    live = VIEWS[name]()
    if name in ("lenet", "graph"):
        live._act("end")
        live._act("back")
    page = show(live, width=1500)
    page.evaluate(OPEN)
    for width in (1500, 1100, 850, 600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(PUSHED) == [], width
        assert page.evaluate(LOW) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_field_shows_all_digits_of_its_number(show):
    x = torch.tensor([-0.187105, 12345.6789, 0.00001234], requires_grad=True)
    page = show(graph(x.sum()))
    shown = lambda: page.input_value("input[type=number]")  # noqa: E731
    assert shown() == "-0.1871"
    for place, number in (("1", "12345.6787"), ("2", "0.00001234")):
        page.select_option(".wb-leaf select", place)
        page.evaluate("window.settled()")
        assert float(shown()) == pytest.approx(float(number), rel=1e-2)


@pytest.mark.parametrize("name, press", [
    ("graph", lambda page: page.click("[data-action=on]")), ("graph", lambda page: page.focus(".box") or page.keyboard.press("ArrowRight")),
    ("graph", lambda page: page.focus("input[type=range]") or page.keyboard.press("ArrowRight")),
    ("accumulation", lambda page: page.click(".wb-chips button")),
    ("card", lambda page: page.focus("input[type=range]") or page.keyboard.press("ArrowRight"))])
def test_a_view_whose_kernel_is_gone_says_so(show, name, press):
    page = show(VIEWS[name]())
    page.evaluate(SENT)
    press(page)
    page.evaluate("window.settled()")
    assert page.inner_text(".wb-sentence").startswith(GONE)


def test_the_inspector_says_so_too(show):
    page = show(torch.ones(2, 2).show())
    page.evaluate(SENT)
    page.click("[data-action=on]")
    assert page.inner_text(".wb-sentence").startswith(GONE)
