"""Exercises of lesson 04: NumPy bridge, memory and in-place operations."""

from functools import partial

import numpy as np

from workbook.exercises.compare import as_lists, as_number, as_text, close, describe, difference, dtype_name, entries, is_tensor, show
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written
from workbook.exercises.judges import number, tensor

_centred = partial(written, "n")


def _two_numbers(answer, names):
    """Judge a list of two numbers, whatever holds them."""
    found = as_lists(answer)
    if type(found) is list and (len(found) != 2 or None in map(as_number, found)):
        return "a has two numbers. Write them as a list, such as [5, 6]."
    return _threes(answer, names)


_threes = tensor(
    [3.0, 3.0],
    lists=True,
    known={
        "torch.tensor([6., 6.])": "[6, 6] counts the 1 as well. What add returned is a new tensor, and nobody gave it a name. What does a hold?",
        "torch.tensor([2., 2.])": "[2, 2] is what a.add(1) returns, a new tensor that nobody gave a name. And mul_ has a _ at its end.",
        "torch.tensor([1., 1.])": "add left a as it was. But mul_ has a _ at its end.",
        "torch.tensor([4., 4.])": "[4, 4] is three times one, and one more. Take the lines one by one: which of the two writes into a?",
        "torch.tensor([0., 0.])": "torch.ones makes ones. Begin there, and ask of each line whether it writes into a.",
    },
)

UNUSED_RESULT = Exercise(
    id="04.1",
    title="A result that nobody keeps",
    kind="predict",
    level=1,
    minutes=2,
    prompt="```python\na = torch.ones(2)\na.add(1)\na.mul_(3)\n```\n\nWhat does `a` hold after these three lines? Answer with a list of its two numbers.",
    judge=_two_numbers,
    right=("[3, 3]", "[3.0, 3.0]", "(3, 3)", "a = torch.ones(2)\na.add(1)\nanswer = a.mul_(3).tolist()"),
    wrong=(
        ("[6, 6]", "nobody gave it a name"),
        ("a = torch.ones(2)\nanswer = a.add_(1).mul_(3)", "nobody gave it a name"),
        ("[2, 2]", "mul_ has a _ at its end"),
        ("[1, 1]", "add left a as it was"),
        ("[4, 4]", "Take the lines one by one"),
        ("[0, 0]", "torch.ones makes ones"),
        ("[1, 3]", "has 1 at place 0"),
        ("torch.ones(2, 2)", "a has two numbers"),
        ("[3]", "a has two numbers"),
        ("3", "a list is asked for"),
        ("'[3, 3]'", "is text"),
    ),
    hints=(
        "Look at each name: is there a `_` at its end?",
        "Without `_`, add makes a new tensor and returns it. Here nobody keeps what is returned.",
    ),
    solution="[3, 3]",
    reason="add has no _ at its end: it makes a new tensor and leaves a as it was. mul_ writes three times the ones into a. An old tutorial says "
    "that the result of add is stored in a; that is what add_ does.",
)


def _independent(answer, names):
    """Judge a function from an array to a tensor that later writes to the array do not reach."""
    found = _independent_of(np.array([2.5, -1.25, 0.75]), answer, names)
    if found:
        return found
    found = _independent_of(np.array([[1.5, 0.25, 4.0]], np.float32), answer, names)
    if found and "it reads the memory" in found:
        return (
            "For an array of float64 your tensor keeps the old numbers, for one of float32 it does not: a change to float32 copies only where "
            "there is something to change. Copy in every case."
        )
    return found


def _independent_of(n, answer, names):
    values = n.tolist()
    t, problem = called(answer, n)
    if problem:
        return problem
    if not is_tensor(t):
        shared = describe(t) == "a NumPy array" and np.shares_memory(t, n)
        return f"Your function returns {describe(t)}; a tensor is asked for." + (" And this array reads the memory of n." if shared else "")
    if n.tolist() != values:
        return "Your function changes n itself. The caller still needs it."
    if not t.is_floating_point():
        return "The numbers of n are floating numbers, and your tensor holds whole ones."
    if found := difference(t, names["torch"].tensor(values, dtype=t.dtype)):
        return f"Called with np.array({values}) the result {found}."
    n += 1
    if t.tolist() == values:
        return None
    return (
        f"After n += 1 the tensor holds {show(entries(t))}: it reads the memory of n. from_numpy and as_tensor share, "
        "and so does every view of what they give."
    )


