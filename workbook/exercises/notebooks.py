"""A lesson's notebook and its exercises: which cell is which, cells written from the exercises, cells filled and emptied.

A notebook is the dict of its JSON file. The tags and the metadata are described in `workbook.exercises`.
"""

import ast
import copy
import html
import re

from workbook.exercises.exercise import binding, lesson_exercises

EMPTY = "answer = ..."
LONG = 12  # characters from which a text cannot stand in a lesson by chance


def lesson_of(path):
    """Return the two digits that a lesson's file name begins with, or None.

    >>> from pathlib import Path
    >>> lesson_of(Path("lessons/05-autograd.ipynb")), lesson_of(Path("notes.ipynb"))
    ('05', None)
    """
    return path.stem[:2] if re.match(r"\d\d(\D|$)", path.stem) else None


def tags(cell):
    """Return the tags of a cell."""
    return cell["metadata"].get("tags", [])


def note(cell, key, default=None):
    """Return what the cell's metadata says under `workbook`."""
    return cell["metadata"].get("workbook", {}).get(key, default)


def source(cell):
    """Return the cell's text, which a file may hold as a list of lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def exercise_cells(notebook):
    """Return [(id, cell)] of the cells tagged `exercise`."""
    return [(note(cell, "exercise"), cell) for cell in notebook["cells"] if "exercise" in tags(cell)]


def answer_statement(text):
    """Return (first line, last line) of the statement, counted from 0, that gives `answer` its value in an exercise cell.

    >>> answer_statement("answer = ...\\ncheck('05.2', answer)")
    (0, 1)

    Raises ValueError where the cell does not begin with it.
    """
    body = ast.parse(text).body
    if len(body) > 1 and _names_answer(body[0]):
        last = next((i for i, node in enumerate(body) if _calls_check(node)), len(body))
        return body[0].lineno - 1, body[last - 1].end_lineno if last else body[0].end_lineno
    raise ValueError("an exercise cell begins `answer = ...` and ends with check(...)")


def filled(notebook, exercises):
    """Return a copy in which every exercise cell holds its exercise's solution."""
    solutions = {exercise.id: exercise.solution for exercise in exercises}
    return _with_answers(notebook, lambda id: binding(solutions[id]))


def emptied(notebook):
    """Return a copy for students: exercise cells empty, cells tagged `solution` gone."""
    copied = _with_answers(notebook, lambda id: EMPTY)
    copied["cells"] = [cell for cell in copied["cells"] if "solution" not in tags(cell)]
    return copied


def rendered(notebook, exercises):
    """Return a copy in which the cells tagged `prompt` and `solution` say what the exercises say. KeyError names an unknown id."""
    copied, known = copy.deepcopy(notebook), {exercise.id: exercise for exercise in exercises}
    for cell in copied["cells"]:
        if "prompt" in tags(cell):
            cell["source"] = prompt_text(known[note(cell, "exercise")])
        if "solution" in tags(cell):
            cell["source"] = "\n\n".join(solution_text(known[id]) for id in note(cell, "exercises", []))
    return copied


def prompt_text(exercise):
    """Return the markdown that stands above an exercise."""
    facts = f"{exercise.kind} · level {exercise.level} · {exercise.minutes} min"
    return f"### Exercise {exercise.id}: {exercise.title}\n\n*{facts}*\n\n{exercise.prompt.strip()}"


def solution_text(exercise):
    """Return the markdown of a solution, closed until it is clicked."""
    return (
        f"<details>\n<summary>Solution of {exercise.id}</summary>\n\n```python\n{exercise.solution.strip()}\n```\n\n"
        f"{exercise.reason.strip()}\n\n</details>"
    )


def leaks(notebook, exercises):
    """Return what of the solutions can be found in a hand-out, as sentences.

    A long solution, right answer or reason is looked for everywhere: sources, outputs and metadata. A short one, such as `18`, stands
    in half the cells of a lesson by right; it is looked for in its own exercise's cell, its hints and its outputs.
    """
    everything = "\n".join(_texts(notebook))
    found = ["a cell tagged solution is left"] if any("solution" in tags(cell) for cell in notebook["cells"]) else []
    for exercise in exercises:
        own = [cell for id, cell in exercise_cells(notebook) if id == exercise.id]
        said = "\n".join(text for cell in own for text in _texts([[cell["source"]], cell.get("outputs", [])]))
        said = re.sub(r'Hint \d|style="[^"]*"', "", said.replace(exercise.id, ""))
        for text in dict.fromkeys([exercise.solution, *exercise.right, exercise.reason]):
            if _stands_in(text, everything if len(text) >= LONG else said):
                found.append(f"{exercise.id}: {text.strip()!r} can be found")
    return found


def _stands_in(text, place):
    """Whether the text stands there as a whole, however its blanks are set."""
    words = r"\s*".join(re.escape(word) for word in text.split())
    return re.search(rf"(?<![\w.]){words}(?![\w.]*\w)", place) is not None


def lesson_and_exercises(path):
    """Return (lesson, its exercises) of a notebook's file."""
    lesson = lesson_of(path)
    return lesson, lesson_exercises(lesson) if lesson else ()


def _with_answers(notebook, answer):
    copied = copy.deepcopy(notebook)
    for id, cell in exercise_cells(copied):
        lines = source(cell).splitlines()
        first, last = answer_statement(source(cell))
        cell["source"] = "\n".join([*lines[:first], *answer(id).splitlines(), *lines[last:]])
    return copied


def _names_answer(node):
    targets = getattr(node, "targets", [])
    return getattr(node, "name", None) == "answer" or any(getattr(target, "id", None) == "answer" for target in targets)


def _calls_check(node):
    call = getattr(node, "value", None)
    return isinstance(node, ast.Expr) and isinstance(call, ast.Call) and getattr(call.func, "id", None) == "check"


def _texts(value):
    """Every text inside nested dicts and lists, as a reader sees it."""
    if isinstance(value, str):
        return [html.unescape(value)]
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return [html.unescape("".join(value))]  # a file may hold a text as its lines
    inside = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for entry in inside for text in _texts(entry)]
