"""Where a view and the student's own backward() would part: what it leaves out, or walks through where PyTorch would refuse."""

from .sources import student_line


def unlike(trace, words):
    """Return sentences on what the student's own backward() over these steps would do otherwise than the view does.

    The view walks over tensors of its own: no function that was hung on a tensor is called, and no write spoils what was saved.

    >>> import workbook as torch
    >>> from workbook.widgets.trace import Trace
    >>> from workbook.widgets.words import Words
    >>> x = torch.tensor(3., requires_grad=True)
    >>> handle = x.register_hook(lambda grad: grad * 10)
    >>> unlike(trace := Trace(x * x), Words(trace))
    ['A hook hangs on leaf. Hooks of yours are not called here, so your own backward() may give other gradients.']
    """
    return [*_hooks(trace, words), *_writes(trace, words)]


def _hooks(trace, words):
    hung = [words.called(part) for part in trace.parts if part.node is not None and _has_hooks(part)]
    if not hung:
        return []
    what = "A hook hangs" if len(hung) == 1 else "Hooks hang"
    return [f"{what} on {', '.join(dict.fromkeys(hung))}. Hooks of yours are not called here, so your own backward() may give other gradients."]


def _has_hooks(part):
    if part.kind == "leaf":
        return bool(part.node.variable._hooks or part.node.variable._hooks_after)
    hung = part.node.hooks
    return hung is not None and bool(hung.before or hung.after or any(hung.of_output.values()))


def _writes(trace, words):
    """The first step whose saved value was written over."""
    for part in trace.ops:
        for memory, version in part.node.saved_memories:
            if memory.version != version:
                line = student_line(part.node.record)
                where = f", in your line {line}," if line else ""
                return [f"Your own backward() would be refused: what {words.called(part)} saved{where} was written afterwards, "
                        f"by {memory.written_by or 'a write in place'}. The steps here are run again, so the values they show are the old ones."]
    return []
