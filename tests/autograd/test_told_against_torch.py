"""Short programs of autograd note, warn and refuse as torch does; what workbook refuses, it explains in three parts."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.autograd.told import differs, programs, told

# Errors that Python itself words, before any library is asked.
PYTHONS_OWN = ("object is not callable", "'NoneType' object has no attribute", "division by zero", "unsupported operand",
               "Can't instantiate abstract class", "missing 1 required positional argument", "unexpected keyword argument",
               "object has no attribute 'requires_grad'", "not here, please")


@pytest.mark.parametrize("code", [pytest.param(code, id=f"{room}-{number}") for room in ("anomaly", "ends", "functions", "hooks", "inference")
                                  for number, code in enumerate(programs(room))])
def test_a_program_tells_the_same(code):
    mine, theirs = told("workbook", code), told("torch", code)
    assert differs(mine, theirs) is None
    if mine["error"] and not any(words in mine["error"][1] for words in PYTHONS_OWN):
        assert "\n  Why: " in mine["error"][1] and "\n  Fix: " in mine["error"][1], mine["error"]
