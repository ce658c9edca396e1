"""The engine's own graph behind one tensor, listed in the order in which it was computed."""

from dataclasses import dataclass, field

from workbook.autograd.operation import AccumulateGrad, edge_of
from workbook.autograd.elsewhere import made
from workbook.devices import CPU
from workbook.tensor import Tensor, wrap

from .recording import COPIED, Kept


@dataclass(eq=False)
class Part:
    """A leaf, a constant or one step of a computation.

    `inputs` holds Parts, numbers and None, in the order of the arguments, and `picks` which output of each Part is meant.
    `kept` is the recorded output (a Kept); None where nobody watched.
    """

    key: str
    kind: str  # "leaf", "constant", "op" or "failed"
    node: object = None
    inputs: tuple = ()
    picks: tuple = ()
    kept: object = None
    more: tuple = ()      # what is kept of the outputs behind the first
    name: str = None
    names: dict = field(default_factory=dict)  # of the outputs behind the first, by their index
    modules: tuple = ()
    written: str = None   # what wrote over a leaf after it was used, where that shows
    users: list = field(default_factory=list)

    @property
    def value(self):
        """Its array on the CPU; None where only a summary, or nothing, is known."""
        return None if self.kept is None else self.kept.array

    def operand(self, position):
        """Return its input number `position` as a number or an array on the CPU; None where there is none, or it is not known."""
        given, pick = self.inputs[position], self.picks[position]
        if not isinstance(given, Part):
            return given
        return given.value if pick == 0 else given.more[pick - 1].array if given.more else None

    @property
    def shape(self):
        """The shape of its value; None where it is not known."""
        if self.kept is not None:
            return tuple(self.kept.shape)
        return tuple(self.node.meta[0][0]) if self.node is not None else None

    @property
    def operation(self):
        """The name of the engine's class for this step, such as `Mul`; '' for a student's own Function, and for no step."""
        mine = self.kind == "op" and type(self.node).__module__.startswith("workbook.")
        return type(self.node).__qualname__ if mine else ""


class Trace:
    """All Parts behind `root`: `ops` from first to last, `leaves` and `constants` in the order of their first use.

    Without a root, all Parts behind `nodes`; then `fail` gives it a last Part.
    """

    def __init__(self, root, nodes=()):
        self.ops, self.leaves, self.constants, self.failed = [], [], [], None
        self._of_node, self._of_array = {}, {}
        if root is None:
            for node in nodes:
                self._add_op(node)
            return
        self.root_node, self.root_index = edge_of(root)
        for node in reversed(_newest_first(self.root_node)):
            if node.__class__ is not AccumulateGrad:
                self._add_op(node)
        if self.root_node.__class__ is AccumulateGrad:
            self._leaf(self.root_node)
        self.root = self._of_node[self.root_node]
        if self.root.kind == "op":
            self.root.kept = Kept.now(root)

    @property
    def parts(self):
        """Every Part: leaves, constants, steps."""
        return [*self.leaves, *self.constants, *self.steps]

    @property
    def steps(self):
        """Every step, also the one that failed."""
        return [*self.ops, *([self.failed] if self.failed else [])]

    def fail(self, part, inputs):
        """End with the step that failed; `inputs` are the Tensors, or the Parts, that it was given."""
        self.root = self.failed = part
        for given in inputs:
            pick = 0
            if isinstance(given, Tensor):
                edge = edge_of(given)
                if edge is None:
                    given = self._constant(Kept(given, COPIED))
                else:
                    pick, node = edge[1], edge[0]
                    given = self._leaf(node) if node.__class__ is AccumulateGrad else self._of_node[node]
            part.inputs, part.picks = (*part.inputs, given), (*part.picks, pick)
            given.users.append(part)

    @property
    def recorded(self):
        """Whether every step has its record, so that all of it can be drawn with values and run again."""
        return all(part.node.record is not None for part in self.ops)

    def part_of(self, node):
        """Return the Part of one of the engine's nodes."""
        return self._of_node[node]

    def _add_op(self, node):
        part = Part(f"op{len(self.ops) + 1}", "op", node)
        record = node.record
        inputs, picks = [], []
        for position, edge in enumerate(node.edges):
            given, pick = None, 0
            if edge is not None:
                pick = edge[1]
                given = self._leaf(edge[0]) if edge[0].__class__ is AccumulateGrad else self._of_node[edge[0]]
                if given.kind == "leaf" and record is not None:
                    self._as_recorded(given, record.inputs[position])
            elif record is not None and position < len(record.inputs):
                given = record.inputs[position]
                given = self._constant(given) if isinstance(given, Kept) else given
            inputs.append(given)
            picks.append(pick)
            if isinstance(given, Part):
                given.users.append(part)
        part.inputs, part.picks = tuple(inputs), tuple(picks)
        if record is not None:
            part.kept, *more = record.output if isinstance(record.output, tuple) else (record.output,)
            part.more = tuple(more)
            part.modules = record.modules
        self._of_node[node] = part
        self.ops.append(part)

    def _leaf(self, node):
        if node not in self._of_node:
            leaf = node.variable
            part = Part(f"leaf{len(self.leaves) + 1}", "leaf", node, kept=Kept.now(leaf))
            self._of_node[node] = part
            self.leaves.append(part)
        return self._of_node[node]

    def _as_recorded(self, leaf, kept):
        """Show a leaf as it was when it was used; of a large one only its present values are there, and a write is told."""
        leaf.written = kept.written_since
        if kept.array is not None:
            leaf.kept = kept

    def _constant(self, kept):
        same = id(kept.source) if kept.source is not None else id(kept)
        if same not in self._of_array:
            part = Part(f"constant{len(self.constants) + 1}", "constant", kept=kept)
            self._of_array[same] = part
            self.constants.append(part)
        return self._of_array[same]

    def signature(self):
        """Return the form of the graph without its numbers: equal for two runs that took the same steps in the same way."""
        return tuple((part.node.name(), part.shape, part.modules, tuple(
            given.key if isinstance(given, Part) else given for given in part.inputs), part.picks) for part in self.ops)


def _newest_first(root):
    """Return every node that `root` reaches, newest first."""
    reached, waiting = {root}, [root]
    while waiting:
        for edge in waiting.pop().edges:
            if edge is not None and edge[0] not in reached:
                reached.add(edge[0])
                waiting.append(edge[0])
    return sorted(reached, key=lambda node: -node.sequence)


def as_tensor(kept, copied=True):
    """Return a new Tensor with what `kept` holds, outside every graph."""
    array = kept.array.copy() if copied else kept.array
    return wrap(array) if kept.device is CPU else made(kept.device, lambda xp: xp.asarray(array))
