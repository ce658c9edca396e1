"""New Tensors that hold given numbers: Python's, NumPy's, or another Tensor's."""

import functools
import warnings

import numpy as np

from workbook import dtypes
from workbook.errors import MOST_AXES, explain, kind_of, shape_text, too_deep
from workbook.formats import Lender, check_storage
from workbook.numbers import is_length, plain, real_number
from workbook.ops.creation import finish, memory_for, numpy_dtype
from workbook.ops.shape import size_of_new
from workbook.settings import unfilled
from workbook.tensor import Size, Tensor, memory_of, wrap


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
    if isinstance(data, Tensor):
        warn_of_copy("torch.tensor(sourceTensor)", stacklevel=4)
    elif isinstance(data, (list, tuple)) and data and isinstance(data[0], np.ndarray):
        warnings.warn("Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a "
                      "single "
                      "numpy.ndarray with numpy.array() before converting to a tensor.", UserWarning, stacklevel=3)
    return finish(array_of(data, dtype, copy=True), device, requires_grad)


def warn_of_copy(call, stacklevel):
    """Warn that `call` copies a Tensor, and leaves its gradient behind, without saying so."""
    warnings.warn("To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
                  f"sourceTensor.detach().clone().requires_grad_(True), rather than {call}.", UserWarning, stacklevel=stacklevel)


def as_tensor(data, dtype=None, device=None):
    """Return `data` as a Tensor, sharing memory with a NumPy array or Tensor of the right dtype.

    Raises, as `torch.tensor`, ValueError for ragged lists, TypeError or RuntimeError for what is no number.

    >>> import workbook as torch
    >>> torch.as_tensor([1, 2])
    tensor([1, 2])

    Source: https://pytorch.org/docs/2.13/generated/torch.as_tensor.html
    """
    if isinstance(data, Tensor):
        return data.to(device=device or data.device, dtype=dtype or data.dtype)
    array = array_of(data, dtype, copy=False)
    made = finish(array, device)
    return borrowed(array) if array is data and made._array is array else made


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
        raise TypeError(explain(f"expected np.ndarray (got {'numpy.' * isinstance(ndarray, np.generic)}{type(ndarray).__name__})",
                                "it shares the memory of an array, and a list has none to share",
                                "write torch.tensor(...), which copies"))
    check_array(ndarray)
    if not ndarray.flags.writeable:
        warnings.warn(explain(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors.",
            "the tensor holds a copy, so that nobody writes into an array that is only for reading",
            "copy the array yourself, with array.copy(), to be rid of this warning"), UserWarning, stacklevel=2)
        ndarray = ndarray.copy()
    return borrowed(ndarray)


def borrowed(array):
    """A Tensor on the memory of an array."""
    tensor = wrap(array.view(np.ndarray) if array.base is None else np.asarray(Lender(array)))
    memory_of(tensor).lent = True
    return tensor


# What holds all the numbers (of the last: all up to 2**63 - 1) of unsigned numbers that PyTorch can store, and not compute with.
_SIGNED = {"uint16": "int32", "uint32": "int64", "uint64": "int64"}


def check_array(ndarray, asked=None):
    """Raise where PyTorch makes no Tensor of an array, or one with which nothing can be computed; `asked`: the dtype that it is to have."""
    if any(step < 0 for step in ndarray.strides):
        raise ValueError(explain(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().)",
            "its memory is read backwards, as after array[::-1]", "write array[::-1].copy()"))
    if not ndarray.dtype.isnative:
        raise ValueError(explain(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is currently "
            "not supported.", f"its dtype is {ndarray.dtype.str}", "write array.astype(array.dtype.newbyteorder('='))"))
    signed = _SIGNED.get(ndarray.dtype.name)
    if ndarray.dtype not in dtypes.OF_NUMPY and (signed is None or asked is None):
        raise TypeError(explain(
            f"can't convert np.ndarray of type numpy.{ndarray.dtype.type.__name__}. The only supported types are: float64, float32, float16, "
            "complex64, complex128, int64, int32, int16, int8, uint8, and bool.",
            f"its elements are {ndarray.dtype}" + ", which PyTorch can store, and not even add" * (signed is not None),
            "convert it first with .astype(...)" if signed is None else f"write array.astype(np.{signed}), or torch.tensor(array, dtype=torch.{signed})"))


def array_of(data, dtype, copy):
    if isinstance(data, Tensor):
        array = data._host()
    elif isinstance(data, np.ndarray):
        check_array(data, dtype)
        array = data.view(np.ndarray)  # a matrix or a masked array computes in its own way
        copy = copy or not data.flags.writeable
    elif isinstance(data, np.generic):
        array = np.asarray(data)
        check_array(array, dtype)
    else:
        return _from_python(data, dtype)
    wanted = array.dtype if dtype is None else numpy_dtype(dtype)
    return array.astype(wanted, copy=copy)


