"""Optimizer: what every update rule shares."""

import contextlib
import inspect
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import deepcopy

from workbook.autograd.modes import enable_grad, thread
from workbook.autograd.walk import forget
from workbook.devices import CPU
from workbook.dtypes import float32
from workbook.errors import explain
from workbook.naming import PrintsAsTorchABC
from workbook.optim import complaints
from workbook.optim.hooks import (Hooked, register_optimizer_step_post_hook,  # noqa: F401  PyTorch has the two here
                                  register_optimizer_step_pre_hook, with_hooks)
from workbook.tensor import Tensor, memory_of


_ON_CPU = contextlib.nullcontext()  # there is nowhere to go


class _Required:
    """Stands for a setting that has no default: each parameter group has to name it."""

    def __repr__(self):
        return "<required parameter>"


required = _Required()


class Optimizer(Hooked, metaclass=PrintsAsTorchABC):
    """The base of every update rule.

    `params`: Parameters, `(name, Parameter)` pairs, or dictionaries with "params" and settings of their own (param groups).
    `defaults`: the settings of a group that names none. `param_groups` can be read and changed while training; `state` maps
    each Parameter to what the rule remembers about it.

    A rule of the engine defines `update`; a rule of your own may define `step` instead, as in PyTorch.
    Raises ValueError for an empty list or a non-leaf, TypeError for what is no list of tensors.

    >>> import workbook as torch
    >>> class Plain(torch.optim.Optimizer):
    ...     @torch.no_grad()
    ...     def step(self):
    ...         for group in self.param_groups:
    ...             for p in group["params"]:
    ...                 p -= group["lr"] * p.grad
    >>> w = torch.tensor([3.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> Plain([w], dict(lr=0.5)).step()
    >>> w
    tensor([0.], requires_grad=True)

    Source: https://pytorch.org/docs/2.13/optim.html
    """

    torch_name = "torch.optim.optimizer.Optimizer"
    _warned_of_no_gradient = _opt_called = False

    def __init_subclass__(cls, **settings):
        super().__init_subclass__(**settings)
        if "step" in vars(cls):
            cls.step = with_hooks(cls.step)

    def __init__(self, params, defaults):
        self._without_hooks()
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        if isinstance(params, Tensor):
            raise complaints.one_tensor(params)
        owner = inspect.getgeneratorlocals(params).get("self") if inspect.isgenerator(params) else None
        try:
            groups = list(params)
        except TypeError as problem:
            raise complaints.not_iterable(params, problem) from None
        lost = owner.unregistered() if hasattr(owner, "unregistered") else []
        if not groups:
            raise complaints.empty(lost)
        if lost:
            warnings.warn("these will not be trained: " + "; ".join(lost), stacklevel=3)
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Train more Parameters, with settings of their own: `{"params": [...], "lr": 0.01}`."""
        if not isinstance(param_group, dict):
            raise TypeError(explain(f"param_group must be a dict, but got {type(param_group)}",
                                    "a group is its parameters, and options of its own",
                                    "write {'params': model.parameters(), 'lr': 0.1}"))
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(explain(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                "sets will change between runs. Please use a list instead.",
                "a set has no order", "write a list, or model.parameters()"))
        params = list(params)
        named = [isinstance(entry, tuple) for entry in params]
        if any(named):
            if not all(named):
                raise ValueError(explain("all optimizer params should be with/without names. Some param names are missing",
                                         "state is found by name where there are names", "give all of them names, or none"))
            param_group["param_names"] = [name for name, _ in params]
            params = [param for _, param in params]
        param_group["params"] = params
        for param in params:
            if not isinstance(param, Tensor):
                raise complaints.not_a_tensor(param)
            if not (self.defaults.get("differentiable") or param.is_leaf or param._retains_grad):
                raise complaints.non_leaf(param)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise complaints.setting_missing(name)
            param_group.setdefault(name, default)
        own = {id(param) for param in params}
        if len(own) != len(params):
            warnings.warn("optimizer contains a parameter group with duplicate parameters; in future, this will cause an "
                          "error; see github.com/pytorch/pytorch/issues/40967 for more information", stacklevel=3)
        if any(("param_names" in group) != ("param_names" in param_group) for group in self.param_groups):
            raise complaints.names_differ("param_names" in param_group)
        if any(id(param) in own for group in self.param_groups for param in group["params"]):
            raise ValueError(explain("some parameters appear in more than one parameter group",
                                     "each step would move them twice", "put every parameter into one group"))
        self.param_groups.append(param_group)

    @with_hooks
    def step(self, closure=None):
        """Change every Parameter that has a gradient by the rule, in place and, unless `differentiable`, unrecorded.

        `closure` clears the gradients, computes the loss, calls backward and returns the loss; then `step` returns it too.
        Warns once when no Parameter has a gradient: then another network's `backward` ran than the one given to this optimizer.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        if (adviser := thread.state.adviser) is not None:
            adviser.stepped(self)
        writer, found = f"{type(self).__name__}.step", False
        for group in self.param_groups:
            for param in group["params"]:
                grad = param._grad
                if grad is not None:
                    found = True
                    if group.get("differentiable"):
                        self.update_recorded(param, grad, group)
                        continue
                    device, state = param._device, self.state.get(param) or {}
                    with _ON_CPU if device is CPU else device.entered():
                        array = -grad._array if group.get("maximize") else grad._array
                        self.update(param._array, array, state, group, device)
                    if state:
                        self.state[param] = state
                    memory_of(param).wrote(writer)
        if not found and not self._warned_of_no_gradient:
            self._warned_of_no_gradient = True
            warnings.warn(complaints.NO_GRADIENT, stacklevel=3)
        return loss

    def update(self, param, grad, state, group, device):
        """Change the array `param` in place, given its gradient, this Parameter's `state` and its group's settings."""
        raise NotImplementedError(explain(f"{type(self).__name__} defines neither step nor update",
                                          "an optimizer is its rule of how a parameter moves", "write def update(self, parameter, ...)"))

    def zero_grad(self, set_to_none=True):
        """Forget the gradients; with `set_to_none=False` fill them with zeros instead."""
        for group in self.param_groups:
            for param in group["params"]:
                forget(param, set_to_none)

    def state_dict(self):
        """Return `{"state": ..., "param_groups": ...}`, with each Parameter replaced by its number.

        >>> import workbook as torch
        >>> w = torch.nn.Parameter(torch.ones(1))
        >>> torch.optim.SGD([w], lr=0.5).state_dict()["param_groups"][0]["params"]
        [0]
        """
        for hook in self._hooks["state_dict_pre"].values():
            hook(self)
        numbers = {}
        for group in self.param_groups:
            for param in group["params"]:
                numbers.setdefault(id(param), len(numbers))
        groups = [{**{name: value for name, value in group.items() if name != "params"},
                   "params": [numbers[id(param)] for param in group["params"]]} for group in self.param_groups]
        state = {numbers[id(key)] if isinstance(key, Tensor) else key: value for key, value in self.state.items()}
        return self._changed_by("state_dict_post", {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict):
        """Take over settings and state that `state_dict` of an optimizer with groups of the same sizes gave.

        The tensors of the state are shared. Raises ValueError where the groups differ in number or in size; nothing is loaded then.
        """
        if not isinstance(state_dict, Mapping) or not {"state", "param_groups"} <= state_dict.keys():
            raise complaints.no_state_dict(state_dict)
        state_dict = self._changed_by("load_state_dict_pre", state_dict.copy())
        mine, theirs = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(mine) != len(theirs):
            raise complaints.other_groups(len(mine), len(theirs))
        sizes = [(len(a["params"]), len(b["params"])) for a, b in zip(mine, theirs)]
        if any(a != b for a, b in sizes):
            raise complaints.other_sizes(sizes)
        by_number = {number: param for a, b in zip(mine, theirs) for param, number in zip(a["params"], b["params"])}
        for group in theirs:
            for number in group["params"]:
                self._check_remembered(number, by_number[number], state_dict["state"].get(number, {}), group)
        state = defaultdict(dict)
        on_gpu = {number for group in theirs if group.get("capturable") or group.get("fused") for number in group["params"]}
        for number, remembered in state_dict["state"].items():
            param = by_number.get(number)
            state[number if param is None else param] = remembered if param is None else _fitted(remembered, param, number in on_gpu)
        for group, loaded in zip(mine, theirs):
            loaded["params"] = group["params"]
            if "param_names" in group:
                loaded.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": theirs})
        for hook in self._hooks["load_state_dict_post"].values():
            hook(self)

    def _check_remembered(self, number, param, remembered, group):
        """Raise where what is to be remembered of a Parameter does not fit it; a Rule knows."""

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}  # hooks stay with this one

    def __setstate__(self, state):
        self.__dict__.update(state)
        if "_hooks" not in self.__dict__:
            self._without_hooks()

    def __repr__(self):
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            settings = "".join(f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
            text += f"\nParameter Group {number}\n{settings}"
        return text + ")"


def _fitted(value, param, counts_there, name=None):
    """What a rule remembers, in the dtype and on the device of `param`; of the count of steps only where the parameter's device counts."""
    if isinstance(value, Tensor):
        if name == "step":
            return value.to(device=param.device, dtype=float32) if counts_there else value
        return value.to(device=param.device, dtype=param.dtype) if param.is_floating_point() else value.to(param.device)
    if isinstance(value, dict):
        return {name: _fitted(part, param, counts_there, name) for name, part in value.items() if part is not None}
    if isinstance(value, Iterable):
        return type(value)(_fitted(part, param, counts_there) for part in value)
    return value
