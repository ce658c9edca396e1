"""How a loop is held and steered: pause, one step, resume, stop, and the learning rate. What is asked may come from any thread."""

import threading

from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.tensor import Tensor

WAIT = 0.05                   # seconds between two looks for a button, while the loop is held
SLOWEST, FASTEST = 1e-8, 1e3  # learning rates that can be set


class Reins:
    """What the reader has asked for, and what the loop makes of it between two batches.

    A Dashboard is one: it has a face that listens, and `_look()`, which shows how things stand.
    """

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.state = "ready"  # running, paused, testing, between (two rounds), left, done, stopped, interrupted, failed
        self.steps, self.marks = 0, []  # marks: (step, rate before, rate after) of changes by hand
        self._asked, self._lock = threading.Event(), threading.Lock()
        self._paused = self._one_step = self._stop = False
        self._rate_wanted = None

    def pause(self):
        """Hold the loop before its next batch."""
        self._ask(paused=True)

    def resume(self):
        """Let it go on."""
        self._ask(paused=False)

    def one_step(self):
        """Let one batch through, and hold the loop again."""
        self._ask(paused=True, one_step=True)

    def stop(self):
        """End the loop before its next batch, and the loops around it: until the cell ends, no loader gives a batch any more."""
        self._ask(paused=False, stop=True)

    def set_rate(self, rate):
        """Set the learning rate, of the first group of parameters; the others keep their proportion to it."""
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not SLOWEST <= rate <= FASTEST:
            raise ValueError(explain(f"the dashboard cannot set a learning rate of {rate!r}", f"it takes numbers from {SLOWEST:g} to {FASTEST:g}", "write watch.set_rate(0.01)"))
        with self._lock:
            self._rate_wanted = float(rate)
        if self.state in ("running", "paused", "testing"):
            self._asked.set()
        else:
            self._use_rate()

    @property
    def rate(self):
        """The learning rate of the first group of parameters."""
        return float(self.optimizer.param_groups[0]["lr"])

    def _ask(self, paused, one_step=False, stop=False):
        with self._lock:
            self._paused, self._one_step, self._stop = paused, one_step, self._stop or stop
        self._asked.set()

    def _use_rate(self):
        """Put the rate that was asked for into the optimizer, as `optimizer.param_groups[0]["lr"] = rate` does."""
        with self._lock:
            wanted, self._rate_wanted = self._rate_wanted, None
        before = self.rate
        if wanted is None or wanted == before:
            return
        for place, group in enumerate(self.optimizer.param_groups):
            new = wanted if place == 0 or not before else float(group["lr"]) * wanted / before
            if isinstance(group["lr"], Tensor):
                with no_grad():
                    group["lr"].fill_(new)
            else:
                group["lr"] = new
        self.marks.append((self.steps, before, wanted))

    def _may_go_on(self):
        """Do what the reader asked for since the last batch; while the loop is held, wait here. False where it is to stop."""
        self._face.listen()
        if not (self._asked.is_set() or self._paused):
            return True
        told = None
        while True:
            self._asked.clear()
            self._use_rate()
            if self._stop:
                return False
            if self._one_step or not self._paused:
                self._one_step = False
                self.state = "running"
                return True
            self.state = "paused"
            if told != (told := (self.steps, self.rate)):
                self._look()
            self._asked.wait(WAIT)
            self._face.listen()
