"""The shape of a batch after every layer of a net, up to the layer that does not fit, and what would."""

import copy

import workbook as torch
from workbook.autograd.operation import Operation
from workbook.errors import explain
from workbook.nn.module import Module
from workbook.threads import thread

from .board import Board, first_lines, lines_of
from .cells import Picture, shape_text
from .numbers import short
from .replay import unseen

MOST = 40                # rows that are drawn
SIDES = range(4, 129)    # of pictures that are tried for one that fits
LEFT, TOP, ROW = 20, 50, 34
NAME, KIND, BARS = 128, 158, 150
WIDE = NAME + KIND + 190 + BARS + 74  # of a row


class Row:
    """One layer or function of the net: its name, what it is, the shape that leaves it, and its parameters."""

    def __init__(self, name, kind, shape, count):
        self.name, self.kind, self.shape, self.count = name, kind, shape, count


class RulerView(Board):
    """The widget behind `ruler`: a net, and the batch, channels and side that are sent through it."""

    def __init__(self, net, shape):
        if not isinstance(net, Module):
            raise TypeError(explain(f"ruler() needs a network, and got {type(net).__name__}", "it sends a batch through every layer", "write ruler(net, 1, 32, 32)"))
        shape = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        if not 1 <= len(shape) <= 3 or not all(type(side) is int and 0 < side <= 1024 for side in shape):
            raise ValueError(explain(f"ruler() got {shape} for the shape of one example", "it is one to three whole numbers, without the batch",
                                     "write ruler(net, 1, 32, 32) for pictures of one channel, ruler(net, 10) for ten numbers"))
        self.net, self._first = net, {"batch": 1} | dict(zip(("channels", "height", "width")[3 - len(shape):] if len(shape) == 3 else ("height", "width") if len(shape) == 2 else ("features",), shape))
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Shape ruler: {self.state['sentence']}"

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = int(value)
        elif action == "set" and value == value and 1 <= int(value) <= 1024:
            self.sizes, self.chosen = {**self.sizes, id: int(value)}, None
            self._measure()
        self.show()

    def _begin(self):
        self.sizes, self.chosen = dict(self._first), None
        self._measure()

    def _measure(self):
        self.rows, self.problem, self.at = measured(self.net, tuple(self.sizes.values()))

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _picture(self, style):
        picture = Picture()
        rows = [Row("input", "", tuple(self.sizes.values()), 0), *self.rows][:MOST]
        for x, text in ((LEFT, "layer"), (LEFT + NAME + KIND, "shape that leaves it"), (LEFT + NAME + KIND + 190, "numbers for each example")):
            picture.text(x, 22, text, "note")
        far = max(_each(row.shape) for row in rows)
        for number, row in enumerate(rows):
            y = TOP + number * ROW
            self._row(picture, y, number, row, _each(row.shape) / far)
        if self.problem is not None:
            y = TOP + len(rows) * ROW
            picture.parts.append(f'<g class="cell misfit"><rect class="face" x="{LEFT - 8}" y="{y - 20}" width="{WIDE}" height="{ROW - 4}" rx="6"/></g>')
            picture.text(LEFT, y, self.at[0], "title")
            picture.text(LEFT + NAME, y, self.at[1], "code")
            picture.text(LEFT + NAME + KIND, y, "✗ does not fit", "title")
        picture.width = max(picture.width, LEFT + WIDE - 8)
        picture.height = TOP + (len(rows) + (self.problem is not None)) * ROW - 16
        return picture.svg(self._told(), style)

    def _row(self, picture, y, number, row, share):
        if number == self.chosen:
            picture.parts.append(f'<rect class="column" x="{LEFT - 8}" y="{y - 20}" width="{WIDE}" height="{ROW - 4}" rx="6"/>')
        text = " × ".join(map(str, row.shape))
        picture.parts.append(
            f'<g class="cell ruled" data-choose="{number}" role="button" tabindex="{0 if number == (self.chosen or 0) else -1}" aria-pressed="{"true" if number == self.chosen else "false"}" '
            f'aria-label="{f"{row.name} {row.kind}".strip()}: {text}"><rect class="reach face" x="{LEFT - 8}" y="{y - 20}" width="{WIDE}" height="{ROW - 4}" rx="6"/></g>')
        picture.text(LEFT, y, row.name, "title")
        picture.text(LEFT + NAME, y, row.kind, "code")
        picture.text(LEFT + NAME + KIND, y, text, "number")
        x = LEFT + NAME + KIND + 190
        picture.parts.append(f'<rect class="move" x="{x}" y="{y - 12}" width="{max(share * BARS, 1):.1f}" height="14" rx="2" style="pointer-events: none"/>')
        picture.text(x + share * BARS + 8, y, f"{_each(row.shape):,}", "note")

    def fix(self):
        """Return which pictures would fit where the net refuses this one; '' where none does, or it takes no pictures."""
        if "width" not in self.sizes:
            return ""
        fits = [side for side in SIDES if measured(self.net, tuple({**self.sizes, "height": side, "width": side}.values()))[1] is None]
        return f"Pictures of side {_span(fits)} fit." if fits else ""

    def _told(self):
        whole = sum(row.count for row in self.rows)
        if self.problem is not None:
            hint = self.fix()
            return f"It stops at {self.at[0]}. {first_lines(self.problem)} {hint}".rstrip()
        if self.chosen:
            row = self.rows[self.chosen - 1]
            before = self.rows[self.chosen - 2].shape if self.chosen > 1 else tuple(self.sizes.values())
            numbers = f"It has {row.count:,} parameters." if row.count else "It has no parameters."
            return f"{row.name}: {shape_text(before)} becomes {shape_text(row.shape)}. {numbers}"
        last = self.rows[-1].shape if self.rows else tuple(self.sizes.values())
        return f"A batch of shape {shape_text(tuple(self.sizes.values()))} becomes {shape_text(last)}. {whole:,} parameters are on the way."

    def _state(self):
        rows = [["input", "", shape_text(tuple(self.sizes.values())), ""], *([row.name, row.kind, shape_text(row.shape), f"{row.count:,}" if row.count else ""] for row in self.rows)]
        if self.problem is not None:
            rows.append([self.at[0], self.at[1], "does not fit", ""])
        lines = [*lines_of(self.problem), self.fix()] if self.problem is not None else ["Everything fits."]
        return {
            "label": "shape ruler", "title": type(self.net).__name__, "status": "it fits" if self.problem is None else f"stops at {self.at[0]}",
            "sentence": self._told(),
            "panels": [{"heading": "Does it fit?", "lines": [line for line in lines if line]},
                       {"heading": "Parameters", "table": {"head": ["layer", "count"], "classes": ["", "wb-number"],
                                                           "rows": [[row.name, f"{row.count:,}"] for row in self.rows if row.count]
                                                           + [["all", f"{sum(row.count for row in self.rows):,}"]]}},
                       {"heading": "Where the shapes come from", "lines": ["A batch of zeros went through a copy of your net; every step that the engine recorded is a row."]}],
            "nav": [["reset", "Reset", "reset: the first shape", self.sizes != self._first or self.chosen is not None]],
            "controls": [{"id": name, "kind": "number", "label": name, "value": str(size)} for name, size in self.sizes.items()],
            "table": {"head": ["layer", "", "shape", "parameters"], "rows": rows}}


