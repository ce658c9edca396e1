"""NAdam: Adam that looks ahead along its running mean, as Nesterov's momentum does."""

from workbook.optim.rule import Rule, at_least_0, betas_below_1, count, follow, number
from workbook.tensor import Tensor


class NAdam(Rule):
    """param = param - lr * mean / (sqrt(square) + eps), where mean is Adam's one step ahead.

    g = g + weight_decay * param                             (decoupled: param = param - lr * weight_decay * param instead)
    mu = beta1 * (1 - 0.96**(step * momentum_decay) / 2)     mu_product = all mu so far multiplied, mu' = the next step's mu
    exp_avg = beta1 * exp_avg + (1 - beta1) * g
    exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g * g    square = exp_avg_sq / (1 - beta2**step)
    mean = mu' * exp_avg / (1 - mu_product * mu') + (1 - mu) * g / (1 - mu_product)

    `maximize` climbs instead. Raises ValueError for a negative setting or a beta outside [0, 1).

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.NAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8944], requires_grad=True)

    Source: Dozat 2016, algorithm 2, with the schedule of its section 4; https://pytorch.org/docs/2.13/generated/torch.optim.NAdam.html
    """

    torch_name = "torch.optim.nadam.NAdam"
    counts = ("step", "mu_product")

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
                 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False, differentiable=False):
        at_least_0(lr=lr, eps=eps)
        betas_below_1(betas)
        at_least_0(weight_decay=weight_decay, momentum_decay=momentum_decay)
        super().__init__(params, dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay, maximize=maximize, foreach=foreach, capturable=capturable,
            differentiable=differentiable))

    def remembers(self, group):
        return {"exp_avg": 0.0, "exp_avg_sq": 0.0}

    def numbers(self, group, state, new):
        """Return the step, its mu, the mu after it, and the product of all mu so far."""
        step = count(state)
        mu, ahead = (group["betas"][0] * (1 - 0.5 * 0.96 ** (at * group["momentum_decay"])) for at in (step, step + 1))
        if new or not isinstance(state["mu_product"], Tensor):
            state["mu_product"] = number(1 if new else state["mu_product"])
        state["mu_product"]._array *= mu
        return step, mu, ahead, state["mu_product"].item()

    def rule(self, xp, group, numbers, p, g, exp_avg, exp_avg_sq):
        (step, mu, ahead, product), lr, decay, (beta1, beta2) = numbers, group["lr"], group["weight_decay"], group["betas"]
        if group["decoupled_weight_decay"]:
            p *= 1 - lr * decay
        elif decay:
            g = g + decay * p
        follow(exp_avg, g, 1 - beta1)
        exp_avg_sq *= beta2
        exp_avg_sq += (1 - beta2) * g * g
        size = xp.sqrt(exp_avg_sq / (1 - beta2**step)) + group["eps"]
        p -= lr * (1 - mu) / (1 - product) * g / size
        p -= lr * ahead / (1 - product * ahead) * exp_avg / size
