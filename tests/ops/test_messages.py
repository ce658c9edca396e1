"""An error says in PyTorch's words what happened, then why, and what to change: with the student's own shapes and names."""

import contextlib
import inspect

import pytest

import workbook as torch
from tests.ops.messages import MESSAGES, names_for
from workbook.nn import functional
from workbook.ops import methods, out


@pytest.mark.parametrize("code, error, phrase, own", MESSAGES, ids=[code for code, *_ in MESSAGES])
def test_three_parts(code, error, phrase, own):
    with pytest.raises(Exception) as caught:
        eval(code, names_for(torch, functional))
    assert type(caught.value).__name__ == error
    what, _, rest = str(caught.value).partition("\n  Why: ")
    why, _, fix = rest.partition("\n  Fix: ")
    assert what.startswith(phrase) and "\n" not in what + fix
    assert len(why) > 13 and len(fix) > 8
    assert own in why + fix


ONE_TENSOR = [name for name, function in methods.functions().items() if out.first_parameter(function)]


@pytest.mark.parametrize("name", ONE_TENSOR)
@pytest.mark.parametrize("given", [[1.0, 2.0], 3, "a", None], ids=["a list", "a number", "a text", "nothing"])
def test_what_is_no_tensor_is_refused(name, given):
    """A list in place of a Tensor, as in NumPy: PyTorch's error, never that a list has no such attribute."""
    arguments = 1 + sum(p.default is p.empty for p in [*inspect.signature(getattr(torch, name)).parameters.values()][1:]
                        if p.kind is p.POSITIONAL_OR_KEYWORD)
    with pytest.raises((TypeError, RuntimeError, ValueError)) if given != 3 else contextlib.suppress(TypeError, RuntimeError, ValueError):
        getattr(torch, name)(*[given] * arguments)
