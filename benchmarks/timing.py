"""Timing two sides of a workload fairly: first their results are compared, then they take turns, round by round."""

import gc
import json
import math
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-5  # of the largest number in a result: float32 sums taken in another order differ by less
COMPARED_CALLS = 3  # training that goes wrong shows by the third step
TURN = 0.003  # seconds of calls in one turn: long beside the steps of the clock, short beside a change in what else the machine does
TURNS = 10  # of each side in a round; the fastest counts, because whatever else runs can only slow a turn down
# Processor time leaves out what other programs did meanwhile, and counts every thread; on Windows its steps are too coarse.
clock = time.perf_counter if sys.platform == "win32" else time.process_time


class Disagreement(Exception):
    """The two sides do not compute the same, so timing them would mean nothing."""


class Unavailable(Exception):
    """This system cannot measure the workload."""


@dataclass
class Measured:
    """The figures of one workload: what torch and workbook took in each round, and workbook for a tenth of the work."""

    torch: list = field(default_factory=list)
    workbook: list = field(default_factory=list)
    tenth: list = field(default_factory=list)

    @property
    def ratios(self):
        """workbook / torch, round by round."""
        return [ours / theirs for ours, theirs in zip(self.workbook, self.torch, strict=True)]

    @property
    def ratio(self):
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def spread(self):
        """The smallest and the largest ratio."""
        return min(self.ratios), max(self.ratios)

    @property
    def growth(self):
        """How many times as long as a tenth of it the whole work takes; None where no tenth was timed."""
        return statistics.median(ours / tenth for ours, tenth in zip(self.workbook, self.tenth, strict=True)) if self.tenth else None


def measure(workload, torch, workbook, rounds):
    """Return the Measured figures of `workload` on the two libraries.

    Raises Disagreement where their results differ, before anything is timed; Unavailable where this system cannot measure it.
    """
    side = FreshProcess if workload.fresh else ThisProcess
    theirs, ours = side(workload, workload.prepare, torch), side(workload, workload.prepare, workbook)
    for _ in range(1 if workload.fresh else COMPARED_CALLS):
        refuse_differences(workload.name, theirs.results(), ours.results())
    sides = {"torch": theirs, "workbook": ours}
    if workload.tenth:
        sides["tenth"] = side(workload, workload.tenth, workbook)
    calls = 1 if workload.fresh else max(1, math.ceil(TURN / min(theirs.figure(1), ours.figure(1))))
    measured = Measured()
    gc.collect()
    gc.freeze()  # what the imports left would be searched for garbage again and again, at the cost of whichever side runs just then
    for number in range(rounds):
        order = list(sides)[:: 1 if number % 2 else -1]  # nobody always comes first
        turns = [{name: sides[name].figure(calls) for name in order} for _ in range(1 if workload.fresh else TURNS)]
        for name in order:
            getattr(measured, name).append(min(turn[name] for turn in turns))
    gc.unfreeze()
    return measured


class ThisProcess:
    """A side whose work is a function."""

    def __init__(self, workload, prepare, library):
        self._work = prepare(library)

    def results(self):
        """Do the work once and return its results as arrays."""
        return arrays(self._work())

    def figure(self, calls):
        """Return the seconds of one call, as the mean of so many."""
        work = self._work
        since = clock()
        for _ in range(calls):
            work()
        return (clock() - since) / calls


class FreshProcess:
    """A side whose work is a process that `benchmarks.fresh` runs."""

    def __init__(self, workload, prepare, library):
        self._command = [sys.executable, "-m", "benchmarks.fresh", workload.name, library.__name__]

    def results(self):
        """Run the process and return its results as arrays."""
        return {name: np.array(values, dtype) for name, (values, dtype) in self._run()["results"].items()}

    def figure(self, calls):
        """Run the process and return what it measured, in seconds or megabytes."""
        return self._run()["value"]

    def _run(self):
        # The first run leaves the compiled modules behind, as pip did for torch, and the others find them.
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        answer = json.loads(subprocess.run(self._command, cwd=ROOT, check=True, capture_output=True, text=True, env=variables).stdout)
        if "unavailable" in answer:
            raise Unavailable(answer["unavailable"])
        return answer


def arrays(results):
    """Return results by name as NumPy arrays, whichever library's tensors they were."""
    return {name: value.detach().numpy() if hasattr(value, "detach") else np.array(value) for name, value in results.items()}


def refuse_differences(name, theirs, ours):
    """Raise Disagreement where two sides' results are not the same: in names, shapes, dtypes, or numbers beyond TOLERANCE."""
    if theirs.keys() != ours.keys():
        raise Disagreement(f"{name} is not timed: torch gives {', '.join(theirs)}, workbook gives {', '.join(ours)}")
    for what, expected in theirs.items():
        found = ours[what]
        for trait in ("shape", "dtype"):
            wanted, got = getattr(expected, trait), getattr(found, trait)
            if wanted != got:
                raise Disagreement(f"{name} is not timed: the {trait} of {what!r} is {wanted} on torch and {got} on workbook")
        if expected.dtype.kind not in "fc":
            same = expected == found
        else:
            largest = np.abs(expected).max(initial=0)
            same = np.abs(expected - found) <= TOLERANCE * largest  # false for a NaN on either side
        if not same.all():
            place = tuple(int(i) for i in np.argwhere(~same)[0])
            raise Disagreement(
                f"{name} is not timed: the results differ. {what!r} at {place} is {expected[place]} on torch and {found[place]} on "
                f"workbook; {int((~same).sum())} of {same.size} numbers differ")
