"""A rank that fails ends the whole job, with its own traceback and no other; what ranks disagree about is an error and no waiting."""

import os
import signal
import subprocess
import time

import pytest

from tests.distributed import jobs

pytestmark = jobs.needs_mpi

# how rank 1 fails: exit code, words that are shown, words that are not
WAYS = {
    "raises": (1, ["[rank1]: Traceback (most recent call last):", "[rank1]: ValueError: the loss is not a number"],
               ["[rank0]", "BAD TERMINATION", "MPI_Abort"]),
    "before it meets the others": (1, ["[rank1]: ModuleNotFoundError: No module named 'a_module_that_nobody_has'"], ["[rank0]"]),
    "killed": (9, ["Rank 1 ended without a traceback: signal 9 (SIGKILL, by a person or because the memory was full)"],
               ["[rank0]", "BAD TERMINATION"]),
    "other shapes": (1, ["Rank 0 is running collective: all_reduce([3], torch.float32, SUM), but Rank 1 is running collective: all_"], []),
    "fewer batches": (1, ["[rank0]: RuntimeError: Detected mismatch between collectives", "rank 1 will not come any more"],
                      ["[rank1]"]),
}
MORE = {
    "everywhere": (1, ["ValueError: the loss is not a number"], ["BAD TERMINATION"]),
    "_exit": (1, ["ended without a traceback: os._exit(0)"], ["[rank"]), "sys.exit": (3, [], ["Traceback"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_rank_that_fails_ends_the_job_with_its_traceback(way):
    """Each starts a job, a second where nothing else runs; a rank that waited for ever would end in the time limit of `run`."""
    check(way, *WAYS[way])


@pytest.mark.full("further ways to fail, a job each")
@pytest.mark.parametrize("way", MORE)
def test_so_it_does_in_other_ways(way):
    check(way, *MORE[way])


def check(way, code, shown, not_shown):
    done = jobs.run(2, "fail.py", way)
    assert done.returncode == code, done.stderr
    assert [words for words in shown if words not in done.stderr] == []
    assert [words for words in not_shown if words in done.stderr + done.stdout] == []
    assert done.stderr.count("Traceback (most recent call last)") <= 1


def test_the_ranks_lines_stay_whole_and_nothing_is_lost(monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")  # each piece of a line goes out alone
    done = jobs.run(2, "-c", "import sys, torch.distributed as dist\ndist.init_process_group('gloo')\n"
                    "for i in range(5000): print('rank', dist.get_rank(), i)\ndist.barrier()\nsys.exit('the end')")
    for rank in "01":
        assert [line for line in done.stdout.splitlines() if line.startswith(f"rank {rank}")] == [f"rank {rank} {i}" for i in range(5000)]
    assert len(done.stdout.splitlines()) == 10000 and "the end" in done.stderr.splitlines()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_stopping_the_job_stops_every_rank(number):
    job = subprocess.Popen(jobs.command(2, "fail.py", "interrupted"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           env=jobs.environment())
    ranks = []
    while len(ranks) < 2:
        words = job.stdout.readline().split()
        ranks += [int(words[1])] if words[:1] == ["pid"] else []
    job.send_signal(number)
    said, complained = job.communicate(timeout=60)
    assert job.returncode == 128 + number and "Traceback" not in complained
    assert wait_for(lambda: not any(map(is_running, ranks)))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not is_zombie(pid)


def is_zombie(pid):
    """Whether it has ended, and nobody has asked how."""
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        pass
    return condition()
