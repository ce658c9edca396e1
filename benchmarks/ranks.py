"""`python -m benchmarks.ranks`: what a step and an allreduce cost in 1, 2 and 4 ranks on this machine, and on paper in many.

On paper: every rank computes as long as one did here, on a batch of the same size (the job's batch grows with the ranks). An
allreduce of n bytes over p ranks in a ring takes 2 (p - 1) messages one after the other, of n / p bytes each:

    2 (p - 1) latency + 2 (p - 1) / p * n / bandwidth

Of the two lines of the table, one adds it to the computing, as if nothing of it went on during the backward pass; the other hides
as much of it as the backward pass, two thirds of the computing, is long.

Source: Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms for clusters of workstations, 2009
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbook.commands.test import ONE_THREAD

SIZES = (4, 40)  # megabytes
BATCH = 256  # of each rank
BACKWARD = 2 / 3  # of the computing
NETWORK = {"latency": 50e-6, "bandwidth": 1.25e9}  # assumed between machines: 10 Gbit/s Ethernet, 50 microseconds a message


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranks", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--ranks", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--note", metavar="FILE", help="(what each rank is started with)")
    options = parser.parse_args(arguments)
    if options.note:
        measure(options.rounds, options.note)
        return
    found = {}
    for count in options.ranks:
        with tempfile.TemporaryDirectory() as folder:
            note = Path(folder) / "found.json"
            command = [sys.executable, "-m", "workbook", "run", "--ranks", str(count), "-m", "benchmarks.ranks",
                       "--rounds", str(options.rounds), "--note", str(note)]
            subprocess.run(command, check=True, env=os.environ | dict.fromkeys(ONE_THREAD, "1"))
            found[count] = json.loads(note.read_text())
        say(count, found[count])
    if 1 in found:
        paper(found[1]["alone"], found[1]["bytes"], **NETWORK)


def say(count, found):
    """Print what one job has found: the least and the median of its rounds, in milliseconds."""
    for what, seconds in found.items():
        if what != "bytes":
            ordered = sorted(seconds)
            print(f"{count} ranks  {what:<18}{1e3 * ordered[0]:>9.2f} ms at best{1e3 * ordered[len(ordered) // 2]:>9.2f} ms median",
                  flush=True)


def paper(steps, size, latency, bandwidth):
    """Print what a step would take in more ranks, each on a machine of its own."""
    step = min(steps)
    print(f"\nOn paper, from a step of {1e3 * step:.2f} ms and {size / 1e6:.1f} MB of gradients, over a network of "
          f"{bandwidth / 1e9:.2f} GB/s and "
          f"{1e6 * latency:.0f} microseconds a "
          f"message:\n{'ranks':>6}{'allreduce':>12}{'step, one after the other':>28}{'hidden as far as it goes':>27}{'efficiency':>12}")
    for ranks in (2, 4, 8, 64, 512):
        ring = allreduce(size, ranks, latency, bandwidth)
        hidden = step + max(0, ring - BACKWARD * step)
        print(f"{ranks:>6}{1e3 * ring:>9.2f} ms{1e3 * (step + ring):>25.2f} ms{1e3 * hidden:>24.2f} ms{step / (step + ring):>7.0%} "
              f"to {step / hidden:.0%}")


def allreduce(size, ranks, latency, bandwidth):
    """Return the seconds of an allreduce of `size` bytes in a ring.

    >>> allreduce(1e9, 2, 0, 1e9), allreduce(0, 5, 1, 1e9)
    (1.0, 8.0)
    """
    return 2 * (ranks - 1) * latency + 2 * (ranks - 1) / ranks * size / bandwidth


# In each rank -----------------------------------------------------------------------------------------------------------


def measure(rounds, note):
    """Measure and let rank 0 write it down."""
    import workbook as torch

    dist = torch.distributed
    dist.init_process_group("gloo")
    found = {"alone": steps(torch, rounds, averaged=False), "averaged": steps(torch, rounds, averaged=True),
             "bytes": gradients(torch)}
    for megabytes in SIZES:
        x = torch.ones(megabytes * 250_000)
        found[f"allreduce {megabytes} MB"] = timed(torch, rounds, lambda: dist.all_reduce(x))
    found["allreduce 4 bytes"] = timed(torch, rounds, lambda one=torch.ones(1): dist.all_reduce(one))
    if dist.get_rank() == 0:
        Path(note).write_text(json.dumps(found))
    dist.destroy_process_group()


def network(torch):
    return torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 512), torch.nn.ReLU(),
                               torch.nn.Linear(512, 10))


def gradients(torch):
    return sum(param.numel() * param.element_size() for param in network(torch).parameters())


def steps(torch, rounds, averaged):
    """Return the seconds of steps on a batch of this rank, with the gradients averaged over the ranks or not."""
    net = network(torch)
    net = torch.nn.parallel.DistributedDataParallel(net) if averaged else net
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    x, y = torch.randn(BATCH, 784), torch.randint(0, 10, (BATCH,))

    def step():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()

    return timed(torch, rounds, step)


def timed(torch, rounds, act):
    """Return the seconds of each round; all ranks begin each together."""
    act()
    found = []
    for _ in range(rounds):
        torch.distributed.barrier()
        since = time.perf_counter()
        act()
        found.append(time.perf_counter() - since)
    return found


if __name__ == "__main__":
    main()
