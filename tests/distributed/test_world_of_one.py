"""One process is a world, too, without MPI: every call gives what PyTorch gives, and refuses what PyTorch refuses."""

import copy
import datetime
import os
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

import workbook
from workbook.distributed import starting

torch = pytest.importorskip("torch", reason="compares with PyTorch")


ENGINES = (torch, workbook)


@pytest.fixture(autouse=True)
def nobody_said_anything(monkeypatch):
    """No starter has told this process who it is; and PyTorch, which tells of errors in its own way once it has met others, does not do so
    in the tests that follow."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "PMI_RANK", "OMPI_COMM_WORLD_RANK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def met(tmp_path):
    for number, engine in enumerate(ENGINES):
        engine.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/{number}", rank=0, world_size=1)
    yield
    for engine in ENGINES:
        engine.distributed.destroy_process_group()


def outcome(act, engine):
    """What comes out, or the error's class and what it says."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            found = repr(act(engine.distributed, engine)).replace("workbook", "torch")
        except Exception as error:
            return type(error).__name__, " ".join(str(error).split("\n  Why:")[0].split())
    return found, [(warning.category.__name__, str(warning.message)) for warning in seen]


CALLS = {
    "sum": lambda dist, torch: (x := torch.arange(3.), dist.all_reduce(x), x),
    "mean": lambda dist, torch: (x := torch.arange(3.), dist.all_reduce(x, dist.ReduceOp.AVG), x),
    "later": lambda dist, torch: (x := torch.arange(3.), work := dist.all_reduce(x, async_op=True), type(work), work.wait(),
                                  work.is_completed())[2:],
    "broadcast": lambda dist, torch: dist.broadcast(torch.ones(2), 0), "NumPy's rank": lambda dist, torch: dist.broadcast(torch.ones(2), np.int64(0)),
    "gathered": lambda dist, torch: (out := [torch.zeros(2)], dist.all_gather(out, torch.ones(2)), out),
    "gathered to one": lambda dist, torch: (out := [torch.zeros(2)], dist.gather(torch.ones(2), out), out),
    "scattered": lambda dist, torch: (x := torch.zeros(2), dist.scatter(x, [torch.ones(2)]), x),
    "objects": lambda dist, torch: (out := [None], dist.all_gather_object(out, {"a": 1}), out),
    "too many places": lambda dist, torch: (out := [None] * 3, dist.all_gather_object(out, 1), out),
    "barrier": lambda dist, torch: (dist.barrier(), type(dist.barrier(async_op=True))),
    "who": lambda dist, torch: (dist.get_rank(), dist.get_world_size(), dist.get_backend(), dist.is_initialized(),
                                dist.get_process_group_ranks(None)),
    "group": lambda dist, torch: (g := dist.new_group([0]), g.rank(), g.size(), g.name(), dist.get_global_rank(g, 0),
                                  dist.get_group_rank(g, 0))[1:],
    "operations": lambda dist, torch: [(repr(op), str(op)) for op in (dist.ReduceOp.SUM, dist.ReduceOp.AVG, dist.ReduceOp.BXOR)],
    "backends": lambda dist, torch: (dist.Backend("Gloo"), dist.Backend.NCCL, dist.is_available(), dist.is_gloo_available(),
                                     dist.is_nccl_available()),
    "kind of group": lambda dist, torch: (type(dist.group.WORLD), dist.group.WORLD is dist.GroupMember.WORLD),
    "older name": lambda dist, torch: (out := torch.zeros(2), dist.all_gather_into_tensor(out, torch.ones(2)), out),
}
REFUSED = {
    "a list": lambda dist, torch: dist.all_reduce([torch.ones(2)]), "a number": lambda dist, torch: dist.broadcast(3, 0),
    "mean of integers": lambda dist, torch: dist.all_reduce(torch.arange(3), dist.ReduceOp.AVG),
    "product of complex": lambda dist, torch: dist.all_reduce(torch.ones(2) * 1j, dist.ReduceOp.PRODUCT),
    "bits of floats": lambda dist, torch: dist.all_reduce(torch.ones(2), dist.ReduceOp.BAND),
    "no root": lambda dist, torch: dist.broadcast(torch.ones(2)),
    "two roots": lambda dist, torch: dist.broadcast(torch.ones(2), 0, group_src=0),
    "no such root": lambda dist, torch: dist.broadcast(torch.ones(2), 1),
    "negative root": lambda dist, torch: dist.reduce(torch.ones(2), -1),
    "no list": lambda dist, torch: dist.all_gather(None, torch.ones(2)),
    "list too long": lambda dist, torch: dist.all_gather([torch.ones(2)] * 2, torch.ones(2)),
    "empty list": lambda dist, torch: dist.all_gather([], torch.ones(2)),
    "other shape": lambda dist, torch: dist.all_gather([torch.ones(3)], torch.ones(2)),
    "other dtype": lambda dist, torch: dist.all_gather([torch.ones(2).int()], torch.ones(2)),
    "numbers in the list": lambda dist, torch: dist.all_gather([3], torch.ones(2)),
    "gather without a list": lambda dist, torch: dist.gather(torch.ones(2)),
    "gather of another shape": lambda dist, torch: dist.gather(torch.ones(2), [torch.ones(3)]),
    "scatter without a list": lambda dist, torch: dist.scatter(torch.ones(2)),
    "scatter of two": lambda dist, torch: dist.scatter(torch.ones(2), [torch.ones(2)] * 2),
    "scatter of another shape": lambda dist, torch: dist.scatter(torch.ones(2), [torch.ones(3)]),
    "no place": lambda dist, torch: dist.all_gather_object([], 1),
    "objects from nobody": lambda dist, torch: dist.broadcast_object_list([1], 3),
    "scattered into nothing": lambda dist, torch: dist.scatter_object_list([], [1]),
    "message to itself": lambda dist, torch: dist.send(torch.ones(2), 0),
    "P2POp of another function": lambda dist, torch: dist.P2POp(print, torch.ones(2), 0),
    "batch of none": lambda dist, torch: dist.batch_isend_irecv([1]), "group of strangers": lambda dist, torch: dist.new_group([5]),
    "group of twins": lambda dist, torch: dist.new_group([0, 0]), "group too large": lambda dist, torch: dist.new_group([0, 1]),
    "no group": lambda dist, torch: dist.get_rank("x"), "twice": lambda dist, torch: dist.init_process_group("gloo"),
    "local rank": lambda dist, torch: dist.get_node_local_rank(),
    "rank in words": lambda dist, torch: dist.broadcast(torch.ones(2), "0"), "half a rank": lambda dist, torch: dist.reduce(torch.ones(2), 0.0),
}
BEFORE = {
    "no rank": lambda dist, torch: dist.init_process_group("gloo"), "nothing at all": lambda dist, torch: dist.init_process_group(),
    "no address for a rank": lambda dist, torch: dist.init_process_group("gloo", init_method="tcp://127.0.0.1:29401"),
    "a number of a backend": lambda dist, torch: dist.init_process_group(3),
    "no way to meet": lambda dist, torch: dist.init_process_group("gloo", init_method="pigeon://x", rank=0, world_size=1),
    "a number for an address": lambda dist, torch: dist.init_process_group("gloo", init_method=3, rank=0, world_size=1),
    "seconds without a unit": lambda dist, torch: dist.init_process_group("gloo", rank=0, world_size=1,
                                                                          init_method="tcp://127.0.0.1:29402", timeout=3),
    "rank": lambda dist, torch: dist.get_rank(), "size": lambda dist, torch: dist.get_world_size(),
    "backend": lambda dist, torch: dist.get_backend(), "barrier": lambda dist, torch: dist.barrier(),
    "all_reduce": lambda dist, torch: dist.all_reduce(torch.ones(2)), "new_group": lambda dist, torch: dist.new_group(),
    "destroy": lambda dist, torch: dist.destroy_process_group(),
    "initialized": lambda dist, torch: (dist.is_initialized(), dist.group.WORLD),
    "data parallel": lambda dist, torch: torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(2, 1)),
}
# What each of gloo's own sentences is here; ours say more.
OTHER_WORDS = {"invalid root rank", "incompatible function arguments"}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_gives_what_it_gives_in_pytorch(name, met):
    theirs, mine = (outcome(CALLS[name], engine) for engine in ENGINES)
    assert mine == theirs


