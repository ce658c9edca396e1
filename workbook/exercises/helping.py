"""hint, solution, predict, reveal, progress: what stands beside `check`."""

import ast
import re
from pathlib import Path

import workbook as torch
from workbook.exercises import store
from workbook.exercises.checking import safely, unknown
from workbook.exercises.compare import as_lists, as_number, as_text, close, difference, is_tensor, show
from workbook.exercises.exercise import find, lesson_exercises
from workbook.exercises.verdict import Box

_predicted = {}  # predictions of this session, `...` among them, so that a cell shows the same whatever was kept earlier
NO_PREDICTION = Box("not yet", "A prediction has an id such as 05.p1")


def hint(id):
    """Return the exercise's next hint, with those shown before.

    >>> hint("99.1").heading
    "There is no exercise '99.1'"
    """
    exercise = find(id)
    if exercise is None:
        return unknown(id)
    shown, note = store.record_hint(id, len(exercise.hints))
    lines = [f"{number}. {text}" for number, text in enumerate(exercise.hints[:shown], start=1)]
    if shown == len(exercise.hints):
        lines.append(f'This was the last hint. After an attempt, solution("{id}") shows the solution.')
    return Box("told", f"{id} hint {shown} of {len(exercise.hints)}", (*lines, *_sentence(note)))


def solution(id, anyway=False):
    """Return the exercise's solution and its reason: after an attempt, or at once with `anyway=True`."""
    exercise = find(id)
    if exercise is None:
        return unknown(id)
    progress, note = store.read()
    if not anyway and not progress["exercises"].get(id, {}).get("attempts"):
        ask = f'Try it first; a wrong answer is answered with what went wrong. solution("{id}", anyway=True) shows it at once.'
        return Box("told", f"{id} solution", (ask, *_sentence(note)))
    return Box("told", f"{id} solution", (exercise.reason, *_sentence(note)), code=exercise.solution)


def predict(id, prediction):
    """Keep what the student expects the next cell to show; `...` means that nothing was predicted yet. `reveal` shows it again.

    >>> predict("05.p1", ...).heading
    '05.p1 not predicted yet'
    """
    if not _is_prediction(id):
        return NO_PREDICTION
    if prediction is ...:
        _predicted[id] = ...
        return Box("open", f"{id} not predicted yet", ("Replace ... by what you expect, then run the next cell.",))
    _predicted[id] = _plain(prediction)
    note = store.record_prediction(id, _predicted[id])
    return Box("told", f"{id} kept: {_predicted[id]}", ("Go on, and compare it with what you find.", *_sentence(note)))


def reveal(id, happened):
    """Return the student's prediction beside what happened.

    >>> _ = predict("05.p1", ...)
    >>> reveal("05.p1", 18)
    05.p1 what happened: 18
    Nothing was predicted. To guess first makes what happens easier to keep.
    """
    if not _is_prediction(id):
        return NO_PREDICTION
    prediction = _predicted[id] if id in _predicted else store.read()[0]["predictions"].get(id, ...)
    what = _plain(happened)
    heading = f"{id} what happened: {what}"
    if prediction is ...:
        return Box("open", heading, ("Nothing was predicted. To guess first makes what happens easier to keep.",))
    agree = _agree(prediction, happened, what)
    line = "They agree." if agree else "They differ. Say in one sentence why, before you read on."
    return Box("passed" if agree else "told", heading, (f"You predicted: {prediction}", line))


def _is_prediction(id):
    return type(id) is str and re.fullmatch(r"\d\d\.p\d+", id) is not None


def progress():
    """Return a table of the exercises of every lesson and how far the student is."""
    kept, note = store.read()
    rows = []
    for lesson in _lessons():
        for exercise in lesson_exercises(lesson):
            entry = kept["exercises"].get(exercise.id, {})
            state = "passed" if entry.get("passed") else _tries(entry.get("attempts", 0))
            rows.append((exercise.id, exercise.title, f"level {exercise.level}", f"{exercise.minutes} min", state))
    passed = sum(row[-1] == "passed" for row in rows)
    table = (("exercise", "title", "level", "time", "state"), *rows)
    return Box("told", f"{passed} of {len(rows)} exercises passed", _sentence(note), table=table)


def _lessons():
    return sorted(path.stem.removeprefix("lesson_") for path in Path(__file__).parent.glob("lesson_[0-9][0-9].py"))


def _tries(attempts):
    return {0: "not attempted", 1: "tried once"}.get(attempts, f"tried {attempts} times")


def _sentence(note):
    return (note,) if note else ()


def _plain(value):
    """A prediction or result as text: a tensor as its numbers, a dtype by its name, a shape as its lengths."""
    return safely(_text_of, value)


def _text_of(value):
    text = as_text(value)
    if text is not None:
        return text.strip()
    if type(value) is torch.Size:
        return f"torch.Size({list(value)})" if len(value) <= 8 else show(value)
    return str(value) if is_tensor(value) or type(value) is torch.dtype else show(value)


def _agree(prediction, happened, what):
    """Whether prediction and result say the same: the same text but for blanks, case, `torch.`, `tensor(...)` and `Size(...)`,
    the same number, or the same numbers in a list or a tuple."""
    predicted, came = _bare(prediction), _bare(what)
    numbers = safely(_numbers, predicted, None), safely(_numbers, came, None)
    if None not in numbers and difference(*numbers, 1e-4) is None:
        return True
    value = safely(as_number, happened, None)
    try:
        return predicted == came or value is not None and close(float(predicted), value, 1e-4)
    except ValueError:  # the prediction is no number
        return False


def _bare(text):
    squeezed = re.sub(r"\s+|torch\.", "", text.lower()).strip("'\"")
    squeezed = re.sub(r"^size\((.*)\)$", r"\1", squeezed)
    squeezed = re.sub(r"^tensor\((.*?)(?:,(?:device|dtype|grad_fn|requires_grad)=.*)?\)$", r"\1", squeezed)
    named = getattr(torch, squeezed, None) if squeezed.isidentifier() else None
    return str(named) if type(named) is torch.dtype else squeezed  # torch.float is another name of torch.float32


def _numbers(text):
    """The numbers of a written list or tuple, as lists; None for everything else."""
    found = as_lists(ast.literal_eval(text)) if text[:1] in ("[", "(") and len(text) < 1000 else None
    return found if type(found) is list else None
