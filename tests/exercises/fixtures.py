"""A lesson 98 that exists for one test, in an empty folder of its own, with nothing kept from other tests."""

import importlib
import os
import sys
from pathlib import Path

import pytest

from tests.exercises import example
from workbook.exercises import helping, store
import workbook.exercises


@pytest.fixture
def lesson_98(tmp_path, monkeypatch):
    """Return the exercises of lesson 98 by id; the current folder is a new one."""
    made = tmp_path / "made"
    made.mkdir()
    (made / "lesson_98.py").write_text(example.MODULE, encoding="utf-8")
    # a kernel finds the lesson by importing this
    (made / "example_lesson.py").write_text(
        "import os\nimport workbook.exercises\nworkbook.exercises.__path__.append(os.path.dirname(__file__))\n", encoding="utf-8"
    )
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(workbook.exercises, "__path__", [*workbook.exercises.__path__, str(made)])
    root = Path(workbook.exercises.__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(made), str(root)]))
    monkeypatch.setattr(store, "_unsaved", {"exercises": {}, "predictions": {}})
    monkeypatch.setattr(helping, "_predicted", {})
    importlib.invalidate_caches()
    module = importlib.import_module("workbook.exercises.lesson_98")
    yield {exercise.id: exercise for exercise in module.EXERCISES}
    del sys.modules["workbook.exercises.lesson_98"]
