"""Comparing a student's value with the right one without trusting it: nothing of the student's is iterated, called or asked `==`."""

import cmath
import re

import workbook as torch

SMALL = 8  # so many numbers of a tensor are shown


class NotComparable(Exception):
    """The value is none of the kinds that an exercise asks for."""


def is_tensor(value):
    """Return whether `value` is one of our tensors. A class that a student derived is not: its methods may say anything."""
    return issubclass(type(value), torch.Tensor) and type(value).__module__.partition(".")[0] == "workbook"


def as_number(value):
    """Return a number out of a number, a NumPy scalar or a tensor without axes; None for everything else, True and False included.

    >>> as_number(3), as_number("3"), as_number(True)
    (3, None, None)
    """
    if is_tensor(value):
        value = torch.Tensor.item(value) if tuple(value.shape) == () else None
    elif type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        value = value.item()
    kind = type(value)
    plain = next((base for base in (int, float, complex) if issubclass(kind, base)), None)
    if plain is None or kind is bool:
        return None
    return plain.__add__(value, 0) if kind is not plain else value  # a subclass may lie about ==


def as_text(value):
    """Return a plain text out of a text, whatever class of text it is; None for everything else."""
    return str.__str__(value) if issubclass(type(value), str) else None


def as_lists(value, depth=4):
    """Return nested lists out of lists, tuples, arrays and tensors of real numbers; everything else as it is.

    >>> as_lists((1, [2, 3])), as_lists(torch.tensor([1, 2])), as_lists("12")
    ([1, [2, 3]], [1, 2], '12')
    """
    if is_tensor(value):
        real = value.dtype is not torch.bool and not value.dtype.is_complex
        return torch.Tensor.tolist(torch.Tensor.detach(value)) if real else value
    if type(value).__module__ == "numpy" and type(value).__name__ == "ndarray":
        return value.tolist() if value.dtype.kind in "iuf" else value
    if type(value) in (list, tuple, torch.Size) and depth:
        return [as_lists(entry, depth - 1) for entry in value]
    return value


def close(a, b, tol):
    """Return whether two numbers agree to `tol`, relative to the larger of 1 and `b`. Two NaN agree, as do equal infinities.

    A complex number agrees with complex numbers only.

    >>> close(0.1 + 0.2, 0.3, 1e-6), close(float("nan"), 1.0, 1e-6), close(10**400, 1.0, 1e-6), close(1 + 0j, 1.0, 1e-6)
    (True, False, False, False)
    """
    if isinstance(a, complex) and not isinstance(b, complex):  # 18 + 0j is no slope
        return False
    if a == b:
        return True
    try:
        a, b = complex(a), complex(b)
        if cmath.isnan(a) or cmath.isnan(b):
            return cmath.isnan(a) and cmath.isnan(b)
        if cmath.isinf(a) or cmath.isinf(b):
            return False
        return abs(a - b) <= tol * max(1.0, abs(b))
    except OverflowError:  # beyond every float, and the right number is not
        return False


def dtype_name(tensor):
    """Return a tensor's dtype without its prefix: `float32`."""
    return str(tensor.dtype).rpartition(".")[2]


def entries(tensor):
    """Return a tensor's numbers in one list, read row by row."""
    its = torch.Tensor  # whose methods are asked, whatever names were set on this tensor
    return its.tolist(its.reshape(its.detach(tensor), -1))


def difference(got, expected, tol=1e-5):
    """Return in which respect `got` differs from `expected`, as the end of a sentence about `got`; None where it does not.

    The answer is not given away: a wrong shape is named by its axis, a wrong number by its place.

    >>> difference([1, 2], (1, 2))
    'is a list; a tuple is asked for'
    >>> difference((1, 2), (1, 3))
    'has 2 at place 1, and that is not the number asked for'
    >>> difference((1, 2), (1, 2)) is None
    True
    """
    if is_tensor(expected):
        return _tensor_difference(got, expected, tol) if is_tensor(got) else f"is {describe(got)}; a tensor is asked for"
    if isinstance(expected, (tuple, list)):
        return _sequence_difference(got, expected, tol)
    if as_number(expected) is not None:
        number = as_number(got)
        if number is None:
            return f"is {describe(got)}; a number is asked for"
        return None if close(number, expected, tol) else f"is {show(got)}, and that is not the number asked for"
    if type(got) is not type(expected):
        return f"is {describe(got)}; {describe(expected)} is asked for"
    if expected is None or isinstance(expected, (str, bool)) or type(expected).__name__ == "dtype":
        return None if got == expected else f"is {show(got)}, and that is not it"
    raise NotComparable(f"an exercise cannot compare {describe(expected)}")


