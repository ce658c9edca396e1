"""The key matcher: what fits is what load_state_dict takes, and the rest is said in words, on the picture, and as a table."""

import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from tests.widgets.page import click, press
from workbook import nn
from workbook.widgets import match_keys


class Net(nn.Module):
    def __init__(self, out=3):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, out)


def wrapped(prefix="module."):
    return {f"{prefix}{key}": value for key, value in Net().state_dict().items()}


def other():
    """A state that lacks a key, has another shape, has a tensor too much, and a number."""
    state = Net(5).state_dict()
    del state["norm.bias"]
    return {**state, "head.weight": torch.ones(2), "epoch": 3}


def drawn(view, *classes):
    return [part for part in ET.fromstring(view.drawing).iter() if {*classes} <= {*(part.get("class") or "").split()}]


def texts(view):
    return ["".join(part.itertext()) for part in ET.fromstring(view.drawing).iter() if part.tag.endswith("text")]


def test_what_fits_is_joined():
    view = match_keys(Net(), Net().state_dict())
    assert len(drawn(view, "arrow")) == 9 and len(drawn(view, "copy")) == 0
    assert view.state["sentence"] == "All 9 keys match: load_state_dict takes the state." and view.answer() == ["<All keys matched successfully>"]


def test_what_does_not_is_said_in_words():
    view = match_keys(Net(), other())
    said = view.state["sentence"]
    assert said == "6 of 9 keys match. Missing: norm.bias. Unexpected: head.weight, epoch. Another shape: last.weight, last.bias."
    assert texts(view).count("missing") == 1 and texts(view).count("unexpected") == 2 and texts(view).count("≠ shape") == 2
    assert len(drawn(view, "arrow")) == 6 and len(drawn(view, "miss")) == 2 and len(drawn(view, "unmeant")) == 4
    rows = {row[0]: row[1:] for row in view.state["table"]["rows"]}
    assert rows["norm.bias"] == ["(4,)", "missing", "does not"] and rows["epoch"] == ["no place: unexpected", "int", "does not"]
    assert rows["last.weight"] == ["(3, 4)", "(5, 4)", "does not"] and rows["first.bias"] == ["(4,)", "(4,)", "fits"]
    assert any(line.startswith("size mismatch for last.weight") for line in view.answer())
    for key, words in (("norm.bias", "norm.bias is missing: the network asks for it"), ("epoch", "epoch is unexpected: the state has it (int)"),
                       ("last.bias", "last.bias is on both sides: (3,) in the network, (5,) in the state. It does not fit."),
                       ("first.bias", "first.bias is on both sides, with the shape (4,): it fits.")):
        view.act("choose", None, [name for _, name in view._drawn()].index(key))
        assert view.state["sentence"].startswith(words)


@pytest.mark.parametrize("prefix", ("module.", "_orig_mod.", "model.net."))
def test_a_prefix_is_found_and_taken_away(prefix):
    view = match_keys(Net(), wrapped(prefix))
    assert view.state["status"] == "0 of 9 keys match" and view.state["sentence"].endswith(f"Try to take {prefix!r} away.")
    view.act("set", "try", f"take {prefix!r} away")
    assert view.state["status"] == "9 of 9 keys match" and view.answer() == ["<All keys matched successfully>"]
    net, state = Net(), wrapped(prefix)
    assert str(eval(view.code(), {"net": net, "state": state})) == "<All keys matched successfully>", "the line that is shown does what is shown"
    view.act("set", "try", "as they are")
    assert view.state["status"] == "0 of 9 keys match"


def test_a_prefix_may_be_put_in_front():
    outer = nn.Sequential()
    outer.add_module("inner", Net())
    view = match_keys(outer, Net().state_dict())
    view.act("set", "try", "put 'inner.' in front")
    assert view.state["status"] == "9 of 9 keys match"
    assert str(eval(view.code(), {"net": outer, "state": Net().state_dict()})) == "<All keys matched successfully>"
    view.act("set", "away", "first.")  # typed
    view.act("set", "front", "x.")
    assert "x.weight" in view.renamed() and view.code() == "net.load_state_dict({'x.' + key.removeprefix('first.'): value for key, value in state.items()})"
    view.act("reset")
    assert view.code() == "net.load_state_dict(state)"


