"""Groups of ranks: the world of all, and parts of it."""

import datetime
import operator
import warnings

from workbook.distributed import ending, starting
from workbook.distributed.wires import Alone, Done
from workbook.distributed.work import LEAVING, Agreement, Work
from workbook.errors import explain
from workbook.naming import PrintsAsTorch

DEFAULT_TIMEOUT = datetime.timedelta(minutes=30)


class ProcessGroup(metaclass=PrintsAsTorch):
    """Ranks that communicate with each other, numbered from 0 within the group. `init_process_group` and `new_group` make them.

    Source: https://pytorch.org/docs/2.13/distributed.html
    """

    torch_name = "torch.distributed.distributed_c10d.ProcessGroup"

    def __init__(self, wire, ranks, rank, backend, timeout, agreement=None):
        self.wire, self.ranks, self.backend, self.timeout, self.agreement = wire, list(ranks), backend, timeout, agreement
        self._rank = self.ranks.index(rank)
        self.on_the_way = []  # Work that was started and is not done

    def rank(self):
        """Return the number of this process in the group."""
        return self._rank

    def size(self):
        """Return how many ranks the group has."""
        return len(self.ranks)

    def name(self):
        """Return the backend's name."""
        return self.backend

    def start(self, name, sentence, start, finish=lambda: None, results=()):
        """Start a collective and return its Work. `start()` gives the request; `sentence` says to the other ranks what it is."""
        return Work(self, name, start, finish, self.agreement and self.agreement.start(sentence), results)

    def __repr__(self):
        return f"<torch.distributed.distributed_c10d.ProcessGroup object at {hex(id(self))}>"


class _WorldProperty(PrintsAsTorch):
    @property
    def WORLD(cls):
        """The group of all ranks; None before `init_process_group`."""
        return _groups[0] if _groups else None


class GroupMember(metaclass=_WorldProperty):
    """`GroupMember.WORLD` is the group of all ranks, `NON_GROUP_MEMBER` what `new_group` returns to a rank that it leaves out.

    Source: https://pytorch.org/docs/2.13/distributed.html
    """

    NON_GROUP_MEMBER = -100


class group(GroupMember):
    """`group.WORLD` is the group of all ranks.

    Source: https://pytorch.org/docs/2.13/distributed.html
    """


class Backend(str):
    """The name of a backend, in small letters: `Backend("GLOO") == Backend.GLOO == "gloo"`. Raises ValueError for what is no
    string.

    >>> Backend("GLOO")
    'gloo'

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.Backend
    """

    UNDEFINED, GLOO, NCCL, UCC, MPI, XCCL = "undefined", "gloo", "nccl", "ucc", "mpi", "xccl"

    def __new__(cls, name):
        if not isinstance(name, str):
            raise ValueError(explain("Backend constructor parameter must be string-ish", f"{name!r} names no backend",
                                     "write 'gloo'"))
        return str.__new__(cls, name.lower())


_groups = []  # the world first; empty before init_process_group
_meeting = []  # the world's Agreement, from its first group on
_met = []  # whether there was a world


def init_process_group(backend=None, init_method=None, timeout=None, world_size=-1, rank=-1, store=None, group_name="",
                       pg_options=None, device_id=None):
    """Meet the other ranks of the job; all collectives need it. Every rank calls it once.

    `backend`: "gloo", "nccl", "mpi" or such; everything travels by MPI, whatever it is called. `world_size` and `rank`, or the
    environment variables WORLD_SIZE and RANK, or `init_method`, "tcp://host:port?rank=0&world_size=2", say who this process is; MPI
    knows it by itself, and needs no address or port. `timeout`: a `datetime.timedelta` (30 minutes) after which an operation
    that other ranks did not join raises RuntimeError. A world of one process needs no MPI.
    Raises ValueError the second time and where nothing says who this process is; RuntimeError where more than one process has no
    MPI.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_rank(), get_world_size()
    (0, 1)
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.init_process_group
    """
    if _groups:
        raise ValueError(explain("trying to initialize the default process group twice!", "the ranks have met already",
                                 "call it once, at the top of the script; in a notebook first destroy_process_group()"))
    backend = _checked_backend(backend)
    _check_timeout(timeout)
    _check_number("world_size", world_size)
    _check_number("rank", rank)
    if init_method is not None:
        starting.check_method(init_method)
    if backend == "mpi" and (world_size != -1 or rank != -1):
        warnings.warn(f"For MPI backend, world_size ({world_size}) and rank ({rank}) are ignored since they are assigned by the "
                      "MPI runtime.", stacklevel=2)
        world_size = rank = -1
    wire, rank = starting.wire_and_rank(backend, init_method, world_size, rank)
    world = ProcessGroup(wire, range(wire.size), rank, backend, timeout or DEFAULT_TIMEOUT, agreement_on(wire))
    _groups.append(world)
    _met.append(True)
    if world.agreement is not None:
        ending.end_together(leave)
        world.start("init_process_group", "init_process_group", wire.barrier).wait()


