"""Random programs of views, in-place writes, hooks and backward passes, run step by step on workbook and on torch at once.

A step is a name from `steps.STEPS` and four small numbers: which Tensors, counted from the newest, and two for the step itself. So
every list of steps is a program. What one engine refuses the other must refuse, with the same type of error and in the same words.

    python -m tests.autograd.programs 10000 --seed 1 --processes 2

runs so many and prints a short form of every program on which the engines differ.
"""

import argparse
import math
import multiprocessing
import random
import re
import sys
import time

import numpy as np

from tests.autograd.steps import BACKWARD, INTO_REPEATED, LIMITS, NAMES, READ_ELSEWHERE, STEPS, VIEWS, WRITES
from tests.ops.both import quiet, told_by_a_gpu

# The Tensors that a program begins with: dtype, shape, and whether they require a gradient.
LEAVES = (("float64", (2, 3), True), ("float64", (3,), True), ("float64", (), True), ("float64", (3, 2), False), ("float64", (1, 3), True))
COARSE = (("float32", (2, 3), True), ("float32", (3,), False))  # and in every other program these as well
RECENT = (0,) * 6 + (1,) * 4 + (2,) * 3 + (3,) * 2 + tuple(range(4, 30))  # how far back a step looks: mostly not far
SHORTEST, LONGEST = 5, 60
NEAR, NEAR_COARSE = 1e-9, 2e-4  # in units of the largest element; the second where float32 is about
HAIR = 1e-12  # a change of the leaves by so little moves torch's own answer; as far as that, nobody can be held to it


class Run:
    """One engine in the middle of a program."""

    def __init__(self, torch, coarse, nudged=0.0):
        self.torch, self.coarse = torch, coarse
        self.tensors, self.memory = [], []  # the second says which Tensors may share memory
        self.hooks, self.log, self.modes, self.writing_hooks = [], [], [], False
        place = 0
        for dtype, shape, wanted in LEAVES + COARSE * coarse:
            numbers = [(7 * number) % 11 / 8 - 0.6 for number in range(place, place + math.prod(shape))]
            place += len(numbers)
            array = np.array([number * (1 + nudged) for number in numbers], dtype).reshape(shape)
            self.tensors.append(torch.from_numpy(array).clone().requires_grad_(wanted))  # NumPy's memory could not grow
            self.memory.append(len(self.memory))

    def step(self, name, x, y, i, j):
        """Take one step; return the type and the text of its error, or None."""
        (at, x), (other, y) = self.meant(x), self.meant(y)
        limit = LIMITS.get(name)
        if name == "look" or limit and max(largest(x), largest(y)) > limit:
            return None
        if name in WRITES and (in_layers(x) or name in INTO_REPEATED and x.requires_grad and repeats(x)):
            return None
        try:
            if name in WRITES and self.memory[at] == self.memory[other]:
                if name in READ_ELSEWHERE or x is not y and not (x.is_contiguous() and y.is_contiguous()):
                    y = y.clone()
            made = STEPS[name](self, x, y, i, j)
        except NameError:
            raise  # a slip of the table of steps
        except Exception as problem:
            if name in BACKWARD:  # how far a refused pass came is the engine's own affair
                self.log.clear()
                for tensor in self.tensors:
                    tensor.grad = None
            for tensor in self.tensors if name in BACKWARD else (x, y):
                asked(tensor, lambda t: t.grad_fn)  # in one engine a refused call has asked already, in the other not
            return type(problem).__name__, str(problem)
        for tensor in made if isinstance(made, (list, tuple)) else [] if made is None else [made]:
            if all(tensor is not old for old in self.tensors):
                self.tensors.append(tensor)
                self.memory.append(self.memory[at] if name in VIEWS else len(self.memory))
        return None

    def meant(self, back):
        """Return the place of a Tensor, counted `back` from the newest, and the Tensor."""
        place = len(self.tensors) - 1 - back % len(self.tensors)
        return place, self.tensors[place]

    def fitting(self, y, x, j):
        """Return `y` where it can be broadcast to the shape of `x`, or, mostly, something of `y` that can."""
        fits = len(y.shape) <= len(x.shape) and all(mine in (1, side) for mine, side in zip(y.shape[::-1], x.shape[::-1]))
        return y if fits or j % 5 == 4 else y.sum() * 0.25

    def close(self):
        """Leave the modes that the program has entered and not left."""
        while self.modes:
            self.modes.pop().__exit__(None, None, None)

    def calls(self):
        """Return what hooks saw, hook by hook. (Which of several leaves is reached first is the engine's own affair.)"""
        return sorted(self.log, key=lambda call: call[0])

    def flags(self):
        """Return what can be asked without a change to anything: the flags and versions of every Tensor."""
        return [(tensor.requires_grad, tensor._version, tuple(tensor.shape)) for tensor in self.tensors]

    def state(self, tensors):
        """Return all that a student can see of some Tensors: values, gradients, flags, nodes, versions."""
        return [(tensor.detach().numpy(), gradient_of(tensor), tensor.requires_grad, asked(tensor, lambda t: t.is_leaf),
                 asked(tensor, lambda t: t.grad_fn and t.grad_fn.name()), tensor._version, tensor.retains_grad) for tensor in tensors]


