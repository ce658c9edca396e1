"""A backward pass reads what the forward pass saved, or says which write spoiled it; it frees no more than it must."""

import gc
import weakref

import numpy as np
import pytest

import workbook as torch
from workbook.threads import thread


# what writes, after what saved: (code of the forward pass, code of the write, the operation that saved, the write, the role)
SPOILED = [
    ("y = x.exp()", "y.add_(1)", "Exp", "add_", "result"),
    ("y = x.exp()", "y += 1", "Exp", "add_", "result"),
    ("h = x * 1; y = h * h", "h.mul_(2)", "Mul", "mul_", "input"),
    ("h = x * 1; y = h.sin()", "h[0] = 3", "Sin", "__setitem__", "input"),
    ("h = x * 1; y = h.log()", "h.zero_()", "Log", "zero_", "input"),
    ("h = x * 1; y = h.sin(); z = h + 0", "z.fill_(3)", None, None, None),
    ("h = x * 1; y = h + h", "h.fill_(3)", None, None, None),
    ("h = x * 1; y = h.tanh()", "y.copy_(x.detach())", "Tanh", "copy_", "result"),
    ("h = x * 1; v = h.view(1, 2); y = h * h", "v.add_(1)", "Mul", "add_", "input"),
    ("c = torch.ones(2); y = x * c", "c.mul_(2)", "Mul", "mul_", "input"),
    ("c = torch.ones(2); d = c.detach(); y = x * c", "d.uniform_()", "Mul", "uniform_", "input"),
    ("c = torch.ones(2); y = x * c", "torch.nn.init.zeros_(c)", "Mul", None, "input"),
    ("y = (x * 1).softmax(0)", "y.mul_(2)", "Softmax", "mul_", "result"),
    ("w = torch.ones(2, 2); y = torch.mv(w, x)", "w.add_(1)", "Mv", "add_", "input"),
    ("y = torch.sigmoid(x * 1)", "y.relu_()", "Sigmoid", "relu_", "result"),
]


@pytest.mark.parametrize("forward, write, saved, writer, role", SPOILED, ids=lambda part: part and str(part))
def test_a_spoiled_value_is_refused_and_the_write_named(forward, write, saved, writer, role):
    names = {"torch": torch, "x": torch.tensor([1.0, 2.0], requires_grad=True)}
    exec(f"{forward}\n{write}", names)
    if role is None:
        names["y"].sum().backward()  # the value that was written over was not needed
        return
    with pytest.raises(RuntimeError) as caught:
        names["y"].sum().backward()
    what, why, fix = str(caught.value).split("\n")
    assert what.startswith("one of the variables needed for gradient computation has been modified by an inplace operation")
    assert f"{saved} saved this {role}" in why
    assert writer is None or f"{writer} wrote over it" in why
    assert fix.startswith("  Fix: ")


def test_the_versions_are_counted_in_the_message():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    y.mul_(2)
    phrase = r"\[torch.FloatTensor \[2\]\], which is output 0 of Exp, is at version 2; expected version 0 instead"
    with pytest.raises(RuntimeError, match=phrase):
        y.sum().backward()


def test_an_in_place_form_that_needs_the_old_value_keeps_a_copy():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    y.mul_(y.detach() * 0 + 3).pow_(2)
    y.sum().backward()
    assert x.grad.tolist() == [18.0, 36.0]


def test_an_in_place_form_that_needs_its_result_uses_what_it_wrote():
    x = torch.tensor([0.5, -0.5], requires_grad=True)
    y = (x * 1).tanh_()
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 1 - np.tanh([0.5, -0.5]) ** 2, rtol=1e-6)


def test_data_is_written_behind_the_back_of_the_graph():
    """As in PyTorch, which warns of it in its notes: the gradient is that of the new value."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    x.data.fill_(5)
    y.backward()
    assert x.grad.tolist() == [10.0, 10.0]


@pytest.mark.cpu_only("memory is shared with NumPy")
def test_numpy_memory_is_shared_and_not_watched():
    array = np.ones(2, np.float32)
    c = torch.from_numpy(array)
    x = torch.ones(2, requires_grad=True)
    y = (x * c).sum()
    array += 1
    y.backward()
    assert x.grad.tolist() == [2.0, 2.0] and c._version == 0


@pytest.mark.parametrize("forward", [
    "x + 1", "x - 1", "-x", "x.sum()", "x.mean()", "x.view(1, 2)", "x.t()", "torch.cat([x, x])", "x.unsqueeze(0).expand(3, 2)",
    "x[0]", "x.clone()", "torch.stack([x, x])"])
def test_a_second_pass_is_free_where_nothing_was_saved(forward):
    x = torch.ones(2, requires_grad=True)
    y = eval(forward, {"x": x, "torch": torch}).sum()
    y.backward()
    y.backward()
    assert x.grad is not None


@pytest.mark.parametrize("forward", [
    "x * x", "x * 2", "x / 2", "x.exp()", "x.relu()", "x ** 2", "x / x", "x @ x", "x.softmax(0)", "x.abs()", "x.std()"])
def test_a_second_pass_is_refused_where_something_was_freed(forward):
    x = torch.ones(2, requires_grad=True)
    y = eval(forward, {"x": x, "torch": torch}).sum()
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_pass_frees_the_arrays_as_it_goes(monkeypatch):
    monkeypatch.setattr(thread.state, "observer", None)  # the live views, where a test has imported them, keep what they show
    x = torch.ones(1000, requires_grad=True)
    h = x.exp()
    y = (h * h).sum()
    memory = weakref.ref(h._array.base if h._array.base is not None else h._array)
    del h
    gc.disable()
    try:
        assert memory() is not None
        y.backward()
        assert memory() is None
    finally:
        gc.enable()
