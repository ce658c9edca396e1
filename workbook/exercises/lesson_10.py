"""Exercises of lesson 10: the loss, one number to blame."""

import math
from functools import partial

from workbook.exercises.compare import as_number, as_text, describe, dtype_name, entries, is_tensor
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import recorded, uses, written
from workbook.exercises.judges import function, number

MEAN_OF_SQUARES = Exercise(
    id="10.1",
    title="Two predictions, one loss",
    kind="predict",
    level=1,
    minutes=3,
    prompt="The predictions are `[1, 2]`, the targets `[3, 2]`. What is the mean squared error?",
    judge=number(
        2,
        known={
            4: "4 is the sum of the squares. The mean divides it by the number of pairs.",
            1: "1 is the mean of the distances, |1 − 3| and |2 − 2|. Here each distance is squared first.",
            1.5: "1.5 is the mean over all four combinations: each prediction met both targets. Only the pairs count.",
            math.sqrt(2): "That is the root of it. The mean squared error has no root.",
            0: "0 would mean that every prediction is right. The first one is off by 2.",
            -2: "A square is never below 0, and neither is a mean of squares.",
            -1: "That is the mean of the differences: distances of different sign would cancel. They are squared first.",
        },
    ),
    right=("2", "((1 - 3) ** 2 + (2 - 2) ** 2) / 2", "torch.nn.functional.mse_loss(torch.tensor([1., 2.]), torch.tensor([3., 2.]))"),
    wrong=(
        ("4", "the sum of the squares"),
        ("1", "the mean of the distances"),
        ("((torch.tensor([[1.], [2.]]) - torch.tensor([3., 2.])) ** 2).mean()", "all four combinations"),
        ("2 ** 0.5", "the root of it"),
        ("0", "off by 2"),
        ("-2", "never below 0"),
        ("-1", "would cancel"),
        ("3", "is not it"),
        ("(torch.tensor([1., 2.]) - torch.tensor([3., 2.])) ** 2", "one number is asked for"),
        ("'2'", "without quotation marks"),
    ),
    hints=("Subtract pair by pair, and square each difference.", "The squares are 4 and 0. Take their mean."),
    solution="((1 - 3) ** 2 + (2 - 2) ** 2) / 2",
    reason="The first pair misses by 2, the second by nothing: the squares 4 and 0 have the mean 2.",
)


def _bird(answer, names):
    """Judge the target of one picture whose class is 2."""
    torch = names["torch"]
    if as_text(answer) is not None:
        return "The loss knows no names of classes. Give the number of the class, in a tensor."
    if not is_tensor(answer):
        kind = describe(answer)
        more = " Put it into a tensor of one number." if as_number(answer) is not None else " Put it into torch.tensor(...)." if type(answer) is list else ""
        return f"The answer is {kind}; a tensor is asked for.{more}"
    shape = tuple(answer.shape)
    if shape[-1:] == (10,):
        return "That has a place for each of the ten classes, one-hot. A target of class indices holds the number of the right class alone."
    if shape == (1, 1):
        return "This has two axes. The loss expects one class for each picture of the batch: shape (1,), one pair of brackets less."
    if shape == ():
        return "This is one number without axes. A batch of one has one axis of length 1: write it in brackets."
    if shape != (1,):
        return f"This has shape {shape}. A batch of one picture has one class, so the shape is (1,)."
    if answer.dtype not in (torch.int64, torch.uint8):  # what cross_entropy takes: Long and Byte
        how = "the loss takes them as int64, the dtype that torch.tensor gives whole numbers by itself" if answer.dtype in (torch.int8, torch.int16, torch.int32) else (
            "write the number of the class, without a decimal point")
        return f"The dtype is {dtype_name(answer)}. Class indices are whole numbers: {how}."
    found = entries(answer)[0]
    if found == 3:
        return "3 is the fourth class: counting begins at 0, and bird is the third."
    if found != 2:
        return f"{found} is another class. Count from 0 to bird."
    return None


