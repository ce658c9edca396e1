"""What a pass hands out is a Tensor of its own: its memory, its dtype, its history and its place."""

import numpy as np
import pytest

import workbook as torch


def leaf(*numbers):
    return torch.tensor(numbers if len(numbers) > 1 else numbers[0], requires_grad=True)


@pytest.mark.parametrize("twin", [lambda x: x.detach(), lambda x: x.data, lambda x: torch.from_numpy(x.detach().numpy())],
                         ids=["detach", "data", "from_numpy"])
@pytest.mark.parametrize("compute", [lambda x, c: x * c, lambda x, c: c * x, lambda x, c: x / c], ids=["x*c", "c*x", "x/c"])
def test_a_tensor_and_its_detached_twin_are_two_inputs(compute, twin):
    x = leaf(3.0)
    slope, = torch.autograd.grad(compute(x, twin(x)), x, create_graph=True)
    assert not slope.requires_grad  # it is c, or 1 / c: a constant


def test_a_twin_that_was_written_is_stale():
    x = leaf(1.0, 2.0) * 1
    y = x.mul_(x.detach())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_leaves_own_their_gradients_under_create_graph():
    a, b, seed = leaf(1.0, 2.0), leaf(3.0, 4.0), torch.ones(2)
    (a + b).backward(seed, create_graph=True)
    assert a.grad.grad_fn is None
    (a * 2).sum().backward()
    with torch.no_grad():
        b.grad.zero_()
    assert a.grad.tolist() == [3.0, 3.0]
    assert seed.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("dtype", ["float64", "int64", "bool"])
def test_a_seed_takes_the_dtype_of_what_it_weighs(dtype):
    x, seen = leaf(1.0, 2.0), []
    y = x * 2
    y.register_hook(lambda gradient: seen.append(gradient.dtype))
    y.backward(torch.ones(2).to(getattr(torch, dtype)))
    x.backward(torch.ones(2).to(getattr(torch, dtype)))
    assert seen == [torch.float32]
    assert x.grad.dtype is torch.float32
    with pytest.raises(RuntimeError, match="required to have the same dtype"):
        (x * 2).backward(torch.ones(2, dtype=torch.complex64))


def test_gradients_of_one_number_can_be_written():
    x = leaf(2.0)
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda gradient: gradient.mul_(2))
    z = y * y
    assert torch.autograd.grad(z, x, retain_graph=True)[0].add_(1).item() == 73.0
    z.backward()
    assert y.grad.zero_().item() == 0.0
    assert isinstance(torch.autograd.grad(x * x, x)[0].numpy(), np.ndarray)


def test_a_leaf_that_was_frozen_since_gets_nothing():
    x = leaf(1.0, 2.0)
    y = (x * 2).sum()
    x.requires_grad_(False)
    y.backward()
    assert x.grad is None


def test_inputs_that_are_no_leaves_retain_once_and_from_then_on():
    x = leaf(1.0, 2.0)
    y = x * 2
    y.retain_grad()
    z = y.sum()
    z.backward(inputs=[y], retain_graph=True)
    assert y.grad.tolist() == [1.0, 1.0]
    assert x.grad is None
    other = x * 2
    total = other.sum()
    total.backward(inputs=[other], retain_graph=True)
    total.backward()
    assert other.grad.tolist() == [2.0, 2.0]


def test_zeros_for_an_unused_input_are_zeros():
    x, unused = leaf(1.0), leaf(float("nan"), float("inf"))
    assert torch.autograd.grad(x * 2, [x, unused], materialize_grads=True)[1].tolist() == [0.0, 0.0]


def test_a_view_retains_its_gradient_when_its_base_is_written():
    x = leaf(1.0, 2.0, 3.0)
    base = x * 2
    view = base[:2]
    view.retain_grad()
    base.mul_(3)
    view.sum().backward()
    assert view.grad.tolist() == [1.0, 1.0]


def test_one_element_of_a_base_that_was_transposed_in_place_is_still_that_element():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    base = x * 1
    view = base[0, 1]
    base.t_()
    base.mul_(2)
    view.backward()
    assert x.grad.tolist() == [[0.0, 2.0], [0.0, 0.0]]


def test_a_generator_under_no_grad_may_answer_what_is_thrown_into_it():
    seen = []

    @torch.no_grad()
    def numbers():
        try:
            yield 1
        except KeyError:
            seen.append(torch.is_grad_enabled())
            yield 2
        finally:
            seen.append(torch.is_grad_enabled())

    running = numbers()
    assert next(running) == 1
    assert running.throw(KeyError("k")) == 2
    running.close()
    assert seen == [False, False]
    assert torch.is_grad_enabled()
