"""The bill of copies and waits: what it shows is what the simulated GPUs counted, line by line."""

import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from tests.widgets.page import settle
from workbook.widgets import bill


@pytest.fixture
def gpus():
    with torch.cuda.simulate(2) as found:
        yield found


def losses(count=10):
    return [torch.tensor(float(k)).cuda() for k in range(count)]


def slow():
    total = 0.0
    for loss in losses():
        total += loss.item()  # in every round
    return total


def fast():
    return sum(losses()).item()


def chosen(view):
    return [part for part in ET.fromstring(view.drawing).iter() if part.get("data-choose") is not None]


def test_the_bill_is_what_the_machine_counted(gpus):
    gpus.clear()
    slow()
    counted = {(entry.kind, entry.cause): (entry.times, entry.bytes) for entry in gpus.bill()}
    view = bill(slow, fast)
    shown = [row for row in view.state["table"]["rows"] if row[0] == "before"]
    assert sorted((int(row[3]), int(row[4].replace(",", ""))) for row in shown) == sorted(counted.values())
    assert {(entry.kind, entry.cause): (entry.times, entry.bytes) for entry in gpus.bill()} == counted  # the student's own bill stays
    assert view.state["sentence"] == "Before: 20 copies, 10 waits. After: 11 copies, 1 wait."


def test_each_entry_names_its_line(gpus):
    view = bill(slow, fast)
    rows = {(row[0], row[1]): row for row in view.state["table"]["rows"]}
    assert rows["before", "wait"][6] == "total += loss.item()  # in every round" and rows["after", "wait"][6] == "return sum(losses()).item()"
    assert rows["before", "wait"][5] == f"line {slow.__code__.co_firstlineno + 3}"
    assert rows["before", "copy, CPU to GPU"][6] == "return [torch.tensor(float(k)).cuda() for k in range(count)]"


def test_a_bill_is_as_wide_as_its_longest_line_and_no_wider(gpus):
    view, short = bill(slow, fast), bill(fast, None)
    for each in (view, short):
        frames = {float(part.find("{*}rect").get("width")) for part in chosen(each)}
        longest = max(len(row[6]) for row in each.state["table"]["rows"])
        assert frames == {max(300, min(longest, 56) * 7.3) + 16}  # a letter of the code is 7.2 wide
    ends = [float(part.get("x")) for part in ET.fromstring(view.drawing).iter() if part.get("class") == "title"]
    assert ends[1] - ends[0] > max(frames) + 8


def test_an_entry_is_chosen_and_the_bars_change(gpus):
    view = bill(slow, fast)
    assert len(chosen(view)) == len(view.state["table"]["rows"]) == 6 and not view.state["nav"][0][3]
    bars = view.drawing.count('width="300.0"')
    view.act("choose", value="1")
    assert view.state["sentence"].startswith("Before, line ") and "10 ×" in view.state["sentence"] and view.state["nav"][0][3]
    view.act("set", "by", "bytes")
    assert view.drawing.count('width="300.0"') != bars and "bytes" in chosen(view)[0].get("aria-label")
    view.act("reset")
    assert view.state["sentence"].startswith("Before: 20 copies")


def test_one_function_alone_and_one_that_costs_nothing(gpus):
    view = bill(lambda: torch.ones(3, device="cuda") * 2)
    assert "nothing is copied" in view.drawing or view.state["sentence"] == "Your code: 1 copy, 0 waits."
    assert bill(lambda: None).state["sentence"] == "Your code: 0 copies, 0 waits." and "nothing is copied" in bill(lambda: None).drawing


def test_long_bills_are_cut_and_the_table_has_them_all(gpus):
    code = "\n".join(f"y{k} = x[{k}].item()" for k in range(9))
    names = {"x": torch.arange(9).cuda()}
    view = bill(lambda: exec(compile(code, "nowhere", "exec"), names))
    assert "more lines" in view.drawing and len(view.state["table"]["rows"]) == 18 and "its text is not to be had" in view.drawing


def test_wrong_use_is_told(gpus):
    with pytest.raises(TypeError, match="needs a function without arguments, and got float"):
        bill(1.5)
    with pytest.raises(TypeError, match="needs a function"):
        bill(slow, 3)
    with pytest.raises(ZeroDivisionError):
        bill(lambda: 1 / 0)
    assert gpus.copies() >= 0
    with torch.cuda.simulate(0), pytest.raises(RuntimeError, match="needs simulated GPUs"):
        bill(slow)


def test_the_still_picture_says_the_same(gpus):
    assert "Before: 20 copies, 10 waits." in repr(bill(slow, fast).still())


def test_it_is_worked_by_keyboard(gpus, show):
    page = show(bill(slow, fast))
    page.locator("[data-choose]").first.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    page.keyboard.press("Enter")
    settle(page)
    assert "line" in page.locator(".wb-sentence, [role=status], .wb-said").first.inner_text()


def test_keys_go_up_and_down_a_bill_and_across_to_the_other(gpus, show):
    rounds, end = bill(lambda: losses()[3].item(), lambda: losses()[4].item()), bill(lambda: losses()[3].item(), lambda: None)
    page = show(rounds)
    page.locator("[data-choose]").first.focus()
    for key, place in (("ArrowDown", 1), ("ArrowRight", 4), ("ArrowDown", 5), ("ArrowLeft", 2), ("ArrowUp", 1)):
        page.keyboard.press(key)
        settle(page)
        assert (key, page.locator("[data-choose].chosen").get_attribute("data-choose")) == (key, str(place))
    assert all(part.get("data-beside") is None for part in chosen(end))  # nothing stands on the other side


def test_bytes_are_told_where_there_are_any(gpus):
    view = bill(slow, fast)
    view.act("set", "by", "bytes")
    told = [part.text for part in ET.fromstring(view.drawing).iter() if part.get("class") == "number"]
    assert "wait: no bytes" in told and "copy, GPU to CPU: 40 bytes" in told
