"""The memory map: who shares memory, where each element lies, what a write does, and that nothing of the student's is written."""

import base64
import gc
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import workbook as torch
from workbook.widgets import memory_map
from workbook.widgets.memory import MemoryMap, number_of
from workbook.widgets.memory_words import who_shares

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")

pytestmark = pytest.mark.cpu_only("its tensors share memory with NumPy; those of a GPU: test_elsewhere.py")


def bridge():
    n = np.arange(6.0)
    a = torch.from_numpy(n)
    return {"n": n, "a": a, "v": a.view(2, 3), "c": a.clone()}


VIEWS = {
    "same": lambda a: a, "reshaped": lambda a: a.view(3, 4), "transposed": lambda a: a.view(3, 4).t(), "column": lambda a: a.view(3, 4)[:, 1],
    "step": lambda a: a[1::3], "expanded": lambda a: a[3:5].expand(3, 2), "one": lambda a: a[5], "detached": lambda a: a.detach(),
    "array": lambda a: a.numpy(), "reversed": lambda a: a.numpy()[::-1], "bytes": lambda a: a.numpy().view(np.uint8), "wide": lambda a: a.numpy()[:4].view(np.complex64)}


@pytest.mark.parametrize("way", VIEWS)
def test_a_write_is_seen_where_the_map_says_and_nowhere_else(way):
    base = torch.arange(12.0)
    other = VIEWS[way](base)
    shown = MemoryMap({"base": base, "other": other})
    assert len(shown.memories) == 1
    before = {named.name: named.array.copy() for named in shown.names}
    for place in range(12):
        shown.choose("base", [place])
        shown.go_to(0)
        shown.choose("base", [place])
        shown.write("77.5")
        for named in shown.names:
            changed = {tuple(map(int, index)) for index in np.argwhere(named.array != before[named.name])}
            said = set(named.at(shown.place))
            assert changed <= said and (named.array.itemsize < 4 or changed == said)
    assert shown.find("base").array[11] == 77.5 and base.tolist() == list(range(12))


@pytest.mark.parametrize("way", VIEWS)
def test_the_copy_is_laid_out_as_the_original(way):
    base = torch.arange(12.0)
    other = VIEWS[way](base)
    real = other._array if isinstance(other, torch.Tensor) else other
    named = MemoryMap({"base": base, "other": other}).find("other")
    assert named.array.strides == real.strides and named.array.tobytes() == real.tobytes()


def test_who_shares_is_told():
    given = bridge()
    assert who_shares(MemoryMap({**given, "b": given["a"]})) == [
        "n, a, v and b share memory A; a and b are one Tensor with 2 names.", "c has memory B for itself, with the same numbers as n: a copy."]
    assert who_shares(MemoryMap({"a": given["a"], "b": given["a"]})) == ["a and b are one Tensor with 2 names, in memory A."]
    assert who_shares(MemoryMap({"x": torch.ones(3), "y": torch.zeros(3)})) == ["x has memory A for itself.", "y has memory B for itself."]


@pytest.mark.parametrize("make, shared", [
    (torch.from_numpy, True), (torch.as_tensor, True), (torch.tensor, False), (lambda n: torch.from_numpy(n).clone(), False),
    (lambda n: torch.from_numpy(n).view(-1), True), (lambda n: torch.from_numpy(n).reshape(3, 2), True), (lambda n: torch.from_numpy(n).numpy(), True),
    (lambda n: torch.from_numpy(n) + 0, False), (lambda n: torch.from_numpy(n).float(), False), (lambda n: torch.from_numpy(n).double(), True)])
def test_the_bridge_of_the_lesson(make, shared):
    n = np.arange(6.0)
    t = make(n)
    assert (len(MemoryMap({"n": n, "t": t}).memories) == 1) == shared == np.shares_memory(n, t if isinstance(t, np.ndarray) else t._array)


def test_nothing_of_the_students_is_written():
    given = bridge()
    view = memory_map(**given)
    view._act("choose", "v", "1,1")
    view._act("write", number="9")
    assert given["n"].tolist() == [0, 1, 2, 3, 4, 5] and given["a"]._version == 0
    assert view.state["sentence"] == ("v[1, 1] = 9 wrote place 4 of memory A, where 4 stood. It is seen at once as n[4] and a[4]. "
                                      "The version of a and v is now 1.")
    assert [row[-1] for row in view.state["table"]] == ["not counted", "1", "1", "0"]


def test_what_numpy_writes_is_not_counted():
    view = memory_map(**bridge())
    view._act("write", number="-2.5")
    assert view.state["sentence"].endswith("The version of a and v stays: what NumPy writes is not counted.")
    assert [row[-1] for row in view.state["table"]] == ["not counted", "0", "0", "0"]
    assert ">was 0.<" in view.drawing and view.drawing.count(" wrote") == 4  # the place, and a mark for each of three names


