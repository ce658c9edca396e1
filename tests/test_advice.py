"""Advice: each of six silent mistakes is warned of once, with cause and fix; right code never is; off in one line."""

import gc
import inspect
import os
import subprocess
import sys
import threading
import warnings
import weakref
from pathlib import Path

import pytest

import workbook as torch
from workbook import advice, nn
from workbook.advice import MANY, Advice
from workbook.threads import thread

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def advised():
    """Advice is on, with nothing remembered; afterwards it is as it was."""
    before, thread.state.adviser = thread.state.adviser, None
    advice.on()
    yield
    thread.state.adviser = before


def given(program):
    """Return what a program is advised, each warning's first line."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        program()
    return [str(each.message).splitlines()[0] for each in found if each.category is Advice]


def made(lr=0.1, names=False):
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    return net, torch.optim.SGD(net.named_parameters() if names else net.parameters(), lr=lr)


def batch(rows=4):
    return torch.randn(rows, 3)


# ---- a step on gradients of earlier steps ------------------------------------------------------------------------------------

STACKED = "SGD.step() uses gradients that an earlier step has used already"


def forgotten(rounds=5):
    net, optimizer = made()
    for _ in range(rounds):
        net(batch()).sum().backward()
        optimizer.step()


def test_a_forgotten_zero_grad_is_told_once():
    assert given(lambda: forgotten(1)) == []
    assert given(lambda: forgotten(2)) == [STACKED]
    assert given(lambda: forgotten(9)) == [STACKED]


def test_each_optimizer_is_told_for_itself():
    assert given(lambda: [forgotten(), forgotten()]) == [STACKED, STACKED]


def test_zeroing_before_the_loop_or_of_another_network_is_no_help():
    def once_before():
        net, optimizer = made()
        optimizer.zero_grad()
        for _ in range(2):
            net(batch()).sum().backward()
            optimizer.step()

    def of_another():
        (net, optimizer), (other, _) = made(), made()
        for _ in range(2):
            other.zero_grad()
            net(batch()).sum().backward()
            optimizer.step()

    assert given(once_before) == given(of_another) == [STACKED]


def test_one_parameter_that_is_not_cleared_is_named():
    def program():
        net, optimizer = made(names=True)
        for _ in range(2):
            net(batch()).sum().backward()
            optimizer.step()
            net.weight.grad = None

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        program()
    text = str(found[0].message)
    assert "1 of the gradients hold an old one, too: bias is the first" in text
    assert [line.split(":")[0].strip() for line in text.splitlines()] == [STACKED, "Why", "Fix", "(import workbook.advice; workbook.advice.off() ends this advice)"]


def clearings():
    def to_none(net, optimizer):
        optimizer.zero_grad()

    def to_zero(net, optimizer):
        optimizer.zero_grad(set_to_none=False)

    def of_the_net(net, optimizer):
        net.zero_grad()

    def by_hand(net, optimizer):
        for p in net.parameters():
            p.grad = None

    def zero_(net, optimizer):
        for p in net.parameters():
            if p.grad is not None:
                p.grad.zero_()

    def through_data(net, optimizer):  # as in the documents
        for p in net.parameters():
            if p.grad is not None:
                p.grad.data.zero_()

    def through_detach(net, optimizer):
        for p in net.parameters():
            if p.grad is not None:
                p.grad.detach().mul_(0)

    def through_numpy(net, optimizer):
        for p in net.parameters():
            if p.grad is not None:
                p.grad.numpy()[...] = 0

    def new_zeros(net, optimizer):
        for p in net.parameters():
            p.grad = torch.zeros_like(p)

    def other_data(net, optimizer):
        for p in net.parameters():
            if p.grad is not None:
                p.grad.data = torch.zeros_like(p)

    def by_index(net, optimizer):
        for p in net.parameters():
            if p.grad is not None:
                p.grad[...] = 0

    return [to_none, to_zero, of_the_net, by_hand, zero_, through_data, through_detach, through_numpy, new_zeros, other_data, by_index]


@pytest.mark.parametrize("clear", clearings(), ids=lambda clear: clear.__name__)
@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("parts", [1, 3])
def test_every_way_to_clear_is_known(clear, where, parts):
    """With one backward for each step, and with the gradients of three parts of a batch added up."""
    def program():
        net, optimizer = made()
        for _ in range(4):
            if where == "before":
                clear(net, optimizer)
            for _ in range(parts):
                (net(batch()).sum() / parts).backward()
            optimizer.step()
            if where == "after":
                clear(net, optimizer)

    assert given(program) == []


def test_two_steps_on_one_gradient_and_a_gradient_that_something_else_wrote_are_no_evidence():
    def twice():
        net, optimizer = made()
        net(batch()).sum().backward()
        optimizer.step()
        optimizer.step()

    def momentum_by_hand():
        net, optimizer = made()
        for _ in range(4):
            net(batch()).sum().backward()
            optimizer.step()
            for p in net.parameters():
                p.grad *= 0.9

    assert given(twice) == given(momentum_by_hand) == []


def test_two_networks_that_train_each_other():
    """The generator's loss runs through the discriminator, and leaves gradients there, which its own round clears."""
    def program():
        (maker, by_maker), (judge, by_judge) = made(), (nn.Linear(2, 1), None)
        by_judge = torch.optim.SGD(judge.parameters(), lr=0.1)
        for _ in range(4):
            by_judge.zero_grad()
            judge(maker(batch()).detach()).sum().backward()
            by_judge.step()
            by_maker.zero_grad()
            judge(maker(batch())).sum().backward()
            by_maker.step()

    assert given(program) == []


