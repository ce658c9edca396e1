"""Exercises of lesson 06: vectors, accumulation, stopping."""

from functools import partial

from workbook.exercises.compare import as_lists, as_number, as_text, describe, difference, dtype_name, entries, is_tensor, show
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import called, written
from workbook.exercises.judges import function, number, tensor

_descent = partial(written, "start, steps")


def _two_slopes(answer, names):
    """Judge a list of two numbers, whatever holds them."""
    if as_number(answer) is not None:
        return "a.grad has the shape of a: two numbers, one for each number of a. Write them as a list."
    found = as_lists(answer)
    if type(found) is list and (len(found) != 2 or None in map(as_number, found)):
        return "a has two numbers, so a.grad has two. Write them as a list, such as [5, 6]."
    return _thirty_six(answer, names)


_thirty_six = tensor(
    [36.0, 81.0],
    lists=True,
    known={
        "torch.tensor([24., 81.])": "[24, 81] are the values of Q. At a = 3 value and slope happen to be the same; at a = 2 they are not.",
        "torch.tensor([18., 27.])": "[18, 27] is 9 * a. The power 3 comes down by one, to 2: the slope of 3 * a ** 3 is 9 * a ** 2.",
        "torch.tensor([12., 18.])": "[12, 18] is the slope of 3 * a ** 2. Here the power is 3.",
        "torch.tensor([12., 27.])": "[12, 27] is the slope of a ** 3 alone. Q is three times that.",
        "torch.tensor([8., 27.])": "[8, 27] is a ** 3, a value. The slope is asked for.",
        "torch.tensor([4., 9.])": "[4, 9] is a ** 2. The two factors 3 are missing.",
        "torch.tensor([9., 9.])": "9 is what stands before a ** 2. The slope depends on a.",
        "torch.tensor([117., 117.])": "117 is both slopes added up. a[0] reaches Q[0] alone, and a[1] reaches Q[1] alone.",
        "torch.tensor([18., 40.5])": "Half of it is the gradient of Q.mean(), with the weights 1/2. Here each weight is 1.",
        "torch.tensor([36., 0.])": "That is the gradient with the weights [1, 0]. Here Q[1] has weight 1, too.",
        "torch.tensor([0., 81.])": "That is the gradient with the weights [0, 1]. Here Q[0] has weight 1, too.",
        "torch.tensor([1., 1.])": "[1, 1] are the weights, the gradient where the walk starts. From there it goes back to a.",
        "torch.tensor([108., 243.])": "One factor 3 too many: 3 comes from the front, 3 from the power, and that makes 9.",
    },
)

SLOPES_OF_A_VECTOR = Exercise(
    id="06.1",
    title="Two results, weighed with ones",
    kind="predict",
    level=1,
    minutes=3,
    prompt="```python\na = torch.tensor([2., 3.], requires_grad=True)\nQ = 3 * a ** 3\nQ.backward(gradient=torch.tensor([1., 1.]))\n```\n\n"
    "What is `a.grad`? Answer with a list of its two numbers, before you run the cell after this one.",
    judge=_two_slopes,
    right=(
        "[36, 81]",
        "[9 * 4., 9 * 9.]",
        "a = torch.tensor([2., 3.], requires_grad=True)\n(3 * a ** 3).backward(torch.ones(2))\nanswer = a.grad",
    ),
    wrong=(
        ("[24, 81]", "the values of Q"),
        ("[18, 27]", "comes down by one, to 2"),
        ("[12, 18]", "Here the power is 3"),
        ("[3 * 4, 3 * 9]", "the slope of a ** 3 alone"),
        ("[8, 27]", "a value. The slope is asked for"),
        ("[4, 9]", "two factors 3 are missing"),
        ("[9, 9]", "The slope depends on a"),
        ("[117, 117]", "both slopes added up"),
        ("36 + 81", "the shape of a: two numbers"),
        ("[18, 40.5]", "the gradient of Q.mean()"),
        ("[36, 0]", "with the weights [1, 0]"),
        ("[0, 81]", "with the weights [0, 1]"),
        ("[1, 1]", "[1, 1] are the weights"),
        ("[108, 243]", "One factor 3 too many"),
        ("[[36, 0], [0, 81]]", "so a.grad has two"),
        ("[36]", "so a.grad has two"),
        ("[36, 80]", "has 80 at place 1"),
        ("'[36, 81]'", "is text"),
        ("a = torch.tensor([2., 3.], requires_grad=True)\nanswer = (3 * a ** 3).backward(torch.ones(2))", "is None"),
    ),
    hints=(
        "Take the two numbers one by one: Q[0] depends on a[0] alone, and its weight is 1. Which slope has 3 * a ** 3?",
        "The slope is 9 * a ** 2. Put 2 into it, then 3.",
    ),
    solution="[9 * 2 ** 2, 9 * 3 ** 2]",
    reason="The slope of 3 * a ** 3 is 9 * a ** 2, and each result has weight 1: 9 * 4 and 9 * 9. Each number of a reaches one result only.",
)


