"""What all elementwise operations share: broadcasting, and its error.

A formula says nothing of broadcasting: the backward walk sums a gradient back to its input's shape.
"""

import itertools

import numpy as np

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.errors import explain, not_a_number, not_a_tensor, refused_dtype, shape_text
from workbook.formats import of_numpy
from workbook.numbers import plain
from workbook.threads import thread

NUMBERS = (float, int, bool, complex)
_HALF = dtypes.float16.numpy


def is_number(value):
    """Return whether a value is one number: Python's, of a subclass of it such as an IntEnum, or NumPy's."""
    return value.__class__ in NUMBERS or isinstance(value, (int, float, complex, np.number, np.bool_))


def as_number(function, argument, position, value, kind="Number"):
    """Return an argument, a number or a Tensor without axes, as Python's own number; `position` is None for one that goes by name only.

    Raises TypeError for anything else, a Tensor that is trained included: as a number it would get no gradient, and nobody would notice.
    """
    if hasattr(value, "requires_grad") and value.ndim == 0 and not value.requires_grad:
        return value.item()
    if not is_number(value):
        raise not_a_number(function, argument, position, value, kind)
    return plain(value)


def expect_tensors(function, **given):
    """Raise TypeError where one of a function's first arguments, by name and in their order, is no Tensor."""
    for position, (name, value) in enumerate(given.items(), start=1):
        if not hasattr(value, "requires_grad"):
            raise not_a_tensor(function, name, position, value)


class Elementwise(Operation):
    """An operation whose inputs broadcast against each other and meet in one dtype."""

    dtype_rule = staticmethod(dtypes.promote)
    lies_as_inputs = True

    @classmethod
    def refusal(cls, problem, arrays, options):
        shapes = [array.shape for array in arrays if hasattr(array, "shape")]
        for a, b in itertools.combinations(shapes, 2):
            if not meet(a, b):
                return cannot_broadcast(a, b)
        return problem


class FloatElementwise(Elementwise):
    """As Elementwise; integers become floats first."""

    dtype_rule = staticmethod(dtypes.promote_to_float)


def in_float32(a):
    """Return float16 as float32, anything else as it is: PyTorch computes half precision so, and rounds once, at the end."""
    return a.astype(dtypes.float32.numpy) if a.dtype == _HALF else a


def by_factor(function, a, b):
    """Return function(a, b), where b is a number or wider than half precision: to that not b is rounded, but the result, once."""
    return function(in_float32(a), b).astype(_HALF) if getattr(a, "dtype", None) is _HALF else function(a, b)


def meet(a, b):
    """Return whether two shapes broadcast: aligned from the right, sides are equal or one of them is 1."""
    return all(x == y or 1 in (x, y) for x, y in zip(reversed(a), reversed(b)))


def cannot_broadcast(a, b, whole=None):
    """The error for shapes that do not fit when they are aligned from the right; it draws them under each other.

    `whole`: the shapes to be drawn, where `a` and `b` are only the axes in front of a pair of matrices.

    >>> print(cannot_broadcast((2, 3), (2,)))
    The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1
      Why: aligned from the right, axis 1 of a meets axis 0 of b, 3 against 2, and neither is 1:
             a: [2, 3]
             b:    [2]
                    ^
      Fix: b.unsqueeze(1) has shape [2, 1], which fits; or make the sizes equal
    """
    ndim = max(len(a), len(b))
    left, right = (1,) * (ndim - len(a)) + tuple(a), (1,) * (ndim - len(b)) + tuple(b)
    axis = next(i for i in reversed(range(ndim)) if left[i] != right[i] and 1 not in (left[i], right[i]))
    fix = "make the sizes equal, or one of them 1"
    for place in range(len(b) + 1):
        grown = tuple(b[:place]) + (1,) + tuple(b[place:])
        if len(grown) <= len(a) and meet(a, grown) and whole is None:
            fix = f"b.unsqueeze({place}) has shape {shape_text(grown)}, which fits; or make the sizes equal"
    mine, others = axis - ndim + len(a), axis - ndim + len(b)
    return RuntimeError(explain(
        f"The size of tensor a ({left[axis]}) must match the size of tensor b ({right[axis]}) at non-singleton dimension {axis}",
        f"aligned from the right, axis {mine} of a meets axis {others} of b, {left[axis]} against {right[axis]}, and neither is 1:\n"
        + drawn_below(*(whole or (a, b)), axis), fix))


def drawn_below(a, b, axis):
    """Return two shapes under each other, aligned from the right, with a mark below `axis` of the longer one."""
    ndim = max(len(a), len(b))
    rows = [("",) * (ndim - len(shape)) + tuple(map(str, shape)) for shape in (a, b)]
    width = [max(map(len, column)) for column in zip(*rows)]
    lines, mark = [], 0
    for name, row, shape in zip("ab", rows, (a, b)):
        line = "           "
        for place, side in enumerate(row):
            begin = "[" if place == ndim - len(shape) else ", " if side else ""
            line += begin.rjust(2 if place else 1) + side.rjust(width[place])
            if place == axis:
                mark = max(mark, len(line))
        lines.append(line[:9] + name + ":" + line[10:] + "]")
    return "\n".join([*lines, " " * mark + "^"])


def broadcast_shape(a, b, whole=None):
    """Return the shape in which two shapes meet. Raises RuntimeError where they do not fit; see `cannot_broadcast`."""
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise cannot_broadcast(a, b, whole) from None


def not_implemented(kernel, *arrays):
    """The error for a dtype of which PyTorch's function called `kernel` knows nothing; shapes that do not fit come first."""
    np.broadcast_shapes(*map(np.shape, arrays))
    return refused_dtype(kernel, dtypes.of(arrays[0]))


def refuse_numbers(name, input, other, second="other"):
    """Raise TypeError for a Python number where PyTorch's function called `name` takes two Tensors. (In a formula, a number is an array.)"""
    for position, (argument, given) in enumerate((("input", input), (second, other)), start=1):
        if is_number(given) and not thread.state.on_arrays:
            raise not_a_tensor(name, argument, position, given)


def one_by_one(xp, function, a):
    """Return `function`, of Python floats, of each element of `a`: for what the array libraries do not have.

    It is slow, and as exact as float64 is.
    """
    if a.dtype.kind == "c":
        raise not_implemented("elementwise_cpu", a)
    host = of_numpy(xp, a)
    found = np.empty_like(host)
    found[...] = np.array([function(number) for number in host.ravel().tolist()], np.float64).reshape(host.shape)
    return found if xp is np else xp.asarray(found)


def pair_by_pair(xp, function, a, b):
    """The same for a function of two: each element of `a` with its partner in `b`; shapes broadcast."""
    if np.result_type(a, b).kind == "c":
        raise not_implemented("elementwise_cpu", next(x for x in (a, b) if np.iscomplexobj(x)))
    pair = np.broadcast_arrays(*(of_numpy(xp, x) for x in (a, b)))
    numbers = np.array([function(x, y) for x, y in zip(*(x.ravel().tolist() for x in pair))], np.float64)
    found = np.empty_like(pair[0], np.result_type(*pair))
    found[...] = numbers.reshape(pair[0].shape)
    return found if xp is np else xp.asarray(found)
