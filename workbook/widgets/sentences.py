"""The sentence under the picture: what just happened, and what comes next. It is the line that is spoken, too."""

import numpy as np

from .numbers import short
from .rules import OPEN, rule
from .telling import where
from .trace import Part

RULE_ROOM = 44       # letters of a rule that a sentence can carry


def status(telling):
    """Return where in the passes this moment is."""
    if telling.step < 0:
        return f"forward, step {telling.reached} of {len(telling.ops)}"
    name = f"backward pass {telling.number}" if telling.number > 1 else "backward"
    return "forward done" if telling.step == 0 and telling.number == 1 else f"{name}, step {telling.step} of {telling.run.total}"


def sentence(telling):
    """Return one sentence on what just happened, and one on what comes next."""
    return _no_number(telling) or (_forward(telling) if telling.step < 0 else _between(telling) if telling.step == 0 else _backward(telling))


def _forward(telling):
    ahead = f"Next: {telling.name(telling.ops[telling.reached])}."
    if telling.now is None:
        return f"Only the leaves have values. {ahead}"
    told = telling.computed(telling.now)
    return f"Forward step {telling.reached} of {len(telling.ops)}: {telling.name(telling.now)} computed {told or 'its value'}. {ahead}"


def _between(telling):
    root = telling.name(telling.run.trace.root)
    if telling.run.trace.root in telling.run.unreached:
        return (f"backward() would be refused here: element 0 of tensors does not require grad and does not have a grad_fn. "
                f"No way is left from {root} to a leaf.")
    if telling.number > 1:
        return (f"Backward pass {telling.number} begins: the graph was computed again, and every .grad keeps what it has. "
                f"Next: {root} gets the gradient 1.")
    return (f"Forward is done: {root} is {telling.amount(telling.run.trace.root)}. "
            f"Next: backward begins at {root} with the gradient 1, the slope of the result by itself.")


def _backward(telling):
    fold = telling.boxes[telling.now.key]
    said, steps = _say(telling, telling.run.steps[-1]), f"Step {telling.step}"
    if fold.kind == "fold":
        inside = telling.inside(fold)
        said = _say_fold(telling, fold, inside)
        steps = f"Steps {telling.step - len(inside) + 1} to {telling.step}" if len(inside) > 1 else steps
    text = f"{steps} of {telling.run.total}: {said}{_no_slope(telling, telling.run.steps[-1])}"
    if telling.step < telling.run.total:
        return f"{text} {_next(telling, telling.run.order[telling.step])}"
    return f"{text} Backward is done; one more step begins a second pass, which adds to every .grad."


def _say(telling, taken):
    name = telling.name(taken.part)
    if taken.part.kind == "leaf":
        total = telling.run.grad(taken.part.key)
        if total is None:
            return f"{name} is a leaf: nothing arrived, and {name}.grad stays None."
        now = f", which is now {telling.gradient(total)}" if total.size == 1 else ""
        are = "are" if taken.arrived is not None and taken.arrived.ndim == 1 and taken.arrived.size != 1 else "is"
        return f"{name} is a leaf: {telling.sum_of(taken.part) or telling.gradient(taken.arrived)} {are} added to {name}.grad{now}."
    told = {position: telling.in_numbers(taken.part, position) for position in taken.handed}
    handed = []
    for position, gradient in taken.handed.items():
        to = telling.name(taken.part.inputs[position])
        if told[position]:
            sum_, result = told[position]
            amount = f"{sum_} = {short(result)}" if sum_ != short(result) else sum_
            one_to_many = not taken.arrived.ndim and gradient.size > 1
            handed.append(f"{amount} to {'each element of ' if one_to_many else ''}{to}")
        else:
            handed.append(f"{telling.gradient(gradient)} to {to}")
    hands = f"and hands {' and '.join(handed)}." if handed else "and hands nothing on."
    if any(told.values()) and taken.arrived.ndim:
        at = telling.at(taken.arrived)
        return f"{where(at).capitalize().replace(':', ',')}{name} received {short(taken.arrived[at].item())} {hands}"
    return f"{name} received {telling.sum_of(taken.part) or telling.gradient(taken.arrived)} {hands}"


def _say_fold(telling, fold, inside):
    face = telling.taken.get(telling.run.twin(fold.face))
    received = f" received {telling.gradient(face.arrived)}" if face else ""
    handed = [f"{telling.gradient(gradient)} to {telling.title_of(wire.source)}" for wire, gradient in telling.out_of(fold)]
    kept = [f"{telling.own(taken.part)}.grad" for taken in inside if taken.part.kind == "leaf"]
    told = [*([f"hands {' and '.join(handed)}"] if handed else []), *([f"adds to {' and '.join(kept)}"] if kept else [])]
    return f"{telling.name(telling.now)}{received}{', ' if received and told else ' '}{' and '.join(told)}."


def _next(telling, part):
    name = telling.name(part)
    if telling.boxes[part.key].kind == "fold":
        return f"Next: {name}."
    if part.kind == "leaf":
        return f"Next: {name}, a leaf, adds what arrives to {name}.grad."
    rules = [rule(part, position, telling.words) for position, edge in enumerate(part.node.edges) if edge is not None]
    if set(rules) == {"grad"}:
        return f"Next: {name}, which hands on what arrives as it is."
    told = " and ".join(sorted({each for each in rules if each != OPEN}, key=rules.index))
    return f"Next: {name}, by its rule {told}." if told and len(told) <= RULE_ROOM else f"Next: {name}."


def _no_number(telling):
    """Where the first value that is no number came from, said calmly: when it is computed, and at the end of the forward pass."""
    part = next((part for part in telling.ops[:telling.reached] if _has_nan(part.value)), None)
    if part is None or (telling.step and part is not telling.now):
        return ""
    given = [each for each in part.inputs if isinstance(each, Part)]
    had = next((each for each in given if _has_nan(each.value)), None)
    if had is not None:
        return f"{telling.own(had)} holds nan, which is not a number. Everything computed from it is nan too."
    told = telling.applied(part, _first(np.isnan(part.value))) or \
        f"{telling.words.action(part)} of {', '.join(telling.amount(each) for each in given)}"
    return f"{told} is nan, not a number: there is no value there. Everything computed from it is nan too."


def _no_slope(telling, taken):
    """Where nan enters the gradients although every value is a number: a slope without bound that meets a 0, mostly."""
    if _has_nan(taken.arrived) or _has_nan(taken.part.value):
        return ""
    for position, gradient in taken.handed.items():
        if _has_nan(gradient):
            told = telling.in_numbers(taken.part, position, _first(np.isnan(gradient)))
            return f" Here nan enters the gradients, which is not a number{f': {told[0]}' if told else ''}."
    return ""


def _has_nan(array):
    return array is not None and array.dtype.kind in "fc" and bool(np.isnan(array).any())


def _first(marks):
    """The index of the first marked element."""
    return tuple(int(at) for at in np.argwhere(marks)[0])
