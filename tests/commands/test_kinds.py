"""`workbook test`: what it runs, in which kind, what it prints, and when its exit code is not zero."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import workbook
from workbook import cli
from workbook.commands import Refused, chromium, places
from workbook.commands import test as command

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project: `write` makes its files, `run` runs `workbook test` on it and returns (exit code, table)."""
    root = tmp_path / "a project"
    for folder in ("workbook", "tests", "lessons"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = ['--import-mode=importlib']\n")
    (root / "tests" / "shares.toml").write_text((ROOT / "tests" / "shares.toml").read_text())
    (root / "tests" / "on_cuda.toml").write_text("repeated = []")
    monkeypatch.setattr(places, "project", lambda: root)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:anyio -p no:hypothesispytest")  # not needed here, and slow to start
    return root


def write(root, path, source):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(source)


def run(capfd, *arguments):
    code = cli.main(["test", *arguments])
    return code, capfd.readouterr().out


def row(printed, kind):
    """Return (passed, failed, skipped) of a kind's row in the last table."""
    (line,) = [line for line in printed.splitlines() if line.startswith(kind + " ") and line.count("%") == 1]
    return tuple(map(int, line.removeprefix(kind).split()[:3]))


def device(printed, name):
    """Return (passed, failed, skipped) of a device's row in the last table."""
    table = printed[printed.rindex("\ndevice "):]
    (line,) = [line for line in table.splitlines() if line.startswith(name + " ")]
    return tuple(map(int, line.removeprefix(name).split()))


PASSES = "def test_one():\n    assert 1 + 1 == 2\n"
FAILS = "def test_two():\n    assert 1 + 1 == 3\n"


def test_a_whole_run_has_a_row_for_every_kind_and_counts_units_doctests_and_notebooks(project, capfd):
    write(project, "tests/nn/test_a.py", PASSES + FAILS)
    write(project, "workbook/b.py", '"""\n>>> 1 + 1\n2\n"""\n')
    write(project, "workbook/c.py", '"""\n>>> 1 + 1\n3\n"""\n')
    write(project, "lessons/00.ipynb", notebook("2", "3"))
    code, printed = run(capfd)
    assert code == 1
    assert [row(printed, kind) for kind in ("unit", "doctests", "notebooks")] == [(1, 1, 0), (1, 1, 0), (1, 1, 0)]
    for kind in set(command.KINDS) - {"unit", "doctests", "notebooks"}:
        assert row(printed, kind) == (0, 0, 1)
        assert f"skipped, {kind}: 1 x there are none yet" in printed


def notebook(*recorded):
    """Return a notebook whose cells all print 2; what is recorded as their outputs may be something else."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "source": "print(1 + 1)", "metadata": {}, "execution_count": number,
         "outputs": [{"output_type": "stream", "name": "stdout", "text": f"{output}\n"}]}
        for number, output in enumerate(recorded)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells})


def test_files_without_a_single_test_are_trouble(project, capfd):
    write(project, "tests/nn/test_a.py", "x = 1\n")
    code, printed = run(capfd, str(project / "tests" / "nn"))
    assert code == 1
    assert "TROUBLE, unit: files are there, and not one test in them" in printed


def test_a_pytest_that_dies_is_trouble(project, capfd):
    write(project, "tests/nn/test_a.py", "import os\n\ndef test_one():\n    os._exit(9)\n")
    code, printed = run(capfd, str(project / "tests"))
    assert code == 1
    assert "TROUBLE, unit: pytest stopped with exit code 9 and left no report" in printed


def test_every_reason_for_a_skip_is_shown_and_a_file_that_cannot_be_imported_is_a_failure(project, capfd):
    skips = "import pytest\n\n@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x):\n    pytest.skip('no such device')\n"
    write(project, "tests/nn/test_a.py", skips + PASSES)
    write(project, "tests/nn/test_b.py", "import pytest\npytest.skip('the whole file', allow_module_level=True)\n")
    write(project, "tests/nn/test_c.py", "import nothing_of_this_name\n")
    code, printed = run(capfd, str(project / "tests"))
    assert code == 1
    assert row(printed, "unit")[1:] == (1, 3)
    assert "skipped, unit: 2 x no such device" in printed
    assert "skipped, unit: 1 x the whole file" in printed


def test_a_kind_whose_files_are_all_skipped_is_not_trouble(project, capfd):
    write(project, "tests/nn/test_b.py", "import pytest\npytest.skip('the whole file', allow_module_level=True)\n")
    assert run(capfd, str(project / "tests"))[0] == 0


def test_without_a_browser_its_tests_are_skipped_with_the_fix(project, capfd, monkeypatch):
    write(project, "tests/browser/test_a.py", FAILS)
    monkeypatch.setenv("WORKBOOK_CHROMIUM", str(project / "nowhere"))
    code, printed = run(capfd, str(project / "tests"))
    assert code == 0
    assert f"skipped, browser: 1 x no browser was found: {chromium.FIX}" in printed


def test_only_what_is_asked_for_runs_and_full_reaches_it(project, capfd):
    full = "import os\n\ndef test_one():\n    assert os.environ['WORKBOOK_FULL'] == '1' and os.environ['WORKBOOK_EXAMPLES'] == '7'\n"
    write(project, "tests/nn/test_a.py", full + FAILS)
    write(project, "tests/optim/test_b.py", FAILS)
    code, printed = run(capfd, "--full", "--examples", "7", str(project / "tests/nn/test_a.py") + "::test_one")
    assert code == 0
    assert row(printed, "unit") == (1, 0, 0)
    assert "\nparity" not in printed


def test_full_repeats_units_and_parity_on_a_gpu_where_the_list_says_so(project, capfd):
    write(project, "tests/on_cuda.toml", "repeated = ['nn', 'optim']")
    write(project, "tests/on_cuda.py", "import os\nos.environ['HERE'] = 'a gpu'\n")
    for path in ("tests/nn/test_a.py", "tests/optim/test_b.py", "tests/func/test_c.py", "tests/test_d.py", "tests/lessons/nn/test_e.py"):
        write(project, path, "import os\n\ndef test_one():\n    assert os.environ.get('HERE') == None, os.environ['WORKBOOK_FULL']\n")
    tests = str(project / "tests")
    assert run(capfd, tests)[0] == 0
    code, printed = run(capfd, "--full", tests)
    assert code == 1 and row(printed, "unit") == (4, 0, 0) and row(printed, command.ON_CUDA) == (0, 2, 0)
    assert "AssertionError: tests" in printed  # all of them, with the examples of every day
    assert device(printed, "cpu") == (5, 2, 0)
    code, printed = run(capfd, "--full", str(project / "tests" / "func"))
    assert code == 0 and command.ON_CUDA not in printed


def test_the_list_of_what_is_repeated_names_every_folder_or_says_why_not():
    listed = tomllib.loads((ROOT / "tests" / "on_cuda.toml").read_text(encoding="utf-8"))
    kinds = command.chosen(ROOT, [])
    places = {path.relative_to(ROOT / "tests").parts[0] for kind in ("unit", "parity") for path in kinds[kind]}
    there = {"test_*.py" if place.endswith(".py") else place for place in places}
    assert sorted([*listed["repeated"], *listed["left_out"]]) == sorted(there)
    assert all(len(why) > 10 for why in listed["left_out"].values())


def test_what_passed_is_counted_by_device(project, capfd):
    conftest, gpu = "import pytest\nimport sys\nsys.path.insert(0, %r)\n" % str(ROOT), (ROOT / "tests" / "conftest.py").read_text()
    write(project, "tests/conftest.py", conftest + gpu[gpu.index('@pytest.fixture(params=["simulated cuda", "cuda"])'):])
    write(project, "tests/nn/test_a.py", PASSES + FAILS + "\ndef test_three(gpu):\n    pass\n")
    write(project, "tests/simulated/test_b.py", PASSES)
    write(project, "workbook/b.py", '"""\n>>> 1 + 1\n2\n"""\n')
    _, printed = run(capfd, str(project / "tests"))
    real = int(workbook.cuda.is_available())
    assert device(printed, "cpu") == (1, 1, 0) and device(printed, "simulated cuda") == (2, 0, 0) and device(printed, "cuda") == (real, 0, 1 - real)


@pytest.mark.parametrize("arguments", [("--examples", "7"), ("--full", "--examples", "0"), ("--full", "--examples", "-3")])
def test_a_number_of_examples_that_means_nothing_is_refused(project, capfd, arguments):
    assert cli.main(["test", *arguments]) == 1
    assert "belongs to --full" in capfd.readouterr().err


def test_the_doctests_of_one_file_are_only_its_doctests(project, capfd):
    write(project, "workbook/b.py", '"""\n>>> 1 + 1\n2\n"""\n\ndef test_nothing():\n    assert False\n')
    write(project, "workbook/c.py", '"""\n>>> 1 + 1\n3\n"""\n')
    code, printed = run(capfd, str(project / "workbook" / "b.py"))
    assert code == 0
    assert row(printed, "doctests") == (1, 0, 0)


def test_a_path_without_tests_is_refused(project):
    with pytest.raises(Refused, match="there are no tests here"):
        command.chosen(project, [str(project / "nowhere")])


@pytest.mark.parametrize(("path", "source", "kind"), [
    ("tests/nn/test_a.py", "import workbook as torch\nSCRIPT = 'import torch'\n", "unit"),
    ("tests/nn/test_a.py", "import torch\n", "parity"),
    ("tests/nn/test_a.py", "def test_a():\n    from torch.nn import functional\n", "parity"),
    ("tests/nn/test_a.py", "import pytest\ntorch = pytest.importorskip('torch')\n", "parity"),
    ("tests/parity/test_a.py", "", "parity"),
    ("tests/browser/test_a.py", "", "browser"),
    ("tests/lessons/test_a.py", "import torch\n", "lessons"),
    ("tests/simulated/test_a.py", "", "simulated cuda"),
    ("tests/commands/test_a.py", "", "commands"),
    ("tests/test_packaging.py", "", "commands"),
])  # fmt: skip
def test_a_files_kind_is_read_off_its_place_and_its_imports(project, path, source, kind):
    write(project, path, source)
    assert command.kind_of(project / path, project) == kind


def test_every_file_of_tests_of_this_project_runs_in_exactly_one_kind():
    kinds = command.chosen(ROOT, [])
    files = [path for paths in kinds.values() for path in paths if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    assert sorted(files) == command.files_of_tests(ROOT)
    assert Path(__file__).resolve() in kinds["commands"]


def test_the_shares_cover_every_kind_once_and_come_to_25_minutes():
    shares = command.shares(ROOT)
    assert sorted(shares) == sorted([*command.KINDS, command.ON_CUDA])
    assert sum({name: minutes for kind, (name, minutes, _) in shares.items() if kind != command.ON_CUDA}.values()) == 25


def test_a_share_that_is_used_up_is_marked():
    shares = {"unit": ("units", 1, ["unit", "parity"]), "parity": ("units", 1, ["unit", "parity"])}
    printed = command.table([command.Result("unit", passed=3, seconds=40), command.Result("parity", passed=1, seconds=32)], shares)
    assert printed.splitlines()[1].endswith("120% of 1 min for units, OVER ITS SHARE")
    assert printed.splitlines()[3].split() == ["all", "4", "0", "0", "72.0"]


def test_from_an_installed_package_the_tests_are_refused_with_the_reason(monkeypatch, capsys):
    monkeypatch.setattr(places, "project", lambda: None)
    assert cli.main(["test"]) == 1
    assert "The tests come with the source" in capsys.readouterr().err


# tests/on_cuda.py -----------------------------------------------------------------------------------------------------


ON_A_GPU = """
import numpy as np
import pytest
import workbook as torch

MADE = torch.ones(2)

@pytest.fixture(scope="module")
def made():
    return torch.ones(2)

def test_everything_lies_there(made):
    numbers = np.arange(3.0)
    for x in (MADE, made, torch.zeros(2), torch.tensor([1]), torch.from_numpy(numbers)):
        assert x.device.type == "cuda"
    assert isinstance(MADE.numpy(), np.ndarray) and torch.from_numpy(numbers).numpy().tolist() == [0, 1, 2]
    with pytest.raises(RuntimeError, match="requires grad"):
        torch.ones(2, requires_grad=True).numpy()
    torch.set_default_device("cpu")

def test_what_a_test_leaves_behind_is_put_right():
    assert torch.ones(2).device.type == "cuda"

def test_a_wrong_number_is_told_at_once():
    with pytest.raises(RuntimeError, match="device-side assert"):
        torch.ones(2)[torch.tensor([5])]

@pytest.mark.cpu_only("it has a reason")
def test_nothing():
    assert torch.ones(2).device.type == "cpu"
"""


def test_new_tensors_lie_on_a_gpu_and_what_asks_for_the_cpu_is_skipped_with_its_reason(project):
    write(project, "pyproject.toml", "[tool.pytest.ini_options]\naddopts = ['--import-mode=importlib']\nmarkers = ['cpu_only(reason): x']\n")
    write(project, "tests/test_a.py", ON_A_GPU)
    on = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests/test_a.py"]
    there = subprocess.run([*on, "-p", "tests.on_cuda", "--junitxml=report.xml"], cwd=project, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert "3 passed, 1 skipped" in there.stdout and "of the CPU only: it has a reason" in there.stdout, there.stdout
    name = "cuda" if workbook.cuda.is_available() else "simulated cuda"
    assert command.read_report(command.ON_CUDA, project / "report.xml", 0).devices == {(name, "passed"): 3, (name, "skipped"): 1}
    here = subprocess.run([*on, "-k", "nothing"], cwd=project, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert "1 passed" in here.stdout, here.stdout


# tests/conftest.py ----------------------------------------------------------------------------------------------------


@pytest.fixture
def with_conftest(project):
    """Run pytest over a project that has this project's conftest and finds no torch; return a function of WORKBOOK_FULL."""
    conftest = (ROOT / "tests" / "conftest.py").read_text()
    no_torch = conftest.replace('TORCH = "2.13"', 'TORCH = "0.0"')
    assert no_torch != conftest
    write(project, "tests/conftest.py", no_torch)
    write(project, "tests/test_slow.py", "import pytest\n\n@pytest.mark.full('takes ten minutes')\n" + PASSES)
    write(project, "tests/test_parity.py", "import torch\n" + PASSES)
    write(project, "tests/test_ours.py", "import workbook as torch\n" + PASSES)
    write(project, "tests/test_profile.py", "from hypothesis import settings\n\ndef test_profile():\n"
          "    print('profile', settings.default.max_examples, settings.default.derandomize, settings.default.deadline)\n")  # fmt: skip

    def run(full):
        arguments = [sys.executable, "-m", "pytest", "-q", "-s", "-rs", "-o", "markers=full(reason): slow", "tests"]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "WORKBOOK_FULL": full}
        return subprocess.run(arguments, cwd=project, capture_output=True, text=True, env=environment).stdout

    return run


def test_every_day_the_examples_are_the_same_and_what_is_left_out_says_why(with_conftest):
    printed = with_conftest(full="0")
    assert "profile 18 True None" in printed
    assert "only with `workbook test --full`: takes ten minutes" in printed
    assert "compares with PyTorch 0.0, which is not installed: pip install torch==0.0.0" in printed
    assert "2 passed, 2 skipped" in printed


def test_a_full_run_leaves_out_nothing_for_time_and_looks_for_new_examples(with_conftest):
    printed = with_conftest(full="1")
    assert "profile 250 False None" in printed
    assert "3 passed, 1 skipped" in printed


def test_the_repetition_on_a_gpu_runs_every_test_with_the_examples_of_every_day(with_conftest):
    printed = with_conftest(full="tests")
    assert "profile 18 True None" in printed and "3 passed, 1 skipped" in printed
