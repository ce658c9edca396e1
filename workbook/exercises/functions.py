"""The student's functions: called with care, and written down as source text.

>>> called(lambda n: n + 1, 2)
(3, None)
>>> called(lambda n: n.shape, 2, case="2")
(None, "Called with 2 your function raises AttributeError: 'int' object has no attribute 'shape'")
>>> print(written("w, lr", "step = lr * 2 * w", "return w - step"))
def answer(w, lr):
    step = lr * 2 * w
    return w - step
"""

from types import CodeType

import workbook as torch
from workbook.exercises.compare import describe, is_tensor, scrub


def called(answer, *given, case=None, none=False):
    """Return (what the student's function returns, None), or (None, the message about why it returns nothing).

    `case` is how the message names what was given. With `none`, a function that returns None is as good as any. One that switches the
    recording of gradients and leaves it so has a message, too: what comes after it in the student's session would learn nothing.
    """
    if not callable(answer):
        return None, not_a_function(answer)
    subject = "Your function" if case is None else f"Called with {case} your function"
    recording = torch.is_grad_enabled()
    try:
        got = answer(*given)
        left = torch.is_grad_enabled()
    except KeyboardInterrupt:  # the student's own
        raise
    except BaseException as error:
        first = scrub(str(error)).strip().partition("\n")[0]
        return None, f"{subject} raises {type(error).__name__}: {first}"
    finally:
        torch.set_grad_enabled(recording)
    if left != recording:
        return None, (f"{subject} leaves the recording switched {'on' if left else 'off'}, for all that comes after it. "
                      "`with torch.no_grad():` puts it back by itself.")
    if got is None and not none:
        return None, f"{subject} returns None. Is there a `return`?"
    return got, None


def not_a_function(answer):
    """Return the message about an answer that is no function."""
    return f"The answer is {describe(answer)}; a function is asked for, itself and not its result."


def recorded(answer, *given):
    """Return the names of the steps that a right function of tensors leaves in the graph: what it let the engine compute.

    >>> import workbook as torch
    >>> sorted(recorded(lambda x: (x * 2).sum(), torch.ones(3, requires_grad=True)))
    ['AccumulateGrad', 'MulBackward0', 'SumBackward0']
    """
    got, _ = called(answer, *given)
    found, waiting = {}, [got.grad_fn] if is_tensor(got) else []
    while waiting:
        node = waiting.pop()
        if node is not None and id(node) not in found:
            found[id(node)] = node
            waiting += [before for before, _ in node.next_functions]
    return {type(node).__name__ for node in found.values()}


def uses(answer, module):
    """Return whether the lines of a student's function name this module, under its own name or another one.

    >>> import workbook.nn.functional as F
    >>> uses(lambda x: torch.nn.functional.relu(x), F), uses(lambda x: F.relu(x), F), uses(lambda x: torch.relu(x), F)
    (True, True, False)
    """
    known = getattr(answer, "__globals__", {})
    return any(name.rpartition(".")[2] == module.__name__.rpartition(".")[2] or known.get(name) is module for name in names_in(answer))


def names_in(part):
    """Return the names in the lines of a function, and in the functions inside of it; of a class, in those of all its methods.

    >>> sorted(names_in(lambda x: [torch.relu(row) for row in x]))
    ['relu', 'torch']
    """
    if isinstance(part, type):
        return set().union(*map(names_in, vars(part).values()))
    code = part if isinstance(part, CodeType) else getattr(part, "__code__", None)
    return set(code.co_names).union(*map(names_in, code.co_consts)) if isinstance(code, CodeType) else set()


def written(arguments, *body):
    """Return the source of `def answer(arguments)` with these lines."""
    return "\n".join([f"def answer({arguments}):", *("    " + line for line in body)])
