"""Functions that see, and may replace, a gradient on its way; and gradients kept for Tensors that are no leaves."""

import collections
import weakref

from workbook.errors import explain, shape_text
from workbook.utils.hooks import RemovableHandle


class Hung:
    """What students hang on a node: `of_output`, by output, hooks that see one gradient; `before` and `after` the formula, hooks that
    see all of them; `metadata`, a dict of their own."""

    def __init__(self):
        self.of_output, self.metadata = {}, {}
        self.before, self.after = collections.OrderedDict(), collections.OrderedDict()


def hung_on(node):
    """Return what hangs on a node, ready to take more."""
    if node.hooks is None:
        node.hooks = Hung()
    return node.hooks


def register_node_hook(node, fn):
    """Call `fn(grad_inputs, grad_outputs)` after the node's formula has run: what it hands on, and what had arrived.

    Both are tuples, with None where there is no gradient. What `fn` returns, if anything, is handed on instead: a tuple like
    `grad_inputs`. Returns a handle whose `remove()` takes the hook away.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> y = x.exp().sum()
    >>> handle = y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: print(grad_outputs))
    >>> y.backward()
    (tensor(1.),)

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.graph.Node.register_hook.html
    """
    return _added(hung_on(node).after, fn)


def register_node_prehook(node, fn):
    """Call `fn(grad_outputs)` before the node's formula runs; what it returns, if anything, takes their place: a tuple like them.

    Returns a handle whose `remove()` takes the hook away.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> y = (x * 3).sum()
    >>> handle = y.grad_fn.register_prehook(lambda grad_outputs: (grad_outputs[0] * 10,))
    >>> y.backward()
    >>> x.grad
    tensor([30., 30.])

    Source: https://pytorch.org/docs/2.13/generated/torch.autograd.graph.Node.register_prehook.html
    """
    return _added(hung_on(node).before, fn)


def _added(hooks, hook):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def register_hook(tensor, hook):
    """Call `hook(grad)` when the gradient to `tensor` is known; what it returns, if anything, takes its place.

    Returns a handle whose `remove()` takes the hook away. Raises RuntimeError on a Tensor that needs no gradient.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> handle = x.register_hook(lambda grad: grad * 10)
    >>> x.sum().backward()
    >>> x.grad
    tensor([10., 10.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.register_hook.html
    """
    if not tensor.requires_grad:
        raise RuntimeError(explain("cannot register a hook on a tensor that doesn't require gradient",
                                   "no gradient ever reaches it", "set requires_grad=True first"))
    node = tensor.grad_fn
    if node is not None:
        return _added(hung_on(node).of_output.setdefault(tensor._index, collections.OrderedDict()), hook)
    if tensor._hooks is None:
        tensor._hooks = collections.OrderedDict()
    return _added(tensor._hooks, hook)


def register_post_accumulate_grad_hook(tensor, hook):
    """Call `hook(tensor)` each time that a backward pass has added to the `.grad` of this leaf: an optimizer may step right there.

    Returns a handle whose `remove()` takes the hook away. Raises RuntimeError on a Tensor that is no leaf, or needs no gradient.

    >>> import workbook as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> handle = x.register_post_accumulate_grad_hook(lambda leaf: print(leaf.grad))
    >>> (x * 3).sum().backward()
    tensor([3., 3.])

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.register_post_accumulate_grad_hook.html
    """
    if not tensor.requires_grad:
        raise RuntimeError(explain("cannot register a hook on a tensor that doesn't require gradient",
                                   "no gradient ever reaches it", "set requires_grad=True first"))
    if tensor.grad_fn is not None:
        raise RuntimeError(explain("post accumulate grad hooks cannot be registered on non-leaf tensors",
                                   "only a leaf's .grad is filled", "use register_hook, which sees the gradient as it passes"))
    if tensor._hooks_after is None:
        tensor._hooks_after = collections.OrderedDict()
    return _added(tensor._hooks_after, hook)


def retain_grad(tensor):
    """Let backward passes fill the `.grad` of a Tensor that is not a leaf. Raises RuntimeError for a Tensor that needs no gradient.

    >>> import workbook as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> y = x * x; y.retain_grad(); (y * 2).backward()
    >>> y.grad
    tensor(2.)

    Source: https://pytorch.org/docs/2.13/generated/torch.Tensor.retain_grad.html
    """
    if not tensor.requires_grad:
        raise RuntimeError(explain("can't retain_grad on Tensor that has requires_grad=False",
                                   f"no gradient ever reaches this tensor of shape {shape_text(tensor.shape)}",
                                   "set requires_grad=True before the forward computation"))
    if tensor._node is not None and not tensor._retains_grad:  # without a node a leaf, as a view made under no_grad is
        node = tensor.grad_fn
        if node.retains is None:
            node.retains = {}
        node.retains[tensor._index] = weakref.ref(tensor)
        tensor._retains_grad = True
