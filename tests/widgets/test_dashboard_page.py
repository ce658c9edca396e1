"""The dashboard in a page of its own: at every width, by keyboard, and what it says."""

import pytest
import workbook as torch
from tests.widgets.page import settle
from tests.widgets.test_dashboard import made, train
from tests.widgets.test_room import GONE, LOW, OPEN, PUSHED, SENT


@pytest.fixture
def trained():
    watch, *rest = made(test=True, classes=["aeroplane", "automobile", "bird"])
    train(watch, *rest, rounds=2)
    watch.pictures = None
    images = torch.rand(8, 3, 8, 8)
    from workbook.widgets.pictures import seen_of
    watch.pictures = seen_of(images, torch.arange(8) % 3, torch.randn(8, 3)._array)
    watch.state = "paused"
    watch.view.show()
    return watch


def test_nothing_is_pushed_out_of_sight_at_any_width(show, trained):
    page = show(trained.view, width=1500)
    page.evaluate(OPEN)
    page.wait_for_selector("details table")
    for width in (1500, 1100, 850, 600, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(PUSHED) == [] and page.evaluate(LOW) == [] and page.evaluate("document.documentElement.scrollWidth") <= width, width
    assert page.locator("details table").count() == 3


def test_every_control_is_reached_and_pressed_by_keyboard(show, trained):
    page = show(trained.view)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.action ?? document.activeElement.ariaLabel ?? document.activeElement.tagName"))
    assert {"pause", "one", "resume", "stop", "learning rate", "learning rate, as a number", "SUMMARY"} <= set(reached)
    page.focus("[data-action=resume]")
    page.keyboard.press("Space")
    settle(page)
    assert not trained._paused and trained._asked.is_set()
    trained._asked.clear()
    page.focus("[data-action=pause]")  # it is held already: the button has nothing to do, and keeps the focus
    page.keyboard.press("Enter")
    settle(page)
    assert not trained._asked.is_set() and page.get_attribute("[data-action=pause]", "aria-disabled") == "true"


def test_a_typed_rate_that_is_none_is_refused_and_a_right_one_is_asked_for(show, trained):
    page = show(trained.view)
    page.fill("input[type=number]", "-3")
    page.keyboard.press("Enter")
    assert page.inner_text(".wb-sentence") == "A learning rate is a number above 0. It stays 0.1." and page.input_value("input[type=number]") == "0.1"
    page.fill("input[type=number]", "0.02")
    page.keyboard.press("Enter")
    settle(page)
    assert trained._rate_wanted == 0.02 and trained.rate == 0.1  # the loop will take it, between two steps


def test_drawings_and_sentence_are_there_for_a_screen_reader(show, trained):
    page = show(trained.view)
    line = page.locator(".wb-sentence")
    assert line.get_attribute("aria-live") == "polite" and line.inner_text().startswith("Held before step 10")
    told = page.locator("svg[role=img]").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    assert len(told) == 4 + 8 and told[0].startswith("Loss. 10 steps") and any(text.startswith("Confusion table, test after round 2") for text in told)


def test_a_view_that_comes_before_what_it_shows_waits_for_it(show, trained):
    view = trained.view
    kept, view.state, view.seq = view.state, {}, 0
    page = show(view)
    assert page.inner_text("header").startswith("Training") and page.locator("[data-seq]").count() == 0
    page.evaluate("news => window.fromPython(news)", {"state": kept, "seq": 1})
    assert page.get_attribute(".wb-dashboard", "data-seq") == "1" and page.inner_text(".wb-status").startswith("paused")


def test_after_a_restart_it_says_that_nobody_answers(show, trained):
    page = show(trained.view)
    page.evaluate(SENT)
    page.click("[data-action=stop]")
    assert page.inner_text(".wb-sentence").startswith(GONE)
