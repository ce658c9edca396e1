"""An error says in PyTorch's words what happened, then why, and what to change: with the student's own shapes and names."""

import pytest

import workbook as torch
from tests.ops.messages import MESSAGES, names_for
from workbook.nn import functional


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
