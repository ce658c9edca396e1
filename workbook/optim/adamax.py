"""Adamax: Adam with the largest gradient in place of the mean square."""

from workbook.optim.rule import Rule, at_least_0, betas_below_1, follow


class Adamax(Rule):
    """param = param - lr / (1 - beta1**step) * exp_avg / exp_inf, where exp_avg follows the gradient g, and exp_inf its size.

    g = g + weight_decay * param
    exp_avg = beta1 * exp_avg + (1 - beta1) * g
    exp_inf = max(beta2 * exp_inf, |g| + eps)

    `maximize` climbs instead. Raises ValueError for a negative setting or a beta outside [0, 1).

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adamax([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)

    Source: Kingma and Ba 2015, algorithm 2; https://pytorch.org/docs/2.13/generated/torch.optim.Adamax.html
    """

    torch_name = "torch.optim.adamax.Adamax"

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, maximize=False,
                 differentiable=False, capturable=False):
        at_least_0(lr=lr, eps=eps)
        betas_below_1(betas)
        at_least_0(weight_decay=weight_decay)
        super().__init__(params, dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable))

    def remembers(self, group):
        return {"exp_avg": 0.0, "exp_inf": 0.0}

    def rule(self, xp, group, step, p, g, exp_avg, exp_inf):
        beta1, beta2 = group["betas"]
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        follow(exp_avg, g, 1 - beta1)
        exp_inf[...] = largest = xp.maximum(exp_inf * beta2, xp.abs(g) + group["eps"])
        p -= group["lr"] / (1 - beta1**step) * exp_avg / largest
