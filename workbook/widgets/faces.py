"""Where a dashboard shows itself: as a live view in a notebook, as a bar and a line for each round in a terminal."""

import sys

from .dashboard_words import round_line


def face_here(dashboard):
    """Return the face for where this runs."""
    return dashboard.view if in_notebook() else Terminal(dashboard)


def in_notebook():
    """Whether a kernel runs this, which shows what `display` is given. Nothing is imported to find out."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class Terminal:
    """A bar that fills, by tqdm where it is installed, and one line when a round is over."""

    def __init__(self, dashboard, out=None):
        self._dashboard, self._out, self._bar = dashboard, out, None

    def opened(self):
        now = self._dashboard.rounds[-1]
        try:
            from tqdm import tqdm
        except ImportError:
            return
        self._bar = tqdm(total=now.batches, desc=f"round {now.number}", unit="batch", leave=False, file=self._out or sys.stderr)

    def stepped(self):
        if self._bar is not None:
            self._bar.update()

    def show(self):
        if self._bar is not None and self._dashboard.curve.steps:
            self._bar.set_postfix_str(f"loss {self._dashboard.rounds[-1].mean():.4f}", refresh=False)

    def listen(self):
        """A terminal has no buttons: Ctrl-C ends the loop."""

    def closed(self, now):
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        print(round_line(self._dashboard, now), file=self._out or sys.stdout, flush=True)
