"""Parts of a Tensor: a place, a stretch, the places that indices name; and the steps back."""

from workbook import dtypes
from workbook.autograd.operation import Operation
from workbook.axes import axis_of
from workbook.errors import explain, shape_text
from workbook.formats import copied, in_order, laid, nothing_at
from workbook.numbers import counted
from workbook.ops.choices import flat
from workbook.strides import lies_in_rows, of_copy, of_result, of_view, steps_of, within
from workbook.tensor import Tensor


class Select(Operation):
    """out = the place `index` along `axis`, without that axis"""

    is_view = True

    def forward(ctx, a, *, axis, index):
        ctx.shape, ctx.axis, ctx.index = a.shape, axis, index
        return a[(slice(None),) * axis + (index, ...)]

    def backward(ctx, grad):
        return (Placed.apply(grad, shape=ctx.shape, place=(slice(None),) * ctx.axis + (ctx.index, ...)),)


class Alias(Operation):
    """out = all of it"""

    is_view = True

    def forward(ctx, a):
        return a[...]

    def backward(ctx, grad):
        return grad


class Slice(Operation):
    """out = the places `start:stop:step` along `axis`"""

    is_view = True

    def forward(ctx, a, *, axis, start, stop, step):
        ctx.shape, ctx.place = a.shape, (slice(None),) * axis + (slice(start, stop, step), ...)
        part = a[ctx.place]
        return part if part.size else nothing_at(a, part, axis, slice(start, stop, step).indices(a.shape[axis])[0], step or 1)

    def backward(ctx, grad):
        return (Placed.apply(grad, shape=ctx.shape, place=ctx.place),)


class Placed(Operation):
    """out = zeros of `shape`, with the input at the basic index `place`"""

    def forward(ctx, a, *, shape, place):
        ctx.place = place
        out = ctx.xp.zeros(shape, a.dtype)
        out[place] = a
        return out

    def backward(ctx, grad):
        return (Part.apply(grad, place=ctx.place),)


class Part(Operation):
    """out = the part at the basic index `place`, copied"""

    def forward(ctx, a, *, place):
        ctx.shape, ctx.place = a.shape, place
        return a[place].copy()

    def backward(ctx, grad):
        return (Placed.apply(grad, shape=ctx.shape, place=ctx.place),)


HOLE = object()  # stands in a pattern where an index Tensor belongs


def filled(pattern, places):
    """The NumPy index that a pattern of slices and holes makes with the places for its holes."""
    rest = iter(places)
    return tuple(next(rest) if part is HOLE else part for part in pattern)


def _laid_as_indexed(xp, found, a, pattern, places):
    """Return what was found in PyTorch's order: that of an elementwise result of `a`, which stands still where indices lead, and of the indices."""
    if found.ndim < 2 or found.size and lies_in_rows(a) and all(place.ndim < 2 for place in places):
        return in_order(xp, found)
    steps = _of_whole_axes(a, pattern, places)
    holes = [at for at, part in enumerate(pattern) if part is HOLE]
    together = holes[-1] - holes[0] < len(holes)
    before, added = holes[0] if together else 0, found.ndim - len(steps)  # indices that stand apart come first
    named = found.shape[before:before + added]
    wide = (1,) * before + named + (1,) * (len(steps) - before)
    operands = [(found.shape, (*steps[:before], *[0] * added, *steps[before:]))]
    operands += [(wide, of_view(named, _of_index(place, named), wide)) for place in places]
    return laid(xp, found, of_result(found.shape, operands))


def _of_whole_axes(a, pattern, places):
    """Return the steps of an array along the axes that no index stands at."""
    steps, axis = [], 0
    rest, have = iter(places), steps_of(a)
    for part in pattern:
        if part is HOLE:
            place = next(rest)
            axis += place.ndim if place.dtype.kind == "b" else 1
        else:
            steps.append(have[axis])
            axis += 1
    return [*steps, *have[axis:]]


def _of_index(place, named):
    """Return the steps of an index that is spread to the shape in which all meet; a mask becomes vectors, one for each of its axes."""
    if place.dtype.kind == "b":
        return within((int(place.sum()),), (place.ndim,), named)
    steps = within(place.shape, steps_of(place), named)
    return steps if place.dtype == dtypes.int64.numpy else of_copy(named, steps)  # an int32 becomes an int64 when it is spread


class Index(Operation):
    """out = the elements that index Tensors or masks choose; `pattern` says which axes they stand at"""

    def forward(ctx, a, *places, pattern):
        ctx.save(*places)
        ctx.shape, ctx.pattern = a.shape, pattern
        return _laid_as_indexed(ctx.xp, a[filled(pattern, places)], a, pattern, places)

    def backward(ctx, grad):
        return (IndexAdd.apply(grad, *ctx.saved, shape=ctx.shape, pattern=ctx.pattern),)


