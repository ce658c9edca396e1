"""Stochastic gradient descent, with momentum."""

from workbook.devices import CPU
from workbook.devices.fused import fused
from workbook.optim.blocks import blocks, real_parts
from workbook.optim.rule import Rule, at_least_0, one_way_only, require


class SGD(Rule):
    """param = param - lr * direction, where without momentum the direction is the gradient g.

    g = g + weight_decay * param                        (if weight_decay)
    buffer = momentum * buffer + (1 - dampening) * g    (the first time: buffer = g)
    direction = buffer, or with nesterov g + momentum * buffer

    `maximize` climbs instead. Raises ValueError for a negative setting, and for nesterov without momentum or with dampening.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)

    Source: Sutskever et al. 2013; https://pytorch.org/docs/2.13/generated/torch.optim.SGD.html
    """

    torch_name = "torch.optim.sgd.SGD"
    counts = ()

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *,
                 maximize=False, foreach=None, differentiable=False, fused=None):
        at_least_0(lr=lr, momentum=momentum, weight_decay=weight_decay)
        require(not nesterov or (momentum > 0 and dampening == 0), "Nesterov momentum requires a momentum and zero dampening",
                "it looks ahead along the buffer that momentum keeps", "write momentum=0.9, and leave dampening out")
        super().__init__(params, dict(
            lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov, maximize=maximize,
            foreach=foreach, differentiable=differentiable, fused=fused))
        one_way_only(fused, foreach, differentiable)

    def remembers(self, group):
        return {"momentum_buffer": 0.0} if group["momentum"] else {}

    def numbers(self, group, state, new):
        return new

    def rule(self, xp, group, first, p, g, *buffer):
        momentum, decay = group["momentum"], group["weight_decay"]
        keep = 1 if first else 1 - group["dampening"]  # the first gradient enters the buffer whole
        direction = g + decay * p if decay else g
        for b in buffer:
            b *= momentum
            b += direction if keep == 1 else keep * direction
            direction = direction + momentum * b if group["nesterov"] else b
        p -= group["lr"] * direction

    def update(self, param, grad, state, group, device):
        """The same as `rule`; without momentum and decay, where it is one product, into memory that is at hand."""
        if device is not CPU:
            self._in_one_kernel(param, grad, state, group, device)
        elif group["momentum"] or group["weight_decay"] or param.dtype.kind not in "fc":
            super().update(param, grad, state, group, device)
        else:
            multiply, lr = device.xp.multiply, float(group["lr"])
            for p, g, work in blocks(param, grad, work=1):
                p -= multiply(g, lr, work)

    def _in_one_kernel(self, param, grad, state, group, device):
        """The same on a GPU, in one pass over the memory."""
        group, first, buffer = self.prepared(param, state, group, device)
        momentum, decay = group["momentum"], group["weight_decay"]
        enters = 1.0 if first else 1.0 - group["dampening"]
        numbers = [float(decay) if decay else None, *((float(momentum), enters) if momentum else (None, None)),
                   float(momentum) if group["nesterov"] else None, group["lr"]]
        for parts in real_parts(param, grad, *(buffer or [None])):
            moved(device.xp, *parts, *numbers)


@fused
def moved(xp, p, g, buffer, decay, keep, enters, ahead, lr):
    """The step of `SGD.rule`, with what is left out as None."""
    if decay is not None:
        g = g + decay * p
    if buffer is not None:
        buffer *= keep
        buffer += enters * g
        g = g + ahead * buffer if ahead is not None else buffer
    p -= lr * g
