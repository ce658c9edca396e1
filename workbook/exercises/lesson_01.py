"""Exercises of lesson 01: tensors, making them and reading them."""

from functools import partial

import workbook as torch
from workbook.exercises.compare import as_text, describe, dtype_name, entries, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, not_a_function, written
from workbook.exercises.judges import function, tensor

_of_labels, _of_n = partial(written, "labels"), partial(written, "n")


def _dtype(expected, known):
    """Return a judge of a dtype. `known` maps the names of wrong ones to messages."""

    def judge(answer, names):
        if is_tensor(answer):
            return "That is the tensor. Its dtype is asked for: an attribute of it."
        name = as_text(answer)
        if name is not None:
            return "The answer is text. Write the dtype itself, without quotation marks, such as torch.bool."
        if answer is int or answer is float:
            return "That is a type of Python. Every tensor has a dtype of torch, with the number of its bits."
        if type(answer) is not torch.dtype:
            return f"The answer is {describe(answer)}; a dtype is asked for, such as torch.bool."
        if answer is getattr(torch, expected):
            return None
        return known.get(str(answer).rpartition(".")[2], f"{answer} is not it.")

    return judge


DRAWS = 120  # of three numbers: that a fair draw leaves out one of the six orders happens once in 500 million times


def _shuffled(answer, names):
    """Judge a function that returns the numbers from 0 to n - 1 in random order."""
    if not callable(answer) or isinstance(answer, type):
        hint = " Write a function of n that returns it." if is_tensor(answer) else ""
        return not_a_function(answer) + hint
    orders = {4: [], 9: [], 3: []}
    for seed, n in enumerate([4] + 12 * [9] + DRAWS * [3]):
        torch.manual_seed(seed)
        got, problem = called(answer, n, case=n)
        problem = problem or _no_order(got, n)
        if problem:
            return problem
        orders[n].append(tuple(entries(got)))
    return _not_random(orders[9]) or _left_out({*orders[3]})


def _left_out(orders):
    """Return which of the six orders of 0, 1, 2 were never drawn; None where all were."""
    places = [(number, place) for number in range(3) for place in range(3)]
    never = next((f"{number} never stood at place {place}" for number, place in places if all(order[place] != number for order in orders)), None)
    if len(orders) < 6:
        never = never or f"only {len(orders)} of the six orders came up"
        return f"Called {DRAWS} times with 3, {never}. Every order is to be as likely as every other."
    return None


def _not_random(orders):
    """Return why these orders of 0 to 8, each drawn with a seed of its own, were not drawn at random; None where they were."""
    if all(list(order) == sorted(order) for order in orders):
        return "Every number is there once, but always in the same order. The order is to be random."
    if len({*orders}) == 1:
        return "Another seed, and still the same order. Let PyTorch draw it."
    if len({*orders}) < 6:
        return f"Twelve seeds, and only {len({*orders})} orders. Every order is to be as likely as every other."
    if all(len({(b - a) % len(order) for a, b in zip(order, order[1:])}) == 1 for order in orders):
        return "The beginning is random, and from there on the numbers follow in equal steps. Every order is to be as likely as every other."
    return None


def _no_order(got, n):
    """Return why `got` is no order of the numbers from 0 to n - 1; None where it is one."""
    if not is_tensor(got):
        return f"Called with {n} your function returns {describe(got)}; a tensor is asked for."
    if len(got.shape) != 1:
        return f"Called with {n} the result has {len(got.shape)} axes; one is asked for."
    numbers = entries(got)
    if len(numbers) == 4 != n:
        return "The result has four numbers, whatever n is. Use n."
    if len(numbers) == n and all(0 <= x < 1 for x in numbers) and "float" in dtype_name(got) and any(numbers):
        return "Those are real numbers from 0 up to 1. Whole numbers are asked for, each from 0 to n - 1 once."
    if any(x != int(x) for x in numbers if abs(x) < 1e9):
        return "Those are real numbers, with a part behind the dot. Whole numbers are asked for, each from 0 to n - 1 once."
    if len(numbers) == n - 1 and sorted(numbers) == list(range(n - 1)):
        return "The number n - 1 is missing: n numbers are asked for, and they begin with 0."
    if len(numbers) == n + 1:
        return "That is one number too many: 0 is the first, n - 1 the last."
    if len(numbers) == n and sorted(numbers) == list(range(1, n + 1)):
        return "Those are the numbers from 1 to n. PyTorch counts from 0, and the last is n - 1."
    if len(numbers) != n:
        return f"Called with {n} the result has {len(numbers)} numbers."
    if len(set(numbers)) == n and sorted(numbers) != list(range(n)):
        return "No number comes twice, but they are not those from 0 to n - 1. Draw the order of these n numbers, and of no others."
    if sorted(numbers) != list(range(n)):
        return "Some number comes twice, and another one not at all. Each is asked for once."
    if dtype_name(got) != "int64":
        return f"The right numbers as {dtype_name(got)}; an order is kept in whole numbers, int64."
    return None


