"""What each backward() adds to the .grad of each leaf, and what a step makes of it: blocks that pile up until they are cleared."""

import inspect
import math
from html import escape

import numpy as np

import workbook as torch
from workbook.autograd import walk
from workbook.errors import explain
from workbook.tensor import Tensor, wrap

from .board import Board, alone_style, first_lines
from .cells import LETTER, Picture
from .numbers import four, in_brackets, plain, short
from .origin import origin_of
from .replay import unseen
from .widget import Still
from .words import Words

BACKWARD, STEP, ZERO, ROUND = "loss.backward()", "optimizer.step()", "optimizer.zero_grad()", "one round"
EXAMPLE = [BACKWARD, BACKWARD, STEP, ZERO, BACKWARD, STEP]  # of the picture without a kernel
MOST = 6              # numbers of leaves that are drawn
SHOWN = 10            # calls that are drawn, the last ones
LONGEST = 60          # calls that can be made before Reset
LEFT, TOP, WIDE = 122, 44, 73
HIGH, BAND, BETWEEN = 104, 74, 16   # of a gradient's part, of the part with the steps, and between two rows
REACH = 18            # of the longest step in sight


class Event:
    """One call: what it `added` to the gradients, gradients and values after it, how many backward calls are in them, and the rate then."""

    def __init__(self, call, added, grads, values, count, lr=0.0):
        self.call, self.added, self.grads, self.values, self.count, self.lr = call, added, grads, values, count, lr


