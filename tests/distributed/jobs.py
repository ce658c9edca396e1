"""Scripts of `programs/`, run in several processes: by this engine, or by PyTorch with gloo."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.commands import ranks

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).with_name("programs")
LACKING = [name for name, there in (("mpi4py", importlib.util.find_spec("mpi4py")), ("mpiexec", ranks.mpiexec())) if not there]
needs_mpi = pytest.mark.skipif(
    bool(LACKING), reason=f"several ranks need {' and '.join(LACKING)}, not installed here: pip install mpi4py mpich")


def run(count, program, *arguments):
    """Run a program in `count` ranks by `workbook run --ranks`, and return what came of it. It may take long on a busy machine."""
    return subprocess.run(command(count, program, *arguments), capture_output=True, text=True, env=environment(), timeout=100)


def command(count, program, *arguments):
    script = [program] if program.startswith("-") else [str(PROGRAMS / program)]
    return [sys.executable, "-m", "workbook", "run", "--ranks", str(count), *script, *map(str, arguments)]


def environment():
    """The variables of this process, without what another starter of ranks has left in them."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("PMI", "OMPI_", "MPI_")) and name not in ranks.COUNTED}
    return kept | {"PYTHONPATH": str(ROOT)}


def run_with_torch(count, program, *arguments):
    """Run a program in `count` processes of the real PyTorch."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    started = []
    for rank in range(count):
        told = {"RANK": str(rank), "WORLD_SIZE": str(count), "LOCAL_RANK": str(rank), "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
        started.append(subprocess.Popen([sys.executable, PROGRAMS / program, *map(str, arguments)], env=environment() | told,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    for process in started:
        said, _ = process.communicate(timeout=100)
        assert process.returncode == 0, said


def told(folder, count):
    """Return what each rank has written down."""
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(count)]
