"""What warns: overflow and NaN are values and warn of nothing; a copy of a Tensor by torch.tensor warns, as in PyTorch."""

import subprocess
import sys

import numpy as np
import pytest

import workbook as torch

SILENT = """
import sys
import workbook as torch
if sys.argv[1] == "cuda":
    torch.cuda.simulate(1)
torch.set_default_device(sys.argv[1])
inf, nan = float("inf"), float("nan")
both, x = torch.tensor([inf, -inf]), torch.tensor([0., 1.], requires_grad=True)
torch.zeros(0).mean(), torch.zeros(0, 3).mean(0), torch.zeros(0).nanmean(), torch.zeros(0).norm(), torch.cov(torch.ones(1))
both.sum(), both.mean(), both.var(), both.cumsum(0), both.cumprod(0), both.softmax(0), both.logsumexp(0), both.view(2, 1).sum((0, 1)), torch.diag(both).trace()
torch.tensor([60000., 60000.]).half().sum(), torch.tensor([1e30]).exp().half(), torch.tensor([1e30]).int(), torch.tensor([nan]).int(), torch.linspace(0, inf, 3)
torch.tensor([2.]).asin(), torch.tensor([-1.]).log(), torch.tensor([-1.]).sqrt(), torch.ones(1) / 0, torch.ones(1) % 0, torch.ones(1) // 0, both.fmod(2), both - both
torch.nn.functional.mse_loss(torch.zeros(0), torch.zeros(0)), torch.nn.functional.cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64))
((x.log() * x).sum() + x.sqrt().sum() + (x / (x * torch.tensor([[0.], [1.]]))).sum()).backward()
print(x.grad)
"""


@pytest.mark.parametrize("place", ["cpu", "cuda"])
def test_overflow_and_nan_warn_of_nothing(place):
    """In a program of its own: a student's warnings are as Python has them, and none is turned off but the engine's own."""
    ended = subprocess.run([sys.executable, "-c", SILENT, place], capture_output=True, text=True)
    assert (ended.returncode, [line for line in ended.stderr.splitlines() if "degrees of freedom" not in line]) == (0, [])


def test_numpy_code_of_a_student_still_warns():
    with pytest.warns(RuntimeWarning):
        np.array([np.inf, -np.inf]).sum()


@pytest.mark.parametrize("copy, words", [
    (lambda x: torch.tensor(x), "rather than torch.tensor(sourceTensor)."),
    (lambda x: x.new_tensor(x), "rather than tensor.new_tensor(sourceTensor)."),
    (lambda x: torch.tensor([x.numpy(), x.numpy()]), "Creating a tensor from a list of numpy.ndarrays is extremely slow."),
])
def test_a_copy_that_hides_something_warns(copy, words):
    with pytest.warns(UserWarning) as seen:
        copy(torch.ones(2))
    assert [words in str(one.message) for one in seen] == [True]
    assert seen[0].filename == __file__
