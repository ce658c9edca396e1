"""A network copied to several GPUs, so that gradients to the copies' parameters come back to its own, added up."""

from workbook.autograd.modes import set_grad_enabled, thread
from workbook.cuda.places import number_of
from workbook.devices import device
from workbook.errors import explain
from workbook.nn.parameter import is_lazy
from workbook.ops.replicas import Broadcast


def replicate(network, devices, detach=False):
    """Return one copy of `network` for each of `devices`, the first of which is where it lies.

    A copy has plain Tensors in the places of parameters: they are results of a step, BroadcastBackward, which adds up the gradients of
    all copies on the way back; with `detach` nothing is recorded. The first copy shares the memory of the network, so that what it
    writes in place, such as the running statistics of a BatchNorm, stays. Everything else that a forward writes to `self` is lost.
    Raises RuntimeError where a parameter lies elsewhere.

    >>> import workbook as torch
    >>> with torch.cuda.simulate(2):
    ...     net = torch.nn.Linear(2, 1).cuda()
    ...     copies = torch.nn.parallel.replicate(net, [0, 1])
    ...     print(copies[1].weight.device, copies[1].weight.grad_fn.name(), list(copies[1].parameters()))
    cuda:1 BroadcastBackward []

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/parallel/replicate.py
    """
    places = [device("cuda", number_of(each)) for each in devices]
    if not places:
        return []
    tensors = [*network.parameters(), *network.buffers()]
    _check(network, tensors, places[0])
    copies = [{} for _ in places]  # of each place: id of a parameter or buffer -> its copy there
    for wanting in (True, False):
        some = [tensor for tensor in tensors if tensor.requires_grad is wanting]
        with set_grad_enabled(wanting and not detach and thread.state.grad_enabled):
            made = Broadcast.apply(*some, source=places[0], targets=tuple(places), count=len(some)) if some else ()
        for number, found in enumerate(copies):
            found.update(zip(map(id, some), made[number * len(some):(number + 1) * len(some)]))
    return [_copy(network, found, {}) for found in copies]


def _check(network, tensors, place):
    if any(map(is_lazy, tensors)):
        raise RuntimeError(explain("Modules with uninitialized parameters can't be used with `DataParallel`. Run a dummy forward pass to correctly "
                                   "initialize the modules", "a lazy layer does not know its shapes before the first batch",
                                   "call the network itself with one batch first"))
    for tensor in tensors:
        if tensor._device is not place:
            raise RuntimeError(explain(f"All tensors must be on devices[0]: {place.index}", f"{name_in(network, tensor)} is on {tensor._device}",
                                       f"move the network: net.to('{place}')"))


def name_in(network, tensor):
    """Return the name under which a network holds a parameter or buffer."""
    return next(name for name, found in (*network.named_parameters(), *network.named_buffers()) if found is tensor)


def _copy(module, tensors, made):
    """Return a copy of a module with copies of its parts. `made`: what is copied already, as one part may stand in two places."""
    if module in made:
        return made[module]
    copy = made[module] = module.__new__(type(module))
    copy.__dict__.update(module.__dict__)
    registers = module._parameters, module._buffers, module._modules
    for name, register in zip(("_parameters", "_buffers", "_modules"), registers):
        copy.__dict__[name] = {key: None for key, part in register.items() if part is None}
    for key, part in module._modules.items():
        if part is not None:
            copy._modules[key] = _copy(part, tensors, made)
    for key, buffer in module._buffers.items():
        if buffer is not None:
            copy._buffers[key] = tensors[id(buffer)]
    for key, parameter in module._parameters.items():
        if parameter is not None:
            copy.__dict__[key] = tensors[id(parameter)]  # a result, and no leaf: so no parameter of the copy
    return copy