COPY_OF_AN_ARRAY = Exercise(
    id="04.2",
    title="A tensor that stays as it is",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="`n` is a NumPy array of floating numbers. Later in the program somebody writes `n += 1`. Which function stands in the gap of\n"
    "`t = gap(n)`, so that `t` keeps the old numbers? Put the function itself in place of `...`, such as `torch.numel` or\n"
    "`lambda n: ...`, without calling it.",
    judge=_independent,
    right=(
        "lambda n: torch.tensor(n)",
        "lambda n: torch.from_numpy(n).clone()",
        "lambda n: torch.from_numpy(n.copy())",
        "lambda n: torch.tensor(n, dtype=torch.float32)",
        "lambda n: torch.from_numpy(n) + 0",
    ),
    wrong=(
        ("torch.from_numpy", "it reads the memory of n"),
        ("torch.as_tensor", "it reads the memory of n"),
        ("torch.Tensor", "copies only where there is something to change"),
        ("lambda n: torch.from_numpy(n).float()", "Copy in every case"),
        ("lambda n: n", "reads the memory of n"),
        ("lambda n: torch.from_numpy(n).numpy()", "a tensor is asked for. And this array"),
        ("lambda n: torch.from_numpy(n).view(-1)", "every view of what they give"),
        ("lambda n: torch.from_numpy(n).detach()", "it reads the memory of n"),
        ("lambda n: n.copy()", "returns a NumPy array; a tensor is asked for"),
        ("lambda n: torch.tensor(n).add_(1)", "not the number asked for"),
        ("lambda n: torch.tensor([1., 2.])", "does not have the length asked for"),
        ("lambda n: torch.from_numpy(n).long().float()", "not the number asked for"),
        ("lambda n: torch.tensor(n[:2])", "does not have the length asked for"),
        ("lambda n: torch.tensor(sorted(n))", "not the number asked for"),
        ("lambda n: torch.tensor(n).flatten()", "2 axes are asked for"),
        ("lambda n: torch.from_numpy(n).long().clone()", "whole ones"),
        ("def answer(n):\n    torch.tensor(n)", "Is there a `return`?"),
        ("torch.tensor([1., 2.])", "itself and not its result"),
    ),
    hints=(
        "There is a function that shares the array's memory and one that copies. Which of the two has `from` in its name?",
        "`torch.tensor` always copies. So does `.clone()` after anything that shares.",
    ),
    solution="lambda n: torch.from_numpy(n).clone()",
    reason="clone copies the numbers into memory of its own. torch.tensor alone does the same, and is the usual form. from_numpy and as_tensor "
    "read the array's memory, and a view of that memory is no copy either.",
)


def _as_array(answer, names):
    """Judge a function from any tensor to its values as a NumPy array."""
    torch = names["torch"]
    leaf = torch.tensor([[0.5, 1.5], [2.5, 3.5]], requires_grad=True)
    for p, of in ((leaf, "a leaf"), (leaf * 2, "a result")):
        before = entries(p)
        got, problem = called(answer, p)
        if problem:
            return problem + (" (p.grad would be None as well: nothing has been worked out yet.)" if "returns None" in problem else "")
        if is_tensor(got):
            return "Your function returns a tensor. One step is done: what turns a tensor into an array?"
        kind = describe(got)
        if kind != "a NumPy array":
            listed = " Lists are Python's; an array has shape and dtype." if kind == "a list" else ""
            return f"Your function returns {kind}; a NumPy array is asked for.{listed}"
        if tuple(got.shape) != tuple(p.shape):
            return f"Called with a tensor of shape {tuple(p.shape)} your function returns an array of shape {tuple(got.shape)}."
        if got.dtype.name != "float32":
            return f"The array holds {got.dtype.name}, and the tensor float32. .numpy() keeps the dtype."
        if not all(close(a, b, 1e-6) for a, b in zip(got.reshape(-1).tolist(), before)):
            return f"Called with {of}, your function returns other numbers than the tensor's."
        if entries(p) != before:
            return "Your function changes the tensor. The caller still needs it."
        if not p.requires_grad:
            return "Your function switches requires_grad off in the caller's tensor. Cut the graph off on the way out, not in p."
        if leaf.grad is not None:
            return "After your function p.grad is filled, and p is to stay as it is. To read values, no gradient is needed."
    return None


