"""Every function, method, operator and in-place form gives what torch gives: number, dtype, shape, type of error, slopes."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.ops.both import GRADIENT_UNITS, ROUNDED_UNITS, difference, gradients, of_the_cpu, on_a_gpu, outcome, rows_of
from tests.ops.examples import drawn
from tests.ops.table import NAMED

ROWS = pytest.mark.parametrize("row", rows_of(NAMED))
SLOPES = {name: row for name, row in NAMED.items() if row.derivatives}


@ROWS
@drawn(one_in=2)  # there are thousands of tests here
def test_value(row, pick):
    text, inputs = row.example(pick)
    if on_a_gpu() and of_the_cpu(text):
        return
    found = difference(*(outcome(engine, text, inputs, row.lies) for engine in ("workbook", "torch")), ROUNDED_UNITS if row.rounded else 0)
    assert not found, f"{text} of {inputs}: {found}"


@pytest.mark.parametrize("row", rows_of(SLOPES))
@drawn(one_in=2)
def test_gradient(row, pick):
    """In float64: the gradients for an uneven incoming gradient, their own gradients, and the name of the node."""
    text, inputs = row.example(pick)
    if on_a_gpu() and of_the_cpu(text):
        return
    mine, theirs = (gradients(engine, text, inputs, row.derivatives) for engine in ("workbook", "torch"))
    if not row.named or "AsStridedBackward0" in theirs.get("node", ()):
        # torch rebuilds the node of a written view by its strides; here the view operations are replayed
        mine.pop("node", None), theirs.pop("node", None)
    found = difference(mine, theirs, GRADIENT_UNITS)
    assert not found, f"{text} of {inputs}: {found}"
