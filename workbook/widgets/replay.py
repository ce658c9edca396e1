"""A recorded computation, run again on tensors of its own, and walked back one step at a time by the engine's own walk.

Nothing of the student's is touched: not their tensors, their `.grad`, their versions, nor their random stream.
"""

from contextlib import contextmanager

import numpy as np

from workbook import random
from workbook.autograd import elsewhere
from workbook.autograd.broadcast import fit
from workbook.autograd.copy_slices import CopySlices
from workbook.autograd.modes import enable_grad, no_grad, thread
from workbook.autograd.views import replay as show_part
from workbook.autograd.walk import walk
from workbook.devices import CPU
from workbook.tensor import wrap

from .recording import recording
from .trace import Part, Trace, as_tensor


def run_again(trace, values=None, exact=False):
    """Return (result, leaves): the computation of `trace` on new leaves, which are Tensors by the keys of the trace's leaves.

    `values` holds arrays for some leaves; the others keep theirs. `exact` computes in float64, for slopes by differences.
    """
    made, leaves = _made_again(trace, values, exact)
    return made[trace.root][trace.root_index], leaves


def departure(trace):
    """Return (Part, array): the first step that gives another array when run again than it was recorded with; None if none does."""
    with unseen(), no_grad():
        made, _ = _made_again(trace)
    for part in trace.ops:
        kept = part.kept
        if part.value is None or (kept.written_since and part is not trace.root):  # known only as a later step left it
            continue
        again = made[part][trace.root_index if part is trace.root else 0]._host()
        inputs = [tensor._host() for given in part.inputs if isinstance(given, Part) for tensor in made[given]]
        if not _same_but_for_rounding(part.value, again, inputs):
            return part, again
    return None


def _same_but_for_rounding(recorded, again, inputs):
    """Whether two arrays agree in the digits that a picture shows; sums round by the size of what is added."""
    if recorded.dtype.kind not in "fc" or (recorded.shape == again.shape and (recorded == again).all()):
        return np.array_equal(recorded, again)
    sizes = [np.abs(array[np.isfinite(array)]).max(initial=0.0) for array in (recorded, again, *inputs)]
    digits = 1e-2 if recorded.dtype.itemsize == 2 else 1e-5
    return np.allclose(recorded, again, rtol=digits, atol=digits * max(sizes), equal_nan=True)


def _made_again(trace, values=None, exact=False):
    """Return ({Part: tuple of Tensors}, leaves): every Part of `trace` computed once more."""
    made, leaves = {}, {}
    for part in [*trace.leaves, *trace.constants]:
        tensor = as_tensor(part.kept)
        with tensor._device.entered():
            if exact and tensor._array.dtype.kind == "f":
                tensor = wrap(tensor._array.astype(np.float64), tensor._device)
            if values and part.key in values:
                tensor._array[...] = tensor._device.xp.asarray(values[part.key])
        if part.kind == "leaf":
            tensor.requires_grad = True
            leaves[part.key] = tensor
        made[part] = (tensor,)
    for part in trace.ops:
        inputs = [made[given][pick] if isinstance(given, Part) else given for given, pick in zip(part.inputs, part.picks)]
        options = part.node.record.options
        if type(part.node) is CopySlices:  # its own forward expects that the write has happened
            inputs[0] = _written(*inputs, **options)
        result = type(part.node).apply(*inputs, **options)
        made[part] = result if isinstance(result, tuple) else (result,)
    return made, leaves


def _written(base, new, *, chain):
    """Return `base` with its place in the graph, on a copy of its memory into which `new` is written."""
    copy = elsewhere.made(base._device, lambda xp: base._array.copy())
    show_part(chain, copy)._array[...] = new._array
    copy._node, copy._index, copy._requires_grad = base._node, base._index, base._requires_grad
    return copy


@contextmanager
def unseen():
    """A context in which operations are recorded for a view and leave no mark: the random stream goes on where it stood."""
    stream = random.default_generator.state_array()
    running, thread.state.modules = thread.state.modules, []
    try:
        with enable_grad(), recording(), np.errstate(all="ignore"):
            yield
    finally:
        thread.state.modules = running
        random.default_generator.load_state_array(stream)


