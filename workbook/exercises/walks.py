"""Judging a backward walk of the student's own: graphs to walk back through, and walks that are wrong in a known way."""

import sys
from dataclasses import dataclass
from typing import Callable

import workbook as torch
from workbook.autograd.walk import Pass
from workbook.exercises.compare import describe, difference, is_tensor, scrub
from workbook.exercises.functions import not_a_function

TWICE = ("Your walk comes to one and the same step more than once: once for each way that leads there. The numbers can still be right, but "
         "with 60 doublings there are more ways than anyone can walk. Collect what arrives, and visit each step once.")
ROUND = "Your walk visits one and the same step again and again: take a step out of what waits when you visit it."
EARLY = ("Your walk comes to one and the same step twice: it went on from there before all its gradients have arrived. Whoever is newest waits "
         "for nobody: visit the one with the highest sequence.")
ENGINE = "That is the engine's own walk. Write yours: call node.backward(...) for each step, and hand on what it returns."
DEEP = ("Your walk calls itself once for each step, and Python stops that after about a thousand. The engine has a loop and a "
        "collection of what waits: so a chain of 10,000 steps is no problem.")
LIMIT = "Your walk changes Python's recursion limit. That only moves the wall: a loop has none."


def walks_like_the_engine(known):
    """Return a judge of `answer(root, gradient)`, which must leave the gradients in the leaves that `root.backward(gradient)` leaves.

    `known` is a list of pairs (source of a wrong walk, message): a walk that goes wrong in the same way is told that message.
    """

    def judge(answer, names):
        if not callable(answer) or isinstance(answer, type):
            return not_a_function(answer)
        for graph in GRAPHS:
            found = _walked(answer, graph)
            if found.message:
                return found.message
            if found.same_as(_by_the_engine(graph)):
                continue
            for source, message in known:
                if _walked(names.evaluate(source), graph).same_as(found):
                    return message
            return f"With {graph.code} {found.told(_by_the_engine(graph))}"
        return None

    return judge


@dataclass(frozen=True)
class Graph:
    """A computation to walk back through. `make()` returns (leaves by name, [(root, gradient)]): one walk for each pair.

    `twice` is what to say to a walk that visits one of its steps twice.
    """

    code: str
    make: Callable
    twice: str = EARLY


@dataclass
class Outcome:
    """What a walk left behind: `grads` by the names of the leaves, or the error that it `raised`, or at once a `message`."""

    grads: dict = None
    raised: str = ""
    message: str = ""

    def same_as(self, other):
        """Whether two walks went the same way."""
        if self.message or other.message or self.raised or other.raised:
            return bool(self.raised) and self.raised == other.raised
        return all(_alike(self.grads[name], other.grads[name]) for name in other.grads)

    def told(self, right):
        """Say in which respect this outcome differs from the engine's."""
        if self.raised:
            return f"your function raises {self.raised}"
        for name, grad in right.grads.items():
            mine = self.grads[name]
            if grad is None and mine is not None:
                return f"{name}.grad is there after your walk; nothing was handed on to {name}."
            if mine is None and grad is not None:
                return f"{name}.grad is None after your walk: nothing was put there."
            if mine is None:
                continue
            if not is_tensor(mine):
                return f"{name}.grad is {describe(mine)} after your walk; a tensor is asked for."
            if found := difference(mine, grad):
                return f"{name}.grad {found}."
        return "the result is not the engine's."


def _alike(mine, other):
    if mine is None or other is None:
        return mine is other
    return is_tensor(mine) and difference(mine, other) is None


def _by_the_engine(graph):
    leaves, walks = graph.make()
    for root, gradient in walks:
        root.backward(gradient)
    return Outcome({name: leaf.grad for name, leaf in leaves.items()})


