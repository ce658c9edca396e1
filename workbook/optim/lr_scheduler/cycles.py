"""Schedules that go up and down, and move the momentum the other way."""

import functools
import math
import types

from workbook.errors import explain
from workbook.optim.lr_scheduler.base import LRScheduler, checked, one_each, set_rate
from workbook.optim.rule import require


class _WithMomentum(LRScheduler):
    """What the two share: the momentum of a group is its "momentum", or the first of its "betas"."""

    def _begin_momentum(self, optimizer, base_momentum, max_momentum, last_epoch):
        require("momentum" in optimizer.defaults or "betas" in optimizer.defaults,
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                f"{type(optimizer).__name__} has neither", "write cycle_momentum=False")
        self.use_beta1 = "betas" in optimizer.defaults
        bases, maxima = one_each("base_momentum", optimizer, base_momentum), one_each("max_momentum", optimizer, max_momentum)
        if last_epoch == -1:
            for group, base, largest in zip(optimizer.param_groups, bases, maxima, strict=True):
                self._set_momentum(group, largest)
                group["max_momentum"], group["base_momentum"] = largest, base
        return bases, maxima

    def _set_momentum(self, group, momentum):
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_WithMomentum):
    """lr = base_lr + (max_lr - base_lr) * height * scale: up in `step_size_up` batches, down in `step_size_down`, again and again.

    `mode`: "triangular" (scale 1), "triangular2" (half as high each cycle), "exp_range" (gamma**batch), or `scale_fn` of the cycle or
    of the batch, by `scale_mode`. With `cycle_momentum` the momentum falls from max to base while the rate rises. Step it after each
    batch. Raises ValueError for an unknown mode, and where the optimizer has no momentum.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.1, momentum=0.9)
    >>> schedule = torch.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.1, max_lr=0.5, step_size_up=4)
    >>> optimizer.step(lambda: 0.0); schedule.step(); schedule.get_last_lr()
    0.0
    [0.2]

    Source: Smith 2017; https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CyclicLR.html
    """

    torch_name = "torch.optim.lr_scheduler.CyclicLR"

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0, scale_fn=None,
                 scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1):
        self.optimizer = checked(optimizer)
        bases = one_each("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, bases, strict=True):
                set_rate(group, rate)
        self.max_lrs = one_each("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        require(mode in _SCALES or scale_fn is not None, "mode is invalid and scale_fn is None", f"mode is {mode!r}",
                "write 'triangular', 'triangular2' or 'exp_range', or a scale_fn of your own")
        self.mode, self.gamma, self.scale_mode, self._scale_fn_custom = mode, gamma, scale_mode, scale_fn
        self._init_scale_fn()
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._begin_momentum(optimizer, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = bases

    def _init_scale_fn(self):
        if self._scale_fn_custom is None:
            scale, self.scale_mode = _SCALES[self.mode]
            self._scale_fn_ref = functools.partial(scale, self.gamma)

    def scale_fn(self, x):
        """Return how high the cycle, or the batch, `x` goes."""
        return (self._scale_fn_ref if self._scale_fn_custom is None else self._scale_fn_custom)(x)

    def get_lr(self):
        self._asked()
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for group, base, largest in zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True):
                self._set_momentum(group, largest - (largest - base) * height * scale)
        return [base + (largest - base) * height * scale for base, largest in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self):
        """Return everything but the optimizer and the functions; of an object that is called as a function, what it holds."""
        state = super().state_dict()
        state.pop("_scale_fn_ref", None)
        own = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = None if own is None or isinstance(own, types.FunctionType) else own.__dict__.copy()
        return state

    def load_state_dict(self, state_dict):
        """Go on as `state_dict` says, with the scale_fn that this schedule was made with."""
        held = state_dict["_scale_fn_custom"]
        super().load_state_dict({**state_dict, "_scale_fn_custom": self._scale_fn_custom})
        if held is not None:
            self._scale_fn_custom.__dict__.update(held)
        self._init_scale_fn()


# of gamma, and of the cycle or the batch: how high it goes, and which of the two counts
_SCALES = {"triangular": (lambda gamma, cycle: 1.0, "cycle"), "triangular2": (lambda gamma, cycle: 1 / 2.0 ** (cycle - 1), "cycle"),
           "exp_range": (lambda gamma, batch: gamma**batch, "iterations")}


class OneCycleLR(_WithMomentum):
    """One cycle for a whole training: up from max_lr / div_factor to `max_lr`, then down to max_lr / div_factor / final_div_factor.

    It takes `total_steps` steps, or `epochs` times `steps_per_epoch`; the way up is the share `pct_start` of them. `anneal_strategy`:
    "cos" or "linear". With `three_phase` it goes back to where it started before it goes lower. With `cycle_momentum` the momentum
    falls from max to base while the rate rises. Step it after each batch.

    Raises ValueError for settings that fit no cycle, for an optimizer without momentum, and for a step after the last one.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.1, momentum=0.9)
    >>> schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.5, total_steps=100)
    >>> round(schedule.get_last_lr()[0], 4), optimizer.param_groups[0]["momentum"]
    (0.02, 0.95)

    Source: Smith and Topin 2018; https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.OneCycleLR.html
    """

    torch_name = "torch.optim.lr_scheduler.OneCycleLR"

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3, anneal_strategy="cos",
                 cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0, final_div_factor=1e4, three_phase=False,
                 last_epoch=-1):
        self.optimizer = checked(optimizer)
        self.total_steps = _total(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        require(isinstance(pct_start, float) and 0 <= pct_start <= 1, f"Expected float between 0 and 1 pct_start, but got {pct_start}",
                "it is the share of steps on the way up", "write 0.3")
        require(anneal_strategy in _ANNEAL, f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
                "it is the form of the way up and down", "write 'cos' or 'linear'")
        self._anneal_func_type = anneal_strategy
        for group, largest in zip(optimizer.param_groups, one_each("max_lr", optimizer, max_lr)):
            if last_epoch == -1:
                group["initial_lr"], group["max_lr"] = largest / div_factor, largest
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momentum(optimizer, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        self._asked()
        number, anneal = self.last_epoch, _ANNEAL[self._anneal_func_type]
        require(number <= self.total_steps, f"Tried to step {number} times. The specified number of total steps is {self.total_steps}",
                "the cycle is over", "give total_steps as many as there are batches in all epochs")
        begin = 0.0
        for phase in self._schedule_phases:
            if number <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            begin = phase["end_step"]
        way = (number - begin) / (phase["end_step"] - begin)
        groups = self.optimizer.param_groups
        rates = [anneal(group[phase["start_lr"]], group[phase["end_lr"]], way) for group in groups]
        if self.cycle_momentum:
            for group in groups:
                self._set_momentum(group, anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], way))
        return rates


_ANNEAL = {"cos": lambda start, end, way: end + (start - end) / 2.0 * (math.cos(math.pi * way) + 1),
           "linear": lambda start, end, way: (end - start) * way + start}


def _total(total_steps, epochs, steps_per_epoch):
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError(explain("You must define either total_steps OR (epochs AND steps_per_epoch)",
                                 "a cycle ends with the training", "write steps_per_epoch=len(loader), epochs=10"))
    given = dict(total_steps=total_steps) if total_steps is not None else dict(epochs=epochs, steps_per_epoch=steps_per_epoch)
    for name, value in given.items():
        require(value > 0 and isinstance(value, int), f"Expected positive integer {name}, but got {value}", "steps are counted",
                "write a whole number")
    return math.prod(given.values())


def _phases(total, up, three):
    """The parts of the cycle: its last step, and between which of a group's numbers rate and momentum go."""
    names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
    rise = (float(up * total) - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum")
    if three:
        fall = ((float(2 * up * total) - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                (total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"))
    else:
        fall = ((total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"),)
    return [dict(zip(names, phase)) for phase in (rise, *fall)]
