"""Which pieces of a graph are drawn as one box each: modules, what a loop repeats, and what the reader folds by hand."""

from collections import defaultdict

from .groups import Group, Groups
from .trace import Part

READABLE = 24   # boxes up to which groups open by themselves
MOST = 300      # boxes beyond which nothing is readable


class Folding:
    """The groups of a Trace, and which of them are open. `opened` is a set of their keys."""

    def __init__(self, trace, module_name):
        self._found = Groups(trace, module_name)
        self.groups = list(self._found.listed)
        self._links = Links(trace)
        self._by_hand = []
        self.opened = self._by_level(trace)

    def shown(self, part):
        """Return the Group that shows `part` as one box, or None where the part has a box of its own."""
        hides, group = None, self._found.of.get(part.key)
        while group is not None:
            if group.key not in self.opened and len(group.parts) > 1:
                hides = group
            group = group.parent
        mine = [mine for mine in self._by_hand
                if mine.key not in self.opened and part.key in mine.keys and (hides is None or not mine.keys < _keys(hides))]
        return max(mine, key=lambda group: len(group.keys), default=hides)  # one may hold another

    def toggle(self, key):
        """Open a folded group, or fold an open one."""
        self.opened ^= {key}
        if key in self.opened:
            return
        group = next(group for group in self.groups if group.key == key)
        if group in self._by_hand:
            self._close(group)
        else:
            for mine in self._by_hand:  # two boxes cannot share a step
                if mine.keys & (own := _keys(group)) and not (mine.keys <= own or own <= mine.keys):
                    self.opened.add(mine.key)
        self._without_circles()

    def gather(self, parts):
        """Fold `parts`, and whatever lies on a way between two of them, into one box; return its Group, None for fewer than two."""
        group = ByHand(f"hand{len(self._by_hand) + 1}", f"my fold {len(self._by_hand) + 1}")
        group.keys = {part.key for part in parts}
        self._close(group)
        if len({self._node(key) for key in group.keys}) < 2:
            return None
        self._by_hand.append(group)
        self.groups.append(group)
        self._without_circles(group)
        return group

    def around(self, part):
        """Return the innermost open group that holds `part`, None where there is none."""
        group = self._found.of.get(part.key)
        while group is not None and (group.key not in self.opened or len(group.parts) < 2):
            group = group.parent
        return next((mine for mine in self._by_hand if mine.key in self.opened and part.key in mine.keys), group)

    def listed(self):
        """Return (key, title, open?, number of parts) of every group that a reader can fold or open right now."""
        return [(group.key, _listed_as(group), group.key in self.opened, len(group.parts)) for group in self.groups
                if len(group.parts) > 1 and (group.parent is None or group.parent.key in self.opened)]

    def inside(self, part):
        """Return the title of the innermost module, or round of a loop, that ran `part`, or ''."""
        group = self._found.of.get(part.key)
        return group.title if group is not None and group.depth else ""

    def open_by_hand(self):
        """Open everything that the reader folded."""
        self.opened |= {mine.key for mine in self._by_hand}

    # ---- by hand -------------------------------------------------------------------------------------------------------------

    def _node(self, key):
        """What the part of this key is drawn in at present: the key of a group, or its own."""
        group = self.shown(self._links.parts[key])
        return key if group is None else group.key

    def _close(self, group):
        """Let a group made by hand hold whole boxes, and with two of them everything on a way between."""
        self.opened.add(group.key)  # whole boxes are those of the picture without it
        drawn = {key: self._node(key) for key in self._links.parts}
        self.opened.discard(group.key)
        chosen = {drawn[key] for key in group.keys}
        before, after = defaultdict(set), defaultdict(set)
        for source, target in self._links.pairs:
            if (a := drawn[source]) != (b := drawn[target]):
                after[a].add(b)
                before[b].add(a)
        chosen |= _reached(chosen, after) & _reached(chosen, before)
        group.keys = {key for key, node in drawn.items() if node in chosen}
        group.parts = [part for key, part in self._links.parts.items() if key in group.keys]

    def _without_circles(self, newest=None):
        """Open what was folded by hand where its wires would run in a circle with what is folded now."""
        for mine in [each for each in reversed(self._by_hand) if each is not newest]:
            drawn = {key: self._node(key) for key in self._links.parts}
            pairs = {(drawn[a], drawn[b]) for a, b in self._links.pairs if drawn[a] != drawn[b]}
            if not _has_circle(pairs):
                return
            self.opened.add(mine.key)

    def _by_level(self, trace):
        """Open groups level by level while the picture stays readable."""
        self.opened = set()
        for depth in range(max((group.depth for group in self.groups), default=-1) + 1):
            before = set(self.opened)
            self.opened |= {group.key for group in self.groups if group.depth == depth}
            if len({self.shown(part) or part for part in trace.parts}) > READABLE:
                return before
        return self.opened


class ByHand(Group):
    """What the reader folded: it holds the parts of these `keys`, and stands in no other group."""

    keys = frozenset()


class Links:
    """The parts of a trace by their keys, and which feeds which, as pairs of keys."""

    def __init__(self, trace):
        self.parts = {part.key: part for part in trace.parts}
        self.pairs = {(given.key, part.key) for part in trace.steps for given in part.inputs if isinstance(given, Part)}


def _keys(group):
    return {part.key for part in group.parts}


def _listed_as(group):
    """A round of a module is listed with its time: `cell, time 3`."""
    return f"{group.title}, {group.note}" if group.note.startswith("time ") else group.title


def _reached(start, ways):
    """Return what the ways lead to from `start`, without `start` itself unless a way leads back to it."""
    reached, waiting = set(), list(start)
    while waiting:
        for other in ways.get(waiting.pop(), ()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached


def _has_circle(pairs):
    """Whether the pairs (from, to) hold a circle."""
    after, waiting_for = defaultdict(list), defaultdict(int)
    for source, target in pairs:
        after[source].append(target)
        waiting_for[target] += 1
    ready = [key for key in after if not waiting_for[key]]
    left = len(pairs)
    while ready:
        for target in after[ready.pop()]:
            left -= 1
            waiting_for[target] -= 1
            if not waiting_for[target]:
                ready.append(target)
    return left > 0
