"""Exercises of lesson 07: Function, and the walk back."""

from functools import partial

from workbook.exercises.compare import as_text, describe
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import written
from workbook.exercises.judges import function, number
from workbook.exercises.quotients import computes_a_quotient
from workbook.exercises.walks import EARLY, walks_like_the_engine

_walk = partial(written, "root, gradient")

COEFFICIENT = Exercise(
    id="07.1",
    title="What goes on from a square",
    kind="predict",
    level=1,
    minutes=3,
    prompt="The step `y = x * x` was done with `x = 3`. On the way back, a gradient `g` arrives at it. What it hands on to `x` is some number\n"
    "times `g`. Which number?",
    judge=number(
        6,
        known={
            9: "9 is the value of x * x. A step hands on its slope times g.",
            3: "3 is the slope to one of the two factors. x is both of them, and what arrives twice is added up.",
            2: "2 is the slope of 2 * x. The slope of x * x depends on x.",
            1: "With 1, g would go on as it is. That is a plus; this is a product.",
            18: "18 is 2 * x * x. One x too many: the slope of x * x is made of x, not of its value.",
            27: "27 is the slope of x ** 3 at 3.",
            12: "12 is twice the slope. Each of the two factors hands on 3.",
            5: "5 is 3 + 2. Which number is multiplied with which?",
            4.5: "4.5 is x * x / 2. The 2 comes down in front: 2 * x.",
            8: "8 is 2 ** 3. The slope of x * x is 2 * x.",
            0: "With 0 nothing would reach x, and x could never learn.",
        },
    ),
    right=("6", "2 * 3", "3 + 3", "torch.tensor(6.)", "x = torch.tensor(3., requires_grad=True)\n(x * x).backward()\nanswer = x.grad"),
    wrong=(
        ("9", "the value of x * x"),
        ("3", "the slope to one of the two factors"),
        ("2", "the slope of 2 * x"),
        ("1", "That is a plus"),
        ("2 * 3 * 3", "One x too many"),
        ("27", "x ** 3"),
        ("12", "twice the slope"),
        ("5", "3 + 2"),
        ("4.5", "x * x / 2"),
        ("8", "2 ** 3"),
        ("0", "could never learn"),
        ("-6", "wrong sign"),
        ("6.01", "not exact enough"),
        ("'6'", "is text"),
        ("'6 * g'", "is text"),
        ("lambda g: 6 * g", "a function"),
        ("[3, 3]", "One number is asked for"),
        ("x = torch.tensor(3., requires_grad=True)\nanswer = (x * x).backward()", "gives None back"),
    ),
    hints=(
        "A product hands g × the other factor to each of its factors. What is the other factor here?",
        "x is both factors. From each side 3 × g arrives at x, and what arrives is added up.",
    ),
    solution="3 + 3",
    reason="To each factor goes g times the other one, 3 * g, and x is both factors: 6 * g. That is the slope 2 * x at 3.",
)

SAVES = {
    "A": "A saves nothing. A sum hands g on as it is, whatever a and b hold.",
    "B": "B needs no input. The slope of exp is its own result, so the step saves y.",
    "C": "C must save x. The slope is 2 * x, and from y = 9 nobody can tell whether x was 3 or -3.",
    "D": "D needs no input. The slope of tanh is 1 - y * y, so the step saves y.",
    "E": "E must save x. The slope of sin is cos, and from y alone nobody can tell whether cos is positive or negative.",
    "F": "F needs no x. Its slope is 3 wherever x is, and 3 is a plain number.",
    "G": "G needs no input. Where y is above 0, g goes on, and elsewhere 0 does: y tells it all.",
}


def _saving(answer, names):
    """Judge the letters of the steps that must save an input, in any order."""
    given = as_text(answer)
    if given is None:
        return f"The answer is {describe(answer)}; write the letters between quotation marks, as in 'AB'."
    letters = [letter for letter in given.upper() if letter not in " ,"]
    if not letters or len(set(letters)) != len(letters) or not set(letters) <= set(SAVES):
        return "Write letters out of A to G, each once, and nothing else, as in 'AB'."
    return next((SAVES[letter] for letter in SAVES if (letter in letters) != (letter in "CE")), None)


