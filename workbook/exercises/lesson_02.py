"""Exercises of lesson 02: shapes, index, slice, reshape, join."""

from functools import partial

from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import written
from workbook.exercises.judges import function, tensor

_of_scores = partial(written, "scores, labels")
TABLE = "x = torch.arange(15).view(3, 5)"

SECOND_ROW = Exercise(
    id="02.1",
    title="The second row",
    kind="fill in",
    level=1,
    minutes=2,
    prompt="`x = torch.arange(15).view(3, 5)`. Fill the gap in `answer = x[____]`, so that the answer is the **second row** of `x`, with shape `[5]`.",
    setup=TABLE,
    judge=tensor(
        "x[1]",
        known={
            "x[:, 1]": "That is the second column. The first part of an index belongs to axis 0, which goes from row to row: name the row there.",
            "x[2]": "That is the third row. Places are counted from 0.",
            "x[0]": "That is the first row. It has place 0, so the second one has another.",
            "x[:, 2]": "That is the third column, two slips at once: rows belong to axis 0, and places are counted from 0.",
            "x[1:2]": "A table of one row: a slice keeps its axis. A whole number takes the axis away.",
            "x[1:]": "Those are all rows from place 1 on. One row is asked for.",
            "x[:2]": "Those are the first two rows. One row is asked for.",
            "x[1, 1]": "That is one number of the row. Name the row and leave the other axis whole.",
        },
    ),
    right=("x[1]", "x[1, :]", "x[-2]", "x[1, ...]"),
    wrong=(
        ("x[:, 1]", "the second column"),
        ("x[2]", "the third row"),
        ("x[0]", "the first row"),
        ("x[:, 2]", "two slips at once"),
        ("x[1:2]", "a slice keeps its axis"),
        ("x[1:]", "from place 1 on"),
        ("x[:2]", "the first two rows"),
        ("x[1, 1]", "one number of the row"),
        ("x[1].tolist()", "a tensor is asked for"),
    ),
    hints=(
        "Rows lie along axis 0, and axis 0 is the first part of the index.",
        "Places are counted from 0. A whole number, not a slice, takes one row and leaves shape [5].",
    ),
    solution="x[1]",
    reason="1 takes place 1 of axis 0, and the axis goes away; axis 1 is not named and stays whole. x[1, :] says the same at more length.",
)

FIRST_COLUMN = Exercise(
    id="02.2",
    title="The first column",
    kind="write it",
    level=1,
    minutes=2,
    prompt="Give the **first column** of the same `x`, as one row of numbers: shape `[3]`.",
    setup=TABLE,
    judge=tensor(
        "x[:, 0]",
        known={
            "x[:, 1]": "That is the second column. Places are counted from 0.",
            "x[0]": "That is the first row: the 0 went to axis 0. Note that x[:] is the whole of x, so x[:][0] is x[0]. Both parts stand in one pair of brackets.",
            "x[1]": "That is the second row. Columns lie along axis 1, the second part of the index.",
            "x[:, :1]": "A table of one column: a slice keeps its axis. A whole number takes the axis away.",
            "x[0, 0]": "That is one number. Leave axis 0 whole, with a colon.",
            "x[:, -1]": "That is the last column: -1 counts from the end.",
            "x[0, :3]": "Those are the first three numbers of the first row. A column takes one number from each row.",
        },
    ),
    right=("x[:, 0]", "x.t()[0]", "x[..., 0]", "x[:, -5]"),
    wrong=(
        ("x[:, 1]", "the second column"),
        ("x[0]", "the first row"),
        ("x[:][0]", "x[:][0] is x[0]"),
        ("x[1]", "the second row"),
        ("x[:, :1]", "a slice keeps its axis"),
        ("x[0, 0]", "That is one number"),
        ("x[:, -1]", "the last column"),
        ("x[0, :3]", "one number from each row"),
        ("'x[:, 0]'", "is text"),
    ),
    hints=(
        "Axis 0 stays whole. Which sign stands for a whole axis?",
        "Two parts in one pair of brackets: a colon for axis 0, a place for axis 1.",
    ),
    solution="x[:, 0]",
    reason="The colon keeps axis 0 whole; 0 takes the first place of axis 1, and axis 1 goes away.",
)

