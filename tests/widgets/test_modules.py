"""The module tree: every layer, parameter and buffer once, what is not registered dashed and explained, and what forward runs lit up."""

import xml.etree.ElementTree as ET

import pytest

import workbook as torch
from workbook import nn
from workbook.widgets import modules
from workbook.widgets.modules_view import MOST, lines_of


class Lost(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(4, 8), nn.Linear(8, 8)]
        self.heads = {"a": nn.Linear(2, 2)}
        self.weights = (nn.Parameter(torch.zeros(2)), 3)
        self.scale = torch.ones(8, requires_grad=True)
        self.fixed = torch.ones(3)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 2, bias=False)

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.out(self.norm(x * self.scale))


def net():
    return nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.ReLU(), nn.Linear(3, 2)))


def parts(view, name):
    return [part for part in ET.fromstring(view.drawing).iter() if name in (part.get("class") or "").split()]


def test_the_tree_is_that_of_the_net():
    lines = lines_of(net())
    assert [(line.kind, line.name, line.depth) for line in lines] == [
        ("module", "", 0), ("module", "0", 1), ("parameter", "0.weight", 2), ("parameter", "0.bias", 2), ("module", "1", 1), ("module", "1.0", 2), ("module", "1.1", 2),
        ("parameter", "1.1.weight", 3), ("parameter", "1.1.bias", 3)]
    assert {line.name for line in lines if line.kind == "parameter"} == {name for name, _ in net().named_parameters()}


def test_what_is_not_registered_is_dashed_and_explained():
    view = modules(Lost())
    lost = {line.name: line.why for line in view.lines if line.kind == "lost"}
    assert lost == {
        "layers[0]": "it stands in a plain list; make it nn.ModuleList(...)", "layers[1]": "it stands in a plain list; make it nn.ModuleList(...)",
        "heads['a']": "it stands in a plain dict; make it nn.ModuleDict(...)", "weights[0]": "it stands in a plain tuple; make it nn.ParameterList(...)",
        "scale": "it is a plain tensor; make it nn.Parameter(...)"}
    assert len(parts(view, "copy")) == 5 and "5 parts are not registered" in view.state["sentence"]
    assert [line.name for line in view.lines if line.kind == "buffer"] == ["norm.running_mean", "norm.running_var", "norm.num_batches_tracked"]
    number = next(number for number, line in enumerate(view.lines) if line.name == "scale")
    view.act("choose", None, number)
    assert view.state["sentence"].startswith("scale is not registered: it is a plain tensor; make it nn.Parameter(...). parameters() does not give it")


def test_a_layer_lights_up_with_its_parameters_and_its_step():
    view = modules(net(), 4)
    view.act("choose", None, 6)
    texts = ["".join(part.itertext()) for part in ET.fromstring(view.drawing).iter() if part.tag.endswith("text")]
    assert view.lines[6].name == "1.1" and len(parts(view, "chosen")) == 4 and len(parts(view, "stride")) == 1  # itself, two parameters, its step
    assert "(1, 2)" in texts and view.state["sentence"] == "1.1, a Linear: 8 numbers in 2 parameters (weight, bias)."
    view.act("choose", None, 4)
    assert len(parts(view, "chosen")) == 5 + 2 and len(parts(view, "stride")) == 2  # 1, 1.0, 1.1 and two parameters; the steps of both layers
    view.act("choose", None, 2)
    assert "0.weight has shape (3, 4). It is a parameter" in view.state["sentence"] and len(parts(view, "chosen")) == 3
    view.act("reset")
    assert parts(view, "chosen") == [] and not view.state["nav"][1][3]


def test_it_is_read_anew_after_the_net_has_changed():
    made = net()
    view = modules(made, 4)
    made.append(nn.Linear(2, 5))
    assert len(view.lines) == 9
    view.act("update")
    assert len(view.lines) == 12 and view.steps[-1].shape == (1, 5)


def test_a_shared_layer_is_shown_once_with_what_is_in_it():
    layer = nn.Linear(2, 2)
    assert [line.name for line in lines_of(nn.Sequential(layer, nn.ReLU(), layer))] == ["", "0", "0.weight", "0.bias", "1", "2"]


def test_a_forward_that_stops_is_told_and_a_long_net_is_cut():
    view = modules(net(), 7)
    assert view.state["panels"][-1]["heading"] == "forward stops" and "cannot be multiplied" in view.state["panels"][-1]["lines"][0]
    view = modules(nn.Sequential(*[nn.Linear(1, 1) for _ in range(30)]))
    assert len(view.lines) == MOST and view.state["panels"][-1]["lines"] == [f"{91 - MOST} more lines are not drawn."]


def test_the_net_stays_as_it_is():
    made = Lost()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    view = modules(made.eval(), 4)
    view.act("update")
    assert view.steps and all(torch.equal(value, before[name]) for name, value in made.state_dict().items())


@pytest.mark.parametrize(("arguments", "kind", "said"), [
    ((3.0,), TypeError, "needs a network"),
    ((Lost,), TypeError, "write modules(Lost())"),
    ((nn.Linear(1, 1), 0), ValueError, "shape of one example"),
    ((nn.Linear(1, 1), "1"), ValueError, "shape of one example"),
])
def test_wrong_use_is_refused_with_what_to_write(arguments, kind, said):
    with pytest.raises(kind) as caught:
        modules(*arguments)
    assert said in str(caught.value)
