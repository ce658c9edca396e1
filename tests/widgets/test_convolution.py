"""The convolution stepper: the output is the engine's, and at every place it is the sum of the products that are drawn."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook as torch
from workbook.nn import functional as F
from workbook.widgets import convolution, photograph
from workbook.widgets.convolution_view import FILTERS, PICTURES


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def matrices(least, most):
    numbers = st.integers(-9, 9).map(float)
    return st.tuples(st.integers(least, most), st.integers(least, most)).flatmap(
        lambda shape: st.lists(st.lists(numbers, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]))


@given(matrices(2, 8), matrices(1, 4), st.sampled_from([1, 2, 3]), st.sampled_from([0, 1, 2]), st.sampled_from([1, 2]))
def test_every_place_is_the_sum_of_its_products(picture, kernel, stride, padding, dilation):
    view = convolution(picture, kernel, stride=stride, padding=padding, dilation=dilation)
    x, w = torch.tensor(picture)[None, None], torch.tensor(kernel)[None, None]
    try:
        expected = F.conv2d(x, w, stride=stride, padding=padding, dilation=dilation)[0, 0]
    except RuntimeError as problem:
        assert view.problem is not None and str(problem).partition("\n")[0] in view.state["sentence"] and view.result == []
        return
    assert torch.tensor(view.result).shape == expected.shape and torch.allclose(torch.tensor(view.result), expected)
    assert [view.formula(axis).rpartition("= ")[2] for axis in (0, 1)] == [str(side) for side in expected.shape]
    for place in range(view.count):
        view.act("choose", None, place)
        assert sum(a * b for a, b in view.products()) == pytest.approx(expected.flatten()[place].item(), abs=1e-4)


def test_the_window_is_drawn_where_the_products_come_from():
    view = convolution([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], [[1.0, 10.0], [100.0, 1000.0]])
    view.act("choose", None, 3)
    chosen = ["".join(cell.itertext()) for cell in parts(view, "chosen")]
    assert chosen[:4] == ["5", "6", "8", "9"] and view.window() == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert view.state["sentence"] == "Output[1, 1] = 5 × 1 + 6 × 10 + 8 × 100 + 9 × 1000 = 9865."


def test_a_dilated_window_has_gaps_and_padding_is_told():
    view = convolution([[1.0] * 5] * 5, [[1.0, 1.0], [1.0, 1.0]], dilation=2, padding=1)
    assert view.window() == [(0, 0), (0, 2), (2, 0), (2, 2)]
    assert len(parts(view, "copy")) == 7 * 7 - 5 * 5 and view.state["sentence"].startswith("Output[0, 0] = 0 × 1 + 0 × 1 + 0 × 1 + 1 × 1 = 1")
    assert view.code() == "F.conv2d(picture, kernel, padding=1, dilation=2)"


def test_the_output_fills_up_place_by_place():
    view = convolution()
    shown = lambda: [cell.get("aria-label") for cell in ET.fromstring(view.drawing).iter() if cell.get("data-choose")]  # noqa: E731
    assert view.state["status"] == "place 1 of 16" and sum(label.count(",") == 2 for label in shown()) == 1
    view.act("on")
    view.act("on")
    assert sum(label.count(",") == 2 for label in shown()) == 3
    view.act("back")
    assert view.place == 1
    view.act("end")
    assert view.place == 15 and [able for *_, able in view.state["nav"]] == [True, False, False, True]
    view.act("on")
    assert view.place == 15
    view.act("reset")
    assert view.place == 0 and not view.state["nav"][3][3]


@pytest.mark.parametrize("kernel", FILTERS)
@pytest.mark.parametrize("picture", PICTURES)
def test_every_choice_is_drawn(picture, kernel):
    view = convolution()
    view.act("set", "picture", picture)
    view.act("set", "kernel", kernel)
    assert view.problem is None and view.count == (5 if "2 ×" in kernel else 4) ** 2


def test_a_kernel_of_one_in_the_middle_copies_and_an_edge_is_found():
    view = convolution()
    view.act("set", "kernel", "the middle alone")
    assert view.result == [[float(each) for each in row[1:-1]] for row in PICTURES["an edge"][1:-1]]
    view.act("set", "kernel", "top to bottom")
    assert {each for row in view.result for each in row} == {0.0}  # the edge runs the other way
    view.act("set", "kernel", "left to right")
    assert view.result[0] == [0.0, 27.0, 27.0, 0.0]


def test_long_sums_are_cut_and_small_numbers_stay_small():
    view = convolution([[1.0] * 5] * 5, [[0.125] * 4] * 4)
    assert view.state["sentence"].endswith("+ 7 more = 2.") and view.state["sentence"].count(" × ") == 9
    assert max(len("".join(cell.itertext())) for cell in parts(view, "off")) <= 4


@pytest.mark.parametrize(("arguments", "options", "kind", "said"), [
    ((3.0,), {}, TypeError, "rows of numbers for its picture"),
    (([1.0, 2.0],), {}, TypeError, "rows of numbers for its picture"),
    (([[1.0, 2.0], [3.0]],), {}, ValueError, "cannot draw this picture"),
    ((torch.zeros(9, 9),), {}, ValueError, "cannot draw this picture"),
    (([[1.0, math.nan]] * 2,), {}, ValueError, "cannot draw this picture"),
    ((None, torch.zeros(5, 5)), {}, ValueError, "cannot draw this kernel"),
    ((), {"stride": 4}, ValueError, "stride=4"),
    ((), {"padding": -1}, ValueError, "padding=-1"),
    ((), {"dilation": True}, ValueError, "dilation=True"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, options, kind, said):
    with pytest.raises(kind) as caught:
        convolution(*arguments, **options)
    assert said in str(caught.value)


def test_a_picture_may_be_a_batch_of_one():
    x = torch.arange(12.0).view(1, 1, 3, 4)
    assert convolution(x).picture == x[0, 0].tolist() and re.search("your own", convolution(x).state["controls"][0]["options"][0][0])


# ---- the photograph -------------------------------------------------------------------------------------------------------


def photographed(**chosen):
    view = convolution()
    view.act("set", "picture", photograph.NAME)
    for name, value in chosen.items():
        view.act("set", name, value)
    return view


@pytest.mark.parametrize("kernel", ["left to right", "mean", "sharpen", "2 × 2, all ones"])
def test_a_photograph_is_convolved_by_the_engine_and_every_place_can_be_chosen(kernel):
    view = photographed(kernel=kernel)
    x, w = torch.tensor(photograph.numbers())[None, None], torch.tensor(FILTERS[kernel], dtype=torch.float32)[None, None]
    expected = F.conv2d(x, w)[0, 0]
    assert torch.equal(torch.tensor(view.result), expected)
    places = [part for part in ET.fromstring(view.drawing).iter() if part.get("data-choose")]
    assert sorted(int(part.get("data-choose")) for part in places) == list(range(expected.numel()))
    view.act("choose", None, 77)
    assert sum(a * b for a, b in view.products()) == pytest.approx(expected.flatten()[77].item(), abs=1e-3)
    now = [part for part in ET.fromstring(view.drawing).iter() if part.get("tabindex") == "0"]
    assert [part.get("data-choose") for part in now] == ["77"] and now[0].get("aria-label").startswith("output row ")


def test_the_frame_stands_over_the_window_whose_numbers_are_shown():
    view = photographed(kernel="mean", stride="2", padding="1", dilation="2")
    view.act("choose", None, 20)
    row, column = divmod(20, len(view.result[0]))
    frame = next(part for part in parts(view, "face") if part.get("style") == "fill:none")
    side = photograph.POINT
    assert [float(frame.get(name)) for name in ("x", "y", "width", "height")] == [
        photograph.LEFT + 2 * column * side, photograph.TOP + 2 * row * side, 5 * side, 5 * side]
    assert ["".join(cell.itertext()) for cell in parts(view, "s0")] == [f"{int(number)}" for number, _ in view.products()]


def test_the_greys_of_an_output_say_what_they_stand_for():
    assert "black −" in photographed(kernel="left to right").drawing and ", grey 0, white " in photographed(kernel="top to bottom").drawing
    assert "black 0 and less, white 255 and more" in photographed(kernel="sharpen").drawing
    assert "white 1020 and more" in photographed(kernel="2 × 2, all ones").drawing


def test_the_photograph_is_left_out_where_nothing_can_read_it(monkeypatch):
    monkeypatch.setattr(photograph, "is_there", lambda: False)
    assert photograph.NAME not in convolution().pictures
    monkeypatch.undo()
    assert photograph.NAME in convolution().pictures


def test_rows_of_the_output_are_as_long_as_the_page_is_told():
    for view in (convolution(), photographed(padding="1")):
        assert ET.fromstring(view.drawing).get("data-columns") == str(len(view.result[0]))
