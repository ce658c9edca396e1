"""Less memory for more computing: a part of a network whose inner values are not kept, but computed again when backward needs them.

Source: Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016; https://pytorch.org/docs/2.13/checkpoint.html
"""

import contextlib
import warnings

from workbook import random
from workbook.autograd import backward
from workbook.autograd.function import Function
from workbook.autograd.graph import saved_tensors_hooks
from workbook.autograd.modes import enable_grad, no_grad
from workbook.errors import explain
from workbook.tensor import Tensor
from workbook.threads import thread

__all__ = ["CheckpointError", "CheckpointFunction", "checkpoint", "checkpoint_sequential", "noop_context_fn"]


class CheckpointError(RuntimeError):
    """The second computation did not save what the first one saved.

    >>> raise CheckpointError("so many tensors were saved")
    Traceback (most recent call last):
    workbook.utils.checkpoint.CheckpointError: so many tensors were saved

    Source: https://pytorch.org/docs/2.13/checkpoint.html
    """


def noop_context_fn():
    """Return two contexts in which nothing is different: what `context_fn` is where nothing else is given.

    >>> first, again = noop_context_fn()

    Source: https://pytorch.org/docs/2.13/checkpoint.html
    """
    return contextlib.nullcontext(), contextlib.nullcontext()


def checkpoint(function, *args, use_reentrant=None, context_fn=noop_context_fn, determinism_check="default", debug=False, early_stop=True, **kwargs):
    """Return `function(*args, **kwargs)`. What its steps save for backward is let go of, and computed again when backward comes there.

    The gradients are those of the plain call; `function` runs twice. It draws the same random numbers both times, unless
    `preserve_rng_state=False`. `use_reentrant=False` is the way to take: the graph stays as it is without a checkpoint. With True the
    part is one node, made of inputs by position only. `early_stop` ends the second run once all is there that is needed.
    `context_fn` returns two contexts, for the first run and for the second.

    Raises CheckpointError where the second run saves something else, ValueError for unknown words, RuntimeError for `torch.autograd.grad`
    and `inputs=` with `use_reentrant=True`.

    >>> import workbook as torch
    >>> from workbook.utils.checkpoint import checkpoint
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> def part(x):
    ...     print("computing")
    ...     return x.exp().sin().sum()
    >>> y = checkpoint(part, x, use_reentrant=False, early_stop=False)
    computing
    >>> y.backward()
    computing

    Source: https://pytorch.org/docs/2.13/checkpoint.html#torch.utils.checkpoint.checkpoint
    """
    use_reentrant, preserve = _choices("", use_reentrant, kwargs)
    if use_reentrant:
        if kwargs:
            raise ValueError(explain("Unexpected keyword arguments: " + ",".join(kwargs), "with use_reentrant=True a part gets its inputs by position",
                                     "write use_reentrant=False"))
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError(explain("Passing `context_fn` or `debug` is only supported when use_reentrant=False.",
                                     "with use_reentrant=True the part runs in the backward pass itself", "write use_reentrant=False"))
        if not any(given.requires_grad for given in args if isinstance(given, Tensor)):
            warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)
        return CheckpointFunction.apply(function, preserve, *args)
    if determinism_check not in ("default", "none"):
        raise ValueError(explain(f"determinism_check should be one of ['default', 'none'], but got {determinism_check}",
                                 "it says whether shapes and dtypes of both runs are compared", "leave it out"))
    first, again = context_fn()
    part = _Part(lambda: function(*args, **kwargs), preserve, again, determinism_check == "default", early_stop)
    with first, saved_tensors_hooks(part.let_go, part.get_back):
        return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """Return what `functions`, an `nn.Sequential` or a list, make of `input`, in `segments` parts; all but the last are checkpoints.

    Raises ValueError for more segments than functions, and for unknown words.

    >>> import workbook as torch
    >>> from workbook.utils.checkpoint import checkpoint_sequential
    >>> net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    >>> x = torch.ones(2, 3)
    >>> bool((checkpoint_sequential(net, 2, x, use_reentrant=False) == net(x)).all())
    True

    Source: https://pytorch.org/docs/2.13/checkpoint.html#torch.utils.checkpoint.checkpoint_sequential
    """
    use_reentrant, preserve = _choices(".checkpoint_sequential", use_reentrant, kwargs)
    if kwargs:
        raise ValueError(explain("Unexpected keyword arguments: " + ",".join(kwargs), "each function gets what the one before it returns, and nothing else",
                                 "leave them out"))
    steps = list(functions)
    length = len(steps) // segments
    if not length:
        raise ValueError(explain("range() arg 3 must not be zero", f"{segments} segments are more than the {len(steps)} functions", f"write segments={len(steps) or 1} or less"))

    def run(some):
        def part(input):
            for step in some:
                input = step(input)
            return input

        return part

    last = length * (segments - 1)
    for start in range(0, last, length):
        input = checkpoint(run(steps[start:start + length]), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return run(steps[last:])(input)


def _choices(name, use_reentrant, options):
    """Return `use_reentrant`, True with a warning where nobody chose, and `preserve_rng_state`, which is taken out of the options."""
    if use_reentrant is None:
        warnings.warn(f"torch.utils.checkpoint{name}: the use_reentrant parameter should be passed explicitly. "
                      "use_reentrant=False is recommended: the graph stays as it is without a checkpoint.", stacklevel=3)
    return use_reentrant is None or use_reentrant, options.pop("preserve_rng_state", True)


def _now(preserve):
    """Return what a second run needs to know of this moment: where random numbers are, if that matters, and what autocast chooses."""
    return random.get_rng_state() if preserve else None, thread.state.autocast


@contextlib.contextmanager
def _as_before(moment):
    """A context in which random numbers are drawn, and dtypes chosen, as they were at a moment; after it both go on where they were."""
    state, choice = moment
    earlier, thread.state.autocast = thread.state.autocast, choice
    try:
        with contextlib.nullcontext() if state is None else random.fork_rng():
            if state is not None:
                random.set_rng_state(state)
            yield
    finally:
        thread.state.autocast = earlier


class _Enough(Exception):
    """The second run has saved all that the first one did."""


class _Part:
    """One call of a checkpoint: how much its first run saved, and, from the second one on until all was read, the values themselves."""

    def __init__(self, compute, preserve, context, compared, early_stop):
        self.compute, self.context, self.compared, self.early_stop = compute, context, compared, early_stop
        self.moment = _now(preserve)
        self.saved = []  # for each value of the first run its shape and dtype
        self.values, self.unread = None, set()

    def let_go(self, tensor):
        self.saved.append((tuple(tensor.shape), tensor.dtype))
        return len(self.saved) - 1

    def get_back(self, place):
        if self.values is None:
            self.values, self.unread = self._again(), set(range(len(self.saved)))
        value = self.values[place]
        self.unread.discard(place)
        if not self.unread:
            self.values = None
        return value

    def _again(self):
        values = []

        def keep(tensor):
            values.append(tensor.detach())  # without its step, which would hold the value that holds the step
            if self.early_stop and len(values) == len(self.saved):
                raise _Enough
            return values[-1]

        with self.context, _as_before(self.moment), enable_grad(), saved_tensors_hooks(keep, lambda tensor: tensor):
            with contextlib.suppress(_Enough):
                self.compute()
        if len(values) != len(self.saved):
            raise CheckpointError(explain(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
                f"Number of tensors saved during forward: {len(self.saved)}\nNumber of tensors saved during recomputation: {len(values)}",
                "the part took another way the second time: it depends on something that changed in between",
                "let it depend on its inputs alone"))
        found = [(tuple(value.shape), value.dtype) for value in values]
        if self.compared and found != self.saved:
            place = next(place for place, pair in enumerate(zip(found, self.saved)) if pair[0] != pair[1])
            raise CheckpointError(explain(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the forward pass.\n"
                f"tensor at position {place}: saved {self.saved[place]}, recomputed {found[place]}",
                "the part depends on something that changed in between", "let it depend on its inputs alone"))
        return values


class CheckpointFunction(Function):
    """A part as one node: its forward records nothing, its backward computes it again, recorded, and runs backward through it."""

    @staticmethod
    def forward(ctx, function, preserve, *args):
        ctx.part, ctx.before = function, _now(preserve)
        ctx.places = [place for place, given in enumerate(args) if isinstance(given, Tensor)]
        ctx.others = [None if isinstance(given, Tensor) else given for given in args]
        ctx.save_for_backward(*(args[place] for place in ctx.places))
        with no_grad():
            return function(*args)

    @staticmethod
    def backward(ctx, *slopes):
        if thread.state.running is not None and thread.state.running.wanted is not None:
            raise RuntimeError(explain(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` parameter to .backward(). "
                "To resolve this error, you can either set use_reentrant=False, or call .backward() without passing the `inputs` argument.",
                "a part runs a backward pass of its own, to all leaves", "write use_reentrant=False"))
        args = list(ctx.others)
        for place, saved in zip(ctx.places, ctx.saved_tensors):
            args[place] = saved.detach().requires_grad_(saved.requires_grad)
        with _as_before(ctx.before), enable_grad():
            outputs = ctx.part(*args)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [(output, slope) for output, slope in zip(outputs, slopes) if isinstance(output, Tensor) and output.requires_grad]
        if not pairs:
            raise RuntimeError(explain("none of output has requires_grad=True, this checkpoint() is not necessary",
                                       "no gradient can go through this part", "call the function itself"))
        backward(*map(list, zip(*pairs)))
        return None, None, *(given.grad if isinstance(given, Tensor) else None for given in args)
