"""The errors of modules say why and what to change, in the student's own names; torch's words are held by the snippets."""

import pytest

import workbook as torch
from workbook import nn


class Forgetful(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 1)


class Slip(nn.Module):
    def __int__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x):
        return self.fc(x)


class Forwrad(nn.Module):
    def forwrad(self, x):
        return x


def message(error, act):
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)


def parts(text):
    what, _, rest = text.rpartition("\n  Why: ")
    why, _, fix = rest.partition("\n  Fix: ")
    assert what and why and fix
    return what, why, fix


def test_forgotten_super_init_names_the_class_and_the_line():
    _, why, fix = parts(message(AttributeError, Forgetful))
    assert "Forgetful.__init__ has not called Module.__init__" in why
    assert fix == "make `super().__init__()` the first line of Forgetful.__init__, above every `self.... =`"


def test_int_for_init_is_recognised():
    _, why, fix = parts(message(AttributeError, lambda: Slip()(torch.zeros(1, 2))))
    assert why == "Slip defines __int__, so its __init__ never ran" and fix == "rename __int__ to __init__"


def test_forwrad_is_recognised_and_a_missing_forward_explained():
    assert parts(message(NotImplementedError, lambda: Forwrad()(1)))[1:] == (
        "Forwrad has a method forwrad: did you mean forward?", "rename forwrad to forward")
    assert "calling a module runs its forward" in message(NotImplementedError, lambda: nn.Module()(1))


def test_a_missing_attribute_lists_the_parts_and_the_nearest():
    net = nn.Sequential()
    net.hidden1, net.hidden2 = nn.Linear(1, 1), nn.Linear(1, 1)
    _, why, fix = parts(message(AttributeError, lambda: net.hiden1))
    assert why == "Sequential has the parts hidden1, hidden2" and fix == "did you mean hidden1?"
    assert "has no layers or parameters of its own" in message(AttributeError, lambda: nn.ReLU().weight)


def test_a_plain_tensor_in_place_of_a_parameter():
    layer = nn.Linear(1, 1)
    *_, fix = parts(message(TypeError, lambda: setattr(layer, "weight", torch.zeros(1, 1))))
    assert "self.weight = nn.Parameter(value)" in fix and "torch.no_grad()" in fix


@pytest.mark.parametrize("given, why", [
    (nn.ReLU, "is the class ReLU, not a layer made from it"), (torch.relu, "is a function"), (3, "is a int")])
def test_what_is_no_module(given, why):
    assert why in message(TypeError, lambda: nn.Sequential(given))


def test_loading_pairs_up_the_keys_that_differ():
    class Old(nn.Module):
        def __init__(self):
            super().__init__()
            self.dense, self.out = nn.Linear(2, 2), nn.Linear(2, 1)

    class New(nn.Module):
        def __init__(self):
            super().__init__()
            self.dens, self.output = nn.Linear(2, 2), nn.Linear(2, 1)

    text = message(RuntimeError, lambda: New().load_state_dict(Old().state_dict()))
    for pair in ('"dense.weight" may be "dens.weight"', '"dense.bias" may be "dens.bias"',
                 '"out.weight" may be "output.weight"'):
        assert pair in text


def test_each_key_is_paired_once():
    class Twins(nn.Module):
        def __init__(self, names):
            super().__init__()
            for name in names:
                self.register_module(name, nn.Linear(1, 1, bias=False))

    text = message(RuntimeError, lambda: Twins(["fc1", "fc2"]).load_state_dict(Twins(["fc3", "hidden"]).state_dict()))
    assert '"fc3.weight" may be "fc1.weight", "hidden.weight" may be "fc2.weight"' in text


def test_loading_from_data_parallel_shows_how_to_strip_the_prefix():
    state = {f"module.{key}": value for key, value in nn.Linear(2, 1).state_dict().items()}
    text = message(RuntimeError, lambda: nn.Linear(2, 1).load_state_dict(state))
    assert "saved from a DataParallel network" in text and 'key.removeprefix("module.")' in text.replace("'", '"')


@pytest.mark.parametrize("prefix, why", [("module.", "saved from a DataParallel network"), ("_orig_mod.", "torch.compile had wrapped"), ("model.net.", "a part of another one")])
def test_loading_from_a_network_that_was_wrapped_shows_how_to_strip_the_prefix(prefix, why):
    net = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 1))
    state = {f"{prefix}{key}": value for key, value in net.state_dict().items()}
    text = message(RuntimeError, lambda: net.load_state_dict(state))
    assert '"0.weight"' in text and f'"{prefix}0.weight"' in text, "both sides are listed"
    assert why in parts(text)[1]
    assert str(eval(parts(text)[2], {"net": net, "state": state})) == "<All keys matched successfully>"


def test_loading_into_a_wrapped_network_shows_how():
    net = nn.Sequential()
    net.add_module("inner", nn.Linear(2, 1))
    state = nn.Linear(2, 1).state_dict()
    text = message(RuntimeError, lambda: net.load_state_dict(state))
    assert 'every key of this network starts with "inner."' in parts(text)[1]
    assert str(eval(parts(text)[2], {"net": net, "state": state})) == "<All keys matched successfully>"


def test_loading_a_whole_checkpoint_shows_where_the_networks_part_lies():
    net = nn.Linear(2, 1)
    checkpoint = {"epoch": 3, "model": net.state_dict(), "optimizer": {"state": {}}}
    text = message(RuntimeError, lambda: net.load_state_dict(checkpoint))
    assert str(eval(parts(text)[2], {"net": net, "checkpoint": checkpoint})) == "<All keys matched successfully>"


def test_loading_other_sizes_names_the_constructors_settings():
    build = lambda a, b: nn.Sequential(nn.Conv2d(1, 2, 3, groups=1), nn.Linear(a, b))
    text = message(RuntimeError, lambda: build(3, 2).load_state_dict(build(5, 2).state_dict()))
    assert parts(text)[2] == "1 needs in_features=5"
    text = message(RuntimeError,
                   lambda: nn.Conv2d(4, 4, 3, groups=2).load_state_dict(nn.Conv2d(6, 8, 3, groups=2).state_dict()))
    assert "Conv2d needs out_channels=8 and in_channels=6" in text


def test_loading_from_a_path_or_a_network():
    assert "net.load_state_dict(torch.load('net.pt'))" in message(TypeError, lambda: nn.Linear(1, 1).load_state_dict("net.pt"))
    assert "other.state_dict()" in message(TypeError, lambda: nn.Linear(1, 1).load_state_dict(nn.Linear(1, 1)))


def test_a_parameter_is_made_from_a_tensor():
    assert "nn.Parameter(torch.tensor(...))" in message(AttributeError, lambda: nn.Parameter([1.0]))
