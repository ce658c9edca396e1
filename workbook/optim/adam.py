"""Adam and AdamW: a step for each number by the running mean and size of its gradient."""

import functools
import math

from workbook.devices import CPU
from workbook.devices.fused import fused
from workbook.errors import explain
from workbook.optim.blocks import blocks, real_parts
from workbook.optim.rule import Rule, at_least_0, betas_below_1, follow, one_way_only
from workbook.tensor import Tensor


class Adam(Rule):
    """param = param - lr * mean / (sqrt(square) + eps), where mean and square follow the gradient g and its square.

    g = g + weight_decay * param                             (AdamW: param = param - lr * weight_decay * param instead)
    exp_avg = beta1 * exp_avg + (1 - beta1) * g              mean = exp_avg / (1 - beta1**step)
    exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g * g    square = exp_avg_sq / (1 - beta2**step)

    With `amsgrad` the largest exp_avg_sq so far takes the place of exp_avg_sq. `maximize` climbs instead.
    Raises ValueError for a negative setting or a beta outside [0, 1).

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)

    Source: Kingma and Ba 2015, algorithm 1; https://pytorch.org/docs/2.13/generated/torch.optim.Adam.html
    """

    torch_name = "torch.optim.adam.Adam"
    captures = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False):
        at_least_0(lr=lr, eps=eps)
        betas_below_1(betas)
        at_least_0(weight_decay=weight_decay)
        if not (all(isinstance(beta, float) for beta in betas[:2]) or all(isinstance(beta, Tensor) for beta in betas[:2])):
            raise ValueError(explain("betas must be either both floats or both Tensors", f"these are {betas}", "write (0.9, 0.999)"))
        super().__init__(params, dict(
            lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize, foreach=foreach,
            capturable=capturable, differentiable=differentiable, fused=fused, decoupled_weight_decay=decoupled_weight_decay))
        one_way_only(fused, foreach, differentiable)

    def remembers(self, group):
        return dict.fromkeys(("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[: 3 if group["amsgrad"] else 2], 0.0)

    def rule(self, xp, group, step, p, g, exp_avg, exp_avg_sq, *max_exp_avg_sq):
        lr, decay, (beta1, beta2) = group["lr"], group["weight_decay"], group["betas"]
        if group["decoupled_weight_decay"]:
            p *= 1 - lr * decay
        elif decay:
            g = g + decay * p
        follow(exp_avg, g, 1 - beta1)
        exp_avg_sq *= beta2
        exp_avg_sq += (1 - beta2) * g * g
        square = exp_avg_sq
        for largest in max_exp_avg_sq:
            largest[...] = square = xp.maximum(largest + 0, exp_avg_sq)  # of a copy: what is written next is not saved
        size = xp.sqrt(square) / (1 - beta2**step) ** 0.5 + group["eps"]
        p -= lr / (1 - beta1**step) * exp_avg / size

    def numbers(self, group, state, new):
        """Return the number of the step; on a GPU that counts by itself, where it stands before it is counted on."""
        step = state["step"]
        return step._array if isinstance(step, Tensor) and step.is_cuda else super().numbers(group, state, new)

    def update(self, param, grad, state, group, device):
        """The same as `rule`, in fewer passes over the arrays: on a GPU in one, elsewhere into memory that is at hand."""
        group, step, remembered = self.prepared(param, state, group, device)
        xp, lr, decay, eps = device.xp, group["lr"], group["weight_decay"], group["eps"]
        beta1, beta2 = map(float, group["betas"])
        if device is not CPU:
            self._in_one_kernel(xp, group, step, beta1, beta2, param, grad, *remembered)
            return
        step_size = lr / (1 - beta1**step)
        root_correction = math.sqrt(1 - beta2**step)
        for p, g, m, v, *largest, a, b in blocks(param, grad, *remembered, work=2):
            if decay and group["decoupled_weight_decay"]:
                p *= 1 - lr * decay
            elif decay:
                g = g + decay * p
            xp.subtract(g, m, out=a)
            if beta1 > 0.5:  # the running mean as PyTorch's lerp rounds it: counted from the nearer end
                a *= 1 - beta1
                m += a
            else:
                a *= beta1
                xp.subtract(g, a, out=m)
            xp.multiply(g, 1 - beta2, out=a)
            a *= g
            v *= beta2
            v += a
            if largest:
                v = xp.maximum(largest[0], v, out=largest[0])
            xp.sqrt(v, out=b)
            b += eps * root_correction  # both sides of the fraction times root_correction: one pass fewer over the arrays
            xp.divide(m, b, out=a)
            a *= step_size * root_correction
            p -= a

    def _in_one_kernel(self, xp, group, step, beta1, beta2, param, grad, exp_avg, exp_avg_sq, largest=None):
        lr, decay = group["lr"], group["weight_decay"]
        if isinstance(step, xp.ndarray):  # counted by the GPU
            kind = param.real.dtype
            shrink, size, eps = ready_in("float64" if kind == "float64" else "float32")(
                xp, step, lr, -decay if group["decoupled_weight_decay"] else 0.0, beta1, beta2, group["eps"])
        else:
            root = math.sqrt(1 - beta2**step)
            shrink, size, eps = 1 - lr * decay, lr / (1 - beta1**step) * root, group["eps"] * root
        numbers = (shrink if decay and group["decoupled_weight_decay"] else None, float(decay) if decay and not group["decoupled_weight_decay"]
                   else None, *((1 - beta1, None) if beta1 > 0.5 else (None, beta1)), beta2, 1 - beta2, size, eps)
        for parts in real_parts(param, grad, exp_avg, exp_avg_sq, largest):
            moved(xp, *parts, *numbers)


@fused
def moved(xp, p, g, exp_avg, exp_avg_sq, largest, shrink, decay, near, far, keep, new, size, eps):
    """Adam's step, as `Adam.rule` has it, with the numbers made ready: near = 1 - beta1 or far = beta1, keep = beta2, new = 1 - beta2;
    size and eps with the corrections of the first steps."""
    if shrink is not None:
        p *= shrink
    if decay is not None:
        g = g + decay * p
    if near is not None:
        exp_avg += near * (g - exp_avg)
    else:
        exp_avg[...] = g - far * (g - exp_avg)
    exp_avg_sq *= keep
    exp_avg_sq += new * g * g
    square = exp_avg_sq
    if largest is not None:
        largest[...] = square = xp.maximum(largest, exp_avg_sq)
    p -= size * (exp_avg / (xp.sqrt(square) + eps))


@functools.cache
def ready_in(kind):
    """The kernel that counts a step on the GPU, and makes the numbers of `moved` ready there, in a dtype."""

    @fused
    def ready(xp, step, lr, less, beta1, beta2, eps):
        step += 1
        exact = step.astype("float64")
        root = xp.sqrt(1 - beta2**exact)
        rate = exact * 0 + lr
        return (1 + less * rate).astype(kind), (rate * root / (1 - beta1**exact)).astype(kind), (eps * root).astype(kind)

    return ready


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter itself and stays out of the running means.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> torch.optim.AdamW([w]).defaults["weight_decay"]
    0.01

    Source: Loshchilov and Hutter 2019; https://pytorch.org/docs/2.13/generated/torch.optim.AdamW.html
    """

    torch_name = "torch.optim.adamw.AdamW"

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False,
                 foreach=None, capturable=False, differentiable=False, fused=None):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
                         capturable=capturable, differentiable=differentiable, fused=fused, decoupled_weight_decay=True)
