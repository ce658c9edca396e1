"""The documents' programs print in workbook what torch 2.13.0 printed, with nothing changed but the import lines."""

import json

import pytest

from tests.parity.documents import PROGRAMS, RECORDED, assert_agree, printed

WANTED = json.loads(RECORDED.read_text(encoding="utf-8"))


NAMES = [program.stem for program in PROGRAMS]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    return printed("workbook", tmp_path_factory.mktemp("workbook"))


@pytest.mark.parametrize("name", NAMES)
def test_workbook_prints_what_torch_printed(mine, name):
    assert_agree(mine[name], WANTED[name])


def test_every_record_has_its_program():
    assert sorted(WANTED) == NAMES


def test_ten_losses_of_document_000_are_compared():
    lines = WANTED["document_000_lenet"].splitlines()
    losses = [float(line) for line in lines[lines.index("computed:") + 1:][:10]]
    assert len(losses) == 10 and losses[0] > losses[-1] > 0


@pytest.mark.parametrize("mine, wanted", [
    ("Net(a)\n", "Net(b)\n"),
    ("1.00001\n", "1.00002\n"),
    ("computed:\n38.50001\n", "computed:\n38.5005\n"),
    ("computed:\ntensor([0.1234])\n", "computed:\ntensor([0.1236])\n"),
    ("computed:\ntensor([1.])\n", "computed:\ntensor([1.], grad_fn=<MulBackward0>)\n"),
    ("computed:\n1.0\ndrawn:\n0.5000001\n", "computed:\n1.0\ndrawn:\n0.5\n"),
    ("1\n", "1\n2\n"),
])
def test_the_comparison_sees_what_differs(mine, wanted):
    with pytest.raises(AssertionError):
        assert_agree(mine, wanted)


def test_the_comparison_allows_a_sum_in_another_order():
    assert_agree("computed:\ntensor([0.1234]) 38.500001\n", "computed:\ntensor([0.1235]) 38.500002\n")
