"""Exercises of lesson 03: the big tables, numbers, reductions and linear algebra."""

import re
from functools import partial

from workbook.exercises.compare import difference, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written
from workbook.exercises.judges import number, tensor

_of_layer, _of_shares = partial(written, "x, w, b"), partial(written, "x")

ROW_SUMS = Exercise(
    id="03.1",
    title="One sum for each row",
    kind="write it",
    level=1,
    minutes=2,
    prompt="`m` is the tensor of the cell above: `[[1., 2.], [3., 4.]]`. Give the sums of its rows as a vector of two numbers.",
    judge=tensor(
        [3.0, 7.0],
        known={
            "m.sum(0)": "These are the sums of the columns. dim names the axis that goes: dim 0 runs down a column, dim 1 along a row.",
            "m.sum()": "This is the sum of all four numbers. Without dim, every axis goes.",
            "m.mean(1)": "These are the means of the rows. Their sums are asked for.",
            "m.sum(1, keepdim=True)": "The numbers are right, but keepdim left the summed axis there, with length 1. A vector has one axis.",
            "m.cumsum(0)": "cumsum keeps every partial sum, here down the columns. One sum for each row is asked for.",
            "m.max(1).values": "This is the largest number of each row. The sum of each row is asked for.",
            "m.cumsum(1)": "cumsum keeps every partial sum; only the last one of each row is asked for.",
        },
    ),
    right=("m.sum(1)", "m.sum(dim=-1)", "torch.sum(m, dim=1)", "m @ torch.ones(2)"),
    wrong=(
        ("m.sum(0)", "the sums of the columns"),
        ("m.sum()", "every axis goes"),
        ("m.mean(1)", "the means of the rows"),
        ("m.sum(1, keepdim=True)", "left the summed axis there"),
        ("m.cumsum(0)", "down the columns"),
        ("m.max(1).values", "the largest number of each row"),
        ("m.cumsum(1)", "only the last one of each row"),
        ("m.sum(1).long()", "another dtype"),
        ("[3, 7]", "a tensor is asked for"),
    ),
    hints=(
        "In `m.sum(dim=0)`, axis 0 goes: the rows are added to each other. Which axis has to go here?",
        "The axis that runs along a row is dim 1. It can also be counted from the end: dim -1.",
    ),
    solution="m.sum(dim=1)",
    reason="dim names the axis that goes. Axis 1 runs along a row, so each row collapses into one number.",
    setup="m = torch.tensor([[1., 2.], [3., 4.]])",
)


HALVES = Exercise(
    id="03.2",
    title="Three halves",
    kind="predict",
    level=1,
    minutes=2,
    prompt="What does `torch.round(torch.tensor([0.5, 1.5, 2.5]))` give? Answer with a list of three numbers, such as `[7, 8, 9]`, before you\n"
    "run the cell that prints it.",
    judge=tensor(
        [0.0, 2.0, 2.0],
        lists=True,
        known={
            "torch.tensor([1., 2., 3.])": "This is the rule of school, halves go up. Then sums of many rounded numbers come out too large. PyTorch keeps a balance: "
            "to which kind of number could a half go, so that half of them go down?",
            "torch.tensor([0., 1., 2.])": "This cuts off what stands behind the point: it is trunc, or floor. round looks for the nearest whole number.",
            "torch.tensor([1., 2., 2.])": "0.5 lies between 0 and 1. One of the two is even.",
            "torch.tensor([0., 2., 3.])": "2.5 lies between 2 and 3. One of the two is even.",
            "torch.tensor([1., 1., 3.])": "This is the opposite: a half does not go to the odd neighbour.",
            "torch.tensor([0., 1., 3.])": "0.5 is right. 1.5 lies between 1 and 2, and 2.5 between 2 and 3: which neighbour is like the 0?",
        },
    ),
    right=("[0, 2, 2]", "[0., 2., 2.]", "torch.round(torch.tensor([0.5, 1.5, 2.5])).tolist()"),
    wrong=(
        ("[1, 2, 3]", "the rule of school"),
        ("[0, 1, 2]", "it is trunc, or floor"),
        ("[1, 2, 2]", "between 0 and 1"),
        ("[0, 2, 3]", "between 2 and 3"),
        ("[1, 1, 3]", "odd neighbour"),
        ("[0, 1, 3]", "which neighbour is like the 0"),
        ("[0, 2]", "the number of entries asked for"),
        ("'[0, 2, 2]'", "is text"),
    ),
    hints=(
        "All three lie exactly between two whole numbers. If halves always went up, rounding would add something on average.",
        "Of the two neighbours, round takes the even one.",
    ),
    solution="[0, 2, 2]",
    reason="A half goes to the even neighbour: 0.5 to 0, 1.5 to 2, 2.5 to 2. Half of all halves go up and half go down, so a sum does not drift.",
)


