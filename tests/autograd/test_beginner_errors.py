"""The errors of autograd that beginners meet: torch's type and words, and the reason in their own terms."""

import warnings

import numpy as np
import pytest

import workbook as torch
from workbook import nn
from workbook.nn import functional as F

NAMES = {"torch": torch, "nn": nn, "F": F, "np": np}

# the error's number in the project's list, its code, type, torch's words, and a word of the reason or of the remedy
ERRORS = [
    ("E25", "x = torch.ones(2, requires_grad=True); loss = (x * x).sum(); loss.backward(); loss.backward()", RuntimeError,
     "Trying to backward through the graph a second time", "in a notebook this happens when only the cell with backward() runs again"),
    ("E26", "h, w = torch.zeros(1), torch.ones(1, requires_grad=True)\nfor _ in range(2): h = torch.tanh(h * w + 1); h.sum().backward()",
     RuntimeError, "Trying to backward through the graph a second time", "detach()"),
    ("E27", "x = torch.ones(3, requires_grad=True); (x * 2).backward()", RuntimeError,
     "grad can be implicitly created only for scalar outputs", "sum() or mean()"),
    ("E28", "x = torch.ones(4, requires_grad=True); (x * 2).backward(torch.tensor([[1., 1., 1., 1.]]))", RuntimeError,
     "Mismatch in shape: grad_output[0] has a shape of torch.Size([1, 4]) and output[0] has a shape of torch.Size([4]).", "torch.ones_like"),
    ("E29", "torch.ones(3).sum().backward()", RuntimeError, "element 0 of tensors does not require grad and does not have a grad_fn",
     "set requires_grad=True"),
    ("E30", "w = torch.ones(3, requires_grad=True); w.argmax().backward()", RuntimeError,
     "element 0 of tensors does not require grad and does not have a grad_fn", "an argmax or an integer has no slope"),
    ("E31", "torch.tensor([1, 2], requires_grad=True)", RuntimeError, "Only Tensors of floating point and complex dtype can require gradients",
     "write 1. for 1"),
    ("E32", "w = torch.ones(2, requires_grad=True)\nw -= 0.1", RuntimeError,
     "a leaf Variable that requires grad is being used in an in-place operation.", "torch.no_grad()"),
    ("E33", "x = torch.ones(2, requires_grad=True); y = x.exp(); y += 1\ny.sum().backward()", RuntimeError,
     "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [2]], which is "
     "output 0 of Exp, is at version 1; expected version 0 instead.", "add_ wrote over it"),
    ("E34", "torch.ones(2, requires_grad=True).numpy()", RuntimeError,
     "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.", "for a plot"),
    ("E35", "np.asarray(torch.ones(2, requires_grad=True))", RuntimeError,
     "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.", "for a plot"),
    ("E36", "F.mse_loss(torch.zeros(3), torch.ones(3), reduction='none').item()", RuntimeError,
     "a Tensor with 3 elements cannot be converted to Scalar", "tolist()"),
    ("E37", "a = torch.tensor([1, 2])\nif a == torch.tensor([1, 2]): pass", RuntimeError,
     "Boolean value of Tensor with more than one value is ambiguous", "torch.equal"),
    ("E38", "torch.tensor(1.5).data[0]", IndexError, "invalid index of a 0-dim tensor. Use `tensor.item()` in Python", "item()"),
    ("E66", "nn.Linear(1, 1).weight.zero_()", RuntimeError, "a leaf Variable that requires grad is being used in an in-place operation.",
     "torch.no_grad()"),
    ("E74", "import copy; copy.deepcopy(torch.ones(1, requires_grad=True) * 2)", RuntimeError,
     "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.", "detach().clone()"),
    ("E83", "p = torch.ones(3, requires_grad=True); F.mse_loss(p, torch.zeros(3), reduction='none').backward()", RuntimeError,
     "grad can be implicitly created only for scalar outputs", "shape [3]"),
]


@pytest.mark.parametrize("code, kind, words, told", [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_the_error_explains_itself(code, kind, words, told):
    with pytest.raises(kind) as caught:
        exec(code, dict(NAMES))
    text = str(caught.value)
    assert text.startswith(words)
    what, why, fix = text.split("\n")
    assert why.startswith("  Why: ") and fix.startswith("  Fix: ")
    assert told in text


def test_a_gradient_that_is_not_there_yet_is_none():
    """E65: Python's own error, for None."""
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'zero_'"):
        torch.ones(1, requires_grad=True).grad.zero_()


def test_the_old_name_of_grad_fn():
    """E73"""
    with pytest.raises(AttributeError, match=r"'Tensor' object has no attribute 'creator'(.|\n)*x\.grad_fn"):
        torch.ones(1).creator


@pytest.mark.parametrize("make", [lambda x: x * 2, lambda x: x.double(), lambda x: x.to(torch.float64)], ids=["E78", "E79", "E79 to"])
def test_the_gradient_of_what_was_computed_is_warned_of(make):
    x = torch.ones(1, requires_grad=True)
    y = make(x)
    (y * 2).sum().backward()
    with pytest.warns(UserWarning, match="The .grad attribute of a Tensor that is not a leaf Tensor is being accessed") as caught:
        assert y.grad is None
    assert len(caught) == 1 and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert x.grad is not None
