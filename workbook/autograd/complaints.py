"""What a node says when it cannot go on."""

import re

import numpy as np

from workbook import dtypes
from workbook.autograd.modes import running_layer, thread
from workbook.callers import name_of, place_text
from workbook.errors import explain, no_memory, shape_text, too_many_axes
from workbook.tensor import Tensor


def no_complex(node):
    return NotImplementedError(explain(
        f"{plain_name(node.name())} of complex numbers has no derivative here",
        "its formula is one for real numbers, and a wrong gradient would be worse than none", "compute with the real and the imaginary part, or inside torch.no_grad()"))


def plain_name(name):
    return re.sub(r"Backward\d*$", "", name)


def instead_of(writer):
    """What to do in place of the write that made a saved value stale."""
    if writer == "__setitem__":
        return "write into a copy: x = x.clone(), then x[i] = ..."
    if writer in ("zero_", "fill_", "copy_", "uniform_", "normal_"):  # these have no form that makes a new tensor
        return f"make a new tensor (torch.zeros_like, torch.full_like, x.clone()) instead of writing with {writer}()"
    if writer.endswith("_"):
        return f"make a new tensor: use {writer.rstrip('_')}() instead of {writer}()"
    return f"call backward() before {writer}, or run the forward computation again after it"


def of_inference(tensor, node):
    return explain(
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by "
        "autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` "
        "instead of `torch.inference_mode()`.",
        f"{plain_name(node.name())} needs a tensor of shape {shape_text(tensor.shape)} for its derivative, and nobody counts the writes to "
        "what was made inside inference_mode", "clone() it first, or make it inside torch.no_grad()")


def second_time(node):
    return explain(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
        "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
        "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
        "after calling backward.",
        f"{plain_name(node.name())} has given up what it saved; in a notebook this happens when only the cell with backward() runs "
        "again",
        "run the forward computation again before backward(): put both into one cell; and in a loop let h = h.detach() go on to the "
        "next round")


def at_line(place):
    """Return where something happened, in words to follow another: ` (train.py, line 7: y = x.exp())`; "" where nobody noted it."""
    return f" ({place_text(place)})" if place else ""


def line_of(node):
    """Return (file, line) of the call that made a node, if somebody noted it: anomaly detection, or a live view."""
    calls = getattr(node, "made_by", None)
    return calls[-1] if calls else getattr(node.record, "location", None)


def stale(step, value, memory, version, node, index):
    """The text for a saved value that was written since; `node` and `index` say which step's output it was."""
    kind = f"[torch.{dtypes.of(value).legacy}Tensor {shape_text(value.shape)}]"
    maker = "" if node is None else f", which is output {index} of {plain_name(node.name())}"
    role = "result" if node is step else "input"
    return explain(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"{kind}{maker}, is at version {memory.version}; expected version {version} instead.",
        f"{plain_name(step.name())} saved this {role} for its derivative{at_line(line_of(step))}; afterwards {memory.written_by} wrote "
        f"over it{at_line(memory.written_at)}",
        instead_of(memory.written_by) + ("" if memory.written_at else "; torch.autograd.set_detect_anomaly(True) names the lines"))


def too_large(problem, arrays):
    """The error for a result of which the array library says that there is no memory for it; None for anything else it says."""
    if isinstance(problem, MemoryError):
        if hasattr(problem, "shape"):
            return no_memory(problem.shape, problem.dtype.itemsize)
    elif str(problem).startswith("maximum supported dimension"):
        return too_many_axes()
    elif not str(problem).startswith(("array is too big", "Maximum allowed dimension")):
        return None
    shapes = ", ".join(shape_text(array.shape) for array in arrays if hasattr(array, "shape"))
    return RuntimeError(explain("DefaultCPUAllocator: can't allocate memory: numel: integer multiplication overflow",
                                f"no memory holds the result; the shapes were {shapes}", "make it smaller, or work on a part at a time"))


def no_tensor(function, given, place):
    """The error for what is neither a Tensor nor a number."""
    kind = f"numpy.{type(given).__name__}" if isinstance(given, np.ndarray) else type(given).__name__
    argument = f"argument '{('input', 'other')[place]}' (position {place + 1})" if place < 2 else "argument"
    return TypeError(explain(
        f"{function}(): {argument} must be Tensor, not {kind}",
        "operations work on Tensors, so that they can be recorded", "wrap it: torch.tensor(...) or torch.from_numpy(...)"))


def several_devices(inputs):
    """The error for Tensors on several devices. It names two of them, and where each comes from."""
    tensors = [given for given in inputs if isinstance(given, Tensor)]
    with_axes = [given for given in tensors if given._array.ndim or given._device.type != "cpu"]  # a number of the CPU may meet any device
    if len({given._device.plain for given in with_axes}) > 1:
        tensors = with_axes
    first = tensors[0]
    other = next(given for given in tensors if given._device.plain is not first._device.plain)
    layer = running_layer()
    here, there = (other, first) if first._device.type == "cpu" else (first, other)  # rather to the GPU than back
    name, owner = _named(there)
    if owner is not None:
        fix = f"move the network: net.to('{here._device}')"
    else:
        fix = f"move it: {name} = {name}.to('{here._device}')" if name else f"move the one of shape {shape_text(there.shape)}: .to('{here._device}')"
    return RuntimeError(explain(
        f"Expected all tensors to be on the same device, but found at least two devices, {first._device} and {other._device}!",
        f"{_introduced(first)} is on {first._device}, and {_introduced(other)} is on {other._device}" + (f", in {layer}" if layer else ""), fix))


def refuse_several(*given):
    """Raise RuntimeError where Tensors lie on several devices; what is no Tensor does not count."""
    places = {part._device.plain for part in given if isinstance(part, Tensor)}
    if len(places) > 1:
        raise several_devices(given)


def _introduced(tensor):
    """How a Tensor is called, and where it comes from: `x, a tensor of shape [2, 3] made by relu`."""
    name, owner = _named(tensor)
    node = tensor._node
    kind = "a parameter" if node is None and tensor._requires_grad else "a tensor"
    maker = f", made by {plain_name(node.name())}" if node is not None and owner is None else ""
    said = f"{kind} of shape {shape_text(tensor._array.shape)}{maker}"
    return f"{name}{f' of {owner}' if owner else ''}, {said}," if name else said


def _named(tensor):
    """Return the name of a Tensor, or of the one that it shows, and the network that holds it; None where it has none."""
    for thing in (tensor, tensor._view.base if tensor._view is not None else None):
        if thing is None:
            continue
        for module in thread.state.modules[:1] + thread.state.modules[-1:]:
            for name, held in (*module.named_parameters(), *module.named_buffers()):
                if held is thing:
                    return name, type(module).__name__
        name = name_of(thing)
        if name:
            return name, None
    return None, None
