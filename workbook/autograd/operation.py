"""The gate that every operation passes, and the node that it leaves behind.

An operation is a class with two methods, value and derivative:

    class Mul(Operation):
        def forward(ctx, a, b):
            ctx.save(a, b)
            return a * b

        def backward(ctx, grad):
            a, b = ctx.saved
            return grad * b, grad * a

`Mul.apply(x, y)` computes. Where a gradient may be wanted, the instance that served as `ctx` stays: it is the node of the graph,
and it remembers what its own derivative needs. (`ctx` is what Python calls `self`; the name is PyTorch's. Where nothing is
recorded, `forward` is given a `ctx` that forgets.)
"""

import itertools
import re
import weakref

import numpy as np

from workbook import dtypes
from workbook.autograd import hooks, views
from workbook.autograd.complaints import no_tensor, of_inference, second_time, several_devices, stale, too_large
from workbook.autograd.elsewhere import elsewhere, on_arrays, readable
from workbook.autograd.forgetful import Forgetful
from workbook.autograd.modes import thread
from workbook.autograd.saved import Packed, look_at
from workbook.devices import CPU
from workbook.formats import laid_by
from workbook.numbers import plain
from workbook.tensor import Memory, Tensor, UncountedMemory, wrap

_sequence = itertools.count(1)
_new = object.__new__
ndarray = np.ndarray
_FREED = object()


def moment():
    """Return a number between those of the nodes made before this call and those made after it."""
    return next(_sequence)


class Node:
    """One step of a recorded computation, or a leaf of it.

    `edges`: for each input, `(node, output index)` of the step that made it, or None where no gradient flows.
    `meta`: for each output, its `(shape, dtype, device)`. `sequence`: newer nodes have higher numbers.
    """

    # Every node has these, and slots are made three times faster than other attributes. A formula may set others on its ctx.
    __slots__ = (
        "edges", "meta", "sequence",
        "hooks",  # hooks.Hung: what students hung on this node; None where there is nothing
        "retains",  # output index -> weak reference to a Tensor that called retain_grad(); or None
        "record",  # what an observer keeps: widgets.recording.Record; or None
        "__weakref__")
    hands_on = False  # what arrives goes on as it is: to a leaf's .grad, or through a view
    holomorphic = True  # where the result is complex, `backward` multiplies by the derivative: autograd/conjugates.py
    prefix = ""

    def name(self):
        """Return PyTorch's name of this node, such as `MulBackward0`."""
        return self.prefix + type(self).__name__

    @property
    def next_functions(self):
        """The nodes that this one hands gradients to, as PyTorch's tuple of `(node, output index)`."""
        return tuple((None, 0) if edge is None else edge for edge in self.edges)

    register_hook, register_prehook = hooks.register_node_hook, hooks.register_node_prehook
    metadata = property(lambda node: hooks.hung_on(node).metadata, doc="A dict for whatever a student wants to note about this node.")

    def __repr__(self):
        return f"<{type(self).__name__} object at {hex(id(self))}>"

    def release(self):
        """Let go of what was saved for the backward pass."""

    def look_at_saved(self):
        """Raise where something that was saved for the backward pass cannot be read any more."""


class AccumulateGrad(Node):
    """The end of the road: adds what arrives to the `.grad` of the leaf `variable`."""

    __slots__ = ("variable", "before")
    hands_on = True
    prefix = "torch::autograd::"

    @property
    def meta(self):
        """The leaf's own `(shape, dtype, device)`; what it was in the graph, where the leaf was given another shape since."""
        variable = self.variable
        return self.before or ((variable._array.shape, variable._array.dtype, variable._device),)