VALUES_AS_AN_ARRAY = Exercise(
    id="04.3",
    title="Out of the graph, into NumPy",
    kind="write it",
    level=2,
    minutes=4,
    prompt="`p` is a tensor that requires a gradient, and you want to plot it. Write a function that takes `p` and returns its values as a NumPy\n"
    "array. `p` itself must stay as it is. Try it on `torch.ones(2, requires_grad=True)`.",
    judge=_as_array,
    right=(
        "lambda p: p.detach().numpy()",
        "def answer(p):\n    return p.detach().clone().numpy()",
        "def answer(p):\n    import numpy as np\n    return np.array(p.tolist(), dtype=np.float32)",
    ),
    wrong=(
        ("lambda p: p.numpy()", "Can't call numpy() on Tensor that requires grad"),
        ("lambda p: p.detach()", "One step is done"),
        ("lambda p: p.tolist()", "Lists are Python's"),
        ("lambda p: p.grad", "p.grad would be None"),
        ("def answer(p):\n    p.detach().numpy()", "Is there a `return`?"),
        ("lambda p: p.detach().view(-1).numpy()", "an array of shape"),
        ("lambda p: p.detach().double().numpy()", ".numpy() keeps the dtype"),
        ("lambda p: p.detach().abs().neg().numpy()", "other numbers"),
        ("lambda p: p.detach().mul_(2).numpy() / 2", "changes the tensor"),
        ("lambda p: p.requires_grad_(False).numpy()", "switches requires_grad off"),
        ("def answer(p):\n    p.sum().backward()\n    return p.detach().numpy()", "p.grad is filled"),
        ("torch.ones(2).numpy()", "itself and not its result"),
    ),
    hints=(
        "Call `p.numpy()` and read the error. It names the method that is missing.",
        "First a tensor on the same memory that is outside the graph, then that tensor as an array.",
    ),
    solution="def answer(p):\n    return p.detach().numpy()",
    reason="detach gives a tensor on the same memory that records nothing, and numpy gives an array on that memory. Nothing is copied: add "
    ".clone() or .copy() where you want to write into the array.",
)


SEEN = {
    "a": "a is the name that is written through. It is not among the five.",
    "b": "b is a view of all four cells, in two rows. Cell 1 is b[0, 1], so it shows the 99.",
    "c": "c is a view, and shares the memory. But it reads cells 2 and 3 only, and the write went to cell 1.",
    "d": "clone() copies the numbers, whatever it is called on, into memory of its own. d keeps the old ones.",
    "e": "e is a view of a view: t() moves no number. Row 1 of b.t() is column 1 of b, which holds cells 1 and 3, so it shows the 99.",
    "f": "numpy() copies nothing, and a slice of an array is NumPy's view. f reads cells 1, 2 and 3, so it shows the 99.",
}


def _seen(answer, names):
    """Judge the letters of the names that see a write, in any order."""
    written = as_text(answer)
    if written is None:
        return f"The answer is {describe(answer)}; write the letters between quotation marks, as in 'cd'."
    letters = [letter for letter in written.lower() if letter not in " ,"]
    if not letters or len(set(letters)) != len(letters) or not set(letters) <= set(SEEN):
        return "Write letters out of b, c, d, e, f, each once, and nothing else, as in 'cd'."
    return next((SEEN[letter] for letter in "abcdef" if (letter in letters) != (letter in "bef")), None)


WHO_SEES_THE_WRITE = Exercise(
    id="04.4",
    title="Who sees the write?",
    kind="predict",
    level=2,
    minutes=4,
    prompt="```python\na = torch.arange(4.)\nb = a.view(2, 2)\nc = a[2:]\nd = b[0].clone()\ne = b.t()[1]\nf = a.numpy()[1:]\na[1] = 99\n```\n\n"
    "In which of `b`, `c`, `d`, `e`, `f` does the 99 stand? Answer with their letters, such as `'cd'`. The cell after the next one shows it.",
    judge=_seen,
    right=("'bef'", "'feb'"),
    wrong=(
        ("'ef'", "b is a view of all four cells"),
        ("'bcef'", "it reads cells 2 and 3 only"),
        ("'bf'", "e is a view of a view"),
        ("'be'", "a slice of an array is NumPy's view"),
        ("'bdef'", "clone() copies"),
        ("'abef'", "not among the five"),
        ("'bee'", "each once"),
        ("['b', 'e', 'f']", "between quotation marks"),
    ),
    hints=(
        "Two questions for each name: does it read the memory of `a`, or was something copied? And does it read cell 1?",
        "`view`, slices, `t()` and `numpy()` copy nothing, also one after another; `clone()` does. Write down for each name which cells it reads.",
    ),
    solution="'bef'",
    reason="b, e and f read cell 1 of the memory of a. c reads the same memory, but not that cell; d was copied.",
)


