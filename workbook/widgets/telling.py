"""One moment in names and numbers: what was computed, what arrived where, and what was handed on. Sentences and panel are made of these."""

from .numbers import by, gradient_lines, short
from .rules import is_elementwise, with_numbers
from .trace import Part
from .words import BETWEEN, bracketed

MANY = 4             # arrivals that are told one by one


class Telling:
    """What is known of `run` at `step`: below 0 the forward pass is running, above 0 so many steps were taken back.

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
        self.boxes = {part.key: box for box in scene.boxes if not box.ghost for part in box.parts}
        self.scene, self._cuts = scene, cuts

    # ---- numbers ---------------------------------------------------------------------------------------------------------

    def in_numbers(self, part, position, at=None):
        """Return what `part` handed to its input as numbers in its rule, and the result: ("1 × 3", 3.0).

        The numbers are those of one element, `at` or the one that is followed; None where no single line of numbers says it.
        """
        taken = self.taken[part]
        handed = taken.handed[position]
        if part.value is None or taken.arrived is None or not part.value.size or not handed.size or (part.value.ndim and part.value.shape != handed.shape):
            return None
        at = self.at(taken.arrived) if at is None or len(at) != taken.arrived.ndim else at
        operands = ([_met(part.operand(each), at) for each in range(len(part.inputs))] + [None, None])[:2]
        told = with_numbers(part, position, taken.arrived[at].item(), operands, part.value[at].item())
        return told and (told, handed[at if handed.ndim == len(at) else self.at(handed)].item())

    def applied(self, part, at):
        """Return a step with the numbers that it met at one element: `log(−1)`; '' where no single line of numbers says it."""
        if not is_elementwise(part):
            return ""
        operands = [part.operand(position) for position, each in enumerate(part.inputs) if each is not None]
        return self.words.with_operands(part, [_met(operand, at) for operand in operands])

    def computed(self, part):
        """Return how `part` came by its value: `27 = 9 × 3`; of arrays, for one element or in shapes."""
        value, given = part.value, [each for each in part.inputs if each is not None]
        if value is None or not value.size:
            return ""
        operands = [part.operand(position) for position, each in enumerate(part.inputs) if each is not None]
        single = not value.ndim and all(getattr(operand, "ndim", 0) == 0 for operand in operands)
        if is_elementwise(part) or single:
            at = self.at(value)
            told = self.words.with_operands(part, [_met(operand, at) for operand in operands])
            return f"{where(at)}{short(value[at].item())} = {told}"
        shapes = [by(each.shape) or self.amount(each) if isinstance(each, Part) else short(each) for each in given]
        sign = BETWEEN.get(part.operation, ("",))[0]
        inside = f" {sign} ".join(shapes) if sign else f"{self.words.action(part)}({', '.join(shapes)})"
        return f"{self.amount(part)} = {inside}"

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

    def sum_of(self, part):
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

    # ---- names and amounts -----------------------------------------------------------------------------------------------

    def name(self, part):
        """Return what a sentence calls a part: a folded part goes by the name of its box."""
        box = self.boxes.get(part.key)
        if box is not None and box.kind == "fold":
            return box.face.name or box.title
        return self.own(part)

    def own(self, part):
        """Return what a part is called by itself, folded or not."""
        return self.words.called(part)

    def title_of(self, key):
        """Return what a sentence calls the box of this key."""
        box = next(box for box in self.scene.boxes if box.key == key)
        return self.name(self.run.twin(box.face))

    def inside(self, fold):
        """Return the last steps that were taken without leaving a folded box."""
        inside = []
        for taken in reversed(self.run.steps):
            if self.boxes[taken.part.key] is not fold:
                break
            inside.insert(0, taken)
        return inside

    def out_of(self, fold):
        """Yield (wire, gradient) for every wire along which a folded box has handed something on."""
        for wire in self.scene.wires:
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

    def amount(self, part):
        """Return a part's value as a sentence says it: one number, or a shape."""
        value = part.value
        return by(part.shape) or "one number" if value is None else short(value.item()) if value.size == 1 else by(value.shape)

    def gradient(self, gradient):
        """Return a gradient as a sentence says it: one number, or a shape and, of a large one, its length."""
        if gradient is None:
            return "nothing"
        if gradient.size == 1:
            return short(gradient.reshape(-1)[0].item())
        return f"{by(gradient.shape)} ({gradient_lines(gradient)[0]})" if gradient.size > 9 else by(gradient.shape)


def _met(operand, at):
    """The number of an input that met the element `at` of the output, where they were broadcast together."""
    if operand is None or not hasattr(operand, "ndim"):
        return operand
    if operand.ndim > len(at):
        return None
    at = at[len(at) - operand.ndim:]
    return operand[tuple(0 if side == 1 else place for side, place in zip(operand.shape, at))].item()


def where(at):
    """Return the words in front of the numbers of one element: `at [0, 1]: `."""
    return f"at {list(at)}: " if at else ""
