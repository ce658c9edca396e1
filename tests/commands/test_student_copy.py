"""The student's folder: what is handed out, what is updated, and that no text of a student is ever lost."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from workbook.commands import Refused, student_copy
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


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / LESSON).write_bytes(notebook("version one"))
    return folder


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "my lessons"


def update(lessons, mine):
    return StudentCopy(lessons, mine).update()


def files(mine):
    """Return the student's files and what they hold, without the house's own."""
    found = [path for path in mine.rglob("*") if path.is_file() and student_copy.HOUSE not in path.parts]
    return {path.relative_to(mine).as_posix(): path.read_bytes() for path in found}


def test_the_first_time_everything_is_copied_pictures_and_subfolders_too(lessons, mine):
    (lessons / "pictures").mkdir()
    (lessons / "pictures" / "net.svg").write_bytes(b"<svg/>")
    (lessons / ".ipynb_checkpoints").mkdir()
    (lessons / ".ipynb_checkpoints" / LESSON).write_bytes(b"not for students")
    assert update(lessons, mine) == [f"Your own copy of the lessons is in {mine}: change it as you like."]
    assert files(mine) == {LESSON: notebook("version one"), "pictures/net.svg": b"<svg/>"}
    assert update(lessons, mine) == []


def test_an_unchanged_copy_is_updated_in_place(lessons, mine):
    update(lessons, mine)
    (lessons / LESSON).write_bytes(notebook("version two"))
    assert update(lessons, mine) == [f"Brought to the lessons' new version, as you had not changed the text: {LESSON}."]
    assert files(mine) == {LESSON: notebook("version two")}
    assert not (mine / ".workbook" / "earlier").exists()


def test_a_changed_copy_stays_and_the_new_version_is_put_beside_it(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("version one, and my answer"))
    (lessons / LESSON).write_bytes(notebook("version two"))
    (told,) = update(lessons, mine)
    assert told == f"{LESSON} has a new version. Yours is changed and stays as it is; the new one is beside it: 05_graph, new version 2.ipynb."
    assert files(mine) == {LESSON: notebook("version one, and my answer"), "05_graph, new version 2.ipynb": notebook("version two")}
    assert update(lessons, mine) == []


def test_a_further_version_takes_the_place_of_the_one_beside_that_nobody_changed(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("mine"))
    for version in ("two", "three"):
        (lessons / LESSON).write_bytes(notebook(version))
        update(lessons, mine)
    assert files(mine) == {LESSON: notebook("mine"), "05_graph, new version 2.ipynb": notebook("three")}
    (mine / "05_graph, new version 2.ipynb").write_bytes(notebook("mine too"))
    (lessons / LESSON).write_bytes(notebook("four"))
    update(lessons, mine)
    assert files(mine)["05_graph, new version 3.ipynb"] == notebook("four")
    assert files(mine)["05_graph, new version 2.ipynb"] == notebook("mine too")


def test_a_copy_that_was_merely_run_is_updated_and_the_run_kept(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("version one", output="0.42"))
    (lessons / LESSON).write_bytes(notebook("version two"))
    (told,) = update(lessons, mine)
    assert "(the one you ran is kept as .workbook/earlier/05_graph 1.ipynb)" in told
    assert files(mine) == {LESSON: notebook("version two")}
    assert (mine / ".workbook/earlier/05_graph 1.ipynb").read_bytes() == notebook("version one", output="0.42")


def test_a_new_version_with_the_same_text_leaves_the_students_outputs_alone(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("version one", output="mine"))
    (lessons / LESSON).write_bytes(notebook("version one", output="the author's"))
    assert update(lessons, mine) == []
    assert files(mine) == {LESSON: notebook("version one", output="mine")}


def test_a_deleted_copy_stays_deleted_until_it_is_asked_for(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).unlink()
    assert update(lessons, mine) == [] and files(mine) == {}
    (lessons / LESSON).write_bytes(notebook("version two"))
    assert update(lessons, mine) == [] and files(mine) == {}
    copy = StudentCopy(lessons, mine)
    copy.update()
    assert copy.to_open(LESSON) is None
    assert copy.fresh(LESSON) == mine / LESSON == copy.to_open(LESSON)
    assert files(mine) == {LESSON: notebook("version two")}
    assert update(lessons, mine) == []


def test_a_fresh_copy_takes_nobodys_place(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("mine"))
    assert StudentCopy(lessons, mine).fresh(LESSON).name == "05_graph, fresh copy 2.ipynb"
    assert files(mine) == {LESSON: notebook("mine"), "05_graph, fresh copy 2.ipynb": notebook("version one")}


def test_a_fresh_copy_beside_one_that_was_merely_run_is_without_its_outputs(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("version one", output="mine"))
    copy = StudentCopy(lessons, mine)
    assert copy.fresh(LESSON).read_bytes() == notebook("version one")
    assert copy.to_open(LESSON).name == "05_graph, fresh copy 2.ipynb"


def test_the_newest_copy_opens_also_where_it_took_an_older_ones_name(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("mine"))
    (lessons / LESSON).write_bytes(notebook("version two"))
    update(lessons, mine)
    (mine / LESSON).unlink()
    copy = StudentCopy(lessons, mine)
    assert copy.fresh(LESSON) == mine / LESSON == copy.to_open(LESSON)


def test_the_copy_that_opens_is_the_one_the_student_works_in(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(notebook("mine"))
    (lessons / LESSON).write_bytes(notebook("version two"))
    copy = StudentCopy(lessons, mine)
    copy.update()
    beside = mine / "05_graph, new version 2.ipynb"
    assert copy.to_open(LESSON) == mine / LESSON
    beside.write_bytes(notebook("I go on here"))
    os.utime(mine / LESSON, (1, 1))
    assert copy.to_open(LESSON) == beside


def test_a_file_of_the_same_name_that_nobody_handed_out_stays(lessons, mine):
    mine.mkdir()
    (mine / LESSON).write_bytes(b"my own notes")
    told = update(lessons, mine)
    assert told[1].endswith("the lesson is beside it: 05_graph, new version 2.ipynb.")
    assert files(mine) == {LESSON: b"my own notes", "05_graph, new version 2.ipynb": notebook("version one")}


def test_a_notebook_that_the_student_damaged_counts_as_changed(lessons, mine):
    update(lessons, mine)
    (mine / LESSON).write_bytes(b'{"cells": [3')
    (lessons / LESSON).write_bytes(notebook("version two"))
    update(lessons, mine)
    assert files(mine)[LESSON] == b'{"cells": [3'


@pytest.mark.parametrize("damage", [b"", b"\xff", b"[]", b'{"format": 1, "lessons": {"a": {}}}', b'{"format": 2, "lessons": {}}', b"[" * 10**5])
def test_a_damaged_record_is_set_aside_and_nothing_is_overwritten(lessons, mine, damage):
    update(lessons, mine)
    record = mine / ".workbook" / "handed-out.json"
    for number in (1, 2):
        record.write_bytes(damage)
        (mine / LESSON).write_bytes(notebook("mine"))
        told = update(lessons, mine)
        assert told[0].startswith("The list of what was handed out was damaged.")
        assert (mine / ".workbook" / f"handed-out.damaged-{number}.json").read_bytes() == damage
        assert files(mine) == {LESSON: notebook("mine"), "05_graph, new version 2.ipynb": notebook("version one")}


def test_a_file_where_the_folder_should_be_is_refused(lessons, mine):
    mine.write_text("a file")
    with pytest.raises(Refused, match="is a file, and the lessons need a folder"):
        StudentCopy(lessons, mine)


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_never_takes_the_place_of_one_that_appeared_just_now(mine, monkeypatch, links):
    def no_links(source, target):
        raise OSError("this file system has no links")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    (mine / student_copy.HOUSE).mkdir(parents=True)
    assert student_copy.create_file(mine / LESSON, b"new", mine) is True
    assert student_copy.create_file(mine / LESSON, b"newer", mine) is False
    assert files(mine) == {LESSON: b"new"}
    assert list((mine / student_copy.HOUSE).iterdir()) == []


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
