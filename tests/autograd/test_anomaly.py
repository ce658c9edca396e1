"""Anomaly detection names the student's lines: of the step that failed, of what saved a value, of what wrote over it."""

import inspect
import threading

import pytest

import workbook as torch
from workbook.threads import thread


@pytest.fixture(autouse=True)
def nobody_watches():
    """A live view notes lines, too."""
    earlier, thread.state.observer = thread.state.observer, None
    yield
    thread.state.observer = earlier


def here():
    """The line of the caller."""
    return inspect.currentframe().f_back.f_lineno


def root_of(x):
    return x.sqrt()


def test_nan_names_the_function_and_the_line_of_the_forward_computation():
    x = torch.tensor([-1.0, 1.0], requires_grad=True)
    with torch.autograd.set_detect_anomaly(True):
        y, line = root_of(x), here()
        with pytest.warns(UserWarning, match="Error detected in SqrtBackward0. Traceback of forward call") as told, \
                pytest.raises(RuntimeError) as caught:
            (y * 2).sum().backward()
    what, why, fix = str(caught.value).split("\n")
    assert what == "Function 'SqrtBackward0' returned nan values in its 0th output."
    assert f"test_anomaly.py, line {root_of.__code__.co_firstlineno + 1}: return x.sqrt()" in why
    assert fix.startswith("  Fix: ") and "logarithm" in fix
    text = str(told[0].message)
    assert f'test_anomaly.py", line {line}, in test_nan_names' in text and ", in root_of\n    return x.sqrt()" in text
    assert "workbook/ops" not in text and told[0].filename == __file__


def test_a_pass_over_what_was_made_before_says_what_it_cannot_know():
    x = torch.tensor([-1.0], requires_grad=True)
    y = x.sqrt()
    with torch.autograd.set_detect_anomaly(True), pytest.warns(UserWarning, match="No forward pass information available"), \
            pytest.raises(RuntimeError, match="run the forward computation inside detect_anomaly"):
        y.backward()


def test_a_stale_value_names_the_line_that_saved_it_and_the_line_that_wrote():
    x = torch.ones(2, requires_grad=True)
    with torch.autograd.set_detect_anomaly(True):
        y, saved = x.exp(), here()
        y.add_(1)
        written = here() - 1
        with pytest.warns(UserWarning, match="Error detected in ExpBackward0"), pytest.raises(RuntimeError) as caught:
            y.sum().backward()
    what, why, fix = str(caught.value).split("\n")
    assert f"Exp saved this result for its derivative (test_anomaly.py, line {saved}: y, saved = x.exp(), here())" in why
    assert f"add_ wrote over it (test_anomaly.py, line {written}: y.add_(1))" in why
    assert "set_detect_anomaly" not in fix


def test_without_it_the_error_says_how_to_find_the_lines():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="Exp saved this result for its derivative; afterwards add_ wrote over it\n  Fix: .*"
                                           r"torch.autograd.set_detect_anomaly\(True\) names the lines"):
        y.sum().backward()


def test_off_it_leaves_nothing_behind():
    with torch.autograd.set_detect_anomaly(True):
        assert thread.state.on_node is not None
    x = torch.tensor([-1.0], requires_grad=True)
    y = x.sqrt()
    y.backward()
    assert thread.state.on_node is None and not hasattr(y.grad_fn, "made_by") and x.grad.isnan().all()


def test_it_belongs_to_its_thread():
    seen = []
    with torch.autograd.set_detect_anomaly(True):
        other = threading.Thread(target=lambda: seen.append(torch.is_anomaly_enabled()))
        other.start()
        other.join()
    assert seen == [False]


def test_it_is_warned_of_at_the_students_line():
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled. This mode will increase the runtime") as told:
        torch.autograd.detect_anomaly()
    assert told[0].filename == __file__ and not torch.is_anomaly_enabled()