def _legal_ones(answer, names):
    """Judge a `gradient=` of ones by giving it to a loss of shape (4,)."""
    torch = names["torch"]
    if as_text(answer) is not None:
        return "The answer is text. Write the tensor itself, without quotation marks."
    if not is_tensor(answer):
        listed = " backward takes no list: put it into torch.tensor(...)." if type(answer) in (list, tuple) else ""
        one = " One number is not enough: loss has four, and each has a weight of its own." if as_number(answer) is not None else ""
        return f"The answer is {describe(answer)}; a tensor is asked for.{listed}{one}"
    shape = tuple(answer.shape)
    if shape == (1, 4):
        return "This has two axes, as in an old tutorial. It serves a loss of shape (1, 4). Here loss has one axis: one pair of brackets too many."
    if shape == (4, 1):
        return "This is a column, with two axes. loss has one axis of length 4."
    if shape == ():
        return "One number without axes would serve a loss that is one number. loss has four, and each has a weight of its own."
    if shape == (4, 4):
        return "Four rows of weights are four passes. One backward() takes one row: one weight for each number of loss."
    if shape != (4,):
        return f"This has shape {shape}. gradient= holds one weight for each number of loss, so it has loss's shape."
    if answer.dtype.is_complex:
        return "These weights are complex numbers. loss holds real ones."
    x = torch.ones(4, requires_grad=True)
    (x * 1).backward(gradient=answer.detach())
    found = entries(x.grad)
    told = {(0.0,) * 4: "The shape is right. But weights of 0 make every gradient 0.",
            (0.25,) * 4: "The shape is right. Weights of 1/4 give the gradient of the mean; ones are asked for.",
            (-1.0,) * 4: "The shape is right. Weights of -1 turn every gradient around.",
            (1.0, 0.0, 0.0, 0.0): "The shape is right. These weights take the first number of loss alone; ones are asked for."}
    if found == [1.0] * 4:
        return None
    return told.get(tuple(found), f"The shape is right. The weights are {show(found)}, and ones are asked for.")


