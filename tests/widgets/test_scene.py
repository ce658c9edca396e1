"""Which boxes are drawn: names of the student's, folded modules, ghosts, and the limit of what can be read."""

import random
import sys
import types

import pytest
import workbook as torch
from tests.widgets.graphs import leaf, lenet
from workbook import nn
from workbook.widgets import recording
from workbook.widgets.folding import MOST, READABLE, Folding
from workbook.widgets.layout import layers_from_result
from workbook.widgets.moment import moment_of
from workbook.widgets.origin import Called, Recorded
from workbook.widgets.replay import Run
from workbook.widgets.scene import build
from workbook.widgets.svg import Drawing, stacked
from workbook.widgets.trace import Trace
from workbook.widgets.words import Words


def scene_of(origin):
    folding = Folding(origin.trace, origin.names.of_module)
    return build(origin.trace, Words(origin.trace), folding), folding


def titles(scene):
    return [box.title for box in scene.boxes]


def test_names_come_from_the_students_variables():
    width, height = leaf(2.0), leaf(3.0)
    area = width * height
    price = area * 4 + 1
    scene, _ = scene_of(Recorded(price, sys._getframe()))
    assert scene.title == "price = 4area + 1"
    assert titles(scene) == ["width", "height", "area = ×", "× 4", "price = + 1"]


def test_a_local_name_wins_over_a_global_one_and_underscores_are_no_names():
    _hidden, shadowed = leaf(2.0), leaf(3.0)
    scene, _ = scene_of(Recorded(_hidden * shadowed, sys._getframe()))
    assert titles(scene)[:2] == ["leaf", "shadowed"]


def test_what_is_no_name_in_python_is_no_name_of_the_students():
    x = leaf(2.0)
    frame = types.SimpleNamespace(f_globals={}, f_locals={"@rewritten1": x, "x": x})  # as tests and notebooks leave them behind
    assert titles(scene_of(Recorded(x * 2, frame))[0]) == ["x", "× 2"]


shadowed = leaf(7.0)


def test_inside_a_function_assignments_give_the_names():
    def f(x):
        inner = x * 2
        outer = inner + 1
        return outer

    origin = Called(f, {"x": 3.0}, None)
    assert titles(scene_of(origin)[0]) == ["x", "inner = × 2", "f = + 1"]

    def again(x):
        y = x * 2
        y = y + 1
        return y * 3

    assert titles(scene_of(Called(again, {"x": 3.0}, None))[0]) == ["x", "× 2", "y = + 1", "again = × 3"]


def test_a_name_that_was_given_twice_belongs_to_the_newest():
    y = leaf(2.0)
    y = y * 3
    y = y + 1
    assert titles(scene_of(Recorded(y, sys._getframe()))[0]) == ["leaf", "× 3", "y = + 1"]


def test_parameters_are_named_by_their_network():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    out = net(torch.ones(1, 2)).sum()
    origin = Recorded(out, sys._getframe())
    assert [part.name for part in origin.trace.leaves] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    fc = nn.Linear(2, 1)
    origin = Recorded(fc(torch.ones(1, 2)).sum(), sys._getframe())
    assert {part.name for part in origin.trace.leaves} == {"fc.bias", "fc.weight"}


def test_constants_with_a_name_are_boxes_and_plain_numbers_are_not():
    x, target = leaf(2.0), torch.tensor(5.0)
    scene, _ = scene_of(Recorded((x - target) ** 2 * torch.tensor(0.5), sys._getframe()))
    assert titles(scene) == ["x", "target", "−", "(x − target)²", "× 0.5"]
    assert [box.kind for box in scene.boxes] == ["leaf", "constant", "op", "op", "result"]


def test_lenet_folds_into_its_modules_and_opens_one_by_one():
    loss, net, input = lenet()
    origin = Recorded(loss, sys._getframe())
    scene, folding = scene_of(origin)
    folded = [box for box in scene.boxes if box.kind == "fold"]
    assert [(box.title, box.note) for box in folded] == [
        ("conv1", "+ 1 step, 2 leaves"), ("conv2", "+ 1 step, 2 leaves"), ("fc1", "+ 2 steps, 2 leaves"),
        ("fc2", "+ 2 steps, 2 leaves"), ("fc3", "+ 2 steps, 2 leaves")]
    assert len(scene.boxes) <= READABLE and scene.down
    assert [group[1:] for group in folding.listed()] == [
        ("net", True, 25), ("conv1", False, 3), ("conv2", False, 3), ("fc1", False, 4), ("fc2", False, 4), ("fc3", False, 4)]
    folding.toggle(folded[2].folds)
    opened = build(origin.trace, Words(origin.trace), folding)
    assert len(opened.boxes) == len(scene.boxes) + 3
    assert {"fc1.weight", "fc1.bias", "transpose", "linear"} <= set(titles(opened))
    folding.toggle(folding.listed()[0][0])
    closed = build(origin.trace, Words(origin.trace), folding)
    assert sorted(titles(closed)) == ["data", "input", "loss = mse_loss", "net"]


