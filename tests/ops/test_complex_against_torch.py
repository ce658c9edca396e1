"""The whole table with complex inputs: first and second gradients are those of torch, or an error; never other numbers."""

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.ops.both import GRADIENT_UNITS, Input, difference, gradients, of_the_cpu, on_a_gpu, rows_of
from tests.ops.examples import drawn
from tests.ops.table import NAMED

SLOPES = {name: row for name, row in NAMED.items() if row.derivatives and row.shapes != ((),)}
# Where torch computes a value and no gradient, though there is one, this engine may go further: test_derivatives holds it.
BEYOND_TORCH = ("does not support automatic differentiation for outputs with complex dtype",
                "Expected isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex)",  # a fault inside torch
                "addmv input tensors must have the same dtype")  # addr, which promotes otherwise
# Written in place, torch forgets the imaginary part of a slope that it gets right otherwise; and a bias may be complex where nothing else is.
TORCH_ALONE = ("F.silu(a * 1, inplace=True)", "F.conv_tbc")
BY_REAL_ONES = "F.conv"  # torch makes complex convolutions of real ones, and the last node is a sum


@pytest.mark.parametrize("row", rows_of(SLOPES))
@drawn(one_in=4)
def test_gradient_of_complex_numbers(row, pick):
    """In complex128: for an uneven incoming gradient, with both parts, and the name of the node."""
    text, inputs = row.complex_example(pick)
    if on_a_gpu() and of_the_cpu(text):
        return
    mine, theirs = (gradients(engine, text, inputs, row.derivatives) for engine in ("workbook", "torch"))
    if any(words in theirs.get("message", "") for words in BEYOND_TORCH) or text.startswith(TORCH_ALONE):
        return
    if "have the same dtype" in mine.get("message", ""):
        return  # solve_triangular: torch casts the second to the dtype of the first, and imaginary parts are gone
    if "raises" in theirs:  # of which type, test_against_torch compares for the dtypes that each function is for
        assert "raises" in mine or not any(part and part["numbers"] for part in mine["first"]), f"{text} of {inputs}: {mine} instead of {theirs}"
        return
    if "raises" in mine and not any(part and part["numbers"] for part in theirs["first"]):
        return  # of nothing, torch computes anything
    if not row.named or "AsStridedBackward0" in theirs["node"] or BY_REAL_ONES in text:
        mine.pop("node", None), theirs.pop("node")
    found = difference(mine, theirs, GRADIENT_UNITS)
    assert not found, f"{text} of {inputs}: {found}"


# What depends neither on the signs and phases of vectors nor on the order of eigenvalues, which each library chooses for itself.
LINEAR_ALGEBRA = [
    "torch.linalg.svdvals(a)", "torch.linalg.matrix_norm(a, 'nuc')", "torch.linalg.matrix_norm(a, 2)", "torch.linalg.pinv(a)",
    "(lambda u, s, v: (s, abs(u), u @ v))(*torch.linalg.svd(a, full_matrices=False))", "torch.linalg.qr(a)",
    "torch.linalg.eigvalsh(a.mH @ a)", "torch.linalg.svd(a).S",
    "(lambda w, v: (w, abs(v), v * w @ v.mH))(*torch.linalg.eigh(a.mH @ a))",
    "(lambda w, v: ((w * w).sum(-1), v * w.unsqueeze(-2) @ torch.inverse(v)))(*torch.linalg.eig(a.mT @ a))",
    "torch.linalg.eigvals(a.mT @ a).prod(-1)", "torch.linalg.cholesky(a[..., :2].mH @ a[..., :2])",
    "torch.linalg.lstsq(a, a * a).solution", "torch.linalg.cond(a)", "torch.linalg.slogdet(a[..., :2, :2])", "torch.logdet(a[..., :2, :2])"]


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 2), (2, 3)])
@pytest.mark.parametrize("dtype", ["complex128", "float64"])
@pytest.mark.parametrize("text", LINEAR_ALGEBRA)
def test_gradient_of_linear_algebra(text, dtype, shape):
    inputs = [Input(shape, dtype, values="apart unit", seed=3)]
    mine, theirs = (gradients(engine, text, inputs) for engine in ("workbook", "torch"))
    found = difference({"first": mine.get("first"), "second": mine.get("second"), "raises": mine.get("raises")},
                       {"first": theirs.get("first"), "second": theirs.get("second"), "raises": theirs.get("raises")}, GRADIENT_UNITS * 100)
    assert not found, found


@pytest.mark.parametrize("text", ["torch.linalg.eigh(a + a.mH)[1]", "torch.linalg.svd(a)[0]", "torch.linalg.eig(a)[1]"])
def test_what_hangs_on_a_phase_is_refused(text):
    for engine in ("workbook", "torch"):
        found = gradients(engine, text, [Input((3, 3), "complex128", values="apart unit", seed=3)])
        assert found.get("raises") == "RuntimeError" and "ill-defined" in found["message"]
