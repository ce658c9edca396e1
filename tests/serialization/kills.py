"""Kills programs while they save: `python -m tests.serialization.kills 200` says what was found in the file after each kill."""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import workbook as torch

NUMBERS = 20_000


def save_for_ever(path, start):
    while True:
        start += 1
        torch.save({"round": start, "x": torch.full((NUMBERS,), float(start))}, path)


def whole(path):
    """Return the round that the file is of. Raises where it is not whole."""
    found = torch.load(path)
    assert found["x"].shape == (NUMBERS,) and (found["x"] == found["round"]).all(), "the file is of two rounds"
    return found["round"]


def run(count, folder, seed=0, sync=True):
    """Kill `count` programs at moments of chance; return how often something was left beside the file, and the last round.

    Without `sync` nobody waits for the disk, which only a failure of power needs: so more of them are killed while they write.
    """
    path, chance, found = folder / "net.pt", random.Random(seed), Counter()
    torch.save({"round": 0, "x": torch.zeros(NUMBERS)}, path)
    rounds = [0]
    for _ in range(count):
        child = os.fork()
        if child == 0:
            try:
                os.fsync = os.fsync if sync else lambda number: None
                save_for_ever(path, rounds[-1])
            finally:
                os._exit(1)
        time.sleep(chance.uniform(0, 0.01))  # no wait for something: the moment is what is drawn
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        rounds.append(whole(path))
        assert rounds[-1] >= rounds[-2], "an older file came back"
        found[f"{len(os.listdir(folder)) - 1} left beside it"] += 1
    torch.save({"round": rounds[-1], "x": torch.full((NUMBERS,), float(rounds[-1]))}, path)
    assert os.listdir(folder) == ["net.pt"], f"after the next save there is still {os.listdir(folder)}"
    return found, rounds[-1]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as here:
        print(*run(int(sys.argv[1]) if len(sys.argv) > 1 else 200, Path(here)))
