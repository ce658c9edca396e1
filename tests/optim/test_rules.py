"""The rules against their formulas, written once more for plain Python numbers; blocks; warnings and explanations."""

import math
import warnings

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.optim.blocks import BLOCK, blocks


def sgd(p, gradients, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, maximize=False):
    buffer = None
    for g in gradients:
        g = (-g if maximize else g) + weight_decay * p
        if momentum:
            buffer = g if buffer is None else momentum * buffer + (1 - dampening) * g
            g = g + momentum * buffer if nesterov else buffer
        p -= lr * g
    return p


def adam(p, gradients, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, maximize=False, decoupled=False):
    mean = square = largest = 0.0
    for step, g in enumerate(gradients, 1):
        g = -g if maximize else g
        if decoupled:
            p -= lr * weight_decay * p
        else:
            g += weight_decay * p
        mean = betas[0] * mean + (1 - betas[0]) * g
        square = betas[1] * square + (1 - betas[1]) * g * g
        largest = max(largest, square) if amsgrad else square
        p -= lr * (mean / (1 - betas[0] ** step)) / (math.sqrt(largest / (1 - betas[1] ** step)) + eps)
    return p


GRADIENTS = [1.5, -0.25, 3.0, 0.5, -2.0]


@pytest.mark.parametrize("name, formula, settings", [
    ("SGD", sgd, dict(lr=0.1)),
    ("SGD", sgd, dict(lr=0.1, momentum=0.9)),
    ("SGD", sgd, dict(lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.1)),
    ("SGD", sgd, dict(lr=0.1, momentum=0.9, nesterov=True, maximize=True)),
    ("Adam", adam, dict(lr=0.1)),
    ("Adam", adam, dict(lr=0.1, betas=(0.5, 0.8), eps=0.1, weight_decay=0.2)),
    ("Adam", adam, dict(lr=0.1, amsgrad=True, betas=(0.9, 0.5), maximize=True)),
    ("AdamW", lambda *a, **k: adam(*a, decoupled=True, **k), dict(lr=0.1, weight_decay=0.2)),
])
def test_a_rule_is_its_formula(name, formula, settings):
    p = nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    optimizer = getattr(torch.optim, name)([p], **settings)
    for g in GRADIENTS:
        p.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
    assert p.item() == pytest.approx(formula(2.0, GRADIENTS, **settings), rel=1e-12)


@pytest.mark.parametrize("name, settings", [
    ("SGD", dict(momentum=0.9, nesterov=True, weight_decay=0.1)), ("SGD", {}), ("Adam", dict(amsgrad=True)), ("AdamW", {})])
def test_a_parameter_of_several_blocks_changes_as_small_ones_do(name, settings):
    values = np.random.default_rng(0).standard_normal((2, 2 * BLOCK + 7)).astype(np.float32)
    whole = nn.Parameter(torch.from_numpy(values[0].copy()))
    pieces = [nn.Parameter(torch.from_numpy(part.copy())) for part in np.array_split(values[0], 5)]
    for params in ([whole], pieces):
        optimizer = getattr(torch.optim, name)(params, lr=0.1, **settings)
        for sign in (1, -1, 1):
            for param, grad in zip(params, [values[1]] if params == [whole] else np.array_split(values[1], 5)):
                param.grad = torch.from_numpy(sign * grad)
            optimizer.step()
    np.testing.assert_array_equal(whole.detach().numpy(), np.concatenate([p.detach().numpy() for p in pieces]))


def test_a_gradient_that_lies_in_another_order():
    p, q = nn.Parameter(torch.zeros(300, 300)), nn.Parameter(torch.zeros(300, 300))
    grad = np.random.default_rng(0).standard_normal((300, 300)).astype(np.float32)
    p.grad, q.grad = torch.from_numpy(np.asfortranarray(grad)), torch.from_numpy(grad)
    torch.optim.Adam([p, q]).step()
    np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())


def test_blocks_share_memory_and_cover_everything():
    a = np.zeros(2 * BLOCK + 3)
    for piece, work in blocks(a, work=1):
        assert piece.size == work.size <= BLOCK and not np.shares_memory(piece, work)
        piece += 1
    assert (a == 1).all()
    fortran = np.zeros((BLOCK, 2), order="F")
    ((whole, other),) = blocks(fortran, fortran)
    assert whole is fortran and other is fortran


def test_a_step_counts_as_a_write_so_a_stale_graph_is_refused():
    w = nn.Parameter(torch.ones(2))
    loss = (w * w).sum()
    loss.backward(retain_graph=True)
    torch.optim.SGD([w], lr=0.1).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_step_without_any_gradient_warns_once():
    net, other = nn.Linear(1, 1), nn.Linear(1, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    other(torch.ones(1, 1)).sum().backward()
    with pytest.warns(UserWarning, match="found no gradient.*belongs to another network"):
        optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()


def test_parameters_that_will_not_be_trained_are_named():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.hidden = nn.Linear(2, 1), [nn.Linear(2, 2)]

    with pytest.warns(UserWarning,
                      match=r"will not be trained: Net.hidden is a plain list that holds 1 Module: make it nn.ModuleList"):
        torch.optim.SGD(Net().parameters(), lr=0.1)


def message(error, act):
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)


class Hiding(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 1)]


@pytest.mark.parametrize("error, given, why, fix", [
    (TypeError, lambda: nn.Linear(2, 1), "you passed the network, a Linear", "net.parameters()"),
    (TypeError, lambda: nn.Linear(2, 1).parameters, "parameters is a method", "add the brackets: net.parameters()"),
    (TypeError, lambda: torch.ones(1, requires_grad=True), "an optimizer takes a list", "[w]"),
    (TypeError, lambda: ["weight"], "", "net.parameters(), not net.state_dict()"),
    (ValueError, lambda: [torch.ones(2, requires_grad=True) * 3], "the result of an operation (MulBackward0)",
     "requires_grad_()"),
    (ValueError, lambda: [], "the network has no Parameters, or parameters() was used up", "call net.parameters() anew"),
    (ValueError, lambda: Hiding().parameters(), "not registered",
     "Hiding.layers is a plain list that holds 1 Module: make it nn.ModuleList(...)"),
])
def test_what_is_no_list_of_parameters(error, given, why, fix):
    text = message(error, lambda: torch.optim.SGD(given(), lr=0.1))
    assert why in text and fix in text.rpartition("Fix: ")[2]


def test_a_rule_without_step_says_so():
    p = nn.Parameter(torch.ones(1))
    p.grad = torch.ones(1)
    with pytest.raises(NotImplementedError, match="defines neither step nor update"):
        torch.optim.Optimizer([p], {}).step()


def test_zero_grad_keeps_or_drops():
    p = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([p], lr=0.1)
    (p * 2).sum().backward()
    kept = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0.0] and kept.tolist() == [0.0]
    optimizer.zero_grad()
    assert p.grad is None
