"""Tensors that share memory, and what a write to it means for the graph.

A view remembers its base and the chain of view operations that leads to it. Writing in place is the operation itself, and
then `adopt`: the result goes into the target's memory, and the target takes over the result's node.
"""

import numpy as np

from workbook.autograd.complaints import refuse_several
from workbook.autograd.forgetful import Forgetful
from workbook.autograd.modes import enable_grad, thread
from workbook.devices import CPU
from workbook.errors import explain, shape_text
from workbook.formats import with_steps
from workbook.strides import steps_of
from workbook.tensor import UncountedMemory, memory_of, wrap


class View:
    """How a Tensor shows the memory of another: `chain` is a tuple of `(operation, options)` from `base` to it.

    `version` is the version that the memory had when the view's node was made: a later write makes the node out of date.
    """

    def __init__(self, base, chain, version, refusal=None):
        self.base, self.chain, self.version, self.refusal = base, chain, version, refusal


def share(operation, inputs, options, outputs):
    """Note, for the outputs of a view operation, whose memory they show."""
    source = inputs[0]
    if not source._array.size:
        _step_over_nothing(operation, source, options, outputs)
    memory = memory_of(source)
    from_view = source._view
    base = from_view.base if from_view is not None else source
    chain = (from_view.chain if from_view is not None else ()) + ((operation, options),)
    refusal = from_view.refusal if from_view is not None else None
    if not thread.state.grad_enabled:
        refusal = "inference" if thread.state.inference else "no_grad"
    elif len(outputs) > 1 or operation.refuses_writes:
        refusal = "multi"
    for output in outputs:
        output._memory = memory
        if operation.differentiable:
            output._view = View(base, chain, memory.version, refusal)


def _step_over_nothing(operation, source, options, outputs):
    """Give views of a Tensor without elements the steps that PyTorch's have: as if each side of its memory were 1 or more."""
    array = source._array
    if source._device is CPU and not any(array.strides):
        shown = operation.forward(Forgetful(), with_steps(np, array, steps_of(array)), **options)
        for output, view in zip(outputs, shown if shown.__class__ is tuple else (shown,)):
            output._array = view


def refreshed_node(tensor):
    """Return the node of a view, made anew where the memory was written through another Tensor since."""
    view = tensor._view
    if view.version != tensor._memory.version and (tensor._node is not None or view.base.requires_grad):
        refuse_unclear(tensor)
        view.version = tensor._memory.version
        with enable_grad():
            twin = _shown_anew(tensor)
        _keep_retaining(tensor, tensor._node, tensor._index, twin._node, twin._index)
        tensor._node, tensor._index = twin._node, twin._index
    return tensor._node


def refuse_unclear(view):
    """Raise for a view whose memory was written through another Tensor, and of which nobody can say what that means for its gradient."""
    if view._view.refusal is not None and view._view.version != view._memory.version:
        raise _ambiguous(view, "its base or another view of its base has been modified inplace")


def stand_in(item, new, operation):
    """Return a view of `item` at the place in the graph of `new`: what a student's Function returns of memory that was there before.

    It may not be written, for its gradient is the Function's own.
    """
    twin = detached(item)
    twin._node, twin._index = new._node, new._index
    twin._view = View(item if item._view is None else item._view.base, ((operation, {}),), twin._memory.version, "function")
    return twin


def _shown_anew(tensor):
    """Show the memory of a view's base as the view does, in one step by strides, as PyTorch does; parts of complex numbers as before."""
    from workbook.autograd.strided import AsStrided, geometry

    view = tensor._view
    whole, last = view.base, max((place for place, (step, _) in enumerate(view.chain, 1) if not step.same_numbers), default=0)
    cut = not whole.requires_grad
    if cut:  # the base was detached since: the view stays in the graph, and hands its gradient to nobody
        whole = wrap(whole._array, whole._device)
        whole._requires_grad = True
    whole = replay(view.chain[:last], whole)
    twin = whole if last == len(view.chain) else AsStrided.apply(whole, **geometry(tensor, whole))
    if cut:
        twin._node.edges = twin._node.needs_input_grad = [None]
    return twin


