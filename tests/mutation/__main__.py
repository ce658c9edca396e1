"""Break every derivative of some files, or of all, and print the breaks that no example of the suite notices."""

import argparse
import time
from collections import Counter
from pathlib import Path

from tests.mutation.breaks import ENGINE, breaks, files, formulas
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.noticing import examples, noticed

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("files", nargs="*", type=Path, default=files())
since, counts, untrue = time.monotonic(), Counter(), set()
for path in map(Path.resolve, parser.parse_args().files):
    counts["derivatives"] += len(formulas(path))
    untrue |= {name for name in EQUIVALENT if name.startswith(f"{path.relative_to(ENGINE).as_posix()} ")}
    for change in breaks(path):
        counts["breaks"] += 1
        if noticed(change):
            counts["noticed"] += 1
        elif change.name in EQUIVALENT:
            counts["equivalent"] += 1
            untrue.remove(change.name)
        else:
            counts["unnoticed"] += 1
            where = "" if change.place in examples() else "  (no example runs it)"
            print(f"line {change.line}: {change.name}{where}", flush=True)
for name in sorted(untrue):
    print(f"noticed, or no break any more, and still in equivalent.py: {name}")
print(", ".join(f"{count} {what}" for what, count in counts.items()) + f"; {time.monotonic() - since:.0f} s")
