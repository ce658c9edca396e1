"""Every workload computes the same on workbook and on torch, and the command refuses one that does not."""

import subprocess
import sys

import pytest
import torch

import workbook
from benchmarks import __main__ as command
from benchmarks import report, timing, workloads
from benchmarks.workloads import WORKLOADS, Workload


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_both_sides_give_the_same(workload):
    side = timing.FreshProcess if workload.fresh else timing.ThisProcess
    theirs, ours = (side(workload, workload.prepare, library) for library in (torch, workbook))
    for _ in range(1 if workload.fresh else 2):  # the second step of a training starts from what the first one changed
        timing.refuse_differences(workload.name, theirs.results(), ours.results())


@pytest.fixture
def planted(monkeypatch):
    """A table of two rows: one whose sides differ in a single number, and one whose sides agree."""
    def differs(library):
        values = library.arange(6.0).reshape(2, 3)
        if library is workbook:
            values[1, 2] += 0.01
        return lambda: {"values": values}

    def agrees(library):
        return lambda: {"values": library.arange(6.0)}

    monkeypatch.setattr(workloads, "WORKLOADS", (Workload("wrong", "a wrong row", differs), Workload("right", "a right row", agrees)))


def test_the_command_refuses_a_pair_whose_results_differ(planted, capsys, tmp_path):
    assert command.main(["--rounds", "7", "--json", str(tmp_path / "speed.json")]) == 1
    printed = capsys.readouterr().out
    assert "REFUSED: wrong is not timed: the results differ. 'values' at (1, 2) is 5.0 on torch and 5.01" in printed
    assert "a right row" in printed and "no goal" in printed
    assert '"wrong"' not in (tmp_path / "speed.json").read_text(encoding="utf-8")


def test_the_command_ends_well_where_everything_agrees(planted, capsys):
    assert command.main(["right"]) == 0
    assert report.COLUMNS in capsys.readouterr().out


def test_the_command_takes_one_thread(planted):
    torch.set_num_threads(2)
    command.main(["right"])
    assert torch.get_num_threads() == 1


def test_the_libraries_are_told_to_use_one_thread_and_not_which_code():
    told = {"PATH": "here", "OMP_NUM_THREADS": "8", "OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "default"}
    settled = command.settled(told)
    assert {name: settled.pop(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} == dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    assert settled["PATH"] == "here" and "OPENBLAS_CORETYPE" not in settled and "ATEN_CPU_CAPABILITY" not in settled
    assert command.settled(command.settled(told)) == command.settled(told), "a process that is settled would start itself for ever"


def test_the_command_starts_itself_with_its_words(monkeypatch):
    started = {}
    monkeypatch.setattr(subprocess, "call", lambda words, env: started.update(words=words, env=env) or 3)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "lenet", "--rounds", "8"])
    assert command.again({"OMP_NUM_THREADS": "1"}) == 3
    assert started == {"words": [sys.executable, "-m", "benchmarks", "lenet", "--rounds", "8"], "env": {"OMP_NUM_THREADS": "1"}}


@pytest.mark.parametrize("arguments, complaint", [
    (["--rounds", "6"], "--rounds 6: a median of fewer than 7 rounds says little"),
    (["lenett"], "there is no workload 'lenett'"),
])
def test_a_command_that_makes_no_sense_is_refused(arguments, complaint, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(arguments)
    assert stop.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_system_that_cannot_tell_its_memory_leaves_the_row_out(planted, monkeypatch, capsys):
    def cannot(*_):
        raise timing.Unavailable("this system does not tell a process its peak of memory")

    monkeypatch.setattr(timing, "measure", cannot)
    assert command.main(["right"]) == 0
    assert "a right row" in (printed := capsys.readouterr().out)
    assert "left out: this system does not tell a process its peak of memory" in printed
