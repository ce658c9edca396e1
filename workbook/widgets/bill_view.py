"""The bill of simulated GPUs: every copy between memories and every wait, with the line of the student's that asked for it."""

import linecache
from html import escape

from workbook import cuda
from workbook.devices import device
from workbook.errors import explain

from .board import Board
from .cells import Picture
from .replay import unseen

MOST = 7                        # lines of a bill that are drawn
LEFT, GAP = 28, 28              # of a bill
TOP, ROW = 72, 62
BAR = 300
LETTERS, LETTER = 56, 7.3       # of a line of code: how many are shown, and how wide one is
WORDS = {"wait": "wait", "host to device": "copy, CPU to GPU", "device to host": "copy, GPU to CPU", "device to device": "copy, GPU to GPU"}
WHY = {"wait": "The program stands still until the GPU has this number.", "host to device": "Numbers go from the CPU's memory into a GPU's.",
       "device to host": "Numbers go from a GPU's memory into the CPU's.", "device to device": "Numbers go from one GPU's memory into another's."}


class BillView(Board):
    """The widget behind `bill`: one function or two, run on simulated GPUs, and what each of their lines cost."""

    def __init__(self, before, after):
        for each in (before, *(() if after is None else (after,))):
            if not callable(each):
                raise TypeError(explain(f"bill() needs a function without arguments, and got {type(each).__name__}", "it runs the lines and counts while they run",
                                        "write def loop(): ... and give bill(loop)"))
        if not (cuda.is_available() and device("cuda").backend.simulated):
            raise RuntimeError(explain("bill() needs simulated GPUs", "a real GPU keeps no bill, and without a GPU nothing is copied",
                                       "call torch.cuda.simulate(2) first"))
        self.names = ["before", "after"] if after is not None else ["your code"]
        self.bills = [charged(each) for each in (before, after) if each is not None]
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Bill: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = min(max(int(value), 0), len(self._drawn()) - 1)
        elif id == "by":
            self.by = value
        self.show()

    def _begin(self):
        self.by, self.chosen = "times", None

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _drawn(self):
        """Return (number of the bill, entry) for all that is drawn and can be chosen."""
        return [(side, entry) for side, entries in enumerate(self.bills) for entry in entries[:MOST]]

    def _size(self, entry):
        return entry.times if self.by == "times" else entry.bytes

    def _picture(self, style):
        picture, longest = Picture(), max([1, *(self._size(entry) for entries in self.bills for entry in entries)])
        drawn, number = self._drawn(), 0
        wide = max([BAR, *(len(clipped(code_of(entry))) * LETTER for _, entry in drawn)]) + 16
        for side, entries in enumerate(self.bills):
            x = LEFT + side * (wide + GAP)
            picture.text(x, 24, self.names[side], "title")
            picture.text(x, 46, totals(entries), "note")
            for row, entry in enumerate(entries[:MOST]):
                self._entry(picture, x, TOP + row * ROW, wide, number, entry, longest)
                number += 1
            if not entries:
                picture.text(x, TOP + 16, "nothing is copied, and nobody waits", "note")
            if len(entries) > MOST:
                picture.text(x, TOP + MOST * ROW + 12, f"and {len(entries) - MOST} more lines", "note")
            picture.reach(x + wide, TOP + min(len(entries), MOST) * ROW + (14 if len(entries) > MOST else 0))
        assert number == len(drawn)
        return picture.svg(self._told(), style)

    def _entry(self, picture, x, y, wide, number, entry, longest):
        lit, first = number == self.chosen, number == (self.chosen or 0)
        said = f"{self._amount(entry)}, {WORDS[entry.kind]}, {place_of(entry)}"
        look = "weight" if entry.kind == "wait" else "s3"
        long = max(3.0, BAR * self._size(entry) / longest) if self._size(entry) else 0.0
        picture.parts.append(
            f'<g class="cell off{" chosen" if lit else ""}" data-choose="{number}"{self._beside(number)} role="button" tabindex="{0 if first else -1}" '
            f'aria-pressed="{"true" if lit else "false"}" aria-label="{escape(said, quote=True)}"><title>{escape(said)}</title>'
            f'<rect class="face" x="{x - 8}" y="{y - 4}" width="{wide}" height="{ROW - 7}" rx="6"/></g>'
            f'<g class="cell {look}" pointer-events="none"><rect class="face" x="{x}" y="{y + 20}" width="{long:.1f}" height="10" rx="3"/></g>')
        picture.text(x, y + 14, f"{entry.times} × {WORDS[entry.kind]}" if self.by == "times" else f"{WORDS[entry.kind]}: {self._amount(entry)}", "number")
        picture.text(x, y + 45, clipped(code_of(entry)), "code")

    def _amount(self, entry):
        return f"{entry.times} ×" if self.by == "times" else f"{entry.bytes:,} bytes" if entry.bytes else "no bytes"

    def _beside(self, number):
        """Where the left and right arrow keys lead: to the line of the other bill at the same height, or its last."""
        drawn = [[place for place, (side, _) in enumerate(self._drawn()) if side == which] for which in (0, 1)]
        mine, other = drawn if number in drawn[0] else drawn[::-1]
        return f' data-beside="{other[min(mine.index(number), len(other) - 1)]}"' if other else ""

    def _told(self):
        if self.chosen is not None:
            side, entry = self._drawn()[self.chosen]
            return (f"{self.names[side].capitalize()}, {place_of(entry)}: {code_of(entry)}. It cost {entry.times} × {WORDS[entry.kind]}"
                    f"{f', {entry.bytes:,} bytes together' if entry.bytes else ''}. {WHY[entry.kind]}")
        return " ".join(f"{name.capitalize()}: {totals(entries)}." for name, entries in zip(self.names, self.bills))

    def _state(self):
        rows = [[name, WORDS[entry.kind], entry.cause, str(entry.times), f"{entry.bytes:,}", place_of(entry), code_of(entry)]
                for name, entries in zip(self.names, self.bills) for entry in entries]
        return {
            "label": "bill of copies and waits", "title": "what the simulated GPUs were asked for", "status": " | ".join(map(totals, self.bills)), "sentence": self._told(),
            "panels": [{"heading": "Where this comes from", "lines": ["Your functions ran once just now, on the simulated GPUs, and each copy and wait was counted at its line.",
                                                                     "How long one takes on a real GPU, this bill does not say."]}],
            "nav": [["reset", "Reset", "reset: both bills, by how often", self.chosen is not None or self.by != "times"]],
            "controls": [{"id": "by", "kind": "select", "label": "length of a bar", "options": [["times", "how often"], ["bytes", "bytes"]], "value": self.by}],
            "table": {"head": ["", "what", "for", "times", "bytes", "where", "line"], "rows": rows}}


def charged(function):
    """Run a function and return what it cost, the most frequent first; the student's own bill stays as it was."""
    machine = device("cuda").backend.xp.machine
    kept, machine.bill = machine.bill, {}
    try:
        with unseen():
            function()
        return sorted(machine.bill.values(), key=lambda entry: (-entry.times, entry.kind))
    finally:
        machine.bill = kept


def totals(entries):
    """Return a bill's sums in words.

    >>> totals([])
    '0 copies, 0 waits'
    """
    copies, waits = (sum(entry.times for entry in entries if (entry.kind == "wait") is which) for which in (False, True))
    return f"{copies} cop{'y' if copies == 1 else 'ies'}, {waits} wait{'s' * (waits != 1)}"


def place_of(entry):
    return f"line {entry.place[1]}" if entry.place else "a line that is not yours"


def code_of(entry):
    """The line of the student's that an entry came from."""
    return (linecache.getline(*entry.place).strip() if entry.place else "") or "(its text is not to be had)"


def clipped(line):
    return line if len(line) <= LETTERS else line[:LETTERS - 1] + "…"
