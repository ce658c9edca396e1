"""A reader who is faster than the kernel: what was chosen and what is typed stay, and what comes late still arrives."""

import pytest

import workbook as torch
from tests.widgets.page import settle
from workbook import nn
from workbook.widgets import inspector, replicas

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")
LATE = "() => { const soon = fromPage; fromPage = async (...said) => { await new Promise((go) => setTimeout(go, 400)); return soon(...said); }; }"


@pytest.fixture
def late(show):
    """A function that shows a view whose answers come 400 ms late."""
    def shown(view):
        page = show(view)
        page.evaluate(LATE)
        return page

    return shown


def titled(page, title):
    page.wait_for_function("title => document.querySelector('header b').textContent === title", arg=title, timeout=5000)
    settle(page)


def test_a_new_function_brings_its_argument_also_into_a_field_that_has_the_focus(late):
    page = late(inspector())
    box = page.get_by_label("its arguments")
    page.focus("select")
    page.keyboard.type("arange")
    page.keyboard.press("Tab")  # at once, before the answer is there
    titled(page, "x = torch.arange(0, 10, 2)")
    assert box.input_value() == "0, 10, 2" and page.evaluate("document.activeElement.tagName") == "INPUT"
    page.keyboard.type("7")  # what came is selected, as what stood there would be
    titled(page, "x = torch.arange(7)")
    assert box.input_value() == "7"


def test_an_answer_never_overwrites_what_is_typed(late):
    page = late(inspector())
    page.focus("select")
    page.keyboard.type("ar")
    page.keyboard.press("Tab")
    page.keyboard.type("3, 5")
    titled(page, "x = torch.arange(3, 5)")
    assert page.get_by_label("its arguments").input_value() == "3, 5"


def test_a_late_answer_does_not_take_the_choice_back(late):
    page = late(inspector())
    page.focus("select")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(250)
    titled(page, "x = torch.arange(0, 10, 2)")
    assert page.eval_on_selector("select", "choice => choice.value") == "arange"


def test_a_late_answer_does_not_take_a_choice_of_a_board_back(late):
    with torch.cuda.simulate(2):
        page = late(replicas(nn.DataParallel(nn.Sequential(nn.Linear(5, 3), nn.Tanh(), nn.Linear(3, 2)).cuda()), torch.ones(4, 5)))
        page.focus("select")
        for _ in range(3):
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(250)
        page.wait_for_function("document.querySelector('.wb-sentence').textContent.includes('2.bias.grad')", timeout=5000)
        assert page.eval_on_selector("select", "choice => choice.value") == "2.bias"