LEGAL_GRADIENT = Exercise(
    id="06.2",
    title="A weight for each of four losses",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="`loss` has shape `(4,)`: it holds a loss for each of four items. What stands in the gap of `loss.backward(gradient=gap)`, so that\n"
    "every item has the weight 1?",
    judge=_legal_ones,
    right=(
        "torch.ones(4)",
        "torch.tensor([1., 1., 1., 1.])",
        "torch.ones_like(torch.zeros(4))",
        "torch.ones(4, dtype=torch.float64)",
        "torch.ones(4, dtype=torch.int64)",
    ),
    wrong=(
        ("torch.tensor([[1., 1., 1., 1.]])", "as in an old tutorial"),
        ("torch.ones(1, 4)", "one pair of brackets too many"),
        ("torch.tensor(1.)", "each has a weight of its own"),
        ("1.", "One number is not enough"),
        ("torch.ones(4, 1)", "This is a column"),
        ("[1., 1., 1., 1.]", "backward takes no list"),
        ("(4,)", "a tuple; a tensor is asked for"),
        ("torch.ones(1)", "This has shape (1,)"),
        ("torch.ones(3)", "one weight for each number of loss"),
        ("torch.ones(2, 2)", "so it has loss's shape"),
        ("torch.eye(4)", "Four rows of weights are four passes"),
        ("torch.zeros(4)", "weights of 0"),
        ("torch.full((4,), 0.25)", "the gradient of the mean"),
        ("-torch.ones(4)", "turn every gradient around"),
        ("torch.tensor([1., 0., 0., 0.])", "the first number of loss alone"),
        ("torch.tensor([1., 2., 3., 4.])", "The weights are [1, 2, 3, 4]"),
        ("torch.ones(4, dtype=torch.complex64)", "complex numbers"),
        ("'torch.ones(4)'", "without quotation marks"),
        ("None", "a tensor is asked for"),
        ("torch.ones", "a function; a tensor is asked for"),
    ),
    hints=(
        "The weights have the shape of what they weigh. Which shape has `loss`, and how many axes are that?",
        "A function of lesson 01 makes a tensor of a given shape that holds nothing but 1.",
    ),
    solution="torch.ones(4)",
    reason="One weight for each number of loss, in loss's own shape: four ones on one axis. torch.ones_like(loss) takes the shape from loss itself.",
)

THREE_PASSES = Exercise(
    id="06.3",
    title="Three walks back",
    kind="predict",
    level=1,
    minutes=2,
    prompt="```python\nx = torch.tensor(3., requires_grad=True)\n(2 * x).backward()\n(2 * x).backward()\n(5 * x).backward()\n```\n\n"
    "What is `x.grad` now?",
    judge=number(
        9,
        known={
            5: "5 is what the last backward() brought. It does not replace what was there.",
            2: "2 is what the first backward() brought. The others brought something, too.",
            0: "Nothing was cleared: backward() leaves its gradient behind and does not tidy up afterwards.",
            7: "7 is 2 + 5. The same backward() twice brings its gradient twice.",
            4: "4 is what the first two brought together. The third one is missing.",
            20: "20 is 2 * 2 * 5. Along a path slopes multiply; what several backward() calls bring is added.",
            10: "10 is 2 * 5. What several backward() calls bring is added.",
            3: "3 is x itself, or the mean of the three. They are added up, and nothing is divided.",
            6: "6 is the value of 2 * x. The slope is asked for, from three calls.",
            15: "15 is the value of 5 * x. The slope is asked for, from three calls.",
            27: "27 is the three values added up. Add the slopes.",
            14: "14 would be x.grad if each call doubled what is there. A call adds its own slope, once.",
            18: "18 is twice the sum. Each call adds its slope once.",
        },
    ),
    right=("9", "2 + 2 + 5", "torch.tensor(9.)", "x = torch.tensor(3., requires_grad=True)\nfor k in (2, 2, 5):\n    (k * x).backward()\nanswer = x.grad"),
    wrong=(
        ("5", "does not replace what was there"),
        ("2", "what the first backward() brought"),
        ("0", "Nothing was cleared"),
        ("2 + 5", "brings its gradient twice"),
        ("2 + 2", "The third one is missing"),
        ("2 * 2 * 5", "calls bring is added"),
        ("2 * 5", "10 is 2 * 5"),
        ("3", "nothing is divided"),
        ("6", "the value of 2 * x"),
        ("15", "the value of 5 * x"),
        ("27", "the three values added up"),
        ("14", "adds its own slope, once"),
        ("18", "twice the sum"),
        ("[2, 2, 5]", "One number is asked for"),
        ("'9'", "answer is text"),
        ("x = torch.tensor(3., requires_grad=True)\nanswer = (5 * x).backward()", "gives None back"),
    ),
    hints=(
        "Each line has its own slope with respect to x. Write down the three.",
        "Nobody clears x.grad between the lines, and what arrives is added to what is there.",
    ),
    solution="2 + 2 + 5",
    reason="The slopes are 2, 2 and 5, and backward() adds to what is there. The value of x plays no part: the lines are straight.",
)


