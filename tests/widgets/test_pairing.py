"""The pairing view: the squares, the loss and the warning are the engine's, and the pairs that were meant are told from the others."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.widgets import pairing
from workbook.widgets.numbers import short

NUMBERS = st.integers(2, 6).flatmap(lambda count: st.tuples(*[st.lists(st.integers(-9, 9), min_size=count, max_size=count)] * 2))


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def shaped(view, predictions, targets):
    view.act("set", "predictions", predictions)
    view.act("set", "targets", targets)
    return view


@given(NUMBERS)
def test_every_prediction_meets_every_target_where_the_shapes_differ(numbers):
    p, t = numbers
    view, count = pairing(p, t), len(t)
    whole = sum((a - b) ** 2 for a in p for b in t) / count ** 2
    meant = sum((a - b) ** 2 for a, b in zip(p, t)) / count
    for one, other in (("column", "row"), ("row", "column")):
        shaped(view, one, other)
        assert view.measured()[0] == pytest.approx(whole, rel=1e-5) and view.measured()[2] == (count, count)
        assert f"their mean is {short(meant)}." in view.state["sentence"]
    for each in ("column", "row"):
        shaped(view, each, each)
        assert view.measured()[0] == pytest.approx(meant, rel=1e-5) and view.paired


@pytest.mark.parametrize("way", [("column", "row"), ("row", "column")])
def test_a_square_says_whose_it_is(way):
    view = shaped(pairing([10.0, 20.0, 30.0], [1.0, 2.0, 3.0]), *way)
    view.act("choose", None, 2)  # first row, last column
    p, t = (0, 2) if way[0] == "column" else (2, 0)
    square = ([10, 20, 30][p] - [1, 2, 3][t]) ** 2
    assert view.state["sentence"].startswith(f"Prediction {p} ({[10, 20, 30][p]}) with target {t} ({[1, 2, 3][t]}), which nobody asked to compare: {square}.")
    cell, = (part for part in parts(view, "unmeant") if part.get("aria-pressed") == "true")
    assert "".join(cell.itertext()).endswith(str(square)) and cell.get("data-choose") == "2"
    view.act("choose", None, 4)
    assert "a pair that was meant" in view.state["sentence"] and len(parts(view, "unmeant")) == 6


def test_right_predictions_have_a_loss_all_the_same():
    view = pairing([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0])
    assert view.state["status"] == "loss 2.5000" and "their mean is 0." in view.state["sentence"]
    view.act("set", "try", "all the mean of the targets")
    assert view.predictions == [1.5] * 4 and view.state["status"] == "loss 1.2500"  # which is less: what such a loss teaches
    view.act("set", "try", "all right")
    assert view.predictions == view.targets


def test_the_warning_is_the_engine_s():
    view = pairing([1.0, 2.0], [1.0, 2.0])
    said = view.state["panels"][1]["lines"][0]
    assert said == "UserWarning: Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1]))."
    assert "No warning" in shaped(view, "row", "row").state["panels"][1]["lines"][0]
    assert shaped(view, "row", "column").state["panels"][1]["lines"][0].endswith("(torch.Size([2, 1])) that is different to the input size (torch.Size([2])).")


def test_reset():
    view = pairing([1.0, 2.0], [3.0, 4.0])
    assert not view.state["nav"][0][3]
    for done in (("set", "try", "all right"), ("set", "targets", "column"), ("choose", None, 1)):
        view.act(*done)
        assert view.state["nav"][0][3]
        view.act("reset")
        assert (view.predictions, view.shapes, view.chosen) == ([1.0, 2.0], {"predictions": "column", "targets": "row"}, None)


@pytest.mark.parametrize(("arguments", "kind", "said"), [
    ((3.0, [1.0]), TypeError, "list of numbers for its predictions"),
    (([1.0], "a"), TypeError, "list of numbers for its targets"),
    (([1.0, 2.0], [1.0]), ValueError, "2 predictions and 1 targets"),
    (([1.0], [1.0]), ValueError, "draws 2 to 6 pairs"),
    (([1.0] * 7, [1.0] * 7), ValueError, "draws 2 to 6 pairs"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, kind, said):
    with pytest.raises(kind) as caught:
        pairing(*arguments)
    assert said in str(caught.value)
