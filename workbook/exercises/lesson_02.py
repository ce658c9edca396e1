"""Exercises of lesson 02: shapes, index, slice, reshape, join."""

from functools import partial

import workbook as torch
from workbook.exercises.compare import as_text, describe
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import written
from workbook.exercises.judges import function, tensor

_of_scores = partial(written, "scores, labels")
TABLE = "x = torch.arange(15).view(3, 5)"

FIRST_COLUMN = Exercise(
    id="02.1",
    title="The first column",
    kind="write it",
    level=1,
    minutes=2,
    prompt="`x = torch.arange(15).view(3, 5)`. Give the **first column** of `x`, as one row of numbers: shape `[3]`.",
    setup=TABLE,
    judge=tensor(
        "x[:, 0]",
        known={
            "x[:, 1]": "That is the second column. Places are counted from 0.",
            "x[0]": "That is the first row: the 0 went to axis 0. Note that x[:] is the whole of x, so x[:][0] is x[0]. Both parts stand in one pair of brackets.",
            "x[1]": "That is the second row. Columns lie along axis 1, the second part of the index.",
            "x[:, :1]": "The right numbers in a table of one column, [3, 1]. A slice, a list and None leave an axis there; a whole number alone takes it away.",
            "x[:, 2]": "That is the third column. Places are counted from 0.",
            "x[:3]": "That is the whole of x: its three rows. The part for axis 1 is missing.",
            "x[:1]": "That is the first row, as a table. Columns lie along axis 1, the second part of the index.",
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
        ("x[:, :1]", "in a table of one column"),
        ("x[:, [0]]", "A slice, a list and None leave an axis there"),
        ("x[:, 2]", "the third column"),
        ("x[:3]", "the whole of x"),
        ("x[:1]", "the first row, as a table"),
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
    id="02.2",
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
            "torch.tensor([8, 8])": "Place 1 holds 8, and it is named twice. But three places are named: 0 is a place, too.",
            "torch.tensor([7, 9, 9])": "Place 0 holds 7. Place 1 comes right behind it: what stands there?",
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
        ("[8, 8]", "0 is a place, too"),
        ("[7, 9, 9]", "comes right behind it"),
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

def _picked(*right, known):
    """Return a judge of a function, as `function`, that says what an error of gather means here."""
    judge = function(*right, known=known)

    def judged(answer, names):
        found = judge(answer, names)
        for phrase, meaning in (
            ("same number of dimensions", "labels has one axis and scores has two: give labels a second axis."),
            ("out of bounds for dimension 0", "Along axis 0 lie the pictures. The classes lie along axis 1."),
            ("index -1 is out of bounds", "Classes are counted from 0, as places are: take nothing away from a label."),
            ("must be Tensor, not", "labels itself is a tensor. A list around it gives it no axis that gather sees: None or unsqueeze does."),
        ):
            if found and phrase in found:
                return f"{found}. {meaning}"
        return found

    return judged


SCORE_OF_THE_RIGHT_CLASS = Exercise(
    id="02.3",
    title="The score of the right class",
    kind="fill in",
    level=2,
    minutes=6,
    prompt="A network gave `scores`: a row for each picture, a column for each class. `labels` holds the number of the right class of each\n"
    "picture. Fill the gap, so that the function returns the score of each picture's right class, in one row. It must work for one\n"
    "picture, too. Replace `answer = ...` by the whole function.\n\n"
    "```python\n" + _of_scores("return scores.gather(1, ____)[:, 0]") + "\n```",
    judge=_picked(
        "lambda scores, labels: scores[torch.arange(len(labels)), labels]",
        (
            "torch.tensor([[5., 1., 0., 4.], [2., 7., 3., 6.]]), torch.tensor([2, 0])",
            "torch.tensor([[1., 8., 2.], [4., 0., 9.], [3., 5., 6.], [7., 1., 4.]]), torch.tensor([2, 0, 1, 1])",
            "torch.tensor([[4., 9.]]), torch.tensor([0])",
        ),
        known={
            "lambda scores, labels: scores.gather(1, labels[:, None])": "The right numbers, in a column: gather keeps the axis. [:, 0] behind it "
            "takes the only column.",
            "lambda scores, labels: scores.gather(1, labels[:, None]).squeeze()": "Right for several pictures. For one, squeeze() takes both axes "
            "of length 1 away: name the axis that is to go.",
            "lambda scores, labels: scores.gather(1, labels[None])[:, 0]": "That is one score, whatever the number of pictures. [:, 0] behind a column "
            "makes a row of it; [0] takes the first picture alone, and so does an index that is one row, such as labels[None].",
            "lambda scores, labels: scores[0, labels]": "Every label was read in the first picture. Each picture has a row of its own: for gather, "
            "that takes an index that is a column, with one place for each row.",
            "lambda scores, labels: scores[torch.arange(len(labels)), labels - 1]": "Classes are counted from 0, as places are: take nothing away from a label.",
            "lambda scores, labels: scores.argmax(dim=1)": "That says which class has the highest score. The score of the right class is asked for.",
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
        (_of_scores("return scores.gather(1, labels)[:, 0]"), "give labels a second axis"),
        (_of_scores("return scores.gather(1, [labels])[:, 0]"), "A list around it gives it no axis"),
        (_of_scores("return scores.gather(1, labels[None])[:, 0]"), "an index that is one row"),
        (_of_scores("return scores.gather(1, labels[:, None])[0]"), "[0] takes the first picture alone"),
        (_of_scores("return scores.gather(1, labels[None])[0]"), "Every label was read in the first picture"),
        (_of_scores("return scores[0, labels]"), "Every label was read in the first picture"),
        (_of_scores("return scores[torch.arange(len(labels)), labels - 1]"), "counted from 0"),
        (_of_scores("return scores.gather(1, labels[:, None] - 1)[:, 0]"), "counted from 0"),
        (_of_scores("return scores.argmax(dim=1)"), "which class has the highest score"),
        (_of_scores("return scores.gather(1, labels[:, None])"), "gather keeps the axis"),
        (_of_scores("return scores.gather(1, labels[:, None]).squeeze()"), "name the axis that is to go"),
        (_of_scores("return scores.gather(0, labels[:, None])[:, 0]"), "The classes lie along axis 1"),
        (_of_scores("return scores[:, labels]"), "the columns of all labels"),
        (_of_scores("return scores.flatten()[labels + torch.arange(len(labels)) * 3]"), "not the number asked for there"),
        (_of_scores("return scores.gather(1, labels.unsqueeze_(1))[:, 0]"), "changes what it is given"),
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

_of_table = partial(written, "table")

TURNED = Exercise(
    id="02.4",
    title="Rows become columns",
    kind="write it",
    level=1,
    minutes=3,
    prompt="`[[8, 3], [5, 1], [2, 9]]` is to become `[[8, 5, 2], [3, 1, 9]]`: the first column is the first row now. Write a function that does this\n"
    "with any table. Replace `answer = ...` by the whole function.\n\n"
    "```python\n" + _of_table("return table.____") + "\n```",
    judge=function(
        "lambda table: table.t()",
        ("torch.tensor([[8, 3], [5, 1], [2, 9]])", "torch.tensor([[1., 2., 3.], [4., 5., 6.]])", "torch.tensor([[4, 7, 6, 0, 1, 9]])"),
        known={
            "lambda table: table.reshape(table.shape[1], table.shape[0])": "The shape is right, the numbers are not: view and reshape read them in the "
            "old order, only in rows of another length. The axes are to be exchanged.",
            "lambda table: table.reshape(2, 3)": "view and reshape keep the old order of the numbers. And (2, 3) is the shape of one result only.",
            "lambda table: table.reshape(3, 2)": "view and reshape keep the old order of the numbers. And the table of the text has the shape (3, 2) already.",
            "lambda table: table": "That is the table as it was.",
            "lambda table: table.t().reshape(table.shape)": "Turned, and then read in rows of the old length. The second step is too much.",
            "lambda table: table.flip(0)": "Those are the rows in reverse. Rows are to become columns.",
            "lambda table: table.flip(1)": "Each row is in reverse. Rows are to become columns.",
            "lambda table: table.t().flip(1)": "Turned by a quarter, as a picture is. Each row is in reverse: only exchange the axes.",
            "lambda table: table.t()[None]": "The numbers are right, with one axis too many.",
            "lambda table: table.flatten()": "All the numbers in one row, in the old order.",
            "lambda table: torch.tensor([[8, 5, 2], [3, 1, 9]])": "That is the one result of the text, typed in. The function is called with other tables, too.",
        },
    ),
    right=(
        _of_table("return table.t()"),
        "lambda table: table.T",
        _of_table("return table.permute(1, 0)"),
        _of_table("return table.transpose(0, 1)"),
        _of_table("return torch.stack([table[:, j] for j in range(table.shape[1])])"),
    ),
    wrong=(
        (_of_table("return table.view(table.shape[1], table.shape[0])"), "only in rows of another length"),
        (_of_table("return table.reshape(2, 3)"), "keep the old order"),
        (_of_table("return table.view(2, -1)"), "keep the old order"),
        (_of_table("return table.view(3, 2)"), "has the shape (3, 2) already"),
        (_of_table("return table"), "as it was"),
        (_of_table("return table.permute(0, 1)"), "as it was"),
        (_of_table("return table.t().reshape(table.shape)"), "The second step is too much"),
        (_of_table("return table.flip(0)"), "the rows in reverse"),
        (_of_table("return table.flip(1)"), "Each row is in reverse. Rows"),
        (_of_table("return table.rot90(-1)"), "by a quarter"),
        (_of_table("return table.t()[None]"), "one axis too many"),
        (_of_table("return table.flatten()"), "in one row"),
        (_of_table("return table.t"), "a tensor is asked for"),
        (_of_table("table.t()"), "Is there a `return`"),
        (_of_table("return torch.tensor([[8, 5, 2], [3, 1, 9]])"), "typed in"),
        ("torch.tensor([[8, 5, 2], [3, 1, 9]])", "a function is asked for"),
    ),
    hints=(
        "Follow the 3: it stood at [0, 1] and is to stand at [1, 0]. What happened to the two places?",
        "Exchanging two axes is called transposing; for a table the method has one letter.",
    ),
    solution=_of_table("return table.t()"),
    reason="t() exchanges the two axes: what stood at [i, j] stands at [j, i]. A view can have the same shape, and keeps the old order.",

)


def _batch(line):
    """Return the source of `def answer(picture)` that returns this."""
    return written("picture", "rows, columns, colours = picture.shape", f"return {line}")


RIGHT_SHAPE_WRONG_PICTURE = Exercise(
    id="02.5",
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
            "lambda picture: picture.permute(2, 1, 0)": "Two things: rows and columns were exchanged, too, so the picture lies on its side; and the axis of the "
            "batch is missing.",
            "lambda picture: picture.permute(2, 1, 0).reshape(1, picture.shape[2], picture.shape[0], picture.shape[1])": "Rows and columns were exchanged, "
            "too, and reshape only gave the result the right shape: the order of the numbers stayed. Exchange the axes in one call that names all three.",
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
        (_batch("picture.transpose(0, 2)"), "Two things"),
        (_batch("picture.swapaxes(0, 2).reshape(1, colours, rows, columns)"), "in one call that names all three"),
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
            "torch.cat([a[None], b[None]], dim=1)": "[1, 4, 3]: the new axis is there, with length 1, but cat joined along axis 1. Join along the new axis, axis 0.",
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
        ("torch.cat([a[None], b[None]], dim=1)", "Join along the new axis"),
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


# The pairs of shapes of 02.7: what they make, and what each wrong idea would make of them.
PAIRS = (
    ("(5, 1) and (3,)", (5, 3), {
        (5, 4): "added", None: "left", (5, 1): "stays", (5,): "longest", (5, 1, 3): "joined", (3, 5): "order", (15,): "count"}),
    ("(3, 1, 2) and (5, 2)", (3, 5, 2), {
        (3, 6, 4): "added", None: "left", (5, 2, 2): "left", (3, 1, 2): "stays", (5, 2): "missing", (3, 1, 2, 5, 2): "joined",
        (5, 3, 2): "order", (30,): "count"}),
    ("(3, 4) and (3,)", None, {(3, 4): "from the left", (3, 7): "added", (6, 4): "added", (4,): "longest", (3, 3): "shortest"}),
    ("(2, 1) and (0,)", (2, 0), {
        (2, 1): "zero", (2,): "zero", None: "zero refused", (0,): "empty", (0, 0): "empty", (0, 1): "left", (0, 2): "order"}),
)
IDEAS = {
    "added": "lengths are not added. cat joins and adds; a + b puts numbers in pairs, and the result has one number for each pair.",
    "left": "the shapes were compared from the left. Write them under each other so that their right ends meet.",
    "from the left": "4 and 3 meet at the right end, and neither is 1. The shapes were compared from the left, where 3 and 3 would fit.",
    "stays": "a length of 1 does not stay 1 beside a longer one: its only place is shown again as often as needed.",
    "longest": "the longer one does not win: two lengths fit if they are the same, or if one of them is 1 or is missing.",
    "shortest": "nothing is cut off: two lengths fit if they are the same, or if one of them is 1 or is missing.",
    "joined": "no axis is put behind another. The result has as many axes as the longer of the two shapes.",
    "missing": "an axis that is missing in one shape is there in the result, with the length that the other shape has.",
    "order": "the lengths are right, their order is not: each stands where it stood in its shape.",
    "count": "that counts the numbers. The shape says how many there are along each axis.",
    "zero": "0 is a length, too, and not less than 1 here: beside a 0, an axis of length 1 is shown no times.",
    "zero refused": "1 fits every length, and 0 is one: what has length 1 is then shown no times.",
    "empty": "the axis of length 2 is still there, although no number is left.",
}


def _meetings(answer, names):
    """Judge a list of shapes, one for each of PAIRS."""
    if type(answer) not in (list, tuple) or len(answer) != len(PAIRS):
        with_so_many = f" with {len(answer)} entries" if type(answer) in (list, tuple) else ""
        return f"The answer is {describe(answer)}{with_so_many}; a list of {len(PAIRS)} is asked for, a shape or None for each pair."
    for number, (entry, (shapes, right, known)) in enumerate(zip(answer, PAIRS), start=1):
        found = tuple(entry) if type(entry) in (list, tuple, torch.Size) else entry
        if found is not None and not (type(found) is tuple and all(type(side) is int for side in found)):
            quoted = " Write it without quotation marks." if as_text(found) is not None else ""
            whole = " A shape holds whole numbers." if type(found) is tuple else ""
            return f"Pair {number}: the entry is {describe(entry)}; a shape such as (2, 3) is asked for, or None.{quoted}{whole}"
        if found != right:
            told = IDEAS[known[found]] if found in known else "write the two shapes under each other, and compare from the right."
            return f"Pair {number}, {shapes}: {told}"
    return None


MEETING = Exercise(
    id="02.7",
    title="Do they fit together?",
    kind="predict",
    level=2,
    minutes=5,
    prompt="Which shape does `a + b` have? Write a list of four entries, in this order: a shape such as `(2, 3)`, or `None` where the two do not fit.\n\n"
    "| | `a` | `b` |\n|---|---|---|\n" + "\n".join(f"| {number} | `{shapes.replace(' and ', '` | `')}` |" for number, (shapes, _, _) in enumerate(PAIRS, start=1)),
    judge=_meetings,
    right=(
        "[(5, 3), (3, 5, 2), None, (2, 0)]",
        "((5, 3), (3, 5, 2), None, (2, 0))",
        "[[5, 3], [3, 5, 2], None, [2, 0]]",
        "[(torch.ones(5, 1) + torch.ones(3)).shape, torch.broadcast_shapes((3, 1, 2), (5, 2)), None, torch.Size([2, 0])]",
    ),
    wrong=(
        ("[(5, 4), (3, 6, 4), (3, 7), (2, 1)]", "lengths are not added"),
        ("[(5, 3), (3, 6, 4), None, (2, 0)]", "Pair 2, (3, 1, 2) and (5, 2): lengths are not added"),
        ("[(5, 3), (3, 5, 2), (6, 4), (2, 0)]", "Pair 3, (3, 4) and (3,): lengths are not added"),
        ("[(5,), (3, 1, 2), (3, 4), (2, 1)]", "the longer one does not win"),
        ("[(5, 3), (3, 5, 2), (4,), (2, 0)]", "the longer one does not win"),
        ("[None, None, (3, 4), None]", "Pair 1, (5, 1) and (3,): the shapes were compared from the left"),
        ("[(5, 3), (5, 2, 2), None, (2, 0)]", "Pair 2, (3, 1, 2) and (5, 2): the shapes were compared from the left"),
        ("[(5, 3), (3, 5, 2), (3, 4), (2, 0)]", "where 3 and 3 would fit"),
        ("[(5, 1), (3, 1, 2), None, (2, 1)]", "Pair 1, (5, 1) and (3,): a length of 1 does not stay 1"),
        ("[(5, 3), (3, 1, 2), None, (2, 0)]", "Pair 2, (3, 1, 2) and (5, 2): a length of 1 does not stay 1"),
        ("[(5, 3), (5, 2), None, (2, 0)]", "missing in one shape"),
        ("[(5, 1, 3), (3, 5, 2), None, (2, 0)]", "no axis is put behind another"),
        ("[(3, 5), (3, 5, 2), None, (2, 0)]", "their order is not"),
        ("[(15,), (3, 5, 2), None, (2, 0)]", "that counts the numbers"),
        ("[(5, 3), (3, 5, 2), (3, 3), (2, 0)]", "nothing is cut off"),
        ("[(5, 3), (3, 5, 2), None, (2, 1)]", "0 is a length, too"),
        ("[(5, 3), (3, 5, 2), None, None]", "1 fits every length"),
        ("[(5, 3), (3, 5, 2), None, (0,)]", "the axis of length 2 is still there"),
        ("[(5, 3), (3, 5, 2), None, (7, 7)]", "compare from the right"),
        ("[(5, 3), (3, 5, 2), 'None', (2, 0)]", "without quotation marks"),
        ("[(5, 3), (3, 5, 2), False, (2, 0)]", "or None"),
        ("[(5, 3), (3, 5, 2), None]", "a list with 3 entries; a list of 4"),
        ("[(5.0, 3.0), (3, 5, 2), None, (2, 0)]", "whole numbers"),
        ("'[(5, 3), (3, 5, 2), None, (2, 0)]'", "is text; a list of 4 is asked for"),
        ("(5, 3)", "a list of 4"),
    ),
    hints=(
        "Write the two shapes under each other so that their right ends meet, and go from right to left, one axis after the other.",
        "The same length, or 1, or nothing there: they fit, and the result has the length that is not 1. Otherwise they do not. And 0 is a length.",
    ),
    solution="[(5, 3), (3, 5, 2), None, (2, 0)]",
    reason="From the right: 1 with 3 gives 3, and 5 with nothing gives 5. 2 with 2, 1 with 5 and 3 with nothing give (3, 5, 2). 4 with 3 do not fit. 1 with 0 "
    "gives 0: what has length 1 is shown no times.",
)

EXERCISES = (FIRST_COLUMN, ZEROS_AND_ONES, SCORE_OF_THE_RIGHT_CLASS, TURNED, RIGHT_SHAPE_WRONG_PICTURE, ONE_OVER_THE_OTHER, MEETING)
