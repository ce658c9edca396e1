"""One moment in words and numbers: the sentence under the picture, and what the side panel says of the step."""

import numpy as np

from .numbers import brief, by, four, gradient_lines, short
from .rules import OPEN, is_elementwise, rule, with_numbers
from .trace import Part
from .words import BETWEEN, bracketed

MANY = 4             # arrivals that are told one by one
FEW_WAIT = 3         # parts of which is told what they wait for
RULE_ROOM = 44       # letters of a rule that a sentence can carry


class Telling:
    """What is said of `run` at `step`: below 0 the forward pass is running, above 0 so many steps were taken back.

    `number` counts the backward passes; `place` is the element of arrays that is followed where they have it.
    """

    def __init__(self, scene, words, run, step, number=1, place=(), cuts=None):
        self.words, self.run, self.step, self.number, self._place = words, run, step, number, place
        self.ops = run.trace.ops
        self.reached = len(self.ops) + min(step, 0)
        self.visited = set(run.order)
        self.computed_already = set(self.ops[:self.reached])
        self.taken = {taken.part: taken for taken in run.steps}
        self.now = run.steps[-1].part if step > 0 else self.ops[self.reached - 1] if self.reached and step < 0 else None
        self._boxes = {part.key: box for box in scene.boxes if not box.ghost for part in box.parts}
        self._scene, self._cuts = scene, cuts

    # ---- numbers ---------------------------------------------------------------------------------------------------------

    def in_numbers(self, part, position):
        """Return what `part` handed to its input as numbers in its rule, and the result: ("1 × 3", 3.0).

        The numbers are those of one element; None where no single line of numbers says it.
        """
        taken = self.taken[part]
        handed = taken.handed[position]
        if part.value is None or taken.arrived is None or (part.value.ndim and part.value.shape != handed.shape):
            return None
        at = self.at(taken.arrived)
        operands = ([_met(part.operand(each), at) for each in range(len(part.inputs))] + [None, None])[:2]
        told = with_numbers(part, position, taken.arrived[at].item(), operands, part.value[at].item())
        return told and (told, handed[self.at(handed)].item())

    def computed(self, part):
        """Return how `part` came by its value: `27 = 9 × 3`; of arrays, for one element or in shapes."""
        value, given = part.value, [each for each in part.inputs if each is not None]
        if value is None:
            return ""
        operands = [part.operand(position) for position, each in enumerate(part.inputs) if each is not None]
        single = not value.ndim and all(getattr(operand, "ndim", 0) == 0 for operand in operands)
        if is_elementwise(part) or single:
            at = self.at(value)
            told = self.words.with_operands(part, [_met(operand, at) for operand in operands])
            return f"{_where(at)}{short(value[at].item())} = {told}"
        shapes = [by(each.shape) or self._amount(each) if isinstance(each, Part) else short(each) for each in given]
        sign = BETWEEN.get(part.operation, ("",))[0]
        inside = f" {sign} ".join(shapes) if sign else f"{self.words.action(part)}({', '.join(shapes)})"
        return f"{self._amount(part)} = {inside}"

    def cut(self, uses):
        """Return what stands on an edge that the reader cut: `✂ detach`, `no_grad`; '' on any other."""
        if self._cuts is None or not all(part.node.edges[position] is None for part, position in uses):
            return ""
        if all((part.key, position) in self._cuts.edges for part, position in uses):
            return "✂ detach"
        return "no_grad" if all(part.key in self._cuts.steps for part, _ in uses) else ""

    def arrivals(self, part):
        """Return (step that handed it, position, gradient) of everything that has arrived at `part` so far, in that order."""
        return [(taken.part, position, gradient) for taken in self.run.steps for position, gradient in taken.handed.items()
                if taken.part.inputs[position] is part]

    def missing(self, part):
        """Return on how many edges a gradient for `part` is still to come."""
        return sum(1 for user in dict.fromkeys(part.users) if user not in self.taken
                   for given, edge in zip(user.inputs, user.node.edges) if given is part and edge is not None)

    def _sum_of(self, part):
        """Return what arrived at `part` as a sum, `2 + 1 = 3`; '' where one gradient arrived alone, or they are arrays."""
        numbers = [gradient for *_, gradient in self.arrivals(part)]
        if len(numbers) < 2 or any(gradient.size != 1 for gradient in numbers) or len(numbers) > MANY:
            return ""
        first, *others = [gradient.item() for gradient in numbers]
        return f"{short(first)}{''.join(f' + {bracketed(number)}' for number in others)} = {short(sum(others, first))}"

    def at(self, array):
        """Return the index of the element that is followed in `array`."""
        fits = len(self._place) == array.ndim and all(at < side for at, side in zip(self._place, array.shape))
        return self._place if fits else (0,) * array.ndim

    # ---- sentences -------------------------------------------------------------------------------------------------------

    def status(self):
        """Return where in the passes this moment is."""
        if self.step < 0:
            return f"forward, step {self.reached} of {len(self.ops)}"
        name = f"backward pass {self.number}" if self.number > 1 else "backward"
        return "forward done" if self.step == 0 and self.number == 1 else f"{name}, step {self.step} of {self.run.total}"

    def sentence(self):
        """Return one sentence on what just happened, and one on what comes next."""
        return self._no_number() or (self._forward() if self.step < 0 else self._between() if self.step == 0 else self._backward())

    def _forward(self):
        ahead = f"Next: {self._name(self.ops[self.reached])}."
        if self.now is None:
            return f"Only the leaves have values. {ahead}"
        told = self.computed(self.now)
        return f"Forward step {self.reached} of {len(self.ops)}: {self._name(self.now)} computed {told or 'its value'}. {ahead}"

    def _between(self):
        root = self._name(self.run.trace.root)
        if self.run.trace.root in self.run.unreached:
            return (f"backward() would be refused here: element 0 of tensors does not require grad and does not have a grad_fn. "
                    f"No way is left from {root} to a leaf.")
        if self.number > 1:
            return (f"Backward pass {self.number} begins: the graph was computed again, and every .grad keeps what it has. "
                    f"Next: {root} gets the gradient 1.")
        return (f"Forward is done: {root} is {self._amount(self.run.trace.root)}. "
                f"Next: backward begins at {root} with the gradient 1, the slope of the result by itself.")

    def _backward(self):
        fold = self._boxes[self.now.key]
        said, steps = self._say(self.run.steps[-1]), f"Step {self.step}"
        if fold.kind == "fold":
            inside = self._inside(fold)
            said = self._say_fold(fold, inside)
            steps = f"Steps {self.step - len(inside) + 1} to {self.step}" if len(inside) > 1 else steps
        text = f"{steps} of {self.run.total}: {said}"
        if self.step < self.run.total:
            return f"{text} {self._next(self.run.order[self.step])}"
        return f"{text} Backward is done; one more step begins a second pass, which adds to every .grad."

    def _say(self, taken):
        name = self._name(taken.part)
        if taken.part.kind == "leaf":
            total = self.run.grad(taken.part.key)
            now = f", which is now {self._gradient(total)}" if total.size == 1 else ""
            return f"{name} is a leaf: {self._sum_of(taken.part) or self._gradient(taken.arrived)} is added to {name}.grad{now}."
        told = {position: self.in_numbers(taken.part, position) for position in taken.handed}
        handed = []
        for position, gradient in taken.handed.items():
            to = self._name(taken.part.inputs[position])
            if told[position]:
                sum_, result = told[position]
                amount = f"{sum_} = {short(result)}" if sum_ != short(result) else sum_
                one_to_many = not taken.arrived.ndim and gradient.size > 1
                handed.append(f"{amount} to {'each element of ' if one_to_many else ''}{to}")
            else:
                handed.append(f"{self._gradient(gradient)} to {to}")
        hands = f"and hands {' and '.join(handed)}." if handed else "and hands nothing on."
        if any(told.values()) and taken.arrived.ndim:
            at = self.at(taken.arrived)
            return f"{_where(at).capitalize().replace(':', ',')}{name} received {short(taken.arrived[at].item())} {hands}"
        return f"{name} received {self._sum_of(taken.part) or self._gradient(taken.arrived)} {hands}"

    def _say_fold(self, fold, inside):
        face = self.taken.get(self.run.twin(fold.face))
        received = f" received {self._gradient(face.arrived)}" if face else ""
        handed = [f"{self._gradient(gradient)} to {self._title_of(wire.source)}" for wire, gradient in self._out_of(fold)]
        kept = [f"{self._own(taken.part)}.grad" for taken in inside if taken.part.kind == "leaf"]
        told = [*([f"hands {' and '.join(handed)}"] if handed else []), *([f"adds to {' and '.join(kept)}"] if kept else [])]
        return f"{self._name(self.now)}{received}{', ' if received and told else ' '}{' and '.join(told)}."

    def _next(self, part):
        name = self._name(part)
        if self._boxes[part.key].kind == "fold":
            return f"Next: {name}."
        if part.kind == "leaf":
            return f"Next: {name}, a leaf, adds what arrives to {name}.grad."
        rules = [rule(part, position, self.words) for position, edge in enumerate(part.node.edges) if edge is not None]
        if set(rules) == {"grad"}:
            return f"Next: {name}, which hands on what arrives as it is."
        told = " and ".join(sorted({each for each in rules if each != OPEN}, key=rules.index))
        return f"Next: {name}, by its rule {told}." if told and len(told) <= RULE_ROOM else f"Next: {name}."

    def _no_number(self):
        """Where the first value that is no number came from, said calmly."""
        for part in self.ops[:self.reached]:
            if part.value is not None and part.value.dtype.kind == "f" and np.isnan(part.value).any():
                told = ", ".join(self._amount(given) for given in part.inputs if isinstance(given, Part))
                return (f"{self.words.action(part)} of {told} is nan, not a number: there is no value there. "
                        "Everything computed from it is nan too. Move the slider back.")
        return ""

    def _name(self, part):
        """What a sentence calls a part: a folded part goes by the name of its box."""
        box = self._boxes.get(part.key)
        if box is not None and box.kind == "fold":
            return box.face.name or box.title
        return self._own(part)

    def _own(self, part):
        return self.words.called(part)

    def _title_of(self, key):
        box = next(box for box in self._scene.boxes if box.key == key)
        return self._name(self.run.twin(box.face))

    def _inside(self, fold):
        """The last steps that were taken without leaving a folded box."""
        inside = []
        for taken in reversed(self.run.steps):
            if self._boxes[taken.part.key] is not fold:
                break
            inside.insert(0, taken)
        return inside

    def _out_of(self, fold):
        """Yield (wire, gradient) for every wire along which a folded box has handed something on."""
        for wire in self._scene.wires:
            if wire.target == fold.key:
                gradient = self.along(wire)
                if gradient is not None:
                    yield wire, gradient

    def along(self, wire):
        """Return the gradient that has gone back along a wire so far; None where there is none."""
        uses = [(self.run.twin(part), position) for part, position in wire.uses]
        found = [self.taken[part].handed[position] for part, position in uses
                 if part in self.taken and position in self.taken[part].handed]
        same = len({gradient.shape for gradient in found}) == 1
        return None if not found else sum(found[1:], found[0]) if same else found[0]

    def _amount(self, part):
        value = part.value
        return by(part.shape) or "one number" if value is None else short(value.item()) if value.size == 1 else by(value.shape)

    def _gradient(self, gradient):
        if gradient is None:
            return "nothing"
        if gradient.size == 1:
            return short(gradient.reshape(-1)[0].item())
        return f"{by(gradient.shape)} ({gradient_lines(gradient)[0]})" if gradient.size > 9 else by(gradient.shape)

    # ---- the side panel --------------------------------------------------------------------------------------------------

    def panel(self):
        """Return what stands beside the picture: a heading, what was computed, what arrived, and what was handed by which rule."""
        part = self.now
        if part is None:
            heading = "The forward pass is done" if self.number == 1 else f"Backward pass {self.number} has not begun"
            return {"heading": "Before the first step" if self.step < 0 else heading, "computed": "",
                    "arrives": "", "hands": [], "operation": ""}
        fold, taken = self._boxes[part.key], self.taken.get(part)
        if fold.kind == "fold" and taken is not None:
            return self._panel_of_fold(fold)
        panel = {"heading": f"This step: {self.words.title(part)}", "computed": "", "arrives": "", "hands": [],
                 "operation": part.key if part.kind == "op" else ""}
        if part.kind == "op":
            panel["computed"] = self.computed(part)
        if taken is None:
            return panel
        panel["arrives"] = "" if taken.arrived is None else "\n".join(gradient_lines(taken.arrived))
        panel["sum"], panel["why"], panel["waits"] = self._arrived(part), self._why_newest_first(part), self._waiting()
        if part.kind == "leaf":
            name = self._own(part)
            panel["hands"] = [{"to": f"{name}.grad is now:", "rule": f"{name}.grad + what arrives", "numbers": self._sum(taken)}]
            return panel
        for position, gradient in taken.handed.items():
            told = self.in_numbers(part, position)
            numbers = "\n".join(gradient_lines(gradient))
            if told:
                formula = f"{told[0]} = " if told[0] != short(told[1]) else ""
                numbers = f"{_where(self.at(taken.arrived))}{formula}{four(told[1])}"
            panel["hands"].append({"to": f"What it hands to {self._name(part.inputs[position])}:",
                                   "rule": rule(part, position, self.words), "numbers": numbers})
        return panel

    def _arrived(self, part):
        """Return a line for each edge on which something arrived, where there are several: `∇ 1 from b`."""
        found = self.arrivals(part)
        if not 1 < len(found) <= MANY:
            return [f"{len(found)} gradients arrived, and were added up"] if len(found) > MANY else []
        lines = []
        for place, (user, position, gradient) in enumerate(found):
            twice = user.inputs.count(part) > 1
            way = f", as its input {position + 1}" if twice else ""
            lines.append(f"{'+' if place else ' '} {brief(gradient)} from {self._name(user)}{way}")
        return [*lines, f"= {self._gradient(self.taken[part].arrived)}"]

    def _why_newest_first(self, part):
        """Return what waiting was good for: what would have been handed on, had `part` been visited at each arrival."""
        numbers = [gradient for *_, gradient in self.arrivals(part)]
        if part.kind != "op" or not 1 < len(numbers) <= MANY or any(gradient.size != 1 for gradient in numbers):
            return ""
        so_far, total = [], 0.0
        for gradient in numbers:
            total += gradient.item()
            so_far.append(total)
        name = self._name(part)
        return (f"Newest first: {name} was made before every step that uses it, so all {len(numbers)} edges into it had brought theirs. "
                f"Visited at each arrival, with what it had by then, it would have handed on for "
                f"{' and again for '.join(short(each) for each in so_far)}: as if {short(sum(so_far))} had arrived, not {short(total)}.")

    def _waiting(self):
        """Return what has received a part of its gradient, and waits for the rest: `x has 1 so far and waits for 2 more edges`."""
        reached = {part: None for taken in self.run.steps for part in (taken.part.inputs[position] for position in taken.handed)}
        lines = []
        for part in reached:
            if part not in self.taken and (more := self.missing(part)):
                so_far = [gradient for *_, gradient in self.arrivals(part)]
                amount = self._gradient(sum(so_far[1:], so_far[0])) if len({each.shape for each in so_far}) == 1 else "something"
                lines.append(f"{self._name(part)} has {amount} so far and waits for {more} more edge{'s' * (more > 1)}")
        return lines[:FEW_WAIT]

    def _panel_of_fold(self, fold):
        face = self.taken.get(self.run.twin(fold.face))
        hands = [{"to": f"What it hands to {self._title_of(wire.source)}:", "rule": "", "numbers": "\n".join(gradient_lines(gradient))}
                 for wire, gradient in self._out_of(fold)]
        hands += [{"to": f"Added to {self._own(taken.part)}.grad:", "rule": "", "numbers": "\n".join(gradient_lines(taken.arrived))}
                  for taken in self._inside(fold) if taken.part.kind == "leaf"]
        return {"heading": f"These steps: {fold.title}", "computed": "", "hands": hands, "operation": "",
                "arrives": "\n".join(gradient_lines(face.arrived)) if face and face.arrived is not None else ""}

    def _sum(self, taken):
        """The sum that a leaf makes: `18 + 18 = 36.0000`."""
        after, before = self.run.grad(taken.part.key), self.run.before(taken.part.key)
        if after.size > 1:
            return "\n".join(gradient_lines(after))
        return (f"{short(before.item())} + {short(taken.arrived.item())} = " if before is not None else "") + four(after.item())


def _met(operand, at):
    """The number of an input that met the element `at` of the output, where they were broadcast together."""
    if operand is None or not hasattr(operand, "ndim"):
        return operand
    if operand.ndim > len(at):
        return None
    at = at[len(at) - operand.ndim:]
    return operand[tuple(0 if side == 1 else place for side, place in zip(operand.shape, at))].item()


def _where(at):
    """Return the words in front of the numbers of one element: `at [0, 1]: `."""
    return f"at {list(at)}: " if at else ""
