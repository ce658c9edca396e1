"""Operators of Tensors: numbers on the left, and shapes that do not meet."""

import pytest

import workbook as torch


@pytest.mark.parametrize("number", [7, -7, 7.5, True])
@pytest.mark.parametrize("values", [[2, -2, 3], [2.0, -2.5, 0.5]])
def test_whole_division_and_remainder_of_a_number_are_pythons(number, values):
    t = torch.tensor(values)
    assert (number // t).tolist() == [number // value for value in values]
    assert (number % t).tolist() == [number % value for value in values]


def test_they_keep_the_tensors_dtype_within_one_kind_of_number():
    for dtype in (torch.uint8, torch.int16, torch.float16, torch.float64):
        assert (7 // torch.tensor([2], dtype=dtype)).dtype is dtype and (7 % torch.tensor([2], dtype=dtype)).dtype is dtype
    assert (7.5 % torch.tensor([2])).dtype is torch.float32


def test_a_whole_number_is_not_divided_by_zero():
    for act in (lambda: 7 // torch.tensor([0]), lambda: 7 % torch.tensor([0])):
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            act()


@pytest.mark.parametrize("act, name", [(lambda x: 7 // x, "floor_divide"), (lambda x: 7 % x, "remainder")])
def test_neither_has_a_derivative_and_says_so(act, name):
    out = act(torch.tensor([2.], requires_grad=True))
    assert repr(out).endswith("grad_fn=<NotImplemented>)")
    with pytest.raises(RuntimeError, match=f"derivative for aten::{name} is not implemented\n  Why: .*\n  Fix: "):
        out.sum().backward()


@pytest.mark.parametrize("act", [
    lambda: torch.where(torch.ones(3) > 0, torch.ones(2), torch.zeros(2)),
    lambda: torch.clamp(torch.ones(3), torch.zeros(2), torch.ones(2))], ids=["where", "clamp"])
def test_of_three_shapes_those_that_clash_are_named(act):
    with pytest.raises(RuntimeError) as caught:
        act()
    assert str(caught.value).startswith("The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0")
    assert "a: [3]\n         b: [2]" in str(caught.value)


def test_a_value_error_that_is_not_of_shapes_stays_what_it_is():
    from workbook.ops.elementwise import Elementwise

    class Unhappy(Elementwise):
        def forward(ctx, a, b):
            raise ValueError("the moon is full")

    with pytest.raises(ValueError, match="the moon is full"):
        Unhappy.apply(torch.ones(2), torch.ones(2))
    with pytest.raises(ValueError, match="the moon is full"):
        Unhappy.apply(torch.ones(2, 1), torch.ones(3))


@pytest.mark.parametrize("a, b, kernel", [
    ((1,), (1,), "dot"), ((2, 2), (2,), "addmv_impl_cpu"), ((2, 2), (2, 2), "addmm_impl_cpu_"), ((1, 2, 2), (1, 2, 2), "bmm")])
def test_there_is_no_product_of_bools(a, b, kernel):
    with pytest.raises(NotImplementedError, match=f"\"{kernel}\" not implemented for 'Bool'\n  Why: .*\n  Fix: "):
        torch.ones(a).bool() @ torch.ones(b).bool()
