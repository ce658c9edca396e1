"""One measurement in a process of its own: `python -m benchmarks.fresh import workbook` prints it as one line of JSON.

`import`: the milliseconds of importing the library. `memory`: the megabytes of memory at the peak of three steps of the work.
`two-workers`: the time of an epoch with two workers in percent of that without, by the clock on the wall; the median of three.
"""

import importlib
import json
import statistics
import sys
import time
from pathlib import Path


def main(name, library):
    """Print `{"value": ..., "results": ...}`, or `{"unavailable": why}` where this system cannot measure it."""
    since = time.perf_counter()
    torch = importlib.import_module(library)
    elapsed = time.perf_counter() - since
    from benchmarks import timing, workloads

    (workload,) = (workload for workload in workloads.WORKLOADS if workload.name == name)
    work = workload.prepare(torch)
    results = [work() for _ in range(3)][-1]
    value = 1000 * elapsed if name == "import" else statistics.median(work.percent) if name == "two-workers" else peak_megabytes()
    plain = {name: (values.tolist(), str(values.dtype)) for name, values in timing.arrays(results).items()}
    print(json.dumps({"unavailable": "this system does not tell a process its peak of memory"} if value is None
                     else {"value": value, "results": plain}))


def peak_megabytes():
    """Return the largest memory that this process has held, or None where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux: getrusage there starts from the peak of the process that started this one
        (peak,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes


if __name__ == "__main__":
    main(*sys.argv[1:])
