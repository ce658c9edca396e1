"""What lesson 10 says of seven calls of a loss is true, here and in PyTorch."""

import importlib
import importlib.util
import re
import warnings

import pytest

import workbook
from workbook.exercises.lesson_10 import CALLS, SILENT_MISTAKES

TEXTS = dict(re.findall(r"^\| \*\*(\w)\*\* \| `(.+)` \|$", SILENT_MISTAKES.prompt, re.M))


def engines():
    return [workbook] + ([importlib.import_module("torch")] if importlib.util.find_spec("torch") else [])


def called(torch, text):
    """Return the loss, the type of the error, and the texts of the warnings."""
    torch.manual_seed(0)
    names = {"F": torch.nn.functional, "z": torch.randn(3, 3), "y": torch.tensor([0, 1, 2]), "p": torch.randn(3, 1), "t": torch.randn(3)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return eval(text, names).item(), None, [str(each.message) for each in caught]
        except (RuntimeError, IndexError) as problem:
            return None, type(problem), []


def test_the_prompt_holds_seven_calls():
    assert list(TEXTS) == list(CALLS) and len(TEXTS) == 7


OF_THE_CPU = pytest.mark.cpu_only("a GPU tells of a class that is not there by an error of its own: tests/ops/test_messages.py")


@pytest.mark.parametrize("letter", [pytest.param(letter, marks=[OF_THE_CPU] * (letter == "C")) for letter in CALLS])
def test_a_call_does_what_the_lesson_says(letter):
    for torch in engines():
        loss, problem, warned = called(torch, TEXTS[letter])
        assert (problem is not None) == CALLS[letter].startswith(f"{letter} raises:")
        assert bool(warned) == (letter == "D")
        if letter == "C":
            assert problem is IndexError
    found = {str(called(torch, TEXTS[letter])[1]) for torch in engines()}
    assert len(found) == 1


def test_the_right_call_is_cross_entropy_and_the_silent_ones_are_not():
    for torch in engines():
        right = called(torch, "F.cross_entropy(z, y)")[0]
        assert called(torch, TEXTS["G"])[0] == pytest.approx(right) and called(torch, TEXTS["E"])[0] != pytest.approx(right, rel=1e-2)
        assert called(torch, TEXTS["D"])[0] != pytest.approx(called(torch, "F.mse_loss(p[:, 0], t)")[0], rel=1e-2)
        sure = torch.nn.functional.cross_entropy(torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([0])).item()
        assert f"{sure:.4f}" in CALLS["E"]


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "bool", "float32"])
def test_classes_of_another_dtype_are_refused_as_in_pytorch(dtype):
    for torch in engines():
        z, y = torch.zeros(1, 10), torch.tensor([2]).to(getattr(torch, dtype))
        with pytest.raises(RuntimeError, match="expected target dtype to be Long or Byte, but got"):
            torch.nn.functional.cross_entropy(z, y)
        assert torch.nn.functional.cross_entropy(z, y.to(torch.uint8)).item() == pytest.approx(2.3026, abs=1e-4)
