"""What a node says when it cannot go on."""

import re

from workbook.callers import place_text
from workbook.errors import explain, shape_text


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
