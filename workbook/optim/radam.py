"""RAdam: Adam that waits until it knows the size of the gradients well enough to divide by it."""

from workbook.optim.rule import Rule, at_least_0, betas_below_1, follow


class RAdam(Rule):
    """param = param - lr * mean * r / (sqrt(square) + eps) as soon as rho > 5, and param - lr * mean before.

    g = g + weight_decay * param                             (decoupled: param = param - lr * weight_decay * param instead)
    exp_avg = beta1 * exp_avg + (1 - beta1) * g              mean = exp_avg / (1 - beta1**step)
    exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g * g    square = exp_avg_sq / (1 - beta2**step)
    rho_inf = 2 / (1 - beta2) - 1                            rho = rho_inf - 2 * step * beta2**step / (1 - beta2**step)
    r = sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))

    rho is how many gradients the mean square rests on. `maximize` climbs instead.
    Raises ValueError for a negative setting or a beta outside [0, 1).

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.RAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)

    Source: Liu et al. 2020, algorithm 2; https://pytorch.org/docs/2.13/generated/torch.optim.RAdam.html
    """

    torch_name = "torch.optim.radam.RAdam"

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False):
        at_least_0(lr=lr, eps=eps)
        betas_below_1(betas)
        at_least_0(weight_decay=weight_decay)
        super().__init__(params, dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize, foreach=foreach, capturable=capturable,
            decoupled_weight_decay=decoupled_weight_decay, differentiable=differentiable))

    def remembers(self, group):
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def rule(self, xp, group, step, p, g, exp_avg, exp_avg_sq):
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        if decay and group["decoupled_weight_decay"]:
            p *= 1 - lr * decay
        elif decay:
            g = g + decay * p
        follow(exp_avg, g, 1 - beta1)
        exp_avg_sq *= beta2
        exp_avg_sq += (1 - beta2) * g * g

        direction = exp_avg / (1 - beta1**step) * lr
        known = 1 - beta2**step
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * step * beta2**step / known
        if rho > 5:
            r = ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
            direction = direction * (known**0.5 / (xp.sqrt(exp_avg_sq) + group["eps"])) * r
        p -= direction