def _tensor_difference(got, expected, tol):
    shape, wanted = tuple(got.shape), tuple(expected.shape)
    if len(shape) != len(wanted):
        return f"has shape {shape}, {_axes(len(shape))}; {_axes(len(wanted))} {'is' if len(wanted) < 2 else 'are'} asked for"
    if shape != wanted:
        if sorted(shape) == sorted(wanted):
            return f"has shape {shape}: the lengths are right, their order is not"
        axis = next(i for i, (a, b) in enumerate(zip(shape, wanted)) if a != b)
        return f"has shape {shape}, and axis {axis} does not have the length asked for"
    if got.dtype.is_complex and not expected.dtype.is_complex:
        return "holds complex numbers; real ones are asked for"
    # numbers before the dtype: a wrong idea matters more than a wrong kind of number
    for place, (a, b) in enumerate(zip(entries(got), entries(expected))):
        if not close(a, b, tol):
            at = _index(place, shape)
            return f"has {show(a)}{at}, and that is not the number asked for there"
    if dtype_name(got) != dtype_name(expected):
        return f"has the right numbers as {dtype_name(got)}; another dtype is asked for"
    return None


def _sequence_difference(got, expected, tol):
    if type(got) not in (type(expected), *_sequence_kin(expected)):
        return f"is {describe(got)}; {describe(expected)} is asked for"
    if len(got) != len(expected):
        return f"has {len(got)} {'entry' if len(got) == 1 else 'entries'}, and that is not the number of entries asked for"
    for place, (a, b) in enumerate(zip(got, expected)):
        found = difference(a, b, tol)
        if found and as_number(a) is not None and as_number(b) is not None:
            return f"has {show(a)} at place {place}, and that is not the number asked for"
        if found:
            return f"is not right at place {place}: this entry {found}"
    return None


def _sequence_kin(expected):
    # a shape is a tuple, whichever class of tuple it is
    return (torch.Size, tuple) if isinstance(expected, tuple) else ()


def _axes(count):
    return {0: "no axis", 1: "one axis"}.get(count, f"{count} axes")


def _index(place, shape):
    index = []
    for length in reversed(shape):
        place, at = divmod(place, length)
        index.insert(0, at)
    return f" at {index}" if shape else ""


def describe(value):
    """Return what kind of thing `value` is, in words, without its contents.

    >>> describe(None), describe("18"), describe([1])
    ('None', 'text', 'a list')
    """
    if value is None:
        return "None"
    if is_tensor(value):
        return f"a tensor of shape {tuple(value.shape)}"
    kind = type(value)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return "a NumPy array"
    if as_number(value) is not None:
        return "a number"
    if issubclass(kind, type):
        return "a class"
    named = {str: "text", bool: "True or False", list: "a list", tuple: "a tuple", dict: "a dict", set: "a set"}
    if kind in named:
        return named[kind]
    if kind.__name__ in ("function", "builtin_function_or_method", "method"):
        return "a function"
    return "a module" if kind.__name__ == "module" else f"an object of type {kind.__name__}"


def show(value, depth=3):
    """Return a value as it stands in a message: numbers short and the same on every machine, large and deep things by their kind.

    >>> show(0.1 + 0.2), show("to"), show([1.0, 2.5]), show(list(range(99)))
    ('0.3', "'to'", '[1, 2.5]', 'a list')
    """
    if type(value) is bool or value is None:
        return str(value)
    number = as_number(value)
    if number is not None:
        if isinstance(number, int):
            return str(number) if abs(number) < 10**12 else "a very large number"
        return f"{number:.6g}"
    if is_tensor(value):
        inside = show(entries(value)) if value.numel() <= SMALL and value.dim() == 1 else ""
        return f"tensor({inside})" if inside else describe(value)
    if type(value) is str:
        return repr(value) if len(value) <= 60 else "a long text"
    if type(value) in (list, tuple) and len(value) <= SMALL and depth:
        inside = ", ".join(show(entry, depth - 1) for entry in value)
        return f"[{inside}]" if type(value) is list else f"({inside},)" if len(value) == 1 else f"({inside})"
    return describe(value)


def scrub(text):
    """Return the text without what differs from run to run: addresses of objects and the paths of files.

    >>> scrub("<f at 0x7f001122> of /a/b/c.py")
    '<f> of c.py'
    """
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", text)
    return re.sub(r"(?:[A-Za-z]:)?(?:[\\/][\w.\- ]+)+[\\/]([\w.\-]+)", r"\1", text)
