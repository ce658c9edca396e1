"""One network on several devices: its parameters copied to each, a batch split over them, their results put together.

Each of the four steps is the way back of another. Parameters that went to two devices get two gradients, and these are added: that
is why DataParallel trains as one device would.
"""

from workbook.autograd.operation import Operation
from workbook.ops.conversion import copied
from workbook.ops.shape import reshape


class Broadcast(Operation, name="BroadcastBackward"):
    """outs = the inputs in the memory of each of `targets`: all of them on the first, then all on the second ..."""

    crosses = True
    holomorphic = False  # it moves numbers, and has nothing to conjugate

    def forward(ctx, *arrays, source, targets, count):
        ctx.source, ctx.targets, ctx.count = source, targets, count
        return tuple([_in_memory(array, source, target) for target in targets for array in arrays])

    def backward(ctx, *grads):
        return ReduceAddCoalesced.apply(*grads, sources=ctx.targets, target=ctx.source, count=ctx.count)

    @staticmethod
    def place(device, options):
        return tuple([target for target in options["targets"] for _ in range(options["count"])])


class ReduceAddCoalesced(Operation, name="ReduceAddCoalescedBackward"):
    """outs = for each of `count` Tensors the sum of its copies, which lie on `sources`; on `target`"""

    crosses = True
    holomorphic = False

    def forward(ctx, *arrays, sources, target, count):
        ctx.sources, ctx.target, ctx.count = sources, target, count
        copies = [arrays[start:start + count] for start in range(0, len(arrays), count)]
        with target.entered():
            totals = [_in_memory(array, sources[0], target) for array in copies[0]]
            for source, added in zip(sources[1:], copies[1:]):
                totals = [total + _in_memory(array, source, target) for total, array in zip(totals, added)]
        return tuple(totals)

    def backward(ctx, *grads):
        return Broadcast.apply(*grads, source=ctx.target, targets=ctx.sources, count=ctx.count)

    @staticmethod
    def place(device, options):
        return options["target"]


class Scatter(Operation, name="ScatterBackward"):
    """outs = parts of the input along `axis`, of the given `sizes`, each in the memory of one of `targets`"""

    crosses = True
    holomorphic = False

    def forward(ctx, a, *, source, targets, sizes, axis):
        ctx.source, ctx.targets, ctx.axis = source, targets, axis
        parts, start = [], 0
        for size, target in zip(sizes, targets):
            part = a[(slice(None),) * axis + (slice(start, start + size),)]
            parts.append(_in_memory(part, source, target))
            start += size
        return tuple(parts)

    def backward(ctx, *grads):
        return (Gather.apply(*grads, sources=ctx.targets, target=ctx.source, axis=ctx.axis),)

    @staticmethod
    def place(device, options):
        return options["targets"]


class Gather(Operation, name="GatherBackward"):
    """out = the inputs, which lie on `sources`, one after the other along `axis`, on `target`; numbers become a vector"""

    crosses = True
    holomorphic = False

    def forward(ctx, *arrays, sources, target, axis):
        ctx.sources, ctx.target, ctx.axis, ctx.of_numbers_alone = sources, target, axis, arrays[0].ndim == 0
        parts = [_in_memory(array, source, target) for array, source in zip(arrays, sources)]
        with target.entered():
            if ctx.of_numbers_alone:
                parts = [part.reshape(1) for part in parts]
            ctx.sizes = [part.shape[axis] for part in parts]
            return target.xp.concatenate(parts, axis)

    def backward(ctx, grad):
        parts = Scatter.apply(grad, source=ctx.target, targets=ctx.sources, sizes=ctx.sizes, axis=ctx.axis)
        return tuple([reshape(part, ()) for part in parts]) if ctx.of_numbers_alone else parts

    @staticmethod
    def place(device, options):
        return options["target"]


def _in_memory(array, source, target):
    """The array itself where it lies in the memory of `target` already, and otherwise a copy there."""
    return array if source is target else copied(array, source, target)
