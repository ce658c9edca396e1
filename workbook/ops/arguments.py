"""The door of a function: arguments that it cannot take are PyTorch's error, in words.

The functions themselves take for granted that they were called well. Only where one has failed are its arguments read as PyTorch reads
them before it computes (`ops/reading.py`). So the reading costs nothing where all is well. What a function would take in silence, such
as a text for a yes or no, its door asks first, where there is such an argument.
"""

import functools
import re

from workbook.dtypes import dtype
from workbook.errors import explain
from workbook.ops.reading import complaint, read
from workbook.ops.retold import in_whole_numbers
from workbook.ops.signatures import NUMPY_NAMES, forms_of, is_handed_on, marks_of
from workbook.size import Size
from workbook.tensor import Tensor


def door(function, name=None, method=False, spelt=None):
    """Return a function so that arguments that it cannot take are PyTorch's error, under PyTorch's `name` for it.

    `method`: the first argument stands before the dot. `spelt`: what writes arguments under PyTorch's names where they came under others.
    """
    name = name or function.__name__
    known, first, least = marks_of(name, method)

    @functools.wraps(function)
    def call(*args, **options):
        try:
            return function(*args, **options)
        except Exception as problem:
            __tracebackhide__ = True  # IPython then shows the student's line and the function, without the door
            plain = told_again(name, args, options, method, problem)
            if plain is None:
                raise
        return function(*plain[0], **plain[1])

    @functools.wraps(function)
    def careful(*args, **options):
        try:
            if first is not None and (options or len(args) > first or len(args) < least):
                _ask(name, args, options, method)
            return function(*args, **(spelt(name, options) if options and spelt else options))
        except Exception as problem:
            __tracebackhide__ = True  # IPython then shows the student's line and the function, without the door
            plain = told_again(name, args, options, method, problem)
            if plain is None:
                raise
        return function(*plain[0], **(spelt(name, plain[1]) if plain[1] and spelt else plain[1]))

    return careful if first is not None or spelt else call if known else function


def asking(function, name=None):
    """Return a function whose arguments are asked first, if there are such in its forms; else the function as it is."""
    return door(function, name) if marks_of(name or function.__name__)[1] is not None else function


def _ask(name, args, options, method):
    """Raise TypeError where an argument that is asked first is of a wrong kind, or stands without those that it belongs to."""
    __tracebackhide__ = True
    places, names, company, least = _asked(name, method)
    for place, kinds in places:
        if place < len(args) and args[place].__class__ not in kinds:
            refuse_arguments(name, args, options, method)
    for key in options:
        if key in names and (options[key].__class__ not in names[key] or key in company and _alone(company[key], args, options)):
            refuse_arguments(name, args, options, method)
    if len(args) + len(options) < least:
        refuse_arguments(name, args, options, method)


def _alone(company, args, options):
    """Whether no form that has an argument given by name has room for the others."""
    return not any(len(args) <= most and options.keys() <= known and all(
        place < len(args) or any(name in options for name in names) for place, names in needed) for most, needed, known in company)


@functools.cache
def _asked(name, method):
    """Return what is asked first: the classes that fit, by the places of the arguments and by their names; in which company those that are
    not in each form stand there, (how many may be given by place, which others have to be there, which may be) a form; and how many
    arguments there are at least.
    """
    forms = [form for form, _ in forms_of(name, method)]
    every = [argument.name for form in forms for argument in form]
    places, names, company = {}, {}, {}
    for form in forms:
        for place, argument in enumerate(form, start=method):
            if argument.asked:
                at = [other for each in forms for other in each[place - method:place - method + 1] if not other.by_name]
                if not argument.by_name:
                    places[place] = _classes(at)
                for key in _names(argument):
                    names[key] = _classes([other for each in forms for other in each if other.name == argument.name])
                    if every.count(argument.name) < len(forms):
                        needed = [(at, _names(other)) for at, other in enumerate(form, start=method) if not other.optional and other is not argument]
                        known = {name for other in form for name in _names(other)}
                        company.setdefault(key, []).append((method + sum(not other.by_name for other in form), needed, known))
    least = 0 if is_handed_on(name) else method + min((sum(not argument.optional for argument in form) for form in forms), default=0)
    return tuple(places.items()), names, company, least


def _names(argument):
    return (argument.name, *NUMPY_NAMES.get(argument.name, ()))


def _classes(arguments):
    """Return the classes that most values of these arguments have. (What is of another class may fit, too; it is looked at closely.)"""
    return frozenset(kind for argument in arguments for kind in (*MOSTLY.get(argument.kind, ()), *[type(None)] * argument.none))


MOSTLY = {"bool": (bool,), "int": (int,), "length": (int,), "Tensor": (Tensor,), "number": (int, float), "float": (float, int), "str": (str,), "dtype": (dtype,),
          "ints": (tuple, list, Size), "ints|int": (int, tuple, list, Size), "pair": (int, tuple, list, Size), "sizes": (int, tuple, list, Size), "floats": (tuple, list)}


def refuse_arguments(name, args, options, method=False, problem=None):
    """Raise TypeError where no form of a function, or of the method, takes these arguments. To be called where it has failed.

    `problem` is how it has failed: where that says the same, it says it better. Return whether it does.
    """
    __tracebackhide__ = True
    name, method = _split(name, args, options, method)
    found = complaint(name, args[1:] if method else args, options, method)
    if isinstance(problem, ValueError) and is_handed_on(name):
        return True  # what PyTorch's function itself asks comes before the kinds, which its inner function asks
    if found is not None and not _said(problem, *found):
        counts = is_handed_on(name) and isinstance(problem, TypeError) and " must be " not in found[0]
        raise TypeError(explain(str(problem) if counts else found[0], *found[1:])) from None  # Python itself says how many it takes
    if str(problem).startswith("argument 'size' failed"):  # who says so does not know whose argument it is
        raise TypeError(re.sub("^", f"{name}(): ", str(problem), count=1)) from None
    return found is not None


def _said(problem, what, why, fix):
    first, *rest = str(problem).splitlines() or [""]
    if not rest or not isinstance(problem, TypeError):
        return False
    return first == what or "combination" in what and what.partition(" - got")[0] in first and "must be Tensor" not in why


def told_again(name, args, options, method=False, problem=None):
    """Raise TypeError where no form of a function that has failed takes these arguments; else return them in Python's own whole numbers,
    or None where they are that already.
    """
    __tracebackhide__ = True
    own, its = _split(name, args, options, method)
    form = next((form for form in forms_of(own, its) if read(own, form.arguments, args[1:] if its else args, options) is None), None)
    one_by_one = isinstance(problem, TypeError) and "positional argument" in str(problem)  # of which Python says that they are too many
    plain = None if form is None else in_whole_numbers(form, args, options, its, one_by_one)
    return None if refuse_arguments(name, args, options, method, problem) else plain


def _split(name, args, options, method):
    """The function that the arguments are handed on to, and whether it is a method: PyTorch's `split` of a list is another one."""
    given = (*args[1:], *options.values(), 0)[0]
    handed = name == "split" and not isinstance(given, int) and not (isinstance(given, Tensor) and given.numel() == 1)
    return ("split_with_sizes", False) if handed else (name, method)
