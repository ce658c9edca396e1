"""New Tensors by size."""

import functools
import math

import numpy as np

from workbook import dtypes
from workbook.autograd.modes import thread
from workbook.devices import CPU, check_memory, settle
from workbook.errors import MOST_AXES, explain, kind_of, no_memory, not_a_bool, too_many_axes
from workbook.formats import asked_format, check_storage, contiguous_format, empty_in, preserve_format
from workbook.numbers import counted, fill_with, is_length, length_of
from workbook.ops.elementwise import as_number
from workbook.ops.shape import size_of_new
from workbook.refusals import needs_floats
from workbook.settings import unfilled
from workbook.tensor import wrap


def get_default_device():
    """Return the device of a new Tensor for which none is named. Raises nothing of its own.

    >>> import workbook as torch
    >>> torch.get_default_device()
    device(type='cpu')

    Source: https://pytorch.org/docs/2.13/generated/torch.get_default_device.html
    """
    return thread.state.device or CPU


def set_default_device(device):
    """Make `device` the one of this thread's new Tensors for which none is named; None stands for the CPU.

    Raises RuntimeError for a device that there is not.

    >>> import workbook as torch
    >>> torch.set_default_device("cpu")

    Source: https://pytorch.org/docs/2.13/generated/torch.set_default_device.html
    """
    thread.state.device = None if device is None else settle(device)


def finish(array, device, requires_grad=False):
    """A leaf on `device` that holds `array` of NumPy, which must be new memory."""
    place = settle(thread.state.device if device is None else device)
    return leaf(array if place is CPU else place.backend.from_host(array, place.index), place, requires_grad)


def filled(make, shape, kind, device, requires_grad=False):
    """A leaf on `device`, filled there: `make(xp, shape, kind)` is its memory."""
    place = settle(thread.state.device if device is None else device)
    if place is CPU:
        return leaf(memory_for(lambda shape, kind: make(np, shape, kind), shape, kind), CPU, requires_grad)
    if math.prod(shape) * kind.itemsize >= 2**63:
        raise no_memory(shape, kind.itemsize)
    if len(shape) > MOST_AXES:
        raise too_many_axes(len(shape))
    with place.entered():
        return leaf(make(place.xp, shape, kind), place, requires_grad)


def reckoned(compute, device, requires_grad=False):
    """A leaf on `device` of the numbers that `compute(xp)` gives there."""
    place = settle(thread.state.device if device is None else device)
    if place is CPU:
        return leaf(compute(np), CPU, requires_grad)
    with place.entered():
        return leaf(compute(place.xp), place, requires_grad)


def leaf(array, place, requires_grad):
    """A leaf that holds new memory on a device. Raises RuntimeError where it shall require a gradient and holds no floats."""
    made = wrap(array, place)
    if requires_grad.__class__ is not bool and requires_grad is not None:
        raise not_a_bool(None, "requires_grad", None, requires_grad)  # the door knows whose argument it is
    if requires_grad:
        if array.dtype.kind not in "fc":
            raise RuntimeError(needs_floats(made.dtype).replace("only", "Only", 1))
        made._requires_grad = True
    return made


def memory_for(make, shape, kind):
    """The array `make(shape, kind)`. Raises RuntimeError where there is not that much memory, before any of it is taken.

    Some systems promise more memory than there is, and end whoever takes them at their word: so the size is looked at first.
    """
    check_memory(shape, kind.itemsize)
    try:
        return make(shape, kind)
    except (MemoryError, ValueError, OverflowError):
        if len(shape) > MOST_AXES:
            raise too_many_axes(len(shape)) from None
        raise no_memory(shape, kind.itemsize) from None


def numpy_dtype(dtype, default=None):
    chosen = dtypes.asked(dtype) or default or dtypes.get_default_dtype()
    if chosen.numpy is None:
        raise TypeError(dtypes.no_bfloat16())
    return chosen.numpy