def test_writes_are_steps_that_can_be_taken_back():
    view = memory_map(**bridge())
    view._act("write", number="7")
    view._act("choose", "a", "1")
    view._act("write", number="8")
    numbers = []
    for action in ("back", "back", "back", "end", "start", "on"):
        view._act(action)
        numbers.append(view._map.find("n").array[:2].tolist())
    assert numbers == [[7, 1], [0, 1], [0, 1], [7, 8], [0, 1], [7, 1]]
    assert view.state["status"] == "4 names, 2 memories, write 1 of 2"
    view._act("write", number="5")
    assert view._map.written == [("n", (0,), 7), ("n", (0,), 5)] and not view.state["can"]["on"]
    view._act("reset")
    assert view._map.find("n").array[0] == 0 and view._map.written == []


def test_what_the_engine_refuses_is_refused_in_its_words():
    p = torch.ones(2, requires_grad=True)
    view = memory_map(p=p, row=p.view(1, 2), d=p.detach(), e=torch.ones(1).expand(3))
    for name, words in (("p", "a leaf Variable that requires grad"), ("row", "a view of a leaf Variable"), ("e", "more than one element of the written-to tensor")):
        view._act("choose", name)
        view._act("write", number="3")
        assert words in view.state["refused"] and "Nothing was written" in view.state["sentence"] and view._map.done == 0
    view._act("choose", "d")
    assert view.state["refused"] == ""
    view._act("write", number="3")
    assert view.state["refused"] == "" and "p[0]" in view.state["sentence"]


@pytest.mark.parametrize("array, typed, error", [
    (np.zeros(2), "abc", "'abc' is no number"), (np.zeros(2), "", "no number was given"), (np.zeros(2, np.uint8), "300", "OverflowError"),
    (np.broadcast_to(np.zeros(1), (2,)), "1", "read-only")])
def test_what_cannot_be_written_is_told(array, typed, error):
    view = memory_map(n=array)
    view._act("write", number=typed)
    assert error in view.state["refused"] and view._map.done == 0


def test_a_number_as_it_is_typed():
    assert [number_of(text) for text in (" 3 ", "-0.5", "1e3", "1j", "nan")][:4] == [3, -0.5, 1000.0, 1j]


def test_the_same_place_is_found_under_every_name():
    view = memory_map(**bridge())
    view._act("choose", "v", "1,0")
    assert view.state["sentence"] == "v[1, 0] is place 3 of memory A. n[3] and a[3] are the same place: a write to one is seen in all."
    walked = []
    for way in ("up", "up", "right", "down", "down", "down", "down", "left"):
        view._act(way)
        walked.append((view.state["name"], view.state["index"]))
    assert walked == [("a", "3"), ("n", "3"), ("n", "4"), ("a", "4"), ("v", "1,1"), ("c", "0"), ("c", "0"), ("c", "0")]
    assert view.state["sentence"] == "c[0] is place 0 of memory B. No other name here shows that place."


# ---- after the student's own code -------------------------------------------------------------------------------------------

def test_update_tells_what_was_written_and_who_counted_it():
    given = bridge()
    view = memory_map(**given)
    view.update()
    assert view.state["sentence"] == "Nothing has changed since the last look."
    given["n"] += 1
    view.update()
    assert view.state["sentence"] == ("Places 0, 1, 2 and 3 more of memory A were written, seen in n, a and v. "
                                      "The version of a and v stays: NumPy wrote, and that is not counted.")
    given["a"][2] = 50
    view.update()
    assert view.state["sentence"] == ("Place 2 of memory A was written, seen in n, a and v. The version of a went from 0 to 1. "
                                      "The version of v went from 0 to 1.")
    assert view.state["name"] == "n" and view.state["index"] == "2" and ">was 3.<" in view.drawing and view.state["flash"]


def test_update_forgets_what_was_tried():
    given = bridge()
    view = memory_map(**given)
    view._act("write", number="9")
    view.update()
    assert view.state["sentence"] == "Nothing has changed since the last look." and view._map.find("n").array[0] == 0


def test_a_name_that_is_given_to_another_array():
    n = np.ones(2)
    t = torch.from_numpy(n)
    view = memory_map(n=n, t=t)
    n = n + 1
    gc.collect()
    view.update(n=n)
    assert view.state["sentence"] == ("n lies in memory B now, not in A: the name was given to another NumPy array, and memory A was not "
                                      "written by that.")
    assert view.state["shares"] == ["n has memory B for itself.", "t has memory A for itself."]