ZEROS_AND_ONES = Exercise(
    id="02.3",
    title="Zeros and ones in the brackets",
    kind="predict",
    level=2,
    minutes=3,
    prompt="```python\nv = torch.tensor([7, 8, 9])\nkeep = torch.tensor([0, 1, 1])\n```\n\n"
    "Which numbers does `v[keep]` hold? Write a list, before you run the cell that shows it.",
    setup="v = torch.tensor([7, 8, 9])\nkeep = torch.tensor([0, 1, 1])",
    judge=tensor(
        "v[keep]",
        lists=True,
        known={
            "v[keep.bool()]": "[8, 9] is what a mask takes, and a mask holds True and False. What is the dtype of keep?",
            "v[~keep.bool()]": "That stands where keep is 0. But keep is not asked yes or no: its numbers are whole.",
            "v * keep": "That multiplies. Square brackets do not calculate: they take numbers out of v.",
            "keep": "Those are the places themselves. Which numbers of v stand there?",
            "v[:2]": "Places 0 and 1 are right. But three places are named, and each time a number is taken.",
            "torch.tensor([7, 7])": "Places are counted from 0: place 0 holds 7, place 1 holds 8. And three places are named.",
            "torch.tensor([8, 7, 7])": "Place 0 holds 7, and place 1 holds 8.",
            "v": "That is the whole of v. keep names places in it, some of them twice.",
        },
    ),
    right=("[7, 8, 8]", "v[keep].tolist()", "(7, 8, 8)", "v[keep]"),
    wrong=(
        ("[8, 9]", "a mask holds True and False"),
        ("v[keep == 1]", "a mask holds True and False"),
        ("[7]", "where keep is 0"),
        ("[0, 8, 9]", "That multiplies"),
        ("[0, 1, 1]", "the places themselves"),
        ("[7, 8]", "three places are named"),
        ("[7, 7]", "counted from 0"),
        ("[8, 7, 7]", "Place 0 holds 7"),
        ("[7, 8, 9]", "the whole of v"),
    ),
    hints=(
        "Ask for the dtype of keep. Is it bool?",
        "Whole numbers in the brackets are places, here three of them: 0, 1, 1. Write what stands at each.",
    ),
    solution="[7, 8, 8]",
    reason="keep is int64, so its numbers are places, and a place may come twice. A mask is bool: v[keep.bool()] or v[keep == 1] is [8, 9]. "
    "Nothing warns of the difference.",
)

