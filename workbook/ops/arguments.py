"""What is wrong with the arguments of a call: no Tensor where there has to be one, a name that the function does not know.

The functions themselves take for granted that they were called well, and fail where they first ask an argument something. The question
why is asked only then, so that it costs nothing where all is well. A list in place of a Tensor, as NumPy takes it, and NumPy's names of
arguments are what students most often bring.
"""

import functools
import inspect
import re

from workbook.errors import explain, not_a_tensor
from workbook.ops.elementwise import NUMBERS
from workbook.tensor import Tensor

# How a function's first argument is called where it is one Tensor.
ONE_TENSOR = ("input", "x", "x1", "y", "A", "L", "B", "b", "LU_data", "tensor", "sorted_sequence")
# Later arguments that are Tensors, or whole numbers, wherever they occur.
ALSO_TENSORS = frozenset(("index", "mask", "source", "the_template"))
# Later arguments that are Tensors where a number will not do: that a function fails with what is neither tells.
TENSORS_OR_NUMBERS = frozenset((
    "other", "tensor1", "tensor2", "vec1", "vec2", "mat1", "mat2", "batch1", "batch2", "mat", "vec", "src", "values", "weight", "target", "B", "b",
    "A", "boundaries", "input2", "elements", "test_elements", "tau", "LU", "pivots", "x2", "y", "weights",
    "running_mean", "running_var"))
# A first argument that is a list of Tensors, or all arguments where they are Tensors.
SEVERAL = frozenset(("tensors", "matrices"))
WHOLE = frozenset(("offset", "diagonal", "chunks", "length"))
# Arguments that are axes, or sides.
AXES = frozenset(("dim", "dims", "dim0", "dim1", "dim2", "start_dim", "end_dim", "source", "destination", "size", "shape"))
# Arguments that are True or False. Whatever else stands there would pass for one of them.
FLAGS = frozenset(("keepdim", "descending", "largest", "sorted"))
# Functions of several forms, and how functions of networks are called inside PyTorch.
OF_SEVERAL_FORMS = frozenset(("sort", "max", "min", "any", "all"))
INSIDE = {"cross_entropy": "cross_entropy_loss", "nll_loss": "nll_loss_nd"}
# What NumPy calls otherwise.
INSTEAD = {"ddof": "correction", "a": "input", "shape": "size"}


def first_parameter(function):
    """Return the name of the first parameter where that is one Tensor; None elsewhere."""
    name = next(iter(inspect.signature(function).parameters), None)
    return name if name in ONE_TENSOR else None


def of_a_tensor(function):
    """Return a function without `out`, which begins with a Tensor or a list of them, so that anything else in its place is PyTorch's error."""
    first = next(iter(inspect.signature(function).parameters), None)
    return _explained(function) if first in ONE_TENSOR or first in SEVERAL else function


@functools.cache
def of_tensors(function, method=False):
    """Return a function so that what its later arguments may not be is PyTorch's error; as it is where it has none of these.

    `method`: for the door `x.name`, where arguments are counted without the Tensor itself.
    """
    parameters = inspect.signature(function).parameters.keys()
    return _explained(function, method) if (ALSO_TENSORS | WHOLE) & parameters or function.__name__.endswith("_as") else function


def _explained(function, method=False):
    @functools.wraps(function)
    def call(*args, **options):
        try:
            return function(*args, **options)
        except (AttributeError, TypeError) as problem:
            refuse_arguments(function, args, options, problem, method)
            raise

    return call


def flags_of(function):
    """Return at which positions a function has flags, {position: name}, in order."""
    return {place: name for place, name in enumerate(inspect.signature(function).parameters) if name in FLAGS}


def refuse_flags(function, flags, args, options):
    """Raise TypeError where a flag is neither True nor False. `flags` is what `flags_of` returns."""
    name = function.__name__
    for place, argument in flags.items():
        value = args[place] if place < len(args) else options.get(argument, False)
        if not isinstance(value, bool):
            kinds = [_kind(each) for each in args] + [f"{key}={_kind(each)}" for key, each in options.items()]
            what = (f"{name}() received an invalid combination of arguments - got ({', '.join(kinds)})" if name in OF_SEVERAL_FORMS else
                    f"{name}(): argument '{argument}' (position {place + 1}) must be bool, not {_kind(value)}")
            raise TypeError(explain(what, f"{argument} is True or False", f"write {argument}=True, or leave it out"))