def test_two_optimizers_on_one_network_each_with_its_own_loss():
    def program():
        net, optimizer = made()
        second = torch.optim.Adam(net.parameters())
        for _ in range(3):
            optimizer.zero_grad()
            net(batch()).sum().backward()
            optimizer.step()
            second.step()

    assert given(program) == []


def test_a_closure_that_clears():
    def program():
        net, optimizer = made()

        def closure():
            optimizer.zero_grad()
            loss = net(batch()).sum()
            loss.backward()
            return loss

        for _ in range(4):
            optimizer.step(closure)

    assert given(program) == []


def test_a_frozen_or_an_unused_parameter_keeps_its_old_gradient_without_harm():
    def program():
        net, optimizer = made()
        net(batch()).sum().backward()
        optimizer.step()
        net.bias.requires_grad_(False)
        for _ in range(3):
            net.weight.grad = None
            net(batch()).sum().backward()
            optimizer.step()

    assert given(program) == []


# ---- losses kept with their graphs -----------------------------------------------------------------------------------------

KEPT = f"the losses of {MANY} steps are still there, each with the graph behind it"


def trained(rounds, keep, cleared=True, backward=lambda loss: loss.backward()):
    net, optimizer = made()
    for _ in range(rounds):
        optimizer.zero_grad()
        loss = net(batch()).square().mean()
        backward(loss)
        optimizer.step()
        keep(loss)


def in_a_list(kept):
    return kept.append


def as_running_total(kept):
    def keep(loss):
        kept[:] = [kept[0] + loss if kept else loss]

    return keep


def in_a_dict(kept):
    table = {}
    kept.append(table)
    return lambda loss: table.update({len(table): loss})


@pytest.mark.parametrize("way", [in_a_list, as_running_total, in_a_dict], ids=lambda way: way.__name__)
def test_losses_kept_with_their_graphs_are_told_once(way):
    kept = []
    assert given(lambda: trained(MANY - 1, way(kept))) == []
    kept.clear()
    assert given(lambda: trained(3 * MANY, way(kept))) == [KEPT]


def numbers(kept):
    return lambda loss: kept.append(loss.item())


def detached(kept):
    return lambda loss: kept.append(loss.detach())


def total_of_numbers(kept):
    return lambda loss: kept.__setitem__(slice(None), [sum(kept) + loss.item()])


def the_last_few(kept):
    def keep(loss):
        kept.append(loss)
        del kept[:-MANY + 2]

    return keep


def one_in_three(kept):
    seen = []

    def keep(loss):
        seen.append(0)
        if len(seen) % 3 == 0 and len(kept) < MANY - 2:
            kept.append(loss)

    return keep


def nothing(kept):
    return lambda loss: None


@pytest.mark.parametrize("way", [numbers, detached, total_of_numbers, the_last_few, one_in_three, nothing], ids=lambda way: way.__name__)
def test_what_is_kept_without_a_graph_or_is_let_go_is_right(way):
    kept = []
    assert given(lambda: trained(4 * MANY, way(kept))) == []


