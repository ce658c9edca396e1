"""A step of DataParallel: what stands on each GPU after scatter, replicate, forward, gather, backward and the sum of gradients."""

import copy
import math
from functools import reduce

from workbook.errors import explain, shape_text
from workbook.nn.parallel import DataParallel
from workbook.tensor import Tensor

from .board import Board
from .cells import Picture
from .numbers import in_brackets, short
from .replay import unseen

MOST = 4                          # GPUs that are drawn
LEFT, TOP, HIGH, GAP = 70, 58, 52, 6
LETTERS = 7.6, 6.5                # how wide a letter of a cell's two lines is
STEPS = ["scatter", "replicate", "forward", "gather", "backward", "sum"]
TOLD = {
    "scatter": "The batch is cut along dim 0, and each part goes to a GPU.",
    "replicate": "The network is copied: the first GPU has its own memory, the others get copies of every parameter.",
    "forward": "Each copy computes its part, all at the same time, each in a thread of its own.",
    "gather": "The results are put together on the output device.",
    "backward": "The gradient is cut as the batch was. Each copy now has a gradient of its own for every parameter.",
    "sum": "The gradients of the copies are added up in the parameter of the network itself."}


class ReplicasView(Board):
    """The widget behind `replicas`: one recorded forward and backward of a DataParallel network."""

    def __init__(self, model, inputs):
        if not isinstance(model, DataParallel) or not model.device_ids:
            raise TypeError(explain(f"replicas() needs a DataParallel network on GPUs, and got {type(model).__name__}",
                                    "it shows how one splits a batch", "write replicas(nn.DataParallel(net), batch), after torch.cuda.simulate(2)"))
        if not 2 <= len(model.device_ids) <= MOST:
            raise ValueError(explain(f"replicas() draws 2 to {MOST} GPUs, and got {len(model.device_ids)}", "one has nothing to split, and more cannot be read",
                                     "write nn.DataParallel(net, device_ids=[0, 1])"))
        self.run = Run(model, inputs)
        if not self.run.names:
            raise ValueError(explain("replicas() got a network without parameters that learn", "there are no gradients to add up", "give one with a layer"))
        self._begin()
        super().__init__()

    def __repr__(self):
        return f"Replicas: {self.state['sentence']}"

    # ---- what the reader does --------------------------------------------------------------------------------------------

    def act(self, action, id=None, value=None):
        """Do what the page asks for."""
        if action == "on":
            self.shown = min(self.shown + 1, len(STEPS))
        elif action == "back":
            self.shown = max(self.shown - 1, 0)
        elif action == "end":
            self.shown = len(STEPS)
        elif action == "reset":
            self._begin()
        elif id == "parameter":
            self.name = value
        self.show()

    def _begin(self):
        self.shown, self.name = len(STEPS), self.run.names[0]

    # ---- what it shows ---------------------------------------------------------------------------------------------------

    def cells(self):
        """Return, for each GPU, the two lines that stand there at each step; None where nothing does."""
        run, rows = self.run, []
        for number, place in enumerate(run.places):
            used = number < len(run.parts)
            total = run.total[self.name]
            rows.append([
                (run.parts[number], "its part") if used else None,
                (f"{run.count} tensors", "own memory" if number == 0 else "copied") if used else None,
                (f"→ {run.outputs[number]}", f"of {run.parts[number]}") if used else None,
                (run.output, "all together") if place == run.home else ("sent", "to " + run.home) if used else None,
                (f"∇ {short(run.firsts[self.name][number])}, …", "of " + run.shape[self.name]) if used else None,
                (f"∇ {short(total)}, …", "the sum") if number == 0 else ("sent", "to " + run.places[0]) if used else None])
        return rows

    def _picture(self, style):
        picture = Picture()
        # no wider than what is said, at any step: a drawing that is shrunk to its place cannot be read
        wide = 14 + max(len(line) * letter for cells in self.cells() for said in cells if said for line, letter in zip(said, LETTERS))
        for column, step in enumerate(STEPS):
            picture.text(LEFT + column * (wide + GAP), 24, f"{column + 1} {step}", "title")
            picture.text(LEFT + column * (wide + GAP), 42, "forward" if column < 4 else "backward", "note")
        for row, (place, cells) in enumerate(zip(self.run.places, self.cells())):
            y = TOP + row * (HIGH + GAP)
            picture.text(20, y + 30, place, "code")
            for column, said in enumerate(cells):
                x, there = LEFT + column * (wide + GAP), said is not None and column < self.shown
                look = ("weight" if column > 3 else f"s{1 + row}") if there else "copy"
                picture.parts.append(f'<g class="cell {look}{" on" if there and column == self.shown - 1 else ""}"><rect class="face" x="{x:.1f}" y="{y}" '
                                     f'width="{wide:.1f}" height="{HIGH}" rx="6"/></g>')
                if there:
                    picture.text(x + 7, y + 22, said[0], "slope" if column > 3 else "number")
                    picture.text(x + 7, y + 40, said[1], "note")
        picture.reach(LEFT + len(STEPS) * (wide + GAP), TOP + len(self.run.places) * (HIGH + GAP))
        return picture.svg(self._told(), style)

    def _told(self):
        run = self.run
        if not self.shown:
            return f"A batch of shape {run.batch} lies on {run.from_place}. Press step: it is split."
        step = STEPS[self.shown - 1]
        said = f"{step}: {TOLD[step]}"
        if step == "sum":
            firsts, total = run.firsts[self.name], run.total[self.name]
            *parts, whole = (float(short(number).replace("−", "-")) for number in (*firsts, total))  # as they are shown: rounded
            exact = math.isclose(sum(parts), whole, rel_tol=1e-9, abs_tol=1e-12)
            said += f" The first number of {self.name}.grad is {' + '.join(map(in_brackets, firsts))} {'=' if exact else '≈'} {short(total)}."
        idle = len(run.places) - len(run.parts)
        return said + (f" The batch is too small for {idle} of the GPUs." if idle else "")

    def _state(self):
        rows = [[place, *(" ".join(said) if said and column < self.shown else "" for column, said in enumerate(cells))]
                for place, cells in zip(self.run.places, self.cells())]
        return {
            "label": "a step of DataParallel", "title": f"DataParallel, batch {self.run.batch}", "status": f"step {self.shown} of {len(STEPS)}", "sentence": self._told(),
            "panels": [{"heading": "Where this comes from", "lines": ["Your network's own DataParallel ran once, forward and backward, on a copy.",
                                                                     "The loss was output.pow(2).mean().", "How long a step takes, this does not say."]}],
            "nav": [["back", "◀", "back: one step less", self.shown > 0], ["on", "▶ step", "the next step", self.shown < len(STEPS)],
                    ["end", "▶▶ all", "all steps", self.shown < len(STEPS)],
                    ["reset", "Reset", "reset: all steps, the first parameter", self.shown < len(STEPS) or self.name != self.run.names[0]]],
            "controls": [{"id": "parameter", "kind": "select", "label": "gradients of", "options": [[name, name] for name in self.run.names], "value": self.name}],
            "table": {"head": ["", *STEPS], "rows": rows}}


