"""Hooks on what nodes save, and on nodes, where torch is silent, differs or cannot be asked."""

import gc
import threading
import weakref

import pytest

import workbook as torch
from workbook.autograd import graph
from workbook.threads import thread


def test_what_an_operation_keeps_is_packed_too():
    """torch saves other values for the same derivative; here the share of each element is kept."""
    x, seen = torch.tensor([1.0, 3.0, 3.0], requires_grad=True), []
    with graph.saved_tensors_hooks(lambda t: seen.append(t.tolist()) or t.numpy(force=True).copy(), lambda a: torch.from_numpy(a)):
        y = x.max()
    assert seen == [[0.0, 0.5, 0.5]]
    y.backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5]


def test_another_shape_from_an_unpack_hook_is_refused():
    """torch computes with it where it broadcasts."""
    x = torch.ones(3, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t[:1]):
        y = x.sin()
    with pytest.raises(RuntimeError, match=r"has shape \[1\], and what was packed had \[3\]\n  Why: .*\n  Fix: "):
        y.sum().backward()


def test_hooks_on_saved_values_belong_to_their_thread():
    seen = []
    with graph.saved_tensors_hooks(lambda t: seen.append(t) or t, lambda t: t):
        other = threading.Thread(target=lambda: torch.ones(1, requires_grad=True).sin())
        other.start()
        other.join()
        assert seen == []
        torch.ones(1, requires_grad=True).sin()
        assert len(seen) == 1
    assert not any(thread.state._calls.get(role) for role in ("anomaly", "packing"))


def test_a_live_view_and_hooks_on_saved_values_do_not_disturb_each_other():
    told, packed = [], []
    x = torch.ones(2, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: packed.append(t) or t, lambda t: t):
        thread.state.observer = lambda node, *rest: told.append(node.name())
        x.sin()
    x.cos()
    thread.state.observer = None
    x.sin()
    assert told == ["SinBackward0", "CosBackward0"] and len(packed) == 1


def test_an_error_in_a_pack_hook_leaves_the_thread_as_it_was():
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(ZeroDivisionError), graph.saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
        x.sin()
    assert torch.is_grad_enabled() and not thread.state.on_arrays and thread.state.packing == [] and thread.state._calls.get("packing") is None


def test_packed_copies_and_multi_grad_hooks_keep_no_graph_alive():
    x = torch.ones(2, requires_grad=True)
    graph.register_multi_grad_hook((x,), lambda grads: None)
    graph.register_multi_grad_hook((x,), lambda grad: None, mode="any")
    gc.collect()
    gc.disable()
    try:
        with graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
            y = x.exp()
        y.sum().backward()
        node, saved = weakref.ref(y.grad_fn), weakref.ref(y)
        del y
        assert node() is None and saved() is None
        failing = x.exp()
        failing.register_hook(lambda grad: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            failing.sum().backward()
        node = weakref.ref(failing.grad_fn)
        del failing
    finally:
        gc.enable()
    gc.collect()  # the error's traceback held it
    assert node() is None


def test_a_released_node_gives_up_what_was_packed():
    x = torch.ones(2, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
        y = x.sin()
    packed = weakref.ref(y.grad_fn._saved.rows[0].packed)
    y.sum().backward()
    assert packed() is None


def test_the_gradient_that_a_node_hook_keeps_is_its_own():
    x, kept = torch.ones(3, requires_grad=True), []
    y = x * torch.tensor([1.0, 1.0, 1.0])
    y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: kept.extend(grad_inputs))
    (y * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    kept[0].zero_()
    assert x.grad.tolist() == [1.0, 2.0, 3.0]


def test_saved_values_are_looked_at_by_the_names_of_torch():
    x, w = torch.tensor([2.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    node = (x * w).grad_fn
    assert node._saved_self is x and node._saved_other is w
    with pytest.raises(AttributeError, match="'MulBackward0' object has no attribute '_saved_result'\n  Why: .*\n  Fix: "):
        node._saved_result
    assert not hasattr((x + w).grad_fn, "_saved_self")
    inner = (x * 2).exp().grad_fn
    assert inner._saved_result.grad_fn is inner
