"""Calls of functions that make tensors, typed by a student: read without running any of it, then made by the engine."""

import ast
import math

import workbook as torch
from workbook import dtypes
from workbook.errors import explain

from .replay import unseen

FIRST = {"zeros": "2, 3", "ones": "2, 3", "full": "(2, 3), 7.", "arange": "0, 10, 2", "linspace": "0, 1, steps=5", "eye": "3",
         "rand": "2, 3", "randn": "2, 3", "tensor": "[[1, 2], [3, 4]]"}
LONGEST = 2000     # letters of an argument
MOST = 1_000_000   # elements that are made to be looked at


def make(name, typed):
    """Return the tensor that `torch.name(typed)` makes. Raises what the engine raises, or SyntaxError for what cannot be read.

    >>> make("arange", "0, 10, step=4, dtype=torch.float32")
    tensor([0., 4., 8.])
    """
    positional, named = read(typed)
    wanted = _elements(name, positional, named)
    if wanted > MOST:
        raise ValueError(explain(f"{name}({typed}) would have {wanted:,.0f} elements", f"this view makes at most {MOST:,}",
                                 "take smaller sizes to look at"))
    with unseen():
        return getattr(torch, name)(*positional, **named)


def read(typed):
    """Return the positional and the named arguments that a text gives: literals, and dtypes such as `torch.int64`.

    >>> read("2, 3, dtype=torch.int64")
    ((2, 3), {'dtype': torch.int64})
    """
    if len(typed) > LONGEST:
        raise SyntaxError(explain("this argument is too long", f"it has {len(typed)} letters", f"use at most {LONGEST}"))
    try:
        call = ast.parse(f"f({typed}\n)", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise SyntaxError("a bracket is closed too early")
        return tuple(map(_value, call.args)), {_keyword(given): _value(given.value) for given in call.keywords}
    except (SyntaxError, ValueError, MemoryError, RecursionError) as problem:
        slip = problem.msg if isinstance(problem, SyntaxError) else str(problem)
        raise SyntaxError(explain(
            f"({typed}) cannot be read: {slip}", "only numbers, True, False, None, lists, tuples and dtypes are read here; nothing is run",
            "write it like (2, 3) or ([[1, 2], [3, 4]], dtype=torch.float32)")) from None


def _value(node):
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "torch":
        found = {each.name.removeprefix("torch."): each for each in dtypes.ALL if each.numpy is not None} | ALIASES
        if node.attr not in found:
            raise ValueError(f"torch.{node.attr} is no dtype")
        return found[node.attr]
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f"{ast.unparse(node)} is not a plain number or list") from None


ALIASES = {"float": dtypes.float32, "double": dtypes.float64, "int": dtypes.int32, "long": dtypes.int64, "half": dtypes.float16}


def _keyword(given):
    if given.arg is None:
        raise ValueError("** is not read here")
    return given.arg


def _elements(name, positional, named):
    """Return how many elements a call would make, as far as its numbers tell; 0 where the engine will refuse it anyway."""
    numbers = [number for number in _flat([positional, list(named.values())]) if isinstance(number, (int, float)) and number == number]
    if name == "tensor" or not numbers:
        return 0
    if name == "full":
        numbers = list(_flat([positional[:1], named.get("size", ())]))
    if name == "arange":
        first, *rest = [number for number in positional if isinstance(number, (int, float))] or [0]
        start, end = (first, rest[0]) if rest else (0, first)
        start, end = named.get("start", start), named.get("end", end)
        step = named.get("step", rest[1] if len(rest) > 1 else 1)
        plain = all(isinstance(number, (int, float)) for number in (start, end, step))
        return abs((end - start) / step) if plain and step else 0
    if name == "linspace":
        steps = named.get("steps", positional[2] if len(positional) > 2 else 0)
        return steps if isinstance(steps, int) else 0
    if name == "eye":
        numbers = [*numbers, *numbers] if len(numbers) == 1 else numbers
    return math.prod(max(1, abs(number)) for number in numbers if not isinstance(number, str))


def _flat(given):
    for each in given:
        if isinstance(each, (list, tuple)):
            yield from _flat(each)
        else:
            yield each
