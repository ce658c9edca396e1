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

from workbook.exercises.compare import describe, is_tensor, scrub


def called(answer, *given, case=None, none=False):
    """Return (what the student's function returns, None), or (None, the message about why it returns nothing).

    `case` is how the message names what was given. With `none`, a function that returns None is as good as any.
    """
    if not callable(answer):
        return None, not_a_function(answer)
    subject = "Your function" if case is None else f"Called with {case} your function"
    try:
        got = answer(*given)
    except KeyboardInterrupt:  # the student's own
        raise
    except BaseException as error:
        first = scrub(str(error)).strip().partition("\n")[0]
        return None, f"{subject} raises {type(error).__name__}: {first}"
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


def written(arguments, *body):
    """Return the source of `def answer(arguments)` with these lines."""
    return "\n".join([f"def answer({arguments}):", *("    " + line for line in body)])
