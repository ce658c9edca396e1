"""Every collective and DistributedDataParallel as two ranks see them; each rank writes down what it got. For both engines."""

import json
import os
import sys
import warnings

import torch
import torch.distributed as dist
from torch.distributed import ReduceOp
from torch.nn.parallel import DistributedDataParallel

RANK, SIZE = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
FOUND = {}


def case(act):
    """Note what comes out, or the error's class; then wait for the other rank."""
    try:
        found = plain(act())
    except Exception as error:
        found = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:60]}"
    FOUND[act.__name__] = found
    dist.barrier()
    return act


def plain(found):
    if isinstance(found, torch.Tensor):
        return [str(found.dtype), list(found.shape), list(found.stride()), [str(number) for number in found.flatten().tolist()]]
    if isinstance(found, (list, tuple)):
        return [plain(part) for part in found]
    return found if isinstance(found, (int, float, str, type(None))) else str(found)


def mine(dtype=torch.float32, size=4):
    return (torch.arange(size) + RANK * 10).to(dtype)


def collectives():
    def added(op, dtype=torch.float32):
        x = mine(dtype)
        return dist.all_reduce(x, op), x

    for op in "SUM PRODUCT MIN MAX AVG".split():
        case(named(f"all_reduce {op}", lambda op=op: added(getattr(ReduceOp, op))))
    for op in "BAND BOR BXOR".split():
        case(named(f"all_reduce {op}", lambda op=op: added(getattr(ReduceOp, op), torch.int64)))
    for dtype in (torch.float16, torch.float64, torch.int32, torch.uint8, torch.int8, torch.bool, torch.complex64):
        case(named(f"all_reduce {dtype}", lambda dtype=dtype: added(ReduceOp.SUM, dtype)))
        if dtype not in (torch.float16, torch.complex64):
            case(named(f"all_reduce least {dtype}", lambda dtype=dtype: added(ReduceOp.MIN, dtype)))
    case(named("AVG of complex", lambda: added(ReduceOp.AVG, torch.complex64)))

    @case
    def transposed():
        x = torch.arange(6.).reshape(2, 3).t() + RANK
        dist.all_reduce(x)
        return x, x.is_contiguous()

    @case
    def no_axes_and_nothing():
        x, nothing = torch.tensor(RANK + 1.), torch.zeros(0)
        dist.all_reduce(x), dist.all_reduce(nothing), dist.broadcast(x, 0)
        return x, nothing

    @case
    def later():
        x, y = mine(), mine()
        first, second = dist.all_reduce(x, async_op=True), dist.broadcast(y, 1, async_op=True)
        return second.wait(), first.wait(), first.is_completed(), x, y

    @case
    def to_one():
        x = mine()
        dist.reduce(x, 1)
        return x if RANK == 1 else None

    @case
    def from_one():
        x = mine()
        return dist.broadcast(x, 1), x

    @case
    def leaf_with_gradient():
        x = mine().requires_grad_()
        dist.all_reduce(x)
        return x.detach(), x.requires_grad, x.grad_fn

    @case
    def all_gather():
        out = [torch.zeros(2, 2) for _ in range(SIZE)]
        return dist.all_gather(out, mine().reshape(2, 2).t()), out

    @case
    def gather():
        out = [torch.zeros(4) for _ in range(SIZE)] if RANK == 0 else None
        return dist.gather(mine(), out), out

    @case
    def gather_to_the_other():
        out = [torch.zeros(4) for _ in range(SIZE)] if RANK == 1 else None
        return dist.gather(mine(), out, dst=1), out

    @case
    def scatter():
        out = torch.zeros(4)
        return dist.scatter(out, [torch.ones(4), torch.ones(4) * 2] if RANK == 0 else None), out

    @case
    def into_one():
        out = torch.zeros(8)
        return dist.all_gather_single(out, mine()), out

    @case
    def reduce_scatter():
        out = torch.zeros(4)
        return dist.reduce_scatter(out, [mine(), mine() * 100]), out

    @case
    def reduce_scatter_one():
        out = torch.zeros(2)
        return dist.reduce_scatter_single(out, mine()), out

    @case
    def all_to_all():
        out = [torch.zeros(2) for _ in range(SIZE)]
        return dist.all_to_all(out, list(mine().chunk(2))), out

    @case
    def all_to_all_uneven():
        sizes = [1, 3] if RANK == 0 else [2, 2]
        out = torch.zeros(3 if RANK == 0 else 5)
        dist.all_to_all_single(out, mine(), [1, 2] if RANK == 0 else [3, 2], sizes)
        return out

    @case
    def objects():
        every, one, part, some = [None] * SIZE, [RANK, {"rank": RANK}], [None], [None] * SIZE if RANK == 0 else None
        dist.all_gather_object(every, {"rank": RANK, "x": "long" * 50 * RANK})
        dist.broadcast_object_list(one, src=1)
        dist.scatter_object_list(part, [1, "b"] if RANK == 0 else None)
        dist.gather_object(RANK, some)
        return [str(every), str(one), str(part), str(some)]

    @case
    def messages():
        x = mine()
        if RANK == 0:
            return dist.send(x, 1), dist.recv(x, 1, tag=7), x
        return dist.recv(x, 0), dist.send(x * 2, 0, tag=7), x

    @case
    def message_of_anybody():
        x = mine()
        work = dist.isend(x, 1) if RANK == 0 else dist.irecv(x)
        return work.wait(), x

    @case
    def batch_of_messages():
        x, y, other = mine(), mine(), 1 - RANK
        for work in dist.batch_isend_irecv([dist.P2POp(dist.isend, x, other), dist.P2POp(dist.irecv, y, other)]):
            work.wait()
        return y

    @case
    def groups():
        one, both = dist.new_group([1]), dist.new_group([1, 0])
        x, y = mine(), mine()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dist.all_reduce(x, group=one)
        dist.all_reduce(y, group=both)
        return dist.get_rank(one), dist.get_world_size(one), dist.get_rank(both), dist.get_process_group_ranks(both), x, y

    @case
    def what_is_refused():
        return [refusal(lambda: dist.send(mine(), RANK)), refusal(lambda: dist.all_gather([torch.zeros(4)], mine())),
                refusal(lambda: dist.all_gather([torch.zeros(3)] * 2, mine())), refusal(lambda: dist.new_group([5])),
                refusal(lambda: dist.broadcast(mine(), 7)), refusal(lambda: dist.init_process_group("gloo"))]

    @case
    def who():
        return dist.get_rank(), dist.get_world_size(), dist.get_backend(), dist.is_initialized(), dist.get_node_local_rank(), dist.group.WORLD.size()