MUST_SAVE = Exercise(
    id="07.2",
    title="What must be remembered?",
    kind="predict",
    level=2,
    minutes=5,
    prompt="`x`, `a` and `b` require gradients. `backward` is given `g`, and whatever `forward` has saved: inputs, the result `y`, or nothing.\n\n"
    "| | step | its slope |\n|---|---|---|\n"
    "| **A** | `y = a + b` | 1 and 1 |\n"
    "| **B** | `y = torch.exp(x)` | `torch.exp(x)` |\n"
    "| **C** | `y = x * x` | `2 * x` |\n"
    "| **D** | `y = torch.tanh(x)` | `1 - torch.tanh(x) ** 2` |\n"
    "| **E** | `y = torch.sin(x)` | `torch.cos(x)` |\n"
    "| **F** | `y = 3 * x` | 3 |\n"
    "| **G** | `y = torch.relu(x)` | 1 where `x > 0`, else 0 |\n\n"
    "Which steps must save an **input**, because the result `y` would not do? Answer with their letters, such as `'AB'`.",
    judge=_saving,
    right=("'CE'", "'EC'", "'ce'", "'ec'"),
    wrong=(
        ("'ACE'", "A saves nothing"),
        ("'BCE'", "The slope of exp is its own result"),
        ("'E'", "C must save x"),
        ("'CDE'", "The slope of tanh is 1 - y * y"),
        ("'C'", "E must save x"),
        ("'CEF'", "3 is a plain number"),
        ("'CEG'", "y tells it all"),
        ("'ABCDEFG'", "A saves nothing"),
        ("'BCDEG'", "B needs no input"),
        ("'CDEG'", "D needs no input"),
        ("'BDG'", "B needs no input"),
        ("'A'", "A saves nothing"),
        ("'F'", "C must save x"),
        ("'CC'", "each once"),
        ("'CEH'", "out of A to G"),
        ("''", "out of A to G"),
        ("['C', 'E']", "between quotation marks"),
        ("2", "between quotation marks"),
        ("None", "between quotation marks"),
    ),
    hints=(
        "Take the slopes one by one. Is it a plain number? Can it be written with y in place of x?",
        "exp(x) is y, and tanh(x) ** 2 is y * y. If you are told only that y = x * x is 9, do you know 2 * x?",
    ),
    solution="'CE'",
    reason="2 * x and cos(x) cannot be told from the result: the sign is lost. exp, tanh and relu save their result, and a sum and 3 * x no tensor at all.",
)

_GATE = (
    "torch.tensor([-1., 2., 0., 0.5]), torch.tensor([5., 7., 3., -4.])",
    "torch.tensor([[-2., -0.001], [4., 0.001]]), torch.tensor([[1., -1.], [10., 0.5]])",
)

RELU_GATE = Exercise(
    id="07.3",
    title="The gradient at a gate",
    kind="write it",
    level=1,
    minutes=4,
    prompt="`y = torch.relu(x)` is `x` where `x` is above 0, and 0 elsewhere. Write its backward as a plain function `f(x, g)`: it is given the\n"
    "input and the gradient that arrives, and returns the gradient that goes on to `x`. At 0 itself, let it be 0, as PyTorch does.",
    judge=function(
        "lambda x, g: g * (x > 0)",
        _GATE,
        known={
            "lambda x, g: g": "g goes through everywhere. Where x is below 0, moving it changes nothing in y: its slope is 0.",
            "lambda x, g: torch.relu(x) * g": "That is the value times g. The slope of relu is 1 or 0, whatever the value.",
            "lambda x, g: x * g": "That is x times g: the derivative of x * x / 2. The slope of relu is 1 or 0.",
            "lambda x, g: (x > 0).float()": "That is the slope alone. What goes on is the slope times g.",
            "lambda x, g: g * (x >= 0)": "Nearly: at 0 itself you hand on g, and 0 is asked for.",
            "lambda x, g: g * (x < 0)": "The gate is the wrong way round: it lets through where x is below 0.",
            "lambda x, g: g * (x <= 0)": "The gate is the wrong way round: it lets through where x is below 0.",
            "lambda x, g: torch.relu(g)": "The gate looks at g. Whether it is open was decided by x; g may well be negative.",
            "lambda x, g: torch.relu(x)": "That is the forward once more. g plays no part in it.",
            "lambda x, g: g * (torch.relu(g) > 0)": "The gate looks at g. Whether it is open was decided by x.",
            "lambda x, g: torch.where(x > 0, torch.ones_like(g), torch.zeros_like(g))": "That is the slope alone. What goes on is the slope times g.",
            "lambda x, g: g * torch.sign(x)": "Below 0 you hand on -g. That is the slope of abs; relu is flat there.",
            "lambda x, g: torch.zeros_like(g)": "Nothing goes on anywhere. Where x is above 0 the slope is 1.",
            "lambda x, g: torch.relu(x) * torch.relu(g)": "The slope of relu is 1 or 0, whatever the value, and g may be negative.",
            "lambda x, g: x > 0": "Those are the open places, as True and False. What goes on there is g.",
            "lambda x, g: g * (x > 1)": "The gate opens at 0, not at 1.",
            "lambda x, g: x * (g > 0)": "x and g have changed places: x decides, and g goes on.",
            "lambda x, g: torch.where(g > 0, x, 0.)": "x and g have changed places: x decides, and g goes on.",
        },
    ),
    right=(
        "lambda x, g: g * (x > 0)",
        "lambda x, g: torch.where(x > 0, g, torch.zeros_like(g))",
        "lambda x, g: torch.where(x > 0, g, 0.)",
        "def answer(x, g):\n    handed = g.clone()\n    handed[x <= 0] = 0\n    return handed",
        "def answer(x, g):\n    x = x.clone().requires_grad_()\n    torch.relu(x).backward(g)\n    return x.grad",
    ),
    wrong=(
        ("lambda x, g: g", "goes through everywhere"),
        ("lambda x, g: torch.relu(x) * g", "the value times g"),
        ("lambda x, g: x * g", "x times g"),
        ("lambda x, g: (x > 0).float()", "the slope alone"),
        ("lambda x, g: torch.where(x > 0, 1., 0.)", "the slope alone"),
        ("lambda x, g: g * (x >= 0)", "at 0 itself"),
        ("lambda x, g: g * (x >= 0.25)", "not the number asked for"),
        ("lambda x, g: g * (x < 0)", "the wrong way round"),
        ("lambda x, g: torch.where(x > 0, torch.zeros_like(g), g)", "the wrong way round"),
        ("lambda x, g: torch.relu(g)", "The gate looks at g"),
        ("lambda x, g: g * (g > 0)", "The gate looks at g"),
        ("lambda x, g: torch.relu(x)", "the forward once more"),
        ("lambda x, g: g * torch.sign(x)", "the slope of abs"),
        ("lambda x, g: torch.zeros_like(g)", "Nothing goes on anywhere"),
        ("lambda x, g: x > 0", "the open places"),
        ("lambda x, g: x * (g > 0)", "changed places"),
        ("lambda g, x: g * (x > 0)", "changed places"),
        ("def answer(x, g):\n    g[x <= 0] = 0\n    return g", "changes what it is given"),
        ("def answer(x, g):\n    return g if x > 0 else 0", "raises RuntimeError"),
        ("lambda x, g: g[x > 0]", "3"),
        ("lambda x, g: (g * (x > 0)).sum()", "no axis"),
        ("lambda x, g: (g * (x > 0)).tolist()", "a tensor is asked for"),
        ("lambda x, g: (g * (x > 0)).double()", "float64"),
        ("lambda x: x > 0", "raises TypeError"),
        ("def answer(x, g):\n    g * (x > 0)", "Is there a `return`?"),
        ("torch.relu", "raises TypeError"),
        ("torch.tensor([0., 7., 0., -4.])", "itself and not its result"),
    ),
    hints=(
        "Where x is above 0, y grows as fast as x does: g goes on as it is. Where x is not, y stays 0. What goes on from there?",
        "`x > 0` is a tensor of True and False. Times g, True counts as 1 and False as 0.",
    ),
    solution="lambda x, g: g * (x > 0)",
    reason="A backward is slope times g. The slope of relu is 1 where x > 0 and 0 elsewhere, so the step is a gate: g passes, or it does not.",
)

