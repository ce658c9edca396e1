"""One network trained in every rank on a GPU of its own, and then on the CPU."""

import json
import os
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def train(place):
    """Take five steps, each rank on its part of the batch. Return the mean losses, the parameters, and where the gradients lie."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.LayerNorm(48), nn.Linear(48, 5)).to(place)
    ddp = DistributedDataParallel(net, device_ids=None if place == "cpu" else [torch.device(place).index], bucket_cap_mb=0.0002)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.1, momentum=0.9)
    chance = torch.Generator().manual_seed(2)
    images, labels = torch.randn(8, 1, 6, 6, generator=chance), torch.randint(0, 5, (8,), generator=chance)
    mine, losses = slice(dist.get_rank(), None, dist.get_world_size()), []
    for _ in range(5):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(ddp(images[mine]), labels[mine].to(place))
        loss.backward()
        optimizer.step()
        mean = loss.detach()
        dist.all_reduce(mean, dist.ReduceOp.AVG)
        losses.append(mean.item())
    return {"losses": losses, "parameters": [param.flatten().tolist() for param in net.parameters()],
            "places": sorted({str(param.grad.device) for param in net.parameters()})}


if __name__ == "__main__":
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    torch.cuda.set_device(rank)
    found = {"cuda": train(f"cuda:{rank}"), "cpu": train("cpu"), "name": torch.cuda.get_device_name()}
    with open(os.path.join(sys.argv[1], f"{rank}.json"), "w") as file:
        json.dump(found, file)
    dist.destroy_process_group()
