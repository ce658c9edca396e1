"""`torch.autograd.graph`: nodes and edges of the recorded graph, what nodes save, and hooks on several Tensors at once."""

import contextlib
import weakref

from workbook.autograd.ends import GradientEdge, place_of
from workbook.autograd.operation import Node
from workbook.autograd.saved import pack_new_node
from workbook.errors import explain, shape_text
from workbook.tensor import memory_of
from workbook.threads import thread

__all__ = ["GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks", "get_gradient_edge",
           "increment_version", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]


def get_gradient_edge(tensor):
    """Return where the gradient of a Tensor goes, a GradientEdge: `backward` and `grad` take it in the Tensor's place.

    Raises RuntimeError for a Tensor that needs no gradient.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> y = x * x
    >>> edge = torch.autograd.graph.get_gradient_edge(y)
    >>> edge.node.name(), edge.output_nr
    ('MulBackward0', 0)
    >>> torch.autograd.grad(edge, x)
    (tensor(6.),)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.graph.get_gradient_edge.html
    """
    if not tensor.requires_grad:
        raise RuntimeError(explain("It is not possible to get the gradient edge for a Tensor that does not require gradients",
                                   f"no gradient ever reaches this tensor of shape {shape_text(tensor.shape)}",
                                   "set requires_grad=True before the forward computation"))
    return GradientEdge(*place_of(tensor))


def increment_version(tensor):
    """Tell autograd that a Tensor, or each of several, was written by means that it did not see.

    >>> import workbook as torch
    >>> x = torch.ones(2)
    >>> torch.autograd.graph.increment_version(x)
    >>> x._version
    1

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.graph.increment_version.html
    """
    for written in [tensor] if hasattr(tensor, "grad_fn") else tensor:
        memory_of(written).wrote("increment_version")


class saved_tensors_hooks:
    """Within this context, what nodes save goes through `pack_hook`, and comes back through `unpack_hook` when it is needed.

    `pack_hook(tensor)` may return anything; `unpack_hook` is given that and returns a Tensor. Of contexts in each other the innermost
    counts. Writes to the saved Tensors are no longer noticed: keep a copy. Raises TypeError where the unpack hook returns no Tensor,
    RuntimeError where the pack hook writes into its Tensor.

    >>> import workbook as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), lambda numbers: torch.tensor(numbers)):
    ...     y = x * x
    >>> y.sum().backward()
    >>> x.grad
    tensor([2., 4.])

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.graph.saved_tensors_hooks
    """

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self):
        here = thread.state
        if here.no_packing is not None:
            raise RuntimeError(here.no_packing)
        here.packing.append((self.pack_hook, self.unpack_hook))
        here.tell_of_nodes("packing", pack_new_node)

    def __exit__(self, *exception):
        here = thread.state
        here.packing.pop()
        if not here.packing:
            here.tell_of_nodes("packing", None)


class save_on_cpu(saved_tensors_hooks):
    """Within this context, nodes save copies in the CPU's memory, which go back to their device when they are needed.

    `pin_memory` is taken as PyTorch takes it where there is no GPU: without effect.

    >>> import workbook as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> with torch.autograd.graph.save_on_cpu():
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.])

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.graph.save_on_cpu
    """

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(lambda tensor: (tensor.device, tensor.to("cpu", copy=True)),
                         lambda packed: packed[1].to(packed[0]))


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message):
    """Within this context, `saved_tensors_hooks` raises RuntimeError with this message; so does this one, where they are in use.

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.graph.disable_saved_tensors_hooks
    """
    here = thread.state
    if here.packing:
        raise RuntimeError(error_message)
    before, here.no_packing = here.no_packing, error_message
    try:
        yield
    finally:
        here.no_packing = before


