"""The gates of an LSTM through time: what each step keeps, adds and shows, and how far back a gradient reaches beside a plain RNN."""

import inspect

import workbook as torch
from workbook import nn
from workbook.errors import explain
from workbook.nn.module import Module
from workbook.nn.utils.rnn import PackedSequence, unpack_sequence
from workbook.tensor import Tensor

from .board import Board
from .gates_reading import SEED, Beside, Reading, Step, as_it_is, plain_ones
from .gates_drawing import GatesPicture
from .numbers import four, in_brackets, short
from .replay import unseen

LONGEST = 400  # steps that are followed
CLOSE = 1e-3   # how far the gates, computed again, may be from the module's own output, by the size of its numbers


class GatesView(Board):
    """The widget behind `gates`: an LSTM and its sequences; the chosen sequence, layer and direction, unit and step."""

    def __init__(self, lstm, x, state=None, names=None, beside=None):
        _check_lstm(lstm)
        if not isinstance(x, (Tensor, PackedSequence)):
            raise TypeError(explain(f"gates() needs the sequence as a Tensor, and got {type(x).__name__}", "it reads what the LSTM reads",
                                    "give a Tensor of shape (steps, features), or a batch"))
        with unseen(), torch.no_grad():
            as_it_is(lstm, x, state)  # what does not fit is the module's own error
            self.sequences, self.states = _one_by_one(lstm, x, state)
        if not self.sequences:
            raise ValueError(explain("gates() got a batch without a sequence", f"its shape is {tuple(x.shape)}", "give one with at least one"))
        longest = max(len(rows) for rows in self.sequences)
        if longest > LONGEST:
            raise ValueError(explain(f"gates() got a sequence of {longest} steps", f"at most {LONGEST} can be followed", f"give a part of it, such as x[:{LONGEST}]"))
        self.lstm, self.names, self.given = lstm, _checked_names(names, self.sequences), _checked_beside(beside, lstm)
        self._first = {"sample": 0, "way": 0, "unit": 0, "step": len(self.sequences[0]) - 1}
        self.set, self._read, self._reached = dict(self._first), {}, {}
        super().__init__()

    def __repr__(self):
        return f"Gates view: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "reset":
            self.set = dict(self._first)
        elif action in ("start", "end"):
            self.set["step"] = 0 if action == "start" else self.last
        elif action in ("back", "on"):
            self.set["step"] += 1 if action == "on" else -1
        elif action == "choose":
            self.set["step"] = int(value)
        elif action == "set" and id == "way":
            self.set["way"] = [way.name for way in self.reading.ways].index(value)
        elif action == "set" and value == value:
            self.set[id] = int(float(value))
        self.set = {"sample": _within(self.set["sample"], len(self.sequences)), "way": self.set["way"], "unit": _within(self.set["unit"], self.lstm.hidden_size),
                    "step": self.set["step"]}
        self.set["step"] = _within(self.set["step"], self.last + 1)
        self.show()

    # ---- what is computed ------------------------------------------------------------------------------------------------

    @property
    def last(self):
        """The last step of the chosen sequence."""
        return len(self.sequences[self.set["sample"]]) - 1

    @property
    def reading(self):
        """The chosen sequence, read by the formulas; once."""
        sample = self.set["sample"]
        if sample not in self._read:
            with unseen():
                self._read = {sample: Reading(self.lstm, self.sequences[sample], self.states[sample])}
                self._reached = {}
        return self._read[sample]

    @property
    def way(self):
        """The chosen layer and direction."""
        return self.reading.ways[self.set["way"]]

    def reaches(self):
        """Return [(name, {step: size of the slope there})] of the chosen step: the LSTM's own first, then the networks beside it."""
        reading, way, step = self.reading, self.way, self.set["step"]
        found = self._reached.get((way.name, step))
        if found is None:
            with unseen():
                if way.name not in self._reached:
                    rows = reading.rows
                    self._reached[way.name] = plain_ones(self.lstm, way, rows) if self.given is None else [Beside(name, net, rows) for name, net in self.given]
                sizes = [("this LSTM", reading.reach(way, step)), *((net.name, net.reach(step)) for net in self._reached[way.name])]
            read = way.order()
            read = read[:read.index(step) + 1]
            found = self._reached[way.name, step] = [(name, {place: size[place] for place in read}) for name, size in sizes]
        return found

    @property
    def agrees(self):
        """Whether the formulas give what the module itself gave."""
        return not self.reading.difference > CLOSE * max(1.0, self.reading.largest)  # of a nan there is nothing to say

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def _called(self, step):
        """The names of the steps: the student's, else their numbers."""
        return self.names[step] if self.names else str(step)

    def _picture(self, style):
        names = [self._called(step) for step in range(self.last + 1)]
        arrived = self.reading.rows.detach()._host()
        return GatesPicture(self.way, self.set["unit"], self.set["step"], arrived, names, self.reaches()).svg(self._told(), style)

    def _numbers(self, step=None):
        """The numbers of the chosen unit at a step, by name."""
        step = self.set["step"] if step is None else step
        return {name: float(array[step, self.set["unit"]]) for name, array in self.way.numbers.items()}

    def _told(self):
        if not self.agrees:
            return (f"This module is not what its weights say: computed again by the formulas of an LSTM, its output differs by up to {short(self.reading.difference)}. "
                    "Its forward does something else, so these gates do not explain it.")
        n, step = self._numbers(), self.set["step"]
        named = f" ({self.names[step]})" if self.names else ""
        said = (f"Step {step}{named}: unit {self.set['unit']} keeps {short(n['f'])} × {in_brackets(n['before'])} = {short(n['kept'])} of its cell and adds "
                f"{short(n['i'])} × {in_brackets(n['g'])} = {short(n['added'])}: the cell is {short(n['c'])}, and o × tanh(c) shows {short(n['squashed'])}.")
        far = self._far()
        if far == step:
            return f"{said} It is the first step that this direction reads."
        shares = ", ".join(f"of {name} {_share(sizes[far], sizes[step])}" for name, sizes in self.reaches()[:3])
        return f"{said} Back at step {far} the slope of h has this part of its size here: {shares}."

    def _far(self):
        """The step that was read first."""
        return self.way.order()[0]

    def _state(self):
        step, unit, lstm = self.set["step"], self.set["unit"], self.lstm
        many_ways = [way.name for way in self.reading.ways]
        controls = [{"id": "step", "kind": "range", "label": "step", "range": [0, self.last, 1], "value": str(step)},
                    {"id": "unit", "kind": "range", "label": "unit", "range": [0, lstm.hidden_size - 1, 1], "value": str(unit)}]
        if len(many_ways) > 1:
            controls.append({"id": "way", "kind": "select", "label": "layer", "options": [[name, name] for name in many_ways], "value": self.way.name})
        if len(self.sequences) > 1:
            controls.append({"id": "sample", "kind": "range", "label": "sequence", "range": [0, len(self.sequences) - 1, 1], "value": str(self.set["sample"])})
        return {
            "label": "gates of an LSTM", "title": f"{lstm}, unit {unit}" + (f", {self.way.name}" if len(many_ways) > 1 else ""),
            "status": f"step {step}, from 0 to {self.last}", "sentence": self._told(), "panels": self._panels(),
            "nav": [["start", "|◀", "to the first step", step > 0], ["back", "◀", "one step back", step > 0], ["on", "▶", "one step on", step < self.last],
                    ["end", "▶|", "to the last step", step < self.last], ["reset", "Reset", "reset: the last step of the first sequence, unit 0", self.set != self._first]],
            "controls": controls, "table": self._table()}

    def _panels(self):
        n, step, unit = self._numbers(), self.set["step"], self.set["unit"]
        parts = self.way.steps[step]
        from_x, from_h = (tensor.detach().chunk(4) for tensor in (parts.from_x, parts.from_h))
        gates = [[name, four(x[unit].item()), four(h[unit].item()), four(n[name])] for name, x, h in zip("ifgo", from_x, from_h)]
        lines = [f"c = f × c + i × g = {short(n['f'])} × {in_brackets(n['before'])} + {short(n['i'])} × {in_brackets(n['g'])} = {short(n['c'])}",
                 f"h = o × tanh(c) = {short(n['o'])} × tanh({short(n['c'])}) = {short(n['squashed'])}"]
        if self.lstm.proj_size:
            lines.append(f"weight_hr makes {self.lstm.proj_size} numbers of all {self.lstm.hidden_size} of these: what is handed on.")
        far = self._far()
        reach = [[name, f"∇ {four(sizes[step])}", f"∇ {four(sizes[far])}"] for name, sizes in self.reaches()]
        beside = f"RNN and GRU are new, of the same sizes, drawn with seed {SEED}." if self.given is None else "The others read the same rows."
        return [{"heading": f"Step {step}, unit {unit}", "lines": lines},
                {"heading": "The gates: sigmoid, or for g tanh, of the sum", "table": {"head": ["", "from x", "from h", "gate"], "classes": ["", "wb-number", "wb-number", "wb-number"], "rows": gates}},
                {"heading": f"∇ of h at step {step}", "table": {"head": ["", f"to step {step}", f"to step {far}"], "classes": ["", "wb-slope", "wb-slope"], "rows": reach}, "lines": [beside]},
                {"heading": "Where the numbers come from", "lines": [f"From your weights, by the formulas. Your module's own output differs by {four(self.reading.difference)} at most."],
                 "code": ["The formulas of a step", inspect.getsource(Step.__init__).rstrip()]}]

    def _table(self):
        reaches, still = self.reaches(), self.way.still(self.set["step"], self.set["unit"])
        rows = []
        for step in range(self.last + 1):
            n = self._numbers(step)
            rows.append([str(step) if not self.names else f"{step} {self.names[step]}", *(four(n[name]) for name in ("i", "f", "g", "o")), four(n["kept"] - n["before"]),
                         four(n["added"]), four(n["c"]), four(n["squashed"]), four(still[step]) if step in still else "",
                         *(f"∇ {four(sizes[step])}" if step in sizes else "" for _, sizes in reaches)])
        return {"head": ["step", "i", "f", "g", "o", "forgotten", "added", "c", "o × tanh(c)", f"still in c at step {self.set['step']}", *(f"∇ {name}" for name, _ in reaches)], "rows": rows}