def _cut_off(answer, names):
    """Judge a function from a tensor to the same numbers outside the graph; the tensor stays as it was."""
    torch = names["torch"]
    for values, dtype in (([1.0, 2.0], torch.float32), ([0.25, -3.0, 8.0], torch.float64)):
        leaf = torch.tensor(values, dtype=dtype, requires_grad=True)
        for x, of in ((leaf, "a leaf"), (leaf * 1, "a result")):
            found = _cut_off_from(answer, x, of, values, torch)
            if found:
                return found
    return None


def _cut_off_from(answer, x, of, values, torch):
    y, problem = called(answer, x)
    if problem:
        return problem
    if not is_tensor(y):
        return f"Your function returns {describe(y)}; a tensor is asked for."
    if y is x:
        cut = "." if x.requires_grad else ", and it is cut off as well: whoever still needs its gradient gets none."
        return f"Your function returns x itself, the same tensor{cut}"
    if not x.requires_grad:
        return "Your function cuts x itself out of its graph. The caller still needs its gradient: cut off the copy, not x."
    if entries(x) != values:
        return "Your function changes the numbers of x. The caller still needs them."
    if y.requires_grad and y.grad_fn is not None:
        return f"y is still in the graph: its step is {type(y.grad_fn).__name__}. A copy of the numbers is recorded like every other step."
    if y.requires_grad:
        return "y is cut off from x, and is a new leaf that asks for gradients. It should ask for none."
    if found := difference(y, x.detach()):
        return f"Called with {of} of {dtype_name(x)} the result {found}."
    before = x._version
    with torch.no_grad():
        y.add_(1)
    if entries(x) != values and x._version == before:
        return "`.data` cuts off, too, but a write through it goes unnoticed, and gradients come out wrong without an error. Use the method that is watched."
    return None


CUT_FROM_THE_GRAPH = Exercise(
    id="06.4",
    title="The same numbers, outside the graph",
    kind="write it",
    level=2,
    minutes=4,
    prompt="`x` requires a gradient. Write a function that takes `x` and returns `y`: a tensor with the same numbers that is cut from the graph.\n"
    "`x` itself must stay in it. Do it without `.data`. Try it on `torch.ones(2, requires_grad=True)` and print what it returns.",
    judge=_cut_off,
    right=(
        "lambda x: x.detach()",
        "lambda x: x.clone().detach()",
        "lambda x: x.detach().clone()",
        "torch.Tensor.detach",
        "def answer(x):\n    with torch.no_grad():\n        return x.clone()",
        "def answer(x):\n    with torch.no_grad():\n        return x * 1",
    ),
    wrong=(
        ("lambda x: x.clone()", "still in the graph: its step is CloneBackward0"),
        ("lambda x: x * 1", "still in the graph: its step is MulBackward0"),
        ("lambda x: x", "returns x itself, the same tensor."),
        ("lambda x: x.requires_grad_(False)", "whoever still needs its gradient gets none"),
        ("lambda x: x.detach_()", "it is cut off as well"),
        ("def answer(x):\n    y = x.detach()\n    x.detach_()\n    return y", "cuts x itself out of its graph"),
        ("lambda x: x.data", "goes unnoticed"),
        ("lambda x: x.detach().requires_grad_()", "a new leaf that asks for gradients"),
        ("lambda x: torch.tensor(x.tolist())", "as float32; another dtype"),
        ("lambda x: x.detach().numpy()", "returns a NumPy array"),
        ("lambda x: x.tolist()", "returns a list"),
        ("lambda x: x.item()", "raises RuntimeError"),
        ("lambda x: torch.zeros_like(x)", "not the number asked for"),
        ("lambda x: x.detach().add_(1)", "changes the numbers of x"),
        ("lambda x: x.detach()[None]", "2 axes"),
        ("lambda x: x.grad", "returns None"),
        ("def answer(x):\n    x.detach()", "Is there a `return`?"),
        ("def answer(x):\n    with torch.no_grad():\n        y = x\n    return y", "the same tensor."),
        ("def answer(x):\n    with torch.no_grad():\n        pass\n    return x + 0", "still in the graph"),
        ("torch.ones(2)", "itself and not its result"),
    ),
    hints=(
        "A copy of the numbers alone does not help: copying is a step, and steps are recorded.",
        "There is a method with just this task; its name means to separate. Or make a copy where nothing is recorded.",
    ),
    solution="def answer(x):\n    return x.detach()",
    reason="detach gives a tensor on the same memory that no step leads to. It copies nothing; add .clone() where you want to write into it.",
)

