"""Every statement of the documents belongs to one lesson (rows.json), and a lesson that exists answers every one of its own."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.exercises.example import markdown
from tests.lessons.lessons import NOTEBOOKS, read
from workbook.exercises.notebooks import note

ROWS = json.loads(Path(__file__).with_name("rows.json").read_text(encoding="utf-8"))
LESSONS = [f"{number:02d}" for number in range(18)]


def uncovered(lesson, notebook):
    """Return (rows of the lesson that no cell answers, rows that a cell names and that are not the lesson's)."""
    own = {row for row, entry in ROWS.items() if entry["lesson"] == lesson}
    named = {row for cell in notebook["cells"] for row in note(cell, "rows", [])}
    return sorted(own - named), sorted(named - own)


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_a_lesson_answers_its_rows_and_no_other(lesson):
    assert uncovered(lesson, read(lesson)) == ([], [])


def test_the_table_is_whole():
    assert len(ROWS) == 592
    assert Counter(entry["status"] for entry in ROWS.values()) == {"right": 412, "imprecise": 62, "outdated": 59, "wrong": 53, "n/a": 6}
    assert sorted({entry["lesson"] for entry in ROWS.values()}) == LESSONS
    for document, count in {"000": 104, "001": 224, "002": 79, "003": 59, "004": 126}.items():
        ours = [row for row in ROWS if row.startswith(document)]
        assert ours == [f"{document}-{number:03d}" for number in range(1, count + 1)]


def test_every_lesson_is_there_so_every_row_is_answered():
    assert sorted(NOTEBOOKS) == LESSONS


def test_a_missing_a_foreign_and_an_unknown_row_are_found():
    own = sorted(row for row, entry in ROWS.items() if entry["lesson"] == "15")
    cells = [markdown("x", rows=own[1:]), markdown("y", rows=["000-001", "009-999"])]
    assert uncovered("15", {"cells": cells}) == ([own[0]], ["000-001", "009-999"])