SCORE_OF_THE_RIGHT_CLASS = Exercise(
    id="02.4",
    title="The score of the right class",
    kind="fill in",
    level=2,
    minutes=6,
    prompt="A network gave `scores`: a row for each picture, a column for each class. `labels` holds the number of the right class of each\n"
    "picture. Fill the gap, so that the function returns the score of each picture's right class, in one row. It must work for one\n"
    "picture, too. Replace `answer = ...` by the whole function.\n\n"
    "```python\n" + _of_scores("return scores.gather(1, ____)[:, 0]") + "\n```",
    judge=function(
        "lambda scores, labels: scores[torch.arange(len(labels)), labels]",
        (
            "torch.tensor([[5., 1., 0.], [2., 7., 3.]]), torch.tensor([1, 2])",
            "torch.tensor([[1., 8., 2.], [4., 0., 9.], [3., 5., 6.], [7., 1., 4.]]), torch.tensor([2, 0, 1, 1])",
            "torch.tensor([[4., 9.]]), torch.tensor([0])",
        ),
        known={
            "lambda scores, labels: scores.gather(1, labels[:, None])": "The right numbers, in a column: gather keeps the axis. [:, 0] behind it "
            "takes the only column.",
            "lambda scores, labels: scores.gather(1, labels[:, None]).squeeze()": "Right for several pictures. For one, squeeze() takes both axes "
            "of length 1 away: name the axis that is to go.",
            "lambda scores, labels: scores.gather(1, labels[None])[:, 0]": "labels[None] is one row, so every label reads in the first picture. A "
            "column is needed: one place for each row.",
            "lambda scores, labels: scores.gather(1, labels[None])[0]": "labels[None] is one row, so every label reads in the first picture. A "
            "column is needed: one place for each row.",
            "lambda scores, labels: scores[:, labels]": "That takes, for every picture, the columns of all labels. Each picture has one label.",
            "lambda scores, labels: scores[:, labels[0]]": "That takes the first picture's class for every picture.",
            "lambda scores, labels: scores.max(dim=1).values": "That is the highest score of each picture. The right class is not always the highest.",
            "lambda scores, labels: labels": "Those are the labels. The scores that stand at these places are asked for.",
        },
    ),
    right=(
        _of_scores("return scores.gather(1, labels[:, None])[:, 0]"),
        _of_scores("return scores.gather(1, labels.unsqueeze(1)).squeeze(1)"),
        _of_scores("return scores.gather(1, labels.view(-1, 1))[:, 0]"),
        _of_scores("return scores[torch.arange(len(labels)), labels]"),
        "lambda scores, labels: torch.stack([row[label] for row, label in zip(scores, labels)])",
    ),
    wrong=(
        (_of_scores("return scores.gather(1, labels)[:, 0]"), "same number of dimensions"),
        (_of_scores("return scores.gather(1, labels[None])[:, 0]"), "every label reads in the first picture"),
        (_of_scores("return scores.gather(1, labels[:, None])"), "gather keeps the axis"),
        (_of_scores("return scores.gather(1, labels[:, None]).squeeze()"), "name the axis that is to go"),
        (_of_scores("return scores.gather(0, labels[:, None])[:, 0]"), "out of bounds"),
        (_of_scores("return scores[:, labels]"), "the columns of all labels"),
        (_of_scores("return scores.index_select(1, labels)[:, 0]"), "the first picture's class"),
        (_of_scores("return scores.max(dim=1).values"), "not always the highest"),
        (_of_scores("return labels"), "Those are the labels"),
        (_of_scores("scores.gather(1, labels[:, None])[:, 0]"), "Is there a `return`"),
        ("torch.tensor([1., 3.])", "a function is asked for"),
    ),
    hints=(
        "gather wants an index with as many axes as scores: for N pictures, shape [N, 1], a column.",
        "labels has shape [N]. A None, or unsqueeze, adds the axis: before or behind the one that is there?",
    ),
    solution=_of_scores("return scores.gather(1, labels[:, None])[:, 0]"),
    reason="labels[:, None] is a column: one place for each row. gather reads each row at its place and gives a column, and [:, 0] makes one row "
    "of it. The loss of lesson 10 begins like this.",
)

TURNED = Exercise(
    id="02.5",
    title="Rows become columns",
    kind="write it",
    level=1,
    minutes=3,
    prompt="`y = torch.arange(6).view(2, 3)` is `[[0, 1, 2], [3, 4, 5]]`. Make `[[0, 3], [1, 4], [2, 5]]` from `y`, with a call of its methods.",
    setup="y = torch.arange(6).view(2, 3)",
    judge=tensor(
        "y.t()",
        known={
            "y.view(3, 2)": "The shape is right, the numbers are not: view and reshape read them in the old order, two in a row. The axes are to be exchanged.",
            "y": "That is y as it was. Did the call stand alone, without its result being kept?",
            "y.t().reshape(2, 3)": "Turned, and then read in rows of three. The second step is too much.",
            "y.flip(0)": "Those are the rows of y in reverse. Rows are to become columns.",
            "y.t().flip(1)": "Turned by a quarter, as a picture is. Each row is in reverse: only exchange the axes.",
            "y.t()[None]": "The numbers are right, with one axis too many.",
            "y.flatten()": "All the numbers in one row, in the old order.",
        },
    ),
    right=("y.t()", "y.permute(1, 0)", "y.T", "y.transpose(0, 1)", "torch.stack([y[0], y[1]], dim=1)"),
    wrong=(
        ("y.view(3, 2)", "in the old order"),
        ("y.reshape(3, 2)", "in the old order"),
        ("y", "as it was"),
        ("y.permute(0, 1)", "as it was"),
        ("y.t().reshape(2, 3)", "The second step is too much"),
        ("y.flip(0)", "in reverse. Rows are to become columns"),
        ("y.rot90(-1)", "by a quarter"),
        ("y.t()[None]", "one axis too many"),
        ("y.flatten()", "in one row"),
        ("y.t", "a tensor is asked for"),
    ),
    hints=(
        "Follow the 1: it stood at [0, 1] and is to stand at [1, 0]. What happened to the two places?",
        "Exchanging two axes is called transposing; for a table the method has one letter.",
    ),
    solution="y.t()",
    reason="t() exchanges the two axes: what stood at [i, j] stands at [j, i]. view(3, 2) has the same shape and keeps the old order.",
)