CENTRAL = Exercise(
    id="07.4",
    title="A slope by nudging",
    kind="fill in",
    level=2,
    minutes=4,
    prompt="Write a function of `h` that nudges `x = 2` by `h` to **both** sides and returns the slope of `x ** 3` between the two places: how much\n"
    "`x ** 3` has grown, for each 1 that `x` has moved. Try `answer(0.1)`; it is near 12, and not quite 12.",
    judge=function(
        "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / (2 * h)",
        ("0.5", "0.1", "0.01"),
        tol=1e-4,
        known={
            "lambda h: ((2 + h) ** 3 - 2 ** 3) / (2 * h)": "From 2 to 2 + h, x moves by h, and you divide by 2 * h: half a slope. Nudge to both sides.",
            "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / h": "Twice the slope. From 2 - h to 2 + h, how far does x move?",
            "lambda h: (2 + h) ** 3 - (2 - h) ** 3": "That is how much the value grows. Divide by how far x has moved.",
            "lambda h: ((2 + h) ** 3 - 2 ** 3) / h": "That nudges to one side only, and errs by about 6 * h. To both sides, the largest part of the error goes out.",
            "lambda h: (2 ** 3 - (2 - h) ** 3) / h": "That nudges to one side only, and errs by about 6 * h. To both sides, the largest part of the error goes out.",
            "lambda h: 12": "12 is the exact slope, by the rule 3 * x ** 2. Nudging by 0.5 gives 12.25: the two are only near each other.",
            "lambda h: ((2 - h) ** 3 - (2 + h) ** 3) / (2 * h)": "The sign is wrong: take the place on the right first.",
            "lambda h: (2 + h) ** 3 - (2 - h) ** 3 / (2 * h)": "The division takes hold of the last part only. Put brackets around the difference.",
            "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / 2 * h": "The line divides by 2 and then multiplies by h. Put brackets: / (2 * h).",
            "lambda h: ((2 + h) ** 3 + (2 - h) ** 3) / (2 * h)": "A slope is a difference: how much has the value grown from one place to the other?",
            "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / 2": "You divide by 2. How far apart are 2 - h and 2 + h?",
            "lambda h: ((2 + h) ** 2 - (2 - h) ** 2) / (2 * h)": "That is the slope of x ** 2. Here the power is 3.",
            "lambda h: 3 * (2 + h) ** 2": "That is the rule of the derivative at another place. Compute x ** 3 at two places instead.",
            "lambda h: ((3 + h) ** 3 - (3 - h) ** 3) / (2 * h)": "That is the slope at 3. The place is 2, the power is 3.",
            "lambda h: h ** 3": "That is h to the power 3. Which two places lie h to the left and to the right of 2?",
            "lambda h: (2 + h) ** 3": "That is the value on the right. A slope takes two values.",
            "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / (4 * h)": "Half the slope. From 2 - h to 2 + h, x moves by 2 * h.",
            "lambda h: ((2 + h / 2) ** 3 - (2 - h / 2) ** 3) / h": "Nearly: you nudge by h / 2. Nudge by h, to each side.",
        },
    ),
    right=(
        "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / (2 * h)",
        "lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / h / 2",
        "def answer(h):\n    f = lambda x: x ** 3\n    return (f(2 + h) - f(2 - h)) / (2 * h)",
        "def answer(h):\n    left, right = 2. - h, 2. + h\n    return (right ** 3 - left ** 3) / (right - left)",
    ),
    wrong=(
        ("lambda h: ((2+h)**3 - 2**3) / (2*h)", "half a slope"),
        ("lambda h: ((2+h)**3 - (2-h)**3) / h", "Twice the slope"),
        ("lambda h: (2+h)**3 - (2-h)**3", "how much the value grows"),
        ("lambda h: ((2+h)**3 - 2**3) / h", "one side only"),
        ("lambda h: (2**3 - (2-h)**3) / h", "one side only"),
        ("lambda h: 12.", "12 is the exact slope"),
        ("lambda h: 3 * 2 ** 2", "12 is the exact slope"),
        ("def answer(h):\n    x = torch.tensor(2., requires_grad=True)\n    (x ** 3).backward()\n    return x.grad", "12 is the exact slope"),
        ("lambda h: ((2-h)**3 - (2+h)**3) / (2*h)", "The sign is wrong"),
        ("lambda h: (2+h)**3 - (2-h)**3 / (2*h)", "brackets around the difference"),
        ("lambda h: ((2+h)**3 - (2-h)**3) / 2 * h", "multiplies by h"),
        ("lambda h: ((2+h)**3 + (2-h)**3) / (2*h)", "A slope is a difference"),
        ("lambda h: ((2+h)**3 - (2-h)**3) / 2", "You divide by 2"),
        ("lambda h: ((2+h)**2 - (2-h)**2) / (2*h)", "the slope of x ** 2"),
        ("lambda h: 3 * (2+h)**2", "at another place"),
        ("lambda h: ((3+h)**3 - (3-h)**3) / (2*h)", "the slope at 3"),
        ("lambda h: h ** 3", "h to the power 3"),
        ("lambda h: (2+h)**3", "the value on the right"),
        ("lambda h: ((2+h)**3 - (2-h)**3) / (4*h)", "Half the slope"),
        ("lambda h: ((2+h/2)**3 - (2-h/2)**3) / h", "you nudge by h / 2"),
        ("def answer(h):\n    h = 1e-3\n    return ((2+h)**3 - (2-h)**3) / (2*h)", "12 is the exact slope"),
        ("lambda h: round(((2+h)**3 - (2-h)**3) / (2*h))", "12 is the exact slope"),
        ("lambda x, h: ((x+h)**3 - (x-h)**3) / (2*h)", "raises TypeError"),
        ("lambda h: f'{((2+h)**3 - (2-h)**3) / (2*h)}'", "is text"),
        ("lambda h: [((2+h)**3 - (2-h)**3) / (2*h)]", "a number is asked for"),
        ("def answer(h):\n    ((2+h)**3 - (2-h)**3) / (2*h)", "Is there a `return`?"),
        ("12.01", "itself and not its result"),
    ),
    hints=(
        "The two places are 2 - h and 2 + h. How much larger is x ** 3 at the right one, and how far apart are they?",
        "The difference of the two values, in brackets, divided by (2 * h), in brackets, too.",
    ),
    solution="lambda h: ((2 + h) ** 3 - (2 - h) ** 3) / (2 * h)",
    reason="The slope between two places is the difference of the values by the distance, here 2h. For x³ at 2 that is 12 + h²: a quarter off at h = 0.5.",
)

