"""Every function, method, operator and in-place form gives what torch gives: number, dtype, shape, or type of error."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.both import difference, outcome
from tests.ops.table import NAMED


@pytest.mark.parametrize("row", NAMED.values(), ids=NAMED.keys())
@given(data=st.data())
def test_value(row, data):
    text, inputs = row.example(lambda options: data.draw(st.sampled_from(options)))
    found = difference(outcome("workbook", text, inputs), outcome("torch", text, inputs), row.rounded)
    assert not found, f"{text} of {inputs}: {found}"
