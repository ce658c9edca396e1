"""First and second derivatives of everything in the table, by finite differences; torch is not needed."""

import random

import pytest

import workbook as torch
from tests.autograd.gradcheck import check_alone, gradcheck, gradgradcheck
from tests.conftest import FULL
from tests.ops.both import names_of, quiet, tensors_of
from tests.ops.test_recorded import RECORD
from tests.ops.table import NAMED

EXAMPLES = 30 if FULL else 3
ROUNDING = ("a.float()", "a.half()")  # steps as small as a difference quotient needs are lost there
NAMES = names_of("workbook")


def has_slopes(name):
    """Tell, by torch's record, whether a row has gradients at all."""
    return any(entry["kind"] == "gradient" and entry["torch"].get("first", [None]) != [None] * len(entry["inputs"])
               and "raises" not in entry["torch"] for entry in RECORD[name])


def smooth_examples(name, row, count, of_complex=False):
    """Return examples that compute, in float64 (or complex128) and without NaN, and have a gradient; in at most 200 tries (20)."""
    chance = random.Random(name)
    found = []
    for _ in range(20 if of_complex else 200):
        def pick(options):
            return options[int(chance.random() * len(options))]

        text, inputs = row.complex_example(pick, smooth=True) if of_complex else row.smooth_example(pick)
        leaves = [torch.from_numpy(put.memory()).requires_grad_() for put in inputs]
        function = expression(text, inputs)
        try:
            outputs = tensors_of(function(*leaves))
        except (RuntimeError, IndexError, ValueError, TypeError):
            continue  # an error that the table means; test_against_torch compares it
        tracked = [output for output in outputs if output.grad_fn is not None]
        if "NotImplemented" in [output.grad_fn.name() for output in tracked]:
            continue  # floor_divide: torch has no derivative
        if tracked and all(output.dtype in (torch.float64, torch.complex128) and output.isfinite().all() for output in tracked):
            if not of_complex or all(abs(output).sum() < 1e5 for output in tracked):  # a power may be huge, and steps then say little
                found.append((text, function, leaves))
        if len(found) == count:
            break
    return found


def expression(text, inputs):
    """Return an expression of the table as a function of its leaves."""
    def function(*leaves):
        given = [put.laid(leaf * 1) for put, leaf in zip(inputs, leaves)]
        return eval(text, dict(zip("abcd", given)) | NAMES)

    return function


@pytest.mark.parametrize("name", [name for name, row in NAMED.items() if row.derivatives and row.smooth])
def test_derivatives_are_slopes(name):
    with quiet():
        examples = smooth_examples(name, NAMED[name], EXAMPLES)
        assert examples or not has_slopes(name) or NAMED[name].text in ROUNDING
        for text, function, leaves in examples:
            print(text, [tuple(leaf.shape) for leaf in leaves])  # shown with a failure
            gradcheck(function, leaves)
            gradgradcheck(function, leaves)
            check_alone(function, leaves)


@pytest.mark.parametrize("name", [name for name, row in NAMED.items() if row.derivatives and row.smooth and row.shapes != ((),)])
def test_derivatives_of_complex_numbers_are_slopes(name):
    """Of rows without a complex example (most functions of order, such as max) there is nothing to hold."""
    with quiet():
        for text, function, leaves in smooth_examples(name, NAMED[name], EXAMPLES, of_complex=True):
            print(text, [(leaf.dtype, tuple(leaf.shape)) for leaf in leaves])  # shown with a failure
            gradcheck(function, leaves)
            gradgradcheck(function, leaves)
            check_alone(function, leaves)
