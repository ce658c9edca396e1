"""check: judge an answer and say what was found. It never raises on a student's mistake and leaves no trace in the student's session."""

import contextlib
import io
import os
import random
import warnings

import numpy as np

import workbook as torch
from workbook import threads
from workbook.exercises import store
from workbook.exercises.compare import describe
from workbook.exercises.exercise import find, lesson_exercises
from workbook.exercises.verdict import Verdict
from workbook.random import default_generator


def check(id, answer):
    """Return the verdict on `answer`: passed, not attempted yet, or what is wrong, and keep the result in the student's progress.

    The words are the same on every run. An answer that cannot be judged, whatever it is, is not passed. A function's prints while it
    is judged are not shown.

    >>> check("99.1", 3).outcome
    'unknown'
    """
    exercise = find(id)
    if exercise is None:
        return unknown(id)
    if answer is ...:
        return Verdict(
            "open", f"{id} not attempted yet", ("Replace ... by your answer and run this cell again.",),
            closed=_hints(exercise), outcome="not attempted",
        )
    message = judge(exercise, answer)
    note = store.record_attempt(id, passed=message is None)
    notes = (note,) if note else ()
    if message is None:
        return Verdict("passed", f"{id} passed", (exercise.reason, *notes), outcome="passed", message=exercise.reason)
    return Verdict("not yet", f"{id} not yet", (message, *notes), closed=_hints(exercise), outcome="not yet", message=message)


def judge(exercise, answer):
    """Return None where the answer is right, else the message for the student."""
    with undisturbed():
        try:
            return exercise.judge(answer, exercise.names())
        except KeyboardInterrupt:  # the student's own
            raise
        except BaseException:  # whatever a student's object does when it is looked at
            return f"The answer is {safely(describe, answer)}, and it cannot be compared with what is asked for."


def unknown(id):
    """Return the verdict on an id that no exercise has."""
    lesson = id[:2] if type(id) is str else ""
    known = [exercise.id for exercise in lesson_exercises(lesson)] if lesson.isdecimal() else []
    line = f"Lesson {lesson} has {', '.join(known)}." if known else 'An id is the lesson and a number, as in "05.2".'
    what = repr(id) if type(id) is str and len(id) < 40 else "that name"
    return Verdict("not yet", f"There is no exercise {what}", (line,), outcome="unknown", message=line)


@contextlib.contextmanager
def undisturbed():
    """Judge in a session of its own: random streams, current folder, grad mode, observers and default dtype come back as they were.

    Memory that nobody filled shows NaN meanwhile: `torch.empty` must not pass for zeros because its memory happened to be zero.
    """
    stream, python_stream, numpy_stream = default_generator.state_array(), random.getstate(), np.random.get_state()
    dtype = torch.get_default_dtype()
    same, warned = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    with contextlib.ExitStack() as stack:
        stack.callback(default_generator.load_state_array, stream)
        stack.callback(random.setstate, python_stream)
        stack.callback(np.random.set_state, numpy_stream)
        stack.callback(torch.set_default_dtype, dtype)
        stack.callback(torch.use_deterministic_algorithms, same, warn_only=warned)
        stack.enter_context(_same_folder())
        stack.enter_context(_thread_state())
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        warnings.simplefilter("ignore")
        torch.set_default_dtype(torch.float32)
        torch.use_deterministic_algorithms(True)
        yield


@contextlib.contextmanager
def _same_folder():
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was deleted while the kernel ran: nothing to come back to
        here = None
    try:
        yield
    finally:
        if here is not None:
            os.chdir(here)


@contextlib.contextmanager
def _thread_state():
    # the thread's modes as a new thread has them, so that nothing of the judging is recorded or shown in the student's graph
    earlier, threads.thread.state = threads.thread.state, threads.State()
    try:
        yield
    finally:
        threads.thread.state = earlier


def _hints(exercise):
    return tuple((f"Hint {number}", hint) for number, hint in enumerate(exercise.hints, start=1))


def safely(function, value, otherwise="an object that cannot be looked at"):
    """Return `function(value)`, or `otherwise` for an object of the student's that raises when it is looked at."""
    try:
        return function(value)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return otherwise
