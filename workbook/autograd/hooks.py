"""Functions that see, and may replace, a gradient on its way; and gradients kept for Tensors that are no leaves."""

import collections
import weakref

from workbook.errors import explain, shape_text
from workbook.utils.hooks import RemovableHandle


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
    if node is None:
        if tensor._hooks is None:
            tensor._hooks = collections.OrderedDict()
        place = tensor._hooks
    else:
        if node.hooks is None:
            node.hooks = {}
        place = node.hooks.setdefault(tensor._index, collections.OrderedDict())
    handle = RemovableHandle(place)
    place[handle.id] = hook
    return handle


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
    handle = RemovableHandle(tensor._hooks_after)
    tensor._hooks_after[handle.id] = hook
    return handle


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
    node = tensor.grad_fn
    if node is not None:
        if node.retains is None:
            node.retains = {}
        node.retains[tensor._index] = weakref.ref(tensor)
        tensor._retains_grad = True
