"""`python -m benchmarks.graph_view [STEPS ...]`: how long the live graph takes to open, to step back and to follow a slider.

Times are Python's part, in milliseconds of the processor (so that others at work do not count), the median of several goes; the way
to the page and back is measured in the browser tests.
PyTorch has no such view, so there is nothing to compare with: the figures say how a view grows with its graph.
"""

import statistics
import sys
import time

import workbook as torch
from workbook.widgets import graph

STEPS = (50, 500, 5000)
GOES = 5


def recurrence(steps):
    """Return a result behind so many steps: a loop of five steps that uses two leaves over and over."""
    x, w = torch.tensor(1.0, requires_grad=True), torch.tensor(0.5, requires_grad=True)
    h = x
    for _ in range(steps // 5):
        a = h * w
        b = a + x
        c = b.tanh()
        d = c * 0.5
        h = d + c
    return h


def milliseconds(work, goes=GOES):
    """Return the median time of `work(number of the go)`."""
    taken = []
    for go in range(goes):
        begun = time.process_time()
        work(go)
        taken.append(1000 * (time.process_time() - begun))
    return statistics.median(taken)


def figures(steps):
    """Return (boxes drawn, letters of the drawing, open, step back, slider) for a graph of so many steps."""
    result = recurrence(steps)
    opened = milliseconds(lambda _: graph(result))
    live = graph(result)
    step = milliseconds(lambda _: live._act("on"))
    slide = milliseconds(lambda go: live.set_trait("moved", {"leaf1": 0.1 + go / 100}))
    return len(live._scene.boxes), len(live.drawing), opened, step, slide


def main(words):
    """Print a row for each number of steps."""
    print(f"{'steps':>8}{'boxes':>8}{'letters':>10}{'open':>10}{'step':>10}{'slider':>10}   ms, median of {GOES}")
    for steps in map(int, words or STEPS):
        boxes, letters, *times = figures(steps)
        print(f"{steps:>8}{boxes:>8}{letters:>10}" + "".join(f"{each:>10.1f}" for each in times))


if __name__ == "__main__":
    main(sys.argv[1:])
