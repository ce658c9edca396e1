"""Whether the suite notices a broken derivative: by the examples that it computes gradients of.

The suite holds every gradient of the table against finite differences (`tests/ops/test_derivatives.py`) and torch's answers
(`tests/ops/test_recorded.py`). Here the same examples are computed once with the engine as it is. A break is noticed where one of their
gradients then moves by more than those tests allow, where it comes and goes, or where an error is raised.
"""

import contextlib
import functools
import sys
from pathlib import Path

import numpy as np

import workbook as torch
from tests.mutation.breaks import ENGINE, Broken
from tests.mutation.more import FLAT, IN_FLOAT32, MORE, ONCE, REFUSED, STEEP
from tests.ops.both import Input, quiet, tensors_of
from tests.ops.slopes import NEAR, gradients, weights_of
from tests.ops.table import NAMED
from tests.ops.test_derivatives import expression, has_slopes, smooth_examples
from tests.ops.test_linear_algebra import CASES, PAIRS, leaf
from tests.ops.test_recorded import RECORD
from tests.ops.ways import MORE as OTHER_WAYS

EXAMPLES = 3  # of a row, as in the tests of every day
ALLOWED = 20 * NEAR


class Example:
    """A function and its leaves, and the gradients that it has.

    `beside_torch`: the tests tell None from zeros, as torch does. `refused`: its error is meant, and the tests read what it says.
    """

    def __init__(self, function, leaves, beside_torch=True, refused=False):
        self.function, self.leaves, self.beside_torch, self.refused = function, leaves, beside_torch, refused

    def __call__(self):
        """Yield the gradients: the first; recorded; the second, also to what arrives; and each input's where the others want none."""
        yield gradients(self.function, self.leaves)
        outputs = [part for part in tensors_of(self.function(*self.leaves)) if part.requires_grad]
        weights = weights_of(outputs)
        first = torch.autograd.grad(outputs, self.leaves, weights, create_graph=True, allow_unused=True)
        yield first
        further = [gradient for gradient in first if gradient is not None and gradient.requires_grad]
        if further:
            second = torch.autograd.grad(further, [*self.leaves, *weights], weights_of(further), allow_unused=True)
            yield [torch.zeros_like(leaf) if gradient is None else gradient for gradient, leaf in zip(second, [*self.leaves, *weights])]
        if len(self.leaves) > 1:
            yield [gradients(self.function, [leaf if place == at else leaf.detach() for place, leaf in enumerate(self.leaves)], of=[at])[0]
                   for at in range(len(self.leaves))]

    def keep(self):
        """Compute once with the engine as it is; return the formulas that ran."""
        ran = set()
        with watching(ran):
            self.kept, self.stopped = self.found()
        return ran

    def moves(self):
        """Tell whether a gradient is not what it was."""
        found, stopped = self.found()
        return stopped != self.stopped or len(found) != len(self.kept) or any(
            self.differ(x, y) for now, kept in zip(found, self.kept) for x, y in zip(now, kept))

    def found(self):
        """Return the gradients as arrays, and the error that ended them, or None: some rows mean one."""
        found = []
        try:
            for some in self():
                found.append([None if gradient is None else np.array(gradient.detach().numpy()) for gradient in some])
        except Exception as problem:
            return found, (type(problem), str(problem).partition("\n")[0] if self.refused else "")
        return found, None

    def differ(self, one, other):
        """Tell whether two gradients differ by more than both may from the slope."""
        if one is None or other is None:
            left = other if one is None else one
            return (one is None) != (other is None) and bool(self.beside_torch or np.abs(left).max(initial=0) > ALLOWED)
        return one.shape != other.shape or one.dtype != other.dtype or not np.allclose(
            one, other, ALLOWED, ALLOWED * max(1, np.abs(other).max(initial=0)), equal_nan=True)