class IndexAdd(Operation):
    """out = zeros of `shape`, to which the input is added at the places; repeated places add up"""

    def forward(ctx, a, *places, shape, pattern):
        ctx.save(*places)
        ctx.pattern = pattern
        out = ctx.xp.zeros(shape, a.dtype)
        ctx.xp.add.at(out, filled(pattern, places), a)
        return out

    def backward(ctx, grad):
        return (Index.apply(grad, *ctx.saved, pattern=ctx.pattern),)


class Overwrite(Operation, name="CopyBackwards"):
    """out = `source`, in the shape of `target`, whose old values are lost"""

    prefix = "torch::autograd::"
    holomorphic = False  # complex numbers may be copied into real memory

    def forward(ctx, target, source):
        if source.dtype.kind == "c" and target.dtype.kind not in "bc":
            source = dtypes.real_parts(source)
        return ctx.xp.broadcast_to(source, target.shape).astype(target.dtype)

    def backward(ctx, grad):
        return flat(grad), grad


class IndexPut(Operation):
    """out = `a`, with `values` at the places that index Tensors or masks choose"""

    def forward(ctx, a, values, *places, pattern):
        ctx.save(*places)
        ctx.pattern = pattern
        out = copied(ctx.xp, ctx.xp.asarray(a))  # of one number, the walk may hand over a NumPy scalar, which is never written
        out[filled(pattern, places)] = values
        return out

    def backward(ctx, grad):
        places = ctx.saved
        return (IndexPut.apply(grad, 0.0, *places, pattern=ctx.pattern), Index.apply(grad, *places, pattern=ctx.pattern))


def select(input, dim, index):
    """Return a view of place `index` along `dim`, without that axis. Raises IndexError for a place outside the axis.

    >>> import workbook as torch
    >>> torch.select(torch.tensor([[1, 2], [3, 4]]), 0, 1)
    tensor([3, 4])

    Source: https://pytorch.org/docs/2.13/generated/torch.select.html
    """
    if input.ndim == 0:
        raise IndexError(explain("select() cannot be applied to a 0-dim tensor.", "a single number has no places to choose from", None))
    axis = axis_of(dim, input.shape)
    if isinstance(index, bool):
        raise TypeError(explain("select(): argument 'index' (position 2) must be int, not bool", "it names one place", "write 0 or 1"))
    side = input.shape[axis]
    if not -side <= index < side:
        raise IndexError(explain(f"select(): index {index} out of range for tensor of size {shape_text(input.shape)} at dimension {axis}",
                                 "places are counted from 0", f"use indices from {-side} to {side - 1}" if side else None))
    return Select.apply(input, axis=axis, index=index % side)


def narrow(input, dim, start, length):
    """Return a view of `length` places along `dim`, from `start`.

    Raises RuntimeError for places outside the axis and for a Tensor without axes, IndexError for a start outside.

    >>> import workbook as torch
    >>> torch.narrow(torch.arange(5), 0, 1, 3)
    tensor([1, 2, 3])

    Source: https://pytorch.org/docs/2.13/generated/torch.narrow.html
    """
    if input.ndim == 0:
        raise RuntimeError(explain("narrow() cannot be applied to a 0-dim tensor.",
                                   "a single number has no axis to cut", "use the number itself"))
    if isinstance(start, Tensor) and (start.ndim or start.is_floating_point() or start.is_complex() or start.dtype is dtypes.bool_):
        raise RuntimeError(explain("start must be an 0-dim integral Tensor.", f"it names one place, and this one has shape {shape_text(start.shape)} "
                                   f"and holds {start.dtype}", "write start.item(), or a whole number"))
    start = int(start) if isinstance(start, Tensor) else start
    if length < 0:
        raise RuntimeError(explain("narrow(): length must be non-negative.", "a length counts places", "give a length from 0 on"))
    axis = axis_of(dim, input.shape)
    side = input.shape[axis]
    if not -side <= start <= side:
        raise IndexError(explain(f"start out of range (expected to be in range of [{-side}, {side}], but got {start})",
                                 f"the axis is {side} long, and a negative start counts from its end",
                                 "choose a place within the axis"))
    start = start + side if start < 0 else start
    if start + length > side:
        raise RuntimeError(explain(f"start ({start}) + length ({length}) exceeds dimension size ({side}).",
                                   f"axis {axis} of a tensor of shape {shape_text(input.shape)} is {side} long", None))
    return Slice.apply(input, axis=axis, start=start, stop=start + length, step=1)


def place_within(index, axis, side):
    if not -side <= index < side:
        counted(index)
        raise IndexError(explain(
            f"index {index} is out of bounds for dimension {axis} with size {side}",
            "places are counted from 0" if side else "this axis is empty",
            f"use an index from {-side} to {side - 1}" if side else None))
    return index % side