CELL_IN_MEMORY = Exercise(
    id="04.5",
    title="Which cell is it?",
    kind="fill in",
    level=2,
    minutes=5,
    prompt="`x = torch.zeros(4, 6)` lies in 24 cells of memory, counted from 0, and `part = x[1:, 2::2]`. Fill the three gaps, then count:\n"
    "in which cell does `part[2, 1]` lie?\n\n"
    "| | offset | stride of axis 0 | stride of axis 1 |\n|---|---|---|---|\n| `x` | 0 | 6 | 1 |\n| `part` | gap | gap | gap |",
    judge=number(
        22,
        known={
            14: "14 is 2 * 6 + 1 * 2, the way inside part without its offset; or, with the offset, a stride of 2 on axis 0. One step down is a whole row of x.",
            8: "8 is the offset, the cell of part[0, 0]. From there 2 steps along axis 0 and 1 step along axis 1 are missing.",
            21: "21 takes one cell for a step along axis 1. The slice 2::2 steps over every second cell.",
            18: "18 is part[1, 2] by the numbers: the 2 belongs to axis 0, whose stride is 6.",
            16: "16 begins at cell 2, though the slice 1: leaves out a row of x as well; or it steps 3 cells down. One step down is a whole row of x.",
            20: "20 is the cell of part[2, 0]. One step along axis 1 is missing, or the 2 of 2::2 in the offset.",
            10: "10 is the cell of part[0, 1]. Two steps along axis 0 are missing.",
            13: "13 is the cell of x[2, 1], and part begins elsewhere; or it begins at 8 and steps 2 cells down and 1 to the right. The strides are others.",
            5: "5 counts as if part had memory of its own, a row of 2 after another. part has no memory of its own.",
            23: "Cells are counted from 0.",
            12: "12 is the way along axis 0 alone.",
        },
    ),
    right=(
        "22",
        "8 + 2 * 6 + 1 * 2",
        "part = torch.arange(24).view(4, 6)[1:, 2::2]\nanswer = part[2, 1].item()",
        "torch.tensor(22)",
    ),
    wrong=(
        ("2 * 6 + 1 * 2", "without its offset"),
        ("8 + 2 * 2 + 1 * 2", "a stride of 2 on axis 0"),
        ("8 + 2 * 3 + 1 * 2", "steps 3 cells down"),
        ("8 + 2 * 2 + 1 * 1", "steps 2 cells down and 1 to the right"),
        ("8", "the cell of part[0, 0]"),
        ("8 + 2 * 6 + 1", "steps over every second cell"),
        ("8 + 1 * 6 + 2 * 2", "the 2 belongs to axis 0"),
        ("2 + 2 * 6 + 1 * 2", "leaves out a row of x"),
        ("6 + 2 * 6 + 1 * 2", "the 2 of 2::2 in the offset"),
        ("2 * 2 + 1", "no memory of its own"),
        ("2 * 6 + 1", "the cell of x[2, 1]"),
        ("22 + 1", "counted from 0"),
        ("torch.zeros(4, 6)[1:, 2::2]", "one number is asked for"),
    ),
    hints=(
        "part[0, 0] is x[1, 2]. In which cell does x[1, 2] lie? That is the offset.",
        "The offset is 1 * 6 + 2 = 8. One step down is still a row of x, 6 cells; one step to the right is now 2 cells.",
    ),
    solution="8 + 2 * 6 + 1 * 2",
    reason="Offset 8, strides (6, 2): 8 + 2 * 6 + 1 * 2 = 22. The table's row for part reads 8, 6, 2.",
)


CASES = (("float64", [1.25, 2.0, 6.0]), ("float32", [0.5, 1.75]), ("float64", [[0.1, 2.0], [4.0, -1.5], [3.0, 8.0]]))