@pytest.mark.parametrize("name", REFUSED)
def test_what_pytorch_refuses_is_refused(name, met):
    same_refusal(*(outcome(REFUSED[name], engine) for engine in ENGINES))


@pytest.mark.parametrize("name", BEFORE)
def test_so_it_is_before_the_ranks_have_met(name):
    same_refusal(*(outcome(BEFORE[name], engine) for engine in ENGINES))


def same_refusal(theirs, mine):
    """The same class, and the first words that both have in common are more than a few: gloo's own sentences begin with its name."""
    assert mine[0] == theirs[0]
    if isinstance(theirs[1], str):
        words = theirs[1].split("ProcessGroupGloo::")[-1].split(": ")[-1].split(" at 0x")[0][:30].strip(" .")
        assert words in mine[1] or any(words in mine[1] for words in OTHER_WORDS if words in theirs[1])


def test_the_environment_says_who_this_is_and_mpi_needs_nobody_to_say_it(monkeypatch):
    dist = workbook.distributed
    dist.init_process_group("mpi")
    assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, "mpi")
    dist.destroy_process_group()
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    for backend in ("nccl", "cpu:gloo,cuda:nccl", None):
        dist.init_process_group(backend, timeout=datetime.timedelta(seconds=5))
        assert dist.get_backend() == (backend or "gloo")
        dist.destroy_process_group()


