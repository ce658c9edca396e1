"""Half precision beside a number that it does not hold: what is rounded, and when. The numbers are PyTorch 2.13's."""

import pytest

import workbook as torch

EXPRESSIONS = {  # 0.3 is 0.300048828125 in float16
    "x * s": [0.9296875, 2.189453125, 57.03125],
    "s * x": [0.93017578125, 2.19140625, 57.03125],  # only a second operand is a number
    "x / s": [10.328125, 24.328125, 634.0],
    "x // s": [10.0, 24.0, 633.0],
    "torch.div(x, s, rounding_mode='trunc')": [10.0, 24.0, 633.0],
    "x + s": [3.400390625, 7.6015625, 190.375],
    "torch.add(x, x, alpha=0.3)": [4.03125, 9.4921875, 247.125],
    "torch.lerp(x, x * 3, 0.3)": [4.95703125, 11.6796875, 304.25],
    "x ** 3": [29.78125, 389.25, float("inf")],
    "torch.ldexp(x, s)": [3.81640625, 8.9921875, 234.125],
    "torch.nn.functional.leaky_relu(-x, 0.3)": [-0.9296875, -2.189453125, -57.03125],
    "torch.maximum(x / 99, s)": [0.300048828125, 0.300048828125, 1.9208984375],
}


@pytest.mark.parametrize("expression, numbers", EXPRESSIONS.items())
def test_a_number_beside_half_precision(expression, numbers):
    x, s = torch.tensor([3.1, 7.3, 190.1], dtype=torch.float16), torch.tensor(0.3)
    out = eval(expression)
    assert out.dtype is torch.float16 and out.tolist() == numbers


def test_the_factor_stays_exact_for_the_derivatives():
    x, s = torch.tensor([3.0, 7.0], dtype=torch.float16, requires_grad=True), torch.tensor(0.3, requires_grad=True)
    grads = torch.autograd.grad((x * s * 3).sum(), (x, s), create_graph=True)
    assert [grad.dtype for grad in grads] == [torch.float16, torch.float32] and grads[0].tolist() == [0.89990234375] * 2
    (second,) = torch.autograd.grad(grads[0].sum(), s)
    assert second.item() == 6 and second.dtype is torch.float32
