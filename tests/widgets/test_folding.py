"""Folding: modules, what a loop repeats, and what a reader folds by hand; the picture never gets a circle."""

import sys

import pytest
import workbook as torch
from hypothesis import given
from hypothesis import strategies as st
from tests.widgets.graphs import cell_of_gates, leaf
from workbook import nn
from workbook.widgets.folding import READABLE, Folding
from workbook.widgets.groups import loops
from workbook.widgets.layout import layers_from_result
from workbook.widgets.origin import Recorded
from workbook.widgets.scene import build
from workbook.widgets.words import Words


class View:
    """A graph without a widget, whose folds can be opened and closed."""

    def __init__(self, result, frame=None):
        self.origin = Recorded(result, frame)
        self.folding = Folding(self.origin.trace, self.origin.names.of_module)

    @property
    def scene(self):
        return build(self.origin.trace, Words(self.origin.trace), self.folding)

    def titles(self):
        return [box.title for box in self.scene.boxes if not box.ghost]

    def folds(self):
        return [(box.title, box.note) for box in self.scene.boxes if box.kind == "fold"]

    def toggle(self, title):
        self.folding.toggle(next(key for key, listed, *_ in self.folding.listed() if listed == title))

    def gather(self, *titles):
        parts = [part for box in self.scene.boxes if box.title in titles and not box.ghost for part in box.parts]
        return self.folding.gather(parts)


def no_circle(scene):
    layers_from_result([box.key for box in scene.boxes], [(wire.source, wire.target) for wire in scene.wires])
    return True


# ---- loops ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("forms, found", [
    ("aaaa", [(0, 1, 4)]),
    ("aa", []),
    ("xabababy", [(1, 2, 3)]),
    ("abcabcabcabx", [(0, 3, 3)]),
    ("aabaabaab", [(0, 3, 3)]),  # the longer stretch wins over the short ones in it
    ("aaaxbbbb", [(0, 1, 3), (4, 1, 4)]),
    ("", []),
])
def test_what_repeats_is_found(forms, found):
    assert loops(list(forms), [None] * len(forms)) == found


def test_a_round_begins_where_the_lines_go_back():
    assert loops(list("cabcabcabc"), [3, 1, 2, 3, 1, 2, 3, 1, 2, 3]) == [(1, 3, 3)]


@given(st.lists(st.sampled_from("ab"), max_size=40))
def test_loops_repeat_and_never_overlap(forms):
    at = 0
    for start, period, count in loops(forms, [None] * len(forms)):
        assert start >= at and count >= 3
        at = start + period * count
        assert all(forms[k] == forms[start + (k - start) % period] for k in range(start, at))
    assert at <= len(forms)


def test_a_loop_of_one_line_is_folded_by_tens():
    x, h = leaf(1.0), leaf(0.5)
    for _ in range(50):
        h = (h * x).tanh() + x
    view = View(h, sys._getframe())
    assert len(view.scene.boxes) <= READABLE
    assert [note for _, note in view.folds()] == ["+ 30 steps, 1 leaf", *["+ 30 steps"] * 4]
    assert [title for title, _ in view.folds()][1:3] == ["times 11 to 20", "times 21 to 30"]
    view.toggle("times 11 to 20")
    assert view.folds()[1:3] == [("time 11", "+ 3 steps"), ("time 12", "+ 3 steps")] and len(view.folds()) == 14
    view.toggle("time 12")
    assert view.titles().count("×") == 1
    view.toggle("h = (h * x).tanh() + x")
    assert view.titles() == ["h = (h * x).tanh() + x", "x"]  # x has a name, and is no piece of the loop
    assert [box.note for box in view.scene.boxes if box.kind == "fold"] == ["+ 50 times, 150 steps, 1 leaf"]


def test_a_cell_of_fifty_times_is_readable_and_its_weights_stay_in_sight():
    loss, cell = cell_of_gates(50)
    view = View(loss, sys._getframe())
    assert [title for title, _ in view.folds()] == [f"times {first} to {first + 9}" for first in range(1, 50, 10)]
    assert view.titles()[:4] == ["x.weight", "x.bias", "h.weight", "h.bias"]
    ghosts = [box for box in view.scene.boxes if box.ghost]
    assert sorted({box.title for box in ghosts}) == ["h.bias", "h.weight", "x.bias", "x.weight"]
    assert len(ghosts) == 16  # beside each box but the first, where the weights themselves stand
    assert [box.title for box in view.scene.boxes].count("data") == 0  # each input belongs to its own time
    view.toggle("times 41 to 50")
    view.toggle("time 50")
    assert view.titles().count("sigmoid") == 3 and no_circle(view.scene)


def test_a_module_called_in_a_loop_is_told_by_its_time():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            for _ in range(12):
                x = self.layer(x)
                x = x.tanh()
            return x.sum()

    net = Net()
    view = View(net(torch.ones(1, 2)), sys._getframe())
    assert view.folds() == [(f"time {n}", "+ 3 steps") for n in range(1, 13)]


def test_two_runs_of_ten_layers_are_no_loop():
    net = nn.Sequential(*(nn.Linear(2, 2) for _ in range(10)))
    view = View(net(torch.ones(1, 2)).sum(), sys._getframe())
    view.folding.opened = {"group1"}
    assert [title for title, _ in view.folds()] == [str(place) for place in range(10)]


