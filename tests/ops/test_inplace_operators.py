"""`x &= y` and its kin write into the memory of x, and refuse what has no room there."""

import pytest

import workbook as torch


@pytest.mark.parametrize("statement, left", [
    ("x &= y", [True, False, False]), ("x |= y", [True, True, True]), ("x ^= y", [False, True, True])])
def test_what_is_written_is_seen_under_every_name(statement, left):
    x, y = torch.tensor([True, True, False]), torch.tensor([True, False, True])
    names = {"x": x, "y": y}
    exec(statement, names)
    assert names["x"] is x and x.tolist() == left


@pytest.mark.parametrize("statement, phrase", [
    ("x &= torch.tensor([1, 2, 3])", "result type Long can't be cast to the desired output type Bool"),
    ("x |= torch.ones(2, 3, dtype=torch.bool)", r"output with shape \[3\] doesn't match the broadcast shape \[2, 3\]"),
    ("x += torch.ones(2, 3)", r"output with shape \[3\] doesn't match the broadcast shape \[2, 3\]"),
    ("x += 1.5", "result type Float can't be cast to the desired output type Bool"),
])
def test_what_has_no_room_is_refused(statement, phrase):
    x = torch.ones(3, dtype=torch.bool)
    with pytest.raises(RuntimeError, match=f"{phrase}\n  Why: "):
        exec(statement, {"torch": torch, "x": x})
    assert x.tolist() == [True] * 3
