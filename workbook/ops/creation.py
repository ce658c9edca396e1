"""New Tensors: from numbers, by size, like another, and at random."""

import functools
import math
import warnings

import numpy as np

from workbook import dtypes, random
from workbook.devices import CPU, settle
from workbook.errors import explain
from workbook.formats import check_storage, ordered
from workbook.ops.shape import size_of_new
from workbook.tensor import Size, Tensor, needs_floats, wrap


_default_device = CPU


def get_default_device():
    """Return the device of a new Tensor for which none is named.

    >>> import workbook as torch
    >>> torch.get_default_device()
    device(type='cpu')

    Source: https://pytorch.org/docs/2.13/generated/torch.get_default_device.html
    """
    return _default_device


def set_default_device(device):
    """Make `device` the one of new Tensors for which none is named; None stands for the CPU.

    >>> import workbook as torch
    >>> torch.set_default_device("cpu")

    Source: https://pytorch.org/docs/2.13/generated/torch.set_default_device.html
    """
    global _default_device
    _default_device = CPU if device is None else settle(device)


def _finish(array, device, requires_grad=False):
    """A leaf on `device` that holds `array`, which must be new memory."""
    place = settle(_default_device if device is None else device)
    made = wrap(array if place is CPU else place.backend.from_host(array, place.index), place)
    if requires_grad:
        if array.dtype.kind not in "fc":
            raise RuntimeError(needs_floats(made.dtype).replace("only", "Only", 1))
        made._requires_grad = True
    return made


def _memory(make, shape, kind):
    """The array `make(shape, kind)`. Raises RuntimeError where there is not that much memory."""
    try:
        return make(shape, kind)
    except (MemoryError, ValueError, OverflowError):
        bytes_wanted = math.prod(shape) * kind.itemsize
        raise RuntimeError(explain(
            f"Storage size calculation overflowed with sizes={list(shape)}" if bytes_wanted >= 2**63 else
            f"DefaultCPUAllocator: can't allocate memory: you tried to allocate {bytes_wanted} bytes.",
            f"{' x '.join(map(str, shape))} numbers of {kind.itemsize} bytes are {bytes_wanted / 1e9:,.0f} GB",
            "make the tensor smaller, or work on a part at a time")) from None


def _numpy_dtype(dtype, default=None):
    chosen = dtypes.asked(dtype) or default or dtypes.get_default_dtype()
    if chosen.numpy is None:
        raise TypeError(dtypes.no_bfloat16())
    return chosen.numpy


_ABSENT = object()


def _stored(function):
    """Let a function take PyTorch's `layout=` and `pin_memory=`, of which the engine has one way each."""

    @functools.wraps(function)
    def make(*args, layout=None, pin_memory=False, **options):
        if layout is not None or pin_memory:
            check_storage(function.__name__, layout, pin_memory)
        return function(*args, **options)

    return make


def _sized(function):
    """The same, for a function of sizes, which may also come as `size=`."""

    @functools.wraps(function)
    def make(*size, **options):
        if "size" in options:
            size = (options.pop("size"),)
            if isinstance(size[0], int):
                raise TypeError(f"{function.__name__}(): argument 'size' must be tuple of ints, not int")
        if not size:
            raise TypeError(f'{function.__name__}() missing 1 required positional arguments: "size"')
        return function(*size, **options)

    return _stored(make)


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """Return a Tensor with a copy of `data`: a number, nested lists, a NumPy array or a Tensor.

    Python floats become the default dtype (float32), ints int64, bools bool; NumPy arrays keep their dtype.
    Raises ValueError for ragged lists, TypeError or RuntimeError for what is no number.

    >>> import workbook as torch
    >>> torch.tensor([[1., 2.], [3., 4.]])
    tensor([[1., 2.],
            [3., 4.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.tensor.html
    """
    if pin_memory:
        check_storage("tensor", None, pin_memory)
    return _finish(_array_of(data, dtype, copy=True), device, requires_grad)


def as_tensor(data, dtype=None, device=None):
    """Return `data` as a Tensor, sharing memory with a NumPy array or Tensor of the right dtype.

    >>> import workbook as torch
    >>> torch.as_tensor([1, 2])
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.as_tensor.html
    """
    if isinstance(data, Tensor):
        return data.to(device=device or data.device, dtype=dtype or data.dtype)
    return _finish(_array_of(data, dtype, copy=False), device)


