"""`out=` of the functions that make tensors beside torch: which shapes it keeps, and what is warned of."""

import warnings

import numpy as np
import pytest
import torch

import workbook

CALLS = ["zeros(2)", "ones(2)", "full((2,), 1.)", "eye(2)", "arange(2)", "arange(6)", "arange(0)", "linspace(0, 1, 2)", "linspace(0, 1, 6)",
         "logspace(0, 1, 2)", "logspace(0, 1, 6)", "rand(2)", "randn(2)", "randint(0, 3, (2,))", "sin(torch.zeros(2))"]


def made(library, call, shape, turned):
    """The numbers of `out`, and what can be seen of it."""
    library.manual_seed(0)
    out = library.empty(shape).t() if turned else library.empty(shape)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = eval(f"torch.{call[:-1]}, out=out)", {"torch": library, "out": out})
    said = [str(each.message).partition(" (Triggered")[0] for each in caught if issubclass(each.category, UserWarning)]
    return out.numpy(), (result is out, out.stride(), said)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("shape", [(), (0,), (2,), (3,), (6, 1), (2, 3)])
@pytest.mark.parametrize("call", CALLS)
def test_beside_torch(call, shape, turned):
    (numbers, seen), (wanted, known) = (made(library, call, shape, turned) for library in (workbook, torch))
    np.testing.assert_allclose(numbers, wanted, rtol=1e-6)
    assert seen == known
