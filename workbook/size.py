"""Size: the shape of a Tensor."""

import numbers
import operator

from workbook.errors import explain, kind_of
from workbook.naming import PrintsAsTorch


class Size(tuple, metaclass=PrintsAsTorch):
    """A Tensor's shape: a tuple of ints that prints as PyTorch's.

    >>> Size([2, 3]).numel()
    6

    Source: https://pytorch.org/docs/2.13/size.html
    """

    torch_name = "torch.Size"

    def __new__(cls, sides=()):
        sides = tuple(sides)
        return tuple.__new__(cls, sides if _INTS.issuperset(map(type, sides)) else [_int(*side) for side in enumerate(sides)])

    def numel(self):
        """The number of elements of a Tensor of this shape."""
        count = 1
        for side in self:
            count *= side
        return count

    def __repr__(self):
        return f"torch.Size({list(map(int, self))})"

    def __getitem__(self, key):
        part = super().__getitem__(key)
        return Size(part) if isinstance(key, slice) else part

    def __add__(self, other):
        if not isinstance(other, tuple):
            raise TypeError(explain(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size",
                                    "a shape is put behind a shape", "write shape + (3,)"))
        return Size(super().__add__(other))

    def __radd__(self, other):
        return Size(other) + self if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times):
        return Size(super().__mul__(times))

    __rmul__ = __mul__


_INTS = frozenset((int,))


def _int(place, side):
    if isinstance(side, numbers.Integral) and not isinstance(side, bool):
        return side  # also NumPy's, which stays one, as in PyTorch
    try:
        return operator.index(side)
    except TypeError:
        raise TypeError(explain(f"torch.Size() takes an iterable of 'int' (item {place} is '{kind_of(side)}')",
                                "a length is a whole number", "write torch.Size([2, 3])")) from None


Size.__name__ = "torch.Size"  # so that Python's own errors call it as PyTorch's do
