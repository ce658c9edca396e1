"""The backward pass: one walk over the nodes, from newest to oldest."""

import contextlib
import typing
from heapq import heappop, heappush

import numpy as np

from workbook.autograd.broadcast import Own, fit
from workbook.autograd.complaints import no_complex
from workbook.autograd.conjugates import backward_of_complex
from workbook.autograd.hooks import retain_grad
from workbook.autograd.modes import thread
from workbook.autograd.operation import AccumulateGrad, edge_of
from workbook.autograd.views import stands_for_one_element_each
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
    run([tensor], [gradient], retain_graph=create_graph if retain_graph is None else retain_graph,
        create_graph=create_graph, only=asked_for(inputs))


def asked_for(inputs):
    """The Tensors that a backward pass is asked to stop at, as a list; None for all leaves."""
    if inputs is None:
        return None
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for tensor in inputs:
        if not tensor.is_leaf:
            retain_grad(tensor)  # from now on, as in PyTorch
    return inputs


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=None,
         is_grads_batched=False, materialize_grads=False):
    """Return the gradients of `outputs` with respect to `inputs`, a tuple in their order; no `.grad` is touched.

    Raises RuntimeError for an input that the outputs do not depend on, unless `allow_unused`.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> torch.autograd.grad(x**3, x)
    (tensor(27.),)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.grad.html
    """
    if is_grads_batched:
        raise NotImplementedError("is_grads_batched=True is not there yet: call grad once for each row of grad_outputs")
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if materialize_grads and allow_unused is False:
        raise ValueError(explain(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.",
            "zeros are made for inputs that are not used", "leave allow_unused out"))
    seeds = seeds_for(outputs, grad_outputs)
    for wanted in inputs:
        if not isinstance(wanted, Tensor):
            raise RuntimeError(explain(f"all inputs have to be Tensors or GradientEdges, but got {type(wanted).__name__}",
                                       "a gradient is asked for with respect to a Tensor", None))
        if not wanted.requires_grad:
            raise RuntimeError(explain(
                "One of the differentiated Tensors does not require grad",
                f"a tensor of shape {shape_text(wanted.shape)} was made without requires_grad=True",
                "set requires_grad=True before the forward computation"))
    caught = {}
    run(outputs, seeds, retain_graph=create_graph if retain_graph is None else retain_graph,
        create_graph=create_graph, only=inputs, caught=caught)
    results = []
    for position, wanted in enumerate(inputs):
        found = caught.get(edge_of(wanted))
        if found is None and materialize_grads:
            found = wanted._device.xp.zeros_like(wanted._array)
        elif found is None and not allow_unused:
            raise RuntimeError(explain(
                f"The differentiated Tensor at index {position} appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior.",
                "no recorded operation leads from it to the output", "check that the output was computed from this very tensor"))
        results.append(found if found is None or isinstance(found, Tensor) else _as_tensor(found, wanted._device))
    return tuple(results)


def seeds_for(outputs, given):
    """Return one gradient, or None, for each of `outputs`. Raises RuntimeError where the numbers differ."""
    if given is None:
        return [None] * len(outputs)
    seeds = [given] if isinstance(given, Tensor) else list(given)
    if len(seeds) != len(outputs):
        raise RuntimeError(explain(f"got {len(outputs)} tensors and {len(seeds)} gradients",
                                   "each output is weighed by a gradient of its own", "give one for each, None for 1"))
    return seeds


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
    with steps.modes():
        while steps.waiting:
            steps.visit()


