"""What the tests of workers share: whatever they do, nothing may be left of it."""

import gc
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import os
from pathlib import Path

import pytest


def children():
    """The processes that this one has started and that still run, or wait to be asked how they ended."""
    return [int(pid) for tasks in Path("/proc/self/task").glob("*/children") for pid in tasks.read_text().split()]


def left():
    """What could be left behind: processes, open files, shared memory, folders."""
    return {"processes": children(), "files": len(os.listdir("/proc/self/fd")),
            "shared": [entry for entry in sorted(os.listdir("/dev/shm")) if "workbook" in entry or "psm_" in entry]}


@pytest.fixture
def nothing_left():
    if not os.path.isdir("/proc/self/task"):
        yield
        return
    multiprocessing.resource_tracker.ensure_running()
    multiprocessing.forkserver.ensure_running()
    before = left()
    gc.freeze()  # what is there now need not be looked through below
    yield
    gc.collect()  # an error holds the frames that hold the iterator
    gc.unfreeze()
    assert left() == before