def test_folding_never_makes_a_cycle():
    class Again(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x):
            for _ in range(6):
                x = torch.tanh(self.layer(x)) + x
            return x.sum()

    net = Again()
    origin = Recorded(net(torch.ones(1, 3)), sys._getframe())
    scene, folding = scene_of(origin)
    layers_from_result([box.key for box in scene.boxes], [(wire.source, wire.target) for wire in scene.wires])
    assert sum(box.title == "layer" for box in scene.boxes) == 6


def test_a_module_of_one_step_is_no_folded_box_and_a_folded_box_has_one_wire_to_each_other():
    class Square(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x):
            return self.relu(x * x)

    net, x = Square(), leaf(2.0)
    origin = Recorded(net(x) + x, sys._getframe())
    folding = Folding(origin.trace, origin.names.of_module)
    assert [group[1:] for group in folding.listed()] == [("net", True, 2)]
    folding.opened = set()
    scene = build(origin.trace, Words(origin.trace), folding)
    assert [(box.title, box.kind) for box in scene.boxes] == [("x", "leaf"), ("net", "fold"), ("+", "result")]
    assert [(wire.source, wire.target, len(wire.uses)) for wire in scene.wires] == [
        ("leaf1", "group1", 2), ("group1", "op3", 1), ("leaf1", "op3", 1)]
    run = Run(origin.trace)
    run.go_to(run.total)
    moment = moment_of(scene, Words(run.trace), run, run.total)
    assert moment.wires["op1.0"][0] == "4"
    folding.opened = {"group1"}
    opened = build(origin.trace, Words(origin.trace), folding)
    assert [(box.title, box.kind) for box in opened.boxes] == [("x", "leaf"), ("×", "op"), ("relu", "op"), ("+", "result")]


def test_a_shared_parameter_is_drawn_again_near_each_far_use():
    w = leaf(1.1)
    x = leaf(1.0)
    for _ in range(8):
        x = (x * w).tanh()
    scene, _ = scene_of(Recorded(x, sys._getframe()))
    ghosts = [box for box in scene.boxes if box.ghost]
    assert ghosts and all(box.title == "w" and box.note == "again" for box in ghosts)
    layer = layers_from_result([box.key for box in scene.boxes], [(wire.source, wire.target) for wire in scene.wires])
    assert all(layer[wire.target] - layer[wire.source] <= 3 for wire in scene.wires)


def test_a_small_graph_runs_across_and_a_deep_one_down():
    x = leaf(2.0)
    across, _ = scene_of(Recorded(x * 2 + 1, None))
    assert not across.down
    for _ in range(6):
        x = x * 2
    assert scene_of(Recorded(x, None))[0].down


@pytest.mark.parametrize("steps", [MOST + 100, 3000])
def test_what_nobody_could_read_is_drawn_as_one_box_and_said(steps):
    ways = [lambda y: y * 1.001,
            lambda y: y + 1,
            lambda y: y.tanh(),
            lambda y: y.exp()]
    dice, y = random.Random(0), leaf(1.0)
    for _ in range(steps):
        y = dice.choice(ways)(y)
    origin = Recorded(y, None)
    folding = Folding(origin.trace, origin.names.of_module)
    folding.opened = {group.key for group in folding.groups}  # a reader opens whatever a loop repeats by chance
    scene = build(origin.trace, Words(origin.trace), folding)
    assert len(scene.boxes) <= MOST
    assert scene.boxes[0].title == "earlier steps"
    assert f"{steps - MOST + 1} steps are drawn as one box" in scene.notes[0]


def test_a_network_that_is_too_large_collapses_by_module():
    net = nn.Sequential(*(nn.Linear(2, 2) for _ in range(120)))
    scene, folding = scene_of(Recorded(net(torch.ones(1, 2)).sum(), sys._getframe()))
    assert "net" in titles(scene) and len(scene.boxes) == 3
    folding.toggle(folding.listed()[0][0])
    assert len(folding.groups) == 121


def test_every_number_of_the_drawing_fits_its_box():
    loss, _, _ = lenet()
    origin = Recorded(loss, None)
    scene, folding = scene_of(origin)
    for key, *_ in folding.listed()[1:]:
        folding.toggle(key)
    scene = build(origin.trace, Words(origin.trace), folding)
    run = Run(origin.trace)
    run.go_to(run.total)
    moment = moment_of(scene, Words(run.trace), run, run.total)
    drawing = Drawing(scene, moment)
    for box in scene.boxes:
        said = moment.boxes[box.key]
        width = drawing.sizes[box.key][0]
        for value, gradient in zip(said.value, said.gradient):
            room = max(len(value), len(gradient)) if stacked(box) else len(value) + len(gradient)
            assert room * 7.6 + 20 < width


def test_a_trace_of_twenty_thousand_steps_needs_no_recursion():
    x = leaf(1.0)
    y = x
    recording.stop()
    for _ in range(20_000):
        y = y + 1
    assert len(Trace(y).ops) == 20_000
    del x
