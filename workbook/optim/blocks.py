"""Large arrays in pieces that stay in the processor's cache while a rule passes over them several times."""

import numpy as np

BLOCK = 65_536  # float32 numbers in a quarter of a megabyte: a rule works on about six arrays at once


def blocks(*arrays, work=0):
    """Yield the arrays in matching pieces of at most BLOCK elements that share their memory, and `work` arrays to compute in.

    Small arrays, arrays that lie in memory in different orders, and arrays of other libraries than NumPy are yielded whole. Of
    complex numbers the real parts come first and the imaginary ones after them: a rule moves each by itself.

    >>> [len(a) for a, b in blocks(np.zeros(100_000), np.ones(100_000))]
    [65536, 34464]
    """
    first = arrays[0]
    if first.dtype.kind == "c":
        yield from blocks(*(array.real for array in arrays), work=work)
        yield from blocks(*(array.imag for array in arrays), work=work)
        return
    size = first.size
    if size <= BLOCK or not all(type(array) is np.ndarray and array.flags.c_contiguous for array in arrays):
        room = np.empty_like if type(first) is np.ndarray else type(first).copy  # memory of the right kind in every library
        yield *arrays, *[room(first) for _ in range(work)]
        return
    flat = [array.reshape(-1) for array in arrays]
    room = [np.empty(BLOCK, first.dtype) for _ in range(work)]
    for start in range(0, size, BLOCK):
        pieces = [array[start : start + BLOCK] for array in flat]
        yield *pieces, *(free[: pieces[0].size] for free in room)


def real_parts(*arrays):
    """Yield the arrays, in which None stands for none; of complex ones the real parts, and then the imaginary ones."""
    if arrays[0].dtype.kind != "c":
        yield arrays
        return
    for part in ("real", "imag"):
        yield [None if array is None else getattr(array, part) for array in arrays]
