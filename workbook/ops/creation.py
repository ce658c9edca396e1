"""New Tensors by size, and like another."""

import functools
import math
import warnings

import numpy as np

from workbook import dtypes, random
from workbook.autograd.modes import thread
from workbook.devices import CPU, check_memory, settle
from workbook.errors import MOST_AXES, explain, no_memory, refused_dtype, too_many_axes
from workbook.formats import asked_format, check_storage, contiguous_format, empty_as, empty_in, preserve_format
from workbook.numbers import computed_in, counted, fill_with, number_in, plain, real_number
from workbook.ops.shape import size_of_new
from workbook.refusals import needs_floats
from workbook.settings import unfilled
from workbook.tensor import Tensor, wrap


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
    """A leaf on `device` that holds `array`, which must be new memory."""
    place = settle(thread.state.device if device is None else device)
    made = wrap(array if place is CPU else place.backend.from_host(array, place.index), place)
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


_ABSENT = object()


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
            size = (options.pop("size"),)
            if isinstance(size[0], int):
                raise TypeError(explain(f"{function.__name__}(): argument 'size' must be tuple of ints, not int",
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
    array = memory_for(lambda shape, kind: empty_in(np, shape, kind, memory_format), size_of_new(size), numpy_dtype(dtype))
    return finish(unfilled(array), device, requires_grad)


@sized
def zeros(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with 0. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.zeros.html
    """
    return finish(memory_for(np.zeros, size_of_new(size), numpy_dtype(dtype)), device, requires_grad)


@sized
def ones(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with 1. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.ones(2)
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.ones.html
    """
    return finish(memory_for(np.ones, size_of_new(size), numpy_dtype(dtype)), device, requires_grad)


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
    fill_value = _number("full", "fill_value", 2, fill_value)
    kind = numpy_dtype(dtype, None if dtype else dtypes.of_number(fill_value))
    array = memory_for(np.empty, size_of_new((size,)), kind)
    fill_with(array, fill_value)
    return finish(array, device, requires_grad)


def _number(function, name, position, given):
    """An argument that is one number, or a Tensor of one, as Python's own number."""
    number = plain(given.item() if isinstance(given, Tensor) and given.ndim == 0 else given)
    if not isinstance(number, (int, float, complex)):
        kind = type(given)
        kind = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        raise TypeError(explain(f"{function}(): argument '{name}' (position {position}) must be Number, not {kind}",
                                "it stands for one number", "give a Python number"))
    return number


@stored
def eye(n, m=_ABSENT, *, dtype=None, device=None, requires_grad=False):
    """Return a matrix with 1 on the diagonal and 0 elsewhere. Raises RuntimeError for a negative size.

    >>> import workbook as torch
    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.eye.html
    """
    m = n if m is _ABSENT else m
    for name, side in (("n", n), ("m", m)):
        if not hasattr(side, "__index__"):
            raise TypeError(explain(f"eye(): argument '{name}' must be int, not {type(side).__name__}", "it counts rows or columns",
                                    None))
        if counted(side) < 0:
            raise RuntimeError(explain(f"{name} must be greater or equal to 0, got {side}",
                                       "a length counts places", "give a length from 0 on"))
    array = memory_for(np.zeros, (n, m), numpy_dtype(dtype))
    np.fill_diagonal(array, 1)
    return finish(array, device, requires_grad)


@stored
def arange(start=None, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Return the numbers from `start` (0 when only one number is given) up to, not including, `end`.

    Whole numbers give int64, others the default dtype. Raises RuntimeError where `step` is 0 or leads away from `end`.

    >>> import workbook as torch
    >>> torch.arange(5), torch.arange(1, 2.5, 0.5)
    (tensor([0, 1, 2, 3, 4]), tensor([1.0000, 1.5000, 2.0000]))

    Source: https://pytorch.org/docs/2.13/generated/torch.arange.html
    """
    if start is None and end is None:
        raise TypeError(explain("arange() received an invalid combination of arguments - got ()", "it needs an end",
                                "write torch.arange(5)"))
    if start is None or end is None:
        start, end = 0, start if end is None else end
    start, end, step = (_number("arange", name, place, given)
                        for place, (name, given) in enumerate(zip(("start", "end", "step"), (start, end, step)), start=1))
    whole = all(isinstance(x, int) for x in (start, end, step))
    kind = _countable("arange", dtype, dtypes.int64 if whole else None)
    held = np.dtype(np.int64) if kind.kind != "f" else computed_in(kind) if kind.itemsize == 2 else np.dtype(np.float64)
    start, end, step = (_bounded(x, held) for x in (start, end, step))
    count = _count(start, end, step, math.ceil)
    numbers = np.arange(count, dtype=np.int64 if whole else np.float64) * step + start
    return finish(numbers.astype(kind), device, requires_grad)


def _countable(name, dtype, default=None, but="bc"):
    """The NumPy dtype of a new row of numbers. Raises NotImplementedError for those that do not count, of the kinds `but`."""
    kind = numpy_dtype(dtype, default)
    if kind.kind in but:
        found = dtypes.OF_NUMPY[kind]
        raise refused_dtype(f"{name}_cpu", found, f"{found} does not count", "choose a dtype of real numbers, and convert")
    return kind


def _bounded(number, kind):
    """A number, real where the dtype is. Raises RuntimeError for one that the dtype does not hold."""
    number_in(number, kind)
    return real_number(number, kind)


def _count(start, end, step, rounded):
    """How many numbers lie from `start` to `end`. Raises RuntimeError where the steps never arrive, or are too many."""
    if step == 0:
        raise RuntimeError(explain("step must be nonzero", f"steps of 0 never lead from {start} to {end}", "give a step, such as 1"))
    if (end - start) * step < 0:
        raise RuntimeError(explain("upper bound and lower bound inconsistent with step sign",
                                   f"from {start} to {end} in steps of {step} never arrives", "change the sign of step"))
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(explain(f"unsupported range: {start} -> {end}", "it has no end that steps arrive at",
                                   "give two finite numbers"))
    steps = (end - start) / step
    if not steps < 2**63:
        raise RuntimeError(explain("invalid size, possible overflow?",
                                   f"from {start} to {end} in steps of {step} are {steps:.3g} numbers",
                                   "choose a larger step"))
    count = max(0, rounded(steps))
    check_memory((count,), 8)
    return count


def range_(start, end, step=1, **options):
    """Return the numbers from `start` up to and including `end`. Deprecated in PyTorch: use `arange`.

    Raises RuntimeError where `step` is 0 or leads away from `end`.

    >>> import warnings, workbook as torch
    >>> with warnings.catch_warnings(action="ignore"):
    ...     torch.range(1, 3)
    tensor([1., 2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.range.html
    """
    warnings.warn("torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
                  "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
                  UserWarning, stacklevel=2)
    start, end, step = (_number("range", *given) for given in (("start", 1, start), ("end", 2, end), ("step", 3, step)))
    count = _count(start, end, step, math.floor) + 1
    kind = options.pop("dtype", None)
    numbers = np.arange(count, dtype=np.float64) * step + start
    return finish(numbers.astype(numpy_dtype(kind)), options.pop("device", None), **options)


@stored
def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """Return `steps` numbers at equal distances from `start` to `end`, both included.

    Raises RuntimeError for a negative number of steps, NotImplementedError for bool.

    >>> import workbook as torch
    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.linspace.html
    """
    start, end = (_number("linspace", name, place, x) for place, (name, x) in enumerate((("start", start), ("end", end)), start=1))
    _counted("linspace", start, end, steps)
    turning = isinstance(start, complex) or isinstance(end, complex)
    kind = _countable("linspace", dtype, dtypes.get_default_dtype().to_complex() if turning else None, "b")
    if turning and kind.kind != "c":
        raise RuntimeError(explain(f"torch.linspace(): inferred dtype {dtypes.complex64.in_c} can't be safely cast to passed dtype "
                                   f"{dtypes.OF_NUMPY[kind].legacy}", "an end is a complex number", "choose a complex dtype"))
    start, end = number_in(start, kind), end if steps == 1 else number_in(end, kind)  # the end of one step is not reached
    if kind.kind != "f":
        return finish(np.linspace(start, end, steps).astype(kind), device, requires_grad)
    # PyTorch counts from the nearer end, in the dtype itself, each point with one rounding
    step = kind.type((end - start) / (steps - 1)) if steps > 1 else kind.type(0)
    counted = np.arange(steps, dtype=np.float64)
    from_start = (float(step) * counted + kind.type(start)).astype(kind)
    from_end = (kind.type(end) - float(step) * counted[::-1]).astype(kind)
    return finish(np.where(counted < steps // 2, from_start, from_end) if steps > 1 else np.full(steps, start, kind),
                   device, requires_grad)


def _counted(name, start, end, steps):
    """Raise for a number of steps that is none, or too large."""
    if isinstance(steps, bool) or not hasattr(steps, "__index__"):
        raise TypeError(explain(f"{name}() received an invalid combination of arguments - got "
                                f"({', '.join(type(x).__name__ for x in (start, end, steps))})",
                                "steps counts the numbers", f"write torch.{name}(0, 1, 5)"))
    if steps < 0:
        raise RuntimeError(explain("number of steps must be non-negative", f"it is {steps}", "choose a number from 0"))
    check_memory((int(steps),), 8)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """Return `steps` powers of `base`, with exponents at equal distances from `start` to `end`, both included.

    Raises RuntimeError for a negative number of steps, NotImplementedError for bool.

    >>> import workbook as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])

    Source: https://pytorch.org/docs/2.13/generated/torch.logspace.html
    """
    start, end, base = (_number("logspace", *given) for given in (("start", 1, start), ("end", 2, end), ("base", 4, base)))
    _counted("logspace", start, end, steps)
    kind = _countable("logspace", dtype, None, "b")
    numbers = np.power(float(base), np.linspace(start, end, steps))
    return finish(numbers.astype(kind), device, requires_grad)


# ---- like another ---------------------------------------------------------------------------------------------------------


def _like(fill):
    def like(input, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, memory_format=None):
        check_storage(like.__name__, layout, pin_memory)
        array = memory_like(like.__name__, input, dtype, memory_format)
        fill(array)
        return finish(array, device or input._device, requires_grad)

    return like


def _random_like(fill):
    def like(input, *, generator=None, **options):
        return _like(functools.partial(fill, generator=generator))(input, **options)

    return like


def memory_like(name, input, dtype, memory_format):
    """Return new memory, on the host, of the shape of `input`, its dtype or another, and in its order of axes or in a format."""
    kind, array = numpy_dtype(dtype, input.dtype), input._host()
    return empty_as(np, array, kind, preserve_format if memory_format is None else asked_format(name, memory_format))


def _named(function, name, sentence, raised, example, shown):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Return {sentence}, with the shape, dtype and device of `input`. Raises {raised}.

    >>> import workbook as torch
    >>> {example}
    {shown}

    Source: https://pytorch.org/docs/2.13/generated/torch.{name}.html
    """
    return function


_NOTHING, _NO_FLOATS = "nothing of its own", "NotImplementedError where it holds no floats"
zeros_like = _named(_like(lambda array: array.fill(0)), "zeros_like", "a Tensor of zeros", _NOTHING,
                    "torch.zeros_like(torch.tensor([1, 2]))", "tensor([0, 0])")
ones_like = _named(_like(lambda array: array.fill(1)), "ones_like", "a Tensor of ones", _NOTHING,
                   "torch.ones_like(torch.tensor([1, 2]))", "tensor([1, 1])")
empty_like = _named(_like(unfilled), "empty_like", "a Tensor whose memory is not filled", _NOTHING,
                    "torch.empty_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")
rand_like = _named(_random_like(random.fill_uniform), "rand_like", "uniform random numbers from [0, 1)", _NO_FLOATS,
                   "torch.rand_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")
randn_like = _named(_random_like(random.fill_normal), "randn_like", "normal random numbers with mean 0 and deviation 1", _NO_FLOATS,
                    "torch.randn_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")


@stored
def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False, memory_format=None):
    """Return a Tensor filled with `fill_value`, with the shape, dtype and device of `input`.

    Raises RuntimeError for a number that the dtype does not hold.

    >>> import workbook as torch
    >>> torch.full_like(torch.zeros(2), 7.)
    tensor([7., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.full_like.html
    """
    fill_value = _number("full_like", "fill_value", 2, fill_value)
    array = memory_like("full_like", input, dtype, memory_format)
    fill_with(array, fill_value)
    return finish(array, device or input._device, requires_grad)


