"""Connectionist temporal classification: how likely a sequence of labels is, however it is spread over time."""

from math import inf

import numpy as np

from workbook.autograd.operation import Operation
from workbook.errors import explain, refused_dtype
from workbook.formats import of_numpy
from workbook.numbers import is_length
from workbook.ops.alike import zeros_like
from workbook.ops.arithmetic import div
from workbook.ops.bounds import clamp_min
from workbook.ops.choices import where
from workbook.ops.comparison import eq
from workbook.ops.losses import check_reduction
from workbook.ops.reduction import mean, sum
from workbook.tensor import Tensor


class CtcLoss(Operation):
    """out = minus the logarithm of the sum, over all ways to spread each target over time, of the products of probabilities"""

    def forward(ctx, logs, *, targets, times, blank, zero_infinity):
        host = of_numpy(ctx.xp, logs).astype(np.float64)
        losses, slope = np.empty(len(targets)), np.exp(host)
        for place, (labels, length) in enumerate(zip(targets, times)):
            losses[place], ways = _all_ways(host[:length, place], labels, blank)
            slope[length:, place] = 0
            slope[:length, place] -= ways
        if zero_infinity:
            slope[:, np.isinf(losses)] = 0
        ctx.save(logs)  # on which the slope depends, so that a derivative of it is refused
        ctx.keep(ctx.xp.asarray(slope, logs.dtype))
        return ctx.xp.asarray(losses, logs.dtype)

    def backward(ctx, grad):
        (logs,), (slope,) = ctx.saved, ctx.kept
        return (CtcSlope.apply(grad, logs, slope),)


class CtcSlope(Operation, name="CtcLossBackwardBackward0"):
    """out = each example's gradient times its slope"""

    def forward(ctx, grad, logs, slope):
        return grad[:, None] * slope

    def backward(ctx, grad):
        raise NotImplementedError(explain("the derivative for '_ctc_loss_backward' is not implemented.", "PyTorch's has none either",
                                          "leave create_graph=True out"))


def _all_ways(logs, labels, blank):
    """Return the loss of one example and, for each time and class, the probability that a way goes through it.

    Graves et al. 2006: between all labels, before and after them stand blanks; a way stays, takes a step, or passes over a blank between
    two different labels. Forward and backward sums, in logarithms.
    """
    if not len(logs):
        return (0.0 if not len(labels) else np.inf), np.zeros_like(logs)
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    jumps = np.zeros(len(states), bool)
    jumps[3::2] = states[3::2] != states[1:-2:2]
    ahead = _sums(logs[:, states], jumps)
    turned = np.zeros(len(states), bool)
    turned[2:] = jumps[::-1][:-2]  # the same jumps, seen from the end
    behind = _sums(logs[::-1][:, states[::-1]], turned)[::-1, ::-1]
    total = np.logaddexp.reduce(ahead[-1, -2:])
    if np.isneginf(total):
        return np.inf, np.full_like(logs, np.nan)
    through = np.exp(ahead + behind - logs[:, states] - total)
    ways = np.zeros_like(logs)
    for place, state in enumerate(states):
        ways[:, state] += through[:, place]
    return -total, ways