def destroy_process_group(group=None):
    """Leave a group; without one, all groups. Raises AssertionError where there is none.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> destroy_process_group(); is_initialized()
    False

    Source: https://pytorch.org/docs/2.13/distributed.html
    """
    if not _groups:
        raise AssertionError(explain("Process group cannot be None", "there is no group to leave",
                                     "call init_process_group first, or leave it out"))
    if group is None or group is _groups[0]:
        leave_all()
    elif group != GroupMember.NON_GROUP_MEMBER:
        _groups.remove(registered(group))


def leave_all():
    """Tell the other ranks of every group that this one is done, and forget the groups."""
    met = [group for group in reversed(_groups) if group.agreement is not None]
    for group in met:
        group.agreement.wire.say_goodbye()
    works = [group.start("destroy_process_group", LEAVING, Done) for group in met]
    try:
        for work in works:
            work.wait()
    except RuntimeError:  # the others will say what they miss
        pass
    _groups.clear()


def leave():
    """The same at the end of a script, also of one that never met the others."""
    if _meeting and not _met:
        _groups.append(ProcessGroup(Alone(), [0], 0, "mpi", DEFAULT_TIMEOUT, _meeting[0]))
    leave_all()


def agreement_on(wire):
    """Return how the ranks of a wire tell each other what they do. That of the world is made once, before it is first needed."""
    if isinstance(wire, Alone):
        return None
    if not _meeting:
        _meeting.append(Agreement(wire.part(list(range(wire.size)))))
    return _meeting[0]


def new_group(ranks=None, timeout=None, backend=None, pg_options=None, use_local_synchronization=False, group_desc=None,
              device_id=None, sort_ranks=True):
    """Return a group of some ranks, all without `ranks`; every rank of the world calls it, also those that it leaves out.

    These get `GroupMember.NON_GROUP_MEMBER`. Raises ValueError for ranks that are not there, or there twice.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_world_size(new_group([0]))
    1
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.new_group
    """
    world = default_group()
    _check_timeout(timeout)
    everyone = world.size()
    ranks = list(range(everyone)) if ranks is None else list(ranks)
    counted = "ranks are counted from 0, each once"
    if len(set(ranks)) != len(ranks):
        raise ValueError(explain(f"ranks list must not contain duplicate entries, got {ranks}", counted, "name each rank once"))
    if len(ranks) > everyone:
        raise ValueError(explain("the new group's world size should be less or equal to the world size set by init_process_group",
                                 f"it names {len(ranks)} ranks of {everyone}", "name fewer"))
    for rank in ranks:
        if not isinstance(rank, int) or not 0 <= rank < everyone:
            raise ValueError(explain(f"Rank {rank} is out of range. Valid ranks are 0 to {everyone - 1} (world_size={everyone})",
                                     counted, "name ranks of this world"))
    if not ranks:
        raise TypeError(explain("new_group(): a group of no ranks", "somebody has to be in it", "name at least one rank"))
    ranks = sorted(ranks) if sort_ranks else ranks
    if world.agreement is not None:
        world.start("new_group", f"new_group({ranks})", world.wire.barrier).wait()
    wire = world.wire.part(ranks)
    here = world.ranks[world.rank()]
    if here not in ranks:
        return GroupMember.NON_GROUP_MEMBER
    wire = Alone() if len(ranks) == 1 else wire
    agreement = None if isinstance(wire, Alone) else Agreement(wire.part(list(range(wire.size))))
    made = ProcessGroup(wire, ranks, here, _checked_backend(backend) if backend else world.backend, timeout or world.timeout,
                        agreement)
    _groups.append(made)
    return made


def is_initialized():
    """Return whether `init_process_group` was called. Raises nothing.

    >>> is_initialized()
    False

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.is_initialized
    """
    return bool(_groups)


def get_rank(group=None):
    """Return the number of this process in a group, -1 where it is not in it. Raises ValueError before `init_process_group`.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_rank()
    0
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.get_rank
    """
    found = member(group)
    return -1 if found is None else found.rank()


def get_world_size(group=None):
    """Return how many ranks a group has, -1 where this process is not in it. Raises ValueError before `init_process_group`.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_world_size()
    1
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.get_world_size
    """
    found = member(group)
    return -1 if found is None else found.size()


def get_backend(group=None):
    """Return the backend's name, as `init_process_group` was given it. Raises ValueError before that.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_backend()
    'gloo'
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.get_backend
    """
    found = member(group)
    if found is None:
        raise ValueError(explain("Invalid process group specified", "this rank is not in it", "ask in the ranks that are"))
    return found.backend


