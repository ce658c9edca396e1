"""Graphs may be as deep as they like, and recorded again; they die with their last name, without the collector."""

import gc
import weakref

import pytest

import workbook as torch
from workbook.autograd.walk import walk


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_chain_of_100_000_operations_recorded_once_more():
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(50_000):
        y = y * 1.00001
        y = y + 0.5
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    assert g.item() == pytest.approx(1.00001**50_000)
    assert not g.requires_grad or torch.autograd.grad(g, x, allow_unused=True)[0] is None


def test_a_graph_that_doubles_sixty_times_by_products_and_views():
    x = torch.ones(2, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(60):
        y = y.view(1, 2) * 0.5 + y.view(1, 2) * 1.5
        y = y.view(2)
    y.sum().backward()
    assert x.grad.tolist() == [2.0**60] * 2


def shared_deep_graph():
    x = torch.ones(3, requires_grad=True)
    h = (x * 2).exp().view(3, 1)
    y = (h @ h.t()).softmax(0).sum() + torch.cat([x, x.clone()])[1:].std()
    return x, y


def watched(tensor):
    """Weak references to every node behind a Tensor."""
    waiting, seen = [tensor.grad_fn], {}
    while waiting:
        node = waiting.pop()
        if node is not None and id(node) not in seen:
            seen[id(node)] = weakref.ref(node)
            waiting += [edge[0] for edge in node.edges if edge is not None]
    return list(seen.values())


@pytest.mark.parametrize("use", [
    lambda x, y: None,
    lambda x, y: y.backward(),
    lambda x, y: y.backward(retain_graph=True),
    lambda x, y: torch.autograd.grad(y, x),
    lambda x, y: repr(y),
], ids=["unused", "backward", "retained", "grad", "printed"])
def test_a_graph_dies_with_its_last_name(use, no_collector):
    x, y = shared_deep_graph()
    nodes = watched(y)
    assert len(nodes) > 10
    use(x, y)
    del y
    assert [node().name() for node in nodes if node() is not None] == []


def test_a_graph_of_in_place_writes_dies_with_its_last_name(no_collector):
    x = torch.ones(4, requires_grad=True)
    y = x * 1
    v = y.view(2, 2)
    v[0].mul_(3)
    y[1] = 5
    y.exp_()
    nodes = watched(y.sum())
    y.sum().backward()
    del y, v
    assert [node().name() for node in nodes if node() is not None] == []


def test_a_tensor_and_its_views_die_with_their_last_names(no_collector):
    x = torch.ones(4)
    v = x.view(2, 2).t()[0]
    gone = [weakref.ref(t) for t in (x, v)]
    del x, v
    assert [ref() for ref in gone] == [None, None]


def test_hooks_and_retained_gradients_hold_nothing(no_collector):
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda grad: grad * 2)
    z = y.sum()
    nodes, tensor = watched(z), weakref.ref(y)
    z.backward()
    del y, z
    assert tensor() is None and [node().name() for node in nodes if node() is not None] == []


def test_second_derivatives_die_too(no_collector):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad((g * g).sum(), x, create_graph=True)
    nodes = watched(h)
    del g, h
    assert [node().name() for node in nodes if node() is not None] == []


def visits(loss):
    """Return how many nodes a backward pass visits."""
    return sum(1 for _ in walk([loss], [None]))


@pytest.mark.parametrize("length", [50, 100, 1000])
def test_a_pass_visits_each_node_once(length):
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    chain = doubled = x
    for _ in range(length):
        chain = chain * 1.00001
        doubled = (doubled + doubled) * 0.5
    assert visits(chain) == length + 1
    assert visits(doubled) == 2 * length + 1


class Twice(torch.autograd.Function):
    """A student's own step that saves its result and its input."""

    @staticmethod
    def forward(ctx, x):
        y = x * 2
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        return grad * 2 * ctx.saved_tensors[1] / ctx.saved_tensors[1]


def of_every_kind(kind, x):
    if kind == "own function":
        return Twice.apply(x * 1).sum()
    if kind == "own function twice":
        (g,) = torch.autograd.grad((Twice.apply(x * 1) ** 3).sum(), x, create_graph=True)
        return (g * g).sum()
    if kind == "saved outputs":
        return (x * 1).exp_().tanh().sigmoid().softmax(0).sum()
    if kind == "rewritten views":
        y = x * 1
        view, other = y[1:], y.view(2, 2)
        view.mul_(2)
        return (view * other[0, 0]).sum() + other.t().sum()
    y = x * 1
    y.register_hook(lambda grad: grad * 2)
    y.retain_grad()
    return (y * y).sum()


@pytest.mark.parametrize("kind", ["own function", "own function twice", "saved outputs", "rewritten views", "hooks"])
@pytest.mark.parametrize("used", [False, True], ids=["unused", "used"])
def test_a_graph_of_every_kind_dies_with_its_last_name(kind, used, no_collector):
    x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = of_every_kind(kind, x)
    nodes = watched(y)
    if used:
        y.backward()
    del y
    assert [node().name() for node in nodes if node() is not None] == []


@pytest.mark.parametrize("steps", [400, pytest.param(10_000, marks=pytest.mark.full("two minutes"))])
def test_a_training_loop_does_not_grow(steps, no_collector):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x, y = torch.ones(5, 3), torch.zeros(5, 1)

    def step():
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(100):
        step()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(steps):
        step()
    assert len(gc.get_objects()) - before < 50
