"""Averages of a network's weights over the steps of a training, and what they need: a schedule, and batch norms anew."""

import itertools
import math
from copy import deepcopy

from workbook import dtypes
from workbook.autograd.modes import no_grad
from workbook.errors import explain
from workbook.nn.module import Module
from workbook.ops.from_data import tensor
from workbook.optim.lr_scheduler.base import LRScheduler, one_each
from workbook.optim.rule import require


class AveragedModel(Module):
    """A copy of `model`, in `.module`, whose parameters are the average of what `update_parameters` was given.

    `avg_fn(averaged, current, number_so_far)` returns the next average of one parameter, `multi_avg_fn` writes those of a list; without
    either all count the same (SWA). `use_buffers`: average the buffers, too; otherwise they are copied.
    Raises AssertionError for both functions.

    >>> import workbook as torch
    >>> net = torch.nn.Linear(1, 1, bias=False)
    >>> average = torch.optim.swa_utils.AveragedModel(net)
    >>> for value in (1.0, 3.0):
    ...     _ = torch.nn.init.constant_(net.weight, value)
    ...     average.update_parameters(net)
    >>> average.module.weight.item(), average.n_averaged
    (2.0, tensor(2))

    Source: Izmailov et al. 2018; https://pytorch.org/docs/2.13/generated/torch.optim.swa_utils.AveragedModel.html
    """

    torch_name = "torch.optim.swa_utils.AveragedModel"

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError(explain("Only one of avg_fn and multi_avg_fn should be provided", "each says how to average",
                                         "leave one out"))
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=dtypes.int64, device=device))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        """Take the parameters of `model` into the average."""
        averaged = [mine.detach() for mine in self._averaged(self.module)]
        current = [theirs.detach().to(mine.device) for mine, theirs in zip(averaged, self._averaged(model))]
        number = self.n_averaged
        if number == 0:
            for mine, theirs in zip(averaged, current):
                mine.copy_(theirs)
        elif self.multi_avg_fn is not None:
            kind = lambda pair: (str(pair[0].device), str(pair[0].dtype))
            for _, pairs in itertools.groupby(sorted(zip(averaged, current), key=kind), kind):
                mine, theirs = map(list, zip(*pairs))
                self.multi_avg_fn(mine, theirs, number.to(mine[0].device))
        else:
            average = self.avg_fn or get_swa_avg_fn()
            for mine, theirs in zip(averaged, current):
                mine.copy_(average(mine, theirs, number.to(mine.device)))
        if not self.use_buffers:
            for mine, theirs in zip(self.module.buffers(), model.buffers(), strict=True):
                mine.detach().copy_(theirs.detach())
        self.n_averaged += 1

    def _averaged(self, module):
        return [*module.parameters(), *(module.buffers() if self.use_buffers else ())]


def get_swa_avg_fn():
    """Return the function of stochastic weight averaging: averaged + (current - averaged) / (number + 1). Raises nothing.

    >>> import workbook as torch
    >>> get_swa_avg_fn()(torch.tensor([1.]), torch.tensor([3.]), 1)
    tensor([2.])

    Source: https://pytorch.org/docs/2.13/optim.html#weight-averaging-swa-and-ema
    """
    @no_grad()
    def swa_update(averaged_param, current_param, num_averaged):
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_ema_avg_fn(decay=0.999):
    """Return the function of an exponential average: decay * averaged + (1 - decay) * current.

    Raises ValueError for a decay outside [0, 1].

    >>> import workbook as torch
    >>> get_ema_avg_fn(0.75)(torch.tensor([1.]), torch.tensor([3.]), 1)
    tensor([1.5000])

    Source: https://pytorch.org/docs/2.13/optim.html#weight-averaging-swa-and-ema
    """
    _check(decay)

    @no_grad()
    def ema_update(ema_param, current_param, num_averaged):
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_multi_avg_fn():
    """Return `get_swa_avg_fn` for lists of parameters, which it writes. Raises nothing.

    >>> import workbook as torch
    >>> w = torch.tensor([1.])
    >>> get_swa_multi_avg_fn()([w], [torch.tensor([3.])], 1)
    >>> w
    tensor([2.])

    Source: https://pytorch.org/docs/2.13/optim.html#weight-averaging-swa-and-ema
    """
    @no_grad()
    def swa_update(averaged_param_list, current_param_list, num_averaged):
        for averaged, current in zip(averaged_param_list, current_param_list, strict=True):
            averaged.lerp_(current, 1 / (float(num_averaged) + 1))

    return swa_update