def data_parallel():
    torch.manual_seed(RANK)  # the ranks begin with different parameters, and end with rank 0's

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
            self.register_buffer("count", torch.tensor(float(RANK)))

        def forward(self, x, both=True):
            return self.b(self.a(x)) if both else self.a(x)

    class Two(Net):
        def forward(self, x):
            return self.a(x), {"b": self.b(x)}

    def grads(net):
        return [param.grad for param in net.parameters()]

    net = DistributedDataParallel(Net())
    x = torch.ones(3, 2) * (RANK + 1)

    @case
    def beginning():
        return list(net.module.parameters()), net.module.count, list(net.state_dict()), repr(net)

    @case
    def a_pass_and_the_same_again():
        y = net(x)
        y.sum().backward(retain_graph=True)
        first = plain(grads(net))
        y.sum().backward()
        return first, grads(net)

    @case
    def without_averaging_and_then_with():
        net.zero_grad()
        with net.no_sync():
            net(x).sum().backward()
        first = plain(grads(net))
        net(x).sum().backward()
        return first, grads(net)

    @case
    def two_passes_and_one_backward():
        net.zero_grad()
        (net(x).sum() + net(x * 2).sum()).backward()
        return grads(net)

    @case
    def two_passes_and_two_backwards():
        net.zero_grad()
        y, z = net(x), net(x * 2)
        y.sum().backward()
        first = plain(grads(net))
        z.sum().backward()
        return first, grads(net)

    @case
    def frozen_part():
        part = Net()
        part.b.requires_grad_(False)
        wrapped = DistributedDataParallel(part)
        wrapped(x).sum().backward()
        return grads(wrapped)

    @case
    def unused_by_one_rank_then_by_both():
        wrapped = DistributedDataParallel(Net(), find_unused_parameters=True)
        y = wrapped(x, RANK == 1)
        y.sum().backward()
        first = plain(grads(wrapped))
        wrapped.zero_grad()
        wrapped(x, False).sum().backward()
        return type(y.grad_fn).__name__, first, grads(wrapped)

    @case
    def unused_output():
        wrapped = DistributedDataParallel(Two(), find_unused_parameters=True)
        wrapped(x)[0].sum().backward()
        return grads(wrapped)

    @case
    def unused_and_not_looked_for():
        wrapped = DistributedDataParallel(Two())
        wrapped(x)[0].sum().backward()
        return grads(wrapped), refusal(lambda: wrapped(x))

    @case
    def buffers():
        wrapped, alone = DistributedDataParallel(Net()), DistributedDataParallel(Net(), forward_sync_buffers=False)
        for one in (wrapped, alone):
            one.module.count += RANK
            one(x)
        return wrapped.module.count, alone.module.count

    @case
    def small_buckets_and_views():
        torch.manual_seed(3)
        wrapped = DistributedDataParallel(Net(), bucket_cap_mb=1e-5, gradient_as_bucket_view=True)
        for _ in range(2):
            wrapped(x).sum().backward()
        return grads(wrapped)

    @case
    def uneven_work():
        """Rank 1 has more to do before its forward pass ends: a pass for evaluation, alone."""
        wrapped = DistributedDataParallel(torch.nn.Linear(2, 2))
        if RANK == 1:
            with torch.no_grad():
                wrapped.module(x)
        wrapped(x).sum().backward()
        return grads(wrapped)


def refusal(act):
    try:
        act()
    except Exception as error:
        return type(error).__name__
    return "nothing was raised"


def named(name, act):
    act.__name__ = name
    return act


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    dist.init_process_group("gloo")
    collectives()
    data_parallel()
    dist.destroy_process_group()
    with open(os.path.join(sys.argv[1], f"{RANK}.json"), "w") as file:
        json.dump(FOUND, file)
