"""What is wrong with the arguments of a call: too many or too few, of a wrong kind, under a name that the function does not know.

They are read as PyTorch reads them before it computes: by the forms of the table in `ops/signatures.py`.
"""

import numpy as np

from workbook.devices import device
from workbook.dtypes import dtype
from workbook.errors import as_a_tensor, kind_of
from workbook.formats import layout, memory_format
from workbook.numbers import is_length, is_whole
from workbook.ops.elementwise import is_number
from workbook.ops.signatures import NUMPY_NAMES, forms_of, is_handed_on
from workbook.random import Generator
from workbook.tensor import Tensor

# What PyTorch calls the kinds.
CALLED = {"number": "Number", "length": "int", "ints": "tuple of ints", "ints|int": "tuple of ints", "pair": "tuple of ints", "sizes": "tuple of ints", "floats": "tuple of floats", "numbers": "tuple of Scalars",
          "Tensors": "tuple of Tensors", "Tensors2": "tuple of Tensors", "Tensors3": "tuple of Tensors", "Tensors4": "tuple of Tensors",
          "dtype": "torch.dtype", "device": "torch.device", "layout": "torch.layout", "memory_format": "torch.memory_format",
          "Generator": "torch.Generator"}
# Functions that take a number for a Tensor.
NUMBERS_FOR_TENSORS = frozenset("copy add sub mul div multiply subtract divide true_divide floor_divide".split())
# Functions that take their Tensors one by one, too.
SEVERAL = frozenset("meshgrid broadcast_tensors cartesian_prod block_diag chain_matmul".split())
# What NumPy calls otherwise.
INSTEAD = {"ddof": "correction", "a": "input", "shape": "size"}
AXES = frozenset("dim dim0 dim1 dim2 axis0 axis1 start_dim end_dim source destination".split())
WHY = {
    "Tensors": ("several Tensors stand there", "write them in a list: [a, b]"),
    "Tensor": ("operations work on Tensors, so that they can be recorded", ""),  # what to write depends on what was given
    "number": ("it is computed with", "write a number"), "float": ("it is computed with", "write a number"),
    "int": ("it counts places or axes, so it is a whole number", "write a whole number, such as int(...)"),
    "length": ("it counts places, so it is a whole number", "write a whole number, such as int(...)"),
    "axis": ("it names one axis by its number", "write a whole number, such as 0, or -1 for the last axis"),
    "bool": ("it is a yes or no", "write {name}=True, or leave it out"), "str": ("it is one of a few words", "write the word in quotation marks"),
    "ints": ("it counts places or axes, so it holds whole numbers", "write whole numbers, such as (2, 3)"),
    "ints|int": ("it counts places or axes, so it holds whole numbers", "write whole numbers, such as (2, 3), or one"),
    "pair": ("it counts places along two axes", "write whole numbers, such as (2, 3), or one"),
    "sizes": ("it counts places, and None keeps a side as it is", "write whole numbers, such as (2, 3), or one"),
    "floats": ("it holds numbers", "write (0., 1.)"), "numbers": ("it holds numbers", "write [1, 2]"),
    "dtype": ("it names the kind of numbers", "write torch.float32"), "device": ("it is the place of the memory", "write 'cpu'"),
    "layout": ("it names an order of memory", "write torch.strided"), "Generator": ("it is a stream of random numbers", "write torch.Generator()"),
    "memory_format": ("it names an order of memory", "write torch.contiguous_format")}


def complaint(name, args, options, method=False):
    """Return what is wrong with the arguments of a call, why and what to change; None where they fit one of the function's forms."""
    args = _together(name, args)
    forms, found, of_the_count = forms_of(name, method), [], []
    count = len(args) + len(options)
    for form, old in forms:
        wrong = read(name, form, args, options)
        if wrong is None:
            return _unpacked(name, form, args, options)
        found.append(wrong)
        if not old and sum(not each.optional for each in form) <= count <= len(form):
            of_the_count.append(wrong)
    if len(found) < 2:
        return found[0] if found else None
    return of_the_count[0] if len(of_the_count) == 1 else _of_no_form(name, forms, of_the_count or found, args, options)


def _together(name, args):
    """Return the arguments of a call with Tensors that were given one by one as one of them."""
    if name in SEVERAL and args and not (len(args) == 1 and isinstance(args[0], (tuple, list))):
        return (args,)
    return (args[0], args[1:]) if name == "einsum" and args and isinstance(args[0], str) else args


