"""Sequences of several lengths, in one Tensor without the padding: the rows of all that have a first step, of all that have a second ..."""

from workbook.autograd.operation import Operation


class PackPaddedSequence(Operation):
    """out = of each step t of a (L, N, ...) the first `sizes[t]` rows, one below the other"""

    def forward(ctx, a, *, sizes):
        ctx.shape, ctx.sizes = a.shape, sizes
        return ctx.xp.concatenate([a[t, :size] for t, size in enumerate(sizes)])

    def backward(ctx, grad):
        return (Unpacked.apply(grad, shape=ctx.shape, sizes=ctx.sizes),)


class Unpacked(Operation):
    """out = zeros of `shape`, with the packed rows where they were"""

    def forward(ctx, a, *, shape, sizes):
        ctx.sizes = sizes
        out, start = ctx.xp.zeros(shape, a.dtype), 0
        for t, size in enumerate(sizes):
            out[t, :size] = a[start:start + size]
            start += size
        return out

    def backward(ctx, grad):
        return (PackPaddedSequence.apply(grad, sizes=ctx.sizes),)
