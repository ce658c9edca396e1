"""Adagrad: steps that become smaller where gradients have been large."""

from workbook.optim.rule import Rule, at_least_0, one_way_only


class Adagrad(Rule):
    """param = param - rate * g / (sqrt(sum) + eps), where g is the gradient, and sum adds up its squares.

    g = g + weight_decay * param
    sum = sum + g * g                    (from initial_accumulator_value on)
    rate = lr / (1 + (step - 1) * lr_decay)

    `maximize` climbs instead. Raises ValueError for a negative setting.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adagrad([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)

    Source: Duchi, Hazan and Singer 2011, figure 1; https://pytorch.org/docs/2.13/generated/torch.optim.Adagrad.html
    """

    torch_name = "torch.optim.adagrad.Adagrad"

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, foreach=None, *,
                 maximize=False, differentiable=False, fused=None):
        at_least_0(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, initial_accumulator_value=initial_accumulator_value, eps=eps)
        super().__init__(params, dict(
            lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay, initial_accumulator_value=initial_accumulator_value,
            foreach=foreach, maximize=maximize, differentiable=differentiable, fused=fused))
        one_way_only(fused, foreach, differentiable)
        for group in self.param_groups:
            for param in group["params"]:
                self.begin(self.state[param], group, param._array, param._device)  # PyTorch's Adagrad has its state from the start

    def remembers(self, group):
        return {"sum": self.defaults["initial_accumulator_value"]}

    def rule(self, xp, group, step, p, g, sum):
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        sum += g * g
        p -= group["lr"] / (1 + (step - 1) * group["lr_decay"]) * g / (xp.sqrt(sum) + group["eps"])
