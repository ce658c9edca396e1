"""The scores view: probabilities, loss and slopes are the engine's, the bars are as long as the numbers, and the sentence names the mistake."""

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook.nn import functional as F
from workbook.widgets import scores
from workbook.widgets.numbers import four
from workbook.widgets.scores_view import CHANCE, SLOPE


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def column(view, number):
    return [float(row[number].lstrip("∇ ").replace("−", "-")) for row in view.state["table"]["rows"]]


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=6), st.data(), st.booleans())
def test_the_numbers_are_the_engine_s(logits, data, twice):
    target = data.draw(st.integers(0, len(logits) - 1))
    view = scores(logits, target)
    view.act("set", "twice", twice)
    z = torch.tensor([logits], requires_grad=True)
    loss = F.cross_entropy(z.softmax(1) if twice else z, torch.tensor([target]))
    loss.backward()
    assert view.measured()[0] == pytest.approx(loss.item()) and view.state["status"] == f"loss {four(loss.item())}"
    assert column(view, 3) == pytest.approx(z.grad[0].tolist(), abs=6e-5)
    expected = [math.exp(each) for each in (z.softmax(1)[0].tolist() if twice else logits)]
    assert column(view, 2) == pytest.approx([each / sum(expected) for each in expected], abs=6e-5)


def test_bars_are_as_long_as_their_numbers():
    view = scores([2.0, 0.0, -1.0], 0)
    _, chances, slopes, _ = view.measured()
    moves, pulls = parts(view, "move"), parts(view, "pull")
    score, chance, chance_1, score_2, chance_2 = [float(bar.get("width")) for bar in moves]  # a score of 0 has no bar
    assert (chance, chance_1, chance_2) == pytest.approx([CHANCE * each for each in chances], abs=0.06) and score == pytest.approx(2 * score_2, abs=0.11)
    assert [float(bar.get("width")) for bar in pulls] == pytest.approx([SLOPE / 2 * abs(each) for each in slopes], abs=0.06)
    zero = float(pulls[1].get("x"))
    assert float(pulls[0].get("x")) + float(pulls[0].get("width")) == pytest.approx(zero, abs=0.11) and slopes[0] < 0  # to the left of it


def test_the_last_slope_is_whole_beside_the_panels():
    """From 901 pixels on the panels, 320 wide, stand beside the drawing, which shrinks to 0.7 and is cut from there on."""
    for logits, target in (([2.0, 0.0, 0.0], 0), ([0.0] * 6, 5)):
        assert 0.7 * float(ET.fromstring(scores(logits, target).drawing).get("width")) <= 901 - 320 - 8


def test_the_sentence_speaks_of_the_right_class():
    view = scores([2.0, 0.0, 0.0], 0)
    assert view.state["sentence"].startswith("The loss is −log(0.7870) = 0.2395")
    view.act("set", "target", "1")
    assert "of class 1, the right one" in view.state["sentence"] and view.state["status"] == "loss 2.2395"
    view.act("set", "try", "wrong and sure")
    assert "The network is sure, and wrong" in view.state["sentence"] and view.logits == [8.0, 0.0, 0.0]
    view.act("set", "try", "right and sure")
    assert "nothing left to learn" in view.state["sentence"] and view.logits == [0.0, 8.0, 0.0]
    view.act("set", "try", "all equal")
    assert view.state["status"] == "loss 1.0986" and "Equal scores" in view.state["panels"][1]["lines"][0]


def test_adding_one_to_each_score_changes_nothing_else():
    view = scores([2.0, 0.5, -1.0], 2)
    before = column(view, 2), column(view, 3), view.state["status"]
    view.act("set", "try", "each one more")
    assert view.logits == [3.0, 1.5, 0.0] and (column(view, 2), column(view, 3), view.state["status"]) == before


@pytest.mark.parametrize("count", [2, 3, 6])
def test_softmax_twice_never_falls_below_a_bound(count):
    view = scores([0.0] * count, 0)
    view.act("set", "twice", True)
    view.act("set", "z0", 60.0)
    bound = F.cross_entropy(torch.tensor([[1.0] + [0.0] * (count - 1)]), torch.tensor([0])).item()
    assert view.measured()[0] == pytest.approx(bound) and f"can never fall below {bound:.4f}".rstrip("0") in view.state["sentence"]
    assert ".softmax(1)" in view.code()


def test_the_code_gives_the_loss_that_is_shown():
    view = scores([1.25, -0.5], 1)
    for twice in (False, True):
        view.act("set", "twice", twice)
        assert eval(view.code(), {"F": F, "torch": torch}).item() == pytest.approx(view.measured()[0])


def test_reset():
    view = scores([2.0, 0.0, 0.0], 0)
    assert not view.state["nav"][0][3]
    for done in (("z1", 4.0), ("target", "2"), ("twice", True)):
        view.act("set", *done)
        assert view.state["nav"][0][3]
        view.act("reset")
        assert (view.logits, view.target, view.twice) == ([2.0, 0.0, 0.0], 0, False)


def test_a_row_of_scores_may_be_a_tensor():
    assert scores(torch.tensor([[2.0, 0.0, 0.0]]), 0).logits == scores(torch.tensor([2.0, 0.0, 0.0]), 0).logits == [2.0, 0.0, 0.0]


@pytest.mark.parametrize(("arguments", "kind", "said"), [
    ((3.0, 0), TypeError, "needs a list of numbers"),
    ((["a", "b"], 0), TypeError, "needs a list of numbers"),
    (([1.0], 0), ValueError, "it draws 2 to 6 finite scores"),
    (([1.0] * 7, 0), ValueError, "it draws 2 to 6 finite scores"),
    (([1.0, math.inf], 0), ValueError, "finite scores"),
    (([1.0, 2.0], 2), ValueError, "one of 0 to 1"),
    (([1.0, 2.0], -1), ValueError, "one of 0 to 1"),
    (([1.0, 2.0], [0]), ValueError, "one of 0 to 1"),
    (([1.0, 2.0], True), ValueError, "one of 0 to 1"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, kind, said):
    with pytest.raises(kind) as caught:
        scores(*arguments)
    assert said in str(caught.value)


@pytest.mark.parametrize("logits", [[2.0, 0.0, 0.0], [-10.0] * 5 + [10.0]])
def test_every_number_lies_inside_the_picture(logits):
    view = scores(logits, 0)
    width = float(ET.fromstring(view.drawing).get("viewBox").split()[2])
    band, = parts(view, "column")
    for name in ("slope", "code"):
        for text in parts(view, name):
            end = float(text.get("x")) + 7.6 * len(text.text)  # the widest letter of the font of numbers, at 12.5 px
            assert end <= float(band.get("x")) + float(band.get("width")) <= width
