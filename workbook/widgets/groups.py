"""The pieces of a computation that can be drawn as one box: calls of modules, and what a loop did over and over.

Every piece is an unbroken run of steps, in the order in which they were computed. So no path leaves a piece and comes back, and
a folded graph has no circle.
"""

from dataclasses import dataclass, field

import numpy as np

from .sources import student_line

LONGEST = 512   # steps of one round of a loop, at most
LEAST = 3       # a loop went round at least so often
TOGETHER = 12   # more rounds than these are put together by tens, hundreds, ...


@dataclass(eq=False)
class Group:
    """One piece: the steps it ran, what only it used, and the groups inside. `items` are its steps and groups in order.

    `module` is the module that was called, None where a loop or the reader made the group; `note` tells how often, or which time.
    """

    key: str
    title: str
    module: object = None
    parent: object = None
    note: str = ""
    items: list = field(default_factory=list)
    parts: list = field(default_factory=list)

    @property
    def depth(self):
        """How many groups this one stands in."""
        return 0 if self.parent is None else self.parent.depth + 1


class Groups:
    """All groups of a Trace in the order in which they are listed, and `of`: the innermost group of each part, by its key."""

    def __init__(self, trace, module_name):
        self.listed, self.of, self._made = [], {}, 0
        self.top = _with_loops(self._calls(trace, module_name), self._new)
        self._list(self.top, None)
        for part in [*trace.leaves, *trace.constants]:
            self._place(part)

    def path(self, part):
        """Return the groups that hold a part, outermost first."""
        path, group = [], self.of.get(part.key)
        while group is not None:
            path.insert(0, group)
            group = group.parent
        return path

    def _new(self, title, module=None, items=(), note=""):
        self._made += 1
        return Group(f"group{self._made}", title, module, None, note, list(items))

    def _calls(self, trace, module_name):
        """Cut the steps, in order, into calls of modules: a call is an unbroken run of steps under the same module."""
        top, open_now = [], []
        for part in trace.ops:
            same = 0
            while same < min(len(open_now), len(part.modules)) and open_now[same].module is part.modules[same]:
                same += 1
            del open_now[same:]
            for module in part.modules[same:]:
                parent = open_now[-1] if open_now else None
                group = self._new(module_name(module, parent and parent.module), module)
                (parent.items if parent else top).append(group)
                open_now.append(group)
            (open_now[-1].items if open_now else top).append(part)
        return top

    def _list(self, items, parent):
        """List the groups among `items`, from the outermost in, and give each its parent and its steps."""
        for item in items:
            if not isinstance(item, Group):
                if parent is not None:
                    self.of[item.key] = parent
                continue
            item.parent, item.parts = parent, list(_steps([item]))
            self.listed.append(item)
            self._list(item.items, item)

    def _place(self, part):
        """Put a leaf or a constant into the innermost group that alone uses it, if it is that group's own.

        A module owns its parameters and buffers, and a loop what has no name and is used there alone; data from outside stays outside.
        """
        owner = None
        for level in zip(*[self.path(user) for user in part.users]):
            if any(group is not level[0] for group in level):
                break
            if part.name is None if level[0].module is None else _owns(level[0].module, part):
                owner = level[0]
        self.of[part.key] = owner
        while owner is not None:
            owner.parts.append(part)
            owner = owner.parent


def _owns(module, part):
    """Whether the module, or one inside it, has this leaf as a parameter or this constant as a buffer."""
    if part.kind == "leaf":
        return any(tensor is part.node.variable for tensor in module.parameters())
    return any(tensor._array is part.kept.source for tensor in module.buffers())


# ---- loops ----------------------------------------------------------------------------------------------------------------


def _with_loops(items, new):
    """Return `items` with every loop among them as one group of its rounds; so also inside each call of a module."""
    for item in items:
        if isinstance(item, Group):
            item.items = _with_loops(item.items, new)
    return _cut(items, new)


