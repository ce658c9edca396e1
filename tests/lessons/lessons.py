"""The lessons that exist, for the tests of this folder."""

import json
from pathlib import Path

from workbook.exercises.exercise import lesson_exercises
from workbook.exercises.notebooks import lesson_of

FOLDER = Path(__file__).resolve().parents[2] / "lessons"
NOTEBOOKS = {lesson_of(path): path for path in sorted(FOLDER.glob("[0-9][0-9]*.ipynb"))}
EXERCISES = [
    exercise
    for module in sorted((FOLDER.parent / "workbook" / "exercises").glob("lesson_[0-9][0-9].py"))
    for exercise in lesson_exercises(module.stem[-2:])
]


def read(lesson):
    """Return the notebook of a lesson, as a dict."""
    return json.loads(NOTEBOOKS[lesson].read_text(encoding="utf-8"))
