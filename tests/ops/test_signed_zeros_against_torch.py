"""0.0 and -0.0 are equal, but they print apart, and 1 / x tells them apart: functions give the one that torch gives.

Where torch itself gives one or the other by the length of the Tensor (maximum of two Tensors, softshrink), nothing is asked here.
"""

import numpy as np
import pytest
import torch

from tests.ops.both import names_of, quiet

FUNCTIONS = """
torch.relu(a)
F.relu6(a)
F.hardtanh(a, 0, 1)
F.hardtanh(a, -1, 0)
F.hardtanh(a, -1, -0.0)
F.elu(a)
F.celu(a)
F.selu(a)
torch.clamp(a, 0)
torch.clamp(a, -0.0)
torch.clamp(a, -1, 0)
torch.clamp(a, -1, -0.0)
torch.clamp_min(a, 0)
torch.clamp_min(a, -0.0)
torch.clamp_max(a, 0)
torch.clamp_max(a, -0.0)
torch.nan_to_num(a, -0.0)
torch.cumsum(a, 0)
torch.cumsum(a.expand(3, -1), 0)
torch.logcumsumexp(a, 0)
torch.cumulative_trapezoid(a)
torch.special.i1(a)
torch.special.i1e(a)
torch.special.log_ndtr(a)
torch.abs(a)
torch.neg(a)
torch.sign(a)
torch.round(a / 4)
torch.trunc(a / 4)
torch.ceil(a / 4)
torch.sqrt(a)
torch.sin(a)
torch.tanh(a)
torch.fmod(a, 1)
torch.remainder(a, 1)
torch.remainder(a, -1)
a * 0
a * -1
a + 0
a - 0
0 - a
a / -3
a ** 3
torch.copysign(a, -1)
torch.copysign(a, -0.0)
torch.where(a < 0, -0.0, a)
F.leaky_relu(a)
F.softsign(a)
F.hardswish(a)
F.dropout(a, 0.0)
F.threshold(a, 0, -0.0)
a.sum()
a.expand(3, -1).sum(0)
a.expand(3, -1).mean(0)
a.expand(3, -1).prod(0)
""".strip().splitlines()
NUMBERS = (-0.0, 0.0, 1.0, -1.0, float("nan"), float("inf"), -float("inf"), -0.25, 0.25)


@pytest.mark.parametrize("length", [1, 3, 8, 100, 30_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("text", FUNCTIONS)
def test_sign_of_zeros(text, dtype, length):
    for first in range(len(NUMBERS)):  # each number comes to each place
        given = np.resize(np.roll(NUMBERS, -first), length).astype(dtype)
        mine, theirs = (evaluated(engine, text, given) for engine in ("workbook", "torch"))
        both = (mine == 0) & (theirs == 0)
        apart = both & (np.signbit(mine) != np.signbit(theirs))
        assert not apart.any(), f"{text} of {given[:12]}: {mine[apart][:5]} and not {theirs[apart][:5]}"
        if length > 100:
            break


def evaluated(engine, text, numbers):
    names = names_of(engine)
    with quiet():
        return eval(text, {"a": names["torch"].from_numpy(numbers.copy())} | names).numpy()