REST = Exercise(
    id="03.3",
    title="What a division leaves",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="Divide -7 by 3, as Python's `%` does. What is left? Let one of the two functions compute it, `torch.fmod` or\n"
    "`torch.remainder`, and answer with its result: `torch.____(torch.tensor(-7), 3)`.",
    judge=number(
        2,
        known={
            -1: "-1 is fmod: it has the sign of -7, of the number that is divided. Python's % has the sign of the 3.",
            "-7 / 3": "This is the quotient itself. What is left is asked for.",
            -3: "-3 is -7 // 3, the quotient rounded down. How much is missing from -3 * 3 to -7?",
            -2: "-2 is the quotient cut towards 0. What is left is asked for.",
            1: "1 is what 7 leaves, or the size of what fmod gives. With -7, Python's % gives another number.",
        },
    ),
    right=("2", "torch.remainder(torch.tensor(-7), 3)", "-7 % 3", "torch.tensor(-7) % 3"),
    wrong=(
        ("torch.fmod(torch.tensor(-7), 3)", "-1 is fmod"),
        ("-7 / 3", "the quotient itself"),
        ("-7 // 3", "the quotient rounded down"),
        ("torch.div(torch.tensor(-7), 3, rounding_mode='trunc')", "cut towards 0"),
        ("7 % 3", "1 is what 7 leaves"),
        ("torch.remainder", "Call it"),
    ),
    hints=(
        "Both are right in their own way: q * 3 + rest is -7 for each. They differ in how q is rounded, and so in the sign of the rest.",
        "Python rounds q down, to -3. How far is it from -9 up to -7? The function with that rule is named after the rest.",
    ),
    solution="torch.remainder(torch.tensor(-7), 3)",
    reason="remainder has the sign of the divisor, as Python's %: -7 = -3 * 3 + 2. fmod cuts the quotient towards 0: -7 = -2 * 3 - 1.",
)


