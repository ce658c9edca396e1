"""Derivatives of complex numbers: PyTorch's gradient, dL/dx + i dL/dy, its errors, and steps that refuse."""

import math

import pytest

import workbook as torch
from workbook.autograd.operation import Operation


def leaf(*numbers):
    return torch.tensor(numbers, dtype=torch.complex128, requires_grad=True)


def test_the_gradient_is_the_direction_in_which_a_real_loss_grows():
    z = leaf(1 + 2j, -1j)
    (z * z.conj()).real.sum().backward()  # |z|**2 grows fastest away from 0
    assert z.grad.tolist() == [2 + 4j, -2j] and z.grad.dtype is torch.complex128


def test_a_holomorphic_step_hands_on_the_conjugate_of_its_derivative():
    z = leaf(1 + 2j)
    (z * z).backward(torch.tensor([1j], dtype=torch.complex128))
    assert z.grad.tolist() == [1j * (2 - 4j)]


def test_a_real_input_of_a_complex_step_gets_a_real_gradient():
    x = torch.tensor([3.0], requires_grad=True)
    (x * (2 + 1j)).imag.backward()
    assert x.grad.tolist() == [1.0] and x.grad.dtype is torch.float32


def test_second_derivatives():
    z = leaf(2 + 1j)
    (first,) = torch.autograd.grad((z * z * z).real.sum(), z, create_graph=True)
    (second,) = torch.autograd.grad(first.real.sum(), z)
    assert first.tolist() == [(3 * (2 + 1j) ** 2).conjugate()] and second.tolist() == [(6 * (2 + 1j)).conjugate()]


def test_a_part_that_is_written():
    z = leaf(1 + 2j, 3 + 4j)
    w = z * 1
    w.real.mul_(2)
    w.imag[0] = 0
    (w * w.conj()).real.sum().backward()
    assert z.grad.tolist() == [8, 24 + 8j]


def test_hooks_and_retained_gradients_see_pytorchs_gradient():
    z, seen = leaf(1 + 2j), []
    w = z * z
    w.retain_grad()
    w.register_hook(lambda grad: seen.extend(grad.tolist()))
    (w * 1j).real.sum().backward()
    assert seen == w.grad.tolist() == [-1j]


@pytest.mark.parametrize("make, gradient, words", [
    (lambda z: z.sum(), None, "grad can be implicitly created only for real scalar outputs but got torch.complex128"),
    (lambda z: z * 2, None, "grad can be implicitly created only for scalar outputs"),
    (lambda z: z * 2, torch.ones(2), "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch "
     "in dtype: grad_output[0] has a dtype of torch.float32 and output[0] has a dtype of torch.complex128."),
    (lambda z: z.real, torch.ones(2, dtype=torch.complex64), "grad_output[0] has a dtype of torch.complex64 and output[0] has a "
     "dtype of torch.float64."),
    (lambda z: (z * 1).abs_(), None, "In-place abs is not supported for complex tensors.")])
def test_errors(make, gradient, words):
    with pytest.raises(RuntimeError) as problem:
        make(leaf(1, 2j)).backward(gradient)
    assert words in str(problem.value) and "Fix:" in str(problem.value)


class Square(Operation):
    """out = |a|**2, by an author who thought of real numbers only"""

    def forward(ctx, a):
        ctx.save(a)
        return a.real * a.real + a.imag * a.imag

    def backward(ctx, grad):
        (a,) = ctx.saved
        return grad * 2 * a


def test_a_step_from_complex_to_real_numbers_refuses_unless_it_says_how():
    with pytest.raises(NotImplementedError, match="Square of complex numbers has no derivative here") as problem:
        Square.apply(leaf(1 + 2j)).sum().backward()
    assert "Why:" in str(problem.value) and "Fix:" in str(problem.value)
    Square.apply(torch.ones(2, requires_grad=True)).sum().backward()


def test_a_formula_of_one_complex_number_gets_an_array():
    """NumPy's conj of a 0-d array is a number, which a function that takes Tensors refuses."""
    a, b = (torch.tensor(value, dtype=torch.complex128, requires_grad=True) for value in (1 + 2j, 0.5 + 0.25j))
    torch.ldexp(a, b).backward(torch.tensor(1j, dtype=torch.complex128))
    power = 2 ** (0.5 + 0.25j)
    assert abs(a.grad.item() - 1j * power.conjugate()) < 1e-12
    assert abs(b.grad.item() - 1j * ((1 + 2j) * power * math.log(2)).conjugate()) < 1e-12
