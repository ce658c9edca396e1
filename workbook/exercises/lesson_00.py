"""Exercises of lesson 00: start here."""

from functools import partial

from workbook.exercises.compare import as_text, describe
from workbook.exercises.exercise import Exercise
from workbook.exercises.functions import written
from workbook.exercises.judges import function, number, text

_descent = partial(written, "w, lr, steps")


def _version(answer, names):
    """Judge a version; what stands behind a plus names the build and does not count."""
    if describe(answer) == "a module":
        return "That is the package itself. One of its attributes holds the version, as a text."
    written = as_text(answer)
    return _plain_version(answer if written is None else written.partition("+")[0], names)


_plain_version = text(
    lambda names: names["torch"].__version__.partition("+")[0],
    known={
        "1.9.0": "1.9.0 is the version in a document of 2021. Ask the package that is installed here.",
        "0.1.12.post2": "0.1.12 is the version in a document of 2018. Ask the package that is installed here.",
        "torch": "That is the name of the package, not its version.",
        "workbook": "That is the name of the package, not its version.",
        "torch.__version__": "Between quotation marks it is only a text. Without them Python looks the version up.",
    },
)

INSTALLED_VERSION = Exercise(
    id="00.1",
    title="Which version?",
    kind="fill in",
    level=1,
    minutes=2,
    prompt="Give the version of the installed package as a string. Let Python look it up: a version that is copied from a page says only\n"
    "what its author had.",
    judge=_version,
    right=("torch.__version__.partition('+')[0]", "str(torch.__version__)", "torch.__version__ + ''"),
    wrong=(
        ("'1.9.0+cpu'", "a document of 2021"),
        ("torch", "the package itself"),
        ("torch.__name__", "the name of the package"),
        ("'torch.__version__'", "only a text"),
        ("2.13", "a text is asked for"),
    ),
    hints=(
        "The first code cell of this lesson prints it.",
        "The attribute's name stands between two pairs of underscores.",
    ),
    solution="torch.__version__.partition('+')[0]",
    reason="The package knows its version. What stands behind the plus names the build and may stay: +cpu is PyTorch for machines "
    "without a GPU.",
)

IMPORT_NAME = Exercise(
    id="00.2",
    title="The name to import",
    kind="fill in",
    level=1,
    minutes=1,
    prompt="Real PyTorch code begins with `import` and a name. Which name is it? Write it as a string.",
    judge=text(
        "torch",
        known={
            "pytorch": "pytorch is the name of the project. Importing it is the error above.",
            "torch.nn": "torch.nn is a part of the package. The package itself is asked for.",
            "workbook": "workbook is the engine of this course. The name in real PyTorch code is asked for.",
            "import torch": "Only the name, without the word import.",
            "PyTorch": "PyTorch is the name of the project. The name that is imported is another.",
            "Pytorch": "PyTorch is the name of the project. The name that is imported is another.",
            "import workbook as torch": "That line is for this course. Real PyTorch code has only a name after import: which one?",
        },
    ),
    right=("'torch'", "'to' + 'rch'", '"torch"'),
    wrong=(
        ("'pytorch'", "the name of the project"),
        ("'Torch'", "capital and small letters"),
        ("'PyTorch'", "The name that is imported is another"),
        ("'Pytorch'", "The name that is imported is another"),
        ("'import workbook as torch'", "That line is for this course"),
        ("'torch.nn'", "a part of the package"),
        ("'workbook'", "the engine of this course"),
        ("torch", "a text is asked for"),
    ),
    hints=(
        "The error above says which name does not work.",
        "It is the short name that follows the word `as` in the first code cell of this lesson.",
    ),
    solution="'torch'",
    reason="The project is called PyTorch, its package torch: import torch.",
)

ONE_STEP = Exercise(
    id="00.3",
    title="One step down the slope",
    kind="fill in",
    level=1,
    minutes=3,
    prompt="One weight: `w` is 1, its gradient is 4, and the learning rate is 0.1. Fill the gap: after one step `w` is `1 - ____`.\n"
    "Give the new `w`.",
    judge=number(
        0.6,
        known={
            1.4: "1.4 is a step up the slope, where the loss grows. A step goes down: minus.",
            -3: "-3 is a step of the whole gradient. The learning rate makes it small.",
            0.4: "0.4 is the step. The new w is what is left of the old one.",
            4: "4 is the gradient. The new w is asked for.",
            0.9: "0.9 is a step of the learning rate alone. Multiply it by the gradient.",
            1: "1 is the old w.",
            -39: "-39 divides by the learning rate. The step is the gradient times the learning rate.",
            3.6: "3.6 is the gradient less the step. The step is taken from w, which is 1.",
            0.1: "0.1 is the learning rate. The new w is asked for.",
        },
    ),
    right=("0.6", "1 - 0.1 * 4", "torch.tensor(1.) - 0.1 * torch.tensor(4.)"),
    wrong=(
        ("1 + 0.1 * 4", "a step up the slope"),
        ("1 - 4", "the whole gradient"),
        ("0.1 * 4", "0.4 is the step"),
        ("1 - 0.1", "the learning rate alone"),
        ("1 - 4 / 0.1", "divides by the learning rate"),
        ("4 - 0.4", "the gradient less the step"),
        ("0.1", "0.1 is the learning rate"),
        ("'0.6'", "answer is text"),
    ),
    hints=(
        "The step is the learning rate times the gradient.",
        "Take the step away from the old w: it goes against the slope.",
    ),
    solution="1 - 0.1 * 4",
    reason="The step is 0.1 * 4 = 0.4, and it is taken away because the loss grows in the direction of the gradient: 1 - 0.4 = 0.6.",
)

