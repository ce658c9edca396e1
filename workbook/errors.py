"""How an error is worded: what happened, why, and what to change."""


def explain(what, why=None, fix=None):
    """Return the text of an error in three parts. `what` begins with PyTorch's own phrase, so that a search still finds it.

    >>> print(explain("a leaf was written in place", "its old value is still needed", "use torch.no_grad()"))
    a leaf was written in place
      Why: its old value is still needed
      Fix: use torch.no_grad()
    """
    lines = [what]
    if why:
        lines.append(f"  Why: {why}")
    if fix:
        lines.append(f"  Fix: {fix}")
    return "\n".join(lines)


def not_a_tensor(function, argument, position, given):
    """The error for an argument that has to be a Tensor, in PyTorch's words.

    >>> print(not_a_tensor("linear", "input", 1, [1., 2.]))
    linear(): argument 'input' (position 1) must be Tensor, not list
      Why: operations work on Tensors, so that they can be recorded
      Fix: wrap it: torch.tensor(...)
    """
    kind = type(given)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return TypeError(explain(f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {name}",
                             "operations work on Tensors, so that they can be recorded", "wrap it: torch.tensor(...)"))


def shape_text(shape):
    """Return a shape as PyTorch writes it in messages: `[2, 3]`.

    >>> shape_text((2, 3))
    '[2, 3]'
    """
    return "[" + ", ".join(map(str, shape)) + "]"


def by_sizes(shape):
    """Return a shape as PyTorch writes a matrix's: `2x3`.

    >>> by_sizes((2, 3))
    '2x3'
    """
    return "x".join(map(str, shape))
