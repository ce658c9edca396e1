"""What layers and functions of networks refuse: in PyTorch's words, with the reason and what to change."""

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.nn import functional as F

IMAGE = torch.ones(1, 1, 5, 5)
KERNEL = torch.ones(1, 1, 2, 2)

REFUSED = [
    (TypeError, "linear(): argument 'input' (position 1) must be Tensor, not list", lambda: nn.Linear(2, 2)([1., 2.])),
    (TypeError, "linear(): argument 'input' (position 1) must be Tensor, not numpy.ndarray", lambda: nn.Linear(2, 2)(np.ones(2))),
    (TypeError, "linear(): argument 'weight' (position 2) must be Tensor, not list", lambda: F.linear(torch.ones(2), [1.])),
    (RuntimeError, "both arguments to linear need to be at least 1D, but they are 0D and 2D", lambda: nn.Linear(2, 2)(torch.tensor(1.))),
    (RuntimeError, "both arguments to linear need to be at least 1D, but they are 1D and 0D",
     lambda: F.linear(torch.ones(2), torch.tensor(1.))),
    (RuntimeError, "t() expects a tensor with <= 2 dimensions, but self is 3D", lambda: F.linear(torch.ones(2), torch.ones(2, 2, 2))),
    (TypeError, "argument 'size' must be tuple of ints, not float", lambda: nn.Linear(2.5, 2)),
    (TypeError, "conv2d(): argument 'input' (position 1) must be Tensor, not list", lambda: F.conv2d([1.], KERNEL)),
    (RuntimeError, "non-positive stride is not supported", lambda: nn.Conv2d(1, 1, 3, stride=0)(IMAGE)),
    (RuntimeError, "non-positive stride is not supported", lambda: F.conv2d(IMAGE, KERNEL, stride=-1)),
    (RuntimeError, "negative padding is not supported", lambda: F.conv2d(IMAGE, KERNEL, padding=-1)),
    (RuntimeError, "dilation should be greater than zero, but got [0, 0]", lambda: F.conv2d(IMAGE, KERNEL, dilation=0)),
    (RuntimeError, "non-positive groups is not supported", lambda: F.conv2d(IMAGE, KERNEL, groups=0)),
    (TypeError, "max_pool2d(): argument 'input' (position 1) must be Tensor, not list", lambda: F.max_pool2d([1.], 2)),
    (RuntimeError, "stride should not be zero", lambda: F.max_pool2d(IMAGE, 0)),
    (RuntimeError, "stride should not be zero", lambda: F.avg_pool2d(IMAGE, 2, 0)),
    (RuntimeError, "stride should be greater than zero, but got dH: -1 dW: -1", lambda: F.max_pool2d(IMAGE, 2, -1)),
    (RuntimeError, "dilation should be greater than zero, but got dilationH: 0 dilationW: 0", lambda: F.max_pool2d(IMAGE, 2, dilation=0)),
    (RuntimeError, "kernel size should be greater than zero, but got kH: -1 kW: -1", lambda: F.avg_pool2d(IMAGE, -1)),
]


@pytest.mark.parametrize("kind, words, act", REFUSED, ids=[f"{number} {words[:30]}" for number, (_, words, _) in enumerate(REFUSED)])
def test_refused_in_three_parts(kind, words, act):
    with pytest.raises(kind) as caught:
        act()
    what, why, fix = str(caught.value).split("\n")
    assert what == words and why.startswith("  Why: ") and fix.startswith("  Fix: ")


def test_linear_takes_a_vector_as_weight():
    assert F.linear(torch.ones(3, 2), torch.tensor([3., 4.])).tolist() == [7, 7, 7]
    assert F.linear(torch.ones(2), torch.tensor([3., 4.])).item() == 7


def test_a_parameter_without_data_is_empty():
    empty = nn.Parameter()
    assert empty.shape == (0,) and empty.requires_grad and nn.Parameter(None, requires_grad=False).requires_grad is False
