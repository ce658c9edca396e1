"""`python -m benchmarks [NAME ...] [--rounds N] [--json FILE]`: workbook beside PyTorch, on one thread."""

import argparse
import importlib.util
import os
import subprocess
import sys

from workbook.commands.test import ONE_THREAD

# Each library is timed with the code that it picks for this processor. These variables, which some systems set for everybody, would
# pick for one of the two.
PICKED_FOR_THEM = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES", "ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS",
                   "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")


def main(arguments=None):
    """Measure and print the table. Return 1 where the two sides of a workload computed different things."""
    options = parse(arguments)
    import torch

    import workbook
    from benchmarks import report
    from benchmarks.timing import Disagreement, Unavailable, measure

    torch.set_num_threads(1)
    about = report.machine(torch, workbook)
    report.say(f"torch {about['torch']}, workbook {about['workbook']}, numpy {about['numpy']}, python {about['python']}; "
               f"one thread; {about['processor']}; median of {options.rounds} rounds")
    report.say(report.COLUMNS)
    rows, refused = [], []
    for workload in options.workloads:
        try:
            measured = measure(workload, torch, workbook, options.rounds)
        except Disagreement as difference:
            refused.append(str(difference))
            report.say(f"{workload.title:<42}REFUSED: {difference}")
        except Unavailable as reason:
            report.say(f"{workload.title:<42}left out: {reason}")
        else:
            rows.append(report.figures(workload, measured))
            report.say(report.line(workload, measured))
    if options.json:
        report.write(options.json, about, options.rounds, rows)
    return int(bool(refused))


def parse(arguments):
    """Return the options, with `workloads` the chosen rows."""
    from benchmarks.workloads import WORKLOADS, chosen

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time workbook beside PyTorch, on one thread.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these workloads: lenet, tiny, conv-64, ...")
    parser.add_argument("--rounds", type=int, default=9, help="how often the two sides take turns; at least 7 (default: 9)")
    parser.add_argument("--json", metavar="FILE", help="also write the figures to this file")
    options = parser.parse_args(arguments)
    if options.rounds < 7:
        parser.error(f"--rounds {options.rounds}: a median of fewer than 7 rounds says little")
    try:
        options.workloads = chosen(options.names, WORKLOADS)
    except ValueError as problem:
        parser.error(str(problem))
    return options


def settled(environment):
    """Return the environment in which both libraries run on one thread and pick their own code."""
    kept = {name: value for name, value in environment.items() if name not in PICKED_FOR_THEM}
    return kept | dict.fromkeys(ONE_THREAD, "1")


def again(environment):
    """Return the exit code of this same command in a process of its own: the libraries read these variables when they load."""
    return subprocess.call([sys.executable, "-m", "benchmarks", *sys.argv[1:]], env=environment)


if __name__ == "__main__":
    if importlib.util.find_spec("torch") is None:
        sys.exit("The benchmarks compare with PyTorch, which is not installed here: pip install torch==2.13.0")
    environment = settled(os.environ)
    sys.exit(main() if environment == dict(os.environ) else again(environment))