CLASS_INDEX = Exercise(
    id="10.2",
    title="The target of a bird",
    kind="write it",
    level=1,
    minutes=3,
    prompt="The ten classes are airplane, car, bird, cat, deer, dog, frog, horse, ship, truck. A batch holds one picture, of a bird. Give the `target` tensor,\n"
    "as a class index, for "
    "`F.cross_entropy(scores, target)`, where `scores` has shape `(1, 10)`.",
    judge=_bird,
    right=("torch.tensor([2])", "torch.LongTensor([2])", "torch.tensor([2], dtype=torch.int64)", "torch.full((1,), 2)", "torch.tensor([2], dtype=torch.uint8)"),
    wrong=(
        ("torch.tensor([2.])", "without a decimal point"),
        ("torch.tensor([2], dtype=torch.int32)", "takes them as int64"),
        ("torch.tensor([[2]])", "one pair of brackets less"),
        ("torch.tensor(2)", "A batch of one has one axis"),
        ("torch.nn.functional.one_hot(torch.tensor([2]), 10)", "one-hot"),
        ("torch.tensor([3])", "counting begins at 0"),
        ("torch.tensor([0])", "another class"),
        ("torch.tensor([2, 2])", "has one class"),
        ("2", "Put it into a tensor"),
        ("[2]", "Put it into torch.tensor"),
        ("'bird'", "knows no names of classes"),
    ),
    hints=("Classes are counted from 0. How many pictures are in the batch, so how many numbers does the target hold?",
           "A tensor of one whole number: torch.tensor([...]) with the number of the class in it."),
    solution="torch.tensor([2])",
    reason="One picture, one whole number: the place of its class, counted from 0. The loss looks that place up in the row of scores.",
)

CROSS_ENTROPY = Exercise(
    id="10.3",
    title="Cross-entropy of three scores",
    kind="write it",
    level=2,
    minutes=5,
    prompt="The scores of one picture are `[2., 0., 0.]`, and class 0 is right. What is the cross-entropy? Compute it in the way you like; four digits are enough.",
    judge=number(
        "-torch.tensor([2., 0., 0.]).log_softmax(0)[0]",
        tol=3e-4,
        known={
            "-torch.tensor([2., 0., 0.]).softmax(0).log_softmax(0)[0]": "0.6234 is what comes out where softmax is applied twice. cross_entropy takes the scores as they are.",
            "torch.tensor([2., 0., 0.]).softmax(0)[0]": "0.7870 is the probability of class 0. The loss is −log of it.",
            "-torch.tensor([2., 0., 0.]).softmax(0)[0]": "That is minus the probability, without the logarithm.",
            "-torch.tensor([2., 0., 0.]).log_softmax(0)[1]": "2.2395 is the loss if class 1 or 2 were right. Class 0 is.",
            "-torch.tensor([2., 0., 0.]).log_softmax(0).mean()": "That is the mean over all three classes. Only the right class counts.",
            "-torch.tensor([2., 0., 0.]).log_softmax(0).sum()": "That is the sum over all three classes. Only the right class counts.",
            "torch.tensor([2., 0., 0.]).log_softmax(0)[0]": "The logarithm of a probability is below 0. The loss is minus that.",
            math.log(3): "1.0986 is log(3), the loss of equal scores: guessing evenly.",
            -math.log(0.7870) / math.log(2): "That is the logarithm to the base 2. The loss takes the natural one.",
        },
    ),
    right=("torch.nn.functional.cross_entropy(torch.tensor([[2., 0., 0.]]), torch.tensor([0]))", "-torch.tensor([[2., 0., 0.]]).log_softmax(1)[0, 0]",
           "0.2395", "import math\nanswer = -math.log(math.exp(2) / (math.exp(2) + 2))"),
    wrong=(
        ("torch.nn.functional.cross_entropy(torch.tensor([[2., 0., 0.]]).softmax(1), torch.tensor([0]))", "softmax is applied twice"),
        ("torch.tensor([2., 0., 0.]).softmax(0)[0]", "the probability of class 0"),
        ("-torch.tensor([2., 0., 0.]).softmax(0)[0]", "without the logarithm"),
        ("torch.nn.functional.cross_entropy(torch.tensor([[2., 0., 0.]]), torch.tensor([1]))", "if class 1 or 2 were right"),
        ("-torch.tensor([2., 0., 0.]).log_softmax(0).mean()", "the mean over all three"),
        ("-torch.tensor([2., 0., 0.]).log_softmax(0).sum()", "the sum over all three"),
        ("torch.tensor([2., 0., 0.]).log_softmax(0)[0]", "The loss is minus that"),
        ("1.0986", "guessing evenly"),
        ("import math\nanswer = -math.log2(math.exp(2) / (math.exp(2) + 2))", "base 2"),
        ("2", "is not it"),
        ("torch.tensor([2., 0., 0.]).softmax(0)", "one number is asked for"),
        ("0.24", "not exact enough"),
    ),
    hints=("The probability of class 0 is exp(2) / (exp(2) + exp(0) + exp(0)). The loss is −log of it.",
           "Or let F.cross_entropy compute it: a row of scores of shape (1, 3), and the class in a tensor of shape (1,)."),
    solution="torch.nn.functional.cross_entropy(torch.tensor([[2., 0., 0.]]), torch.tensor([0]))",
    reason="exp(2) / (exp(2) + 2) is 0.7870, and −log of that 0.2395. The scores go in as they are: softmax is part of the loss.",
)