RUNS = {
    "A": "A runs. The slope of y = x * 2 is 2, whatever y holds: no old value is needed.",
    "B": "B raises. The slope of exp is its own result, which is y, and += wrote over it.",
    "C": "C runs. y + 1 makes a new tensor. The old result still exists, under no name, and exp finds it there.",
    "D": "D raises at once. x is a leaf that asks for gradients, and a write to it could not be recorded.",
    "E": "E runs. Inside no_grad a leaf may be written, and nobody needs its old value here. Optimizers change weights like this.",
    "F": "F raises. The slope of x * x is made of the old x, and += wrote over it. no_grad does not record, but the old value is gone.",
}


def _raising(answer, names):
    """Judge the letters of the programs that raise, in any order."""
    given = as_text(answer)
    if given is None:
        return f"The answer is {describe(answer)}; write the letters between quotation marks, as in 'AC'."
    letters = [letter for letter in given.upper() if letter not in " ,"]
    if not letters or len(set(letters)) != len(letters) or not set(letters) <= set(RUNS):
        return "Write letters out of A, B, C, D, E, F, each once, and nothing else, as in 'AC'."
    return next((RUNS[letter] for letter in RUNS if (letter in letters) != (letter in "BDF")), None)


WHICH_RAISE = Exercise(
    id="06.5",
    title="Which of these raise an error?",
    kind="predict",
    level=3,
    minutes=6,
    prompt="Each program begins with `x = torch.ones(2, requires_grad=True)` and ends with `y.sum().backward()`. Between them stand two lines:\n\n"
    "| | first | then |\n|---|---|---|\n"
    "| **A** | `y = x * 2` | `y += 1` |\n"
    "| **B** | `y = x.exp()` | `y += 1` |\n"
    "| **C** | `y = x.exp()` | `y = y + 1` |\n"
    "| **D** | `x += 1` | `y = x * 2` |\n"
    "| **E** | `with torch.no_grad(): x += 1` | `y = x * 2` |\n"
    "| **F** | `y = x * x` | `with torch.no_grad(): x += 1` |\n\n"
    "Which programs raise an error? Answer with their letters, such as `'AC'`.",
    judge=_raising,
    right=("'BDF'", "'FDB'", "'bdf'", "'fdb'"),
    wrong=(
        ("'ABDF'", "A runs. The slope of y = x * 2 is 2"),
        ("'AB'", "A runs"),
        ("'DF'", "B raises. The slope of exp is its own result"),
        ("'BCDF'", "C runs. y + 1 makes a new tensor"),
        ("'BF'", "D raises at once"),
        ("'BDEF'", "E runs. Inside no_grad"),
        ("'BD'", "F raises. The slope of x * x"),
        ("'B'", "D raises at once"),
        ("'D'", "B raises"),
        ("'ABCDEF'", "A runs"),
        ("'BDFF'", "each once"),
        ("'BDG'", "out of A, B, C, D, E, F"),
        ("''", "out of A, B, C, D, E, F"),
        ("['B', 'D', 'F']", "between quotation marks"),
        ("3", "between quotation marks"),
    ),
    hints=(
        "Ask of each program: which old value does the slope need, and was it written over? The slope of `x * 2` is a plain 2.",
        "`y += 1` writes into y, `y = y + 1` makes a new tensor. And a leaf that asks for gradients is written inside no_grad only.",
    ),
    solution="'BDF'",
    reason="B and F write over a value that a slope still needs, D writes to a leaf while steps are recorded. A needs no old value, C makes "
    "a new tensor, and E is what every optimizer does.",
)

