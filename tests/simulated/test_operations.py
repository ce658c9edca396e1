"""Every operation of the table of cases gives on a GPU what it gives on the CPU: value and gradients."""

import random
from dataclasses import replace

import pytest

import workbook as torch
from tests.conftest import FULL
from tests.ops.both import COMPLEX, GRADIENT_UNITS, ROUNDED_UNITS, described, difference, names_of, of_the_cpu, quiet, tensors_of, uneven, whole
from tests.ops.table import NAMED
from tests.ops.table.row import KINDS

ROWS = {name: row for name, row in NAMED.items() if not of_the_cpu(row.text)}
SLOPES = {name: row for name, row in ROWS.items() if row.derivatives and row.smooth and row.values in KINDS}
EXAMPLES = 20 if FULL else 1
PARTS = 24  # of the table, each one test: a thousand tests of a hundredth of a second cost more than what they do


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch):
    """What is wrong with a number is told where it happens, so that both devices refuse the same call."""
    monkeypatch.setenv("CUDA_LAUNCH_BLOCKING", "1")


def part(rows, number):
    return list(rows.items())[number::PARTS]


@pytest.mark.parametrize("number", range(PARTS))
def test_values(gpu, number):
    same_on_both(gpu, part(ROWS, number), lambda row, pick: row.example(pick), value, ROUNDED_UNITS)


@pytest.mark.parametrize("number", range(PARTS))
def test_gradients(gpu, number):
    same_on_both(gpu, part(SLOPES, number), lambda row, pick: row.smooth_example(pick), gradients, GRADIENT_UNITS)


def same_on_both(gpu, rows, example, compute, units):
    for name, row in rows:
        chance = random.Random(f"{name} {random.random() if FULL else 0}")
        for _ in range(EXAMPLES):
            text, inputs = example(row, lambda options: chance.choice(list(options)))
            if of_the_cpu(text):  # a word of the row is, as np.arange(3)
                continue
            here, there = (on(place, lambda: compute(text, inputs, place)) for place in ("cpu", gpu))
            if not refused_alike(here, there):
                found = difference(here, there, units)
                assert not found, f"{name}: {text} of {inputs}: {found}"


def on(place, compute):
    """Compute with new Tensors lying on `place`, too, from the same random numbers."""
    torch.set_default_device(None if place == "cpu" else place)
    torch.manual_seed(0)
    try:
        with quiet():
            return compute()
    except (SyntaxError, NameError):
        raise
    except Exception as problem:
        return {"raises": type(problem).__name__, "message": str(problem)}
    finally:
        torch.set_default_device(None)


def refused_alike(here, there):
    """Whether both refuse, by the same error, or on a GPU by the one for numbers that are wrong there."""
    if not (isinstance(here, dict) and isinstance(there, dict) and "raises" in here and "raises" in there):
        return False
    return here["raises"] == there["raises"] or "device-side assert" in there["message"]


def value(text, inputs, place):
    given = [put.laid(whole(torch, put.memory()).to(place)) for put in inputs]
    result = eval(text, dict(zip("abcd", given)) | names_of("workbook"))
    assert all(part.device.type == given[0].device.type for part in tensors_of(result) if given), "the result lies elsewhere"
    return described([result, given])


def gradients(text, inputs, place):
    inputs = [replace(put, dtype="complex128" if put.dtype in COMPLEX else "float64") for put in inputs]
    leaves = [torch.from_numpy(put.memory()).to(place).requires_grad_() for put in inputs]
    given = [put.laid(leaf * 1) for put, leaf in zip(inputs, leaves)]
    outputs = [found for found in tensors_of(eval(text, dict(zip("abcd", given)) | names_of("workbook"))) if found.requires_grad]
    weights = [torch.from_numpy(uneven(tuple(found.shape), place_, found.is_complex())).to(found.device) for place_, found in enumerate(outputs)]
    if not outputs:
        return None
    slopes = torch.autograd.grad(outputs, leaves, weights, allow_unused=True)
    assert all(slope is None or slope.device == leaf.device for slope, leaf in zip(slopes, leaves)), "a gradient lies elsewhere"
    return [[found.grad_fn.name() for found in outputs], described(list(slopes))]
