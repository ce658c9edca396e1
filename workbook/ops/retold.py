"""Whole numbers that came as Tensors, or as NumPy's, and lengths that came by name: as a function takes them that has failed over them."""

from workbook.numbers import counted, is_length, length_of

COUNTS = ("int", "length", "ints", "ints|int")  # kinds of arguments that are whole numbers
# Lists in which a Tensor of True stands for 1; in others it is no length.
ONES = frozenset("dim dims dims_self dims_other source destination kernel_size".split())


def in_whole_numbers(form, args, options, method, one_by_one=False):
    """Return the arguments of a call by a form that takes them, with Python's ints where whole numbers came otherwise, and lengths one by
    one where they came by name; None where nothing is otherwise. Raises ValueError for a number of more than 64 bits.

    `one_by_one`: whether the function has failed because it takes them in a tuple.
    """
    given = list(args[method:])
    places = [argument for argument in form.arguments if not argument.by_name]
    if len(places) == 1 and places[0].kind == "ints" and given and not isinstance(given[0], (tuple, list)):
        given = [tuple(given)]
    plain, left = list(map(_plain, places, given)), {}
    for key, value in options.items():
        argument = next((argument for argument in form.arguments if argument.name == key), None)
        value = value if argument is None else _plain(argument, value)
        if argument is not None and argument.kind == "ints" and argument is places[-1] and len(plain) == len(places) - 1:
            plain.append(value)
        else:
            left[key] = value
    same = not (one_by_one and len(given) < len(args) - method) and len(plain) == len(given) and all(new is old for new, old in zip(plain, given)) and (
        all(left[key] is options[key] for key in left))
    return None if same else ([*args[:method], *plain], left)


def _plain(argument, value):
    """Return what was given for an argument, with Python's ints in it; the same object where it holds no other whole numbers."""
    if argument.kind not in COUNTS:
        return value
    if isinstance(value, (tuple, list)):
        plain = [_int(argument, item) for item in value]
        return value if all(new is old for new, old in zip(plain, value)) else tuple(plain)
    value = _int(argument, value)
    return counted(value) if value.__class__ is int else value


def _int(argument, value):
    if value.__class__ is int or value.__class__ is bool or not is_length(value):
        return value
    return int(value) if argument.name in ONES else length_of(value)
