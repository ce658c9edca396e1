"""Which axis of a result came from which axis: for an index, and for every step of a pipeline."""

from dataclasses import dataclass
from math import prod

NEW = "new"
DEFAULT = {0: [], 1: ["place"], 2: ["row", "column"], 3: ["sheet", "row", "column"], 4: ["batch", "channel", "row", "column"]}


@dataclass
class Axis:
    """One axis of a result: its name, and in words where it came from."""
    name: str
    told: str


def named(shape, names=None):
    """Return a name for each axis of a tensor: those given, else row and column."""
    if names is not None:
        return list(names)
    return list(DEFAULT.get(len(shape)) or [f"axis {dim}" for dim in range(len(shape))])


def consumed(parts, objects, ndim):
    """Return, for every part of an index, the list of the axes that it works on; and those that no part names."""
    taken = [0 if part.kind in ("new", "rest") else thing.ndim if part.kind == "mask" else 1 for part, thing in zip(parts, objects)]
    rest, dims, at = ndim - sum(taken), [], 0
    for part, count in zip(parts, taken):
        count = rest if part.kind == "rest" else count
        dims.append(list(range(at, at + count)))
        at += count
    return dims, list(range(at, ndim))


def of_index(parts, objects, names):
    """Return the axes of `x[parts]`, where x has axes called `names`; `objects` are the parts as Python has them."""
    dims, unnamed = consumed(parts, objects, len(names))
    entries = []  # what is left of x's axes, in order: each an Axis, or a part that picks
    for part, on in zip(parts, dims):
        if part.kind == "new":
            entries.append(Axis(NEW, "new, made by None"))
        elif part.kind == "slice":
            entries.append(Axis(names[on[0]], f"x's dim {on[0]}, {part.text}" if part.text != ":" else f"x's dim {on[0]}, whole"))
        elif part.kind == "rest":
            entries += [Axis(names[dim], f"x's dim {dim}, whole") for dim in on]
        elif part.kind in ("list", "mask"):
            entries.append(on)
    entries += [Axis(names[dim], f"x's dim {dim}, whole") for dim in unnamed]
    picking = [place for place, entry in enumerate(entries) if isinstance(entry, list)]
    if not picking:
        return entries
    together = picking[-1] - picking[0] + 1 == len(picking)
    picked = _picked(parts, objects, [entries[place] for place in picking], names)
    before = entries[:picking[0]] if together else []
    behind = [entry for entry in entries[len(before):] if not isinstance(entry, list)]
    return [*before, *picked, *behind]


def _picked(parts, objects, dims, names):
    """The axes that lists and masks make together, by broadcasting with each other."""
    flat = [dim for each in dims for dim in each]
    many = max(thing.ndim if part.kind == "list" else 1 for part, thing in zip(parts, objects) if part.kind in ("list", "mask"))
    told = f"picked from x's dim{'s' * (len(flat) > 1)} {' and '.join(map(str, flat))}"
    return [Axis("·".join(names[dim] for dim in flat), told) for _ in range(many)]