def _walked(answer, graph):
    """Let the student's function walk, watched, and return the Outcome."""
    leaves, walks = graph.make()
    limit = sys.getrecursionlimit()
    for root, gradient in walks:
        given, _watch.visits, _watch.by_engine = gradient.tolist(), {}, False
        try:
            with torch.no_grad():
                returned = answer(root, gradient)
            raised = ""
        except KeyboardInterrupt:  # the student's own
            raise
        except BaseException as error:
            raised = f"{type(error).__name__}: {scrub(str(error)).strip().partition(chr(10))[0]}"
        changed = sys.getrecursionlimit() != limit
        sys.setrecursionlimit(limit)
        if _watch.by_engine:
            return Outcome(message=ENGINE)
        if changed:
            return Outcome(message=LIMIT)
        if max(_watch.visits.values(), default=1) > 1:
            return Outcome(message=graph.twice)
        if raised.startswith("RecursionError"):
            return Outcome(message=DEEP)
        if raised:
            return Outcome(raised=raised)
        if returned is not None:
            return Outcome(message=f"Your walk returns {describe(returned)}. Like backward(), it returns nothing: what it finds stands in .grad.")
        if gradient.tolist() != given:
            return Outcome(message=f"With {graph.code} your walk changes the gradient that it is given. The caller still needs it: add "
                                   "with a + b, which makes a new tensor, and not with +=.")
    return Outcome({name: leaf.grad for name, leaf in leaves.items()})


class _Watch:
    """Who has called the backward of the watched steps, and how often, in the walk under judgement."""

    def __init__(self):
        self.visits, self.by_engine = {}, False

    def visited(self, node):
        frame = sys._getframe(2)
        while frame is not None and not self.by_engine:
            self.by_engine = frame.f_code is Pass._visit.__code__
            frame = frame.f_back if len(self.visits) < 4 else None  # the first steps tell it
        times = self.visits[node] = self.visits.get(node, 0) + 1
        if times > 3:  # whoever goes every way would never be done
            raise RuntimeError("this step was visited before")


_watch = _Watch()


class Plus(torch.autograd.Function):
    """a + b, watched."""

    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, grad):
        _watch.visited(ctx)
        return grad, grad


class Times(torch.autograd.Function):
    """a * b, watched. `note` is a text, which has no gradient; with "b stays" nothing is handed on to b."""

    @staticmethod
    def forward(ctx, a, b, note):
        ctx.save_for_backward(a, b)
        ctx.note = note
        return a * b

    @staticmethod
    def backward(ctx, grad):
        _watch.visited(ctx)
        a, b = ctx.saved_tensors
        return grad * b, None if ctx.note == "b stays" else grad * a, None


def _leaf(numbers, dtype=torch.float32):
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


def _chain():
    x = _leaf([0.5, -1.0, 2.0])
    y = Times.apply(Plus.apply(x, torch.tensor([1.0, 1.0, 2.0])), torch.tensor([3.0, 4.0, 5.0]), "")
    return {"x": x}, [(Plus.apply(y, torch.tensor(1.0)), torch.tensor([1.0, 10.0, 100.0]))]


def _doubled():
    a = _leaf(1.0)
    b = Plus.apply(a, a)
    return {"a": a}, [(Plus.apply(b, b), torch.tensor(3.0))]


def _late(long_first):
    """A step that is reached at once, and again by a longer way."""

    def make():
        x = _leaf([0.5, -1.0])
        h = Plus.apply(x, torch.tensor([0.25, 0.5]))
        long = Times.apply(Times.apply(h, h, ""), h, "")
        y = Plus.apply(long, h) if long_first else Plus.apply(h, long)
        return {"x": x}, [(y, torch.tensor([1.0, 7.0]))]

    return make


def _older_last():
    """A step that was made late and lies near the leaf: the fewest steps from the root is not the order."""
    x, w = _leaf(2.0), _leaf(3.0)
    far = Times.apply(x, w, "")
    near = Plus.apply(far, x)
    return {"x": x, "w": w}, [(Times.apply(Times.apply(near, far, ""), near, ""), torch.tensor(0.5))]


def _shared():
    w, x = _leaf([[1.0, 2.0, 3.0], [0.5, 1.0, -1.0]]), torch.tensor([1.0, -2.0, 0.5])
    y = (w @ x).exp()
    return {"w": w}, [(y.sum() + (w * w).sum() + w[0, 1] * y[1], torch.tensor(2.0))]


def _several():
    x = _leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    first, _, last = x.unbind(0)
    return {"x": x}, [(first * 3 + last * last, torch.tensor([1.0, 10.0]))]


