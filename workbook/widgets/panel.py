"""What stands beside the picture: the step with its numbers, its rule, and why the walk came to it now."""

from collections import Counter

from .numbers import brief, four, gradient_lines, short
from .rules import rule
from .telling import MANY, where

FEW_WAIT = 3         # parts of which is told what they wait for


def panel(telling):
    """Return what stands beside the picture: a heading, what was computed, what arrived, and what was handed by which rule."""
    part = telling.now
    if part is None:
        heading = "The forward pass is done" if telling.number == 1 else f"Backward pass {telling.number} has not begun"
        return {"heading": "Before the first step" if telling.step < 0 else heading, "computed": "",
                "arrives": "", "hands": [], "operation": ""}
    fold, taken = telling.boxes[part.key], telling.taken.get(part)
    if fold.kind == "fold" and taken is not None:
        return _panel_of_fold(telling, fold)
    said = {"heading": f"This step: {telling.words.title(part)}", "computed": "", "arrives": "", "hands": [],
             "operation": part.key if part.kind == "op" else ""}
    if part.kind == "op":
        said["computed"] = telling.computed(part)
    if taken is None:
        return said
    said["arrives"] = "" if taken.arrived is None else "\n".join(gradient_lines(taken.arrived))
    said["sum"], said["why"], said["waits"] = _arrived(telling, part), _why_newest_first(telling, part), _waiting(telling)
    if part.kind == "leaf":
        name = telling.own(part)
        said["hands"] = [{"to": f"{name}.grad is now:", "rule": f"{name}.grad + what arrives", "numbers": _sum(telling, taken)}]
        return said
    edges_to = Counter(part.inputs[position] for position in taken.handed)
    for position, gradient in taken.handed.items():
        told = telling.in_numbers(part, position)
        numbers = "\n".join(gradient_lines(gradient))
        if told:
            formula = f"{told[0]} = " if told[0] != short(told[1]) else ""
            numbers = f"{where(telling.at(taken.arrived))}{formula}{four(told[1])}"
        hand = {"to": telling.name(part.inputs[position]), "rule": rule(part, position, telling.words), "numbers": numbers}
        if hand not in said["hands"]:
            said["hands"].append(hand)
        elif edges_to[part.inputs[position]] > 1:  # x * x: the same goes along both edges, and is told once
            hand = said["hands"][said["hands"].index(hand)]
            hand["edges"] = hand.get("edges", 1) + 1
    for hand in said["hands"]:
        along = f", along each of {hand.pop('edges')} edges" if "edges" in hand else ""
        hand["to"] = f"What it hands to {hand['to']}{along}:"
    return said


def _arrived(telling, part):
    """Return a line for each edge on which something arrived, where there are several: `∇ 1 from b`."""
    found = telling.arrivals(part)
    if not 1 < len(found) <= MANY:
        return [f"{len(found)} gradients arrived, and were added up"] if len(found) > MANY else []
    lines = []
    for place, (user, position, gradient) in enumerate(found):
        twice = user.inputs.count(part) > 1
        way = f", as its input {position + 1}" if twice else ""
        lines.append(f"{'+' if place else ' '} {brief(gradient)} from {telling.name(user)}{way}")
    return [*lines, f"= {telling.gradient(telling.taken[part].arrived)}"]


def _why_newest_first(telling, part):
    """Return what waiting was good for: what would have been handed on, had `part` been visited at each arrival."""
    numbers = [gradient for *_, gradient in telling.arrivals(part)]
    if part.kind != "op" or not 1 < len(numbers) <= MANY or any(gradient.size != 1 for gradient in numbers):
        return ""
    so_far, total = [], 0.0
    for gradient in numbers:
        total += gradient.item()
        so_far.append(total)
    name = telling.name(part)
    return (f"Newest first: {name} was made before every step that uses it, so all {len(numbers)} edges into it had brought theirs. "
            f"Visited at each arrival, with what it had by then, it would have handed on for "
            f"{' and again for '.join(short(each) for each in so_far)}: as if {short(sum(so_far))} had arrived, not {short(total)}.")


def _waiting(telling):
    """Return what has received a part of its gradient, and waits for the rest: `x has 1 so far and waits for 2 more edges`."""
    reached = {part: None for taken in telling.run.steps for part in (taken.part.inputs[position] for position in taken.handed)}
    lines = []
    for part in reached:
        if part not in telling.taken and (more := telling.missing(part)):
            so_far = [gradient for *_, gradient in telling.arrivals(part)]
            amount = telling.gradient(sum(so_far[1:], so_far[0])) if len({each.shape for each in so_far}) == 1 else "something"
            lines.append(f"{telling.name(part)} has {amount} so far and waits for {more} more edge{'s' * (more > 1)}")
    return lines[:FEW_WAIT]


def _panel_of_fold(telling, fold):
    face = telling.taken.get(telling.run.twin(fold.face))
    hands = [{"to": f"What it hands to {telling.title_of(wire.source)}:", "rule": "", "numbers": "\n".join(gradient_lines(gradient))}
             for wire, gradient in telling.out_of(fold)]
    hands += [{"to": f"Added to {telling.own(taken.part)}.grad:", "rule": "", "numbers": "\n".join(gradient_lines(taken.arrived))}
              for taken in telling.inside(fold) if taken.part.kind == "leaf"]
    return {"heading": f"These steps: {fold.title}", "computed": "", "hands": hands, "operation": "",
            "arrives": "\n".join(gradient_lines(face.arrived)) if face and face.arrived is not None else ""}


def _sum(telling, taken):
    """The sum that a leaf makes: `18 + 18 = 36.0000`."""
    after, before = telling.run.grad(taken.part.key), telling.run.before(taken.part.key)
    if after is None:
        return "None: nothing arrived"
    if after.size != 1:
        return "\n".join(gradient_lines(after))
    return (f"{short(before.item())} + {short(taken.arrived.item())} = " if before is not None else "") + four(after.item())