def _pairs(expected, cases, known):
    """Return the judge of a function that returns two things; a list of them is as good as a tuple."""
    judge = function(expected, cases, known=known)

    def judge_pair(answer, names):
        if not callable(answer) or isinstance(answer, type):
            return judge(answer, names)

        def paired(labels):
            got = answer(labels)
            return tuple(got) if type(got) is list and len(got) == 2 else got

        return judge(paired, names)

    return judge_pair


ZEROS = Exercise(
    id="01.1",
    title="Rows and columns of zeros",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="Fill the gap, so that the function returns a tensor of so many rows and columns that is filled with zeros, of the dtype that\n"
    "PyTorch takes when you name none. Replace `answer = ...` by the whole function.\n\n"
    "```python\ndef answer(rows, columns):\n    return torch.____(rows, columns)\n```",
    judge=function(
        "lambda rows, columns: torch.zeros(rows, columns)",
        ("3, 5", "2, 2", "1, 4"),
        known={
            "lambda r, c: torch.empty(r, c)": "That tensor has the size, and nobody filled it: it holds whatever lay in memory. That may look like zeros "
            "when you try it; the check put other numbers there first.",
            "lambda r, c: torch.Tensor([r, c])": "That tensor holds the two numbers that were given. In square brackets they are data; a size is asked for.",
            "lambda r, c: torch.tensor([r, c])": "That tensor holds the two numbers that were given: they are data, not a size.",
            "lambda r, c: torch.zeros(c, r)": "Rows and columns are exchanged. The number of rows comes first.",
            "lambda r, c: torch.ones(r, c) - 0.5": "One half is not zero: 1 has to be taken away from ones.",
            "lambda r, c: torch.ones(r, c)": "The size is right; those are ones.",
            "lambda r, c: torch.zeros(r * c)": "All zeros in one row. Give the size with two numbers, rows and columns.",
            "lambda r, c: torch.zeros(1, r, c)": "That has three axes. Rows and columns are two.",
            "lambda r, c: torch.zeros(r)": "One row of zeros, as many as there are to be rows. The columns are missing.",
            "lambda r, c: torch.zeros(c)": "One row of zeros, as long as a row is to be. The number of rows is missing.",
            "lambda r, c: torch.zeros(3, 5)": "The size is always 3 by 5. Use the numbers that are given.",
            "lambda r, c: torch.eye(r, c)": "eye puts ones on the diagonal.",
            "lambda r, c: torch.full((r, c), r)": "The first number was taken as what is to be filled in.",
            "lambda r, c: torch.zeros(r, c, dtype=torch.int64)": "The size and the numbers are right, as int64. zeros with no dtype gives "
            "float32; full takes the dtype from the number, and 0 is whole, 0. is not.",
            "lambda r, c: torch.zeros(r, c, dtype=torch.float64)": "The size and the numbers are right, as float64. Name no dtype.",
        },
    ),
    right=(
        "def answer(rows, columns):\n    return torch.zeros(rows, columns)",
        "torch.zeros",
        "lambda rows, columns: torch.full((rows, columns), 0.)",
        "lambda rows, columns: torch.zeros((rows, columns))",
        "lambda rows, columns: torch.ones(rows, columns) * 0",
        "lambda rows, columns: torch.empty(rows, columns).zero_()",
    ),
    wrong=(
        ("torch.empty", "nobody filled it"),
        ("lambda r, c: torch.Tensor(r, c)", "nobody filled it"),
        ("torch.Tensor", "a function is asked for"),
        ("lambda r, c: torch.Tensor([r, c])", "they are data; a size is asked for"),
        ("lambda r, c: torch.tensor([r, c])", "they are data, not a size"),
        ("lambda r, c: torch.tensor(r, c)", "your function raises TypeError"),
        ("lambda r, c: torch.zeros(c, r)", "The number of rows comes first"),
        ("lambda r, c: torch.ones(r, c) - 0.5", "One half is not zero"),
        ("torch.ones", "those are ones"),
        ("lambda r, c: torch.zeros(r * c)", "All zeros in one row"),
        ("lambda r, c: torch.zeros(1, r, c)", "three axes"),
        ("lambda r, c: torch.zeros(r)", "The columns are missing"),
        ("lambda r, c: torch.zeros(c)", "The number of rows is missing"),
        ("lambda r, c: torch.zeros(3, 5)", "always 3 by 5"),
        ("torch.eye", "ones on the diagonal"),
        ("lambda r, c: torch.full((r, c), 0)", "0 is whole, 0. is not"),
        ("lambda r, c: torch.zeros(r, c, dtype=torch.int64)", "zeros with no dtype gives float32"),
        ("lambda r, c: torch.zeros(r, c).double()", "as float64"),
        ("torch.rand", "not the number asked for there"),
        ("lambda r, c: [[0.] * c] * r", "a tensor is asked for"),
        ("def answer(rows, columns):\n    torch.zeros(rows, columns)", "Is there a `return`"),
        ("torch.zeros(3, 5)", "a function is asked for"),
    ),
    hints=(
        "The function has the name of what it fills in.",
        "It takes the size: first how many rows, then how many columns.",
    ),
    solution="def answer(rows, columns):\n    return torch.zeros(rows, columns)",
    reason="The arguments are the size, rows first. torch.empty and torch.Tensor take the same size, but hold whatever lay in memory.",
)

