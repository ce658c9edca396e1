"""The documents' programs once more, against the torch that is installed."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.parity.documents import PROGRAMS, assert_agree, printed


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_workbook_prints_what_torch_prints(program, tmp_path):
    assert_agree(printed("workbook", program, tmp_path), printed("torch", program, tmp_path))
