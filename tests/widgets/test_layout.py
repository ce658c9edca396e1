"""The layout: boxes that never overlap, edges that never cross a box, and few crossings, the same on every run."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbook.widgets.layout import layers_from_result, lay_out, nearest_apart
from workbook.widgets.ordering import crossings, order_layers

BOX = (120.0, 60.0)


def boxes(layout, sizes):
    """(left, top, right, bottom) of every box."""
    return {key: (x - sizes[key][0] / 2, y - sizes[key][1] / 2, x + sizes[key][0] / 2, y + sizes[key][1] / 2)
            for key, (x, y) in layout.centres.items()}


def overlaps(a, b):
    return a[0] < b[2] - 1e-6 and b[0] < a[2] - 1e-6 and a[1] < b[3] - 1e-6 and b[1] < a[3] - 1e-6


def faults(layout, sizes, edges):
    """Every overlap of two boxes, and every box that a foreign edge passes through."""
    placed = boxes(layout, sizes)
    keys = list(placed)
    found = [(a, b) for i, a in enumerate(keys) for b in keys[i + 1:] if overlaps(placed[a], placed[b])]
    for (source, target), route in zip(edges, layout.routes):
        for (x0, y0), (x1, y1) in zip(route, route[1:]):
            stretch = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))  # a bend stays inside this rectangle
            found += [((source, target), key) for key in keys if key not in (source, target) and overlaps(placed[key], stretch)]
    return found


@st.composite
def graphs(draw):
    """A random graph without cycles of up to 14 boxes, each but the last used by a later one, with repeated edges."""
    count = draw(st.integers(2, 14))
    edges = []
    for source in range(count - 1):
        users = draw(st.lists(st.integers(source + 1, count - 1), min_size=1, max_size=3))
        edges += [(source, target) for target in users]
    sizes = {key: (draw(st.integers(60, 260)), draw(st.integers(40, 120))) for key in range(count)}
    return sizes, edges


@given(graphs(), st.booleans())
def test_no_overlap_and_no_edge_through_a_box_in_any_graph(graph, down):
    sizes, edges = graph
    assert faults(lay_out(sizes, edges, down=down), sizes, edges) == []


@given(graphs(), st.booleans())
def test_every_edge_runs_onwards_from_border_to_border(graph, down):
    sizes, edges = graph
    layout = lay_out(sizes, edges, down=down)
    placed, along = boxes(layout, sizes), 1 if down else 0
    for (source, target), route in zip(edges, layout.routes):
        steps = [point[along] for point in route]
        assert steps == sorted(steps)
        assert steps[0] == pytest.approx(placed[source][along + 2])
        assert steps[-1] == pytest.approx(placed[target][along])


@given(graphs())
def test_two_runs_give_the_same_layout_and_it_fits_its_size(graph):
    sizes, edges = graph
    layout = lay_out(sizes, edges)
    assert layout == lay_out(dict(sizes), list(edges))
    for left, top, right, bottom in boxes(layout, sizes).values():
        assert left > -1e-6 and top > -1e-6 and right < layout.width + 1e-6 and bottom < layout.height + 1e-6


@given(graphs())
def test_edges_of_one_box_never_share_a_place_on_its_border(graph):
    sizes, edges = graph
    layout = lay_out(sizes, edges)
    for end in (0, -1):
        places = [(edge[end], round(route[end][1], 6)) for edge, route in zip(edges, layout.routes)]
        assert len(set(places)) == len(places)


def test_the_gap_lies_between_layers_and_the_spread_within_one():
    sizes = {"a": (100.0, 60.0), "b": (50.0, 40.0), "y": (120.0, 60.0)}
    placed = boxes(lay_out(sizes, [("a", "y"), ("b", "y")], gap=70, spread=30), sizes)
    assert placed["y"][0] - placed["a"][2] == pytest.approx(70)
    assert placed["b"][1] - placed["a"][3] == pytest.approx(30)


def test_down_is_the_same_drawing_turned():
    sizes, edges = {"x": (80.0, 80.0), "w": (80.0, 80.0), "y": (80.0, 80.0)}, [("x", "y"), ("w", "y")]
    across, down = lay_out(sizes, edges), lay_out(sizes, edges, down=True)
    assert {key: (y, x) for key, (x, y) in across.centres.items()} == down.centres


def test_a_weight_and_its_transpose_stand_straight_beside_their_user():
    edges = [("x", "a"), ("a", "b"), ("b", "linear"), ("weight", "t"), ("t", "linear")]
    sizes = dict.fromkeys(["x", "a", "b", "weight", "t", "linear"], BOX)
    assert layers_from_result(list(sizes), edges) == {"x": 0, "a": 1, "b": 2, "weight": 1, "t": 2, "linear": 3}
    layout = lay_out(sizes, edges)
    assert layout.centres["weight"][1] == pytest.approx(layout.centres["t"][1])
    assert layout.centres["x"][1] == pytest.approx(layout.centres["b"][1])


def test_the_spine_of_a_chain_with_a_weight_at_each_step_is_straight():
    sizes, edges = {"x0": BOX}, []
    for i in range(8):
        sizes |= {f"w{i}": BOX, f"x{i + 1}": BOX}
        edges += [(f"x{i}", f"x{i + 1}"), (f"w{i}", f"x{i + 1}")]
    layout = lay_out(sizes, edges)
    spine = [layout.centres[f"x{i}"][1] for i in range(1, 9)]
    assert max(spine) - min(spine) < 12


def test_a_cycle_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        lay_out({"a": BOX, "b": BOX}, [("a", "b"), ("b", "a")])


def test_crossings_are_counted():
    two = {"a": ["c", "d"], "b": ["c", "d"]}
    assert crossings([["a", "b"], ["c", "d"]], two) == 1
    three = {key: ["x", "y", "z"] for key in "abc"}
    assert crossings([["a", "b", "c"], ["x", "y", "z"]], three) == 9
    assert crossings([["a"], ["c", "d"]], {"a": ["d", "c"]}) == 0


@pytest.mark.parametrize("targets, layers, least", [
    ({"a": ["d"], "b": ["c"]}, [["a", "b"], ["c", "d"]], 0),
    ({"a": ["f"], "b": ["e"], "c": ["d"]}, [["a", "b", "c"], ["d", "e", "f"]], 0),
    ({"a": ["c", "d"], "b": ["c", "d"]}, [["a", "b"], ["c", "d"]], 1),
    ({"a": ["x", "y"], "b": ["y", "z"], "c": ["x", "z"]}, [["a", "b", "c"], ["x", "y", "z"]], 2),
    ({"a": ["d"], "b": ["e"], "c": ["f"], "d": ["z"], "e": ["y"], "f": ["x"]}, [["a", "b", "c"], ["e", "f", "d"], ["x", "y", "z"]], 0),
])
def test_known_graphs_get_their_fewest_crossings(targets, layers, least):
    sources = {}
    for source, ends in targets.items():
        for end in ends:
            sources.setdefault(end, []).append(source)
    ordered = order_layers(layers, sources, targets)
    assert crossings(ordered, targets) == least
    assert [sorted(layer) for layer in ordered] == [sorted(layer) for layer in layers]


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=12), st.data())
def test_places_keep_apart_and_no_small_move_brings_them_nearer(wanted, data):
    apart = data.draw(st.lists(st.floats(0, 100), min_size=len(wanted) - 1, max_size=len(wanted) - 1))
    places = nearest_apart(wanted, apart)
    assert all(b - a >= gap - 1e-6 for a, b, gap in zip(places, places[1:], apart))
    cost = sum((place - want) ** 2 for place, want in zip(places, wanted))
    for i in range(len(places)):
        for move in (-1e-3, 1e-3):
            moved = [*places[:i], places[i] + move, *places[i + 1:]]
            if all(b - a >= gap - 1e-9 for a, b, gap in zip(moved, moved[1:], apart)):
                assert sum((place - want) ** 2 for place, want in zip(moved, wanted)) >= cost - 1e-6


def test_a_network_of_45_boxes_is_laid_out_in_50_ms_without_crossings():
    sizes, edges, last = {"input": BOX}, [], "input"
    for i in range(11):
        for name in ("weight", "t", "bias", "step"):
            sizes[f"{name}{i}"] = BOX
        edges += [(f"weight{i}", f"t{i}"), (last, f"step{i}"), (f"t{i}", f"step{i}"), (f"bias{i}", f"step{i}")]
        last = f"step{i}"
    assert len(sizes) == 45

    def once():
        begun = perf_counter()
        lay_out(sizes, edges, down=True)
        return perf_counter() - begun

    assert min(once() for _ in range(5)) < 0.05
    layout = lay_out(sizes, edges, down=True)
    assert faults(layout, sizes, edges) == []
    by_layer = {}
    for key, (x, y) in layout.centres.items():
        by_layer.setdefault(y, []).append((x, key))
    targets = {}
    for source, target in edges:
        targets.setdefault(source, []).append(target)
    assert crossings([[key for _, key in sorted(by_layer[y])] for y in sorted(by_layer)], targets) == 0