class Operation(Node):
    """A step with a value and a derivative; an instance is one recorded step. See the top of this file."""

    dtype_rule = staticmethod(dtypes.as_given)
    is_view = False  # the result shows the input's memory
    same_numbers = True  # a view that reads the memory as the numbers that it holds: not the parts of complex ones, nor another dtype
    by_strides = False  # a view that depends on how the input lies in memory
    lies_as_inputs = False  # the order of the result in memory is that of the inputs
    of_operands = True  # a number among them is an operand, as in x + 1, and not a part of the operation, as in x ** 2
    refuses_writes = False  # a view that may not be written, because one gradient could not be put together from many
    differentiable = True
    begins = False  # its result is what a leaf is to a level of torch.func
    by_student = False  # an autograd.Function: what it hands on may be anything, also None, or memory that it keeps
    materialize_grads = True  # zeros arrive where nothing did
    of_numbers = False  # whether it also computes with Python numbers alone, as torch.add(1, 2)
    on_host = False  # NumPy computes it for every device: other array libraries have no function for it
    place = None  # place(device, options) is the device of the results, where that is not the device of the inputs; or a tuple of them
    crosses = False  # its inputs may lie on several devices
    xp = np

    __slots__ = ("needs_input_grad", "_saved", "_kept")

    def __init_subclass__(cls, name=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.hands_on = cls.is_view
        cls.__name__ = name or f"{cls.__qualname__.rpartition('.')[2]}Backward0"

    def forward(ctx, *arrays, **options):
        """Return the value: an array, or a tuple of arrays."""
        raise NotImplementedError

    def backward(ctx, *grads):
        """Return the gradient to each input, in order; None where there is none."""
        raise NotImplementedError

    @classmethod
    def apply(cls, *inputs, **options):
        """Compute this operation. `inputs`: Tensors, Python numbers or None. `options`: Python values, and never a Tensor."""
        here = thread.state
        if here.on_arrays:  # the walk is running a formula on arrays: just compute
            if here.xp is np:
                return cls.forward(Forgetful(), *inputs, **options)
            return on_arrays(cls, here.xp, inputs, options)
        tracking = here.grad_enabled and cls.differentiable
        arrays, edges, device, recording = [], [], None, False
        for given in inputs:
            edge = None
            if isinstance(given, Tensor):
                arrays.append(given._array)
                if given._device is not device:
                    device = given._device if device is None else _meeting_device(cls, device, given, inputs)
                if tracking:
                    node = given._node if given._view is None else views.refreshed_node(given)
                    if node is not None:
                        edge, recording = (node, given._index), True
                    elif given._requires_grad:
                        edge, recording = (accumulator_of(given), 0), True
                    elif given._view is not None and given.requires_grad:
                        recording = True  # a view made under no_grad: recorded, as in PyTorch, but its gradient goes nowhere
            elif given.__class__ in _NUMBERS:
                arrays.append(given)
            else:
                arrays.append(_as_number(cls, given, len(edges)))
            edges.append(edge)

        if recording:
            ctx = cls()
            ctx.edges = ctx.needs_input_grad = edges
            ctx._saved = ctx._kept = ()
            ctx.hooks = ctx.retains = ctx.record = None
        else:
            ctx = Forgetful()
        try:
            if device is CPU:
                arrays = cls.dtype_rule(arrays if here.autocast is None else here.autocast(cls, arrays, device))
                if not options:
                    results = cls.forward(ctx, *arrays)
                else:
                    results = cls.forward(ctx, *arrays, **options)
                    if cls.place is not None:
                        device = cls.place(device, options)
            else:
                arrays, results, device = elsewhere(cls, ctx, arrays, options, device)
        except ValueError as problem:  # NumPy's way of refusing shapes
            refusal = too_large(problem, arrays) or cls.refusal(problem, readable(arrays, device), options)
            raise refusal from (problem.__cause__ if refusal is problem else None)
        except MemoryError as problem:
            raise too_large(problem, arrays) from None

        if results.__class__ is tuple:
            outputs = _wrap_all(results, device) if device.__class__ is not tuple else tuple(map(wrap, results, device))
            if recording:
                _link_all(ctx, outputs)
        else:  # the same for one output, without the calls
            array = results if results.__class__ is ndarray else _as_array(results, device)
            if cls.lies_as_inputs and device is CPU and array.ndim > 1 and (
                    not isinstance(first := inputs[0], Tensor) or (mine := first._array).strides != array.strides
                    or mine.shape != (shape := array.shape) or 0 in shape or 1 in shape and any([isinstance(x, Tensor) and x._array.strides != array.strides for x in inputs])):
                array = laid_by(np, array, [x._array if isinstance(x, Tensor) else x for x in inputs], arrays, cls.of_operands)
            output = _new(Tensor)
            output._array, output._device, output._index, output._requires_grad = array, device, 0, False
            output._memory = output._node = output._grad = output._view = output._accumulator = None
            outputs = (output,)
            if recording:
                kind = array.dtype
                ctx.sequence, ctx.meta = next(_sequence), ((array.shape, kind, device),)
                if kind.kind in "fc":
                    output._node = ctx
            elif not tracking and here.inference:
                output._memory = UncountedMemory()
        if cls.is_view:
            views.share(cls, inputs, options, outputs)
        if recording:
            if ctx._saved:
                _tie(ctx, inputs, arrays, results, outputs)
            if here.on_node is not None:
                here.on_node(ctx, inputs, options, outputs)
        return outputs if results.__class__ is tuple else output

    @classmethod
    def called(cls):
        """The name under which a student calls this operation."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__qualname__).lower()

    # ---- what a node remembers -------------------------------------------------------------------------------------------

    def save(self, *values):
        """Remember inputs and outputs for the derivative; they come back from `saved`, with their place in the graph.

        What no wanted derivative reads may be None: an input that is not saved may be written later without harm.
        """
        self._saved = values

    def save_crosswise(self, a, b, first=0):
        """Remember the two factors of a product, inputs `first` and `first + 1`: each where the other's gradient is wanted."""
        self._saved = a if self.edges[first + 1] else None, b if self.edges[first] else None

    def keep(self, *values):
        """Remember what carries no gradient, or is dear to compute again; it comes back from `kept`."""
        self._kept = values

    @property
    def kept(self):
        """What `keep` was given: arrays while the walk runs on arrays, Tensors without history otherwise."""
        if self._kept is _FREED:
            raise RuntimeError(second_time(self))
        return self._kept if thread.state.on_arrays else [wrap(value, self.meta[0][2]) for value in self._kept]

    @property
    def saved(self):
        """What `save` was given: arrays while the walk runs on arrays, Tensors with their history otherwise."""
        if self._saved is _FREED:
            raise RuntimeError(second_time(self))
        on_arrays, unpacked = thread.state.on_arrays, []
        for value, memory, version, source in self._saved:
            if memory is not None:
                if memory.version != version:
                    raise RuntimeError(stale(self, value, memory, version, *self._place_of(source)))
                if not on_arrays:
                    value = self._as_tensor(value, memory, source)
            unpacked.append(value)
        return unpacked

    def _as_tensor(self, value, memory, source):
        """A Tensor on a saved array, placed in the graph where the value stood when it was saved."""
        node, index = self._place_of(source)
        if value.dtype.kind not in "fc":
            node = None
        if node.__class__ is AccumulateGrad and node.variable._array is value:
            return node.variable
        tensor = wrap(_as_array(value, self.meta[0][2]), self.meta[0][2])
        tensor._memory, tensor._node, tensor._index = memory, node, index
        return tensor

    def _place_of(self, source):
        """The node and output index of a saved value: of this step (-1, -2, ...), of an input (0, 1, ...), or an edge of its own."""
        if source.__class__ is int:
            source = (self, -1 - source) if source < 0 else self.edges[source]
        return source or (None, 0)

    _saved_self, _saved_other, _saved_result = (
        look_at(0, "_saved_self"), look_at(1, "_saved_other"), look_at(-1, "_saved_result"))

    def release(self):
        if self._saved.__class__ is not tuple:
            self._saved = _FREED
        if self._kept:
            self._kept = _FREED

    def look_at_saved(self):
        return self.saved

    @property
    def saved_memories(self):
        """`(Memory, version)` of what is saved for the derivative: where it lies, and how often that was written by then.

        Nothing where it was let go, or where hooks have packed it: unpacking would call them.
        """
        if self._saved is _FREED or self._saved.__class__ is Packed:
            return []
        return [(memory, version) for _, memory, version, _ in self._saved if memory is not None]

    def settle_saved(self, target):
        """Before the result is written into `target`: what was saved of the target's old value becomes a copy.

        Only the target itself does: in `x.mul_(x)` the second x stays what it is, and grows stale, as in PyTorch.
        """
        if self._saved.__class__ is Packed:
            self._saved.settle(target)
            return
        for place, (value, memory, _, source) in enumerate(self._saved):
            if source == 0 and memory is not None:  # in another dtype it is a copy already
                self._saved = [*self._saved]
                if value is target._array:
                    with target._device.entered():
                        value = value.copy()
                self._saved[place] = value, Memory(), 0, source
                break

    def settle_output(self, target):
        """After the write: a saved output is what now stands in the target's memory, and the gradient arrives in its dtype."""
        memory, kind = target._memory, target._array.dtype
        if self.meta[0][1] != kind:
            self.meta = ((self.meta[0][0], kind, self.meta[0][2]), *self.meta[1:])
        if self._saved.__class__ is not list:
            return
        self._saved = [
            (target._array, memory, memory.version, source) if source < 0 else (value, kept, version, source)
            for value, kept, version, source in self._saved]

    # ---- errors of this file ---------------------------------------------------------------------------------------------

    @classmethod
    def refusal(cls, problem, arrays, options):
        """The error for a ValueError of the array library; operations word their own."""
        return problem


def _wrap_all(results, device):
    return tuple([wrap(_as_array(result, device), device) for result in results])


def _link_all(node, outputs):
    """Make `node` the step that made these outputs. Of an integer output nothing can be asked, so it stays outside the graph."""
    node.sequence = next(_sequence)
    node.meta = tuple([(output._array.shape, output._array.dtype, output._device) for output in outputs])
    for index, output in enumerate(outputs):
        if output._array.dtype.kind in "fc":
            output._node, output._index = node, index


def _tie(node, inputs, arrays, results, outputs):
    """Tie each value that `node` saved to where it came from.

    It becomes `(array, memory, version, source)`: the Memory it stands in, the version that has now, and which input (0, 1, ...)
    or output (-1, -2, ...) it was. Where all are None it is a tuple: there is nothing to free, and a second pass may come.
    """
    tied, anything = [], False
    for value in node._saved:
        owner, source = None, 0
        if value is not None:
            anything = True
            if value is results:
                source, owner = -1, outputs[0]
                value = owner._array
            else:
                for array in arrays:
                    if array is value:
                        owner = inputs[source]
                        break
                    source += 1
                else:
                    source, owner = _output_saved(value, results, outputs)
                    value = owner._array
        if isinstance(owner, Tensor):
            memory = owner._memory
            if memory is None:
                memory = owner._memory = Memory()
            version = memory.version
            if version is None:
                raise RuntimeError(of_inference(owner, node))
            tied.append((value, memory, version, source))
        else:
            tied.append((value, None, 0, source))
    node._saved = tied if anything else tuple(tied)


def _output_saved(value, results, outputs):
    for index, result in enumerate(results if results.__class__ is tuple else ()):
        if result is value:
            return -1 - index, outputs[index]
    raise TypeError("forward saved a value that is neither an input nor an output; use ctx.keep")


def edge_of(tensor):
    """Return `(node, output index)` of where a gradient to `tensor` goes; None where it needs none."""
    node = tensor._node if tensor._view is None else views.refreshed_node(tensor)
    if node is not None:
        return node, tensor._index
    return (accumulator_of(tensor), 0) if tensor._requires_grad else None


def next_sequence():
    """Return the number of a node that is made now."""
    return next(_sequence)


def accumulator_of(leaf):
    """Return the one AccumulateGrad of `leaf`. The graph keeps it alive, not the leaf, so that no cycle forms."""
    found = leaf._accumulator
    if found is None or (found := found()) is None:
        found = AccumulateGrad()  # (with __init__ it takes a third longer, and every use of a weight makes one)
        found.variable, found.sequence, found.edges = leaf, next(_sequence), ()
        found.hooks = found.retains = found.record = found.before = None
        leaf._accumulator = weakref.ref(found)
    return found


_NUMBERS = frozenset((float, int, bool, complex, type(None)))


def _as_array(result, device):
    """NumPy reduces to scalars; a Tensor's memory is always an array."""
    return result if result.__class__ is np.ndarray or device.type != "cpu" else np.asarray(result)


def _as_number(cls, given, place):
    number = plain(given)
    if number.__class__ in _NUMBERS:
        return number
    raise no_tensor(cls.called(), given, place)


def _meeting_device(cls, device, given, inputs):
    """0-d CPU Tensors may meet any device, and a slice of a batch what lies beside the batch; everything else must be on one."""
    if cls.crosses:
        return device
    if device.plain is given._device.plain:
        return max(device, given._device, key=lambda place: place.depth)
    if given._array.ndim == 0 and given._device is CPU:
        return device
    if device is CPU and all(x._array.ndim == 0 for x in inputs if isinstance(x, Tensor) and x._device is CPU):
        return given._device
    raise several_devices(inputs)
