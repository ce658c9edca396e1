"""Random programs of views, in-place writes and backward passes leave the same values, gradients, flags and refusals."""

import torch  # noqa: F401  without it this file is skipped, with the reason
from hypothesis import example, given, settings
from hypothesis import strategies as st

import workbook
from tests.autograd.programs import NAMES, Run, differs
from tests.ops.both import quiet

PLACE = st.integers(0, 39)
STEP = st.tuples(st.sampled_from(NAMES), PLACE, PLACE, st.integers(0, 9), st.integers(0, 9))
PROGRAMS = settings().max_examples * 12  # the only place where so much can meet


@settings(max_examples=PROGRAMS)
@given(st.lists(STEP, min_size=5, max_size=30))
@example([("unbind", 0, 0, 0, 0), ("write_in_no_grad", 5, 1, 0, 0)])  # the pieces of a vector share its memory
@example([("sin", 0, 0, 0, 0), ("select", 5, 0, 1, 0), ("set", 5, 1, 3, 0), ("backward", 6, 0, 0, 0), ("backward", 6, 0, 0, 0)])
def test_programs_agree_step_by_step(program):
    with quiet():
        mine, theirs = Run(workbook), Run(torch)
        for number, step in enumerate(program):
            assert mine.step(*step) == theirs.step(*step), f"step {number}, {step}"
            found = differs(mine.state(), theirs.state())
            assert found is None, f"after step {number}, {step}: {found}"