class Run:
    """One forward and backward of a copy of the student's DataParallel; its own four steps are listened to."""

    def __init__(self, given, inputs):
        with unseen():
            model = copy.deepcopy(given)
            model.zero_grad()
            seen = {step: _listened(model, step) for step in ("scatter", "replicate", "parallel_apply")}
            output = model(*inputs)
            if not isinstance(output, Tensor) or not output.requires_grad:
                raise ValueError(explain("replicas() needs a network that returns one Tensor with a gradient", f"this one returned {type(output).__name__}",
                                         "wrap the network in one that returns the Tensor alone"))
            module = model.module
            self.names = [name for name, parameter in module.named_parameters() if parameter.requires_grad]
            copies = {name: [reduce(getattr, name.split("."), replica) for replica in seen["replicate"][0]] for name in self.names}
            for each in sum(copies.values(), []):
                each.retain_grad()
            output.pow(2).mean().backward()
            self.places = [f"cuda:{number}" for number in model.device_ids]
            self.parts = [_shapes(part) for part in seen["scatter"][0][0]]
            self.outputs = [_shapes([each]) for each in seen["parallel_apply"][0]]
            self.batch, self.from_place = _shapes(inputs), next((str(each.device) for each in inputs if isinstance(each, Tensor)), "cpu")
            self.output, self.home = shape_text(output.shape), str(output.device)
            self.count = len(list(module.parameters()))
            self.firsts = {name: [_first(each) for each in many] for name, many in copies.items()}
            found = dict(module.named_parameters())
            self.total = {name: _first(found[name]) for name in self.names}
            self.shape = {name: shape_text(found[name].shape) for name in self.names}


def _listened(model, step):
    """Let a step of `model` keep what it returns, in the list that is returned here."""
    own, kept = getattr(model, step), []

    def listened(*given):
        found = own(*given)
        kept.append(found)
        return found

    setattr(model, step, listened)
    return kept


def _first(tensor):
    """The first number of a gradient; 0 where none came."""
    return 0.0 if tensor.grad is None else tensor.grad.reshape(-1)[0].item()


def _shapes(values):
    return ", ".join(shape_text(each.shape) for each in values if isinstance(each, Tensor)) or "no tensor"
