"""Which rank this process is, of how many, and what carries its words: found out when the first group is made."""

import importlib.util
import os
import urllib.parse

from workbook.distributed.wires import Alone, Mpi
from workbook.errors import explain

# How launchers of MPI tell a process its rank and their number: MPICH and Intel MPI, Open MPI.
LAUNCHERS = (("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                                                           "OMPI_COMM_WORLD_LOCAL_RANK"))
HOW = "workbook run --ranks 2 train.py"
INSTALL = 'pip install mpi4py mpich  (on Windows: pip install mpi4py impi-rt)'
BACKENDS = ("gloo", "nccl", "mpi", "ucc", "xccl")


def is_available():
    """Return True: this package is there. Raises nothing.

    >>> is_available()
    True

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.is_available
    """
    return True


def is_mpi_available():
    """Return whether mpi4py is installed, without which a world has one process only. Raises nothing.

    >>> is_mpi_available() in (True, False)
    True

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.is_mpi_available
    """
    return importlib.util.find_spec("mpi4py") is not None


def is_gloo_available():
    """Return True: "gloo" is taken as the name of a backend; MPI is what carries. Raises nothing.

    >>> is_gloo_available()
    True

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.is_gloo_available
    """
    return True


def is_nccl_available():
    """Return False: nothing travels from GPU to GPU directly. The name "nccl" is taken all the same. Raises nothing.

    >>> is_nccl_available()
    False

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.is_nccl_available
    """
    return False


def is_backend_available(backend):
    """Return whether a backend of that name is there, as `is_gloo_available` and its kin say. Raises nothing.

    >>> is_backend_available("gloo"), is_backend_available("pigeon")
    (True, False)

    Source: https://pytorch.org/docs/2.13/distributed.html
    """
    known = {"gloo": is_gloo_available, "mpi": is_mpi_available}.get(backend.lower())
    return known is not None and known()


def is_torchelastic_launched():
    """Return False: ranks are started by MPI. Raises nothing.

    >>> is_torchelastic_launched()
    False

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.is_torchelastic_launched
    """
    return False


def get_node_local_rank(fallback_rank=None):
    """Return the number of this process among those on its machine, or `fallback_rank` where nobody says. Raises RuntimeError
    without one.

    >>> get_node_local_rank(0)
    0

    Source: https://pytorch.org/docs/2.13/distributed.html
    """
    told = os.environ.get("LOCAL_RANK")
    if told is None and fallback_rank is None:
        raise RuntimeError(explain(
            "LOCAL_RANK is not in the environment. Consider passing fallback_rank to allow `get_node_local_rank` to work",
            "this process was not started as one of several", f"start it by {HOW}, or write get_node_local_rank(0)"))
    return int(fallback_rank if told is None else told)


def launched():
    """Return the rank, the number of ranks and the rank on this machine that a launcher of MPI has told this process; or None."""
    for names in LAUNCHERS:
        rank, size, local = map(os.environ.get, names)
        if rank is not None and size is not None:
            return int(rank), int(size), int(rank if local is None else local)
    return None


def wire_and_rank(backend, init_method, world_size, rank):
    """Return the wire between all processes, and this one's rank, for what `init_process_group` was given."""
    told = launched()
    if told is None and backend == "mpi" and rank < 0 and world_size < 0 and "RANK" not in os.environ:
        return Alone(), 0  # MPI, too, calls a process that nobody else started with a world of one
    if told is None:
        rank, world_size = _as_asked(init_method or "env://", rank, world_size)
    elif rank >= 0 or world_size >= 0:
        _check_against_launcher(rank, world_size, told)
    if (told[1] if told else world_size) == 1:
        return Alone(), 0
    comm = _mpi(told[1] if told else world_size, asked_by_name=backend == "mpi")
    return Mpi(comm), comm.rank


def check_method(init_method):
    """Raise where an address names no way of meeting."""
    if not isinstance(init_method, str):
        raise RuntimeError(explain(f"`url` must be a string. {type(init_method)}: {init_method}",
                                   "it says how the processes find each other", 'leave it out, or write "env://"'))
    scheme = urllib.parse.urlparse(init_method).scheme
    if scheme not in ("env", "tcp", "file"):
        raise RuntimeError(explain(f"No rendezvous handler for {scheme}://",
                                   "processes are found by MPI, whatever the address says", 'leave it out, or write "env://"'))


def _as_asked(init_method, rank, world_size):
    """The rank and their number by the arguments, the address, or the environment, as PyTorch reads them."""
    address = urllib.parse.urlparse(init_method)
    told = {name: values[0] for name, values in urllib.parse.parse_qs(address.query).items()}
    if address.scheme == "env":
        told = {"rank": os.environ.get("RANK"), "world_size": os.environ.get("WORLD_SIZE")} | told
    found = []
    for name, given in (("rank", rank), ("world_size", world_size)):
        value = given if given >= 0 else told.get(name)
        if value is None:
            what = f"environment variable {name.upper()} expected, but not set" if address.scheme == "env" else f"{name} parameter missing"
            raise ValueError(explain(
                f"Error initializing torch.distributed using {address.scheme}:// rendezvous: {what}",
                "this process was not started as one of several, so nothing says which one it is",
                f'start the ranks by  {HOW} , or say that it is alone: init_process_group("gloo", rank=0, world_size=1)'))
        found.append(int(value))
    rank, world_size = found
    if not 0 <= rank < world_size:
        raise ValueError(explain(f"rank {rank} is not in a world of {world_size}", f"ranks are counted from 0 to {world_size - 1}",
                                 f"start the ranks by  {HOW} , which counts them"))
    return rank, world_size


def _check_against_launcher(rank, world_size, told):
    if rank not in (-1, told[0]) or world_size not in (-1, told[1]):
        raise ValueError(explain(
            f"rank={rank}, world_size={world_size} were given to a process that MPI started as rank {told[0]} of {told[1]}",
            "who starts the processes counts them", "leave rank and world_size out: init_process_group('gloo')"))


def _mpi(size, asked_by_name):
    """Return MPI's communicator of all processes; raise, with what to install or how to start, where there is none of that size."""
    what = ("Distributed package doesn't have MPI built in. MPI is only included if it was installed" if asked_by_name else
            f"a world of {size} processes needs MPI, and")
    if not is_mpi_available():
        raise RuntimeError(explain(f"{what} mpi4py is not installed" if not asked_by_name else what, "processes talk by MPI here",
                                   INSTALL))
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise RuntimeError(explain(f"mpi4py is installed, but it cannot be used: {error}", "it brings no MPI of its own",
                                   INSTALL)) from None
    if MPI.COMM_WORLD.size != size:
        raise RuntimeError(explain(
            f"a world of {size} processes was asked for, and MPI knows of {MPI.COMM_WORLD.size}",
            "the processes were not started by MPI, so they cannot find each other",
                                   f"start them by  {HOW.replace('2', str(size))}"))
    return MPI.COMM_WORLD