def without_itself(problem):
    """Return an error in which positions are counted without the first argument, which stands before a method's dot."""
    def one_less(found):
        return f"(position {max(int(found[1]) - 1, 1)})"

    return type(problem)(re.sub(r"\(position (\d+)\)", one_less, str(problem), count=1))


def refuse_arguments(function, args, options, problem, method=False):
    """Raise TypeError where a function, or the method, failed with `problem` because of its arguments."""
    try:
        _refuse(function, args, options, problem)
    except TypeError as found:
        raise (without_itself(found) if method else found) from None
    if method and "(position " in str(problem):
        raise without_itself(problem) from None


def _refuse(function, args, options, problem):
    name = function.__name__.removeprefix("linalg_")
    name = INSIDE.get(name, name)
    try:
        given = inspect.signature(function).bind(*args, **options).arguments
    except TypeError:
        raise TypeError(_bad_call(name, function, args, options, str(problem) if function.__name__ in INSIDE else None)) from None
    first, value = next(iter(given.items()), (None, None))
    if first in ONE_TENSOR and not isinstance(value, Tensor):
        raise not_a_tensor(name, first, 1, value) from None
    if first in SEVERAL and isinstance(value, (tuple, list)):
        if len(value) == 1 and isinstance(value[0], (tuple, list)):  # meshgrid([x, y]) for meshgrid(x, y)
            value = value[0]
        for place, item in enumerate(value):
            if not isinstance(item, Tensor):
                raise TypeError(explain(f"expected Tensor as element {place} in argument 0, but got {_kind(item)}",
                                        f"{name}() joins Tensors", "wrap it: torch.tensor(...)")) from None
    if str(problem).startswith("argument 'size' failed"):
        raise TypeError(re.sub("^", f"{name}(): ", str(problem), count=1)) from None
    if "\n" in str(problem):  # it is worded already
        if str(problem).startswith(("argument 'dim' must", "argument 'size' must")):  # by who does not know whose argument it is
            for position, (argument, value) in enumerate(given.items(), start=1):
                if argument in AXES and (isinstance(value, bool) or not hasattr(value, "__index__")):
                    raise TypeError(re.sub(r"argument '\w+'", f"{name}(): argument '{argument}' (position {position})",
                                           str(problem), count=1)) from None
        return
    for position, (argument, value) in enumerate(given.items(), start=1):
        counts = argument in WHOLE or argument == "index" and name.startswith("select")
        if counts and (isinstance(value, bool) or not hasattr(value, "__index__")):
            raise TypeError(explain(f"{name}(): argument '{argument}' (position {position}) must be int, not {_kind(value)}",
                                    "it counts places, so it is a whole number", "write int(...)")) from None
        if (argument in ALSO_TENSORS and not counts or name.endswith("_as")) and not isinstance(value, Tensor):
            raise not_a_tensor(name, argument, position, value) from None
        # What it took for a Tensor and asked in vain is known by name: the error holds it.
        asked = isinstance(problem, AttributeError) and problem.obj is value and not isinstance(value, Tensor)
        if asked and argument in TENSORS_OR_NUMBERS or argument in TENSORS_OR_NUMBERS and value is not None and not isinstance(value, (Tensor, *NUMBERS)):
            raise not_a_tensor(name, argument, position, value) from None


def _bad_call(name, function, args, options, what=None):
    """The text of the error for arguments that do not belong to the function, or are missing; `what` is Python's own text."""
    kinds = [_kind(value) for value in args] + [f"{argument}={_kind(value)}" for argument, value in options.items()]
    known = inspect.signature(function).parameters
    unknown = next((argument for argument in options if argument not in known), None)
    fix = ("look at what the function takes" if unknown is None else
           f"write {INSTEAD[unknown]}= in place of {unknown}=" if INSTEAD.get(unknown) in known else f"leave {unknown}= out")
    return explain(what or f"{name}() received an invalid combination of arguments - got ({', '.join(kinds)})",
                   f"it is {name}({', '.join(map(str, known.values()))})", fix)


def _kind(value):
    return "Tensor" if isinstance(value, Tensor) else type(value).__name__
