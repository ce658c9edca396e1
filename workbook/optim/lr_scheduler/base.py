"""What every schedule of learning rates shares."""

import contextlib
import warnings

from workbook.errors import explain
from workbook.naming import PrintsAsTorchABC
from workbook.optim.optimizer import Optimizer
from workbook.tensor import Tensor


class LRScheduler(metaclass=PrintsAsTorchABC):
    """The base of the schedules: `step()` counts `last_epoch` up and sets each group's lr to what `get_lr` returns.

    `base_lrs` are the rates that the groups began with. With `last_epoch` other than -1 it goes on from there: then each group has to
    have its "initial_lr". A schedule of your own defines `get_lr`, which returns a list, a rate for each group.

    Raises TypeError for what is no optimizer, KeyError without "initial_lr". Warns where `step` is called before the optimizer's.

    >>> import workbook as torch
    >>> class Halving(torch.optim.lr_scheduler.LRScheduler):
    ...     def get_lr(self):
    ...         return [base / 2**self.last_epoch for base in self.base_lrs]
    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.8)
    >>> Halving(optimizer, last_epoch=-1).get_last_lr()
    [0.8]

    Source: https://pytorch.org/docs/2.13/optim.html#how-to-adjust-learning-rate
    """

    torch_name = "torch.optim.lr_scheduler.LRScheduler"
    _get_lr_called_within_step = _is_initial = False

    def __init__(self, optimizer, last_epoch=-1):
        self.optimizer = checked(optimizer)
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(explain(
                    f"param 'initial_lr' is not specified in param_groups[{number}] when resuming scheduler with last_epoch >= 0.",
                    "last_epoch says that a training goes on, and this optimizer has not been scheduled before",
                    "load the optimizer's state_dict() first, or leave last_epoch out"))
        self.base_lrs = values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        optimizer._step_known = vars(optimizer).get("step")  # what stands on the object itself, if anything
        self._initial_step()

    def _initial_step(self):
        self._step_count, self._is_initial = 0, True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self):
        """Return the rate of each group for `last_epoch`; every schedule defines its own."""
        raise NotImplementedError(explain(f"{type(self).__name__} defines no get_lr", "a schedule is its rates",
                                          "write def get_lr(self), which returns a list"))

    def get_last_lr(self):
        """Return the rate of each group that the last step set."""
        return self._last_lr

    def step(self, epoch=None):
        """Count one epoch (or whatever you call it after) and set the rates. `epoch` is PyTorch's old way; it warns."""
        if self._step_count == 1:
            self._warn_of_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATED, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch=None):
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        with inside_step(self):
            rates = self.get_lr() if epoch is None else getattr(self, "_get_closed_form_lr", self.get_lr)()
        self._set(rates)

    def _set(self, rates):
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_rate(group, rate)
        self._last_lr = values(self.optimizer, "lr")

    def _warn_of_order(self):
        own = vars(self.optimizer).get("step")
        if own is not getattr(self.optimizer, "_step_known", None):
            warnings.warn(OVERRIDDEN, UserWarning, stacklevel=3)
        elif own is None and not self.optimizer._opt_called:
            warnings.warn(TOO_EARLY, UserWarning, stacklevel=3)

    def _rates(self):
        """The groups' rates as they are; warns where a student asks get_lr in place of get_last_lr."""
        self._asked()
        return values(self.optimizer, "lr")

    def _asked(self):
        if not self._get_lr_called_within_step:
            warnings.warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.", UserWarning,
                          stacklevel=4)

    def state_dict(self):
        """Return a dictionary of everything but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict):
        """Go on as `state_dict` of a schedule of the same kind says."""
        self.__dict__.update(state_dict)


def checked(optimizer):
    """Return an optimizer, or raise TypeError for something else."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(explain(f"{type(optimizer).__name__} is not an Optimizer", "a schedule sets the learning rates of an optimizer",
                                "pass the optimizer itself, such as torch.optim.SGD(net.parameters(), lr=0.1)"))
    return optimizer


def values(optimizer, name):
    """Return a setting of every group; Tensors as copies."""
    return [copied(group[name]) for group in optimizer.param_groups]


def copied(value):
    """A Tensor's own copy, or the number itself."""
    return value.clone() if isinstance(value, Tensor) else value


def set_rate(group, rate):
    """Set a group's lr; where it is a Tensor, in its memory."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate.reshape(()) if isinstance(rate, Tensor) else rate)
    else:
        group["lr"] = rate


def one_each(name, optimizer, value):
    """Return a list with a value for every group, from such a list or from one value for all."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        value = [value] * groups
    elif len(value) != groups:
        raise ValueError(explain(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, param_groups has {groups}.",
            "each group has its own", "write one for each group, or one number for all"))
    return [copied(part) for part in value]


@contextlib.contextmanager
def inside_step(schedule):
    """While it holds, get_lr is asked by `step`, which is as it should be."""
    schedule._get_lr_called_within_step = True
    try:
        yield
    finally:
        schedule._get_lr_called_within_step = False


_SEE = "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
TOO_EARLY = ("Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the "
             "opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the "
             f"first value of the learning rate schedule. {_SEE}")
OVERRIDDEN = ("Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Please, make sure to call "
              f"`optimizer.step()` before `lr_scheduler.step()`. {_SEE}")
EPOCH_DEPRECATED = ("The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
                    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is "
                    "used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your use "
                    "case: https://github.com/pytorch/pytorch/issues/new/choose.")
