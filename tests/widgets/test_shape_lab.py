"""The shape lab: which cells light up, what a pipeline does with places and memory, how shapes are aligned; and its still pictures."""

import base64
import re
import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from workbook.widgets import broadcasting, indexing, reshaping
from workbook.widgets.board import first_lines
from workbook.widgets.broadcasting_view import shape_of
from workbook.widgets.cells import Grid

SVG = "{http://www.w3.org/2000/svg}"
X = torch.arange(15).view(3, 5)
SIX, TENS = torch.arange(6).view(2, 3), torch.arange(6).view(2, 3) * 10


def cells(view, group=None):
    """The cells of the drawing: (number, mark, classes, key), in the order drawn."""
    root = ET.fromstring(view.drawing)
    groups = [each for each in root.iter(f"{SVG}g") if "data-cell" not in each.attrib and not each.get("class").startswith("cell")
              and group in (None, each.get("class"))]
    return [[(texts := [t.text for t in cell.iter(f"{SVG}text")])[0], texts[1] if len(texts) > 1 else "", cell.get("class"), cell.get("data-cell")]
            for each in groups for cell in each.iter(f"{SVG}g") if "cell" in cell.get("class").split()]


def lit(view):
    """The places of x that wear the class `on`, and the numbers of the result."""
    drawn = cells(view)
    return [int(key) for _, mark, look, key in drawn[:view.source.tensor.numel()] if "on" in look.split()], [
        number for number, *_ in drawn[view.source.tensor.numel():]]


@pytest.mark.parametrize("text", ["x[1]", "x[:, 1]", "x[1:, ::2]", "x[[0, 2], [1, 1]]", "x[x > 6]", "x[..., None, -1]", "x[[2, 2, 0]]", "x[1][2:4]"])
def test_the_cells_that_an_index_takes_are_lit_and_the_result_holds_them(text):
    view = indexing(text, x=X)
    taken = eval(text, {"x": X})  # the test's own text
    places, numbers = lit(view)
    assert places == sorted(set(taken.flatten().tolist()))  # X holds its own places
    assert numbers == [str(number) for number in taken.flatten().tolist()]
    assert view.state["panels"][-1]["lines"][0] == f"shape {tuple(taken.shape)}, dtype torch.int64"
    assert [row[2] for row in view.state["table"]["rows"]] == numbers


def test_the_result_says_where_every_number_came_from():
    view = indexing("x[1, :, None]", x=X)
    assert [mark for _, mark, _, _ in cells(view)[15:]] == ["1,0", "1,1", "1,2", "1,3", "1,4"]
    assert view.state["table"]["rows"][2] == ["[2,0]", "x[1,2]", "7"]
    assert view.state["sentence"] == (
        "x[1, :, None] takes 5 of the 15 numbers of x. Its shape is (5, 1): dim 0 is x's dim 1, whole; dim 1 is new, made by None. "
        "It is a view: it shares the memory of x.")


def test_every_part_of_an_index_says_what_it_does_and_which_cells_it_takes_alone():
    panel = indexing("x[1, ::2, None]", x=X).state["panels"][0]["table"]
    assert panel["rows"] == [["1", "dim 0 (row)", "removes the axis: one place", "–"],
                             ["::2", "dim 1 (column)", "keeps the axis, some places", "dim 0"], ["None", "–", "adds an axis of size 1", "dim 1"]]
    assert panel["hints"] == [[5, 6, 7, 8, 9], [0, 2, 4, 5, 7, 9, 10, 12, 14], []]


def test_places_that_are_picked_apart_stand_in_front():
    view = indexing("x[[0, 1], :, [1, 1]]", x=torch.arange(24).view(2, 3, 4))
    assert [row[3] for row in view.state["panels"][0]["table"]["rows"]] == ["dim 0", "dim 1", "dim 0"]
    view = indexing("x[:, [0, 1, 2], None, [1, 1, 1]]", x=torch.arange(24).view(2, 3, 4))
    assert view.result.shape == (3, 2, 1) and view.axes == ["row·column", "sheet", "new"]
    view = indexing("x[:, [0, 1, 2], [1, 1, 1], None]", x=torch.arange(24).view(2, 3, 4))
    assert view.result.shape == (2, 3, 1) and view.axes == ["sheet", "row·column", "new"]


