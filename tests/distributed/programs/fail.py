"""A job that goes wrong in one rank, in the way that is asked for, while the other waits for it."""

import os
import signal
import sys

WAY, RANK = sys.argv[1], int(os.environ["RANK"])

if WAY == "before it meets the others" and RANK == 1:
    import a_module_that_nobody_has  # noqa: F401

import torch  # noqa: E402
import torch.distributed as dist  # noqa: E402

dist.init_process_group("gloo")


def train():
    if WAY == "everywhere" or RANK == 1:
        fail()
    if WAY == "other shapes":
        dist.all_reduce(torch.zeros(3 + RANK))
    if WAY == "interrupted":
        print(f"pid {os.getpid()}")
    dist.barrier()
    dist.barrier()


def fail():
    if WAY in ("raises", "everywhere"):
        raise ValueError("the loss is not a number")
    if WAY == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if WAY == "_exit":
        os._exit(0)
    if WAY == "sys.exit":
        sys.exit(3)
    if WAY == "fewer batches":
        sys.exit()
    if WAY == "interrupted":
        print(f"pid {os.getpid()}")
        signal.pause()


train()
