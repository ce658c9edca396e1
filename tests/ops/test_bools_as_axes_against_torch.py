"""Every argument of a function that counts axes or lengths, given a bool: in both libraries the same error, or the same result.

Generated from the forms of the functions and the good calls of the table of cases; a list is tried with the bool in front and behind.
"""

import ast
import functools

import pytest
import torch  # noqa: F401  without it this file is skipped, with the reason

from tests.conftest import FULL
from tests.ops.test_wrong_arguments_against_torch import KNOWN
from tests.ops.wrong_arguments import answers, difference, doors, good_call
from workbook.ops.signatures import forms_of

SHARE = 8  # of so many functions one runs always
AXES = ("dim", "dims", "dim0", "dim1", "dim2", "axis0", "axis1", "start_dim", "end_dim", "source", "destination")
UNNAMED = {"Tensor.stride": "argument"}  # it stands behind no door: the error names a place that the argument did not have


@functools.cache
def counting(door):
    """The name of an argument of a function that names axes, its place, and whether it may be several."""
    owner, name = door.rsplit(".", 1)
    for form, _ in forms_of({"torch.special": "special_", "torch.linalg": "linalg_"}.get(owner, "") + name, owner == "Tensor"):
        for place, argument in enumerate(form):
            if argument.name in AXES:
                return argument.name, place, argument.kind.startswith("ints")
    return None


def with_bools(door, text):
    """A good call with its axis exchanged for a bool, by its place and by its name; of several axes one."""
    name, place, several = counting(door)
    call = ast.parse(text, mode="eval").body
    args, named = [ast.unparse(arg) for arg in call.args], {word.arg: ast.unparse(word.value) for word in call.keywords}
    for given in ("True", "False", *(("(True,)", "(0, True)", "(1, False)", "(True, 0)") if several else ())):
        words = {**named, name: given}
        if place < len(args):
            yield f"{ast.unparse(call.func)}({', '.join([*args[:place], given, *args[place + 1:], *(f'{k}={v}' for k, v in named.items())])})"
        if len(args) <= place:
            yield f"{ast.unparse(call.func)}({', '.join([*args, *(f'{k}={v}' for k, v in words.items())])})"


WITH_AXES = sorted(door for door in doors() if counting(door))


@pytest.mark.parametrize("door", WITH_AXES[::1 if FULL else SHARE])
def test_a_bool_for_an_axis_is_taken_or_refused_as_in_torch(door):
    good = good_call(door)
    if good is None:
        pytest.skip("no row of the table is a good call of one line")
    wrong = []
    for text in with_bools(door, good[0]):
        mine, theirs = answers(text, good[1])
        kind = difference(door, mine, theirs)
        if kind and kind not in KNOWN.get(door, ()) and kind != UNNAMED.get(door):
            wrong.append(f"{text}: {kind}: {mine.get('message', mine)[:200]!r} instead of {theirs.get('message', theirs)[:200]!r}"
                         if "raises" in mine and "raises" in theirs else f"{text}: {kind}")
    assert not wrong, "\n".join([f"of {good[1]}:", *wrong])