def get_ema_multi_avg_fn(decay=0.999):
    """Return `get_ema_avg_fn` for lists of parameters, which it writes. Raises ValueError for a decay outside [0, 1].

    >>> import workbook as torch
    >>> w = torch.tensor([1.])
    >>> get_ema_multi_avg_fn(0.75)([w], [torch.tensor([3.])], 1)
    >>> w
    tensor([1.5000])

    Source: https://pytorch.org/docs/2.13/optim.html#weight-averaging-swa-and-ema
    """
    _check(decay)

    @no_grad()
    def ema_update(ema_param_list, current_param_list, num_averaged):
        for averaged, current in zip(ema_param_list, current_param_list, strict=True):
            if averaged.is_floating_point() or averaged.is_complex():
                averaged.lerp_(current, 1 - decay)
            else:
                averaged.copy_(averaged * decay + current * (1 - decay))

    return ema_update


def _check(decay):
    require(0 <= decay <= 1, f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.",
            "it is the share of the past in the average", "write 0.999")


@no_grad()
def update_bn(loader, model, device=None):
    """Give the batch norms of `model` the means and variances of the data: one pass through `loader`, in training mode.

    Of a batch that is a list the first part is the input. Raises what the model raises.

    >>> import workbook as torch
    >>> update_bn([torch.ones(2, 3)], torch.nn.Linear(3, 1))

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.swa_utils.update_bn.html
    """
    momenta = {module: module.momentum for module in model.modules() if _is_batch_norm(module)}
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.reset_running_stats()
        module.momentum = None  # all batches count the same
    for batch in loader:
        batch = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(batch if device is None else batch.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


def _is_batch_norm(module):
    return any(kind.__name__ == "_BatchNorm" for kind in type(module).__mro__)


class SWALR(LRScheduler):
    """lr goes to `swa_lr` in `anneal_epochs` steps, along a cosine or a line ("linear"), and stays there.

    Raises ValueError for another strategy, and epochs that are no integer of 0 or more.

    >>> import workbook as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.1, anneal_epochs=2).get_last_lr()
    [0.5]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.swa_utils.SWALR.html
    """

    torch_name = "torch.optim.swa_utils.SWALR"

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        for group, rate in zip(optimizer.param_groups, one_each("swa_lr", optimizer, swa_lr), strict=True):
            group["swa_lr"] = rate
        require(anneal_strategy in ("cos", "linear"), f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
                "it is the form of the way", "write 'cos' or 'linear'")
        require(isinstance(anneal_epochs, int) and anneal_epochs >= 0,
                f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}", "steps are counted", "write a whole number")
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = self._rates()
        number = self._step_count - 1
        number = max(1, number) if self.anneal_epochs == 0 else number
        before, now = self._way(number - 1), self._way(number)
        goals = [group["swa_lr"] for group in self.optimizer.param_groups]
        starts = [goal if before == 1 else (rate - before * goal) / (1 - before) for rate, goal in zip(rates, goals)]
        return [goal * now + start * (1 - now) for goal, start in zip(goals, starts)]

    def _way(self, number):
        """How much of the way is done after so many steps."""
        share = max(0, min(1, number / max(1, self.anneal_epochs)))
        return share if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * share)) / 2


__all__ = ["AveragedModel", "SWALR", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn", "update_bn"]