FIVE_POINTS = Exercise(
    id="01.2",
    title="Five points, equal steps",
    kind="write it",
    level=1,
    minutes=3,
    prompt="Make the tensor `[0, 0.25, 0.5, 0.75, 1]` with one call that counts or steps for you.",
    judge=tensor(
        "torch.linspace(0, 1, 5)",
        known={
            "torch.arange(0, 1, 0.25)": "Four numbers: arange stops before its end, so 1 is missing.",
            "torch.linspace(0, 1, 4)": "Four points. The third argument of linspace counts points, not the gaps between them.",
            "torch.linspace(0, 5, 5)": "The points go up to 5. The second argument is the last point, the third says how many.",
            "torch.arange(5)": "Those are 0 to 4, in steps of 1. The step is to be a quarter.",
            "torch.arange(0, 5, 0.25)": "The step is right, and the end is too far.",
            "torch.linspace(0, 1, 100)": "A hundred points, as old tutorials have it. Five are asked for.",
            "torch.linspace(0.25, 1, 5)": "The first point is 0.",
            "torch.linspace(0, 1, 6)": "Six points: their distance is 0.2.",
            "torch.arange(0, 1, 5)": "One number: the third argument of arange is the step, and a step of 5 leads beyond the end at once.",
            "torch.tensor([0, 1])": "Only the two ends, as data. The points between them are asked for, too.",
        },
    ),
    right=("torch.linspace(0, 1, steps=5)", "torch.arange(0, 1.01, 0.25)", "torch.linspace(0, 1, 5)", "torch.arange(5) / 4"),
    wrong=(
        ("torch.arange(0, 1, 0.25)", "arange stops before its end"),
        ("torch.linspace(0, 1, 4)", "not the gaps between them"),
        ("torch.linspace(0, 5, 5)", "The points go up to 5"),
        ("torch.arange(5)", "in steps of 1"),
        ("torch.arange(0, 5, 0.25)", "the end is too far"),
        ("torch.arange(0, 1, 5)", "the third argument of arange is the step"),
        ("torch.linspace(0, 1, 100)", "A hundred points"),
        ("torch.linspace(0.25, 1, 5)", "The first point is 0"),
        ("torch.linspace(0, 1, 6)", "Six points"),
        ("torch.tensor([0, 1])", "Only the two ends"),
        ("torch.linspace(0, 1, 5, dtype=torch.float64)", "as float64"),
        ("[0, 0.25, 0.5, 0.75, 1]", "a tensor is asked for"),
    ),
    hints=(
        "One function counts points and includes both ends; another one steps and leaves the end out.",
        "With the counting one: first point, last point, and steps, which is how many points there are.",
    ),
    solution="torch.linspace(0, 1, steps=5)",
    reason="linspace includes both ends and is told how many points there are. arange needs an end beyond 1.",
)

