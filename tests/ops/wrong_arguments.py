"""Good calls of the table of cases, each with one argument spoilt: what torch makes of it, and what workbook does.

`doors()` names the functions and methods, `spoilt(door)` gives the calls of one, `difference` compares two answers.
"""

import ast
import functools
import random
import re
from dataclasses import replace

from tests.ops import both
from tests.ops.table import NAMED

# What stands in the place of an argument: a text, a list, a float, a number out of reach, a yes or no, nothing, a NumPy array, a Tensor of a
# wrong shape, of a wrong dtype, of whole numbers, a dtype, anything.
SPOILT = ("'a'", "[1.5]", "2.5", "7", "True", "None", "np.ones(2)", "torch.ones(5, 7)", "torch.ones(2, dtype=torch.complex64)",
          "torch.zeros(2, dtype=torch.int64)", "torch.float64", "object()")
OWNERS = {"torch": "torch", "torch.linalg": "torch.linalg", "torch.special": "torch.special", "a": "Tensor", "F": "F"}
TRIES = 12  # so many examples of a row are tried until one is a good call
NAMED_ARGUMENT = re.compile(r"argument '(\w+)'(?: \(position (\d+)\))?")
STUMBLED = re.compile(r"object has no attribute|object is not (iterable|callable|subscriptable)|has no len\(\)|not supported between instances|"
                      r"truth value of an array|Boolean value of Tensor with more than one value|unsupported operand type")
NO_VALUES = re.compile(r"empty|resize|new$|Tensor$")  # whose memory holds anything


@functools.cache
def doors():
    """Return the rows of the table by the door that they go through, such as `torch.sum` or `Tensor.sum`."""
    found = {}
    for name, row in NAMED.items():
        call = ast.parse(row.text.replace("{", "").replace("}", ""), mode="eval").body
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in OWNERS:
            found.setdefault(f"{OWNERS[ast.unparse(call.func.value)]}.{call.func.attr}", []).append((name, row))
    return found


def good_call(door):
    """Return the longest call through a door that both libraries take, and its inputs; None where the rows have none."""
    calls = []
    for name, row in doors()[door]:
        chance = random.Random(name)
        for _ in range(TRIES):
            text, inputs = row.example(lambda options: options[int(chance.random() * len(options))])
            inputs = [replace(put, layout="plain") for put in inputs]
            if not any("raises" in both.outcome(engine, text, inputs) for engine in ("torch", "workbook")):
                call = ast.parse(text, mode="eval").body
                calls.append((len(call.args) + len(call.keywords), max((len(put.shape) for put in inputs), default=0), text, inputs))
                break
    return max(calls, key=lambda call: call[:2])[2:] if calls else None


def spoilt(text):
    """Return a call with each of its arguments spoilt in turn, with one too few, one too many, and one of an unknown name."""
    call = ast.parse(text, mode="eval").body
    args, named = [ast.unparse(arg) for arg in call.args], [(word.arg, ast.unparse(word.value)) for word in call.keywords]

    def put_together(args, named):
        return f"{ast.unparse(call.func)}({', '.join([*args, *(f'{name}={value}' for name, value in named)])})"

    calls = [put_together([*args[:place], other, *args[place + 1:]], named) for place in range(len(args)) for other in SPOILT]
    calls += [put_together(args, [*named[:place], (named[place][0], other), *named[place + 1:]])
              for place in range(len(named)) for other in SPOILT]
    calls += [put_together(args[:-1], named)] if args else []
    calls += [put_together([*args, more], named) for more in ("'a'", "None", "1")]
    return dict.fromkeys([*calls, put_together(args, [*named, ("nonsense", "1")])])


def answers(text, inputs):
    """Return what workbook and torch answer to a call."""
    found = []
    for engine in ("workbook", "torch"):
        both.names_of(engine)["torch"].manual_seed(0)
        found.append(both.outcome(engine, text, inputs, lies=False))
    return found


def difference(door, mine, theirs):
    """Return in what two answers differ, in a word: "passes", "refuses", "type", "argument" or "value"; "" where they agree.

    A refusal agrees where its type is torch's, and the name and place of the argument, where torch says one; and where Python itself has
    stumbled over the argument inside of torch, and workbook says of which kind it must be.
    """
    if "raises" not in theirs:
        if "raises" in mine:
            return "refuses"
        return "value" if not NO_VALUES.search(door) and both.difference(mine, theirs, both.GRADIENT_UNITS) else ""
    if "raises" not in mine:
        return "passes"
    if STUMBLED.search(theirs["message"]) and mine["raises"] == "TypeError" and " must be " in mine["message"]:
        return ""
    if mine["raises"] != theirs["raises"]:
        return "type"
    wanted, found = (NAMED_ARGUMENT.search(answer["message"].split("\n")[0]) for answer in (theirs, mine))
    return "argument" if wanted and (found is None or found.groups() != wanted.groups()) else ""