_HEAD = ("@staticmethod", "def forward(ctx, a, b, k):")
_SAVE = ("    ctx.save_for_backward(a, b)", "    ctx.k = k", "    return k * a / b", "@staticmethod", "def backward(ctx, g):")
_LOAD = ("    a, b = ctx.saved_tensors",)
_RETURN = ("    return g * ctx.k / b, -g * ctx.k * a / b ** 2, None",)


def _class(*body):
    """Return the source of a Function called `answer` with these lines in it."""
    return "\n".join(["class answer(torch.autograd.Function):", *("    " + line for line in body)])


REPAIRED_FUNCTION = Exercise(
    id="07.5",
    title="A Function with two mistakes",
    kind="fix the bug",
    level=3,
    minutes=8,
    prompt="This Function should compute `k * a / b` for two tensors and a plain number `k`. Its `forward` is right. Its `backward` holds two\n"
    "mistakes; one raises an error, the other does not. Replace `answer = ...` by the repaired class, and try it: at `a = 6`, `b = 2`, `k = 1`\n"
    "the slopes are 0.5 and -1.5.\n\n"
    "```python\n" + _class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, g * ctx.k * a / b") + "\n```",
    judge=computes_a_quotient,
    right=(
        _class(*_HEAD, *_SAVE, *_LOAD, *_RETURN),
        _class(*_HEAD, "    y = k * a / b", "    ctx.save_for_backward(y, b)", "    ctx.k = k", "    return y", *_SAVE[3:], "    y, b = ctx.saved_tensors",
               "    return g * ctx.k / b, -g * y / b, None"),
        _class("@staticmethod", "def forward(a, b, k):", "    return k * a / b", "@staticmethod", "def setup_context(ctx, inputs, output):",
               "    a, b, ctx.k = inputs", "    ctx.save_for_backward(a, b)", *_SAVE[3:], *_LOAD, *_RETURN),
        _class(*_HEAD, *_SAVE, *_LOAD, "    ga = g * ctx.k / b if ctx.needs_input_grad[0] else None",
               "    gb = -g * ctx.k * a / (b * b) if ctx.needs_input_grad[1] else None", "    return ga, gb, None"),
    ),
    wrong=(
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, g * ctx.k * a / b"), "What belongs in the place of k"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, g * ctx.k * a / b, None"), "falls when b grows"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, -g * ctx.k * a / b ** 2"), "What belongs in the place of k"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, -g * ctx.k * a / b ** 2, g * a / b"), "k is a plain number: no gradient"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, -g * ctx.k * a / b ** 2, 0"), "neither a tensor nor None"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return None, g * ctx.k / b, -g * ctx.k * a / b ** 2"), "no gradient goes to it"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, g * ctx.k * a / b ** 2, None"), "the wrong sign"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, -g * ctx.k * a / b, None"), "one b is missing"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return -g * ctx.k * a / b ** 2, g * ctx.k / b, None"), "changed places"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return ctx.k / b, -ctx.k * a / b ** 2, None"), "g plays no part"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g / b, -g * a / b ** 2, None"), "k is missing in the slopes"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, -g * a / b ** 2, None"), "k is missing in the slope to b"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k, -g * ctx.k * a / b ** 2, None"), "a is divided by b"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, None, None"), "b.grad is None"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, g * 0, None"), "Nothing goes on to b"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * ctx.k / b, g * ctx.k / b, None"), "Both inputs get the slope to a"),
        (_class(*_HEAD, *_SAVE, "    return g, g, None"), "the backward of a sum"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g.abs() * ctx.k / b, -g * ctx.k * a / b ** 2, None"), "a.grad has"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * abs(ctx.k) / b, -g * abs(ctx.k) * a / b ** 2, None"), "k = -3, a.grad has"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return g * 2 / b, -g * 2 * a / b ** 2, None"), "k = -3, a.grad has"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    return (g * ctx.k / b).sum(), (-g * ctx.k * a / b ** 2).sum(), None"), "a shape that does not fit its argument"),
        (_class(*_HEAD, *_SAVE, *_LOAD, "    g * ctx.k / b, -g * ctx.k * a / b ** 2, None"), "What belongs in the place of k"),
        (_class(*_HEAD, "    ctx.a, ctx.b, ctx.k = a, b, k", *_SAVE[2:], "    a, b = ctx.a, ctx.b", *_RETURN), "save_for_backward would have noticed"),
        (_class(*_HEAD, "    answer.a, answer.b, answer.k = a, b, k", *_SAVE[2:], "    return g * answer.k / answer.b, -g * answer.k * answer.a / answer.b ** 2, None"),
         "Save on ctx"),
        (_class(*_HEAD, "    ctx.save_for_backward(a, b)", "    answer.k = k", *_SAVE[2:], *_LOAD, "    return g * answer.k / b, -g * answer.k * a / b ** 2, None"),
         "Save on ctx"),
        (_class(*_HEAD, "    ctx.save_for_backward(a, b, k)", *_SAVE[2:], "    a, b, k = ctx.saved_tensors", "    return g * k / b, -g * k * a / b ** 2, None"),
         "save_for_backward can only save variables"),
        (_class(*_HEAD, *_SAVE[1:], *_LOAD, *_RETURN), "backward raises ValueError"),
        (_class("def forward(self, a, b, k):", *_SAVE[:3], "def backward(self, g):", *_LOAD, "    return g * ctx.k / b, -g * ctx.k * a / b ** 2, None"),
         "NameError"),
        (_class(*_HEAD, *_SAVE[:3]), "You must implement either the backward"),
        (_class(*_HEAD, *_SAVE[:2], "    return a / b", *_SAVE[3:], *_LOAD, *_RETURN), "the result has 0.5"),
        (_class(*_HEAD, *_SAVE[:2], "    k * a / b", *_SAVE[3:], *_LOAD, *_RETURN), "returns None"),
        (_class(*_HEAD, *_SAVE, *_LOAD, *_RETURN) + "\nanswer = answer.apply", "the class itself"),
        ("def answer(a, b, k):\n    return k * a / b", "the class itself"),
        ("torch.autograd.Function", "the class to derive from"),
        ("torch.nn.Module", "derived from torch.autograd.Function is asked for"),
        ("-1.5", "derived from torch.autograd.Function is asked for"),
    ),
    hints=(
        "backward returns one thing for each argument of forward, in their order. How many has forward, and what can go to a plain number?",
        "k has no gradient: None. And nudge b on paper: from 2 to 2.001, 6 / b falls by about 0.0015. The slope of 1 / b is -1 / b ** 2.",
    ),
    solution=_class(*_HEAD, *_SAVE, *_LOAD, *_RETURN),
    reason="Three arguments, so three things are returned: two gradients, and None for the number k. And a quotient falls when what it is divided by grows: -k a / b².",
)

_START = ("arrived = {root.grad_fn: {root.output_nr: gradient}}", "while arrived:")
_NEWEST = ("    node = max(arrived, key=lambda node: node.sequence)", "    got = arrived.pop(node)")
_AT_LEAF = ('    if hasattr(node, "variable"):', "        leaf = node.variable", "        leaf.grad = got[0] if leaf.grad is None else leaf.grad + got[0]", "        continue")
_ZEROS = ("    grads = [got.get(i, torch.zeros(shape)) for i, (shape, _, _) in enumerate(node.meta)]",)
_STEP = ("    handed = node.backward(*grads)", "    handed = handed if isinstance(handed, tuple) else (handed,)")
_EDGES = ("    for edge, grad in zip(node.edges, handed):", "        if edge is None or grad is None:", "            continue", "        earlier, index = edge")
_FIT = ("        grad = grad.sum_to_size(earlier.meta[index][0])", "        there = arrived.setdefault(earlier, {})")
_ADD = ("        there[index] = there[index] + grad if index in there else grad",)
_BEFORE = (*_START, *_NEWEST, *_AT_LEAF, *_ZEROS, *_STEP)
_SOLVED = _walk(*_BEFORE, *_EDGES, *_FIT, *_ADD)


def _instead(*changes):
    """Return the source of the right walk with pieces of text replaced: pairs (old, new)."""
    source = _SOLVED
    for old, new in changes:
        if old not in source:
            raise ValueError(f"the walk has no {old!r}")
        source = source.replace(old, new)
    return source


_MAX = "max(arrived, key=lambda node: node.sequence)"
_SEEN = (("while arrived:", "seen = set()\n    while arrived:"), ("        there = arrived.setdefault", "        if earlier in seen:\n                continue\n            there = arrived.setdefault"),
         ("    got = arrived.pop(node)", "    got = arrived.pop(node)\n        seen.add(node)"))
_WRONG_WALKS = {
    "overwrites .grad": (_instead(("got[0] if leaf.grad is None else leaf.grad + got[0]", "got[0]")),
                         "A second walk wipes out what the first one left. AccumulateGrad adds to the .grad that is there."),
    "oldest first": (_instead(("max(", "min(")),
                     EARLY),
    "as they come": (_instead((_MAX, "next(iter(arrived))"), *_SEEN),
                     "Your walk goes on from a step before all its gradients have arrived: in the order in which they were found. Whoever is newest "
                     "waits for nobody: visit the one with the highest sequence."),
    "last found first": (_instead((_MAX, "list(arrived)[-1]"), *_SEEN),
                         "Your walk goes on from a step before all its gradients have arrived: the one found last goes first. Whoever is newest waits "
                         "for nobody: visit the one with the highest sequence."),
    "overwrites": (_instead(("there[index] + grad if index in there else grad", "grad")),
                   "Where two gradients arrive at one step, yours keeps one and forgets the other. What arrives is added up."),
    "first only": (_instead(("there[index] = there[index] + grad if index in there else grad", "there.setdefault(index, grad)")),
                   "Where two gradients arrive at one step, yours keeps one and forgets the other. What arrives is added up."),
    "ones": (_instead(("root.output_nr: gradient}", "root.output_nr: torch.ones_like(gradient)}")),
             "Your walk begins with 1. It is given the gradient with which it begins."),
    "no fit": (_instead(("grad = grad.sum_to_size(earlier.meta[index][0])\n            ", "")),
               "Where an input was broadcast, its gradient has the shape of the result. Sum it to the input's own: "
               "grad.sum_to_size(earlier.meta[index][0])."),
    "no index": (_instead(("there[index] = there[index] + grad if index in there else grad", "there[0] = there[0] + grad if 0 in there else grad")),
                 "A step can have several outputs, and an edge says which one it comes from: (node, index). Yours takes it for the first each time."),
    "root is first": (_instead(("root.output_nr: gradient", "0: gradient")),
                      "The root need not be the first output of its step: root.output_nr says which one it is."),
    "no zeros": (_instead(("got.get(i, torch.zeros(shape))", "got.get(i)")),
                 "From an output that nobody used no gradient comes, and backward is given None. It wants zeros of that output's shape: node.meta[i][0]."),
    "one output": (_instead(("grads = [got.get(i, torch.zeros(shape)) for i, (shape, _, _) in enumerate(node.meta)]", "grads = list(got.values())")),
                   "A step with three outputs wants three gradients, in their order, and zeros for an output that nobody used: node.meta tells the shapes."),
    "no None gradient": (_instead(("edge is None or grad is None", "edge is None")),
                         "A step may hand on None: nothing goes on to that input."),
    "no None edge": (_instead(("edge is None or grad is None", "grad is None")),
                     "Some edges are None: a plain number, or a tensor that asked for no gradient. Nothing goes there."),
    "no check": (_instead(("            if edge is None or grad is None:\n                continue\n", "")),
                 "Some edges are None: a plain number, or a tensor that asked for no gradient. Nothing goes there."),
    "no tuple": (_instead(("handed = handed if isinstance(handed, tuple) else (handed,)\n        ", "")),
                 "A step with one input may hand on a tensor and not a tuple of one, and to loop over a tensor takes it apart. Make it a tuple first."),
    "leaf in the way": (_instead(('        if hasattr(node, "variable"):\n            leaf = node.variable\n            '
                                  "leaf.grad = got[0] if leaf.grad is None else leaf.grad + got[0]\n            continue\n", "")),
                        "AccumulateGrad is the end of the road: it has no backward. It has .variable, the leaf, whose .grad takes what has arrived."),
    "in place": (_instead(("there[index] = there[index] + grad if index in there else grad",
                           "there[index] = there[index].add_(grad) if index in there else grad"),
                          ("root.output_nr: gradient}", "root.output_nr: gradient.clone()}")),
                 "+= writes into a gradient that another step still waits for, or that belongs to the caller: a plus hands one and the same tensor to "
                 "both inputs. Write a + b, which makes a new one."),
    "in place at the leaf": (_instead(("leaf.grad + got[0]", "leaf.grad.add_(got[0])")),
                             "+= writes into a tensor that is the .grad of another leaf as well: a plus hands one and the same tensor to both inputs. "
                             "Write a + b, which makes a new one."),
    "half": (_instead(("enumerate(node.meta)]", "enumerate(node.meta)]\n        node.edges = node.edges[:1]")),
             "Only the first input of each step gets its gradient. Go through all edges."),
    "no zero": (_instead(("grad is None:\n", "grad is None or not grad.any():\n")),
                "A gradient of 0 goes on like any other: the .grad of the leaf becomes 0, and does not stay None."),
    "nothing": ("def answer(root, gradient):\n    pass", "Nothing arrived at the leaves: their .grad is None after your walk."),
}

_RECURSIVE = _walk("def push(node, grad):", '    if hasattr(node, "variable"):', "        leaf = node.variable",
                   "        leaf.grad = grad if leaf.grad is None else leaf.grad + grad", "        return", "    handed = node.backward(grad)",
                   "    handed = handed if isinstance(handed, tuple) else (handed,)", "    for edge, g in zip(node.edges, handed):",
                   "        if edge is not None and g is not None:", "            push(edge[0], g)", "push(root.grad_fn, gradient)")
_RECURSIVE_ONCE = _walk(
    "order, seen = [], set()", "def visit(node):", "    if node in seen: return", "    seen.add(node)", "    for edge in node.edges:",
    "        if edge is not None: visit(edge[0])", "    order.append(node)", "visit(root.grad_fn)",
    "arrived = {node: {} for node in order}", "arrived[root.grad_fn][root.output_nr] = gradient", "for node in reversed(order):", "    got = arrived[node]",
    "    if not got: continue", *_AT_LEAF, *_ZEROS, *_STEP, *_EDGES, "        grad = grad.sum_to_size(earlier.meta[index][0])", "        there = arrived[earlier]", *_ADD)
_COLLECTED = _walk(
    "found, waiting = {root.grad_fn}, [root.grad_fn]", "while waiting:", "    for edge in waiting.pop().edges:",
    "        if edge is not None and edge[0] not in found:", "            found.add(edge[0])", "            waiting.append(edge[0])",
    "arrived = {node: {} for node in found}", "arrived[root.grad_fn][root.output_nr] = gradient",
    "for node in sorted(found, key=lambda node: node.sequence, reverse=True):", "    got = arrived[node]", "    if not got: continue", *_AT_LEAF, *_ZEROS, *_STEP, *_EDGES,
    "        grad = grad.sum_to_size(earlier.meta[index][0])", "        there = arrived[earlier]", *_ADD)
_HEAP = _walk(
    "import heapq", "waiting, arrived = [-root.grad_fn.sequence], {-root.grad_fn.sequence: (root.grad_fn, {root.output_nr: gradient})}", "while waiting:",
    "    node, got = arrived.pop(heapq.heappop(waiting))", *_AT_LEAF, *_ZEROS, *_STEP, *_EDGES, "        grad = grad.sum_to_size(earlier.meta[index][0])",
    "        if -earlier.sequence not in arrived:", "            heapq.heappush(waiting, -earlier.sequence)",
    "        there = arrived.setdefault(-earlier.sequence, (earlier, {}))[1]", *_ADD)

THE_WALK = Exercise(
    id="07.6",
    title="The walk in twenty lines",
    kind="write it",
    level=3,
    minutes=25,
    prompt="Write `answer(root, gradient)`: it does what `root.backward(gradient)` does, by a loop of your own, and returns nothing. For the loop\n"
    "you have, of each `node`, what the engine has:\n\n"
    "- `root.grad_fn` and `root.output_nr`: the node of the root, and which of its outputs the root is;\n"
    "- `node.sequence`: the later a node was made, the higher; `node.edges`: for each input `(earlier node, output index)`, or `None`;\n"
    "- `node.meta`: for each output its `(shape, dtype, device)`;\n"
    "- `node.backward(*gradients)`: takes one gradient for each output (zeros where none came) and returns one for each input, or `None`; it may\n"
    "  return a single one without a tuple;\n"
    "- `node.variable`: the leaf, and only `AccumulateGrad` has it.\n\n"
    "A gradient must have the shape of its input: `grad.sum_to_size(shape)`. The check calls your function inside `torch.no_grad()`, on eighteen graphs:\n"
    "the diamond, a leaf in three places, several outputs, broadcasting, a Function of our own, 60 doublings, 10,000 steps in a row.",
    judge=walks_like_the_engine(tuple(_WRONG_WALKS.values())),
    right=(_SOLVED, _COLLECTED, _HEAP),
    wrong=(
        *((source, EARLY[40:] if message is EARLY else message) for source, message in _WRONG_WALKS.values()),
        (_RECURSIVE, "comes to one and the same step"),
        (_RECURSIVE_ONCE, "calls itself once for each step"),
        (_RECURSIVE_ONCE.replace("order, seen =", "__import__('sys').setrecursionlimit(50000)\n    order, seen ="), "only moves the wall"),
        ("def answer(root, gradient):\n    root.backward(gradient)", "the engine's own walk"),
        ("def answer(root, gradient):\n    from workbook.autograd.walk import walk\n    for step in walk([root], [gradient]):\n        pass", "the engine's own walk"),
        ("torch.Tensor.backward", "the engine's own walk"),
        (_instead((_MAX, "next(iter(arrived))")), "comes to one and the same step"),
        (_instead((_MAX, "list(arrived)[-1]")), "comes to one and the same step"),
        (_instead(("    got = arrived.pop(node)", "    got = arrived[node]")), "take a step out of what waits"),
        (_instead(("there[index] + grad if", "there[index] * grad if")), "a.grad has"),
        (_instead(("earlier.meta[index][0]", "earlier.meta[0][0]")), "x.split([1, 2])"),
        (_instead(("node.backward(*grads)", "node.backward(*[g * 0 for g in grads])")), "x.grad has 0"),
        (_instead(("there[index] = there[index] + grad if", "there[index] = there[index].add_(grad) if")), "changes the gradient that it is given"),
        (_SOLVED + "\n    return root", "it returns nothing"),
        (_instead(("node.backward", "node.grad_fn")), "raises AttributeError"),
        (_walk("for leaf, _ in root.grad_fn.next_functions:", "    leaf.variable.grad = gradient"), "raises AttributeError"),
        ("lambda root: None", "raises TypeError"),
        ("None", "itself and not its result"),
        ("[]", "itself and not its result"),
    ),
    hints=(
        "Keep a dict from each node that waits to what has arrived there, by output. As long as something waits: take the node with the highest sequence "
        "out of it, call its backward, and add what it hands on to what waits at the earlier nodes.",
        "The loop is `while arrived:`, with `node = max(arrived, key=lambda node: node.sequence)` and `got = arrived.pop(node)`. If the node has a "
        "`variable`, add to its `.grad` and go on with the next one. Else walk over `zip(node.edges, handed)`, and leave out what is None.",
    ),
    solution=_SOLVED,
    reason="A node is newer than all that it hands gradients to. So the newest one that waits has got everything, and visiting it once is enough: "
    "the work grows with the steps, not with the ways through them.",
)

EXERCISES = (COEFFICIENT, MUST_SAVE, RELU_GATE, CENTRAL, REPAIRED_FUNCTION, THE_WALK)
