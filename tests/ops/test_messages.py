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
    what, why, fix = str(caught.value).split("\n")
    assert what.startswith(phrase)
    assert why.startswith("  Why: ") and fix.startswith("  Fix: ") and len(why) > 20 and len(fix) > 15
    assert own in why + fix
