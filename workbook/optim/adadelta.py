"""Adadelta: steps whose size follows that of the steps before."""

from workbook.optim.rule import Rule, at_least_0, require


class Adadelta(Rule):
    """param = param - lr * delta, where delta is the gradient g in the units of the parameter.

    g = g + weight_decay * param
    square_avg = rho * square_avg + (1 - rho) * g * g
    delta = sqrt(acc_delta + eps) / sqrt(square_avg + eps) * g
    acc_delta = rho * acc_delta + (1 - rho) * delta * delta

    `maximize` climbs instead. Raises ValueError for a negative setting, and a rho above 1.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adadelta([w])
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9968], requires_grad=True)

    Source: Zeiler 2012, algorithm 1; https://pytorch.org/docs/2.13/generated/torch.optim.Adadelta.html
    """

    torch_name = "torch.optim.adadelta.Adadelta"
    captures = True

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, capturable=False, maximize=False,
                 differentiable=False):
        at_least_0(lr=lr)
        require(0 <= rho <= 1, f"Invalid rho value: {rho}", "it is the share of the past in a running mean",
                "choose it between 0 and 1")
        at_least_0(eps=eps, weight_decay=weight_decay)
        super().__init__(params, dict(
            lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize, capturable=capturable, foreach=foreach,
            differentiable=differentiable))

    def remembers(self, group):
        return {"square_avg": 0.0, "acc_delta": 0.0}

    def rule(self, xp, group, step, p, g, square_avg, acc_delta):
        rho, eps = group["rho"], group["eps"]
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        square_avg *= rho
        square_avg += (1 - rho) * g * g
        delta = xp.sqrt(acc_delta + eps) / xp.sqrt(square_avg + eps) * g
        acc_delta *= rho
        acc_delta += (1 - rho) * delta * delta
        p -= group["lr"] * delta
