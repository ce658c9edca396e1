"""First and second derivatives of everything in the table, by finite differences; torch is not needed."""

import random

import pytest

import workbook as torch
from tests.conftest import FULL
from tests.ops.both import names_of, quiet, rows_of, tensors_of
from tests.ops.slopes import check_alone, check_slopes
from tests.ops.test_recorded import RECORD
from tests.ops.table import NAMED
from tests.ops.test_table import doors
from tests.ops.ways import EXEMPT, MORE, WAYS, offered, ways_of

EXAMPLES = 30 if FULL else 3
COMPLEX_EXAMPLES = 30 if FULL else 1  # beside the four of each row that test_complex_against_torch compares
ROUNDING = ("a.float()", "a.half()")  # steps as small as a difference quotient needs are lost there
NAMES = names_of("workbook")


def has_slopes(name):
    """Tell, by torch's record, whether a row has gradients at all."""
    return any(entry["kind"] == "gradient" and entry["torch"].get("first", [None]) != [None] * len(entry["inputs"])
               and "raises" not in entry["torch"] for entry in RECORD[name])


def smooth_examples(name, row, count, of_complex=False):
    """Return examples that compute, in float64 (or complex128) and without NaN, and have a gradient; in at most 200 tries (20).

    There are `count` of them, and more until they try the derivative in every way that the row offers.
    """
    chance = random.Random(name)
    found, missed = [], offered(row) - {"broadcasting" if any(len(sizes) < 2 for sizes in row.shapes) else ""}
    for _ in range(20 if of_complex else 200):
        def pick(options):
            return options[int(chance.random() * len(options))]

        text, inputs = row.complex_example(pick, smooth=True) if of_complex else row.smooth_example(pick)
        tried = ways_of([put.shape for put in inputs], [put.layout for put in inputs])
        if len(found) >= count and not tried & missed:
            continue
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
                missed = missed - tried
        if len(found) >= count and (of_complex or not missed):
            break
    return found


def expression(text, inputs):
    """Return an expression of the table as a function of its leaves."""
    def function(*leaves):
        given = [put.laid(leaf * 1) for put, leaf in zip(inputs, leaves)]
        return eval(text, dict(zip("abcd", given)) | NAMES)

    return function


def test_every_name_is_tried_in_every_way():
    """By the rows that have slopes, and by those of `ways.MORE`; what is exempt lacks just what it says."""
    rows = [row for name, row in NAMED.items() if row.derivatives and row.smooth and name in RECORD and has_slopes(name)]
    tried = {}
    for row in rows + MORE:
        for owner, name in doors(row.text):
            door = {"torch": name, "method": f"Tensor.{name}"}.get(owner, f"{owner}.{name}")
            tried[door] = tried.get(door, set()) | offered(row)
    missed = {door: {*WAYS} - ways for door, ways in tried.items() if ways != {*WAYS}}
    assert missed == {door: {*ways} for door, (*ways, reason) in EXEMPT.items()}
    assert len(tried) > 450


@pytest.mark.parametrize("row", MORE, ids=lambda row: row.text)
def test_derivatives_are_slopes_in_the_other_ways(row):
    with quiet():
        examples = smooth_examples(row.text, row, EXAMPLES)
        assert examples
        for text, function, leaves in examples:
            check_slopes(function, leaves)
            check_alone(function, leaves)


@pytest.mark.parametrize("row", rows_of({name: row for name, row in NAMED.items() if row.derivatives and row.smooth}))
def test_derivatives_are_slopes(row, request):
    name = request.node.callspec.id
    with quiet():
        examples = smooth_examples(name, row, EXAMPLES)
        assert examples or not has_slopes(name) or row.text in ROUNDING
        for text, function, leaves in examples:
            print(text, [tuple(leaf.shape) for leaf in leaves])  # shown with a failure
            check_slopes(function, leaves)
            check_alone(function, leaves)


@pytest.mark.parametrize("row", rows_of({name: row for name, row in NAMED.items() if row.derivatives and row.smooth and row.shapes != ((),)}))
def test_derivatives_of_complex_numbers_are_slopes(row, request):
    """Of rows without a complex example (most functions of order, such as max) there is nothing to hold."""
    with quiet():
        for text, function, leaves in smooth_examples(request.node.callspec.id, row, COMPLEX_EXAMPLES, of_complex=True):
            print(text, [(leaf.dtype, tuple(leaf.shape)) for leaf in leaves])  # shown with a failure
            check_slopes(function, leaves)
            check_alone(function, leaves)
