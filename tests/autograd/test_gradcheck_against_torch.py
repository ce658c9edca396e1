"""`gradcheck` and `gradgradcheck`: torch's answers, words and numbers, of right derivatives and of wrong ones."""

import warnings

import numpy as np
import pytest
import torch

import workbook
from tests.autograd.transforms import outcome


def steps(library):
    """Return autograd.Functions with mistakes in their derivatives, by name."""
    class Wrong(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 3

    class Unmultiplied(Wrong):
        @staticmethod
        def backward(ctx, grad):
            return grad * 0 + 2

    class Chance(Wrong):
        drawn = 0

        @staticmethod
        def backward(ctx, grad):
            Chance.drawn += 1e-9
            return grad * 2 + grad * Chance.drawn

    class NoNone(Wrong):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            if grad is None:
                raise RuntimeError("nothing arrived")
            return grad * 2

    class WrongSecond(Wrong):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            return 2 * ctx.saved_tensors[0].detach() * grad

    return {step.__name__: step.apply for step in (Wrong, Unmultiplied, Chance, NoNone, WrongSecond)}


CALLS = """gradcheck(torch.sin, x) | gradcheck(Wrong, x) | gradcheck(Wrong, x, fast_mode=True) | gradcheck(torch.sin, x, fast_mode=True)
gradcheck(Wrong, x, raise_exception=False) | gradcheck(Wrong, z) | gradcheck(Wrong, z, fast_mode=True) | gradcheck(torch.exp, z) | gradcheck(torch.exp, z, fast_mode=True)
gradcheck(Unmultiplied, x) | gradcheck(Chance, x) | gradcheck(Chance, x, nondet_tol=1e-3) | gradcheck(NoNone, x) | gradcheck(NoNone, x, check_undefined_grad=False)
gradcheck(WrongSecond, x) | gradgradcheck(WrongSecond, x) | gradgradcheck(WrongSecond, x, raise_exception=False) | gradcheck(torch.mul, (x, m))
gradcheck(lambda x, y: (x * y, Wrong(y)), (x, m)) | gradcheck(lambda x, y: (Wrong(x), y.sum()), (x, m), fast_mode=True) | gradcheck(torch.matmul, (m, x))
gradcheck(lambda x: x.detach() * 2, x) | gradcheck(lambda x: x.detach() * 0, x) | gradcheck(lambda x: x * 2, x.detach()) | gradcheck(lambda x: x * 2, x[:1].expand(3))
gradcheck(lambda x: 3., x) | gradcheck(lambda x: x > 0, x) | gradcheck(torch.sin, 'x') | gradcheck(torch.sin, x, check_backward_ad=False)
gradcheck(lambda x: x[x > 1.99999999], x) | gradcheck(lambda x: x.to(torch.float32 if x[1] > 2 else x.dtype), x) | gradcheck(lambda x: x.max(0), m)
gradcheck(lambda x: (x * 2, x.detach()), x) | gradcheck(lambda x: x.abs(), z) | gradcheck(lambda x: torch.complex(x, x * x), x) | gradcheck(torch.sin, torch.zeros(0, 2, dtype=x.dtype, requires_grad=True))
gradcheck(Wrong, x, atol=5) | gradcheck(Wrong, x, rtol=5) | gradcheck(torch.exp, x, eps=1) | gradcheck(torch.sin, [x]) | gradcheck(lambda x, k: x * k, (x, 3.))
gradgradcheck(torch.sin, x) | gradgradcheck(torch.sin, x, x) | gradgradcheck(lambda x: x * 2, x) | gradgradcheck(torch.exp, z) | gradgradcheck(torch.mul, (x, m), fast_mode=True)
gradgradcheck(torch.mul, (x, m), gen_non_contig_grad_outputs=True) | gradgradcheck(torch.sin, x, check_rev_over_rev=False) | gradcheck(torch.sin, m.T)
gradgradcheck(torch.sin, x, check_rev_over_rev=False, check_fwd_over_rev=True) | gradcheck(Wrong, x, masked=True) | gradcheck(torch.sin, x, check_grad_dtypes=True)
gradcheck(torch.sin, x, check_batched_grad=True, check_backward_ad=False, check_forward_ad=True) | gradcheck(lambda x: x.sum(), x[0])"""
CALLS = [call.strip() for line in CALLS.splitlines() for call in line.split(" | ")]


def numbers(library):
    """Return x: 2 numbers, m: 3 x 2, z: 2 complex ones, all in double precision and with gradients wanted."""
    return {"x": library.tensor([1., 2.], dtype=library.float64, requires_grad=True),
            "m": library.tensor([[1., -2.], [0.5, 3.], [2., -1.]], dtype=library.float64, requires_grad=True),
            "z": library.tensor([1 + 2j, -1 + 0.5j], dtype=library.complex128, requires_grad=True)}


@pytest.mark.parametrize("call", CALLS)
def test_one_call(call):
    def answer(library):
        library.manual_seed(0)
        names = {"torch": library, "gradcheck": library.autograd.gradcheck, "gradgradcheck": library.autograd.gradgradcheck}
        return eval(call, names | steps(library) | numbers(library))

    theirs, ours = (outcome(answer, library) for library in (torch, workbook))
    assert theirs == ours or theirs[0] == ours[0] and ours[1].startswith(theirs[1][:70]), (theirs, ours)


@pytest.mark.parametrize("call", ["gradcheck(Wrong, x)", "gradcheck(Wrong, x, fast_mode=True)", "gradcheck(Wrong, z)", "gradcheck(lambda x, y: (x * y, Wrong(y)), (x, m))",
                                  "gradcheck(Wrong, z, fast_mode=True)", "gradcheck(Wrong, m.T)"])
def test_the_numbers_shown_are_torchs(call):
    shown = []
    for library in (torch, workbook):
        names = {"torch": library, "gradcheck": library.autograd.gradcheck} | steps(library) | numbers(library)
        with pytest.raises(RuntimeError) as problem:
            eval(call, names)
        assert type(problem.value).__name__ == "GradcheckError"
        text = str(problem.value)
        shown.append([line for line in text.splitlines() if not line.strip().startswith(("Why:", "Fix:", "in fast mode", "about fast"))][:12])
    assert [line[:14] for line in shown[0]] == [line[:14] for line in shown[1]]


def test_numbers_of_32_bits_are_warned_of():
    for library in (torch, workbook):
        with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision floating point or complex"):
            library.autograd.gradcheck(lambda x: x * 2, library.ones(1, requires_grad=True), atol=1, raise_exception=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            library.autograd.gradcheck(lambda x: x * 2, library.ones(1, dtype=library.float64, requires_grad=True))


def test_the_input_is_as_it_was_also_after_a_mistake():
    x = workbook.tensor([0.1, 0.7], dtype=workbook.float64, requires_grad=True)
    before = x.detach().numpy().copy()
    workbook.autograd.gradcheck(workbook.sin, x)
    with pytest.raises(ZeroDivisionError):
        workbook.autograd.gradcheck(lambda x: 1 / 0 if x[1] > 0.7 else x * 2, x)
    assert np.array_equal(x.detach().numpy(), before) and x.grad is None


@pytest.mark.parametrize("option", ["check_forward_ad", "check_batched_grad"])
def test_what_is_not_there_is_refused(option):
    with pytest.raises(NotImplementedError, match="are not there\n  Why: there is no forward mode"):
        workbook.autograd.gradcheck(workbook.sin, workbook.ones(1, dtype=workbook.float64, requires_grad=True), **{option: True})
