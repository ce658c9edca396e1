"""The operation card: one step of the engine, with what it computes, saves and hands on, and its derivative beside a nudge."""

import math

import workbook as torch
from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.tensor import Tensor

from .board import Board
from .cells import Picture
from .numbers import four, plain, short
from .replay import unseen
from .rules import OPEN, rule, with_numbers
from .sources import engine_lines
from .trace import Trace
from .words import Words

OPERATIONS = {  # what the reader may choose besides, and where it begins
    "mul": (3.0, 2.0), "add": (3.0, 2.0), "div": (3.0, 2.0), "square": (3.0,), "exp": (1.0,), "log": (2.0,), "sqrt": (2.0,),
    "sin": (1.0,), "tanh": (0.5,), "sigmoid": (0.5,), "relu": (0.5,), "abs": (-1.5,)}
NAMES = {1: ("x",), 2: ("a", "b"), 3: ("a", "b", "c")}
REACH, GRAIN = 4.0, 0.05        # of an input's slider
FINEST, COARSEST, FINE = -12.0, 0.0, 0.1  # powers of ten of the nudge h
LOWEST, HIGHEST = -17.0, 2.0    # powers of ten of the error
LEFT, WIDE, HIGH = 20, 118, 66  # of a box
OPERATION, RESULT, WIDTH = 262, 560, 720
PLOT = (64, 306, 700, 494)      # left, top, right, bottom