WHAT = ("value", "grad", "requires_grad", "is_leaf", "grad_fn", "version", "retains_grad")


LOST = "an inner state that torch did not mean"


def largest(tensor):
    array = np.abs(tensor.detach().numpy())
    return array.max() if array.size else 0


def repeats(tensor):
    return tensor.numel() and any(stride == 0 and side > 1 for stride, side in zip(tensor.stride(), tensor.shape))


def in_layers(tensor):
    """Tell whether some elements lie on top of each other, other than by a stride of 0: what a write to them means, nobody says."""
    reach = 1
    for stride, side in sorted((stride, side) for stride, side in zip(tensor.stride(), tensor.shape) if side > 1 and stride):
        if stride < reach:
            return True
        reach += stride * (side - 1)
    return False


def gradient_of(tensor):
    grad = tensor.grad
    return None if grad is None else (grad.detach().numpy(), grad.requires_grad)


def asked(tensor, question):
    """Return an answer, or the type of error where a view cannot say it any more. (LOST: torch does not know itself.)"""
    try:
        return question(tensor)
    except RuntimeError as problem:
        return LOST if "INTERNAL ASSERT" in str(problem) else type(problem).__name__


def difference(one, other, near):
    """Tell whether two answers differ: 0, or by how much numbers do, or infinity."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape or one.dtype != other.dtype:
            return math.inf
        if one.tobytes() == other.tobytes() or not one.size:
            return 0
        top = np.abs(other).max()
        if not top < 1e25:  # also where it is NaN: infinite in float32, or soon
            return 0
        far = float(np.abs(one.astype("float64") - other).max()) / max(1, top)
        return 0 if far <= near else far if far == far else math.inf
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return max((difference(x, y, near) for x, y in zip(one, other)), default=0)
    return 0 if one is other or type(one) is type(other) and not isinstance(one, np.ndarray) and one == other else math.inf


def disagreement(program, mine, theirs):
    """Run a program on two engines. Return where they first differ, as `(step, what, how)`, or None. `program`: (coarse, steps)."""
    coarse, steps = program
    runs = Run(mine, coarse), Run(theirs, coarse)
    try:
        with quiet():
            for number, step in enumerate(steps):
                found = differing_step(*runs, step, last=number == len(steps) - 1)
                if found == "end":
                    return None
                if found is not None:
                    return None if doubtful(program, number, found, theirs) else (number, found[0], found[1])
    finally:
        for run in runs:
            run.close()
    return None


def differing_step(mine, theirs, step, last):
    """Take one step on both; return how they differ after it as (what, words, place of the Tensor or hook's call, how much), or None."""
    before = len(theirs.tensors)
    if step[0] == "strided" and mine.meant(step[1])[1].stride() != theirs.meant(step[1])[1].stride():
        return None  # how results lie where axes have length 1 is torch's own affair, and a view by strides would show it
    near = NEAR_COARSE if any(tensor.itemsize == 4 for tensor in theirs.tensors) else NEAR
    empty = not theirs.meant(step[1])[1].numel()
    one, other = mine.step(*step), theirs.step(*step)
    if other and any(re.search(said, other[1]) for said, only_in_passes, _ in ENDS if step[0] in BACKWARD or not only_in_passes):
        return "end"
    if one and not other and any(said in one[1] for said, _ in REFUSED_HERE):
        return "end"
    if empty and one and not other and re.search("out of (bounds|range)", one[1]):
        return "end"  # where there is nothing, torch mostly looks at no index
    if one and other and step[0] in BACKWARD and theirs.writing_hooks:
        return "end"  # hooks have written, each as far as its engine came
    if one and other and step[0].startswith("set") and one[0] == other[0] == "IndexError":
        return "end"  # torch may have written the first of several places
    if (one is None) != (other is None) or one and not same_refusal(one, other):
        return "refusal", f"{one} instead of {other}", None, math.inf
    if len(mine.tensors) != len(theirs.tensors):
        return "flags", f"{len(mine.tensors)} Tensors instead of {len(theirs.tensors)}", None, math.inf
    if mine.flags() != theirs.flags():
        place, (one, other) = next((place, pair) for place, pair in enumerate(zip(mine.flags(), theirs.flags())) if pair[0] != pair[1])
        return "flags", f"Tensor {place}: (requires_grad, version, shape) {one} instead of {other}", place, math.inf
    if len(mine.log) != len(theirs.log):
        return "hook", f"{len(mine.log)} calls instead of {len(theirs.log)}", None, math.inf
    for number, (one, other) in enumerate(zip(mine.calls(), theirs.calls())):
        if far := difference(one, other, near):
            return "hook", f"call {number}: {one} instead of {other}", number, far
    first = 0 if last or step[0] == "look" else before
    for place, (one, other) in enumerate(zip(mine.state(mine.tensors[first:]), theirs.state(theirs.tensors[first:])), first):
        if any(answer is LOST for answer in other):
            return "end"
        for what, x, y in zip(WHAT, one, other):
            if far := difference(x, y, near):
                return what, f"Tensor {place}: {x} instead of {y}", place, far
    return None


def doubtful(program, number, found, torch):
    """Tell whether torch's own answer, where the engines differ, moves about as far when its leaves move by a hair."""
    what, _, place, far = found
    if far == math.inf or place is None:
        return False
    coarse, steps = program
    answers = []
    for nudged in (0.0, 1e-6 if coarse else HAIR):
        run = Run(torch, coarse, nudged)
        try:
            with quiet():
                for step in steps[:number + 1]:
                    run.step(*step)
        finally:
            run.close()
        if place >= len(run.calls() if what == "hook" else run.tensors):
            return True  # by a hair too large for a step
        answers.append(run.calls()[place] if what == "hook" else run.state([run.tensors[place]])[0][WHAT.index(what)])
    return difference(*answers, 0) > far / 100


# ---- refusals ------------------------------------------------------------------------------------------------------------

# Where the words, or even the type, differ on purpose: what torch says, what is said here, why.
PRODUCTS = "cannot be multiplied|Expected size for first two|size mismatch|same dtype|inconsistent tensor size|expected scalar type"
OTHERWISE = (
    (PRODUCTS, PRODUCTS, "torch takes another way to some products, and of two faults, shape and dtype, either may be named"),
    ("shape mismatch: value tensor", "dtypes match", "two faults, shape and dtype"),
    ("expected dtype|Number of indices|shape must match|is a view", "single memory location", "two faults, of which the overlap is looked for first"),
    ("leaf Variable that requires grad|view was created|is a view",
     "out of (bounds|range)|cannot be|equal size|is invalid for|0-dim|shape|no dimensions|xpanded size|number of sizes|tensor size|expected dtype|"
     "maximum size|Number of indices|Index to scalar|dtypes match|modified by an inplace", "two faults, of which PyTorch sees the one of autograd first"),
    ("dtypes match", "out of bounds", "two faults, dtype and place"),
    ("is a view and", "a view of a leaf", "two faults of autograd, of the value and of what is written"),
    ("single memory location", "broadcast shape", "two faults, overlap and shape"),
    ("INDICES element", "index out of range", "torch has two ways to an index that is not there, and words of its own on each"),
    ("modified by an inplace", "a second time", "torch's CopySlices holds the write, and fails with it; here the refused pass had come past it"),
    ("setStorage|cannot be applied", "out of (bounds|range)", "a place of an axis without places: torch's words depend on its way there"),
    ("is out of bounds for dimension", "is out of bounds for dimension", "torch counts the axes as they stand after it has moved them"),
)


# What torch says where a program ends, for it could not go on as meant: the words, whether only in a backward pass, why.
ENDS = (
    ("INTERNAL ASSERT|not resizable", False, "torch is in a state that it did not mean"),
    ("detached in-place", False, "torch minds that what it saved was detached"),
    ("setStorage", True, "a view by strides showed more than its base does; torch's gradient of the base has no such memory, here it has"),
    ("more than one element of the written-to", True, "torch writes its gradient where one number stands for several; here it goes through"),
)


# What is refused here alone, and why.
REFUSED_HERE = (
    ("the leaf was given data of another shape", "its shape was changed under no_grad; torch keeps a .grad of the old one, where nobody else "
     "holds that gradient's memory"),
)


def same_refusal(mine, theirs):
    """Tell whether two errors, as (type, text), are of one type and begin with the same words, or differ on purpose."""
    return (mine[0] == theirs[0] and phrase(theirs[1]) in plain(mine[1]).replace("torch.cuda.", "torch.")
            or told_by_a_gpu(mine[1]) or any(re.search(said, theirs[1]) and re.search(here, mine[1]) for said, here, _ in OTHERWISE))


def plain(text):
    return re.sub(r"\s+", " ", text)


def phrase(text):
    """Return the first sentence of an error."""
    return re.split(r"(?<=[a-z\]\)])[.:;](?= |$)", plain(text))[0].rstrip(". ")


# ---- many programs -------------------------------------------------------------------------------------------------------


def drawn(seed):
    """Return a random program."""
    chance = random.Random(seed)

    def step():
        return (chance.choice(NAMES), chance.choice(RECENT), chance.choice(RECENT), chance.randrange(20), chance.randrange(20))

    return chance.random() < 0.5, [step() for _ in range(chance.randint(SHORTEST, LONGEST))]


def shortened(program, mine, theirs):
    """Return a shorter program on which the engines differ in the same way."""
    found = disagreement(program, mine, theirs)
    coarse, steps = program
    steps = steps[:found[0] + 1]

    def still(candidate):
        again = disagreement(candidate, mine, theirs)
        return again is not None and again[1] == found[1]

    width = len(steps) // 2
    while width:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + width:]
            if fewer and still((coarse, fewer)):
                steps = fewer
            else:
                at += width
        width //= 2
    for at in reversed(range(len(steps))):
        fewer = without(coarse, steps, at, theirs)
        if fewer and still((coarse, fewer)):
            steps = fewer
    for at, step in enumerate(steps):
        for place in range(1, 5):
            simpler = step[:place] + (0,) + step[place + 1:]
            if step[place] and still((coarse, steps[:at] + [simpler] + steps[at + 1:])):
                step = steps[at] = simpler
    return (False if still((False, steps)) else coarse, steps)


