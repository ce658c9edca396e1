"""Judges: functions (answer, names) that return None for a right answer, else the message that names the misconception.

The right value and the known wrong ones may be given as source text, run on the exercise's own names: an idea, not a number.

>>> from workbook.exercises.exercise import Names
>>> judge = number("3 * x ** 2", known={"3 * x": "the square is missing."})
>>> judge(12, Names("x = 2")), judge(6, Names("x = 2"))
(None, 'the square is missing.')
"""

import math

import workbook as torch
from workbook.exercises.compare import as_lists, as_number, as_text, close, describe, difference, entries, is_tensor, show
from workbook.exercises.functions import called, not_a_function

KIND_HINTS = {
    "None": "The answer is None. A call that only changes something, such as backward(), gives None back.",
    "text": "The answer is text. Write it without quotation marks.",
    "a function": "The answer is a function itself. Call it, with brackets, to get what it returns.",
    "True or False": "The answer is True or False.",
}


def number(expected, *, known={}, tol=1e-6, each=None):
    """Return a judge of one number, to `tol` relative to the larger of 1 and the number.

    `expected` is a number or source text. `known` maps wrong numbers (or source text) to messages. Right answers are numbers and
    tensors without axes; with `each`, also a tensor of that shape, of the default dtype, with the number at every place.
    """

    def judge(answer, names):
        right = _number_of(expected, names)
        value = as_number(answer)
        if each is not None and is_tensor(answer) and tuple(answer.shape) == tuple(each):
            found = difference(answer, torch.full(each, float(right)), tol)
            value = next((entry for entry in entries(answer) if not close(entry, right, tol)), None)
            if value is None:
                return found and f"The tensor {found}."
        if value is None:
            return _not_a_number(answer)
        if close(value, right, tol):
            return None
        for wrong, message in known.items():
            if close(value, _number_of(wrong, names), tol):
                return message
        return _about_number(value, right)

    return judge


def tensor(expected, *, dtype=None, known={}, tol=1e-5, lists=False):
    """Return a judge of a tensor: its shape, every number, its dtype.

    `expected` is nested lists or source text; `dtype`, a name such as "int64", is the dtype of nested lists (else the one that
    `torch.tensor` gives them). `known` maps source text to messages. With `lists` the text of the exercise asks for a list: right
    are lists, tuples, arrays and tensors of the same numbers, whatever their dtype.
    """

    def judge(answer, names):
        right = names.evaluate(expected) if isinstance(expected, str) else torch.tensor(expected)
        if dtype is not None:
            right = right.to(getattr(torch, dtype))
        if lists:
            return _about_list(answer, right.tolist(), {wrong: names.evaluate(wrong).tolist() for wrong in known}, known, tol)
        if not is_tensor(answer):
            return f"The answer is {describe(answer)}; a tensor is asked for."
        found = difference(answer, right, tol)
        if found is None:
            return None
        for wrong, message in known.items():
            if difference(answer, names.evaluate(wrong), tol) is None:
                return message
        return f"The tensor {found}."

    return judge


def _about_list(answer, right, wrongs, known, tol):
    found = as_lists(answer)
    if type(found) is not list:
        quoted = " Write it without quotation marks." if as_text(answer) is not None else ""
        return f"The answer is {describe(answer)}; a list is asked for.{quoted}"
    told = difference(found, right, tol)
    if told is None:
        return None
    message = next((known[wrong] for wrong, numbers in wrongs.items() if difference(found, numbers, tol) is None), None)
    return message or f"The {'tensor' if is_tensor(answer) else 'list'} {told}."


def text(expected, *, known={}):
    """Return a judge of a short text. `expected` is one text, a tuple of them, or a function of `names` that gives one.

    `known` maps wrong texts to messages. Case counts; a slip of case, blanks or quotation marks is named as such.
    """

    def judge(answer, names):
        right = expected(names) if callable(expected) else expected
        right = (right,) if isinstance(right, str) else right
        kind, answer = describe(answer), as_text(answer)
        if answer is None:
            return f"The answer is {kind}; a text is asked for: write it between quotation marks."
        if answer in right:
            return None
        if answer in known:
            return known[answer]
        if answer.strip(" \"'`.\n") in right:
            return "The name is right, but there is something around it: blanks, a dot or a second pair of quotation marks."
        if answer.lower() in [entry.lower() for entry in right]:
            return "The letters are right; capital and small letters count."
        return "The text is empty." if not answer.strip() else f"{show(answer)} is not it."

    return judge