DTYPE_OF_ONES_LIKE = Exercise(
    id="01.3",
    title="Ones like what?",
    kind="predict",
    level=1,
    minutes=2,
    prompt="Which dtype does `torch.ones_like(torch.tensor([1, 2]))` have? Answer with the dtype itself, such as `torch.bool`, before you\n"
    "run the cell after this one.",
    judge=_dtype(
        "int64",
        {
            "float32": "float32 is what torch.ones takes when you name none. ones_like takes over the dtype of the tensor that it is given.",
            "int32": "The numbers are whole, but PyTorch keeps whole numbers in 64 bits when you name no dtype.",
            "float64": "float64 is what NumPy takes for ones. ones_like takes over the dtype of the tensor that it is given.",
            "bool": "A one is not yet a True: the dtype is that of the tensor that is given.",
            "float16": "No float comes in anywhere: the given tensor holds whole numbers.",
            "uint8": "Eight bits are for pixels. PyTorch keeps whole numbers in 64 bits when you name no dtype.",
        },
    ),
    right=("torch.int64", "torch.ones_like(torch.tensor([1, 2])).dtype", "torch.long"),
    wrong=(
        ("torch.float32", "what torch.ones takes"),
        ("torch.int32", "in 64 bits"),
        ("torch.float64", "what NumPy takes for ones"),
        ("torch.bool", "not yet a True"),
        ("torch.uint8", "Eight bits are for pixels"),
        ("int", "a type of Python"),
        ("'torch.int64'", "without quotation marks"),
        ("torch.ones_like(torch.tensor([1, 2]))", "Its dtype is asked for"),
        ("64", "a dtype is asked for"),
    ),
    hints=(
        "Which dtype has `torch.tensor([1, 2])`? Its numbers have no dot.",
        "Like means: the same shape, the same dtype, the same device.",
    ),
    solution="torch.int64",
    reason="[1, 2] are whole numbers, so the given tensor is int64, and ones_like keeps that. A printed 1. in an old tutorial is a slip.",
)

