"""What `strict=True` refuses in `torch.autograd.functional`: derivatives that are zero because nothing depends on an input.

Usually a zero stands for them. A function that should depend on its inputs, and does not, is often a mistake: a `detach()` too
many.
"""

from workbook.errors import explain
from workbook.ops.alike import zeros_like

STRICT = "This is not allowed in strict mode"
# What is said of a gradient that is None, and of one that is constant where it is to be differentiated again.
INPUT = {"none": f"The output of the user-provided function is independent of input {{}}. {STRICT}.",
         "constant": f"The jacobian of the user-provided function is independent of input {{}}. {STRICT} when create_graph=True."}
ENTRY = INPUT | {
    "none": "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double backward "
            f"trick to compute forward mode gradients. {STRICT}."}
INPUT_OF_HESSIAN = {
    "none": f"The jacobian of the user-provided function is independent of input {{}}. {STRICT}.",
    "constant": f"The hessian of the user-provided function is independent of input {{}}. {STRICT} when create_graph=True."}
ENTRY_OF_HESSIAN = INPUT_OF_HESSIAN | {
    "none": f"The hessian of the user-provided function is independent of entry {{}} in the grad_jacobian. {STRICT} as it "
            "prevents from using the double backward trick to replace forward mode AD."}
# What is said of a value that carries no graph, by what kind of value it is.
CARRIES_NONE = {
    "outputs": "Output {} of the user-provided function does not require gradients. The outputs must be computed in a differentiable "
               "manner from the input when running in strict mode.",
    "grad_inputs": "The gradient with respect to input {} is independent of the inputs of the user-provided function. "
                   f"{STRICT}.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
                f"independent of the input. {STRICT}. You should ensure that your function is twice differentiable and that the "
                "jacobian depends on the inputs (this would be violated by a linear function for example)."}


def demand(tensors, kind, strict):
    """In strict mode raise RuntimeError where one of the Tensors is None, or carries no graph."""
    for place, tensor in enumerate(tensors if strict else ()):
        if tensor is None:
            raise _refused(INPUT["none"].format(place))
        if not tensor.requires_grad:
            raise _refused(CARRIES_NONE[kind].format(place))


def fill(gradients, like, words, strict, create_graph):
    """Return the gradients with zeros, shaped as `like`, for None; in strict mode raise RuntimeError instead, in these `words`."""
    for place, gradient in enumerate(gradients if strict else ()):
        if gradient is None:
            raise _refused(words["none"].format(place))
        if create_graph and not gradient.requires_grad:
            raise _refused(words["constant"].format(place))
    return tuple(zeros_like(x) if gradient is None else gradient for x, gradient in zip(like, gradients))


def refuse_constant(row, place, strict, create_graph):
    """In strict mode raise RuntimeError where the output at `place` does not depend on one of the inputs."""
    for number, gradient in enumerate(row if strict else ()):
        if gradient is None:
            raise _refused(f"Output {place} of the user-provided function is independent of input {number}. {STRICT}.")
        if create_graph and not gradient.requires_grad:
            raise _refused(INPUT["constant"].format(place))


def _refused(what):
    return RuntimeError(explain(what, "strict=True takes a zero of this kind for a mistake, such as a detach() too many",
                                "compute the output from the input, or leave strict out"))
