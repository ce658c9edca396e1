"""What a graph says at one moment: forward so far, or so many steps back."""

import numpy as np

from .model import Moment, Said
from .numbers import brief, by, four, gradient_lines, lines, short, written_out
from .rules import OPEN, is_elementwise, rule, with_numbers
from .trace import Part
from .words import BETWEEN

BLANK = "·"          # a value that the forward pass has not reached
NONE_YET = "–"       # a gradient that has not arrived
EDGE_ROOM = 13       # letters that fit beside an edge


def structure_only(scene, trace, why):
    """Return the Moment of a graph whose values nobody recorded: its form, and the reason."""
    boxes = {}
    for box in scene.boxes:
        known = box.face.value if box.face.kind != "op" or box.face is trace.root else None
        value = lines(known) if known is not None else [by(box.face.shape) or "one number"]
        boxes[box.key] = Said(value, [], "wait", f"{box.title}, {' '.join(value)}")
    table = [(box.title, box.note, " ".join(boxes[box.key].value), "") for box in scene.boxes if not box.ghost]
    return Moment(boxes, {wire.key: ("", "wait") for wire in scene.wires}, "", why, {}, table)


def moment_of(scene, words, run, step, number=1):
    """Return the Moment of `run` at `step`: negative while the forward pass is running, then how many steps were taken back.

    `number` counts the backward passes, since leaves add up over them.
    """
    return _Telling(scene, words, run, step, number).moment()


