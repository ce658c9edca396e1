"""Settings that name a number for each axis of an image: strides, paddings, sizes of windows."""

import operator

from workbook.errors import explain


def sides(function, name, value, count):
    """Return `value`, one number for all axes or one an axis, as a tuple of `count` numbers.

    Raises TypeError for what is no whole number, RuntimeError for another count of them.

    >>> sides("conv2d", "stride", 2, 2), sides("conv2d", "stride", [1, 2], 2)
    ((2, 2), (1, 2))
    """
    if value.__class__ is int:
        return (value,) * count
    if isinstance(value, (str, float)) or not hasattr(value, "__iter__"):
        return (whole(function, name, value),) * count
    numbers = tuple([whole(function, name, number, place) for place, number in enumerate(value)])
    if len(numbers) == 1:
        return numbers * count
    if len(numbers) != count:
        raise RuntimeError(explain(
            f"expected {name} to be a single integer value or a list of {count} values to match the convolution dimensions, but "
            f"got {name}={list(numbers)}", f"{function} moves over {count} {'axis' if count == 1 else 'axes'}",
            f"give one number for all of them, or {count}"))
    return numbers


def whole(function, name, number, place=0):
    """Return the number in a place of a setting as an int. Raises TypeError for what is no whole number."""
    if number.__class__ is int:
        return number
    try:
        return operator.index(number if place or number.__class__ is not bool else None)  # of several, PyTorch looks closely at the first
    except TypeError:
        raise TypeError(explain(f"{function}(): argument '{name}' must be tuple of ints, not {type(number).__name__}",
                                "it counts places of an image", f"give whole numbers: {name}=1")) from None
