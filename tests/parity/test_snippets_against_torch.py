"""The recorded outcomes are still those of the installed torch."""

import json

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.parity.snippets import RECORDED, outcome, snippets

WANTED = json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", [pytest.param(code, id=f"{room}-{number}") for number, (room, code) in enumerate(snippets())])
def test_torch_still_does_it(code):
    assert outcome("torch", code) == WANTED[code]
