"""Stochastic gradient descent, with momentum."""

from workbook.optim.blocks import blocks
from workbook.optim.optimizer import Optimizer, require
from workbook.tensor import wrap


class SGD(Optimizer):
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

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *,
                 maximize=False, foreach=None, differentiable=False, fused=None):
        require(lr >= 0, f"Invalid learning rate: {lr}")
        require(momentum >= 0, f"Invalid momentum value: {momentum}")
        require(weight_decay >= 0, f"Invalid weight_decay value: {weight_decay}")
        require(not nesterov or (momentum > 0 and dampening == 0), "Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, dict(
            lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov, maximize=maximize,
            foreach=foreach, differentiable=differentiable, fused=fused))

    def update(self, param, grad, state, group, device):
        xp, lr, momentum, decay = device.xp, float(group["lr"]), group["momentum"], group["weight_decay"]
        keep = 1 - group["dampening"]
        buffers = ()
        if momentum:
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = wrap(xp.zeros_like(param), device)
                keep = 1  # the first gradient enters the buffer whole
            buffers = (state["momentum_buffer"]._array,)
        for p, g, *buffer, work in blocks(param, grad, *buffers, work=1):
            direction = g + decay * p if decay else g
            for b in buffer:
                b *= momentum
                b += direction if keep == 1 else keep * direction
                direction = direction + momentum * b if group["nesterov"] else b
            xp.multiply(direction, lr, out=work)
            p -= work
