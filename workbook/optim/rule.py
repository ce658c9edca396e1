"""Rule: an optimizer that moves each number by itself, so that its formula runs on pieces of arrays as well as on Tensors.

Read one of the rules first; `adagrad.py` is short. `remembers` names what it keeps for each parameter; `rule` is the formula.
"""

import warnings
from types import SimpleNamespace

import numpy as np

from workbook import dtypes
from workbook.autograd.elsewhere import made
from workbook.autograd.modes import enable_grad
from workbook.devices import CPU
from workbook.errors import explain
from workbook.ops import choices, complexes, pointwise
from workbook.optim import complaints
from workbook.optim.blocks import blocks
from workbook.optim.optimizer import Optimizer
from workbook.tensor import Tensor, wrap


class Rule(Optimizer):
    """The base of the rules. A rule defines `rule`, and what it remembers.

    >>> import workbook as torch
    >>> class Halving(Rule):
    ...     counts = ()
    ...     def rule(self, xp, group, step, p, g):
    ...         p -= group["lr"] * g
    >>> w = torch.tensor([3.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> Halving([w], dict(lr=0.5)).step()
    >>> w
    tensor([0.], requires_grad=True)

    Source: https://pytorch.org/docs/2.13/optim.html
    """

    counts = ("step",)  # numbers that each parameter has beside its arrays
    captures = False  # with `capturable` the step is counted on the GPU, so that a CUDA graph counts, too

    def remembers(self, group):
        """Return what is kept in the parameter's shape, and the number it starts from: `{"exp_avg": 0.0}`."""
        return {}

    def numbers(self, group, state, new):
        """Go on by one step. Return what the formula needs to know of it: usually its number, 1 for the first.

        `new`: whether the state was made just now.
        """
        return count(state) if "step" in self.counts else None

    def rule(self, xp, group, step, p, g, *remembered):
        """Change `p`, and what is remembered, in place. `xp` has sqrt, where, maximum and the like: it is the array library."""
        raise NotImplementedError(explain(f"{type(self).__name__} defines no rule", "a Rule is its formula",
                                          "write def rule(self, xp, group, step, p, g)"))

    def update(self, param, grad, state, group, device):
        group, step, remembered = self.prepared(param, state, group, device)
        for p, g, *kept in blocks(param, grad, *remembered):
            self.rule(device.xp, group, step, p, g, *kept)

    def prepared(self, param, state, group, device):
        """Begin or go on. Return the settings with lr as a number, the step's numbers, and the arrays that are remembered."""
        if group.get("capturable") and device is CPU:
            raise AssertionError(explain(NOT_CAPTURABLE, "capturable prepares a step for CUDA graphs; these parameters are on the CPU",
                                         "leave capturable out"))
        if device is not CPU and "step" in self.counts:
            self._check_capture(group, device.backend.capturing())
        if param.dtype.kind not in "fc":
            raise RuntimeError(explain("For integral input tensors, argument alpha must not be a floating point number.",
                                       f"a step is a fraction of the gradient, and these parameters hold {param.dtype}",
                                       "make them of floats: w.float()"))
        new = not state
        if new:
            self.begin(state, group, param, device)
        for name in () if new else self.remembers(group):
            kept = state[name]._device
            if kept is not device and kept.plain is not device.plain:
                raise complaints.elsewhere(name, kept, device)
        lr = group["lr"]
        if type(lr) is not float:
            group = {**group, "lr": lr._array.reshape(()) if self._counts_there(group, device) and isinstance(lr, Tensor) and lr.is_cuda else float(lr)}
        return group, self.numbers(group, state, new), [state[name]._array for name in self.remembers(group)]

    def _counts_there(self, group, device):
        """Whether the step is counted in the memory of a GPU, where PyTorch has it with `capturable` and with `fused`."""
        return device is not CPU and self.captures and bool(group.get("capturable") or group.get("fused"))

    def _check_capture(self, group, capturing):
        """Raise where a step is captured that could not be done again; warn, once, where one could be and is not."""
        name = type(self).__name__
        if capturing and not group.get("capturable"):
            raise RuntimeError(explain(
                f"Attempting CUDA graph capture of step() for an instance of {name} but param_groups' capturable is False.",
                "what is captured is done again as it was: a count of steps on the host would stand still, and with it the correction of the "
                "first steps", f"write torch.optim.{name}(params, capturable=True), or call optimizer.step() after replay()"))
        if capturing and not self.captures:
            raise RuntimeError(explain(
                f"Attempting CUDA graph capture of step() for an instance of {name} but its numbers are kept on the host",
                "what is captured is done again as it was: the count of steps would stand still",
                "call optimizer.step() after replay(), or take torch.optim.Adam(params, capturable=True)"))
        if group.get("capturable") and not capturing and not self._warned_of_no_capture:
            self._warned_of_no_capture = True
            warnings.warn(NOT_CAPTURED, stacklevel=6)

    _warned_of_no_capture = False

    def _check_remembered(self, number, param, remembered, group):
        for name in self.remembers({**self.defaults, **group}):
            kept = remembered.get(name)
            if isinstance(kept, Tensor) and kept.shape != param.shape:
                raise complaints.other_shape(name, number, kept.shape, param.shape)

    def begin(self, state, group, param, device):
        """Fill a parameter's state with what it starts from."""
        for name in self.counts:
            there = name == "step" and self._counts_there(group, device)
            state[name] = made(device, lambda xp: xp.zeros((), np.float32)) if there else number(0)
        for name, first in self.remembers(group).items():
            first = complex(first, first) if param.dtype.kind == "c" else first
            state[name] = made(device, lambda xp: xp.full_like(param, first))

    def update_recorded(self, param, grad, group):
        """Take the step with Tensors, so that gradients flow through it: what is remembered becomes part of the graph."""
        state, names = self.state[param], self.remembers(group)
        new = not state
        if new:
            self.begin(state, group, param._array, param._device)
        with enable_grad():
            kept = {name: state[name].clone() for name in names}
            parts = [complexes.view_as_real(part) if part.is_complex() else part
                     for part in (param, -grad if group.get("maximize") else grad, *kept.values())]
            self.rule(_TENSORS, group, self.numbers(group, state, new), *parts)
        state.update(kept)


