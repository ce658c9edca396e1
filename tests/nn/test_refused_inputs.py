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
    (TypeError, "argument 'size' failed to unpack the object at pos 2 with error \"type must be tuple of ints,but got float\"", lambda: nn.Linear(2.5, 2)),
    (TypeError, "conv2d() received an invalid combination of arguments - got (list, Tensor)", lambda: F.conv2d([1.], KERNEL)),
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


def test_a_state_that_does_not_fit_leaves_the_network_as_it_was():
    layer = nn.Linear(2, 1)
    before = layer.weight.tolist(), layer.bias.tolist()
    for assign in (False, True):
        for state in ({"weight": torch.zeros(1, 2), "bias": torch.zeros(3)}, {"weight": torch.zeros(1, 2)},
                      {"weight": torch.zeros(1, 2), "bias": [0.0]}):
            with pytest.raises(RuntimeError):
                layer.load_state_dict(state, assign=assign)
            assert (layer.weight.tolist(), layer.bias.tolist()) == before
    layer.load_state_dict({"weight": torch.zeros(1, 2)}, strict=False)
    assert layer.weight.tolist() == [[0, 0]] and layer.bias.tolist() == before[1]


THREE_PARTS = [
    lambda: torch.tensor("1"), lambda: torch.tensor({"a": 1}), lambda: torch.zeros(2).copy_(torch.ones(3)),
    lambda: F.dropout(torch.ones(2), p=2), lambda: torch.tensor(1.).split(1), lambda: torch.tensor(1.).chunk(1),
    lambda: torch.bmm(torch.ones(2, 2), torch.ones(2, 2, 2)), lambda: setattr(torch.ones(2), "grad", torch.ones(3)),
    lambda: "a" in torch.ones(2), lambda: F.avg_pool2d(torch.ones(2, 2), 2), lambda: F.conv2d(IMAGE, KERNEL, torch.ones(3)),
]


@pytest.mark.parametrize("act", THREE_PARTS, ids=range(len(THREE_PARTS)))
def test_errors_that_beginners_meet_say_what_to_change(act):
    with pytest.raises((RuntimeError, TypeError, ValueError)) as caught:
        act()
    assert "\n  Why: " in str(caught.value) and "\n  Fix: " in str(caught.value)