def from_numpy(ndarray):
    """Return a Tensor on the memory of a NumPy array: writing to one changes the other.

    An array that is only for reading is copied, with a warning. Raises TypeError for anything that is no array of numbers,
    ValueError for one that is read backwards or in the other byte order.

    >>> import numpy, workbook as torch
    >>> n = numpy.ones(2); t = torch.from_numpy(n); n[0] = 5
    >>> t
    tensor([5., 1.], dtype=torch.float64)

    Source: https://pytorch.org/docs/2.13/generated/torch.from_numpy.html
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    _check_array(ndarray)
    if not ndarray.flags.writeable:
        warnings.warn(explain(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors.",
            "the tensor holds a copy, so that nobody writes into an array that is only for reading",
            "copy the array yourself, with array.copy(), to be rid of this warning"), UserWarning, stacklevel=2)
        ndarray = ndarray.copy()
    return wrap(ndarray)


def _check_array(ndarray):
    """Raise where PyTorch makes no Tensor of an array."""
    if any(step < 0 for step in ndarray.strides):
        raise ValueError(explain(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().)",
            "its memory is read backwards, as after array[::-1]", "write array[::-1].copy()"))
    if not ndarray.dtype.isnative:
        raise ValueError(explain(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is currently "
            "not supported.", f"its dtype is {ndarray.dtype.str}", "write array.astype(array.dtype.newbyteorder('='))"))
    if ndarray.dtype not in dtypes.OF_NUMPY:
        raise TypeError(explain(
            f"can't convert np.ndarray of type numpy.{ndarray.dtype}. The only supported types are: float64, float32, float16, "
            "complex64, complex128, int64, int32, int16, int8, uint8, and bool.", None, "convert it first with .astype(...)"))


def _array_of(data, dtype, copy):
    if isinstance(data, Tensor):
        array = data._host()
    elif isinstance(data, np.ndarray):
        _check_array(data)
        array = data
        copy = copy or not data.flags.writeable
    elif isinstance(data, np.generic):
        array = np.asarray(data)
    else:
        return _from_python(data, dtype)
    wanted = array.dtype if dtype is None else _numpy_dtype(dtype)
    return array.astype(wanted, copy=copy)


def _from_python(data, dtype):
    """An array from Python numbers in nested sequences."""
    shape, level = [], data
    while _is_sequence(level):
        shape.append(len(level))
        if not len(level):
            break
        level = level[0]
    numbers = []

    def collect(part, depth):
        if depth == len(shape):
            numbers.append(_single(part, depth))
            return
        if not _is_sequence(part):
            raise TypeError(f"not a sequence at dim {depth}: {part!r}")
        if len(part) != shape[depth]:
            raise ValueError(explain(
                f"expected sequence of length {shape[depth]} at dim {depth} (got {len(part)})",
                "every row of a tensor has the same length", "pad the short rows, or keep a list of tensors"))
        for inner in part:
            collect(inner, depth + 1)

    collect(data, 0)
    if dtype is None:
        dtype = functools.reduce(dtypes.promote_types, (kind for _, kind in numbers)) if numbers else dtypes.get_default_dtype()
    wanted = _numpy_dtype(dtype)
    try:
        return np.array([number for number, _ in numbers], wanted).reshape(shape)
    except (OverflowError, ValueError):
        beyond = any(isinstance(number, int) and not -2**63 <= number < 2**63 for number, _ in numbers)
        raise (ValueError if beyond else RuntimeError)(explain(
            "Overflow when unpacking long long" if beyond else f"value cannot be converted to type {dtype.name} without overflow",
            f"{dtype} does not hold every number of the data", "choose another dtype, such as dtype=torch.float64")) from None


def _is_sequence(part):
    return isinstance(part, (list, tuple, range)) or (
        hasattr(part, "__len__") and hasattr(part, "__getitem__") and hasattr(type(part), "__iter__")
        and not isinstance(part, (str, bytes, dict, Tensor, np.ndarray))) or isinstance(part, np.ndarray) and part.ndim > 0


def _single(part, depth):
    """One number of the data, and the dtype that it has when it is alone."""
    if isinstance(part, Tensor):
        if part.numel() != 1:
            raise ValueError(explain("only one element tensors can be converted to Python scalars",
                                     f"a tensor of shape {list(part.shape)} stands where one number belongs",
                                     "join tensors with torch.stack or torch.cat"))
        return part.item(), part.dtype
    if isinstance(part, (np.generic, np.ndarray)):
        return part.item(), dtypes.of(part)
    if isinstance(part, (int, float, bool, complex)):
        return part, dtypes.of_number(part) or dtypes.of_number(type(part).__mro__[-2](part))
    kind = type(part).__name__
    if isinstance(part, (list, tuple)):
        raise TypeError(explain(f"'{kind}' object cannot be interpreted as an integer",
                                "numbers and lists stand side by side in the data", "put every number at the same depth"))
    if isinstance(part, str):
        raise (ValueError(f"too many dimensions '{kind}'") if depth else
               TypeError(explain(f"new(): invalid data type '{kind}'", "a tensor holds numbers", "give numbers: float(text)")))
    raise RuntimeError(explain(f"Could not infer dtype of {kind}", "a tensor holds numbers, in nested lists of equal lengths",
                               "give a number, a list or a NumPy array, such as list(d.values()) of a dict"))


def legacy_tensor(*data, dtype=None):
    """What the old constructor `torch.Tensor(...)` holds: data from one sequence, memory that is not filled from sizes or a Size."""
    dtype = dtype or dtypes.get_default_dtype()
    if len(data) == 1 and isinstance(data[0], Size):
        return _memory(np.zeros, tuple(data[0]), dtype.numpy)
    if len(data) == 1 and (not isinstance(data[0], int) or isinstance(data[0], bool)):
        given = data[0]
        if isinstance(given, Tensor):
            return given._host()
        if isinstance(given, str):
            raise TypeError(explain("new(): invalid data type 'str'", "a tensor holds numbers", "give numbers: float(text)"))
        if not _is_sequence(given) and not isinstance(given, np.ndarray):
            raise TypeError(explain(f"new(): data must be a sequence (got {type(given).__name__})",
                                    "the old constructor takes sizes or a sequence", "write torch.tensor(...)"))
        return _array_of(given, dtype, copy=True)
    return _memory(np.zeros, size_of_new(data) if data else (0,), dtype.numpy)


# ---- by size --------------------------------------------------------------------------------------------------------------


@_sized
def empty(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size whose memory is not filled: its values mean nothing.

    >>> import workbook as torch
    >>> torch.empty(2, 3).shape
    torch.Size([2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.empty.html
    """
    return _finish(_memory(np.empty, size_of_new(size), _numpy_dtype(dtype)), device, requires_grad)


