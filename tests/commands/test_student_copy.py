"""The student's folder: what is handed out, what is updated, and what stays as it is."""

import json
import os

import pytest

from tests.commands.copies import LESSON, files, notebook, update
from workbook.commands import Refused, student_copy
from workbook.commands.student_copy import StudentCopy


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


def test_no_output_answers_a_question_before_it_is_asked(lessons, mine):
    (lessons / LESSON).write_bytes(notebook("version one", "version two", output="the answer is 18"))
    update(lessons, mine)
    handed = json.loads((mine / LESSON).read_bytes())
    assert [cell["source"] for cell in handed["cells"]] == ["version one", "version two"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in handed["cells"]] == [([], None)] * 2
    assert b"18" not in StudentCopy(lessons, mine).fresh(LESSON).read_bytes()
    (lessons / LESSON).write_bytes(notebook("version one", "version two", output="another output"))
    assert update(lessons, mine) == []  # outputs of ours are no new version
