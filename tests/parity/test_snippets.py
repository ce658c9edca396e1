"""Short programs come out as torch 2.13.0 recorded them: the same printed value, or the same error with torch's words in it."""

import json

import pytest

from tests.ops.both import of_no_device
from tests.parity.snippets import RECORDED, outcome, snippets

WANTED = json.loads(RECORDED.read_text(encoding="utf-8"))
ALL = [pytest.param(code, id=f"{room}-{number}") for number, (room, code) in enumerate(snippets())]


@pytest.mark.parametrize("code", ALL)
def test_workbook_does_what_torch_did(code):
    assert_same(outcome("workbook", code), WANTED[code])


def test_every_record_has_its_snippet():
    assert list(WANTED) == [code for _, code in snippets()]


def assert_same(mine, torchs):
    if "value" in torchs:
        assert of_no_device(mine) == of_no_device(torchs)
        return
    assert mine.get("raises") == torchs["raises"], mine
    words = torchs["message"]
    if torchs["raises"] == "KeyError":  # Python quotes its text, and ours goes on
        words = words[:-1]
    assert of_no_device(words) in of_no_device(mine["message"])