_pairs = partial(written, "prediction, y")

EQUAL_SHAPES = Exercise(
    id="10.4",
    title="Shapes that only seem to fit",
    kind="fix the bug",
    level=2,
    minutes=5,
    prompt="`prediction` comes from a network and has shape `(N, 1)`; `y` has shape `(N,)`. This function should return the mean squared error of the N pairs. It warns, and what it\n"
    "returns is another number. Replace `answer = ...` by a function that is right, for every N.\n\n"
    "```python\n" + _pairs("return torch.nn.functional.mse_loss(prediction, y)") + "\n```",
    judge=function(
        _pairs("return ((prediction[:, 0] - y) ** 2).mean()"),
        ("torch.tensor([[1.], [2.], [4.]]), torch.tensor([3., 2., -1.])", "torch.tensor([[0.5]]), torch.tensor([2.])",
         "torch.tensor([[0.], [1.], [2.], [3.]]), torch.tensor([0., 1., 2., 5.])"),
        learns=True,
        known={
            _pairs("return ((prediction - y) ** 2).mean()"): "That is still the mean over all N · N combinations. Each prediction belongs to one target.",
            _pairs("return ((prediction[:, 0] - y) ** 2).sum()"): "That is the sum of the squares. The mean is asked for.",
            _pairs("return (prediction[:, 0] - y).abs().mean()"): "That is the mean of the distances. They are squared first.",
            _pairs("return (prediction.mean() - y.mean()) ** 2"): "Means are compared with means, and the pairs are lost. Bring the two tensors to one shape first.",
            _pairs("return ((prediction[:, 0] - y) ** 2)"): "One number is asked for: the mean of the squares.",
        },
    ),
    right=(
        _pairs("return torch.nn.functional.mse_loss(prediction.squeeze(1), y)"),
        _pairs("return torch.nn.functional.mse_loss(prediction, y[:, None])"),
        _pairs("return torch.nn.functional.mse_loss(prediction.view(-1), y)"),
        _pairs("return torch.nn.functional.mse_loss(prediction, y.view_as(prediction))"),
        _pairs("return ((prediction.flatten() - y) ** 2).mean()"),
    ),
    wrong=(
        (_pairs("return torch.nn.functional.mse_loss(prediction, y)"), "all N · N combinations"),
        (_pairs("return ((prediction - y) ** 2).mean()"), "all N · N combinations"),
        (_pairs("return torch.nn.functional.mse_loss(prediction.squeeze(1), y, reduction='sum')"), "the sum of the squares"),
        (_pairs("return torch.nn.functional.l1_loss(prediction.squeeze(1), y)"), "the mean of the distances"),
        (_pairs("return torch.nn.functional.mse_loss(prediction.mean(), y.mean())"), "the pairs are lost"),
        (_pairs("return torch.nn.functional.mse_loss(prediction.squeeze(1), y, reduction='none')"), "One number is asked for: the mean"),
        (_pairs("torch.nn.functional.mse_loss(prediction.squeeze(1), y)"), "Is there a `return`?"),
        (_pairs("return ((prediction[:, 0] - y) ** 2).mean().item()"), "a tensor is asked for"),
        (_pairs("return ((prediction[:, 0] - y) ** 2).mean().detach()"), "cut from the graph"),
        (_pairs("return torch.tensor(((prediction[:, 0] - y) ** 2).mean().item())"), "cut from the graph"),
        (_pairs("return torch.nn.functional.mse_loss(prediction.data[:, 0], y)"), "cut from the graph"),
        (_pairs("with torch.no_grad():", "    return torch.nn.functional.mse_loss(prediction[:, 0], y)"), "cut from the graph"),
        (_pairs("return torch.nn.functional.mse_loss(prediction.view(3), y)"), "is invalid for input of size 1"),
        (_pairs("prediction.squeeze_(1)", "return torch.nn.functional.mse_loss(prediction, y)"), "changes what it is given"),
        (_pairs("return torch.nn.functional.mse_loss(prediction[0], y)"), "the result"),
        ("torch.tensor(2.)", "a function is asked for"),
    ),
    hints=("Print the shape of `prediction - y`. How many numbers is the mean taken over?",
           "Take the axis of length 1 away, prediction.squeeze(1), or give y one, y[:, None]."),
    solution=_pairs("return torch.nn.functional.mse_loss(prediction.squeeze(1), y)"),
    reason="Shapes (N, 1) and (N,) are stretched to (N, N). Where both have one shape, each prediction meets its own target alone.",
)

