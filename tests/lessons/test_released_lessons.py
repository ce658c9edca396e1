"""Every lesson from the top, offline: solved, as a hand-out, and with every cell run twice. Its committed form is run by nbval."""

import argparse
import json
import time

import pytest

from tests.lessons.lessons import NOTEBOOKS, read
from workbook.commands import release
from workbook.exercises.exercise import lesson_exercises
from workbook.exercises.notebooks import leaks
from workbook.exercises.running import executed

SECONDS_A_LESSON = 60  # on two cores


def released(*arguments):
    parser = argparse.ArgumentParser()
    release.add_arguments(parser)
    return release.main(parser.parse_args([str(argument) for argument in arguments]))


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_the_solved_copy_passes_every_check_in_time(lesson, tmp_path):
    began = time.perf_counter()
    assert released("--solved", tmp_path, lesson) == 0  # it refuses where a check does not pass
    assert time.perf_counter() - began < SECONDS_A_LESSON
    shown = json.loads((tmp_path / NOTEBOOKS[lesson].name).read_text(encoding="utf-8"))
    passed = json.dumps(shown).count(" passed\\n")
    assert passed >= len(lesson_exercises(lesson))


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_the_hand_out_holds_no_solution(lesson, tmp_path):
    assert released("--without-answers", tmp_path, lesson) == 0
    text = (tmp_path / NOTEBOOKS[lesson].name).read_text(encoding="utf-8")
    assert leaks(json.loads(text), lesson_exercises(lesson)) == []
    plain = "".join(text.replace("\\n", "").split())
    for exercise in lesson_exercises(lesson):
        assert "".join(exercise.reason.split()) not in plain
        if len(exercise.solution) > 12:
            assert "".join(json.dumps(exercise.solution)[1:-1].replace("\\n", "").split()) not in plain


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_any_cell_can_be_run_twice(lesson):
    notebook = read(lesson)
    twice = [again for cell in notebook["cells"] for again in [cell] * (2 if cell["cell_type"] == "code" else 1)]
    executed({**notebook, "cells": twice}, f"lesson {lesson}, every cell twice")