def without(coarse, steps, left_out, torch):
    """Return the steps without one of them, the later ones counted anew; or None where they need what it made."""
    run, fewer, first, made = Run(torch, coarse), [], 0, 0
    try:
        with quiet():
            for number, step in enumerate(steps):
                count = len(run.tensors)
                if number < left_out:
                    fewer.append(step)
                elif number > left_out:
                    places = [count - 1 - back % count for back in step[1:3]]
                    places = [place if place < first else max(place - made, 0) for place in places]
                    fewer.append((step[0], *(count - made - 1 - place for place in places), *step[3:]))
                run.step(*step)
                if number == left_out:
                    first, made = count, len(run.tensors) - count
    finally:
        run.close()
    return fewer


def examined(seed):
    """Return how many steps a program took, and where the engines differ, of what kind, and what to print about it."""
    import torch

    import workbook

    torch.set_num_threads(1)  # its arrays are small
    program = drawn(seed)
    found = disagreement(program, workbook, torch)
    if found is None:
        return len(program[1]), None, None
    short = shortened(program, workbook, torch)
    number, what, how = disagreement(short, workbook, torch)
    kind = f"{short[1][number][0]}: {what}" + (re.sub(r"\d+", "N", how)[:60] if what == "refusal" else "")
    lines = [f"seed {seed!r}: {what} after step {number}: {how}"[:600], f"    ({short[0]}, [", *(f"        {step}," for step in short[1]), "    ])"]
    return len(program[1]), kind, "\n".join(lines)


def main():
    """Run many programs and print those on which the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    since, steps, kinds, ran = time.monotonic(), 0, {}, 0
    seeds = (f"{asked.seed}.{number}" for number in range(asked.count))
    with multiprocessing.get_context("fork").Pool(asked.processes) as pool:
        for ran, (took, kind, told) in enumerate(pool.imap_unordered(examined, seeds, chunksize=8), 1):
            steps += took
            if kind:
                kinds.setdefault(kind, []).append(told)
                print(told, flush=True)
            if ran % 1000 == 0:
                print(f"{ran} programs, {sum(map(len, kinds.values()))} on which the engines differ, {time.monotonic() - since:.0f} s", flush=True)
    for kind, all_told in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(all_told):5}  {kind}")
    found = sum(map(len, kinds.values()))
    print(f"{ran} programs of {steps} steps: the engines differ on {found}; {time.monotonic() - since:.0f} s")
    return found > 0


if __name__ == "__main__":
    sys.exit(main())
