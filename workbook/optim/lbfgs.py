"""L-BFGS: Newton's step, with the curvature guessed from the last gradients."""

from workbook.autograd.modes import enable_grad, no_grad
from workbook.errors import explain
from workbook.ops.complexes import view_as_real
from workbook.ops.creation import zeros
from workbook.ops.joining import cat
from workbook.optim import complaints
from workbook.optim.line_search import Point, strong_wolfe
from workbook.optim.optimizer import Optimizer
from workbook.optim.rule import at_least_0
from workbook.tensor import Tensor


class LBFGS(Optimizer):
    """param = param + t * d, where d = -H g: the gradient g through H, a guess at the inverse matrix of second derivatives.

    H is never written down: `_newton` builds H g from the last `history_size` changes of the parameters (s) and of the gradient (y).
    One `step` iterates up to `max_iter` times, and asks `closure` for loss and gradients up to `max_eval` times. `line_search_fn`:
    None, which takes t = lr, or "strong_wolfe". It ends early where no number of the gradient is above `tolerance_grad`, or neither
    the loss nor the parameters change by `tolerance_change`. All parameters are in one group.

    Raises ValueError for several groups, TypeError for a step without a closure, RuntimeError for another line search.

    >>> import workbook as torch
    >>> w = torch.tensor([1.0, 5.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((w - torch.tensor([2.0, 3.0])) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    5.0
    >>> w
    tensor([2.0000, 3.0000], requires_grad=True)

    Source: Nocedal and Wright 2006, algorithms 7.4 and 7.5; https://pytorch.org/docs/2.13/generated/torch.optim.LBFGS.html
    """

    torch_name = "torch.optim.lbfgs.LBFGS"

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, history_size=100,
                 line_search_fn=None):
        at_least_0(lr=lr)
        super().__init__(params, dict(
            lr=lr, max_iter=max_iter, max_eval=max_iter * 5 // 4 if max_eval is None else max_eval, tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change, history_size=history_size, line_search_fn=line_search_fn))
        if len(self.param_groups) != 1:
            raise ValueError(explain("LBFGS doesn't support per-parameter options (parameter groups)",
                                     "it looks for one step of all parameters together", "pass one list of parameters"))

    @no_grad()
    def step(self, closure=None):
        """Iterate, and return the loss that the first call of `closure` gave."""
        if closure is None:
            raise TypeError(explain("LBFGS.step() missing 1 required positional argument: 'closure'",
                                    "it looks at the loss in several places in one step",
                                    "write a function that clears gradients, computes the loss, calls backward and returns it"))
        closure, group = enable_grad()(closure), self.param_groups[0]
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        state["func_evals"] += 1
        first = closure()
        loss, grad = float(first), self._gradient()
        if not grad.abs().max() <= group["tolerance_grad"]:
            self._iterate(closure, group, state, loss, grad)
        return first

    def _iterate(self, closure, group, state, loss, grad):
        kept = {name: state.get(name) for name in _KEPT}
        evaluations = 1
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            first = state["n_iter"] == 1
            d = -grad if first else self._direction(group, state.setdefault("al", [None] * group["history_size"]), kept, grad)
            t = min(1.0, 1.0 / grad.abs().sum()) * _plain(group["lr"]) if first else _plain(group["lr"])
            kept |= dict(d=d, t=t, prev_flat_grad=grad.clone(), prev_loss=loss)
            if first:
                kept |= dict(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            slope = grad.dot(d)
            if slope > -group["tolerance_change"]:
                break
            looked = 0
            if group["line_search_fn"] is not None:
                found, looked = self._search(closure, group, Point(0, loss, grad, slope), d, t, evaluations)
                kept["t"], loss, grad = found.t, found.loss, found.grad
                self._move(kept["t"], d)
            else:
                self._move(t, d)
                if iteration < group["max_iter"]:  # after the last one nobody asks for the loss
                    loss, grad, looked = float(closure()), self._gradient(), 1
            evaluations += looked
            state["func_evals"] += looked
            if (evaluations >= group["max_eval"] or grad.abs().max() <= group["tolerance_grad"]
                    or (d * kept["t"]).abs().max() <= group["tolerance_change"]
                    or abs(loss - kept["prev_loss"]) < group["tolerance_change"]):
                break
        state.update(kept)

    def _direction(self, group, al, kept, grad):
        """Take the last change of parameters and gradient into the memory, and return the next direction."""
        y, s = grad - kept["prev_flat_grad"], kept["d"] * kept["t"]
        ys = y.dot(s)
        if ys > 1e-10:  # the curvature along s is positive, as near a minimum
            for name, new in (("old_dirs", y), ("old_stps", s), ("ro", 1.0 / ys)):
                if len(kept[name]) == group["history_size"]:
                    kept[name].pop(0)
                kept[name].append(new)
            kept["H_diag"] = ys / y.dot(y)
        return _newton(grad, kept["old_dirs"], kept["old_stps"], kept["ro"], kept["H_diag"], al)

    def _search(self, closure, group, start, d, t, evaluations):
        if group["line_search_fn"] != "strong_wolfe":
            raise RuntimeError(explain("only 'strong_wolfe' is supported", f"line_search_fn is {group['line_search_fn']!r}",
                                       "write line_search_fn='strong_wolfe', or leave it out"))
        origin = [param.clone() for param in group["params"]]

        def evaluate(t):
            self._move(t, d)
            loss, grad = float(closure()), self._gradient()
            for param, value in zip(group["params"], origin):
                param.copy_(value)
            return Point(t, loss, grad, grad.dot(d))

        return strong_wolfe(evaluate, start, t, d.abs().max(), group["tolerance_change"], group["max_eval"] - evaluations)

    def _gradient(self):
        """Return all gradients in one row; zeros where there is none."""
        params = self.param_groups[0]["params"]
        if all(param.grad is None for param in params):
            raise RuntimeError(complaints.NO_GRADIENT)
        return cat([(zeros(param.shape, dtype=param.dtype, device=param.device) if param.grad is None else _real(param.grad)).reshape(-1)
                    for param in params])

    def _move(self, t, d):
        """Add t * d to the parameters, which d holds in one row."""
        start = 0
        for param in map(_real, self.param_groups[0]["params"]):
            param += t * d[start : start + param.numel()].reshape(param.shape)
            start += param.numel()


def _newton(grad, ys, ss, ro, scale, al):
    """Return -H grad by the two loops: back through the memory, one multiplication, and forth again. `al` is room for numbers."""
    q = -grad
    for i in reversed(range(len(ys))):
        al[i] = ss[i].dot(q) * ro[i]
        q = q - al[i] * ys[i]
    r = q * scale
    for i in range(len(ys)):
        be = ys[i].dot(r) * ro[i]
        r = r + (al[i] - be) * ss[i]
    return r


_KEPT = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


def _plain(lr):
    return lr.item() if isinstance(lr, Tensor) else lr


def _real(tensor):
    return view_as_real(tensor) if tensor.is_complex() else tensor
