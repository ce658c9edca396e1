"""Kills programs while they save: `python -m tests.serialization.kills 200 [net.pt|write.png|save.png]` says what was
found in the file after each kill."""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import workbook as torch
from workbook import vision

NUMBERS = 20_000


def save_tensors(round, path):
    torch.save({"round": round, "x": torch.full((NUMBERS,), float(round))}, path)


def whole_tensors(path):
    """Return the round that the file is of. Raises where it is not whole."""
    found = torch.load(path)
    assert found["x"].shape == (NUMBERS,) and (found["x"] == found["round"]).all(), "the file is of two rounds"
    return found["round"]


def image(round):
    """A picture in the colour of a round."""
    return torch.tensor([round // 256**2, round // 256 % 256, round % 256], dtype=torch.uint8)[:, None, None].expand(3, 60, 60)


def whole_image(path):
    found = vision.io.read_image(path)
    assert found.shape == (3, 60, 60) and (found == found[:, :1, :1]).all(), "the picture is of two rounds"
    red, green, blue = found[:, 0, 0].tolist()
    return red * 256**2 + green * 256 + blue


# How each file is saved, and how the round is found in it.
FILES = {
    "net.pt": (save_tensors, whole_tensors),
    "write.png": (lambda round, path: vision.io.write_png(image(round), path), whole_image),
    "save.png": (lambda round, path: vision.utils.save_image(image(round) / 255, path), whole_image),
}


def save_for_ever(save, path, start):
    while True:
        start += 1
        save(start, path)


def run(count, folder, seed=0, sync=True, name="net.pt"):
    """Kill `count` programs at moments of chance; return how often something was left beside the file, and the last round.

    Without `sync` nobody waits for the disk, which only a failure of power needs: so more of them are killed while they write.
    """
    path, chance, found = folder / name, random.Random(seed), Counter()
    save, whole = FILES[name]
    save(0, path)
    rounds = [0]
    for _ in range(count):
        child = os.fork()
        if child == 0:
            try:
                os.fsync = os.fsync if sync else lambda number: None
                save_for_ever(save, path, rounds[-1])
            finally:
                os._exit(1)
        time.sleep(chance.uniform(0, 0.01))  # no wait for something: the moment is what is drawn
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        rounds.append(whole(path))
        assert rounds[-1] >= rounds[-2], "an older file came back"
        found[f"{len(os.listdir(folder)) - 1} left beside it"] += 1
    save(rounds[-1], path)
    assert os.listdir(folder) == [name], f"after the next save there is still {os.listdir(folder)}"
    return found, rounds[-1]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as here:
        print(*run(int(sys.argv[1]) if len(sys.argv) > 1 else 200, Path(here), name=sys.argv[2] if len(sys.argv) > 2 else "net.pt"))
