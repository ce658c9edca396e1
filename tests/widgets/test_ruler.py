"""The shape ruler: every row is what the layer gives, what fails is named with what would fit, and the net stays as it is."""

import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from workbook import nn
from workbook.nn import functional as F
from workbook.widgets import recording, ruler
from workbook.widgets.ruler_view import measured


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        x = F.relu(self.fc2(F.relu(self.fc1(x))))
        return self.fc3(x)


def rows(view):
    return [(row.name, row.shape) for row in view.rows]


def test_every_layer_and_function_has_its_shape():
    view = ruler(LeNet(), 1, 32, 32)
    assert rows(view) == [
        ("conv1", (1, 6, 28, 28)), ("relu", (1, 6, 28, 28)), ("max_pool2d", (1, 6, 14, 14)), ("conv2", (1, 16, 10, 10)), ("relu", (1, 16, 10, 10)),
        ("max_pool2d", (1, 16, 5, 5)), (view.rows[6].name, (1, 400)), ("fc1", (1, 120)), ("relu", (1, 120)), ("fc2", (1, 84)), ("relu", (1, 84)), ("fc3", (1, 10))]
    assert view.state["sentence"] == "A batch of shape (1, 1, 32, 32) becomes (1, 10). 61,706 parameters are on the way."
    assert view.state["panels"][1]["table"]["rows"][0] == ["conv1", "156"]


def test_hooks_see_the_same_shapes():
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Sequential(nn.MaxPool2d(2), nn.Flatten()), nn.Linear(64, 5))
    seen = []
    for module in net.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda module, given, out: seen.append(tuple(out.shape)))
    view = ruler(net, 3, 8, 8)
    assert seen == []  # hooks of the student's own are not called
    net(torch.zeros(1, 3, 8, 8))
    assert [row.shape for row in view.rows] == seen and [row.name for row in view.rows] == ["0", "1", "2.0", "2.1", "3"]


def test_what_does_not_fit_is_named_with_what_would():
    view = ruler(LeNet(), 1, 28, 28)
    assert view.state["status"] == "stops at fc1" and rows(view)[-1][1] == (1, 256)
    assert "Pictures of side 32 to 35 fit." in view.state["sentence"] and "in_features=256" in view.state["sentence"]
    misfit, = (part for part in ET.fromstring(view.drawing).iter() if "misfit" in (part.get("class") or ""))
    assert misfit is not None and view.state["table"]["rows"][-1][2] == "does not fit"
    for side, fits in ((31, False), (32, True), (35, True), (36, False)):
        view.act("set", "height", side)
        view.act("set", "width", side)
        assert (view.problem is None) == fits


def test_wrong_channels_stop_at_the_first_layer():
    view = ruler(LeNet(), 3, 32, 32)
    assert view.state["status"] == "stops at conv1" and "to have 1 channels, but got 3" in view.state["sentence"] and view.rows == []


def test_a_function_that_fails_outside_of_a_layer_is_told():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            return self.fc(x).view(7, 7)

    assert ruler(Net(), 4).state["status"] == "stops at a function"


def test_the_net_stays_as_it_is():
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    view = ruler(net, 4)
    view.act("set", "batch", 5)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items()) and net.training
    assert not net[0]._forward_pre_hooks and all(p.grad is None for p in net.parameters())


def test_a_layer_that_is_used_twice_counts_its_parameters_once():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            return self.fc(torch.tanh(self.fc(x)))

    view = ruler(Twice(), 4)
    assert [(row.name, row.count) for row in view.rows] == [("fc", 20), ("tanh", 0), ("fc", 0)]


def test_batch_and_reset_and_choose():
    view = ruler(LeNet(), 1, 32, 32)
    view.act("set", "batch", 8)
    assert all(shape[0] == 8 for _, shape in rows(view)) and view.state["nav"][0][3]
    view.act("choose", None, 4)
    assert view.state["sentence"] == "conv2: (8, 6, 14, 14) becomes (8, 16, 10, 10). It has 2,416 parameters."
    view.act("choose", None, 1)
    assert view.state["sentence"].startswith("conv1: (8, 1, 32, 32) becomes")
    for wrong in (0, -3, 5000, float("nan")):
        view.act("set", "batch", wrong)
        assert view.sizes["batch"] == 8
    view.act("reset")
    assert view.sizes["batch"] == 1 and not view.state["nav"][0][3]


def test_it_measures_where_nobody_records():
    recording.stop()
    try:
        found, problem, _ = measured(LeNet(), (1, 1, 32, 32))
        assert problem is None and found[-1].shape == (1, 10)
    finally:
        recording.start()


@pytest.mark.parametrize(("arguments", "kind", "said"), [
    ((3.0, 4), TypeError, "needs a network"),
    ((nn.Linear(1, 1),), ValueError, "shape of one example"),
    ((nn.Linear(1, 1), 0), ValueError, "shape of one example"),
    ((nn.Linear(1, 1), 1.5), ValueError, "shape of one example"),
    ((nn.Linear(1, 1), 1, 2, 3, 4), ValueError, "shape of one example"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, kind, said):
    with pytest.raises(kind) as caught:
        ruler(*arguments)
    assert said in str(caught.value)


def test_a_shape_may_be_a_tuple():
    assert ruler(nn.Linear(4, 2), (4,)).rows[-1].shape == ruler(nn.Linear(4, 2), 4).rows[-1].shape == (1, 2)
