"""What a node remembers while somebody watches, and that watching changes nothing."""

import gc
import inspect
import os
import threading
import weakref

import numpy as np
import pytest

import workbook as torch
from tests.widgets.graphs import LeNet, leaf
from workbook import callers
from workbook.autograd.modes import thread
from workbook.widgets import recording
from workbook.widgets.recording import REFERRED


def test_a_record_holds_inputs_options_output_line_and_modules():
    x = leaf(3.0)
    y = torch.add(x, 2, alpha=4); line = inspect.currentframe().f_lineno  # noqa: E702
    record = y.grad_fn.record
    assert record.inputs[0].array == 3.0 and record.inputs[1] == 2
    assert record.options == {"alpha": 4}
    assert record.output.array == 11.0
    assert record.location == (__file__, line)
    assert record.modules == ()


def test_the_running_modules_are_noted_outermost_first():
    net = LeNet()
    out = net(torch.zeros(1, 1, 32, 32))
    assert out.grad_fn.record.modules == (net, net.fc3)
    assert out.grad_fn.record.location[0] == inspect.getsourcefile(LeNet)


def test_a_step_without_outputs_is_recorded():
    rows = (leaf(3.0) * torch.ones(0, 2)).unbind()
    assert rows == ()


def test_nothing_is_recorded_when_nobody_watches_or_in_another_thread():
    recording.stop()
    x = leaf(3.0)
    assert (x * 2).grad_fn.record is None
    recording.start()
    assert (x * 2).grad_fn.record is not None
    found = []
    worker = threading.Thread(target=lambda: found.append((x * 2).grad_fn.record))
    worker.start()
    worker.join()
    assert found == [None]


def test_the_context_puts_back_what_was_there():
    recording.stop()
    with recording.recording():
        assert thread.state.observer is recording.observe
    assert thread.state.observer is None


def test_importing_the_package_begins_to_watch(tmp_path):
    import subprocess
    import sys

    code = ("import workbook as torch; x = torch.tensor(3., requires_grad=True); a = (x * 2).grad_fn.record\n"
            "import workbook.widgets; print(a is None, (x * 2).grad_fn.record is None)\n"
            "import sys; print('anywidget' in sys.modules, 'IPython' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "False", "False", "False"]


def test_an_optimiser_that_writes_later_does_not_change_the_record():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    y = w * 3
    with torch.no_grad():
        w.zero_()
    assert y.grad_fn.record.inputs[0].array.tolist() == [1.0, 2.0]
    assert y.grad_fn.record.inputs[0].source is w._array


@pytest.mark.cpu_only("from a GPU the numbers are copied when they are asked for")
def test_a_larger_array_is_kept_itself_and_says_when_it_was_written():
    w = torch.zeros(300, 300, requires_grad=True)
    kept = (w * 3).grad_fn.record.inputs[0]
    assert kept.array is kept.source and kept.written_since is None
    with torch.no_grad():
        w.add_(1)
    assert kept.written_since == "add_"


def test_a_very_large_array_becomes_a_summary():
    w = torch.ones(REFERRED + 1, requires_grad=True)
    record = (w * 3).grad_fn.record
    assert record.output.array is None and record.output.shape == (REFERRED + 1,)
    assert record.output.summary == {"mean": 3.0, "least": 3.0, "largest": 3.0}


def test_a_record_dies_with_its_node():
    x = leaf(3.0)
    y = x * 2
    node = weakref.ref(y.grad_fn)
    del y
    gc.collect()
    assert node() is None


def test_watching_changes_no_number():
    def losses():
        torch.manual_seed(0)
        net = LeNet()
        out = net(torch.randn(2, 1, 32, 32)).sum()
        out.backward()
        return out.item(), net.conv1.weight.grad.numpy().copy()

    recording.stop()
    quiet = losses()
    recording.start()
    seen = losses()
    assert quiet[0] == seen[0]
    np.testing.assert_array_equal(quiet[1], seen[1])


def test_a_students_folder_beside_the_package_is_not_the_package():
    """`workbook-notes` begins with the same letters as `workbook`."""
    mine = callers.PACKAGE + "-notes" + os.sep + "a.py"
    found = {}
    exec(compile("y = x * 2", mine, "exec"), {"x": leaf(1.0)}, found)
    assert found["y"].grad_fn.record.location == (mine, 1)