def stored(function):
    """Let a function take PyTorch's `layout=` and `pin_memory=`, of which the engine has one way each."""

    @functools.wraps(function)
    def make(*args, layout=None, pin_memory=False, **options):
        if layout is not None or pin_memory:
            check_storage(function.__name__, layout, pin_memory)
        if options.get("device") is not None:
            options["device"] = settle(options["device"])  # a device that is not there is said before memory is taken
        return function(*args, **options)

    return make


def sized(function):
    """The same, for a function of sizes, which may also come as `size=`."""

    @functools.wraps(function)
    def make(*size, **options):
        if "size" in options:
            if size:
                raise TypeError(explain(f"{function.__name__}() got multiple values for argument 'size'", "it was given by its place, too",
                                        "give it once"))
            size = (options.pop("size"),)
            if not isinstance(size[0], (tuple, list)):
                raise TypeError(explain(f"{function.__name__}(): argument 'size' must be tuple of ints, not {kind_of(size[0])}",
                                        "the size is written as one argument, or as whole numbers",
                                        "write torch.zeros(2, 3) or torch.zeros((2, 3))"))
        if not size:
            raise TypeError(explain(f'{function.__name__}() missing 1 required positional arguments: "size"',
                                    "a new tensor needs its lengths", "write torch.zeros(2, 3)"))
        return function(*size, **options)

    return stored(make)


# ---- by size --------------------------------------------------------------------------------------------------------------


@sized
def empty(*size, dtype=None, device=None, requires_grad=False, memory_format=contiguous_format):
    """Return a Tensor of that size whose memory is not filled: its values mean nothing. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.empty.html
    """
    if asked_format("empty", memory_format) is preserve_format:
        raise RuntimeError(explain("unsupported memory format Preserve", "there is no tensor whose order could be kept",
                                   "leave it out"))
    return filled(lambda xp, shape, kind: unfilled(empty_in(xp, shape, kind, memory_format)), size_of_new(size), numpy_dtype(dtype),
                  device, requires_grad)


@sized
def zeros(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with 0. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.zeros.html
    """
    return filled(lambda xp, shape, kind: xp.zeros(shape, kind), size_of_new(size, "zeros: Dimension size must be non-negative."), numpy_dtype(dtype), device, requires_grad)


@sized
def ones(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with 1. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.ones(2)
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.ones.html
    """
    return filled(lambda xp, shape, kind: xp.ones(shape, kind), size_of_new(size), numpy_dtype(dtype), device, requires_grad)


@stored
def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with `fill_value`, whose kind of number gives the dtype.

    Raises RuntimeError for a negative size, and for a number that the dtype does not hold.

    >>> import workbook as torch
    >>> torch.full((2, 2), 3)
    tensor([[3, 3],
            [3, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.full.html
    """
    if isinstance(size, (int, float)):
        raise TypeError(explain(f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}",
                                "the size and the number are two arguments", f"write torch.full(({size},), {fill_value})"))
    fill_value = as_number("full", "fill_value", 2, fill_value)
    kind = numpy_dtype(dtype, None if dtype else dtypes.of_number(fill_value))
    made = filled(lambda xp, shape, kind: xp.empty(shape, kind), size_of_new((size,)), kind, device, requires_grad)
    with made._device.entered():
        fill_with(made._array, fill_value)
    return made


_AS_MANY = object()  # columns as rows


@stored
def eye(n, m=_AS_MANY, *, dtype=None, device=None, requires_grad=False):
    """Return a matrix with 1 on the diagonal and 0 elsewhere. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.eye.html
    """
    shape = (n, n if m is _AS_MANY else m)
    for name, side in zip("nm", shape):
        if not is_length(side):
            raise TypeError(explain(f"eye(): argument '{name}' must be int, not {type(side).__name__}", "it counts rows or columns",
                                    None))
        if counted(length_of(side)) < 0:
            raise RuntimeError(explain(f"{name} must be greater or equal to 0, got {side}",
                                       "a length counts places", "give a length from 0 on"))
    return filled(lambda xp, shape, kind: xp.eye(*shape, dtype=kind), tuple(map(length_of, shape)), numpy_dtype(dtype), device, requires_grad)