def of_step(step, inputs, result, objects=()):
    """Return the axes of a step's result. `inputs` are (shape, names) pairs, `result` is a shape."""
    shape, names = inputs[0]
    ndim, name = len(shape), step.name
    same = [Axis(each, f"dim {dim}, as it was") for dim, each in enumerate(names)]
    given = list(step.arguments)

    def dim_of(position, keyword, among):
        """The axis that an argument names, counted from the left."""
        return step.keywords.get(keyword, given[position] if position < len(given) else 0) % max(among, 1)

    if step.kind == "index":
        return [Axis(axis.name, axis.told.replace("x's dim", "dim")) for axis in of_index(step.parts, objects, names)]
    if name in ("permute", "transpose", "swapaxes", "t", "T", "mT"):
        order = list(range(ndim))
        if name == "permute":
            dims = step.keywords.get("dims", given[0] if given and isinstance(given[0], (list, tuple)) else given)
            order = [dim % ndim for dim in dims]
        elif ndim > 1:
            a, b = (dim_of(0, "dim0", ndim), dim_of(1, "dim1", ndim)) if name in ("transpose", "swapaxes") else (ndim - 2, ndim - 1)
            order[a], order[b] = b, a
        return [Axis(names[old], f"dim {old}, moved here" if old != new else f"dim {old}, as it was") for new, old in enumerate(order)]
    if name == "unsqueeze":
        place = dim_of(0, "dim", ndim + 1)
        return [*same[:place], Axis(NEW, "new, of size 1"), *same[place:]]
    if name == "squeeze":
        dims = step.keywords.get("dim", given[0] if given else range(ndim))
        chosen = [dim % max(ndim, 1) for dim in ([dims] if isinstance(dims, int) else dims)]
        return [axis for dim, axis in enumerate(same) if not (dim in chosen and shape[dim] == 1)]
    if name == "stack":
        place = dim_of(0, "dim", len(result))
        return [*same[:place], Axis("which", f"new: which of the {len(inputs)}"), *same[place:]]
    if name in ("cat", "concat"):
        place = dim_of(0, "dim", ndim)
        sizes = " + ".join(str(each[place]) for each, _ in inputs)
        return [Axis(axis.name, f"dim {dim}, {sizes} joined") if dim == place else axis for dim, axis in enumerate(same)]
    if name in ("expand", "repeat"):
        added = len(result) - ndim
        return [Axis(NEW, "new, repeated")] * added + [
            Axis(axis.name, f"dim {dim}, repeated {result[dim + added]} ÷ {size}") if result[dim + added] != size else axis
            for dim, (axis, size) in enumerate(zip(same, shape))]
    if name == "select":
        return [axis for dim, axis in enumerate(same) if dim != dim_of(0, "dim", ndim)]
    if name in ("reshape", "view", "flatten"):
        return regrouped(shape, names, result)
    return same


def regrouped(shape, names, result):
    """Return the axes of a reshape: kept, merged or split where the sizes allow it, else cut anew.

    >>> [axis.name for axis in regrouped((2, 3, 4), ["a", "b", "c"], (6, 2, 2))]
    ['a·b', 'c ÷ 1', 'c ÷ 2']
    >>> [axis.name for axis in regrouped((2, 3), ["row", "column"], (3, 2))]
    ['mixed', 'mixed']
    """
    if not prod(shape) or not prod(result):
        return [Axis("mixed", "of nothing")] * len(result)
    axes, old, new = [], 0, 0
    while old < len(shape) or new < len(result):
        group, into = [old] if old < len(shape) else [], [new] if new < len(result) else []
        old, new = old + len(group), new + len(into)
        while (had := prod(shape[d] for d in group)) != (has := prod(result[d] for d in into)):
            if had < has:
                group.append(old)
                old += 1
            else:
                into.append(new)
                new += 1
        axes += _regrouped([dim for dim in group if shape[dim] != 1 or len(group) == 1], into, names, result)
    return axes


def _regrouped(group, into, names, result):
    wide = [dim for dim in into if result[dim] != 1]
    if len(into) > 1 and len(wide) <= 1 and group:  # axes of size 1 beside one that is kept or merged
        kept = wide[0] if wide else into[0]
        return [_regrouped(group, [dim], names, result)[0] if dim == kept else Axis(NEW, "new, of size 1") for dim in into]
    if not into:
        return []
    if not group:
        return [Axis(NEW, "new, of size 1") for _ in into]
    if len(group) == len(into) == 1:
        return [Axis(names[group[0]], f"dim {group[0]}, as it was")]
    if len(into) == 1:
        return [Axis("·".join(names[dim] for dim in group), f"dims {' and '.join(map(str, group))} merged")]
    if len(group) == 1:
        return [Axis(f"{names[group[0]]} ÷ {number}", f"dim {group[0]} split") for number, _ in enumerate(into, 1)]
    return [Axis("mixed", f"dims {' and '.join(map(str, group))}, cut anew") for _ in into]
