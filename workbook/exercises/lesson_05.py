"""Exercises of lesson 05: the graph and the slope of one number."""

from functools import partial

from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import written
from workbook.exercises.judges import function, number, text

_slope = partial(written, "start")

SLOPE_OF_ONE_NUMBER = Exercise(
    id="05.1",
    title="The slope of one number",
    kind="predict",
    level=1,
    minutes=3,
    prompt="`y = 3 * x ** 2`, and `x` is 3. What is the slope of `y` there? Make a table like the one above, on paper, and answer\n"
    "before you run the cell after this one.",
    judge=number(
        18,
        known={
            27: "27 is y, the value. The slope says how fast y grows when x grows.",
            9: "9 is x ** 2, or 3 * x. The step x ** 2 has the local slope 2 * x: the 2 must not get lost.",
            6: "6 is the slope of the inner step x ** 2 alone. Multiply it by the local slope of the outer step.",
            3: "3 is the slope of the outer step alone. Multiply it by the local slope of the inner step x ** 2.",
            2: "2 * x is the local slope of x ** 2, and x is not 1 here.",
            12: "12 is 6 * x at x = 2, the place of the worked example. Here x is 3.",
            54: "54 is 3 * 2 * 9: the local slope of x ** 2 is 2 * x, not 2 * x ** 2.",
            81: "81 is three times the value. The slope is asked for: multiply the local slopes.",
        },
    ),
    right=(
        "18",
        "6 * 3",
        "torch.tensor(18.)",
        "x = torch.tensor(3., requires_grad=True)\n(3 * x ** 2).backward()\nanswer = x.grad",
    ),
    wrong=(
        ("27", "27 is y, the value"),
        ("3 ** 2", "the 2 must not get lost"),
        ("6", "the inner step x ** 2 alone"),
        ("3", "the outer step alone"),
        ("6 * 2", "the place of the worked example"),
        ("3 * 2 * 3 ** 2", "not 2 * x ** 2"),
        ("3 * 27", "three times the value"),
        ("'18'", "answer is text"),
        ("x = torch.tensor(3., requires_grad=True)\nanswer = (3 * x ** 2).backward()", "backward(), gives None back"),
    ),
    hints=(
        "Go from the inside to the outside. The first step is `a = x ** 2`; its local slope is `2 * x`, with x = 3.",
        "The second step is `y = 3 * a`; its local slope is the number that stands before `a`. Multiply the two local slopes.",
    ),
    solution="3 * (2 * 3)",
    reason="The outer step has the local slope 3, the inner one 2 * x = 6, and along a chain local slopes multiply: 18.",
)

SLOPE_OF_THE_MEAN = Exercise(
    id="05.2",
    title="The slope of the mean",
    kind="fill in",
    level=1,
    minutes=4,
    prompt="`x` holds four ones. `y = 3 * (x + 2) ** 2` is done to each of them, and `out` is the mean of the four results.\n"
    "What is the slope of `out` with respect to **one** of the four numbers? Fill the gap, then multiply.\n\n"
    "| step | local slope |\n|---|---|\n| `x + 2` | 1 |\n| `( ) ** 2` | 2 * (1 + 2) |\n| `3 * ( )` | 3 |\n| mean of four | gap |",
    judge=number(
        4.5,
        each=(2, 2),
        known={
            18: "18 is the slope of y with respect to x. out is the mean of four such y, so one of them moves it only by its share.",
            27: "27 is the value of out, not a slope.",
            9: "9 is 3 * (x + 2): the local slope of the square, with its 2, and the share of the mean are missing.",
            72: "72 is four times the slope of y. The mean divides by 4.",
            1.5: "1.5 is 3 * 2 / 4: the (x + 2) of the square is missing.",
            2.25: "2.25 is half of it: the square brings down a 2.",
            6.75: "6.75 is a quarter of the value. Take a quarter of the slope of y.",
            0.25: "A quarter is the gap. Multiply it with the other local slopes.",
            0.75: "0.75 is 3 / 4: the local slope of the square, 2 * (1 + 2), is missing.",
            6: "6 is the local slope of the square alone. Multiply it with the other three.",
            3: "3 is the local slope of one step alone. Multiply it with the other three.",
            36: "36 is twice the slope of y. The mean divides the slope of y by 4.",
        },
    ),
    right=(
        "4.5",
        "1 * 2 * (1 + 2) * 3 / 4",
        "torch.full((2, 2), 4.5)",
        "x = torch.ones(2, 2, requires_grad=True)\n(3 * (x + 2) ** 2).mean().backward()\nanswer = x.grad",
    ),
    wrong=(
        ("18", "only by its share"),
        ("27", "27 is the value of out"),
        ("3 * (1 + 2)", "the share of the mean are missing"),
        ("18 * 4", "The mean divides by 4"),
        ("3 * 2 / 4", "the (x + 2) of the square is missing"),
        ("27 / 4", "a quarter of the value"),
        ("1 / 4", "A quarter is the gap"),
        ("3 / 4", "2 * (1 + 2), is missing"),
        ("2 * (1 + 2)", "the square alone"),
        ("3", "one step alone"),
        ("18 * 2", "twice the slope of y"),
        ("x = torch.ones(2, 2, requires_grad=True)\n(3 * (x + 2) ** 2).sum().backward()\nanswer = x.grad", "only by its share"),
    ),
    hints=(
        "If one of four numbers grows by 1, their mean grows by a quarter of that.",
        "Multiply the four local slopes of the table, with 1 / 4 in the gap.",
    ),
    solution="1 * (2 * (1 + 2)) * 3 * (1 / 4)",
    reason="The slope of y is 6 * (x + 2) = 18, and each of the four y has a quarter of the mean: 18 / 4 = 4.5.",
)