def test_graphs_that_were_to_be_kept_are_right():
    kept = []
    assert given(lambda: trained(2 * MANY, kept.append, backward=lambda loss: loss.backward(retain_graph=True))) == []


def test_many_losses_before_one_step_and_many_networks_are_right():
    def parts_of_a_batch():
        net, optimizer = made()
        for _ in range(3):
            optimizer.zero_grad()
            losses = [net(batch()).square().mean() for _ in range(2 * MANY)]
            for loss in losses:
                loss.backward()
            optimizer.step()

    def networks():
        pairs = [made() for _ in range(2 * MANY)]
        for _ in range(3):
            losses = []
            for net, optimizer in pairs:
                optimizer.zero_grad()
                losses.append(net(batch()).square().mean())
                losses[-1].backward()
                optimizer.step()

    def one_backward_of_all():
        net, optimizer = made()
        for _ in range(3):
            optimizer.zero_grad()
            losses = [net(batch()).square().mean() for _ in range(2 * MANY)]
            sum(losses).backward()
            optimizer.step()

    assert given(parts_of_a_batch) == given(networks) == given(one_backward_of_all) == []


def test_advice_keeps_nothing_alive():
    kept = []
    given(lambda: trained(3, kept.append))
    nodes = [loss.grad_fn for loss in kept]
    refs = [weakref.ref(node) for node in nodes]
    del kept, nodes
    gc.collect()
    assert [ref() for ref in refs] == [None] * 3
    net, optimizer = made()
    net(batch()).sum().backward()
    optimizer.step()
    dead = weakref.ref(optimizer)
    del optimizer
    gc.collect()
    assert dead() is None


def test_loops_that_never_step_and_writes_that_nobody_reads_leave_nothing_behind():
    def program(rounds):
        w = torch.ones(2, requires_grad=True)
        for _ in range(rounds):
            w.grad = None
            (w * w).sum().backward()
            w.data -= 0.1 * w.grad
            torch.ones(2).data.zero_()
            gone = torch.ones(2)
            gone.data.zero_()
        gc.collect()
        return len(gc.get_objects())

    few = program(50)
    assert program(1000) - few < 50


# ---- a write through .data under a saved value -----------------------------------------------------------------------------


def test_a_write_through_data_under_a_saved_value_is_told():
    x = torch.ones(2, requires_grad=True)
    y = x * x
    x.data.fill_(5.0); line = inspect.currentframe().f_lineno  # noqa: E702
    with pytest.warns(Advice) as found:
        y.sum().backward()
    assert x.grad.tolist() == [10.0, 10.0]  # as PyTorch's, wrong and silent
    text = str(found[0].message)
    assert text.startswith("the derivative of Mul uses numbers that were written over\n  Why: Mul saved a value; then fill_ in line " + str(line))
    assert "\n  Fix: write to the tensor itself inside torch.no_grad()" in text
    assert (found[0].filename, len(found)) == (__file__, 1)


STALE = "the derivative of Mul uses numbers that were written over"


def writes():
    x = torch.ones(4, requires_grad=True)
    y = x * x

    def sub_(): x.data -= 0.1 * x.data
    def index(): x.data[0] = 3.0
    def part_of_data(): x.data[1:].zero_()
    def of_detached(): x.detach().data.zero_()
    def of_data(): x.data.data.zero_()
    def several(): x.data.mul_(2.0).add_(1.0)

    return y, [sub_, index, part_of_data, of_detached, of_data, several]


@pytest.mark.parametrize("number", range(6))
def test_every_write_through_data_is_seen(number):
    y, ways = writes()
    ways[number]()
    assert given(y.sum().backward) == [STALE]


def test_a_saved_result_counts_too_and_one_write_is_told_once():
    def program():
        x = torch.ones(2, requires_grad=True)
        y = x.exp()
        z = (y * 2).sum() + (y * y).sum()
        y.data.zero_()
        z.backward(retain_graph=True)
        z.backward()

    assert len(given(program)) == 1


