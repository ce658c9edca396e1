"""From a Trace to the boxes and wires that are drawn."""

from collections import defaultdict

from .folding import MOST
from .layout import layers_from_result
from .model import Box, Scene, Wire
from .numbers import written_out
from .trace import Part
from .words import plain_number, sizes

LAYERS_ACROSS = 5   # a graph of more layers reads better down the page
FAR = 3             # a leaf that is used more layers away is drawn again there,
SHARED = 4          # and one that is used so often is drawn again wherever it does not stand beside its user


def build(trace, words, folding, title=None):
    """Return the Scene of a Trace: leaves, constants, steps and folded modules as boxes, what flows between them as wires."""
    notes = []
    earlier = _too_many(trace, folding)
    if earlier:
        notes.append(f"The first {len(earlier)} steps are drawn as one box: more than {MOST} boxes cannot be read.")
    boxes, of_part = _boxes(trace, words, folding, earlier)
    wires = _wires(trace, of_part)
    used = {wire.source for wire in wires} | {of_part[trace.root].key}
    if trace.failed:  # what was computed and not yet used
        used |= {of_part[part].key for part in trace.ops}
    boxes = [box for box in boxes if box.key in used]
    layer = layers_from_result([box.key for box in boxes], [(wire.source, wire.target) for wire in wires])
    down = max(layer.values()) >= LAYERS_ACROSS
    if down:
        boxes, wires = _with_ghosts(boxes, wires, layer)
    formula = words.formula(trace.root)
    if title is None:
        name = trace.root.name
        title = f"{name} = {formula}" if name and formula and formula != name else formula or name or _count(trace)
    return Scene(title, boxes, wires, down, folding.listed(), notes)


def _count(trace):
    return f"{len(trace.ops)} steps from {len(trace.leaves)} leaves"


def _too_many(trace, folding):
    """Return the oldest steps that must share one box so that the picture keeps to its limit; [] where it does."""
    shown = {folding.shown(part) or part for part in trace.parts}
    excess = len(shown) - MOST
    if excess <= 0:
        return []
    folding.open_by_hand()
    # Going from the oldest step on keeps the folded part whole: nothing in it depends on anything outside it.
    hidden, seen = [], set()
    for part in trace.ops[:-1]:
        hidden.append(part)
        seen |= {folding.shown(each) or each for each in [part, *(given for given in part.inputs if isinstance(given, Part))]}
        if len(seen) > excess:
            break
    # A module that was only half run stays outside.
    last = folding.shown(hidden[-1])
    while hidden and last is not None and folding.shown(hidden[-1]) is last and folding.shown(trace.ops[len(hidden)]) is last:
        hidden.pop()
    return hidden


def _boxes(trace, words, folding, earlier):
    """Return the boxes in the order leaves, constants, steps, and the box of each Part (None for a number in a label)."""
    of_part, boxes, by_group = {}, [], {}
    gone = set(earlier)
    if earlier:
        inside = [part for part in [*trace.leaves, *trace.constants] if all(user in gone for user in part.users)]
        box = Box("earlier", "fold", "earlier steps", f"+ {len(earlier)} steps", [*inside, *earlier], earlier[-1])
        boxes.append(box)
        of_part.update(dict.fromkeys(box.parts, box))
    for part in trace.parts:
        if part in of_part or (part.kind == "constant" and plain_number(part) is not None):
            of_part.setdefault(part)
            continue
        group = folding.shown(part)
        if group is None:
            kind = "result" if part is trace.root and part.kind == "op" else part.kind
            box = Box(part.key, kind, words.title(part), _note(part, folding), [part], part)
            boxes.append(box)
        elif group in by_group:
            box = by_group[group]
            box.parts.append(part)
        else:
            box = by_group[group] = Box(group.key, "fold", group.title, "", [part], None, folds=group.key)
            boxes.append(box)
        of_part[part] = box
    for group, box in by_group.items():
        steps = [part for part in box.parts if part.kind == "op"]
        box.face = steps[-1]
        name = box.face.name
        box.title = f"{name} = {group.title}" if name and not group.title.startswith(f"{name} =") else group.title  # a line says it itself
        leaves = sum(part.kind == "leaf" for part in box.parts)
        told = group.note, plural(len(steps), "step"), plural(leaves, "leaf", "leaves") if leaves else ""
        box.note = "+ " + ", ".join(filter(None, told))
    return boxes, of_part


def _note(part, folding):
    where = folding.inside(part) if part.kind == "op" else ""
    shape = "" if part.value is not None and written_out(part.shape) else sizes(part)
    return " · ".join(filter(None, (where, shape)))


def _wires(trace, of_part):
    """Return the wires: one a use, but only one between two boxes of which one is folded."""
    wires, folded = [], {}
    for part in trace.steps:
        target = of_part[part]
        for position, given in enumerate(part.inputs):
            source = of_part.get(given) if isinstance(given, Part) else None
            if source is None or source is target:
                continue
            pair = (source.key, target.key) if "fold" in (source.kind, target.kind) else None
            if pair in folded:
                folded[pair].uses.append((part, position))
                continue
            wire = Wire(f"{part.key}.{position}", source.key, target.key, [(part, position)])
            wires.append(wire)
            if pair:
                folded[pair] = wire
    return wires


def _with_ghosts(boxes, wires, layer):
    """Return boxes and wires after drawing leaves and constants again near each far use."""
    by_key = {box.key: box for box in boxes}
    boxes, wires = list(boxes), list(wires)
    uses = defaultdict(list)
    for place, wire in enumerate(wires):
        if by_key[wire.source].kind in ("leaf", "constant"):
            uses[wire.source].append(place)
    for key, places in uses.items():
        box = by_key[key]
        for place in places:
            wire = wires[place]
            if layer[wire.target] - layer[key] > (1 if len(places) >= SHARED else FAR):
                ghost = Box(f"{key}~{wire.key}", box.kind, box.title, "again", box.parts, box.face, of=key)
                boxes.append(ghost)
                wires[place] = Wire(wire.key, ghost.key, wire.target, wire.uses)
    return boxes, wires


def plural(count, one, many=None):
    """Return `1 step`, `2 steps`.

    >>> plural(1, "step"), plural(2, "leaf", "leaves")
    ('1 step', '2 leaves')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"
