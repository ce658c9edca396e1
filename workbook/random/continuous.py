"""Distributions of real numbers. Each fills an array of any shape and strides, in the order of its memory, and returns it."""

import math

import numpy as np

from workbook.errors import explain
from workbook.random.box_muller import box_muller32, box_muller64
from workbook.random.filling import as_reals, dtype_of, fill, locked, not_implemented, uniforms
from workbook.random.slices import for_slices
from workbook.random.generator import Generator, each  # noqa: F401  Generator: for the examples
from workbook.random.once import scale_and_shift


@for_slices
def fill_uniform(array, low=0.0, high=1.0, generator=None):
    """Fill `array` with uniform numbers from [low, high).

    Floating-point and complex dtypes; a complex number is a real one, then an imaginary one. Raises NotImplementedError for
    other dtypes, RuntimeError for a range that is empty or wider than the dtype holds.

    >>> fill_uniform(np.empty(3, np.float32), generator=Generator().manual_seed(0))
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.uniform_.html
    """
    reals, compute = as_reals(array, "check_uniform_bounds")
    if not low <= high:
        raise RuntimeError(explain(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}",
                                   "no number lies between them", "give the smaller bound first"))
    if high - low > float(np.finfo(reals.dtype).max):
        raise RuntimeError(explain(
            f"uniform_ expects to-from <= std::numeric_limits<{dtype_of(reals).legacy}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit", "the width of the range overflows",
            "choose a smaller range"))
    low, high = compute(low), compute(high)

    def draw(source, n):
        values = scale_and_shift(uniforms(source, n, compute), high - low, low).astype(reals.dtype, copy=False)
        values[values == high.astype(reals.dtype)] = low  # rounding may reach `high`, which is outside
        return values

    fill(reals, generator, draw)
    return array


@for_slices
def fill_normal(array, mean=0.0, std=1.0, generator=None):
    """Fill `array` with normal numbers of this mean and standard deviation.

    Floating-point and complex dtypes; the two parts of a complex number share the variance. Sixteen numbers or more that lie
    side by side in memory come from another recipe than fewer or scattered ones, and so from other draws, as in PyTorch. Raises
    NotImplementedError for other dtypes, RuntimeError for a negative std.

    >>> fill_normal(np.empty(3, np.float32), generator=Generator().manual_seed(0))
    array([ 1.5409961, -0.2934289, -2.1787894], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.normal_.html; Box and Muller, 1958
    """
    reals, compute = as_reals(array, "normal_kernel_cpu")
    if not std >= 0:
        raise RuntimeError(explain(f"normal expects std >= 0.0, but found std {std:g}", "a standard deviation is a distance",
                                   "pass its absolute value, or check how it was computed"))
    if array.dtype.kind == "c":
        std = std / math.sqrt(2)

    if reals.size < 16 or not reals.flags.c_contiguous:
        fill(reals, generator, lambda source, n: scale_and_shift(source.normals(n), std, mean))
        return array

    mean, std = compute(mean), compute(std)
    box_muller = {np.float32: box_muller32, np.float64: box_muller64}[compute]

    def draw(source, n):
        return scale_and_shift(box_muller(uniforms(source, n, compute)), std, mean)

    flat, rest = reals.reshape(-1), reals.size % 16
    with locked(generator) as source:
        fill(flat[:flat.size - rest], source, draw)
        if rest:  # the last sixteen are drawn anew
            if reals.dtype != np.float16:
                uniforms(source, rest, compute)  # PyTorch draws these for the rest, and then does without them
            flat[-16:] = draw(source, 16)
    return array


@for_slices
def fill_exponential(array, rate=1.0, generator=None):
    """Fill `array` with exponential numbers of this rate (PyTorch's `lambd`); their mean is 1 / rate.

    Floating-point dtypes. Raises RuntimeError for other dtypes and for a rate that is not positive.

    >>> fill_exponential(np.empty(3, np.float32), generator=Generator().manual_seed(0))
    array([3.5083263, 1.2303847, 0.6150441], dtype=float32)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.exponential_.html
    """
    if not dtype_of(array).is_floating_point:
        raise RuntimeError(explain(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {dtype_of(array).legacy}", "its numbers lie between the whole ones", "choose float32"))
    if not rate > 0:
        raise RuntimeError(explain(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}", "the mean is 1 / lambda",
                                   "choose a positive rate"))
    return fill(array, generator, lambda source, n: -1.0 / rate * each(math.log1p, -source.uniform64(n)))


@for_slices
def fill_cauchy(array, median=0.0, sigma=1.0, generator=None):
    """Fill `array` with Cauchy's numbers: `median + sigma * tan` of an angle, which have no mean.

    Floating-point dtypes. Raises RuntimeError for other dtypes and for a sigma that is not positive.

    >>> fill_cauchy(np.empty(2), generator=Generator().manual_seed(0)).shape
    (2,)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.cauchy_.html
    """
    _reals_only(array, "Cauchy", "continuous")
    if not sigma > 0:
        raise RuntimeError(explain(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}", "it is a width", "choose a positive one"))
    return fill(array, generator, lambda source, n: median + sigma * each(math.tan, math.pi * (source.uniform64(n) - 0.5)))


@for_slices
def fill_log_normal(array, mean=1.0, std=2.0, generator=None):
    """Fill `array` with numbers whose logarithms are normal, of this mean and standard deviation.

    Floating-point dtypes. Raises RuntimeError for other dtypes and for a std that is not positive.

    >>> fill_log_normal(np.empty(2), generator=Generator().manual_seed(0)).shape
    (2,)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.log_normal_.html
    """
    _reals_only(array, "log_normal_", None)
    if not std > 0:
        raise RuntimeError(explain(f"log_normal_ expects std > 0.0, but found std={std:g}", "a deviation is a distance",
                                   "choose a positive one"))
    return fill(array, generator, lambda source, n: each(math.exp, scale_and_shift(source.normals(n), std, mean)))


def _reals_only(array, name, kind):
    if not dtype_of(array).is_floating_point:
        if kind is None:
            raise not_implemented("log_normal_cpu", dtype_of(array))
        raise RuntimeError(explain(
            f"{name} distribution is a {kind} probability distribution. dtype must be a floating point but you specified "
            f"{dtype_of(array).legacy}", "its numbers lie between the whole ones", "choose float32"))