class Pass:
    """One backward pass: which gradients have arrived where, and which nodes wait to be visited.

    `seeds`: the gradient of each root, None for 1. `only`: visit nothing but the way to these Tensors. `caught`: a dict that
    receives the gradients of `only` by `(node, index)`, instead of the Tensors' `.grad`.

    Every node is newer than the nodes it hands gradients to. So visiting the newest waiting node first visits each exactly once,
    after everything that can arrive there has arrived.
    """

    def __init__(self, roots, seeds, *, retain_graph=False, create_graph=False, only=None, caught=None):
        self.retain_graph, self.create_graph, self.caught = retain_graph, create_graph, caught
        self.wanted, self.way = _way_to(roots, only)
        self.waiting = []  # a heap of negative sequence numbers: the newest node first
        self.arrivals = {}  # negative sequence number -> (node, what has arrived there, one entry an output)
        self.owned = set()  # nodes whose waiting gradient is new memory that nobody else holds
        __tracebackhide__ = True  # IPython then shows a student's wrong call without the walk's own frames
        begin = []
        for root, seed in zip(roots, seeds, strict=True):
            seed = _seed_of(root, seed, create_graph)
            begin.append((*edge_of(root), seed))
        for node, index, seed in begin:
            self.arrive(node, index, seed, False)

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
            if slots[index] is not None:
                gradient, new = slots[index] + gradient, True
        slots[index] = gradient
        if new:
            self.owned.add(node)

    @contextlib.contextmanager
    def modes(self):
        """The thread's modes while formulas run: on arrays, unrecorded; or on Tensors and recorded, for `create_graph`."""
        here = thread.state
        found = here.grad_enabled, here.on_arrays
        here.grad_enabled, here.on_arrays = self.create_graph, not self.create_graph
        try:
            yield
        finally:
            here.grad_enabled, here.on_arrays = found

    def visit(self):
        """Visit the newest waiting node. Return it, what had arrived there, and what it handed on."""
        node, arrived = self.arrivals.pop(heappop(self.waiting))
        device = node.meta[0][2]
        if device is CPU:
            return self._visit(node, arrived)
        here = thread.state  # elsewhere: on the node's device, with its array library
        found, here.xp = here.xp, device.xp
        try:
            with device.backend.using(device.index):
                return self._visit(node, arrived)
        finally:
            here.xp = found

    def _visit(self, node, arrived):
        wanted, leaf = self.wanted, node.variable if node.__class__ is AccumulateGrad else None
        if node.hooks or node.retains or leaf is not None and leaf._hooks:
            arrived = _show_to_hooks(node, arrived, self.create_graph)
            self.owned.discard(node)
        if wanted is not None:
            self._deliver(node, arrived)
        elif leaf is not None and leaf._requires_grad:  # unless it was frozen since
            accumulate(leaf, arrived[0], self.create_graph, node in self.owned)
        if leaf is not None or wanted is not None and node not in self.way:
            return node, arrived, ()
        if len(arrived) > 1:
            arrived = [_zeros(meta, self.create_graph) if gradient is None else gradient
                       for gradient, meta in zip(arrived, node.meta)]
        of_complex = node.meta[0][1].kind == "c"
        handed = backward_of_complex(node, arrived) if of_complex else node.backward(*arrived)
        if handed.__class__ is not tuple:
            handed = (handed,)
        for edge, gradient in zip(node.edges, handed):
            if edge is None or gradient is None:
                continue
            target, index = edge
            if wanted is not None and target not in self.way and edge not in wanted:
                continue
            shape, dtype, _ = target.meta[index]
            if dtype.kind == "c" and not of_complex and node.holomorphic:
                raise no_complex(node)  # from complex numbers to real ones: no formula for real numbers serves
            if gradient.shape != shape or gradient.dtype is not dtype:
                gradient = fit(gradient, shape, dtype)
            new = target.hands_on and not self.create_graph and _is_new(gradient, () if node in self.owned else arrived, handed)
            self.arrive(target, index, gradient, new)
        if not self.retain_graph:
            node.release()
        return node, arrived, handed

    def _deliver(self, node, arrived):
        """Give gradients to the Tensors that were asked for by name."""
        for index, gradient in enumerate(arrived):
            if (node, index) in self.wanted and gradient is not None:
                if self.caught is not None:
                    self.caught[node, index] = gradient
                elif node.__class__ is AccumulateGrad:  # others retain it
                    accumulate(self.wanted[node, index], gradient, self.create_graph, False)


