"""`out=`: the result, written into a Tensor that is there already.

A function itself knows nothing of `out`. The door `torch.name` gets it here, from one table; methods and operators have none,
as in PyTorch. What an out Tensor of another dtype gets differs from function to function:

- "cast": the result is converted, if its category (bool, integer, float, complex) fits into that of out;
- "joined": the same, refused by a TypeError;
- "equal": only the dtype of the result is taken;
- "any": whatever out holds.

(PyTorch computes some functions in the precision of a wider out; here the result is computed first, and then converted.)
"""

import functools
import inspect
import warnings

from workbook import dtypes
from workbook.autograd import views
from workbook.autograd.modes import no_grad, thread
from workbook.devices import settle
from workbook.errors import explain, shape_text
from workbook.formats import with_steps
from workbook.ops.arguments import refuse_arguments, told_again
from workbook.ops.autocasting import without
from workbook.ops.strided import take_shape
from workbook.strides import axes_in_memory, of_result, steps_of
from workbook.tensor import Tensor, memory_of


# Functions that may read memory which they write, as PyTorch's may; and those that may not even read it where they write it.
_READ_FIRST = frozenset((
    "sum mean std var prod any all norm mm bmm mv dot matmul inner addmv addbmm baddbmm sort msort softmax log_softmax amax amin argmax argmin "
    "aminmax max min cummax cummin logsumexp logcumsumexp nansum nanmean tril triu diag median nanmedian mode kthvalue quantile nanquantile cholesky "
    "inverse qr svd matrix_power tensordot").split())
_READ_WHILE_WRITING = frozenset("index_select gather cat stack hstack vstack dstack column_stack take diff kron masked_select topk".split())
# Functions whose results are places, or yes or no, whatever the inputs hold; and those that look at their input before they look at out.
_INPUT_FIRST = frozenset("argmax argmin searchsorted bucketize isin signbit isposinf isneginf all any nonzero ceil floor trunc sign clamp".split())
# Functions whose own results lie column by column, but not in an `out` that had no room for them.
_IN_ORDER = frozenset("cholesky cholesky_solve matrix_power mvlgamma".split())


_IN_A_ROW = frozenset(("arange", "linspace", "logspace", "range"))

# Functions whose own results lie as a copy of the input does, but in an `out` that had no room for them as elementwise results do.
# (With the number by which they multiply, if they do: PyTorch counts it as a second operand, without axes.)
_AS_RESULT = {"deg2rad": [((), ())], "rad2deg": [((), ())], "nan_to_num": []}


def with_out(function, kind, name=None):
    """Return `function` with the keyword `out`: a Tensor, or a tuple of them where there are several results.

    `name` is PyTorch's for the door, where that is not the function's own.
    """
    name = name or function.__name__
    own = inspect.signature(function)
    makes = "device" in own.parameters

    @functools.wraps(function)
    def call(*args, out=None, **options):
        try:
            return function(*args, **options) if out is None else without(_into, function, kind, out, args, options, makes, name)
        except Exception as problem:
            __tracebackhide__ = True
            plain = told_again(name, args, options if out is None else options | {"out": out}, problem=problem)
            if plain is None:
                raise
        return call(*plain[0], **plain[1])

    parameters = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    call.__signature__ = own.replace(parameters=[*parameters,
                                                 inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)])
    return call


def _into(function, kind, out, args, options, makes, door_name):
    __tracebackhide__ = True
    name = function.__name__.removesuffix("_")  # of range_, which has another name in Python
    refuse_arguments(door_name, args, options | {"out": out})  # with it, PyTorch takes fewer of a function's forms
    outs = out if isinstance(out, (tuple, list)) else (out,)
    for target in outs:
        if not isinstance(target, Tensor):
            raise TypeError(explain(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}",
                                    "the result is written into memory that is there already", "make it first: torch.empty(shape)"))
        views.refuse_inference(target)
    aten = "aten::" * makes  # as PyTorch calls them here
    if makes:
        _settle(outs[0], options)
    if thread.state.grad_enabled and any(isinstance(t, Tensor) and t.requires_grad for t in (*args, *options.values(), *outs)):
        raise RuntimeError(explain(
            f"{aten}{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
            "requires "
            "grad.", "writing over memory leaves no step to go back through", f"use the result: y = torch.{name}(...)"))
    if name not in _READ_FIRST:
        for target in outs:
            for given in (*args, *options.values()):
                for read in given if isinstance(given, (tuple, list)) else (given,):
                    if isinstance(read, Tensor):
                        views.refuse_overlap(target, read, name in _READ_WHILE_WRITING)
    with no_grad():
        try:
            result = function(*args, **options)
        except NotImplementedError:
            if kind == "cast":
                _refuse_inputs(args, outs[0])
            if kind == "equal" and name not in _INPUT_FIRST:  # PyTorch looks at out before it sees that it has no such function of these numbers
                _refuse_dtype(next(given for given in args if isinstance(given, Tensor)), outs[0], kind)
            raise
    results = result if isinstance(result, tuple) else (result,)
    if len(results) != len(outs):
        raise TypeError(explain(f"{name}(): argument 'out' must be a tuple of {len(results)} Tensors, but it has {len(outs)}",
                                "each result is written into memory of its own", f"give {len(results)} Tensors"))
    for found, target in zip(results, outs):
        _refuse_device(found, target)
        _refuse_dtype(found, target, kind)
    for found, target in zip(results, outs):
        _write(found, target, name, makes)
    if not isinstance(result, tuple):
        return out
    return result.into_out._make(outs) if hasattr(result, "into_out") else tuple(outs)


