"""A computation that failed on its way: what was computed until then, the step that failed, and why."""

import traceback

from workbook.autograd.operation import Operation
from workbook.callers import INSIDE
from workbook.nn.module import Module
from workbook.tensor import Tensor

from .trace import Part, Trace

OPS, OPERATORS = INSIDE + "ops", "operators.py"


class Broken:
    """What is known of an exception that was raised while `nodes` were made: the step that failed, as a Part of a Trace of them.

    `what`, `why` and `fix` are the three parts of the error, `location` is the student's line as (file, number). `told` is False
    where nothing had begun.
    """

    def __init__(self, problem, nodes):
        frames = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)][1:]
        mine = [place for place, frame in enumerate(frames) if not frame.f_code.co_filename.startswith(INSIDE)]
        lines = [line for frame, line in traceback.walk_tb(problem.__traceback__)][1:]
        self.what, self.why, self.fix = in_three_parts(problem)
        self.location = (frames[mine[-1]].f_code.co_filename, lines[mine[-1]]) if mine else None
        name, inputs = _called(frames[mine[-1] + 1:] if mine else frames)
        self.name = name or type(problem).__name__
        self.told = bool(nodes or name or mine)
        self.trace = Trace(None, nodes)
        self.trace.fail(Part("failed", "failed", name=f"{self.name} fails"), inputs or _ends(self.trace))
        layer = next((frame.f_locals["self"] for frame in reversed(frames) if frame.f_code is Module.__call__.__code__), None)
        if type(layer).__module__.startswith(__package__.partition(".")[0]):
            _without_preparations(self.trace, layer)


def in_three_parts(problem):
    """Return (what happened, why, what to change) of an error; what it does not say is ''.

    >>> from workbook.errors import explain
    >>> in_three_parts(RuntimeError(explain("shapes do not fit", "3 meets 4", "transpose it"))), in_three_parts(KeyError())
    (('RuntimeError: shapes do not fit', '3 meets 4', 'transpose it'), ('KeyError', '', ''))
    """
    text, name = str(problem), type(problem).__name__
    before, _, fix = text.partition("\n  Fix: ")
    what, _, why = before.partition("\n  Why: ")
    return f"{name}: {what}" if what else name, why, fix


def _called(frames):
    """Return (name, Tensors it was given) of the engine's function that a student's line called, directly or through a module."""
    for frame in frames:
        code = frame.f_code
        if code is Operation.apply.__func__.__code__:
            return frame.f_locals["cls"].called(), [given for given in frame.f_locals["inputs"] if isinstance(given, Tensor)]
        if code.co_filename.startswith(OPS) and not code.co_filename.endswith(OPERATORS):
            arguments = [frame.f_locals.get(name) for name in code.co_varnames[:code.co_argcount]]
            more = [each for given in arguments for each in (given if isinstance(given, (list, tuple)) else [given])]
            return code.co_name, [given for given in more if isinstance(given, Tensor)]
    return "", []


def _ends(trace):
    """What was computed and not used: it leads to whatever failed."""
    return [part for part in trace.ops if not part.users]


def _without_preparations(trace, layer):
    """Take out what the engine's own layer that failed had computed for itself: the student never sees it."""
    for part in reversed(list(trace.ops)):
        if not part.users and part.modules and part.modules[-1] is layer:
            trace.ops.remove(part)
            for given in part.inputs:
                if isinstance(given, Part):
                    given.users.remove(part)
