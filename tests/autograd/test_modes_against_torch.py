"""Grad modes inside each other: what is recorded, what is refused, as in torch."""

import itertools

import pytest
import torch

import workbook

MODES = ("no_grad()", "enable_grad()", "inference_mode()", "inference_mode(False)", "set_grad_enabled(True)", "set_grad_enabled(False)")


def recorded(library, outer, inner):
    """What is recorded inside two modes, between them, and after both."""
    x, seen = library.ones(1, requires_grad=True), []
    modes = {"library": library}
    with eval(f"library.{outer}", modes):
        with eval(f"library.{inner}", modes):
            seen.append((x * 2).requires_grad)
        seen += (x * 2).requires_grad, library.is_inference_mode_enabled()
    return [*seen, (x * 2).requires_grad, library.is_grad_enabled()]


@pytest.mark.parametrize("outer, inner", list(itertools.product(MODES, repeat=2)))
def test_modes_inside_each_other(outer, inner):
    assert recorded(workbook, outer, inner) == recorded(torch, outer, inner)


@pytest.mark.parametrize("enabled", ["x", 1, None])
def test_recording_is_switched_by_a_bool(enabled):
    for library in (torch, workbook):
        with pytest.raises(TypeError, match="argument 'enabled' .* must be bool, not"):
            library.set_grad_enabled(enabled)
        assert library.is_grad_enabled()


def test_zeros_for_unused_inputs_contradict_allow_unused_false():
    for library in (torch, workbook):
        x = library.ones(1, requires_grad=True)
        with pytest.raises(ValueError, match="Expected allow_unused to be True or not passed when materialize_grads=True"):
            library.autograd.grad(x.sum(), x, allow_unused=False, materialize_grads=True)
        with pytest.raises(RuntimeError, match="all inputs have to be Tensors or GradientEdges, but got str"):
            library.autograd.grad(x.sum(), "x")


def test_a_gradient_is_deleted_and_zeroed_in_its_memory():
    for library in (torch, workbook):
        x = library.ones(2, requires_grad=True)
        x.sum().backward()
        del x.grad
        assert x.grad is None
        x.sum().backward()
        kept = x.grad
        library.optim.SGD([x], lr=0.1).zero_grad(set_to_none=False)
        assert x.grad is kept and kept.tolist() == [0, 0]
        (x * x).sum().backward(create_graph=True)
        library.optim.SGD([x], lr=0.1).zero_grad(set_to_none=False)
        assert x.grad.tolist() == [0, 0] and not x.grad.requires_grad
