"""Calling a student's function: its result, or the message about why there is none; never an error of ours."""

import pytest

import workbook as torch
from workbook.exercises.functions import called, uses, written
from workbook.exercises.judges import function


def raises(error):
    def answer(*given):
        raise error

    return answer


@pytest.mark.parametrize("answer, message", [
    (3, "The answer is a number; a function is asked for, itself and not its result."),
    (lambda: 1, "Your function raises TypeError: "),
    (lambda n: None, "Your function returns None. Is there a `return`?"),
    (raises(SystemExit("over")), "Your function raises SystemExit: over"),
    (raises(ValueError("one\ntwo")), "Your function raises ValueError: one"),
    (raises(ValueError("no /home/someone/notes.txt")), "Your function raises ValueError: no notes.txt"),
])
def test_no_result_is_a_message(answer, message):
    got, told = called(answer, 3)
    assert got is None and told.startswith(message)


def test_the_case_is_named_and_none_can_be_right():
    assert called(lambda a, b: None, 1, 2, case="1, 2") == (None, "Called with 1, 2 your function returns None. Is there a `return`?")
    assert called(lambda a: None, 1, none=True) == (None, None)
    assert called(lambda a, b: a - b, 3, 2) == (1, None)


@pytest.mark.parametrize("recording", [True, False])
def test_a_function_that_leaves_the_recording_switched_is_told_so_and_it_is_put_back(recording):
    with torch.set_grad_enabled(recording):
        got, told = called(lambda: torch.set_grad_enabled(not recording) and 1)
        assert got is None and f"leaves the recording switched {'off' if recording else 'on'}" in told
        assert called(torch.no_grad()(lambda: 3)) == (3, None)
        assert called(lambda: torch.set_grad_enabled(not recording) and 1 / 0)[1] == "Your function raises ZeroDivisionError: division by zero"
        assert torch.is_grad_enabled() == recording


def test_a_module_that_a_function_uses_is_found_under_every_name():
    F = torch.nn.functional
    names = {"torch": torch, "F": F, "other": F}
    for line in ("torch.nn.functional.relu(x)", "F.relu(x)", "other.relu(x)", "[F.relu(row) for row in x]", "(lambda: other.relu(x))()"):
        assert uses(eval(f"lambda x: {line}", dict(names)), F), line
    for line in ("torch.relu(x)", "x.relu()", "[torch.relu(row) for row in x]"):
        assert not uses(eval(f"lambda x: {line}", dict(names)), F), line
    assert not uses(print, F) and not uses(3, F)


def test_whoever_stops_the_kernel_stops_it():
    with pytest.raises(KeyboardInterrupt):
        called(raises(KeyboardInterrupt()))


def test_a_source_of_several_lines_is_a_function_of_its_arguments():
    names = {}
    exec(written("a, b", "if a:", "    return b", "return a"), names)
    assert (names["answer"](1, 2), names["answer"](0, 2)) == (2, 0)


def test_the_judge_of_functions_words_it_in_the_same_way():
    from workbook.exercises.exercise import Names

    judged = function("lambda n: n", ("2",))
    assert judged(lambda n: None, Names()) == "Called with 2 your function returns None. Is there a `return`?"
    assert judged(lambda n: 1 / 0, Names()) == "Called with 2 your function raises ZeroDivisionError: division by zero"
