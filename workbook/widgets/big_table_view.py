"""The big table of lesson 03: a search over calls that the engine has just run, and the engine's lines behind each."""

import inspect
from html import escape

import workbook as torch
from workbook.errors import explain

from .big_table_rows import GIVEN, GROUPS, ROWS
from .board import Board
from .replay import unseen
from .sources import engine_lines

ALL = "all"
HEAD = ("call", "gives", "what it does")


class BigTable(Board):
    """The widget behind `big_table`: what is searched for, in which group, and the chosen row."""

    def __init__(self, search):
        if not isinstance(search, str):
            raise TypeError(explain(f"big_table() searches for text, and got {type(search).__name__}", None, 'write big_table("round")'))
        with unseen():
            self.results = [shown(run(row.call)) for _, row in ROWS]
        self._first = search
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Big table: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = int(value)
        elif id == "search":
            self.search = value
        elif id == "group":
            self.group = value
        found = self.found()
        if found and self.chosen not in found:
            self.chosen = found[0]
        self.show()

    def _begin(self):
        self.search, self.group, self.chosen = self._first, ALL, 0
        self.chosen = next(iter(self.found()), 0)

    def found(self):
        """Return the numbers of the rows in which every word of the search stands, those whose name or call has them first."""
        words = self.search.lower().split()
        rows = [number for number, (group, row) in enumerate(ROWS)
                if self.group in (ALL, group) and all(word in self._text(number) for word in words)]

        def distance(number):
            row = ROWS[number][1]
            return next((rank for rank, text in enumerate((row.name, row.call)) if all(word in text.lower() for word in words)), 2)

        return sorted(rows, key=distance)

    def _text(self, number):
        group, row = ROWS[number]
        return " ".join((group, row.call, row.does, row.note, row.words, self.results[number])).lower()

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _picture(self, style):
        """The rows that were found, as a table; the call is a button that chooses its row."""
        rows = []
        for number in self.found():
            row, mine = ROWS[number][1], number == self.chosen
            button = (f'<button type="button" data-choose="{number}" tabindex="{0 if mine else -1}" aria-pressed="{"true" if mine else "false"}">'
                      f"{escape(row.call)}</button>")
            rows.append(f'<tr{" class=chosen" if mine else ""}><td>{button}</td><td><code>{escape(self.results[number])}</code></td>'
                        f"<td>{escape(row.does)}</td></tr>")
        head = "".join(f'<th scope="col">{title}</th>' for title in HEAD)
        return f'<table class="wb-big"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'

    def _sentence(self):
        found = self.found()
        if not found:
            return f"Nothing in the {len(ROWS)} rows has {self.search!r}. Try a shorter word, or another group."
        row = ROWS[self.chosen][1]
        gives = self.results[self.chosen]
        return f"{len(found)} of {len(ROWS)} rows. {row.call} gives {' '.join(gives.split())}: {row.does}."

    def _state(self):
        found = self.found()
        names = [line.split(" = torch.tensor") for line in GIVEN.splitlines()]
        panels = [{"heading": "The tensors in these calls", "table": {"head": [], "rows": [[name, numbers.strip("()")] for name, numbers in names]}}]
        if found:
            group, row = ROWS[self.chosen]
            where, lines = lines_behind(row)
            panels.insert(0, {"heading": row.name, "lines": [row.does[0].upper() + row.does[1:] + ".", row.note or f"One of: {group}."],
                              "code": [f"The engine's own lines: {where}", lines]})
        return {
            "label": "the big table", "title": "The big table", "status": f"{len(found)} of {len(ROWS)} rows, each just run by the engine",
            "sentence": self._sentence(), "panels": panels, "table": None,
            "nav": [["reset", "Reset", "reset: the first search", (self.search, self.group) != (self._first, ALL)]],
            "controls": [
                {"id": "search", "kind": "text", "label": "search", "value": self.search, "hint": "a name, a word, a result"},
                {"id": "group", "kind": "select", "label": "group", "value": self.group, "options": [[each, each] for each in (ALL, *GROUPS)]}]}

    def still(self):
        """Return the rows as a table that a notebook shows without a kernel."""
        return StillTable([(ROWS[number][1].call, self.results[number], ROWS[number][1].does) for number in self.found()], self._sentence())


class StillTable:
    """A table that needs no kernel."""

    def __init__(self, rows, told):
        self.rows, self.told = rows, told

    def __repr__(self):
        return f"Table: {self.told}"

    def _repr_html_(self):
        head = "".join(f"<th>{title}</th>" for title in HEAD)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        return f"<p>{escape(self.told)}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def run(call, recorded=False):
    """Return what a call of the table gives. With `recorded`, its tensors of floats require gradients.

    >>> run("torch.round(x)")
    tensor([-2.,  0.,  2.])
    """
    names = {"torch": torch}
    exec(GIVEN, names)
    if recorded:
        for each in names.values():
            if isinstance(each, torch.Tensor) and each.is_floating_point():
                each.requires_grad_()
    return eval(call, names)


def shown(result):
    """Return a result as text; several tensors one under the other, each with its name.

    >>> print(shown(torch.max(torch.tensor([[1, 5]]), dim=1)))
    values=tensor([5])
    indices=tensor([1])
    """
    if isinstance(result, tuple):
        return "\n".join(f"{name}={tensor!r}" for name, tensor in result._asdict().items())
    return repr(result)


def lines_behind(row):
    """Return (where, code): the operation behind a row, or the public function where the row makes no step of the graph."""
    with unseen():
        result = run(row.call, recorded=True)
    first = result[0] if isinstance(result, tuple) else result
    node = getattr(first, "grad_fn", None)
    if node is not None:
        return engine_lines(node)
    return public_lines(row.name)


def public_lines(name):
    """Return (where, code) of a public function: `linalg.lstsq`.

    >>> where, code = public_lines("linalg.lstsq")
    >>> where, "def lstsq(A, B" in code
    ('workbook/ops/pseudo.py', True)
    """
    function = torch
    for part in name.split("."):
        function = getattr(function, part)
    return function.__module__.replace(".", "/") + ".py", inspect.getsource(function)
