"""Whole numbers: divisors, multiples, and their bits moved."""

from workbook.ops.elementwise import Elementwise, not_implemented, refuse_numbers


class Whole(Elementwise):
    """out = what the array library's function `called` makes of two whole numbers"""

    differentiable = False

    def forward(ctx, a, b, *, called, kernel):
        kind = a if hasattr(a, "dtype") else b
        if kind.dtype.kind not in "iu":
            raise not_implemented(kernel, kind, b)
        return getattr(ctx.xp, called)(a, b)


def gcd(input, other):
    """Return the greatest common divisor, elementwise. Raises NotImplementedError for floats and bools.

    >>> import workbook as torch
    >>> torch.gcd(torch.tensor([4, 6]), torch.tensor([6, 9]))
    tensor([2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.gcd.html
    """
    refuse_numbers("gcd", input, other)
    return Whole.apply(input, other, called="gcd", kernel="gcd_cpu")


def lcm(input, other):
    """Return the least common multiple, elementwise. Raises NotImplementedError for floats and bools.

    >>> import workbook as torch
    >>> torch.lcm(torch.tensor([4, 6]), torch.tensor([6, 9]))
    tensor([12, 18])

    Source: https://pytorch.org/docs/2.13/generated/torch.lcm.html
    """
    refuse_numbers("lcm", input, other)
    return Whole.apply(input, other, called="lcm", kernel="lcm_cpu")


def bitwise_left_shift(input, other):
    """Return `input` with its bits moved to the left by `other` places: `input * 2**other` while there is room.

    Raises NotImplementedError for floats and bools.

    >>> import workbook as torch
    >>> torch.tensor([1, 3]) << 2
    tensor([ 4, 12])

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_left_shift.html
    """
    return Whole.apply(input, other, called="left_shift", kernel="lshift_cpu")


def bitwise_right_shift(input, other):
    """Return `input` with its bits moved to the right by `other` places: `input / 2**other`, rounded down.

    Raises NotImplementedError for floats and bools.

    >>> import workbook as torch
    >>> torch.tensor([16, -16]) >> 2
    tensor([ 4, -4])

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_right_shift.html
    """
    return Whole.apply(input, other, called="right_shift", kernel="rshift_cpu")
