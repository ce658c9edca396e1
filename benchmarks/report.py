"""The table that a person reads, and the file that a program reads."""

import json
import platform
import statistics
import sys
from pathlib import Path

from benchmarks.workloads import LINEAR

UNITS = {"us": 1e6, "ms": 1e3, "MB": 1}  # one second, or one megabyte, in each unit
COLUMNS = f"{'workload':<42}{'torch':>12}{'workbook':>12}{'ratio':>8}   {'spread':<14}{'goal':<10}{'goal met?'}"


def line(workload, measured):
    """Return one row of the table."""
    low, high = measured.spread
    return (f"{workload.title:<42}{amount(workload, measured.torch):>12}{amount(workload, measured.workbook):>12}"
            f"{measured.ratio:>8.2f}   {f'{low:.2f} - {high:.2f}':<14}{goal(workload):<10}{verdict(workload, measured)}")


def amount(workload, figures):
    """Return the median of `figures` with its unit, to three digits."""
    value = in_unit(workload, statistics.median(figures))
    return f"{value:.{max(0, 2 - max(0, len(str(int(value))) - 1))}f} {workload.unit}"


def in_unit(workload, figure):
    """Return a figure of a workload in the workload's unit."""
    return figure if workload.fresh else figure * UNITS[workload.unit]


def goal(workload):
    """Return the goal in words."""
    if workload.tenth:
        return "linear"
    return "none" if workload.goal is None else f"<= {workload.goal}"


def verdict(workload, measured):
    """Return in words whether the goal was met."""
    if workload.tenth:
        met = "met" if measured.growth <= LINEAR else "NOT MET"
        return f"{met}: {measured.growth:.1f} times the time of a tenth"
    if workload.goal is None:
        return "no goal"
    return "met" if measured.ratio <= workload.goal else "NOT MET"


def figures(workload, measured):
    """Return a row for the JSON file."""
    return {
        "name": workload.name, "title": workload.title, "unit": workload.unit,
        "torch": [in_unit(workload, figure) for figure in measured.torch],
        "workbook": [in_unit(workload, figure) for figure in measured.workbook],
        "ratio": measured.ratio, "spread": measured.spread, "growth": measured.growth,
        "goal": workload.goal, "verdict": verdict(workload, measured),
    }  # fmt: skip


def machine(torch, workbook):
    """Return what the figures were taken on."""
    import numpy

    return {
        "processor": processor(), "system": platform.platform(), "python": platform.python_version(), "threads": 1,
        "torch": torch.__version__, "workbook": workbook.__version__, "numpy": numpy.__version__,
    }  # fmt: skip


def processor():
    """Return the processor's name, as far as the system tells it."""
    table = Path("/proc/cpuinfo")
    names = [row.partition(":")[2].strip() for row in table.read_text().splitlines() if row.startswith("model name")] if table.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def write(path, about, rounds, rows):
    """Write the figures as JSON."""
    Path(path).write_text(json.dumps({"machine": about, "rounds": rounds, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def say(text):
    """Print a line at once, so that a person sees each row when it is measured."""
    print(text)
    sys.stdout.flush()