@_sized
def zeros(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with 0.

    >>> import workbook as torch
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.zeros.html
    """
    return _finish(_memory(np.zeros, size_of_new(size), _numpy_dtype(dtype)), device, requires_grad)


@_sized
def ones(*size, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with 1.

    >>> import workbook as torch
    >>> torch.ones(2)
    tensor([1., 1.])

    Source: https://pytorch.org/docs/2.13/generated/torch.ones.html
    """
    return _finish(_memory(np.ones, size_of_new(size), _numpy_dtype(dtype)), device, requires_grad)


@_stored
def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """Return a Tensor of that size, filled with `fill_value`, whose kind of number gives the dtype.

    >>> import workbook as torch
    >>> torch.full((2, 2), 3)
    tensor([[3, 3],
            [3, 3]])

    Source: https://pytorch.org/docs/2.13/generated/torch.full.html
    """
    if isinstance(size, (int, float)):
        raise TypeError(explain(f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}",
                                "the size and the number are two arguments", f"write torch.full(({size},), {fill_value})"))
    if isinstance(fill_value, Tensor) and fill_value.ndim == 0:
        fill_value = fill_value.item()
    if not isinstance(fill_value, (int, float, complex, np.generic)):
        raise TypeError(f"full(): argument 'fill_value' (position 2) must be Number, not {type(fill_value).__name__}")
    kind = _numpy_dtype(dtype, None if dtype else dtypes.of_number(fill_value))
    array = _memory(np.empty, size_of_new((size,)), kind)
    array[...] = np.asarray(dtypes.real_number(fill_value, kind)).astype(kind)
    return _finish(array, device, requires_grad)


