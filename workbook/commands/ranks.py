"""`workbook run --ranks N`: the same script in N processes, which find each other by MPI.

The processes are started by MPI's own `mpiexec`, and each of them is `workbook run` again. So on several machines one writes
`mpiexec -f hosts -n 8 python -m workbook run train.py`, with the same effect.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from workbook.commands import Refused, places, rank_output
from workbook.commands.test import ONE_THREAD
from workbook.distributed import ending, groups, starting
from workbook.distributed.wires import Mpi

SECONDS_TO_END = 5.0


# The process that starts the ranks --------------------------------------------------------------------------------------


def start(count, arguments, run):
    """Start `workbook run` with these arguments in `count` processes, wait for them, and return the job's exit code.

    One rank needs no MPI: `run()` runs the script right here.
    """
    if count < 1:
        raise Refused(f"--ranks takes the number of processes, 1 or more, and not {count}:  workbook run --ranks 2 train.py")
    if count == 1 or not arguments:
        os.environ.update(torchruns_names(0, 1, 0))
        return run()
    command = [starter(), "-n", str(count), sys.executable, "-m", "workbook", "run", *arguments]
    with tempfile.TemporaryDirectory(prefix="workbook-ranks-", ignore_cleanup_errors=True) as job, contextlib.ExitStack() as files:
        environment = dict.fromkeys(ONE_THREAD, "1") | dict(os.environ) | {ending.JOB: job}
        said, complained = (files.enter_context(open(path, "wb")) for path in rank_output.paths(Path(job), rank_output.STARTER))
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=complained,
                                   start_new_session=True)  # so that Ctrl-C comes here, and not to every rank
        output = rank_output.Reader(Path(job), count, on_closed=process.terminate)
        earlier = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        try:
            code = process.wait()
        except (KeyboardInterrupt, SystemExit) as stopped:
            end(process)
            return 130 if isinstance(stopped, KeyboardInterrupt) else stopped.code
        finally:
            signal.signal(signal.SIGTERM, earlier)
            kept_back = output.finish()
        return verdict(code, count, Path(job), kept_back)


def mpiexec():
    """Return the path of MPI's starter, or None where there is none."""
    here = Path(sys.executable).parent  # where `pip install mpich` puts it; impi-rt on Windows beside it
    return next((path for folder in (here, here.parent / "Library" / "bin", None)
                 for name in ("mpiexec", "mpirun") if (path := shutil.which(name, path=folder and str(folder)))), None)


def starter():
    """The same, but refuse where it, or mpi4py, is missing."""
    found = mpiexec()
    lacking = [name for name, there in (("mpi4py", starting.is_mpi_available()), ("mpiexec", found)) if not there]
    if lacking:
        raise Refused(f"Several ranks talk by MPI, and {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not "
                      "installed:  "
                      f"{places.install('mpi')}")
    return found


def end(process):
    """End the starter, which ends its ranks; and what is left of them, if it does not."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def verdict(code, count, job, kept_back):
    """Return the job's exit code, and say which rank ended without a word, if one did."""
    silent = [rank for rank in range(count) if not (job / f"{rank}.done").exists()]
    if (job / "failed").exists():
        return code or 1
    if silent:
        killed = re.search(r"PID (\d+) RUNNING", kept_back)
        pids = {path.read_text(): int(path.stem) for path in job.glob("*.pid")}
        first = pids.get(killed[1]) if killed else None
        who = f"Rank {first}" if first is not None else f"Rank {silent[0]}" if len(silent) == 1 else f"One of the ranks {silent}"
        print(f"{who} ended without a traceback{how(code)}; the others were ended with it.", file=sys.stderr)
        return code or 1
    return code


def how(code):
    """Return in words what an exit code tells of a process that said nothing."""
    names = {number.value: number.name for number in signal.Signals}
    number = -code if code < 0 else code - 128 if code > 128 else code
    if number in names and number in (4, 6, 7, 8, 9, 11, 15):
        return f": signal {number} ({names[number]}" + (", by a person or because the memory was full)" if names[number] == "SIGKILL" else ")")
    return f": os._exit({code})"


# Each of the ranks ------------------------------------------------------------------------------------------------------


def take_part(run):
    """Call `run()`, which returns its exit code, as one of the ranks that MPI has started; where it fails, all of them end."""
    told = starting.launched()
    if told is None or told[1] == 1 or not starting.is_mpi_available():
        return run()
    rank, size, local = told
    os.environ.update({name: value for name, value in torchruns_names(rank, size, local).items()
                       if name in COUNTED or name not in os.environ})
    if job():
        rank_output.into_files(job(), rank)
    else:
        sys.stdout.reconfigure(line_buffering=True)  # MPI's starter reads from a pipe, and a person from the screen
    from mpi4py import MPI

    note(rank, "pid", str(os.getpid()))
    groups.agreement_on(Mpi(MPI.COMM_WORLD))
    ending.end_together(groups.leave)
    try:
        code = run()
    except SystemExit as leaving:  # sys.exit("a sentence") prints it
        code = leaving.code
        if not isinstance(code, int | None):
            print(code, file=sys.stderr)
            code = 1
    if code:
        ending.end_job(code)
    note(rank, "done")
    return 0


COUNTED = ("RANK", "WORLD_SIZE", "LOCAL_RANK")


def torchruns_names(rank, size, local):
    """Return the variables that PyTorch's own starter sets, which scripts read."""
    return {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(local),
            "LOCAL_WORLD_SIZE": os.environ.get("MPI_LOCALNRANKS", str(size)), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}


def note(rank, what, text=""):
    """Leave word for the process that has started the ranks, if one has."""
    if job():
        (job() / f"{rank}.{what}").write_text(text)


def job():
    """Return the folder that the ranks share with the process that has started them, or None where there is none."""
    folder = os.environ.get(ending.JOB)
    return Path(folder) if folder and os.path.isdir(folder) else None
