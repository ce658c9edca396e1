"""What is asked of a backward pass where workbook says more than torch, or refuses what torch lets pass."""

import subprocess
import sys

import pytest

import workbook as torch


def parts(error):
    what, why, fix = str(error.value).split("\n")
    assert why.startswith("  Why: ") and fix.startswith("  Fix: ")
    return what, why, fix


def test_more_gradients_than_outputs_are_refused():
    """torch looks only at the first of them."""
    x = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError) as error:
        torch.autograd.grad(x * 2, x, [torch.ones(3), torch.ones(3)])
    assert parts(error)[0] == "got 1 tensors and 2 gradients"


@pytest.mark.parametrize("gradient", [2.0, [1.0, 1.0], "ones"])
def test_a_gradient_that_is_no_tensor(gradient):
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(TypeError, match="gradients can be either Tensors or None, but got") as error:
        (x * 2).backward(gradient)
    assert repr(gradient) in parts(error)[1]


def test_batched_gradients_are_refused_with_what_to_write_instead():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y, rows = x * x, torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    with pytest.raises(NotImplementedError) as error:
        torch.autograd.grad(y, x, rows, is_grads_batched=True)
    what, why, fix = parts(error)
    assert what == "is_grads_batched=True is not there" and "vmap" in why
    expression = fix.removeprefix("  Fix: call grad once for each row: ").removesuffix(", then torch.stack")
    assert torch.stack(eval(expression, {"torch": torch, "x": x, "y": y, "rows": rows})).tolist() == [[2.0, 0.0], [0.0, 12.0]]


def test_the_cycle_of_a_recorded_backward_is_warned_of_once():
    code = ("import warnings, workbook as torch; warnings.simplefilter('always'); x = torch.ones(2, requires_grad=True)\n"
            "torch.autograd.grad((x * x).sum(), x, create_graph=True)\n"
            "for _ in range(3): (x * x).sum().backward(create_graph=True)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.count("Using backward() with create_graph=True will create a reference cycle") == 1
    assert done.stderr.startswith("<string>:3: UserWarning")


@pytest.mark.cpu_only("it names both devices")
def test_a_gradient_on_another_device_is_refused(monkeypatch):
    from workbook.devices import CPU
    from workbook.tensor import wrap

    x = torch.ones(2, requires_grad=True)
    elsewhere = wrap(torch.ones(2)._array, torch.device("cuda:0"))
    assert elsewhere._device is not CPU
    with pytest.raises(RuntimeError, match="attempting to assign a gradient with device type 'cuda' to a tensor with device type 'cpu'") as error:
        x.grad = elsewhere
    parts(error)
    with pytest.raises(RuntimeError, match="invalid gradient at index 0 - expected device cpu but got cuda:0") as error:
        (x * 2).backward(elsewhere)
    parts(error)
    assert x.grad is None


@pytest.mark.parametrize("name", ["_version", "is_leaf", "grad_fn", "output_nr", "retains_grad", "is_cuda"])
def test_what_a_tensor_says_of_itself_cannot_be_set(name):
    with pytest.raises(AttributeError, match="has no setter"):
        setattr(torch.ones(2), name, 1)