@_stored
def eye(n, m=_ABSENT, *, dtype=None, device=None, requires_grad=False):
    """Return a matrix with 1 on the diagonal and 0 elsewhere.

    >>> import workbook as torch
    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])

    Source: https://pytorch.org/docs/2.13/generated/torch.eye.html
    """
    m = n if m is _ABSENT else m
    for name, side in (("n", n), ("m", m)):
        if not hasattr(side, "__index__"):
            raise TypeError(explain(f"eye(): argument '{name}' must be int, not {type(side).__name__}", "it counts rows or columns", None))
        if side < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {side}")
    array = _memory(np.zeros, (n, m), _numpy_dtype(dtype))
    np.fill_diagonal(array, 1)
    return _finish(array, device, requires_grad)


@_stored
def arange(start=None, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Return the numbers from `start` (0 when only one number is given) up to, not including, `end`.

    Whole numbers give int64, others the default dtype. Raises RuntimeError where `step` is 0 or leads away from `end`.

    >>> import workbook as torch
    >>> torch.arange(5), torch.arange(1, 2.5, 0.5)
    (tensor([0, 1, 2, 3, 4]), tensor([1.0000, 1.5000, 2.0000]))

    Source: https://pytorch.org/docs/2.13/generated/torch.arange.html
    """
    if start is None and end is None:
        raise TypeError(explain("arange() received an invalid combination of arguments - got ()", "it needs an end", "write torch.arange(5)"))
    if start is None or end is None:
        start, end = 0, start if end is None else end
    start, end, step = (x.item() if isinstance(x, Tensor) else x for x in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError(explain("upper bound and lower bound inconsistent with step sign",
                                   f"from {start} to {end} in steps of {step} never arrives", "change the sign of step"))
    whole = all(isinstance(x, int) for x in (start, end, step))
    count = max(0, math.ceil((end - start) / step))
    kind = _numpy_dtype(dtype, dtypes.int64 if whole else None)
    numbers = np.arange(count, dtype=np.int64 if whole else np.float64) * step + start
    return _finish(numbers.astype(kind), device, requires_grad)


def range_(start, end, step=1, **options):
    """Return the numbers from `start` up to and including `end`. Deprecated in PyTorch: use `arange`.

    >>> import warnings, workbook as torch
    >>> with warnings.catch_warnings(action="ignore"):
    ...     torch.range(1, 3)
    tensor([1., 2., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.range.html
    """
    warnings.warn("torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with "
                  "Python's range builtin. Instead, use torch.arange, which produces values in [start, end).",
                  UserWarning, stacklevel=2)
    count = int((end - start) / step) + 1
    kind = options.pop("dtype", None)
    numbers = np.arange(count, dtype=np.float64) * step + start
    return _finish(numbers.astype(_numpy_dtype(kind)), options.pop("device", None), **options)


@_stored
def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """Return `steps` numbers at equal distances from `start` to `end`, both included.

    >>> import workbook as torch
    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])

    Source: https://pytorch.org/docs/2.13/generated/torch.linspace.html
    """
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = _numpy_dtype(dtype)
    if kind.kind != "f":
        return _finish(np.linspace(start, end, steps).astype(kind), device, requires_grad)
    # PyTorch counts from the nearer end, in the dtype itself, each point with one rounding
    step = kind.type((end - start) / (steps - 1)) if steps > 1 else kind.type(0)
    counted = np.arange(steps, dtype=np.float64)
    from_start = (float(step) * counted + kind.type(start)).astype(kind)
    from_end = (kind.type(end) - float(step) * counted[::-1]).astype(kind)
    return _finish(np.where(counted < steps // 2, from_start, from_end) if steps > 1 else np.full(steps, start, kind),
                   device, requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """Return `steps` powers of `base`, with exponents at equal distances from `start` to `end`, both included.

    >>> import workbook as torch
    >>> torch.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])

    Source: https://pytorch.org/docs/2.13/generated/torch.logspace.html
    """
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = _numpy_dtype(dtype)
    numbers = np.power(float(base), np.linspace(start, end, steps))
    return _finish(numbers.astype(kind), device, requires_grad)


# ---- like another ---------------------------------------------------------------------------------------------------------


def _like(fill):
    def like(input, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, memory_format=None):
        check_storage(like.__name__, layout, pin_memory)
        order = "C" if memory_format is not None and ordered(like.__name__, memory_format) else "K"
        array = np.empty_like(input._host(), dtype=_numpy_dtype(dtype, input.dtype), order=order)
        fill(array)
        return _finish(array, device or input.device, requires_grad)

    return like


def _named(function, name, sentence, example, shown):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Return {sentence}, with the shape, dtype and device of `input`.

    >>> import workbook as torch
    >>> {example}
    {shown}

    Source: https://pytorch.org/docs/2.13/generated/torch.{name}.html
    """
    return function


