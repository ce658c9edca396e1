"""What programs in courses and answers lean on beside the documented functions: the same in both engines."""

import importlib
import warnings
from collections import OrderedDict

import numpy as np
import pytest
import torch

import workbook

ENGINES = (torch, workbook)


def both(act):
    theirs, mine = (act(engine) for engine in ENGINES)
    assert mine == theirs
    return mine


def test_hooks_stand_under_their_names_as_the_functions_that_they_are():
    def act(engine):
        layer = engine.nn.Linear(3, 2)
        importlib.import_module(f"{engine.__name__}.nn.utils.prune")
        engine.nn.utils.prune.l1_unstructured(layer, "weight", 1)
        engine.nn.utils.prune.random_unstructured(layer, "bias", 1)
        kept = next(hook for hook in layer._forward_pre_hooks.values() if hook._tensor_name == "weight")  # as PyTorch's tutorial has it
        layer.register_forward_hook(print)
        return type(kept).__name__, list(layer._forward_hooks.values()), len(layer._backward_hooks), len(layer._backward_pre_hooks)

    both(act)


def test_all_hooks_are_taken_away_by_an_empty_dictionary():
    def act(engine):
        layer, seen = engine.nn.Identity(), []
        for _ in range(2):
            layer.register_forward_hook(lambda *given: seen.append("after"))
            layer.register_forward_pre_hook(lambda module, args, kwargs: seen.append(sorted(kwargs)), with_kwargs=True)
        layer(1)
        layer._forward_hooks = OrderedDict()
        layer._forward_pre_hooks.clear()
        layer(1)
        handle = layer.register_forward_hook(lambda *given: seen.append("new"))
        layer(1)
        del layer._forward_hooks[handle.id]
        return seen, layer(1)

    both(act)


def test_a_batch_norm_takes_a_state_from_before_batches_were_counted():
    def act(engine):
        found = []
        for kind in (dict, OrderedDict):
            net = engine.nn.Sequential(engine.nn.BatchNorm1d(2), engine.nn.InstanceNorm1d(2, track_running_stats=True))
            net[0](engine.ones(3, 2))
            state = kind((name, value + 1) for name, value in net.state_dict().items() if "num_batches" not in name)
            loaded = net.load_state_dict(state)
            found += [repr(loaded), net[0].running_mean.tolist(), net[0].num_batches_tracked.item(), net[1].num_batches_tracked.item()]
        new = net.state_dict()
        del new["0.num_batches_tracked"]
        with pytest.raises(RuntimeError, match='Missing key\\(s\\) in state_dict: "0.num_batches_tracked"'):
            net.load_state_dict(new)  # it says that its maker counted
        return found

    both(act)


def test_a_lazy_network_is_converted_before_it_knows_its_shapes():
    def act(engine):
        net = engine.nn.Sequential(engine.nn.LazyLinear(3), engine.nn.LazyBatchNorm1d()).double()
        out = net(engine.ones(2, 4, dtype=engine.float64))
        return str(out.dtype), {name: str(tensor.dtype) for name, tensor in net.state_dict().items()}

    both(act)