RANDOM_ORDER = Exercise(
    id="01.4",
    title="Each once, in random order",
    kind="fill in",
    level=2,
    minutes=4,
    prompt="Fill the gap, so that the function returns the numbers from 0 to `n - 1`, each once, in random order. A data set is\n"
    "shuffled like that. Replace `answer = ...` by the whole function.\n\n"
    "```python\ndef answer(n):\n    return torch.____(n)\n```",
    judge=_shuffled,
    right=(
        "def answer(n):\n    return torch.randperm(n)",
        "lambda n: torch.rand(n).argsort()",
        "def answer(n):\n    order = torch.randperm(n)\n    return order",
        "lambda n: torch.multinomial(torch.ones(n), n)",
        _of_n("order = torch.arange(n)", "for i in range(n - 1, 0, -1):", "    j = int(torch.randint(0, i + 1, ()))", "    order[[i, j]] = order[[j, i]]", "return order"),
    ),
    wrong=(
        ("def answer(n):\n    return torch.rand(n)", "real numbers from 0 up to 1"),
        ("def answer(n):\n    return torch.randperm(n - 1)", "n - 1 is missing"),
        ("def answer(n):\n    return torch.randperm(n + 1)", "one number too many"),
        ("def answer(n):\n    return torch.zeros(n).long()", "comes twice"),
        ("def answer(n):\n    return torch.randint(0, n, (n,))", "comes twice"),
        ("def answer(n):\n    return torch.arange(n)", "always in the same order"),
        ("def answer(n):\n    return torch.arange(n).flip(0)", "still the same order"),
        ("def answer(n):\n    return torch.arange(n).roll(int(torch.randint(0, n, ())))", "follow in equal steps"),
        ("def answer(n):\n    return torch.arange(n) if torch.rand(()) < 0.5 else torch.arange(n).flip(0)", "only 2 orders"),
        (_of_n("order = torch.arange(n)", "i, j = torch.randint(0, n, (2,)).tolist()", "order[[i, j]] = order[[j, i]]", "return order"), "only 4 of the six orders"),
        ("lambda n: torch.cat([torch.tensor([0]), torch.randperm(n - 1) + 1])", "0 never stood at place 1"),
        ("lambda n: torch.cat([torch.randperm(n - 1), torch.tensor([n - 1])])", "0 never stood at place 2"),
        ("lambda n: torch.cat([torch.randperm(n // 2), torch.randperm(n - n // 2) + n // 2])", "0 never stood at place 1"),
        (
            _of_n("order = torch.arange(n)", "for k in range(n - 1):", "    if torch.rand(()) < 0.5:", "        order[[k, k + 1]] = order[[k + 1, k]]", "return order"),
            "2 never stood at place 0",
        ),
        ("def answer(n):\n    return torch.randn(n)", "with a part behind the dot"),
        ("def answer(n):\n    return torch.rand(n) * n", "with a part behind the dot"),
        ("def answer(n):\n    return torch.randperm(10)[:n]", "not those from 0 to n - 1"),
        ("def answer(n):\n    return torch.randperm(4)", "whatever n is"),
        ("def answer(n):\n    return torch.randperm(n) + 1", "from 1 to n"),
        ("def answer(n):\n    return torch.randperm(n).float()", "as float32"),
        ("def answer(n):\n    return torch.randn(n, n)", "2 axes"),
        ("def answer(n):\n    torch.randperm(n)", "Is there a `return`"),
        ("torch.randperm(4)", "a function is asked for"),
    ),
    hints=(
        "Another order of the same things is called a permutation.",
        "Four letters for random, and the first four letters of permutation.",
    ),
    solution="def answer(n):\n    return torch.randperm(n)",
    reason="randperm(n) draws an order: whole numbers, each once. rand draws real numbers, randint may draw a number twice.",
)

