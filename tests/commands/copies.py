"""Notebooks and folders for the tests of the student's copy."""

import json

from workbook.commands import student_copy
from workbook.commands.student_copy import StudentCopy

LESSON = "05_graph.ipynb"


def notebook(*sources, output=None):
    """Return the bytes of a notebook with these code cells; `output` is what running it printed."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": outputs, "execution_count": 1 if output else None}
        for source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def update(lessons, mine):
    return StudentCopy(lessons, mine).update()


def files(mine):
    """Return the student's files and what they hold, without the house's own."""
    found = [path for path in mine.rglob("*") if path.is_file() and student_copy.HOUSE not in path.parts]
    return {path.relative_to(mine).as_posix(): path.read_bytes() for path in found}
