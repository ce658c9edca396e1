"""`workbook run --ranks`: what is refused before anything starts, and what the starter of the ranks says and keeps to itself."""

import io

import pytest

from workbook import cli
from workbook.commands import doctor, rank_output, ranks
from workbook.distributed import starting


BANNER = """
===================================================================================
=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES
=   PID 25018 RUNNING AT vm
=   EXIT CODE: 9
===================================================================================
YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)
This typically refers to a problem with your application.
"""
ABORT = "Abort(1) on node 0 (rank 0 in comm 0): application called MPI_Abort(MPI_COMM_WORLD, 1) - process 0\n"


def shown(tmp_path, *pieces, words=rank_output.ABORTS_WORDS):
    """What is handed on of these pieces, which are printed one after the other, after each of them; and what is kept back."""
    target, path, after = io.StringIO(), tmp_path / "0.out", []
    source = rank_output.Source(path, target, words)
    source.read()  # before there is a file
    for piece in pieces:
        with open(path, "ab") as file:
            file.write(piece if isinstance(piece, bytes) else piece.encode())
        source.read()
        after.append(target.getvalue())
    source.read(last=True)
    return [*after, target.getvalue()], source.kept_back


def test_whole_lines_are_handed_on_as_they_come(tmp_path):
    assert shown(tmp_path, "epoch 1\nlo", "ss", " 0.5\n")[0] == ["epoch 1\n", "epoch 1\n", *["epoch 1\nloss 0.5\n"] * 2]


def test_the_beginning_of_a_line_when_nothing_follows(tmp_path):
    assert shown(tmp_path, "loading ...", "", " done\n")[0] == ["", "loading ...", *["loading ... done\n"] * 2]
    assert shown(tmp_path, "")[0][-1].endswith("done\n")


def test_a_bar_that_is_drawn_over_itself(tmp_path):
    assert shown(tmp_path, "10 %\r20 %", "\r30 %")[0] == ["10 %\r", "10 %\r20 %\r", "10 %\r20 %\r30 %"]


def test_a_letter_that_came_in_two_halves(tmp_path):
    assert shown(tmp_path, "gr\u00fcn\n".encode()[:3], "gr\u00fcn\n".encode()[3:])[0][-1] == "gr\u00fcn\n"


def test_what_mpi_says_of_its_own_accord_is_kept_back(tmp_path):
    said, kept_back = shown(tmp_path, BANNER[:100], BANNER[100:], "no such host\n", words=rank_output.STARTERS_WORDS)
    assert said[-1] == "no such host\n" and "PID 25018 RUNNING" in kept_back


def test_and_nothing_that_a_rank_prints(tmp_path):
    mine = BANNER + "Your turn\n"
    assert shown(tmp_path, ABORT, mine) == ([""] + [mine] * 2, ABORT)


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