def _standard(answer, names):
    """Judge a function that centres an array: a float32 tensor, and the array as it was."""
    for kind, values in CASES:
        n = np.array(values, dtype=kind)
        with_this = f"Called with a {kind} array{f' of shape {n.shape}' if n.ndim > 1 else ''}"
        got, problem = called(answer, n)
        if problem:
            return problem
        if not is_tensor(got):
            return f"Your function returns {describe(got)}; a tensor is asked for."
        made = partial(names["torch"].tensor, dtype=got.dtype)
        if found := difference(got, made(np.array(values) - np.mean(values))):
            told = next((message for wrong, message in (
                (np.array(values), "It returns them as they were: `-` and `sub` make a new tensor, and somebody has to keep it."),
                (values - np.mean(values, axis=0), "It takes a mean for each column. One mean of all the numbers is asked for."),
                (values - np.mean(values, axis=-1, keepdims=True), "It takes a mean for each row. One mean of all the numbers is asked for."),
            ) if not difference(got, made(wrong))), f"The result {found}.")
            return f"{with_this} your function does not return the numbers less their mean. {told}"
        if n.tolist() != values:
            twice = " A change to float32 copies only where there is something to change." if kind == "float32" else ""
            return f"{with_this} your function writes into the caller's array: it now holds {show(n.tolist())}.{twice}"
        if dtype_name(got) != "float32":
            return f"{with_this} your function returns {dtype_name(got)}. A layer holds float32."
    return None


CENTRED_BATCH = Exercise(
    id="04.6",
    title="Two mistakes at the bridge",
    kind="fix the bug",
    level=3,
    minutes=7,
    prompt="This function takes a NumPy array of floating numbers, float64 or float32, and should return a **float32** tensor of its numbers\n"
    "less their mean. The caller's array must stay as it is. Replace `answer = ...` by the repaired function, and look at `n` after\n"
    "calling it.\n\n"
    "```python\n" + _centred("t = torch.from_numpy(n)", "t -= t.mean()", "return t") + "\n```",
    judge=_standard,
    right=(
        _centred("t = torch.tensor(n, dtype=torch.float32)", "t -= t.mean()", "return t"),
        _centred("t = torch.from_numpy(n).float()", "return t - t.mean()"),
        _centred("t = torch.from_numpy(n).clone().float()", "t -= t.mean()", "return t"),
        _centred("return torch.from_numpy((n - n.mean()).astype('float32'))"),
    ),
    wrong=(
        (_centred("t = torch.from_numpy(n)", "t -= t.mean()", "return t"), "Called with a float64 array your function writes"),
        (_centred("t = torch.from_numpy(n).float()", "t -= t.mean()", "return t"), "copies only where there is something to change"),
        (_centred("t = torch.from_numpy(n)", "return t - t.mean()"), "A layer holds float32"),
        (_centred("t = torch.tensor(n)", "t -= t.mean()", "return t"), "returns float64"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "t - t.mean()", "return t"), "somebody has to keep it"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "t.sub(t.mean())", "return t"), "somebody has to keep it"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "return t - t.sum()"), "less their mean"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "return t - t.mean(0)"), "a mean for each column"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "return t - t.mean(-1, keepdim=True)"), "a mean for each row"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "return t - t.mean().round()"), "less their mean"),
        (_centred("t = torch.tensor(n, dtype=torch.float32).flatten()", "return t - t.mean()"), "has shape (6,)"),
        (_centred("t = torch.tensor(n, dtype=torch.int64)", "return t - t.float().mean()"), "less their mean"),
        (_centred("return torch.tensor(n).half().sub(n.mean()).float()"), "less their mean"),
        (_centred("t = torch.as_tensor(n, dtype=torch.float32)", "t -= t.mean()", "return t"), "A change to float32 copies only"),
        (_centred("t = torch.Tensor(n)", "t -= t.mean()", "return t"), "A change to float32 copies only"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "t -= t.mean()"), "Is there a `return`?"),
        (_centred("n -= n.mean()", "return torch.tensor(n, dtype=torch.float32)"), "Called with a float64 array your function writes"),
        (_centred("return n - n.mean()"), "a tensor is asked for"),
        (_centred("t = torch.tensor(n, dtype=torch.float32)", "return t.sub_(t.mean()).long()"), "returns int64"),
    ),
    hints=(
        "Whose memory does `t` read, and what does `-=` do to it?",
        "Copy first, and ask for float32 in the same call: `torch.tensor` takes a `dtype`. Or make a new tensor instead of writing.",
    ),
    solution=_centred("t = torch.tensor(n, dtype=torch.float32)", "t -= t.mean()", "return t"),
    reason="torch.tensor copies and converts, so -= writes into memory that nobody else reads. from_numpy(n).float() is no sure copy: an array "
    "that is float32 already would still be shared.",
)

EXERCISES = (UNUSED_RESULT, COPY_OF_AN_ARRAY, VALUES_AS_AN_ARRAY, WHO_SEES_THE_WRITE, CELL_IN_MEMORY, CENTRED_BATCH)
