"""ASGD: gradient descent with shrinking steps, and the average of where it has been."""

from workbook.optim.rule import Rule, at_least_0, count, number


class ASGD(Rule):
    """param = param - lambd * eta * param - eta * g, where g is the gradient and eta shrinks; ax is the average of the parameters.

    g = g + weight_decay * param
    ax = ax + mu * (param - ax)                   mu = 1 / max(1, step - t0) from the step before: ax = param up to step t0
    eta = lr / (1 + lambd * lr * step)**alpha     from the step before, at first lr

    What is trained stays in the parameters; `optimizer.state[param]["ax"]` is the average. `maximize` climbs instead.
    Raises ValueError for a negative lr or weight_decay.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.ASGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)

    Source: Polyak and Juditsky 1992; Bottou 2010, section 2.2; https://pytorch.org/docs/2.13/generated/torch.optim.ASGD.html
    """

    torch_name = "torch.optim.asgd.ASGD"
    counts = ("step", "eta", "mu")

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, foreach=None, maximize=False,
                 differentiable=False, capturable=False):
        at_least_0(lr=lr, weight_decay=weight_decay)
        super().__init__(params, dict(
            lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable))

    def remembers(self, group):
        return {"ax": 0.0}

    def numbers(self, group, state, new):
        """Return this step's eta and mu, and keep the next step's."""
        lr, step = float(group["lr"]), float(count(state))
        eta, mu = (number(lr).item(), 1.0) if new else (float(state["eta"]), float(state["mu"]))
        state["eta"] = number(lr / (1 + group["lambd"] * lr * step) ** group["alpha"])
        state["mu"] = number(1 / max(1, step - group["t0"]))
        return eta, mu

    def rule(self, xp, group, numbers, p, g, ax):
        eta, mu = numbers
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p
        p *= 1 - group["lambd"] * eta
        p -= eta * g
        ax[...] = p if mu == 1 else ax + mu * (p - ax)