def forget(leaf, set_to_none):
    """Let go of `leaf.grad`, or fill it with zeros, in its memory."""
    if set_to_none or leaf._grad is None:
        leaf._grad = None
    else:
        leaf._grad.detach_().requires_grad_(False).zero_()


def accumulate(leaf, gradient, create_graph, new):
    """Add `gradient` to `leaf.grad`. The first one owns its memory; `new` says that nobody else holds this array."""
    if create_graph:
        leaf._grad = Own.apply(gradient, dtype=gradient._array.dtype) if leaf._grad is None else leaf._grad + gradient
    elif leaf._grad is None:
        xp = leaf._device.xp
        array = gradient if new and isinstance(gradient, xp.ndarray) and gradient.flags.c_contiguous else xp.array(gradient)
        leaf._grad = wrap(array, leaf._device)
    else:
        total = leaf._grad
        stands_for_one_element_each(total._array)
        total._array[...] += gradient
        memory_of(total).wrote("the accumulation of a gradient")
    if leaf._hooks_after:
        _tell_that_it_is_there(leaf)


def _tell_that_it_is_there(leaf):
    """Call the hooks that want to know when a leaf's `.grad` is filled."""
    here = thread.state
    earlier, here.on_arrays = here.on_arrays, False  # a student's hook computes with Tensors
    try:
        for hook in list(leaf._hooks_after.values()):
            answer = hook(leaf)
            if answer is not None:
                raise TypeError(explain(f"expected Variable, but hook returned '{type(answer).__name__}'",
                                        "what it returns has no use: the gradient stands in .grad", "return nothing"))
    finally:
        here.on_arrays = earlier


def _is_new(gradient, arrived, handed):
    """Whether nobody else holds the memory of an array that a formula returned.

    A formula returns new arrays, or what arrived, or views of it. So memory that is not what arrived is new, also where the
    array is a view of all of it, such as a transposed product; and new for one input alone if it was returned once.
    """
    memory = _memory(gradient)
    if memory.__class__ is not ndarray or memory.size != gradient.size:
        return False
    for other in arrived:
        if other is not None and _memory(other) is memory:
            return False
    return [other is not None and _memory(other) is memory for other in handed].count(True) == 1


def _memory(array):
    """The array that owns the memory of an array or a NumPy scalar."""
    base = getattr(array, "base", None)
    return array if base is None else base


def _zeros(meta, create_graph):
    shape, dtype, device = meta
    zeros = device.xp.zeros(shape, dtype)
    return wrap(zeros, device) if create_graph else zeros


def _as_tensor(gradient, device):
    """A gradient for the student to hold: of one number, a formula may have made a NumPy scalar."""
    return wrap(gradient if isinstance(gradient, device.xp.ndarray) else device.xp.asarray(gradient), device)


def _seed_of(root, seed, create_graph):
    """The gradient with which the walk begins at `root`."""
    __tracebackhide__ = True
    if edge_of(root) is None:
        raise RuntimeError(explain(
            "element 0 of tensors does not require grad and does not have a grad_fn", _why_no_graph(root),
            "set requires_grad=True on the inputs before computing, and compute outside torch.no_grad()"))
    array = root._array
    if seed is None:
        if array.dtype.kind == "c" and array.size == 1:
            raise RuntimeError(explain(
                f"grad can be implicitly created only for real scalar outputs but got {root.dtype}",
                "complex numbers have no order, so nothing says in which direction this one should grow",
                "make it real first, with abs() or .real, or weigh it: backward(gradient=...)"))
        if array.size != 1:
            raise RuntimeError(explain(
                "grad can be implicitly created only for scalar outputs",
                f"this tensor has shape {shape_text(array.shape)}: {array.size} numbers, each with a slope of its own",
                "make it one number first, with sum() or mean(), or weigh them: backward(gradient=torch.ones_like(y))"))
        seed = wrap(root._device.xp.ones_like(array), root._device)
    elif not isinstance(seed, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(seed).__name__}")
    elif seed._array.shape != array.shape:
        raise RuntimeError(explain(
            f"Mismatch in shape: grad_output[0] has a shape of {seed.shape} and output[0] has a shape of {root.shape}.",
            "gradient= holds one weight for each element of the output", "make it with torch.ones_like(output)"))
    elif (seed._array.dtype.kind == "c") != (array.dtype.kind == "c"):
        raise RuntimeError(explain(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[0] has a dtype of {seed.dtype} and output[0] has a dtype of {root.dtype}.",
            "the gradient of complex numbers is complex, that of real ones real", f"convert the gradient: .to({root.dtype})"))
    seed = fit(seed, array.shape, array.dtype)
    return seed if create_graph else seed._array


