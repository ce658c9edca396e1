"""The tensor inspector: what it says of a tensor is true, in the model, in the drawing, in a still picture and in a page."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import workbook as torch
from workbook.random import default_generator
from workbook.widgets import constructors, inspector
from workbook.widgets.inspection import LONG, Inspection
from workbook.widgets.storage import Layout, in_memory_order

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


def table():
    return torch.arange(12).view(3, 4)


WAYS = {
    "whole": lambda x: x, "transposed": lambda x: x.t(), "column": lambda x: x[:, 1], "block": lambda x: x[1:, ::2],
    "one": lambda x: x[2, 3], "expanded": lambda x: x[1].expand(5, 4), "expanded column": lambda x: x[:, 2:3].expand(3, 5), "page": lambda x: x.view(1, 3, 2, 2), "flat": lambda x: x.view(-1),
    "copy": lambda x: x.t().contiguous(), "narrow": lambda x: x.narrow(1, 1, 2), "empty": lambda x: x[:0]}


@pytest.mark.parametrize("way", WAYS)
def test_every_cell_is_found_at_the_place_that_is_told(way):
    tensor = WAYS[way](table())
    seen = Inspection(tensor, "x")
    assert len(seen.indices) == tensor.numel()
    for index in seen.indices:
        seen.choose(index)
        assert seen.memory[seen.place] == tensor[index].item() if index else tensor.item()
        assert str(seen.place) == seen.layout.sum_text(index).rpartition("= ")[2]
        assert all(seen.layout.place(other) == seen.place for other in seen.same())


@pytest.mark.parametrize("way", WAYS)
def test_its_layout_is_pytorchs(way):
    real = pytest.importorskip("torch", reason="the truth about strides and offsets")
    ours, theirs = WAYS[way](table()), WAYS[way](real.arange(12).view(3, 4))
    layout = Layout(ours._array)
    if ours.numel():
        assert (layout.strides, layout.offset) == (theirs.stride(), theirs.storage_offset())
    facts = dict(Inspection(ours, "x").facts())
    assert facts[".is_contiguous()"] == str(theirs.is_contiguous())
    assert (facts[".shape"], facts[".dtype"], facts[".device"]) == (str(theirs.shape), str(theirs.dtype), str(ours.device))


def test_the_cells_read_as_print_writes_them():
    for tensor in (torch.tensor([[1.0, 2.5], [1e-9, 3.0]]), torch.tensor([True, False]), torch.tensor([1 + 2j]), torch.tensor([1.0, float("nan")])):
        text = repr(tensor)
        assert all(each in text for each in Inspection(tensor, "x").texts.values())


def test_a_large_tensor_is_shortened_as_print_shortens_it():
    seen = Inspection(torch.arange(6000).view(60, 100), "x")
    assert [index[1] for index in seen.indices[:6]] == [0, 1, 2, 97, 98, 99] and len(seen.indices) == 36
    assert seen.notes() == "Drawn are 36 of 6000 cells: the edges of each long axis, as in print(x)."
    assert seen.memory_title() == "Memory: 6000 places of 8 bytes"
    seen.choose_place(5)
    assert seen.sentence() == "Place 5 of the memory holds 5, one of the cells of x that are not drawn."
    assert len(Inspection(torch.zeros(LONG, LONG), "x").indices) == LONG * LONG


@pytest.mark.parametrize("shape", [(500,), (3, 200), (70, 1, 2), (2,) * 9, (9,) * 6, (1, 2, 300, 1), (60, 60, 60)])
def test_no_shape_makes_a_picture_without_end(shape):
    seen = Inspection(torch.zeros(shape), "x")
    assert 0 < len(seen.indices) <= 3000
    assert len(inspector(torch.zeros(shape)).drawing) < 3_000_000


def test_what_is_said_of_a_cell():
    x = torch.arange(12.0).view(3, 4)
    view = inspector(x)
    view._act("cell", "1,2")
    assert view.state["sentence"] == "x[1, 2] is 6. It lies at place 0 + 1 × 4 + 2 × 1 = 6 of the memory."
    assert view.state["where"] == [["rule", "offset + index × stride"], ["place", "0 + 1 × 4 + 2 × 1 = 6"], ["byte", "6 × 4 = 24"]]
    assert view.state["heading"] == "Where x[1, 2] lies" and view.state["text"] == repr(x)


def test_a_place_that_the_tensor_does_not_show_is_told():
    column = table()[:, 1]
    view = inspector(column)
    assert view.state["memory"] == "Memory: 12 places of 8 bytes, 9 of them not in column"
    view._act("place", 5)
    assert view.state["chosen"] == "1"
    view._act("along", 1)
    assert view.state["sentence"] == "Place 6 of the memory holds 6, which column does not show."
    assert view.state["chosen"] is None and view.strip.count('class="cell other"') == 8


def test_an_expanded_number_is_marked_wherever_it_is_seen():
    view = inspector(torch.tensor([1.5, 2.0]).expand(3, 2))
    assert view.state["same"] == ["1,0", "2,0"]
    assert view.state["sentence"].endswith("So does x[1, 0] and 1 more of this picture: one number, shown 3 times.")


def test_the_buttons_walk_in_the_order_of_the_indices_and_the_keys_up_and_down():
    view = inspector(torch.arange(24).view(2, 3, 4))
    walked = []
    for action in ("on", "down", "down", "down", "back", "end", "on", "up", "start", "up"):
        view._act(action)
        walked.append(view.state["chosen"])
    assert walked == ["0,0,1", "0,1,1", "0,2,1", "1,0,1", "1,0,0", "1,2,3", "1,2,3", "1,1,3", "0,0,0", "0,0,0"]
    assert view.state["can"] == {"start": False, "back": False, "on": True, "end": True, "reset": True}


def test_update_looks_again_and_stays_at_its_cell():
    x = torch.zeros(2, 2)
    view = inspector(x)
    view._act("cell", "1,0")
    x[1, 0] = 7
    assert ">7.<" not in view.drawing
    view.update()
    assert ">7.<" in view.drawing and view.state["sentence"].startswith("x[1, 0] is 7. ")


def test_show_knows_the_name_and_changes_nothing():
    weights = torch.ones(2, 2, requires_grad=True)
    view = weights.show()
    assert view.state["title"] == "weights" and dict(view._seen.facts())[".requires_grad"] == "True"
    assert repr(view).startswith("Inspector of weights: shape [2, 2], torch.float32, strides (2, 1), offset 0;")
    assert repr(weights).startswith("tensor([[1., 1.]") and weights._version == 0 and weights.grad is None


@pytest.mark.parametrize("tensor", [torch.tensor(3.5), torch.zeros(0), torch.zeros(2, 0, 3), torch.tensor([True]), torch.tensor([[1j]])])
def test_small_and_empty_tensors_are_drawn(tensor):
    view = inspector(tensor)
    ET.fromstring(view.drawing)
    ET.fromstring(view.strip)
    view._act("on"), view._act("up"), view._act("along", -1), view._act("reset")
    assert view.state["sentence"]


@pytest.mark.parametrize("given, fix", [([1, 2], r"torch\.tensor\(data\)"), (np.ones(2), r"torch\.from_numpy\(n\)"), (3, r"inspector\(\)")])
def test_what_is_no_tensor_is_explained(given, fix):
    with pytest.raises(TypeError, match=rf"needs a Tensor, and got {type(given).__name__}(?s:.)*{fix}"):
        inspector(given)


# ---- a call that is edited --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", constructors.FIRST)
def test_every_constructor_begins_with_a_call_that_works(name):
    view = inspector()
    view._act("constructor", name)
    assert view.form["refused"] == "" and view.state["title"] == f"x = torch.{name}({constructors.FIRST[name]})"
    assert name.startswith("rand") or view.state["text"] == repr(eval(f"torch.{name}({constructors.FIRST[name]})"))


@pytest.mark.parametrize("name, typed, error", [
    ("zeros", "2, 'a'", "TypeError"), ("arange", "5, 0, 1", "RuntimeError"), ("eye", "-1", "RuntimeError"), ("tensor", "[[1, 2], [3]]", "ValueError"),
    ("linspace", "0, 1", "TypeError"), ("full", "(2, 3)", "TypeError"), ("zeros", "2, wrong=3", "TypeError"), ("ones", "2, 'b'", "TypeError")])
def test_a_wrong_argument_shows_the_engines_own_text_and_leaves_the_picture(name, typed, error):
    view = inspector()
    view._act("constructor", name)
    drawn = view.drawing
    view._act("edit", typed)
    with pytest.raises(Exception) as raised:
        eval(f"torch.{name}({typed})")
    assert view.form["refused"] == f"{raised.type.__name__}: {raised.value}" and view.form["refused"].startswith(error)
    assert view.drawing == drawn and "is refused" in view.state["sentence"]
    view._act("edit", constructors.FIRST[name])
    assert view.form["refused"] == ""


@pytest.mark.parametrize("typed", ["2, 3", "[2, 3]", "2, 3, dtype=torch.int64", "2, 3,", "(2), 3, requires_grad=True", "2, 3 # six"])
def test_what_is_read(typed):
    assert constructors.make("zeros", typed).shape == (2, 3)


@pytest.mark.parametrize("typed", [
    "__import__('os').getcwd()", "open('x')", "2) + f(3", "*[2, 3]", "**{'a': 2}", "x", "2 if True else 3", "torch.os", "[i for i in (1, 2)]",
    "2, dtype=torch.bool.__class__", "lambda: 2", "'%s' % 2", "2 ** 9", "(", ")", "2;3", "a := 2", "1" * 5000, "(" * 500, "-" * 1900 + "1"])
def test_nothing_that_is_typed_is_run(typed):
    with pytest.raises(SyntaxError, match="cannot be read|too long"):
        constructors.read(typed)


@pytest.mark.parametrize("name, typed", [
    ("zeros", "100000, 100000"), ("ones", "size=(3000, 3000)"), ("eye", "5000"), ("arange", "1e12"), ("arange", "0, 1, 1e-9"),
    ("arange", "-1e9, 5"), ("arange", "start=0, end=1e9"), ("linspace", "0, 1, steps=10000000"), ("randn", "10000001"), ("full", "(9999, 9999), 1.")])
def test_what_is_too_large_to_look_at_is_not_made(name, typed):
    view = inspector()
    view._act("constructor", name)
    view._act("edit", typed)
    assert re.search("elements\n  Why: this view makes at most 1,000,000", view.form["refused"])


def test_a_large_number_is_no_size():
    assert constructors.make("full", "(2, 2), 1e9").shape == (2, 2)
    assert constructors.make("arange", "1000000, 1000005").shape == (5,)
    assert constructors.make("tensor", "[1e30]").shape == (1,)


def test_random_numbers_are_those_of_the_next_call_and_are_not_used_up():
    torch.manual_seed(5)
    view = inspector()
    view._act("constructor", "rand")
    before = default_generator.state_array().copy()
    view._act("edit", "2, 2")
    np.testing.assert_array_equal(before, default_generator.state_array())
    assert view.state["text"] == repr(torch.rand(2, 2))


def test_reset_returns_to_the_first_argument():
    view = inspector()
    view._act("edit", "1, 1")
    view._act("reset")
    assert view.form["typed"] == "2, 3" and view.state["title"] == "x = torch.zeros(2, 3)"


# ---- without a kernel -------------------------------------------------------------------------------------------------------

def test_the_fallback_is_an_image_with_its_text_and_a_table():
    x = table()
    data, _ = inspector(x)._repr_mimebundle_()
    assert data["text/plain"].startswith("Inspector of x: shape [3, 4], torch.int64")
    assert data["text/html"].startswith('<img alt="x: shape [3, 4], torch.int64, strides (4, 1), offset 0; x[0, 0] is 0,')
    assert "<svg" not in data["text/html"] and "<style" not in data["text/html"]
    assert "<td>.stride()</td><td>(4, 1)</td>" in data["text/html"]
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", data["text/html"])[1]).decode("utf-8")
    root = ET.fromstring(svg)
    style = root.find("{http://www.w3.org/2000/svg}style").text
    assert "--wb" not in style and "#0072b2" in style and ".cell.other" in style
    assert not re.search(r'class="cell[^"]* now"', svg)
    assert inspector(x).still()._repr_html_() == data["text/html"]


def test_a_name_cannot_break_out_of_the_picture():
    view = inspector(table())
    view._seen.name = '"><script>alert(1)</script>'
    view._show(redraw=True)
    for text in (view.drawing, view.strip, view.still()._repr_html_(), view.still().svg):
        assert "<script" not in text


def test_memory_in_its_own_order():
    assert in_memory_order(np.asfortranarray(np.arange(6).reshape(2, 3))).tolist() == [0, 3, 1, 4, 2, 5]


@pytest.mark.parametrize("name", constructors.FIRST)
@pytest.mark.parametrize("typed", ["", "None", "[]", "'a'", "True, False", "1e400", "-1e400, 1", "0, 1, 0", "1j", "((),)", "dtype=torch.int64", "1, 2, 3, 4, 5"])
def test_anything_typed_is_shown_or_refused(name, typed):
    view = inspector()
    view._act("constructor", name)
    view._act("edit", typed)
    assert view.form["typed"] == typed and view.state["sentence"]
