"""The documents' programs once more, against the torch that is installed."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.parity.documents import PROGRAMS, assert_agree, printed


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    return {engine: printed(engine, tmp_path_factory.mktemp(engine)) for engine in ("workbook", "torch")}


@pytest.mark.parametrize("name", [program.stem for program in PROGRAMS])
def test_workbook_prints_what_torch_prints(texts, name):
    assert_agree(texts["workbook"][name], texts["torch"][name])
