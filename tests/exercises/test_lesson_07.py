"""What lesson 07 says of saved values is true, here and in PyTorch; its walk gives the engine's gradients on graphs of any shape."""

import importlib.util
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbook
from workbook.exercises.checking import judge
from workbook.exercises.lesson_07 import _COLLECTED, _HEAP, _SOLVED, MUST_SAVE, REPAIRED_FUNCTION, SAVES, THE_WALK
from workbook.exercises.walks import GRAPHS, _by_the_engine

STEPS = {"A": lambda torch, x: x + torch.ones(2, requires_grad=True), "B": lambda torch, x: torch.exp(x), "C": lambda torch, x: x * x,
         "D": lambda torch, x: torch.tanh(x), "E": lambda torch, x: torch.sin(x), "F": lambda torch, x: 3 * x, "G": lambda torch, x: torch.relu(x)}


def saves_an_input(torch, letter):
    x = torch.tensor([0.5, 2.0], requires_grad=True)
    node = STEPS[letter](torch, x).grad_fn
    if torch is workbook:
        return any(source == 0 and value is not None for value, _, _, source in node._saved)
    return any(getattr(node, name) is x for name in dir(node) if name.startswith("_saved_"))


@pytest.mark.parametrize("letter", SAVES)
def test_a_step_saves_an_input_where_the_lesson_says_so(letter):
    engines = [workbook] + ([importlib.import_module("torch")] if importlib.util.find_spec("torch") else [])
    assert {saves_an_input(torch, letter) for torch in engines} == {letter in "CE"} == {"must save x" in SAVES[letter]}


def test_of_all_sets_of_letters_one_is_right():
    passed = ["".join(letters) for many in range(1, 8) for letters in itertools.combinations("ABCDEFG", many)
              if judge(MUST_SAVE, "".join(letters)) is None]
    assert passed == ["CE"]


def program(seed):
    """A random graph of up to 25 steps with views, broadcasting, several outputs and values used again: (leaves, root, gradient)."""
    chance, torch = random.Random(seed), workbook
    leaves = [torch.tensor([[chance.uniform(-1, 1) for _ in range(3)] for _ in range(2)], requires_grad=True),
              torch.tensor([chance.uniform(-1, 1) for _ in range(3)], requires_grad=True),
              torch.tensor([[chance.uniform(-1, 1)], [0.5]], requires_grad=True), torch.tensor(chance.uniform(-1, 1), requires_grad=True)]
    values = list(leaves)
    steps = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b * 2, lambda a, b: a.tanh(), lambda a, b: a.sum(),
             lambda a, b: torch.where(a > 0, a, b), lambda a, b: a * b.detach(), lambda a, b: a.clone(), lambda a, b: (a * a).mean(-1, keepdim=True) if a.dim() else a * a,
             lambda a, b: a.unbind(0)[-1] if a.dim() == 2 else a / 2, lambda a, b: torch.stack([a, a * 3])[1], lambda a, b: a.t() if a.dim() == 2 and a.shape[0] == a.shape[1] else -a]
    for _ in range(chance.randint(1, 25)):
        values.append(chance.choice(steps)(chance.choice(values[-4:]), chance.choice(values)))
    root = sum(value.sum() for value in values[-2:]) * 1.5 if chance.random() < 0.5 else values[-1]
    return leaves, root, torch.arange(1.0, root.numel() + 1).reshape(root.shape)


@pytest.mark.parametrize("source", [_SOLVED, _COLLECTED, _HEAP], ids=["dict", "collected", "heap"])
@given(seed=st.integers(0, 10**9))
def test_the_walk_gives_the_engine_s_gradients_on_any_graph(source, seed):
    walk = THE_WALK.names().evaluate(source)
    mine, root, gradient = program(seed)
    theirs, other, weights = program(seed)
    other.backward(weights)
    with workbook.no_grad():
        walk(root, gradient)
    for leaf, same in zip(mine, theirs):
        assert (leaf.grad is None) == (same.grad is None)
        assert leaf.grad is None or workbook.allclose(leaf.grad, same.grad, equal_nan=True)


def test_the_solution_has_twenty_lines():
    assert len(THE_WALK.solution.splitlines()) <= 21  # and the line of its name


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.code)
def test_every_graph_leaves_gradients_that_a_wrong_walk_would_not(graph):
    found = _by_the_engine(graph)
    assert any(grad is not None and (grad.abs().max() > 0) == ("below 0" not in graph.code) for grad in found.grads.values())
    assert f"{len(GRAPHS)} graphs" in THE_WALK.prompt.replace("eighteen", "18")


def test_a_step_that_is_visited_again_is_noticed_even_where_the_numbers_are_right():
    said = {judge(THE_WALK, THE_WALK.names().evaluate(source)) for source, phrase in THE_WALK.wrong if "more than once" in phrase or "one and the same" in phrase}
    assert len(said) >= 2 and None not in said


def test_judging_leaves_python_s_recursion_limit_alone():
    import sys

    limit = sys.getrecursionlimit()
    source = next(source for source, phrase in THE_WALK.wrong if "only moves the wall" in phrase)
    assert "only moves the wall" in judge(THE_WALK, THE_WALK.names().evaluate(source)) and sys.getrecursionlimit() == limit


@pytest.mark.parametrize("torch", [workbook] + ([importlib.import_module("torch")] if importlib.util.find_spec("torch") else []), ids=lambda torch: torch.__name__)
def test_the_repaired_function_is_right_in_both_engines(torch):
    for source in REPAIRED_FUNCTION.right:
        names = {"torch": torch}
        exec(source, names)
        a, b = torch.tensor(6.0, requires_grad=True), torch.tensor(2.0, requires_grad=True)
        names["answer"].apply(a, b, 1).backward()
        assert (a.grad.item(), b.grad.item()) == (0.5, -1.5)
