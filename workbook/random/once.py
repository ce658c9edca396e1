"""A multiplication with an addition, rounded once: PyTorch's compiler fuses the two in places, and NumPy has no function for it."""

import numpy as np

# One rounding for x * y + z, which NumPy has no function for. Boldo and Melquiond, Emulation of FMA, 2008.


def scale_and_shift(values, scale, shift):
    """Return values * scale + shift, rounded once, in the dtype of `values`."""
    if scale == 0 or scale == 1:
        return values * scale + shift
    if shift == 0:
        return (values + shift) * scale  # the sum clears the sign of a zero, and of nothing else that underflows
    if values.dtype == np.float32:
        if abs(shift) > 2.0**-60:  # far enough from zero: what is left after cancellation is not subnormal either
            return fma32(values, scale, shift)
        return _sum_to_odd(values * np.float64(scale), np.float64(shift)).astype(np.float32)
    if max(abs(scale), abs(shift)) > 2.0**900:  # the split below would overflow
        return scale_and_shift(values, scale * 2.0**-200, shift * 2.0**-200) * 2.0**200
    product = values * scale
    (a, b), (c, d) = _split(values), _split(scale)
    rest = b * d - (((product - a * c) - b * c) - a * d)  # of the product: product + rest is exact
    low = shift + rest
    lost = _rounding_error(shift, rest, low)
    high = product + low
    return high + _sum_to_odd(_rounding_error(product, low, high), lost)


def fma32(x, y, z):
    """Return x * y + z in float32, not subnormal: only a sum half-way between two float32 needs a second look."""
    total = np.multiply(x, y, dtype=np.float64)  # exact
    total += z
    halfway = total.view(np.uint64) & _BELOW_32 == _HALF_32
    if np.count_nonzero(halfway):  # as any(), in a third of its time
        exact = np.multiply(x, y, dtype=np.float64)[halfway]
        total[halfway] = _sum_to_odd(exact, np.broadcast_to(np.float64(z), total.shape)[halfway])
    return total.astype(np.float32)


class Hasty:
    """x * y + z in float32, as `fma32` says, but without the second look: `sure()` tells afterwards whether none was needed.

    One look at all sums together is cheaper than one at each, where there are few numbers.
    """

    def __init__(self):
        self._totals = []

    def __call__(self, x, y, z):
        total = np.multiply(x, y, dtype=np.float64)
        total += z
        self._totals.append(total)
        return total.astype(np.float32)

    def sure(self):
        """Return whether no sum so far was half-way between two float32."""
        bits = np.concatenate(self._totals).view(np.uint64)
        bits &= _BELOW_32
        return not np.count_nonzero(bits == _HALF_32)


_BELOW_32, _HALF_32 = np.uint64(2**29 - 1), np.uint64(2**28)  # the bits of a float64 that float32 lacks; the half of its last


def _sum_to_odd(a, b):
    """Return a + b in float64, an inexact sum rounded to the neighbour whose last bit is 1: rounding it again does no harm."""
    total = a + b
    error = _rounding_error(a, b, total)
    inexact_and_even = (error != 0) & (total.view(np.int64) & 1 == 0)
    return np.where(inexact_and_even, np.nextafter(total, np.copysign(np.inf, error)), total)


def _rounding_error(a, b, total):
    """Return what rounding took from a + b = total, exactly (Knuth's two-sum)."""
    back = total - a
    return (a - (total - back)) + (b - back)


def _split(x):
    """Return x as a sum of two numbers of 26 bits each, whose products are exact (Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    high = scaled - (scaled - x)
    return high, x - high
