"""A lesson made for the tests: its exercises, and a notebook of a few cells."""

import textwrap

MODULE = '''
from workbook.exercises.exercise import Exercise
from workbook.exercises.judges import function, number, tensor

EXERCISES = (
    Exercise(
        id="98.1", title="A slope", kind="predict", level=1, minutes=2,
        prompt="Give the slope of `3 * x ** 2` at `x`.",
        setup="x = torch.tensor(3.0, requires_grad=True)",
        judge=number("6 * x.detach()", known={27: "27 is the value there, not the slope.", 9: "9 is x ** 2.", 6: "x is missing."}),
        right=("18", "6 * x.detach()"),
        wrong=(("27", "not the slope"), ("9", "x ** 2"), ("6", "x is missing"), ("torch.tensor([18.0])", "one number")),
        hints=("The slope of x ** 2 is 2 * x.", "Multiply by the factor in front."),
        solution="6 * x.detach()", reason="The slope of 3x² is 6x.",
    ),
    Exercise(
        id="98.2", title="A function", kind="write it", level=2, minutes=4,
        prompt="Write `answer(t)`, the mean of the squares of `t`.",
        judge=function("lambda t: (t * t).mean()", ("torch.tensor([1.0, 2.0, 3.0])", "torch.ones(2, 3) * 4"),
                       known={"lambda t: t.mean() ** 2": "This is the square of the mean."}),
        right=("lambda t: (t * t).mean()", "def answer(t):\\n    return (t ** 2).sum() / t.numel()"),
        wrong=(("lambda t: t.mean() ** 2", "square of the mean"), ("lambda t: (t * t).sum()", "not the number asked for"),
               ("lambda t: None", "Is there a `return`?"), ("lambda t: t.mul_(t).mean()", "changes what it is given")),
        hints=("Square first.", "Then take the mean."),
        solution="def answer(t):\\n    squares = t * t\\n    return squares.mean()",
        reason="Squaring comes first, and the mean is taken of what it gives.",
    ),
    Exercise(
        id="98.3", title="A tensor", kind="fill in", level=1, minutes=2,
        prompt="Give the transpose of `y`.", setup="y = torch.arange(6).reshape(2, 3)",
        judge=tensor("y.t()", known={"y.reshape(3, 2)": "reshape keeps the order of the numbers."}),
        right=("y.t()", "torch.tensor([[0, 3], [1, 4], [2, 5]])"),
        wrong=(("y.reshape(3, 2)", "keeps the order"), ("y", "their order is not"), ("y.t().float()", "another dtype"),
               ("[[0, 3], [1, 4], [2, 5]]", "a tensor is asked for"), ("y.t() + 1", "not the number asked for there")),
        hints=("Rows become columns.", "There is a method of one letter."),
        solution="y.t()", reason="The transpose swaps the two axes, and every number moves with its row and column.",
    ),
)
'''


def code(source, *tags, **note):
    """Return a code cell."""
    return {**markdown(source, *tags, **note), "cell_type": "code", "execution_count": None, "outputs": []}


def markdown(source, *tags, **note):
    """Return a markdown cell."""
    metadata = {**({"tags": list(tags)} if tags else {}), **({"workbook": note} if note else {})}
    return {"cell_type": "markdown", "metadata": metadata, "source": textwrap.dedent(source).strip()}


def notebook():
    """Return the notebook of lesson 98, not run yet."""
    cells = [
        markdown("# Slopes\n\nLevel 1, 10 minutes."),
        code("import example_lesson\nimport workbook as torch\nfrom workbook.exercises import check, predict, reveal"),
        code("x = torch.tensor(3.0, requires_grad=True)\ny = torch.arange(6).reshape(2, 3)\nprint(x.item())"),
        markdown("## Try it"),
        code('predict("98.p1", ...)', "predict"),
        code('reveal("98.p1", 2 + 2)', "predict"),
        markdown("", "prompt", exercise="98.1"),
        code('answer = ...\ncheck("98.1", answer)', "exercise", exercise="98.1"),
        markdown("", "prompt", exercise="98.2"),
        code('answer = ...\ncheck("98.2", answer)', "exercise", exercise="98.2"),
        markdown("", "prompt", exercise="98.3"),
        code('answer = ...\ncheck("98.3", answer)', "exercise", exercise="98.3"),
        markdown("", "solution", exercises=["98.1", "98.2", "98.3"]),
        code("import time\ntime.time()", "nbval-ignore-output", why="the clock"),
        code("1 / 0", "raises-exception"),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number}"
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
