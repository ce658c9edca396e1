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