SPREAD_WITH_N = Exercise(
    id="03.4",
    title="The spread, divided by n",
    kind="fill in",
    level=2,
    minutes=3,
    prompt="`torch.tensor([1., 2., 3., 4.]).std()` is 1.2910. NumPy's `std` of the same numbers is another number: it divides the sum of squares\n"
    "by n, not by n - 1. Give NumPy's number, computed by torch: fill in `torch.tensor([1., 2., 3., 4.]).std(____)`.",
    judge=number(
        1.118033988749895,
        tol=1e-5,
        known={
            "torch.tensor([1., 2., 3., 4.]).std()": "This is PyTorch's own choice: the sum of squares, 5, divided by n - 1 = 3. Take "
            "nothing away from n. If you wrote std(0): the first argument is dim, the axis that goes, so the 0 was not read as what is taken away.",
            "torch.tensor([1., 2., 3., 4.]).std(correction=-1)": "1 is what correction=-1 gives: the sum of squares, divided by 5. correction is "
            "what is taken away from n. It is the mean distance from the mean, too: distances are to be squared before their mean is taken, and the root comes after it.",
            "1.25": "1.25 is the variance, 5 / 4. The standard deviation is its square root.",
            "5 / 3": "This is the variance with n - 1. The standard deviation with n is asked for.",
            "torch.tensor([1., 2., 3., 4.]).mean()": "2.5 is the mean, from which the distances are measured.",
            "torch.tensor([1., 2., 3., 4.]).std(correction=2)": "correction is what is taken away from n. You took 2 away.",
            "5 ** 0.5": "This is the root of the sum of squares, 5, itself. It is to be divided by n first.",
        },
    ),
    right=(
        "torch.tensor([1., 2., 3., 4.]).std(correction=0)",
        "torch.tensor([1., 2., 3., 4.]).var(unbiased=False).sqrt()",
        "1.25 ** 0.5",
    ),
    wrong=(
        ("torch.tensor([1., 2., 3., 4.]).std()", "PyTorch's own choice"),
        ("torch.tensor([1., 2., 3., 4.]).std(correction=1)", "PyTorch's own choice"),
        ("torch.tensor([1., 2., 3., 4.]).var(correction=0)", "1.25 is the variance"),
        ("torch.tensor([1., 2., 3., 4.]).var()", "the variance with n - 1"),
        ("torch.tensor([1., 2., 3., 4.]).mean()", "from which the distances"),
        ("torch.tensor([1., 2., 3., 4.]).std(correction=2)", "You took 2 away"),
        ("1.12", "not exact enough"),
        ("5 ** 0.5", "divided by n first"),
        ("torch.tensor([1., 2., 3., 4.]).std(correction=3)", "divided by n first"),
        ("torch.tensor([1., 2., 3., 4.]).std(0)", "the first argument is dim"),
        ("torch.tensor([1., 2., 3., 4.]).std(correction=-1)", "divided by 5"),
        ("(torch.tensor([1., 2., 3., 4.]) - 2.5).abs().mean()", "the mean distance from the mean"),
    ),
    hints=(
        "The number that is taken away from n is an argument of `std`. It is called `correction` (NumPy's name "
        "for it, `ddof`, is not known here), and is 1 where you say nothing.",
        "`correction=0` takes nothing away.",
    ),
    solution="torch.tensor([1., 2., 3., 4.]).std(correction=0)",
    reason="The squared distances from the mean 2.5 add up to 5. Divided by n = 4 and under the root: 1.1180. PyTorch divides by n - 1 where you say "
    "nothing, which is right when the four numbers are a sample of many.",
)


def _tensor(torch, shape, scale=1.0):
    """Return a tensor of this shape whose numbers all differ."""
    count = 1
    for length in shape:
        count *= length
    return (torch.arange(count) * scale + 1).view(shape)


def _paired(problem, items, ins, outs):
    """Return what it means that two shapes were paired place by place and do not fit; they stand in the error's drawing."""
    shapes = [tuple(map(int, re.findall(r"\d+", shape))) for shape in re.findall(r"^ *[ab]: +\[(.*)\]$", str(problem), flags=re.M)]
    for pair, message in (
        ([(items, ins), (outs, ins)], "* pairs numbers at the same place. Rows that meet columns need another sign."),
        ([(outs, items), (outs,)], "w @ x.t() has a row for each neuron. A row for each item is asked for: x stands on the left."),
        ([(items, outs), (outs, 1)], "The product is right, but b as a column goes down the items. As it is, b lies along the neurons, and is added to every row."),
        ([(items, ins), (outs,)], "What b was added to has the shape of x. b has an entry for each neuron: first the product, then b. If you summed: along ins."),
        ([(items,), (outs,)], "A sum too many: @ has added up already, over ins. What is left has a number for each item and each neuron."),
    ):
        if sorted(shapes) == sorted(pair):
            return message
    return "These two were paired place by place, by a *, + or -. Print both shapes: which one is not what you meant?"