class AccumulationView(Board):
    """The widget behind `accumulation`: the calls so far, and the leaves after each of them."""

    def __init__(self, result, arguments, frame):
        self.origin = _origin(result, arguments, frame)
        called = Words(self.origin.trace).called
        self.numbers = [(part.key, place, called(part) + (str(list(place)) if place else ""))
                        for part in self.origin.trace.leaves for place in np.ndindex(part.value.shape)]
        self.hidden = len(self.numbers) - len(self.numbers[:MOST])
        self.numbers = self.numbers[:MOST]
        self._first = {part.key: part.value.copy() for part in self.origin.trace.leaves}
        self.lr = 0.1
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Accumulation view: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "back" and self.events:
            self.events.pop()
        elif action == "set" and id == "zero":
            self.zeroing = bool(value)
        elif action == "set" and id == "lr":
            self.lr = float(value)
        elif action == "set" and id == "do":
            calls = [ZERO] * self.zeroing + [BACKWARD, STEP] if value == ROUND else [value]
            for call in calls if len(self.events) + len(calls) <= LONGEST else ():
                self._call(call)
        self.show()

    def _begin(self):
        self.events, self.zeroing, self.lr, self.problem = [], True, 0.1, None

    @property
    def now(self):
        """The last Event; before the first, one in which nothing has happened."""
        return self.events[-1] if self.events else Event("", {}, {}, self._first, 0)

    def _call(self, call):
        """Let the engine do one call, on tensors of the view's own."""
        before, self.problem = self.now, None
        if call == ZERO:
            made = Event(call, {}, {}, before.values, 0)
        elif call == STEP:
            made = Event(call, {}, before.grads, self._stepped(before), before.count, self.lr)
        else:
            try:
                added, grads = self._passed(before.values, {}), self._passed(before.values, before.grads)
            except Exception as problem:  # the student's function may not like where a step has led
                self.problem = problem
                return
            made = Event(call, added, {**before.grads, **grads}, before.values, before.count + 1)
        self.events.append(made)

    def _passed(self, values, grads):
        """Return the gradients of the leaves after one backward pass that found `grads` there."""
        run = self.origin.run(values, grads)
        run.go_to(run.total)
        found = {key: run.grad(key) for key in run.leaves}
        return {key: grad.copy() for key, grad in found.items() if grad is not None}

    def _stepped(self, event):
        """Return the values after the engine's own SGD made a step with the gradients of `event`."""
        values = {}
        with unseen(), torch.no_grad():
            for key, array in event.values.items():
                leaf = wrap(array.copy())
                leaf.requires_grad = True
                if key in event.grads:
                    leaf.grad = wrap(event.grads[key].copy())
                    torch.optim.SGD([leaf], lr=self.lr).step()
                values[key] = leaf._array
        return values

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _grad(self, event, key, place):
        return float(event.grads[key][place]) if key in event.grads else None

    def still(self):
        """Return the view as a picture; before the first call one of an example, since nobody can press a button in it."""
        if self.events:
            return super().still()
        for call in EXAMPLE:
            self._call(call)
        state, drawn = self._state(), self._picture(alone_style())
        self.events, self.problem = [], None
        note = f"An example: {', '.join(EXAMPLE)}. After that: {state['sentence']}"
        return Still(drawn, f"{state['title']}. {note}", state["table"]["head"], state["table"]["rows"], note=note)

    def _picture(self, style):
        picture, rows = Picture(), len(self.numbers)
        shown = self.events[-SHOWN:]
        earlier = self.events[-SHOWN - 1] if len(self.events) > SHOWN else Event("", {}, {}, self._first, 0)
        columns = max(len(shown), 8)
        for number, event in enumerate(shown):
            x, last = LEFT + (number + 0.5) * WIDE, event is self.now
            if last:
                picture.parts.append(f'<rect class="column" x="{x - WIDE / 2:.1f}" y="4" width="{WIDE}" '
                                     f'height="{TOP + rows * (HIGH + BAND + BETWEEN) - 12}" rx="6"/>')
            picture.parts.append(f'<text class="note" x="{x:.1f}" y="22" text-anchor="middle">{_short_call(event.call)}</text>')
        if not shown:
            picture.parts.append(f'<text class="note" x="{LEFT + 8}" y="22">no call yet</text>')
        for row, each in enumerate(self.numbers):
            picture.parts += self._row(TOP + row * (HIGH + BAND + BETWEEN), columns * WIDE, [earlier, *shown], each)
        picture.width, picture.height = LEFT + columns * WIDE, TOP + rows * (HIGH + BAND + BETWEEN) - 8
        return picture.svg(self._told(), style)

    def _row(self, top, wide, events, number):
        """The gradient of one number of a leaf, call by call, and under it how far each step moved the number."""
        key, place, name = number
        grads = [self._grad(event, key, place) for event in events]
        values = [float(event.values[key][place]) for event in events]
        moves = [after - before for before, after in zip(values, values[1:])]
        finite = [grad for grad in grads if grad is not None and math.isfinite(grad)]
        most, least = max([0.0, *finite]), min([0.0, *finite])
        span = (most - least) or 1.0
        zero = top + 16 + (HIGH - 32) * (most / span if finite and most != least else 1.0)

        def height(grad):
            return min(max(zero - (HIGH - 32) * (grad or 0.0) / span, top), top + HIGH) if grad is None or math.isfinite(grad) else top
        grad, band = grads[-1], top + HIGH
        yield f'<text class="title" x="20" y="{top + 20}">{escape(name)}.grad</text>'
        yield f'<text class="slope" x="20" y="{top + 40}">{"None" if grad is None else "∇ " + four(grad)}</text>'
        yield f'<path class="axis" d="M{LEFT} {zero:.1f}h{wide}"/><text class="tick" x="{LEFT - 6}" y="{zero + 4:.1f}" text-anchor="end">0</text>'
        yield f'<text class="title" x="20" y="{band + BAND / 2 - 3}">{escape(name)}</text><text class="code" x="20" y="{band + BAND / 2 + 16}">{four(values[-1])}</text>'
        yield f'<path class="rule" d="M{LEFT} {band + BAND / 2}h{wide}"/>'
        far = max([abs(move) for move in moves if math.isfinite(move)], default=0.0) or 1.0
        for column, (event, before, after, move) in enumerate(zip(events[1:], grads, grads[1:], moves)):
            x = LEFT + column * WIDE
            if event.call == BACKWARD and key in event.added:
                yield _block(x, height(before), height(after), float(event.added[key][place]))
            elif event.call == ZERO:
                yield f'<path class="cleared" d="M{x + WIDE / 2} {height(before):.1f}V{zero:.1f}"/>'
                yield f'<text class="slope label" x="{x + WIDE / 2}" y="{zero - 6:.1f}" text-anchor="middle">None</text>'
            elif after is not None:
                yield f'<path class="level" d="M{x} {height(after):.1f}h{WIDE}"/>'
            if event.call == STEP:
                yield _moved(x, band + BAND / 2, move, move / far if math.isfinite(move) else -1.0)

    def _names(self):
        return ", ".join(name for _, _, name in self.numbers)

    def _told(self):
        if self.problem is not None:
            return f"The loss could not be computed from these values. {first_lines(self.problem)}"
        if len(self.events) >= LONGEST - 2:
            return f"{len(self.events)} calls were made, and no more are kept. Reset begins anew."
        if not self.events:
            return f"No backward() has run: .grad is None everywhere. Call {BACKWARD}, and once more, and look at what is added to what."
        told = [self._told_of(*number) for number in self.numbers[:3]]
        more = " The others in the same way." if len(self.numbers) > 3 else ""
        return " ".join(told) + more + self._comment()

    def _told_of(self, key, place, name):
        event, before = self.now, self.events[-2] if len(self.events) > 1 else Event("", {}, {}, self._first, 0)
        old, new = self._grad(before, key, place), self._grad(event, key, place)
        if event.call == ZERO:
            return f"{name}.grad is None." if old is None else f"{name}.grad was {short(old)} and is None."
        if event.call == BACKWARD:
            if key not in event.added:
                return f"Nothing arrived at {name}."
            added = float(event.added[key][place])
            if old is None:
                return f"{name}.grad was None; {short(added)} arrived and stays."
            return f"{short(added)} was added to {name}.grad: {short(old)} {_signed(added)} = {short(new)}."
        if new is None:
            return f"{name} stays {short(float(event.values[key][place]))}: {name}.grad is None."
        start, end = float(before.values[key][place]), float(event.values[key][place])
        return f"{name} moved by {short(-event.lr)} × {in_brackets(new)} = {short(end - start)}, from {short(start)} to {short(end)}."

    def _comment(self):
        event = self.now
        if event.call == ZERO:
            return " The next backward() begins anew."
        if event.call == BACKWARD and event.count > 1:
            return f" {event.count} backward() calls are in it now."
        if event.call == STEP and event.grads and event.count > 1:
            return f" The step took the sum of {event.count} backward() calls. step() clears nothing."
        return " step() clears nothing: .grad stays." if event.call == STEP and event.grads else ""

    def _state(self):
        event, rows = self.now, []
        for number, made in enumerate(self.events, start=1):
            for key, place, name in self.numbers:
                grad = self._grad(made, key, place)
                added = four(float(made.added[key][place])) if key in made.added else ""
                rows.append([str(number), made.call, name, added, "None" if grad is None else four(grad), four(float(made.values[key][place]))])
        inside = "nothing" if not event.grads else f"{event.count} backward call{'s' * (event.count != 1)}"
        lines = [ZERO] * self.zeroing + ["the loss, computed anew", BACKWARD, STEP]
        more = [f"{self.hidden} more numbers have gradients, too."] if self.hidden else []
        return {
            "label": "accumulation of gradients", "title": "What each backward() adds to .grad", "status": f"in .grad: {inside}",
            "sentence": self._told(),
            "panels": [
                {"heading": "One round", "lines": [*lines, *more]},
                {"heading": "Now", "table": {"head": ["", "value", ".grad"], "classes": ["", "wb-number", "wb-slope"], "rows": [
                    [name, four(float(event.values[key][place])), "None" if self._grad(event, key, place) is None
                     else f"∇ {four(self._grad(event, key, place))}"] for key, place, name in self.numbers]}},
                {"heading": "Where the numbers come from", "lines": ["Each backward() is the engine's own, on copies of your leaves; the step is SGD's."],
                 "code": ["The engine's own lines: workbook/autograd/walk.py", inspect.getsource(walk.accumulate).rstrip()]}],
            "nav": [["back", "◀", "back: take the last call back", bool(self.events)],
                    ["reset", "Reset", "reset: no call, first values", bool(self.events) or not self.zeroing or self.lr != 0.1]],
            "controls": [{"id": "do", "kind": "chips", "label": "call", "options": [BACKWARD, STEP, ZERO, ROUND]},
                         {"id": "zero", "kind": "check", "label": "a round begins with zero_grad()", "value": self.zeroing},
                         {"id": "lr", "kind": "number", "label": "learning rate", "value": plain(self.lr)}],
            "table": {"head": ["call", "", "leaf", "added", ".grad after it", "value after it"], "rows": rows or [["", "no call yet", "", "", "", ""]]}}