zeros_like = _named(_like(lambda array: array.fill(0)), "zeros_like", "a Tensor of zeros",
                    "torch.zeros_like(torch.tensor([1, 2]))", "tensor([0, 0])")
ones_like = _named(_like(lambda array: array.fill(1)), "ones_like", "a Tensor of ones",
                   "torch.ones_like(torch.tensor([1, 2]))", "tensor([1, 1])")
empty_like = _named(_like(lambda array: None), "empty_like", "a Tensor whose memory is not filled",
                    "torch.empty_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")
rand_like = _named(_like(random.fill_uniform), "rand_like", "uniform random numbers from [0, 1)",
                   "torch.rand_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")
randn_like = _named(_like(random.fill_normal), "randn_like", "normal random numbers with mean 0 and deviation 1",
                    "torch.randn_like(torch.zeros(2, 3)).shape", "torch.Size([2, 3])")


@_stored
def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False):
    """Return a Tensor filled with `fill_value`, with the shape, dtype and device of `input`.

    >>> import workbook as torch
    >>> torch.full_like(torch.zeros(2), 7.)
    tensor([7., 7.])

    Source: https://pytorch.org/docs/2.13/generated/torch.full_like.html
    """
    kind = _numpy_dtype(dtype, input.dtype)
    array = np.full_like(input._host(), np.asarray(dtypes.real_number(fill_value, kind)).astype(kind), kind)
    return _finish(array, device or input.device, requires_grad)


# ---- at random ------------------------------------------------------------------------------------------------------------


@_sized
def rand(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Return uniform random numbers from [0, 1), PyTorch's own for the same seed.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(3)
    tensor([0.4963, 0.7682, 0.0885])

    Source: https://pytorch.org/docs/2.13/generated/torch.rand.html
    """
    array = _memory(np.empty, size_of_new(size), _numpy_dtype(dtype))
    random.fill_uniform(array, generator=generator)
    return _finish(array, device, requires_grad)


@_sized
def randn(*size, generator=None, dtype=None, device=None, requires_grad=False):
    """Return normal random numbers with mean 0 and standard deviation 1, PyTorch's own for the same seed.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randn(3)
    tensor([ 1.5410, -0.2934, -2.1788])

    Source: https://pytorch.org/docs/2.13/generated/torch.randn.html
    """
    array = _memory(np.empty, size_of_new(size), _numpy_dtype(dtype))
    random.fill_normal(array, generator=generator)
    return _finish(array, device, requires_grad)


@_stored
def randint(*args, low=None, high=None, size=None, generator=None, dtype=None, device=None, requires_grad=False):
    """Return random whole numbers: `randint(low, high, size)`, or `randint(high, size)` from 0. `high` is not included.

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
    if rest or high is None or not isinstance(size, (tuple, list)):
        got = ", ".join(type(x).__name__ for x in args)
        raise TypeError(explain(f"randint() received an invalid combination of arguments - got ({got})",
                                "it takes low, high and size, a tuple; low may be left out", "write torch.randint(0, 10, (3,))"))
    array = _memory(np.empty, size_of_new((size,)), _numpy_dtype(dtype, dtypes.int64))
    random.fill_integers(array, 0 if low is None else low, high, generator=generator)
    return _finish(array, device, requires_grad)


@_stored
def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Return the numbers from 0 to n - 1 in random order.

    >>> import workbook as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randperm(4)
    tensor([0, 1, 3, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.randperm.html
    """
    return _finish(random.permutation(n, generator).astype(_numpy_dtype(dtype, dtypes.int64)), device, requires_grad)