WHAT_THE_KERNEL_KNOWS = Exercise(
    id="00.4",
    title="What the kernel remembers",
    kind="predict",
    level=2,
    minutes=3,
    prompt="A notebook has three cells:\n\n"
    "```python\n"
    "count = 10            # cell A\n"
    "count = count - 3     # cell B\n"
    "print(count)          # cell C\n"
    "```\n\n"
    "You run A, then B, then B again. Then you change cell A to `count = 100`, do not run it, and run C. What does C print?",
    judge=number(
        4,
        known={
            7: "7 would be right if B had run once. It stands once on the screen, but it ran twice.",
            1: "1 would be right if B had run three times.",
            10: "10 would be right if B had never run.",
            13: "13 adds 3. B takes 3 away, each time it runs.",
            3: "3 is what B takes away, each time it runs. C prints what is left.",
            94: "94 would be right if the changed cell A had run. Changing a cell changes nothing until it runs.",
            97: "97 is what Restart and Run All would print now. Here cell A was changed and did not run.",
            100: "100 stands on the screen only. Cell A was changed and did not run.",
        },
    ),
    right=("4", "10 - 3 - 3", "torch.tensor(4)"),
    wrong=(
        ("10 - 3", "it ran twice"),
        ("100 - 3 - 3", "until it runs"),
        ("100 - 3", "Restart and Run All"),
        ("100", "on the screen only"),
        ("10", "if B had never run"),
        ("10 + 3", "13 adds 3"),
        ("3", "what B takes away"),
        ("'4'", "answer is text"),
    ),
    hints=(
        "Write down the value of count after each run, in the order of the runs.",
        "What stands in cell A now does not matter: it counts what stood there when it ran.",
    ),
    solution="10 - 3 - 3",
    reason="The kernel remembers what ran, in the order in which it ran: 10, then 7, then 4. The text of a cell is not what it knows.",
)

LOOP_THAT_FORGETS = Exercise(
    id="00.5",
    title="The loop that forgets",
    kind="fix the bug",
    level=2,
    minutes=6,
    prompt="The loss is `w ** 2`, so its slope is `2 * w`. This function should take `steps` steps down the slope and return the last\n"
    "`w`. It learns nothing after the first step. Replace `answer = ...` by the repaired function.\n\n"
    "```python\n"
    + _descent("for step in range(steps):", "    new = w - lr * 2 * w", "return new")
    + "\n```",
    judge=function(
        "lambda w, lr, steps: w * (1 - 2 * lr) ** steps",
        ("1.0, 0.1, 1", "1.0, 0.1, 3", "4.0, 0.25, 2", "-2.0, 0.3, 5"),
        known={
            "lambda w, lr, steps: w - lr * 2 * w": "The result is that of one step, whatever `steps` says. Each round must begin with "
            "the w of the round before, and `return` must wait for the last round.",
            "lambda w, lr, steps: w * (1 + 2 * lr) ** steps": "w climbs: the loss grows. A step goes against the slope: minus.",
            "lambda w, lr, steps: w * (1 - lr) ** steps": "The slope of w ** 2 is 2 * w; here it is taken as w.",
            "lambda w, lr, steps: w * (1 - 2) ** steps": "The learning rate is not used: the step is the whole slope.",
            "lambda w, lr, steps: w - steps * lr * 2 * w": "The slope is taken once, at the start, and used for every step. It changes "
            "with w.",
            "lambda w, lr, steps: w": "The function returns the w that it was given.",
        },
    ),
    right=(
        _descent("for step in range(steps):", "    w = w - lr * 2 * w", "return w"),
        _descent("new = w", "for step in range(steps):", "    new = new - lr * 2 * new", "return new"),
        _descent("for step in range(steps):", "    w -= lr * 2 * w", "return w"),
    ),
    wrong=(
        (_descent("for step in range(steps):", "    new = w - lr * 2 * w", "return new"), "that of one step"),
        (_descent("for step in range(steps):", "    w = w - lr * 2 * w", "    return w"), "that of one step"),
        (_descent("for step in range(steps):", "    new = w - lr * 2 * w", "return w"), "the w that it was given"),
        (_descent("for step in range(steps):", "    w = w + lr * 2 * w", "return w"), "w climbs"),
        (_descent("for step in range(steps):", "    w = w - lr * w", "return w"), "here it is taken as w"),
        (_descent("for step in range(steps):", "    w = w - 2 * w", "return w"), "learning rate is not used"),
        (_descent("slope = 2 * w", "for step in range(steps):", "    w = w - lr * slope", "return w"), "It changes with w"),
        (_descent("for step in range(steps):", "    w = w - lr * 2 * w"), "returns None"),
        ("0.512", "a function is asked for"),
    ),
    hints=(
        "Follow it on paper with w = 1, lr = 0.1 and two steps. Which w stands on the right side in the second round?",
        "The new value must have the name that the next round reads.",
    ),
    solution=_descent("for step in range(steps):", "    w = w - lr * 2 * w", "return w"),
    reason="The next round reads w, so the step must be written to w. A training loop that makes its network anew in every round forgets "
    "in the same way.",
)

EXERCISES = (INSTALLED_VERSION, IMPORT_NAME, ONE_STEP, WHAT_THE_KERNEL_KNOWS, LOOP_THAT_FORGETS)
