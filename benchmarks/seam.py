"""`python -m benchmarks.seam [--rounds N]`: what it costs on the CPU that a Tensor may lie on a GPU.

The gate asks every Tensor where it lies. Here tiny operations pass the gate as it is, and a gate without these questions; the
difference is shown as a share of the whole operation as a student calls it. The goal is a share below 3 %.

A fiftieth of a microsecond is less than what two copies of one and the same code differ by that lie in other places of memory. So there
are several copies of each gate, made in a mixed order; they take turns, and the median of the copies counts.
"""

import argparse
import gc
import inspect
import os
import random
import statistics
import subprocess
import sys
import time

GOAL = 0.03
COPIES, CALLS = 8, 200
FASTEST = 0.05  # of the turns of a copy this one counts, from the fastest: whatever else runs can only slow a turn down

# The lines of the gate that are about devices, and what would stand there if there were the CPU alone.
SEAM = [
    ("            if here.xp is np:\n"
     "                return cls.forward(Forgetful(), *inputs, **options)\n"
     "            return on_arrays(cls, here.xp, inputs, options)\n",
     "            return cls.forward(Forgetful(), *inputs, **options)\n"),
    ("edges, device, recording = [], [], None, False", "edges, device, recording = [], [], CPU, False"),
    ("                if given._device is not device:\n"
     "                    device = given._device if device is None else _meeting_device(cls, device, given, inputs)\n", ""),
    ("            if device is CPU:\n"
     "                arrays = cls.dtype_rule(arrays if here.autocast is None else here.autocast(cls, arrays, device))\n"
     "                if not options:\n"
     "                    results = cls.forward(ctx, *arrays)\n"
     "                else:\n"
     "                    results = cls.forward(ctx, *arrays, **options)\n"
     "                    if cls.place is not None:\n"
     "                        device = cls.place(device, options)\n"
     "            else:\n"
     "                arrays, results, device = elsewhere(cls, ctx, arrays, options, device)\n",
     "            arrays = cls.dtype_rule(arrays if here.autocast is None else here.autocast(cls, arrays, device))\n"
     "            results = cls.forward(ctx, *arrays, **options) if options else cls.forward(ctx, *arrays)\n"),
    (" if device.__class__ is not tuple else tuple(map(wrap, results, device))", ""),
    ("cls.lies_as_inputs and device is CPU and", "cls.lies_as_inputs and"),
]


def gate(seam):
    """Return a new copy of `Operation.apply`: with the lines of SEAM, or without. Raises ValueError where the gate has no such lines."""
    from workbook.autograd import operation

    text = inspect.getsource(operation.Operation.apply)
    for lines, without in SEAM:
        if lines not in text:
            raise ValueError(f"SEAM in benchmarks/seam.py has lines that the gate has not:\n{lines}")
        text = text if seam else text.replace(lines, without)
    made = {}
    exec(compile(f"class Gate:\n{text}", operation.__file__, "exec"), vars(operation), made)
    return vars(made["Gate"])["apply"]


def through(gate, operation):
    """Return an operation that is `operation` in all but its gate."""
    return type(operation)(operation.__qualname__, (operation,), {"__slots__": (), "apply": gate}).apply


def rows(torch):
    """Return the tiny operations: title, the whole call, the class of the operation, its inputs."""
    a, b = (torch.ones(4, 4, requires_grad=True) for _ in range(2))
    found = []
    for title, call, inputs in (("add", lambda: a + b, (a, b)), ("mul", lambda: a * b, (a, b)), ("matmul", lambda: a @ b, (a, b)),
                                ("relu", lambda: torch.relu(a), (a,))):
        found.append((title, call, type(call().grad_fn), inputs))
    return found


def measure(torch, rounds):
    """Return for each tiny operation its title, the seconds of a call, and the seconds that the seam takes of it."""
    table = rows(torch)
    gates = [(seam, gate(seam)) for seam in (True, False) * COPIES]
    random.shuffle(gates)
    sides = [(title, seam, through(made, operation), inputs) for title, _, operation, inputs in table for seam, made in gates]
    turns = {number: [] for number in range(len(sides))}
    whole = {title: [] for title, *_ in table}
    gc.collect()
    gc.freeze()
    for number in range(rounds):
        for place, (_, _, apply, inputs) in list(enumerate(sides))[:: 1 if number % 2 else -1]:  # nobody always comes first
            turns[place].append(seconds(apply, inputs))
        for title, call, *_ in table:
            whole[title].append(seconds(call, ()))
    gc.unfreeze()
    found = []
    for title, *_ in table:
        both = [statistics.median([fast(turns[place]) for place, side in enumerate(sides) if side[:2] == (title, seam)])
                for seam in (True, False)]
        found.append((title, fast(whole[title]), both[0] - both[1]))
    return found


def seconds(call, inputs):
    since = time.perf_counter()
    for _ in range(CALLS):
        call(*inputs)
    return (time.perf_counter() - since) / CALLS


def fast(turns):
    return sorted(turns)[int(FASTEST * len(turns))]


def line(title, whole, seam):
    """Return a line of the table."""
    share = seam / whole
    return f"{title:<10}{1e6 * whole:7.2f} us  of it the seam {1e9 * seam:4.0f} ns  {share:6.1%}  (<= {GOAL:.0%}{'' if share <= GOAL else ': NOT MET'})"


def main(arguments=None):
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seam", description="What the seam of the devices costs on the CPU.")
    parser.add_argument("--rounds", type=int, default=300, help="how often all take turns (default: 300, half a minute)")
    options = parser.parse_args(arguments)
    import workbook

    for row in measure(workbook, options.rounds):
        print(line(*row))


if __name__ == "__main__":
    from benchmarks.__main__ import settled

    environment = settled(os.environ)
    if environment == dict(os.environ):
        sys.exit(main())
    sys.exit(subprocess.call([sys.executable, "-m", "benchmarks.seam", *sys.argv[1:]], env=environment))