_BEGIN = ("w = torch.tensor(start, requires_grad=True)", "for _ in range(steps):", "    loss = (w - 5) ** 2", "    loss.backward()")
_END = ("    with torch.no_grad():", "        w -= 0.1 * w.grad")


_reaches = function(
    _descent(*_BEGIN, *_END, "    w.grad = None", "return w.item()"),
    ("0., 1", "0., 2", "9., 4"),
    known={
        _descent(*_BEGIN, *_END, "return w.item()"): "The first step is right, and the later ones are too long. What does w.grad hold in the second round?",
        "lambda start, steps: start": "The function returns where it began. A gradient that is cleared before the step moves nothing.",
        _descent(*_BEGIN, *_END[:1], "        w += 0.1 * w.grad", "    w.grad = None", "return w.item()"): "The function walks away from 5. "
        "The gradient points to where the loss grows: subtract it.",
        "lambda start, steps: 5 + (start - 5) * 0.8": "The function makes one step, however many are asked for. Or is `return` inside the loop?",
        "lambda start, steps: 5.": "The function returns 5 itself, where the loss is least. It is asked where the steps have led.",
        "lambda start, steps: 5 + (start - 5) * 0.8 ** (steps + 1)": "The function makes one step too many.",
        "lambda start, steps: 5 + (start - 5) * 0.9 ** steps": "The steps are half as long as they should be: the slope of the square has a 2.",
    },
)


def _descended(answer, names):
    """Judge a descent; where there was no gradient to take a step with, say where it went."""
    said = _reaches(answer, names)
    if said and "NoneType" in said and "0., 1" in said:
        return "w.grad is None when the step wants it: it was cleared too early. Clear it before backward(), or after the step."
    if said and "NoneType" in said:
        return (
            "In the second round w.grad is None. `w = w - ...` makes a new tensor and calls it w: a result, and results keep no gradient. "
            "Write into the leaf, w -= ..., where nothing is recorded."
        )
    if said and "does not require grad" in said and "0., 1" in said:
        return (
            "The loss is computed inside no_grad, so no step is recorded, and backward() has no way to walk. Only the write into w "
            "stands inside."
        )
    if said and "does not require grad" in said:
        return (
            "From the second round on the loss does not require grad: inside no_grad, `w = w - ...` makes a new tensor that no step "
            "leads to, and calls it w. Write into the leaf instead, w -= ...."
        )
    return said