def _of_no_form(name, forms, found, args, options):
    given = ", ".join([*map(kind_of, args), *(f"{key}={kind_of(value)}" for key, value in options.items())])
    known = {argument.name for form, _ in forms for argument in form}
    unknown = next((key for key in options if key not in known), None)
    texts = "it is " + ", or ".join(dict.fromkeys(_written(name, form) for form, old in forms if not old))
    wrong = next((wrong for wrong in found if " must be " in wrong[0]), None)
    why = texts if wrong is None else f"{wrong[0].partition('(): ')[2]}; {texts}"
    fix = _instead_of(unknown, known) if unknown is not None else "give what one of them takes" if wrong is None else wrong[2]
    return f"{name}() received an invalid combination of arguments - got ({given})", why, fix


def _instead_of(unknown, known):
    return f"write {INSTEAD[unknown]}= in place of {unknown}=" if INSTEAD.get(unknown) in known else f"leave {unknown}= out"


def _written(name, form):
    words = []
    for argument in form:
        words += ["*"] if argument.by_name and "*" not in words else []
        words.append(f"[{argument.name}]" if argument.optional else argument.name)
    return f"{name}({', '.join(words)})"


def read(name, form, args, options):
    """Read the arguments of a call by one form, as PyTorch does. Return what is wrong, why and what to change; None where they fit."""
    places = [argument for argument in form if not argument.by_name]
    several = len(places) == 1 and places[0].kind in ("ints", "ints|int")  # whose whole numbers may be given one by one
    if len(args) > len(places) and not (several and is_length(args[0])):
        return _too_many(name, form, places, args)
    left, place = dict(options), 0
    for argument in form:
        by_name = place >= len(args) or argument.by_name
        value = _taken(left, argument.name) if by_name else args[place]
        if value is left:
            if not argument.optional:
                return _too_few(name, form, len(args), options)
            continue
        handed_on = value is not left and is_handed_on(name)  # in its place, also what was given by name
        at = (form.index(argument) if handed_on else place) + 1 if argument.handed is None else argument.handed
        where = f" (position {at})" if at and (handed_on or not by_name) else ""
        place += not by_name
        if value is None and argument.none:
            continue
        if several and argument is places[0] and not by_name and not _fits(argument.kind, value) and is_length(value):
            value, place = args, len(args)
        wrong = _wrong(name, argument, value, where, name.removesuffix("_") in NUMBERS_FOR_TENSORS, form.index(argument))
        if wrong:
            return wrong
    if place < len(args):
        return _too_many(name, form, places, args)
    return _unknown(name, form, options, left) if left else None


def _taken(options, name):
    """Take an argument from those given by name, also by NumPy's, and return it; `options` itself where it is not there."""
    for known in (name, *NUMPY_NAMES.get(name, ())):
        if known in options:
            return options.pop(known)
    return options


def _too_many(name, form, places, args):
    least = sum(not argument.optional for argument in form)
    count = str(len(places)) if least == len(places) else f"from {least} to {len(places)}"
    return (f"{name}() takes {count} positional argument{'s' * (least != len(places) or len(places) != 1)} but {len(args)} "
            f"{'was' if len(args) == 1 else 'were'} given", f"it is {_written(name, form)}", "leave out what is too much, or give it by name")


def _too_few(name, form, count, options):
    missing = [f'"{argument.name}"' for place, argument in enumerate(form)
               if not argument.optional and (place >= count or argument.by_name) and argument.name not in options]
    return (f"{name}() missing {len(missing)} required positional arguments: {', '.join(missing)}", f"it is {_written(name, form)}",
            "give what is missing")


def _unknown(name, form, options, left):
    known = [argument.name for argument in form]
    for key in options:  # another name, such as axis, counts as unknown here
        if key not in known:
            return f"{name}() got an unexpected keyword argument '{key}'", f"it is {_written(name, form)}", _instead_of(key, known)
        if key in left:
            break
    return f"{name}() got multiple values for argument '{next(iter(left))}'", "it was given by its place, too", "give it once"


