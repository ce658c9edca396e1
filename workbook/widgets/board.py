"""A board: controls, a drawing, tables beside it and a sentence under it. Python says what each holds; board.js puts it there."""

import re

import traitlets


from .files import HERE, script, styles
from .expressions import NotUnderstood
from .svg import palette
from .widget import Still, View


class Board(View):
    """What the views of lessons 02 to 15 share. A view gives `_picture(style)`, `_state()` and `act(action, id, value)`."""

    _esm = script("board.js")
    _css = styles("board.css")
    drawing = traitlets.Unicode().tag(sync=True)

    def __init__(self):
        super().__init__(drawing=self._picture(""), state=self._state(), seq=1)  # at once: a page never sees a view without a state

    def _act(self, action, **said):
        self.act(action, **said)

    def show(self):
        """Send what the view now shows."""
        with self.hold_sync():
            self.drawing, self.state = self._picture(""), self._state()
            self.seq += 1

    def still(self):
        """Return the view as a picture that a notebook shows without a kernel."""
        state = self.state
        return Still(self._picture(alone_style()), f"{state['title']}. {state['sentence']}", state["table"]["head"], state["table"]["rows"],
                     note=state["sentence"])


def first_lines(problem):
    """Return an error as one sentence: its type, what happened, and what to change.

    >>> from workbook.errors import explain
    >>> first_lines(IndexError(explain("index 5 is out of bounds", "there are 3", "use 0 to 2")))
    'IndexError: index 5 is out of bounds. Why: there are 3. Fix: use 0 to 2.'
    """
    return ". ".join(line.rstrip(".:") for line in lines_of(problem)) + "."


DRAWN = " " * 4  # how the lines of a drawing in an error begin


def lines_of(problem):
    """Return an error as lines: its type and what happened, why, and what to change."""
    lines = [line.strip().rstrip(":") for line in str(problem).splitlines() if line.strip() and not line.startswith(DRAWN)] or ["no message"]
    name = "" if isinstance(problem, NotUnderstood) else f"{type(problem).__name__}: "
    return [name + lines[0], *lines[1:]]


def alone_style():
    """Return the rules of board.css's drawing with the light palette's colours in them, for a picture outside our page."""
    text = (HERE / "board.css").read_text(encoding="utf-8")
    rules = text.partition("/* drawing */")[2].partition("/* end of drawing */")[0]
    rules = re.sub(r"var\(--wb-([a-z-]+)\)", lambda found: palette("light")[found[1]], rules)
    rules = re.sub(r"color-mix\(in srgb, (#\w{6}) (\d+)%, (#\w{6})\)", lambda found: mixed(found[1], found[3], int(found[2])), rules)
    return re.sub(r"\s+", " ", rules.replace(".wb-cells ", ""))


def mixed(colour, ground, percent):
    """Return `percent` of a colour on a ground, as color-mix(in srgb) does.

    >>> mixed("#000000", "#ffffff", 20)
    '#cccccc'
    """
    pairs = zip(*([int(each[i:i + 2], 16) for i in (1, 3, 5)] for each in (colour, ground)))
    return "#" + "".join(f"{round((a * percent + b * (100 - percent)) / 100):02x}" for a, b in pairs)