def _from_python(data, dtype):
    """An array from Python numbers in nested sequences."""
    shape, level = [], data
    while _is_sequence(level):
        shape.append(len(level))
        if not len(level):
            break
        if len(shape) > MOST_AXES:
            raise too_deep(level)
        level = level[0]
    if shape and isinstance(level, str) and level:  # PyTorch looks into a text as into a list, and finds texts without end
        raise ValueError(explain("too many dimensions 'str'", "a tensor holds numbers", "give numbers: float(text)"))
    numbers, several, ragged = _collected(data, shape, dtype)
    if dtype is None:
        of_nothing = [dtypes.get_default_dtype()] * (0 in shape)
        dtype = functools.reduce(dtypes.promote_types, [*of_nothing, *(kind for _, kind in numbers)])
    wanted = numpy_dtype(dtype)
    if several and 0 not in shape:
        error, what = ((TypeError, "only integer tensors of a single element can be converted to an index") if wanted.kind in "iub" else
                       (ValueError, "only one element tensors can be converted to Python scalars"))
        raise error(explain(what, f"a tensor of shape {shape_text(several[0].shape)} stands where one number belongs",
                            "join tensors with torch.stack or torch.cat"))
    if 0 in shape:  # PyTorch looks at no other row where the first one is empty
        return np.empty(shape, wanted)
    if ragged is not None:
        raise ragged
    try:
        return np.array([_wrapped(number, wanted) for number, _ in numbers], wanted).reshape(shape)
    except (OverflowError, ValueError):
        beyond = any(isinstance(number, int) and not -2**63 <= number < 2**63 for number, _ in numbers)
        raise (ValueError if beyond else RuntimeError)(explain(
            "Overflow when unpacking long long" if beyond else f"value cannot be converted to type {dtype.name} without overflow",
            f"{dtype} does not hold every number of the data", "choose another dtype, such as dtype=torch.float64")) from None


def _collected(data, shape, dtype):
    """Return the numbers in nested sequences with their dtypes, the Tensors of several numbers among them, and the error where rows
    are not as `shape` says. All numbers are asked for their dtypes before it is told, as in PyTorch.
    """
    numbers, several = [], []

    def collect(part, depth):
        if depth == len(shape):
            if isinstance(part, Tensor) and part.numel() != 1:
                several.append(part)
                numbers.append((0, part.dtype))
            else:
                numbers.append(_single(part, dtype))
            return
        if not _is_sequence(part):
            raise TypeError(explain(f"not a sequence at dim {depth}: {part!r}",
                                    "lists in lists must be of one depth", "look at the data: a number stands beside a list"))
        if len(part) != shape[depth]:
            raise ValueError(explain(
                f"expected sequence of length {shape[depth]} at dim {depth} (got {len(part)})",
                f"every row of a tensor has the same length: the first has {shape[depth]}, and this one {len(part)}: "
                f"{_shortened(part)}", "pad the short rows, or keep a list of tensors"))
        for inner in part:
            collect(inner, depth + 1)

    try:
        collect(data, 0)
        return numbers, several, None
    except (TypeError, ValueError) as problem:
        return [*numbers, *([(0, kind) for kind in _kinds(data)] if dtype is None else ())], several, problem


def _kinds(part):
    """The dtypes of everything in nested sequences, however they are nested. Raises TypeError or RuntimeError for what has none."""
    if isinstance(part, (Tensor, np.ndarray)):
        return [part.dtype if isinstance(part, Tensor) else dtypes.of(part)]
    return [kind for inner in part for kind in _kinds(inner)] if _is_sequence(part) else [_single(part, None)[1]]


def _wrapped(number, kind):
    """A negative number as uint8 holds it, counted back from 256, as PyTorch does; a complex one in real memory; any other as it is."""
    if isinstance(number, complex) and kind.kind in "iu":
        raise TypeError(explain("'complex' object cannot be interpreted as an integer", f"the tensor is to hold {dtypes.OF_NUMPY[kind]}",
                                "take number.real, or dtype=torch.complex64"))
    number = real_number(number, kind)
    return number + 256 if kind == np.uint8 and isinstance(number, int) and -256 < number < 0 else number


def _shortened(part):
    text = repr(part)
    return text if len(text) <= 40 else text[:37] + "..."


