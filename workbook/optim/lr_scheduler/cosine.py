"""Schedules along a cosine."""

import math

from workbook.optim.lr_scheduler.base import LRScheduler, inside_step
from workbook.optim.rule import require


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * epoch / T_max)) / 2: down to `eta_min` at epoch `T_max`, and up again.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10).get_last_lr()
    [0.5]

    Source: Loshchilov and Hutter 2017, equation 5; https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
    """

    torch_name = "torch.optim.lr_scheduler.CosineAnnealingLR"

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates, epoch, T, low = self._rates(), self.last_epoch, self.T_max, self.eta_min
        if self._is_initial:
            return rates
        if self._step_count == 1 and epoch > 0:
            return self._get_closed_form_lr()
        if (epoch - 1 - T) % (2 * T) == 0:  # the rate before was eta_min, of which no factor leads up
            return [rate + (base - low) * (1 - math.cos(math.pi / T)) / 2 for rate, base in zip(rates, self.base_lrs, strict=True)]
        now, before = (1 + math.cos(math.pi * at / T) for at in (epoch, epoch - 1))
        return [now / before * (rate - low) + low for rate in rates]

    def _get_closed_form_lr(self):
        share = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return [self.eta_min + (base - self.eta_min) * share / 2 for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """lr = eta_min + (base_lr - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2, where T_cur counts the epochs since the last restart.

    After `T_0` epochs it starts again from base_lr, and each round is `T_mult` times as long as the one before. `step(epoch)` takes
    parts of epochs, too. Raises ValueError for a T_0 or a T_mult that is no positive integer.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> schedule = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
    >>> schedule.step(1); schedule.get_last_lr(); schedule.step(2); schedule.get_last_lr()
    [0.25]
    [0.5]

    Source: Loshchilov and Hutter 2017;
    https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
    """

    torch_name = "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts"

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        require(T_0 > 0 and isinstance(T_0, int), f"Expected positive integer T_0, but got {T_0}", "it is the epochs of the first round",
                "write a whole number, such as 10")
        require(T_mult >= 1 and isinstance(T_mult, int), f"Expected integer T_mult >= 1, but got {T_mult}",
                "each round is so many times as long as the one before", "write 1 or 2")
        require(isinstance(eta_min, (float, int)), f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}",
                "it is the lowest rate", "write a number")
        self.T_0 = self.T_i = T_0
        self.T_mult, self.eta_min, self.T_cur = T_mult, eta_min, last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        self._asked()
        share = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * share / 2 for base in self.base_lrs]

    def step(self, epoch=None):
        """Go on by one epoch, or to `epoch`, which may lie between two of them: `step(epoch + batch / batches)`."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur % self.T_i, self.T_i * self.T_mult
        else:
            require(epoch >= 0, f"Expected non-negative epoch, but got {epoch}", "epochs are counted from 0", "write 0 or more")
            self._find(epoch)
        self.last_epoch = math.floor(epoch)
        with inside_step(self):
            rates = self.get_lr()
        self._set(rates)

    def _find(self, epoch):
        """In which round `epoch` lies. The rounds before the n-th are T_0 * (T_mult**n - 1) / (T_mult - 1) epochs long."""
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