REPAIRED_DESCENT = Exercise(
    id="06.6",
    title="Two mistakes in a descent",
    kind="fix the bug",
    level=3,
    minutes=8,
    prompt="This function should make `steps` steps of gradient descent with the learning rate 0.1: it walks from `start` towards 5, where the\n"
    "loss is least, and returns the number it has reached. It holds two mistakes; one raises an error, the other does not. Replace\n"
    "`answer = ...` by the repaired function. `answer(0., 1)` should be 1, and `answer(0., 2)` should be 1.8.\n\n"
    "```python\n" + _descent(*_BEGIN, "    w -= 0.1 * w.grad", "return w.item()") + "\n```",
    judge=_descended,
    right=(
        _descent(*_BEGIN, *_END, "    w.grad = None", "return w.item()"),
        _descent(*_BEGIN, *_END, "        w.grad.zero_()", "return w"),
        _descent(*_BEGIN, "    w = (w - 0.1 * w.grad).detach().requires_grad_()", "return w.item()"),
        _descent("w = torch.tensor(start, requires_grad=True)", "optimizer = torch.optim.SGD([w], lr=0.1)", "for _ in range(steps):",
                 "    optimizer.zero_grad()", "    ((w - 5) ** 2).backward()", "    optimizer.step()", "return w.item()"),
        _descent("w = torch.tensor(start, requires_grad=True)", "for _ in range(steps):", "    slope, = torch.autograd.grad((w - 5) ** 2, w)",
                 "    with torch.no_grad():", "        w -= 0.1 * slope", "return w.item()"),
    ),
    wrong=(
        (_descent(*_BEGIN, "    w -= 0.1 * w.grad", "return w.item()"), "a leaf Variable that requires grad"),
        (_descent(*_BEGIN, *_END, "return w.item()"), "the later ones are too long"),
        (_descent(*_BEGIN, "    w.data -= 0.1 * w.grad", "return w.item()"), "the later ones are too long"),
        (_descent(*_BEGIN, *_END, "w.grad = None", "return w.item()"), "the later ones are too long"),
        (_descent(*_BEGIN, "    w.grad.zero_()", *_END, "return w.item()"), "cleared before the step moves nothing"),
        (_descent(*_BEGIN, "    w.grad = None", *_END, "return w.item()"), "it was cleared too early"),
        (_descent(*_BEGIN, "    w = w - 0.1 * w.grad", "return w.item()"), "results keep no gradient"),
        (_descent(*_BEGIN, "    w = w - 0.1 * w.grad", "    w.grad = None", "return w.item()"), "Write into the leaf"),
        (_descent(*_BEGIN, "    with torch.no_grad():", "        w = w - 0.1 * w.grad", "    w.grad = None", "return w.item()"), "Write into the leaf instead"),
        (_descent("w = torch.tensor(start, requires_grad=True)", "with torch.no_grad():", "    for _ in range(steps):",
                  "        loss = (w - 5) ** 2", "        loss.backward()", "        w -= 0.1 * w.grad", "        w.grad = None", "return w.item()"),
         "Only the write into w stands inside"),
        (_descent(*_BEGIN, "    with torch.no_grad():", "        w - 0.1 * w.grad", "    w.grad = None", "return w.item()"), "returns where it began"),
        (_descent(*_BEGIN, "    w.detach().sub(0.1 * w.grad)", "    w.grad = None", "return w.item()"), "returns where it began"),
        (_descent(*_BEGIN, *_END[:1], "        w += 0.1 * w.grad", "    w.grad = None", "return w.item()"), "walks away from 5"),
        (_descent(*_BEGIN, *_END, "    w.grad = None", "    return w.item()"), "Or is `return` inside the loop?"),
        (_descent(*_BEGIN, *_END, "    w.grad = None"), "returns None"),
        (_descent(*_BEGIN, *_END, "    w.grad = None", "return loss.item()"), "that is not the number asked for"),
        (_descent(*_BEGIN, *_END, "    w.grad = None", "return w.grad"), "returns None"),
        (_descent("return 5."), "returns 5 itself"),
        (_descent("return 5 + (start - 5) * 0.9 ** steps"), "has a 2"),
        (_descent("w = torch.tensor(start, requires_grad=True)", "loss = (w - 5) ** 2", "for _ in range(steps):", "    loss.backward()",
                  *_END, "    w.grad = None", "return w.item()"), "backward through the graph a second time"),
        (_descent("w = torch.tensor(start, requires_grad=True)", "loss = (w - 5) ** 2", "for _ in range(steps):",
                  "    loss.backward(retain_graph=True)", "    w.data -= 0.1 * w.grad", "    w.grad = None", "return w.item()"),
         "Called with 0., 2"),
        ("1.8", "a function is asked for"),
    ),
    hints=(
        "The error says where a leaf may be written: inside `with torch.no_grad():`. Repair that, and compare `answer(0., 2)` with 1.8.",
        "In the second round w.grad still holds the gradient of the first. Clear it in every round, after the step or before backward().",
    ),
    solution=_descent(*_BEGIN, *_END, "    w.grad = None", "return w.item()"),
    reason="The step is no part of the formula, so it stands inside no_grad. And backward adds, so the gradient of each round is cleared once it is used.",
)

EXERCISES = (SLOPES_OF_A_VECTOR, LEGAL_GRADIENT, THREE_PASSES, CUT_FROM_THE_GRAPH, WHICH_RAISE, REPAIRED_DESCENT)
