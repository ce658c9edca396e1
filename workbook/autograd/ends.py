"""The two ends of a backward pass: where it begins, with which gradients, and the Tensors at which it should arrive."""

import collections.abc
import typing

from workbook.autograd.broadcast import fit
from workbook.autograd.hooks import retain_grad
from workbook.autograd.modes import thread
from workbook.autograd.operation import Node, edge_of
from workbook.errors import explain, shape_text
from workbook.size import Size
from workbook.tensor import Tensor, wrap


class GradientEdge(typing.NamedTuple):
    """Where the gradient of a Tensor goes: a node, and which of its outputs the Tensor is. A pass may begin or end there."""

    node: Node
    output_nr: int


def place_of(end):
    """Return `(node, output index)` of a Tensor or a GradientEdge; None where a Tensor needs no gradient."""
    return (end.node, end.output_nr) if isinstance(end, GradientEdge) else edge_of(end)


def outputs_of(given):
    """Return what a pass begins at as a list: a Tensor, a GradientEdge, or several of them. Raises where one is neither."""
    if isinstance(given, (Tensor, GradientEdge)):
        return [given]
    try:
        outputs = list(given)
    except TypeError:
        raise TypeError(explain(f"'{type(given).__name__}' object is not iterable", "a backward pass begins at Tensors",
                                "give a Tensor, or a list of Tensors")) from None
    for output in outputs:
        if not isinstance(output, (Tensor, GradientEdge)):
            raise AssertionError(explain(
                "Expected output to be a torch.Tensor", f"a {type(output).__name__} is among the outputs, and it has no graph",
                "give Tensors that were computed from inputs with requires_grad=True"))
    return outputs


def inputs_of(given, function):
    """Return the Tensors or GradientEdges that `function`, backward or grad, is asked to arrive at, as a list."""
    if isinstance(given, (Tensor, GradientEdge)):
        return [given]
    if isinstance(given, collections.abc.Mapping):
        if type(given) is not dict:
            raise TypeError(explain(
                f"`inputs` argument to `{function}()` must be a dict, not {type(given).__name__}. Other Mapping types are not "
                "supported.", "only a dict is sure to keep its order", "write dict(...) around it"))
        given = given.values()
    try:
        inputs = list(given)
    except TypeError:
        raise TypeError(explain(f"'{type(given).__name__}' object is not iterable",
                                "gradients are asked for with respect to Tensors", "give a Tensor, or a list of Tensors")) from None
    if not inputs:
        raise RuntimeError(explain(f"`inputs` argument to `{function}()` cannot be empty.",
                                   "it names the Tensors whose gradients are wanted",
                                   "name them, such as [w]; backward without inputs fills the .grad of all leaves"))
    for wanted in inputs:
        if not isinstance(wanted, (Tensor, GradientEdge)):
            raise RuntimeError(explain(f"all inputs have to be Tensors or GradientEdges, but got {type(wanted).__name__}",
                                       "a gradient is asked for with respect to a Tensor",
                                       "make it one before the computation: torch.tensor(..., requires_grad=True)"))
    return inputs


def may_be_asked_for(inputs, for_grad):
    """Raise for a Tensor that needs no gradient. Computed ones that `backward` is asked for retain theirs from now on, as in PyTorch."""
    for wanted in inputs:
        if isinstance(wanted, Tensor) and for_grad and not wanted.requires_grad:
            raise RuntimeError(explain("One of the differentiated Tensors does not require grad",
                                       f"a tensor of shape {shape_text(wanted.shape)} was made without requires_grad=True",
                                       "set requires_grad=True before the forward computation"))
        if isinstance(wanted, Tensor) and not for_grad and (not wanted.requires_grad or not wanted.is_leaf):
            retain_grad(wanted)


def arriving_at(given):
    """Return the inputs of `backward`, as a list; None for all leaves."""
    if thread.state.transforms:
        raise RuntimeError(explain(
            "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead or "
            "call backward() outside of functorch transforms.", "inside torch.func.grad and its like no .grad is filled",
            "return the number, and let torch.func.grad differentiate it"))
    return None if given is None else inputs_of(given, "backward")