SLOPE_BEFORE_THE_MEAN = Exercise(
    id="05.3",
    title="The slope before the mean",
    kind="predict",
    level=2,
    minutes=3,
    prompt="The same `x` and `y`. What is the slope of **one number of `y`** with respect to its own number of `x`?",
    judge=number(
        18,
        each=(2, 2),
        known={
            4.5: "4.5 is the slope of out, the mean. Before the mean nothing is divided by 4.",
            27: "27 is the value of y, not its slope.",
            6: "6 has only two of the three factors 3, 2 and (x + 2).",
            3: "3 is the local slope of the outer step alone. Multiply it by that of the square.",
            54: "54 is 3 * 2 * 9: the local slope of the square is 2 * (x + 2), without a square of its own.",
            9: "9 is 3 * (x + 2): the square brings down a 2.",
            72: "72 is the sum of the four slopes. One number of y depends on one number of x.",
        },
    ),
    right=(
        "18",
        "6 * (1 + 2)",
        "torch.full((2, 2), 18.)",
        "x = torch.tensor(1., requires_grad=True)\n(3 * (x + 2) ** 2).backward()\nanswer = x.grad",
    ),
    wrong=(
        ("4.5", "the slope of out, the mean"),
        ("27", "the value of y"),
        ("3 * 2", "only two of the three factors"),
        ("2 * (1 + 2)", "only two of the three factors"),
        ("3", "the outer step alone"),
        ("3 * 2 * 9", "without a square of its own"),
        ("3 * (1 + 2)", "the square brings down a 2"),
        ("4 * 18", "the sum of the four slopes"),
        ("torch.full((4,), 18.)", "one number is asked for"),
    ),
    hints=(
        "It is the table of 05.2 without its last line.",
        "The square has the local slope 2 * (x + 2), the factor 3 has the local slope 3, and x is 1.",
    ),
    solution="3 * 2 * (1 + 2)",
    reason="The slope of 3 * (x + 2) ** 2 is 6 * (x + 2), and x is 1. The document that calls 4.5 \"the slope of y\" means the mean.",
)

NAME_OF_THE_STEP = Exercise(
    id="05.4",
    title="Who made this tensor?",
    kind="fill in",
    level=1,
    minutes=2,
    prompt="Every result remembers the step that made it. Which attribute of a tensor `y` leads to that step? Give its name as a string.",
    judge=text(
        "grad_fn",
        known={
            "creator": "creator is the name of 2017; a tensor of today does not have it.",
            "grad": "grad holds a gradient, a number for each number of the tensor. The step that made the tensor is asked for.",
            "data": "data holds the values.",
            "next_functions": "next_functions belongs to a step and leads to the steps before it. First get from the tensor to its step.",
            "is_leaf": "is_leaf says only whether there is no such step.",
            "requires_grad": "requires_grad says whether steps are recorded, not which one was.",
            "backward": "backward is a method: it starts the walk through the steps.",
            "y.grad_fn": "Only the name of the attribute: without y and without the dot.",
            "x.grad_fn": "Only the name of the attribute: without x and without the dot. And x is a leaf: no step made it.",
            "y.grad": "grad holds a gradient. The step that made the tensor is asked for.",
            "grad_fn()": "Without brackets: it is an attribute, not a call.",
            "gradfn": "Nearly: one sign is missing in the name.",
            **dict.fromkeys(
                ("AddBackward0", "MulBackward0", "PowBackward0", "MeanBackward0", "AccumulateGrad"),
                "That is the name of a step. The attribute that leads from a tensor to its step is asked for."),
        },
    ),
    right=("'grad_fn'", "'grad' + '_fn'", '"grad_fn"'),
    wrong=(
        ("'creator'", "the name of 2017"),
        ("'grad'", "grad holds a gradient"),
        ("'data'", "data holds the values"),
        ("'next_functions'", "belongs to a step"),
        ("'Grad_fn'", "capital and small letters"),
        ("'y.grad_fn'", "without y"),
        ("'x.grad_fn'", "no step made it"),
        ("'y.grad'", "grad holds a gradient"),
        ("'grad_fn()'", "an attribute, not a call"),
        ("'gradfn'", "one sign is missing"),
        ("'AddBackward0'", "the name of a step"),
        ("type((torch.ones(1, requires_grad=True) * 2).grad_fn).__name__", "the name of a step"),
        ("torch.ones(1, requires_grad=True).sum().grad_fn", "a text is asked for"),
    ),
    hints=(
        "`print(y)` shows it at the end of the line, together with the name of the step.",
        "It begins as the word for the slope does, and ends with a short form of the word function.",
    ),
    solution="'grad_fn'",
    reason="grad_fn, the gradient function: the node of the graph that made the tensor and knows how to carry a gradient back.",
)