class watching:
    """Note which functions of the engine run, as (file, name)."""

    def __init__(self, ran):
        self.ran = ran

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self._note)

    def __exit__(self, *exception):
        sys.settrace(self.before)

    def _note(self, frame, event, argument):
        if event == "call":
            self.ran.add(frame.f_code)


@functools.cache
def examples():
    """Return {place: the Examples whose gradients the function that begins there takes part in}, those of few formulas first."""
    found = []
    with quiet():
        for example in [*of_the_table(), *of_matrices(), *beside_the_table()]:
            found.append((example, example.keep()))
    by_formula = {}
    for example, ran in sorted(found, key=lambda pair: len(pair[1])):
        for code in ran:
            by_formula.setdefault(begin_of(code), []).append(example)
    return by_formula


@functools.cache
def begin_of(code):
    """Return the file and the line at which code of the engine begins, as `Break.place` has it; None for other code."""
    path = Path(code.co_filename)
    return (path.relative_to(ENGINE).as_posix(), code.co_firstlineno) if path.is_relative_to(ENGINE) else None


def beside_the_table():
    """Yield the examples of `more.py`."""
    for function, leaves in [*MORE, *ONCE, *((function, leaves) for function, _, leaves in [*IN_FLOAT32, *STEEP])]:
        yield Example(function, leaves, beside_torch=False)
    for function, leaves in FLAT:
        yield Example(function, leaves)
    for function, leaves in REFUSED:
        yield Example(function, leaves, beside_torch=False, refused=True)


def of_matrices():
    """Yield the examples of `test_linear_algebra`."""
    for of_complex in (False, True):
        for function, shape in CASES.values():
            yield Example(function, [leaf(*shape, of_complex=of_complex)], beside_torch=False)
        for name, (function, *shapes) in PAIRS.items():
            yield Example(function, [leaf(*shape, of_complex=of_complex and name != "cdist", seed=seed) for seed, shape in enumerate(shapes)], beside_torch=False)


def of_the_table():
    """Yield the examples of the table."""
    for row in OTHER_WAYS:
        for text, function, leaves in smooth_examples(row.text, row, EXAMPLES):
            yield Example(function, leaves, beside_torch=False)
    for name, row in NAMED.items():
        if not row.derivatives:
            continue
        if row.smooth:
            for of_complex in (False, True) if row.shapes != ((),) else (False,):
                for text, function, leaves in smooth_examples(name, row, EXAMPLES, of_complex):
                    yield Example(function, leaves)
        if has_slopes(name):
            for entry in RECORD[name]:
                if entry["kind"] == "gradient" and "raises" not in entry["torch"]:
                    inputs = [Input(tuple(shape), "complex128" if dtype.startswith("complex") else "float64", *rest)
                              for shape, dtype, *rest in entry["inputs"]]
                    yield Example(expression(entry["text"], inputs), [torch.from_numpy(put.memory()).requires_grad_() for put in inputs])


def noticed(change):
    """Tell whether an example of the suite notices a break."""
    those = examples().get(change.place, ())  # before anything is broken
    with quiet(), inside_memory(), Broken(change):
        return any(example.moves() for example in those)


@contextlib.contextmanager
def inside_memory():
    """Let strides that leave the memory be an error, as a broken derivative may ask for them, and not the end of the process."""
    made = np.lib.stride_tricks.as_strided

    def held(x, shape=None, strides=None, **options):
        whole = np.asarray(x)  # of a number, as NumPy hands it out, this is a copy: the view has to be of the copy
        view = made(whole, shape, strides, **options)
        while isinstance(whole.base, np.ndarray):
            whole = whole.base
        (low, high), (first, last) = np.lib.array_utils.byte_bounds(whole), np.lib.array_utils.byte_bounds(view)
        if view.size and not low <= first < last <= high:
            raise IndexError("outside of the memory")
        return view

    np.lib.stride_tricks.as_strided = held
    try:
        yield
    finally:
        np.lib.stride_tricks.as_strided = made
