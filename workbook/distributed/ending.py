"""How the ranks of a job end together: a rank that fails ends the others; one that is done says so.

Without it, the other ranks would wait for ever for one that has failed.
"""

import atexit
import os
import sys
import time

JOB = "WORKBOOK_JOB"  # the folder in which the ranks that `workbook run --ranks` has started leave word
SECONDS_TO_SPEAK = 3.0
SECONDS_TO_CARRY = 0.3  # for MPI's starter, which drops what it has not handed on when a rank ends the job
_former = []  # the hook that told of errors before, while ours is there


def end_together(leave):
    """From now on an error that ends this process ends all ranks, after its traceback was shown; `leave` is called at its regular end."""
    if not _former:
        _former.append(sys.excepthook)
        sys.excepthook = _end_job
        atexit.register(_in_this_process, os.getpid(), leave)


def end_job(code, tell=lambda: None):
    """End all ranks with this exit code. `tell()` says why; but where several ranks fail at once, only the first of them speaks."""
    world = sys.modules["mpi4py.MPI"].COMM_WORLD
    if speaks_first(world.rank):
        sys.stdout.flush()
        tell()
        sys.stderr.flush()
        if JOB not in os.environ:
            time.sleep(SECONDS_TO_CARRY)
    else:
        time.sleep(SECONDS_TO_SPEAK)  # the first rank ends all, and so this one, when it has spoken
    world.Abort(code)


def _end_job(kind, error, traceback):
    """Show the traceback, every line with the rank in front, and end all ranks."""

    def tell():
        former, sys.stderr = sys.stderr, _WithRank(sys.stderr, sys.modules["mpi4py.MPI"].COMM_WORLD.rank)
        try:
            _former[0](kind, error, traceback)
        finally:
            sys.stderr.flush()
            sys.stderr = former

    end_job(130 if issubclass(kind, KeyboardInterrupt) else 1, tell)


def speaks_first(rank):
    """Return whether no other rank of this job has shown an error yet. Where nobody keeps count, all speak."""
    job = os.environ.get(JOB)
    if job is None:
        return True
    try:
        with open(os.path.join(job, "failed"), "x") as word:
            word.write(str(rank))
        return True
    except FileExistsError:
        return False
    except OSError:  # on another machine
        return True


class _WithRank:
    """A stream that puts `[rank1]: ` in front of every line, as PyTorch does."""

    def __init__(self, stream, rank):
        self.stream, self.prefix, self.rest = stream, f"[rank{rank}]: ", ""

    def write(self, text):
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self.stream.write(f"{self.prefix}{line}\n")
        return len(text)

    def flush(self):
        if self.rest:
            self.stream.write(f"{self.prefix}{self.rest}\n")
            self.rest = ""
        self.stream.flush()


def _in_this_process(process, leave):
    """Call `leave`, but not in the worker processes that this one made, of a DataLoader."""
    if process == os.getpid():
        leave()