def test_old_loops_that_write_through_data_are_right():
    def steps():
        w = torch.ones(3, requires_grad=True)
        for _ in range(5):
            (w * w).sum().backward()
            w.data -= 0.1 * w.grad.data
            w.grad.data.zero_()

    def clipped():
        net, optimizer = made()
        for _ in range(4):
            optimizer.zero_grad()
            net(batch()).square().sum().backward()
            optimizer.step()
            for p in net.parameters():
                p.data.clamp_(-1, 1)

    def beginnings():
        net, _ = made()
        net.weight.data.normal_()
        net.bias.data.fill_(0.0)
        net(batch()).sum().backward()

    def averaged():
        (net, optimizer), (slow, _) = made(), made()
        for _ in range(4):
            optimizer.zero_grad()
            loss = net(batch()).square().sum()
            for p, q in zip(slow.parameters(), net.parameters()):
                p.data.mul_(0.9).add_(q.data, alpha=0.1)
            loss.backward()
            optimizer.step()

    def read_alone():
        x = torch.ones(3, requires_grad=True)
        y = x * x
        assert x.data.sum().item() == 3.0 and (x.data * 2).tolist() == [2.0] * 3
        y.sum().backward()

    def of_a_copy():
        x = torch.ones(3, requires_grad=True)
        y = x * x
        x.data.clone().zero_()
        y.sum().backward()

    def not_saved():
        x = torch.ones(3, requires_grad=True)
        y = x * 2 + 1
        x.data.zero_()
        y.sum().backward()

    def another_graph():
        x, y = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
        kept = x * x
        x.data.zero_()
        (y * y).sum().backward()
        assert kept.requires_grad

    def with_other_data():
        x = torch.ones(3, requires_grad=True)
        y = x * x
        x.data = torch.zeros(3)
        y.sum().backward()

    for program in (steps, clipped, beginnings, averaged, read_alone, of_a_copy, not_saved, another_graph, with_other_data):
        assert given(program) == [], program.__name__


def test_data_of_inference_mode_and_data_of_data_are_as_without_advice():
    def program():
        with torch.inference_mode():
            x = torch.ones(2)
            x.data.add_(1)
        assert x.data.is_inference() and x.tolist() == [2.0, 2.0]
        y = torch.ones(2, requires_grad=True)
        y.data = torch.zeros(2).data
        y.data.add_(1)
        before = y.data
        advice.off()
        before.data.add_(1)
        advice.on()
        assert y.tolist() == [2.0, 2.0] and y._version == 0

    assert given(program) == []


def test_gradients_of_which_nobody_counts_the_writes_are_no_evidence():
    def program():
        net, optimizer = made()
        for p in net.parameters():
            with torch.inference_mode():
                p.grad = torch.zeros_like(p)
        for _ in range(2):
            with torch.inference_mode():
                optimizer.step()

    assert given(program) == []


def test_what_hooks_have_packed_is_not_unpacked_for_advice():
    unpacked = []

    def program():
        x = torch.ones(2, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(lambda saved: saved.tolist(), lambda kept: (unpacked.append(1), torch.tensor(kept))[1]):
            y = x.exp()
        x.data.zero_()
        y.sum().backward()
        assert x.grad.tolist() == pytest.approx([2.7182817] * 2)

    assert given(program) == [] and len(unpacked) == 1


def test_a_function_of_the_student_s_own_counts_too():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            x, = ctx.saved_tensors
            return grad * 2 * x

    x = torch.ones(2, requires_grad=True)
    y = Square.apply(x)
    x.data.fill_(3.0)
    assert given(y.sum().backward) == ["the derivative of Square uses numbers that were written over"]


def test_a_graph_that_was_used_up_is_refused_as_ever():
    def program():
        x = torch.ones(2, requires_grad=True)
        y = x * x
        y.sum().backward()
        x.data.zero_()
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            (y * 2).sum().backward()

    assert given(program) == []


def test_what_autograd_notices_is_an_error_and_no_advice():
    def program():
        x = torch.ones(2, requires_grad=True)
        y = x * x
        x.data.zero_()
        with torch.no_grad():
            x.add_(1)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()

    assert given(program) == []


# ---- on and off --------------------------------------------------------------------------------------------------------------


def test_a_cell_of_a_notebook_is_called_so():
    program = "x = torch.ones(2, requires_grad=True)\ny = x * x\nx.data.zero_()\ny.sum().backward()"
    with pytest.warns(Advice) as found:
        exec(compile(program, os.path.join("tmp", "ipykernel_77", "12345.py"), "exec"), {"torch": torch})
    assert (found[0].filename, found[0].lineno) == ("<cell>", 4) and "zero_ in line 3" in str(found[0].message)


def test_off_is_off_and_on_begins_anew():
    advice.off()
    assert given(forgotten) == [] and thread.state.adviser is None
    advice.on()
    first = thread.state.adviser
    advice.on()
    assert thread.state.adviser is first and given(forgotten) == [STACKED]


def test_another_thread_is_not_advised():
    found = []
    worker = threading.Thread(target=lambda: found.append(thread.state.adviser))
    worker.start()
    worker.join()
    assert found == [None]


def test_a_filter_silences_it_too():
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=Advice)
        forgotten()
    assert found == []


