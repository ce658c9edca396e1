"""Training in several ways that come to the same: buckets of several sizes, gradients as views of them, several small batches a step."""

import json
import os
import sys

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, os.path.dirname(__file__))
from train import main  # noqa: E402

WAYS = {"plain": {}, "a bucket for each": {"bucket_cap_mb": 0}, "a kilobyte": {"bucket_cap_mb": 0.001},
        "views": {"gradient_as_bucket_view": True},
        "unused looked for": {"find_unused_parameters": True}, "static graph": {"static_graph": True}}


def in_small_batches(parts):
    """The gradient of one batch, computed in `parts` pieces, only the last of which averages."""
    torch.manual_seed(1)
    net = DistributedDataParallel(torch.nn.Linear(6, 3))
    x = torch.randn(8 * 4, 6, generator=torch.Generator().manual_seed(2))
    mine = x[dist.get_rank()::dist.get_world_size()].chunk(parts)
    for part in mine[:-1]:
        with net.no_sync():
            (F.mse_loss(net(part), torch.zeros(len(part), 3)) / parts).backward()
    (F.mse_loss(net(mine[-1]), torch.zeros(len(mine[-1]), 3)) / parts).backward()
    return [param.grad.flatten().tolist() for param in net.parameters()]


def on_gpus():
    """The same on simulated GPUs, the ranks in turn on the first and the second: gradients, what a buffer became, and what collectives give."""
    rank, size = dist.get_rank(), dist.get_world_size()
    with torch.cuda.simulate(2):
        place = torch.device("cuda", rank % 2)
        torch.manual_seed(rank)
        net = torch.nn.Linear(6, 3)
        net.register_buffer("whose", torch.full((2,), float(rank)))
        net = DistributedDataParallel(net.to(place), device_ids=[place.index])
        x = torch.randn(8 * 4, 6, generator=torch.Generator().manual_seed(2))[rank::size]
        for _ in range(2):
            F.mse_loss(net(x), torch.zeros(len(x), 3, device=place)).backward()
        ones, every = torch.ones(2, device=place) / size, [torch.zeros(1, device=place) for _ in range(size)]
        dist.all_reduce(ones)
        dist.broadcast(net.module.whose, size - 1)
        dist.all_gather(every, torch.zeros(1, device=place))
        found = [*(param.grad for param in net.parameters()), ones, net.module.whose, sum(every)]
        assert all(tensor.device == place for tensor in found)
        return [tensor.cpu().flatten().tolist() for tensor in found]


if __name__ == "__main__":
    dist.init_process_group("gloo")
    found = {name: main(sys.argv[1], 9, **options) for name, options in WAYS.items()}
    found |= {f"small batches {parts}": in_small_batches(parts) for parts in (1, 2, 4)} | {"small GPUs": on_gpus()}
    with open(os.path.join(sys.argv[1], f"{dist.get_rank()}.json"), "w") as file:
        json.dump(found, file)
    dist.destroy_process_group()