def _sums(logs, jumps):
    """For each time and state the logarithm of the sum over all ways that lead there."""
    found = np.full(logs.shape, -np.inf)
    found[0, :2] = logs[0, :2]
    for time in range(1, len(logs)):
        before = found[time - 1]
        step = np.concatenate(([-np.inf], before[:-1]))
        jump = np.where(jumps, np.concatenate(([-np.inf, -np.inf], before[:-2]))[:len(before)], -np.inf)
        found[time] = np.logaddexp(np.logaddexp(before, step), jump) + logs[time]
    return found


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Return the negative log-likelihood of label sequences, whatever the times at which the labels stand.

    Shapes: logarithms of probabilities `(T, N, C)`, whole numbers `(N, S)` or all targets in one row, and two lengths for each example; or
    `(T, C)` and `(S)`. The mean is that of each loss divided by its target's length. `zero_infinity` takes 0 for targets that do not fit. Raises
    RuntimeError for lengths that do not fit, and for a blank that is no class.

    >>> import workbook as torch
    >>> torch.nn.functional.ctc_loss(torch.full((2, 1, 2), 0.5).log(), torch.tensor([[1]]), (2,), (1,))
    tensor(0.2877)

    Source: Graves et al. 2006; https://pytorch.org/docs/2.13/generated/torch.nn.functional.ctc_loss.html
    """
    check_reduction(reduction)
    if not log_probs.is_floating_point():
        raise refused_dtype("ctc_loss_cpu", log_probs.dtype)
    single = log_probs.ndim == 2
    logs = log_probs[:, None] if single else log_probs
    times, lengths = _numbers("input_lengths", input_lengths), _numbers("target_lengths", target_lengths)
    _check(logs, targets, times, lengths, blank)
    labels = targets._host().astype(np.int64)
    _check_labels(labels, logs.shape[2])
    if labels.ndim == 2 or single and labels.ndim < 2:
        rows = [row[:length] for row, length in zip(labels.reshape(len(lengths), -1), lengths)]
    else:
        rows = np.split(labels, np.cumsum(lengths)[:-1])
    losses = CtcLoss.apply(logs, targets=rows, times=times, blank=blank, zero_infinity=zero_infinity)
    if zero_infinity:
        losses = where(eq(losses, inf), zeros_like(losses), losses)
    if reduction == "mean":
        return mean(div(losses, clamp_min(log_probs.new_tensor(lengths), 1)))
    return sum(losses) if reduction == "sum" else losses[0] if single else losses


def _numbers(name, lengths):
    """The lengths as a list of ints, from a Tensor or a list of them."""
    if isinstance(lengths, Tensor):
        if lengths._array.dtype.kind not in "iu":
            raise RuntimeError(explain(f"{name} must be integral", f"they hold {lengths.dtype}, and a length counts steps", f"write {name}.long()"))
        return lengths._host().reshape(-1).tolist()
    if not all(is_length(length, place) for place, length in enumerate(lengths)):
        raise TypeError(explain(f"ctc_loss() received an invalid combination of arguments - {name} must be tuple of ints, got {lengths}",
                                "a length counts steps", "give whole numbers"))
    return [int(length) for length in lengths]


def _check_labels(labels, classes):
    """Raise IndexError for a label that is no class, where PyTorch reads memory that is not its own."""
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise IndexError(explain(f"Target {outside[0]} is out of bounds.", f"there are {classes} classes, the blank too: 0 to {classes - 1}",
                                 "give the network more outputs, or look at how the labels were numbered"))


def _check(logs, targets, times, lengths, blank):
    """Raise where lengths, targets and probabilities do not fit each other."""
    most, batch, classes = logs.shape
    where_ = "(while checking arguments for ctc_loss_allocate_outputs)"
    if not 0 <= blank < classes:
        raise RuntimeError(explain("blank must be in label range", f"the classes are 0 to {classes - 1}, and blank is {blank}", "choose one of them"))
    for name, given in (("input_lengths", times), ("target_lengths", lengths)):
        if len(given) != batch:
            raise RuntimeError(explain(f"{name} must be of size batch_size", f"there are {batch} examples and {len(given)} lengths", "give one for each"))
    if targets.ndim == 1 and batch != 1 and targets.shape[0] != np.sum(lengths):
        raise RuntimeError(explain(f"Expected tensor to have size {np.sum(lengths)} at dimension 0, but got size {targets.shape[0]} for argument #2 "
                                   f"'targets' {where_}", "the targets stand in one row, each as long as its length says", None))
    if targets.ndim == 2:
        if targets.shape[0] != batch:
            raise RuntimeError(explain(f"Expected tensor to have size {batch} at dimension 0, but got size {targets.shape[0]} for argument #2 "
                                       f"'targets' {where_}", "each example has one row of labels", None))
        if targets.shape[1] < max(lengths):
            raise RuntimeError(explain(f"Expected tensor to have size at least {max(lengths)} at dimension 1, but got size {targets.shape[1]} for "
                                       f"argument #2 'targets' {where_}", "a length is at most the row's", None))
    for name, given in (("input_lengths", times), ("target_lengths", lengths)):
        if min(given, default=0) < 0:
            raise RuntimeError(explain(f"Expected {name} to have value at least 0, but got value {min(given)} {where_}",
                                       "a length counts steps", None))
    if max(times) > most:
        raise RuntimeError(explain(f"Expected input_lengths to have value at most {most}, but got value {max(times)} {where_}",
                                   f"there are {most} times", None))
