"""The backward walk: what adds up, what is owned, what is freed, in what order, and what it leaves of the thread's state."""

import gc
import sys
import threading
import weakref

import numpy as np
import pytest

import workbook as torch
from workbook.autograd.modes import thread
from workbook.autograd.walk import walk


def leaf(*numbers):
    return torch.tensor(numbers if len(numbers) > 1 else numbers[0], requires_grad=True)


def test_gradients_of_several_passes_add_up_in_the_leaf():
    x = leaf(1.0, 2.0)
    for _ in range(3):
        (x * torch.tensor([5.0, 7.0])).sum().backward()
    assert x.grad.tolist() == [15.0, 21.0]


@pytest.mark.parametrize("compute", [
    lambda a, b: a + b, lambda a, b: torch.cat([a, b]).view(2, 3).sum(0), lambda a, b: torch.stack([a, b]).t().sum(1),
    lambda a, b: (a.view(3, 1) + b.view(3, 1)).view(3), lambda a, b: a.clone() + b.reshape(1, 3).squeeze(0),
], ids=["add", "cat", "stack", "view", "clone"])
def test_each_leaf_owns_the_memory_of_its_gradient(compute):
    a, b = leaf(1.0, 2.0, 3.0), leaf(4.0, 5.0, 6.0)
    seed = torch.tensor([1.0, 2.0, 3.0])
    compute(a, b).backward(seed)
    a.grad.fill_(9.0)
    assert b.grad.tolist() == [1.0, 2.0, 3.0]
    assert seed.tolist() == [1.0, 2.0, 3.0]
    b.grad.mul_(2)
    assert a.grad.tolist() == [9.0, 9.0, 9.0]


def test_a_second_pass_fails_only_where_something_freed_is_needed():
    x = leaf(1.0, 2.0)
    plain = (x + x).sum()
    plain.backward()
    plain.backward()
    assert x.grad.tolist() == [4.0, 4.0]
    square = (x * x).sum()
    square.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        square.backward()
    kept = (x * x).sum()
    kept.backward(retain_graph=True)
    kept.backward()


def test_higher_derivatives_of_a_power():
    x = leaf(2.0)
    found, y = [], x**5
    for _ in range(5):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        found.append(y.item())
    assert found == [80.0, 160.0, 240.0, 240.0, 120.0]


def test_a_chain_of_100_000_steps_keeps_the_stack_flat():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(220)
    try:
        y.backward()
    finally:
        sys.setrecursionlimit(limit)
    assert x.grad.item() == 1.0 and y.item() == 100_001.0


def test_a_graph_that_doubles_sixty_times_is_walked_once():
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    visited = [step.node for step in walk([y], [None])]
    assert len(visited) == len(set(visited)) == 61
    assert x.grad.item() == 2.0**60


def test_nodes_are_visited_from_newest_to_oldest():
    x = leaf(2.0)
    y = x.exp()
    z = (y * 3 + y.sin()).tanh()
    visited = [step.node.sequence for step in walk([z], [None])]
    assert visited == sorted(visited, reverse=True)


def test_between_two_steps_the_threads_state_is_the_callers():
    x = leaf(2.0)
    steps = walk([(x * x).exp()], [None])
    next(steps)
    assert torch.is_grad_enabled() and not thread.state.on_arrays
    with torch.no_grad():
        next(steps)
        assert not torch.is_grad_enabled()
        del steps
        gc.collect()
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_an_exception_in_a_hook_leaves_the_state_clean():
    x = leaf(2.0)
    y = x * x
    y.register_hook(lambda grad: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        (y * 3).backward()
    assert torch.is_grad_enabled() and not thread.state.on_arrays
    with pytest.raises(TypeError):
        torch.exp(np.ones(2))
    (x * 5).backward()
    assert x.grad.item() == 5.0


def test_a_hook_sees_and_replaces_the_gradient_and_can_be_taken_away():
    x, seen = leaf(1.0, 2.0), []
    y = x * 3
    handle = y.register_hook(lambda grad: seen.append(grad.tolist()) or grad * 10)
    y.sum().backward(retain_graph=True)
    assert seen == [[1.0, 1.0]] and x.grad.tolist() == [30.0, 30.0]
    handle.remove()
    x.grad = None
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0] and len(seen) == 1


