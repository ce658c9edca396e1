"""The descent view: every place is the one that the engine's own SGD reaches, and the picture and the sentence say what a step did."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook.widgets import descent, recording
from workbook.widgets.descent_view import LONGEST


def square(w):
    return w ** 2


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def places(view):
    return [float(row[1].replace("−", "-")) for row in view.state["table"]["rows"]]


@given(st.floats(-4, 4), st.floats(0.01, 0.45), st.sampled_from(["minus", "plus"]))
def test_steps_are_those_of_sgd(start, lr, sign):
    view = descent(lambda w: (w - 1) ** 2 + w.sin(), start, lr)
    view.act("set", "sign", sign)
    for _ in range(4):
        view.act("on")
    w = torch.tensor(start, requires_grad=True)
    optimizer, seen = torch.optim.SGD([w], lr=lr, maximize=sign == "plus"), [w.item()]
    for _ in range(4):
        optimizer.zero_grad()
        ((w - 1) ** 2 + w.sin()).backward()
        optimizer.step()
        seen.append(w.item())
    assert [w for w, _, _ in view.places] == pytest.approx(seen, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(("start", "lr", "sign", "said"), [
    (4.0, 0.1, "minus", "It is less steep: the next step is shorter."),
    (4.0, 0.8, "minus", "went across the bottom, and ended lower all the same"),
    (4.0, 1.1, "minus", "ended higher than it began: it was too long"),
    (4.0, 0.1, "plus", "this step went uphill"),
    (4.0, 0.5, "minus", "The slope is nearly 0 here"),
])
def test_the_sentence_says_what_the_step_did(start, lr, sign, said):
    view = descent(square, start, lr)
    view.act("set", "sign", sign)
    view.act("on")
    assert said in view.state["sentence"]


def test_the_arrow_is_as_long_as_the_step_that_comes():
    view = descent(square, 4.0, 0.1)
    for lr, sign, ahead in ((0.1, "minus", 3.2), (0.25, "minus", 2.0), (0.1, "plus", 4.8)):
        view.act("set", "lr", lr)
        view.act("set", "sign", sign)
        tip, = (part for part in parts(view, "slope") if part.tag.endswith("path"))
        x = float(re.match(r"M(\S+) ", tip.get("d"))[1])
        assert x == pytest.approx(view.plane.at(ahead, 16)[0], abs=0.1)
        assert f"= {str(ahead).removesuffix('.0')}" in view.state["panels"][0]["lines"][0]
        assert len(view.places) == 1  # nothing has moved yet


def test_the_title_and_the_code_have_the_sign_that_was_chosen():
    view = descent(square, 4.0)
    assert view.state["title"] == "w −= lr · w.grad" and "    w -= 0.1 * w.grad" in view.code()
    view.act("set", "sign", "plus")
    assert view.state["title"] == "w += lr · w.grad" and "    w += 0.1 * w.grad" in view.code()
    scope = {"torch": torch, "w": torch.tensor(4.0, requires_grad=True)}
    scope["loss"] = scope["w"] ** 2
    exec("\n".join(view.code()), scope)  # what is shown is what a student can run
    assert scope["w"].item() == pytest.approx(view.next) and scope["w"].grad is None


def test_a_ball_that_is_moved_begins_anew():
    view = descent(square, 4.0)
    view.act("ten")
    view.act("nudge", 0, 10)
    assert len(view.places) == 1 and places(view)[0] == pytest.approx(round((4 * 0.8 ** 10 + 1) * 10) / 10, abs=1e-4)
    view.act("drag", 0, 0.25)
    assert places(view) == [-2.5]
    view.act("drag", 0, 7.0)
    assert places(view) == [5.0]
    view.act("set", "start", 1.234)
    assert places(view) == [1.234]


def test_back_and_reset():
    view = descent(square, 4.0, 0.2)
    view.act("on")
    view.act("set", "lr", 0.3)
    view.act("on")
    view.act("back")
    assert places(view) == pytest.approx([4.0, 2.4], abs=1e-4)
    view.act("reset")
    assert places(view) == [4.0] and view.lr == 0.2 and [able for *_, able in view.state["nav"]] == [False, True, True, False]
    view.act("back")
    assert places(view) == [4.0]


def test_what_runs_away_is_drawn_at_the_edge_and_told():
    view = descent(lambda w: w ** 4, 4.0, 0.9)
    for _ in range(3):
        view.act("ten")
    assert not all(map(math.isfinite, view.now)) and "the steps have run away" in view.state["sentence"]
    assert [able for *_, able in view.state["nav"]][:3] == [True, False, False]
    numbers = [part.get(name) or "" for part in ET.fromstring(view.drawing).iter() for name in ("x", "y", "cx", "cy", "d")]
    assert not any("nan" in each or "inf" in each for each in numbers)
    assert "beyond the picture" in "".join(ET.fromstring(view.drawing).itertext())


def test_steps_end_somewhere():
    view = descent(lambda w: 0.0001 * w, 4.0, 0.01)
    for _ in range(LONGEST // 10 + 2):
        view.act("ten")
    assert len(view.places) == LONGEST + 1 and "no more are kept" in view.state["sentence"]


def test_a_loss_that_fails_where_a_step_leads_says_so():
    def loss(w):
        if w.item() < 3:
            raise ArithmeticError("w is below 3")
        return w ** 2

    view = descent(loss, 4.0, 0.2)
    view.act("on")
    assert len(view.places) == 1 and "ArithmeticError: w is below 3" in view.state["sentence"]
    view.act("set", "lr", 0.05)
    view.act("on")
    assert len(view.places) == 2 and "went from 4 to 3.6" in view.state["sentence"]


def test_a_curve_has_gaps_where_there_is_no_number():
    view = descent(lambda w: (w * w - 4).log(), 3.0)
    path, = parts(view, "curve")
    assert path.get("d").count("M") == 2  # none between -2 and 2
    drawn = [float(x) for x in re.findall(r"[ML](\S+) ", path.get("d"))]
    left, right = view.plane.at(-2.0, 0.0)[0], view.plane.at(2.0, 0.0)[0]
    assert drawn and not any(left < x < right for x in drawn)


def test_a_loss_without_a_slope_moves_nothing():
    view = descent(lambda w: torch.tensor(3.0), 1.0)
    view.act("on")
    assert places(view) == [1.0, 1.0] and "nearly 0" in view.state["sentence"]


def test_nothing_of_the_student_s_is_touched():
    weight = torch.tensor(2.0, requires_grad=True)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    view = descent(lambda w: (w - weight) ** 2 + 0 * torch.rand(()), 4.0)
    view.act("ten")
    assert weight.grad is None and torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(("arguments", "kind", "said"), [
    ((3.0, 4.0), TypeError, "needs a function of one number"),
    ((torch.tensor(1.0), 4.0), TypeError, "needs a function of one number"),
    ((lambda w: w * torch.ones(2), 4.0), TypeError, "a Tensor of shape (2,)"),
    ((lambda w: 3.0, 4.0), TypeError, "and is a float"),
    ((square, "4"), TypeError, "finite number for start"),
    ((square, math.nan), TypeError, "finite number for start"),
    ((square, 4.0, None), TypeError, "finite number for lr"),
    ((square, 4.0, 0.1, (5, -5)), ValueError, "cannot draw from 5 to -5"),
    ((square, 4.0, 0.1, 3), TypeError, "two numbers for across"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, kind, said):
    with pytest.raises(kind) as caught:
        descent(*arguments)
    assert said in str(caught.value)


def test_the_still_picture_shows_five_steps_and_leaves_the_view_at_its_start():
    view = descent(square, 4.0)
    still = view.still()
    assert len(still._rows) == 6 and "five steps with learning rate 0.1" in still._told and len(view.places) == 1
    assert "var(--wb" not in still.svg


def test_it_works_where_nobody_records():
    recording.stop()
    try:
        view = descent(square, 4.0)
        view.act("on")
        assert places(view) == pytest.approx([4.0, 3.2], abs=1e-4)
    finally:
        recording.start()


def test_the_ball_s_name_stands_over_the_numbers_of_the_steps_at_the_bottom():
    view = descent(lambda w: (w - 3) ** 2 / 2, start=1.0, lr=0.4, across=(-1, 7))
    view.act("ten")
    texts = [part for part in ET.fromstring(view.drawing).iter() if part.tag.endswith("text")]
    name, = [text for text in texts if (text.text or "").startswith("w = ")]
    ball, = [part for part in ET.fromstring(view.drawing).iter() if part.get("class") == "face"]
    assert name.get("text-anchor") == "middle" and float(name.get("y")) <= float(ball.get("cy")) - 26
