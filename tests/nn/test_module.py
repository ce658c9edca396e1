"""Module beyond what the snippets hold: what runs while a forward runs, copies, threads, and parts that no register sees."""

import copy
import pickle
import threading

import pytest

import workbook as torch
from workbook import nn
from workbook.autograd.modes import running_layer, thread
from workbook.nn.registration import misspelt


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 3)
        self.fc2 = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc2(self.fc1(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        return self.block(x)


def test_the_running_modules_are_known_outermost_first_while_forward_runs():
    net, seen = Net(), []
    net.block.fc2.register_forward_hook(lambda module, args, output: seen.append((list(thread.state.modules), running_layer())))
    net(torch.zeros(1, 4))
    (modules, words), = seen
    assert modules == [net, net.block, net.block.fc2]
    assert words == "layer block.fc2 (Linear(in_features=3, out_features=2, bias=True)) of Net" or words == (
        "layer fc2 (Linear(in_features=3, out_features=2, bias=True)) of Block")
    assert thread.state.modules == []


def test_an_error_names_the_layer_and_the_shape_and_leaves_no_module_running():
    with pytest.raises(RuntimeError) as caught:
        Net()(torch.zeros(2, 5))
    text = str(caught.value)
    assert "mat1 and mat2 shapes cannot be multiplied (2x5 and 4x3)" in text
    assert "fc1 (Linear(in_features=4, out_features=3, bias=True))" in text
    assert thread.state.modules == []


def test_the_running_modules_belong_to_one_thread():
    net, inside, elsewhere = Net(), threading.Event(), []
    done = threading.Event()

    def hold(module, args):
        inside.set()
        done.wait(10)

    net.register_forward_pre_hook(hold)
    worker = threading.Thread(target=lambda: net(torch.zeros(1, 4)))
    worker.start()
    assert inside.wait(10)
    elsewhere.append(list(thread.state.modules))
    done.set()
    worker.join()
    assert elsewhere == [[]]


def test_a_students_network_is_copied_and_pickled_with_its_hooks_and_buffers():
    net = Net()
    net.register_buffer("count", torch.zeros(1))
    net.eval()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert twin.training is False and list(twin.state_dict()) == list(net.state_dict())
        for mine, theirs in zip(twin.parameters(), net.parameters(), strict=True):
            assert mine is not theirs and torch.equal(mine, theirs) and type(mine) is nn.Parameter
        with torch.no_grad():
            twin.block.fc1.weight.zero_()
        assert bool((net.block.fc1.weight != 0).any())


def test_tab_completion_offers_the_parts():
    net = Net()
    net.register_buffer("count", torch.zeros(1))
    assert {"block", "count", "forward"} <= set(dir(net)) and "weight" in dir(net.block.fc1)


def test_a_write_to_the_tensor_that_became_a_parameter_is_seen_by_backward():
    data = torch.ones(2)
    param = nn.Parameter(data)
    loss = (param * param).sum()
    data.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_hook_dies_with_its_handle_and_its_module():
    layer = nn.Identity()
    with layer.register_forward_hook(lambda module, args, output: output * 0):
        assert layer(torch.ones(1)).item() == 0
    assert layer(torch.ones(1)).item() == 1
    handle = nn.Identity().register_forward_hook(print)
    handle.remove()  # its module is gone


def test_unregistered_parts_are_found_and_registered_ones_are_not_blamed():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(1, 1), nn.Linear(1, 1)]
            self.by_name = {"a": nn.ReLU()}
            self.weight = torch.zeros(1, requires_grad=True)
            self.weights = (torch.zeros(1, requires_grad=True),)
            self.constant, self.sizes = torch.zeros(1), [1, 2]
            self.fc = nn.Linear(1, 1)
            self.also_in_a_list = [self.fc]
            self.computed = self.fc.weight * 2

    assert Hidden().unregistered() == [
        "Hidden.layers is a plain list that holds 2 Modules: make it nn.ModuleList(...)",
        "Hidden.by_name is a plain dict that holds 1 Module: make it nn.ModuleDict(...)",
        "Hidden.weight is a plain tensor: make it nn.Parameter(...)",
        "Hidden.weights is a plain tuple that holds 1 tensor: make it nn.ParameterList(...)",
    ]


def test_misspelt_methods_are_found_only_where_the_right_one_is_missing():
    class Slip:
        def __int__(self):
            return 0

        def foward(self):
            pass

    class Right(Slip):
        def forward(self):
            pass

    assert misspelt(Slip, "forward") == "foward" and misspelt(Right, "forward") is None
    assert misspelt(Slip, "__init__") == "__int__" and misspelt(Slip, "backward") is None


def test_default_initialisation_recorded_from_torch():
    torch.manual_seed(0)
    layer = nn.Linear(2, 2)
    assert layer.weight.tolist() == [[-0.005293981172144413, 0.37932288646698], [-0.5819807648658752, -0.5203874707221985]]
    assert layer.bias.tolist() == [-0.27234524488449097, 0.1896158903837204]


def test_padding_modes_that_are_not_there_say_so():
    with pytest.raises(ValueError, match="should be one of {'valid', 'same'}"):
        nn.Conv2d(1, 1, 3, padding="full")
    with pytest.raises(ValueError, match="padding_mode must be one of"):
        nn.Conv2d(1, 1, 3, padding_mode="mirror")
