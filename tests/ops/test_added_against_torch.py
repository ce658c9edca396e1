"""Products with something added, of every combination of axes: in both libraries a result of the same shape, or the same type of error.

Where a product would be added to too small a memory, or its factors are no stacks of matrices, also the first words of the error.
"""

import itertools

import pytest

import workbook
from tests.conftest import FULL

torch = pytest.importorskip("torch", reason="compares with PyTorch 2.13, which is not installed")

ADDED = [(), (2,), (3,), (2, 3), (1, 3), (4, 4), (2, 3, 4), (5, 2, 3), (2, 2, 2, 2), (0,)]
FACTORS = [(), (2,), (3,), (2, 3), (3, 2), (4, 3, 2), (4, 2, 3), (2, 2, 2, 2)]
WORDS = ("Dimension", "batch", "Bad in-place call", "size mismatch", "Expected size")


def answer(library, name, shapes):
    c, a, b = (library.zeros(shape) for shape in shapes)
    try:
        return "shape", tuple(getattr(c, name)(a, b).shape)
    except (RuntimeError, IndexError, TypeError) as problem:
        return type(problem).__name__, str(problem).split("\n")[0]


@pytest.mark.parametrize("name", ["addbmm", "baddbmm", "addmm", "addmv", "addr", "addbmm_", "baddbmm_", "addmm_", "addmv_", "addr_"])
def test_wrong_axes_are_refused_as_in_torch(name):
    for shapes in list(itertools.product(ADDED, FACTORS, FACTORS))[::1 if FULL else 3]:
        (kind, mine), (wanted, theirs) = answer(workbook, name, shapes), answer(torch, name, shapes)
        if name == "addbmm_" and wanted == "shape" and theirs != shapes[0]:
            wanted = "RuntimeError"  # PyTorch lets the target grow; here it is refused, as by the other in-place forms
        assert kind == wanted, (shapes, mine, theirs)
        if wanted == "shape":
            assert mine == theirs, shapes
        elif str(theirs).startswith(WORDS) and name not in ("addr_", "addmm_"):  # whose targets are looked at last here
            assert mine[:20] == theirs[:20], (shapes, mine, theirs)