def replay(chain, tensor):
    """Apply a chain of view operations to a Tensor."""
    for operation, options in chain:
        tensor = operation.apply(tensor, **options)
    return tensor


def adopt(target, result, writer):
    """Write `result` into the memory of `target`, which takes its place in the graph. `writer` is the in-place form's name."""
    may_write(target, writer, result.requires_grad)
    refuse_larger(target, result._array.shape, writer)
    array, new = target._array, result._array
    if result._device is not target._device:
        if result._device.is_batch:
            raise _written_by_a_slice(writer)
        refuse_several(target, result)
    memory = memory_of(target)
    node = result._node
    if node is not None:
        node.settle_saved(target)
    with target._device.entered():
        if 0 in array.strides:
            _write_changes(array, new)
        else:
            array[...] = new
    memory.wrote(writer)
    if node is not None:
        node.settle_output(target)
    before, place = target._node, target._index
    if target._view is None:
        if thread.state.grad_enabled:
            target._node, target._index = node, result._index
    else:
        _rewrite_base(target, result)
    _keep_retaining(target, before, place, target._node, target._index)
    return target


def _written_by_a_slice(writer):
    return RuntimeError(explain(
        "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more "
        "elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a vmap. Please try to "
        f"use out-of-place operators instead of {writer}.", "all slices would be written into one memory, one over the other",
        "make the memory from a slice, with torch.zeros_like(x) or x.new_zeros(3), or compute a new tensor"))


def _keep_retaining(tensor, before, place, node, index):
    """A Tensor that retains its gradient does so at its new node."""
    if tensor._retains_grad and before is not None and node is not None and node is not before and place in (before.retains or ()):
        node.retains = {**(node.retains or {}), index: before.retains.pop(place)}


_PRODUCTS = frozenset(("addmm_", "addmv_", "baddbmm_"))


def refuse_larger(target, wanted, writer):
    """Raise where a result of shape `wanted` has another shape than the `target` into which it should be written."""
    have = target._array.shape
    if have != wanted:
        raise RuntimeError(explain(
            f"Bad in-place call: input tensor size {shape_text(have)} and output tensor size {shape_text(wanted)} should match"
            if writer in _PRODUCTS else
            f"output with shape {shape_text(have)} doesn't match the broadcast shape {shape_text(wanted)}",
            f"{writer} writes into memory that holds {shape_text(have)}, and the result is larger",
            f"use {writer.rstrip('_')}() for a new tensor"))


def become(target, result, writer):
    """Let `target` itself show its memory as `result`, a view of it, does. `writer` is the in-place form's name, such as `t_`."""
    refuse_inference(target)
    if result is target:
        return target
    keep_place(target)
    target._array = result._array
    memory_of(target).wrote(writer)
    if target._view is None:
        target._memory.reshaped = True
    else:
        refusal, target._view = target._view.refusal, result._view
        target._view.refusal = refusal
        if thread.state.grad_enabled and result._node is not None:  # else the node is made anew when it is next asked for
            target._view.version = target._memory.version
    if thread.state.grad_enabled:
        target._node, target._index = result._node, result._index
    return target


def keep_place(leaf):
    """Before a leaf is given another shape: in the graph that uses it, it stays what it was, as in PyTorch."""
    node = leaf._accumulator and leaf._accumulator()
    if node is not None:
        node.before = node.meta


def may_write(target, writer, gradient_wanted=False):
    """Raise where PyTorch forbids writing into `target`: its memory, or autograd."""
    refuse_inference(target)
    may_be_recorded(target, writer, gradient_wanted)
    if writer not in _INTO_REPEATED:
        stands_for_one_element_each(target._array)


