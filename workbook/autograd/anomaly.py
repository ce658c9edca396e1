"""Anomaly detection: each node remembers the student's line that made it, and a backward pass that goes wrong names it.

While it is off nothing is remembered, and the walk does not look.
"""

import warnings

from workbook.autograd.complaints import plain_name
from workbook.callers import calls_of_student, place_text, traceback_text, where_called
from workbook.errors import explain, not_a_bool
from workbook.threads import thread


def set_anomaly_enabled(enabled, check_nan=True):
    """Switch anomaly detection of this thread on or off; `check_nan`: whether NaN in a gradient is an error.

    Raises TypeError for what is no bool.

    >>> set_anomaly_enabled(True, check_nan=False)
    >>> is_anomaly_enabled(), is_anomaly_check_nan_enabled()
    (True, False)
    >>> set_anomaly_enabled(False)

    Source: https://pytorch.org/docs/2.13/autograd.html#anomaly-detection
    """
    for place, (name, given) in enumerate((("enabled", enabled), ("check_nan", check_nan)), start=1):
        if not isinstance(given, bool):
            raise not_a_bool("set_anomaly_enabled", name, place, given)
    here = thread.state
    here.anomaly, here.check_nan = enabled, check_nan
    here.tell_of_nodes("anomaly", _remember if enabled else None)


def is_anomaly_enabled():
    """Return whether anomaly detection is on in this thread. Raises nothing.

    >>> is_anomaly_enabled()
    False

    Source: https://pytorch.org/docs/2.13/autograd.html#anomaly-detection
    """
    return thread.state.anomaly


def is_anomaly_check_nan_enabled():
    """Return whether anomaly detection, where it is on, makes an error of NaN. Raises nothing.

    >>> is_anomaly_check_nan_enabled()
    True

    Source: https://pytorch.org/docs/2.13/autograd.html#anomaly-detection
    """
    return thread.state.check_nan


class set_detect_anomaly:
    """Switch anomaly detection on or off: at once, and until the end of the `with` where it is used as a context.

    >>> import workbook as torch
    >>> with torch.autograd.set_detect_anomaly(True):
    ...     torch.is_anomaly_enabled()
    True
    >>> torch.is_anomaly_enabled()
    False

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.set_detect_anomaly
    """

    def __init__(self, mode, check_nan=True):
        self._before = thread.state.anomaly, thread.state.check_nan
        set_anomaly_enabled(mode, check_nan)

    def __enter__(self):
        """It is on already."""

    def __exit__(self, *exception):
        set_anomaly_enabled(*self._before)


class detect_anomaly:
    """Within this context, a backward pass that fails names the line of the forward computation, and NaN in a gradient is an error.

    The forward computation has to run within it, too. With `check_nan=False` NaN is let through. Everything is slower: it is for
    looking for a mistake. Raises RuntimeError where a formula of the backward pass returns NaN.

    >>> import warnings
    >>> import workbook as torch
    >>> x = torch.tensor(0., requires_grad=True)
    >>> with warnings.catch_warnings(), torch.autograd.detect_anomaly():
    ...     warnings.simplefilter("ignore")
    ...     (x.sqrt() * 0).backward()
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output...

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.detect_anomaly
    """

    def __init__(self, check_nan=True):
        self._before, self._check_nan = (thread.state.anomaly, thread.state.check_nan), check_nan
        warnings.warn("Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
                      "debugging.", UserWarning, stacklevel=2)

    def __enter__(self):
        set_anomaly_enabled(True, self._check_nan)

    def __exit__(self, *exception):
        set_anomaly_enabled(*self._before)


def _remember(node, inputs, options, outputs):
    node.made_by = calls_of_student()


def watched(visit):
    """Return a visit of the walk that says where the node came from when something goes wrong, and looks for NaN."""

    def visit_and_look(node, arrived):
        try:
            done = visit(node, arrived)
            if thread.state.check_nan:
                _refuse_nan(node, done[2])
            return done
        except Exception:
            _tell_of_forward_call(node)
            raise

    return visit_and_look


def _refuse_nan(node, handed):
    for place, (edge, gradient) in enumerate(zip(node.edges, handed)):
        if edge is None or gradient is None:
            continue
        array = getattr(gradient, "_array", gradient)
        if array.dtype.kind in "fc" and bool((array != array).any()):
            calls = getattr(node, "made_by", None)
            where = f", called at {place_text(calls[-1])}" if calls else ""
            raise RuntimeError(explain(
                f"Function '{node.name()}' returned nan values in its {place}th output.",
                f"the derivative of {plain_name(node.name())}{where}, is not a number for what came in",
                "look at its inputs: the square root or the logarithm of 0 or less, 0 / 0, 0 * inf, inf - inf; clamp them or add a small "
                "number" + ("" if calls else "; to see its line, run the forward computation inside detect_anomaly(), too")))


def _tell_of_forward_call(node):
    calls = getattr(node, "made_by", None)
    told = (f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{traceback_text(calls)}\n" if calls else
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during forward pass for "
            "more information.")
    file, line = where_called() or ("<unknown>", 0)
    warnings.warn_explicit(told, UserWarning, file, line)
