"""How the numbers of several ranks become one."""

import enum

import numpy as np

from workbook.errors import explain


class ReduceOp(enum.IntEnum):
    """What a reduction does with the numbers of all ranks, place by place: `ReduceOp.SUM`, `AVG`, `PRODUCT`, `MIN`, `MAX`, and on
    whole numbers and bools `BAND`, `BOR`, `BXOR`.

    >>> ReduceOp.SUM
    <RedOpType.SUM: 0>

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.ReduceOp
    """

    SUM = 0
    AVG = 1
    PRODUCT = 2
    MIN = 3
    MAX = 4
    BAND = 5
    BOR = 6
    BXOR = 7

    def __str__(self):
        return f"RedOpType.{self.name}"

    def __repr__(self):
        return f"<RedOpType.{self.name}: {self.value}>"


ON_BITS = (ReduceOp.BAND, ReduceOp.BOR, ReduceOp.BXOR)
# What the yes and no of bools come to as the numbers 1 and 0.
_OF_BOOL = {ReduceOp.SUM: ReduceOp.MAX, ReduceOp.BOR: ReduceOp.MAX, ReduceOp.PRODUCT: ReduceOp.MIN, ReduceOp.BAND: ReduceOp.MIN,
            ReduceOp.BXOR: ReduceOp.BXOR, ReduceOp.MIN: ReduceOp.MIN, ReduceOp.MAX: ReduceOp.MAX}


def check(op, dtype, function):
    """Raise where `op` is no ReduceOp, or has no meaning for numbers of a NumPy dtype."""
    if not isinstance(op, ReduceOp):
        raise TypeError(explain(f"{function}(): incompatible function arguments: argument 'op' must be ReduceOp, not "
                                f"{type(op).__name__}",
                                f"{op!r} names no reduction", "write dist.ReduceOp.SUM, AVG, PRODUCT, MIN or MAX"))
    if op in ON_BITS and dtype.kind not in "iub":
        raise RuntimeError(explain(f"Cannot use ReduceOp.{op.name} with non-integral dtype",
                                   f"numbers of {dtype} have no bits to combine", "use ReduceOp.SUM, MIN or MAX"))
    if dtype.kind == "c" and op not in (ReduceOp.SUM, ReduceOp.AVG):
        raise ValueError(explain(f"{function} does not support {op} on complex tensors",
                                 "the parts of complex numbers are reduced one by one", "use ReduceOp.SUM or AVG"))
    if op is ReduceOp.AVG and dtype.kind in "iub":
        kind = {"b": "Bool", "u": "Byte"}.get(dtype.kind) or {1: "Char", 2: "Short", 4: "Int", 8: "Long"}[dtype.itemsize]
        raise RuntimeError(explain(f"result type Float can't be cast to the desired output type {kind}", "a mean has decimals",
                                   "convert the tensor first: x.float()"))


def as_added(array, op):
    """Return the numbers as MPI reduces them, in new memory or the same, and the ReduceOp that does it there.

    `op` is not AVG: that is a sum, and a division by whoever asked for it.
    """
    if array.dtype == np.float16:
        return array.astype(np.float32), op
    if array.dtype == bool:
        return array.view(np.uint8), _OF_BOOL[op]
    if array.dtype.kind == "c":
        return array.reshape(-1).view(array.real.dtype), op
    return array, op