CALLS = {
    "A": "A raises: a one-hot target of whole numbers has the shape of probabilities, and those are floating. Give the class indices.",
    "B": "B raises: class indices are whole numbers, and y.float() holds none.",
    "C": "C raises: with three scores the classes are 0, 1 and 2, and y + 1 holds a 3.",
    "D": "D raises nothing, but the shapes (3, 1) and (3,) are stretched to (3, 3): nine squares instead of three. There is only a warning.",
    "E": "E raises nothing, but softmax is applied twice: once here, once inside the loss. It learns, slowly, and never gets below 0.5514.",
    "F": "F raises: one column of classes is not one class for each row. Take the axis away.",
    "G": "G is right: it is what cross_entropy does, in two steps.",
}


def _silent(answer, names):
    """Judge the letters of the calls that are wrong and raise no error, in any order."""
    given = as_text(answer)
    if given is None:
        return f"The answer is {describe(answer)}; write the letters between quotation marks, as in 'AC'."
    letters = [letter for letter in given.upper() if letter not in " ,"]
    if not letters or len(set(letters)) != len(letters) or not set(letters) <= set(CALLS):
        return "Write letters out of A, B, C, D, E, F, G, each once, and nothing else, as in 'AC'."
    return next((CALLS[letter] for letter in CALLS if (letter in letters) != (letter in "DE")), None)


SILENT_MISTAKES = Exercise(
    id="10.5",
    title="Wrong, and no error",
    kind="predict",
    level=3,
    minutes=6,
    prompt="`z` has shape `(3, 3)`: three scores for each of three pictures. `y = torch.tensor([0, 1, 2])` are their classes. `p` has shape `(3, 1)`, `t` shape `(3,)`.\n\n"
    "| | call |\n|---|---|\n"
    "| **A** | `F.cross_entropy(z, F.one_hot(y, 3))` |\n"
    "| **B** | `F.cross_entropy(z, y.float())` |\n"
    "| **C** | `F.cross_entropy(z, y + 1)` |\n"
    "| **D** | `F.mse_loss(p, t)` |\n"
    "| **E** | `F.cross_entropy(z.softmax(1), y)` |\n"
    "| **F** | `F.cross_entropy(z, y[:, None])` |\n"
    "| **G** | `F.nll_loss(z.log_softmax(1), y)` |\n\n"
    "Which of these are **wrong and raise no error**? Answer with their letters, such as `'AC'`.",
    judge=_silent,
    right=("'DE'", "'ED'", "'de'", "'ed'"),
    wrong=(
        ("'D'", "E raises nothing, but softmax"),
        ("'E'", "D raises nothing, but the shapes"),
        ("'ADE'", "A raises"),
        ("'BDE'", "B raises"),
        ("'CDE'", "C raises"),
        ("'DEF'", "F raises"),
        ("'DEG'", "G is right"),
        ("'ABCF'", "A raises"),
        ("'DEE'", "each once"),
        ("'DX'", "out of A, B, C"),
        ("''", "out of A, B, C"),
        ("['D', 'E']", "between quotation marks"),
        ("2", "between quotation marks"),
    ),
    hints=("Try each call in a cell of your own, with z = torch.randn(3, 3), p = torch.randn(3, 1) and t = torch.randn(3).",
           "Five of the seven are either right or refused. Of the other two one warns, and one says nothing at all."),
    solution="'DE'",
    reason="A, B, C and F are refused; G is right. D compares everything with everything, E squeezes the scores between 0 and 1 before the loss does it again.",
)

