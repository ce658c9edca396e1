"""Random programs of views, in-place writes, hooks and backward passes leave the same values, gradients, flags, nodes and refusals.

`python -m tests.autograd.programs 100000 --processes 2` runs many more of them.
"""

import torch  # without it this file is skipped, with the reason
from hypothesis import example, given, settings
from hypothesis import strategies as st

import workbook
from tests.autograd.programs import LONGEST, SHORTEST, disagreement
from tests.autograd.steps import NAMES
from tests.conftest import EXAMPLES, FULL

PROGRAMS = 8 * EXAMPLES if FULL else 500
SMALL = st.integers(0, 19)
STEP = st.tuples(st.sampled_from(NAMES), st.integers(0, 29), st.integers(0, 29), SMALL, SMALL)
STEPS = st.integers(SHORTEST, LONGEST).flatmap(lambda count: st.lists(STEP, min_size=count, max_size=count))


@settings(max_examples=PROGRAMS)
@given(st.tuples(st.booleans(), STEPS))
@example((False, [("moved", 0, 0, 0, 0), ("index", 8, 0, 0, 0), ("add", 0, 0, 0, 0), ("shape_", 1, 0, 0, 0), ("requires_grad_", 20, 0, 4, 0),
                  ("numbers", 0, 0, 0, 0), ("div", 0, 11, 0, 0), ("backward", 0, 0, 0, 0)]))  # a view that was turned before its base got a flag
@example((False, [("piece", 1, 0, 2, 0), ("without recording", 0, 0, 0, 0)]))  # the pieces of a vector share its memory
def test_programs_agree_step_by_step(program):
    found = disagreement(program, workbook, torch)
    assert found is None, "after step {}, {}: {}".format(*found)