def test_inputs_restrict_the_walk_and_nothing_else_is_touched():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    z = y * y
    z.backward(inputs=[w], retain_graph=True)
    assert (x.grad, w.grad.item()) == (None, 24.0)
    to_y, to_x = torch.autograd.grad(z, [y, x])
    assert (to_y.item(), to_x.item()) == (12.0, 36.0)
    assert x.grad is None


def test_only_the_way_to_the_inputs_is_visited():
    x, w = leaf(2.0), leaf(3.0)
    side, way = x.exp(), w.sin()
    visited = [step.node for step in walk([side * way], [None], only=[w], caught={})]
    assert way.grad_fn in visited and side.grad_fn not in visited


def test_what_was_not_used_is_refused_or_none():
    x, other = leaf(2.0), leaf(1.0)
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        torch.autograd.grad(x * 2, other)
    assert torch.autograd.grad(x * 2, [x, other], allow_unused=True)[1] is None
    assert torch.autograd.grad(x * 2, [x, other], materialize_grads=True)[1].item() == 0.0


@pytest.mark.parametrize("make, type_, phrase", [
    (lambda: leaf(1.0, 2.0).mul(2).backward(), RuntimeError, "grad can be implicitly created only for scalar outputs"),
    (lambda: torch.ones(2).sum().backward(), RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn"),
    (lambda: leaf(1.0, 2.0).sum().backward(torch.ones(1)), RuntimeError, "Mismatch in shape: grad_output"),
    (lambda: leaf(1.0, 2.0).add_(1), RuntimeError, "a leaf Variable that requires grad is being used in an in-place operation."),
    (lambda: leaf(1.0, 2.0)[:1].add_(1), RuntimeError, "a view of a leaf Variable that requires grad"),
    (lambda: leaf(1.0, 2.0).numpy(), RuntimeError, "Can't call numpy\\(\\) on Tensor that requires grad"),
    (lambda: torch.tensor([1, 2], requires_grad=True), RuntimeError, "Only Tensors of floating point and complex dtype"),
    (lambda: torch.ones(2, dtype=torch.int64).requires_grad_(), RuntimeError, "only Tensors of floating point"),
], ids=["non-scalar", "no grad", "seed shape", "leaf", "view of leaf", "numpy", "integers", "requires_grad_"])
def test_errors_have_pytorchs_type_and_phrase_and_say_why_and_what_to_do(make, type_, phrase):
    with pytest.raises(type_, match=phrase) as caught:
        make()
    assert "\n  Why: " in str(caught.value) and "\n  Fix: " in str(caught.value)


def test_a_stale_value_names_what_saved_it_and_what_wrote_over_it():
    x = leaf(1.0, 2.0)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError) as caught:
        y.sum().backward()
    text = str(caught.value)
    assert "has been modified by an inplace operation: [torch.FloatTensor [2]], which is output 0 of Exp, is at version 1" in text
    assert "Exp saved this result" in text and "add_ wrote over it" in text and "use add() instead of add_()" in text


def test_grad_mode_belongs_to_its_thread():
    inside, outside = threading.Event(), []

    def look():
        inside.wait(5)
        outside.append((torch.is_grad_enabled(), (leaf(1.0) * 2).requires_grad))

    worker = threading.Thread(target=look)
    worker.start()
    with torch.no_grad():
        inside.set()
        worker.join()
        assert not (leaf(1.0) * 2).requires_grad
    assert outside == [(True, True)]