def _origin(result, arguments, frame):
    """Return what is run again for every backward(), and refuse what cannot be."""
    if not callable(result) and not isinstance(result, Tensor):
        raise TypeError(explain(f"accumulation() needs a Tensor or a function, and got {type(result).__name__}",
                                "it calls backward() on a result that remembers its steps", "write accumulation(loss), or accumulation(f, w=3.)"))
    if callable(result) and not isinstance(result, Tensor) and not arguments:
        raise TypeError(explain("accumulation(f) needs a number for each argument of f", "these are the leaves", "write accumulation(f, w=3.)"))
    origin = origin_of(result, arguments, frame)
    if not origin.trace.leaves:
        raise RuntimeError(explain("accumulation() found no leaf that requires a gradient", "gradients are added to leaves",
                                   "give a number such as w=3. for an argument that the result depends on"))
    if why := origin.why_still():
        raise RuntimeError(explain("accumulation() cannot compute this result again", why.rstrip("."),
                                   "import workbook.widgets first, or give a function: accumulation(f, w=3.)"))
    return origin


def _short_call(call):
    return call.partition(".")[2]


def _signed(number):
    return f"− {short(-number)}" if number < 0 else f"+ {short(number)}"


def _block(x, before, after, added):
    """What one call added: from the height where .grad stood to the height where it stands."""
    top, high = min(before, after), max(abs(after - before), 1.5)
    up = after <= before
    text = f"{'+' if added >= 0 else ''}{short(added)}"
    inside = high >= 20 and len(text) * LETTER < WIDE - 12
    y = top + high / 2 + 4.5 if inside else after - 5 if up else after + 14
    return (f'<rect class="added" x="{x + 5:.1f}" y="{top:.1f}" width="{WIDE - 10}" height="{high:.1f}" rx="3"/>'
            f'<path class="level" d="M{x} {after:.1f}h{WIDE}"/>'
            f'<text class="slope label" x="{x + WIDE / 2:.1f}" y="{y:.1f}" text-anchor="middle">{text}</text>')


def _moved(x, middle, move, share):
    """How far a step moved the number: a bar up or down, as long as its share of the longest step in sight, and the number."""
    high = max(abs(share) * REACH, 1.5)
    top, y = (middle - high, middle - high - 5) if share > 0 else (middle, middle + high + 13)
    return (f'<rect class="move" x="{x + WIDE / 2 - 9:.1f}" y="{top:.1f}" width="18" height="{high:.1f}"/>'
            f'<text class="code" x="{x + WIDE / 2:.1f}" y="{y:.1f}" text-anchor="middle">{short(move)}</text>')