_entropy = partial(written, "z, y")


_right_entropy = function(
    _entropy("return -z.log_softmax(1)[torch.arange(len(y)), y].mean()"),
    ("torch.tensor([[2., 0., 0.]]), torch.tensor([0])", "torch.tensor([[1., 2., 0.], [0.5, -1., 3.]]), torch.tensor([2, 1])",
     "torch.tensor([[-1000., 5.], [2., 1.]]), torch.tensor([0, 1])", "torch.tensor([[1000., 0.], [0., 1000.], [-1000., 5.]]), torch.tensor([0, 0, 1])"),
    tol=1e-4,
    learns=True,
    known={
        _entropy("z = z - z.max()", "return (z.exp().sum(1).log() - z[torch.arange(len(y)), y]).mean()"):
            "What is taken out is the largest score of all rows. A row whose scores are far below it has only zeros after exp: take each row's own largest one.",
        _entropy("p = z.exp() / z.exp().sum(1, keepdim=True)", "return -p[torch.arange(len(y)), y].log().mean()"):
            "That is right for small scores. exp(1000) is inf, and inf / inf is nan: subtract the largest score of each row first, or use logsumexp.",
        _entropy("return (z.exp().sum(1).log() - z[torch.arange(len(y)), y]).mean()"):
            "That is right for small scores. exp(1000) is inf, and so is its logarithm: subtract the largest score of each row first, or use logsumexp.",
        _entropy("return -z.softmax(1)[torch.arange(len(y)), y].log().mean()"):
            "softmax survives large scores, but it makes 0 of a small probability, and log(0) is −inf. Take the logarithm together with softmax.",
        _entropy("return -z.log_softmax(1)[torch.arange(len(y)), y].sum()"): "That is the sum over the rows. The mean is asked for.",
        _entropy("return z.log_softmax(1)[torch.arange(len(y)), y].mean()"): "The sign is missing: the logarithm of a probability is below 0, and the loss is minus that.",
        _entropy("return -z.log_softmax(1).mean()"): "That is the mean over all classes. Only the right class of each row counts.",
        _entropy("return -z.log_softmax(0)[torch.arange(len(y)), y].mean()"): "softmax runs along the wrong axis: each row of scores belongs to one picture, so dim=1.",
        _entropy("return -z.log_softmax(1)[:, y].mean()"): "[:, y] takes the columns y of every row. One number of each row is asked for: [torch.arange(len(y)), y].",
        _entropy("return -z[torch.arange(len(y)), y].mean()"): "That is minus the score of the right class. The other scores count as well, by the sum of exp.",
    },
)


def _by_formula(answer, names):
    """Judge the mean cross-entropy, and that no function of torch.nn.functional has computed it."""
    found = _right_entropy(answer, names)
    if found is None or found.startswith("The numbers are right"):
        z, y = names.evaluate("torch.tensor([[1., 2., 0.], [0.5, -1., 3.]], requires_grad=True)"), names.evaluate("torch.tensor([2, 1])")
        if uses(answer, names["torch"].nn.functional) or "NllLossBackward0" in recorded(answer, z, y):
            return "The numbers are right, and a function of torch.nn.functional has computed them. Do it without: z.logsumexp, or z.log_softmax, and one number of each row."
    return found