@pytest.mark.parametrize(("line", "on"), [
    ("import workbook", False), ("from workbook.exercises import check", True), ("import workbook.widgets", False),
    ("from workbook.exercises import check\nimport workbook.advice; workbook.advice.off()", False)])
def test_the_lessons_switch_it_on_and_one_line_off(line, on):
    program = f"{line}\nfrom workbook.threads import thread\nprint(thread.state.adviser is not None)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    assert done.stdout.strip() == str(on), done.stderr


def test_values_are_the_same_with_and_without():
    def result():
        net, optimizer = made()
        for _ in range(3):
            optimizer.zero_grad()
            net(batch()).square().sum().backward()
            optimizer.step()
        return net.weight.tolist()

    with_advice = result()
    advice.off()
    assert result() == with_advice


# ---- softmax before cross-entropy --------------------------------------------------------------------------------------------


def test_softmax_before_cross_entropy_is_told_once():
    def program(rounds=3):
        net, _ = made()
        for _ in range(rounds):
            nn.CrossEntropyLoss()(net(batch()).softmax(1), torch.tensor([0, 1, 0, 1])).backward()

    assert given(program) == ["cross_entropy was given probabilities that softmax made"]


@pytest.mark.parametrize("scores", [lambda z: z, lambda z: z.log_softmax(1), lambda z: z.softmax(1).log(), lambda z: z.detach().softmax(1)])
def test_scores_that_are_right_are_not_told_of(scores):
    def program():
        net, _ = made()
        torch.nn.functional.cross_entropy(scores(net(batch())), torch.tensor([0, 1, 0, 1]))

    assert given(program) == []


# ---- no eval() ---------------------------------------------------------------------------------------------------------------


def dropping():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))


def test_a_test_in_training_mode_is_told_once_for_each_network():
    one, other = dropping(), dropping()

    def program():
        with torch.no_grad():
            for net in (one, one, other):
                net(batch())

    assert given(program) == ["Sequential runs in training mode while no step is recorded"] * 2


def test_the_layer_that_differs_is_named():
    for layer, word in ((nn.Dropout(), "drops numbers at random"), (nn.BatchNorm1d(3), "takes its statistics from this batch")):
        with pytest.warns(Advice, match=f"its {type(layer).__name__} {word}"), torch.inference_mode():
            layer(batch())


def test_eval_training_and_gathered_statistics_are_right():
    def program():
        net = dropping()
        net(batch()).sum().backward()
        with torch.no_grad():
            net.eval()(batch())
            nn.Linear(3, 2)(batch())  # has no other way in use
        averaged = torch.optim.swa_utils.AveragedModel(dropping())
        torch.optim.swa_utils.update_bn([batch(), batch()], nn.Sequential(nn.BatchNorm1d(3)))
        assert averaged.training

    assert given(program) == []


# ---- a step with nan or inf in a gradient ------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [False, True])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_step_with_a_number_that_is_none_is_told_once(number, names):
    def program():
        net, optimizer = made(names=names)
        for _ in range(3):
            optimizer.zero_grad()
            (net(batch()).sum() * number).backward()
            optimizer.step()

    which = "weight" if names else "parameter 0, of shape [2, 3],"
    assert given(program) == [f"the gradient of {which} holds nan or inf, and SGD.step() is about to use it"]


def test_large_gradients_are_not_told_of():
    def program():
        net, optimizer = made()
        (net(batch()).sum() * 1e30).backward()
        optimizer.step()

    assert given(program) == []