@pytest.mark.parametrize("text, shares", [("x[1]", True), ("x[:, 1]", True), ("x[[1]]", False), ("x[x > 3]", False), ("x[:, None]", True)])
def test_a_view_and_a_copy_are_told_apart(text, shares):
    view = indexing(text, x=X)
    assert ("It is a view" in view.state["sentence"]) == shares and ("It is a copy" in view.state["sentence"]) == (not shares)


@pytest.mark.parametrize("text, told", [
    ("x[5]", "IndexError: index 5 is out of bounds for dimension 0 with size 3. Why: "), ("x[", "this is no whole expression yet."),
    ("x[0, 0, 0]", "IndexError: too many indices for tensor of dimension 2"), ("y[0]", "name 'y' is not defined here."),
    ("x.t()", "this view shows indexing only."), ("x[print()]", "print() is nothing that this view can follow."),
    ("x[[[[[[[0]]]]]], None, None]", "the result has shape")])
def test_what_does_not_work_is_said_and_nothing_is_lit(text, told):
    view = indexing(text, x=X)
    assert view.state["sentence"].startswith(told), view.state["sentence"]
    assert lit(view) == ([], [])
    assert [each["wrong"] for each in view.state["controls"] if each["id"] == "text"] == [True]
    view.act("set", id="text", value="x[0]")
    assert lit(view)[0] == [0, 1, 2, 3, 4] and not view.state["controls"][0]["wrong"]
    view.act("reset")
    assert view.text == text


def test_the_students_tensor_is_left_alone():
    x = torch.arange(6.).view(2, 3).requires_grad_()
    version = x._version
    torch.manual_seed(5)
    view = indexing("x[0]", x=x)
    view.act("set", id="text", value="x[x > 2]")
    steps = reshaping("x.t().reshape(6)", x=x)
    steps.act("end")
    assert x._version == version and x.grad is None and x.requires_grad
    assert torch.rand(1).item() == (torch.manual_seed(5), torch.rand(1).item())[1]


# ---- pipeline -----------------------------------------------------------------------------------------------------------


def test_every_number_keeps_its_colour_and_its_label_through_a_pipeline():
    view = reshaping("x.t().reshape(6)", x=SIX)
    view.act("on")
    before, after = cells(view, "before"), cells(view, "after")
    assert sorted(before, key=lambda cell: int(cell[3])) == sorted(after, key=lambda cell: int(cell[3]))
    assert [number for number, *_ in after] == ["0", "3", "1", "4", "2", "5"]
    assert [mark for _, mark, _, _ in after] == ["0,0", "1,0", "0,1", "1,1", "0,2", "1,2"]
    assert [look.split()[1] for _, _, look, _ in after] == ["s0", "s1"] * 3


def test_memory_is_shared_until_a_step_copies():
    view = reshaping("x.t().reshape(6).unsqueeze(0)", x=SIX)
    assert [note for _, note, _ in view.state["strip"]] == ["(2, 3)", "(3, 2), shared", "(6,), copied", "(1, 6), shared"]
    view.act("go", value=1)
    assert [number for number, *_ in cells(view, "memory")] == ["0", "1", "2", "3", "4", "5"]
    view.act("on")
    assert [number for number, *_ in cells(view, "memory")] == ["0", "1", "2", "3", "4", "5", "0", "3", "1", "4", "2", "5"]
    view.act("end")
    assert [number for number, *_ in cells(view, "memory")] == ["0", "3", "1", "4", "2", "5"]
    assert view.state["status"] == "step 3 of 3: (1, 6)"


@pytest.mark.parametrize("text", ["x.t()", "x.reshape(3, 2)", "x.reshape(6)", "x.t().reshape(6)", "x.t().reshape(2, 3)", "x.t().t().view(6)", "x[:, 1:]",
                                  "x[[0]]", "x.expand(2, 2, 3)", "x.repeat(1, 2)", "x.clone()", "x.contiguous()", "x.t().contiguous()",
                                  "x.unsqueeze(0)", "x.flatten()", "x.narrow(1, 0, 2)", "torch.cat([x])", "torch.stack([x, x])", "x[x > 1]"])
