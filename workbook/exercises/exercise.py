"""What an exercise is, and where the exercises of a lesson are found."""

import ast
import importlib
import importlib.util
import re
from dataclasses import dataclass
from typing import Callable

import workbook as torch

KINDS = ("predict", "fill in", "fix the bug", "order the lines", "write it")


@dataclass(frozen=True)
class Exercise:
    """One exercise: its text, its check, and the answers that prove the check.

    `judge(answer, names)` returns None for a right answer, else the message that names the misconception; `workbook.exercises.judges`
    makes judges. `names` holds what `setup` makes, run anew for every check, and `torch`. `right`, `wrong` and `solution` are source
    text: an expression, or statements that give `answer` its value. Each entry of `wrong` is a pair (source, a distinctive phrase of
    the message that it must get). ValueError says what an incomplete exercise lacks.

    >>> from workbook.exercises.judges import number
    >>> slope = Exercise(
    ...     id="05.1", title="A slope", kind="predict", level=1, minutes=2,
    ...     prompt="Give the slope of `3 * x ** 2` at `x = 3`.",
    ...     judge=number(18, known={27: "27 is the value there, not the slope.", 9: "9 is x ** 2.", 6: "The slope is 6 * x."}),
    ...     right=("18", "6 * 3"),
    ...     wrong=(("27", "not the slope"), ("9", "x ** 2"), ("6", "6 * x")),
    ...     hints=("The slope of x ** 2 is 2 * x.", "Put x = 3 into 6 * x."),
    ...     solution="6 * 3", reason="The slope of 3x² is 6x, and x is 3.")
    >>> slope.lesson
    '05'
    """

    id: str
    title: str
    kind: str
    level: int
    minutes: int
    prompt: str
    judge: Callable
    right: tuple
    wrong: tuple
    hints: tuple
    solution: str
    reason: str
    setup: str = ""

    def __post_init__(self):
        lacks = [
            (re.fullmatch(r"\d\d\.\d+", self.id), "an id like '05.2'"),
            (self.kind in KINDS, f"a kind out of {KINDS}"),
            (self.level in (1, 2, 3), "a level of 1, 2 or 3"),
            (self.minutes > 0, "a time in minutes"),
            (self.title and self.prompt and self.solution and self.reason, "a title, prompt, solution and reason"),
            (isinstance(self.right, tuple) and len(set(self.right)) >= 2, "a tuple of two right answers"),
            (isinstance(self.wrong, tuple) and len({source for source, _ in self.wrong}) >= 3, "a tuple of three wrong answers"),
            (all(phrase.strip() for _, phrase in self.wrong), "a phrase for every wrong answer"),
            (isinstance(self.hints, tuple) and len(self.hints) == 2, "a tuple of two hints"),
        ]
        missing = [what for present, what in lacks if not present]
        if missing:
            raise ValueError(f"exercise {self.id!r} needs " + "; ".join(missing))

    @property
    def lesson(self):
        """The two digits of its lesson."""
        return self.id[:2]

    def names(self):
        """Return what `setup` makes, made anew."""
        return Names(self.setup)


class Names(dict):
    """The names that `setup` makes, and `torch`."""

    def __init__(self, setup=""):
        super().__init__(torch=torch)
        self._setup = setup
        exec(compile(setup, "<setup of the exercise>", "exec"), self)

    def evaluate(self, source):
        """Return the value of `source`, run beside names of its own, so that no source sees what another one changed.

        >>> Names("a = [1, 2]").evaluate("len(a) + 1")
        3
        >>> Names().evaluate("def answer(x): return x * 2")(4)
        8
        """
        names = Names(self._setup)
        exec(compile(binding(source), "<answer of the exercise>", "exec"), names)
        return names["answer"]


def binding(source):
    """Return statements that give `answer` its value, out of an expression or of such statements.

    >>> binding("6 * 3")
    'answer = 6 * 3'
    >>> binding("answer = 6 * 3")
    'answer = 6 * 3'

    Raises ValueError where nothing is called `answer`.
    """
    source = source.strip()
    tree = ast.parse(source)
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        return f"answer = {source}"
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if "answer" not in stored | {getattr(node, "name", None) for node in tree.body}:
        raise ValueError(f"this source gives nothing the name `answer`:\n{source}")
    return source


def lesson_exercises(lesson):
    """Return the exercises of a lesson, in order; an empty tuple where the lesson has none.

    >>> lesson_exercises("99")
    ()
    """
    name = f"workbook.exercises.lesson_{lesson}"
    if importlib.util.find_spec(name) is None:
        return ()
    return importlib.import_module(name).EXERCISES


def find(id):
    """Return the exercise of this id, or None. Only its lesson's module is loaded."""
    if not (type(id) is str and re.fullmatch(r"\d\d\.\d+", id)):
        return None
    return next((exercise for exercise in lesson_exercises(id[:2]) if exercise.id == id), None)