class Run:
    """One forward computation on tensors of its own, and the backward pass over it as far as it has been stepped.

    `steps` is the list of Taken so far, `total` how many there are. `grads` are what leaves had accumulated before this pass.
    `unreached` are the steps that no gradient reaches, because of what the reader cut. `like` is an earlier Run: one of the same steps
    tells the `order` of the walk without taking it.
    """

    def __init__(self, trace, values=None, grads=None, cuts=None, like=None):
        with unseen():
            self._root, self.leaves = run_again(trace, values)
            self.trace = Trace(self._root)
        for first, again in zip(trace.parts, self.trace.parts, strict=True):
            again.key, again.name, again.names = first.key, first.name, first.names
        self.unreached = cuts.apply(self.trace) if cuts else set()
        self._twins = {part.key: part for part in self.trace.parts}
        self._grads = grads or {}
        self._form = trace.signature(), frozenset(cuts.made if cuts else ())
        self.rewind()
        if like is not None and like._form == self._form:
            self.order = [self._twins[part.key] for part in like.order]
        else:
            self.order = [step.part for step in iter(self._take, None)]
            self.rewind()
        self.total = len(self.order)

    def twin(self, part):
        """Return the Part of this run that stands where `part` stands in the trace it was run from."""
        return self._twins[part.key]

    def rewind(self):
        """Forget the backward pass."""
        for key, tensor in self.leaves.items():
            earlier = self._grads.get(key)
            tensor._grad = None if earlier is None else elsewhere.made(tensor._device, lambda xp, earlier=earlier: xp.array(earlier))
        self.steps = []
        refused = self.trace.root in self.unreached  # the engine would say that the result does not require grad
        self._walk = iter(()) if refused else walk([self._root], [None], retain_graph=True)

    def go_to(self, count):
        """Take steps until `count` are taken; backwards by starting again."""
        if count < len(self.steps):
            self.rewind()
        while len(self.steps) < count and self._take() is not None:
            pass

    def grad(self, key):
        """Return what leaf `key` has accumulated so far, as an array, or None."""
        grad = self.leaves[key]._grad
        return None if grad is None else grad._host()

    def before(self, key):
        """Return what leaf `key` had accumulated before this pass, as an array, or None."""
        return self._grads.get(key)

    def _take(self):
        """Take the walk's next step; None at its end."""
        with np.errstate(all="ignore"):
            step = next(self._walk, None)
        if step is None:
            return None
        self.steps.append(Taken(self.trace.part_of(step.node), step))
        return self.steps[-1]


class Taken:
    """One step of the walk, told by Parts: what `arrived` at `part`, and what it `handed` to each of its inputs, as arrays.

    `handed` maps the position of an input to the gradient in that input's own shape and dtype, as it arrives there.
    """

    def __init__(self, part, step):
        self.part = part
        host = part.node.meta[0][2]
        self.arrived = _host(next((grad for grad in step.arrived if grad is not None), None), host)
        self.arrived = None if self.arrived is None else self.arrived.copy()  # a leaf adds to this memory later
        self.handed = {}
        for position, (edge, gradient) in enumerate(zip(part.node.edges, step.handed)):
            if edge is not None and gradient is not None:
                shape, dtype, device = edge[0].meta[edge[1]]
                self.handed[position] = _fitted(_host(gradient, host if device is CPU else device), shape, dtype).copy()


def _fitted(gradient, shape, dtype):
    """A gradient as the walk brings it to its input: the engine's own `fit`, on arrays."""
    before, thread.state.on_arrays = thread.state.on_arrays, True
    try:
        return fit(gradient, shape, dtype)
    finally:
        thread.state.on_arrays = before


def _host(array, device):
    return array if array is None or isinstance(array, np.ndarray) else device.backend.to_host(array)


def numeric_slope(compute, values, key, place):
    """Return the slope of `compute` at element `place` of `values[key]` by central differences in float64.

    `compute(values)` returns the result as a number. The width is chosen so that rounding and curvature err by as little as each other.

    >>> slope = numeric_slope(lambda values: float(values["x"][()]) ** 2, {"x": np.array(3.0)}, "x", ())
    >>> round(slope, 6)
    6.0
    """
    values = {name: np.array(value, dtype=np.float64 if value.dtype.kind == "f" else None) for name, value in values.items()}
    middle = values[key][place]
    width = 6e-6 * max(1.0, abs(middle))
    ends = []
    for side in (middle + width, middle - width):
        values[key][place] = side
        ends.append(compute(values))
    return float((ends[0] - ends[1]) / (2 * width))


def result_of(trace, values):
    """Return the result of `trace` on other leaf values as a number, computed in float64 and not recorded."""
    with unseen(), no_grad():
        root, _ = run_again(trace, values, exact=True)
    return float(root._host().reshape(-1)[0])
