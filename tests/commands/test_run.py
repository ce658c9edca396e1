"""`workbook run`: an unmodified PyTorch script finds this engine under PyTorch's names, and only while it runs."""

import os
import subprocess
import sys
import threading

import pytest

import workbook
from workbook import cli
from workbook.commands import Refused, run
from workbook.commands.places import PACKAGE

SCRIPT = '''\
import sys
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from torch.autograd import Variable
from torch.utils.data import DataLoader
import workbook, workbook.nn.functional, workbook.utils.data, workbook.vision

assert torch is workbook and nn is workbook.nn and F is workbook.nn.functional
assert torchvision is workbook.vision and DataLoader is workbook.utils.data.DataLoader
assert nn.__name__ == "workbook.nn" and nn.__spec__.name == "workbook.nn"
from torchvision import datasets, transforms
assert datasets is workbook.vision.datasets

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, x):
        return F.relu(self.linear(x))

torch.manual_seed(0)
loss = Net()(Variable(torch.ones(3, 2))).sum()
loss.backward()
print(__name__, sys.argv[1:], sys.modules["__main__"].Net is Net, type(loss))
'''


def python(*arguments, cwd):
    command = [sys.executable, "-m", "workbook", "run", *arguments]
    # Also where workbook is found by a relative path, or is not installed at all.
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)


@pytest.fixture
def script(tmp_path):
    def write(source, name="train.py"):
        (tmp_path / name).write_text(source, encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.fixture(autouse=True)
def nothing_stays():
    """After every run the process is as it was: no second names, no finder, the same argv and path."""
    before = list(sys.meta_path), list(sys.argv), list(sys.path), sys.modules["__main__"], sys.modules.get("torch")
    yield
    assert before == (list(sys.meta_path), list(sys.argv), list(sys.path), sys.modules["__main__"], sys.modules.get("torch"))


def test_an_unmodified_script_trains_on_this_engine(script, capsys):
    assert cli.main(["run", script(SCRIPT), "--epochs", "3", "-m", "--help"]) == 0
    assert capsys.readouterr().out == "__main__ ['--epochs', '3', '-m', '--help'] True <class 'torch.Tensor'>\n"


def test_it_runs_the_same_from_the_command_line(script, tmp_path):
    script(SCRIPT)
    done = python("train.py", "x y", cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("__main__ ['x y'] True <class 'torch.Tensor'>\n", "", 0)


def test_modules_beside_the_script_are_found(script):
    script("import torch\nanswer = torch.ones(2).sum().item()", "helper.py")
    assert cli.main(["run", script("import helper\nassert helper.answer == 2")]) == 0
    del sys.modules["helper"]


@pytest.mark.parametrize(("ending", "code"), [("sys.exit(7)", 7), ("sys.exit('sorry')", "sorry"), ("raise SystemExit", None)])
def test_exit_codes_are_the_scripts(script, ending, code):
    with pytest.raises(SystemExit) as exit:
        cli.main(["run", script(f"import sys\n{ending}")])
    assert exit.value.code == code


def test_an_error_shows_a_traceback_that_begins_in_the_students_file(script, capsys):
    path = script("import torch\n\ndef f():\n    return 1 / 0\n\nf()\n")
    assert cli.main(["run", path]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["Traceback (most recent call last):", f'  File "{path}", line 6, in <module>']
    assert [line for line in lines if line.startswith("  File")][1:] == [f'  File "{path}", line 4, in f']
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_a_syntax_error_shows_the_students_line_and_nothing_of_ours(script, capsys):
    path = script("x = (\n")
    assert cli.main(["run", path]) == 1
    assert capsys.readouterr().err.splitlines()[0] == f'  File "{path}", line 1'


def test_a_missing_module_names_what_there_is(script, capsys):
    path = script("import torch.optimm")
    assert cli.main(["run", path]) == 1
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "ModuleNotFoundError: No module named 'torch.optimm'",
        "  Why: under `workbook run`, torch is workbook, which has no optimm",
        "  Fix: write torch.optim",
    ]


@pytest.mark.parametrize("room", sorted(run.NOT_TORCHS))
def test_rooms_that_pytorch_does_not_have_are_not_found_under_its_name(room):
    with run.torch_names(), pytest.raises(ModuleNotFoundError, match=rf"No module named 'torch\.{room}'(?s:.)*Fix: "):
        __import__(f"torch.{room}")


def test_another_module_of_the_same_name_comes_back_afterwards(monkeypatch):
    other = type(sys)("torch")
    monkeypatch.setitem(sys.modules, "torch", other)
    with run.torch_names():
        import torch

        assert torch is workbook
    import torch

    assert torch is other


def test_a_script_that_fails_to_import_leaves_the_modules_as_they_were(script):
    spec = workbook.__spec__
    assert cli.main(["run", script("import torch.nothing")]) == 1
    assert workbook.__spec__ is spec and spec.name == "workbook"


def test_threads_of_the_script_find_the_names_too():
    found = []
    with run.torch_names():
        thread = threading.Thread(target=lambda: found.append(__import__("torch.nn").nn))
        thread.start()
        thread.join()
    assert found == [workbook.nn]


def test_code_and_modules_run_as_python_runs_them(tmp_path, script):
    done = python("-c", "import torch, sys; print(torch.__version__, sys.argv)", "a", "--b", cwd=tmp_path)
    assert done.stdout == f"{workbook.__version__} ['-c', 'a', '--b']\n"
    script("import torch, sys; print(__name__, torch.__name__, sys.argv[1:])", "train.py")
    assert python("-m", "train", "--b", cwd=tmp_path).stdout == "__main__ workbook ['--b']\n"


def test_nothing_to_run_and_a_file_that_is_not_there_are_told(tmp_path, capsys):
    assert cli.main(["run"]) == 1
    assert capsys.readouterr().err == "Name the script to run:  workbook run train.py\n"
    assert cli.main(["run", str(tmp_path / "nope.py")]) == 1
    assert capsys.readouterr().err.startswith(f"The script {tmp_path / 'nope.py'} cannot be read: ")
    assert issubclass(Refused, Exception)


def test_a_script_in_another_encoding_runs(tmp_path, capsys):
    path = tmp_path / "old.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nprint(len('\xe9t\xe9'))\n".encode("latin-1"))
    assert cli.main(["run", str(path)]) == 0
    assert capsys.readouterr().out == "3\n"


def test_a_worker_that_begins_empty_knows_the_names_too(script, tmp_path):
    path = script("import torch\nimport torchvision.transforms as transforms\nfrom torch.utils.data import DataLoader, Dataset\n\n"
                  "class Squares(Dataset):\n    def __len__(self):\n        return 4\n    def __getitem__(self, i):\n"
                  "        import torch as inside\n        return transforms.Normalize((0.,), (1.,))(inside.full((1, 1, 1), i * 1.0)), torch.__version__\n\n"
                  "if __name__ == '__main__':\n    for x, version in DataLoader(Squares(), 4, num_workers=1, multiprocessing_context='spawn'):\n"
                  "        print(x.flatten().tolist(), version[0])\n")
    done = python(path, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"[0.0, 1.0, 2.0, 3.0] {workbook.__version__}\n"), done.stderr


def test_what_brings_the_names_to_such_a_worker_leaves_other_modules_alone(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    run.stand_in("workbook.commands.second_names.torch")  # as somebody who collects all files of a folder imports it
    assert not any(isinstance(finder, run.TorchNames) for finder in sys.meta_path)