def test_nothing_of_the_readers_is_changed():
    net, state = Net(), Net().state_dict()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    keys, numbers = list(state), torch.get_rng_state()
    view = match_keys(net, state)
    view.act("set", "away", "first.")
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items()) and list(state) == keys
    assert torch.equal(torch.get_rng_state(), numbers)


def test_many_keys_are_drawn_in_part_and_told_whole():
    net = nn.Sequential(*[nn.Linear(1, 1) for _ in range(30)])
    view = match_keys(net, net.state_dict())
    assert len(view._drawn()) == 80 and texts(view).count("and 20 more") == 2 and len(view.state["table"]["rows"]) == 60
    assert "All 60 keys match" in repr(view) and "All 60 keys match" in repr(view.still())


def test_names_that_would_break_a_picture():
    view = match_keys(nn.Linear(1, 1), {'a"<b>&': torch.ones(1), "x" * 300: 1, "": 2})
    assert ET.fromstring(view.drawing) is not None and len(drawn(view, "copy")) == 5
    assert match_keys(nn.ReLU(), {}).state["sentence"] == "All 0 keys match: load_state_dict takes the state."


@pytest.mark.parametrize("given, said", [
    ((Net, {}), "write match_keys(Net(), state)"), (({}, Net()), "write match_keys(net, state)"), ((nn.Linear(1, 1), "net.pt"), "torch.load('net.pt')"),
    ((nn.Linear(1, 1), Net()), "other.state_dict()"), ((nn.Linear(1, 1), Net().state_dict), "with its parentheses"), ((nn.Linear(1, 1), {1: 2}), "by their names"), ((nn.Linear(1, 1), None), "by their names")])
def test_wrong_use_is_refused_with_what_to_write(given, said):
    with pytest.raises(TypeError) as told:
        match_keys(*given)
    assert said in str(told.value)


def test_arrows_lead_to_the_same_key_on_the_other_side():
    view = match_keys(Net(), other())
    drawn = view._drawn()
    for number, (side, key) in enumerate(drawn):
        beside = drawn[view._beside(number)]
        assert beside[0] != side and (beside[1] == key or key in ("norm.bias", "head.weight", "epoch"))
    assert drawn[view._beside(drawn.index(("state", "epoch")))] == ("net", "last.bias") and match_keys(Net(), {})._beside(3) == 8
    assert match_keys(nn.ReLU(), {"a": 1})._beside(0) == 0


@pytest.mark.parametrize("way", ("keyboard", "mouse"))
def test_in_a_page(show, way):
    view = match_keys(Net(), wrapped())
    page = show(view)
    if way == "mouse":
        click(page, view, ".wb-chips button >> nth=1")
        word, before = page.locator('[data-choose="10"] text').first.bounding_box(), view.seq
        page.mouse.click(word["x"] + 5, word["y"] + 5)  # on the name itself
        page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before)
    else:
        page.locator('[data-control="away"]').focus()
        before = view.seq
        page.keyboard.type("module.")
        page.wait_for_function("seq => Number(document.querySelector('.wb').dataset.seq) > seq", arg=before, timeout=5000)
        page.locator('[data-choose][tabindex="0"]').focus()
        press(page, view, "Enter", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowRight")
    assert page.inner_text(".wb-status") == "9 of 9 keys match"
    assert page.inner_text(".wb-sentence") == "first.bias is on both sides, with the shape (4,): it fits."
    assert page.locator(".chosen").count() == 2 and page.locator(".way").count() == 1
    assert page.evaluate("document.querySelector('aside').scrollWidth <= document.querySelector('aside').clientWidth"), "the line of code leaves its panel"
