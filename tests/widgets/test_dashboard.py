"""The dashboard around a loop of a student's own: what it counts, how it is held and steered, and that it changes nothing."""

import importlib
import io
import math
import re
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import workbook as torch
import workbook.nn.functional as F
from workbook import nn
from workbook.utils.data import DataLoader, TensorDataset
from workbook.widgets import dashboard, faces
from workbook.widgets.dashboard_words import class_rows, dead_rows, layer_rows, round_line, rows, sentence, table_shown

pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")
module = importlib.import_module("workbook.widgets.watching")


class Face:
    """Stands where a view stands; `script` says what the reader does each time when the loop listens."""

    def __init__(self, script=()):
        self.script, self.shown, self.said = list(script), [], []

    def opened(self):
        self.shown.append("opened")

    def stepped(self):
        pass

    def show(self):
        self.shown.append("show")

    def closed(self, now):
        self.shown.append("closed")

    def listen(self):
        if self.script:
            self.script.pop(0)()


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Every batch is a look, and a held loop does not wait."""
    for name in ("OFTEN", "SHARE"):
        monkeypatch.setattr(module, name, 0)
    monkeypatch.setattr(importlib.import_module("workbook.widgets.reins"), "WAIT", 0)


def test_looks_keep_their_distance_and_the_last_one_shows_the_last_weights(monkeypatch):
    monkeypatch.setattr(module, "OFTEN", 1e9)
    watch, net, *rest = made()
    train(watch, net, *rest)
    assert watch._face.shown == ["opened", "show", "show", "show", "closed"]  # after the first batch, after the last, and at the end
    assert watch.layers[0].weights.size == pytest.approx(float(net.first.weight.pow(2).mean().sqrt()), rel=1e-5)


def test_short_rounds_are_counted_and_not_all_shown(monkeypatch):
    monkeypatch.setattr(module, "OFTEN", 1e9)
    watch, *rest = made(test=True)
    losses = train(watch, *rest, rounds=4)
    first = ["opened", "show", "show", "show", "show", "closed"]  # after a batch, after the last, while it tests, and at the end
    assert watch._face.shown == first + ["opened", "closed"] * 3
    assert [(each.items, each.table.of) for each in watch.rounds] == [(20, 20)] * 4 and watch.curve.losses() == losses
    watch.ended()  # the cell: now the last one is seen
    assert watch.layers[0].weights.size == pytest.approx(float(rest[0].first.weight.pow(2).mean().sqrt()), rel=1e-5)


def test_many_rounds_leave_the_curve_to_be_seen_and_the_last_number_of_its_axis_in_the_picture():
    from workbook.widgets.dashboard_drawing import WIDE, loss_curve
    watch, *rest = made(test=True, batches=1)
    train(watch, *rest, rounds=24)
    body, _ = loss_curve(watch)
    assert (body.count('class="round"'), body.count('class="test"'), 'width="8"' in body) == (23, 24 + 1, True)
    train(watch, *rest, rounds=76)
    body, _ = loss_curve(watch)
    assert (body.count('class="round"'), body.count('class="test"')) == (0, 1 + 1)
    watch.steps = 4000
    body, _ = loss_curve(watch)
    x = float(re.search(r'x="([\d.]+)"[^>]*>4,000<', body)[1])
    assert x + 5 * 7 / 2 <= WIDE


def test_the_table_of_a_round_that_has_just_begun_is_the_one_before():
    from workbook.widgets.watching import Round
    watch, *rest = made()
    train(watch, *rest)
    watch.rounds.append(Round(2, 5, 5))
    table, of_what = table_shown(watch)
    assert (table.of, of_what) == (20, "training, round 1")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 6), nn.Linear(6, 3)

    def forward(self, x):
        return self.last(F.relu(self.first(x)))


def made(test=None, script=None, lr=0.1, loss_fn=None, batches=5, **options):
    """Return (watch, net, optimizer, loss function, loader); the face of `watch` runs `script`."""
    _ = torch.manual_seed(1)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    loss_fn = loss_fn or nn.CrossEntropyLoss()
    data = TensorDataset(torch.randn(4 * batches, 4), torch.arange(4 * batches) % 3)
    loader = DataLoader(data, batch_size=4, shuffle=True)
    watch = dashboard(net, optimizer, loss_fn, test=loader if test else None, **options)
    watch._face = Face(script(watch) if script else ())
    return watch, net, optimizer, loss_fn, loader


def train(watch, net, optimizer, loss_fn, loader, rounds=1):
    """A loop as students write it. Returns the losses."""
    losses = []
    for _ in range(rounds):
        for inputs, labels in watch(loader):
            optimizer.zero_grad()
            loss = loss_fn(net(inputs), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# ---- what it counts ----------------------------------------------------------------------------------------------------------


def test_losses_and_right_answers_are_those_of_the_loop():
    watch, net, optimizer, loss_fn, loader = made()
    losses, right = [], 0
    for inputs, labels in watch(loader):
        outputs = net(inputs)
        right += int((outputs.argmax(1) == labels).sum())
        loss = loss_fn(outputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert watch.curve.losses() == losses and watch.steps == 5
    table, of_what = table_shown(watch)
    assert (table.right, table.of, of_what) == (right, 20, "training, round 1")
    assert watch.rounds[0].mean() == pytest.approx(sum(losses) / 5) and watch.rounds[0].batch == watch.rounds[0].batches == 5


@pytest.mark.parametrize("test", [False, True])
def test_the_loop_computes_the_same_numbers_without_it(test):
    """Neither the test nor the looks draw a random number or move a weight."""
    watch, *rest = made(test=test)
    watched = train(watch, *rest, rounds=3)
    after = torch.rand(1).item()
    _, *rest = made()
    assert train(lambda loader: loader, *rest, rounds=3) == watched and torch.rand(1).item() == after


def test_the_test_is_that_of_the_net_in_use():
    watch, net, optimizer, loss_fn, loader = made(test=True)
    net.last = nn.Sequential(nn.Dropout(0.9), net.last)
    net.first.eval()  # a layer that the student has frozen stays so
    train(watch, net, optimizer, loss_fn, loader)
    assert [part.training for part in (net, net.first, net.last[0])] == [True, False, True]
    net.eval()
    with torch.no_grad():
        data = loader.dataset.tensors
        outputs = net(data[0])
        loss, right = loss_fn(outputs, data[1]).item(), int((outputs.argmax(1) == data[1]).sum())
    now = watch.rounds[0]
    assert now.test_loss == pytest.approx(loss, rel=1e-5) and (now.test.right, now.test.of) == (right, 20)
    table, of_what = table_shown(watch)
    assert table is now.test and of_what == "test after round 1"


def test_a_short_last_batch_of_the_test_counts_by_its_items():
    watch, net, optimizer, loss_fn, loader = made()
    x, y = loader.dataset.tensors
    watch.test = [(x[:3], y[:3]), (x[3:4], y[3:4])]
    train(watch, net, optimizer, loss_fn, loader)
    with torch.no_grad():
        assert watch.rounds[0].test_loss == pytest.approx(loss_fn(net(x[:4]), y[:4]).item(), rel=1e-5)


def test_layers_are_those_of_the_last_step_although_the_loop_clears_its_gradients():
    watch, net, optimizer, loss_fn, loader = made(batches=1)
    for inputs, labels in watch(loader):
        loss_fn(net(inputs), labels).backward()
        optimizer.step()
        gradient = net.first.weight.grad.clone()
        optimizer.zero_grad()
    weights, bias, *_ = watch.layers
    assert [layer.name for layer in watch.layers] == ["first.weight", "first.bias", "last.weight", "last.bias"]
    assert weights.gradient.size == pytest.approx(float(gradient.pow(2).mean().sqrt()), rel=1e-5)
    assert weights.weights.reach == pytest.approx(float(net.first.weight.abs().max())) and sum(bias.weights.counts) == 6
    assert layer_rows(watch)[0][:2] == ["first.weight", "6 × 4"]


def test_dead_units_are_named_by_their_layer():
    watch, net, optimizer, loss_fn, loader = made(lr=0.0001)
    with torch.no_grad():
        net.first.bias[2:5] = -1000.0
    train(watch, net, optimizer, loss_fn, loader)
    assert [(each.behind, each.of) for each in watch.dead] == [("first", 6)] and watch.dead[0].dead >= 3
    assert dead_rows(watch)[0][0] == "ReLU behind first"


def test_a_loss_that_is_a_function_is_counted_too():
    watch, *rest = made(loss_fn=F.cross_entropy)
    assert watch.curve.losses() == [] and train(watch, *rest) == pytest.approx(watch.curve.losses())


def test_a_loop_says_its_loss_itself():
    watch, net, optimizer, loss_fn, loader = made()
    said = []
    for inputs, labels in watch(loader):
        outputs = net(inputs)
        loss = loss_fn(outputs, labels) + 0.1 * net.first.weight.pow(2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        watch.step(loss, outputs, labels)
        said.append(loss.item())
    assert watch.curve.losses() == said and watch.steps == 5 and watch.rounds[0].table.of == 20


def test_numbers_instead_of_classes_have_a_loss_and_no_accuracy():
    _ = torch.manual_seed(0)
    net, loss_fn = nn.Linear(4, 1), nn.MSELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    watch = dashboard(net, optimizer, loss_fn, test=[(torch.randn(4, 4), torch.randn(4, 1))])
    watch._face = Face()
    train(watch, net, optimizer, loss_fn, [(torch.randn(4, 4), torch.randn(4, 1))] * 3)
    assert watch.steps == 3 and watch.rounds[0].test_loss > 0 and watch.pictures is None and class_rows(watch) == []
    assert "right" not in sentence(watch) and ["right, training", "–"] in rows(watch)
    ET.fromstring(watch.view.accuracy)


def test_a_batch_that_is_left_out_is_no_step():
    watch, net, optimizer, loss_fn, loader = made()
    for place, (inputs, labels) in enumerate(watch(loader)):
        if place == 1:
            continue
        loss = loss_fn(net(inputs), labels)
        loss.backward()
        optimizer.step()
        if place == 3:
            break
    assert watch.view.state["can"] == {"pause": True, "one": True, "resume": False, "stop": True}  # the cell goes on, perhaps with a next round
    assert watch.steps == 3 and watch.state == "left" and not net._forward_hooks and not loss_fn._forward_hooks


def test_what_the_student_computes_beside_it_is_not_taken_for_the_step():
    watch, net, optimizer, loss_fn, loader = made()
    for inputs, labels in watch(loader):
        outputs = net(inputs)
        loss = loss_fn(outputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            _ = loss_fn(net(inputs * 100), labels)
        last = loss.item()
    assert watch.curve.losses()[-1] == last


def test_two_networks_with_one_loss_function_each_have_their_own_losses():
    watch, net, optimizer, loss_fn, loader = made()
    beside, other, its_optimizer, *_ = made(lr=0.5, loss_fn=loss_fn)
    said = {net: [], other: []}
    for (inputs, labels), _ in zip(watch(loader), beside(loader)):
        losses = [loss_fn(each(inputs).tanh(), labels) for each in said]
        for each, loss, its in zip(said, losses, (optimizer, its_optimizer)):
            its.zero_grad()
            loss.backward()
            its.step()
            said[each].append(loss.item())
    assert watch.curve.losses() == said[net] and beside.curve.losses() == said[other] != said[net]
    assert watch.state == beside.state == "between" and [each.batch for each in watch.rounds + beside.rounds] == [5, 5] and not loss_fn._forward_hooks


# ---- held, stepped, steered, stopped -----------------------------------------------------------------------------------------


def test_a_held_loop_goes_on_by_single_steps():
    seen = []

    def script(watch):
        return [watch.pause, lambda: seen.append((watch.state, watch.steps)), watch.one_step, lambda: None,
                lambda: seen.append((watch.state, watch.steps)), watch.one_step, lambda: seen.append((watch.state, watch.steps)), watch.resume]

    watch, *rest = made(script=script)
    assert len(train(watch, *rest)) == 5
    assert seen == [("paused", 0), ("paused", 1), ("running", 2)] or seen == [("paused", 0), ("paused", 1), ("paused", 2)]
    assert watch.state == "between" and not watch._paused


def test_a_stop_ends_the_loops_around_it_and_the_next_cell_begins_anew():
    watch, *rest = made(script=lambda watch: [lambda: None, lambda: None, watch.stop], test=True)
    assert len(train(watch, *rest, rounds=4)) == 2
    assert watch.state == "stopped" and len(watch.rounds) == 1 and watch.rounds[0].test_loss is None
    assert sentence(watch).startswith("Stopped after 2 steps: the loader gives no more batches.")
    watch.ended()
    assert watch.state == "stopped" and len(train(watch, *rest)) == 5


def test_a_stop_while_it_tests_leaves_half_a_test_out():
    watch, *rest = made(script=lambda watch: [*[lambda: None] * 7, watch.stop], test=True)
    assert len(train(watch, *rest, rounds=2)) == 5 and watch.state == "stopped"
    assert (watch.rounds[0].test, watch.rounds[0].test_loss) == (None, None) and table_shown(watch)[1] == "training, round 1"


def test_a_loop_that_is_ended_from_outside_counts_the_batch_whose_step_was_made():
    watch, net, optimizer, loss_fn, loader = made()
    for _, (inputs, labels) in zip(range(2), watch(loader)):
        loss_fn(net(inputs), labels).backward()
        optimizer.step()
    assert (watch.state, watch.steps, watch.rounds[0].batch) == ("left", 2, 2)


def test_nothing_to_learn_from_is_said():
    watch, net, optimizer, loss_fn, _ = made()
    assert list(watch([])) == [] and repr(watch) == "Dashboard: The loop made no step."
    train(watch, net, optimizer, loss_fn, [(torch.randn(0, 4), torch.zeros(0, dtype=torch.int64))])
    assert "this batch holds nothing" in watch.began_to_break


def test_a_stop_while_it_is_held():
    watch, *rest = made(script=lambda watch: [watch.pause, lambda: None, watch.stop])
    assert train(watch, *rest) == [] and watch.state == "stopped"


def test_the_learning_rate_is_moved_between_two_steps_and_marked():
    watch, net, optimizer, loss_fn, loader = made(script=lambda watch: [lambda: None, lambda: None, lambda: watch.set_rate(0.5)])
    rates = []
    for inputs, labels in watch(loader):
        loss = loss_fn(net(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == [0.1, 0.1, 0.5, 0.5, 0.5] and watch.marks == [(2, 0.1, 0.5)]
    assert ["learning rate", "0.5"] in rows(watch) and 'class="moved"' in watch.view.loss


def test_groups_keep_their_proportion():
    _ = torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD([{"params": net.first.parameters(), "lr": 0.1}, {"params": net.last.parameters(), "lr": 0.01}])
    watch = dashboard(net, optimizer, nn.CrossEntropyLoss())
    watch.set_rate(0.2)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.2, 0.02])
    optimizer.param_groups[0]["lr"] = torch.tensor(0.1)
    watch.set_rate(0.4)
    assert optimizer.param_groups[0]["lr"].item() == pytest.approx(0.4) and watch.rate == pytest.approx(0.4)


@pytest.mark.parametrize("rate", [0, -1, math.nan, math.inf, 1e9, "0.1", True, None])
def test_what_is_no_learning_rate(rate):
    watch, *_ = made()
    with pytest.raises(ValueError, match="cannot set a learning rate"):
        watch.set_rate(rate)
    watch.view._act("rate", rate if rate is not True else -1)
    assert watch.rate == 0.1


def test_an_interrupt_ends_it_cleanly():
    def interrupt():
        raise KeyboardInterrupt

    watch, net, optimizer, loss_fn, loader = made(script=lambda watch: [lambda: None, lambda: None, watch.pause, interrupt])
    with pytest.raises(KeyboardInterrupt) as caught:
        train(watch, net, optimizer, loss_fn, loader)
    watch.ended(caught.value)
    assert watch.state == "interrupted" and not net._forward_hooks and not optimizer._hooks["step_post"]
    assert sentence(watch).startswith("Interrupted after 2 steps. The network keeps what it has learned")
    assert len(train(watch, net, optimizer, loss_fn, loader)) == 5


def test_an_error_in_the_loop_while_its_frame_lives_on():
    watch, net, optimizer, loss_fn, loader = made()
    batches = watch(loader)
    next(batches)
    watch.ended(ZeroDivisionError("division by zero"))
    assert watch.state == "failed" and "The cell ended with ZeroDivisionError after 0 steps." in sentence(watch) and not net._forward_hooks
    batches.close()
    assert watch.state == "failed"


def test_one_loop_at_a_time():
    watch, _, _, _, loader = made()
    first = watch(loader)
    next(first)
    with pytest.raises(RuntimeError, match="goes through a loader already"):
        next(watch(loader))


# ---- numbers that are none ---------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("spoil", "told"), [
    (lambda net, x: x.fill_(math.nan), "It began in the data: this batch's inputs hold nan or inf."),
    (lambda net, x: net.last.bias.data.fill_(math.inf), "last.bias is the first parameter that holds nan or inf"),
    (lambda net, x: net.first.weight.data.fill_(1e38), "outputs are the first to hold nan or inf; its weights do not"),
])
def test_a_loss_that_is_no_number_says_where_it_began(spoil, told):
    watch, net, optimizer, loss_fn, loader = made()
    for place, (inputs, labels) in enumerate(watch(loader)):
        if place == 2:
            spoil(net, inputs)
        loss = loss_fn(net(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert re.match(r"The loss is (nan|inf) since step [345]\.", watch.began_to_break) and told in sentence(watch)
    for drawing in (watch.view.loss, watch.view.accuracy, watch.view.layers, watch.still().svg):
        found = [part.get(name) or "" for part in ET.fromstring(drawing).iter() for name in ("x", "y", "d", "width", "height", "points")]
        assert not any("nan" in each or "inf" in each for each in found)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loss_that_breaks_by_itself():
    watch, net, optimizer, _, loader = made(loss_fn=lambda outputs, labels: (outputs.sum() * 0).log())
    train(watch, net, optimizer, watch.loss_fn, loader)
    assert "It began in the loss itself" in watch.began_to_break


# ---- how it shows ------------------------------------------------------------------------------------------------------------


def test_a_terminal_prints_a_line_for_each_round_under_a_bar():
    watch, *rest = made(test=True)
    out = io.StringIO()
    watch._face = faces.Terminal(watch, out)
    train(watch, *rest, rounds=2)
    lines = [line for line in out.getvalue().replace("\r", "\n").split("\n") if line.strip().startswith("round") and ";" in line]
    assert lines == [round_line(watch, each) for each in watch.rounds] and "5 batches, loss" in lines[0] and "test loss" in lines[1]


def test_a_terminal_without_tqdm_prints_the_lines_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    watch, *rest = made()
    out = io.StringIO()
    watch._face = faces.Terminal(watch, out)
    train(watch, *rest, rounds=2)
    assert out.getvalue().split("\n") == [*(round_line(watch, each) for each in watch.rounds), ""]


def test_everything_is_told_to_a_writer():
    told = []

    class Writer:
        def add_scalar(self, tag, value, step):
            told.append((tag, value, step))

    watch, *rest = made(test=True, writer=Writer())
    losses = train(watch, *rest)
    assert [(value, step) for tag, value, step in told if tag == "loss/train"] == list(zip(losses, range(1, 6)))
    assert [tag for tag, *_ in told].count("accuracy/train") == 5 and told[-2] == ("loss/test", watch.rounds[0].test_loss, 5)
    assert ("lr", 0.1, 5) in told


def test_the_view_holds_the_numbers_and_says_them():
    watch, *rest = made(test=True, classes=["cat", "dog & co", "<owl>"])
    train(watch, *rest, rounds=2)
    view = watch.view
    state = view.state
    last = watch.rounds[-1]
    assert dict(map(tuple, state["rows"]))["loss, test"] == f"{last.test_loss:.4f}" and state["progress"] == [5, 5]
    counts = [int(text.text) for text in ET.fromstring(view.confusion).iter() if (text.get("class") or "").startswith("count")]
    assert sorted(counts) == sorted(last.test.counts[last.test.counts > 0].tolist())
    assert view.tables[0]["rows"][2][0] == "<owl>" and "&lt;owl&gt;" in view.confusion
    assert len(list(ET.fromstring(view.layers).iter("{http://www.w3.org/2000/svg}path"))) == 8  # two histograms and a zero for each of two layers
    still = view.still()
    ET.fromstring(still.svg)
    assert "var(--wb" not in still.svg and "Confusion table, test after round 2" in still._told and repr(watch) == repr(view)


def test_pictures_show_what_was_said_of_them():
    _ = torch.manual_seed(0)
    net, loss_fn = nn.Sequential(nn.Flatten(), nn.Linear(12, 4)), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    test = [(torch.rand(10, 3, 2, 2), torch.arange(10) % 4)]
    watch = dashboard(net, optimizer, loss_fn, test=test, classes=["a", "b", "c", "d"])
    watch._face = Face()
    train(watch, net, optimizer, loss_fn, test)
    shares = net(test[0][0]).softmax(1)
    assert len(watch.pictures) == 8 and [seen.right for seen in watch.pictures] == [0, 1, 2, 3] * 2
    for seen, row in zip(watch.pictures, shares):
        values, places = row.topk(3)
        assert [number for number, _ in seen.best] == places.tolist()
        assert [share for _, share in seen.best] == pytest.approx(values.tolist(), abs=1e-6)
    assert watch.view.pictures.count("<image") == 8 and watch.view.pictures.count("face wrong") == sum(seen.best[0][0] != seen.right for seen in watch.pictures)


def test_drawings_that_did_not_change_are_not_sent_again():
    watch, *rest = made()
    train(watch, *rest)
    view, sent = watch.view, []
    view.observe(lambda change: sent.append(change["name"]), ["loss", "accuracy", "layers", "pictures", "confusion", "seq"])
    view.show()
    assert sent == ["seq"]


@pytest.mark.parametrize(("spoil", "kind", "said"), [
    (lambda net, opt, fn: (opt, net, fn), TypeError, "needs a network first, and got a SGD"),
    (lambda net, opt, fn: (net, fn, opt), TypeError, "needs an optimizer after the network, and got a CrossEntropyLoss"),
    (lambda net, opt, fn: (net, opt, nn.CrossEntropyLoss), TypeError, "needs the loss function"),
    (lambda net, opt, fn: (net, opt, None), TypeError, "needs the loss function"),
    (lambda net, opt, fn: (Net(), opt, fn), ValueError, "trains another network"),
    (lambda net, opt, fn: (net, opt, fn, 3), TypeError, "test= needs a DataLoader, and got a int"),
    (lambda net, opt, fn: (net, opt, fn, []), ValueError, "test= has no batches"),
    (lambda net, opt, fn: (net, opt, fn, None, 3), TypeError, "classes= needs the names of the classes, and got 3"),
    (lambda net, opt, fn: (net, opt, fn, None, None, "runs"), TypeError, "writer= needs a SummaryWriter, and got a str"),
])
def test_wrong_use_is_refused_with_what_to_write(spoil, kind, said):
    _, net, optimizer, loss_fn, _ = made()
    with pytest.raises(kind, match=said) as caught:
        dashboard(*spoil(net, optimizer, loss_fn))
    assert "Why:" in str(caught.value) and "Fix:" in str(caught.value)


@pytest.mark.parametrize("labels", [torch.full((4,), -100), torch.tensor([0, -100, 2, 1]), ["cat", "dog", "cat", "bird"]], ids=("all left out", "one left out", "words"))
def test_labels_that_are_no_class_do_not_end_the_loop(labels):
    watch, net, optimizer, loss_fn, _ = made(classes=["a", "b", "c"])
    for inputs, labels in watch([(torch.ones(4, 4), labels)]):
        loss = loss_fn(net(inputs), labels) if torch.is_tensor(labels) else net(inputs).sum()
        loss.backward()
        optimizer.step()
        if not torch.is_tensor(labels):
            watch.step(loss, net(inputs), labels)
    watch.view.show()
    assert watch.steps == 1 and (watch.pictures is None or "-100" in watch.view.pictures)


def test_what_is_no_loader_and_no_loss():
    watch, *_ = made()
    with pytest.raises(TypeError, match="goes through a loader, and got a int"):
        next(watch(5))
    with pytest.raises(TypeError, match="needs the loss first, and got 'x'"):
        watch.step("x")
    assert watch.steps == 0 and watch.state == "ready"


def test_many_classes_and_many_layers_are_cut_and_said():
    net = nn.Sequential(*(nn.Linear(30, 30) for _ in range(14)))
    loss_fn, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=0.1)
    watch = dashboard(net, optimizer, loss_fn)
    watch._face = Face()
    train(watch, net, optimizer, loss_fn, [(torch.randn(60, 30), torch.arange(60) % 30)])
    assert "and 5 more in between" in watch.view.layers and "and 10 more classes" in watch.view.confusion and len(class_rows(watch)) == 30


def test_a_small_table_is_as_wide_as_its_heading_and_cells_are_of_one_size():
    from workbook.widgets.dashboard_drawing import CELL, TABLE_WIDE, confusion
    for classes in (2, 12):
        watch = dashboard_of(classes)
        wide, _, body, _ = confusion(watch)
        assert wide >= TABLE_WIDE and f'width="{CELL - 2}"' in body and float(re.search(r"round 1[^<]*", body)[0].count("r")) > 0
        last = [float(x) for x in re.findall(r'class="(?:hit|miss) d\d" x="([\d.]+)"', body)][-1]
        assert last + CELL <= wide


def dashboard_of(classes):
    """A dashboard that has counted a round with so many classes."""
    from workbook.widgets.watching import Round
    watch, *_ = made()
    watch.rounds.append(Round(1, 0, 1))
    watch.rounds[0].table.add(np.arange(classes), np.arange(classes))
    return watch


@pytest.mark.parametrize("losses", [[2.3] * 40, [2.3 / (1 + step) for step in range(40)], [0.1] * 40])
def test_the_mark_of_a_new_rate_stands_off_the_curve(losses):
    from workbook.widgets.dashboard_drawing import loss_curve
    watch, *_ = made()
    for loss in losses:
        watch.curve.add(loss, 0, 0)
    watch.steps, watch.marks = len(losses), [(20, 0.1, 0.05)]
    body, _ = loss_curve(watch)
    x, y = map(float, re.search(r'<text class="note label" x="([\d.]+)" y="([\d.]+)"[^>]*>lr 0.05', body).groups())
    curve = [tuple(map(float, each.split())) for each in re.search(r'class="each" d="M([^"]+)"', body)[1].split("L")]
    assert not [down for across, down in curve if x - 4 < across < x + 50 and y - 12 < down < y + 3]
