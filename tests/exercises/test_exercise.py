"""The Exercise itself: what an incomplete one lacks, and names that nothing carries over."""

import dataclasses

import pytest

from workbook.exercises.exercise import Names, binding, find, lesson_exercises


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": "5.2"}, "an id like '05.2'"),
        ({"kind": "quiz"}, "a kind out of"),
        ({"level": 4}, "a level of 1, 2 or 3"),
        ({"minutes": 0}, "a time in minutes"),
        ({"reason": ""}, "solution and reason"),
        ({"right": ("18", "18")}, "two right answers"),
        ({"wrong": (("27", "a"), ("27", "b"), ("9", "c"))}, "three wrong answers"),
        ({"wrong": (("27", "a"), ("6", " "), ("9", "c"))}, "a phrase for every wrong answer"),
        ({"hints": ("one",)}, "two hints"),
    ],
)
def test_an_incomplete_exercise_says_what_it_lacks(lesson_98, change, named):
    with pytest.raises(ValueError, match=named):
        dataclasses.replace(lesson_98["98.1"], **change)


def test_an_exercise_is_found_by_its_id_and_nothing_else(lesson_98):
    assert find("98.2") is lesson_98["98.2"]
    assert [find(id) for id in ("98.9", "97.1", "98", "../x", None, 98.2, ["98.2"])] == [None] * 7


def test_a_lesson_without_exercises_has_none():
    assert lesson_exercises("97") == ()


def test_every_source_runs_on_names_of_its_own():
    names = Names("x = torch.tensor(2.0, requires_grad=True)")
    backward = "(x * x).backward()\nanswer = x.grad.item()"
    assert [names.evaluate(backward) for _ in range(2)] == [4.0, 4.0]  # 8.0 where gradients of one x add up
    assert names["x"].grad is None


def test_a_source_that_binds_nothing_is_refused():
    with pytest.raises(ValueError, match="gives nothing the name `answer`"):
        binding("x = 1\ny = 2")


@pytest.mark.parametrize("source", ["answer = 7", "def answer():\n    pass", "a, answer = 1, 2", "for answer in (1, 2):\n    pass"])
def test_statements_that_bind_answer_stay_as_they_are(source):
    assert binding(source) == source
