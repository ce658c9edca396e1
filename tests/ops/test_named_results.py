"""What results are called that were written into `out=`, and the warning of a spread without freedom."""

import pytest

import workbook as torch


@pytest.mark.parametrize("name", ["max", "min", "sort", "median", "mode", "cummax"])
def test_results_in_out_print_another_name(name):
    x = torch.tensor([3., 1., 2.])
    outs = torch.zeros(0), torch.zeros(0, dtype=torch.int64)
    assert repr(getattr(torch, name)(x, dim=0, out=outs)).startswith(f"torch.return_types.{name}_out(\nvalues=")
    assert repr(getattr(torch, name)(x, dim=0)).startswith(f"torch.return_types.{name}(\nvalues=")


def test_a_spread_of_one_number_warns():
    with pytest.warns(UserWarning, match="degrees of freedom is <= 0"):
        torch.tensor([1.]).std()