NOT_CAPTURABLE = ("If capturable=True, params and state_steps must be on supported devices: "
                  "['cuda', 'xpu', 'hpu', 'privateuseone', 'xla'].")

NOT_CAPTURED = ("This instance was constructed with capturable=True or some of all the param_groups came with capturable=True, but step() is "
                "running without CUDA graph capture. If you never intend to graph-capture this instance, capturable=True can impair "
                "performance, and you should set capturable=False.")

_TENSORS = SimpleNamespace(  # what a formula may ask of `xp`, on Tensors
    sqrt=pointwise.sqrt, abs=pointwise.abs, sign=pointwise.sign, where=choices.where, maximum=choices.maximum,
    clip=choices.clamp)


def follow(mean, g, weight):
    """Move `mean` towards `g` by `weight` of the way, in place; rounded as PyTorch's lerp: counted from the nearer end."""
    if weight < 0.5:
        mean += weight * (g - mean)
    else:
        mean[...] = g - (g - mean) * (1 - weight)


def count(state, name="step", by=1):
    """Add to a number of the state and return it as a Python number; one on a GPU as it is, because nobody shall wait for it."""
    found = state[name]
    if not isinstance(found, Tensor):  # from a file of the first versions of PyTorch
        found = state[name] = number(found)
    found._array += by
    return found._array.item() if found._device is CPU else found._array


def number(value):
    """Return a 0-d Tensor for the state of a rule, in PyTorch's dtype for it."""
    kind = np.float64 if dtypes.get_default_dtype() is dtypes.float64 else np.float32
    return wrap(np.array(value, kind))


# ---- what every rule checks of its settings -----------------------------------------------------------------------------

_LABELS = {"lr": "learning rate", "eps": "epsilon value"}


def require(settings_are_valid, message, why, fix):
    """Raise ValueError unless the settings are valid."""
    if not settings_are_valid:
        raise ValueError(explain(message, why, fix))


def at_least_0(**settings):
    """Raise ValueError for a setting below 0."""
    for name, value in settings.items():
        if name == "lr" and isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(explain("Tensor lr must be 1-element", "a step has one size for all numbers", "write torch.tensor(0.1)"))
        require(0 <= value, f"Invalid {_LABELS.get(name, f'{name} value')}: {value}", f"{name} cannot lie below 0",
                f"write {name}={-value if value < 0 else 0}")


def betas_below_1(betas):
    """Raise ValueError for a share of the past that is not between 0 and 1."""
    for index in (0, 1):
        require(0 <= betas[index] < 1, f"Invalid beta parameter at index {index}: {betas[index]}",
                "it is the share of the past in a running mean: at 1 nothing new would enter", "choose it from 0 up to, not at, 1")


def one_way_only(fused, foreach, differentiable):
    """Raise RuntimeError for two ways of computing at once. `fused` and `foreach` alone change nothing here."""
    if fused and differentiable:
        raise RuntimeError(explain("`fused` does not support `differentiable`", "a fused step is not recorded", "leave fused out"))
    if fused and foreach:
        raise RuntimeError(explain("`fused` and `foreach` cannot be `True` together.", "each is a way of computing the same step",
                                   "leave one out"))
