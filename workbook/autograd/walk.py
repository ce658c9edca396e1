"""The backward pass: one walk over the nodes, from newest to oldest."""

import contextlib
import typing
import warnings
from heapq import heappop, heappush

import numpy as np

from workbook.autograd.anomaly import watched
from workbook.autograd.broadcast import Own, brought_home, fit
from workbook.autograd.complaints import no_complex
from workbook.autograd.conjugates import backward_of_complex
from workbook.autograd.elsewhere import to_the_host
from workbook.autograd.ends import arriving_at, as_it_arrives, inputs_of, may_be_asked_for, outputs_of, place_of, seed_of, seeds_for
from workbook.autograd.hook_calls import as_tensor, show_after, show_arrivals, show_before, show_filled
from workbook.autograd.modes import thread
from workbook.autograd.operation import AccumulateGrad
from workbook.autograd.views import refuse_inference, refuse_unclear, stands_for_one_element_each
from workbook.devices import CPU
from workbook.errors import explain, shape_text
from workbook.tensor import Tensor, memory_of, wrap

ndarray = np.ndarray


def backward(tensor, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradient of `tensor` to the `.grad` of every leaf that it was computed from.

    `gradient`: the gradient of some final number with respect to this tensor, of its shape; only a Tensor of one element can
    do without. `retain_graph`: keep what the graph saved, for another pass. `create_graph`: record the pass itself, for higher
    derivatives. `inputs`: add to these Tensors only. Raises RuntimeError where the tensor needs no gradient, or where a second
    pass needs what the first has freed.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> (3 * x**2).backward()
    >>> x.grad
    tensor(18.)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.backward.html
    """
    run([tensor], [gradient], retain_graph=retain_graph, create_graph=create_graph, only=arriving_at(inputs))


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, allow_unused=None,
         is_grads_batched=False, materialize_grads=False):
    """Return the gradients of `outputs` with respect to `inputs`, a tuple in their order; no `.grad` is touched.

    Both are Tensors or GradientEdges, one or several; for a dict of inputs the answer is a dict. `grad_outputs`: the weight of each
    output, None for 1. Raises RuntimeError for an input that the outputs do not depend on, unless `allow_unused` (then its gradient
    is None) or `materialize_grads` (then zeros).

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> torch.autograd.grad(x**3, x)
    (tensor(27.),)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.grad.html
    """
    __tracebackhide__ = True
    if is_grads_batched:
        raise NotImplementedError(explain(
            "is_grads_batched=True is not there", "PyTorch's runs many passes as one, by vmap; here each pass runs by itself",
            "call grad once for each row: [torch.autograd.grad(y, x, row, retain_graph=True)[0] for row in rows], then torch.stack"))
    if materialize_grads and allow_unused is False:
        raise ValueError(explain(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.",
            "zeros are made for inputs that are not used", "leave allow_unused out"))
    if not only_inputs:
        warnings.warn("only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts "
                      "of the graph, please use torch.autograd.backward.", FutureWarning, stacklevel=2)
    outputs, names = outputs_of(outputs), inputs if type(inputs) is dict else None
    inputs, seeds = inputs_of(inputs, "grad"), seeds_for(outputs, grad_outputs)
    caught = {}
    run(outputs, seeds, retain_graph=retain_graph, create_graph=create_graph, only=inputs, caught=caught)
    results = tuple([_found(wanted, position, caught, allow_unused, materialize_grads, create_graph)
                     for position, wanted in enumerate(inputs)])
    return results if names is None else dict(zip(names, results))


def _found(wanted, position, caught, allow_unused, materialize_grads, create_graph):
    """The gradient that was caught for one input of `grad`, or what stands for one that does not matter to the outputs."""
    node, index = place_of(wanted) or (None, 0)
    found = caught.get((node, index))
    if found is not None:
        return found if isinstance(found, Tensor) else as_tensor(found, node.meta[index][2])
    if materialize_grads:
        if not isinstance(wanted, Tensor):
            raise RuntimeError(explain("materialize_grads cannot be used when the given input is a GradientEdge",
                                       "zeros are made in the shape of a Tensor", "give the Tensor itself, or allow_unused=True"))
        with wanted._device.entered():
            zeros = wrap(wanted._device.xp.zeros_like(wanted._array), wanted._device)
        zeros._requires_grad = create_graph
        return zeros
    if not allow_unused:
        raise RuntimeError(explain(
            f"The differentiated Tensor at index {position} appears to not have been used in the graph. "
            "Set allow_unused=True if this is the desired behavior.",
            "no recorded operation leads from it to the output", "check that the output was computed from this very tensor"))
    return None


class Step(typing.NamedTuple):
    """What one step of the walk did: `node` got `arrived`, one gradient an output, and gave `handed`, one an edge."""

    node: object
    arrived: list
    handed: tuple


def walk(roots, seeds, **options):
    """Walk back from `roots` and yield a Step after each node. For the arguments see `Pass`.

    Between two steps nothing of the thread's state is changed, so whoever holds the generator may compute in between, or drop it.
    """
    steps = Pass(roots, seeds, **options)
    while steps.waiting:
        with steps.modes():
            step = Step(*steps.visit())
        yield step


def run(roots, seeds, **options):
    """The same walk, from its beginning to its end."""
    __tracebackhide__ = True
    steps = Pass(roots, seeds, **options)
    if steps.create_graph and steps.caught is None:
        _warn_of_cycle()
    if (adviser := thread.state.adviser) is not None:
        adviser.walks([node for node, _ in steps.arrivals.values()], steps.retain_graph)
    with steps.modes():
        while steps.waiting:
            steps.visit()


_warned = []  # PyTorch says it once a process


def _warn_of_cycle():
    if not _warned:
        _warned.append(True)
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can "
            "cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this "
            "function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.",
            UserWarning, stacklevel=4)


class Pass:
    """One backward pass: which gradients have arrived where, and which nodes wait to be visited.

    `roots` and `only` are Tensors or GradientEdges. `seeds`: the gradient of each root, None for 1. `only`: visit nothing but the
    way to these. `caught`: a dict that receives the gradients of `only` by `(node, index)`, instead of the Tensors' `.grad`.

    Every node is newer than the nodes it hands gradients to. So visiting the newest waiting node first visits each exactly once,
    after everything that can arrive there has arrived.
    """

    def __init__(self, roots, seeds, *, retain_graph=None, create_graph=False, only=None, caught=None):
        if retain_graph is None:
            retain_graph = create_graph
        if not (isinstance(retain_graph, int) and isinstance(create_graph, int)):
            raise TypeError(explain(f"'{type(create_graph if isinstance(retain_graph, int) else retain_graph).__name__}' object cannot be "
                                    "interpreted as an integer", "retain_graph and create_graph are a yes or no", "write True or False"))
        self.retain_graph, self.create_graph, self.caught = retain_graph, create_graph, caught
        if thread.state.anomaly:
            self._visit = watched(self._visit)
        self.waiting = []  # a heap of negative sequence numbers: the newest node first
        self.arrivals = {}  # negative sequence number -> (node, what has arrived there, one entry an output)
        self.owned = set()  # nodes whose waiting gradient is new memory that nobody else holds
        __tracebackhide__ = True  # IPython then shows a student's wrong call without the walk's own frames
        begin = []
        for number, (root, seed) in enumerate(zip(roots, seeds, strict=True)):
            seed = seed_of(root, seed, number)
            begin.append((*place_of(root), seed))
        if only is not None:
            may_be_asked_for(only, for_grad=caught is not None)
        self.wanted, self.way = _way_to(roots, only, caught)
        self.begin, self._reached = [node for node, _, _ in begin], None
        for number, (node, index, seed) in enumerate(begin):
            self.arrive(node, index, as_it_arrives(seed, node, index, number, create_graph), False)

    def arrive(self, node, index, gradient, new):
        """Add a gradient to what has arrived at a node. `new`: nobody else holds its memory."""
        place = -node.sequence
        found = self.arrivals.get(place)
        if found is None:
            slots = [None] * (1 if node.__class__ is AccumulateGrad else len(node.meta))
            self.arrivals[place] = node, slots
            heappush(self.waiting, place)
        else:
            slots = found[1]
            if gradient is None:
                return
            before = slots[index]
            if before is not None:
                gradient, new = before + gradient if before.__class__ is ndarray else _added(node, index, before, gradient), True
        slots[index] = gradient
        if new:
            self.owned.add(node)

    @contextlib.contextmanager
    def modes(self):
        """The thread's modes while formulas run: on arrays, unrecorded; or on Tensors and recorded, for `create_graph`."""
        here = thread.state
        found = here.grad_enabled, here.on_arrays, here.running
        here.grad_enabled, here.on_arrays, here.running = self.create_graph, not self.create_graph, self
        try:
            yield
        finally:
            here.grad_enabled, here.on_arrays, here.running = found

    def visit(self):
        """Visit the newest waiting node. Return it, what had arrived there, and what it handed on."""
        node, arrived = self.arrivals.pop(heappop(self.waiting))
        device = node.meta[0][2]
        if device is CPU:
            return self._visit(node, arrived)
        here = thread.state  # elsewhere: on the node's device, with its array library
        found, here.xp = here.xp, device.xp
        try:
            with device.entered():
                return self._visit(node, arrived)
        finally:
            here.xp = found

    def _visit(self, node, arrived):
        wanted, hung, leaf = self.wanted, node.hooks, node.variable if node.__class__ is AccumulateGrad else None
        first = arrived
        if hung is not None or node.retains or leaf is not None and leaf._hooks:
            arrived = show_arrivals(node, arrived, self.create_graph)
            self.owned.discard(node)
        if self.caught is not None:
            self._catch(node, arrived if wanted is None or node not in self.way else first)  # hooks speak to what goes on, as in PyTorch
        elif leaf is not None and (wanted is None or (node, 0) in wanted):
            self._fill(node, arrived)
        if leaf is not None or wanted is not None and node not in self.way:
            return node, arrived, ()
        if hung is not None:
            arrived = show_before(node, arrived, self.create_graph)
        shown = arrived
        by_student, nothing = node.by_student, False
        if len(arrived) > 1 or by_student or arrived[0] is None:
            arrived, nothing = self._completed(node, arrived)
        _, kind, device = node.meta[0]
        of_complex = kind.kind == "c"
        if nothing:
            handed = (None,) * len(node.edges)
        else:
            handed = backward_of_complex(node, arrived) if of_complex else node.backward(*arrived)
        if handed.__class__ is not tuple:
            handed = (handed,)
        if hung is not None:
            handed = show_after(node, self._fitted(node, handed), shown, self.create_graph)
        for edge, gradient in zip(node.edges, handed):
            if edge is None or gradient is None and not (nothing or by_student):
                continue
            target, index = edge
            if wanted is not None and target not in self.way and edge not in wanted:
                continue
            if gradient is None:  # a Function of the student's handed on None: what lies behind is visited all the same
                self.arrive(target, index, None, False)
                continue
            shape, dtype, home = target.meta[index]
            if dtype.kind == "c" and not of_complex and node.holomorphic:
                raise no_complex(node)  # from complex numbers to real ones: no formula for real numbers serves
            if gradient.shape != shape or gradient.dtype is not dtype:
                gradient = fit(gradient, shape, dtype, handed, node)
            if device is not CPU and home is CPU:
                gradient = to_the_host(gradient, device)
            new = (target.hands_on and not self.create_graph and not by_student and hung is None
                   and _is_new(gradient, () if node in self.owned else arrived, handed))
            self.arrive(target, index, gradient, new)
        if not self.retain_graph:
            node.release()
        return node, arrived, handed

    def _completed(self, node, arrived):
        """Return what arrived with zeros where nothing did, and whether nothing at all did: a student's Function handed on None."""
        if not node.by_student and all(gradient is None for gradient in arrived):
            return arrived, True
        if node.materialize_grads:
            arrived = [_zeros(meta, self.create_graph) if gradient is None else gradient for gradient, meta in zip(arrived, node.meta)]
        return arrived, False

    def _fitted(self, node, handed):
        """What a formula returned, as each input gets it: brought to its shape and dtype, and None where nobody wants it."""
        fitted = []
        for edge, gradient in zip(node.edges, handed):
            if edge is None or gradient is None or self.wanted is not None and edge[0] not in self.way and edge not in self.wanted:
                fitted.append(None)
                continue
            shape, dtype, home = edge[0].meta[edge[1]]
            if dtype.kind == "c" and node.meta[0][1].kind != "c" and node.holomorphic:
                raise no_complex(node)
            gradient = fit(gradient, shape, dtype, handed, node)
            fitted.append(to_the_host(gradient, node.meta[0][2]) if home is CPU and node.meta[0][2] is not CPU else gradient)
        return tuple(fitted)

    def _catch(self, node, arrived):
        """Keep gradients that were asked for by name."""
        for index, gradient in enumerate(arrived):
            if (node, index) in self.wanted and gradient is not None:
                if self.create_graph:
                    gradient = brought_home(gradient, node.meta[index][2])
                self.caught[node, index] = gradient

    def _fill(self, node, arrived):
        """Add what arrived at a leaf to its `.grad`, unless it was frozen since."""
        leaf, hung = node.variable, node.hooks
        if hung is not None:
            arrived = show_before(node, arrived, self.create_graph)
        if (leaf._requires_grad or leaf._node is not None) and arrived[0] is not None:
            accumulate(leaf, arrived[0], self.create_graph, node in self.owned)
        elif leaf._hooks_after:
            show_filled(leaf)
        if hung is not None:
            show_after(node, (), arrived, self.create_graph)

    def will_visit(self, node):
        """Whether this pass runs a node's formula, or stops there because it was asked to."""
        if self.way is not None:
            return node in self.way or any(node is wanted for wanted, _ in self.wanted)
        if self._reached is None:
            self._reached = _reached(self.begin)
        return node in self._reached


def forget(leaf, set_to_none):
    """Let go of `leaf.grad`, or fill it with zeros, in its memory."""
    if set_to_none or leaf._grad is None:
        leaf._grad = None
    else:
        leaf._grad.detach_().requires_grad_(False).zero_()


def accumulate(leaf, gradient, create_graph, new):
    """Add `gradient` to `leaf.grad`. The first one owns its memory; `new` says that nobody else holds this array."""
    view = leaf._view
    if leaf._node is not None or view is not None and view.version != leaf._memory.version and view.base.requires_grad:
        if view is not None:
            refuse_unclear(leaf)
        raise RuntimeError(explain("leaf variable has been moved into the graph interior",
                                   "it was a leaf when it was used, and was written in place since", "write into a clone()"))
    if create_graph:
        gradient = brought_home(gradient, leaf._device)
        leaf._grad = Own.apply(gradient, dtype=gradient._array.dtype) if leaf._grad is None else leaf._grad + gradient
    elif leaf._grad is None:
        xp = leaf._device.xp
        if gradient.shape != leaf._array.shape:  # which was changed unseen
            try:
                gradient = xp.broadcast_to(gradient, leaf._array.shape)
            except ValueError:
                raise _other_size(leaf, gradient) from None
        array = gradient if new and isinstance(gradient, xp.ndarray) and gradient.flags.c_contiguous else xp.array(gradient)
        leaf._grad = wrap(array, leaf._device)
    else:
        total = leaf._grad
        refuse_inference(total)
        stands_for_one_element_each(total._array)
        try:
            total._array[...] += gradient
        except ValueError:
            raise _other_size(total, gradient) from None
        memory = memory_of(total)
        memory.added += 1
        memory.wrote("the accumulation of a gradient")
    if leaf._hooks_after:
        show_filled(leaf)


def _other_size(total, gradient):
    """The error where the shape of a leaf was changed behind its `.grad`."""
    have, new = total._array.shape, gradient.shape
    apart = [axis for axis in range(-min(len(have), len(new)), 0) if have[axis] != new[axis] and 1 not in (have[axis], new[axis])]
    if apart:
        what = (f"The size of tensor a ({have[apart[-1]]}) must match the size of tensor b ({new[apart[-1]]}) at non-singleton dimension "
                f"{max(len(have), len(new)) + apart[-1]}")
    else:
        what = f"output with shape {shape_text(have)} doesn't match the broadcast shape {shape_text(np.broadcast_shapes(have, new))}"
    return RuntimeError(explain(
        what, f"the leaf's .grad has shape {shape_text(have)}, and the gradient that should be added to it {shape_text(new)}: the leaf was "
        "given data of another shape", "write x.grad = None after x.data = ..."))


def _is_new(gradient, arrived, handed):
    """Whether nobody else holds the memory of an array that a formula returned.

    A formula returns new arrays, or what arrived, or views of it. So memory that is not what arrived is new, also where the
    array is a view of all of it, such as a transposed product; and new for one input alone if it was returned once.
    """
    memory = _memory(gradient)
    if memory.__class__ is not ndarray and (memory.__class__ is not gradient.__class__ or isinstance(gradient, np.generic)):
        return False  # memory of somebody else's, or a number without any
    if memory.size != gradient.size:
        return False
    for other in arrived:
        if other is not None and _memory(other) is memory:
            return False
    times = 0
    for other in handed:
        if other is gradient or other is not None and _memory(other) is memory:
            times += 1
    return times == 1


def _memory(array):
    """The array that owns the memory of an array or a NumPy scalar."""
    base = getattr(array, "base", None)
    return array if base is None else base


def _added(node, index, found, gradient):
    """The sum of two gradients to an output that lies on any device: also where the step that is visited is on another."""
    with node.meta[index][2].entered():
        return found + gradient


def _zeros(meta, create_graph):
    shape, dtype, device = meta
    with device.entered():
        zeros = device.xp.zeros(shape, dtype)
    return wrap(zeros, device) if create_graph else zeros


def _way_to(roots, only, caught):
    """Return the wanted places, and the nodes whose formulas must run to reach them; None, None for all."""
    if only is None:
        return None, None
    wanted = {place for place in map(place_of, only) if place is not None}  # None: a view that was made under no_grad
    reached = _reached(place[0] for place in map(place_of, roots) if place is not None)
    way = set() if caught is not None else {node for node, _ in wanted}  # `backward` runs and frees these, too, as PyTorch's
    for node in sorted(reached, key=lambda node: node.sequence):
        if any(edge is not None and (edge[0] in way or edge in wanted) for edge in node.edges):
            way.add(node)
    return wanted, way


def _reached(nodes):
    """Return these nodes and all behind them."""
    reached = set(nodes)
    queue = list(reached)
    while queue:
        for edge in queue.pop().edges:
            if edge is not None and edge[0] not in reached:
                reached.add(edge[0])
                queue.append(edge[0])
    return reached
