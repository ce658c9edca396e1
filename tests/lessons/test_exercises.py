"""Every exercise of every lesson: right answers pass, wrong ones are told what is wrong, and nothing else gets through."""

import dataclasses
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbook as torch
from tests.exercises.example import MODULE
from tests.exercises.test_check import JUNK, MISTAKES
from tests.lessons.lessons import EXERCISES
from workbook.exercises.checking import check, judge
from workbook.exercises.compare import as_lists, as_number, as_text, close, describe, difference, is_tensor
from workbook.exercises.exercise import find

RIGHT = [pytest.param(exercise, source, id=f"{exercise.id}-{n}") for exercise in EXERCISES for n, source in enumerate(exercise.right)]
WRONG = [
    pytest.param(exercise, source, phrase, id=f"{exercise.id}-{n}")
    for exercise in EXERCISES
    for n, (source, phrase) in enumerate(exercise.wrong)
]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


def value(exercise, source):
    """Return what a student gets who writes this source, on names of the student's own."""
    return exercise.names().evaluate(source)


@pytest.mark.parametrize(("exercise", "source"), RIGHT)
def test_a_right_answer_is_accepted(exercise, source):
    assert judge(exercise, value(exercise, source)) is None


@pytest.mark.parametrize(("exercise", "source", "phrase"), WRONG)
def test_a_wrong_answer_is_told_its_misconception(exercise, source, phrase):
    said = judge(exercise, value(exercise, source))
    assert said is not None and phrase in said
    assert judge(exercise, value(exercise, source)) == said


@each_exercise
def test_the_solution_is_accepted(exercise):
    assert judge(exercise, value(exercise, exercise.solution)) is None


@each_exercise
def test_an_empty_cell_is_not_attempted(exercise, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check(exercise.id, ...).outcome == "not attempted"
    assert not list(tmp_path.iterdir())


@each_exercise
def test_it_is_complete_and_can_be_found(exercise):
    assert find(exercise.id) is exercise
    assert len(exercise.right) >= 2 and len(exercise.wrong) >= 3 and len(exercise.hints) == 2
    assert len({phrase for _, phrase in exercise.wrong}) >= 3  # three misconceptions, not one in three forms
    assert sum(other.id == exercise.id for other in EXERCISES) == 1


@each_exercise
def test_a_lazy_judge_would_be_noticed(exercise):
    """Among the wrong answers is one that a judge which looks only at kind, shape and dtype would let pass."""
    kinds = {kind(value(exercise, source)) for source in exercise.right}
    assert any(kind(value(exercise, source)) in kinds for source, _ in exercise.wrong)


def kind(answer):
    if as_number(answer) is not None:
        return "a number"
    return describe(answer) + (str(answer.dtype) if is_tensor(answer) else "")


@each_exercise
def test_no_student_s_mistake_passes(exercise):
    for mistake in MISTAKES:
        assert accepted_only_where_right(exercise, mistake)


@each_exercise
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_random_answers_do_not_pass(exercise, data):
    shape = st.lists(st.integers(0, 3), max_size=3)
    dtypes = st.sampled_from([torch.float32, torch.float64, torch.int64, torch.bool])
    tensors = st.builds(lambda shape, dtype: torch.zeros(shape, dtype=dtype), shape, dtypes)
    assert accepted_only_where_right(exercise, data.draw(JUNK | tensors))


def accepted_only_where_right(exercise, answer):
    return judge(exercise, answer) is not None or any(same(answer, value(exercise, source)) for source in exercise.right)


def same(answer, right):
    """Whether the answer is the right one in another form."""
    if as_number(answer) is not None and as_number(right) is not None:
        return close(as_number(answer), as_number(right), 1e-5)
    if type(right) is torch.dtype:
        return answer is right
    if isinstance(right, (list, tuple)):
        return difference(as_lists(answer), as_lists(right)) is None
    if callable(right) or as_text(right) is None and not is_tensor(right) and as_number(right) is None:
        return False
    return difference(answer, right) is None


@pytest.mark.parametrize(("exercise", "source"), RIGHT)
def test_a_right_answer_that_is_spoilt_is_rejected(exercise, source):
    spoilt = list(perturbed(value(exercise, source)))
    assert spoilt
    for answer in spoilt:
        assert accepted_only_where_right(exercise, answer), f"{describe(answer)} passes: {answer!r}"


def perturbed(right):
    """Yield answers near a right one: another number, shape, dtype or form."""
    number = as_number(right)
    if number is not None:
        yield from (number + 0.01, number * 2 + 1, -number - 1, math.nan, math.inf, complex(number, 1), str(number), [number])
        yield torch.tensor([float(number)] * 2)
    elif is_tensor(right):
        other = right.float() if right.dtype is torch.float64 else right.double()
        yield from (right + 1, right * 0 - 7, right[None], other, right.tolist())
        if right.dim() and right.shape[0] > 1:
            yield right[:-1]
    elif as_text(right) is not None:
        yield from ("x" + right, right[1:], right[::-1], f"'{right}'", [right])
    elif type(right) is torch.dtype:
        yield from (torch.float32 if right is not torch.float32 else torch.float64, torch.int32, torch.bool, str(right), [right])
    elif callable(right):
        yield from (lambda *a: next(perturbed(right(*a))), lambda *a: None, lambda *a: [right(*a)], lambda: right, lambda *a: 1 / 0)
    elif isinstance(right, (list, tuple)):
        yield from (right[:-1], type(right)([*right, right[0]]), right[:1], str(right))
    elif isinstance(right, dict):
        first = next(iter(right))
        yield from ({**right, "more": right[first]}, {name: right[name] for name in right if name != first}, list(right), [right], {**right, first: None})
    elif isinstance(right, torch.utils.data.DataLoader):
        yield from (right.dataset, right.sampler, list(right), iter(right), [right], torch.utils.data.DataLoader(right.dataset, right.batch_size))


def test_the_tests_of_this_file_notice_a_judge_that_is_too_lenient():
    """The example's judges, replaced by ones that look at the kind alone, fail what is asked above of every exercise."""
    names = {"__name__": "lesson_98"}
    exec(MODULE, names)
    for exercise in names["EXERCISES"]:
        kinds = {kind(value(exercise, source)) for source in exercise.right}
        lenient = dataclasses.replace(exercise, judge=lambda answer, names, kinds=kinds: None if kind(answer) in kinds else "no")
        assert any(judge(lenient, value(lenient, source)) is None for source, _ in lenient.wrong)
        assert not all(accepted_only_where_right(lenient, answer) for answer in perturbed(value(lenient, lenient.right[0])))