def _settle(target, options):
    """A function that makes a Tensor makes it where `out` is, and in its dtype. Raise where another one is asked for."""
    kind = dtypes.asked(options.get("dtype"))
    if kind is not None and kind is not target.dtype:
        raise RuntimeError(explain(f"dtype {kind.legacy} does not match dtype of out parameter ({target.dtype.legacy})",
                                   f"out holds {target.dtype}, and {kind} is asked for", "leave dtype out"))
    options["dtype"] = target.dtype
    asked = options.get("device")
    if asked is not None and settle(asked) is not target._device.plain:
        raise RuntimeError(explain(f"device type {settle(asked).type} does not match device type of out parameter ({target._device.type})",
                                   f"out is on {target._device}, and {asked} is asked for", "leave device out"))
    options["device"] = target._device.plain


def _refuse_device(result, target):
    if result._device.plain is not target._device.plain:
        raise RuntimeError(explain(f"Expected out tensor to have device {result._device.plain}, but got {target._device.plain} instead",
                                   "the result is written where it is computed", f"make out there: device='{result._device.plain}'"))


def _refuse_dtype(result, target, kind):
    have, room = result.dtype, target.dtype
    if kind == "equal" and room is not have:
        raise RuntimeError(explain(f"Expected out tensor to have dtype {have.in_c}, but got {room.in_c} instead",
                                   f"the result holds {have}, and out {room}", f"make out with dtype={have}"))
    if kind in ("cast", "joined") and have.category > room.category:
        phrase = f"result type {have.legacy} can't be cast to the desired output type {room.legacy}"
        refused = TypeError if kind == "joined" else RuntimeError
        raise refused(explain(f"torch.cat(): input types can't be cast to the desired output type {room.legacy}"
                              if kind == "joined" else phrase,
                              f"out holds {room}, which has no room for the result", f"make out with dtype={have}"))


def _refuse_inputs(args, target):
    """Raise for inputs whose kind of number has no room in `target`: PyTorch sees this before it sees that it has no such function of them."""
    met = dtypes.result_type([given._array for given in args if isinstance(given, Tensor)])
    if met.category > target.dtype.category:
        raise RuntimeError(explain(f"result type {met.legacy} can't be cast to the desired output type {target.dtype.legacy}",
                                   f"out holds {target.dtype}, which has no room for the result", f"make out with dtype={met}")) from None


def _write(result, target, name, makes):
    array, new = target._array, result._array
    views.stands_for_one_element_each(array)
    if name in _IN_A_ROW and array.size == new.size:  # PyTorch asks these for as many places, and for no shape
        new = new.reshape(array.shape)
    if array.shape != new.shape:
        if array.size and name == "arange":
            warnings.warn(f"The number of elements in the out tensor of shape {shape_text(array.shape)} is {array.size} which does not match the "
                          f"computed number of elements {new.size}. Note that this may occur as a result of rounding error. The out tensor "
                          f"will be resized to a tensor of shape ({new.size},).", UserWarning, stacklevel=4)
        if array.size and not makes:
            warnings.warn(
                f"An output with one or more elements was resized since it had shape {shape_text(array.shape)}, which does not "
                "match "
                f"the required output shape {shape_text(new.shape)}. This behavior is deprecated, and in a future PyTorch release "
                "outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by resizing "
                "it, "
                "inplace, to zero elements with t.resize_(0).", UserWarning, stacklevel=4)
        in_order = name in _IN_ORDER or name == "cholesky_inverse" and new.dtype != array.dtype
        take_shape(target, new.shape, range(new.ndim) if in_order or new.flags.c_contiguous else axes_in_memory(new.shape, new.strides))
        if not in_order and name != "frexp" or not new.size:  # (frexp leaves steps over an axis of length 1 as take_shape makes them)
            steps = of_result(new.shape, [(new.shape, steps_of(new)), *_AS_RESULT[name]]) if name in _AS_RESULT else steps_of(new)
            target._array = with_steps(target._device.xp, target._array, steps)
    with target._device.entered():
        target._array[...] = new if new.dtype.kind != "c" or target._array.dtype.kind == "c" else new.real
    memory_of(target).wrote(f"{name}(out=)")