def test_new_names_are_told_apart_as_views_and_copies():
    given = {"a": torch.arange(3.0)}
    view = memory_map(**given)
    view.update(v=given["a"].view(3, 1), c=given["a"].clone())
    assert view.state["sentence"] == ("v is new, and nothing was copied: it shows memory A, as a. "
                                      "c is new, in memory B of its own, with the same numbers as a: a copy.")


def test_names_at_the_top_level_of_a_notebook_are_followed():
    cell = {"torch": torch, "np": np, "memory_map": memory_map}
    exec("n = np.ones(2); t = torch.from_numpy(n); _hidden = np.ones(1); text = 'n'; view = memory_map()", cell)
    assert cell["view"].state["names"] == ["n", "t"]
    exec("n = n + 1; k = t.view(1, 2); view.update()", cell)
    said = cell["view"].state["sentence"]
    assert "n lies in memory B now, not in A" in said and "k is new, and nothing was copied: it shows memory A, as t" in said
    exec("del k; view.update()", cell)
    assert cell["view"].state["sentence"] == "k is gone."


def test_names_inside_a_function_are_found():
    x = torch.ones(2)
    assert memory_map().state["names"] == ["x"] and x is not None


@pytest.mark.parametrize("given, error, words", [
    ({"a": 3}, TypeError, "got a int for a"), ({"a": np.array(["x"])}, ValueError, "cannot draw a: it has dtype <U1"),
    ({"a": torch.zeros(2000)}, ValueError, "cannot draw a: it has 2,000 elements")])
def test_what_cannot_be_shown_is_explained(given, error, words):
    with pytest.raises(error, match=words):
        memory_map(**given)


def test_nothing_found_is_explained():
    with pytest.raises(ValueError, match="found no Tensor and no NumPy array"):
        memory_map()


@pytest.mark.parametrize("given", [
    {"e": torch.zeros(0)}, {"s": torch.tensor(3)}, {"b": torch.tensor([True, False])}, {"z": np.array([1j])}, {"f": np.asfortranarray(np.ones((2, 3)))},
    {"e": torch.zeros(0), "x": torch.ones(2)}, {"big": torch.zeros(1024), "part": torch.zeros(40, 40)[:3]}, {"deep": torch.zeros(2, 1, 2, 2, 2)}])
def test_small_empty_and_large_memories_are_drawn(given):
    view = memory_map(**given)
    for action in ("right", "down", "left", "up", "start", "end"):
        view._act(action)
    view._act("write", number="1")
    ET.fromstring(view.drawing)
    ET.fromstring(view.still().svg)
    assert view.state["sentence"]


def test_a_view_of_a_large_memory_stays_small():
    view = memory_map(first=torch.zeros(100_000)[:3])
    assert len(view.drawing) < 100_000


def test_the_fallback_is_an_image_with_its_text_and_a_table():
    view = memory_map(**bridge())
    view._act("write", number="9")
    data, _ = view._repr_mimebundle_()
    told = "Memory map. n, a and v share memory A. c has memory B for itself."
    assert data["text/plain"] == told and data["text/html"].startswith(f'<img alt="{told}"')
    assert "<td>v</td><td>Tensor</td><td>[2, 3]</td><td>(3, 1)</td><td>0</td><td>A</td>" in data["text/html"]
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", data["text/html"])[1]).decode("utf-8")
    style = ET.fromstring(svg).find("{http://www.w3.org/2000/svg}style").text
    assert "--wb" not in style and ".mark" in style
    assert not re.search(r'class="[^"]*(now|same|wrote)"', svg) and "<script" not in svg and "data-name" not in svg


def test_a_name_cannot_break_out_of_the_picture():
    view = memory_map(**{'"><script>alert(1)</script>': torch.ones(2)})
    for text in (view.drawing, view.still()._repr_html_(), view.still().svg):
        assert "<script" not in text


def test_two_arrays_on_one_buffer_are_one_memory():
    buffer = bytearray(16)
    a, b = np.frombuffer(buffer, np.float32), np.frombuffer(buffer, np.float32, count=2, offset=8)
    shown = MemoryMap({"b": b, "a": a})
    assert len(shown.memories) == 1 and shown.find("b").covers[0,] == range(2, 3)
    shown.choose("a", [3])
    shown.write("5")
    assert shown.find("b").array.tolist() == [0, 5] and bytes(buffer) == bytes(16)


def test_data_counts_for_itself():
    a = torch.zeros(2)
    view = memory_map(a=a, d=a.data, e=a.detach())
    view._act("write", number="1")
    assert view.state["sentence"].endswith("The version of a and e is now 1.")
    assert [row[-1] for row in view.state["table"]] == ["1", "0", "1"]
