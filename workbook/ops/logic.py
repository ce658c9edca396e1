"""True and False, and the bits of whole numbers."""

from workbook.errors import explain
from workbook.ops.comparison import Compare, Test
from workbook.ops.elementwise import not_implemented, refuse_numbers


def logical_and(input, other):
    """Return, as bool, whether both are true, elementwise. Raises TypeError for a number.

    >>> import workbook as torch
    >>> torch.logical_and(torch.tensor([True, False]), torch.tensor([True, True]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_and.html
    """
    refuse_numbers("logical_and", input, other)
    return Compare.apply(input, other, relation="logical_and")


def logical_or(input, other):
    """Return, as bool, whether at least one is true, elementwise. Raises TypeError for a number.

    >>> import workbook as torch
    >>> torch.logical_or(torch.tensor([True, False]), torch.tensor([False, False]))
    tensor([ True, False])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_or.html
    """
    refuse_numbers("logical_or", input, other)
    return Compare.apply(input, other, relation="logical_or")


def logical_xor(input, other):
    """Return, as bool, whether exactly one is true, elementwise. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.logical_xor(torch.tensor([True, False]), torch.tensor([True, True]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_xor.html
    """
    refuse_numbers("logical_xor", input, other)
    return Compare.apply(input, other, relation="logical_xor")


def logical_not(input):
    """Return, as bool, whether each element is zero or False. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.logical_not(torch.tensor([True, False]))
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.logical_not.html
    """
    return Test.apply(input, question="logical_not")


class Bitwise(Compare):
    """out = the bits of a and b, combined by `relation`"""

    def forward(ctx, a, b, *, relation):
        if a.dtype.kind not in "biu":
            raise not_implemented(f"{relation}_cpu", a, b)
        return getattr(ctx.xp, relation)(a, b)


def bitwise_and(input, other):
    """Return the bitwise and of integers, or the logical one of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bitwise_and(torch.tensor(5), torch.tensor(3))
    tensor(1)

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_and.html
    """
    return Bitwise.apply(input, other, relation="bitwise_and")


def bitwise_or(input, other):
    """Return the bitwise or of integers, or the logical one of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bitwise_or(torch.tensor(5), torch.tensor(3))
    tensor(7)

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_or.html
    """
    return Bitwise.apply(input, other, relation="bitwise_or")


def bitwise_xor(input, other):
    """Return the bitwise exclusive or of integers, or the logical one of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> torch.bitwise_xor(torch.tensor(5), torch.tensor(3))
    tensor(6)

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_xor.html
    """
    return Bitwise.apply(input, other, relation="bitwise_xor")


def bitwise_not(input):
    """Return the bitwise complement of integers, or the opposite of bools. Raises NotImplementedError for floats.

    >>> import workbook as torch
    >>> ~torch.tensor([True, False])
    tensor([False,  True])

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_not.html
    """
    return Test.apply(input, question="invert")


def invert(input):
    """Return `~input`: as `bitwise_not`, with Python's TypeError for what has no bits.

    Source: https://pytorch.org/docs/2.13/generated/torch.bitwise_not.html
    """
    if input._array.dtype.kind not in "biu":
        raise TypeError(explain("~ (operator.invert) is only implemented on integer and Boolean-type tensors",
                                f"this tensor holds {input.dtype}", "for the opposite number write -x"))
    return bitwise_not(input)