LABELS_AND_WEIGHTS = Exercise(
    id="01.5",
    title="Whole labels, real weights",
    kind="fix the bug",
    level=2,
    minutes=6,
    prompt="This function gets a list of class numbers, such as `[3, 0, 2]`. It should return them as an **int64** tensor, whole numbers,\n"
    "and after it a **float32** tensor with a weight of 1.0 for each of them. The second mistake shows only when the first one is repaired. Replace\n"
    "`answer = ...` by the repaired function, and print what it returns before you check.\n\n"
    "```python\n"
    + _of_labels("classes = torch.Tensor(labels)", "weights = torch.ones_like(classes)", "return classes, weights")
    + "\n```",
    judge=_pairs(
        "lambda labels: (torch.tensor(labels), torch.ones(len(labels)))",
        ("[3, 0, 2]", "[7]", "[1, 1, 4, 0]"),
        known={
            "lambda labels: (torch.Tensor(labels), torch.ones(len(labels)))": "The classes come out as float32, and whole numbers "
            "are asked for. In the function above it is torch.Tensor, with a capital T, that makes floats of everything.",
            "lambda labels: (torch.tensor(labels), torch.ones_like(torch.tensor(labels)))": "The classes are right. Now the weights are whole "
            "numbers, too: what is made like the classes takes over the dtype of the classes. Name the dtype that you want.",
            "lambda labels: (torch.tensor(labels).int(), torch.ones(len(labels)))": "The classes are whole numbers of 32 bits. int64 is asked for: it is "
            "what torch.tensor makes of whole numbers, and what PyTorch takes as class numbers.",
            "lambda labels: torch.ones(len(labels))": "Only the weights are returned; the classes belong before them.",
            "lambda labels: (torch.ones(len(labels)), torch.tensor(labels))": "Both are right, and in the wrong order: classes first.",
            "lambda labels: torch.tensor(labels)": "Only the classes are returned; the weights belong beside them.",
            "lambda labels: (torch.tensor(labels), torch.zeros(len(labels)))": "The weights are 0. Each is to be 1.",
            "lambda labels: (torch.tensor(labels), torch.ones(1))": "There is one weight. Each class number needs its own.",
        },
    ),
    right=(
        _of_labels("classes = torch.tensor(labels)", "weights = torch.ones_like(classes, dtype=torch.float32)", "return classes, weights"),
        _of_labels("return torch.tensor(labels), torch.ones(len(labels))"),
        _of_labels("return [torch.tensor(labels), torch.ones(len(labels))]"),
        _of_labels("classes = torch.Tensor(labels)", "weights = torch.ones_like(classes)", "return classes.long(), weights"),
    ),
    wrong=(
        (
            _of_labels("classes = torch.Tensor(labels)", "weights = torch.ones_like(classes)", "return classes, weights"),
            "makes floats of everything",
        ),
        (
            _of_labels("classes = torch.tensor(labels)", "weights = torch.ones_like(classes)", "return classes, weights"),
            "takes over the dtype of the classes",
        ),
        (_of_labels("classes = torch.tensor(labels)", "return torch.ones(len(labels)), classes"), "classes first"),
        (_of_labels("return torch.tensor(labels).float(), torch.ones(len(labels))"), "whole numbers are asked for"),
        (_of_labels("c = torch.tensor(labels)", "return c, c.new_ones(len(labels))"), "takes over the dtype of the classes"),
        (_of_labels("return torch.tensor(labels, dtype=torch.int32), torch.ones(len(labels))"), "whole numbers of 32 bits"),
        (_of_labels("return torch.ones(len(labels))"), "Only the weights"),
        (_of_labels("return torch.tensor(labels)"), "Only the classes"),
        (_of_labels("return torch.tensor(labels), torch.zeros(len(labels))"), "The weights are 0"),
        (_of_labels("return torch.tensor(labels), torch.ones(1)"), "There is one weight"),
        (_of_labels("return torch.tensor(labels), torch.ones(labels)"), "Called with [3, 0, 2]"),
        (_of_labels("classes = torch.tensor(labels)"), "Is there a `return`"),
        ("(torch.tensor([3, 0, 2]), torch.ones(3))", "a function is asked for"),
    ),
    hints=(
        "Which of `torch.tensor` and `torch.Tensor` looks at the numbers to choose a dtype?",
        "A function whose name ends in `_like` keeps the dtype, unless you add dtype=... in its brackets.",
    ),
    solution=_of_labels("classes = torch.tensor(labels)", "weights = torch.ones_like(classes, dtype=torch.float32)", "return classes, weights"),
    reason="torch.tensor takes the dtype from the data, so the classes are int64; ones_like would take that over, so its dtype is named.",
)