def _cut(items, new):
    done, at = [], 0
    for start, period, count in loops([_form(item) for item in items], [_line(item) for item in items]):
        done += items[at:start]
        at = start + period * count
        rounds = [items[first:first + period] for first in range(start, at, period)]
        done.append(_loop(rounds, new))
    return [*done, *items[at:]]


def _loop(rounds, new):
    """Return the group of a loop. A round of one module is that module's own group."""
    steps = [list(_steps(each)) for each in rounds]
    body = rounds[0][0] if len(rounds[0]) == 1 else None
    title = body.title if isinstance(body, Group) else _title(steps[0])
    members = []
    for number, each in enumerate(rounds, start=1):
        if len(each) > 1:
            members.append(new(f"time {number}", items=_cut(each, new)))
        else:
            members += each
            if isinstance(body, Group):
                each[0].note = f"time {number}"
    size = 1
    while len(members) > TOGETHER:  # by tens, then by hundreds: like the pages of an index
        size *= 10
        members = _by_ten(members, size, len(rounds), new)
    return new(title, items=members, note=f"{len(rounds)} times")


def _by_ten(members, size, count, new):
    """Put members together by tens; each of the new groups holds `size` rounds."""
    return [new(f"times {at * size // 10 + 1} to {min((at + 10) * size // 10, count)}", items=members[at:at + 10])
            for at in range(0, len(members), 10)]


def loops(forms, lines):
    """Return (start, length of a round, how many rounds) of the loops in a sequence of forms, in order and apart from each other.

    What is covered longest counts first, and of the same length the shorter round. `lines` are the lines of the student's code: a
    round begins where the lines go back, which is where a loop begins anew.

    >>> loops(list("abcabcabcx"), [1, 2, 3] * 3 + [4]), loops(list("bcabcabcab"), [2, 3, 1, 2, 3, 1, 2, 3, 1, 2])
    ([(0, 3, 3)], [(2, 3, 2)])
    """
    names = {}
    tokens = np.array([names.setdefault(form, len(names)) for form in forms], dtype=np.int64)
    found = []
    for period in range(1, min(LONGEST, len(tokens) // LEAST) + 1):
        same = np.concatenate([[False], tokens[:-period] == tokens[period:], [False]])
        edges = np.flatnonzero(same[1:] != same[:-1])
        found += [(end - start + period, period, start) for start, end in zip(edges[::2].tolist(), edges[1::2].tolist())
                  if end - start + period >= LEAST * period]
    taken, chosen = np.zeros(len(tokens), dtype=bool), []
    for covered, period, start in sorted(found, key=lambda each: (-each[0], each[1])):
        if not taken[start:start + covered].any():
            taken[start:start + covered] = True
            start, covered = start + (shift := _shift(lines, start, period)), covered - shift
            chosen.append((start, period, covered // period))
    return sorted(chosen)


def _shift(lines, start, period):
    """Return how many steps behind `start` a round begins: where the student's lines go back."""
    for shift in range(period):
        before, here = lines[start + shift + period - 1], lines[start + shift + period]
        if before is not None and here is not None and here < before:
            return shift
    return 0


def _form(item):
    """What must be equal in two rounds: the module, or the operation, its shape and its line."""
    if isinstance(item, Group):
        steps = list(_steps([item]))
        return item.module, len(steps), steps[-1].shape, tuple(_form(each) for each in item.items[:1])
    record = item.node.record
    return item.node.name(), item.shape, None if record is None else record.location


def _line(item):
    record = next(_steps([item])).node.record
    return None if record is None or record.location is None else record.location[1]


def _steps(items):
    """Yield the steps in `items` and in the groups among them, in order."""
    for item in items:
        if isinstance(item, Group):
            yield from _steps(item.items)
        else:
            yield item


def _title(steps):
    """Return what a round of a loop is called: its line, or its lines."""
    lines = sorted({_line(step) for step in steps} - {None})
    if len(lines) == 1:
        return student_line(steps[0].node.record) or "a loop"
    return f"lines {lines[0]} to {lines[-1]}" if lines else "a loop"