class OperationView(Board):
    """The widget behind `operation`: a function that is one step, numbers for its inputs, a gradient that arrives, and a nudge."""

    def __init__(self, function, inputs):
        self._given = function
        self._first = _numbers(function, inputs)
        self._begin()
        self.measured()  # what cannot be shown is refused here
        self.own = self._called()
        self.choices = list(dict.fromkeys([self.own, *OPERATIONS]))
        super().__init__()

    def __repr__(self):
        return f"Operation card: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self._begin()
        elif action == "choose":
            self.chosen = min(max(int(value), 0), len(self.values) - 1)
        elif action == "set" and id == "operation":
            own = value == self.own
            self.function, self.values = (self._given, list(self._first)) if own else (getattr(torch, value), list(OPERATIONS[value]))
            self.chosen = 0
        elif action == "set" and id == "numbers":
            self.dtype = value
        elif action == "set" and id == "h":
            self._nudge_by(float(value))
        elif action == "set" and id == "g":
            self.arriving = float(value)
        elif action == "set":
            self.values[self.names.index(id)] = float(value)
        elif action == "nudge":
            self._nudge_by(self.power + FINE * value)
        elif action == "drag":
            self._nudge_by(FINEST + (COARSEST - FINEST) * value)
        self.show()

    def _begin(self):
        self.function, self.values = self._given, list(self._first)
        self.arriving, self.power, self.chosen, self.dtype = 1.0, -1.0, 0, "float64"

    def _nudge_by(self, power):
        self.power = min(max(round(power, 1), FINEST), COARSEST)

    # ---- what is measured ------------------------------------------------------------------------------------------------

    @property
    def names(self):
        """The names of the inputs."""
        return NAMES[len(self.values)]

    def measured(self):
        """Run the step and its backward once. Return (its Part, Words, value, gradients): the engine's own numbers."""
        with unseen():
            leaves = [torch.tensor(value, dtype=getattr(torch, self.dtype), requires_grad=True) for value in self.values]
            result = _one_number(self.function(*leaves))
            trace = Trace(result)
            if len(trace.ops) != 1:
                made = ", ".join(part.operation or part.node.called() for part in trace.ops) or "none"
                raise ValueError(explain(f"operation() shows one step, and this function ran {len(trace.ops)}: {made}",
                                         "each step knows its own derivative only", "give one of them; graph(f, x=3.) shows them all"))
            for part in trace.leaves:
                part.name = next(name for name, leaf in zip(self.names, leaves) if leaf is part.node.variable)
            found = torch.autograd.grad(result, leaves, torch.full_like(result, self.arriving), retain_graph=True, allow_unused=True)
        gradients = [0.0 if grad is None else grad._array.item() for grad in found]
        return trace.root, Words(trace), result._array.item(), gradients

    def nudged(self, number, h):
        """Return what nudging input `number` by h to both sides gives in place of its gradient."""
        ends = []
        with unseen(), no_grad():
            for side in (h, -h):
                moved = [torch.tensor(value + side * (place == number), dtype=getattr(torch, self.dtype))
                         for place, value in enumerate(self.values)]
                ends.append(self.function(*moved)._array.item())
        return self.arriving * (ends[0] - ends[1]) / (2 * h)

    def _errors(self, gradient):
        """Return [(power of h, error)] of the chosen input."""
        powers = [round(FINEST + FINE * step, 1) for step in range(round((COARSEST - FINEST) / FINE) + 1)]
        return [(power, abs(self.nudged(self.chosen, 10.0**power) - gradient)) for power in powers]

    def saved(self, part):
        """Return [(what it is, value)] of all that the step remembers for its backward."""
        node, kept = part.node, []
        for value, _, _, source in node._saved:
            if value is not None:
                kept.append((self._whose(part, source), value.item() if hasattr(value, "item") else value))
        kept += [("computed in forward", value.item()) for value in node._kept if getattr(value, "size", 0) == 1]
        own = {name: value for name, value in vars(node).items() if isinstance(value, (int, float)) and not name.startswith("_")}
        return kept + [(f"ctx.{name}", float(value)) for name, value in own.items() if not isinstance(value, bool)]

    def _whose(self, part, source):
        if not isinstance(source, int):
            return "another tensor"
        if source < 0:
            return "y, the result"
        if part.node.by_student:
            return f"{self.names[source]}, an input"
        given = part.inputs[source]
        return f"{given.name}, an input" if getattr(given, "name", None) else "a plain number"

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _called(self):
        part, _, _, _ = self.measured()
        return part.node.called()

    def code(self):
        """Return the call, as a student writes it."""
        part, words, _, _ = self.measured()
        called = part.node.called()
        plainly = hasattr(torch, called) and not part.node.by_student
        given = [each.name if getattr(each, "name", None) else short(each) for each in part.inputs if isinstance(each, (int, float)) or hasattr(each, "name")]
        return f"y = torch.{called}({', '.join(given)})" if plainly else f"y = {called}.apply({', '.join(self.names)})" if part.node.by_student \
            else f"y = {words.formula(part)}"

    def _rules(self, part, words, value):
        """Return for each input its rule in symbols and with numbers: `g × b`, `1 × 2`."""
        found = {}
        numbers = [given if isinstance(given, (int, float)) else given.value.item() for given in part.inputs if given is not None and
                   (isinstance(given, (int, float)) or getattr(given, "value", None) is not None)]
        for position, given in enumerate(part.inputs):
            name = getattr(given, "name", None)
            if name not in self.names:
                continue
            told = rule(part, position, words).replace("grad", "g").replace("its output", "y")
            told = told.replace(OPEN, "as your own backward says" if part.node.by_student else "by the engine's own lines")
            filled = with_numbers(part, position, self.arriving, (numbers + [None, None])[:2], value)
            found.setdefault(name, []).append((told, filled))
        return {name: (" + ".join(told for told, _ in each), " + ".join(filled for _, filled in each if filled) if all(f for _, f in each) else "")
                for name, each in found.items()}

    def _picture(self, style):
        part, words, value, gradients = self.measured()
        picture = Picture()
        picture.width, picture.height = WIDTH - 4, PLOT[3] + 30
        picture.more = f' data-left="{PLOT[0]}" data-right="{PLOT[2]}"'
        tall = len(self.values) * (HIGH + 14) - 14
        middle = 40 + tall / 2
        picture.text(LEFT, 22, "forward →   and back ←", "note")
        for number, (name, each, gradient) in enumerate(zip(self.names, self.values, gradients)):
            y = 40 + number * (HIGH + 14)
            picture.parts += [*_both_ways(LEFT + WIDE, y + HIGH / 2, OPERATION, middle), self._input(number, name, each, gradient, y)]
        picture.parts += [*_both_ways(OPERATION + 150, middle, RESULT, middle),
                          _box(OPERATION, middle - 27, 150, 54, "", 8, [(words.action(part), "title", 32)]),
                          _box(RESULT, middle - HIGH / 2, WIDE + 10, HIGH, "on", 3, [
                              (f"y = {short(value)}", "code", 27), (f"∇ g = {short(self.arriving)}", "slope", 50)])]
        self._memory(picture, part, max(middle + 27, 40 + tall / 2 + 27))
        self._plot(picture, gradients[self.chosen])
        return picture.svg(self._told(), style)

    def _input(self, number, name, value, gradient, y):
        mine = number == self.chosen
        return (f'<g class="cell{" on chosen" if mine else ""}" transform="translate({LEFT} {y:.1f})" data-choose="{number}" role="button" '
                f'tabindex="{0 if mine else -1}" aria-pressed="{"true" if mine else "false"}" '
                f'aria-label="{name} is {short(value)}, its gradient is {short(gradient)}"><title>nudge {name}?</title>'
                f'<rect class="face" width="{WIDE}" height="{HIGH}" rx="{HIGH / 2}"/>'
                f'<text class="code" x="{WIDE / 2}" y="27" text-anchor="middle">{name} = {short(value)}</text>'
                f'<text class="slope" x="{WIDE / 2}" y="50" text-anchor="middle">∇ {short(gradient)}</text></g>')

    def _memory(self, picture, part, y):
        """What the step saves, in a dashed box that hangs from it."""
        kept = [f"{what}: {short(value)}" for what, value in self.saved(part)] or ["nothing"]
        high = 32 + 18 * len(kept)
        picture.parts.append(f'<path class="rule" d="M{OPERATION + 75} {y}v22"/>')
        picture.parts.append(f'<rect class="nothing" x="{OPERATION - 20}" y="{y + 22}" width="206" height="{high}" rx="5"/>')
        picture.text(OPERATION - 8, y + 40, "saved for the way back", "note")
        for number, line in enumerate(kept):
            picture.text(OPERATION - 8, y + 60 + 18 * number, line, "code")

    def _plot(self, picture, gradient):
        """The error of nudging over the nudge, both in powers of ten, and the nudge as a point to move."""
        left, top, right, bottom = PLOT
        across = lambda power: left + (right - left) * (power - FINEST) / (COARSEST - FINEST)  # noqa: E731
        up = lambda error: bottom - (bottom - top) * (min(max(_power(error), LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)  # noqa: E731
        picture.text(LEFT, top - 16, f"How far is nudging {self.names[self.chosen]} from the derivative? The error for each nudge h", "note")
        for power in range(round(FINEST), round(COARSEST) + 1, 2):
            picture.parts.append(f'<path class="rule" d="M{across(power):.1f} {top}V{bottom}"/>')
            picture.text(across(power), bottom + 17, _ten(power), "tick", "middle")
        for power in range(-16, round(HIGHEST) + 1, 4):
            picture.parts.append(f'<path class="rule" d="M{left} {up(10.0**power):.1f}H{right}"/>')
            picture.text(left - 8, up(10.0**power) + 4, _ten(power), "tick", "end")
        picture.text(right, bottom + 34, "h →", "note", "end")
        curve = [(across(power), up(error)) for power, error in self._errors(gradient) if error == error]
        picture.parts.append('<path class="curve" d="' + "".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(curve)) + '"/>')
        h = 10.0**self.power
        error = abs(self.nudged(self.chosen, h) - gradient)
        x, y = across(self.power), up(error)
        words = f"h {_size(h)}, error {_size(error)}"
        after = x < right - 190
        picture.parts.append(
            f'<path class="miss" d="M{x:.1f} {top}V{bottom}"/><g class="point chosen" data-point="0" role="slider" tabindex="0" aria-label="the nudge h" '
            f'aria-valuemin="{FINEST:g}" aria-valuemax="{COARSEST:g}" aria-valuenow="{self.power:g}" aria-valuetext="{words}"><title>{words}</title>'
            f'<circle class="reach" cx="{x:.1f}" cy="{y:.1f}" r="18"/><circle class="face" cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
            f'<text class="title label" x="{x + (12 if after else -12):.1f}" y="{top + 12}" text-anchor="{"start" if after else "end"}">{words}</text></g>')

    def _told(self):
        part, words, value, gradients = self.measured()
        name, gradient, h = self.names[self.chosen], gradients[self.chosen], 10.0**self.power
        found = self.nudged(self.chosen, h)
        told, filled = self._rules(part, words, value).get(name, ("0", ""))
        middle = f" = {filled}" if filled and filled != short(gradient) else ""
        if not (math.isfinite(gradient) and math.isfinite(found)):
            return f"y is {short(value)}. ∇{name} is {short(gradient)}, and nudging gives {short(found)}: at this place there is no slope to compare."
        said = (f"By its rule ∇{name} = {told}{middle} = {short(gradient)}. Nudging {name} by {_size(h)} to both sides gives {short(found)}: "
                f"{'no difference' if found == gradient else f'the error is {_size(abs(found - gradient))}'}.")
        if min(error for _, error in self._errors(gradient) if error == error) > 1e-3 * max(1.0, abs(gradient)):
            said += " At no h do the two agree: here the curve has a corner, or the backward is wrong."
        return said

    def _state(self):
        part, words, value, gradients = self.measured()
        rules = self._rules(part, words, value)
        h = 10.0**self.power
        rows = []
        for number, (name, each, gradient) in enumerate(zip(self.names, self.values, gradients)):
            found = self.nudged(number, h)
            rows.append([name, four(each), f"∇ {four(gradient)}", four(found), _size(abs(found - gradient))])
        where, lines = engine_lines(part.node)
        kept = self.saved(part)
        operands = [given if isinstance(given, (int, float)) else given.value.item() for given in part.inputs if given is not None]
        forward = [f"forward: {self.code()}"] if part.node.by_student else [f"forward: y = {words.formula(part)} = {words.with_operands(part, operands)} = {short(value)}"]
        return {
            "label": "operation card", "title": self.code(), "status": f"{type(part.node).__name__}, in {self.dtype}", "sentence": self._told(),
            "panels": [
                {"heading": "The derivative, and a nudge", "table": {"head": ["", "engine", "nudging"], "classes": ["", "wb-slope", "wb-number"],
                                                                      "rows": [[row[0], row[2], row[3]] for row in rows]}},
                {"heading": "The rules", "lines": [*forward, *(f"backward: ∇{name} = {told}" for name, (told, _) in rules.items())]},
                {"heading": "Saved", "lines": [f"{what}: {short(each)}" for what, each in kept] or ["Nothing: the rule needs no number of this step."],
                 "code": [("The engine's own lines: " if where.startswith("workbook/") else "Its lines: ") + where, lines]}],
            "nav": [["reset", "Reset", "reset: the first operation and numbers", (self.function, self.values, self.arriving, self.power, self.chosen, self.dtype)
                     != (self._given, self._first, 1.0, -1.0, 0, "float64")]],
            "controls": [
                {"id": "operation", "kind": "select", "label": "operation", "options": [[name, name] for name in self.choices],
                 "value": self.own if self.function is self._given else next(name for name in OPERATIONS if getattr(torch, name) is self.function)},
                *({"id": name, "kind": "range", "label": name, "range": [-REACH, REACH, GRAIN], "value": plain(each)} for name, each in zip(self.names, self.values)),
                {"id": "g", "kind": "range", "label": "g, which arrives", "range": [-3.0, 3.0, 0.1], "value": plain(self.arriving)},
                {"id": "h", "kind": "range", "label": "h: 10 to the power", "range": [FINEST, COARSEST, FINE], "value": plain(self.power)},
                {"id": "numbers", "kind": "select", "label": "numbers", "options": [["float64", "float64"], ["float32", "float32"]], "value": self.dtype}],
            "table": {"head": ["input", "value", "gradient, by the engine", "by nudging", "error"], "rows": rows}}


def _numbers(function, inputs):
    """Return the inputs as floats, and refuse what is no function or no number."""
    if not callable(function) or isinstance(function, type):
        called = f"{function.__name__}.apply" if isinstance(function, type) else "torch.mul"
        raise TypeError(explain(f"operation() needs a function, and got {_kind(function)}", "it runs the step anew with other numbers",
                                f"give the function itself: operation({called}, 3.)"))
    if not 1 <= len(inputs) <= 3:
        raise TypeError(explain(f"operation() needs 1 to 3 numbers for the inputs, and got {len(inputs)}", "each becomes a slider",
                                "write operation(torch.mul, 3., 2.)"))
    numbers = [given.item() if isinstance(given, Tensor) and given.numel() == 1 else given for given in inputs]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
            raise TypeError(explain(f"operation() needs finite numbers for the inputs, and got {_kind(number)}", "a slider moves one number",
                                    "write operation(torch.mul, 3., 2.)"))
    return [float(number) for number in numbers]


def _kind(given):
    return f"the class {given.__name__}" if isinstance(given, type) else repr(given) if isinstance(given, float) else type(given).__name__


def _one_number(result):
    if not isinstance(result, Tensor) or result._array.size != 1 or result._array.dtype.kind != "f":
        made = f"a Tensor of shape {list(result.shape)}, {result.dtype}" if isinstance(result, Tensor) else f"a {type(result).__name__}"
        raise TypeError(explain(f"operation() follows one number, and this function returned {made}", "a slope is that of one floating number",
                                "give a function of numbers that returns one"))
    if not result.requires_grad:
        raise RuntimeError(explain("element 0 of tensors does not require grad and does not have a grad_fn",
                                   "this function has no derivative, or cut the graph", "give one that records a step, such as torch.mul"))
    return result


def _box(x, y, wide, high, kind, round_by, lines):
    texts = "".join(f'<text class="{role}" x="{wide / 2}" y="{at}" text-anchor="middle">{text}</text>' for text, role, at in lines)
    return (f'<g class="cell {kind}" transform="translate({x} {y:.1f})"><rect class="face" width="{wide}" height="{high}" rx="{round_by}"/>{texts}</g>')


def _both_ways(x, y, to_x, to_y):
    """An arrow forward, and under it a dashed one back."""
    yield f'<path class="arrow" d="M{x} {y - 7:.1f}L{to_x - 8} {to_y - 7:.1f}"/><path class="arrow-head" d="M{to_x} {to_y - 7:.1f}l-9 -5v10z"/>'
    yield f'<path class="level" d="M{to_x} {to_y + 8:.1f}L{x + 8} {y + 8:.1f}"/><path class="slope" d="M{x} {y + 8:.1f}l9 -5v10z"/>'


def _power(error):
    return math.log10(error) if error > 0 else LOWEST


def _size(number):
    """Return an error or a nudge: as it is where it is of a readable size, else with its power of ten.

    >>> _size(0.1), _size(3.2e-11), _size(0.0)
    ('0.1', '3.2e−11', '0')
    """
    return short(number) if number == 0 or 0.001 <= number < 1000 else f"{number:.1e}".replace(".0e", "e").replace("e-0", "e-").replace("-", "−")


def _ten(power):
    return {0: "1", 1: "10", 2: "100", -1: "0.1", -2: "0.01"}.get(power, f"1e−{-power}")
