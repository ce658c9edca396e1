"""Where the student's code is, in words: a file of a program, or a cell of a notebook by the number that stands beside it."""

import subprocess
import sys

CELLS = [
    "import workbook as torch",
    "def net(x):\n    return (x * 0).sqrt().sum() * 0",
    "with torch.autograd.set_detect_anomaly(True):\n    bad = (torch.ones(2, requires_grad=True) * 0).sqrt().sum() * 0\n    bad.backward()",
    "with torch.autograd.set_detect_anomaly(True):\n    bad = net(torch.ones(2, requires_grad=True))\n    bad.backward()",
]
NOTEBOOK = """
import contextlib, io, sys, warnings
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for number, cell in enumerate({cells}, 1):
    shell.run_cell("1 + 1", store_history=True, silent=False)  # so that a cell's number is not its place
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        result = shell.run_cell(cell, store_history=True)
    for text in [str(warning.message) for warning in told] + ([str(result.error_in_exec)] if result.error_in_exec else []):
        print(f"[{{number}}]", text, file=sys.stderr)
"""


def told_in_a_notebook():
    ran = subprocess.run([sys.executable, "-c", NOTEBOOK.format(cells=CELLS)], capture_output=True, text=True, timeout=120, check=True)
    return ran.stderr


def test_a_place_in_a_notebook_is_a_cell_by_its_number():
    told = told_in_a_notebook()
    calls = "  cell In[8], line 2, in <module>\n    bad = net(torch.ones(2, requires_grad=True))\n  cell In[4], line 2, in net\n    return (x * 0).sqrt().sum() * 0"
    assert calls in told  # the warning that anomaly detection writes
    assert "called at cell In[4], line 2: return (x * 0).sqrt().sum() * 0, is not a number" in told  # and its error
    assert "called at this cell, line 2: bad = (torch.ones(2, requires_grad=True) * 0).sqrt().sum() * 0, is" in told  # which runs just now
