"""What a dtype can hold: `torch.finfo` and `torch.iinfo`."""

import numpy as np

from workbook import dtypes
from workbook.errors import explain
from workbook.naming import PrintsAsTorch


class finfo(metaclass=PrintsAsTorch):
    """The limits of a floating point dtype: `max`, `min`, `eps`, `tiny` (also `smallest_normal`), `resolution`, `bits`, `dtype`.

    >>> import workbook as torch
    >>> torch.finfo(torch.float16).max
    65504.0

    Source: https://pytorch.org/docs/2.13/type_info.html#torch.finfo
    """

    torch_name = "torch.finfo"

    def __init__(self, type=None):
        kind = dtypes.get_default_dtype() if type is None else type
        if not isinstance(kind, dtypes.dtype):
            raise TypeError(dtypes.not_a_dtype("finfo", "type", 1, kind))
        if kind.category < dtypes.FLOAT:
            raise TypeError(explain("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'",
                                    "the limits of whole numbers are those of iinfo", "write torch.iinfo(dtype)"))
        kind = kind.to_real()
        if kind.numpy is None:
            self.max, self.min, self.eps, self.tiny, self.resolution = 3.3895313892515355e38, -3.3895313892515355e38, 2.0**-7, 2.0**-126, 0.01
        else:
            found = np.finfo(kind.numpy)
            self.max, self.min, self.eps, self.tiny = map(float, (found.max, found.min, found.eps, found.tiny))
            self.resolution = {2: 1e-3, 4: 1e-6, 8: 1e-15}[kind.itemsize]
        self.smallest_normal, self.bits, self.dtype = self.tiny, 8 * kind.itemsize, kind.name

    def __eq__(self, other):
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self):
        return hash(self.dtype)

    def __repr__(self):
        numbers = ", ".join(f"{name}={getattr(self, name):.6g}" for name in ("resolution", "min", "max", "eps", "smallest_normal", "tiny"))
        return f"finfo({numbers}, dtype={self.dtype})"


class iinfo(metaclass=PrintsAsTorch):
    """The limits of an integer dtype: `min`, `max`, `bits`, `dtype`.

    >>> import workbook as torch
    >>> torch.iinfo(torch.int8)
    iinfo(min=-128, max=127, dtype=int8)

    Source: https://pytorch.org/docs/2.13/type_info.html#torch.iinfo
    """

    torch_name = "torch.iinfo"

    def __init__(self, type):
        if not isinstance(type, dtypes.dtype):
            raise TypeError(dtypes.not_a_dtype("iinfo", "type", 1, type))
        if type.category >= dtypes.FLOAT:
            raise TypeError(explain("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'",
                                    "the limits of floats are those of finfo", "write torch.finfo(dtype)"))
        if type.category == dtypes.BOOL:
            raise TypeError(explain("torch.bool is not supported by torch.iinfo",
                                    "True and False have no largest number", "ask for torch.uint8"))
        found = np.iinfo(type.numpy)
        self.min, self.max, self.bits, self.dtype = int(found.min), int(found.max), 8 * type.itemsize, type.name

    def __eq__(self, other):
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self):
        return hash(self.dtype)

    def __repr__(self):
        return f"iinfo(min={self.min:.6g}, max={self.max:.6g}, dtype={self.dtype})"


def can_cast(from_, to):
    """Return whether a result of one dtype may be written into memory of another: whether its category has room.

    Raises TypeError for what is no dtype.

    >>> import workbook as torch
    >>> torch.can_cast(torch.int64, torch.float32), torch.can_cast(torch.float32, torch.int64)
    (True, False)

    Source: https://pytorch.org/docs/2.13/generated/torch.can_cast.html
    """
    from_, to = dtypes.asked(from_) if isinstance(from_, type) else from_, dtypes.asked(to) if isinstance(to, type) else to
    for position, (name, given) in enumerate((("from_", from_), ("to", to)), start=1):
        if not isinstance(given, dtypes.dtype):
            raise TypeError(dtypes.not_a_dtype("can_cast", name, position, given))
    return from_.category <= to.category
