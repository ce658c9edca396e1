"""The suite notices every broken derivative: `workbook test --full`."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import workbook as torch
from tests.mutation.breaks import ENGINE, ROOMS, breaks, derivatives, files, formulas, place_of
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.more import FLAT, IN_FLOAT32, MORE, ONCE, REFUSED, STEEP
from tests.mutation.noticing import begin_of, examples, inside_memory, noticed
from tests.ops.both import quiet
from tests.ops.slopes import check_alone, check_slopes, gradients
from workbook.autograd.operation import Operation

OF_LESSONS = ("exercises", "widgets", "commands")  # rooms whose Functions are a student's, and are shown


@pytest.fixture(scope="module")
def ran():
    """The examples, computed once: half a minute."""
    return examples()


@pytest.mark.full("breaks each derivative in turn: two minutes")
@pytest.mark.timeout(120, func_only=True)
@pytest.mark.parametrize("file", [path.relative_to(ENGINE).as_posix() for path in files()])
def test_every_broken_derivative_of_a_file_is_noticed(file, ran):
    """Red: add a row to the table of cases that takes the branch (tests/ops/table/branches.py), or, where no gradient can move, say
    why in equivalent.py. A formula that no example runs counts as unnoticed."""
    path = ENGINE / file
    missed = [f"no example runs {name}" for name, function in formulas(path) if (file, place_of(function)) not in ran]
    found = {change.name: noticed(change) for change in breaks(path)}
    missed += [name for name, seen in found.items() if not seen and name not in EQUIVALENT]
    assert not missed, "\n".join(missed)
    untrue = [name for name in EQUIVALENT if name.startswith(f"{file} ") and found.get(name, True)]
    assert not untrue, "these are noticed, or are no more, and equivalent.py names them:\n" + "\n".join(untrue)


@pytest.mark.full("computes every example again: half a minute")
def test_the_whole_engine_moves_no_example(ran):
    """Otherwise every break that the example takes part in would count as noticed."""
    with quiet(), inside_memory():
        moved = [example for example in {id(one): one for those in ran.values() for one in those}.values() if example.moves()]
    assert not moved, [(example.function, example.leaves, example.found()[1]) for example in moved[:3]]


def test_every_derivative_of_the_engine_is_broken():
    """What a subclass of Operation has for a `backward` is one of the formulas, wherever it stands; so new ones come in by themselves."""
    for module in pkgutil.walk_packages([str(ENGINE)], "workbook."):
        if module.name.split(".")[1] not in (*OF_LESSONS, "__main__", "cli"):
            importlib.import_module(module.name)
    known = {(path.relative_to(ENGINE).as_posix(), place_of(function))
             for room in ROOMS for path in (ENGINE / room).rglob("*.py") for _, function in derivatives(path)}
    seen, waiting, missed = set(), [*Operation.__subclasses__()], []
    while waiting:
        operation = waiting.pop()
        if operation in seen:
            continue
        seen.add(operation)
        waiting += operation.__subclasses__()
        place = begin_of(inspect.unwrap(operation.backward).__code__)
        if operation.backward is not Operation.backward and place and place[0].partition("/")[0] not in OF_LESSONS and place not in known:
            missed.append((operation, place))
    assert len(seen) > 250
    assert not missed


def test_a_break_that_is_equivalent_stands_in_a_file_of_the_engine():
    names = {path.relative_to(ENGINE).as_posix() for path in files()}
    assert {name.partition(" ")[0] for name in EQUIVALENT} <= names and all(EQUIVALENT.values())


@pytest.mark.parametrize("function, leaves", MORE, ids=lambda given: getattr(given, "__name__", ""))
def test_examples_beside_the_table_are_slopes(function, leaves):
    with quiet():
        check_slopes(function, leaves)
        check_alone(function, leaves)


@pytest.mark.parametrize("function, in_small_steps, leaves", STEEP, ids=lambda given: "")
def test_steep_examples_have_the_gradient_of_the_same_in_small_steps(function, in_small_steps, leaves):
    for found, wanted in zip(gradients(function, leaves), gradients(in_small_steps, leaves)):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), 1e-9, 1e-9)


@pytest.mark.parametrize("function, leaves", ONCE, ids=lambda given: getattr(given, "__name__", ""))
def test_examples_that_have_one_derivative_are_slopes(function, leaves):
    with quiet():
        assert torch.autograd.gradcheck(function, leaves)
        with pytest.raises(NotImplementedError):
            torch.autograd.gradgradcheck(function, leaves)


@pytest.mark.parametrize("function, leaves", FLAT, ids=lambda given: getattr(given, "__name__", ""))
def test_examples_that_are_flat_have_a_gradient_of_zeros(function, leaves):
    assert all(gradient is not None and not gradient.any() for gradient in gradients(function, leaves))


@pytest.mark.parametrize("function, wide, leaves", IN_FLOAT32, ids=lambda given: "")
def test_examples_in_float32_have_the_gradient_of_float64(function, wide, leaves):
    for found, wanted in zip(gradients(function, leaves), gradients(wide, leaves)):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), 1e-6, 1e-6)


@pytest.mark.parametrize("function, leaves", REFUSED, ids=lambda given: "")
def test_what_is_refused(function, leaves):
    with pytest.raises(RuntimeError, match="ill-defined|QR decomposition is not differentiable|depends on Q|invalid gradient|modified by an inplace operation"):
        function(*leaves).real.sum().backward()