class allow_mutation_on_saved_tensors:
    """Within this context, saved Tensors may be written: nodes save copies of them. The backward pass has to run within it, too.

    (PyTorch copies at the write instead; the gradients are the same.) Raises RuntimeError for one such context inside another.

    >>> import workbook as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     h = x * 1
    ...     y = (h * h).sum()
    ...     h = h.zero_()
    ...     y.backward()
    >>> x.grad
    tensor([2., 4.])

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.graph.allow_mutation_on_saved_tensors
    """

    def __init__(self):
        self._open = False
        self._hooks = saved_tensors_hooks(lambda tensor: tensor.clone(), self._unpacked)

    def _unpacked(self, tensor):
        if not self._open:
            raise AssertionError(explain(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the graph was originally recorded.",
                "it lets go of its copies at its end", "call backward() inside the same `with`"))
        return tensor

    def __enter__(self):
        if any(getattr(unpack, "__self__", None).__class__ is allow_mutation_on_saved_tensors for _, unpack in thread.state.packing):
            raise RuntimeError(explain("allow_mutation_on_saved_tensors contexts cannot be nested", "one of them copies everything already",
                                       "leave the inner one out"))
        self._hooks.__enter__()
        self._open = True
        return self

    def clear(self):
        """Nothing: PyTorch forgets its copies here, and this engine's go with the nodes that hold them."""

    def __exit__(self, *exception):
        self._hooks.__exit__(*exception)
        self._open = False


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call `fn` once a backward pass for several Tensors: with all of their gradients when the last is known, or with the first.

    In mode "all", `fn(grads)` is given a list with None for Tensors that the pass does not reach; in mode "any", `fn(grad)` is given
    the gradient that is known first. Returns a handle whose `remove()` takes the hook away.

    >>> import workbook as torch
    >>> a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    >>> handle = torch.autograd.graph.register_multi_grad_hook((a, b), lambda grads: print(grads))
    >>> (a * 2 + b * 3).backward()
    [tensor([2.]), tensor([3.])]

    Source: https://pytorch.org/docs/2.13/autograd.html#torch.autograd.graph.register_multi_grad_hook
    """
    if mode not in ("all", "any"):
        raise ValueError(explain(f"Expects mode to be one of ('all', 'any') but got {mode}",
                                 "'all' waits for every gradient, 'any' for the first", "write mode='all' or mode='any'"))
    if mode == "any":
        known = _Known([])
        return _Handles([tensor.register_hook(lambda grad: known.first(grad, fn)) for tensor in tensors if tensor.requires_grad])
    for tensor in tensors:
        if not tensor.requires_grad:
            raise AssertionError(explain("Expected gradient function to be set",
                                         f"a tensor of shape {shape_text(tensor.shape)} needs no gradient, and none will come",
                                         "leave it out, or set requires_grad=True on it"))
    known = _Known([place_of(tensor)[0] for tensor in tensors])
    return _Handles([tensor.register_hook(lambda grad, place=place: known.one(place, grad, fn))
                     for place, tensor in enumerate(tensors)])


class _Known:
    """What a hook on several Tensors knows so far of each pass that is on its way. It keeps no pass, and so no graph, alive."""

    def __init__(self, nodes):
        self.nodes, self.passes = nodes, weakref.WeakKeyDictionary()

    def one(self, place, grad, fn):
        """Note the gradient of the Tensor at `place`, and call `fn` where it was the last to come."""
        running = thread.state.running
        expected, grads = self.passes.setdefault(running, [None, [None] * len(self.nodes)])
        if expected is None:
            expected = self.passes[running][0] = sum(map(running.will_visit, self.nodes))
        grads[place] = grad
        if expected == sum(known is not None for known in grads):
            del self.passes[running]
            fn(grads)

    def first(self, grad, fn):
        """Call `fn` with the first gradient of each pass."""
        if thread.state.running not in self.passes:
            self.passes[thread.state.running] = True
            fn(grad)


class _Handles:
    """What registering one hook on several Tensors returns: `remove()` takes all of them away; as a context manager at the end."""

    def __init__(self, handles):
        self._handles = handles

    def remove(self):
        """Take the hook away; doing so twice is no error."""
        for handle in self._handles:
            handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()