def seeds_for(outputs, given):
    """Return one gradient, or None, for each of `outputs`. Raises RuntimeError where the numbers differ."""
    if given is None:
        return [None] * len(outputs)
    if isinstance(given, Tensor):
        seeds = [given]
    else:
        try:
            seeds = list(given)
        except TypeError:
            raise _no_gradient(given, f"'{type(given).__name__}' object is not iterable") from None
    if len(seeds) != len(outputs):
        raise RuntimeError(explain(f"got {len(outputs)} tensors and {len(seeds)} gradients",
                                   "each output is weighed by a gradient of its own", "give one for each, None for 1"))
    return seeds


def seed_of(root, seed, number):
    """The gradient with which the walk begins at `root`, output `number`: a Tensor of its shape and dtype."""
    __tracebackhide__ = True
    if isinstance(root, Tensor):
        edge = edge_of(root)
        if edge is None:
            raise RuntimeError(explain(
                f"element {number} of tensors does not require grad and does not have a grad_fn", _why_no_graph(root),
                "set requires_grad=True on the inputs before computing, and compute outside torch.no_grad()"))
        shape, dtype, device = root._array.shape, root._array.dtype, root._device
    else:
        edge = root
        shape, dtype, device = root.node.meta[root.output_nr]
    if seed is None:
        _check_one_number(shape, dtype)
        with device.entered():
            seed = wrap(device.xp.ones(shape, dtype), device)
    elif not isinstance(seed, Tensor):
        raise _no_gradient(seed, f"gradients can be either Tensors or None, but got {type(seed).__name__}")
    else:
        _check_seed(seed, shape, dtype, device, number)
    return fit(seed, seed._array.shape, dtype)


def as_it_arrives(seed, node, index, number, create_graph):
    """The gradient of output `number`, as it arrives at `node`: an array, or under `create_graph` a Tensor."""
    recorded = node.meta[index][0]  # not the shape that it has, where that was changed unseen
    seed = fit(seed, recorded, seed._array.dtype, (*(None,) * number, seed))
    return seed if create_graph else seed._array


def _check_one_number(shape, dtype):
    """Raise where an output needs weights: nothing else says what is to grow."""
    count = 1
    for side in shape:
        count *= side
    if count != 1:
        raise RuntimeError(explain(
            "grad can be implicitly created only for scalar outputs",
            f"this tensor has shape {shape_text(shape)}: {count} numbers, each with a slope of its own",
            "make it one number first, with sum() or mean(), or weigh them: backward(gradient=torch.ones_like(y))"))
    if dtype.kind == "c":
        raise RuntimeError(explain(
            f"grad can be implicitly created only for real scalar outputs but got torch.{dtype}",
            "complex numbers have no order, so nothing says in which direction this one should grow",
            "make it real first, with abs() or .real, or weigh it: backward(gradient=...)"))


def _check_seed(seed, shape, dtype, device, number):
    """Raise where a given gradient does not fit the output that it weighs."""
    if seed._array.shape != shape:
        raise RuntimeError(explain(
            f"Mismatch in shape: grad_output[{number}] has a shape of {seed.shape} and output[{number}] has a shape of "
            f"{Size(shape)}.",
            "gradient= holds one weight for each element of the output", "make it with torch.ones_like(output)"))
    if (seed._array.dtype.kind == "c") != (dtype.kind == "c"):
        raise RuntimeError(explain(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[{number}] has a dtype of {seed.dtype} and output[{number}] has a dtype of torch.{dtype}.",
            "the gradient of complex numbers is complex, that of real ones real", f"convert the gradient: .to(torch.{dtype})"))
    if seed._device.plain is not device.plain:
        raise RuntimeError(explain(
            f"invalid gradient at index {number} - expected device {device} but got {seed._device}",
            "a gradient lives where its tensor lives", f"move it: .to('{device}')"))


def _no_gradient(given, what):
    return TypeError(explain(what, f"a gradient is a Tensor of the output's shape, and this is {given!r}",
                             "wrap it: torch.tensor(...), or torch.ones_like(output) times a number"))


def _why_no_graph(root):
    if not thread.state.grad_enabled:
        return "recording is switched off here (torch.no_grad or inference_mode)"
    if root._array.dtype.kind not in "fc":
        return f"it holds {root.dtype}: a comparison, an argmax or an integer has no slope"
    return "nothing it was computed from had requires_grad=True, or detach(), item() or no_grad() cut the graph before it"
