"""Elementwise steps as one kernel on a GPU.

Each step of a formula in arrays is a piece of work of its own: it reads its inputs from memory and writes a result there, and some
microseconds pass before it begins. A kernel of all steps reads each number once and writes each result once. CuPy makes such a
kernel of a Python function by calling it with stand-ins and noting what happens to them, so the formula is written once:

    @fused
    def swish(xp, x, slope):
        return x / (1 + xp.exp(-slope * x))

On the CPU `swish(np, x, 1.0)` is just that. What may stand in a formula:
- operators, elementwise functions of `xp`, `xp.where`, `xp.clip`, `x[...] = y` and the like, which write into an array that was given;
- no question about a number, `if slope:`, for which the host would have to wait. What is left out is None: `if slope is not None:`;
- numbers meet arrays. Two of them that meet one another, `1 - slope`, are computed in half precision by CuPy 14.2, because a Python
  number that is given to a kernel has no dtype of its own. Such numbers are made ready before; 1 and 0.5 in the text are safe.
"""

import functools

import numpy as np


def fused(formula):
    """Let `formula(xp, *arrays, numbers and None)` be one kernel on a GPU, made when it is first called there. On the CPU it stays as it is.

    >>> @fused
    ... def twice(xp, x):
    ...     return x + x
    >>> twice(np, np.ones(2))
    array([2., 2.])

    Source: https://docs.cupy.dev/en/stable/user_guide/kernel.html
    """
    kernels = {}  # array library: the kernel

    @functools.wraps(formula)
    def compute(xp, *given):
        if xp is np:
            return formula(np, *given)
        if xp not in kernels:
            kernels[xp] = xp.fuse(kernel_name=formula.__name__)(lambda *given: formula(xp, *given))
        return kernels[xp](*given)

    return compute
