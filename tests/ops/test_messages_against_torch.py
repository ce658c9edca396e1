"""The types and phrases of the table of messages are torch's own."""

import warnings

import pytest
import torch
import torch.nn.functional as functional

import workbook
from tests.ops.messages import MESSAGES, names_for


@pytest.mark.parametrize("code, error, phrase, own", MESSAGES, ids=[code for code, *_ in MESSAGES])
def test_torch_says_it(code, error, phrase, own):
    if "cuda" in code and torch.cuda.is_available():
        pytest.skip("there is a GPU here, so nothing is refused")
    with pytest.raises(Exception) as caught:
        eval(code, names_for(torch, functional))
    assert type(caught.value).__name__ == error
    assert phrase in str(caught.value)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4)])
def test_axes_reversed_by_T_warn_as_in_torch(shape):
    said = []
    torch.set_warn_always(True)
    try:
        for library in (torch, workbook):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                library.zeros(shape).T
            said.append([(str(each.message).partition(" (Triggered")[0], each.category) for each in caught])
    finally:
        torch.set_warn_always(False)
    assert said[0] == said[1]
    assert bool(said[0]) == (len(shape) != 2)
