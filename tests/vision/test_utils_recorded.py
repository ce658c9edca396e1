"""Grids, drawn boxes and masks, fakes, printed forms and refusals are torchvision's."""

import warnings

import pytest

import workbook
from tests.vision import truth
from workbook import vision

WANTED = truth.recorded()["utils"]


@pytest.mark.parametrize("row", truth.rows("utils"))
def test_as_in_torchvision(row):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine = truth.answer(row, truth.for_utils(workbook, vision))
    assert truth.agree(mine, WANTED[row]), f"{mine}\nand not\n{WANTED[row]}"
