"""A view by strides: the memory of a Tensor, read in any shape.

`as_strided` makes one, and so does a view whose memory was written through another Tensor: see `views.refreshed_node`.
"""

import math

from workbook.autograd.operation import Operation
from workbook.formats import address, span, whole_memory


class AsStrided(Operation):
    """out = the memory from `start` places after the first element, read in any shape and strides"""

    is_view = True
    by_strides = True

    def forward(ctx, a, *, shape, strides, start):
        before = max(-start, 0)  # how many places before the first of `a` the memory begins that matters
        ctx.all, ctx.part = (a.shape, [step // a.itemsize for step in a.strides], before), (shape, strides, start + before)
        ctx.span = max(before + span(a), start + before + reach(shape, strides), 1)
        memory = whole_memory(a, ctx.xp)
        first = (address(a) - address(memory)) // a.itemsize + start if a.size else start
        return ctx.xp.lib.stride_tricks.as_strided(memory[first:], shape, [step * a.itemsize for step in strides])

    def backward(ctx, grad):
        shared = ctx.all if _overlaps(*ctx.all) else None
        return (Reread.apply(grad, written=ctx.part, read=ctx.all, span=ctx.span, shared=shared),)


class Reread(Operation, name="AsStridedBackwardBackward0"):
    """out = the input, added to memory of zeros in one shape and strides, and read in another

    Elements of `shared` that lie on top of each other share what is there.
    """

    def forward(ctx, a, *, written, read, span, shared):
        ctx.written, ctx.read, ctx.options = written, read, {"span": span, "shared": shared}
        memory = ctx.xp.zeros(span, a.dtype)
        ctx.xp.add.at(memory, places(ctx.xp, *written), a)
        if shared is not None:
            count = ctx.xp.zeros(span, a.dtype)
            ctx.xp.add.at(count, places(ctx.xp, *shared), 1)
            memory /= ctx.xp.maximum(count.real, 1)
        return memory[places(ctx.xp, *read)]

    def backward(ctx, grad):
        return (Reread.apply(grad, written=ctx.read, read=ctx.written, **ctx.options),)


def _overlaps(shape, strides, start):
    """Tell whether elements lie on top of each other."""
    span = 1
    for step, side in sorted((step, side) for step, side in zip(strides, shape) if side > 1):
        if step < span:
            return True
        span += step * (side - 1)
    return False


def reach(shape, strides):
    """Return how many places lie from the first to the last element, both counted."""
    return 1 + sum((side - 1) * step for side, step in zip(shape, strides)) if math.prod(shape) else 0


def places(xp, shape, strides, start):
    """Return, for each element, its place in memory."""
    found = xp.full(shape, start, dtype="int64")
    for axis, (side, step) in enumerate(zip(shape, strides)):
        found += (xp.arange(side) * step).reshape((side,) + (1,) * (len(shape) - axis - 1))
    return found


def geometry(tensor, base):
    """Return the options of the AsStrided that shows of `base` what `tensor`, a view of its memory, shows."""
    array = tensor._array
    start = (address(array) - address(base._array)) // array.itemsize if array.size else 0
    return {"shape": array.shape, "strides": tuple(step // array.itemsize for step in array.strides), "start": start}
