"""Training in several ranks that can be stopped and goes on with the same numbers: the plain way, without helpers.

    workbook run --ranks 2 train.py FOLDER --steps 12
    workbook run --ranks 2 train.py FOLDER --steps 12 --resume      # after it was stopped
"""

import argparse
import itertools
import json
import os

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def main(folder, steps, batch=24, size=144, dropout=0.0, save_every=0, resume=False, **options):
    """Train and return the parameters, the same in every rank. `batch`: of all ranks together."""
    checkpoint = os.path.join(folder, "checkpoint.pt")
    ranks, rank = dist.get_world_size(), dist.get_rank()
    generator = torch.Generator().manual_seed(7)
    x = torch.randn(size, 20, generator=generator)
    data = TensorDataset(x, x[:, :5].argmax(1))
    sampler = DistributedSampler(data, shuffle=True, seed=3)
    loader = DataLoader(data, batch_size=batch // ranks, sampler=sampler)

    torch.manual_seed(rank)  # each rank drops out other units; the parameters are rank 0's all the same
    net = torch.nn.Sequential(torch.nn.Linear(20, 40), torch.nn.ReLU(), torch.nn.Dropout(dropout), torch.nn.Linear(40, 30),
                              torch.nn.Tanh(), torch.nn.Linear(30, 5))
    net = DistributedDataParallel(net, **options)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    epoch = done = step = 0

    if resume:
        state = torch.load(checkpoint, map_location="cpu")
        net.module.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        epoch, done, step = state["epoch"], state["done"], state["step"]

    while step < steps:
        sampler.set_epoch(epoch)  # the same order in all ranks, another one in each epoch
        batches = itertools.islice(loader, done, None)  # without those that were done before
        if resume:
            batches = iter([next(batches), *batches])  # the loader draws its own numbers first ...
            torch.set_rng_state(state["random"][rank])  # ... and dropout goes on where this rank's had been
            resume = False
        for inputs, labels in batches:
            loss = F.cross_entropy(net(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step, done = step + 1, done + 1
            if save_every and step % save_every == 0:
                save(checkpoint, net, optimizer, epoch, done, step)
            if step == steps:
                break
        else:
            epoch, done = epoch + 1, 0
    return [param.detach().flatten().tolist() for param in net.parameters()]


def save(checkpoint, net, optimizer, epoch, done, step):
    """Rank 0 writes what all ranks have in common, and the state of the random numbers of each; the file is whole or not there."""
    random = [None] * dist.get_world_size()
    dist.all_gather_object(random, torch.get_rng_state())
    if dist.get_rank() == 0:
        state = {"net": net.module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch, "done": done, "step": step,
                 "random": random}
        torch.save(state, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)
    dist.barrier()  # nobody is stopped, or goes on, with half a checkpoint


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--save-every", type=int, default=0)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    dist.init_process_group("gloo")
    found = main(**vars(args))
    with open(os.path.join(args.folder, f"{dist.get_rank()}.json"), "w") as file:
        json.dump(found, file)
    dist.destroy_process_group()
