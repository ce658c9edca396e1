"""Slopes as the numbers show them: central difference quotients of a function, for `gradcheck`.

A step of a complex number has two directions, and the slope along them is dL/dx + i dL/dy, which is PyTorch's gradient. So a
complex output is looked at twice: its real part as L, then its imaginary part.
"""

import numpy as np

from workbook import dtypes, random
from workbook.errors import explain
from workbook.tensor import Tensor

PARTS = {"real": np.real, "imaginary": np.imag}


class Quotients:
    """The difference quotients of `func` at `inputs`, with steps of `eps`: `part` of what is complex."""

    def __init__(self, func, inputs, eps, part):
        self._func, self._inputs, self._eps, self._part = func, inputs, eps, part

    def jacobian(self, place):
        """Return, for each output, its slope along each number of one input: arrays of shape (numbers of input, of output)."""
        array = self._inputs[place]._array
        rows = []
        for index in np.ndindex(array.shape):
            step = np.zeros(array.shape, array.real.dtype)
            step[index] = self._eps
            rows.append(self.along(place, step, step, index))
        return [np.stack(column) for column in zip(*rows)] if rows else None

    def along(self, place, step, step_of_imaginary, index=None):
        """Return, for each output, its slope along a step of one input, flat; of a complex input the second step is that of y."""
        slopes = self._quotient(place, step, index)
        if self._inputs[place].is_complex():
            of_imaginary = self._quotient(place, step_of_imaginary * 1j, index)
            slopes = [x + 1j * y for x, y in zip(slopes, of_imaginary)]
        return slopes

    def _quotient(self, place, step, index):
        tensor = self._inputs[place]
        array, xp = tensor._array, tensor._device.xp
        with tensor._device.entered():
            here, step = array.copy(), xp.asarray(step).astype(array.dtype)
            below, above = here - step, here + step
        try:
            _write(tensor, below)
            low = self._values()
            _write(tensor, above)
            high = self._values()
        finally:
            _write(tensor, here)
        self._refuse_other_kinds(low, high, index)
        return [(b - a).reshape(-1) / (2 * np.asarray(self._eps, b.real.dtype)) for a, b in zip(low, high)]

    def _values(self):
        """Return what the function gives now, as arrays of real numbers that stay as they are."""
        arrays = [np.array(part_of(output._host(), self._part)) for output in as_tuple(self._func(*self._inputs))]
        if any(array.dtype.kind == "b" for array in arrays):
            raise RuntimeError(explain(
                "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.",
                "yes and no have no slope, and this function returns them", "return the numbers only"))
        return arrays

    def _refuse_other_kinds(self, low, high, index):
        for a, b in zip(low, high):
            for what, one, other in (("shape", a.shape, b.shape), ("dtype", dtypes.of(a), dtypes.of(b))):
                if one != other:
                    where = "" if index is None else f"on index {index} "
                    one, other = (f"torch.Size({list(x)})" if what == "shape" else x for x in (one, other))
                    raise AssertionError(explain(
                        f"Expected `func` to return outputs with the same {what} when inputs are perturbed {where}by {self._eps}, but got: "
                        f"{what}s {one} and {other}.", "a slope is a difference of two values, number by number",
                        "choose inputs away from the place where the output changes its kind"))


def part_of(array, part):
    """Return the real or the imaginary part of a complex array; a real array itself."""
    return PARTS[part](array) if array.dtype.kind == "c" else array


def as_tuple(value):
    """Return several values as a tuple, and one as a tuple of one."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def wants_gradient(value):
    """Tell whether a value is a Tensor that requires a gradient."""
    return isinstance(value, Tensor) and value.requires_grad


def direction(array, generator):
    """Return random numbers from [0, 1), one for each of the array's, of length 1 together."""
    drawn = random.fill_uniform(np.empty(array.size, np.float32), generator=generator).astype(array.real.dtype)
    return drawn / np.sqrt((drawn * drawn).sum())


def _write(tensor, array):
    with tensor._device.entered():
        tensor._array[...] = array
