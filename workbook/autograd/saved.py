"""What a node saved, in the hands of a student: pack and unpack hooks, and a look at the saved values."""

import weakref

from workbook.errors import explain, shape_text
from workbook.tensor import Memory, Tensor, memory_of, wrap
from workbook.threads import thread


class Packed:
    """Saved values as a pack hook left them. It is read like the list that it stands for: each reading calls the unpack hook.

    `rows`: for each value a Held, or, where there was nothing to pack, what stood there.
    """

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        for row in self.rows:
            yield row.taken_out() if row.__class__ is Held else row

    def settle(self, target):
        """Before `target` is written by the very operation that saved it: pack a copy of its old value instead."""
        for place, row in enumerate(self.rows):
            if row.__class__ is Held and row.source == 0 and row.array() is target._array:
                copy = wrap(target._array.copy(), target._device)
                copy._node, copy._index = target._node, target._index
                self.rows[place] = Held(copy, row.source, row.hooks, True)


class Held:
    """One packed value. `source` says where it came from: see `operation._tie`; `whole`: whether it is read as a row of that list."""

    def __init__(self, tensor, source, hooks, whole):
        self.source, self.hooks, self.whole = source, hooks, whole
        self.array, self.shape = weakref.ref(tensor._array), tensor._array.shape
        memory = memory_of(tensor)
        before = memory.version
        self.packed = _called(hooks[0], tensor)
        if memory.version != before:
            raise RuntimeError(explain(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be modified by "
                "in-place operations as this can lead to unexpected side-effects.",
                "the forward computation goes on with the same tensor", "return a new tensor, such as t * 2 instead of t.mul_(2)"))

    def taken_out(self):
        """What the unpack hook makes of it."""
        tensor = _called(self.hooks[1], self.packed)
        if not isinstance(tensor, Tensor):
            raise TypeError(explain(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(tensor).__name__}",
                "the backward pass computes with what the hook returns", "return a tensor like the one that was packed"))
        if tensor._array.shape != self.shape:
            raise RuntimeError(explain(
                f"Output of saved tensor unpack_hook has shape {shape_text(tensor.shape)}, and what was packed had "
                f"{shape_text(self.shape)}",
                "the backward pass computes with what the hook returns", "return a tensor like the one that was packed"))
        return (tensor._array, Memory(), 0, self.source) if self.whole else tensor._array


def _called(hook, given):
    """Call a student's hook: it computes with Tensors, and nothing of it is recorded."""
    here = thread.state
    earlier = here.grad_enabled, here.on_arrays
    here.grad_enabled = here.on_arrays = False
    try:
        return hook(given)
    finally:
        here.grad_enabled, here.on_arrays = earlier


def pack_new_node(node, inputs, options, outputs):
    """Give what a new node saved to the innermost pack hook of this thread. The gate calls this while there is one."""
    tensors = []
    for value, _, _, source in node._saved:
        owner = None if value is None else outputs[-1 - source] if source < 0 else inputs[source]
        tensors.append(owner if isinstance(owner, Tensor) else None)
    pack(node, tensors)


def pack(node, tensors):
    """Pack what `node` saved: `tensors` are its saved values as Tensors, None for numbers, in their order."""
    hooks = thread.state.packing[-1]
    if node._saved:
        node._saved = Packed([row if tensor is None else Held(tensor, row[3], hooks, True)
                              for row, tensor in zip(node._saved, tensors)])
    if node._kept:
        device = node.meta[0][2]
        node._kept = Packed([Held(wrap(value, device), None, hooks, False) if isinstance(value, device.xp.ndarray) else value
                             for value in node._kept])


def look_at(source, name):
    """Return a property that shows one saved value of a node as a Tensor with its history."""

    def look(node):
        here = thread.state
        earlier, here.on_arrays = here.on_arrays, False
        try:
            values, places = node.saved, {source}
            if source == 1 and len(node.edges) > 1 and node.edges[0] == node.edges[1]:
                places.add(0)  # x * x: the same value twice
            rows = node._saved.rows if node._saved.__class__ is Packed else node._saved
            for value, row in zip(values, rows):
                if isinstance(value, Tensor) and (row.source if row.__class__ is Held else row[3]) in places:
                    return value
        finally:
            here.on_arrays = earlier
        raise AttributeError(explain(
            f"'{type(node).__name__}' object has no attribute '{name}'",
            "a node saves only what its derivative needs, and this one needs no such value",
            "look at type(node).backward, which says what it reads"))

    return property(look, doc="What the node saved, as a Tensor. Raises RuntimeError once a backward pass has freed it.")