def _check_lstm(lstm):
    """Raise TypeError for what is no LSTM, with where one is to be found."""
    if isinstance(lstm, nn.LSTM):
        return
    if isinstance(lstm, type) and issubclass(lstm, Module):
        raise TypeError(explain(f"gates() needs an LSTM, and got the class {lstm.__name__}", "a class has no weights yet", "make one: nn.LSTM(8, 16)"))
    inside = [name for name, module in lstm.named_modules() if isinstance(module, nn.LSTM)] if isinstance(lstm, Module) else []
    why = "it follows the four gates of nn.LSTM" if not isinstance(lstm, (nn.RNN, nn.GRU)) else f"{'a plain RNN has no gates' if isinstance(lstm, nn.RNN) else 'a GRU has other gates'}"
    raise TypeError(explain(f"gates() needs an LSTM, and got {type(lstm).__name__}", why, f"give the one inside: gates(net.{inside[0]}, x)" if inside else "write gates(lstm, x)"))


def _one_by_one(lstm, x, state):
    """Return the sequences of a batch, each (steps, features), and the state that each begins with, each (ways, numbers)."""
    if isinstance(x, PackedSequence):
        sequences = unpack_sequence(x)
    else:
        sequences = [x] if x.dim() == 2 else list(x.unbind(0 if lstm.batch_first else 1))
    if not sequences:
        return [], []
    ways = lstm.num_layers * (2 if lstm.bidirectional else 1)
    if state is None:
        states = [tuple(torch.zeros(ways, size, dtype=sequences[0].dtype, device=sequences[0].device) for size in (lstm.proj_size or lstm.hidden_size, lstm.hidden_size))] * len(sequences)
    else:
        states = [tuple(part.detach()[:, number] if part.dim() == 3 else part.detach() for part in state) for number in range(len(sequences))]
    return [rows.detach().clone() for rows in sequences], states