REPAIRED_SLOPE = Exercise(
    id="05.5",
    title="Two mistakes in four lines",
    kind="fix the bug",
    level=2,
    minutes=6,
    prompt="This function should return the slope of `x ** 3` at any number `start`. It holds two mistakes. Replace `answer = ...` by\n"
    "the repaired function; call it with 2 and with 0.5 before you believe it.\n\n"
    "```python\n"
    + _slope("x = torch.tensor(start, requires_grad=True)", "y = x ** 3", "slope = y.backward()", "return slope")
    + "\n```",
    judge=function(
        "lambda start: 3. * start ** 2",
        ("2", "5", "0.5", "-1"),
        known={
            "lambda start: None": "The function returns None. backward() leaves the slope behind and returns nothing, and a result such "
            "as y keeps no gradient. Which tensor keeps it?",
            "lambda start: start ** 3": "The function returns the value of x ** 3, not its slope.",
            "lambda start: 2. * start": "The function returns the slope of x ** 2. Here the power is 3.",
            "lambda start: 3. * start": "The function returns 3 * x. The power 3 comes down by one, to 2: the square is missing.",
            "lambda start: 3. * int(start) ** 2": "The function cuts 0.5 down to a whole number. Turn whole numbers into floating ones, "
            "not the other way.",
        },
    ),
    right=(
        _slope("x = torch.tensor(float(start), requires_grad=True)", "y = x ** 3", "y.backward()", "return x.grad"),
        _slope("x = torch.tensor(start, dtype=torch.float32, requires_grad=True)", "(x ** 3).backward()", "return x.grad.item()"),
        _slope("x = torch.tensor(start).float().requires_grad_()", "return torch.autograd.grad(x ** 3, x)[0]"),
        _slope("return 3 * start ** 2"),
    ),
    wrong=(
        (
            _slope("x = torch.tensor(start, requires_grad=True)", "y = x ** 3", "y.backward()", "return x.grad"),
            "Only Tensors of floating point",
        ),
        (
            _slope("x = torch.tensor(float(start), requires_grad=True)", "y = x ** 3", "slope = y.backward()", "return slope"),
            "The function returns None",
        ),
        (
            _slope("x = torch.tensor(float(start), requires_grad=True)", "y = x ** 3", "y.backward()", "return y.grad"),
            "The function returns None",
        ),
        (
            _slope("x = torch.tensor(float(start), requires_grad=True)", "y = x ** 3", "y.backward()", "return y"),
            "returns the value of x ** 3",
        ),
        (_slope("x = torch.tensor(float(start))", "y = x ** 3", "y.backward()", "return x.grad"), "does not require grad"),
        (
            _slope("x = torch.tensor(float(int(start)), requires_grad=True)", "(x ** 3).backward()", "return x.grad"),
            "cuts 0.5 down",
        ),
        ("x = torch.tensor(2., requires_grad=True)\n" + _slope("(x ** 3).backward()", "return x.grad"), "Called with 5"),
        ("12.", "a function is asked for"),
    ),
    hints=(
        "Run the function with `start = 2` and read the first line of the error's text: which numbers can have a slope?",
        "Then look at what `backward()` returns, and at which tensor keeps the slope: it is the leaf.",
    ),
    solution=_slope("x = torch.tensor(float(start), requires_grad=True)", "y = x ** 3", "y.backward()", "return x.grad"),
    reason="Only floating numbers have slopes, so 2 becomes 2.0; and backward() returns None and leaves the slope in the leaf's grad.",
)

EXERCISES = (SLOPE_OF_ONE_NUMBER, SLOPE_OF_THE_MEAN, SLOPE_BEFORE_THE_MEAN, NAME_OF_THE_STEP, REPAIRED_SLOPE)