BY_FORMULA = Exercise(
    id="10.6",
    title="Cross-entropy by its formula",
    kind="write it",
    level=3,
    minutes=10,
    prompt="Write a function of `z`, scores of shape `(N, C)`, and `y`, classes of shape `(N,)`, that returns the mean cross-entropy, without any function of\n"
    "`torch.nn.functional`. It has to survive scores as large as 1000, where `exp` alone is `inf`.",
    judge=_by_formula,
    right=(
        _entropy("return -z.log_softmax(1)[torch.arange(len(y)), y].mean()"),
        _entropy("return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()"),
        _entropy("z = z - z.max(1, keepdim=True).values", "return (z.exp().sum(1).log() - z.gather(1, y[:, None])[:, 0]).mean()"),
        _entropy("return -z.log_softmax(dim=1).gather(1, y.unsqueeze(1)).mean()"),
        _entropy("return torch.stack([-torch.log_softmax(row, 0)[right] for row, right in zip(z, y)]).mean()"),
        _entropy("return -(torch.log_softmax(z, dim=1) * torch.eye(z.size(1))[y]).sum(1).mean()"),
    ),
    wrong=(
        (_entropy("p = z.exp() / z.exp().sum(1, keepdim=True)", "return -p[torch.arange(len(y)), y].log().mean()"), "right for small scores"),
        (_entropy("return (z.exp().sum(1).log() - z[torch.arange(len(y)), y]).mean()"), "so is its logarithm"),
        (_entropy("return torch.nn.functional.cross_entropy(z, y)"), "a function of torch.nn.functional"),
        (_entropy("return torch.nn.CrossEntropyLoss()(z, y)"), "a function of torch.nn.functional"),
        (_entropy("return torch.nn.functional.cross_entropy(z, torch.nn.functional.one_hot(y, z.size(1)).float())"), "a function of torch.nn.functional"),
        (_entropy("return -torch.nn.functional.log_softmax(z, 1)[torch.arange(len(y)), y].mean()"), "a function of torch.nn.functional"),
        (_entropy("with torch.no_grad():", "    return torch.nn.functional.cross_entropy(z, y)"), "a function of torch.nn.functional"),
        (_entropy("return torch.nn.functional.cross_entropy(z.detach(), y)"), "a function of torch.nn.functional"),
        (_entropy("return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean().detach()"), "cut from the graph"),
        (_entropy("with torch.no_grad():", "    return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()"), "cut from the graph"),
        (_entropy("return torch.tensor((z.logsumexp(1) - z[torch.arange(len(y)), y]).mean().item())"), "cut from the graph"),
        (_entropy("z = z - z.max()", "return (z.exp().sum(1).log() - z[torch.arange(len(y)), y]).mean()"), "the largest score of all rows"),
        (_entropy("return -z.softmax(1)[torch.arange(len(y)), y].log().mean()"), "log(0) is −inf"),
        (_entropy("return -z.log_softmax(1)[torch.arange(len(y)), y].sum()"), "the sum over the rows"),
        (_entropy("return z.log_softmax(1)[torch.arange(len(y)), y].mean()"), "The sign is missing"),
        (_entropy("return -z.log_softmax(1).mean()"), "over all classes"),
        (_entropy("return -z.log_softmax(0)[torch.arange(len(y)), y].mean()"), "the wrong axis"),
        (_entropy("return -z.log_softmax(1)[:, y].mean()"), "One number of each row"),
        (_entropy("return -z[torch.arange(len(y)), y].mean()"), "minus the score of the right class"),
        (_entropy("return -z.log_softmax(1)[torch.arange(len(y)), y]"), "one axis"),
        (_entropy("-z.log_softmax(1)[torch.arange(len(y)), y].mean()"), "Is there a `return`?"),
        (_entropy("return -z.log_softmax(1)[y].mean()"), "not the number asked for"),
        (_entropy("z -= z.max(1, keepdim=True).values", "return (z.exp().sum(1).log() - z.gather(1, y[:, None])[:, 0]).mean()"), "changes what it is given"),
        ("torch.tensor(0.2395)", "a function is asked for"),
    ),
    hints=("The loss of one row is log(sum of exp(z)) − z of the right class. There is a function for the first part that survives large scores.",
           "z[torch.arange(len(y)), y] takes one number of each row: place y of row 0, 1, 2, ... Take the mean at the end."),
    solution=_entropy("return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()"),
    reason="−log(exp(z_y) / sum exp(z)) is log(sum exp(z)) − z_y. logsumexp takes the largest score out before exp, so nothing overflows.",
)

EXERCISES = (MEAN_OF_SQUARES, CLASS_INDEX, CROSS_ENTROPY, EQUAL_SHAPES, SILENT_MISTAKES, BY_FORMULA)