def test_a_larger_world_without_mpi_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr(starting, "is_mpi_available", lambda: False)
    with pytest.raises(RuntimeError, match=r"a world of 2 processes needs MPI, and mpi4py is not installed\n.*\n  Fix: pip install "
                                           r"mpi4py mpich"):
        workbook.distributed.init_process_group("gloo", rank=0, world_size=2)
    assert not workbook.distributed.is_initialized()


def test_and_one_that_mpi_did_not_start_with_how_to_start_it():
    pytest.importorskip("mpi4py", reason="asks MPI, which is not installed: pip install mpi4py mpich")
    with pytest.raises(RuntimeError, match=r"a world of 3 processes was asked for, and MPI knows of 1\n.*\n  Fix: start them by  "
                                           r"workbook run --ranks 3"):
        workbook.distributed.init_process_group("gloo", rank=0, world_size=3)


@pytest.mark.parametrize("options", [{"backend": "pigeon"}, {"world_size": 0, "rank": 0}, {"world_size": 1, "rank": 1},
                                     {"world_size": "1", "rank": 0},
                                     {"world_size": 1.0, "rank": 0}, {"backend": "cpu:gloo,mps:nccl"}])
def test_a_world_that_makes_no_sense(options):
    with pytest.raises((ValueError, AssertionError), match="\n  Why: .*\n  Fix: "):
        workbook.distributed.init_process_group(**{"rank": 0, "world_size": 1} | options)
    assert not workbook.distributed.is_initialized()


def test_mpi4py_is_not_imported_for_one_process():
    program = ("import sys, workbook.distributed as dist; dist.init_process_group('gloo', rank=0, world_size=1); dist.barrier(); "
               "print('mpi4py' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": os.getcwd()})
    assert done.stdout == "False\n", done.stderr


# ---- DistributedDataParallel

WRAPPED = {
    "device on the CPU": lambda torch, wrap: wrap(torch.nn.Linear(2, 1), device_ids=[0]),
    "two devices": lambda torch, wrap: wrap(torch.nn.Linear(2, 1), device_ids=[0, 1]),
    "nothing to train": lambda torch, wrap: wrap(torch.nn.ReLU()), "lazy": lambda torch, wrap: wrap(torch.nn.LazyLinear(2)),
    "no network": lambda torch, wrap: wrap(None),
    "an older argument": lambda torch, wrap: wrap(torch.nn.Linear(2, 1), broadcast_buffers=False).broadcast_buffers,
    "an argument without use": lambda torch, wrap: type(wrap(torch.nn.Linear(2, 1), check_reduction=True)),
    "text": lambda torch, wrap: wrap(torch.nn.Linear(2, 1), output_device=0),
    "keys": lambda torch, wrap: list(wrap(torch.nn.BatchNorm1d(2)).state_dict()),
    "no attribute": lambda torch, wrap: wrap(torch.nn.Linear(2, 1)).weight,
    "small buckets": lambda torch, wrap: type(wrap(torch.nn.Linear(2, 1), bucket_cap_mb=-1)),
    "evaluation": lambda torch, wrap: wrap(torch.nn.Linear(2, 1)).eval().module.training,
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapped_network_answers_as_in_pytorch(name, met):
    theirs, mine = (outcome(lambda dist, torch: WRAPPED[name](torch, torch.nn.parallel.DistributedDataParallel),
                            engine) for engine in ENGINES)
    if isinstance(theirs[1], str):
        same_refusal(theirs, mine)
    else:
        assert mine == theirs


def test_a_copy_and_a_pickled_network_average_on(met):
    net = workbook.nn.parallel.DistributedDataParallel(workbook.nn.Linear(2, 1))
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        other(workbook.ones(3, 2)).sum().backward()
        assert other.module.bias.grad.item() == 3 and net.module.bias.grad is None
        assert not other.reducer.expecting


def test_gradients_before_the_next_pass_are_refused_twice(met):
    class Two(workbook.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = workbook.nn.Linear(2, 1), workbook.nn.Linear(2, 1)

        def forward(self, x):
            return self.a(x), self.b(x)

    net = workbook.nn.parallel.DistributedDataParallel(Two())
    first, _ = net(workbook.ones(3, 2))
    first.sum().backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="Expected to mark a variable ready only once"):
        first.sum().backward()
