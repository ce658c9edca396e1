"""Whether the suite notices a broken derivative: by the examples that it computes gradients of.

The suite holds every gradient of the table against finite differences (`tests/ops/test_derivatives.py`) and torch's answers
(`tests/ops/test_recorded.py`). Here the same examples are computed once with the engine as it is. A break is noticed where one of their
gradients then moves by more than those tests allow, where it comes and goes, or where an error is raised.
"""

import functools
import sys

import numpy as np

import workbook as torch
from tests.mutation.breaks import Broken
from tests.mutation.more import MORE
from tests.ops.both import Input, quiet, tensors_of
from tests.ops.slopes import NEAR, gradients, weights_of
from tests.ops.table import NAMED
from tests.ops.test_derivatives import expression, has_slopes, smooth_examples
from tests.ops.test_recorded import RECORD
from tests.ops.ways import MORE as OTHER_WAYS

EXAMPLES = 3  # of a row, as in the tests of every day
ALLOWED = 20 * NEAR


class Example:
    """A function and its leaves, and the gradients that it has."""

    def __init__(self, function, leaves):
        self.function, self.leaves = function, leaves

    def __call__(self):
        """Yield the gradients: the first; recorded; the second, also to what arrives; and each input's where the others want none."""
        yield gradients(self.function, self.leaves)
        outputs = [part for part in tensors_of(self.function(*self.leaves)) if part.requires_grad]
        weights = weights_of(outputs)
        first = torch.autograd.grad(outputs, self.leaves, weights, create_graph=True, allow_unused=True)
        yield first
        further = [gradient for gradient in first if gradient is not None and gradient.requires_grad]
        if further:
            yield torch.autograd.grad(further, [*self.leaves, *weights], weights_of(further), allow_unused=True)
        if len(self.leaves) > 1:
            yield [gradients(self.function, [leaf if place == at else leaf.detach() for place, leaf in enumerate(self.leaves)], of=[at])[0]
                   for at in range(len(self.leaves))]

    def keep(self):
        """Compute once with the engine as it is; return the formulas that ran."""
        ran = set()
        with watching(ran):
            self.kept = [arrays(found) for found in self()]
        return ran

    def moves(self):
        """Tell whether a gradient is not what it was."""
        try:
            for found, kept in zip(self(), self.kept):
                if any(differ(x, y) for x, y in zip(arrays(found), kept)):
                    return True
        except Exception:
            return True
        return False


def arrays(found):
    return [None if gradient is None else np.array(gradient.detach().numpy()) for gradient in found]


def differ(one, other):
    """Tell whether two gradients differ by more than both may from the slope: a None stands for zeros, as in the tests."""
    if one is None or other is None:
        return (one is None) != (other is None) and bool(np.abs(other if one is None else one).max(initial=0) > ALLOWED)
    return one.shape != other.shape or not np.allclose(one, other, ALLOWED, ALLOWED * max(1, np.abs(other).max(initial=0)), equal_nan=True)


class watching:
    """Note which functions of the engine run, as (file, name)."""

    def __init__(self, ran):
        self.ran = ran

    def __enter__(self):
        sys.setprofile(self._note)

    def __exit__(self, *exception):
        sys.setprofile(None)

    def _note(self, frame, event, argument):
        if event == "call" and "workbook" in frame.f_code.co_filename:
            code = frame.f_code
            self.ran.add((code.co_filename, code.co_qualname if hasattr(code, "co_qualname") else code.co_name))


@functools.cache
def examples():
    """Return {formula: the Examples whose gradients it takes part in}, those of few formulas first."""
    found = []
    with quiet():
        for function, leaves in [*of_the_table(), *MORE]:
            example = Example(function, leaves)
            try:
                found.append((example, example.keep()))
            except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError, AttributeError, AssertionError):
                continue  # one of the errors that the table means
    by_formula = {}
    for example, ran in sorted(found, key=lambda pair: len(pair[1])):
        for file, name in ran:
            by_formula.setdefault((file.rpartition("workbook/")[2], name), []).append(example)
    return by_formula


def of_the_table():
    """Yield the examples of the suite, as functions and leaves."""
    for row in OTHER_WAYS:
        for text, function, leaves in smooth_examples(row.text, row, EXAMPLES):
            yield function, leaves
    for name, row in NAMED.items():
        if not row.derivatives:
            continue
        if row.smooth:
            for of_complex in (False, True) if row.shapes != ((),) else (False,):
                for text, function, leaves in smooth_examples(name, row, EXAMPLES, of_complex):
                    yield function, leaves
        if has_slopes(name):
            for entry in RECORD[name]:
                if entry["kind"] == "gradient" and "raises" not in entry["torch"]:
                    inputs = [Input(tuple(shape), "complex128" if dtype.startswith("complex") else "float64", *rest)
                              for shape, dtype, *rest in entry["inputs"]]
                    yield expression(entry["text"], inputs), [torch.from_numpy(put.memory()).requires_grad_() for put in inputs]


def noticed(change):
    """Tell whether an example of the suite notices a break."""
    those = examples().get((change.file, change.formula), ())  # before anything is broken
    with quiet(), Broken(change):
        return any(example.moves() for example in those)
