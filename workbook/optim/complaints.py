"""The errors of an optimizer that was given something else than Parameters."""

from workbook.errors import Unquoted, explain, shape_text

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


def setting_missing(name):
    """A group without a setting that has no default."""
    return ValueError(explain(f"parameter group didn't specify a value of required optimization parameter {name}",
                              "the rule has no value of its own for it", f"write {{'params': ..., {name!r}: ...}}"))


def names_differ(named):
    """A group with names beside groups without, or the other way round."""
    return ValueError(explain(
        "all optimizer param groups should be with/without names. "
        f"cannot add param group {'with' if named else 'without'} names to the optimizer",
        "parameters are told apart by their names, or by their order",
        "pass net.parameters()" if named else "pass net.named_parameters()"))


def no_state_dict(given):
    """Something else than what `state_dict` gives: of a dictionary PyTorch misses 'param_groups', of others their being one."""
    fix = "optimizer.load_state_dict(saved), where saved = optimizer.state_dict()"
    if isinstance(given, dict):
        return KeyError(Unquoted(explain(
            "'param_groups'", "an optimizer's state_dict() holds 'state' and 'param_groups'; a network's holds its parameters", fix)))
    return TypeError(explain(f"Expected state_dict to be a dict, got {type(given)}", "it has to hold 'state' and 'param_groups'", fix))


def other_groups(mine, theirs):
    """A state with more or fewer groups."""
    return ValueError(explain("loaded state dict has a different number of parameter groups",
                              f"this optimizer has {mine}, the loaded one {theirs}", "build it with the same groups"))


def other_shape(name, number, theirs, mine):
    """What is remembered of a Parameter of another shape. PyTorch loads it, and fails, or broadcasts, in the next step."""
    return RuntimeError(explain(f"size mismatch for {name} of parameter {number}: the state holds {theirs}, the parameter is {mine}",
                                "the state was saved with a network of other layers, or of the same ones in another order; nothing was loaded",
                                "build the optimizer for the network that was saved"))


def other_sizes(sizes):
    """A state whose groups hold more or fewer Parameters."""
    shown = ", ".join(f"{a} and {b}" for a, b in sizes)
    return ValueError(explain("loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
                              f"Parameters in each group, here and in the loaded one: {shown}",
                              "build the optimizer for the network that was saved"))


def elsewhere(name, kept, device):
    """What is remembered lies on another device than its Parameter, which has been moved since."""
    return RuntimeError(explain(
        f"Expected all tensors to be on the same device, but found at least two devices, {device} and {kept}!",
        f"the parameter is on {device}, and its {name}, which the optimizer remembers, on {kept}: the network was moved after the first step",
        "move the network first, and build the optimizer then; or optimizer.load_state_dict(optimizer.state_dict()), which moves what it remembers"))
