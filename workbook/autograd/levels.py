"""Levels: how `torch.func` takes a derivative inside another derivative without mixing the two up.

Each call of `grad`, `vjp`, `jvp` and their like opens a `Level` and lifts its inputs into it. A lifted Tensor shows the numbers of
the input and begins a stretch of graph of its own, with a `Lift` node. A backward pass asks for the gradient at that node, and not
at the input, so what else depends on the input (a Tensor captured by the function, an outer derivative) is not counted. Where the
input itself has a graph, the Lift hands gradients on to it: that is how an outer derivative looks through an inner one.

When a level closes, its Lifts lead nowhere any more. A result then keeps its graph only if that reaches something outside: a leaf
that requires a gradient, or a level that is still open. Otherwise it leaves without, as in PyTorch.

Source: https://pytorch.org/docs/2.13/func.html; B. A. Pearlmutter and J. M. Siskind, Lazy multivariate higher-order
forward-mode AD, 2007 (on derivatives that are mixed up)
"""

from workbook.autograd.modes import thread
from workbook.autograd.operation import AccumulateGrad, Operation, edge_of, next_sequence
from workbook.autograd.views import detached
from workbook.refusals import needs_floats


class Lift(Operation, name="Lift"):
    """out = a, at the beginning of a level"""

    __slots__ = ("level",)
    begins = True

    def backward(ctx, grad):
        return grad


class Level:
    """One derivative that is being taken. As a context: while the student's function runs."""

    def __init__(self):
        self.open = True
        self._outside_records = thread.state.grad_enabled

    def __enter__(self):
        here = thread.state
        self._found = here.grad_enabled
        here.grad_enabled = True  # the function is recorded for this level, also where nothing is recorded outside
        here.transforms += 1
        return self

    def __exit__(self, *exception):
        here = thread.state
        here.grad_enabled = self._found
        here.transforms -= 1

    def lift(self, tensor):
        """Return a Tensor on the same numbers whose graph begins in this level."""
        array = tensor._array
        if array.dtype.kind not in "fc":
            raise RuntimeError(needs_floats(tensor.dtype).replace(" and complex", "", 1))
        node = Lift()
        node.level, node.edges = self, (edge_of(tensor) if self._outside_records else None,)
        node.sequence = next_sequence()  # after the edge: a leaf's node is made when it is first asked for, and must be older
        node.meta = ((array.shape, array.dtype, tensor._device),)
        node.needs_input_grad, node._saved, node._kept = node.edges, (), ()
        node.hooks = node.retains = node.record = None
        lifted = detached(tensor)
        lifted._node = node
        return lifted

    def close(self):
        """No derivative of this level is taken from here on."""
        self.open = False

    def lower(self, tensor):
        """Return a result of this level for the world outside: with its graph only where that leads there."""
        if not tensor.requires_grad:
            return tensor
        found, self.open = self.open, False
        try:
            return tensor if self._outside_records and leads_outside([tensor]) else detached(tensor)
        finally:
            self.open = found

    def is_looked_through(self, tensors):
        """Tell whether a derivative taken in this level is part of another one: whether its own steps must be recorded."""
        found, self.open = self.open, False
        try:
            return self._outside_records and thread.state.grad_enabled and leads_outside(tensors)
        finally:
            self.open = found


def leads_outside(tensors):
    """Tell whether the graph of one of the Tensors reaches a leaf, or a level that is open."""
    waiting = [edge[0] for edge in map(edge_of, tensors) if edge is not None]
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if node.__class__ is AccumulateGrad or node.__class__ is Lift and node.level.open:
            return True
        for edge in node.edges:
            if edge is not None and edge[0] not in seen:
                seen.add(edge[0])
                waiting.append(edge[0])
    return False
