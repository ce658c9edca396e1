"""Twenty networks, trained for a hundred steps, follow torch's losses: `python -m tests.parity.training` prints how closely."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

import workbook
from tests.parity.training import cases, measure

DAILY, ALL = cases(), cases(full=True)


def marked(name, by):
    marks = () if (name, by) in DAILY else (pytest.mark.full("more optimisers for each network"),)
    return pytest.param(name, by, id=f"{name}-{by}", marks=marks)


@pytest.mark.parametrize(("name", "by"), [marked(*case) for case in ALL])
def test_the_losses_are_torchs(name, by):
    holds(measure(name, by))


@pytest.mark.full("rounding apart, the same training")
@pytest.mark.parametrize(("name", "by"), [pytest.param(*case, id="-".join(map(str, case))) for case in ALL])
def test_in_float64_the_losses_are_torchs_to_the_tenth_digit(name, by):
    holds(measure(name, by, float64=True))


def test_there_are_twenty_networks_and_every_optimiser_trains_one():
    assert len(DAILY) == 20
    assert {by.name for _, by in ALL} == {name for name in workbook.optim.__all__ if isinstance(getattr(workbook.optim, name), type)} - {"Optimizer"}


def holds(row):
    assert not row.broken, (f"{row.broken}: {row.found}, and torch from itself {row.itself}; "
                            f"the gradient of {row.worst} differs most")