def _layer(answer, names):
    """Judge a function that gives every item of a batch to every neuron of a layer."""
    torch = names["torch"]
    for items, ins, outs in ((2, 3, 4), (3, 2, 2), (1, 4, 1)):
        x, w, b = _tensor(torch, (items, ins)), _tensor(torch, (outs, ins), 0.5), _tensor(torch, (outs,), 10.0)
        shapes = f"x of shape ({items}, {ins}), w of shape ({outs}, {ins}) and b of shape ({outs},)"
        raised, given = [], (x.clone(), w.clone(), b.clone())
        got, problem = called(_noting(answer, raised), *given, case=shapes + ":")
        if problem:
            if "cannot be multiplied" in problem:
                return problem + ". The last length of the left one has to meet the first length of the right one. Which of the two must be turned?"
            return f"{problem}. {_paired(raised[0], items, ins, outs)}" if "non-singleton" in problem else problem
        if not is_tensor(got):
            return "Your function returns no tensor."
        for name, each, before in zip("xwb", given, (x, w, b)):
            if difference(each, before):
                return f"Your function changes {name} itself: a name that ends in _, or +=, writes into what it was given. The caller still needs it."
        right = x @ w.t() + b
        if not difference(got, right):
            continue
        for wrong, message in (
            (x @ w.t(), "The products are right, and b is missing: it is added to every row."),
            (w @ x.t(), "This has a row for each neuron. A row for each item is asked for: x stands on the left."),
            (right.t(), "The numbers are right, in a row for each neuron. A row for each item is asked for: turn the result, or put x on the left."),
            (x @ w.reshape(ins, outs) + b, "The shape fits and the numbers are scrambled: view and reshape do not turn a matrix, they read its numbers in "
             "the same order. Turning is t()."),
            (x @ w.t() * b, "b is added, not multiplied."),
            (x @ w.t() - b, "b is added, not taken away."),
            (x @ w.t() + b.sum(), "Each neuron has its own entry of b."),
            (x @ w.t() + b[0], "Every neuron got the first entry of b. Each has its own."),
        ):
            if not difference(got, wrong):
                return message
        return f"Called with {shapes}: the result {difference(got, right)}."
    return None


def _noting(answer, raised):
    """Return the function, such that the error it raises is kept in a list."""
    if not callable(answer):
        return answer

    def noted(*given):
        try:
            return answer(*given)
        except RuntimeError as error:
            raised.append(error)
            raise

    return noted


LAYER = Exercise(
    id="03.5",
    title="Who multiplies with whom",
    kind="write it",
    level=2,
    minutes=5,
    prompt="A layer of a network has `outs` neurons. `x` is a batch, of shape `(items, ins)`: a row for each item. `w` has the shape `(outs, ins)`:\n"
    "a row of weights for each neuron. `b` has the shape `(outs,)`. Write a function that returns, for every item, the sum of\n"
    "weight times number for each neuron, plus the neuron's entry of `b`: a tensor of shape `(items, outs)`.\n\n"
    "```python\ndef answer(x, w, b):\n    return ...\n```",
    judge=_layer,
    right=(
        "lambda x, w, b: x @ w.t() + b",
        _of_layer("return torch.addmm(b, x, w.T)"),
        _of_layer("return (w @ x.t()).t() + b"),
        _of_layer("return (x[:, None, :] * w).sum(dim=2) + b"),
    ),
    wrong=(
        (_of_layer("return x @ w + b"), "Which of the two must be turned?"),
        (_of_layer("return x * w + b"), "pairs numbers at the same place"),
        (_of_layer("return w @ x.t() + b"), "x stands on the left"),
        (_of_layer("return x @ w.t() + b[:, None]"), "goes down the items"),
        (_of_layer("return (x + b) @ w.t()"), "first the product, then b"),
        (_of_layer("return (x @ w.t()).sum(1) + b"), "A sum too many"),
        (_of_layer("return (x[:, None, :] * w).sum(dim=1) + b"), "has the shape of x"),
        (_of_layer("return (x + w.t()[:, :2]) @ w + b"), "which one is not what you meant"),
        (_of_layer("return w @ x.t() + b[:, None]"), "turn the result"),
        (_of_layer("return x @ w.t() + b[0]"), "the first entry of b"),
        (_of_layer("w.t_()", "return x @ w + b"), "changes w itself"),
        (_of_layer("b += 1", "return x @ w.t() + b - 1"), "changes b itself"),
        (_of_layer("return x @ w.reshape(w.shape[1], w.shape[0]) + b"), "numbers are scrambled"),
        (_of_layer("return x @ w.t()"), "b is missing"),
        (_of_layer("return w @ x.t()"), "A row for each item is asked for"),
        (_of_layer("return x @ w.t() * b"), "not multiplied"),
        (_of_layer("return x @ w.t() - b"), "not taken away"),
        (_of_layer("return x @ w.t() + b.sum()"), "its own entry"),
        (_of_layer("y = x @ w.t() + b"), "Is there a `return`?"),
        ("torch.ones(2, 4)", "itself and not its result"),
    ),
    hints=(
        "Write the shapes under each other: `(items, ins)` and `(outs, ins)`. In a product, the two lengths that meet must be equal.",
        "`w.t()` has the shape `(ins, outs)`. The rest is one product and one sum; b is added to every row.",
    ),
    solution=_of_layer("return x @ w.t() + b"),
    reason="(items, ins) @ (ins, outs) gives (items, outs): entry [i, j] is row i of x times row j of w. b broadcasts over the rows. This is what "
    "nn.Linear computes (lesson 08).",
)


