"""`python -m benchmarks.gpu [--rounds N]`: workbook on a GPU beside PyTorch on the same one, float32 without TF32.

A simulated GPU is refused: its speed says nothing. Where this torch has no CUDA, workbook is timed alone.
"""

import argparse
import contextlib
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Callable

from benchmarks.timing import arrays, refuse_differences
from benchmarks.workloads import cifar

FLOATS = 10**8  # in the chain of elementwise steps
PASSES = 6  # over memory of such an array that the chain below takes, one read or one write each


@dataclass
class Row:
    """One row: `prepare(torch)` returns the work. `goal`: the largest ratio to torch; of a chain, the least share of the bandwidth."""

    title: str
    prepare: Callable
    goal: float
    passes: int = 0  # over FLOATS numbers in memory


def lenet(batch):
    """A step of LeNet on images of 32 x 32, in a batch."""

    def prepare(torch):
        nn = torch.nn
        torch.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
        return step(torch, net, (batch, 1, 32, 32))

    return prepare


def wide(width, batch=256):
    """A step of three layers of that width."""

    def prepare(torch):
        nn = torch.nn
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10))
        return step(torch, net, (batch, width))

    return prepare


def step(torch, net, shape):
    """Return a step of training on one batch, from the numbers of the CPU's stream."""
    images = torch.randn(*shape, device="cpu").to("cuda")
    labels = torch.randint(0, 10, shape[:1], device="cpu").to("cuda")
    optimizer = torch.optim.SGD(net.to("cuda").parameters(), lr=0.01, momentum=0.9)

    def work():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        return {"loss": loss, "gradient": net[0].weight.grad}

    return work


def chain(count):
    """x * a + b, then its positive part: three steps, which read and write `count` numbers six times where none are fused."""

    def prepare(torch):
        x = torch.ones(count, device="cuda")

        def work():
            with torch.no_grad():
                y = x * 0.5
                y += 0.25
                y = torch.relu(y)
            return {"some": y[:8]}

        return work

    return prepare


ROWS = [Row("LeNet step, batch 256", lenet(256), 3.0), Row("CIFAR step, batch 256", cifar(256), 3.0),
        Row("MLP step, 4096 wide", wide(4096), 1.3), Row(f"elementwise chain, {FLOATS:.0e} floats", chain(FLOATS), 0.7, PASSES)]


def seconds(torch, work, rounds):
    """Return the median seconds of one call, each waited for."""
    work()
    found = []
    for _ in range(rounds):
        torch.cuda.synchronize()
        since = time.perf_counter()
        work()
        torch.cuda.synchronize()
        found.append(time.perf_counter() - since)
    return statistics.median(found)


@contextlib.contextmanager
def on_the_gpu(torch):
    torch.set_default_device("cuda")
    try:
        yield
    finally:
        torch.set_default_device("cpu")


def main(arguments=None):
    """Measure and print the table. Return 2 where there is no GPU to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description="Time workbook on a GPU beside PyTorch.")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args(arguments)
    import workbook

    if not workbook.cuda.is_available() or workbook.cuda.get_device_name().startswith("Simulated"):
        why = "the GPU is simulated, and its speed says nothing" if workbook.cuda.is_available() else workbook.devices.report()[1][2]
        print(f"not measured: {why}")
        return 2
    torch = importable()
    beside = torch.__version__ if torch else "without CUDA: not measured"
    print(f"{workbook.cuda.get_device_name()}; torch {beside}, workbook {workbook.__version__}")
    for row in ROWS:
        with on_the_gpu(workbook):
            mine = row.prepare(workbook)
        theirs = None
        if torch is not None:
            with on_the_gpu(torch):
                theirs = row.prepare(torch)
            refuse_differences(row.title, *(arrays({name: value.detach().cpu() for name, value in work().items()}) for work in (theirs, mine)))
        print(figures(row, seconds(workbook, mine, options.rounds), theirs and seconds(torch, theirs, options.rounds), workbook))
    return 0


def figures(row, ours, theirs, workbook):
    """Return a line of the table."""
    if row.passes:
        speed = row.passes * 4 * FLOATS / ours / 1e9
        return f"{row.title:<32}{1000 * ours:9.3f} ms  {speed:8.0f} GB/s of memory (goal: {row.goal:.0%} of the device's bandwidth)"
    if theirs is None:
        return f"{row.title:<32}{1000 * ours:9.3f} ms"
    met = "" if ours / theirs <= row.goal else " NOT"
    return f"{row.title:<32}{1000 * ours:9.3f} ms  torch {1000 * theirs:9.3f} ms  {ours / theirs:5.2f} ({row.goal:g}{met})"


def importable():
    """Return torch where it computes on the GPU, with TF32 off; None otherwise."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    return torch


if __name__ == "__main__":
    sys.exit(main())
