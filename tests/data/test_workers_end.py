"""However a program ends, its workers end with it, and say nothing.

Every process that a script starts holds the script's output open: whoever reads it to its end has waited for all of them.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEGIN = """
import os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell has started in the background, and by its children
import workbook as torch
from workbook.utils.data import DataLoader
class Numbers:
    def __len__(self): return 100
    def __getitem__(self, index):
        if index in SLOW: threading.Event().wait()
        return torch.full((2000,), float(index))
SLOW = ()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals to a group of processes are Unix's")


def start(code, **options):
    return subprocess.Popen([sys.executable, "-c", BEGIN + code], cwd=ROOT, text=True, start_new_session=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **options)


def finish(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def end_of(code):
    return finish(start(code))


def more(*case):
    return pytest.param(*case, marks=pytest.mark.full("each case starts a Python of its own"))


@pytest.mark.parametrize("code", [
    "it = iter(DataLoader(Numbers(), num_workers=2)); next(it)",
    more("loader = DataLoader(Numbers(), num_workers=2, persistent_workers=True)\nfor batch in loader: break"),
    "SLOW = range(1, 100)\nit = iter(DataLoader(Numbers(), num_workers=2)); next(it)",
    more("threading.Thread(target=lambda: list(DataLoader(Numbers(), num_workers=1)), daemon=True).start(); time.sleep(0.2)"),
    more("it = iter(DataLoader(Numbers(), num_workers=2)); next(it)\nif os.fork() == 0: del it; os._exit(0)\nos.wait(); list(it)"),
    "import multiprocessing\nit = iter(DataLoader(Numbers(), num_workers=1)); next(it)\n"
    "p = multiprocessing.Process(target=lambda: list(DataLoader(range(3), num_workers=1))); p.start(); p.join(); list(it)\n"
    "assert p.exitcode == 0",
])
def test_a_program_ends_in_the_middle_of_an_epoch_without_a_word(code):
    assert end_of(code) == (0, "", "")


def test_a_program_that_exits_keeps_its_exit_code_and_one_that_fails_its_traceback():
    code, _, err = end_of("for batch in DataLoader(Numbers(), num_workers=2): sys.exit(3)")
    assert (code, err) == (3, "")
    code, _, err = end_of("for batch in DataLoader(Numbers(), num_workers=2): 1 / 0")
    assert code == 1 and err.count("Traceback") == 1 and err.endswith("ZeroDivisionError: division by zero\n")


WAITING = """
SLOW = range(2, 100)
loader = DataLoader(Numbers(), num_workers=2, persistent_workers={stay})
for batch in loader:
    if batch[0, 0] == 1:
        print("ready", flush=True)
        {body}
"""


@pytest.mark.parametrize("stay, body", [more(False, "pass"), (True, "pass"), more(False, "threading.Event().wait()")])
def test_ctrl_c_ends_everything_with_one_traceback(stay, body):
    process = start(WAITING.format(stay=stay, body=body))
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    code, _, err = finish(process)
    assert code in (1, -signal.SIGINT) and err.count("Traceback") == 1 and err.rstrip().endswith("KeyboardInterrupt")


def test_ctrl_c_that_is_caught_leaves_no_worker_and_the_next_loop_works():
    process = start("""
import multiprocessing
SLOW = (5,)
loader = DataLoader(Numbers(), num_workers=2)
try:
    for batch in loader:
        if batch[0, 0] == 4: print("ready", flush=True)
except KeyboardInterrupt:
    print(multiprocessing.active_children())
SLOW = ()
print(sum(batch[0, 0].item() for batch in loader))
""")
    assert process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGINT)
    assert finish(process) == (0, "[]\n4950.0\n", "")


@pytest.mark.parametrize("folder", ["", "import tempfile\nfrom workbook.utils.data import pool; pool.NAMELESS = False\n"])
def test_a_program_that_is_killed_takes_its_workers_with_it(tmp_path, folder):
    process = start(folder + WAITING.format(stay=False, body="pass"), env=os.environ | {"TMPDIR": str(tmp_path)})
    assert process.stdout.readline() == "ready\n"
    process.kill()
    code, _, err = finish(process)
    assert code == -signal.SIGKILL and err == "" and list(tmp_path.iterdir()) == []


def test_a_class_of_a_notebook_is_found_by_a_fork_and_told_where_it_cannot_be():
    code, _, err = end_of("list(DataLoader(Numbers(), num_workers=1, multiprocessing_context='spawn'))")
    assert code == 1 and "a worker that is started by 'spawn' cannot find Numbers: it was defined in a notebook" in err
    assert "put Numbers into a file beside the notebook" in err and err.count("Traceback") == 1


def test_a_class_of_a_script_is_found_by_workers_that_begin_empty(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(BEGIN + "if __name__ == '__main__':\n    print(len(list(DataLoader(Numbers(), 10, num_workers=1, "
                              "multiprocessing_context='spawn'))))\n")
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, text=True, capture_output=True, timeout=60,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "10\n", "")


@pytest.mark.full("two Pythons, for the words alone")
def test_a_script_without_the_guard_is_told_of_it(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(BEGIN + "list(DataLoader(Numbers(), 10, num_workers=1, multiprocessing_context='spawn'))\n")
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, text=True, capture_output=True, timeout=60,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 1 and 'stand under `if __name__ == "__main__":`' in done.stderr