def test_modes_nest_decorate_and_hold_inside_generators():
    @torch.no_grad()
    def without():
        return torch.is_grad_enabled()

    @torch.no_grad()
    def items():
        yield torch.is_grad_enabled()
        with torch.enable_grad():
            yield torch.is_grad_enabled()

    assert not without() and torch.is_grad_enabled()
    found = []
    for item in items():
        found.append((item, torch.is_grad_enabled()))
    assert found == [(False, True), (True, True)]
    with torch.no_grad():
        with torch.enable_grad():
            assert torch.is_grad_enabled()
        assert not torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        assert not torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)


def test_the_observer_is_called_once_a_node_and_only_in_its_thread():
    seen = []
    thread.state.observer = lambda node, inputs, options, outputs: seen.append((node.name(), len(inputs), outputs[0].tolist()))
    try:
        x = leaf(2.0)
        (x * 3).exp()
        torch.ones(2) * 2
        worker = threading.Thread(target=lambda: leaf(1.0) * 2)
        worker.start()
        worker.join()
    finally:
        thread.state.observer = None
    assert [name for name, _, _ in seen] == ["MulBackward0", "ExpBackward0"]
    assert seen[0][1:] == (2, 6.0)


def test_a_graph_dies_with_its_last_name():
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        y = x.exp()
        loss = (y * y + y[0]).sum()
        nodes = [weakref.ref(node) for node in (y.grad_fn, loss.grad_fn, loss.grad_fn.next_functions[0][0])]
        loss.backward()
        del y, loss
        assert [node() for node in nodes] == [None] * 3
        kept = weakref.ref(x)
        del x
        assert kept() is None
    finally:
        gc.enable()


def test_ten_thousand_training_steps_do_not_grow():
    w = leaf(1.0, 2.0)
    counts = []
    for step in range(10_000):
        loss = ((w * 2 - 1) ** 2).sum()
        w.grad = None
        loss.backward()
        with torch.no_grad():
            w -= 0.01 * w.grad
        if step in (100, 9_999):
            gc.collect()
            counts.append(len(gc.get_objects()))
    assert counts[1] - counts[0] < 50


def test_a_hook_after_the_gradient_is_added():
    x, seen = torch.ones(2, requires_grad=True), []
    x.register_hook(lambda grad: grad * 10)
    handle = x.register_post_accumulate_grad_hook(lambda leaf: seen.append((leaf is x, leaf.grad.tolist())))
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    torch.autograd.grad((x * 2).sum(), x)
    assert seen == [(True, [20.0, 20.0]), (True, [40.0, 40.0])]
    handle.remove()
    (x * 2).sum().backward()
    assert len(seen) == 2


def test_an_optimizer_may_step_in_such_a_hook():
    x = torch.tensor([1.0], requires_grad=True)

    def step(leaf):
        with torch.no_grad():
            leaf -= 0.5 * leaf.grad
        leaf.grad = None

    x.register_post_accumulate_grad_hook(step)
    (x * 3).sum().backward()
    assert x.tolist() == [-0.5] and x.grad is None


def test_such_a_hook_belongs_to_a_leaf_and_returns_nothing():
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="post accumulate grad hooks cannot be registered on non-leaf tensors\n  Why: "):
        (x * 2).register_post_accumulate_grad_hook(print)
    with pytest.raises(RuntimeError, match="cannot register a hook on a tensor that doesn't require gradient\n  Why: "):
        torch.ones(2).register_post_accumulate_grad_hook(print)
    x.register_post_accumulate_grad_hook(lambda leaf: 3)
    with pytest.raises(TypeError, match="expected Variable, but hook returned 'int'\n  Why: "):
        (x * 2).sum().backward()


def test_a_gradient_that_is_one_number_of_numpy_passes_a_formula_that_takes_two_tensors():
    a, b = torch.tensor(1.5, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    (torch.ldexp(a, b) * 3).backward()  # the product hands on a scalar, and the formula is written with ldexp
    assert a.grad.item() == 12
    assert abs(b.grad.item() - 18 * np.log(2)) < 1e-5
