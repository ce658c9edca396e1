"""The graph of a tensor of which a part was written in place."""

from workbook.autograd.complaints import second_time
from workbook.autograd.modes import thread
from workbook.autograd.operation import Operation, next_sequence
from workbook.autograd.views import replay


class CopySlices(Operation, name="CopySlices"):
    """The base after `new` was written into the part of it that `chain` shows."""

    prefix = "torch::autograd::"
    holomorphic = False  # the chain may lead to a real or an imaginary part; a part of the gradient is the gradient of the part

    def forward(ctx, base, new, *, chain):
        ctx.chain, ctx.strides = chain, base.strides
        return base  # the write itself has happened

    def backward(ctx, grad):
        if ctx.chain is None:
            raise RuntimeError(second_time(ctx))
        written = ctx.edges[1]
        if written is not None and not thread.state.running.will_visit(written[0]):
            written[0].look_at_saved()  # PyTorch's holds the write, which looks at all it saved, wherever the pass is to arrive
        if any(operation.by_strides for operation, _ in ctx.chain):
            grad = Laid.apply(grad, strides=ctx.strides)
        return ZeroSlices.apply(grad, chain=ctx.chain), replay(ctx.chain, grad)

    def release(self):
        super().release()
        self.chain = None  # PyTorch's lets go of the write itself: no second pass leads through it


def made_now(node):
    """Count a node as made now: it has been given an edge to one that is newer than it was."""
    node.sequence = next_sequence()


class ZeroSlices(Operation):
    """A copy of `whole` with zeros in the part that `chain` shows."""

    holomorphic = False

    def forward(ctx, whole, *, chain):
        ctx.chain = chain
        rest = ctx.xp.array(whole)  # not whole.copy(): of one number, the walk may hand over a NumPy scalar, which is never written
        part = rest
        for operation, options in chain:
            part = operation.forward(ctx, part, **options)
        part[...] = 0
        return rest

    def backward(ctx, grad):
        return (ZeroSlices.apply(grad, chain=ctx.chain),)


class Laid(Operation, name="CloneBackward0"):
    """A copy that lies in memory with the given strides, in bytes: what a view by strides shows depends on them."""

    def forward(ctx, a, *, strides):
        width = a.dtype.itemsize
        span = 1 + sum((side - 1) * step // width for side, step in zip(a.shape, strides)) if a.size else 0
        out = ctx.xp.lib.stride_tricks.as_strided(ctx.xp.zeros(span, a.dtype), a.shape, strides)
        out[...] = a
        return out

    def backward(ctx, grad):
        return grad