class _Telling:
    def __init__(self, scene, words, run, step, number):
        self.scene, self.words, self.run, self.step, self.number = scene, words, run, step, number
        self.trace = run.trace
        forward = len(self.trace.ops) + step if step < 0 else len(self.trace.ops)
        self.computed = set(self.trace.ops[:forward])
        self.now = run.steps[-1].part if step > 0 else self.trace.ops[forward - 1] if 0 < forward and step < 0 else None
        self.taken = {taken.part: taken for taken in run.steps}
        self.arrivals = self._arrivals()

    def moment(self):
        scene = self.scene
        boxes = {box.key: self._said(box) for box in scene.boxes}
        wires = {wire.key: self._wire(wire) for wire in scene.wires}
        table = []
        for box in scene.boxes:
            if not box.ghost:
                said = boxes[box.key]
                sources = [scene_box.title for wire in scene.wires if wire.target == box.key
                           for scene_box in scene.boxes if scene_box.key == wire.source]
                table.append((box.title, ", ".join(sources), " / ".join(said.value),
                              " / ".join(line.removeprefix("∇ ") for line in said.gradient)))
        return Moment(boxes, wires, self._status(), self._sentence(), self._panel(), table)

    # ---- boxes and wires -------------------------------------------------------------------------------------------------

    def _replayed(self, part):
        """The Part of the run that stands for a Part of the scene: same key, new numbers."""
        return self.run.twin(part)

    def _arrivals(self):
        """Return {Part of the run: gradient that has arrived so far}."""
        found = {}
        for taken in self.run.steps:
            if taken.part is self.trace.root and taken.arrived is not None:
                found[taken.part] = taken.arrived
            for position, gradient in taken.handed.items():
                part = taken.part.inputs[position]
                found[part] = gradient if part not in found else found[part] + gradient
        return found

    def _gradient(self, part):
        if part.kind == "leaf":
            return self.run.grad(part.key)
        return self.arrivals.get(part)

    def _said(self, box):
        part = self._replayed(box.face)
        reached = part.kind != "op" or part in self.computed
        value = part.value
        if not reached:
            shown = [BLANK]
        elif value is None:
            shown = [f"mean {four(part.kept.summary.get('mean', 0.0))}"]
        else:
            shown = lines(value)
        gradient = self._gradient(part)
        if part.kind == "constant":
            below = []
        elif gradient is None:
            below = ["∇ " + NONE_YET]
        else:
            below = ["∇ " + line if place == 0 else line for place, line in enumerate(gradient_lines(gradient))]
        inside = {self._replayed(each) for each in box.parts}
        state = "wait"
        if not box.ghost and self.now in inside:
            state = "now"
        elif inside & self.taken.keys():
            state = "done"
        return Said(shown, below, state, self._spoken(box, shown, gradient, state))

    def _spoken(self, box, shown, gradient, state):
        kind = {"op": "step", "fold": "folded module"}.get(box.kind, box.kind)
        text = f"{box.title}, {kind}, value {' '.join(shown) if shown != [BLANK] else 'not computed yet'}"
        if gradient is not None:
            text += f", gradient {' '.join(gradient_lines(gradient))}"
        return text + (", this step" if state == "now" else "")

    def _wire(self, wire):
        uses = [(self._replayed(part), position) for part, position in wire.uses]
        if self.step <= 0:
            now = self.step < 0 and any(part is self.now for part, _ in uses)
            return "", "flow" if now else "wait"
        handed = [(part, position) for part, position in uses if part in self.taken and position in self.taken[part].handed]
        if not handed:
            return "", "wait"
        now = any(part is self.now for part, _ in handed)
        gradients = [self.taken[part].handed[position] for part, position in handed]
        total = gradients[0] if len(gradients) == 1 or len({g.shape for g in gradients}) > 1 else sum(gradients)
        text = brief(total)
        if now and len(handed) == 1:
            told = self._numbers(*handed[0])
            if told and told != text and len(f"{told} = {text}") <= EDGE_ROOM:
                text = f"{told} = {text}"
        return text, "now" if now else "done"

    # ---- the numbers of one step -----------------------------------------------------------------------------------------

    def _element(self, array, place):
        """The element of `array` that meets the element `place` of the output, where they were broadcast together."""
        if not array.ndim:
            return array.item()
        place = place[len(place) - array.ndim:]
        return array[tuple(0 if side == 1 else at for side, at in zip(array.shape, place))].item()

    def _operand(self, given, place):
        if not isinstance(given, Part):
            return given
        return None if given.value is None or given.value.ndim > len(place) else self._element(given.value, place)

    def _numbers(self, part, position):
        """What `part` handed to its input, as numbers in the rule; None where one line of numbers does not say it."""
        taken = self.taken[part]
        if part.value is None or taken.arrived is None:
            return None
        if part.value.ndim and part.value.shape != taken.handed[position].shape:
            return None
        place = (0,) * taken.arrived.ndim
        operands = [self._operand(given, place) for given in [*part.inputs, None, None][:2]]
        return with_numbers(part, position, taken.arrived[place].item(), operands, part.value[place].item())

    def _computed(self, part):
        """How `part` came by its value: `27 = 9 × 3`."""
        value = part.value
        if value is None:
            return ""
        given = [each for each in part.inputs if each is not None]
        small = value.ndim == 0 and all(not isinstance(each, Part) or each.value is not None and each.value.ndim == 0 for each in given)
        if small or value.ndim and is_elementwise(part):
            place = (0,) * value.ndim
            told = self.words.with_operands(part, [self._operand(each, place) for each in given])
            where = f"at [{', '.join('0' * value.ndim)}]: " if value.ndim else ""
            return f"{where}{short(value[place].item())} = {told}"
        result = short(value.item()) if value.ndim == 0 else by(value.shape)
        shapes = ", ".join(short(each) if not isinstance(each, Part) else by(each.shape) or short(each.value.item())
                           for each in given)
        sign = BETWEEN.get(part.operation, ("",))[0]
        inside = shapes.replace(", ", f" {sign} ") if sign else f"{self.words.action(part)}({shapes})"
        return f"{result} = {inside}"

    # ---- sentences -------------------------------------------------------------------------------------------------------

    def _status(self):
        ops = len(self.trace.ops)
        if self.step < 0:
            return f"forward, step {ops + self.step} of {ops}"
        pass_number = f"backward pass {self.number}" if self.number > 1 else "backward"
        return "forward done" if self.step == 0 and self.number == 1 else f"{pass_number}, step {self.step} of {self.run.total}"

    def _sentence(self):
        if trouble := self._trouble():
            return trouble
        root = self.words.called(self.trace.root)
        if self.step < 0:
            coming = self.trace.ops[len(self.trace.ops) + self.step]
            ahead = f"Next: {self.words.title(coming)}."
            if self.now is None:
                return f"Only the leaves have values. {ahead}"
            return f"Forward step {len(self.trace.ops) + self.step} of {len(self.trace.ops)}: {self._say_computed(self.now)} {ahead}"
        if self.step == 0:
            coming = f"Next: backward begins at {root} with the gradient 1, the slope of the result by itself."
            return f"Forward is done: {root} is {self._amount(self.trace.root)}. {coming}"
        taken = self.run.steps[-1]
        text = f"Step {self.step} of {self.run.total}: {self._say_taken(taken)}"
        if self.step < self.run.total:
            return f"{text} {self._say_next(self.run.order[self.step])}"
        return f"{text} Backward is done. One more step begins a second pass, which adds to every .grad."

    def _say_computed(self, part):
        told = self._computed(part)
        return f"{self.words.called(part)} computed {told}." if told else f"{self.words.called(part)} was computed."

    def _amount(self, part):
        value = part.value
        return "known" if value is None else short(value.item()) if value.size == 1 else by(value.shape)

    def _say_taken(self, taken):
        name = self.words.called(taken.part)
        arrived = self._say_gradient(taken.arrived)
        if taken.part.kind == "leaf":
            total = self.run.grad(taken.part.key)
            now = f", which is now {self._say_gradient(total)}" if total is not None and total.size == 1 else ""
            return f"{name} is a leaf: {arrived} is added to {name}.grad{now}."
        handed = []
        for position, gradient in taken.handed.items():
            told, amount = self._numbers(taken.part, position), self._say_gradient(gradient)
            told = f"{told} = {amount}" if told and told != amount else amount
            handed.append(f"{told} to {self.words.called(taken.part.inputs[position])}")
        hands = f"and hands {' and '.join(handed)}" if handed else "and hands nothing on"
        return f"{name} received {arrived} {hands}."

    def _say_gradient(self, gradient):
        if gradient is None:
            return "nothing"
        if gradient.size == 1:
            return short(gradient.reshape(-1)[0].item())
        return f"{by(gradient.shape)} (norm {short(float(abs(gradient).astype(np.float64).ravel() @ abs(gradient).ravel()) ** 0.5)})"

    def _say_next(self, part):
        name = self.words.called(part)
        if part.kind == "leaf":
            return f"Next: {name}, a leaf, adds what arrives to {name}.grad."
        rules = [rule(part, position, self.words) for position, edge in enumerate(part.node.edges) if edge is not None]
        said = sorted({each for each in rules if each != OPEN}, key=rules.index)
        return f"Next: {name}, by its rule {' and '.join(said)}." if said else f"Next: {name}."

    def _trouble(self):
        """Where the first value that is no number came from, said calmly."""
        for part in self.trace.ops:
            if part in self.computed and part.value is not None and part.value.dtype.kind == "f" and np.isnan(part.value).any():
                inputs = [given for given in part.inputs if isinstance(given, Part)]
                told = ", ".join(self._amount(given) for given in inputs)
                return (f"{self.words.called(part)} of {told} is nan, not a number: it has no value there. "
                        "Everything computed from it is nan too. Move the slider back.")
        return ""

    # ---- the side panel --------------------------------------------------------------------------------------------------

    def _panel(self):
        part = self.now
        if part is None:
            return {"heading": "No step yet", "computed": "", "arrives": "", "hands": [], "operation": ""}
        panel = {"heading": f"This step: {self.words.title(part)}", "computed": "", "arrives": "", "hands": []}
        panel["operation"] = part.key if part.kind == "op" else ""
        if part.kind == "op":
            panel["computed"] = self._computed(part)
        taken = self.taken.get(part)
        if taken is None:
            return panel
        panel["arrives"] = " / ".join(gradient_lines(taken.arrived)) if taken.arrived is not None else ""
        if part.kind == "leaf":
            after = self.run.grad(part.key)
            panel["hands"] = [{"to": f"{self.words.called(part)}.grad", "rule": "add what arrives",
                               "numbers": f"now {' / '.join(gradient_lines(after))}"}]
            return panel
        for position, gradient in taken.handed.items():
            told = self._numbers(part, position)
            amount = four(gradient.item()) if gradient.size == 1 else " / ".join(gradient_lines(gradient))
            place = taken.arrived.ndim and told is not None
            if place:
                amount = four(gradient.reshape(-1)[0].item())
            numbers = f"{told} = {amount}" if told else amount
            panel["hands"].append({"to": self.words.called(part.inputs[position]), "rule": rule(part, position, self.words),
                                   "numbers": (f"at [{', '.join('0' * taken.arrived.ndim)}]: " if place else "") + numbers})
        return panel