def _checked_names(names, sequences):
    """Return a text for each step; None where no names were given."""
    if names is None:
        return None
    try:
        names = [str(name) for name in names]
    except TypeError:
        raise TypeError(explain(f"gates() needs a list or a text for names, and got {type(names).__name__}", "each step has one", 'write names="hello"')) from None
    if len(sequences) > 1:
        raise ValueError(explain(f"gates() got names, and {len(sequences)} sequences", "each sequence would have names of its own", "give one sequence: x[0], or x[:, 0]"))
    if len(names) != len(sequences[0]):
        raise ValueError(explain(f"gates() got {len(names)} names for {len(sequences[0])} steps", "each step has one", "give as many names as steps"))
    return [name if name.strip() else "␣" if name == " " else repr(name)[1:-1] for name in names]


def _checked_beside(beside, lstm):
    """Return the networks to compare with, as [(name, module)]; None for the plain ones."""
    if beside is None:
        return None
    if isinstance(beside, Module):
        beside = [beside]
    if not isinstance(beside, (dict, list, tuple)):
        raise TypeError(explain(f"gates() needs recurrent networks for beside, and got {type(beside).__name__}", None, 'write beside={"RNN": rnn}'))
    pairs = list(beside.items()) if isinstance(beside, dict) else [(type(net).__name__, net) for net in beside]
    for name, net in pairs:
        if not isinstance(net, nn.RNNBase):
            raise TypeError(explain(f"gates() cannot compare with {name!r}, a {type(net).__name__}", "it lets nn.RNN, nn.LSTM and nn.GRU read the same rows", 'write beside={"RNN": nn.RNN(8, 16)}'))
        if net.input_size != lstm.input_size:
            raise ValueError(explain(f"{name!r} reads {net.input_size} numbers a step, and the LSTM {lstm.input_size}", "both are given the same rows", f"make it with input_size={lstm.input_size}"))
    return [(str(name), net) for name, net in pairs]


def _within(number, count):
    return min(max(number, 0), count - 1)


def _share(small, whole):
    """Return a part of a whole, as it stands in a sentence.

    >>> _share(0.5, 2.0), _share(1.0, 0.0), _share(3e-9, 1.0)
    ('0.25', 'none', '3e−09')
    """
    if not whole:
        return "none"
    part = small / whole
    return short(part) if part >= 0.001 or part != part else f"{part:.0e}".replace("e-", "e−") if part else "0"
