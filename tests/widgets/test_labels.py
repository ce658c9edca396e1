"""The number of every edge can be read: none covers a box or another number, and the drawing is wide enough for all of them."""

from itertools import combinations

import pytest
import workbook as torch
from tests.widgets.graphs import cell_of_gates, lenet, sum_of_squares
from workbook.widgets import graph
from workbook.widgets.labels import HIGH, ROOM, Labels, extent

DIGIT = 7.6


def loop():
    a = torch.tensor(1.0, requires_grad=True)
    h = a
    for _ in range(50):
        h = (h * 0.5).tanh() + a
    return h


def walked(result):
    live = graph(result)
    live._act("end")
    return live


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("make", [lambda: cell_of_gates(50)[0], lambda: lenet()[0], loop, lambda: sum_of_squares()[0]],
                         ids=["lstm", "lenet", "loop", "squares"])
def test_every_number_is_shown_beside_its_edge_and_covers_nothing(make):
    live = walked(make())
    drawn = live._drawn
    told = [(live._moment.wires[wire.key][0], *place) for wire, place in zip(live._scene.wires, drawn._labels) if live._moment.wires[wire.key][0]]
    assert told and all(free for *_, free in told)
    extents = [extent(x, y, anchor, len(text) * DIGIT) for text, x, y, anchor, _ in told]
    assert [pair for pair in combinations(extents, 2) if overlap(*pair)] == []
    boxes = [drawn._extent(key) for key in drawn.layout.centres]
    assert [found for found in extents if any(overlap(found, box) for box in boxes)] == []
    assert all(0 <= left and right <= drawn.width and bottom <= drawn.height for left, _, right, bottom in extents)


def test_a_number_that_finds_no_place_waits_for_its_own_step():
    labels = Labels([], down=True)
    track = [(50.0, 20.0), (50.0, 25.0), (50.0, 70.0), (50.0, 80.0)]
    places = [labels.place(track, 1, 1) for _ in range(8)]
    assert [free for *_, free in places] == sorted([free for *_, free in places], reverse=True)
    assert places[0][3] and not places[-1][3] and places[-1][:3] == places[0][:3]
    taken = [extent(*place[:3]) for place in places if place[3]]
    assert [pair for pair in combinations(taken, 2) if overlap(*pair)] == []


@pytest.mark.parametrize("leaving, entering, row", [(1, 4, 20 + 14), (4, 1, 80 - 5), (1, 1, 47.5 + 4)])
def test_where_many_edges_meet_the_number_stands_at_the_other_end(leaving, entering, row):
    track = [(50.0, 20.0), (50.0, 25.0), (150.0, 70.0), (150.0, 80.0)]
    assert Labels([], down=True).place(track, leaving, entering)[1] == row


def test_a_number_keeps_clear_of_a_box():
    track = [(50.0, 20.0), (50.0, 25.0), (50.0, 70.0), (50.0, 80.0)]
    box = (57.0, 40.0, 57.0 + ROOM, 40.0 + HIGH)
    x, y, anchor, free = Labels([box], down=True).place(track, 1, 1)
    assert free and not overlap(extent(x, y, anchor), box)


def test_a_deep_graph_stands_in_the_middle_of_the_page_and_its_numbers_are_never_too_small(show):
    middle = "([part, room]) => { const a = document.querySelector(part).getBoundingClientRect(), b = document.querySelector(room).getBoundingClientRect(); return (a.left + a.right - b.left - b.right) / 2; }"
    scale = "() => { const svg = document.querySelector('.wb-canvas svg'); return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; }"
    page = show(graph(lenet()[0]), width=1000)
    assert abs(page.evaluate(middle, [".box.fold", ".wb-canvas"])) < 30
    wide = show(graph(cell_of_gates(50)[0]), width=700)
    assert wide.evaluate(scale) >= 0.719
