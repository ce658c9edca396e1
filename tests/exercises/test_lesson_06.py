"""What lesson 06 says of six short programs is true, here and in PyTorch."""

import importlib.util
import warnings

import pytest

import workbook
from workbook.exercises.lesson_06 import RUNS, WHICH_RAISE

PROGRAMS = {letter: [line.strip("`") for line in lines] for letter, *lines in (
    [cell.strip().strip("*") for cell in row.strip("|").split("|")] for row in WHICH_RAISE.prompt.splitlines() if row.startswith("| **"))}


def raises(torch, lines):
    x = torch.ones(2, requires_grad=True)
    try:
        exec("\n".join([*lines, "y.sum().backward()"]), {"torch": torch, "x": x})
    except RuntimeError:
        return True
    return False


def engines():
    return [workbook] + ([importlib.import_module("torch")] if importlib.util.find_spec("torch") else [])


def test_the_prompt_holds_six_programs():
    assert list(PROGRAMS) == list(RUNS) and all(len(lines) == 2 for lines in PROGRAMS.values())


@pytest.mark.parametrize("letter", RUNS)
def test_a_program_raises_where_the_lesson_says_so(letter):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {raises(torch, PROGRAMS[letter]) for torch in engines()}
    assert found == {"raises" in RUNS[letter].partition(".")[0]}
    assert (letter in "BDF") == found.pop()