@pytest.mark.parametrize("steps", [50, 500, 5000, 20_000])
def test_thousands_of_steps_are_a_few_boxes(steps):
    x = h = leaf(0.5)
    for _ in range(steps // 5):
        a = h * x
        b = a + x
        c = b.tanh()
        d = c * 0.5
        h = d + c
    view = View(h)
    assert len(view.scene.boxes) <= READABLE and no_circle(view.scene)
    assert sum(part.kind == "op" for box in view.scene.boxes if not box.ghost for part in box.parts) == steps


# ---- by hand --------------------------------------------------------------------------------------------------------------


def diamond():
    """x -> a -> (b, c) -> d -> e"""
    x = leaf(0.5)
    a = x * 2
    b, c = a.tanh(), a.exp()
    d = b + c
    e = d * 3
    return View(e, sys._getframe())


def test_what_lies_between_two_chosen_boxes_is_folded_with_them():
    view = diamond()
    made = view.gather("a = × 2", "d = +")
    assert (made.title, len(made.parts)) == ("my fold 1", 4)
    assert view.titles() == ["x", "d = my fold 1", "e = × 3"] and view.folds()[0][1] == "+ 4 steps"
    assert view.folding.listed() == [("hand1", "my fold 1", False, 4)]
    view.toggle("my fold 1")
    assert "a = × 2" in view.titles() and view.folding.listed()[0][2]
    view.toggle("my fold 1")
    assert view.titles() == ["x", "d = my fold 1", "e = × 3"]


def test_boxes_side_by_side_are_folded_alone():
    view = diamond()
    view.gather("b = tanh", "c = exp")
    assert view.titles() == ["x", "a = × 2", "c = my fold 1", "d = +", "e = × 3"]
    assert len(view.scene.wires) == 4


def test_one_box_is_no_fold():
    assert diamond().gather("d = +") is None


class Two(nn.Module):
    """Two steps that have nothing to do with each other."""

    def forward(self, a, k):
        return a.tanh(), k.exp()


def test_a_fold_of_the_reader_opens_where_it_would_make_a_circle():
    a, k = leaf(0.5), leaf(0.25)
    two = Two()
    first = a * 2
    one, other = two(first, k)
    last = other * 3
    view = View(one + last, sys._getframe())
    view.gather("first = × 2", "last = × 3")
    assert view.folds() == [("last = my fold 1", "+ 2 steps")]
    view.toggle("two")
    assert [title for title, _ in view.folds()] == ["other = two"] and no_circle(view.scene)


def test_a_fold_of_the_reader_holds_other_folds():
    a = leaf(0.5)
    double = nn.Sequential(nn.Tanh(), nn.Tanh())
    first = a * 2
    last = double(first) * 3
    view = View(last, sys._getframe())
    view.gather("first = × 2", "last = × 3")
    view.toggle("my fold 1")
    view.toggle("double")
    view.toggle("my fold 1")
    assert view.titles() == ["a", "last = my fold 1"] and no_circle(view.scene)


def test_a_module_that_is_folded_opens_a_fold_that_holds_half_of_it():
    a = leaf(0.5)
    double = nn.Sequential(nn.ReLU(), nn.Tanh())
    result = double(a * 2) * 3
    view = View(result, sys._getframe())
    view.gather("× 2", "relu")
    assert [note for _, note in view.folds()] == ["+ 2 steps"]
    view.toggle("double")
    assert [title for title, _ in view.folds()] == ["double"]


def test_of_two_folds_by_hand_the_outer_one_hides_the_inner_one():
    a = leaf(0.5)
    result = ((a * 2 + 1) * 3 + 4) * 5
    view = View(result)
    view.gather("× 2", "+ 1")
    view.gather("my fold 1", "× 3")
    assert [title for title, _ in view.folds()] == ["my fold 2"]
    view.toggle("my fold 2")
    assert [title for title, _ in view.folds()] == ["my fold 1"] and no_circle(view.scene)


def test_a_fold_that_is_closed_again_holds_whole_boxes_of_what_was_folded_since():
    a = leaf(0.5)
    double = nn.Sequential(nn.Tanh(), nn.Tanh())
    result = double(a * 2) * 3
    view = View(result, sys._getframe())  # small, so its module is open
    view.folding.gather([part for box in view.scene.boxes[1:3] for part in box.parts])  # × 2 and the first tanh
    held = len(view.folding.groups[-1].keys)
    view.toggle("my fold 1")
    view.toggle("double")
    view.toggle("my fold 1")
    assert held < len(view.folding.groups[-1].keys) and no_circle(view.scene)


@given(st.data())
def test_no_way_of_folding_makes_a_circle_or_loses_a_step(data):
    values = [leaf(0.5), leaf(0.25)]
    block = nn.Sequential(nn.Tanh(), nn.Tanh())
    for _ in range(data.draw(st.integers(4, 14))):
        one, two = (data.draw(st.sampled_from(values[-4:])) for _ in range(2))
        kind = data.draw(st.sampled_from("+*mm"))
        values.append(one + two if kind == "+" else one * two if kind == "*" else block(one))
    view = View(sum(values[2:]))
    for _ in range(6):
        if data.draw(st.booleans()) and view.folding.listed():
            view.folding.toggle(data.draw(st.sampled_from(view.folding.listed()))[0])
        else:
            boxes = [box for box in view.scene.boxes if not box.ghost]
            chosen = data.draw(st.lists(st.sampled_from(boxes), min_size=1, max_size=3, unique_by=id))
            if any(part.kind == "op" for box in chosen for part in box.parts):
                view.folding.gather([part for box in chosen for part in box.parts])
        scene = view.scene
        assert no_circle(scene)
        drawn = [part for box in scene.boxes if not box.ghost for part in box.parts if part.kind == "op"]
        assert sorted(part.key for part in drawn) == sorted(part.key for part in view.origin.trace.ops)
