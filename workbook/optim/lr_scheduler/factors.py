"""Schedules that multiply the learning rate: by a function of yours, at milestones, or a little in every epoch.

Each has its formula twice, as in PyTorch: `get_lr` from the rate before, so that several schedules can be chained, and
`_get_closed_form_lr` from the first rate.
"""

import types
from bisect import bisect_right
from collections import Counter

from workbook.errors import explain
from workbook.optim.lr_scheduler.base import LRScheduler
from workbook.optim.rule import require


class _ByFunctions(LRScheduler):
    """What LambdaLR and MultiplicativeLR share: a function for each group."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.optimizer = optimizer
        groups = len(optimizer.param_groups)
        if not isinstance(lr_lambda, (list, tuple)):
            lr_lambda = [lr_lambda] * groups
        require(len(lr_lambda) == groups, f"Expected {groups} lr_lambdas, but got {len(lr_lambda)}", "each group has its own",
                "write one for each group, or one function for all")
        self.lr_lambdas = list(lr_lambda)
        super().__init__(optimizer, last_epoch)

    def state_dict(self):
        """Return everything but the optimizer and the functions; of objects that are called as functions, what they hold."""
        held = [None if isinstance(function, types.FunctionType) else function.__dict__.copy() for function in self.lr_lambdas]
        return {**{name: value for name, value in super().state_dict().items() if name != "lr_lambdas"}, "lr_lambdas": held}

    def load_state_dict(self, state_dict):
        """Go on as `state_dict` says, with the functions that this schedule was made with."""
        super().load_state_dict({**state_dict, "lr_lambdas": self.lr_lambdas})
        for function, held in zip(self.lr_lambdas, state_dict["lr_lambdas"]):
            if held is not None:
                function.__dict__.update(held)


class LambdaLR(_ByFunctions):
    """lr = base_lr * lr_lambda(epoch). One function for all groups, or a list of them.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    >>> optimizer.step(lambda: 0.0); schedule.step(); schedule.get_last_lr()
    0.0
    [0.25]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LambdaLR.html
    """

    torch_name = "torch.optim.lr_scheduler.LambdaLR"

    def get_lr(self):
        self._asked()
        return [base * function(self.last_epoch) for function, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_ByFunctions):
    """lr = lr * lr_lambda(epoch), from the second epoch on. Raises TypeError for what is no function.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.5).get_last_lr()
    [0.5]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
    """

    torch_name = "torch.optim.lr_scheduler.MultiplicativeLR"

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        for function in lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda]:
            if not callable(function):
                raise TypeError(explain(f"lr_lambda should be a function, but got {type(function).__name__}",
                                        "it is asked for the factor of each epoch", "write lambda epoch: 0.95"))
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self):
        rates = self._rates()
        if self._is_initial:
            return rates
        return [rate * function(self.last_epoch) for function, rate in zip(self.lr_lambdas, rates, strict=True)]


class StepLR(LRScheduler):
    """lr = lr * gamma, every `step_size` epochs.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    >>> schedule.get_last_lr()
    [0.5]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.StepLR.html
    """

    torch_name = "torch.optim.lr_scheduler.StepLR"

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = self._rates()
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return rates
        return [rate * self.gamma for rate in rates]

    def _get_closed_form_lr(self):
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs]


class MultiStepLR(LRScheduler):
    """lr = lr * gamma, at each of the `milestones`.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[30, 80]).milestones
    Counter({30: 1, 80: 1})

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.MultiStepLR.html
    """

    torch_name = "torch.optim.lr_scheduler.MultiStepLR"

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = self._rates()
        if self.last_epoch not in self.milestones:
            return rates
        return [rate * self.gamma ** self.milestones[self.last_epoch] for rate in rates]

    def _get_closed_form_lr(self):
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base * self.gamma**passed for base in self.base_lrs]


class ConstantLR(LRScheduler):
    """lr = base_lr * factor up to epoch `total_iters`, and base_lr from there on. Raises ValueError unless 0 <= factor <= 1.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5).get_last_lr()
    [0.25]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ConstantLR.html
    """

    torch_name = "torch.optim.lr_scheduler.ConstantLR"

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        require(0 <= factor <= 1, "Constant multiplicative factor expected to be between 0 and 1.", f"factor is {factor}",
                "write the larger rate as the optimizer's lr, and the smaller one by the factor")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = self._rates()
        if self.last_epoch == 0:
            return [rate * self.factor for rate in rates]
        return [rate * (1.0 / self.factor) for rate in rates] if self.last_epoch == self.total_iters else rates

    def _get_closed_form_lr(self):
        return [base * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)) for base in self.base_lrs]


class LinearLR(LRScheduler):
    """lr = base_lr * factor, where the factor goes straight from `start_factor` to `end_factor` in `total_iters` epochs.

    Raises ValueError unless 0 < start_factor <= 1 and 0 <= end_factor <= 1.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5).get_last_lr()
    [0.25]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.LinearLR.html
    """

    torch_name = "torch.optim.lr_scheduler.LinearLR"

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        require(0 < start_factor <= 1, "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
                f"start_factor is {start_factor}, and each rate is made from the one before", "start from a small number, such as 1e-3")
        require(0 <= end_factor <= 1, "Ending multiplicative factor expected to be between 0 and 1.", f"end_factor is {end_factor}",
                "write the largest rate as the optimizer's lr")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates, rise = self._rates(), self.end_factor - self.start_factor
        if self.last_epoch == 0:
            return [rate * self.start_factor for rate in rates]
        if self._is_initial or self.last_epoch > self.total_iters:
            return rates
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return [rate * (1.0 + rise / before) for rate in rates]

    def _get_closed_form_lr(self):
        rise = self.end_factor - self.start_factor
        return [base * (self.start_factor + rise * min(self.total_iters, self.last_epoch) / self.total_iters) for base in self.base_lrs]


class ExponentialLR(LRScheduler):
    """lr = base_lr * gamma**epoch.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9).get_last_lr()
    [0.5]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ExponentialLR.html
    """

    torch_name = "torch.optim.lr_scheduler.ExponentialLR"

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = self._rates()
        return rates if self._is_initial else [rate * self.gamma for rate in rates]

    def _get_closed_form_lr(self):
        return [base * self.gamma**self.last_epoch for base in self.base_lrs]


class PolynomialLR(LRScheduler):
    """lr = base_lr * (1 - epoch / total_iters)**power, down to 0 at epoch `total_iters`.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4).get_last_lr()
    [0.5]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.PolynomialLR.html
    """

    torch_name = "torch.optim.lr_scheduler.PolynomialLR"

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = self._rates()
        if self._is_initial or self.last_epoch > self.total_iters:
            return rates
        now, before = (1.0 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1))
        return [rate * (now / before) ** self.power for rate in rates]

    def _get_closed_form_lr(self):
        return [base * (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power for base in self.base_lrs]