def test_sharing_is_what_real_pytorch_does(text):
    real = pytest.importorskip("torch", reason="is compared with PyTorch itself")
    view = reshaping(text, x=SIX)
    x = real.arange(6).view(2, 3)
    result = eval(text, {"x": x, "torch": real})  # the test's own text
    last = view.stations[-1]
    said = all(each.shares is not False for each in view.stations)
    assert said == (result.untyped_storage().data_ptr() == x.untyped_storage().data_ptr())
    assert (last.shape, last.stride, last.flat) == (tuple(result.shape), tuple(result.stride()), result.flatten().tolist())


def test_the_cells_of_two_tensors_are_told_apart_by_letter_and_shape():
    view = reshaping("torch.stack([x, y], dim=1)", x=SIX, y=TENS)
    assert [note for _, note, _ in view.state["strip"]] == ["(2, 3) and (2, 3)", "(2, 2, 3), copied"]
    view.act("on")
    after = cells(view, "after")
    assert [mark for _, mark, _, _ in after] == ["x 0,0", "x 0,1", "x 0,2", "y 0,0", "y 0,1", "y 0,2", "x 1,0", "x 1,1", "x 1,2", "y 1,0", "y 1,1", "y 1,2"]
    assert {look.split()[1] for _, mark, look, _ in after if mark[0] == "y"} == {"other"}
    assert 'rx="14"' in view.drawing
    assert view.state["panels"][0]["table"]["rows"][1] == ["1", "which", "2", "new: which of the 2"]


def test_the_names_of_the_axes_go_along():
    view = reshaping("x.permute(1, 2, 0).flatten(1)", x=torch.arange(24).view(2, 3, 4), axes={"x": ("batch", "time", "feature")})
    assert [station.axes for station in view.stations] == [["batch", "time", "feature"], ["time", "feature", "batch"], ["time", "feature·batch"]]
    view = reshaping("x.reshape(3, 2)", x=SIX)
    view.act("on")
    assert "dim 0 (mixed) is dims 0 and 1, cut anew" in view.state["sentence"]


def test_a_pipeline_goes_as_far_as_it_can_and_says_why_not_further():
    view = reshaping("x.t().view(6).unsqueeze(0)", x=SIX)
    assert [code for code, _, _ in view.state["strip"]] == ["x", ".t()"]
    view.act("end")
    assert "Then: .view(6): RuntimeError: view size is not compatible" in view.state["sentence"]
    assert view.state["panels"][0]["heading"] == "Not .view(6)"
    view = reshaping("torch.stack([x, x.t()])", x=SIX)
    assert "RuntimeError: stack expects each tensor to be equal size" in view.state["sentence"]
    view = reshaping("x.backward()", x=SIX)
    assert view.state["sentence"].startswith("x has shape (2, 3). backward is no step of this view")


def test_its_buttons_stop_at_the_ends():
    view = reshaping("x.t().t()", x=SIX)
    able = lambda: [action for action, _, _, can in view.state["nav"] if can]  # noqa: E731
    assert able() == ["on", "end"]
    for action, at in (("back", 0), ("end", 2), ("on", 2), ("back", 1), ("start", 0), ("go", 99)):
        if action == "go":
            view.act("go", value=99)
            assert view.at == 2
        else:
            view.act(action)
            assert view.at == at
    assert able() == ["start", "back", "reset"]
    view.act("set", id="text", value="x")
    assert view.at == 0 and view.state["sentence"] == "x has shape (2, 3). There is no step yet."
    view.act("reset")
    assert (view.at, view.text) == (0, "x.t().t()")


# ---- broadcasting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("a, b", [((3, 1), (4,)), ((3, 4), (4,)), ((2, 3, 4), (3, 1)), ((), (2, 2)), ((3, 1), (1, 4)), ((2,), (2,)), ((2, 0), (1,)), ((), ())])
def test_two_shapes_that_fit_are_stretched_to_the_engines_result(a, b):
    view = broadcasting(a, b)
    result = torch.zeros(a) + torch.zeros(b)
    assert view.result.shape == result.shape
    assert view.state["sentence"].startswith(f"{a} and {b} fit: the result has shape {tuple(result.shape)}.")
    for name, shape in (("a", a), ("b", b)):
        real = [key for _, _, look, key in cells(view) if key and key[0] == name and "copy" not in look]
        assert len(real) == (torch.zeros(shape).numel() if result.numel() else 0)  # every number once; all others are dashed
    sums = [number for number, _, _, key in cells(view) if key and key[0] == "r"]
    assert sums == [str(number) for number in view.result.flatten().tolist()]