def may_be_recorded(target, writer, gradient_wanted=False):
    """Raise where autograd forbids a change of `target` in place: of a leaf, and of views whose gradient could not be told."""
    if not thread.state.grad_enabled or not (gradient_wanted or target.requires_grad):
        return
    view = target._view
    if view is not None and view.refusal is not None:
        raise _ambiguous(target, "is being modified inplace")
    if view is not None and target.requires_grad and view.base._node is None:
        raise RuntimeError(explain(
            "a view of a leaf Variable that requires grad is being used in an in-place operation.",
            f"{writer} would change part of a leaf behind autograd's back", "write inside `with torch.no_grad():`"))
    if target.requires_grad and (target._node is None or target._node.begins):  # nobody has asked a view yet, whose base needs a gradient since
        raise RuntimeError(explain(
            "a leaf Variable that requires grad is being used in an in-place operation.",
            f"{writer} would change a leaf of shape {shape_text(target._array.shape)} behind autograd's back",
            "write inside `with torch.no_grad():`, as optimisers do, or make a new tensor"))


def refuse_inference(target):
    """Raise where a Tensor that was made inside inference_mode is written outside of it."""
    if target._memory.__class__ is UncountedMemory and not thread.state.inference:
        raise RuntimeError(explain(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before "
            "doing inplace update.", f"the tensor of shape {shape_text(target._array.shape)} was made inside torch.inference_mode(), where "
            "nobody counts writes", "clone() it first, or write inside torch.inference_mode()"))


def _ambiguous(tensor, what):
    """The error for writing into memory of which a view cannot say what the write means for its gradient."""
    refusal, node = tensor._view.refusal, tensor._node
    if refusal == "inference":
        return RuntimeError(explain(
            f"A view was created in inference mode and {what} in normal mode.", "nothing recorded how the view came about",
            "make the view and write both inside inference_mode, or both outside"))
    which = "" if node is None else f"Output {tensor._index} of {_without_backward(node.name())} is a view"
    if node is None or refusal == "no_grad":
        phrase = f"{which + ' of a view which' if which else 'A view'} was created in no_grad mode and {what} with grad mode enabled."
    else:
        phrase = f"{which} and {what}."
    if refusal == "no_grad":
        return RuntimeError(explain(
            f"{phrase} Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the "
            "view and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if you "
            "want the inplace to be tracked).",
            "nothing recorded how the view came about", "make the view and write both inside no_grad, or both outside"))
    if refusal == "function":
        maker = tensor._view.chain[-1][0].called()
        return RuntimeError(explain(
            f"Output {tensor._index} of {maker} is a view and {what}. This view was created inside a custom Function (or because an input "
            "was returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with the "
            "custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the "
            "custom Function.", "the Function returned memory that was there before", f"clone it: y = {maker}.apply(...).clone()"))
    return RuntimeError(explain(
        f"{phrase} This view is the output of a function that returns multiple views. Such functions do not allow the output views to be "
        "modified inplace. You should replace the inplace operation by an out-of-place one.",
        "the gradient of the pieces could not be put together again", "clone() the piece first, or use the out-of-place form"))


def _without_backward(name):
    """A node's name as PyTorch has it here: Split, and Squeeze1."""
    return name.replace("Backward0", "").replace("Backward", "")


# In-place forms that PyTorch lets write into memory of which one number stands for several elements.
_INTO_REPEATED = frozenset(("fill_", "zero_", "masked_fill_", "index_fill_", "index_put_"))


def _write_changes(array, new):
    """Write a result into memory of which one number stands for several elements: a change of one of them is one of all."""
    changed = (new != array) & ((new == new) | (array == array))  # NaN that stays NaN is no change
    array[changed] = new[changed]