def _is_sequence(part):
    return isinstance(part, (list, tuple, range)) or (
        hasattr(part, "__len__") and hasattr(part, "__getitem__") and hasattr(type(part), "__iter__")
        and not isinstance(part, (str, bytes, dict, Tensor, np.ndarray))) or isinstance(part, np.ndarray) and part.ndim > 0


def _single(part, wanted):
    """One number of the data, and the dtype that it has when it is alone. `wanted`: the dtype that was asked for, or None."""
    if isinstance(part, Tensor):
        if wanted is not None and _counts(wanted) and not _counts(part.dtype):
            raise TypeError(explain("only integer tensors of a single element can be converted to an index",
                                    f"the tensor is to hold {dtypes.asked(wanted)}, and this number is {part.dtype}", "write x.int() in its place"))
        return part.item(), part.dtype
    if isinstance(part, np.ndarray) and part.size != 1:
        raise TypeError(explain("only 0-dimensional arrays can be converted to Python scalars",
                                f"an array of shape {shape_text(part.shape)} stands where one number belongs", "join arrays with np.stack first"))
    if isinstance(part, (np.generic, np.ndarray)):
        if wanted is not None and _counts(wanted) and not isinstance(part, (np.integer, float)) and (
                not isinstance(part, np.bool_) or dtypes.asked(wanted) is not dtypes.bool):
            raise TypeError(explain(f"'{kind_of(part)}' object cannot be interpreted as an integer",
                                    f"the tensor is to hold {dtypes.asked(wanted)}", "write int(...) around it"))
        check_array(np.asarray(part), wanted)
        return part.item(), dtypes.of(part) if wanted is None else wanted
    if isinstance(part, complex) and wanted is not None and dtypes.asked(wanted).is_floating_point:
        raise TypeError(explain("must be real number, not complex", f"the tensor is to hold {dtypes.asked(wanted)}",
                                "take number.real, or dtype=torch.complex64"))
    if isinstance(part, (int, float, complex)):
        number = plain(part)
        return number, dtypes.of_number(number)
    kind = type(part).__name__
    if isinstance(part, (list, tuple)):
        raise TypeError(explain(f"'{kind}' object cannot be interpreted as an integer",
                                "numbers and lists stand side by side in the data", "put every number at the same depth"))
    if isinstance(part, (str, bytes)):
        raise TypeError(explain(f"new(): invalid data type '{kind}'", "a tensor holds numbers", "give numbers: float(text)"))
    if wanted is not None:
        whole = numpy_dtype(wanted).kind in "biu"
        raise TypeError(explain(f"'{kind_of(part)}' object cannot be interpreted as an integer" if whole else f"must be real number, not {kind_of(part)}",
                                f"the tensor is to hold {dtypes.asked(wanted)}", "give a number, a list or a NumPy array"))
    raise RuntimeError(explain(f"Could not infer dtype of {kind}", "a tensor holds numbers, in nested lists of equal lengths",
                               "give a number, a list or a NumPy array, such as list(d.values()) of a dict"))


def _counts(kind):
    """Whether a dtype holds whole numbers, or a yes or no."""
    return dtypes.asked(kind).category <= dtypes.INTEGRAL


def _of_the_same(given, dtype):
    if dtype is not None and given.dtype is not dtype:
        raise TypeError(explain(f"expected TensorOptions(dtype={dtype.in_c}) (got TensorOptions(dtype={given.dtype.in_c}))",
                                f"the old constructors take a Tensor over as it is, and this one holds {given.dtype}", f"write x.to({dtype})"))
    return given._host()


def legacy_tensor(*data, dtype=None):
    """What the old constructor `torch.Tensor(...)` holds: data from one sequence, memory that is not filled from sizes or a Size."""
    asked, dtype = dtype, dtype or dtypes.get_default_dtype()
    if len(data) == 1 and isinstance(data[0], Size):
        return unfilled(memory_for(np.zeros, tuple(data[0]), dtype.numpy))
    if len(data) == 1 and (isinstance(data[0], Tensor) or not is_length(data[0])):
        given = data[0]
        if isinstance(given, Tensor):
            return _of_the_same(given, asked)
        if isinstance(given, str):
            raise TypeError(explain("new(): invalid data type 'str'", "a tensor holds numbers", "give numbers: float(text)"))
        if not _is_sequence(given) and not isinstance(given, np.ndarray):
            raise TypeError(explain(f"new(): data must be a sequence (got {type(given).__name__})",
                                    "the old constructor takes sizes or a sequence", "write torch.tensor(...)"))
        return array_of(given, dtype, copy=False)  # a float32 array of NumPy is shared
    return unfilled(memory_for(np.zeros, size_of_new(data) if data else (0,), dtype.numpy))
