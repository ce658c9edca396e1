"""The errors of an optimizer that was given something else than Parameters."""

from workbook.errors import explain, shape_text

NO_GRADIENT = ("step() found no gradient in any of the parameters that it was given, so nothing changed. "
               "Call loss.backward() first. If you did, the optimizer belongs to another network than the loss: in a notebook "
               "this happens when the cell `net = Net()` ran again; make the optimizer anew after it.")


def one_tensor(tensor):
    """A single tensor in place of a list of them."""
    return TypeError(explain("params argument given to the optimizer should be an iterable of Tensors or dicts, "
                             f"but got {tensor.type()}", "an optimizer takes a list", "put it into a list: [w]"))


def not_iterable(params, problem):
    """Something that no loop can go through: a network, or its method without the brackets."""
    if hasattr(params, "parameters"):
        why, fix = f"you passed the network, a {type(params).__name__}; the optimizer needs its parameters", "net.parameters()"
    elif callable(params):
        name = getattr(params, "__name__", "parameters")
        why, fix = f"{name} is a method: it gives the parameters when it is called", f"add the brackets: net.{name}()"
    else:
        why, fix = "the optimizer needs a list of Parameters", "net.parameters(), or a list of tensors"
    return TypeError(explain(str(problem), why, fix))


def not_a_tensor(entry):
    """A list with something else than tensors in it."""
    kind = type(entry).__name__
    fix = "net.parameters(), not net.state_dict()" if isinstance(entry, str) else "net.parameters(), or a list of tensors"
    return TypeError(explain(f"optimizer can only optimize Tensors, but one of the params is {kind}", None, fix))


def empty(lost):
    """A network without registered Parameters; `lost` says where they may be hiding."""
    if lost:
        return ValueError(explain("optimizer got an empty parameter list", "the network has layers that are not registered",
                                  "; ".join(lost)))
    return ValueError(explain(
        "optimizer got an empty parameter list",
        "the network has no Parameters, or parameters() was used up by an earlier loop",
        "set layers as attributes in __init__ (self.fc = nn.Linear(...)), and call net.parameters() anew"))


def non_leaf(tensor):
    """The result of an operation, which `backward` gives no gradient."""
    return ValueError(explain(
        "can't optimize a non-leaf Tensor",
        f"this tensor of shape {shape_text(tensor.shape)} is the result of an operation ({tensor.grad_fn.name()}): "
        "only leaves get a .grad",
        "compute first and ask for the gradient then: w = (torch.ones(2) * 3).requires_grad_()"))
