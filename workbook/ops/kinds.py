"""Calls held to the kinds that are written beside a function's arguments, as PyTorch's inner functions hold theirs."""

import functools
import inspect
import re
from typing import SupportsIndex

from workbook.errors import explain, not_a_tensor
from workbook.numbers import is_length, is_whole
from workbook.tensor import Tensor

Number, Length, Ints = int | float | complex, SupportsIndex, tuple[int, ...]  # a Length is an int of which PyTorch takes more

# What PyTorch calls the kinds of arguments. Of other annotations nothing is asked here.
KINDS = {Tensor: "Tensor", Tensor | None: "Tensor", bool: "bool", int: "int", Length: "int", float: "float", Number: "Number", Ints: "tuple of ints",
         tuple: "tuple of Tensors"}


def native(function):
    """Hold calls of `function` to the kinds that stand beside its arguments. Its docstring gets the page of PyTorch that it speaks of."""
    page = re.search(r"torch\.nn\.[\w.]*\w", function.__doc__)[0]
    function.__doc__ += f"\n\nSource: https://pytorch.org/docs/2.13/generated/{page}.html\n"
    signature = inspect.signature(function)
    kinds = {name: parameter.annotation for name, parameter in signature.parameters.items() if parameter.annotation in KINDS}

    @functools.wraps(function)
    def call(*args, **options):
        try:
            bound = signature.bind(*args, **options)
        except TypeError:
            raise TypeError(_bad_call(function.__name__, signature.parameters, args, options)) from None
        for place, (name, given) in enumerate(bound.arguments.items()):
            kind = kinds.get(name)
            if kind is not None and not _is_of(given, kind):
                raise _wrong_kind(function.__name__, name, place if place < len(args) else None, given, KINDS[kind])
            if kind in (float, Number) and isinstance(given, Tensor):
                bound.arguments[name] = given.item()
        return function(*bound.args, **bound.kwargs)

    return call


def _is_of(value, kind):
    if kind is int:
        return is_whole(value)
    if kind is Length:
        return is_length(value)
    if kind in (float, Number):  # also NumPy's numbers, and a Tensor of one
        return getattr(value, "ndim", 0) == 0 and (hasattr(value, "__float__") or kind is Number and hasattr(value, "__complex__"))
    if kind is Ints:
        return isinstance(value, (tuple, list)) and all(is_length(side, place) for place, side in enumerate(value))
    return isinstance(value, (tuple, list) if kind is tuple else kind)


def _wrong_kind(function, name, place, given, called):
    """The error for an argument of another kind. Words in place of a reduction are what students bring."""
    if called == "Tensor" and place is not None:
        return not_a_tensor(function, name, place + 1, given)
    where = "" if place is None else f" (position {place + 1})"
    found = f"not {_name_of(given)}"
    if called == "tuple of ints" and isinstance(given, (tuple, list)):
        wrong = next(at for at, value in enumerate(given) if not is_length(value, at))
        found = f"but found element of type {_name_of(given[wrong])} at pos {wrong}"
    why, fix = {
        "bool": ("it is yes or no", f"write {name}=True or {name}=False"), "Tensor": ("it holds numbers", "wrap it: torch.tensor(...)"),
        "int": ("it is a whole number", "write a whole number"), "float": ("it is computed with", "write a number"),
        "Number": ("it is computed with", "write a number"), "tuple of ints": ("it counts places along several axes", "write (3,) for one of them"),
        "tuple of Tensors": ("the state of an LSTM is a pair: the hidden state and the cell", "write (h, c)")}[called]
    if name == "reduction":
        why, fix = "this inner function counts them: 0 none, 1 mean, 2 sum", f"use torch.nn.functional.{function}, which knows 'mean' and 'sum'"
    return TypeError(explain(f"{function}(): argument '{name}'{where} must be {called}, {found}", why, fix))


def _name_of(value):
    kind = type(value)
    return kind.__name__ if kind.__module__ in ("builtins", Tensor.__module__) else f"{kind.__module__}.{kind.__name__}"


def _bad_call(function, parameters, args, options):
    """The text of the error for a call with too many arguments, too few, or one that the function does not know, in PyTorch's words."""
    places = [parameter for parameter in parameters.values() if parameter.kind is not parameter.KEYWORD_ONLY]
    count = f"{len(places)} positional argument{'s' * (len(places) != 1)}"
    missing = [f'"{name}"' for place, (name, parameter) in enumerate(parameters.items())
               if parameter.default is parameter.empty and place >= len(args) and name not in options]
    if len(args) > len(places):
        what = f"{function}() takes {count} but {len(args)} were given"
    elif missing:
        what = f"{function}() missing {len(missing)} required positional argument{'s' * (len(missing) == 1)}: {', '.join(missing)}"
    elif unknown := [name for name in options if name not in parameters]:
        what = f"{function}() got an unexpected keyword argument '{unknown[0]}'"
    else:
        what = f"{function}() got multiple values for argument '{next(name for name in parameters if name in options)}'"
    return explain(what, f"torch.{function} is an inner function, with arguments of its own: {function}({', '.join(parameters)})",
                   f"use torch.nn.functional.{function}, or name all of them")
