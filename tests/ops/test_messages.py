"""An error says in PyTorch's words what happened, then why, and what to change: with the student's own shapes and names."""

import inspect

import pytest

import workbook as torch
from tests.ops.both import told_by_a_gpu
from tests.ops.messages import MESSAGES, names_for
from workbook.nn import functional
from workbook.ops import methods


OF_NO_GPU = pytest.mark.cpu_only("it tells that there is no GPU")


@pytest.mark.parametrize("code, error, phrase, own", [
    pytest.param(code, *rest, id=code, marks=[OF_NO_GPU] if ".cuda()" in code or ".to(3)" in code else []) for code, *rest in MESSAGES])
def test_three_parts(code, error, phrase, own):
    with pytest.raises(Exception) as caught:
        eval(code, names_for(torch, functional))
    if told_by_a_gpu(str(caught.value)):
        assert phrase in str(caught.value)
        error, phrase = "RuntimeError", "CUDA error: device-side assert triggered"
    assert type(caught.value).__name__ == error
    what, _, rest = str(caught.value).partition("\n  Why: ")
    why, _, fix = rest.partition("\n  Fix: ")
    assert what.startswith(phrase) and "\n" not in what + fix
    assert len(why) > 13 and len(fix) > 8
    assert own in why + fix


TAKE_NUMBERS = "add sub mul div floor_divide multiply divide subtract true_divide".split()
OF_SOMETHING_ELSE = "symeig eig lstsq solve matrix_rank clamp clip index_reduce scatter_reduce float_power dist".split()  # complain of that first
ONE_TENSOR = [name for name, function in methods.functions().items()
              if next(iter(inspect.signature(function).parameters), None) in ("input", "x", "x1", "y", "A", "L", "B", "b", "LU_data", "tensor", "sorted_sequence")]


@pytest.mark.parametrize("given", [[1.0, 2.0], 3, "a", None], ids=["a list", "a number", "a text", "nothing"])
def test_what_is_no_tensor_is_refused(given):
    """A list in place of a Tensor, as in NumPy: PyTorch's error, never that a list has no such attribute."""
    for name in ONE_TENSOR:
        function = getattr(torch, name)
        arguments = 1 + sum(p.default is p.empty for p in [*inspect.signature(function).parameters.values()][1:] if p.kind is p.POSITIONAL_OR_KEYWORD)
        if given == 3 and name in TAKE_NUMBERS:
            assert function(3, 3).ndim == 0
            continue
        with pytest.raises((TypeError, RuntimeError, ValueError)) as caught:
            function(*[given] * arguments)
        assert "must be Tensor, not" in str(caught.value) or name in OF_SOMETHING_ELSE, f"{name}: {caught.value}"
