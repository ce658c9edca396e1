"""New rows of numbers, equal steps or equal factors apart."""

import math
import warnings

import numpy as np

from workbook import dtypes
from workbook.devices import check_memory
from workbook.errors import explain, refused_dtype
from workbook.numbers import computed_in, is_whole, number_in, real_number
from workbook.ops.creation import finish, numpy_dtype, reckoned, stored
from workbook.ops.elementwise import as_number
from workbook.tensor import Tensor


@stored
def arange(start=None, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Return the numbers from `start` (0 when only one number is given) up to, not including, `end`.

    Whole numbers give int64, others the default dtype. Raises RuntimeError where `step` is 0 or leads away from `end`.

    >>> import workbook as torch
    >>> torch.arange(5), torch.arange(1, 2.5, 0.5)
    (tensor([0, 1, 2, 3, 4]), tensor([1.0000, 1.5000, 2.0000]))

    Source: https://pytorch.org/docs/2.13/generated/torch.arange.html
    """
    if start is None and end is None:
        raise TypeError(explain("arange() received an invalid combination of arguments - got ()", "it needs an end",
                                "write torch.arange(5)"))
    if start is None or end is None:
        start, end = 0, start if end is None else end
    start, end, step = (as_number("arange", name, place, given)
                        for place, (name, given) in enumerate(zip(("start", "end", "step"), (start, end, step)), start=1))
    whole = all(isinstance(x, int) for x in (start, end, step))
    kind = _countable("arange", dtype, dtypes.int64 if whole else None)
    held = np.dtype(np.int64) if kind.kind != "f" else computed_in(kind) if kind.itemsize == 2 else np.dtype(np.float64)
    start, end, step = (_bounded(x, held) for x in (start, end, step))
    count = _count(start, end, step, math.ceil)
    if kind.kind in "iu" and not whole:  # PyTorch cuts off the fractions first; how many there are it counts with them, but in int64
        cut = int(start), int(end), int(step)
        if kind == np.int64:
            if not cut[2]:
                raise ValueError(explain("step must be nonzero", f"{step} as a whole number is 0", "choose a dtype of floats"))
            count = _count(*cut, math.ceil)
        start, _, step = cut
        whole = True
    return reckoned(lambda xp: (xp.arange(count, dtype=np.int64 if whole else np.float64) * step + start).astype(kind), device, requires_grad)


@stored
def range_(start, end, step=1, *, dtype=None, device=None, requires_grad=False):
    """Return the numbers from `start` up to and including `end`. Deprecated in PyTorch: use `arange`.

    Raises RuntimeError where `step` is 0 or leads away from `end`.

    >>> import warnings, workbook as torch
    >>> with warnings.catch_warnings(action="ignore"):
    ...     torch.range(1, 3)
    tensor([1., 2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.range.html
    """
    warnings.warn("torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
                  "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
                  UserWarning, stacklevel=4)
    start, end, step = (as_number("range", *given) for given in (("start", 1, start), ("end", 2, end), ("step", 3, step)))
    kind = _countable("range", dtype)
    count = _count(start, end, step, math.floor) + 1
    if kind.kind in "iu":  # PyTorch cuts off the fractions first
        start, end, step = int(start), int(end), int(step)
        count = _count(start, end, step, math.floor) + 1
    return reckoned(lambda xp: (xp.arange(count, dtype=np.float64) * step + start).astype(kind), device, requires_grad)


@stored
def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """Return `steps` numbers at equal distances from `start` to `end`, both included.

    Raises RuntimeError for a negative number of steps, NotImplementedError for bool.

    >>> import workbook as torch
    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.linspace.html
    """
    _single("linspace", start, end)
    start, end = (as_number("linspace", name, place, x) for place, (name, x) in enumerate((("start", start), ("end", end)), start=1))
    steps = _counted("linspace", start, end, steps)
    turning = isinstance(start, complex) or isinstance(end, complex)
    kind = _countable("linspace", dtype, dtypes.get_default_dtype().to_complex() if turning else None, "b")
    if turning and kind.kind != "c":
        raise RuntimeError(explain(f"torch.linspace(): inferred dtype {dtypes.complex64.in_c} can't be safely cast to passed dtype "
                                   f"{dtypes.OF_NUMPY[kind].legacy}", "an end is a complex number", "choose a complex dtype"))
    start, end = number_in(start, kind), end if steps == 1 else number_in(end, kind)  # the end of one step is not reached
    if kind.kind != "f":
        return finish(np.linspace(start, end, steps).astype(kind), device, requires_grad)
    # PyTorch counts from the nearer end, in the dtype itself, each point with one rounding
    step = kind.type((end - start) / (steps - 1)) if steps > 1 else kind.type(0)
    step, first, last = float(step), float(kind.type(start)), float(kind.type(end))

    def points(xp):
        if steps < 2:
            return xp.full(steps, start, kind)
        counted = xp.arange(steps, dtype=np.float64)
        from_start, from_end = (step * counted + first).astype(kind), (last - step * counted[::-1]).astype(kind)
        return xp.where(counted < steps // 2, from_start, from_end)

    return reckoned(points, device, requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """Return `steps` powers of `base`, with exponents at equal distances from `start` to `end`, both included.

    Raises RuntimeError for a negative number of steps, NotImplementedError for bool.

    >>> import workbook as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])

    Source: https://pytorch.org/docs/2.13/generated/torch.logspace.html
    """
    _single("logspace", start, end)
    start, end, base = (as_number("logspace", *given) for given in (("start", 1, start), ("end", 2, end), ("base", 4, base)))
    steps = _counted("logspace", start, end, steps)
    kind = _countable("logspace", dtype, None, "b")
    numbers = np.power(float(base), np.linspace(start, end, steps))
    return finish(numbers.astype(kind), device, requires_grad)


# ---- like another ---------------------------------------------------------------------------------------------------------


def _single(name, start, end):
    for which, given in (("start", start), ("end", end)):
        if isinstance(given, Tensor) and given.ndim:
            raise RuntimeError(explain(f"{name} only supports 0-dimensional start and end tensors, but got {which} with {given.ndim} dimension(s).",
                                       "the row goes from one number to another", f"write {which}.item()"))


def _countable(name, dtype, default=None, but="bc"):
    """The NumPy dtype of a new row of numbers. Raises NotImplementedError for those that do not count, of the kinds `but`."""
    kind = numpy_dtype(dtype, default)
    if kind.kind in but:
        found = dtypes.OF_NUMPY[kind]
        raise refused_dtype(f"{name}_cpu", found, f"{found} does not count", "choose a dtype of real numbers, and convert")
    return kind


def _bounded(number, kind):
    """A number, real where the dtype is. Raises RuntimeError for one that the dtype does not hold."""
    number_in(number, kind)
    return real_number(number, kind)


def _count(start, end, step, rounded):
    """How many numbers lie from `start` to `end`. Raises RuntimeError where the steps never arrive, or are too many."""
    if step == 0:
        raise RuntimeError(explain("step must be nonzero", f"steps of 0 never lead from {start} to {end}", "give a step, such as 1"))
    if (end - start) * step < 0:
        raise RuntimeError(explain("upper bound and lower bound inconsistent with step sign",
                                   f"from {start} to {end} in steps of {step} never arrives", "change the sign of step"))
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(explain(f"unsupported range: {start} -> {end}", "it has no end that steps arrive at",
                                   "give two finite numbers"))
    steps = (end - start) / step
    if not steps < 2**63:
        raise RuntimeError(explain("invalid size, possible overflow?",
                                   f"from {start} to {end} in steps of {step} are {steps:.3g} numbers",
                                   "choose a larger step"))
    count = max(0, rounded(steps))
    check_memory((count,), 8)
    return count


def _counted(name, start, end, steps):
    """Return a number of steps as an int. Raises for what is none, or too large."""
    if not is_whole(steps):
        raise TypeError(explain(f"{name}() received an invalid combination of arguments - got "
                                f"({', '.join(type(x).__name__ for x in (start, end, steps))})",
                                "steps counts the numbers", f"write torch.{name}(0, 1, 5)"))
    if steps < 0:
        raise RuntimeError(explain("number of steps must be non-negative", f"it is {steps}", "choose a number from 0"))
    check_memory((int(steps),), 8)
    return int(steps)
