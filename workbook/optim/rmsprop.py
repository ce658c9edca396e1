"""RMSprop: the gradient divided by its running size."""

from workbook.optim.rule import Rule, at_least_0, follow


class RMSprop(Rule):
    """param = param - lr * g / (sqrt(square_avg) + eps), where g is the gradient, and square_avg follows its square.

    g = g + weight_decay * param
    square_avg = alpha * square_avg + (1 - alpha) * g * g
    with centered:  grad_avg = alpha * grad_avg + (1 - alpha) * g    and square_avg - grad_avg**2 under the root: a variance
    with momentum:  buffer = momentum * buffer + g / (sqrt(square_avg) + eps)    and param = param - lr * buffer

    `maximize` climbs instead. Raises ValueError for a negative setting.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.RMSprop([w], lr=0.01)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)

    Source: Hinton, Srivastava and Swersky 2012, lecture 6e; centered: Graves 2013, equations 38 to 45;
    https://pytorch.org/docs/2.13/generated/torch.optim.RMSprop.html
    """

    torch_name = "torch.optim.rmsprop.RMSprop"
    captures = True

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, capturable=False,
                 foreach=None, maximize=False, differentiable=False):
        at_least_0(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        super().__init__(params, dict(
            lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered, weight_decay=weight_decay, capturable=capturable,
            foreach=foreach, maximize=maximize, differentiable=differentiable))

    def remembers(self, group):
        wanted = {"square_avg": True, "momentum_buffer": group["momentum"] > 0, "grad_avg": group["centered"]}
        return {name: 0.0 for name, there in wanted.items() if there}

    def rule(self, xp, group, step, p, g, square_avg, *others):
        alpha, momentum = group["alpha"], group["momentum"]
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        square_avg *= alpha
        square_avg += (1 - alpha) * g * g
        size = square_avg
        if group["centered"]:
            grad_avg = others[-1]
            follow(grad_avg, g, 1 - alpha)
            size = square_avg - grad_avg * grad_avg
        size = xp.sqrt(size) + group["eps"]
        if momentum > 0:
            buffer = others[0]
            buffer *= momentum
            buffer += g / size
            p -= group["lr"] * buffer
        else:
            p -= group["lr"] * g / size
