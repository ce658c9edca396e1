"""Schedules of schedules: several at once, or one after the other."""

from bisect import bisect_right

from workbook.errors import explain
from workbook.optim.lr_scheduler.base import LRScheduler, set_rate, values
from workbook.optim.lr_scheduler.plateau import ReduceLROnPlateau
from workbook.optim.rule import require


class _Several(LRScheduler):
    """What the two share: the list of schedules, and its state."""

    def state_dict(self):
        """Return everything but the optimizer, with a state for each schedule."""
        return {**{name: value for name, value in super().state_dict().items() if name != "_schedulers"},
                "_schedulers": [schedule.state_dict() for schedule in self._schedulers]}

    def load_state_dict(self, state_dict):
        """Go on as `state_dict` says, each schedule from its own state."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for schedule, state in zip(self._schedulers, state_dict["_schedulers"]):
            schedule.load_state_dict(state)

    def _check(self, schedulers, optimizer):
        name = type(self).__name__
        for place, schedule in enumerate(schedulers):
            if not hasattr(schedule, "optimizer"):
                raise TypeError(explain(f"{name} at index {place} should have `optimizer` as its attribute.",
                                        f"it is a {type(schedule).__name__}", "give schedules, such as StepLR(optimizer, 10)"))
            require(not isinstance(schedule, ReduceLROnPlateau),
                    f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be specified when calling "
                    f"`step`, but got one at index {place} in the given schedulers sequence.",
                    "it needs a number at each step", "step it by itself, after this one")
            require(schedule.optimizer is optimizer,
                    f"{name} expects all schedulers to belong to the same optimizer, but got scheduler {type(schedule).__name__} at index "
                    f"{place} has {schedule.optimizer}, which is different from {type(optimizer).__name__}.",
                    "the rates of one optimizer are set", "make all of them for the same optimizer")


class ChainedScheduler(_Several):
    """All of the schedules at every step, one after the other: each changes the rate that the one before has set.

    Raises ValueError for no schedules, for ReduceLROnPlateau, and for schedules of several optimizers.

    >>> import workbook as torch
    >>> from workbook.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> ChainedScheduler([ConstantLR(optimizer, factor=0.5), ExponentialLR(optimizer, gamma=0.9)]).get_last_lr()
    [0.25]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.ChainedScheduler.html
    """

    torch_name = "torch.optim.lr_scheduler.ChainedScheduler"

    def __init__(self, schedulers, optimizer=None):
        require(len(schedulers) >= 1, f"{type(self).__name__} expects at least one scheduler to be chained, but got no scheduler.",
                "it steps all of them", "give a list of schedules")
        optimizer = optimizer or schedulers[0].optimizer
        self._check(schedulers, optimizer)
        self._schedulers, self.optimizer = schedulers, optimizer
        self._last_lr = values(optimizer, "lr")

    def step(self):
        """Step every schedule."""
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = values(self.optimizer, "lr")


class SequentialLR(_Several):
    """One schedule up to each of the `milestones`, and the next from there on, from its own beginning.

    Raises ValueError unless there is one schedule more than milestones, for ReduceLROnPlateau, and for schedules of several optimizers.

    >>> import workbook as torch
    >>> from workbook.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR
    >>> optimizer = torch.optim.SGD([torch.ones(1)], lr=0.5)
    >>> parts = [ConstantLR(optimizer, factor=0.1), ExponentialLR(optimizer, gamma=0.9)]
    >>> SequentialLR(optimizer, parts, milestones=[2]).get_last_lr()
    [0.05]

    Source: https://pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler.SequentialLR.html
    """

    torch_name = "torch.optim.lr_scheduler.SequentialLR"

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        require(len(schedulers) >= 1, f"{type(self).__name__} expects at least one scheduler, but got no scheduler.",
                "it steps one after the other", "give a list of schedules")
        self._check(schedulers, optimizer)
        require(len(milestones) == len(schedulers) - 1,
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got "
                f"number of schedulers {len(schedulers)} and the number of milestones to be equal to {len(milestones)}",
                "a milestone stands between two schedules", "give one milestone fewer than schedules")
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch, self.optimizer = last_epoch + 1, optimizer
        for group in optimizer.param_groups:  # each of them has set its first rate when it was made: begin anew
            set_rate(group, group["initial_lr"])
        _undo(self)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self):
        """Step the schedule whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        schedule = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            schedule._update_lr(0)
        else:
            schedule.step()
        self._last_lr = schedule.get_last_lr()


def _undo(schedule):
    """Take back the step with which each schedule began."""
    if hasattr(schedule, "_schedulers"):
        for part in schedule._schedulers:
            _undo(part)
    elif hasattr(schedule, "last_epoch"):
        schedule.last_epoch -= 1
