"""Progress: kept beside the notebook, never half-written, never lost, and never in the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import workbook as torch
from tests.exercises.test_check import UNREADABLE, itself
from tests.ops.both import of_no_device
from workbook.exercises import check, helping, hint, predict, progress, reveal, solution, store

FILE = Path(".workbook", "progress.json")


def kept():
    return json.loads(FILE.read_text(encoding="utf-8"))


def test_attempts_are_counted_and_a_pass_is_never_taken_back(lesson_98):
    for answer in (..., 27, 18, 27):
        check("98.1", answer)
    assert kept()["exercises"] == {"98.1": {"attempts": 3, "passed": True}}


def test_hints_come_one_by_one_and_are_kept(lesson_98):
    first, second = lesson_98["98.1"].hints
    assert repr(hint("98.1")) == f"98.1 hint 1 of 2\n1. {first}"
    assert f"1. {first}\n2. {second}\nThis was the last hint." in repr(hint("98.1"))
    assert hint("98.1").heading == "98.1 hint 2 of 2"
    assert kept()["exercises"]["98.1"] == {"hints": 2}


def test_the_solution_asks_for_an_attempt(lesson_98):
    assert "6 * x" not in repr(solution("98.1")) and "Try it first" in repr(solution("98.1"))
    assert "6 * x.detach()" in repr(solution("98.1", anyway=True))
    check("98.1", ...)
    assert "Try it first" in repr(solution("98.1"))
    check("98.1", 27)
    assert repr(solution("98.1")) == "98.1 solution\nThe slope of 3x² is 6x.\n    6 * x.detach()"


def test_a_prediction_is_shown_beside_what_happened(lesson_98):
    assert predict("98.p1", ...).heading == "98.p1 not predicted yet"
    assert "Nothing was predicted" in repr(reveal("98.p1", 18))
    assert predict("98.p1", " 27 ").heading == "98.p1 kept: 27"
    assert repr(reveal("98.p1", 18.0)) == (
        "98.p1 what happened: 18\nYou predicted: 27\nThey differ. Say in one sentence why, before you read on."
    )
    predict("98.p1", 18)
    assert "They agree." in repr(reveal("98.p1", 18.0))
    assert kept()["predictions"] == {"98.p1": "18"}


@pytest.mark.parametrize(
    ("predicted", "happened", "agree"),
    [
        (18, 18.0, True),
        ("18.", 18, True),
        ("tensor(18.)", 18.0, True),
        ("tensor(18., grad_fn=<MulBackward0>)", 18.0, True),
        ("18.001", 18.0, True),
        (" Torch.int64", "torch.int64", True),
        ("'grad_fn'", "grad_fn", True),
        ("tensor([1, 2])", torch.tensor([1, 2]), True),
        ("27", 18.0, False),
        ("tensor([18.])", 18.0, False),
        ("eighteen", 18.0, False),
        ("", 18.0, False),
        ("nan", 18.0, False),
        (None, 18.0, False),
        ("[1, 2]", torch.tensor([1, 2]), True),
        ("[1, 3]", torch.tensor([1, 2]), False),
        (torch.float32, "torch.float32", True),
        (torch.int64, "torch.float32", False),
        ("torch.float", torch.float32, True),
        ("float32", torch.float32, True),
        ("float", torch.float64, False),
        (torch.Size([3]), "torch.Size([3])", True),
        ((3,), torch.Size([3]), True),
        ([3], (3,), True),
        ("[2, 5.0, 8]", torch.arange(2, 11, 3), True),
        ("(2, 3)", "torch.Size([3, 2])", False),
        ("[2, 3", [2, 3], False),
        ([2, 3], 2, False),
    ],
)
def test_when_a_prediction_agrees(lesson_98, predicted, happened, agree):
    predict("98.p1", predicted)
    assert ("They agree." in repr(reveal("98.p1", happened))) == agree


@pytest.mark.parametrize("predicted", ["[1, 2]", "tensor([1., 2.])", "tensor([1., 2.], device='cuda:0')"])
def test_a_prediction_agrees_with_what_lies_on_a_gpu(lesson_98, gpu, predicted):
    predict("98.p1", predicted)
    for happened, agree in ((torch.tensor([1.0, 2.0], device=gpu), True), (torch.tensor([1.0, 3.0], device=gpu), False)):
        assert ("They agree." in repr(reveal("98.p1", happened.requires_grad_()))) == agree


@pytest.mark.parametrize(("predicted", "kept"), [
    (torch.float32, "torch.float32"), (torch.Size([3]), "torch.Size([3])"), ((3, 4), "(3, 4)"), (torch.tensor([1, 2]), "tensor([1, 2])"),
])
def test_a_prediction_is_kept_as_what_it_says(lesson_98, predicted, kept):
    assert of_no_device(predict("98.p1", predicted).heading) == f"98.p1 kept: {kept}"


def test_a_prediction_outlives_the_kernel(lesson_98, monkeypatch):
    predict("98.p1", "27")
    monkeypatch.setattr(helping, "_predicted", {})
    assert "You predicted: 27" in repr(reveal("98.p1", 18))


def test_an_empty_prediction_shows_the_same_whatever_was_kept_earlier(lesson_98, monkeypatch):
    predict("98.p1", ...)
    empty = repr(reveal("98.p1", 18))
    predict("98.p1", "27")
    monkeypatch.setattr(helping, "_predicted", {})
    predict("98.p1", ...)
    assert repr(reveal("98.p1", 18)) == empty


@pytest.mark.parametrize("id", ["98.1", "p1", None, 3, ["98.p1"]], ids=str)
def test_a_prediction_needs_its_kind_of_id(lesson_98, id):
    assert predict(id, "x").heading == reveal(id, "x").heading == "A prediction has an id such as 05.p1"


class Raising(torch.Tensor):
    @property
    def shape(self):
        raise RuntimeError("do not look")


def deep_list():
    made = []
    for _ in range(5000):
        made = [made]
    return made


UNUSUAL = {"itself": lambda: itself, "deep": deep_list, "raising": lambda: Raising(2), **UNREADABLE}


@pytest.mark.parametrize("made", UNUSUAL.values(), ids=UNUSUAL)
def test_whatever_is_predicted_or_happens_is_told(lesson_98, made):
    thing = made()
    assert predict(thing, 3).heading == reveal(thing, 3).heading == "A prediction has an id such as 05.p1"
    assert predict("98.p1", thing).heading.startswith("98.p1 kept: ")
    shown = repr(reveal("98.p1", thing))
    assert shown.startswith("98.p1 what happened: ") and "They agree." in shown
    predict("98.p1", 3)
    assert "They differ." in repr(reveal("98.p1", thing))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete the folder that a process stands in")
def test_a_folder_that_is_gone_costs_one_sentence(lesson_98, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert repr(check("98.1", 18)) == f"98.1 passed\nThe slope of 3x² is 6x.\n{store.NOT_SAVED}"
    assert store.NOT_SAVED in repr(predict("98.p1", 3))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("damage", [b"{", b"", b"[]", b'{"exercises": []}', b"\xff\xfe", b'{"exercises": {"98.1": 3}, "predictions": {}}',
    b"[" * 100000, b'{"exercises": {}, "predictions": {"98.p1": 5}}', b'{"exercises": {}, "predictions": {"98.p1": null}}',
    b'{"exercises": {"98.1": {"hints": -7}}, "predictions": {}}', b'{"exercises": {"98.1": {"attempts": -1}}, "predictions": {}}'],
    ids=lambda damage: damage[:60].decode("latin-1"))
def test_a_damaged_file_is_put_aside_and_said_so(lesson_98, damage):
    check("98.1", 27)
    FILE.write_bytes(damage)
    said = repr(check("98.1", 18))
    assert "damaged" in said and "progress.damaged-1.json" in said
    assert FILE.with_name("progress.damaged-1.json").read_bytes() == damage
    assert kept()["exercises"] == {"98.1": {"attempts": 1, "passed": True}}
    FILE.write_bytes(b"again")
    assert "progress.damaged-2.json" in repr(progress())
    assert FILE.with_name("progress.damaged-1.json").read_bytes() == damage


def test_what_a_later_version_wrote_stays(lesson_98):
    FILE.parent.mkdir()
    FILE.write_text('{"exercises": {"98.1": {"note": "mine"}, "77.7": {"passed": true}}, "predictions": {}, "theme": "dark"}')
    check("98.1", 18)
    assert kept()["theme"] == "dark" and kept()["exercises"]["98.1"]["note"] == "mine" and kept()["exercises"]["77.7"] == {"passed": True}


def test_a_folder_that_cannot_be_written_costs_one_sentence(lesson_98, monkeypatch):
    monkeypatch.setattr(helping, "_lessons", lambda: ["98"])
    FILE.parent.write_text("a file where the folder should be")
    said = check("98.1", 27)
    assert repr(said).endswith(f"27 is the value there, not the slope.\n{store.NOT_SAVED}")
    assert repr(said) == repr(check("98.1", 27))
    assert "6 * x.detach()" in repr(solution("98.1"))  # the attempt is remembered all the same
    hint("98.1")
    assert hint("98.1").heading == "98.1 hint 2 of 2"
    assert "tried 2 times" in repr(progress()) and store.NOT_SAVED in repr(progress())


def test_a_write_that_fails_leaves_the_old_file_whole(lesson_98, monkeypatch):
    check("98.1", 27)
    before = FILE.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    assert store.NOT_SAVED in repr(check("98.1", 18))
    assert FILE.read_bytes() == before
    assert sorted(path.name for path in FILE.parent.iterdir()) == ["progress.json", "progress.lock"]
    monkeypatch.undo()


def test_what_could_not_be_written_is_written_later(lesson_98, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "replace", lambda *_: (_ for _ in ()).throw(OSError()))
        check("98.1", 18)
    check("98.3", 1)
    assert kept()["exercises"]["98.1"]["passed"]


def test_two_notebooks_that_write_at_once_lose_nothing(lesson_98):
    program = "from workbook.exercises import store\nfor _ in range(40): store.record_attempt('98.1', False)"
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert kept()["exercises"]["98.1"]["attempts"] == 120


def test_the_table_of_progress(lesson_98, monkeypatch):
    monkeypatch.setattr(helping, "_lessons", lambda: ["98"])
    check("98.1", 18)
    check("98.2", 3)
    assert repr(progress()).splitlines() == [
        "1 of 3 exercises passed",
        "exercise  title       level    time   state",
        "98.1      A slope     level 1  2 min  passed",
        "98.2      A function  level 2  4 min  tried once",
        "98.3      A tensor    level 1  2 min  not attempted",
    ]
    assert '<th scope="col"' in progress()._repr_html_()


def test_the_lessons_of_the_table_are_the_modules_that_exist():
    here = Path(store.__file__).parent
    assert helping._lessons() == sorted(path.stem[-2:] for path in here.glob("lesson_*.py"))