@pytest.mark.parametrize("settings", [(2, 2, 0), (2, 1, 0), (3, 2, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_where_no_window_has_its_largest_number_the_gradient_is_zero(settings, dtype):
    """Not -0.0, which is printed with its sign, and not NaN beside an infinite gradient."""
    def act(engine):
        x = engine.from_numpy(np.random.default_rng(5).permutation(50).reshape(1, 2, 5, 5).astype(dtype)).requires_grad_()
        out = engine.nn.functional.max_pool2d(x, *settings)
        grad = -engine.ones_like(out)
        grad[0, 0, 0, 0], grad[0, 1, 1, 1] = float("inf"), float("nan")
        out.backward(grad)
        return np.signbit(x.grad.numpy()).tolist(), np.nan_to_num(x.grad.numpy(), nan=7).tolist()

    both(act)


def test_the_slope_of_the_slope_of_a_maximum_passes_beside_infinity():
    def act(engine):
        x = engine.arange(16.).view(1, 1, 4, 4).requires_grad_()
        weights = engine.ones(1, 1, 2, 2, requires_grad=True)
        slope, = engine.autograd.grad(engine.nn.functional.max_pool2d(x, 2), x, weights, create_graph=True)
        grad = -engine.ones(1, 1, 4, 4)
        grad[0, 0, 0, 0] = float("inf")
        slope.backward(grad)
        return weights.grad.tolist()

    both(act)


@pytest.mark.parametrize("ord", [1, -1, 2, -2, float("inf"), -float("inf")])
def test_norms_of_matrices_are_largest_or_smallest_numbers(ord):
    def act(engine):
        x = engine.tensor([[1., -2.], [2., 1.], [0., 1.]], requires_grad=True)
        out = engine.linalg.matrix_norm(x, ord)
        out.backward()
        return out.grad_fn.name(), x.grad.numpy().round(5).tolist()

    both(act)


def test_the_loss_of_many_classes_is_a_mean():
    def act(engine):
        engine.manual_seed(0)
        layer = engine.nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2])
        return layer(engine.ones(2, 4), engine.tensor([0, 5])).loss.grad_fn.name()

    both(act)


SCHEDULES = {
    "ReduceLROnPlateau": lambda rates, optimizer: rates.ReduceLROnPlateau(optimizer, mode="max"),
    "LambdaLR": lambda rates, optimizer: rates.LambdaLR(optimizer, lambda epoch: 1.0),
    "MultiplicativeLR": lambda rates, optimizer: rates.MultiplicativeLR(optimizer, lambda epoch: 1.0),
    "CyclicLR": lambda rates, optimizer: rates.CyclicLR(optimizer, 0.1, 0.2, mode="exp_range"),
    "OneCycleLR": lambda rates, optimizer: rates.OneCycleLR(optimizer, 0.1, total_steps=5),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_state_of_a_schedule_is_printed_in_the_same_order(name):
    def act(engine):
        weight = engine.ones(1, requires_grad=True)
        return list(SCHEDULES[name](engine.optim.lr_scheduler, engine.optim.SGD([weight], lr=0.1, momentum=0.9)).state_dict())

    both(act)


@pytest.mark.parametrize("act", [
    lambda nn: nn.Sequential(nn.ReLU()) + 1,
    lambda nn: nn.Sequential(nn.ReLU()).__setitem__(0, 3),
    lambda nn: nn.ModuleList([nn.ReLU()]).__setitem__(0, "a"),
    lambda nn: nn.ModuleDict([1]),
    lambda nn: nn.utils.rnn.pack_padded_sequence(torch.ones(5, 3) if nn is torch.nn else workbook.ones(5, 3), [5, 0, 1]),
], ids=["sum", "item", "item of a list", "names", "lengths"])
def test_a_container_refuses_in_the_same_words(act):
    def said(engine):
        with pytest.raises(Exception) as caught:
            act(engine.nn)
        return type(caught.value), str(caught.value).splitlines()[0].replace("workbook", "torch")

    both(said)


def test_the_old_names_of_interpolate_warn():
    def act(engine):
        said, functional = [], engine.nn.functional
        for call in (functional.upsample, functional.upsample_nearest, functional.upsample_bilinear):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                call(engine.ones(1, 1, 2, 2), scale_factor=2)
            said.append([(each.category, str(each.message)) for each in caught])
        return said

    both(act)


NUMBERS = """
F.leaky_relu(x, n)
F.elu(x, n)
F.celu(x, n)
F.softplus(x, n, n)
F.hardtanh(x, -n, n)
F.threshold(x, n, n)
F.hardshrink(x, n)
torch.add(x, x, alpha=n)
torch.sub(x, x, alpha=n)
torch.addmm(x, x[:, :2], x, beta=n, alpha=n)
torch.addcmul(x, x, x, value=n)
torch.linalg.vector_norm(x, n + 1)
torch.cdist(x, x, n + 1)
F.pdist(x, n + 1)
F.huber_loss(x, x + 1, delta=n)
F.scaled_dot_product_attention(x, x, x, scale=n)
torch.zeros(3).normal_(0, n)
torch.zeros(3).uniform_(n, n + 1)
F.batch_norm(x, torch.ones(3), torch.ones(3), training=True, momentum=n)
""".strip().splitlines()


@pytest.mark.parametrize("call", NUMBERS)
def test_a_tensor_without_axes_is_as_good_as_a_number(call):
    found = []
    for engine in ENGINES:
        engine.manual_seed(3)
        names = {"torch": engine, "F": engine.nn.functional, "x": engine.arange(-3., 3.).view(2, 3), "n": engine.tensor(0.5)}
        found.append(eval(call, names).numpy())
    np.testing.assert_allclose(found[1], found[0], 1e-5, 1e-6)


def test_a_number_with_a_gradient_says_how_to_train_it():
    with pytest.raises(TypeError) as caught:
        workbook.nn.functional.leaky_relu(workbook.ones(2), workbook.tensor(0.1, requires_grad=True))
    assert str(caught.value).splitlines()[1:] == [
        "  Why: a plain number gets no gradient, and this Tensor requires one",
        "  Fix: compute with the Tensor outside of leaky_relu(), or take its number: negative_slope=value.item()"]


def test_the_device_of_shapes_alone_is_refused_with_what_to_write():
    with pytest.raises(RuntimeError, match="leave 'meta' out"):
        workbook.nn.Linear(1, 1).to("meta")
