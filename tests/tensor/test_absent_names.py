"""Names that a Tensor does not have: asked for they say what to write instead, and everywhere else they are not there."""

import copy

import pytest

import workbook as torch
from workbook.tensor import Tensor


def test_a_missing_name_says_what_to_write():
    with pytest.raises(AttributeError, match=r"'Tensor' object has no attribute 'astype'\n  Fix: write x.to\(dtype\)"):
        torch.ones(2).astype
    with pytest.raises(AttributeError, match="'Parameter' object has no attribute 'astype'\n"):
        torch.nn.Parameter(torch.ones(2)).astype
    with pytest.raises(AttributeError, match="^'Tensor' object has no attribute 'nothing'$"):
        torch.ones(2).nothing


def test_a_missing_name_is_nowhere():
    x = torch.ones(2)
    assert not hasattr(x, "astype") and not hasattr(torch.Tensor, "astype") and getattr(x, "astype", None) is None
    assert "astype" not in dir(x) and "astype" not in dir(torch.Tensor)


def test_a_student_may_give_it_a_meaning():
    x = torch.ones(2)
    x.astype = 3
    assert x.astype == copy.deepcopy(x).astype == 3
    del x.astype
    assert not hasattr(x, "astype")


def test_attributes_are_looked_up_the_short_way():
    """Python reads the slots of a class directly, unless the class has a say in how attributes are found."""
    assert "__getattr__" not in vars(Tensor) and "__getattribute__" not in vars(Tensor)
