"""What the page of a live graph is told beside the moment itself: the lines behind a step, what its buttons can do, what is new."""

from .sources import engine_lines, student_line


def with_source(panel, trace):
    """Return the panel of a step with the engine's lines that compute it, and the student's line that asked for it."""
    if not panel.get("operation"):
        return panel
    node = next(part.node for part in trace.ops if part.key == panel["operation"])
    where, code = engine_lines(node)
    return {**panel, "where": where, "code": code, "line": student_line(node.record)}


def part_of(looked, run, step):
    """Return the Part under discussion: of the box that the reader looks at, else of the step, else the result."""
    return run.twin(looked.face) if looked else run.steps[-1].part if step > 0 else run.trace.root


def able(run, step, passes, cuts):
    """Return {button: whether it has something to do}."""
    if run is None:
        return dict.fromkeys(("start", "back", "on", "end", "reset", "zero", "scissors", "no_grad", "undo"), False)
    first, last = -len(run.trace.ops), run.total
    return {"start": step > first, "back": step > first or len(passes) > 1, "on": True, "end": step < last, "reset": True,
            "scissors": True, "no_grad": True, "undo": bool(cuts.made), "zero": any(run.grad(key) is not None for key in run.leaves)}


def difference(old, new):
    """Return what of `new` differs from `old`; boxes and wires one by one.

    >>> difference({"status": "on", "boxes": {"x": 1, "y": 2}}, {"status": "on", "boxes": {"x": 1, "y": 3}})
    {'boxes': {'y': 3}}
    """
    changed = {}
    for name, value in new.items():
        if name in ("boxes", "wires"):
            value = {key: said for key, said in value.items() if old.get(name, {}).get(key) != said}
        if value != old.get(name):
            changed[name] = value
    return changed
