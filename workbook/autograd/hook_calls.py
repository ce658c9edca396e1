"""The moments of a backward pass at which students' hooks are called, and what a hook may answer."""

from workbook.autograd.broadcast import Own
from workbook.autograd.operation import AccumulateGrad
from workbook.errors import explain, shape_text
from workbook.tensor import Tensor, wrap
from workbook.threads import thread


def show_arrivals(node, arrived, create_graph):
    """Let hooks see, and replace, what arrives at a node; fill the `.grad` of Tensors that asked to retain it."""
    leaf_hooks = node.variable._hooks if node.__class__ is AccumulateGrad else None
    arrived, of_output = list(arrived), {} if node.hooks is None else node.hooks.of_output
    here = thread.state
    earlier, here.on_arrays = here.on_arrays, False
    for index, gradient in enumerate(arrived):
        if gradient is None:
            continue
        tensor = gradient if create_graph else as_tensor(gradient, node.meta[index][2])
        for hook in list((leaf_hooks or of_output.get(index) or {}).values()):
            tensor = _replaced(hook, tensor, hook(tensor))
        arrived[index] = tensor if create_graph else tensor._array
        keeper = (node.retains or {}).get(index)
        keeper = keeper and keeper()
        if keeper is not None:
            new = Own.apply(tensor, dtype=tensor._array.dtype) if create_graph else _copy_of(tensor)
            keeper._grad = new if keeper._grad is None else keeper._grad + new
    here.on_arrays = earlier  # after an error the walk itself puts everything back
    return arrived


def _copy_of(tensor):
    with tensor._device.entered():  # not every output of a step lies where the step is visited
        return wrap(tensor._array.copy(), tensor._device)


def show_before(node, arrived, create_graph):
    """Let the hooks of a node see, and replace, everything that arrived, right before its formula runs."""
    if not node.hooks.before:
        return arrived
    grads = _tensors(arrived, node.meta, create_graph)
    for hook in list(node.hooks.before.values()):
        grads = _all_replaced(hook, grads, _asked(hook, grads))
    return list(_as_the_walk_has_them(grads, create_graph))


def show_after(node, handed, arrived, create_graph):
    """Let the hooks of a node see what arrived and see, and replace, what it hands on, right after its formula has run."""
    if not node.hooks.after:
        return handed
    metas = [(None if edge is None else edge[0].meta[edge[1]]) for edge in node.edges]
    inputs, outputs = _tensors(handed, metas, create_graph), _tensors(arrived, node.meta, create_graph)
    for hook in list(node.hooks.after.values()):
        inputs = _all_replaced(hook, inputs, _asked(hook, inputs, outputs))
    return tuple(_as_the_walk_has_them(inputs, create_graph))


def show_filled(leaf):
    """Call the hooks that want to know when a leaf's `.grad` is filled."""
    for hook in list(leaf._hooks_after.values()):
        answer = _asked(hook, leaf)
        if answer is not None:
            raise TypeError(explain(f"expected Variable, but hook returned '{type(answer).__name__}'",
                                    "what it returns has no use: the gradient stands in .grad", "return nothing"))


def as_tensor(gradient, device):
    """A gradient for the student to hold: of one number, a formula may have made a NumPy scalar."""
    if not isinstance(gradient, device.xp.ndarray):
        with device.entered():
            gradient = device.xp.asarray(gradient)
    return wrap(gradient, device)


def _asked(hook, *given):
    """What a hook answers. The student's code computes with Tensors."""
    here = thread.state
    earlier, here.on_arrays = here.on_arrays, False
    try:
        return hook(*given)
    finally:
        here.on_arrays = earlier


def _tensors(gradients, metas, create_graph):
    if create_graph:
        return tuple(gradients)
    return tuple([None if gradient is None else as_tensor(gradient, meta[2]) for gradient, meta in zip(gradients, metas)])


def _as_the_walk_has_them(tensors, create_graph):
    return tensors if create_graph else [None if tensor is None else tensor._array for tensor in tensors]


def _all_replaced(hook, tensors, answer):
    """What stands for several gradients after a hook has answered: None, or a tuple with one entry for each."""
    if answer is None:
        return tensors
    if not isinstance(answer, tuple):
        raise TypeError(explain(f"expected tuple, but hook returned '{type(answer).__name__}'",
                                f"a hook of a node is shown {len(tensors)} gradients, and answers for all of them",
                                "return a tuple, or None to leave them as they are"))
    if len(answer) != len(tensors):
        raise RuntimeError(explain(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(answer)}, but expected {len(tensors)})",
            "each gradient that it was shown needs an answer", "return one entry for each, None where there was None"))
    return tuple([_replaced(hook, tensor, entry, None) for tensor, entry in zip(tensors, answer)])


def _replaced(hook, tensor, answer, nothing=...):
    """What stands for one gradient after a hook has answered. None leaves it as it is, or, among several, takes it away."""
    if answer is None:
        return tensor if nothing is ... else nothing
    if not isinstance(answer, Tensor):
        raise TypeError(explain(f"expected Variable, but hook returned '{type(answer).__name__}'",
                                f"what '{_name(hook)}' returns takes the gradient's place",
                                "return a Tensor, or None to leave it as it is"))
    if tensor is None:
        raise RuntimeError(explain("can't replace a None gradient with a non-None value",
                                   f"'{_name(hook)}' was shown None there: no gradient is wanted in that place", "return None for it"))
    if answer._array.shape != tensor._array.shape:
        raise RuntimeError(explain(f"hook '{_name(hook)}' has changed the size of value",
                                   f"it got shape {shape_text(tensor.shape)} and returned {shape_text(answer.shape)}",
                                   "return a gradient of the same shape, or None"))
    if answer._array.dtype != tensor._array.dtype:
        raise RuntimeError(explain(f"hook '{_name(hook)}' has changed the type of value (was {tensor.type()} got {answer.type()})",
                                   "a gradient has its tensor's dtype", "return grad.to(...) of the dtype that came in"))
    if answer._device.plain is not tensor._device.plain:
        was, got = ("CUDA" if place.type == "cuda" else place.type.upper() for place in (tensor._device, answer._device))
        raise RuntimeError(explain(f"hook '{_name(hook)}' has changed the type of value (was {was} tensor got {got} tensor)",
                                   f"the gradient is on {tensor._device}, and what was returned on {answer._device}",
                                   f"return grad.to('{tensor._device}'), or nothing"))
    return answer


def _name(hook):
    return getattr(hook, "__name__", repr(hook))
