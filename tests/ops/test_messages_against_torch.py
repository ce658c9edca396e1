"""The types and phrases of the table of messages are torch's own."""

import pytest
import torch
import torch.nn.functional as functional

from tests.ops.messages import MESSAGES, names_for


@pytest.mark.parametrize("code, error, phrase, own", MESSAGES, ids=[code for code, *_ in MESSAGES])
def test_torch_says_it(code, error, phrase, own):
    if "cuda" in code and torch.cuda.is_available():
        pytest.skip("there is a GPU here, so nothing is refused")
    with pytest.raises(Exception) as caught:
        eval(code, names_for(torch, functional))
    assert type(caught.value).__name__ == error
    assert phrase in str(caught.value)