HALVES = Exercise(
    id="01.6",
    title="Halves of the same shape",
    kind="write it",
    level=2,
    minutes=5,
    prompt="Write `answer(x)`. It returns a float32 tensor of the shape of `x` in which every number is 0.5, whatever dtype `x` has. Try it\n"
    "on a tensor of floats and on one of whole numbers.",
    judge=function(
        "lambda x: torch.full(x.shape, 0.5)",
        ("torch.tensor([[1, 2, 3], [4, 5, 6]])", "torch.ones(2)", "torch.tensor([[True]])", "torch.tensor(7, dtype=torch.int32)", "torch.tensor([0., -2.], dtype=torch.float64)"),
        known={
            "lambda x: torch.full_like(x, 0.5)": "For a tensor of whole numbers 0.5 becomes 0: yours takes over the dtype of x. Name the dtype.",
            "lambda x: torch.full_like(x, 0.5).float()": "For a tensor of whole numbers 0.5 became 0 before the dtype was changed. Name the dtype where "
            "the 0.5 is put in.",
            "lambda x: torch.empty(x.shape)": "The shape is right, and nobody filled it: it holds whatever lay in memory.",
            "lambda x: torch.ones_like(x) / 2": "For whole numbers yours is float32, and for an x of float64 it stays float64: a calculation keeps the kind "
            "of float that goes in. Name the dtype.",
            "lambda x: torch.full_like(x, 0.5, dtype=torch.float64)": "The numbers are right, as float64. float32 is asked for.",
            "lambda x: torch.rand(x.shape)": "Those are random numbers. Each is to be 0.5.",
            "lambda x: torch.zeros(x.shape)": "Those are zeros. Each is to be 0.5.",
            "lambda x: x.float() / 2": "Those are the halves of the numbers of x. Only its shape is asked for; each number is to be 0.5.",
            "lambda x: torch.ones(x.shape)": "Those are ones. Each is to be 0.5.",
            "lambda x: torch.full((2, 3), 0.5)": "The size is always 2 by 3. Take it from x.",
            "lambda x: torch.full((x.numel(),), 0.5)": "As many numbers as x has, in one row. The shape of x is asked for.",
        },
    ),
    right=(
        "def answer(x):\n    return torch.full(x.shape, 0.5)",
        "def answer(x):\n    return torch.full_like(x, 0.5, dtype=torch.float32)",
        "def answer(x):\n    return torch.zeros(x.size()) + 0.5",
    ),
    wrong=(
        ("def answer(x):\n    return torch.full_like(x, 0.5)", "0.5 becomes 0"),
        ("def answer(x):\n    return x.clone().fill_(0.5)", "takes over the dtype of x"),
        ("def answer(x):\n    return x.new_full(x.shape, 0.5)", "takes over the dtype of x"),
        ("def answer(x):\n    return torch.full(x.shape, 0.5, dtype=x.dtype)", "takes over the dtype of x"),
        ("def answer(x):\n    return torch.full_like(x, 0.5).float()", "before the dtype was changed"),
        ("def answer(x):\n    return torch.empty(x.shape)", "whatever lay in memory"),
        ("def answer(x):\n    return torch.full_like(x, 0.5, dtype=torch.float64)", "as float64"),
        ("def answer(x):\n    return torch.ones_like(x) / 2", "x of float64 it stays float64"),
        ("def answer(x):\n    return torch.zeros_like(x) + 0.5", "x of float64 it stays float64"),
        ("def answer(x):\n    return x / x / 2", "nan at"),
        ("def answer(x):\n    return x.float() / 2", "halves of the numbers of x"),
        ("def answer(x):\n    return torch.zeros(x.shape)", "Those are zeros"),
        ("def answer(x):\n    return torch.ones(x.shape)", "Those are ones"),
        ("def answer(x):\n    return torch.full((2, 3), 0.5)", "Take it from x"),
        ("def answer(x):\n    return torch.full((x.numel(),), 0.5)", "in one row"),
        ("def answer(x):\n    return torch.full(x.shape(), 0.5)", "not callable"),
        ("def answer(x):\n    torch.full(x.shape, 0.5)", "Is there a `return`"),
        ("torch.full((2, 3), 0.5)", "a function is asked for"),
    ),
    hints=(
        "`x.shape` can be handed to a function that makes a tensor by size.",
        "The function that fills with one number of your choice takes first the size, then the number; 0.5 makes it float32.",
    ),
    solution="def answer(x):\n    return torch.full(x.shape, 0.5)",
    reason="full takes the dtype from the number, 0.5, and the size from x. full_like takes the dtype from x, and 0.5 as a whole number is 0.",
)

EXERCISES = (ZEROS, FIVE_POINTS, DTYPE_OF_ONES_LIKE, RANDOM_ORDER, LABELS_AND_WEIGHTS, HALVES)
