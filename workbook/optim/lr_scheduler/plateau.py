"""A schedule that watches: the rate falls when a number no longer improves."""

import math
import warnings

from workbook.errors import explain
from workbook.optim.lr_scheduler.base import EPOCH_DEPRECATED, LRScheduler, checked, set_rate, values
from workbook.optim.rule import require


class ReduceLROnPlateau(LRScheduler):
    """lr = max(lr * factor, min_lr), when the number that `step` is given has not improved for more than `patience` epochs.

    `mode`: whether a lower ("min") or a higher ("max") number is better. It counts as better when it beats the best by `threshold`:
    a share of it ("rel") or an amount ("abs"). After a change `cooldown` epochs do not count. Changes below `eps` are left out.

    Raises ValueError for a factor of 1 or more, an unknown mode, and a list of min_lr of another length.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
    >>> schedule.step(1.0); schedule.step(1.0); schedule.get_last_lr()
    [0.25]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
    """

    torch_name = "torch.optim.lr_scheduler.ReduceLROnPlateau"

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0,
                 eps=1e-8):
        require(factor < 1, "Factor should be < 1.0.", f"factor is {factor}, and the rate is to fall", "write 0.1 or 0.5")
        self.factor = factor
        self.optimizer = checked(optimizer)
        groups, several = len(optimizer.param_groups), isinstance(min_lr, (list, tuple))
        require(not several or len(min_lr) == groups, f"expected {groups} min_lrs, got {len(min_lr) if several else 1}",
                "each group has its own", "write one for each group, or one number for all")
        self.default_min_lr = None if several else min_lr
        self.min_lrs = list(min_lr) if several else [min_lr] * groups
        self.patience, self.cooldown, self.eps, self.last_epoch = patience, cooldown, eps, 0
        self._last_lr = values(optimizer, "lr")
        require(mode in ("min", "max"), f"mode {mode} is unknown!", "a lower or a higher number is better", "write 'min' or 'max'")
        require(threshold_mode in ("rel", "abs"), f"threshold mode {threshold_mode} is unknown!",
                "the threshold is a share of the best or an amount", "write 'rel' or 'abs'")
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode, self.threshold, self.threshold_mode, self.best = mode, threshold, threshold_mode, self.mode_worse
        self.cooldown_counter = self.num_bad_epochs = 0

    def step(self, metrics, epoch=None):
        """Look at the number, such as the loss on the validation data, after an epoch."""
        current = float(metrics)
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATED, UserWarning, stacklevel=2)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = values(self.optimizer, "lr")

    @property
    def in_cooldown(self):
        """Whether a change was so short ago that nothing counts yet."""
        return self.cooldown_counter > 0

    def _is_better(self, a, best):
        sign = 1 if self.mode == "max" else -1
        bound = best * (1.0 + sign * self.threshold) if self.threshold_mode == "rel" else best + sign * self.threshold
        return a > bound if self.mode == "max" else a < bound

    def _reduce_lr(self):
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(explain(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from when `ReduceLROnPlateau` was initialized "
                    f"({len(self.min_lrs)}), usually due to a new param group being added to the optimizer.",
                    "each group has its own lowest rate", "set schedule.min_lrs to a list as long as the groups"))
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, lowest in zip(groups, self.min_lrs):
            old = float(group["lr"])
            new = max(old * self.factor, lowest)
            if old - new > self.eps:
                set_rate(group, new)

    def load_state_dict(self, state_dict):
        """Go on as `state_dict` says."""
        super().load_state_dict(state_dict)
        self.mode_worse = math.inf if self.mode == "min" else -math.inf
