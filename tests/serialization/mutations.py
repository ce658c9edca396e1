"""Loads checkpoints in which bytes were changed: `python -m tests.serialization.mutations 100000` says what became of them.

Each is loaded or refused with CheckpointError; whatever was loaded lies inside its own memory. Anything else is an escape.
"""

import io
import random
import sys
import time
from collections import Counter

import numpy as np

import workbook as torch
from workbook.serialization import CheckpointError

OPCODES = b"\x80cRb\x81(aesut)\x85\x86\x87]}N\x88\x89KMJ\x8aGXQqrhj.i0o\x8b\x8c\x93P"
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF)


def checkpoints():
    """Return a few checkpoints as bytes: a network with its optimiser, tensors in every dtype, and what stands beside tensors."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    x = torch.arange(12.0)
    w = torch.nn.Parameter(torch.ones(2))
    w.note = "mine"
    made = ({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "best": 0.5},
            [x, x[2:].view(2, 5).t(), w, *(torch.ones(2, dtype=kind) for kind in (torch.bool, torch.int8, torch.float16, torch.complex128)), torch.ones(1).expand(3, 3)],
            {"a": [1, -1, 300, 70_000, 2**40, 1.5, None, True], "b": {1, 2}, "c": Counter("aab"), "d": (1j, b"ab", bytearray(b"c")), "e": torch.Size([2]), "f": torch.int64,
             "g": torch.device("cpu"), (1, 2): [[[]]]})
    files = []
    for value in made:
        buffer = io.BytesIO()
        torch.save(value, buffer)
        files.append(buffer.getvalue())
    return files


def mutant(files, chance):
    """Return one of the files with something changed; mostly in its program, where most can go wrong."""
    data = bytearray(chance.choice(files))
    end = data.index(b"PK\x07\x08")
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(64, end) if chance.random() < 0.6 else chance.randrange(len(data))
        way = chance.randrange(7)
        if way == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif way == 1:
            data[place] = chance.choice(NUMBERS)
        elif way == 2:
            data[place] = chance.choice(OPCODES)
        elif way == 3:
            width = chance.choice((2, 4, 8))
            data[place:place + width] = chance.choice((0, 1, 2**(8 * width - 1) - 1, 2**(8 * width) - 1)).to_bytes(width, "little")
        elif way == 4 and chance.random() < 0.2:
            del data[place:]
        elif way == 5:  # a piece in another place, without moving what lies behind it
            other, length = chance.randrange(len(data)), chance.randrange(1, 40)
            data[place:place + length] = data[other:other + length]
        elif way == 6 and chance.random() < 0.3:
            del data[place:place + chance.randrange(1, 9)]
        if len(data) < 100:
            break
        end = min(end, len(data))
    return bytes(data)


def outcome(data):
    """Return "loaded", "refused", or what else happened, in words."""
    try:
        found = torch.load(io.BytesIO(data))
    except CheckpointError as error:
        return "refused" if "\n  Why: " in str(error) else f"not explained: {error}"
    except Exception as error:
        return f"escaped: {type(error).__name__}: {error}"
    return "loaded" if lies_inside(found) else "foreign memory"


def lies_inside(value):
    """Return whether every tensor in a value shows its own memory only."""
    if isinstance(value, torch.Tensor):
        if value.device.type != "cpu":  # of a GPU's memory there is no address to look at
            last = value.storage_offset() + sum((side - 1) * step for side, step in zip(value.shape, value.stride()))
            return not value.numel() or last < value.untyped_storage().nbytes() // value.element_size()
        array, memory = value._array, value.untyped_storage()._memory
        first, last = np.lib.array_utils.byte_bounds(array) if array.size else (0, 0)
        start = memory.__array_interface__["data"][0]
        return not array.size or start <= first and last <= start + memory.nbytes
    if isinstance(value, dict):
        return all(lies_inside(part) for part in value.values())
    return all(lies_inside(part) for part in value) if isinstance(value, (list, tuple)) else True


def run(count, seed=0):
    """Return how often each outcome came, and the longest time that one file took, in seconds."""
    files, chance, found, longest = checkpoints(), random.Random(seed), Counter(), 0.0
    for _ in range(count):
        data = mutant(files, chance)
        since = time.perf_counter()
        found[outcome(data)] += 1
        longest = max(longest, time.perf_counter() - since)
    return found, longest


def main(count):
    import tracemalloc

    since = time.perf_counter()
    found, longest = run(count)
    print(f"{count} files in {time.perf_counter() - since:.0f} s; the longest took {1000 * longest:.0f} ms")
    for what, times in found.most_common():
        print(f"{times:>8}  {what}")
    tracemalloc.start()
    run(min(count, 2000), seed=1)
    print(f"most memory at once over {min(count, 2000)} more: {tracemalloc.get_traced_memory()[1] / 2**20:.1f} MiB")
    return int(bool(found.keys() - {"loaded", "refused"}))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