def get_process_group_ranks(group=None):
    """Return the ranks of a group, by their numbers in the world. Raises ValueError before `init_process_group`.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_process_group_ranks()
    [0]
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.get_process_group_ranks
    """
    return list(registered(group).ranks)


def get_global_rank(group, group_rank):
    """Return the number in the world of a group's rank. Raises ValueError for one that is not in it.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_global_rank(new_group([0]), 0)
    0
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.get_global_rank
    """
    ranks = registered(group).ranks
    if not 0 <= group_rank < len(ranks):
        raise ValueError(explain(f"Group rank {group_rank} is not part of group {group}",
                                 f"it has {len(ranks)} ranks, counted from 0", f"name one from 0 to {len(ranks) - 1}"))
    return ranks[group_rank]


def get_group_rank(group, global_rank):
    """Return the number in a group of a rank of the world. Raises ValueError for one that is not in it.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> get_group_rank(new_group([0]), 0)
    0
    >>> destroy_process_group()

    Source: https://pytorch.org/docs/2.13/distributed.html#torch.distributed.get_group_rank
    """
    ranks = registered(group).ranks
    if global_rank not in ranks:
        raise ValueError(explain(f"Global rank {global_rank} is not part of group {group}", f"the group's ranks are {ranks}",
                                 "name one of these"))
    return ranks.index(global_rank)


# For the collectives ----------------------------------------------------------------------------------------------------


def default_group():
    """Return the group of all ranks; raise before `init_process_group`."""
    if not _groups:
        raise ValueError(explain("Default process group has not been initialized, please make sure to call init_process_group.",
                                 "the ranks have not met yet, or have parted again", 'write dist.init_process_group("gloo") first'))
    return _groups[0]


def member(group, function=None):
    """Return the group that is meant, or None where this rank is not in it; `function` is then named in a warning."""
    world = default_group()
    if group is None:
        return world
    if group == GroupMember.NON_GROUP_MEMBER:
        if function:
            warnings.warn(f"Running {function} on global rank {world.rank()} which does not belong to the given group.",
                          stacklevel=3)
        return None
    return registered(group)


def registered(group):
    """Return a group that is there; raise for anything else."""
    world = default_group()
    if group is None:
        return world
    if isinstance(group, ProcessGroup) and group in _groups:
        return group
    raise ValueError(explain(f"Group {group} is not registered, please create group with torch.distributed.new_group API",
                             "it is no group, this rank is not in it, or it was destroyed",
                             "use what new_group returned in a rank that it names"))


def root_of(group, root, group_root, otherwise=None):
    """Return the number in the group of the rank that a collective names: by its number in the world, or in the group."""
    if group_root is not None:
        if root is not None:
            raise ValueError(explain("Can't specify both group_rank and global_rank", "both say which rank is meant",
                                     "leave one of them out"))
        get_global_rank(group, group_root)
        return group_root
    root = otherwise if root is None else root
    if root is None:
        raise ValueError(explain("Must specify global_rank or group_rank", "one rank is the source, or gets the result",
                                 "name it: src=0, or dst=0"))
    try:
        root = operator.index(root)
    except TypeError:
        raise TypeError(explain(f"incompatible function arguments: a rank is a whole number, and not {root!r}", "ranks are counted from 0", "write 0 for the first")) from None
    if group is default_group() and not 0 <= root < group.size():
        raise RuntimeError(explain(f"invalid root rank: {root}", f"there are {group.size()} ranks, counted from 0",
                                   f"name one from 0 to {group.size() - 1}"))
    return get_group_rank(group, root)


def _checked_backend(backend):
    """Return a backend's name; "cpu:gloo,cuda:nccl" names one for each kind of device."""
    if backend is None:
        return "gloo"
    backend = Backend(backend)
    for part in backend.split(","):
        device, colon, name = part.rpartition(":")
        if name not in starting.BACKENDS or colon and device not in ("cpu", "cuda"):
            raise AssertionError(explain(f"Unknown backend type {name}",
                                         f"the backends are {', '.join(starting.BACKENDS)}; everything travels by MPI",
                                         "write 'gloo'"))
    return str(backend)


def _check_timeout(timeout):
    if timeout is not None and not isinstance(timeout, datetime.timedelta):
        raise TypeError(explain(f"Expected timeout argument to be of type datetime.timedelta, got {timeout}",
                                "a number does not say of what", "write datetime.timedelta(seconds=60)"))


def _check_number(name, given):
    if not isinstance(given, int) or isinstance(given, bool) or given < -1:
        raise ValueError(explain(f"{name} is a whole number from 0, and not {given!r}", "ranks are counted from 0",
                                 "leave it out: who starts the ranks counts them"))
