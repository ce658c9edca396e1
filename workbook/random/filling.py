"""How numbers come into an array: in the order of its memory, not of its indices, as in PyTorch."""

import contextlib

import numpy as np

from workbook import dtypes
from workbook.errors import explain, refused_dtype
from workbook.random.generator import Generator, default_generator
from workbook.random.slices import refusal, thread

BLOCK = 2**15  # numbers made at a time: so many, with all that is computed on the way, stay in a core's cache


@contextlib.contextmanager
def locked(generator):
    generator = default_generator if generator is None else generator
    if not isinstance(generator, Generator):
        raise TypeError(explain(f"argument 'generator' must be torch.Generator, not {type(generator).__name__}",
                                "a stream of numbers comes from a generator", "write torch.Generator().manual_seed(0)"))
    if thread.draws is not None:
        raise refusal(thread.draws)
    with generator.lock, np.errstate(all="ignore"):  # a result too large for its dtype is inf, without a warning, as in PyTorch
        yield generator


def fill(array, generator, draw):
    """Write what `draw(generator, n)` makes into `array` in the order of its memory: as its base if it is transposed."""
    in_order = array.transpose(memory_axes(array))
    parts = [in_order]
    if in_order.flags.c_contiguous:
        flat = in_order.reshape(-1)
        parts = (flat[start:start + BLOCK] for start in range(0, flat.size, BLOCK))
    with locked(generator) as source:
        for part in parts:
            values = draw(source, part.size).reshape(part.shape)
            # PyTorch's C++ goes from double to half by way of float
            part[...] = values.astype(np.float32) if part.dtype == np.float16 else values
    return array


def memory_axes(array):
    return sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))


def dtype_of(array):
    return dtypes.OF_NUMPY[array.dtype]


def not_implemented(kernel, kind):
    return refused_dtype(kernel, kind, f"{kind} has no such distribution", "draw in float32, then convert")


def as_reals(array, kernel):
    """Return `array` as one of real numbers, and the dtype in which to compute them: float16 is drawn in float32."""
    if array.dtype.kind not in "fc":
        raise not_implemented(kernel, dtype_of(array))
    reals = array if array.dtype.kind == "f" else array[..., None].view(dtype_of(array).to_real().numpy)
    return reals, np.float64 if reals.dtype == np.float64 else np.float32


def uniforms(generator, n, kind):
    return generator.uniform64(n) if kind is np.float64 else generator.uniform32(n)