def _shares(answer, names):
    """Judge a function that divides every number of a matrix by the sum of its row."""
    torch = names["torch"]
    for rows in ([[1.0, 3.0], [2.0, 8.0]], [[1.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [[4, 1]], [[2.0], [5.0]], [[-1.0, 4.0, 1.0]]):
        x = torch.tensor(rows)
        case = f"torch.tensor({rows})"
        got, problem = called(answer, x, case=case)
        if problem:
            return problem + (" The row sums lie along the wrong axis." if "non-singleton" in problem else "")
        if not is_tensor(got):
            return "Your function returns no tensor."
        if x.tolist() != rows:
            return "Your function writes into x. The caller still needs it."
        right = x / x.sum(dim=1, keepdim=True)
        if not difference(got, right):
            continue
        for wrong, message in (
            (x / x.sum(dim=1) if len(rows) == len(rows[0]) else None, f"Called with {case}, row 0 of the result adds up to {sum(got[0].tolist()):.4g}: "
             "the sums lie side by side in one row, and shapes are aligned at their ends, so sum 0 divided column 0. Each sum has to stand beside its row."
             if is_tensor(got) and got.dim() == 2 else ""),
            (x / x.sum(dim=0, keepdim=True), "Now each column adds up to 1. In a row, dim 1 is the axis that goes."),
            (x / x.sum(), "Now all numbers together add up to 1. Each row should, by itself."),
            (x / x.float().mean(dim=1) if len(rows) == len(rows[0]) else None, "This divides by means, not by sums. And each has to stand beside its row."),
            (x / x.sum(dim=0)[:, None] if len(rows) == len(rows[0]) else None, "Those are the sums of the columns, and they divided the rows. In a row, dim 1 is the "
             "axis that goes."),
            (x / x.abs().sum(dim=1, keepdim=True), "Before the numbers were added up, the signs were left out. The sum of a row is taken with them."),
            (right.t(), "The shares are right, and rows became columns. Turn the result back."),
            (x / x.float().mean(dim=1, keepdim=True), "This divides by the mean of each row: now each row adds up to the number of its columns."),
            (x.sum(dim=1, keepdim=True) / x, "Upside down: the sum was divided by the numbers."),
            (x.sum(dim=1) / x if len(rows) == len(rows[0]) else None, "Upside down: the sums were divided by the numbers. And each sum has to stand beside its row."),
            (torch.softmax(x.float(), dim=1), "softmax makes positive shares, too, but of exp(x), not of x."),
            (x / x.max(dim=1, keepdim=True).values if x.is_floating_point() else None, "This divides by the largest number of each row, not by the row's sum."),
        ):
            if wrong is not None and not difference(got, wrong):
                return message
        return f"Called with {case} the result {difference(got, right)}."
    return None


SHARES = Exercise(
    id="03.6",
    title="Rows that add up to 1",
    kind="fix the bug",
    level=3,
    minutes=6,
    prompt="This function should divide every number of a matrix by the sum of its row, so that each row adds up to 1. For a matrix of 2 rows and\n"
    "3 columns it raises an error. For one of 2 rows and 2 columns it raises none, and is wrong. Replace `answer = ...` by\n"
    "the repaired function, and look at `answer(m)` before you check.\n\n"
    "```python\n" + _of_shares("total = x.sum(dim=1)", "return x / total") + "\n```",
    judge=_shares,
    right=(
        _of_shares("total = x.sum(dim=1, keepdim=True)", "return x / total"),
        _of_shares("return x / x.sum(dim=1)[:, None]"),
        _of_shares("return (x.t() / x.sum(dim=1)).t()"),
        "lambda x: x / x.sum(-1).unsqueeze(-1)",
    ),
    wrong=(
        (_of_shares("total = x.sum(dim=1)", "return x / total"), "so sum 0 divided column 0"),
        (_of_shares("total = x.sum(dim=0)", "return x / total"), "each column adds up to 1"),
        (_of_shares("total = x.sum()", "return x / total"), "all numbers together"),
        (_of_shares("return torch.softmax(x.float(), dim=1)"), "but of exp(x)"),
        (_of_shares("return x / x.max(dim=1, keepdim=True).values"), "the largest number of each row"),
        (_of_shares("total = x.sum(dim=1, keepdim=True)", "x / total"), "Is there a `return`?"),
        (_of_shares("x /= x.sum(dim=1, keepdim=True)", "return x"), "writes into x"),
        (_of_shares("return torch.nn.functional.normalize(x.float(), p=1, dim=1)"), "the signs were left out"),
        (_of_shares("return x / x.abs().sum(dim=1, keepdim=True)"), "the signs were left out"),
        (_of_shares("return x.abs() / x.abs().sum(dim=1, keepdim=True)"), "not the number asked for there"),
        (_of_shares("x = x.clamp(min=0)", "return x / x.sum(dim=1, keepdim=True)"), "not the number asked for there"),
        (_of_shares("return (x / x.sum(dim=1, keepdim=True)).t()"), "Turn the result back"),
        (_of_shares("return x.t() / x.sum(dim=1)"), "Turn the result back"),
        (_of_shares("return x / x.float().mean(dim=1, keepdim=True)"), "the mean of each row"),
        (_of_shares("return x / x.float().mean(dim=1)"), "by means, not by sums"),
        (_of_shares("return (x.t() / x.sum(dim=0)).t()"), "the sums of the columns, and they divided the rows"),
        (_of_shares("return x / x.sum(dim=1, keepdim=True).t()"), "so sum 0 divided column 0"),
        (_of_shares("total = x.sum(dim=1, keepdim=True)", "return total / x"), "Upside down"),
        (_of_shares("total = x.sum(dim=1)", "return total / x"), "each sum has to stand beside its row"),
        ("torch.tensor([[0.25, 0.75], [0.2, 0.8]])", "itself and not its result"),
    ),
    hints=(
        "Print `x.sum(dim=1).shape`. Shapes are aligned at their ends: with which axis of `x` does that one axis line up?",
        "The sums should have the shape `(rows, 1)`, so that each stands beside its row. There is an argument of `sum` for that.",
    ),
    solution=_of_shares("total = x.sum(dim=1, keepdim=True)", "return x / total"),
    reason="keepdim leaves the summed axis there with length 1, so (2, 3) / (2, 1) divides each row by its own sum. Without it, the sums of shape (2,) line up "
    "with the columns.",
)

EXERCISES = (ROW_SUMS, HALVES, REST, SPREAD_WITH_N, LAYER, SHARES)
