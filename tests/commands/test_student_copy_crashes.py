"""The student's folder: whatever happens in whatever order, no text of a student is ever lost."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.commands.copies import LESSON, files, notebook, update
from workbook.commands.student_copy import StudentCopy


class Crash(BaseException):
    """The computer goes off."""


class CrashAfter:
    """Within it, the n-th call that changes the disk does not happen, and nothing after it: the computer went off."""

    CALLS = ("replace", "link", "rename", "fsync", "unlink")

    def __init__(self, steps):
        self.steps, self.kept = steps, {name: getattr(os, name) for name in self.CALLS}

    def __enter__(self):
        for name, call in self.kept.items():
            setattr(os, name, lambda *args, call=call: self.one(call, *args))

    def one(self, call, *args):
        if self.steps <= 0:
            raise Crash
        self.steps -= 1
        return call(*args)

    def __exit__(self, kind, value, traceback):
        for name, call in self.kept.items():
            setattr(os, name, call)
        return kind is Crash


@pytest.mark.parametrize("steps", range(8))
def test_after_a_crash_at_any_step_a_file_written_in_place_keeps_its_text(lessons, mine, steps):
    """Before, a left-over of the crash was a second link to the student's file, and the next start wrote through it."""
    with CrashAfter(steps):
        update(lessons, mine)
    if (mine / LESSON).exists():
        with open(mine / LESSON, "r+b") as file:  # as an editor does that does not write aside
            file.truncate()
            file.write(notebook("mine"))
    (lessons / LESSON).write_bytes(notebook("version two"))
    existed = (mine / LESSON).exists()
    update(lessons, mine)
    assert not existed or files(mine)[LESSON] == notebook("mine")
    assert notebook("version two") in files(mine).values()


@pytest.mark.parametrize("steps", range(12))
def test_after_a_crash_the_next_start_tells_nothing_twice_and_writes_nothing_twice(lessons, mine, steps):
    update(lessons, mine)
    (lessons / LESSON).write_bytes(notebook("version two"))
    with CrashAfter(steps):
        update(lessons, mine)
    done = files(mine) == {LESSON: notebook("version two")}
    assert len(update(lessons, mine)) == (0 if done else 1)
    assert files(mine) == {LESSON: notebook("version two")}


class Student(RuleBasedStateMachine):
    """New versions, edits, runs, deletions, crashes, damaged records, in any order: every text the student wrote is still there."""

    NAMES = ("00_start.ipynb", LESSON)

    def __init__(self):
        super().__init__()
        self.top = Path(tempfile.mkdtemp())
        self.lessons, self.mine = self.top / "lessons", self.top / "mine"
        self.lessons.mkdir()
        self.count, self.written, self.runs = 0, set(), set()
        for name in self.NAMES:
            self.new_version(name)

    def teardown(self):
        shutil.rmtree(self.top)

    def something_new(self, who):
        self.count += 1
        return f"{who} {self.count}"

    @rule(name=st.sampled_from(NAMES))
    def new_version(self, name):
        (self.lessons / name).write_bytes(notebook(self.something_new("lesson")))

    @rule(name=st.sampled_from(NAMES))
    def new_outputs(self, name):
        cells = json.loads((self.lessons / name).read_bytes())["cells"]
        (self.lessons / name).write_bytes(notebook(cells[0]["source"], output=self.something_new("lesson prints")))

    @rule()
    def start(self):
        update(self.lessons, self.mine)
        assert update(self.lessons, self.mine) == []

    @rule(steps=st.integers(0, 12))
    def start_and_crash(self, steps):
        with CrashAfter(steps):
            update(self.lessons, self.mine)

    @rule(name=st.sampled_from(NAMES), steps=st.integers(0, 6))
    def ask_for_a_fresh_copy(self, name, steps):
        with CrashAfter(steps):
            StudentCopy(self.lessons, self.mine).fresh(name)

    @rule(name=st.sampled_from(NAMES))
    def open_a_lesson(self, name):
        path = StudentCopy(self.lessons, self.mine).to_open(name)
        assert path is None or path.is_file()

    @rule(data=st.data())
    def edit(self, data):
        if path := self.any_file(data):
            self.forget(path)
            text = self.something_new("student")
            path.write_bytes(notebook(text))
            self.written.add(text)

    @rule(data=st.data())
    def run_all_cells(self, data):
        if path := self.any_file(data):
            cells = json.loads(path.read_bytes())["cells"]
            output = self.something_new("output")
            self.runs = {run for run in self.runs if run not in path.read_text()} | {output}
            path.write_bytes(notebook(cells[0]["source"], output=output))

    @rule(data=st.data())
    def delete(self, data):
        if path := self.any_file(data):
            self.forget(path)
            path.unlink()

    @rule(data=st.data())
    def rename(self, data):
        if path := self.any_file(data):
            path.rename(path.with_name(self.something_new("renamed") + ".ipynb"))

    @rule(content=st.sampled_from([b"", b"{}", b"\x00\x00"]))
    def damage_the_record(self, content):
        if (record := self.mine / ".workbook" / "handed-out.json").exists():
            record.write_bytes(content)

    @rule()
    def lose_the_record(self):
        (self.mine / ".workbook" / "handed-out.json").unlink(missing_ok=True)

    def any_file(self, data):
        there = sorted(path for path in self.mine.glob("*.ipynb"))
        return data.draw(st.sampled_from(there)) if there else None

    def forget(self, path):
        """What the student wrote over or deleted with own hands is no longer looked for."""
        text = path.read_text()
        self.written = {entry for entry in self.written if f'"{entry}"' not in text}
        self.runs = {entry for entry in self.runs if f'"{entry}"' not in text}

    @invariant()
    def no_text_is_lost(self):
        there = "".join(path.read_text() for path in self.mine.glob("*.ipynb"))
        assert {text for text in self.written if f'"{text}"' not in there} == set()

    @invariant()
    def no_run_is_lost(self):
        kept = "".join(path.read_text() for path in self.mine.rglob("*.ipynb"))
        assert {run for run in self.runs if f'"{run}"' not in kept} == set()


TestStudent = Student.TestCase
TestStudent.settings = settings(settings.default, stateful_step_count=25)