ONE_OVER_THE_OTHER = Exercise(
    id="02.6",
    title="A new axis",
    kind="write it",
    level=1,
    minutes=3,
    prompt="`a = torch.ones(2, 3)` and `b = torch.zeros(2, 3)`. Join them to a tensor of shape `[2, 2, 3]` whose entry `[0]` is `a` and whose entry\n"
    "`[1]` is `b`.",
    setup="a, b = torch.ones(2, 3), torch.zeros(2, 3)",
    judge=tensor(
        "torch.stack([a, b])",
        known={
            "torch.cat([a, b])": "[4, 3]: cat puts the rows of b under those of a, along an axis that is there already. A new axis is asked for.",
            "torch.cat([a, b], dim=1)": "[2, 6]: cat puts them side by side, along an axis that is there already. A new axis is asked for.",
            "torch.stack([a, b], dim=2)": "[2, 3, 2]: the new axis came last. It is to come first.",
            "torch.cat([a, b]).view(2, 3, 2)": "[2, 3, 2]: the numbers were only read in other rows. A new axis is to come first.",
            "torch.stack([a, b], dim=1)": "The shape is right, by accident: the new axis is axis 1, so entry [0] holds row 0 of a and row 0 of b.",
            "torch.stack([b, a])": "Entry [0] is b. The order in the list decides.",
            "torch.stack([a, a])": "Entry [1] is a as well.",
            "a + b": "That adds the numbers. To join is to keep them all.",
        },
    ),
    right=(
        "torch.stack([a, b])",
        "torch.cat([a[None], b[None]])",
        "torch.cat([a.unsqueeze(0), b.unsqueeze(0)])",
        "torch.cat([a, b]).view(2, 2, 3)",
        "torch.stack((a, b), dim=0)",
    ),
    wrong=(
        ("torch.cat([a, b])", "cat puts the rows of b under those of a"),
        ("torch.cat([a, b], dim=1)", "side by side"),
        ("torch.stack([a, b], dim=2)", "the new axis came last"),
        ("torch.cat([a, b]).view(2, 3, 2)", "only read in other rows"),
        ("torch.stack([a, b], dim=1)", "by accident"),
        ("torch.stack([b, a])", "The order in the list decides"),
        ("torch.stack([a, a])", "Entry [1] is a as well"),
        ("a + b", "That adds the numbers"),
        ("[a, b]", "a tensor is asked for"),
    ),
    hints=(
        "One of the two functions joins along an axis that is there, the other one makes a new axis.",
        "The new axis comes first unless you say otherwise with dim.",
    ),
    solution="torch.stack([a, b])",
    reason="stack makes a new axis, here axis 0, and puts one tensor at each of its places. cat needs the axis to be there: cat([a[None], b[None]]).",
)


def _batch(line):
    """Return the source of `def answer(picture)` that returns this."""
    return written("picture", "rows, columns, colours = picture.shape", f"return {line}")


