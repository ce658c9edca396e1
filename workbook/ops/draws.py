"""New Tensors of random numbers."""

import numpy as np

from workbook import dtypes, random
from workbook.autograd.modes import thread
from workbook.devices import settle
from workbook.errors import explain, refused_dtype
from workbook.numbers import number_in
from workbook.ops.creation import finish, memory_for, numpy_dtype, sized, stored
from workbook.ops.shape import size_of_new


@sized
def rand(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Return uniform random numbers from [0, 1), PyTorch's own for the same seed.

    Raises RuntimeError for a negative size, NotImplementedError for a dtype that holds no floats.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(3)
    tensor([0.4963, 0.7682, 0.0885])

    Source: https://pytorch.org/docs/2.13/generated/torch.rand.html
    """
    _check(generator, device)
    array = memory_for(np.empty, size_of_new(size), numpy_dtype(dtype))
    random.fill_uniform(array, generator=generator)
    return finish(array, device, requires_grad)


@sized
def randn(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Return normal random numbers with mean 0 and standard deviation 1, PyTorch's own for the same seed.

    Raises RuntimeError for a negative size, NotImplementedError for a dtype that holds no floats.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randn(3)
    tensor([ 1.5410, -0.2934, -2.1788])

    Source: https://pytorch.org/docs/2.13/generated/torch.randn.html
    """
    _check(generator, device)
    array = memory_for(np.empty, size_of_new(size), numpy_dtype(dtype))
    random.fill_normal(array, generator=generator)
    return finish(array, device, requires_grad)


@stored
def randint(*args, low=None, high=None, size=None, generator=None, dtype=None, device=None, requires_grad=False):
    """Return random whole numbers: `randint(low, high, size)`, or `randint(high, size)` from 0. `high` is not included.

    Raises RuntimeError where `high` is not above `low`, for a range that the dtype does not hold, and for a negative size.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randint(0, 10, (5,))
    tensor([4, 9, 3, 0, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.randint.html
    """
    rest = list(args)
    if size is None and rest:
        size = rest.pop()
    if high is None and rest:
        high = rest.pop()
    if low is None and rest:
        low = rest.pop()
    if rest or high is None or not isinstance(size, (tuple, list)) or isinstance(low, bool) or isinstance(high, bool):
        got = ", ".join(type(x).__name__ for x in args)
        raise TypeError(explain(f"randint() received an invalid combination of arguments - got ({got})",
                                "it takes low, high and size, a tuple; low may be left out", "write torch.randint(0, 10, (3,))"))
    _check(generator, device)
    array = memory_for(np.empty, size_of_new((size,)), numpy_dtype(dtype, dtypes.int64))
    random.fill_integers(array, 0 if low is None else low, high, generator=generator)
    return finish(array, device, requires_grad)


@stored
def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Return the numbers from 0 to n - 1 in random order.

    Raises RuntimeError for a negative n and for a dtype that does not hold it, NotImplementedError for bool.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randperm(4)
    tensor([0, 1, 3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.randperm.html
    """
    kind = numpy_dtype(dtype, dtypes.int64)
    if kind.kind in "bc":
        raise refused_dtype("randperm", dtypes.OF_NUMPY[kind], "the numbers from 0 on are counted", "choose torch.int64, or a float dtype")
    if kind.kind == "f" and n > (most := 2**(np.finfo(kind).nmant + 1)) + 1:
        raise RuntimeError(explain(f"n cannot be greater than {most + 1} for {dtypes.OF_NUMPY[kind].legacy} type.",
                                   "beyond it this dtype leaves whole numbers out", "choose torch.int64"))
    if kind.kind in "iu" and n:
        number_in(n, kind)
    _check(generator, device)
    return finish(random.permutation(n, generator).astype(kind), device, requires_grad)


def _check(generator, device):
    if generator is not None:
        random.check_generator(generator, settle(thread.state.device if device is None else device))