def refuse_overlap(target, given, whole=False):
    """Raise where `given` shows part of the memory that is written through `target`; with `whole`, also where it shows all of it.

    Memory of which a Tensor shows only single places is not looked at, as in PyTorch.
    """
    a, b = target._array, given._array
    if given._device.plain is not target._device.plain:
        return
    if not whole if given is target else not target._device.xp.may_share_memory(a, b):
        return
    if not (a.size and b.size and _dense(a) and _dense(b)):
        return
    first, second = target.data_ptr(), given.data_ptr()
    same = first == second and a.nbytes == b.nbytes and a.strides == b.strides
    if whole if same else first < second + b.nbytes and second < first + a.nbytes:
        raise RuntimeError(explain(
            "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. "
            "Please clone() the tensor before performing the operation.",
            "what is written through one of them would change what is still to be read through the other",
            f"clone what is read: the tensor of shape {shape_text(b.shape)}"))


def _dense(array):
    """Return whether the elements of an array lie side by side, in whatever order."""
    expected = array.itemsize
    for step, side in sorted((step, side) for step, side in zip(array.strides, array.shape) if side != 1):
        if step != expected:
            return False
        expected *= side
    return True


def stands_for_one_element_each(array):
    """Raise where one number of the memory stands for several elements, as after expand()."""
    if 0 in array.strides and array.size and any(step == 0 and side > 1 for step, side in zip(array.strides, array.shape)):
        raise RuntimeError(explain(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please "
            "clone() the tensor before performing the operation.",
            f"the tensor of shape {shape_text(array.shape)} was made by expand(): its rows are one row, seen several times",
            "write x = x.clone() first"))


def _rewrite_base(target, result):
    """A view was written: its base now comes from CopySlices, and the view from the base."""
    from workbook.autograd.copy_slices import CopySlices
    from workbook.autograd.strided import AsStrided, geometry

    view = target._view
    base, chain = view.base, view.chain
    if thread.state.grad_enabled and (result.requires_grad or base.requires_grad):
        beyond = any(step.by_strides for step, _ in chain[1:])  # it may show more of the base than the view does of which it was made
        if (beyond or target._memory.reshaped) and all(step.same_numbers for step, _ in chain):
            chain = ((AsStrided, geometry(target, base)),)  # the steps that led here may not fit the base any more
        if beyond or _listened_to(target, base):
            _pass_by(target, base, result, chain)
        written = CopySlices.apply(base, result, chain=chain)
        before, place = base._node, base._index
        base._node, base._index = written._node, written._index
        _keep_retaining(base, before, place, base._node, base._index)
        refreshed_node(target)


def _listened_to(target, base):
    """Tell whether hooks hang between a view and its base."""
    node = target._node
    while node is not None and node is not base._node and node.edges:
        if node.hooks is not None or node.retains:
            return True
        node = node.edges[0] and node.edges[0][0]
    return False


def _pass_by(target, base, result, chain):
    """Let the write's gradient go straight to the base as it was, past the steps that led to the view: the write has made them out of date.

    So hooks on them see none of it, and of what a view by strides shows beyond the view of which it was made, nothing is lost.
    """
    from workbook.autograd.copy_slices import made_now

    edges = result._node.edges if result._node is not None else ()
    if edges and edges[0] == (target._node, target._index):
        old = replay(chain, base)
        edges[0] = old._node, old._index
        made_now(result._node)  # newer than what it hands its gradient to


def detached(tensor):
    """Return a Tensor on the same memory, sharing its version, outside the graph."""
    twin = wrap(tensor._array.view(), tensor._device)  # its own array: a step tells its inputs apart by it
    twin._memory = memory_of(tensor)
    return twin


def data_of(tensor):
    """Return a Tensor on the same memory with a version of its own: writes to it stay unseen by autograd."""
    twin = wrap(tensor._array.view(), tensor._device)
    source, adviser = memory_of(tensor), thread.state.adviser
    twin._memory = type(source)() if adviser is None else adviser.memory_beside(source)
    twin._memory.lent = source.lent
    return twin


def count_anew(tensor, new):
    """Let a Tensor, which is given the memory of `new`, go on counting its writes apart from its views, or give up counting as `new`."""
    tensor._memory = type(memory_of(new))()