def _of_other_sizes():
    x = _leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    first, rest = x.split([1, 2])
    return {"x": x}, [(rest * rest * first, torch.tensor([[1.0, 10.0], [2.0, 20.0]]))]


def _closed():
    """Zeros arrive, and zeros are handed on: a gradient of 0 is not the same as none."""
    x = _leaf([-1.0, -2.0])
    return {"x": x}, [((x * 3).relu(), torch.tensor([1.0, 10.0]))]


def _from_the_second():
    x = _leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return {"x": x}, [((x * x).unbind(0)[1], torch.tensor([1.0, 10.0]))]


def _broadcast():
    column, row, one = _leaf([[1.0], [2.0], [3.0]]), _leaf([1.0, -1.0, 0.5, 2.0]), _leaf(0.5)
    return {"column": column, "row": row, "one": one}, [(column * row + one, torch.arange(12.0).view(3, 4))]


def _own():
    a, b = _leaf([1.0, 2.0]), torch.tensor([3.0, -4.0])
    return {"a": a}, [(Times.apply(a, b, "note") - 1, torch.tensor([5.0, 6.0]))]


def _nothing_for_one():
    a, b = _leaf([1.0, 2.0]), _leaf([3.0, -4.0])
    return {"a": a, "b": b}, [(Times.apply(a, b, "b stays"), torch.tensor([5.0, 6.0]))]


def _kept():
    """A plus hands one gradient to a leaf, which is visited at once, and to a step at which more arrives later."""
    x, a = _leaf([1.0, 2.0]), _leaf([3.0, 4.0])
    q = Times.apply(x, torch.tensor([2.0, 5.0]), "")
    r = Times.apply(q, torch.tensor([7.0, 1.0]), "")
    return {"x": x, "a": a}, [(Times.apply(r, Plus.apply(a, q), ""), torch.tensor([1.0, 3.0]))]


def _again():
    a, b = _leaf([1.0, 2.0]), _leaf([3.0, 4.0])
    walks = [(Plus.apply(a, b), torch.tensor([1.0, 10.0])), (Times.apply(a, b, ""), torch.tensor([2.0, 3.0]))]
    return {"a": a, "b": b}, walks


def _exactly():
    x = _leaf([1.0, 2.0, 3.0], torch.float64)
    first, second, _ = x.unbind(0)
    return {"x": x}, [((first * second).exp(), torch.tensor(0.1, dtype=torch.float64))]


def _sixty():
    a = b = _leaf(1.0)
    for _ in range(60):
        b = Plus.apply(b, b)
    return {"a": a}, [(b, torch.tensor(1.0))]


def _long():
    x = y = _leaf(2.0)
    for _ in range(10_000):
        y = -y
    return {"x": x}, [(y, torch.tensor(3.0))]


GRAPHS = (
    Graph("y = (x + b) * c + 1", _chain, ROUND),
    Graph("a = 1, b = a + a, c = b + b", _doubled, TWICE),
    Graph("y = h + h * h * h", _late(False)),
    Graph("y = h * h * h + h", _late(True)),
    Graph("far = x * w, near = far + x, y = near * far * near", _older_last),
    Graph("a weight that is used in three places", _shared),
    Graph("y = first * 3 + last * last, where first, middle, last = x.unbind(0)", _several),
    Graph("y = rest * rest * first, where first, rest = x.split([1, 2])", _of_other_sizes),
    Graph("y = relu(x * 3) where x is below 0", _closed),
    Graph("y = (x * x).unbind(0)[1]", _from_the_second),
    Graph("y = column * row + one, of shapes (3, 1), (4,) and ()", _broadcast),
    Graph("y = a * b - 1 by a Function, where b asks for no gradient", _own),
    Graph("y = a * b by a Function that hands on None to b", _nothing_for_one),
    Graph("q = x * 2, r = q * 7, y = r * (a + q)", _kept),
    Graph("two walks, back from a + b and from a * b", _again),
    Graph("y = exp(first * second) in float64", _exactly),
    Graph("b = b + b, 60 times", _sixty, TWICE),
    Graph("y = -y, 10,000 times", _long),
)