def _why_no_graph(root):
    if not thread.state.grad_enabled:
        return "recording is switched off here (torch.no_grad or inference_mode)"
    if root._array.dtype.kind not in "fc":
        return f"it holds {root.dtype}: a comparison, an argmax or an integer has no slope"
    return "nothing it was computed from had requires_grad=True, or detach(), item() or no_grad() cut the graph before it"


def _way_to(roots, only):
    """Return the wanted edges with their Tensors, and the nodes whose formulas must run to reach them; None, None for all."""
    if only is None:
        return None, None
    for tensor in only:
        if not tensor.requires_grad:
            raise RuntimeError(explain("can't retain_grad on Tensor that has requires_grad=False",
                                       f"a tensor of shape {shape_text(tensor.shape)} among the inputs needs no gradient",
                                       "set requires_grad=True before the forward computation"))
    wanted = {edge_of(tensor): tensor for tensor in only}
    reached = {edge[0] for edge in map(edge_of, roots) if edge is not None}
    queue = list(reached)
    while queue:
        for edge in queue.pop().edges:
            if edge is not None and edge[0] not in reached:
                reached.add(edge[0])
                queue.append(edge[0])
    way = set()
    for node in sorted(reached, key=lambda node: node.sequence):
        if any(edge is not None and (edge[0] in way or edge in wanted) for edge in node.edges):
            way.add(node)
    return wanted, way


def _check_answer(hook, tensor, answer):
    """Raise where a hook returned what cannot stand in for the gradient it was shown."""
    name = getattr(hook, "__name__", repr(hook))
    if not isinstance(answer, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
    if answer._array.shape != tensor._array.shape:
        raise RuntimeError(explain(f"hook '{name}' has changed the size of value",
                                   f"it got shape {shape_text(tensor.shape)} and returned {shape_text(answer.shape)}",
                                   "return a gradient of the same shape, or None"))
    if answer._array.dtype != tensor._array.dtype:
        raise RuntimeError(explain(f"hook '{name}' has changed the type of value (was {tensor.type()} got {answer.type()})",
                                   "a gradient has its tensor's dtype", "return grad.to(...) of the dtype that came in"))


def _show_to_hooks(node, arrived, create_graph):
    """Let hooks see, and replace, what arrives at a node; fill the `.grad` of Tensors that asked to retain it."""
    here = thread.state
    earlier, here.on_arrays = here.on_arrays, False  # a student's hook is given Tensors
    arrived = list(arrived)
    leaf_hooks = node.variable._hooks if node.__class__ is AccumulateGrad else None
    for index, gradient in enumerate(arrived):
        if gradient is None:
            continue
        tensor = gradient if create_graph else _as_tensor(gradient, node.meta[index][2])
        for hook in list((leaf_hooks or (node.hooks or {}).get(index) or {}).values()):
            answer = hook(tensor)
            if answer is not None:
                _check_answer(hook, tensor, answer)
                tensor = answer
        arrived[index] = tensor if create_graph else tensor._array
        keeper = node.retains and node.retains.get(index)
        keeper = keeper and keeper()
        if keeper is not None:
            new = Own.apply(tensor, dtype=tensor._array.dtype) if create_graph else wrap(tensor._array.copy(), tensor._device)
            keeper._grad = new if keeper._grad is None else keeper._grad + new
    here.on_arrays = earlier
    return arrived
