"""`workbook run --ranks`: what is refused before anything starts, and what the starter of the ranks says and keeps to itself."""

import io
import os

import pytest

from workbook import cli
from workbook.commands import doctor, ranks
from workbook.distributed import starting


def say(*chunks):
    """What `Output` hands on of these chunks, and what it drops."""
    read, write = os.pipe()
    with open(write, "wb", buffering=0) as pipe:
        for chunk in chunks:
            pipe.write(chunk.encode())
    target = io.StringIO()
    output = ranks.Output(open(read, "rb", buffering=0), target)
    output.join(10)
    return target.getvalue(), output.dropped


BANNER = """
===================================================================================
=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES
=   PID 25018 RUNNING AT vm
=   EXIT CODE: 9
===================================================================================
YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)
This typically refers to a problem with your application.
"""


def test_what_the_ranks_print_is_handed_on_and_what_mpi_says_is_not():
    said, dropped = say("epoch 1\nloss", " 0.5\rloss 0.4\r", "\nAll well\n", BANNER)
    assert said.strip() == "epoch 1\nloss 0.5\rloss 0.4\r\nAll well" and "PID 25018 RUNNING" in dropped
    assert say("Abort(1) on node 0 (rank 0 in comm 0): application called MPI_Abort(MPI_COMM_WORLD, 1) - process 0\n")[0] == ""
    assert say("=== my own line\n= 3\nYour turn")[0] == "=== my own line\n= 3\nYour turn\n"


def test_a_rank_that_ended_without_a_word_is_named(tmp_path, capsys):
    (tmp_path / "0.pid").write_text("25017"), (tmp_path / "1.pid").write_text("25018")
    assert ranks.verdict(9, 2, tmp_path, BANNER) == 9
    assert capsys.readouterr().err.startswith("Rank 1 ended without a traceback: signal 9 (SIGKILL, by a person or because")
    (tmp_path / "0.done").touch()
    assert ranks.verdict(0, 2, tmp_path, "") == 1  # no success
    assert capsys.readouterr().err.startswith("Rank 1 ended without a traceback: os._exit(0)")
    (tmp_path / "1.done").touch()
    assert ranks.verdict(0, 2, tmp_path, "") == 0 and capsys.readouterr().err == ""
    (tmp_path / "failed").write_text("0")
    assert ranks.verdict(0, 2, tmp_path, "") == 1 and capsys.readouterr().err == ""


@pytest.mark.parametrize("lacking, words", [("mpi4py", "mpi4py is not installed"), ("mpiexec", "mpiexec is not installed"),
                                            ("both", "mpi4py and mpiexec are not installed")])
def test_several_ranks_without_mpi_are_refused_with_what_to_install(lacking, words, monkeypatch, capsys):
    monkeypatch.setattr(starting, "is_mpi_available", lambda: lacking == "mpiexec")
    monkeypatch.setattr(ranks, "mpiexec", lambda: "/bin/mpiexec" if lacking == "mpi4py" else None)
    assert cli.main(["run", "--ranks", "2", "train.py"]) == 1
    complaint = capsys.readouterr().err
    assert words in complaint and "pip install" in complaint and "mpi" in complaint


@pytest.mark.parametrize("given, words", [("0", "1 or more"), ("-2", "1 or more"), ("two", "invalid int value")])
def test_a_number_of_ranks_that_is_none(given, words, capsys):
    with pytest.raises(SystemExit) if given == "two" else pytest.MonkeyPatch.context():
        assert cli.main(["run", "--ranks", given, "train.py"]) == 1
    assert words in capsys.readouterr().err


def test_one_rank_runs_right_here_with_its_names_in_the_environment(tmp_path, monkeypatch, capsys):
    for name in ranks.torchruns_names(0, 1, 0):
        monkeypatch.setenv(name, "as it was")
    (tmp_path / "train.py").write_text(
        "import os, sys, torch\ntorch.distributed.init_process_group('gloo')\n"
        "print(os.environ['RANK'], os.environ['WORLD_SIZE'], torch.distributed.get_world_size(), sys.argv[1:])\n"
        "torch.distributed.destroy_process_group()\n")
    assert cli.main(["run", "--ranks", "1", str(tmp_path / "train.py"), "--ranks", "9"]) == 0
    assert capsys.readouterr().out == "0 1 1 ['--ranks', '9']\n"


@pytest.mark.parametrize("version, starter, state, words", [
    ("4.1", "/bin/mpiexec", "ok", "mpi4py 4.1, /bin/mpiexec"), (None, None, "absent", "mpi4py and mpiexec"),
    ("4.1", None, "absent", "mpiexec"), (None, "/bin/mpiexec", "absent", "mpi4py")])
def test_the_doctor_says_whether_ranks_could_be_started(version, starter, state, words, monkeypatch):
    monkeypatch.setattr(doctor, "version_of", lambda package: version)
    monkeypatch.setattr(ranks, "mpiexec", lambda: starter)
    finding, = doctor.mpi()
    assert finding.state == state and finding.found.endswith(words)
    assert ("mpi]" in finding.fix) == (state == "absent")