def test_what_is_repeated_is_written_and_dashed():
    view = broadcasting((3, 1), (4,))
    assert [[number, mark] for number, mark, look, key in cells(view) if "copy" in look and key is None] == [
        ["1", "repeated to 4"], ["no axis", "repeated to 3"]]
    assert view.state["table"]["rows"] == [["dim -2", "3", "–", "b is repeated"], ["dim -1", "1", "4", "a is repeated"]]


def test_two_shapes_that_do_not_fit_get_the_engines_own_error():
    view = broadcasting((3, 4), (3,))
    with pytest.raises(RuntimeError) as problem:
        torch.zeros(3, 4) + torch.zeros(3)
    assert view.state["sentence"] == f"(3, 4) and (3,) do not fit. {first_lines(problem.value)}"
    assert [[number, mark] for number, mark, look, _ in cells(view) if "misfit" in look] == [["4", "does not fit"], ["3", "does not fit"]]


def test_shapes_are_typed_and_examples_chosen():
    view = broadcasting((2,), (2,))
    view.act("set", id="a", value="(5, 1)")
    assert view.result.shape == (5, 2)
    view.act("set", id="examples", value="3, 4 with 3")
    assert view.shapes == {"a": (3, 4), "b": (3,)}
    view.act("set", id="b", value="3, x")
    assert view.state["sentence"].startswith("'3, x' is no shape.")
    assert [each["wrong"] for each in view.state["controls"][:2]] == [False, True]
    view.act("reset")
    assert view.result.shape == (2,)
    view.act("set", id="a", value="100, 100")
    assert "too large for this picture" in view.state["sentence"]


@pytest.mark.parametrize("text, shape", [("3, 4", (3, 4)), ("(3,)", (3,)), ("", ()), ("[2 3]", (2, 3)), ("2×3", (2, 3)), ("0", (0,))])
def test_a_shape_can_be_typed_as_a_student_would(text, shape):
    assert shape_of(text) == shape


# ---- all ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [lambda: indexing("x[1, :, None]", x=X), lambda: indexing("x[9]", x=X), lambda: broadcasting((3, 4), (3,)),
                                  lambda: reshaping("x.t()", x=SIX), lambda: broadcasting((3, 1), (4,)), lambda: indexing("x[x < 0]", x=X)])
def test_the_still_picture_and_its_text_need_no_kernel(view):
    shown = view()
    data, _ = shown._repr_mimebundle_()
    html = data["text/html"]
    assert data["text/plain"] == repr(shown) and "\n" not in repr(shown)
    assert html.startswith('<img alt="') and "<script" not in html and "<svg" not in html
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).decode("utf-8")
    ET.fromstring(svg)
    assert "var(--wb" not in svg and "color-mix" not in svg and "#0072b2" in svg
    assert view().still()._repr_html_() == html  # the same bytes each time


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (2, 1, 2, 3), (2, 2, 1, 2, 2), (1, 2, 1, 2, 1, 2), (0, 3)])
def test_no_two_cells_of_a_grid_touch(shape):
    grid = Grid(shape)
    assert len(grid.places) == torch.zeros(shape).numel()
    for number, (x, y) in enumerate(grid.places):
        assert 0 <= x <= grid.width - grid.wide and 0 <= y <= grid.height - grid.high
        assert all(abs(x - a) >= grid.wide or abs(y - b) >= grid.high for a, b in grid.places[:number])


@pytest.mark.parametrize("call, error, told", [
    (lambda: indexing(3, x=X), TypeError, "needs the expression as a text, and got a int"),
    (lambda: indexing("x[0]"), TypeError, "got no tensor"), (lambda: indexing("x[0]", x=[1]), TypeError, "needs a Tensor for x, and got a list"),
    (lambda: indexing("x[0]", x=X, y=X), TypeError, "shows one tensor, and got 2"),
    (lambda: indexing("x[0]", x=torch.zeros(20, 20)), ValueError, "can be read up to 120 cells"),
    (lambda: indexing("x[0]", x=X, axes={"x": ("row",)}), ValueError, "1 names were given for the 2 axes of x"),
    (lambda: broadcasting("3", 4), TypeError, "needs two shapes, and got '3'"), (lambda: broadcasting((3, 1.5), (4,)), TypeError, "needs two shapes")])
def test_what_makes_no_view_is_explained(call, error, told):
    with pytest.raises(error, match=re.escape(told)):
        call()
