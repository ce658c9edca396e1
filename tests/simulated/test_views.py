"""Live views of tensors on a GPU show what they show of the same tensors on the CPU."""

import pytest

import workbook as torch
from tests.widgets.test_dashboard import made, train
from tests.widgets.test_live import sent_by
from workbook import nn
from workbook.devices import settle
from workbook.utils.data import TensorDataset
from workbook.widgets import graph, indexing, recording, reductions, reshaping, training, weights

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")


@pytest.fixture(autouse=True)
def watched():
    with recording.recording():
        yield


def both(gpu, show):
    """What `show(device)` gives on the CPU and on the GPU."""
    return show("cpu"), show(gpu)


def loss_on(place):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], device=place)
    w = torch.tensor([0.5, -1.0], device=place, requires_grad=True)
    b = torch.tensor(2.0, device=place, requires_grad=True)
    return ((x * w + b) ** 2).sum()


def test_a_graph_is_walked_twice_and_moved(gpu):
    def show(place):
        live = graph(loss_on(place))
        for action in ("end", "on", "end"):
            sent_by(live, action)
        before = live.state["boxes"]
        sent_by(live, "move", leaf2=1.5)
        return before, live.state["boxes"]

    here, there = both(gpu, show)
    assert here == there


def test_a_function_of_numbers_is_called_with_a_network_on_a_gpu(gpu):
    def show(place):
        with settle(place):
            torch.manual_seed(0)
            net = nn.Linear(1, 1)
            live = graph(lambda x: net(x.reshape(1, 1)).sum(), x=2.0)
            sent_by(live, "move", x=3.0)
        return live.state["boxes"]

    here, there = both(gpu, show)
    assert here == there


def test_the_weights_of_outputs(gpu):
    def show(place):
        a = torch.tensor([2.0, 3.0], device=place, requires_grad=True)
        view = weights(3 * a ** 3 - torch.tensor([1.0, 2.0], device=place))
        view.act("set", "v1", 0.5)
        return view.state["table"], view.graded(view.weights)

    here, there = both(gpu, show)
    assert here == there


@pytest.mark.parametrize("show", [lambda x: indexing("x[1:, [0, 2]]", x=x), lambda x: reshaping("x.t().reshape(6)", x=x), lambda x: reductions("sum", x=x)])
def test_boards_compute_with_copies_on_the_cpu(gpu, show):
    boards = [show(torch.arange(6.0).view(2, 3))]
    with settle(gpu):
        boards += [show(torch.arange(6.0).view(2, 3)), show(torch.arange(6.0, device="cpu").view(2, 3))]
    assert boards[0].state == boards[1].state == boards[2].state and boards[0].drawing == boards[1].drawing


def test_a_loss_that_is_a_function_is_counted(gpu):
    with settle(gpu):
        watch, *rest = made(loss_fn=nn.functional.cross_entropy)
        assert train(watch, *rest) == pytest.approx(watch.curve.losses()) and len(watch.curve.losses()) == 5


def test_batches_follow_the_network_that_is_trained(gpu):
    def show(place):
        def make_net():
            torch.manual_seed(3)
            return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3)).to(place)

        data = TensorDataset(torch.arange(40.0).view(20, 2) / 20 - 1, torch.arange(20) % 3)
        shown = training(make_net, nn.CrossEntropyLoss(), data, lr=0.5, batch_size=6, test=data)
        shown.act("round")
        return shown.course.losses, shown.course.right()

    here, there = both(gpu, show)
    assert here[0] == pytest.approx(there[0], rel=1e-5) and here[1] == there[1] and len(here[0]) == 4