def _wrong(name, argument, value, where, numbers_too, place):
    """What is wrong with the value of an argument, why and what to change; None where it is of the argument's kind."""
    kind = argument.kind
    begin = f"{name}(): argument '{argument.name}'{where}"
    if kind.startswith("Tensors") and isinstance(value, (tuple, list)):
        for at, item in enumerate(value):
            if not isinstance(item, Tensor):
                return (f"expected Tensor as element {at} in argument {place}, but got {kind_of(item)}", f"{name}() takes several Tensors",
                        "wrap it: torch.tensor(...)")
        return None if not kind[7:] or len(value) == int(kind[7:]) else (f"{begin} must be {CALLED[kind]}, not {kind_of(value)}",
                                                                         f"they are {kind[7:]}", "give as many")
    if kind == "Tensor" and numbers_too and is_number(value) or _fits(kind, value):
        return None
    why, fix = WHY["axis" if argument.name in AXES and kind == "int" else kind[:7] if kind.startswith("Tensors") else kind]
    if kind.startswith("ints") and isinstance(value, (tuple, list)) and where:
        what = f"{begin} must be tuple of ints, but found element of type {kind_of(value[0])} at pos 0"
    else:
        what = f"{begin} must be {CALLED.get(kind, kind)}, not {kind_of(value)}"
    if kind.startswith("ints") and getattr(value, "ndim", 0):
        fix = "write the numbers one by one, such as tuple(x.tolist())"
    elif kind == "ints" and is_length(value):
        fix = f"write ({int(value)},)"
    elif kind == "Tensor":
        fix = as_a_tensor(value, argument.name)
    return what, why, fix.format(name=argument.name)


def _unpacked(name, form, args, options):
    """What is wrong with whole numbers after the first of several: these PyTorch looks at last. None where all are whole."""
    places = [argument for argument in form if not argument.by_name]
    named = [(argument, options[argument.name]) for argument in form if argument.name in options]
    for argument, value in [*zip(places, args), *named]:
        if argument.kind.startswith("ints") and (len(places) == 1 and argument.kind == "ints" or isinstance(value, (tuple, list))):
            value = value if isinstance(value, (tuple, list)) else args
            for at, item in enumerate(value):
                wrong = _not_unpacked(item, at)
                if wrong:
                    why = (f"no memory has {item} places", "give a smaller number") if wrong.startswith("Overflow") else WHY["ints"]
                    return f"{name}(): argument '{argument.name}' failed to unpack the object at pos {at + 1} with error \"{wrong}", *why
    return None


def _not_unpacked(item, place):
    """PyTorch's words for one of several whole numbers that is none, or has more than 64 bits; None where it is one."""
    if is_length(item, place):
        return None if -2**63 <= int(item) < 2**63 else "Overflow when unpacking long long"
    return f"type must be tuple of ints,but got {kind_of(item)}\""


def _fits(kind, value):
    """Whether a value is of a kind. A Tensor of one number stands for that number, if nothing is to be recorded."""
    if kind in ("number", "float"):
        one = isinstance(value, Tensor) and value.ndim == 0 and not value.requires_grad
        return one or is_number(value) and (kind == "number" or not isinstance(value, (complex, np.complexfloating)))
    if kind == "int":
        return is_whole(value)
    if kind == "length":
        return is_length(value)
    if kind in ("ints", "ints|int"):
        if isinstance(value, (tuple, list)):
            return not value or is_length(value[0])
        return kind == "ints|int" and is_length(value) and isinstance(value, (int, np.integer, Tensor))
    if kind in ("sizes", "pair"):
        if isinstance(value, int) or not hasattr(value, "__len__"):
            return is_length(value) and (kind == "pair" or isinstance(value, int))
        return getattr(value, "ndim", 1) > 0 and _fits("ints", [side for side in value if side is not None or kind == "pair"])
    if kind in ("floats", "numbers"):
        return isinstance(value, (tuple, list)) and all(_fits("float" if kind == "floats" else "number", item) for item in value)
    if kind == "device" and isinstance(value, bool):
        return False
    return kind == "any" or isinstance(value, CLASSES[kind]) or kind == "dtype" and any(value is each for each in (float, bool, int, complex))


CLASSES = {"Tensor": Tensor, "bool": (bool, np.bool_), "str": str, "dtype": dtype, "device": (device, str, int), "layout": layout,
           "memory_format": memory_format, "Generator": Generator,
           "Tensors": (tuple, list), "Tensors2": (tuple, list), "Tensors3": (tuple, list), "Tensors4": (tuple, list)}