def order(lines, rules):
    """Return a judge of an order of lines. `lines` are their letters, as in "ABCD"; the answer is such a text, or a list of letters.

    `rules` are triples (earlier, later, message): a right answer keeps them all, else the message of the first one broken is given.
    """

    def judge(answer, names):
        if type(answer) in (list, tuple) and len(answer) <= 4 * len(lines) and all(type(entry) is str and len(entry.strip()) == 1 for entry in answer):
            answer = "".join(answer)
        if type(answer) is not str:
            return f"The answer is {describe(answer)}; write the letters in their order, as in {''.join(sorted(lines))!r}."
        given = "".join(c for c in answer[:1000].upper() if c not in " ,;->\n")
        if sorted(given) != sorted(lines):
            return f"Each of the letters {', '.join(sorted(lines))} stands in the answer once, and no other."
        for earlier, later, message in rules:
            if given.index(earlier) > given.index(later):
                return message
        return None

    return judge


def function(expected, cases, *, known={}, tol=1e-5, keeps=True, learns=0):
    """Return a judge of a function. It is called on every case, each time with data made anew.

    `expected` is the source of a right function and `known` maps sources of wrong ones to messages; a wrong function is recognised
    where it returns the same on all cases. `cases` are sources of the arguments: "torch.ones(3), 2". With `keeps`, a function that
    changes its arguments is wrong. `learns`: to so many of its first arguments a gradient has to come through it, as through the right one.
    """

    def judge(answer, names):
        if not callable(answer) or isinstance(answer, type):
            return not_a_function(answer)
        found = _first_difference(answer, expected, cases, names, tol, keeps)
        if found is None:
            return _cut(answer, expected, cases[-1], names, tol, int(learns)) if learns else None
        for wrong, message in known.items():
            if _first_difference(answer, wrong, cases, names, tol, False) is None:
                return message
        return found

    return judge


def _first_difference(answer, reference, cases, names, tol, keeps):
    for case in cases:
        given, untouched = names.evaluate(f"({case},)"), names.evaluate(f"({case},)")
        right = names.evaluate(reference)(*names.evaluate(f"({case},)"))
        got, problem = called(answer, *given, case=case, none=right is None)
        if problem:
            return problem
        if type(got) is list and type(right) is tuple:  # `return [a, b]` gives the same two things
            got = tuple(got)
        found = difference(got, right, tol)
        if found:
            return f"Called with {case} the result {found}."
        if keeps and difference(given, untouched, tol):
            return f"Called with {case} your function changes what it is given. The caller still needs it."
    return None


def _cut(answer, reference, case, names, tol, count):
    """Return the message about a right function of tensors through which no gradient comes, or another one than it should."""
    slopes = []
    for function in (answer, names.evaluate(reference)):
        given = names.evaluate(f"({case},)")
        leaves = [part.requires_grad_() for part in given[:count]]
        got, problem = called(function, *given, case=f"a tensor that requires a gradient, {case},")
        if problem:
            return problem
        results = got if isinstance(got, (tuple, list)) else (got,)
        if not all(result.requires_grad for result in results):
            return ("The numbers are right, but the result is cut from the graph: backward() could not start from it. "
                    "Compute with the tensors as they are, without .item(), .detach(), .data and no_grad.")
        sum(result.sum() for result in results).backward()
        slopes.append([leaf.grad for leaf in leaves])
    if any(mine is None and right is not None or mine is not None and difference(mine, right, tol) for mine, right in zip(*slopes)):
        return "The numbers are right, but the gradient is not: a part of the formula is cut from the graph."
    return None


def _number_of(value, names):
    return as_number(names.evaluate(value)) if isinstance(value, str) else value


def _not_a_number(answer):
    if is_tensor(answer):
        inside = " The number stands inside it: take it out with .item()." if answer.numel() == 1 else ""
        return f"The answer is {describe(answer)}; one number is asked for.{inside}"
    kind = describe(answer)
    return KIND_HINTS.get(kind, f"The answer is {kind}.") + " One number is asked for."


def _about_number(value, right):
    if isinstance(value, complex) or value != value or value in (math.inf, -math.inf):
        return f"{show(value)} is not an ordinary number."
    if close(-value, right, 1e-6):
        return f"{show(value)} has the right size and the wrong sign."
    if type(value) is int and type(right) is int and close(value, right, 0.01):
        return f"{show(value)} is near, and not it: count exactly."
    if close(value, right, 0.01) and abs(value - right) <= 0.01 * abs(right):  # of 0.1, too, only what lies near
        return f"{show(value)} is close, but not exact enough: give more digits, or let Python compute it."
    return f"{show(value)} is not it."
