"""Rprop: steps by the sign of the gradient alone, larger while it stays and smaller when it turns."""

from workbook.optim.rule import Rule, at_least_0, require


class Rprop(Rule):
    """param = param - step_size * sign(g), where g is the gradient and step_size is each number's own.

    step_size = step_size * etaplus     while the sign of g is that of prev, the gradient before
    step_size = step_size * etaminus    when it has turned: then g = 0, and the parameter stays for this step
    step_size is kept between the two `step_sizes`; it starts from lr

    It is for whole data sets: from batch to batch signs turn by chance. `maximize` climbs instead.
    Raises ValueError for a negative lr, and unless 0 < etaminus < 1 < etaplus.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Rprop([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)

    Source: Riedmiller and Braun 1993; https://pytorch.org/docs/2.13/generated/torch.optim.Rprop.html
    """

    torch_name = "torch.optim.rprop.Rprop"
    captures = True

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None, maximize=False,
                 differentiable=False):
        at_least_0(lr=lr)
        require(0 < etas[0] < 1 < etas[1], f"Invalid eta values: {etas[0]}, {etas[1]}",
                "the first makes steps smaller, the second larger", "write (0.5, 1.2)")
        super().__init__(params, dict(
            lr=lr, etas=etas, step_sizes=step_sizes, foreach=foreach, maximize=maximize, differentiable=differentiable,
            capturable=capturable))

    def remembers(self, group):
        return {"prev": 0.0, "step_size": float(group["lr"])}

    def rule(self, xp, group, step, p, g, prev, step_size):
        etaminus, etaplus = group["etas"]
        turn = xp.sign(g * (prev + 0))  # of a copy: what is written below is not saved
        changed = xp.where(turn > 0, step_size * etaplus, xp.where(turn < 0, step_size * etaminus, step_size))
        step_size[...] = changed = xp.clip(changed, *group["step_sizes"])
        g = xp.where(turn < 0, turn - turn, g)  # 0 where it has turned
        p -= xp.sign(g) * changed
        prev[...] = g