def measured(net, shape):
    """Return (rows, problem, at): a Row for each layer and function that a batch of zeros passes, and where and why it stopped.

    `at` is (name, kind) of what failed. The net itself stays as it is.
    """
    copied = copy.deepcopy(net)
    names = {id(module): name for name, module in copied.named_modules()}
    rows, inside, entered, counted = [], [None], [], set()

    def seen(node, inputs, options, outputs):
        leaf = next((module for module in reversed(thread.state.modules) if id(module) in names and not any(True for _ in module.children())), None)
        outer = next((names[id(module)] for module in reversed(thread.state.modules) if id(module) in names), "")
        made = tuple(outputs[0].shape)
        if leaf is not None and rows and inside[0] is leaf:
            rows[-1].shape = made
            return
        inside[0] = leaf
        if leaf is None:
            rows.append(Row(node.called() if isinstance(node, Operation) else node.name(), f"in {outer}" if outer else "a function", made, 0))
            return
        count = 0 if id(leaf) in counted else sum(p.numel() for p in leaf.parameters())
        counted.add(id(leaf))
        rows.append(Row(names[id(leaf)] or type(leaf).__name__, type(leaf).__name__, made, count))

    for module in copied.modules():
        module._forward_hooks.clear()  # the student's own are not to be called
        module._forward_pre_hooks.clear()
        if not any(True for _ in module.children()):
            module.register_forward_pre_hook(lambda module, given: entered.append(module))
            module.register_forward_hook(lambda module, given, out: entered.pop() and None)
    with unseen():
        thread.state.observer = seen  # `unseen` brings the observer back that was there before
        try:
            copied(torch.zeros(shape, requires_grad=True))
        except Exception as problem:
            if not entered:
                return rows, problem, ("a function", "")
            if rows and inside[0] is entered[-1]:  # what a layer did before it failed is no result of it
                rows.pop()
            return rows, problem, (names[id(entered[-1])] or type(entered[-1]).__name__, type(entered[-1]).__name__)
    return rows, None, None


def _each(shape):
    """How many numbers one example has; the first axis is the batch."""
    count = 1
    for side in shape[1:]:
        count *= side
    return count


def _span(numbers):
    """Write 32 to 35 for neighbours, and the ends otherwise."""
    first, last = numbers[0], numbers[-1]
    if first == last:
        return short(first)
    return f"{first} to {last}" if last - first + 1 == len(numbers) else f"{', '.join(map(str, numbers[:4]))}{' ...' if len(numbers) > 4 else ''}"
