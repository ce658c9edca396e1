"""The dashboard in a notebook: a widget that says how training stands a few times a second, and hears its buttons while a cell runs."""

import math
import threading
import time

import traitlets

from . import dashboard_drawing as drawing
from .dashboard_words import class_rows, dead_rows, layer_rows, rows, sentence, status
from .files import script, styles
from .listening import Listener
from .widget import Still, View

SPEAK = 5.0  # seconds between two sentences while nothing but the numbers changes
PANELS = ("loss", "accuracy", "layers", "pictures", "confusion")


class DashboardView(View):
    """The widget behind `dashboard`. It draws what the Dashboard holds; what the reader asks is a wish that the loop grants."""

    _esm = script("dashboard.js")
    _css = styles("dashboard.css")
    loss, accuracy, layers, pictures, confusion = (traitlets.Unicode().tag(sync=True) for _ in PANELS)
    tables = traitlets.List().tag(sync=True)

    def __init__(self, dashboard):
        self.dashboard = dashboard
        self._said, self._said_at, self._said_of, self._lock = "", 0.0, None, threading.RLock()
        self._drawn = None   # the pictures that are on the screen
        self._open, self._shell, self._cell_over = False, None, True
        super().__init__()
        self._listener = Listener(self)
        self.show()

    def __repr__(self):
        return f"Dashboard: {sentence(self.dashboard)}"

    def _act(self, action, value=None):
        """Do what the page asks for; the loop may be running in another thread, so this only says what is wanted."""
        dashboard = self.dashboard
        if action == "rate":
            try:
                dashboard.set_rate(value)
            except ValueError:  # the page sends numbers only; one that is too large or too small is left
                pass
        elif action in ("pause", "one", "resume", "stop") and self._can()[action]:
            {"pause": dashboard.pause, "one": dashboard.one_step, "resume": dashboard.resume, "stop": dashboard.stop}[action]()
        if dashboard.state not in RUNS:
            self.show()

    # ---- what the loop calls ---------------------------------------------------------------------------------------------------

    def opened(self):
        """A round begins: with the first one of a cell the view appears under it, if it is not there yet, and its buttons can be pressed."""
        first = self._cell_over or not self._open
        if not self._open:
            self.open_here()
        self._follow_the_cell()
        if first:
            self.show()

    def open_here(self):
        """Show the view under the cell that runs."""
        from IPython.display import display

        self._open = True
        data, metadata = self._repr_mimebundle_()
        if self.dashboard.state == "running":  # the picture for the saved notebook comes when the cell is over, and shows something
            del data["text/html"]
        display(data, metadata=metadata, raw=True)

    def stepped(self):
        """A step was made; it shows with the next look."""

    def listen(self):
        """Hear what the page has said since the last time, although a cell is running."""
        self._listener.listen()

    def closed(self, now):
        """A round is over."""

    def _follow_the_cell(self):
        """Be told when the cell that runs the loop ends, and how."""
        if not self._cell_over:
            return
        shell = _shell()
        if shell is not None:
            self._cell_over = False
            shell.events.register("post_run_cell", self._cell_ended)

    def _cell_ended(self, result):
        """The cell is over: say how it ended, and leave a picture in the notebook, which shows where no kernel runs."""
        from IPython.display import HTML, display

        self._cell_over = True
        _shell().events.unregister("post_run_cell", self._cell_ended)
        self.dashboard.ended(result.error_in_exec or result.error_before_exec)
        self.show()
        display(HTML(f'<div class="wb-saved">{self.still()._repr_html_()}</div>'))

    # ---- what it shows ---------------------------------------------------------------------------------------------------------

    def show(self):
        """Send how things stand; drawings that are as they were are not sent again."""
        with self._lock, self.hold_sync():
            dashboard = self.dashboard
            body, told = drawing.loss_curve(dashboard)
            self.loss = drawing.svg(drawing.WIDE, drawing.HIGH, body, told)
            body, told = drawing.accuracy_curve(dashboard)
            self.accuracy = drawing.svg(drawing.WIDE, drawing.HIGH, body, told)
            height, body, told = drawing.layers(dashboard)
            self.layers = drawing.svg(drawing.LAYERS_WIDE, height, body, told)
            self.confusion = drawing.svg(*drawing.confusion(dashboard))
            if dashboard.pictures is not self._drawn:
                self._drawn = dashboard.pictures
                self.pictures = "".join(drawing.svg(drawing.CARD, drawing.CARD_HIGH, *card) for card in drawing.pictures(dashboard))
            self.tables, self.state = self._tables(), self._state()
            self.seq += 1

    def _state(self):
        dashboard = self.dashboard
        now = dashboard.rounds[-1] if dashboard.rounds else None
        return {"status": status(dashboard), "sentence": self._sentence(), "rows": rows(dashboard), "can": self._can(),
                "rate": dashboard.rate if math.isfinite(dashboard.rate) else 0.0, "progress": [now.batch, now.batches or 0] if now else [0, 1]}

    def _sentence(self):
        """The sentence of now; while only numbers change, a new one every few seconds: a screen reader speaks each."""
        dashboard = self.dashboard
        of = dashboard.state, len(dashboard.rounds), len(dashboard.marks), dashboard.began_to_break
        if of != self._said_of or time.monotonic() >= self._said_at + SPEAK:
            self._said, self._said_of, self._said_at = sentence(dashboard), of, time.monotonic()
        return self._said

    def _can(self):
        """Which buttons have something to do."""
        state, held = self.dashboard.state, self.dashboard.state == "paused"
        runs = state in RUNS
        return {"pause": runs and not held, "one": runs, "resume": held, "stop": runs}

    def _tables(self):
        return [table for table in (
            {"heading": "Classes", "head": ["class", "right", "share", "taken most often for"], "rows": class_rows(self.dashboard)},
            {"heading": "Layers", "head": ["parameter", "shape", "size of its numbers", "size of its gradient"], "rows": layer_rows(self.dashboard)},
            {"heading": "Units that are 0 for the whole batch", "head": ["where", "how many"], "rows": dead_rows(self.dashboard)}) if table["rows"]]

    def still(self):
        """Return a picture of how things stand, which a notebook shows without a kernel."""
        picture, told = drawing.whole(self.dashboard)
        return Still(picture, f"training. {told}", ["", ""], rows(self.dashboard), note=sentence(self.dashboard))


RUNS = ("running", "paused", "testing", "between", "left")  # the cell goes on: what is asked for now is done with the next batch


def _shell():
    """The shell of IPython that runs this, or None."""
    from IPython import get_ipython

    return get_ipython()
