"""The engine's own lines behind a step, and the student's line that asked for it."""

import ast
import inspect
import linecache
from pathlib import Path

from workbook.callers import PACKAGE


def engine_lines(node):
    """Return (where, code): the class that computes and differentiates this step, value and derivative side by side.

    >>> import workbook as torch
    >>> where, code = engine_lines((torch.ones(1, requires_grad=True) * 2).grad_fn)
    >>> where.startswith("workbook/ops/arithmetic.py, line"), "def backward" in code
    (True, True)
    """
    made = type(node).function if node.by_student else type(node)
    if node.by_student and made.__module__ == "__main__":  # a notebook keeps the source of functions, not of classes
        return _methods_of(made)
    try:
        code, line = inspect.getsourcelines(made)
        file = Path(inspect.getsourcefile(made))
    except (OSError, TypeError):  # typed at a prompt that keeps no source
        return "", ""
    inside = file.is_relative_to(PACKAGE)
    where = f"workbook/{file.relative_to(PACKAGE).as_posix()}" if inside else "your own Function"
    return f"{where}, line {line}", inspect.cleandoc("".join(code)) if not inside else "".join(code).rstrip()


def _methods_of(made):
    """Where and how the methods of a student's class are written, one under the other."""
    methods = [each for each in (inspect.getattr_static(made, name) for name in ("forward", "setup_context", "backward"))
               if isinstance(each, staticmethod) and each.__func__.__module__ == made.__module__]
    try:
        return "your own Function", "\n".join(inspect.cleandoc(inspect.getsource(each.__func__)) for each in methods)
    except (OSError, TypeError):
        return "", ""


def student_line(record):
    """Return the student's line that ran a step, without its indentation; '' where it is not known."""
    return "" if record is None else line_of(record.location)


def line_of(location):
    """Return the line at (file, number), without its indentation; '' where there is none."""
    return "" if location is None else linecache.getline(*location).strip()


def names_from_lines(trace):
    """Name steps by the student's own assignments, where no variable that still lives names them: `y = x + 2` makes y.

    The last step of a line is the one that the line assigns. A name is given once, to the newest. The result itself is left out:
    its line may read `live = graph(x * x)`.
    """
    used = {part.name for part in trace.parts}
    line_after = None
    for part in reversed(trace.ops):
        location = None if part.node.record is None else part.node.record.location
        if location != line_after and part.name is None and not part.modules and part is not trace.root:
            name = _assigned(student_line(part.node.record))
            if name and name not in used:
                part.name = name
                used.add(name)
        line_after = location


def _assigned(line):
    try:
        statements = ast.parse(line).body
    except SyntaxError:  # part of a longer statement
        return None
    if len(statements) == 1 and isinstance(statements[0], ast.Assign) and len(statements[0].targets) == 1:
        target = statements[0].targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None
