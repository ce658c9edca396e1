"""Judging a Function of the student's own that computes k * a / b: its value, what it hands on, and how it keeps what it saves."""

import workbook as torch
from workbook.exercises.compare import describe, difference, is_tensor
from workbook.exercises.functions import called


def computes_a_quotient(answer, names):
    """Judge a Function that computes k * a / b."""
    if not (isinstance(answer, type) and issubclass(answer, torch.autograd.Function)):
        made = " Give the class, not an object made of it." if isinstance(answer, torch.autograd.Function) else ""
        itself = " Give the class itself: its apply is called by the check." if callable(answer) and not isinstance(answer, type) else ""
        return f"The answer is {describe(answer)}; a class derived from torch.autograd.Function is asked for.{made}{itself}"
    if answer is torch.autograd.Function:
        return "That is the class to derive from. Yours has a forward and a backward of its own."
    for judge in (_computes, _hands_on, _keeps_calls_apart, _is_guarded):
        if found := judge(answer):
            return found
    return None


def _share(*arguments):
    return torch.tensor(arguments[0], requires_grad=True), torch.tensor(arguments[1], requires_grad=True), torch.tensor(arguments[2])


_GIVEN = ([1.0, -2.0, 3.0], [2.0, 4.0, -0.5], [1.0, -10.0, 100.0])
_KNOWN_SLOPES = (  # what a wrong backward hands to a and b
    (lambda a, b, k, g: (g * k / b, g * k * a / b), "The slope to b is not right. k * a / b falls when b grows: its slope is -k * a / b ** 2."),
    (lambda a, b, k, g: (g * k / b, g * k * a / b**2), "The slope to b has the wrong sign: when b grows, k * a / b falls."),
    (lambda a, b, k, g: (g * k / b, -g * k * a / b), "The slope to b: one b is missing. The slope of 1 / b is -1 / b ** 2."),
    (lambda a, b, k, g: (-g * k * a / b**2, g * k / b), "The two gradients have changed places. They are returned in the order of the arguments: a, b, k."),
    (lambda a, b, k, g: (k / b, -k * a / b**2), "g plays no part: those are the slopes. What goes on is the slope times g."),
    (lambda a, b, k, g: (g / b, -g * a / b**2), "k is missing in the slopes: k * a / b grows k times as fast as a / b."),
    (lambda a, b, k, g: (g * k, -g * k * a / b**2), "The slope to a: k / b is asked for, for a is divided by b."),
    (lambda a, b, k, g: (g * k / b, g * 0), "Nothing goes on to b. k * a / b depends on b, too."),
    (lambda a, b, k, g: (g * k / b, g * k / b), "Both inputs get the slope to a. b stands below the line: its slope is another one."),
    (lambda a, b, k, g: (g, g), "g goes on as it is. That is the backward of a sum."),
    (lambda a, b, k, g: (g * k * a / b, g * k * a / b), "Both inputs get the value times g. A slope is asked for."),
    (lambda a, b, k, g: (g * k * a / b, -g * k * a / b**2), "The slope to a: that is the value times g. k / b is asked for."),
    (lambda a, b, k, g: (g * k / b, -g * a / b**2), "k is missing in the slope to b."),
)


def _computes(answer):
    for k in (2.0, -3.0):
        a, b, _ = _share(*_GIVEN)
        y, problem = called(answer.apply, a, b, k)
        if problem:
            return problem.replace("Your function", "Your Function")
        right = (k * a / b).detach()
        if not is_tensor(y):
            return f"forward returns {describe(y)}; one tensor is asked for."
        if found := difference(y.detach(), right):
            return f"With a = [1, -2, 3], b = [2, 4, -0.5] and k = {k:g} the result {found}."
        if y.grad_fn is None or a.requires_grad is False:
            return "The result is cut from the graph: no gradient can come back to a."
    return None


def _hands_on(answer):
    for k, wants_a, wants_b in ((2.0, True, True), (2.0, True, False), (2.0, False, True), (-3.0, True, True)):
        a, b, g = _share(*_GIVEN)
        a.requires_grad_(wants_a), b.requires_grad_(wants_b)
        y = answer.apply(a, b, k)
        if said := _walked_back(y, g):
            return said
        right = (g * k / b).detach(), (-g * k * a / b**2).detach()
        wanted = [(leaf, slope, name) for leaf, slope, name in zip((a, b), right, "ab") if leaf.requires_grad]
        if all(leaf.grad is not None and difference(leaf.grad, slope) is None for leaf, slope, _ in wanted):
            continue
        with torch.no_grad():
            for slopes, message in _KNOWN_SLOPES:
                if all(leaf.grad is not None and difference(leaf.grad, slopes(a, b, k, g)["ab".index(name)]) is None
                       for leaf, _, name in wanted):  # fmt: skip
                    return message
        for leaf, slope, name in wanted:
            if leaf.grad is None:
                return f"{name}.grad is None after backward: {name} is a tensor, and its place holds its gradient."
            if found := difference(leaf.grad, slope):
                return f"With a = [1, -2, 3], b = [2, 4, -0.5] and k = {k:g}, {name}.grad {found}."
    return None


def _walked_back(y, g):
    """Walk back through the student's step; return what to say where that raises."""
    _, problem = called(y.backward, g, none=True) if y.requires_grad else (None, None)
    if problem is None:
        return None
    told = problem.partition(": ")[2]
    if "incorrect number of gradients" in told:
        return ("backward returns one thing for each argument of forward, in their order, and forward has three: a, b and k. "
                "What belongs in the place of k, which is a plain number?")
    if "different than None" in told:
        return "k is a plain number: no gradient goes to it. Its place in what backward returns holds None."
    if "expected Variable or None" in told:
        return "backward returns something that is neither a tensor nor None. a and b get tensors, k gets None."
    if "invalid gradient" in told:
        return "backward returns a gradient of a shape that does not fit its argument. a.grad has the shape of a."
    return f"backward raises {problem.partition('raises ')[2]}"


def _keeps_calls_apart(answer):
    """Two steps of one Function, walked back in turn, each with its own numbers."""
    a, b, g = _share(*_GIVEN)
    c, d, _ = _share([5.0, 6.0, 7.0], [1.0, 2.0, 4.0], [0.0])
    first, second = answer.apply(a, b, 2.0), answer.apply(c, d, 10.0)
    for y in (first, second):
        if said := _walked_back(y, g):
            return said
    right = (g * 2 / b, -g * 2 * a / b**2, g * 10 / d, -g * 10 * c / d**2)
    if any(leaf.grad is None or difference(leaf.grad, slope.detach()) for leaf, slope in zip((a, b, c, d), right)):
        return ("After two calls of your Function, the first one's gradients are made of the second one's numbers. Save on ctx: each call has "
                "a ctx of its own. The class, or a global name, is one for all calls.")
    return None


def _is_guarded(answer):
    """A saved input that is written before backward() must be noticed, or have been copied."""
    for place in (0, 1):
        a, b, g = _share(*_GIVEN)
        slopes = (g * 2 / b).detach(), (-g * 2 * a / b**2).detach()
        written_to = (a * 1, b * 1)
        y = answer.apply(*written_to, 2.0)
        with torch.no_grad():
            written_to[place].mul_(3)
        _, problem = called(y.backward, g, none=True)
        if problem is None and any(difference(leaf.grad, slope) for leaf, slope in zip((a, b), slopes)):
            return (f"When {'ab'[place]} is written in place before backward(), your Function goes on with the new numbers, and the gradients are "
                    "wrong without an error. save_for_backward would have noticed: keep tensors there, and only plain numbers on ctx.")
    return None
