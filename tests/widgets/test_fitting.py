"""A line through points: sums of squares, the least of them, and points that move up and down."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import workbook as torch
from tests.widgets.page import press, settle
from workbook.widgets import fitting
from workbook.widgets.plane import LEFT, TOP

X, Y = [0.0, 1.0, 2.0, 3.0, 4.0], [1.2, 1.9, 3.4, 3.6, 4.9]
SVG = "{http://www.w3.org/2000/svg}"


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def sums(view):
    return [float(row[1]) for row in view.state["panels"][0]["table"]["rows"]]


def test_the_least_line_is_numpy_s():
    view = fitting(X, Y)
    view.act("set", "solve", True)
    slope, intercept = np.polyfit(X, Y, 1)
    assert view.line["slope"] == pytest.approx(slope, abs=1e-5) and view.line["intercept"] == pytest.approx(intercept, abs=1e-5)
    assert sums(view)[0] == sums(view)[1] == pytest.approx(0.299, abs=1e-4)
    assert "no other line comes nearer" in view.state["sentence"]


def test_the_sum_is_that_of_the_line_that_was_typed():
    view = fitting(torch.tensor(X), torch.tensor(Y))
    view.act("set", "intercept", 1.2)
    view.act("set", "slope", 0.9)
    assert sums(view) == pytest.approx([0.3, 0.299], abs=1e-4)
    assert view.state["sentence"] == "The squares beside the line 1.2 + 0.9 · x add up to 0.3. The least possible sum is 0.299."
    assert [row[3] for row in view.state["table"]["rows"]] == ["0.0000", "−0.2000", "0.4000", "−0.3000", "0.1000"]


def test_the_least_line_follows_a_point_and_a_typed_number_lets_it_go():
    view = fitting(X, Y)
    view.act("set", "solve", True)
    view.act("drag", 4, 0.0)
    assert view.ys[4] == 0.0 and view.line["slope"] == pytest.approx(-0.07, abs=1e-5)
    view.act("set", "slope", 2.0)
    assert not view.solve and view.line["slope"] == 2.0
    view.act("reset")
    assert view.ys == Y and not view.state["nav"][0][3]


def test_squares_are_squares_on_the_points_own_lines():
    view = fitting(X, Y)
    view.act("set", "slope", 0.5)
    for (x, y), square in zip(zip(X, Y), parts(view, "square"), strict=True):
        side, left, top = (float(square.get(name)) for name in ("width", "x", "y"))
        assert side == float(square.get("height"))
        px, py = view.plane.at(x, y)
        _, qy = view.plane.at(x, 3 + 0.5 * x)
        assert side == pytest.approx(abs(py - qy), abs=0.11) and top == pytest.approx(min(py, qy), abs=0.11)
        assert min(abs(left - px), abs(left + side - px)) < 0.11


@pytest.mark.parametrize("line", [(0, 0), (3, 40), (3, -40), (100, 0), (-5, 1), (200, 1)])
def test_a_steep_or_a_distant_line_stays_inside_the_picture(line):
    view = fitting(X, Y)
    for name, number in zip(("intercept", "slope"), line):
        view.act("set", name, number)
    for curve in parts(view, "curve"):
        x0, y0, x1, y1 = map(float, re.findall(r"-?\d+\.\d+", curve.get("d")))
        assert all(LEFT - 0.1 <= x <= view.plane.right + 0.1 for x in (x0, x1)) and all(TOP - 0.1 <= y <= view.plane.bottom + 0.1 for y in (y0, y1))
    assert not parts(view, "curve") or line not in [(100, 0), (200, 1)]
    assert ET.fromstring(view.still().svg).tag == SVG + "svg"


@pytest.mark.parametrize(("x", "y", "error", "phrase"), [
    ([0, 1], [1], ValueError, "got 2 x and 1 y"), ([1, 1], [1, 2], ValueError, "do not all stand above each other"),
    (list(range(7)), list(range(7)), ValueError, "2 to 6 points"), ([0, float("nan")], [1, 2], ValueError, "cannot be drawn"),
    (3, [1, 2], TypeError, "a list of numbers for x"), ([0, 1], None, TypeError, "a list of numbers for y")])
def test_what_cannot_be_drawn_is_refused(x, y, error, phrase):
    with pytest.raises(error, match=phrase):
        fitting(x, y)


# ---- in a page ---------------------------------------------------------------------------------------------------------------

def test_a_point_is_dragged_up_with_the_mouse(show):
    view = fitting(X, Y)
    page = show(view)
    box = page.locator('[data-point="1"] .reach').bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y - 120, steps=10)
    page.mouse.up()
    page.wait_for_function("document.querySelector('[data-point=\"1\"]').getAttribute('aria-valuenow') > 3.5", timeout=5000)
    settle(page)
    moved = page.locator('[data-point="1"] .reach').bounding_box()
    assert moved["y"] + moved["height"] / 2 == pytest.approx(y - 120, abs=4) and moved["x"] == pytest.approx(box["x"], abs=0.5)
    assert view.ys[1] > 3.5 and view.ys[0] == 1.2


def test_keys_move_a_point_and_the_switch_solves(show):
    view = fitting(X, Y)
    page = show(view)
    page.focus('[data-point="0"]')
    press(page, view, "ArrowUp", "ArrowUp", "PageDown")
    assert view.ys[0] == pytest.approx(0.4)
    before = view.seq
    page.check('[data-control="solve"]')
    page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
    assert float(page.input_value('[data-control="slope"]')) == pytest.approx(view.line["slope"], abs=1e-3) and view.solve


@pytest.mark.parametrize("width", [1120, 420])
def test_nothing_is_wider_than_the_page(show, width):
    page = show(fitting(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
