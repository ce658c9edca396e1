"""What a Tensor refuses: a gradient that is none of its own, a slope of integers, a look at one slice of a batch."""

from workbook.errors import explain, shape_text


def refuse_gradient(tensor, new, is_tensor):
    """Raise where `new` cannot be the gradient of `tensor`; `is_tensor` says whether it is a Tensor at all."""
    if not is_tensor:
        raise TypeError(explain(f"assigned grad expected to be a Tensor or None but got grad of type {type(new).__name__}",
                                "backward passes add Tensors to it",
                                "wrap it: torch.tensor(...), or write x.grad = None to forget it"))
    if new is tensor:
        raise RuntimeError(explain("can't assign Variable as its own grad", "a backward pass would write into the tensor itself",
                                   "assign a copy: x.grad = x.detach().clone()"))
    if new._array.shape != tensor._array.shape:
        raise RuntimeError(explain(
            f"attempting to assign a gradient of size '{shape_text(new._array.shape)}' to a tensor of size "
            f"'{shape_text(tensor._array.shape)}'. Please ensure that the gradient and the tensor are the same size",
            "each element has one gradient", "reshape or expand the gradient to the tensor's shape"))
    if new._array.dtype != tensor._array.dtype:
        raise RuntimeError(explain(
            f"attempting to assign a gradient with dtype '{new.dtype.legacy.lower()}' to a tensor with grad_dtype "
            f"'{tensor.dtype.legacy}'.", "a gradient is added to the tensor, number by number",
            f"convert the gradient: .to({tensor.dtype})"))
    if new._device is not tensor._device:
        raise RuntimeError(explain(
            f"attempting to assign a gradient with device type '{new._device.type}' to a tensor with device type "
            f"'{tensor._device.type}'. Please ensure that the gradient and the tensor are on the same device",
            "a gradient lives where its tensor lives", f"move it: x.grad = grad.to('{tensor._device}')"))


def refuse_flag(tensor, wanted):
    """Raise where `wanted` cannot be the requires_grad of `tensor`: no yes or no, of a computed Tensor, of integers."""
    if not isinstance(wanted, bool):
        raise RuntimeError(explain("requires_grad must be a bool", f"it is a yes or no, and this is {wanted!r}",
                                   "write x.requires_grad = True, or False"))
    if tensor._node is not None:
        raise RuntimeError(explain(
            "you can only change requires_grad flags of leaf variables." + ("" if wanted else " If you want to use a computed variable in a "
            "subgraph that doesn't require differentiation use var_no_grad = var.detach()."),
            "this tensor was computed by a recorded operation, so it requires a gradient as long as it belongs to it",
            "nothing is to be done: it requires one" if wanted else "call detach() for the same numbers outside the graph"))
    if wanted and tensor._array.dtype.kind not in "fc":
        raise RuntimeError(needs_floats(tensor.dtype))


def needs_floats(dtype):
    """The text of the error for a gradient of integers."""
    return explain(
        "only Tensors of floating point and complex dtype can require gradients",
        f"this tensor holds {dtype}: integers do not change by small amounts, so they have no slope",
        "write 1. for 1, or call .float()")


# What vmap refuses: these would be right for one slice of a batch, and stand for all of them.
ITEM = ("vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to "
        "rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug report.")
CONTROL = ("vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, please "
           "file an issue at https://github.com/pytorch/pytorch/issues .")
DATA = "Cannot access data pointer of Tensor that doesn't have storage"


def one_slice_only(what):
    """The error for looking at the numbers of a slice while vmap computes a batch."""
    return RuntimeError(explain(what, "the function is written for one slice, and stands for all of them: their numbers differ",
                                "use operations of torch: torch.where(condition, a, b) instead of an if"))
