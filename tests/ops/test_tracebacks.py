"""What IPython shows of a student's wrong call: the line, and the function that refuses, without the doors between them."""

import traceback

import pytest

import workbook as torch
import workbook.nn.functional as F


def shown(call):
    """Return the functions between `call` and its error that IPython shows: the last one always, others where they are not hidden."""
    with pytest.raises((TypeError, RuntimeError)) as caught:
        call()
    assert caught.value.__cause__ is None and (caught.value.__context__ is None or caught.value.__suppress_context__)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][2:]
    return [frame.f_code.co_name for frame in frames if frame is frames[-1] or "__tracebackhide__" not in frame.f_locals]


def minus_one(x):
    x -= 1


@pytest.mark.parametrize("call, functions", [
    (lambda: torch.arange(6).view(2, 3).t().view(6), ["view"]),
    (lambda: torch.ones(3) + torch.ones(4), ["apply"]),
    (lambda: torch.ones(3) + "a", ["_unknown"]),
    (lambda: torch.sum(3), ["refuse_arguments"]),
    (lambda: torch.sum(torch.ones(3), out=3), ["refuse_arguments"]),
    (lambda: torch.ones(3).sum("a"), ["refuse_arguments"]),
    (lambda: F.relu(3), ["refuse_arguments"]),
    (lambda: F.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2), stride="a"), ["refuse_arguments"]),
    (lambda: minus_one(torch.ones(2, requires_grad=True)), ["minus_one", "may_write", "may_be_recorded"]),
    (lambda: torch.ones(2, requires_grad=True).normal_(), ["may_write", "may_be_recorded"]),
])
def test_the_doors_between_a_students_line_and_the_function_that_refuses_are_hidden(call, functions):
    assert shown(call) == functions