RIGHT_SHAPE_WRONG_PICTURE = Exercise(
    id="02.7",
    title="The right shape, the wrong picture",
    kind="fix the bug",
    level=3,
    minutes=7,
    prompt="Picture files give `[rows, columns, colours]`; a network wants a batch, here of one picture, with colours first:\n"
    "`[1, colours, rows, columns]`. This function runs, its result has that shape, and a network that gets it sees noise. Replace\n"
    "`answer = ...` by a repaired function. What stood at `picture[i, j, k]` is to stand at `[0, k, i, j]`.\n\n"
    "```python\n" + _batch("picture.reshape(1, colours, rows, columns)") + "\n```",
    judge=function(
        "lambda picture: picture.permute(2, 0, 1)[None]",
        ("torch.arange(24).view(2, 4, 3)", "torch.arange(27.).view(3, 3, 3)", "torch.arange(15).view(1, 5, 3)", "torch.arange(12).view(4, 3, 1)"),
        known={
            "lambda picture: picture.reshape(1, picture.shape[2], picture.shape[0], picture.shape[1])": "The shape is right, and the numbers stand "
            "in the old order: one pixel's three colours lie side by side in a row. The axes are to change places.",
            "lambda picture: picture.permute(2, 0, 1)": "Colours come first, and every number is right. The axis of the batch is missing: it has length 1.",
            "lambda picture: picture.permute(2, 1, 0)[None]": "Rows and columns were exchanged, too: the picture lies on its side. Their order is to "
            "stay.",
            "lambda picture: picture[None]": "That is a batch of one, with the colours still last.",
            "lambda picture: picture.permute(2, 0, 1)[:, None]": "The new axis stands second: that reads as a batch of as many pictures as there are colours.",
            "lambda picture: picture.permute(1, 2, 0)[None]": "Columns came first. permute names, for each axis of the result, the axis that it is "
            "taken from: colours is axis 2.",
        },
    ),
    right=(
        _batch("picture.permute(2, 0, 1)[None]"),
        _batch("picture.permute(2, 0, 1).unsqueeze(0)"),
        _batch("picture[None].permute(0, 3, 1, 2)"),
        _batch("picture.transpose(1, 2).transpose(0, 1)[None]"),
        "def answer(picture):\n    return torch.stack([picture[..., k] for k in range(picture.shape[2])])[None]",
        _batch("picture.permute(2, 0, 1).reshape(1, colours, rows, columns)"),
    ),
    wrong=(
        (_batch("picture.reshape(1, colours, rows, columns)"), "lie side by side in a row"),
        (_batch("picture.view(-1).view(1, colours, rows, columns)"), "lie side by side in a row"),
        (_batch("picture.permute(2, 0, 1)"), "The axis of the batch is missing"),
        (_batch("picture.permute(2, 1, 0)[None]"), "lies on its side"),
        (_batch("picture.transpose(0, 2)[None]"), "lies on its side"),
        (_batch("picture[None]"), "the colours still last"),
        (_batch("picture.permute(2, 0, 1).unsqueeze(1)"), "The new axis stands second"),
        (_batch("picture.permute(1, 2, 0)[None]"), "Columns came first"),
        (_batch("picture.permute(2, 0, 1)[None].squeeze()"), "axes"),
        (_batch("picture.permute(2, 0, 1).view(1, colours, rows, columns) * 2"), "not the number asked for"),
        ("def answer(picture):\n    picture.permute(2, 0, 1)[None]", "Is there a `return`"),
        ("torch.zeros(1, 3, 2, 4)", "a function is asked for"),
    ),
    hints=(
        "reshape never exchanges axes. Which call names the axes in their new order?",
        "permute wants, for each axis of the result, where it comes from: colours is axis 2, rows 0, columns 1. Then add the axis of the batch.",
    ),
    solution=_batch("picture.permute(2, 0, 1)[None]"),
    reason="permute(2, 0, 1) takes colours, rows, columns from axes 2, 0, 1; None adds the batch in front. reshape keeps the order of the numbers, "
    "whatever shape they get.",
)

EXERCISES = (SECOND_ROW, FIRST_COLUMN, ZEROS_AND_ONES, SCORE_OF_THE_RIGHT_CLASS, TURNED, ONE_OVER_THE_OTHER, RIGHT_SHAPE_WRONG_PICTURE)
