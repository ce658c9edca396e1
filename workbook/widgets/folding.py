"""Modules folded into one box each, and what to do with a graph that nobody could read."""

from dataclasses import dataclass, field

READABLE = 24   # boxes up to which modules open by themselves
MOST = 300      # boxes beyond which nothing is readable


@dataclass(eq=False)
class Group:
    """One call of one module: the steps it ran, the parameters only it used, and the groups inside."""

    key: str
    title: str
    module: object
    parent: object
    depth: int
    parts: list = field(default_factory=list)


class Folding:
    """The groups of a Trace, and which of them are open. `opened` is a set of their keys."""

    def __init__(self, trace, module_name):
        self.groups, self._of = [], {}  # the group of each part by its key: a function that is called again makes new parts
        self._find(trace, module_name)
        self.opened = self._by_level(trace)

    def shown(self, part):
        """Return the Group that shows `part` as one box, or None where the part has a box of its own."""
        hides = None
        group = self._of.get(part.key)
        while group is not None:
            if group.key not in self.opened and len(group.parts) > 1:
                hides = group
            group = group.parent
        return hides

    def toggle(self, key):
        """Open a folded group, or fold an open one."""
        self.opened ^= {key}

    def listed(self):
        """Return (key, title, open?, number of parts) of every group that a reader can fold or open right now."""
        return [(group.key, group.title, group.key in self.opened, len(group.parts))
                for group in self.groups if len(group.parts) > 1 and (group.parent is None or group.parent.key in self.opened)]

    def inside(self, part):
        """Return the title of the innermost module that ran `part`, or ''."""
        group = self._of.get(part.key)
        return group.title if group is not None and group.depth else ""

    def _find(self, trace, module_name):
        """Cut the steps, in order, into calls of modules: a call is an unbroken run of steps under the same module.

        Unbroken, so that no path leaves a group and comes back: a folded graph has no cycles.
        """
        open_now = []
        for part in trace.ops:
            same = 0
            while same < min(len(open_now), len(part.modules)) and open_now[same].module is part.modules[same]:
                same += 1
            del open_now[same:]
            for module in part.modules[same:]:
                parent = open_now[-1] if open_now else None
                open_now.append(Group(f"group{len(self.groups) + 1}", module_name(module, parent and parent.module),
                                      module, parent, len(open_now)))
                self.groups.append(open_now[-1])
            for group in open_now:
                group.parts.append(part)
            if open_now:
                self._of[part.key] = open_now[-1]
        for part in [*trace.leaves, *trace.constants]:
            group = self._owner(part)
            self._of[part.key] = group
            while group is not None:
                group.parts.append(part)
                group = group.parent

    def _owner(self, part):
        """The innermost group that holds all uses of what its module owns; data from outside stays outside."""
        paths = [self._path(user) for user in part.users]
        owner = None
        for level in zip(*paths):
            if any(group is not level[0] for group in level):
                break
            if _owns(level[0].module, part):
                owner = level[0]
        return owner

    def _path(self, part):
        path, group = [], self._of.get(part.key)
        while group is not None:
            path.insert(0, group)
            group = group.parent
        return path

    def _by_level(self, trace):
        """Open modules level by level while the picture stays readable."""
        self.opened = set()
        for depth in range(max((group.depth for group in self.groups), default=-1) + 1):
            before = set(self.opened)
            self.opened |= {group.key for group in self.groups if group.depth == depth}
            if len({self.shown(part) or part for part in trace.parts}) > READABLE:
                return before
        return self.opened


def _owns(module, part):
    """Whether the module, or one inside it, has this leaf as a parameter or this constant as a buffer."""
    if part.kind == "leaf":
        return any(tensor is part.node.variable for tensor in module.parameters())
    return any(tensor._array is part.kept.source for tensor in module.buffers())
